"""The table that 4CAT makes of TikTok posts, which Zeeschuimer collected."""

from __future__ import annotations

from typing import ClassVar

from virality.posts.readers.base import TableReader, normal
from virality.posts.source import Source


class FourCat(TableReader):
    """Columns named for all platforms alike: `body` is the caption, `plays` are the views."""

    name = "4CAT table"
    needs = ("views", "caption", "date")
    zone = "UTC"
    columns: ClassVar = {
        "post_id": ("id",),
        "url": ("tiktok_url",),
        "author": ("author",),
        "date": ("unix_timestamp", "timestamp"),
        "caption": ("body",),
        "duration": ("duration", "video_duration"),
        "views": ("plays", "views"),
        "likes": ("likes",),
        "comments": ("comments",),
        "shares": ("shares",),
        "saves": ("saves", "collects", "favorites"),
        "is_paid": ("is_ad", "is_paid_partnership"),
        "captured_at": ("collected_at", "timestamp_collected"),
    }

    def sniff(self, source: Source) -> bool:
        """Posts in threads: no other table of posts has that."""
        if not super().sniff(source):
            return False
        return "thread id" in {normal(h) for h in source.table.header}
