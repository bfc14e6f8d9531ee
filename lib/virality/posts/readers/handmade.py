"""Any table with sensible column names: a spreadsheet that someone keeps."""

from __future__ import annotations

from typing import ClassVar

from virality.posts.readers.base import TableReader
from virality.posts.source import Source


class HandMade(TableReader):
    """A table with a column of views and one of dates, links or video ids.

    These names are its own; `virality.posts.headers` knows many more, in many languages.
    """

    name = "table with named columns"
    needs = ("views",)
    columns: ClassVar = {
        "post_id": ("post_id", "video_id", "id", "aweme_id", "item_id"),
        "url": ("url", "link", "video link", "video url", "share_url", "webvideourl", "post url"),
        "platform": ("platform", "plattform", "plateforme", "plataforma", "piattaforma"),
        "author": ("author", "username", "creator", "account", "handle", "author_username"),
        "date": ("posted_at", "date", "posted", "published", "created_at"),
        "time": ("time of day",),
        "caption": ("caption", "description", "text"),
        "duration": ("duration_s", "duration", "length"),
        "views": ("views", "plays"),
        "likes": ("likes",),
        "comments": ("comments",),
        "shares": ("shares",),
        "saves": ("saves",),
        "avg_watch": ("avg_watch_s", "avg watch time"),
        "watched_full": ("watched_full", "watched full video"),
        "new_followers": ("new_followers", "followers gained"),
        "kind": ("kind", "post type", "media type"),
        "is_paid": ("is_paid", "paid", "promoted"),
        "is_pinned": ("is_pinned", "pinned"),
        "private": ("private", "is private"),
        "media_file": ("media_file", "file", "filename", "video file"),
        "captured_at": ("captured_at", "collected at", "scraped_at", "exported at", "snapshot"),
    }  # fmt: skip

    def sniff(self, source: Source) -> bool:
        """Whether it has views and something that dates a post."""
        if source.table is None or not len(source.table):
            return False
        found = self.find(source.table, source).cells
        return "views" in found and bool({"date", "url", "post_id"} & set(found))
