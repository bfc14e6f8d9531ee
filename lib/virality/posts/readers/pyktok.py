"""The table that pyktok writes."""

from __future__ import annotations

from typing import ClassVar

from virality.posts.readers.base import TableReader


class Pyktok(TableReader):
    """Columns that all start with `video_`; times are local to the machine that ran it."""

    name = "pyktok CSV"
    needs = ("post_id", "views")
    clock = "machine"
    columns: ClassVar = {
        "post_id": ("video_id",),
        "url": ("video_link", "video_url"),
        "author": ("author_username", "author_uniqueid"),
        "date": ("video_timestamp",),
        "caption": ("video_description", "video_desc"),
        "duration": ("video_duration",),
        "views": ("video_playcount",),
        "likes": ("video_diggcount",),
        "comments": ("video_commentcount",),
        "shares": ("video_sharecount",),
        "saves": ("video_savecount", "video_collectcount"),
        "is_paid": ("video_is_ad", "video_isad"),
    }
