"""The hand-curated table: one row copied from the app's statistics for each post."""

from __future__ import annotations

from typing import ClassVar

from virality.posts.readers.base import RawTable, TableReader, normal
from virality.posts.source import Source


class StudyTable(TableReader):
    """A table copied by hand from TikTok Studio, with `published date` and `video length`.

    Its `followers` column is the share of viewers who follow, not a count of followers, and its
    further columns of percentages are checked for damage but not used.
    """

    name = "hand-curated Studio table"
    needs = ("date", "duration", "views")
    clock = "creator"
    columns: ClassVar = {
        "post_id": ("video_id", "id"),
        "url": ("url", "link"),
        "author": ("author", "creator"),
        "date": ("published date",),
        "time": ("published time",),
        "caption": ("description", "caption"),
        "duration": ("video length",),
        "views": ("views",),
        "likes": ("likes",),
        "comments": ("comments",),
        "shares": ("shares",),
        "saves": ("saves",),
        "play_time": ("play time",),
        "avg_watch": ("avg watch time",),
        "watched_full": ("watched full video",),
        "new_followers": ("new followers",),
        "retention": ("retention rate (avg watch time)", "retention rate"),
        "is_paid": ("paid", "promoted"),
        "is_pinned": ("pinned",),
        "media_file": ("media file", "file", "video file"),
    }

    def read(self, source: Source) -> RawTable:
        """The posts, and the columns of audience percentages beside them."""
        raw = super().read(source)
        table = source.table
        used = {normal(n) for n in raw.names.values()}
        start = table.header.index(raw.names["views"])
        for header, column in list(zip(table.header, table.columns, strict=True))[start:]:
            if normal(header) not in used and _are_percentages(column):
                raw.checked[header] = column
        raw.share_unit = "percent"
        raw.unused = [f"{h} (checked)" if h in raw.checked else h for h in raw.unused]
        return raw


def _are_percentages(column: list[str]) -> bool:
    filled = [c for c in column if c.strip()]
    numeric = [c for c in filled if c.strip(" %").replace(".", "", 1).isdigit()]
    return bool(filled) and len(numeric) > 0.8 * len(filled)
