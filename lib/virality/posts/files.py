"""From paths to sources: files, folders, archives, workbooks. Nothing is ever unpacked to disk."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime, time
from pathlib import Path, PurePosixPath

from virality.errors import UserError
from virality.paths import exists, split_paths
from virality.posts.parse import visible
from virality.posts.source import MAX_BYTES, Source, as_table

MAX_MEMBERS = 20_000
MAX_RATIO = 300
MAX_ROWS = 1_000_000
SUFFIXES = frozenset(
    (
        *(".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".xlsx", ".xlsm", ".parquet"),
        *(".zip", ".gz"),
    )
)


def sources(paths: str | Path | Sequence[str | Path]) -> Iterator[Source]:
    """Every source under these paths, in a fixed order.

    Parameters
    ----------
    paths : str, Path or list of them
        Files or folders; one text may name several, joined by the system's path separator. In
        folders, files with the usual endings are read, hidden ones and links that leave the folder
        are not.

    Raises
    ------
    UserError
        A path does not exist, cannot be read, or is larger than `MAX_BYTES`.
    """
    if isinstance(paths, (str, Path)):
        paths = [paths] if isinstance(paths, Path) else split_paths(paths)
    if not paths or not any(map(str, paths)):
        raise UserError(
            "No posts file was named, and none is recorded.",
            do="Give the path of an export, or run `virality report` first.",
        )
    for path in map(Path, paths):
        if not exists(path):
            raise UserError(f"There is no file {visible(str(path))[:200]}.", do="Check the path.")
        for file in _files(path) if path.is_dir() else [path]:
            yield from open_bytes(file.name, _bytes(file))


def open_bytes(name: str, data: bytes) -> Iterator[Source]:
    """The sources inside one file's content."""
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        yield from _archive(name, data)
    elif data[:2] == b"\x1f\x8b":
        yield from _packed(name, data)
    else:
        yield Source(name, data)


def _packed(name: str, data: bytes) -> Iterator[Source]:
    """One file that gzip packed, never more of it than may be read."""
    content, rest = b"", data
    while rest[:2] == b"\x1f\x8b":  # several may stand behind each other
        packed = zlib.decompressobj(wbits=31)
        try:
            content += packed.decompress(rest, MAX_BYTES + 1 - len(content))
        except zlib.error:
            raise UserError(
                "The archive is damaged.", where=name, do="Download it again."
            ) from None
        if len(content) > MAX_BYTES:
            raise too_large(name, len(content))
        if not packed.eof:
            raise UserError("The archive breaks off.", where=name, do="Download it again.")
        rest = packed.unused_data
    if content[257:262] == b"ustar":
        raise UserError("This is a tar archive.", where=name, do="Unpack it first.")
    yield from _member_sources(PurePosixPath(name.removesuffix(".gz")), content)


def _damaged(name: str, how: str = "is damaged") -> UserError:
    return UserError(f"The archive {how}.", where=name, do="Download it again.")


def _files(folder: Path) -> list[Path]:
    root = folder.resolve()
    found = []
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if hidden or path.suffix.lower() not in SUFFIXES or not path.is_file():
            continue
        if path.resolve().is_relative_to(root):
            found.append(path)
    if not found:
        raise UserError(
            "The folder holds no file that could be an export (CSV, JSON, XLSX, Parquet or zip).",
            where=folder.name,
        )
    return found


def _bytes(path: Path) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise UserError("This is not an ordinary file.", where=path.name)
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise too_large(path.name, size)
        return path.read_bytes()
    except PermissionError:
        raise UserError(
            "The file may not be read.", where=path.name, do="Check its permissions."
        ) from None
    except OSError as error:
        raise UserError(f"The file cannot be read ({error.strerror}).", where=path.name) from None


def too_large(name: str, size: int) -> UserError:
    """The refusal of a file above the limit."""
    return UserError(
        f"The file has {size / 1e6:,.0f} MB; the limit is {MAX_BYTES / 1e6:,.0f} MB.",
        where=name,
        do="Split it, or export fewer posts at a time; several files are merged.",
    )


