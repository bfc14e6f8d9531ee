"""How much of an input is read: bounds that no export reaches, so that no file fills the machine.

What an archive declares is checked before anything in it is read; what it then gives is cut at
what it declared. Tables and JSON are counted while, or before, they become objects.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import PurePosixPath

from virality.core.errors import UserError

MAX_BYTES = 250_000_000  # of one file
MAX_UNPACKED = 100_000_000  # of all that is read from one archive, workbooks in it included
MAX_RATIO = 50  # unpacked to packed; exports of thousands of posts stay below 12
SMALL = 10_000_000  # bytes that may come out at any ratio
MAX_MEMBERS = 20_000  # files in an archive or a folder
MAX_ROWS = 300_000  # of one reading
MAX_SHEET_ROWS = 1_048_576  # empty ones included; no workbook has more
MAX_COLUMNS = 2_000
MAX_CELLS = 10_000_000
MAX_CELL = 200_000  # characters
MAX_VALUES = 10_000_000  # in a file of JSON

_ENTRY = b"PK\x01\x02"  # begins every entry of an archive's directory
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_SPLIT = "Split it, or export fewer posts at a time; several files are merged."


def too_large(name: str, size: int) -> UserError:
    """The refusal of a file above the limit.

    Parameters
    ----------
    name : str
        Of the file.
    size : int
        In bytes.

    Returns
    -------
    UserError
    """
    return UserError(
        f"The file has {size / 1e6:,.0f} MB; the limit is {MAX_BYTES / 1e6:,.0f} MB.",
        where=name,
        do=_SPLIT,
    )


# --- archives -----------------------------------------------------------------------------------


class Budget:
    """What may still be unpacked from one file, archives in it included.

    Parameters
    ----------
    name : str
        Of the file.
    """

    def __init__(self, name: str):
        self.name, self.left = name, MAX_UNPACKED

    def take(self, size: int) -> None:
        """Count bytes that are going to be unpacked; raise UserError when it is too much."""
        self.left -= size
        if self.left < 0:
            raise unpacks_to(MAX_UNPACKED - self.left, self.name)


def unpacks_to(size: int, name: str) -> UserError:
    """The refusal of an archive that holds too much.

    Parameters
    ----------
    size : int
        In bytes.
    name : str
        Of the archive.

    Returns
    -------
    UserError
    """
    return UserError(
        f"The archive unpacks to {size / 1e6:,.0f} MB; the limit is {MAX_UNPACKED / 1e6:,.0f} MB, "
        f"and {MAX_RATIO} times its own size.",
        where=name,
        do="Unpack it yourself if you trust it, and give the file with the posts.",
    )


def check_directory(data: bytes, name: str) -> None:
    """Raise UserError when an archive lists too many files; its directory is not even read.

    Parameters
    ----------
    data : bytes
        The archive.
    name : str
        Of its file.
    """
    if data.count(_ENTRY) > MAX_MEMBERS:
        raise UserError(f"The archive holds more than {MAX_MEMBERS:,} files.", where=name)


def check_sizes(members: Sequence[zipfile.ZipInfo], name: str, budget: Budget) -> None:
    """Raise UserError when what is going to be read of an archive is too much.

    Parameters
    ----------
    members : sequence of ZipInfo
        Those that are going to be read.
    name : str
        Of the archive.
    budget : Budget
        Is charged.
    """
    size, packed = (sum(getattr(m, key) for m in members) for key in ("file_size", "compress_size"))
    if size > SMALL and size > MAX_RATIO * packed:
        raise unpacks_to(size, name)
    budget.take(size)
    for member in members:
        if member.compress_type not in _METHODS:  # others unpack without a bound
            raise UserError(
                "The archive is packed in a way that no export uses.",
                where=f"{name}: {PurePosixPath(member.filename).name}",
                do="Unpack it first.",
            )


# --- tables and JSON ----------------------------------------------------------------------------


class Counter:
    """Counts the rows and cells of a table while it is read.

    Parameters
    ----------
    name : str
        Of the file.
    """

    def __init__(self, name: str):
        self.name, self.rows, self.cells = name, 0, 0

    def add(self, cells: int, rows: int = 1) -> None:
        """Count a row; raise UserError when there are too many rows or cells.

        Parameters
        ----------
        cells : int
            In the row.
        rows : int
            0 for a row that is empty.
        """
        self.rows += rows
        self.cells += cells
        if self.rows > MAX_ROWS + 1:  # the header is no row
            raise too_many(f"{MAX_ROWS:,} rows", self.name)
        if self.cells > MAX_CELLS:
            raise too_many(f"{MAX_CELLS:,} cells", self.name)


def too_many(what: str, name: str) -> UserError:
    """The refusal of a table above a limit.

    Parameters
    ----------
    what : str
        The limit, as in "2,000 columns".
    name : str
        Of the file.

    Returns
    -------
    UserError
    """
    return UserError(f"The table has more than {what}.", where=name, do=_SPLIT)


def check_json(text: str, name: str) -> None:
    """Raise UserError when a text of JSON holds too many values, which take far more memory.

    Parameters
    ----------
    text : str
        The documents.
    name : str
        Of the file.
    """
    if sum(map(text.count, ",[{")) > MAX_VALUES:
        raise UserError(f"The JSON holds more than {MAX_VALUES:,} values.", where=name, do=_SPLIT)


def parquet_table(data: bytes, name: str):
    """Read a Parquet file whose rows, cells and text are within the limits.

    Parameters
    ----------
    data : bytes
    name : str
        Of the file.

    Returns
    -------
    pyarrow.Table

    Raises
    ------
    UserError
        It holds too much. What pyarrow raises for a damaged file is not caught.
    """
    import pyarrow.parquet as pq  # slow to load

    file = pq.ParquetFile(io.BytesIO(data))
    about = file.metadata
    if about.num_columns > MAX_COLUMNS:
        raise too_many(f"{MAX_COLUMNS:,} columns", name)
    groups = [about.row_group(i) for i in range(about.num_row_groups)]
    values = sum(g.column(i).num_values for g in groups for i in range(about.num_columns))
    Counter(name).add(values, about.num_rows)
    if (size := sum(g.total_byte_size for g in groups)) > MAX_BYTES:
        raise too_large(name, size)
    columns = [about.schema.column(i) for i in range(about.num_columns)]
    texts = [c.path for c in columns if c.physical_type == "BYTE_ARRAY" and c.path == c.name]
    # A text that is repeated a million times is stored once: count before it is written out.
    table = pq.read_table(io.BytesIO(data), read_dictionary=texts)
    if (size := sum(map(_written_out, table.columns))) > MAX_BYTES:
        raise too_large(name, size)
    return _plain(table)


def _written_out(column) -> int:
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_dictionary(column.type):
        return 0
    sizes = (pc.binary_length(part.dictionary).take(part.indices) for part in column.chunks)
    return sum(pc.sum(each).as_py() or 0 for each in sizes)


def _plain(table):
    import pyarrow as pa

    for i, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            table = table.set_column(i, field.name, table.column(i).cast(field.type.value_type))
    return table
