"""What TikTok itself hands a creator: Studio's files, and the data that it sends on request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

import numpy as np

from virality.core.errors import UserError
from virality.posts.dates import NAT, read_dates
from virality.posts.headers import STEMS, meaning, position
from virality.posts.moments import take_apart
from virality.posts.parse import counts
from virality.posts.platforms import find_id, is_link
from virality.posts.readers.base import RawTable, as_text, dig, normal, taken
from virality.posts.repairs import Remark
from virality.posts.source import Source
from virality.posts.tables import Table
from virality.posts.text import is_blank, plain

# --- Studio: the posts ---------------------------------------------------------------------------

_LAYOUT = ("captured_at", "caption", "url", "date", "likes", "comments", "shares", "views")
# A header that holds one of these names the column; where the language is not among them, the
# order of the columns decides, checked by their content.
_COUNT_STEMS = {
    "views": STEMS["some_views"],
    **{name: STEMS[name] for name in ("likes", "comments", "shares")},
}


class StudioContent:
    """`Content.csv`, in any language: link, caption, a date without a year, four counts."""

    name = "TikTok Studio Content.csv"
    holds = _LAYOUT

    def sniff(self, source: Source) -> bool:
        """A table of eight columns of which the third holds links and the last four counts."""
        table = source.table
        if len(table.header) != len(_LAYOUT) or not len(table):
            return False
        links = sum("/" in c and find_id(c) is not None for c in table.columns[2])
        return links > len(table) / 2 and all(_are_counts(table.columns[i]) for i in range(4, 8))

    def read(self, source: Source) -> RawTable:
        """The columns by name where the language is known, else by their order."""
        table = source.table
        chosen = {f: position(table.header, h) for f, h in source.chosen.items() if h}
        said = {f: i for f, i in chosen.items() if i is not None}
        order, remarks = _count_columns(table, source.name, said)
        where = dict(zip(_LAYOUT[:4], range(4), strict=True)) | order | said
        where = {f: i for f, i in where.items() if source.chosen.get(f) != ""}
        raw = taken(source, self.name, where, clock="creator")
        raw.remarks += remarks
        return raw


def _are_counts(column: list[str]) -> bool:
    return len(counts(column).problems) <= 0.2 * len(column)


def _count_columns(table: Table, name: str, said: dict[str, int]):
    """Which of the last four columns is which, and a remark if their order had to tell."""
    named = {f: i for f, i in said.items() if f in _COUNT_STEMS}
    for i in (i for i in range(4, 8) if i not in named.values()):
        known = meaning(table.header[i])
        hits = [f for f, s in _COUNT_STEMS.items() if re.search(s, table.header[i].casefold())]
        hits = [known] if known in _COUNT_STEMS else hits
        if len(hits) == 1:
            named.setdefault(hits[0], i)
    if len(named) == 4:
        return named, []
    by_order = dict(zip(_LAYOUT[4:], range(4, 8), strict=True))
    *rest, views = (counts(table.columns[i]).data for i in range(4, 8))
    largest = [
        all(r[k] is None or r[k] <= v for r in rest) for k, v in enumerate(views) if v is not None
    ]
    fits = largest and sum(largest) >= 0.95 * len(largest)
    if not fits or any(by_order[f] != i for f, i in named.items()):
        raise UserError(
            "The columns' language is not known, and their order does not tell which holds views.",
            where=name,
            do="Say which: --columns 'views=...,likes=...,comments=...,shares=...', or set the "
            "interface to English and export again.",
        )
    why = "the headers' language is not known; the columns are taken in Studio's order"
    return by_order, [Remark(why, found=" | ".join(table.header[4:])[:120])]


# --- Studio: daily series ------------------------------------------------------------------------

_OF_POSTS = ("post_id", "url", "caption", "title", "author", "duration")  # no day has any
_SERIES = {
    ("date", "followers", "difference in followers from previous day"): "followers",
    ("date", "video views", "profile views", "likes", "comments", "shares"): "companion",
    ("date", "total viewers", "new viewers", "returning viewers"): "companion",
    ("date", "hour", "active followers"): "companion",
}


class StudioSeries:
    """`FollowerHistory`, `Overview`, `Totals`: a row a day; only followers are used of them."""

    name = "Studio daily series"
    holds = ("date", "followers")

    def sniff(self, source: Source) -> bool:
        """Known headers, or the same shape in another language: a day and counts, no links."""
        return bool(_role(source.table))

    def read(self, source: Source) -> RawTable:
        """Dates and, for the follower history, followers."""
        role = _role(source.table)
        fields = self.holds if role == "followers" else self.holds[:1]
        return taken(source, self.name, {f: i for i, f in enumerate(fields)}, role=role)


def _role(table: Table) -> str:
    """Whether a table is a history of followers or another daily series; "" if it is none."""
    header = tuple(normal(h) for h in table.header)
    if header in _SERIES:
        return _SERIES[header]
    if len(header) not in (2, 3, 4, 6) or not len(table):
        return ""
    if any(meaning(h) in _OF_POSTS for h in table.header):
        return ""
    days, *others = table.columns
    if not all(map(_counts_only, others)) or not all(map(_is_day, days[:50])):
        return ""
    if len(set(days)) < len(table):  # by hour; else rows of one day are posts of that day
        by_hour = len(header) == 3 and set(others[0]) <= set(map(str, range(24)))
        return "companion" if by_hour else ""
    unbroken = _unbroken(days)
    if unbroken is False or (unbroken is None and len(header) == 2):
        return ""
    return "followers" if len(header) == 3 else "companion"


def _counts_only(column: list[str]) -> bool:
    return all(is_blank(c) or plain(c).lstrip("-−").replace(",", "").isdigit() for c in column)


def _is_day(cell: str) -> bool:
    moment = take_apart(cell)
    return (
        any(c.isdigit() for c in cell)
        and not is_link(cell)
        and not moment.problem
        and bool(moment.words or moment.pair or moment.month)
    )


def _unbroken(days: list[str], least: int = 7) -> bool | None:
    """Whether days follow each other as in a chart, not as in a list of posts; None: not known."""
    try:
        stamps = read_dates(days, None, np.full(len(days), NAT), datetime(2100, 1, 1)).stamps
    except UserError:
        return None
    if np.isnat(stamps).any():
        return None
    if not np.all(np.abs(np.diff(stamps)) == np.timedelta64(1, "D")):
        return False
    return True if len(days) >= least else None


# --- the data sent on request: no views, so it can only add to another export --------------------

_PLACES = ("Post.Posts.VideoList", "Video.Videos.VideoList", "Posts.VideoList", "Videos.VideoList")
_KEYS = {"url": "Link", "date": "Date", "caption": "Title", "likes": "Likes"}
#: Parts of the download, as its JSON calls them; two of them mark it.
_PARTS = frozenset(
    (
        *("activity", "your activity", "likes and favorites", "app settings", "profile"),
        *("profile and settings", "direct messages", "direct message", "comment", "comments"),
        *("tiktok live", "tiktok shopping", "tiktok shop", "ads and data", "post", "posts"),
        *("video", "videos", "income plus wallet transactions", "income+ wallet", "followers"),
        *("location review", "location reviews", "off tiktok activity", "deleted posts"),
    )
)
_LIST = re.compile(r"(List|Map)$")
_STAMP = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d( UTC)?")
_LINE = re.compile(r"([^:\n]{1,40}): ?(.*)")


class Takeout:
    """The creator's own posts with date, link and likes, in the JSON of the download."""

    name = "download-your-data JSON"
    holds = tuple(_KEYS)

    def sniff(self, source: Source) -> bool:
        """Whether a document has the parts of a download, wherever its posts lie."""
        return source.is_json and any(map(_is_download, source.json))

    def read(self, source: Source) -> RawTable:
        """Date (UTC), link, likes and title of each post; the parts where there are none."""
        documents = [d for d in source.json if _is_download(d)]
        posts = [post for document in documents for post in _posts(document)]
        cells = {f: [as_text(p.get(k, p.get(k.lower()))) for p in posts] for f, k in _KEYS.items()}
        return _of_download(self.name, source, cells, _KEYS, len(posts))


