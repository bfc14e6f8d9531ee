"""Formats of JSON, each an entry: where a post's fields lie, and what marks its objects."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from virality.core.text import plural
from virality.posts.readers.base import RecordReader, as_text, dig, first_text, is_true
from virality.posts.repairs import Remark

Refinement = Callable[[dict, str], str]


def photo_where(test: Callable[[dict], object]) -> Refinement:
    """The kind of a post: a photo where the test holds, else left open."""
    return lambda record, text: "photo" if test(record) else ""


def true_where(test: Callable[[dict], object]) -> Refinement:
    """A mark that is set where the test holds, else left open."""
    return lambda record, text: "true" if test(record) else ""


def any_true(*paths: str) -> Callable[[dict], bool]:
    """Whether any value under these paths says yes."""
    return lambda record: any(is_true(dig(record, path)) for path in paths)


def has(*keys: str) -> Callable[[dict], bool]:
    """Whether a record has any of these keys."""
    return lambda record: any(key in record for key in keys)


def own_sound(owner: str, account: Sequence[str]) -> Refinement:
    """Whether a sound is the account's own: an original one may be somebody else's.

    Parameters
    ----------
    owner : str
        Where the name of whoever made the sound lies.
    account : sequence of str
        Where the names of the account lie.
    """

    def own(record: dict, text: str) -> str:
        made_by = as_text(dig(record, owner)).strip().casefold()
        names = {as_text(dig(record, path)).strip().casefold() for path in account} - {""}
        others = is_true(text) and made_by and names and made_by not in names
        return "false" if others else text

    return own


# --- TikTok's own interfaces: Display API and Research API --------------------------------------

#: The best source a creator can have; a view count beside a creation time is found here only.
DISPLAY_API = RecordReader(
    name="TikTok Display or Research API JSON",
    is_record=lambda record: "view_count" in record and "create_time" in record,
    paths={
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
        "sound_id": ("music_id",),
        "captured_at": ("captured_at",),
    },
)

# --- yt-dlp: one object a video, alone, as JSON lines, or as a playlist's entries ----------------

_YTDLP_KEYS = has("extractor", "extractor_key", "webpage_url", "uploader", "upload_date")


def _is_slideshow(record: dict) -> bool:
    """No format holds moving pictures; what is downloaded is the sound, and its length."""
    formats = [f for f in record.get("formats") or [] if isinstance(f, dict)]
    codecs = [record.get("vcodec"), *(f.get("vcodec", "") for f in formats)]
    return codecs[0] == "none" and all(codec == "none" for codec in codecs)


def _private(record: dict, text: str) -> str:
    return "true" if text in ("private", "subscriber_only", "needs_auth") else ""


YTDLP = RecordReader(
    name="yt-dlp info.json",
    is_record=lambda r: "create_time" not in r and "timestamp" in r and _YTDLP_KEYS(r),
    paths={
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
    },
    refined={
        "kind": photo_where(_is_slideshow),
        "private": _private,
        "media_file": lambda record, text: re.split(r"[/\\]", text)[-1],  # without folders
    },
)

# --- the web's own post objects, as the TikTokApi package and browser tools save them ------------

_WEB_COUNTS = {
    "views": "playCount",
    "likes": "diggCount",
    "comments": "commentCount",
    "shares": "shareCount",
    "saves": "collectCount",
}


def _is_web(record: dict) -> bool:
    counts = record.get("statsV2") or record.get("stats")
    return isinstance(counts, dict) and "createTime" in record


def _web_count(record: dict, key: str) -> tuple[str, str]:
    """A count as `statsV2` has it, exact, and as `stats` does, rounded where large."""
    return as_text(dig(record, f"statsV2.{key}")), as_text(dig(record, f"stats.{key}"))


def _exact(key: str) -> Refinement:
    """The exact count before the rounded one; 0 is what stands where it was not read."""

    def count(record: dict, text: str) -> str:
        exact, rounded = _web_count(record, key)
        return rounded if exact in ("", "0") and rounded else exact

    return count


def _web_link(record: dict, text: str) -> str:
    """The link, made of its parts where there is none."""
    author, post = (first_text(record, TIKTOK_API.paths[f]) for f in ("author", "post_id"))
    kind = "photo" if record.get("imagePost") else "video"
    made = f"https://www.tiktok.com/@{author}/{kind}/{post}" if author and post else ""
    return text or made


def _rounded(records: list[dict]) -> list[Remark]:
    """A line where rounded counts stood beside exact ones."""

    def differs(record: dict) -> bool:
        pairs = (_web_count(record, key) for key in _WEB_COUNTS.values())
        return any("" not in pair and pair[0] != pair[1] for pair in pairs)

    if not (number := sum(map(differs, records))):
        return []
    what = plural(number, "post")
    why = f"`stats` is rounded in {what}; the exact counts of `statsV2` are used"
    return [Remark(why, column="statsV2")]


TIKTOK_API = RecordReader(
    name="TikTokApi JSON",
    is_record=_is_web,
    paths={
        "post_id": ("id", "item_id"),
        "url": ("url", "webVideoUrl"),
        "author": ("author.uniqueId", "author", "authorInfo.uniqueId"),
        "date": ("createTime",),
        "caption": ("desc",),
        "duration": ("video.duration",),
        **{f: (f"statsV2.{k}", f"stats.{k}") for f, k in _WEB_COUNTS.items()},
        "kind": ("imagePost",),
        "is_paid": ("isAd",),
        "is_pinned": ("isPinnedItem",),
        "sound_id": ("music.id",),
        "original_sound": ("music.original",),
        "private": ("privateItem", "secret"),
        "captured_at": ("captured_at",),
    },
    refined={
        **{f: _exact(k) for f, k in _WEB_COUNTS.items()},
        "kind": photo_where(lambda record: record.get("imagePost")),
        "original_sound": own_sound("music.authorName", ("author.nickname", "author.uniqueId")),
        "private": true_where(any_true("privateItem", "secret")),
        "url": _web_link,
    },
    notices=_rounded,
)

# --- the mobile interface's own post objects (`aweme`), as it and its re-sellers hand them out ---

_MOBILE_COUNTS = {
    "views": "play_count",
    "likes": "digg_count",
    "comments": "comment_count",
    "shares": "share_count",
    "saves": "collect_count",
}
_PHOTO_TYPES = ("2", "68", "150")


def _is_mobile(record: dict) -> bool:
    """Counts under `statistics` or as `play_count`, and a time of creation."""
    below = any(dig(record, f"{part}.play_count") is not None for part in ("statistics", "stats"))
    beside = "play_count" in record and "view_count" not in record
    return has("create_time", "createTime")(record) and (below or beside)


def _is_mobile_photo(record: dict) -> bool:
    pictures = record.get("image_post_info") or record.get("images")
    return bool(pictures) or as_text(record.get("aweme_type")) in _PHOTO_TYPES


def _seconds(record: dict, text: str) -> str:
    """The interface counts in milliseconds, some re-sellers in seconds."""
    whole = text.isdigit() and int(text) >= 1000
    return f"{int(text) / 1000:g}" if whole else text


AWEME = RecordReader(
    name="mobile interface JSON (aweme)",
    is_record=_is_mobile,
    paths={
        "post_id": ("aweme_id", "video_id", "post_id", "id"),
        "url": ("share_url", "share_info.share_url", "url"),
        "author": (
            *("author.unique_id", "author.uniqueId", "author_unique_id", "unique_id"),
            *("profile_username", "author_username", "username"),
        ),
        "date": ("create_time", "createTime"),
        "caption": ("desc", "title", "content_desc", "description"),
        "duration": ("video.duration", "duration", "video_duration"),
        **{f: (f"statistics.{k}", f"stats.{k}", k) for f, k in _MOBILE_COUNTS.items()},
        "kind": ("image_post_info", "images"),
        "is_paid": ("is_ads", "is_ad"),
        "is_pinned": ("is_top",),
        "sound_id": ("music.id_str", "music.id", "music.mid", "music_info.id", "music_id"),
        "original_sound": (
            *("music.is_original_sound", "music.is_original", "music.original"),
            "music_info.original",
        ),
        "private": ("status.is_delete", "status.is_private"),
        "captured_at": ("captured_at",),
    },
    refined={
        "kind": photo_where(_is_mobile_photo),
        "original_sound": own_sound("music.owner_handle", ("author.unique_id", "author.uniqueId")),
        "private": true_where(any_true("status.is_delete", "status.is_private")),
        "duration": _seconds,
        "url": lambda record, text: text.partition("?")[0],
    },
)

# --- the TikTok scrapers on Apify: flat objects; unreachable posts come as errors ----------------


def _failed(record: dict) -> bool:
    return bool(record.get("error") or record.get("errorCode"))


def _is_apify(record: dict) -> bool:
    """Counts at the top level, or an error in their place."""
    dated = has("createTime", "createTimeISO")(record)
    return ("playCount" in record and dated) or ("url" in record and _failed(record))


def _paid(record: dict, text: str) -> str:
    """Any of two marks makes a post paid."""
    return "true" if any_true("isAd", "isSponsored")(record) else text


APIFY = RecordReader(
    name="Apify TikTok scraper JSON",
    is_record=_is_apify,
    paths={
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
        "sound_id": ("musicMeta.musicId",),
        "original_sound": ("musicMeta.musicOriginal",),
        "private": ("error", "errorCode"),
        "captured_at": ("scrapedAt", "scrapeTimestamp"),
    },
    refined={
        "kind": photo_where(any_true("isSlideshow")),
        "original_sound": own_sound(
            "musicMeta.musicAuthor", ("authorMeta.nickName", "authorMeta.name")
        ),
        "is_paid": _paid,
        "private": true_where(_failed),
    },
)
