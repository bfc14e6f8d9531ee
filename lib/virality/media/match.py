"""Which file belongs to which post: by id in the name, by a column, or by a table; never by order.

A folder may be local or any address that fsspec understands (``s3://…``, ``memory://…``).
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import fsspec
import pandas as pd

from virality.core.errors import UserError

VIDEO_SUFFIXES = {
    ".mp4", ".mov", ".m4v", ".webm", ".mkv", ".avi", ".ts", ".3gp", ".flv", ".mpg", ".mpeg", ".wmv",
}  # fmt: skip
STILL_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp"}
SOUND_SUFFIXES = {".mp3", ".m4a", ".wav", ".aac", ".ogg", ".opus", ".flac"}
SUFFIXES = VIDEO_SUFFIXES | STILL_SUFFIXES | SOUND_SUFFIXES

_BRACKETED = re.compile(r"\[([^\[\]]+)\]\s*$")
_LONG_NUMBER = re.compile(r"(?<!\d)\d{12,}(?!\d)")
_ID_HEADERS = ("post_id", "video_id", "id")
_FILE_HEADERS = ("media_file", "file", "filename", "file_name", "path", "video")


@dataclass(frozen=True)
class MediaFile:
    """One file of the videos folder.

    Parameters
    ----------
    name : str
        Path below the folder, with forward slashes.
    address : str
        Where it can be opened: an absolute path, or an fsspec address.
    signature : tuple
        What changes when the content may have changed: size in bytes, then times, or the
        store's own key.
    """

    name: str
    address: str
    signature: tuple

    @property
    def local(self) -> bool:
        """Whether the address is a path of this machine."""
        return "://" not in self.address

    @property
    def suffix(self) -> str:
        """The file name's ending in lower case, with its dot."""
        return PurePosixPath(self.name).suffix.lower()


@dataclass
class Matching:
    """Files by post, and all that did not fit.

    Parameters
    ----------
    files : dict of str to MediaFile
        The file of each post that has one.
    how : dict of str to str
        How it was found: "mapping", "column" or "name".
    problems : dict of str to str
        Post id to one sentence: posts without a file, or with a doubtful one.
    shared : dict of str to list of str
        File name to the posts that share it, where there are several.
    without_post : list of str
        Names of media files that belong to no post.
    refused : dict of str to str
        File names that were left alone, and why.
    notes : list of str
        Sentences about the mapping table.
    """

    files: dict[str, MediaFile] = field(default_factory=dict)
    how: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    shared: dict[str, list[str]] = field(default_factory=dict)
    without_post: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def list_files(folder: str) -> tuple[list[MediaFile], dict[str, str]]:
    """Return the media files of a folder, sorted by name, and what was refused.

    Parameters
    ----------
    folder : str
        Local path or fsspec address.

    Returns
    -------
    files : list of MediaFile
        Files whose ending is one of pictures, sound or video.
    refused : dict of str to str
        Name and reason, for links that lead out of the folder.

    Raises
    ------
    UserError
        When there is no such folder.
    """
    if "://" in folder and not folder.startswith("file://"):
        return _list_remote(folder), {}
    root = Path(folder.removeprefix("file://")).expanduser()
    if not root.is_dir():
        raise UserError(
            "There is no such folder of videos.", where=str(root), do="Check the path in VIDEOS."
        )
    return _list_local(root.resolve())


def _list_local(root: Path) -> tuple[list[MediaFile], dict[str, str]]:
    files, refused = [], {}
    for here, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(names):
            path = Path(here) / name
            if path.suffix.lower() not in SUFFIXES or name.startswith("."):
                continue
            shown = path.relative_to(root).as_posix()
            if path.is_symlink() and not path.resolve().is_relative_to(root):
                refused[shown] = "This link leads out of the videos folder, so it was not followed."
            elif not path.is_file():
                link = path.is_symlink() and not path.exists()
                refused[shown] = (
                    "This link leads nowhere." if link else "This is not an ordinary file."
                )
            else:
                files.append(MediaFile(shown, str(path), signature(path)))
    return files, refused


def signature(path: str | Path) -> tuple:
    """Return size, and times of change in nanoseconds, of a local file."""
    # The time of the inode changes with the content even where a tool restores the other one.
    stat = os.stat(path)
    return (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)


def _list_remote(folder: str) -> list[MediaFile]:
    system, root = fsspec.url_to_fs(folder)
    if not system.isdir(root):
        raise UserError(
            "There is no such folder of videos.", where=folder, do="Check the address in VIDEOS."
        )
    root = root.rstrip("/")
    files = []
    for path, info in sorted(system.find(root, detail=True).items()):
        if PurePosixPath(path).suffix.lower() in SUFFIXES:
            shown = path[len(root) :].lstrip("/")
            mark = (info.get("size"), str(system.ukey(path)))
            files.append(MediaFile(shown, system.unstrip_protocol(path), mark))
    return files