class TakeoutText:
    """One of the text files of the download: blocks of lines such as `Date: …` and `Link: …`."""

    name = "download-your-data text"
    holds = ("url", "date", "caption", "likes")

    def sniff(self, source: Source) -> bool:
        """Whether the text is made of such blocks and each starts with a time."""
        if source.is_json or not source.is_text:
            return False
        first = next(_blocks(source.text[:4000]), None)
        return first is not None and bool(_STAMP.fullmatch(next(iter(first.values())).strip()))

    def read(self, source: Source) -> RawTable:
        """The posts, where the file lists the user's own: those alone have counts of likes."""
        blocks = [b for b in _blocks(source.text) if b]
        keys = _own_keys(blocks)
        cells = {f: [b.get(k, "") for b in blocks] for f, k in keys.items()}
        return _of_download(self.name, source, cells, keys, len(blocks) if keys else 0)


def _of_download(name: str, source: Source, cells: dict, keys: dict, number: int) -> RawTable:
    rows, remarks = list(range(1, number + 1)), list(source.remarks)
    role = "enriches" if rows else "download"
    return RawTable(source.name, name, cells, keys, rows, role=role, zone="UTC", remarks=remarks)


def _is_download(document) -> bool:
    if not isinstance(document, dict):
        return False
    if any(isinstance(dig(document, place), list) for place in _PLACES):
        return True
    if any(_is_own(found) for _, found in _lists(document)):
        return True
    named = {str(key).casefold() for key, part in document.items() if isinstance(part, dict)}
    return len(named & _PARTS) > 1 or (
        bool(named & _PARTS) and any(_LIST.search(key) for key, _ in _lists(document))
    )


