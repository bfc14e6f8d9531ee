"""The project's own tidy table, as CSV, XLSX or Parquet."""

from __future__ import annotations

from typing import ClassVar

import pyarrow as pa

from virality.errors import UserError
from virality.posts import limits
from virality.posts.readers.base import RawTable, TableReader
from virality.posts.source import Source, Table


class TidyTable(TableReader):
    """The columns of `schema.POSTS` under exactly these names; only three are needed."""

    name = "tidy posts table"
    needs = ("post_id", "date", "views")
    share_unit = "fraction"
    columns: ClassVar = {
        "post_id": ("post_id",),
        "url": ("url",),
        "author": ("author",),
        "date": ("posted_at",),
        "caption": ("caption",),
        "duration": ("duration_s",),
        "views": ("views",),
        "likes": ("likes",),
        "comments": ("comments",),
        "shares": ("shares",),
        "saves": ("saves",),
        "avg_watch": ("avg_watch_s",),
        "watched_full": ("watched_full",),
        "new_followers": ("new_followers",),
        "followers": ("followers",),
        "kind": ("kind",),
        "is_paid": ("is_paid",),
        "is_pinned": ("is_pinned",),
        "media_file": ("media_file",),
        "captured_at": ("captured_at",),
    }

    def sniff(self, source: Source) -> bool:
        """Whether the three needed columns are there."""
        return super().sniff(parquet_source(source))

    def read(self, source: Source) -> RawTable:
        """The table as text, like any other format."""
        return super().read(parquet_source(source))


def parquet_source(source: Source) -> Source:
    """A Parquet file seen as a table of text; other sources unchanged."""
    if not source.is_parquet:
        return source
    try:
        table = limits.parquet_table(source.data, source.name)
        columns = [_texts(table.column(i)) for i in range(table.num_columns)]
    except UserError:
        raise
    except Exception:  # a damaged file raises many kinds of errors inside pyarrow
        raise UserError("The Parquet file is damaged.", where=source.name) from None
    if table.num_rows == 0:
        raise UserError("The table has a header but no rows.", where=source.name)
    rows = list(range(1, table.num_rows + 1))
    return Source(source.name, table=Table(list(table.column_names), columns, rows))


def _texts(column: pa.ChunkedArray) -> list[str]:
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    return ["" if v is None else str(v) for v in column.to_pylist()]
