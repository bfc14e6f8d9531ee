"""Every path of the project and of a run. Nobody else joins paths."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from virality.core.bounds import shown
from virality.core.chapters import ARTEFACTS
from virality.core.errors import UserError
from virality.core.writing import replacing

LIBRARY = Path(__file__).resolve().parents[1]
# Names the folder for runs, caches and demo files where there is no checkout.
HOME_VARIABLE = "VIRALITY_HOME"


def _checkout() -> Path | None:
    """The book's repository: around this file, or around the folder that one stands in."""
    try:
        here = Path.cwd()
    except OSError:  # a folder that is gone
        here = LIBRARY
    for folder in (LIBRARY.parents[1], here, *here.parents):
        if (folder / "notebooks" / "book.yml").is_file() and (folder / "setup_env").is_dir():
            return folder
    return None


def _home() -> Path:
    """Where an ordinary package keeps what it remembers: never beside its own modules."""
    if chosen := os.environ.get(HOME_VARIABLE):
        return Path(chosen).expanduser().absolute()
    from platformdirs import user_data_path

    return user_data_path("virality", appauthor=False)


CHECKOUT = _checkout()
ROOT = CHECKOUT or _home()
# A package that was built carries the sources of the chapters: they say what can be chosen.
NOTEBOOKS = CHECKOUT / "notebooks" if CHECKOUT else LIBRARY / "notebooks"
START = NOTEBOOKS / "start.ipynb"  # what JupyterLab opens
SITES = ROOT / "_site"
SITES_LOCK = ROOT / "build" / ".sites.lock"  # held while the list of reports is written
DEMO_FOLDER = ROOT / "data" / "demo"
DEFAULT_NAME = "demo"
UNKNOWN_AUTHOR = "unknown"  # where the input names none
DEMO_POSTS = 180  # enough for every chapter to say what it can
DEMO_AUTHOR = "simulated_creator"  # whose posts are known to be simulated, wherever they turn up

# A scratch run for tests: notebooks opened while it is set read and write there.
RUN_VARIABLE = "VIRALITY_RUN"
# Set while nothing but results and errors is to be shown.
QUIET_VARIABLE = "VIRALITY_QUIET"


def refuse_without_book() -> None:
    """Raise UserError where the package is installed without the book's repository."""
    if CHECKOUT is None:
        raise UserError(
            "This needs the book's repository, and here is its package alone.",
            do="Clone the repository that the package was installed from, and in its folder run: "
            "make report",
        )


_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


def split_paths(text: str) -> list[str]:
    """Return the paths that a text names.

    Parameters
    ----------
    text : str
        A path, or several joined by the system's path separator. A path that exists as it
        stands is one path, whatever is in its name.
    """
    if not text or os.pathsep not in text or exists(text):
        return [text] if text else []
    return [part for part in text.split(os.pathsep) if part]


def join_paths(paths: Sequence[str | Path]) -> str:
    """Return one text for several paths, see :func:`split_paths`.

    Raises
    ------
    UserError
        When one of several holds the separator itself.
    """
    texts = [str(path) for path in paths]
    for text in texts:
        if len(texts) > 1 and os.pathsep in text:
            raise UserError(
                f"A path that holds “{os.pathsep}” cannot be given together with others.",
                where=text,
                do="Rename it, or put the files into one folder and give that.",
            )
    return os.pathsep.join(texts)


def exists(path: str | Path) -> bool:
    """Return whether there is something; a path that cannot even be one is not there."""
    try:
        return Path(path).exists()
    except (OSError, ValueError):  # too long, or holding a NUL
        return False


def expanded(path: str | Path) -> Path:
    """Return a path with its ``~`` replaced.

    Raises
    ------
    UserError
        When nothing can be called that.
    """
    if "\0" in str(path):
        raise UserError("No path holds a NUL character.", where=shown(str(path)))
    try:
        return Path(path).expanduser()
    except RuntimeError:
        raise UserError(
            "There is no user of that name.",
            where=str(path)[:80],
            do="Put ./ in front if a file is called so.",
        ) from None


