"""What the command line asks of a name: its chapters, its report, or to remember posts."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from virality.book import own, params, runner
from virality.book.ownership import locked
from virality.book.request import Job, Request, existing_posts, resolve, said_of_columns
from virality.core.errors import UserError
from virality.core.paths import UNKNOWN_AUTHOR, Inputs, Run, refuse_without_book, split_paths
from virality.core.writing import refuse_foreign

if TYPE_CHECKING:
    from virality.posts.read import PostsReading


def run(request: Request, where: Run | None = None) -> Run:
    """Bring the chapters of a run up to date; print the closing table; return the run.

    Parameters
    ----------
    request : Request
    where : Run, optional
        The run itself where it is not the one that the request names.

    Raises
    ------
    UserError
        The request makes no sense, or a chapter stopped.
    """
    refuse_without_book()
    target = where or Run.named(request.name)
    with locked(target):
        _execute(resolve(request, target))
    return target


def report(request: Request, where: Run | None = None) -> Run:
    """Run, then publish, and say where the site is and what it contains.

    Parameters
    ----------
    request : Request
    where : Run, optional
        The run itself where it is not the one that the request names.

    Raises
    ------
    UserError
        As for :func:`run`; or the folder of the pages is somebody else's.
    """
    refuse_without_book()
    target = where or Run.named(request.name)
    with locked(target):
        refuse_foreign(target.site)  # now, not after minutes of work
        job = resolve(request, target)
        if job.by:
            from virality.book import several

            several.report(job, _report)
        else:
            _report(job)
    return target


def pdf(name: str) -> Path:
    """Bring a report up to date, make one file of it, and say where that is.

    Parameters
    ----------
    name : str
        The run.

    Returns
    -------
    Path
        Of the PDF, beside the pages.

    Raises
    ------
    UserError
        As for :func:`report`; or no Quarto that can set a book is installed, which is said first.
    """
    from virality.book import gallery, quarto
    from virality.book import pdf as printing

    printing.refuse_old(quarto.version())
    if runs := Run.named(name).load().get("by"):
        listed = ", ".join(runs["runs"].values())
        raise UserError("There is a report per creator here.", do=f"Name one of them: {listed}.")
    target = report(Request(name=name))
    with locked(target):
        private = bool(target.load().get("parameters", {}).get("private", False))
        path = printing.make(target, _title(target, private), private)
    gallery.make()
    print(f"\nThe report as one file:\n  {path}")
    return path


def _execute(job: Job) -> None:
    """Bring the chapters of a run up to date, and print which ran and how long it took."""
    job = job.remember()
    _decide_encoders(job)
    settled = own.settle(job.parameters, job.inputs)
    job.run.save(own_embargo=settled.parameters[own.PARAMETER] if settled.note else None)
    if settled.note:
        print(settled.note)
    try:
        results = runner.execute(job.run, settled.parameters, job.until, job.progress)
    finally:
        sys.stderr.flush()
    _print_table(results)


def _report(job: Job) -> None:
    """Bring the chapters of a run up to date, publish them, and say where they are."""
    from virality.book.publish import publish

    _execute(job)
    if job.until:
        print("Stopped before the last chapter, so nothing was published.")
        return
    site = publish(job.run, _title(job.run, job.private), job.private, job.plain)
    for line in site.warnings:
        print(f"Quarto: {line}")
    kind = "plain version" if site.plain else "website"
    holds = (
        "without captions, thumbnails and notebooks"
        if job.private
        else "with captions, thumbnails and the executed notebooks; --private leaves them out"
    )
    print(f"\nThe report ({kind}, {holds}):\n  {site.page}")


def _decide_encoders(job: Job) -> None:
    """Record which encoders the run uses: decided once per name, kept until the user changes it.

    What was found without the Hub is looked at again each time, as packages come and go.
    """
    names = ("encoders", "clip_model", "whisper_model", "audio_window")
    asked = {name: job.parameters.get(name, params.known()[name].default) for name in names}
    kept = job.run.load().get("encoders", {})
    same = kept.get("asked") == asked and not job.decide
    if same and (kept["used"] == "pretrained" or asked["encoders"] == "classic"):
        return
    from virality.media.encoders.choose import choose
    from virality.media.settings import Settings

    previous = kept if same else None
    choice = choose(Settings(**asked), job.run.cache, bool(job.inputs.videos), previous)
    models = {name: asked[name] for name in ("clip_model", "whisper_model")}
    outcome = {
        "requested": choice.requested,
        "used": choice.used,
        "reason": choice.reason,
        "parts": {part: choice.recipes[part].id for part in choice.parts},
    }
    # A download that broke off goes on in the next run, which has to ask for that again.
    settled = {} if choice.again else {"asked": asked}
    found = settled | models | outcome
    if found == kept:
        return
    job.run.save(encoders=found)
    if choice.note and asked["encoders"] != "classic":
        print(choice.note)


def _title(run: Run, private: bool) -> str:
    import pyarrow.parquet as pq

    column = pq.ParquetFile(run.artefact("posts")).read(columns=["author"])["author"]
    authors = column.unique().to_pylist()
    if private or len(authors) != 1 or authors[0] == UNKNOWN_AUTHOR:
        return "What moves the views"
    return f"What moves the views of {authors[0]}"


def _print_table(results: list[runner.Result]) -> None:
    print(f"\n{'chapter':<18}{'':<8}{'seconds':>8}")
    for result in results:
        state = "ran" if result.ran else "cached"
        print(f"{result.slug:<18}{state:<8}{result.seconds:>8.1f}")
    print(f"{'all':<18}{'':<8}{sum(result.seconds for result in results):>8.1f}")


def bring(
    target: Run, paths: Sequence[str], anew=False, timezone="", columns="", out=None, force=False
) -> tuple[PostsReading, Inputs]:
    """Read posts with those that a run has already, and record where they lie; all or nothing.

    Parameters
    ----------
    target : Run
    paths : sequence of str
        Files, folders or archives that come to those recorded earlier; they stay where they are.
    anew : bool
        Forget those recorded earlier, and the videos with them.
    timezone, columns : str
        The creator's zone, and which column is what; "" keeps what the run has.
    out, force : str or None, and bool
        Where the tidy table is stored as well, and whether it may replace any file there.

    Returns
    -------
    PostsReading, Inputs
        What came of reading, and what is recorded now.

    Raises
    ------
    UserError
        A path is not there, nothing in them is usable, or `out` lies among them.
    """
    _tidy_place(out)  # before anything is made
    with locked(target):
        earlier = Inputs() if anew or target.inputs().simulated else target.inputs()
        posts = existing_posts([*split_paths(earlier.posts), *paths])
        inputs = replace(earlier, posts=posts, columns=said_of_columns(earlier, columns))
        table = _tidy_place(out, inputs, force)
        parameters = params.by_todays_names(target.load().get("parameters", {}))
        parameters |= params.resolve({"timezone": timezone} if timezone else {})
        settled = own.settle(parameters, inputs)
        reading = _read(inputs, params.for_chapter("data", settled.parameters))
        if table:
            _store(reading, table, force)
        target.save(inputs=inputs, parameters=parameters)
    return reading, inputs


def _read(inputs: Inputs, values: dict) -> PostsReading:
    from virality.posts.read import read_posts

    paths, known = split_paths(inputs.posts), {"embargo_days": values["embargo_days"]}
    return read_posts(paths, values["timezone"], columns=inputs.columns, **known)


def _store(reading: PostsReading, table: Path, force: bool) -> None:
    from virality.posts.export import write_posts

    write_posts(reading.posts, table, force)


def _tidy_place(out: str | None, inputs: Inputs | None = None, force: bool = False) -> Path | None:
    """Return where the tidy table goes, which is never among what is read; None for nowhere."""
    if out is None:
        return None
    from virality.posts import outputs
    from virality.posts.export import KINDS, checked

    place = outputs.place(out, KINDS)
    if inputs is None:
        return place
    outputs.refuse_inputs(place, [*split_paths(inputs.posts), inputs.videos, inputs.mapping])
    return checked(out, force)
