"""Words on the screen: whether, from when, for how long, how many, how large, and which.

Networks that find and read words are dear, so they look at a film once, and again only where it
shows something else; in between, the words' own pixels tell whether they still stand.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher

import cv2
import numpy as np

from virality.media.hook import ocr
from virality.media.hook.ocr import Line
from virality.media.hook.standing import Standing, box_of

NAMES = (
    "has_words",
    "unreadable_words",
    "first_words",
    "words_time",
    "n_words",
    "words_share",
)
_VERSION = 1
_LOOKS, _LOOKS_WITH_WORDS = 3, 2  # at most so many whole pictures are searched
_READ, _READ_LATER = 6, 3  # largest lines that are read at the first look, and at another one
_CHECKS = 5  # at most so many parts of pictures are searched for the ends of the writing
_AROUND = 24  # pixels around the words that are searched for them

# Heights are parts of the picture's shorter or whole height. Measured on films without words.
_LOWEST, _HIGHEST = 0.055, 0.2
_SURE = 0.8  # of the signs, for words that count as read
_DENSE = 0.5  # letters per square of a line; less is another script, of which commas are read
_FOUND, _LONG = 0.65, 2.0  # what is not read is writing where it is found surely, and is a line
_LASTS = 2  # and stands on so many looks
_STANDS, _SAME = 0.45, 0.6  # correlation of words that stand, and of the very same words
# A word; scripts without spaces are taken apart two signs at a time.
_WORD = re.compile(
    r"([\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff]{1,2})|[^\W_\u3005-\u30ff\u3400-\u9fff]+"
)
_ALIKE = 0.8  # share of the signs that two readings of one line have in common
_RIM = 0.1  # of a line's height: so far the finder's box stands off the letters on each side


@dataclass
class Writing:
    """A line that stands on some of the looks.

    Parameters
    ----------
    line : Line
    readable : bool
    likeness : ndarray of float, shape (n,)
        How much each look shows the same in its place.
    order : tuple of int
        The look that it was found on, and which of that look's lines it is, from the top.
    """

    line: Line
    readable: bool
    likeness: np.ndarray
    order: tuple[int, int]

    @property
    def shown(self) -> np.ndarray:
        """On which looks it stands: ndarray of bool, shape (n,)."""
        return self.likeness >= _STANDS


def available() -> str:
    """Return "" when words can be looked for, else why not, as the end of a sentence."""
    return ocr.available()


def fingerprint() -> str:
    """Return what the facts of words depend on beside the film."""
    weights = "-".join(bundle.sha256[:8] for bundle in (ocr.FINDER, ocr.READER))
    return f"words{_VERSION}-{ocr.FINDER.revision}-{weights}-cv{cv2.__version__}"


def of_words(
    images: np.ndarray, times: np.ndarray, seconds: float, read: ocr.Ocr | None = None
) -> tuple[dict[str, float], list[str]]:
    """Measure the words on the screen in the opening of a film.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width, 3)
        RGB, upright, the shorter side 360 pixels.
    times : ndarray of float, shape (n,)
        When each is shown, in s, rising.
    seconds : float
        Where the opening ends, in s.
    read : Ocr, optional
        What finds and reads lines; the networks of this process when None.

    Returns
    -------
    facts : dict of str to float
        "has_words" and "unreadable_words", 1 or 0; "first_words", s, NaN when there are none;
        "words_time", s; "n_words", NaN when none could be read; "words_share", 0 to 1. All NaN
        without pictures.
    lines : list of str
        What was read, each text once, in the order of its appearance.

    Raises
    ------
    NotBundled
        When there is nothing to find or read with.
    """
    if not len(images):
        return dict.fromkeys(NAMES, float("nan")), []
    search = _Search(images, ocr.ocr() if read is None else read)
    at: int | None = len(images) // 2
    while at is not None and len(search.seen) < (_LOOKS_WITH_WORDS if search.writings else _LOOKS):
        search.look(at)
        at = search.next()
    facts, lines = _facts(search.writings, search.shown(), times, seconds)
    return facts | {"words_share": search.share()}, lines


def repeats(caption: str, lines: list[str]) -> float:
    """Return how much of the words on the screen the caption says too.

    Parameters
    ----------
    caption : str
    lines : list of str
        Words that were read.

    Returns
    -------
    float
        Share of the different words, 0 to 1: case, accents and one wrong letter do not count.
        NaN when there are no words.
    """
    shown, said = set(_words(" ".join(lines))), set(_words(caption))
    if not shown:
        return float("nan")
    return float(
        np.mean([word in said or any(_close(word, one) for one in said) for word in shown])
    )


class _Search:
    """What has been found in a film so far.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width, 3)
    reader : Ocr
    """

    def __init__(self, images: np.ndarray, reader: ocr.Ocr):
        self.images, self.reader = images, reader
        self.standing = Standing(images)
        self.shape = images.shape[1:3]
        self.seen: list[int] = []
        self.checks = 0
        self.writings: list[Writing] = []

    def look(self, at: int) -> None:
        """Find and read the largest lines of a look that are not known yet."""
        lines = [line for line in self.reader.find(self.images[at]) if self._is_line(line)]
        new = [(n, line) for n, line in enumerate(lines) if not self._is_known(line, at)]
        new.sort(key=lambda each: -np.prod(_size(each[1])))
        for number, line in new[: _READ_LATER if self.seen else _READ]:
            self._take(self.reader.read(self.images[at], line), (at, number))
        self.seen.append(at)

    def next(self) -> int | None:
        """Return the look that may show words that were not found yet; None when none does."""
        places = [(box_of(one.line.corners, self.shape), one.shown) for one in self.writings]
        return self.standing.newest(self.seen, places)

    def shown(self) -> np.ndarray:
        """Return on which looks there is writing: ndarray of bool, shape (n,)."""
        shown = np.any([one.shown for one in self.writings], axis=0)
        shown = np.broadcast_to(shown, len(self.images)).copy()
        for inside, first, beyond in _ends(shown):
            if self._goes_on(first, inside):
                last = first
                while abs(beyond - last) > 1:
                    middle = (last + beyond) // 2
                    goes_on = self._goes_on(middle, inside)
                    last, beyond = (middle, beyond) if goes_on else (last, middle)
                shown[min(first, last) : max(first, last) + 1] = True
        return shown

    def share(self) -> float:
        """Return the largest share of a picture under writing."""
        shares = [0.0]
        for at in range(len(self.images)):
            under = np.zeros(self.shape, np.uint8)
            for one in self.writings:
                if one.shown[at]:
                    cv2.fillConvexPoly(under, np.rint(_letters(one.line)).astype(np.int32), 1)
            shares.append(float(under.mean()))
        return max(shares)

    def _goes_on(self, at: int, inside: int) -> bool:
        """Tell whether a look has other writing where look `inside` has some."""
        if at in self.seen or self.checks >= _CHECKS:
            return False
        self.checks += 1
        there = [one for one in self.writings if one.shown[inside]]
        corners = np.concatenate([one.line.corners for one in there])
        left, top, right, bottom = box_of(corners, self.shape)
        rows = slice(max(top - _AROUND, 0), bottom + _AROUND)
        columns = slice(max(left - _AROUND, 0), right + _AROUND)
        part, readable = self.images[at][rows, columns], any(one.readable for one in there)
        lines = [line for line in self.reader.find(part) if self._is_line(line)]
        return any(
            not readable or _is_read(self.reader.read(part, line))
            for line in filter(_is_writing, lines)
        )

    def _is_line(self, line: Line) -> bool:
        height = _size(line)[0]
        return _LOWEST * min(self.shape) <= height <= _HIGHEST * self.shape[0]

    def _is_known(self, line: Line, at: int) -> bool:
        middle = line.corners.mean(axis=0)
        return any(
            writing.likeness[at] >= _SAME
            and (writing.line.corners.min(axis=0) <= middle).all()
            and (writing.line.corners.max(axis=0) >= middle).all()
            for writing in self.writings
        )

    def _take(self, line: Line, order: tuple[int, int]) -> None:
        """Keep a line that is writing."""
        readable = _is_read(line)
        if not readable and not _is_writing(line):
            return
        likeness = self.standing.likeness(box_of(line.corners, self.shape), order[0])
        writing = Writing(line, readable, likeness, order)
        # What is laid over a picture stays; what only looks like writing passes by.
        if readable or writing.shown.sum() >= min(_LASTS, len(self.images)):
            self.writings.append(writing)


def _ends(shown: np.ndarray) -> list[tuple[int, int, int]]:
    """Return where writing seems to begin and to end.

    Returns
    -------
    list of (int, int, int)
        The outermost look with writing, the next one without, and the first one from there on
        that has some again, or that does not exist.
    """
    around = np.concatenate([[True], shown, [True]])
    ends = []
    for at in np.flatnonzero(~around):
        before, after = around[:at].nonzero()[0][-1], at + around[at:].argmax()
        if at - 1 == before and before > 0:
            ends.append((int(before) - 1, int(at) - 1, int(after) - 1))
        if at + 1 == after and after < len(around) - 1:
            ends.append((int(after) - 1, int(at) - 1, int(before) - 1))
    return ends


def _size(line: Line) -> tuple[float, float]:
    """Return height and width in pixels."""
    a, b, _, d = line.corners
    return float(np.linalg.norm(a - d)), float(np.linalg.norm(a - b))


def _letters(line: Line) -> np.ndarray:
    """Return the corners of a line without the rim around its letters, shape (4, 2)."""
    height, width = _size(line)
    middle = line.corners.mean(axis=0)
    a, b, _, d = line.corners
    along, down = (b - a) / 2 * (1 - 2 * _RIM * height / width), (d - a) / 2 * (1 - 2 * _RIM)
    return np.stack(
        [middle - along - down, middle + along - down, middle + along + down, middle - along + down]
    )


def _is_read(line: Line) -> bool:
    letters, (height, width) = sum(map(str.isalnum, line.text)), _size(line)
    return line.sure >= _SURE and letters >= max(2.0, _DENSE * width / height)


def _is_writing(line: Line) -> bool:
    """Tell whether a line that cannot be read is writing, and not a row of pictures."""
    height, width = _size(line)
    signs = len(line.text.replace(" ", ""))
    pictures = line.sure >= _SURE and signs >= max(1.0, _DENSE * width / height)
    return line.found >= _FOUND and width >= _LONG * height and not pictures


def _facts(
    writings: list[Writing], shown: np.ndarray, times: np.ndarray, seconds: float
) -> tuple[dict[str, float], list[str]]:
    lines = _texts([writing for writing in writings if writing.readable])
    unreadable = any(not writing.readable for writing in writings)
    lasting = np.diff(np.append(times, max(seconds, times[-1])))
    facts = {
        "has_words": float(bool(writings)),
        "unreadable_words": float(unreadable),
        "first_words": float(times[shown.argmax()]) if shown.any() else float("nan"),
        "words_time": float(lasting[shown].sum()),
        "n_words": float(_count(lines)) if lines or not unreadable else float("nan"),
    }
    return facts, lines


def _texts(writings: list[Writing]) -> list[str]:
    """Return what was read, without what was read twice with another letter."""
    kept: list[Writing] = []
    for writing in sorted(writings, key=lambda writing: writing.order):
        if not any(_repeated(writing, one) for one in kept):
            kept.append(writing)
    return [one.line.text for one in kept]


def _repeated(one: Writing, other: Writing) -> bool:
    """Tell whether a line is another one, read on another look or with another letter."""
    text, known = one.line.text, other.line.text
    part = text in known and one.order[0] != other.order[0]
    return part or SequenceMatcher(None, text, known).ratio() >= _ALIKE


def _count(lines: list[str]) -> int:
    return sum(len(_words(line)) for line in lines)


def _words(text: str) -> list[str]:
    """Return words without case and accents; of scripts without spaces, two signs at a time."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return [match.group() for match in _WORD.finditer(plain)]


def _close(one: str, other: str) -> bool:
    """Tell whether words of four letters or more differ by one letter at most."""
    if min(len(one), len(other)) < 4 or abs(len(one) - len(other)) > 1:
        return False
    at = next((i for i, (a, b) in enumerate(zip(one, other)) if a != b), min(len(one), len(other)))
    rests = (
        (one[at + 1 :], other[at + 1 :]),
        (one[at:], other[at + 1 :]),
        (one[at + 1 :], other[at:]),
    )
    return any(a == b for a, b in rests)
