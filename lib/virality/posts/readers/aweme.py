"""The mobile interface's own post objects (`aweme`), as it and its re-sellers hand them out."""

from __future__ import annotations

from typing import ClassVar

from virality.posts.readers.base import RecordReader, as_text, dig, is_true

_COUNTS = {
    "views": "play_count",
    "likes": "digg_count",
    "comments": "comment_count",
    "shares": "share_count",
    "saves": "collect_count",
}
_PHOTO_TYPES = ("2", "68", "150")


class Aweme(RecordReader):
    """Objects with counts like `play_count`, under `statistics` or beside the caption."""

    name = "mobile interface JSON (aweme)"
    paths: ClassVar = {
        "post_id": ("aweme_id", "video_id", "post_id", "id"),
        "url": ("share_url", "share_info.share_url", "url"),
        "author": (
            *("author.unique_id", "author.uniqueId", "author_unique_id", "unique_id"),
            *("profile_username", "author_username", "username"),
        ),
        "date": ("create_time", "createTime"),
        "caption": ("desc", "title", "content_desc", "description"),
        "duration": ("video.duration", "duration", "video_duration"),
        **{f: (f"statistics.{k}", f"stats.{k}", k) for f, k in _COUNTS.items()},
        "kind": ("image_post_info", "images"),
        "is_paid": ("is_ads", "is_ad"),
        "is_pinned": ("is_top",),
        "private": ("status.is_delete", "status.is_private"),
        "captured_at": ("captured_at",),
    }

    def is_record(self, record: dict) -> bool:
        """Counts under `statistics` or as `play_count`, and a time of creation."""
        below = any(dig(record, path) is not None for path in self.paths["views"][:2])
        beside = "play_count" in record and "view_count" not in record
        return ("create_time" in record or "createTime" in record) and (below or beside)

    def field(self, record: dict, name: str) -> str:
        """Lengths in milliseconds become seconds; picture posts are photos."""
        if name == "kind":
            return "photo" if _is_photo(record) else ""
        if name == "private":
            return "true" if any(is_true(dig(record, p)) for p in self.paths[name]) else ""
        if name == "duration":
            return _seconds(super().field(record, name))
        if name == "url":
            return super().field(record, name).partition("?")[0]
        return super().field(record, name)


def _is_photo(record: dict) -> bool:
    pictures = record.get("image_post_info") or record.get("images")
    return bool(pictures) or as_text(record.get("aweme_type")) in _PHOTO_TYPES


def _seconds(text: str) -> str:
    """The interface counts in milliseconds, some re-sellers in seconds."""
    whole = text.isdigit() and int(text) >= 1000
    return f"{int(text) / 1000:g}" if whole else text
