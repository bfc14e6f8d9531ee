"""Any table with sensible column names: a spreadsheet that someone keeps."""

from __future__ import annotations

from typing import ClassVar

from virality.posts.readers.base import TableReader
from virality.posts.source import Source


class HandMade(TableReader):
    """A table with a column of views and one of dates, links or video ids, under common names."""

    name = "table with named columns"
    needs = ("views",)
    columns: ClassVar = {
        "post_id": ("post_id", "video_id", "id", "video id", "aweme_id", "item_id"),
        "url": ("url", "link", "video link", "video url", "share_url", "webvideourl", "post url"),
        "platform": ("platform", "plattform", "plateforme", "plataforma", "piattaforma"),
        "author": ("author", "username", "creator", "account", "handle", "author_username"),
        "date": (
            "posted_at", "date", "posted", "published", "post time", "created_at", "create_time",
            "createtimeiso", "createtime", "timestamp", "publish date", "published date",
            "upload date", "posted date", "post date", "published at", "datum", "fecha", "data",
        ),
        "time": ("time of day", "published time", "post hour", "hour posted", "time"),
        "caption": (
            "caption", "description", "text", "desc", "title", "video title", "video_description",
        ),
        "duration": (
            "duration_s", "duration", "length", "video length", "video duration", "seconds",
            "videometa.duration",
        ),
        "views": (
            "views", "view_count", "total views", "video views", "plays", "play count", "playcount",
            "stats.playcount", "vistas", "visualizações", "visualizaciones", "aufrufe", "vues",
        ),
        "likes": ("likes", "like_count", "total likes", "diggcount", "digg count", "hearts"),
        "comments": ("comments", "comment_count", "total comments", "commentcount"),
        "shares": ("shares", "share_count", "total shares", "sharecount", "reposts"),
        "saves": ("saves", "save_count", "favorites", "favourites", "bookmarks", "collectcount"),
        "avg_watch": ("avg_watch_s", "avg watch time", "average watch time"),
        "watched_full": ("watched_full", "watched full video", "completion rate"),
        "new_followers": ("new_followers", "followers gained", "new followers"),
        "kind": ("kind", "type", "post type", "media type"),
        "is_paid": ("is_paid", "paid", "promoted", "sponsored", "is ad", "isad"),
        "is_pinned": ("is_pinned", "pinned", "ispinned"),
        "private": ("private", "is private"),
        "media_file": ("media_file", "file", "filename", "video file"),
        "captured_at": ("captured_at", "collected at", "scraped_at", "exported at", "snapshot"),
    }  # fmt: skip

    def sniff(self, source: Source) -> bool:
        """Whether it has views and something that dates a post."""
        if not super().sniff(source):
            return False
        found = self.find(source.table, source)
        return bool({"date", "url", "post_id"} & set(found))
