"""The web's own post objects, as the TikTokApi package and browser tools save them."""

from __future__ import annotations

from typing import ClassVar

from virality.posts.readers.base import RecordReader


class TikTokApi(RecordReader):
    """Objects with a nested `stats` (or `statsV2`) and `desc`."""

    name = "TikTokApi JSON"
    paths: ClassVar = {
        "post_id": ("id",),
        "url": ("url",),
        "author": ("author.uniqueId", "author"),
        "date": ("createTime",),
        "caption": ("desc",),
        "duration": ("video.duration",),
        "views": ("stats.playCount", "statsV2.playCount"),
        "likes": ("stats.diggCount", "statsV2.diggCount"),
        "comments": ("stats.commentCount", "statsV2.commentCount"),
        "shares": ("stats.shareCount", "statsV2.shareCount"),
        "saves": ("stats.collectCount", "statsV2.collectCount"),
        "kind": ("imagePost",),
        "is_paid": ("isAd",),
        "is_pinned": ("isPinnedItem",),
        "private": ("privateItem", "secret"),
        "captured_at": ("captured_at",),
    }

    def is_record(self, record: dict) -> bool:
        """Counts under `stats`, and a creation time."""
        counts = record.get("stats") or record.get("statsV2")
        return isinstance(counts, dict) and "createTime" in record

    def field(self, record: dict, name: str) -> str:
        """Posts with pictures are photo posts; either mark makes a post private."""
        if name == "kind":
            return "photo" if record.get("imagePost") else ""
        if name == "private":
            return "true" if True in (record.get("privateItem"), record.get("secret")) else ""
        return super().field(record, name)
