"""From what the user asked for to what holds: inputs, parameters and kind of report, decided once.

A :class:`Request` is checked against what its name remembers and becomes a :class:`Job`; from
there on only the job is handed down, and nobody looks at the request again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from virality.book import params
from virality.core.bounds import shown
from virality.core.chapters import chapters_until
from virality.core.errors import UserError
from virality.core.paths import (
    DEFAULT_NAME,
    DEMO_FOLDER,
    DEMO_POSTS,
    Inputs,
    Run,
    exists,
    expanded,
    join_paths,
    resolved,
    split_paths,
)

COLUMN = "author"  # the one column that separates reports
_KINDS = {"VIDEOS": "a folder", "MAPPING": "a file", "POSTS": "a file or a folder"}


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
        Which column of the posts is what, see :func:`virality.posts.headers.parse_choice`; it
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
    plain : bool
        Make plain pages even where Quarto is installed.
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
    plain: bool = False


@dataclass(frozen=True)
class Job:
    """What holds for a run now.

    Parameters
    ----------
    run : Run
    inputs : Inputs
        What is read; checked to be there.
    parameters : dict
        Those given now and earlier, by name, of the right types and in their ranges.
    kept : dict
        Those of them that come from earlier runs.
    until : str
        Last chapter; all when "".
    progress, plain : bool
        As requested.
    by : bool
        Whether there is one report per author.
    decide : bool
        Whether the encoders are to be decided anew, because the user named them.
    demo : dict or None
        The simulated creator's size, where nobody brought posts.
    """

    run: Run
    inputs: Inputs
    parameters: dict
    kept: dict = field(default_factory=dict)
    until: str = ""
    progress: bool = True
    plain: bool = False
    by: bool = False
    decide: bool = False
    demo: dict | None = None

    @property
    def private(self) -> bool:
        """Whether pages leave out captions, thumbnails and notebooks."""
        return bool(self.parameters.get("private", False))

    def remember(self) -> Job:
        """Record inputs and parameters under the run's name, and say which were kept.

        Returns
        -------
        Job
            The same; its inputs are the demo's files where that was just made.
        """
        if self.kept:
            listed = ", ".join(f"{name}={value}" for name, value in sorted(self.kept.items()))
            print(
                f"Kept from the earlier run of “{self.run.name}”: {listed}  "
                "(--defaults forgets them)"
            )
        job = replace(self, inputs=_make_demo(self.run, **self.demo)) if self.demo else self
        entries: dict = {"inputs": job.inputs, "parameters": job.parameters}
        if job.demo:
            entries["demo"] = job.demo
        if job.parameters.get("pool") and job.run.load().get("by"):
            entries["by"] = None
        job.run.save(**entries)
        return job


def resolve(request: Request, run: Run) -> Job:
    """Check a request against what its run remembers; nothing is made or recorded yet.

    Parameters
    ----------
    request : Request
    run : Run
        The caller holds its lock.

    Raises
    ------
    UserError
        A path is not there, a parameter makes no sense, or two wishes exclude each other.
    """
    record = run.load()
    earlier = {} if request.forget else record.get("parameters", {})
    given, kept = params.settle(request.given, earlier, run.name)
    given = _with_place(given)
    by = _separates(request.by, bool(given.get("pool")), bool(record.get("by")))
    parameters = kept | given | ({"pool": False} if by else {})
    _refuse_prior(parameters)
    chapters_until(request.until, bool(parameters.get("pool")), run.planned)
    inputs, demo = _inputs(request, run)
    return Job(
        run=run,
        inputs=inputs,
        parameters=parameters,
        kept=kept,
        until=request.until,
        progress=request.progress,
        plain=request.plain,
        by=by,
        decide="encoders" in given,
        demo=demo,
    )


def existing_posts(paths: Sequence[str]) -> str:
    """Return posts files and folders as they are recorded: absolute, each once.

    Raises
    ------
    UserError
        When one is not there.
    """
    return join_paths(list(dict.fromkeys(_existing(path, "POSTS") for path in paths)))


def said_of_columns(earlier: Inputs, said: str) -> str:
    """Return which column is what: what is said now over what was said before.

    Parameters
    ----------
    earlier : Inputs
        As recorded.
    said : str
        As the user gave it; "" keeps what was recorded.
    """
    if not said:
        return earlier.columns
    from virality.posts.headers import remembered

    return remembered(earlier.columns, said)


def _with_place(given: dict) -> dict:
    """The parameters with the prior's folder as it is recorded: absolute."""
    folder = given.get("prior")
    return given | {"prior": str(resolved(folder))} if folder else given


