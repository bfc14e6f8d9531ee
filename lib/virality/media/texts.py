"""A caption's words and its hashtags, and the script it is written in."""

from __future__ import annotations

import re
import unicodedata

# A hashtag runs to the next space, hash or mark of punctuation; combining marks belong to it.
_HASHTAG = re.compile(r"[#＃]([^\s#＃.,;:!?…\"'“”‘’()\[\]{}<>&|/\\]+)")


def split_caption(caption: object) -> tuple[str, str]:
    """Return a caption without its hashtags, and the hashtags alone.

    >>> split_caption("Hello #dogs and #cats")
    ('Hello and', 'dogs cats')
    """
    if not isinstance(caption, str):
        return "", ""
    words = " ".join(_HASHTAG.sub(" ", caption).split())
    return words, " ".join(_HASHTAG.findall(caption))


def is_other_script(text: str) -> bool:
    """Return whether most letters of a text are not Latin (emoji are not letters)."""
    letters = [sign for sign in text if sign.isalpha()]
    other = sum("LATIN" not in unicodedata.name(sign, "") for sign in letters)
    return 2 * other > len(letters)
