"""What a parameter may be, as its comment says in brackets at its end.

===========================  ==========================================================
``[2 to 50]``                a number between the two, both included
``[2 to 50 or own]``         the same, or that word, which the run makes a number
``[auto or classic]``        one of these words; also ``[a, b or c]``
``[2 to 50 words]``          that many different words or phrases, separated by commas
``[any text]``               what it says; the other kinds of text are in :data:`KINDS`
===========================  ==========================================================

Numbers are always finite, and texts can always be stored and shown: they hold no NUL and no
broken characters. A parameter without brackets has to be of its default's type, nothing more.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from zoneinfo import available_timezones

from virality.core.bounds import holds
from virality.core.errors import UserError

_NUMBER = r"-?\d+(?:\.\d+)?"
_COMMENT = re.compile(r"(?P<meaning>.*?)\s*\[(?P<range>[^\[\]]+)\]", re.DOTALL)
_NUMBERS = re.compile(rf"({_NUMBER}) to ({_NUMBER})(?: or ([a-z]+))?")
_WORDS = re.compile(r"(\d+) to (\d+) words")
# With a branch, a tag or a commit after the @, if need be.
_HUB_ID = re.compile(
    r"[A-Za-z0-9][\w.-]{0,95}(/[A-Za-z0-9][\w.-]{0,95})?(@(?!/)(?!.*\.\.)[\w./+-]+(?<!/))?",
    re.ASCII,
)
# NUL, and halves of characters, which is what bytes that are no UTF-8 become.
_UNSTORABLE = re.compile("[\\0\ud800-\udfff]")
_LONGEST_TEXT = 4096
_LONGEST_CAPTIONS = 100_000  # of many drafts


@dataclass(frozen=True)
class Range:
    """What a parameter may be.

    Parameters
    ----------
    text : str
        As its comment says it.
    advice : callable
        Takes a value; returns "" when it may be that, otherwise what to do.
    word : str
        What a number may be called instead, before a run knows it; "" where nothing.
    """

    text: str
    advice: Callable[[object], str] = field(compare=False, repr=False)
    word: str = ""


def split_comment(comment: str) -> tuple[str, str]:
    """Return what a comment says that a parameter means, and its range ("" where it says none)."""
    found = _COMMENT.fullmatch(comment.strip())
    return (found["meaning"], found["range"]) if found else (comment.strip(), "")


def read_range(text: str) -> Range:
    """Return the range that a text describes; see the head of this module."""
    if text in KINDS:
        return Range(text, KINDS[text])
    if found := _NUMBERS.fullmatch(text):
        low, high, word = float(found[1]), float(found[2]), found[3] or ""
        fits = lambda value: holds(value, low, high) or (bool(word) and value == word)  # noqa: E731
        return Range(text, lambda value: "" if fits(value) else f"Choose {text}.", word)
    if found := _WORDS.fullmatch(text):
        least, most = map(int, found.groups())
        return Range(text, lambda value: _words(value, least, most))
    choices = re.split(r",\s*|\s+or\s+", text)
    return Range(text, lambda value: "" if str(value) in choices else f"Choose {text}.")


def _words(value: object, least: int, most: int) -> str:
    words = {word.strip() for word in str(value).split(",") if word.strip()}
    fits = least <= len(words) <= most
    return _text(value) or ("" if fits else f"Give {least} to {most} words, separated by commas.")


def _text(value: object, longest: int = _LONGEST_TEXT) -> str:
    if _UNSTORABLE.search(str(value)):
        return "Give text in ordinary characters."
    return "" if len(str(value)) <= longest else f"Give at most {longest:,} characters."


def _captions(value: object) -> str:
    return _text(value, _LONGEST_CAPTIONS)


def _web_address(value: object) -> str:
    text = str(value)
    known = not text or re.fullmatch(r"https?://[^\s/]+(?:/\S*)?", text)
    return "" if known else "Give an address such as https://example.org/report/."


def _address(value: object) -> str:
    return _text(value) or (
        "Give an address without spaces." if re.search(r"\s", str(value)) else ""
    )


def _run(value: object) -> str:
    from virality.core.paths import Run

    return _reason(Run.named, value)


def _zone(value: object) -> str:
    if str(value) in available_timezones():
        return ""
    from virality.posts.timing import known_zone  # says which ones are near

    return _reason(known_zone, value)


def _model(value: object) -> str:
    from virality.core.paths import exists, expanded

    def check(text: str) -> None:
        folder = expanded(text)
        there = bool(text) and exists(folder) and folder.is_dir()
        if not there and not _HUB_ID.fullmatch(text):
            raise UserError("", do="Give the id of a model on the Hub, or a folder that exists.")

    return _text(value) or _reason(check, value)


def _reason(check: Callable, value: object) -> str:
    """What to do, from a check that raises."""
    try:
        check(value)
    except UserError as error:
        return error.do or str(error)
    return ""


#: Kinds of text, by what a reader sees in the brackets.
KINDS: dict[str, Callable[[object], str]] = {
    "any text": _text,
    "captions or empty": _captions,
    "a path or empty": _text,
    "an address or empty": _address,
    "a web address or empty": _web_address,
    "letters, digits, . _ and -": _run,
    "a time zone": _zone,
    "a Hub id, id@revision or a folder": _model,
}
