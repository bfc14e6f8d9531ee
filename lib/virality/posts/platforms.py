"""Which platform a post is on: what a column says, else its link, else the shape of its id."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from virality.posts.parse import is_blank, visible

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


_LINK = re.compile(
    r"\s*(https?://)?([\w-]+\.)*("
    + "|".join(f"(?P<{name}>{domains})" for name, domains in _DOMAINS.items())
    + r")(/|\s*$)",
    re.IGNORECASE,
)


def of_link(link: str) -> str | None:
    """The platform that a link leads to, None if it leads to none that is known."""
    found = _LINK.match(link) if "." in link else None
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
    shown = [NAMES.get(name, name) for name in names]
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)
