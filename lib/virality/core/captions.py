"""A caption's words and its hashtags: the one place that says what a hashtag is."""

from __future__ import annotations

import re
import string

_MARKS = string.punctuation.replace("_", "") + "＃﹟“”‘’…、。，！？；：（）「」『』【】《》"
# It starts with a letter or a digit and runs to the next space, hash or mark of punctuation, so
# that marks that belong to a letter (Hindi, Thai) and emoji do not cut it; none has more signs
# than the platforms allow.
_HASHTAG = re.compile(rf"[#＃﹟](\w[^\s{re.escape(_MARKS)}]{{0,99}})")


def hashtags(caption: object) -> list[str]:
    """Return the hashtags of a caption as written, in order, without the sign.

    >>> hashtags("Hello #dogs, #हिन्दी and #1 #dogs!")
    ['dogs', 'हिन्दी', '1', 'dogs']
    """
    return _HASHTAG.findall(caption) if isinstance(caption, str) else []


def split_caption(caption: object) -> tuple[str, str]:
    """Return a caption without its hashtags, and the hashtags alone.

    >>> split_caption("Hello #dogs and #cats")
    ('Hello and', 'dogs cats')
    """
    if not isinstance(caption, str):
        return "", ""
    return " ".join(_HASHTAG.sub(" ", caption).split()), " ".join(hashtags(caption))
