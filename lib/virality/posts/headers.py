"""What a column is called: in any language, by the stems that studios use, and by the user's word.

A header is folded (case, accents, punctuation, camel case), words that say nothing are dropped
("total", "video", "number of" ...), and what remains is looked up as a whole. So `Total de
visualizações`, `video_playCount` and `Nombre de vues` are all views, and `profile views` or
`views rate` are not. The names themselves are data: `headers.toml`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

from virality.core.errors import UserError
from virality.posts.text import visible, words

_DATA = words("headers.toml")
#: Names by language and meaning.
LEXICON: dict[str, dict[str, list[str]]] = _DATA["names"]
#: Regular expressions by what they tell, for the long names that studios write.
STEMS: dict[str, str] = {what: "|".join(parts) for what, parts in _DATA["stems"].items()}
_WORDS = {what: frozenset(known) for what, known in _DATA["words"].items()}

COUNTED = ("views", "likes", "comments", "shares", "saves", "new_followers", "followers")
TIDY_NAMES = {"date": "posted_at", "duration": "duration_s", "avg_watch": "avg_watch_s"}
_IN_WORDS = {
    "post_id": "video id",
    "url": "link",
    "date": "time of posting",
    "time": "time of day",
    "duration": "length",
    "avg_watch": "average watch time",
    "watched_full": "share that watched to the end",
    "new_followers": "new followers",
    "sound_id": "id of the sound",
    "original_sound": "mark of an own sound",
    "captured_at": "time of reading",
}


def called(name: str) -> str:
    """A field as a sentence calls it."""
    return _IN_WORDS.get(name, name)


# --- by language --------------------------------------------------------------------------------

_LETTERS = str.maketrans(
    {"ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"}
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def folded(header: str) -> str:
    """A header for comparison: lower case, no accents, spaces for punctuation and camel case."""
    text = unicodedata.normalize("NFKC", visible(header)).replace("TikTok", "Tiktok")
    text = _CAMEL.sub(" ", text.replace("YouTube", "Youtube"))
    text = text.casefold().translate(_LETTERS)
    text = re.sub("[\u0300-\u036f\ufe0e\ufe0f]", "", unicodedata.normalize("NFD", text))
    text = unicodedata.normalize("NFC", text)
    return " ".join(
        "".join(" " if unicodedata.category(c)[0] in "PSZC" else c for c in text).split()
    )


def _bare(header: str) -> str:
    """A folded header without the words that say nothing."""
    return " ".join(word for word in folded(header).split() if word not in _WORDS["say_nothing"])


@lru_cache
def _index() -> tuple[dict[str, str], dict[str, str]]:
    """Meanings by folded name, and by what remains of it."""
    whole: dict[str, str] = {}
    bare: dict[str, str] = {}
    for fields in LEXICON.values():
        for field, names in fields.items():
            for name in names:
                whole.setdefault(folded(name), field)
                bare.setdefault(_bare(name) or folded(name), field)
    return whole, bare


@lru_cache(maxsize=4096)
def meaning(header: str) -> str:
    """What a column holds by its name: a field, `when`, `title`, `author_name`, `author_id` or "".

    Parameters
    ----------
    header : str
        As the file writes it.

    Returns
    -------
    str
        "" where no language of `LEXICON` knows the name.
    """
    whole, bare = _index()
    name = folded(header)
    if name in whole:
        return whole[name]
    found = bare.get(_bare(header), "")
    if found in COUNTED:
        return found
    if _WORDS["counting"] & set(name.split()):
        return ""
    return found or _whose(header) or _length_in_seconds(name)


def _whose(header: str) -> str:
    said, handles = set(_bare(header).split()), _WORDS["handle"]
    if not said & (_WORDS["whose"] | handles):
        return ""
    if said - _WORDS["whose"] - _WORDS["called"] - handles:
        return ""
    return "author" if said & handles else "author_name"


def _length_in_seconds(name: str) -> str:
    """A length whose unit stands behind its name; in minutes it would be another number."""
    length, _, unit = name.rpartition(" ")
    found = meaning(length.removesuffix(" in")) if unit in _WORDS["seconds"] else ""
    return found if found in ("duration", "avg_watch") else ""


# --- by the user's word -------------------------------------------------------------------------


def position(header: Sequence[str], said: str) -> int | None:
    """Where a column stands that the user names, the most exact one first.

    Parameters
    ----------
    header : sequence of str
        The names of a table's columns.
    said : str
        What the user calls one: see `same_name`.

    Returns
    -------
    int or None
        None where there is none.
    """
    for fits in (lambda name: name == visible(said), lambda name: same_name(name, said)):
        if (found := next((i for i, name in enumerate(header) if fits(name)), None)) is not None:
            return found
    return None


def same_name(name: str, said: str) -> bool:
    """Whether a column is the one that was said: up to case, punctuation, and where it lies.

    A path in JSON may begin at the document or at the post: `data.stats.plays` or `stats.plays`.

    Parameters
    ----------
    name : str
        As the file writes it.
    said : str
        As the user does.

    Returns
    -------
    bool
    """
    a, b = folded(name), folded(said)
    if a == b or "." not in said:
        return a == b != ""
    return bool(a) and (f" {a}".endswith(f" {b}") or f" {b}".endswith(f" {a}"))


_SAYABLE = {
    "posted_at": "date", "duration_s": "duration", "avg_watch_s": "avg_watch", "link": "url",
    **{f: f for f in (
        *("post_id", "url", "author", "date", "time", "caption", "duration", "avg_watch"),
        *("watched_full", "new_followers", "followers", "kind", "is_paid", "is_pinned"),
        *("private", "sound_id", "original_sound", "media_file", "captured_at", "platform"),
        *("views", "likes", "comments", "shares", "saves"),
    )},
}  # fmt: skip
_SPLIT = re.compile(r",(?=\s*(?:" + "|".join(_SAYABLE) + r")\s*=)")


def parse_choice(text: str | Sequence[str]) -> dict[str, str]:
    """What `--columns` says: `views=n_plays,posted_at=date_posted`.

    Parameters
    ----------
    text : str or sequence of str
        One or several such texts. A comma inside a column's name does no harm.

    Returns
    -------
    dict of str to str
        Column by field; "" where a field shall not be read (`saves=`).

    Raises
    ------
    UserError
        It is not written so, or names something that posts do not have.
    """
    parts = [text] if isinstance(text, str) else list(text)
    found: dict[str, str] = {}
    for part in (p for t in parts for p in _SPLIT.split(t) if p.strip()):
        name, equals, header = part.partition("=")
        name = name.strip().casefold()
        if not equals or name not in _SAYABLE:
            known = ", ".join(n for n in _SAYABLE if n not in TIDY_NAMES)
            raise UserError(
                f"--columns cannot read {visible(part)[:80]!r}.",
                do=f"Write it like views=n_plays,posted_at=date_posted; posts have: {known}.",
            )
        if found.setdefault(_SAYABLE[name], header.strip()) != header.strip():
            raise UserError(
                f"--columns names two columns for {name}: {found[_SAYABLE[name]][:60]!r} and "
                f"{header.strip()[:60]!r}.",
                do="Name one of them.",
            )
    _refuse_one_for_two(found)
    return found


def _refuse_one_for_two(found: Mapping[str, str]) -> None:
    """Raise UserError where one column is said to be two counts."""
    counts: dict[str, str] = {}
    for name in COUNTED:
        header = found.get(name, "")
        if header and counts.setdefault(header, name) != name:
            raise UserError(
                f"--columns takes {header[:60]!r} for the {called(counts[header])} "
                f"and for the {called(name)}.",
                do="One column holds one thing.",
            )


def as_choice(chosen: Mapping[str, str]) -> str:
    """A choice as the text that `parse_choice` reads."""
    return ",".join(f"{TIDY_NAMES.get(f, f)}={header}" for f, header in chosen.items())


def remembered(earlier: str, said: str) -> str:
    """What holds after the user said something new; `none` forgets what was said before.

    Parameters
    ----------
    earlier, said : str
        As `parse_choice` reads them.

    Returns
    -------
    str

    Raises
    ------
    UserError
        It cannot be read.
    """
    if said.strip().casefold() == "none":
        return ""
    return as_choice(parse_choice(earlier) | parse_choice(said))