def resolved(path: str | Path) -> Path:
    """Return an absolute path without links.

    Raises
    ------
    UserError
        When nothing can lie there.
    """
    try:
        return expanded(path).resolve()
    except (OSError, RuntimeError):  # links that lead round in a circle
        raise UserError("This path leads nowhere.", where=str(path)[:80]) from None


def read_ordinary(path: str | Path, most: int, what: str) -> bytes:
    """Return the bytes of a small ordinary file; devices and pipes are not even opened.

    Parameters
    ----------
    path : str or Path
    most : int
        Bytes that it may have.
    what : str
        Begins the sentence of an error.

    Raises
    ------
    UserError
        It is not there, not an ordinary file, too large, or may not be read.
    """
    place, where = expanded(path), str(path)[:200]
    try:
        if not stat.S_ISREG(place.stat().st_mode):
            kind = "a folder" if place.is_dir() else "not an ordinary file"
            raise UserError(f"{what} cannot be read (it is {kind}).", where=where)
        with place.open("rb") as stream:
            data = stream.read(most + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UserError(f"{what} cannot be read ({reason}).", where=where) from None
    if len(data) > most:
        raise UserError(f"{what} has more than {most // 1000:,} kB.", where=where)
    return data


def place_for(path: str, folder: bool = False) -> Path:
    """Return where an output goes, absolute.

    Parameters
    ----------
    path : str
        As the user gave it.
    folder : bool
        Whether the output is a folder of its own; a file otherwise.

    Raises
    ------
    UserError
        When it cannot be written there.
    """
    wanted = "folder" if folder else "file"
    if not path.strip() or not path.isprintable():
        raise UserError(f"No {wanted} can be called {shown(path)}.", do="Give another name.")
    if "://" in path:
        raise UserError("Outputs are written on this machine.", shown(path), "Give a path of it.")
    place = resolved(path)
    try:
        mode = place.stat().st_mode
    except FileNotFoundError:
        nearest = next(parent for parent in place.parents if parent.exists())
        if not os.access(nearest, os.W_OK):
            raise UserError(f"Nothing may be written in {nearest}.", where=path[:200]) from None
        return place
    except OSError as error:  # too long a name, or below a file
        reason = error.strerror or error
        raise UserError(f"No {wanted} can be made there ({reason}).", where=path[:200]) from None
    if not (stat.S_ISDIR(mode) if folder else stat.S_ISREG(mode)):
        raise UserError(
            f"Something else than a {wanted} lies there, and is left as it is.", where=path[:200]
        )
    return place


@contextmanager
def writing_to(place: Path):
    """Tell in a sentence what the system says against writing a user's output there.

    Raises
    ------
    UserError
        In place of the system's own error.
    """
    try:
        yield
    except BrokenPipeError:  # what is printed meanwhile is another matter
        raise
    except OSError as error:
        raise UserError(
            f"The output cannot be written there ({error.strerror or error}).", where=str(place)
        ) from None


@dataclass(frozen=True)
class Inputs:
    """What the user brought, as absolute paths ("" where there is none).

    Parameters
    ----------
    posts : str
        The posts file or folder, or several: see :func:`split_paths`.
    videos : str
        The folder of video files.
    mapping : str
        A table that says which file belongs to which post.
    columns : str
        Which column of the posts is what, see :func:`virality.posts.headers.parse_choice`.
    simulated : bool
        True when this is the demo creator.
    """

    posts: str = ""
    videos: str = ""
    mapping: str = ""
    columns: str = ""
    simulated: bool = False


@dataclass(frozen=True)
class Run:
    """One named run: its folder of work and the places of its products.

    Parameters
    ----------
    name : str
        Name of the run, safe as a folder name.
    folder : Path
        Work: artefacts, executed notebooks, stamps.
    figures : Path
        Figures as files.
    site : Path
        The rendered pages.
    """

    name: str
    folder: Path
    figures: Path
    site: Path

    @classmethod
    def named(cls, name: str) -> Run:
        """Return the run called `name`.

        Raises
        ------
        UserError
            When the name is none that a folder can safely have.
        """
        if not _SAFE_NAME.fullmatch(name) or name.endswith("."):
            raise UserError(
                f"The name {shown(name)} cannot be used for a folder.",
                do="Use letters, digits, '-', '_' and '.', starting with a letter or digit.",
            )
        return cls(name, ROOT / "build" / name, ROOT / "figures" / name, SITES / name)

    @classmethod
    def at(cls, folder: Path) -> Run:
        """Return a run that keeps everything, products included, below `folder`."""
        folder = Path(folder).resolve()
        return cls(folder.name, folder, folder / "figures", folder / "site")

    @classmethod
    def open(cls, name: str) -> Run:
        """Return the run for a notebook: `name`, or the scratch run that tests hand over."""
        scratch = os.environ.get(RUN_VARIABLE)
        return cls.at(Path(scratch)) if scratch else cls.named(name)

    @property
    def record(self) -> Path:
        """What was asked for: inputs, parameters and resolved encoders (JSON)."""
        return self.folder / "run.json"

    @property
    def pooled(self) -> bool:
        """Whether it is one report on several creators."""
        return bool(self.load().get("parameters", {}).get("pool", False))

    @property
    def plans(self) -> Path:
        """The plan of its experiment: never cleared, for a promise cannot be made again."""
        own = self.folder == ROOT / "build" / self.name
        return ROOT / "plans" / self.name if own else self.folder / "plans"

    @property
    def plan(self) -> Path:
        """The plan itself, as a file."""
        return self.plans / "plan.json"

    @property
    def planned(self) -> bool:
        """Whether there is an experiment, which then has a chapter."""
        return self.plan.is_file() and not self.pooled

    @property
    def tags(self) -> str:
        """The file that tells the variants of posts, "" where hashtags do."""
        return str(self.load().get("tags") or "")

    @property
    def lock(self) -> Path:
        """The file that a running process holds."""
        return self.folder / "lock"

    @property
    def cache(self) -> Path:
        """Vectors by content of the media file; shared by the runs beside this one."""
        return self.folder.parent / ".cache"

    def artefact(self, name: str) -> Path:
        """Return where the artefact `name` lies."""
        return self.folder / "artefacts" / ARTEFACTS[name]

    def executed(self, slug: str) -> Path:
        """Return the executed notebook of a chapter."""
        return self.folder / "executed" / f"{slug}.ipynb"

    def partial(self, slug: str) -> Path:
        """Return the notebook of a chapter that is running, or failed."""
        return self.folder / "partial" / f"{slug}.ipynb"

    def stamp(self, slug: str) -> Path:
        """Return the record of a chapter's last complete execution."""
        return self.folder / "stamps" / f"{slug}.json"

    @property
    def staging(self) -> Path:
        """The book as it is handed to Quarto."""
        return self.folder / "book"

    def inputs(self) -> Inputs:
        """Return the recorded inputs (empty where nothing was recorded)."""
        known = {f.name for f in fields(Inputs)}
        stored = self.load().get("inputs", {})
        return Inputs(**{key: value for key, value in stored.items() if key in known})

    def load(self) -> dict:
        """Return the record of the run, empty when there is none.

        Raises
        ------
        UserError
            When the record is damaged.
        """
        try:
            return json.loads(self.record.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError as error:
            raise UserError(
                f"The record of this run is damaged ({error}).",
                where=str(self.record),
                do="Delete that file and give POSTS and VIDEOS again.",
            ) from error

    def save(self, **entries) -> None:
        """Merge `entries` into the record of the run, atomically."""
        record = self.load() | {
            key: asdict(value) if isinstance(value, Inputs) else value
            for key, value in entries.items()
        }
        with replacing(self.record, lasting=True) as temporary:
            temporary.write_text(json.dumps(record, indent=2, sort_keys=True), encoding="utf-8")