def _refuse_prior(parameters: dict) -> None:
    """Refuse, before anything runs, what is no prior or one that forecasts something else."""
    if not parameters.get("prior"):
        return
    from virality.models.prior_files import load_prior

    prior = load_prior(parameters["prior"])
    if prior is not None:
        prior.refuse_other(parameters.get("target", params.known()["target"].default))


def _separates(by: str, pool: bool, before: bool) -> bool:
    """Whether this request, or the earlier one of this name, asks for a report per author."""
    if by and by != COLUMN:
        raise UserError(f"Reports cannot be separated by {shown(by)}.", do="Use: --by author")
    if by and pool:
        raise UserError("--by makes several reports and --pool makes one.", do="Choose one.")
    return bool(by) or (before and not pool)


def _inputs(request: Request, run: Run) -> tuple[Inputs, dict | None]:
    """What is read: brought now, recorded earlier, or the demo where nobody brought anything."""
    earlier = run.inputs()
    brought = bool(earlier.posts) and not earlier.simulated
    columns = said_of_columns(earlier, request.columns)
    films = {"videos": request.videos, "mapping": request.mapping}
    if request.posts:
        posts = existing_posts(split_paths(request.posts))
        return _with_films(Inputs(posts, columns=columns), films), None
    if brought:
        existing_posts(split_paths(earlier.posts))
        return _with_films(replace(earlier, columns=columns), films), None
    if any(films.values()) or request.columns:
        what = "Videos were" if any(films.values()) else "Columns were"
        raise UserError(f"{what} given without posts.", do="Give POSTS=path/to/posts.csv as well.")
    if earlier.simulated or request.simulate or request.name == DEFAULT_NAME:
        size = run.load().get("demo", {"posts": DEMO_POSTS, "videos": True})
        wanted = {"posts": request.demo_posts, "videos": request.demo_videos}
        return earlier, size | {key: value for key, value in wanted.items() if value is not None}
    raise UserError(
        f"There is no run “{request.name}” yet, and no posts were given.",
        do=f"Run: make report NAME={request.name} POSTS=path/to/posts.csv",
    )


def _with_films(inputs: Inputs, films: dict[str, str]) -> Inputs:
    found = {key: _existing(path, key.upper()) for key, path in films.items() if path}
    return replace(inputs, **found)  # type: ignore[arg-type]


def _make_demo(run: Run, posts: int, videos: bool) -> Inputs:
    from virality.demo.creator import ensure_demo

    folder = DEMO_FOLDER if run == Run.named(DEFAULT_NAME) else run.folder / "demo"
    files = ensure_demo(folder, posts, videos=videos)
    return Inputs(str(files.posts), str(files.videos) if videos else "", simulated=True)


def _existing(address: str, what: str) -> str:
    if not address or ("://" in address and what != "POSTS"):
        return _known_address(address)
    path, where = expanded(address), f"{what}={address[:200]}"
    if not exists(path):
        raise UserError("There is nothing there.", where=where, do="Check the spelling.")
    usable = {"VIDEOS": path.is_dir(), "MAPPING": path.is_file()}
    if not usable.get(what, path.is_dir() or path.is_file()):
        raise UserError(f"This is not {_KINDS[what]}.", where=where, do="Check the path.")
    return str(resolved(address))


def _known_address(address: str) -> str:
    """Return an address such as ``s3://…``; raise UserError when nothing here could open it."""
    if not address:
        return ""
    from fsspec import available_protocols

    expanded(address)  # raises where no address could be that
    kind = address.partition("://")[0].rpartition("::")[2]
    if kind not in available_protocols():
        raise UserError(
            f"No kind of place is called {shown(kind)}.",
            where=shown(address),
            do="Give a path of this machine.",
        )
    return address
