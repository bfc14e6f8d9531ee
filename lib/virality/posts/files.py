"""From paths to sources: files, folders, archives, workbooks. Nothing is ever unpacked to disk."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime, time
from pathlib import Path, PurePosixPath

from virality.core.errors import UserError
from virality.core.paths import exists, split_paths
from virality.posts import limits
from virality.posts.parse import visible
from virality.posts.source import Source, as_table

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
        A path does not exist, cannot be read, or is larger than `limits.MAX_BYTES`.
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


def open_bytes(name: str, data: bytes, budget: limits.Budget | None = None) -> Iterator[Source]:
    """The sources inside one file's content; the budget is that of the archive it comes from."""
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        yield from _archive(name, data, budget or limits.Budget(name))
    elif data[:2] == b"\x1f\x8b":
        yield from _packed(name, data, budget or limits.Budget(name))
    else:
        yield Source(name, data)


def _packed(name: str, data: bytes, budget: limits.Budget) -> Iterator[Source]:
    """One file that gzip packed, never more of it than may be read."""
    content, rest, most = b"", data, max(limits.SMALL, limits.MAX_RATIO * len(data))
    while rest[:2] == b"\x1f\x8b":  # several may stand behind each other
        packed = zlib.decompressobj(wbits=31)
        try:
            content += packed.decompress(rest, min(most, budget.left) + 1 - len(content))
        except zlib.error:
            raise _damaged(name) from None
        if len(content) > most:
            raise limits.unpacks_to(len(content), name)
        if len(content) > budget.left:
            budget.take(len(content))
        if not packed.eof:
            raise _damaged(name, "breaks off")
        rest = packed.unused_data
    budget.take(len(content))
    if content[257:262] == b"ustar":
        raise UserError("This is a tar archive.", where=name, do="Unpack it first.")
    yield from _inner(PurePosixPath(name.removesuffix(".gz")), content, budget)


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
        if len(found) > limits.MAX_MEMBERS:
            raise UserError(
                f"The folder holds more than {limits.MAX_MEMBERS:,} files.", where=folder.name
            )
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
        if (size := path.stat().st_size) > limits.MAX_BYTES:
            raise limits.too_large(path.name, size)
        with path.open("rb") as stream:
            data = stream.read(limits.MAX_BYTES + 1)  # some files hold more than they say
        if len(data) > limits.MAX_BYTES:
            raise limits.too_large(path.name, len(data))
        return data
    except PermissionError:
        raise UserError(
            "The file may not be read.", where=path.name, do="Check its permissions."
        ) from None
    except OSError as error:
        raise UserError(f"The file cannot be read ({error.strerror}).", where=path.name) from None


# --- archives and workbooks ---------------------------------------------------------------------


def _archive(name: str, data: bytes, budget: limits.Budget) -> Iterator[Source]:
    limits.check_directory(data, name)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = [m for m in archive.infolist() if not m.is_dir()]
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError):
        raise _damaged(name) from None
    _check_members(name, members)
    workbook = any(m.filename == "[Content_Types].xml" for m in members)
    wanted = members if workbook else [m for m in members if _is_wanted(m)]
    limits.check_sizes(wanted, name, budget)
    if workbook:
        yield from _workbook(name, data)
        return
    for member in wanted:
        path = PurePosixPath(member.filename)
        content = _member(archive, member, name)
        yield from _inner(path, content, budget)
    if not wanted and (
        packed := [m.filename for m in members if m.filename.endswith((".zip", ".gz"))]
    ):
        raise UserError(
            f"The archive holds archives ({visible(packed[0])[:80]}), which are not opened.",
            where=name,
            do="Unpack it first.",
        )


def _inner(path: PurePosixPath, content: bytes, budget: limits.Budget) -> Iterator[Source]:
    """Workbooks inside an archive are opened; archives inside archives are not."""
    workbook = content[:2] == b"PK" and path.suffix.lower() in (".xlsx", ".xlsm")
    if workbook or content[:2] not in (b"PK", b"\x1f\x8b"):
        yield from open_bytes(path.name, content, budget)


def _is_wanted(member: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(member.filename)
    return path.suffix.lower() in SUFFIXES - {".zip", ".gz"} and not _is_clutter(path)


def _check_members(name: str, members: list[zipfile.ZipInfo]) -> None:
    if len({member.filename for member in members}) < len(members):
        raise UserError("The archive holds two files of one name; refused.", where=name)
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
    rows, counter = [], limits.Counter(name)
    sheet.reset_dimensions()  # what it says of its own size is often wrong, either way
    for number, record in enumerate(sheet.iter_rows(values_only=True), start=1):
        if number > limits.MAX_SHEET_ROWS:
            raise limits.too_many(f"{limits.MAX_SHEET_ROWS:,} rows", name)
        counter.add(len(record), rows=bool(record))
        cells = [_cell(value) for value in record]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            rows.append(cells)
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
