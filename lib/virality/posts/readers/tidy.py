"""The project's own tidy table, as CSV, XLSX or Parquet."""

from __future__ import annotations

from typing import ClassVar

from virality.posts.readers.base import TableReader


class TidyTable(TableReader):
    """The columns of `schema.POSTS` under exactly these names; only three are needed."""

    name = "tidy posts table"
    needs = ("post_id", "date", "views")
    share_unit = "fraction"
    silent = ("source", "source_row")  # where the rows came from when the table was made
    columns: ClassVar = {
        "post_id": ("post_id",),
        "url": ("url",),
        "author": ("author",),
        "platform": ("platform",),
        "date": ("posted_at",),
        "hour_known": ("hour_known",),
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
