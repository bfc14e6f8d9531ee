"""The console script ``virality``: everything that the Makefile does, and more."""

from __future__ import annotations

import argparse
import errno
import json
import os
import sys
from contextlib import contextmanager, redirect_stdout
from dataclasses import fields, replace
from io import StringIO

from virality.core import faults, paths
from virality.core.bounds import holds, shown
from virality.core.errors import UserError
from virality.core.paths import (
    DEFAULT_NAME,
    QUIET_VARIABLE,
    join_paths,
    place_for,
    refuse_without_book,
    split_paths,
    writing_to,
)
from virality.core.protocol import DEFAULT, SPLITS, TEST_SHARES, Protocol

_DESCRIPTION = """\
An honest report on what moves a short-video creator's views.

  virality report                                        the demo: a simulated creator
  virality report --name alice --posts posts.csv --videos clips/
  virality report --name alice -p n_folds=4              change a parameter and rerun
  virality check posts.csv                               what is wrong with a file, without running
  virality import june.zip --name alice                  remember an export; add the next one later
  virality score draft.mp4 --caption "..." --name alice  what to expect of a draft
  virality plan "words on screen" --name alice           an experiment, and what it can detect

Parameters, inputs and the choice of encoders are remembered per name. Only stale chapters run
again. Inputs are read where they are and never changed."""

MOST_POSTS = 20_000  # of the simulated creator


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit code.

    Errors are printed as sentences, without a traceback, see :mod:`virality.core.faults`.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # names of files need not be text
            stream.reconfigure(errors="backslashreplace")
    try:
        options = _parser().parse_args(arguments)
        code = options.run(options) or 0
        if sys.stdout:  # closed where a shell was told so
            sys.stdout.flush()
        return code
    except (Exception, KeyboardInterrupt) as error:
        return faults.told(error)


@contextmanager
def _told(options: argparse.Namespace):
    """Show what a run says on its way; nothing of it where the user asked for quiet."""
    if not options.quiet:
        yield
        return
    before = os.environ.get(QUIET_VARIABLE)
    os.environ[QUIET_VARIABLE] = "1"
    try:
        with redirect_stdout(StringIO()):
            yield
    finally:
        os.environ.pop(QUIET_VARIABLE)
        if before is not None:
            os.environ[QUIET_VARIABLE] = before


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "virality", description=_DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, run, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(run=run)
        return sub

    report = command("report", _report, "run what is stale, then publish the report")
    _add_run_options(report)
    _add_flag(report, "--plain", "make the plain pages even where Quarto is installed")
    report.add_argument(
        "--by", default="", metavar="author", help="a report per author, and a page that compares"
    )
    _add_run_options(command("run", _run, "run what is stale, without publishing"))
    pdf = command("pdf", _pdf, "make one PDF of a report (Quarto 1.9 or newer, no LaTeX needed)")
    _add_name(pdf)
    publish = command("publish", _publish, "what `quarto render` calls: the report of a profile")
    publish.add_argument("--name", default="", help="the run; the Quarto profile when not given")
    _add_check(
        command("check", _check, "say what is wrong with posts files, without running anything")
    )
    _add_import(
        command("import", _import, "read exports of one account and remember them under a name")
    )
    _add_evaluate(command("evaluate", _evaluate, "score any number of creators, without notebooks"))
    _add_fit_prior(
        command("fit-prior", _fit_prior, "learn from many creators what a report on one can use")
    )
    _add_score(command("score", _score, "say what to expect of drafts, before they are posted"))
    _add_plan(
        command("plan", _plan, "plan an experiment in random pairs, with a calendar to follow")
    )
    judge = command("judge", _judge, "say what the experiment of a name says by now")
    _add_name(judge)
    tags = "table of post_id or date, and variant; remembered, '' forgets it"
    judge.add_argument("--tags", metavar="FILE", help=tags)
    _add_json(judge)
    _add_demo(command("demo", _demo, "make the simulated creator's files"))
    command("params", _params, "list the parameters, their defaults and their chapters")
    command("chapters", _chapters, "list the chapters, what they read and what they write")
    command("lab", _lab, "open the notebooks in JupyterLab")
    serve = command("serve", _serve, "show the published sites on a local port")
    serve.add_argument(
        "--port", type=_whole(1, 65_535), default=8000, help="a free one (default 8000)"
    )
    return parser


