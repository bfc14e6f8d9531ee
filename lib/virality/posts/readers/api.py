"""TikTok's own interfaces: Display API and Research API."""

from __future__ import annotations

from typing import ClassVar

from virality.posts.readers.base import RecordReader


class DisplayApi(RecordReader):
    """Video objects with `view_count` and `create_time`; the best source a creator can have."""

    name = "TikTok Display or Research API JSON"
    paths: ClassVar = {
        "post_id": ("id", "video_id"),
        "url": ("share_url", "embed_link"),
        "author": ("username", "creator_username"),
        "date": ("create_time",),
        "caption": ("video_description", "title"),
        "duration": ("duration", "video_duration"),
        "views": ("view_count",),
        "likes": ("like_count",),
        "comments": ("comment_count",),
        "shares": ("share_count",),
        "saves": ("favorites_count", "favourites_count"),
        "captured_at": ("captured_at",),
    }

    def is_record(self, record: dict) -> bool:
        """A view count beside a creation time is found in these interfaces only."""
        return "view_count" in record and "create_time" in record
