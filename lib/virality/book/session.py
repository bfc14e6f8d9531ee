"""One request of the user, from recorded inputs to the closing lines."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from virality.book import params, runner
from virality.core.bounds import shown
from virality.core.errors import UserError
from virality.core.paths import (
    DEFAULT_NAME,
    DEMO_FOLDER,
    Inputs,
    Run,
    exists,
    expanded,
    join_paths,
    resolved,
    split_paths,
)
from virality.core.writing import refuse_foreign
from virality.posts.columns import remembered


@dataclass(frozen=True)
class Request:
    """What the user asked for.

    Parameters
    ----------
    name : str
        The run.
    posts, videos, mapping : str
        Inputs; "" keeps those of the earlier run of this name. `posts` may name several
        paths, see :func:`virality.core.paths.split_paths`.
    columns : str
        Which column of the posts is what, see :func:`virality.posts.columns.parse_choice`; it
        comes to what this name has, and "none" forgets that.
    given : dict
        Parameters as given, unchecked.
    forget : bool
        Do not keep the parameters of earlier runs of this name.
    until : str
        Last chapter; all when "".
    demo_posts : int or None
        Size of the simulated creator; None keeps the earlier size.
    demo_videos : bool or None
        Whether its videos are made; None keeps the earlier choice.
    progress : bool
        Show progress bars.
    simulate : bool
        Use the demo creator whatever the run is called.
    by : str
        "author" makes one report per author; "" makes one, or what the run was before.
    """

    name: str = DEFAULT_NAME
    posts: str = ""
    videos: str = ""
    mapping: str = ""
    columns: str = ""
    given: dict = field(default_factory=dict)
    forget: bool = False
    until: str = ""
    demo_posts: int | None = None
    demo_videos: bool | None = None
    progress: bool = True
    simulate: bool = False
    by: str = ""


def run(request: Request, where: Run | None = None) -> Run:
    """Bring the chapters of a run up to date; print the closing table; return the run."""
    target = where or Run.named(request.name)
    with runner.locked(target):
        _execute(target, request)
    return target


def report(request: Request, plain: bool = False, where: Run | None = None) -> Run:
    """Run, then publish, and say where the site is and what it contains."""
    from virality.book import several
    from virality.book.publish import publish

    target = where or Run.named(request.name)
    if several.wanted(target, request):
        return several.report(target, request, plain)
    with runner.locked(target):
        refuse_foreign(target.site)  # now, not after minutes of work
        given = _execute(target, request)
        if request.until:
            print("Stopped before the last chapter, so nothing was published.")
            return target
        private = bool(given.get("private", False))
        site = publish(target, _title(target, private), private, plain)
        _close(site, private)
    return target


def remember(target: Run, request: Request) -> dict:
    """Record inputs and parameters of a run; return the parameters that hold now."""
    given = params.resolve(request.given)
    _refuse_inputs(given)
    wanted, _ = _merged(target, given, request.forget)
    runner.chapters_until(request.until, bool(wanted.get("pool", False)))
    _record_inputs(target, request)
    return _record_parameters(target, given, request.forget)


def _execute(target: Run, request: Request) -> dict:
    given = remember(target, request)
    _resolve_encoders(target, given, "encoders" in request.given)
    try:
        results = runner.execute(target, given, request.until, request.progress)
    finally:
        sys.stderr.flush()
    _print_table(results)
    return given


def _refuse_inputs(given: dict) -> None:
    """Inputs are recorded and watched for changes, so they have options of their own."""
    for name in ("name", "posts", "videos", "mapping", "columns"):
        if name in given:
            raise UserError(f"“{name}” is not given with -p.", do=f"Use --{name} instead.")


def _record_inputs(target: Run, request: Request) -> None:
    """Record what the user brought, or make the demo when nobody brought anything."""
    earlier = target.inputs()
    columns = remembered(earlier.columns, request.columns)
    given = (request.videos, request.mapping, request.columns)
    if request.posts:
        inputs = Inputs(
            posts=existing_posts(split_paths(request.posts)),
            videos=_existing(request.videos, "VIDEOS"),
            mapping=_existing(request.mapping, "MAPPING"),
            columns=columns,
        )
        target.save(inputs=inputs)
    elif any(given) or (earlier.posts and not earlier.simulated):
        if not earlier.posts or earlier.simulated:
            what = "Videos were" if request.videos or request.mapping else "Columns were"
            raise UserError(
                f"{what} given without posts.", do="Give POSTS=path/to/posts.csv as well."
            )
        changes = {"videos": request.videos, "mapping": request.mapping}
        new = {key: _existing(path, key.upper()) for key, path in changes.items() if path}
        existing_posts(split_paths(earlier.posts))
        target.save(inputs=replace(earlier, columns=columns, **new))
    elif earlier.simulated or request.simulate or request.name == DEFAULT_NAME:
        _make_demo(target, request)
    else:
        raise UserError(
            f"There is no run “{request.name}” yet, and no posts were given.",
            do=f"Run: make report NAME={request.name} POSTS=path/to/posts.csv",
        )


def _make_demo(target: Run, request: Request) -> None:
    from virality.demo.creator import ensure_demo

    folder = DEMO_FOLDER if target == Run.named(DEFAULT_NAME) else target.folder / "demo"
    earlier = target.load().get("demo", {"posts": 140, "videos": True})
    count = earlier["posts"] if request.demo_posts is None else request.demo_posts
    filmed = earlier["videos"] if request.demo_videos is None else request.demo_videos
    files = ensure_demo(folder, count, videos=filmed)
    inputs = Inputs(str(files.posts), str(files.videos) if filmed else "", simulated=True)
    target.save(inputs=inputs, demo={"posts": count, "videos": filmed})


def existing_posts(paths: Sequence[str]) -> str:
    """Return posts files and folders as they are recorded: absolute, each once.

    Raises
    ------
    UserError
        When one is not there.
    """
    return join_paths(list(dict.fromkeys(_existing(path, "POSTS") for path in paths)))


def _existing(address: str, what: str) -> str:
    if not address or ("://" in address and what != "POSTS"):
        return _known_address(address)
    path, where = expanded(address), f"{what}={address[:200]}"
    if not exists(path):
        raise UserError("There is nothing there.", where=where, do="Check the spelling.")
    usable = {"VIDEOS": path.is_dir(), "MAPPING": path.is_file()}
    if not usable.get(what, path.is_dir() or path.is_file()):
        wanted = {"VIDEOS": "a folder", "MAPPING": "a file"}.get(what, "a file or a folder")
        raise UserError(f"This is not {wanted}.", where=where, do="Check the path.")
    return str(resolved(address))


def _known_address(address: str) -> str:
    """Return an address such as ``s3://…``; raise UserError when nothing here could open it."""
    from fsspec import available_protocols

    expanded(address)  # raises where no address could be that
    kind = address.partition("://")[0].rpartition("::")[2]
    if address and kind not in available_protocols():
        raise UserError(
            f"No kind of place is called {shown(kind)}.",
            where=shown(address),
            do="Give a path of this machine.",
        )
    return address