def _is_own(found: list) -> bool:
    """Whether a list holds posts as only the download writes them: who can see them, no views."""
    keys = {
        re.sub(r"\W", "", key.casefold()) for p in found[:20] if isinstance(p, dict) for key in p
    }
    return {"date", "link", "whocanview"} <= keys and not {"views", "plays"} & keys


def _posts(document: dict) -> list[dict]:
    """The user's own posts: where they are known to lie, else the list with dates, links, likes."""
    for place in _PLACES:
        if isinstance(found := dig(document, place), list):
            return [p for p in found if isinstance(p, dict)]
    for path, found in _lists(document):
        own = [p for p in found if isinstance(p, dict)]
        keys = {key.casefold() for post in own[:20] for key in post}
        if {"date", "link", "likes"} <= keys and "delet" not in path.casefold():
            return own
    return []


def _lists(value: dict, path: str = "", depth: int = 0) -> Iterator[tuple[str, list]]:
    for key, inner in value.items():
        below = f"{path}.{key}" if path else str(key)
        if isinstance(inner, list):
            yield below, inner
        elif isinstance(inner, dict) and depth < 6:
            yield from _lists(inner, below, depth + 1)


def _blocks(text: str) -> Iterator[dict[str, str]]:
    """Blocks of `key: value` lines, none if the text has a block of anything else at its start."""
    text = text.replace("\r\n", "\n").strip("\ufeff\n ")
    for number, block in enumerate(re.split(r"\n\s*\n", text)):
        found = [_LINE.match(line.strip()) for line in block.split("\n") if line.strip()]
        if not found or found[0] is None:
            if number == 0:
                return
            continue
        yield {m[1].strip(): m[2].strip() for m in found if m}


def _own_keys(blocks: list[dict[str, str]]) -> dict[str, str]:
    """What a list of the user's own posts calls each field; {} for any other list."""
    sample = blocks[:50]
    keys = list(dict.fromkeys(key for block in sample for key in block))

    def where(fits) -> str | None:
        held = ([b[k] for b in sample if b.get(k)] for k in keys)
        return next((k for k, v in zip(keys, held, strict=True) if v and all(map(fits, v))), None)

    link = where(lambda v: re.match(r"https?://\S*tiktok\S*/(video|photo)/\d+", v))
    likes = where(str.isdigit)
    if not link or not likes:
        return {}
    title = next((k for k in keys if k.casefold() in ("title", "titel", "titre", "título")), None)
    found = {"date": keys[0], "url": link, "likes": likes, "caption": title}
    return {f: k for f, k in found.items() if k}
