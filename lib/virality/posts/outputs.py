"""Tables stored where a user says: what stands there is hers until it is known to be ours."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from virality.core.errors import UserError
from virality.core.paths import exists, place_for
from virality.core.text import listing

_NAMES = {".csv": "CSV", ".parquet": "Parquet", ".xlsx": "XLSX"}
_KEY = b"virality"  # in the metadata of our Parquet files: which kind of table it is


def place(text: str | Path, endings: Sequence[str]) -> Path:
    """Return where an output goes, as an absolute path; nothing is made yet.

    Parameters
    ----------
    text : str or Path
        As the user gave it.
    endings : sequence of str
        Those that its name may have, with the dot.

    Returns
    -------
    Path

    Raises
    ------
    UserError
        It names no file, or a folder, a device or a pipe; has another ending; or no file can be
        made there.
    """
    seps = tuple(filter(None, (os.sep, os.altsep)))
    if str(text).endswith(seps):
        raise UserError("--out names a folder.", where=str(text)[:200], do="Name a file in it.")
    path = place_for(str(text))
    if path.suffix.lower() not in endings:
        raise UserError(
            f"This table can be stored as {listing([_NAMES[each] for each in endings], 'or')}.",
            where=path.name,
            do=f"End the name in {listing(list(endings), 'or')}.",
        )
    return path


def refuse_inputs(path: Path, inputs: Sequence[str | Path]) -> None:
    """Raise UserError when an output is, or lies in, something that is read.

    Parameters
    ----------
    path : Path
        From :func:`place`.
    inputs : sequence of paths
        Files and folders; compared as the system sees them, whatever they are called.
    """
    for given in (each for each in inputs if str(each) and exists(each)):
        if any(exists(each) and os.path.samefile(each, given) for each in (path, *path.parents)):
            raise UserError(
                "The output would lie among the files that it is made from."
                if Path(given).is_dir()
                else "This output would replace a file that is read.",
                where=str(path),
                do="Choose another place for it; inputs are never changed.",
            )


def refuse_others(path: Path, kind: str, columns: Sequence[str] = (), force: bool = False) -> None:
    """Raise UserError where a file stands that is not of this kind, unless told to replace it.

    Parameters
    ----------
    path : Path
        From :func:`place`.
    kind : str
        Of the table that is to go there.
    columns : sequence of str
        Exactly these tell such a table where its file has no mark; none by default.
    force : bool
        The user said that the file may go.
    """
    refuse_strangers(
        path,
        lambda there: _kind(there) == kind or bool(columns and _header(there) == list(columns)),
        "an earlier result of this command",
        force,
    )


def refuse_strangers(
    path: Path, is_ours: Callable[[Path], bool], ours: str, force: bool = False
) -> None:
    """Raise UserError where a file with something in it stands that is not ours.

    Parameters
    ----------
    path : Path
        From :func:`place`.
    is_ours : callable
        Tells it from the file.
    ours : str
        What it would be.
    force : bool
        The user said that the file may go.
    """
    if force or not exists(path) or path.stat().st_size == 0 or is_ours(path):
        return
    raise UserError(
        f"There is a file of that name that is not {ours}.",
        where=str(path),
        do="Choose another name, or add --force to replace it.",
    )


def write_parquet(table: pd.DataFrame, path: Path, kind: str) -> None:
    """Store a table as Parquet that says what kind of table it is.

    Parameters
    ----------
    table : DataFrame
    path : Path
    kind : str
        What the table calls itself, for `refuse_others`.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrow = pa.Table.from_pandas(table)
    marked = (arrow.schema.metadata or {}) | {_KEY: kind.encode()}
    pq.write_table(arrow.replace_schema_metadata(marked), path)


def _kind(path: Path) -> str:
    """What a Parquet file says about itself; "" for others."""
    return (_parquet_schema(path).metadata or {}).get(_KEY, b"").decode("utf-8", "replace")


def _header(path: Path) -> list[str]:
    """The column names of a table that we could have written; [] for anything else."""
    ending = path.suffix.lower()
    if ending == ".parquet":
        return _parquet_schema(path).names
    try:
        return _first_cells(path) if ending == ".xlsx" else _first_line(path)
    except Exception:  # a broken or foreign file raises many kinds of errors, and is not ours
        return []


def _parquet_schema(path: Path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.read_schema(path)
    except (OSError, ValueError, pa.ArrowException):
        return pa.schema([])


def _first_line(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return next(csv.reader([stream.readline(10_000)]), [])


def _first_cells(path: Path) -> list[str]:
    from virality.posts.source import sources  # bounded, as any workbook of a user is

    return next(sources(path)).table.header