def _add_run_options(parser: argparse.ArgumentParser) -> None:
    _add_name(parser)
    parser.add_argument(
        "--posts", nargs="+", default=[], metavar="PATH", help="posts: files, folders or zips"
    )
    parser.add_argument("--videos", default="", metavar="FOLDER", help="video files, optional")
    parser.add_argument("--mapping", default="", metavar="FILE", help="table of post_id and file")
    _add_columns(parser)
    parser.add_argument(
        "-p", dest="set", action="append", default=[], metavar="KEY=VALUE", help="a parameter"
    )
    parser.add_argument(
        "-f", dest="files", action="append", default=[], metavar="FILE", help="parameters as YAML"
    )
    parser.add_argument("--params", default="", help=argparse.SUPPRESS)  # one file, from make
    text = "forget the parameters of earlier runs of this name"
    parser.add_argument("--defaults", dest="forget", action="store_true", help=text)
    _add_choice(parser, "--private", "leave captions, thumbnails and notebooks out of the pages")
    pool = "one report on several creators, told apart in it"
    parser.add_argument("--pool", nargs="?", const="yes", default="", metavar="yes/no", help=pool)
    prior = "what was learnt from others, by fit-prior; '' forgets it"
    parser.add_argument("--prior", metavar="FOLDER", help=prior)
    parser.add_argument("--until", default="", metavar="CHAPTER", help="stop after this chapter")
    size = f"size of the demo (default {paths.DEMO_POSTS}, or as before)"
    parser.add_argument("--demo-posts", type=_whole(1, MOST_POSTS), metavar="N", help=size)
    _add_choice(
        parser,
        "--demo-videos",
        "make the demo's videos as well as its table (default yes, or as before)",
    )
    _add_flag(parser, "--quiet", "nothing but results and errors")


def _add_check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", metavar="PATH")
    _add_zone(parser)
    _add_columns(parser)
    _add_flag(parser, "--quiet", "the verdict alone, and errors")
    _add_flag(parser, "--json", "the verdict as one JSON object, see data/README.md")


def _add_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", metavar="PATH", help="file, folder or zip")
    parser.add_argument("--name", required=True, help="the run that they belong to")
    _add_flag(parser, "--anew", "forget the inputs that this name had before")
    parser.add_argument("--timezone", default="", help="zone of local times (default: as before)")
    _add_columns(parser)
    parser.add_argument("--out", metavar="FILE", help="tidy table: .csv .parquet .xlsx")
    _add_force(parser)


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "posts", nargs="+", metavar="POSTS", help="files and folders in any format of a report"
    )
    parser.add_argument("--by", default="author", help="column that separates creators")
    parser.add_argument(
        "--out", default="results", metavar="FOLDER", help="of the results (default results)"
    )
    _add_force(parser)
    _add_columns(parser)
    _add_zone(parser)
    how = parser.add_argument_group("how creators are examined")
    how.add_argument("--target", default=DEFAULT.target, help=f"outcome (default {DEFAULT.target})")
    how.add_argument("--split", default=DEFAULT.split, help=" or ".join(SPLITS))
    how.add_argument("--folds", type=_whole(1, 50), default=DEFAULT.n_folds, help="of the split")
    how.add_argument(
        "--test-share",
        type=_number(*TEST_SHARES),
        default=DEFAULT.test_share,
        metavar="SHARE",
        help="newest share of the posts that is held out; 0.3 with --folds 1 is the last 30 %%",
    )
    how.add_argument(
        "--embargo",
        type=_number(0, 365),
        default=DEFAULT.embargo_days,
        metavar="DAYS",
        help="before an outcome counts as known",
    )
    how.add_argument(
        "--models", default="all", metavar="NAME,...", help="or all, those of the book"
    )
    how.add_argument(
        "--text", default="classic", help="captions: none, classic, light or pretrained"
    )
    how.add_argument(
        "--content-test",
        type=_whole(0, 10_000),
        default=99,
        metavar="SHIFTS",
        help="shifts of the test of content; 0 leaves it out (default 99)",
    )
    how.add_argument(
        "--prior", default="", metavar="FOLDER", help="what was learnt from others, by fit-prior"
    )
    how.add_argument("--seed", type=_whole(0, 10**9), default=DEFAULT.seed, help="of everything")
    where = parser.add_argument_group("where it is done; the results do not depend on it")
    where.add_argument("--jobs", type=_whole(1, 256), default=1, help="processes (default 1)")
    where.add_argument(
        "--scheduler", default="", metavar="ADDRESS", help="a Dask scheduler whose workers do it"
    )


