"""The web's own post objects, as the TikTokApi package and browser tools save them."""

from __future__ import annotations

from typing import ClassVar

from virality.core.text import plural
from virality.posts.readers.base import RawTable, RecordReader, as_text, dig, is_true
from virality.posts.source import Source

_COUNTS = {
    "views": "playCount",
    "likes": "diggCount",
    "comments": "commentCount",
    "shares": "shareCount",
    "saves": "collectCount",
}


class TikTokApi(RecordReader):
    """Objects with `desc` and nested counts: `statsV2` is exact, `stats` is rounded where large."""

    name = "TikTokApi JSON"
    paths: ClassVar = {
        "post_id": ("id", "item_id"),
        "url": ("url", "webVideoUrl"),
        "author": ("author.uniqueId", "author", "authorInfo.uniqueId"),
        "date": ("createTime",),
        "caption": ("desc",),
        "duration": ("video.duration",),
        **{f: (f"statsV2.{k}", f"stats.{k}") for f, k in _COUNTS.items()},
        "kind": ("imagePost",),
        "is_paid": ("isAd",),
        "is_pinned": ("isPinnedItem",),
        "private": ("privateItem", "secret"),
        "captured_at": ("captured_at",),
    }

    def is_record(self, record: dict) -> bool:
        """Counts under `statsV2` or `stats`, and a creation time."""
        counts = record.get("statsV2") or record.get("stats")
        return isinstance(counts, dict) and "createTime" in record

    def read(self, source: Source) -> RawTable:
        """The posts, and a line where rounded counts stood beside exact ones."""
        raw = super().read(source)
        differ = sum(
            any(_differ(record, key) for key in _COUNTS.values())
            for record in source.records
            if self.is_record(record)
        )
        if differ:
            what = plural(differ, "post")
            why = f"`stats` is rounded in {what}; the exact counts of `statsV2` are used"
            raw.lines.append((None, "statsV2", "", "", why, "note"))
        return raw

    def field(self, record: dict, name: str) -> str:
        """Exact counts before rounded ones; posts with pictures are photos; links from parts."""
        if name in _COUNTS:
            exact, rounded = (as_text(dig(record, path)) for path in self.paths[name])
            return rounded if exact in ("", "0") and rounded else exact
        if name == "kind":
            return "photo" if record.get("imagePost") else ""
        if name == "private":
            return "true" if any(map(is_true, (record.get(k) for k in self.paths[name]))) else ""
        text = super().field(record, name)
        return text or (self._link(record) if name == "url" else "")

    def _link(self, record: dict) -> str:
        author, post = self.field(record, "author"), self.field(record, "post_id")
        kind = "photo" if record.get("imagePost") else "video"
        return f"https://www.tiktok.com/@{author}/{kind}/{post}" if author and post else ""


def _differ(record: dict, key: str) -> bool:
    exact, rounded = (as_text(dig(record, f"{part}.{key}")) for part in ("statsV2", "stats"))
    return "" not in (exact, rounded) and exact != rounded
