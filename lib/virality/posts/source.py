"""From paths to the things to read: files, folders, archives, workbooks.

Nothing is ever unpacked to disk. Each is bytes with a name, seen as text, as a table or as JSON.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path, PurePosixPath

from virality.core.errors import UserError
from virality.core.paths import exists, split_paths
from virality.posts import limits, objects, tables
from virality.posts.repairs import Remark
from virality.posts.tables import Table
from virality.posts.text import decode, visible

SUFFIXES = frozenset(
    (
        *(".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".xlsx", ".xlsm", ".parquet"),
        *(".zip", ".gz"),
    )
)


class Source:
    """The content of one file (or archive member, or sheet).

    Parameters
    ----------
    name : str
        File name without folder; used in messages only, never to recognise the format.
    data : bytes
        The content.
    table : Table, optional
        For content that is a table already (a sheet).
    values : list, optional
        For content that is JSON values already.
    """

    def __init__(
        self,
        name: str,
        data: bytes = b"",
        table: Table | None = None,
        values: list | None = None,
    ):
        self.name = visible(name)[:200] or "unnamed"
        self.data, self._table, self._values = data, table, values
        self.remarks: list[Remark] = []
        self.chosen: dict[str, str] = {}  # what the user says: column by field

    @property
    def is_parquet(self) -> bool:
        """Whether the content is a Parquet file."""
        return self.data[:4] == b"PAR1"

    @property
    def is_json(self) -> bool:
        """Whether the text starts like JSON."""
        if self._values is not None:
            return True
        if self._table is not None or self.is_parquet:
            return False
        return self.text[:200].lstrip()[:1] in ("{", "[")

    @property
    def is_text(self) -> bool:
        """Whether the content was text, and no sheet, Parquet file or derived table."""
        return self._table is None and self._values is None and not self.is_parquet

    @cached_property
    def text(self) -> str:
        """The content as text, whatever its encoding.

        Raises
        ------
        UserError
            It is no text.
        """
        text, remark = decode(self.data, self.name)
        if remark:
            self.remarks.append(Remark(remark))
        return text

    @cached_property
    def table(self) -> Table:
        """The content as a table; without columns if it is JSON.

        Raises
        ------
        UserError
            It is text without rows, or a table that is broken.
        """
        if self._table is not None:
            return self._table
        if self.is_json:
            return Table([], [], [])
        if self.is_parquet:
            return tables.read_parquet(self.data, self.name)
        return tables.read_csv(self.text, self.name)

    @cached_property
    def json(self) -> list:
        """The content as JSON values: one for a document, many for JSON lines, none for a table.

        Numbers are kept as text, so that no id loses a digit.

        Raises
        ------
        UserError
            It is JSON that breaks off, or is nested too deep.
        """
        if self._values is not None:
            return self._values
        return objects.read_json(self.text, self.name) if self.is_json else []

    @cached_property
    def records(self) -> list[dict]:
        """JSON objects that may be posts, in the order of the file (see `objects.find_records`)."""
        return objects.find_records(self.json)

    def as_tables(self) -> Iterator[Source]:
        """JSON as the tables that it may be, the likeliest first: see `objects.groups`."""
        for records in objects.groups(self.json):
            header, rows = objects.to_columns(records)
            if not header:
                continue
            columns, numbers = [list(c) for c in zip(*rows, strict=True)], range(1, len(rows) + 1)
            short = objects.short_names(header)
            for names in [header, short] if short != header else [header]:
                names = [visible(name) for name in names]
                yield self._derived(table=Table(names, columns, list(numbers)))

    def as_objects(self) -> Source | None:
        """A table whose columns are called by paths as the objects that it was made of."""
        table = self.table
        if not objects.nested_header(table.header):
            return None
        return self._derived(values=objects.to_records(table.header, table.columns))

    def _derived(self, **content) -> Source:
        source = Source(self.name, **content)
        source.remarks, source.chosen = self.remarks, self.chosen
        return source

    def noticed(self) -> list[Remark]:
        """What was noticed on the way to the content, for the repair log."""
        table = self.table  # reading it may notice something
        return self.remarks + table.remarks

    def seen(self) -> list[str]:
        """All columns or keys of the content, as they are called there."""
        if self.is_json:
            return objects.keys_of(self.json)
        return [h for h in self.table.header if h]


def sources(paths: str | Path | Sequence[str | Path]) -> Iterator[Source]:
    """Every source under these paths, in a fixed order.

    Parameters
    ----------
    paths : str, Path or list of them
        Files or folders; one text may name several, joined by the system's path separator. In
        folders, files with the usual endings are read, hidden ones and links that leave the folder
        are not.

    Yields
    ------
    Source

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
    """The sources inside one file's content; the budget is that of the archive it comes from.

    Parameters
    ----------
    name : str
        File name without folder.
    data : bytes
        The content.
    budget : Budget, optional
        What may still be unpacked.

    Yields
    ------
    Source

    Raises
    ------
    UserError
        It is damaged, or holds too much.
    """
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
        for label, table in tables.read_workbook(data, name):
            yield Source(label, table=table)
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