def _record_parameters(target: Run, given: dict, forget: bool) -> dict:
    """Merge what is given now over what was given before; say what was kept."""
    merged, kept = _merged(target, given, forget)
    if kept:
        listed = ", ".join(f"{name}={value}" for name, value in sorted(kept.items()))
        print(f"Kept from the earlier run of “{target.name}”: {listed}  (--defaults forgets them)")
    target.save(parameters=merged)
    return merged


def _merged(target: Run, given: dict, forget: bool) -> tuple[dict, dict]:
    """What is given now over what was given before, and what is kept of the latter.

    Raises
    ------
    UserError
        What was given before is out of a range that it has by now, or does not go with the rest.
    """
    earlier = {} if forget else target.load().get("parameters", {})
    kept = {k: v for k, v in earlier.items() if k in params.known() and k not in given}
    try:
        kept = params.resolve(kept)
        params.refuse_together(kept | given)
    except UserError as error:
        where = f"Kept from the earlier run of “{target.name}”"
        raise UserError(str(error), where, "--defaults forgets what was kept.") from None
    return kept | given, kept


def _resolve_encoders(target: Run, given: dict, asked_now: bool) -> None:
    """Record which encoders the run uses: decided once per name, kept until the user changes it."""
    from virality.media.resolve import resolve

    names = ("encoders", "clip_model", "whisper_model", "audio_window")
    asked = {name: given.get(name, params.known()[name].default) for name in names}
    record = target.load().get("encoders", {})
    if record.get("asked") == asked and not asked_now:
        return
    choice = resolve(**asked, cache_dir=target.cache, hear=bool(target.inputs().videos))
    models = {name: asked[name] for name in ("clip_model", "whisper_model")}
    outcome = {"requested": choice.requested, "used": choice.used, "reason": choice.reason}
    # A download that broke off goes on in the next run, which has to ask for that again.
    settled = {} if choice.again else {"asked": asked}
    target.save(encoders=settled | models | outcome)
    if choice.reason:
        print(choice.note)


def _title(target: Run, private: bool) -> str:
    import pandas as pd

    from virality.posts.schema import UNKNOWN

    authors = sorted(set(pd.read_parquet(target.artefact("posts"), columns=["author"])["author"]))
    if private or len(authors) != 1 or authors[0] == UNKNOWN:
        return "What moves the views"
    return f"What moves the views of {authors[0]}"


def _print_table(results: list[runner.Result]) -> None:
    print(f"\n{'chapter':<18}{'':<8}{'seconds':>8}")
    for result in results:
        state = "ran" if result.ran else "cached"
        print(f"{result.slug:<18}{state:<8}{result.seconds:>8.1f}")
    print(f"{'all':<18}{'':<8}{sum(result.seconds for result in results):>8.1f}")


def _close(site, private: bool) -> None:
    for line in site.warnings:
        print(f"Quarto: {line}")
    holds = (
        "without captions, thumbnails and notebooks"
        if private
        else "with captions, thumbnails and the executed notebooks; --private leaves them out"
    )
    kind = "plain version" if site.plain else "website"
    print(f"\nThe report ({kind}, {holds}):\n  {site.page}")
