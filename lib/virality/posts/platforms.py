"""Platforms, and what links and ids tell of a post: which it is, whose, where and since when.

Ids are always text. The upper 32 bits of a TikTok video id are the upload time in Unix seconds: in
3,920 posts that state both, the median gap between an id and the stated time was 6 s.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from virality.core.text import listing
from virality.posts.text import is_blank, plain, visible

TIKTOK = "tiktok"
#: How the platforms that are known are written.
NAMES = {TIKTOK: "TikTok", "youtube": "YouTube", "instagram": "Instagram", "facebook": "Facebook"}
_DOMAINS = {
    "tiktok": r"tiktokv?\.com",
    "youtube": r"youtube\.com|youtu\.be",
    "instagram": r"instagram\.com",
    "facebook": r"facebook\.com|fb\.watch",
}
_WORDS = {
    "tiktok": ("tiktok", "tik tok", "tt"),
    "youtube": ("youtube", "youtube shorts", "yt", "shorts", "youtube short"),
    "instagram": ("instagram", "ig", "insta", "reels", "instagram reels", "ig reel", "ig reels"),
    "facebook": ("facebook", "fb", "facebook reels", "fb reels"),
}
_SHORT_ID = re.compile(r"[A-Za-z0-9_-]{11}")
_SITE = re.compile(
    r"\s*(https?://)?([\w-]+\.)*("
    + "|".join(f"(?P<{name}>{domains})" for name, domains in _DOMAINS.items())
    + r")(/|\s*$)",
    re.IGNORECASE,
)


def of_link(link: str) -> str | None:
    """The platform that a link leads to, None if it leads to none that is known."""
    found = _SITE.match(link) if "." in link else None
    return next(name for name in _DOMAINS if found[name]) if found else None


def of_word(text: str) -> str | None:
    """The platform that a cell names, None if it is blank; names that are not known are kept."""
    word = visible(text).casefold()
    if is_blank(word):
        return None
    known = (name for name, words in _WORDS.items() if word in words)
    return next(known, word[:32])


def is_youtube_id(text: str) -> bool:
    """Whether a cell is shaped like YouTube's ids: eleven characters, not just a word."""
    text = text.strip()
    return bool(_SHORT_ID.fullmatch(text)) and not (text.isdigit() or text.islower())


def _are_youtube_ids(ids: Sequence[str]) -> bool:
    """Whether ids are drawn as YouTube draws them: upper and lower case, nothing in common."""
    drawn = [i for i in ids if is_youtube_id(i) and not i.isupper() and any(map(str.isupper, i))]
    alike = len(ids) > 1 and len({i[:3] for i in ids}) == 1
    return len(drawn) > 0.5 * len(ids) and not alike


def platforms(
    words: Sequence[str], links: Sequence[str], ids: Sequence[str | None], default: str = TIKTOK
) -> list[str]:
    """The platform of each post.

    Parameters
    ----------
    words, links : sequence of str
        What a column says, and the posts' links; blank where nothing does.
    ids : sequence of str or None
        Where most are shaped like YouTube's, so are those of posts that nothing else tells about.
    default : str
        For posts that nothing tells about.

    Returns
    -------
    list of str
    """
    if default == TIKTOK and _are_youtube_ids([i for i in ids if i]):
        default = "youtube"
    known: dict[str, str | None] = {link: of_link(link) for link in set(links)}
    return [of_word(w) or known[link] or default for w, link in zip(words, links, strict=True)]


def histories(posts: pd.DataFrame) -> np.ndarray:
    """Which posts share a history: those of one author on one platform, as whole numbers.

    Views on one platform tell little about views on another, so no level or momentum crosses.
    """
    keys = [name for name in ("author", "platform") if name in posts]
    return posts.groupby(keys, sort=False, dropna=False).ngroup().to_numpy()


def listed(names: Sequence[str]) -> str:
    """Platforms as a reader knows them: `TikTok and YouTube`."""
    return listing([NAMES.get(name, name) for name in names])


# --- ids and links ---

FIRST_SECOND = 1_388_534_400  # 2014-01-01: nothing on the platform is older
LAST_SECOND = 4_102_444_800  # 2100-01-01

