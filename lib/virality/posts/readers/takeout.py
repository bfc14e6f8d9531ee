"""The data that TikTok sends a user on request, as JSON or as a folder of text files.

It has no views, so it can only add to another export.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from virality.posts.readers.base import RawTable, as_text, dig
from virality.posts.source import Source

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
        rows = list(range(1, len(posts) + 1))
        return _raw(self.name, source, cells, _KEYS, rows)


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
        rows = list(range(1, len(blocks) + 1)) if keys else []
        return _raw(self.name, source, cells, keys, rows)


def _raw(name: str, source: Source, cells: dict, keys: dict, rows: list[int]) -> RawTable:
    lines = [(None, "", "", "", remark, "note") for remark in source.remarks]
    role = "enriches" if rows else "download"
    return RawTable(source.name, name, cells, keys, rows, role=role, zone="UTC", lines=lines)


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