def _add_fit_prior(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("posts", nargs="+", metavar="POSTS", help="posts: files, folders or zips")
    parser.add_argument("--out", required=True, metavar="FOLDER", help="where the prior goes")
    parser.add_argument("--by", default="author", help="column that separates creators (author)")
    parser.add_argument("--target", default="views", help="what is forecast (default views)")
    _add_zone(parser)
    _add_columns(parser)
    _add_force(parser)


def _add_score(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths", nargs="*", metavar="FILM", help="film, picture, or folder of drafts; may be none"
    )
    parser.add_argument(
        "--caption",
        action="append",
        default=[],
        metavar="TEXT",
        help="with its hashtags; again for each of several drafts (default: draft.txt beside it)",
    )
    parser.add_argument(
        "--at", default="", metavar="TIME", help="it goes up, '2026-12-01 18:30' (default now)"
    )
    parser.add_argument(
        "--against", nargs="+", default=[], metavar="FILM", help="which of these does better?"
    )
    _add_name(parser)
    _add_json(parser)

    page = "also make a page of its own of it, with figures, as one file"
    parser.add_argument("--page", default="", metavar="FILE.html", help=page)
    _add_force(parser)


def _add_plan(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", metavar="WHAT", help="what is tried, such as “words on screen”")
    _add_name(parser)
    parser.add_argument(
        "--posts",
        dest="n_posts",
        type=_whole(12, 400),
        default=40,
        metavar="N",
        help="how many, an even number (default 40)",
    )
    parser.add_argument(
        "--against", default="as usual", metavar="WHAT", help="compared with (default “as usual”)"
    )
    parser.add_argument("--start", default="", metavar="DAY", help="first day (default tomorrow)")
    parser.add_argument("--timezone", default="", help="zone of the calendar (default: as before)")
    parser.add_argument(
        "--untouched",
        default="",
        metavar="PART,...",
        help="what both variants leave alone, of caption, hashtags, length and time: what the past "
        "says of it is subtracted (default nothing)",
    )
    parser.add_argument(
        "--seed", type=_whole(0, 10**9), help="of the dice (default: from the other choices)"
    )
    _add_flag(parser, "--force", "plan anew where there is a plan; the earlier one is kept beside")


def _add_demo(parser: argparse.ArgumentParser) -> None:
    count, text = paths.DEMO_POSTS, f"number of posts (default {paths.DEMO_POSTS})"
    parser.add_argument("--count", type=_whole(1, MOST_POSTS), default=count, help=text)
    parser.add_argument(
        "--seed", type=_whole(0, 10**9), default=0, help="of everything (default 0)"
    )
    _add_flag(parser, "--no-videos", "the table alone")
    follow = "instead: posts that follow the plan of this name, A earning four times the views"
    parser.add_argument("--follow", default="", metavar="NAME", help=follow)
    parser.add_argument(
        "--made", type=_whole(1, 400), default=400, metavar="N", help="so many of them (all)"
    )
    out = "where to (default data/demo); with --follow a file, .csv .parquet .xlsx"
    parser.add_argument("--out", metavar="FOLDER", help=out)
    _add_force(parser)


def _add_name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", default=DEFAULT_NAME, help=f"the run (default {DEFAULT_NAME})")


def _add_zone(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--timezone", default="UTC", help="zone of local times (default UTC)")


def _add_json(parser: argparse.ArgumentParser) -> None:
    _add_flag(parser, "--json", "one JSON object for other programs, see README.md")


def _add_columns(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--columns",
        action="append",
        default=[],
        metavar="FIELD=COLUMN,...",
        help="which column is what: views=n_plays,posted_at=date_posted; saves= leaves one out",
    )


def _add_force(parser: argparse.ArgumentParser) -> None:
    _add_flag(
        parser,
        "--force",
        "replace files that are there and are not earlier results; never a folder or an input",
    )


def _add_flag(parser: argparse.ArgumentParser, name: str, text: str) -> None:
    parser.add_argument(name, action="store_true", help=text)


def _add_choice(parser: argparse.ArgumentParser, name: str, text: str) -> None:
    """An option that can be switched on and off, and otherwise is as before."""
    parser.add_argument(name, action=argparse.BooleanOptionalAction, default=None, help=text)


def _whole(low: int, high: int):
    """Return what reads an option's whole number between two others."""

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:  # also for more digits than Python reads
            number = None
        if number is None or not holds(number, low, high):
            raise argparse.ArgumentTypeError(
                f"choose a whole number from {low} to {high}, not {shown(text)}"
            )
        return number

    return read


def _number(low: float, high: float):
    """Return what reads an option's number between two others."""

    def read(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = None
        if number is None or not holds(number, low, high):
            raise argparse.ArgumentTypeError(
                f"choose a number from {low:g} to {high:g}, not {shown(text)}"
            )
        return number

    return read


def _columns(options: argparse.Namespace) -> str:
    return ",".join(filter(None, options.columns))


def _request(options: argparse.Namespace):
    from virality.book import params
    from virality.book.request import Request

    given: dict = {}
    for file in [*filter(None, [options.params]), *options.files]:
        given |= params.read_file(file)
    given |= dict(params.read_option(text) for text in options.set)
    if options.private is not None:
        given["private"] = options.private
    if options.pool:
        given["pool"] = options.pool
    if options.prior is not None:
        given["prior"] = options.prior
    asked = {f.name: getattr(options, f.name) for f in fields(Request) if hasattr(options, f.name)}
    made = {"posts": join_paths(options.posts), "columns": _columns(options), "given": given}
    return Request(**asked | made, progress=not options.quiet)


def _report(options: argparse.Namespace) -> None:
    from virality.book import session

    with _told(options):
        run = session.report(_request(options))
    if options.quiet and not options.until:
        print(run.site / "index.html")


def _run(options: argparse.Namespace) -> None:
    from virality.book import session

    with _told(options):
        session.run(_request(options))


def _pdf(options: argparse.Namespace) -> None:
    from virality.book import session

    session.pdf(options.name)


def _publish(options: argparse.Namespace) -> None:
    from virality.book import session
    from virality.book.request import Request

    profile = os.environ.get("QUARTO_PROFILE", "").split(",")[0].strip()
    session.report(Request(name=options.name or profile or DEFAULT_NAME))


def _check(options: argparse.Namespace) -> int:
    from virality.posts.check import check, judge

    columns = _columns(options)
    if options.json:
        found = judge(options.paths, timezone=options.timezone, columns=columns)
        print(json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False))
        return 1 if found["problem"] else 0
    text = check(options.paths, timezone=options.timezone, columns=columns)
    print(text.rpartition("\n")[2] if options.quiet else text)
    return 0


def _import(options: argparse.Namespace) -> None:
    from virality.book.session import bring
    from virality.posts.accounts import authors_of
    from virality.posts.check import verdict

    reading, inputs = bring(
        paths.Run.named(options.name),
        options.paths,
        options.anew,
        options.timezone,
        _columns(options),
        options.out,
        options.force,
    )
    print(verdict(reading))
    print(f"\nRemembered for “{options.name}”, and read from there each time:")
    for path in split_paths(inputs.posts):
        print(f"  {path}")
    if inputs.columns:
        print(f"with the columns {inputs.columns}  (--columns none forgets them)")
    if options.out:
        print(f"The tidy table is in {options.out}.")
    several = " --by author" if len(authors_of(reading)) > 1 else ""
    print(f"Next: virality report --name {options.name}{several}")


def _evaluate(options: argparse.Namespace) -> None:
    from virality.book.evaluating import Task, evaluate
    from virality.creators.evaluate.settings import Settings, chosen_models

    protocol = Protocol(
        target=options.target,
        split=options.split,
        n_folds=options.folds,
        test_share=options.test_share,
        embargo_days=options.embargo,
        seed=options.seed,
    )
    settings = Settings(
        by=options.by,
        models=chosen_models(options.models, options.split),
        protocol=protocol,
        text=options.text,
        n_shifts=options.content_test,
        timezone=options.timezone,
    )
    evaluate(
        Task(
            posts=options.posts,
            out=options.out,
            settings=settings,
            columns=_columns(options),
            prior=options.prior,
            jobs=options.jobs,
            scheduler=options.scheduler,
            force=options.force,
        )
    )


def _fit_prior(options: argparse.Namespace) -> None:
    from virality.creators.make_prior import main_fit_prior

    main_fit_prior(
        options.posts,
        options.out,
        options.by,
        target=options.target,
        timezone=options.timezone,
        columns=_columns(options),
        force=options.force,
    )


def _score(options: argparse.Namespace) -> int:
    from virality.book import programs, scoring

    run = paths.Run.named(options.name)
    wish = scoring.Wish(
        paths=[*options.paths, *options.against], captions=options.caption, at=options.at
    )
    if options.json:
        return programs.print_object(run.name, lambda: programs.scored(_scored(run, wish, options)))
    print("\n".join(scoring.tell(_scored(run, wish, options))).rstrip())
    if options.page:
        print(f"\nThe page: {options.page}")
    return 0


def _scored(run: paths.Run, wish, options: argparse.Namespace):
    """What can be said of drafts, and the page on it where one is wanted."""
    from virality.book import draft_page, scoring

    if not options.page:
        return scoring.score(run, wish)
    path = draft_page.place(options.page, options.force)
    found = scoring.score(run, wish)
    draft_page.make(run, replace(wish, at=found.looked.at.isoformat()), path)
    return found


def _plan(options: argparse.Namespace) -> None:
    from virality.book import experimenting

    untouched = tuple(part.strip() for part in options.untouched.split(",") if part.strip())
    asked = {f.name: getattr(options, f.name) for f in fields(experimenting.Wish)}
    wish = experimenting.Wish(**asked | {"untouched": untouched})
    experimenting.plan(paths.Run.named(options.name), wish)


def _judge(options: argparse.Namespace) -> int:
    from virality.book import experimenting, programs

    run, tags = paths.Run.named(options.name), options.tags
    if options.json:
        return programs.print_object(
            run.name, lambda: programs.judged(experimenting.judge(run, tags))
        )
    print("\n".join(experimenting.tell(experimenting.judge(run, tags))))
    return 0


def _demo(options: argparse.Namespace) -> None:
    from virality.demo.creator import ensure_demo

    if options.follow:
        _follow(options)
        return
    folder = paths.DEMO_FOLDER if options.out is None else place_for(options.out, folder=True)
    with writing_to(folder):
        files = ensure_demo(
            folder, options.count, options.seed, videos=not options.no_videos, force=options.force
        )
    print(f"posts:  {files.posts}\nvideos: {files.videos if not options.no_videos else 'none'}")


def _follow(options: argparse.Namespace) -> None:
    from virality.book import experimenting
    from virality.posts.export import checked, write_posts

    if not options.out:
        raise UserError("Posts that follow a plan need a place.", do="Add: --out more.csv")
    file = checked(options.out, options.force)
    posts = experimenting.follow(paths.Run.named(options.follow), options.made)
    write_posts(posts, file, options.force)
    print(f"{len(posts)} posts follow the plan: {file}")
    print(f"Next: virality import {options.out} --name {options.follow}")


def _params(options: argparse.Namespace) -> None:
    from virality.book import params

    for parameter in params.known().values():
        may_be = f"  [{parameter.range.text}]" if parameter.range else ""
        print(f"{parameter.name} = {parameter.default!r}{may_be}")
        print(f"    {parameter.comment}  ({', '.join(parameter.chapters)})")


def _chapters(options: argparse.Namespace) -> None:
    from virality.core.chapters import CHAPTERS

    for spec in CHAPTERS:
        pooled = "  (pooled reports only)" if spec.about == "many" else ""
        print(f"{spec.slug}: {spec.question}{pooled}")
        print(f"    reads  {', '.join(spec.reads + spec.inputs) or 'nothing'}")
        print(f"    writes {', '.join(spec.writes)}")


def _lab(options: argparse.Namespace) -> int:
    import subprocess

    refuse_without_book()
    start = f"--LabApp.default_url=/lab/tree/{paths.START.name}"
    return subprocess.call([sys.executable, "-m", "jupyterlab", start, str(paths.NOTEBOOKS)])


def _serve(options: argparse.Namespace) -> None:
    from functools import partial
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

    refuse_without_book()
    if not (paths.SITES / "index.html").exists():
        raise UserError("There is no published site yet.", do="Run: make report")
    handler = partial(SimpleHTTPRequestHandler, directory=str(paths.SITES))
    try:
        server = ThreadingHTTPServer(("127.0.0.1", options.port), handler)
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        why = "is taken" if taken else f"cannot be used ({error.strerror or error})"
        raise UserError(
            f"Port {options.port} {why}.", do="Use another: virality serve --port 8001"
        ) from None
    print(f"http://127.0.0.1:{options.port}/  (Ctrl-C ends it)")
    with server:
        server.serve_forever()


if __name__ == "__main__":
    sys.exit(main())
