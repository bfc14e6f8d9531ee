"""A table that claims to be the tidy posts table, completed and in its types."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import pandas as pd

from virality.core.errors import UserError
from virality.posts.headers import TIDY_NAMES
from virality.posts.merge import merge
from virality.posts.repairs import Log
from virality.posts.schema import POSTS, TIME, UNKNOWN, validate_posts

NEEDED = ("post_id", "posted_at", "views")


def renamed(names: list[str], chosen: Mapping[str, str], source: str) -> dict[str, str]:
    """Return which column of a table is which of the tidy one.

    Parameters
    ----------
    names : list of str
        The table's own columns.
    chosen : dict of str to str
        What the user says: column by field; "" leaves one out.
    source : str
        Name of the file.

    Returns
    -------
    dict of str to str
        The table's column by the tidy one's name, and by its own where the tidy one has none.

    Raises
    ------
    UserError
        A column that the user names is not there.
    """
    where = {name: name for name in names}
    for field, header in chosen.items():
        name = TIDY_NAMES.get(field, field)
        if header and header not in names:
            raise UserError(
                f"There is no column {header[:60]!r}.",
                where=source,
                do=f"The columns are: {', '.join(names)}.",
            )
        where.pop(header, None)
        where.pop(name, None)
        if header:
            where[name] = header
    return where


def completed(table: pd.DataFrame, source: str, first_row: int = 1) -> pd.DataFrame:
    """Return all columns of the tidy table in their types, missing where the table lacks them.

    Parameters
    ----------
    table : DataFrame
        With the columns of `NEEDED`.
    source : str
        Name of the file.
    first_row : int
        Number of the table's first row in it.

    Raises
    ------
    UserError
        A value is not what its column promises.
    """
    rows = range(first_row, first_row + len(table))
    defaults = {"author": UNKNOWN, "platform": "tiktok", "hour_known": True, "kind": "video",
                "source": source, "source_row": rows}  # fmt: skip
    out = {}
    for column in POSTS:
        name = column.name
        given = table[name] if name in table else pd.Series(defaults.get(name), table.index)
        out[name] = _times(given) if column.dtype == TIME else _typed(given, column.dtype)
    return pd.DataFrame(out)


def one_row_a_post(rows: pd.DataFrame, embargo_days: float = 7) -> pd.DataFrame:
    """Return a checked tidy table of rows among which a post may stand several times.

    Parameters
    ----------
    rows : DataFrame
        Tidy columns in their types, see `completed`.
    embargo_days : float
        Age from which a reading of a post counts as settled, see :mod:`virality.posts.merge`.

    Raises
    ------
    UserError
        Names the first value that is not what its column promises.
    """
    rows = rows.sort_values(["posted_at", "post_id", "source", "source_row"], ignore_index=True)
    if rows["post_id"].duplicated().any():
        rows, _ = merge([rows], Log(), embargo_days)
    return validate_posts(rows)


def _typed(column: pd.Series, dtype: str) -> pd.Series:
    try:
        return column.astype(dtype)
    except (TypeError, ValueError, OverflowError) as error:
        raise UserError(
            f"Column {column.name} of the posts table is not {dtype} ({error})."
        ) from None


def _times(column: pd.Series) -> pd.Series:
    """Times with their zone; raise UserError where a value is no time."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about formats that differ from row to row
            return pd.to_datetime(column, utc=True).dt.as_unit("us")
    except (ValueError, TypeError, OverflowError) as error:
        reason = str(error).partition(", at position")[0]
        raise UserError(
            f"Column {column.name} of the posts table holds something else than times ({reason}).",
            do="Write them like 2024-05-31T18:00:00Z.",
        ) from None
