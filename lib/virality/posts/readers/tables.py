"""Formats of tables, each an entry: what it calls its columns, and which of them mark it."""

from __future__ import annotations

from virality.posts.headers import TIDY_NAMES
from virality.posts.readers.base import RawTable, TableReader, normal
from virality.posts.source import Source

#: The columns of `schema.POSTS` under exactly these names; only three are needed.
TIDY = TableReader(
    name="tidy posts table",
    needs=("post_id", "date", "views"),
    share_unit="fraction",
    silent=("source", "source_row"),  # where the rows came from when the table was made
    columns={
        name: (TIDY_NAMES.get(name, name),)
        for name in (
            *("post_id", "url", "author", "platform", "date", "hour_known", "caption", "duration"),
            *("views", "likes", "comments", "shares", "saves", "avg_watch", "watched_full"),
            *("new_followers", "followers", "kind", "is_paid", "is_pinned", "sound_id"),
            *("original_sound", "media_file", "captured_at"),
        )
    },
)

#: Columns that all start with `video_`; times are local to the machine that ran it.
PYKTOK = TableReader(
    name="pyktok CSV",
    needs=("post_id", "views"),
    clock="machine",
    columns={
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
    },
)

#: What 4CAT makes of posts that Zeeschuimer collected: columns named for all platforms alike, and
#: posts in threads, which no other table of posts has.
FOUR_CAT = TableReader(
    name="4CAT table",
    needs=("views", "caption", "date"),
    marks=("thread id",),
    zone="UTC",
    columns={
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
        "sound_id": ("music_id",),
        "captured_at": ("collected_at", "timestamp_collected"),
    },
)


class StudyTable(TableReader):
    """A table copied by hand from TikTok Studio, with `published date` and `video length`.

    Its `followers` column is the share of viewers who follow, not a count of followers, and its
    further columns of percentages are checked for damage but not used.
    """

    def read(self, source: Source) -> RawTable:
        """The posts, and the columns of audience percentages beside them."""
        raw, table = super().read(source), source.table
        used = {normal(n) for n in raw.names.values()}
        start = table.header.index(raw.names["views"])
        for header, column in list(zip(table.header, table.columns, strict=True))[start:]:
            if normal(header) not in used and _are_percentages(column):
                raw.checked[header] = column
        raw.unused = [f"{h} (checked)" if h in raw.checked else h for h in raw.unused]
        return raw


def _are_percentages(column: list[str]) -> bool:
    filled = [c for c in column if c.strip()]
    numeric = [c for c in filled if c.strip(" %").replace(".", "", 1).isdigit()]
    return bool(filled) and len(numeric) > 0.8 * len(filled)


STUDY = StudyTable(
    name="hand-curated Studio table",
    needs=("date", "duration", "views"),
    clock="creator",
    share_unit="percent",
    columns={
        "post_id": ("video_id", "id"),
        "url": ("url", "link"),
        "author": ("author", "creator"),
        "date": ("published date",),
        "time": ("published time",),
        "caption": ("description", "caption"),
        "duration": ("video length",),
        "views": ("views",),
        "likes": ("likes",),
        "comments": ("comments",),
        "shares": ("shares",),
        "saves": ("saves",),
        "play_time": ("play time",),
        "avg_watch": ("avg watch time",),
        "watched_full": ("watched full video",),
        "new_followers": ("new followers",),
        "retention": ("retention rate (avg watch time)", "retention rate"),
        "is_paid": ("paid", "promoted"),
        "is_pinned": ("pinned",),
        "media_file": ("media file", "file", "video file"),
    },
)


class HandMade(TableReader):
    """Any table with sensible column names: one of views and one of dates, links or video ids."""

    def sniff(self, source: Source) -> bool:
        """Whether it has views and something that dates a post."""
        if not len(source.table):
            return False
        found = self.find(source).cells
        return "views" in found and bool({"date", "url", "post_id"} & set(found))


#: These names are its own; `headers.toml` has many more, in many languages.
HAND_MADE = HandMade(
    name="table with named columns",
    needs=("views",),
    columns={
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
    },
)
