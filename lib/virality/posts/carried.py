"""Columns that the tidy table does not have, carried along beside the posts that they belong to."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from virality.posts.headers import position
from virality.posts.readers.base import RawTable, as_text, dig
from virality.posts.source import Source


def carry(source: Source, raws: list[RawTable], names: Sequence[str]) -> None:
    """Put the cells of some columns of a source beside the rows that were read of it (in place).

    Parameters
    ----------
    source : Source
    raws : list of RawTable
        What was recognised in it.
    names : sequence of str
        Columns as the user calls them, or dotted paths in JSON; what is not there is not carried.
    """
    for raw in raws:
        for name in names:
            cells = _of_records(source, name) if source.is_json else _of_table(source, name)
            if cells and set(raw.rows) <= set(cells):
                raw.carried[name] = [cells[row] for row in raw.rows]


def carried(posts: pd.DataFrame, raws: list[RawTable], names: Sequence[str]) -> pd.DataFrame:
    """Return what was carried for each post.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts that came of the raw tables.
    raws : list of RawTable
    names : sequence of str

    Returns
    -------
    DataFrame
        Index post_id, one column of text per name that some file has; missing where it is empty.
    """
    rows = pd.MultiIndex.from_frame(posts[["source", "source_row"]].astype({"source_row": "int64"}))
    out = {}
    for name in names:
        cells = {
            (raw.source, row): cell.strip()
            for raw in raws
            for row, cell in zip(raw.rows, raw.carried.get(name, ()), strict=False)
        }
        if cells:
            found = [cells.get(row) or None for row in rows]
            out[name] = pd.array(found, dtype="string")
    return pd.DataFrame(out, index=pd.Index(posts["post_id"], name="post_id"))


def _of_table(source: Source, name: str) -> dict[int, str]:
    """Cells by data row."""
    table = source.table
    at = position(table.header, name)
    return {} if at is None else dict(zip(table.rows, table.columns[at], strict=True))


def _of_records(source: Source, name: str) -> dict[int, str]:
    """Texts by the number of the object; in no known form, by the row of the table they make up."""
    texts = {i: as_text(dig(r, name)) for i, r in enumerate(source.records, 1)}
    if any(texts.values()):
        return texts
    return next(filter(None, (_of_table(each, name) for each in source.as_tables())), {})