def match(posts: pd.DataFrame, folder: str, mapping: str = "") -> Matching:
    """Find the file of each post.

    A mapping table comes first, then the column ``media_file``, then the id in the file's name,
    see :func:`id_in_name`.

    Parameters
    ----------
    posts : DataFrame
        Columns ``post_id`` and, where the input has it, ``media_file``.
    folder : str
        Local path or fsspec address of the files.
    mapping : str
        CSV file with a column of post ids and a column of file names; "" for none.

    Raises
    ------
    UserError
        When the folder or the mapping cannot be read.
    """
    files, refused = list_files(folder)
    by_name = {file.name: file for file in files}
    result = Matching(refused=refused)
    ids = posts["post_id"].astype(str).tolist()
    if mapping:
        _by_mapping(result, ids, by_name, mapping)
    if "media_file" in posts:
        _by_column(result, posts, by_name)
    _by_id(result, ids, files)
    for post in ids:
        if post not in result.files:
            result.problems.setdefault(post, "No file in the videos folder carries this post's id.")
    _list_shared(result)
    used = {file.name for file in result.files.values()}
    result.without_post += [file.name for file in files if file.name not in used]
    return result


def _by_mapping(result: Matching, ids: list[str], by_name: dict, mapping: str) -> None:
    known, seen, unknown = set(ids), set(), 0
    for post, name in read_mapping(mapping):
        if post not in known:
            unknown += 1
        elif post in seen:
            result.notes.append(f"The mapping names post {post} twice; its first line counts.")
        else:
            seen.add(post)
            _take_named(result, post, name, by_name, "mapping")
    if unknown:
        lines = (
            "line of the mapping names a post"
            if unknown == 1
            else "lines of the mapping name posts"
        )
        result.notes.append(f"{unknown} {lines} that the posts table does not have.")


def _by_column(result: Matching, posts: pd.DataFrame, by_name: dict) -> None:
    named = posts.loc[posts["media_file"].notna(), ["post_id", "media_file"]]
    for post, name in zip(named["post_id"].astype(str), named["media_file"].astype(str)):
        if name.strip() and post not in result.files and post not in result.problems:
            _take_named(result, post, name, by_name, "column")


def _take_named(result: Matching, post: str, name: str, by_name: dict, how: str) -> None:
    """Take the file called `name`, below the folder; say why not otherwise."""
    wanted = PurePosixPath(name.strip().replace("\\", "/"))
    if wanted.is_absolute() or ".." in wanted.parts:
        result.problems[post] = "The file named for this post lies outside the videos folder."
    elif wanted.as_posix() in by_name:
        result.files[post] = by_name[wanted.as_posix()]
        result.how[post] = how
    elif wanted.as_posix() in result.refused:
        result.problems[post] = result.refused[wanted.as_posix()]
    else:
        result.problems[post] = "The file named for this post is not in the videos folder."


def _by_id(result: Matching, ids: list[str], files: list[MediaFile]) -> None:
    candidates: dict[str, list[MediaFile]] = {}
    known = set(ids) - set(result.files)
    for file in files:
        post = id_in_name(file.name, known)
        if post:
            candidates.setdefault(post, []).append(file)
    for post, found in candidates.items():
        if post in result.problems:
            continue
        best = min(found, key=_preference)
        result.files[post], result.how[post] = best, "name"
        if len(found) > 1:
            result.problems[post] = f"{len(found)} files carry this post's id; one of them is used."


def id_in_name(name: str, known: set[str]) -> str | None:
    """Return the known id that a file name carries, or None.

    It is the whole name (``7001.mp4``), stands in the brackets at its end that yt-dlp writes
    (``A title [7001].mp4``), or is a long number in it that is exactly one known id.

    Parameters
    ----------
    name : str
        Of a file.
    known : set of str
        Ids of the posts that still need a file.

    Examples
    --------
    >>> id_in_name("A walk, with [dogs] [7001].mp4", {"7001"})
    '7001'
    """
    stem = PurePosixPath(name).stem
    if stem in known:
        return stem
    bracket = _BRACKETED.search(stem)
    if bracket:
        inside = bracket.group(1).strip()
        return inside if inside in known else None
    numbers = {number for number in _LONG_NUMBER.findall(stem) if number in known}
    return numbers.pop() if len(numbers) == 1 else None


def _preference(file: MediaFile) -> tuple:
    """Videos before stills before sound, then the shortest name, then the alphabet."""
    kind = 0 if file.suffix in VIDEO_SUFFIXES else 1 if file.suffix in STILL_SUFFIXES else 2
    return (kind, len(file.name), file.name)


def _list_shared(result: Matching) -> None:
    posts_of: dict[str, list[str]] = {}
    for post, file in result.files.items():
        posts_of.setdefault(file.name, []).append(post)
    result.shared = {name: posts for name, posts in posts_of.items() if len(posts) > 1}
    for posts in result.shared.values():
        for post in posts:
            same = f"{len(posts)} posts have this very file, and so the same vectors."
            result.problems.setdefault(post, same)


def read_mapping(path: str) -> list[tuple[str, str]]:
    """Return (post id, file name) of each usable line of a mapping table.

    Raises
    ------
    UserError
        When the file is missing, is not a table, or lacks one of the two columns.
    """
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except FileNotFoundError:
        raise UserError("There is no such mapping file.", where=path) from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise UserError(
            "The mapping could not be read as a table.", where=path, do="Save it as CSV (UTF-8)."
        ) from error
    heads = {str(column).strip().lower(): column for column in table.columns}
    post = next((heads[name] for name in _ID_HEADERS if name in heads), None)
    file = next((heads[name] for name in _FILE_HEADERS if name in heads), None)
    if post is None or file is None:
        raise UserError("The mapping needs one column 'post_id' and one column 'file'.", where=path)
    pairs = zip(table[post].str.strip(), table[file].str.strip())
    return [(one, name) for one, name in pairs if one and name]
