"""How files come to be: whole or not at all, and never in the place of somebody else's.

A folder that this project makes carries a mark, a small file that lists what the project put
there. Only what is listed is ever replaced or removed; a folder without a mark is not ours.
"""

from __future__ import annotations

import json
import os
import re
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from shutil import rmtree

from virality.core.errors import UserError

MARK = ".virality"
_NOTE = "This folder was made by virality, which replaces and removes the files listed here."
_LEFTOVER = re.compile(r"\.(.+)\.[0-9a-f]{8}\.tmp")
# File managers and Jupyter leave these wherever somebody looks; they hold nothing of anybody's.
_CLUTTER = {".DS_Store", "Thumbs.db", "desktop.ini", ".ipynb_checkpoints"}


@contextmanager
def replacing(target: Path, lasting: bool = False) -> Iterator[Path]:
    """Yield a temporary path beside `target`, and move it into place when all went well.

    A reader sees the old file or the whole new one; a failure leaves the old one. For files
    only: see :func:`replacing_folder` for folders.

    Parameters
    ----------
    target : Path
        Final place.
    lasting : bool
        Wait until the system has stored the content, so that a power cut loses neither the old
        nor the new file; for what cannot be made again.

    Yields
    ------
    Path
        Where to write.

    Raises
    ------
    UserError
        What stands there is a folder, a device or a pipe: these are never replaced.
    """
    target = Path(target)
    refuse_odd(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary(target)
    try:
        yield temporary
        if lasting:
            _settle(temporary)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def replacing_folder(target: Path) -> Iterator[Path]:
    """Yield a temporary path beside `target`, and let the folder made there take its place.

    Parameters
    ----------
    target : Path
        Final place.

    Yields
    ------
    Path
        Where to make the folder.

    Raises
    ------
    UserError
        What stands there holds anything that this project did not make.
    """
    target = Path(os.path.realpath(target))  # where a link leads: the link itself stays
    refuse_foreign(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary(target)
    try:
        yield temporary
        adopt(temporary, _files(temporary))
        refuse_foreign(target)  # again, for making it can take minutes
        _swap(temporary, target)
    finally:
        rmtree(temporary, ignore_errors=True)


@contextmanager
def merging_folder(target: Path, force: bool = False) -> Iterator[Path]:
    """Yield a temporary path beside `target`, and let the folder made there take its place.

    As :func:`replacing_folder`, but with `force` what somebody else has in that folder stays there,
    and only files of the same names are replaced.

    Parameters
    ----------
    target : Path
        Final place.
    force : bool

    Yields
    ------
    Path
        Where to make the folder.

    Raises
    ------
    UserError
        Without `force`, what stands there holds anything that this project did not make; with it, a
        folder stands where a file has to go.
    """
    if not force or not foreign_in(target):
        with replacing_folder(target) as temporary:
            yield temporary
        return
    target = Path(os.path.realpath(target))
    temporary = _temporary(target)
    try:
        yield temporary
        made = sorted(_files(temporary))
        for name in made:
            refuse_odd(target / name)
        remove_made(target, made_in(target) or ())
        for name in made:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (temporary / name).replace(target / name)
        adopt(target, made)
    finally:
        rmtree(temporary, ignore_errors=True)


@contextmanager
def adding(folder: Path, name: str) -> Iterator[Path]:
    """Yield a temporary path for a file that becomes one of ours in a folder of ours.

    Parameters
    ----------
    folder : Path
        Is claimed where it is not ours yet.
    name : str
        The file's name; entered in the folder's mark before the file is there.

    Raises
    ------
    UserError
        The folder, or a file of that name in it, is somebody else's.
    """
    claim(folder)
    ours = made_in(folder) or frozenset()
    if name not in ours:
        if os.path.lexists(folder / name):
            raise _foreign(folder, [name], marked=True)
        _write_mark(folder, ours | {name})
    with replacing(folder / name) as temporary:
        yield temporary


def remove_made(folder: Path, names: Iterable[str]) -> None:
    """Remove those of the named files that this project made, and nothing else.

    Parameters
    ----------
    folder : Path
    names : iterable of str
        Paths below the folder.
    """
    ours = made_in(folder) or frozenset()
    gone = ours & set(names)
    for name in gone:
        (folder / name).unlink(missing_ok=True)
    if gone:
        _write_mark(folder, ours - gone)


def remove_folder(folder: Path) -> None:
    """Remove what this project made in a folder, and the folder where nothing else is left."""
    remove_made(folder, made_in(folder) or ())
    (folder / MARK).unlink(missing_ok=True)
    for here, folders, names in os.walk(folder, topdown=False):
        for name in (*folders, *names):
            path = Path(here, name)
            if path.is_dir() and not path.is_symlink():
                with suppress(OSError):  # somebody else's files are in it
                    path.rmdir()
            elif _passing(name):
                path.unlink()
    with suppress(OSError):
        folder.rmdir()


# --- whose a folder is --------------------------------------------------------------------------


def made_in(folder: Path) -> frozenset[str] | None:
    """Return what a folder's mark lists; None where there is no mark."""
    try:
        listed = json.loads((folder / MARK).read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if not isinstance(listed, list):
        return None
    return frozenset(name for name in map(str, listed) if _stays_inside(name))


def foreign_in(folder: Path) -> list[str]:
    """Return the files of a folder that this project did not make, as paths below it, sorted."""
    return sorted(_foreign_files(folder))


def refuse_foreign(folder: Path) -> None:
    """Raise UserError unless all that stands at `folder` was made by this project."""
    if folder.exists() and not folder.is_dir():
        raise UserError(
            "A file stands where a folder has to be made.",
            where=str(folder),
            do="Move it elsewhere, or choose another name.",
        )
    # Two are enough to tell: a folder that is not ours can be a whole disk.
    if found := list(islice(_foreign_files(folder), 2)):
        raise _foreign(folder, found, marked=made_in(folder) is not None)


def claim(folder: Path) -> None:
    """Make a folder this project's own.

    Raises
    ------
    UserError
        When it is somebody else's.
    """
    if made_in(folder) is None:
        refuse_foreign(folder)
        adopt(folder, ())


def adopt(folder: Path, names: Iterable[str]) -> None:
    """Mark a folder as this project's own, whatever else it holds.

    Parameters
    ----------
    folder : Path
        Is made where it is missing.
    names : iterable of str
        The files in it that are this project's, as paths below it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _write_mark(folder, frozenset(names))


def refuse_odd(path: Path) -> None:
    """Raise UserError where something stands that a file must not replace."""
    if path.is_dir():
        raise UserError(
            "A folder of that name is there, and is left as it is.",
            where=str(path),
            do="Choose another name for the file.",
        )
    if path.exists() and not path.is_file():
        raise UserError("This is not an ordinary file, and is left as it is.", where=str(path))


def _foreign(folder: Path, found: list[str], marked: bool) -> UserError:
    more = " and more" if len(found) > 1 else ""
    named = f"{found[0][:80]}{more}"
    if marked:
        return UserError(
            f"The folder holds something that this project did not put there: {named}.",
            where=str(folder),
            do="Move it elsewhere, then run the same command again.",
        )
    return UserError(
        f"This folder was not made by this project, and is left as it is (it holds {named}).",
        where=str(folder),
        do="Choose another name, or move the folder elsewhere.",
    )


def _foreign_files(folder: Path) -> Iterator[str]:
    ours = made_in(folder) or frozenset()
    return (name for name in _files(folder) if name not in ours)


def _files(folder: Path) -> Iterator[str]:
    """All files and links below a folder, but for the mark, clutter and interrupted writes."""
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _passing(name))
        links = [name for name in folders if os.path.islink(os.path.join(here, name))]
        for name in sorted([*names, *links]):
            if name != MARK and not _passing(name):
                yield Path(here, name).relative_to(folder).as_posix()


def _stays_inside(name: str) -> bool:
    path = Path(name)
    return ".." not in path.parts and not path.anchor


def _passing(name: str) -> bool:
    return name in _CLUTTER or _LEFTOVER.fullmatch(name) is not None


def _write_mark(folder: Path, names: frozenset[str]) -> None:
    content = {"note": _NOTE, "files": sorted(names)}
    with replacing(folder / MARK, lasting=True) as temporary:
        temporary.write_text(json.dumps(content, indent=1), encoding="utf-8")


# --- moving into place --------------------------------------------------------------------------


def clear_leftovers(folder: Path, name: str = "") -> None:
    """Remove what interrupted writes left in a folder.

    Parameters
    ----------
    folder : Path
        Nobody else writes there now: the caller holds the lock.
    name : str
        Of the file or folder that was being made; "" for any.
    """
    for path in folder.glob(".*.tmp"):
        known = _LEFTOVER.fullmatch(path.name)
        if known is None or name not in ("", known[1]):
            continue
        if path.is_dir() and not path.is_symlink():
            rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _temporary(target: Path) -> Path:
    return target.parent / f".{target.name}.{uuid.uuid4().hex[:8]}.tmp"


def _settle(path: Path) -> None:
    """Have the system store the content before the name points to it."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def _swap(temporary: Path, target: Path) -> None:
    """Put one folder in the place of another; a failure puts the old one back."""
    if not target.exists():
        temporary.rename(target)
        return
    old = _temporary(target)
    target.rename(old)
    try:
        temporary.rename(target)
    except BaseException:
        old.rename(target)
        raise
    rmtree(old, ignore_errors=True)