_LINK = re.compile(r"/(?:video|photo|v|embed(?:/v2)?)/(\d{6,22})\b")
# Other platforms: the part of a link that names the post.
_CODE = re.compile(
    r"(?:youtube\.com/(?:shorts/|watch\?(?:\S*&)?v=|embed/)|youtu\.be/"
    r"|instagram\.com/(?:[\w.]+/)?(?:reels?|p|tv)/)([\w\-]{5,40})",
    re.IGNORECASE,
)
_HANDLE = re.compile(
    r"(?:tiktok\.com|youtube\.com)/@([\w.\-]{1,64})|instagram\.com/([\w.]{1,64})/(?:reels?|p|tv)/",
    re.IGNORECASE,
)
_POST_LINK = re.compile(
    r"(?:tiktok|tiktokv|instagram|youtube|youtu|facebook|fb)\.(?:com|be|watch)/", re.IGNORECASE
)
_SCIENCE = re.compile(r"\d([.,]\d+)?e\+?\d+", re.IGNORECASE)


def find_id(text: str) -> str | None:
    """The video id in a link or a cell, as text; None if there is none.

    Cells that a spreadsheet rounded (`7.2E+18`) give None: see `damage`.
    """
    clean = plain(text).strip("'’\"= ")
    if clean.isdigit():
        return clean if len(clean) <= 22 else None
    found = _LINK.search(clean) or _CODE.search(clean)
    return found[1] if found else None


def find_handle(url: str) -> str | None:
    """The account in a video link, None if it names none."""
    found = _HANDLE.search(url)
    return (found[1] or found[2]) if found else None


def is_link(text: str) -> bool:
    """Whether a cell is a link to a post: it holds a post's id, or leads to a platform's page."""
    return "/" in text and (find_id(text) is not None or bool(_POST_LINK.search(text)))


def is_platform_id(text: str) -> bool:
    """Whether a cell is an id as the platform makes them: it knows its time."""
    return _seconds(find_id(text)) is not None


def is_photo_link(url: str) -> bool:
    """Whether a link names a photo post."""
    return "/photo/" in url


def damage(cells: Sequence[str]) -> str:
    """Why these ids cannot be trusted, or "".

    A spreadsheet keeps 15 digits of a number, a browser about 16. An id has 19, so opening and
    saving an export turns ids into `7.17878E+18` or lets them end in zeros, and several posts may
    then share one.
    """
    present = [plain(c) for c in cells if not is_blank(c)]
    if any(_SCIENCE.fullmatch(c) for c in present):
        bad = next(c for c in present if _SCIENCE.fullmatch(c))
        return f"a spreadsheet turned the video ids into rounded numbers ({bad[:20]})"
    long = [c for c in present if c.isdigit() and len(c) >= 17]
    if long and all(c.endswith("0000") for c in long):
        return f"all video ids end in zeros ({long[0]}): a program rounded them"
    if len(long) >= 3 and sum(c.endswith("00") for c in long) > len(long) / 2:
        return f"most video ids end in zeros ({long[0]}): a program rounded them"
    return ""


def look_rounded(cells: Sequence[str]) -> bool:
    """Whether ids went through a binary floating-point number, whose steps are 1,024 at that size.

    Such ids still differ and know their second, but they are not the ids of the posts.
    """
    present = {plain(c) for c in cells if not is_blank(c)}
    long = [int(c) for c in present if c.isascii() and c.isdigit() and len(c) == 19]
    return len(long) >= 3 and all(number % 512 == 0 for number in long)


def upload_times(ids: Sequence[str | None]) -> np.ndarray:
    """Upload time by id.

    Parameters
    ----------
    ids : sequence of str or None
        Video ids.

    Returns
    -------
    ndarray of datetime64[us], shape (n,)
        UTC; NaT where the id holds no plausible time.
    """
    seconds = [_seconds(i) for i in ids]
    return np.array(
        [np.datetime64("NaT") if s is None else np.datetime64(s, "s") for s in seconds],
        dtype="datetime64[us]",
    )


def _seconds(post_id: str | None) -> int | None:
    if not post_id or not (post_id.isascii() and post_id.isdigit() and 17 <= len(post_id) <= 20):
        return None
    seconds = int(post_id) >> 32
    return seconds if FIRST_SECOND <= seconds < LAST_SECOND else None


def made_up_id(*parts: object) -> str:
    """A stable id for a post that has none, from what is known about it."""
    text = "\x1f".join("" if p is None else str(p) for p in parts)
    return "x" + hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]
