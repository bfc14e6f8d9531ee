"""The TikTok scrapers on Apify."""

from __future__ import annotations

from typing import ClassVar

from virality.posts.readers.base import RecordReader, as_text, is_true


class Apify(RecordReader):
    """Flat objects with `playCount` and `createTimeISO`; unreachable posts come as errors."""

    name = "Apify TikTok scraper JSON"
    paths: ClassVar = {
        "post_id": ("id",),
        "url": ("webVideoUrl", "url"),
        "author": ("authorMeta.name", "authorMeta.uniqueId"),
        "date": ("createTimeISO", "createTime"),
        "caption": ("text",),
        "duration": ("videoMeta.duration",),
        "views": ("playCount",),
        "likes": ("diggCount",),
        "comments": ("commentCount",),
        "shares": ("shareCount",),
        "saves": ("collectCount",),
        "kind": ("isSlideshow",),
        "is_paid": ("isAd", "isSponsored"),
        "is_pinned": ("isPinned",),
        "private": ("error", "errorCode"),
        "captured_at": ("scrapedAt", "scrapeTimestamp"),
    }

    def is_record(self, record: dict) -> bool:
        """Counts at the top level, or an error in their place."""
        if "playCount" in record and ("createTime" in record or "createTimeISO" in record):
            return True
        return "url" in record and bool(record.get("error") or record.get("errorCode"))

    def field(self, record: dict, name: str) -> str:
        """Slideshows are photo posts; any of two marks makes a post paid."""
        if name == "kind":
            return "photo" if is_true(record.get("isSlideshow")) else ""
        if name == "is_paid":
            marks = [as_text(record.get(k)) for k in ("isAd", "isSponsored")]
            return "true" if any(map(is_true, marks)) else next(filter(None, marks), "")
        if name == "private":
            return "true" if record.get("error") or record.get("errorCode") else ""
        return super().field(record, name)
