"""What yt-dlp writes beside a video: `info.json`."""

from __future__ import annotations

import re
from typing import ClassVar

from virality.posts.readers.base import RecordReader


class YtDlp(RecordReader):
    """One object a video, alone, as JSON lines, or as a playlist's entries."""

    name = "yt-dlp info.json"
    paths: ClassVar = {
        "post_id": ("id", "display_id"),
        "url": ("webpage_url", "original_url"),
        "author": ("uploader", "channel", "creator"),
        "date": ("timestamp", "upload_date"),
        "caption": ("description", "title"),
        "duration": ("duration",),
        "views": ("view_count",),
        "likes": ("like_count",),
        "comments": ("comment_count",),
        "shares": ("repost_count",),
        "saves": ("save_count",),
        "kind": ("vcodec",),
        "private": ("availability",),
        "media_file": ("_filename", "filename"),
        "captured_at": ("epoch",),
    }

    def is_record(self, record: dict) -> bool:
        """A view count or time stamp beside yt-dlp's own keys."""
        own = {"extractor", "extractor_key", "webpage_url", "uploader", "upload_date"} & set(record)
        return "create_time" not in record and "timestamp" in record and bool(own)

    def field(self, record: dict, name: str) -> str:
        """File names without folders; slideshows, which have no picture stream, are photos."""
        if name == "kind":
            return "photo" if _is_slideshow(record) else ""
        text = super().field(record, name)
        if name == "media_file":
            return re.split(r"[/\\]", text)[-1]
        if name == "private":
            return "true" if text in ("private", "subscriber_only", "needs_auth") else ""
        return text


def _is_slideshow(record: dict) -> bool:
    """No format holds moving pictures; what is downloaded is the sound, and its length."""
    formats = [f for f in record.get("formats") or [] if isinstance(f, dict)]
    codecs = [record.get("vcodec"), *(f.get("vcodec", "") for f in formats)]
    return codecs[0] == "none" and all(codec == "none" for codec in codecs)