# --- archives and workbooks ---------------------------------------------------------------------


def _archive(name: str, data: bytes) -> Iterator[Source]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = [m for m in archive.infolist() if not m.is_dir()]
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError):
        raise _damaged(name) from None
    _check_members(name, members, len(data))
    if any(m.filename == "[Content_Types].xml" for m in members):
        yield from _workbook(name, data)
        return
    read = 0
    for member in members:
        path = PurePosixPath(member.filename)
        if path.suffix.lower() not in SUFFIXES - {".zip", ".gz"} or _is_clutter(path):
            continue
        content = _member(archive, member, name)
        read += len(content)
        if read > MAX_BYTES:
            raise too_large(name, read)
        yield from _member_sources(path, content)


def _member_sources(path: PurePosixPath, content: bytes) -> Iterator[Source]:
    """Workbooks inside an archive are opened; archives inside archives are not."""
    workbook = content[:2] == b"PK" and path.suffix.lower() in (".xlsx", ".xlsm")
    if workbook or content[:2] not in (b"PK", b"\x1f\x8b"):
        yield from open_bytes(path.name, content)


def _check_members(name: str, members: list[zipfile.ZipInfo], packed: int) -> None:
    if len(members) > MAX_MEMBERS:
        raise UserError(f"The archive holds more than {MAX_MEMBERS:,} files.", where=name)
    total = sum(m.file_size for m in members)
    if total > MAX_BYTES or (total > 10_000_000 and total > MAX_RATIO * packed):
        raise UserError(
            f"The archive unpacks to {total / 1e6:,.0f} MB, which is more than an export can hold.",
            where=name,
        )
    for member in members:
        path = PurePosixPath(member.filename.replace("\\", "/"))
        drive = path.parts[:1] and path.parts[0].endswith(":")
        if path.is_absolute() or ".." in path.parts or drive:
            raise UserError("The archive holds a path that leaves its folder; refused.", where=name)
        if stat.S_ISLNK(member.external_attr >> 16):
            raise UserError("The archive holds a symbolic link; refused.", where=name)
        if member.flag_bits & 1:
            raise UserError("The archive has a password.", where=name, do="Unpack it first.")


def _is_clutter(path: PurePosixPath) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in path.parts)


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> bytes:
    """A member's bytes, never more than it declared (the size was checked)."""
    try:
        with archive.open(member) as file:
            return file.read(member.file_size + 1)[: member.file_size]
    except Exception:  # zlib, CRC, unknown methods: all mean the same to a user
        raise _damaged(name) from None


def _workbook(name: str, data: bytes) -> Iterator[Source]:
    from openpyxl import load_workbook  # slow to load

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheets = [(s.title, _sheet(s, name)) for s in book.worksheets]
    except UserError:
        raise
    except Exception:  # a broken workbook raises many kinds of errors inside openpyxl
        raise UserError(
            "The workbook cannot be opened.", where=name, do="Save it again, or as CSV."
        ) from None
    filled = [(title, rows) for title, rows in sheets if rows]
    if not filled:
        raise UserError("The workbook is empty.", where=name)
    for title, rows in filled:
        label = name if len(filled) == 1 else f"{name}: {title}"
        if len(rows) > 1:
            yield Source(label, table=as_table(rows[0], rows[1:], label))
    if all(len(rows) == 1 for _, rows in filled):
        raise UserError("The table has a header but no rows.", where=name, do="Export it again.")


def _sheet(sheet, name: str) -> list[list[str]]:
    rows = []
    for record in sheet.iter_rows(values_only=True):
        cells = [_cell(value) for value in record]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            rows.append(cells)
        if len(rows) > MAX_ROWS:
            raise UserError(f"The sheet has more than {MAX_ROWS:,} rows.", where=name)
    return rows


def _cell(value) -> str:
    """A cell as text. Whole numbers stored as floats lose their `.0`, not their digits."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):  # a date without a time comes as midnight
        return str(value.date() if value.time() == time() else value)
    return str(value)
