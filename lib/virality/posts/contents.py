"""What the cells of a column show: which kind of thing they are, and whether two say the same."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from virality.core.errors import UserError
from virality.posts import parse
from virality.posts.dates import Dates, read_dates
from virality.posts.headers import COUNTED, folded, meaning
from virality.posts.moments import read_clock, take_apart
from virality.posts.platforms import find_handle, find_id, is_link
from virality.posts.text import is_blank, visible

LENGTHS = ("duration", "avg_watch", "play_time")
SHARES = ("retention", "watched_full")
FLAGS = ("is_paid", "is_pinned", "private", "hour_known", "original_sound")
LOOSE = ("url", "kind", "media_file", "sound_id")  # a wrong choice among these changes no number
MANY = 0.8  # share of the cells that makes a column one of links, ids, dates ...
NEARLY_ALL = 0.95
FEW = 0.2
LEAST_READ = 3  # cells from which a column can be said to hold nothing of its kind, or one thing
LEAST_ROWS = 8  # rows from which content alone can show which column holds views
# Large integers that are not views.
_NOT_VIEWS = re.compile(
    r"follow|fans?\b|abonn|subscri|segui|takip|подпис|impress|reach|reichweite|alcance|portee"
    r"|copertura|impres|price|cost|revenue|usd|eur|viewers|profile|budget|rank|duration|second"
    r"|intera[ckz]|engag|minut|hours?\b|stund|watch|emv\b|score|unique|zuschauer|spectat|espectad"
    r"|spettator|kijkers|widz|value|wert|earn|cents?\b|accounts?\b"
)


def filled(cells: Sequence[str]) -> list[str]:
    """The cells that hold something."""
    return [c for c in cells if not is_blank(c)]


def values(name: str, cells: list[str]) -> list:
    """The cells of a field as they can be compared, None where they hold nothing.

    Parameters
    ----------
    name : str
        Of the field.
    cells : list of str

    Returns
    -------
    list
        Numbers for counts, lengths (seconds) and shares; else texts without what differs between
        spellings of the same.
    """
    if name in COUNTED:
        return parse.counts(cells).data
    if name in LENGTHS:
        return parse.durations(cells).data
    if name in SHARES:
        return parse.shares(cells).data
    return [None if is_blank(c) else _key(name, c) for c in cells]


def _key(name: str, cell: str) -> str:
    text = visible(cell)
    if name == "author":
        return (find_handle(text) or text).lstrip("@").casefold()
    return (find_id(text) or text) if name in ("url", "post_id") else text


def is_empty(value: object) -> bool:
    """Whether a value says nothing: a count of 0 stands where a count was not read."""
    return value in (None, 0)


def fullness(name: str, cells: list[str], found: list) -> int:
    """How much a candidate for a field holds: the more, the rather it is used.

    Parameters
    ----------
    name : str
        Of the field.
    cells : list of str
    found : list
        Their `values`.

    Returns
    -------
    int
    """
    if name == "caption":  # one may be the other, cut
        return sum(map(len, cells))
    if name == "url":
        return sum(map(is_link, cells))
    return sum(not is_empty(v) for v in found)


def agree(name: str, a: list, b: list) -> bool:
    """Whether two columns of `values` of a field can be the same thing.

    Parameters
    ----------
    name : str
        Of the field.
    a, b : list
        Its `values` in either column, row by row.

    Returns
    -------
    bool
    """
    pairs = [(x, y) for x, y in zip(a, b, strict=True) if x is not None and y is not None]
    if name in COUNTED:
        return all(x == y for x, y in pairs if x and y) or is_rounded(b, a)
    if name in LENGTHS:
        return all(abs(x - y) <= 1 for x, y in pairs)  # 14.7 s and 15 s
    if name == "caption":
        return all(x.startswith(y.rstrip(".… ")) or y.startswith(x) for x, y in pairs)
    if name == "author":  # the same people under two spellings
        return len(set(pairs)) == len({x for x, _ in pairs}) == len({y for _, y in pairs})
    return all(x == y for x, y in pairs)


def is_rounded(short: list, long: list) -> bool:
    """Whether one column of counts is the other, rounded for showing (1.2M for 1,234,567).

    Parameters
    ----------
    short, long : list of int or None
        Counts of the same rows; `short` may be rounded.

    Returns
    -------
    bool
    """
    pairs = [(s, n) for s, n in zip(short, long, strict=True) if s and n and s != n]
    if not pairs:
        return False
    return all(_rounding(s) >= 100 and abs(s - n) < _rounding(s) <= 0.2 * s for s, n in pairs)


def _rounding(number: int) -> int:
    """The step to which a number may have been rounded; "1.0K" and "20K" have two digits."""
    digits = str(int(number))
    step = 10 ** (len(digits) - len(digits.rstrip("0")))
    return min(step, max(100, 10 ** (len(digits) - 2)))


def what_it_lacks(name: str, cells: list[str]) -> str:
    """What a column should hold by its name and does not: "Kommentar" may be a remark, not a count.

    Parameters
    ----------
    name : str
        Of the field.
    cells : list of str

    Returns
    -------
    str
        In a word; "" where it holds it, or where nothing is asked of it.
    """
    kinds = ((COUNTED[1:], "counts"), (LENGTHS, "lengths"), (FLAGS, "marks"))
    what = next((w for names, w in kinds if name in names), "")
    number = len(filled(cells))
    if not what or number < LEAST_READ:
        return ""
    read = parse.flags(cells).data if name in FLAGS else values(name, cells)
    if sum(v is not None for v in read) > FEW * number:
        return ""
    if name in LENGTHS and any(c.strip().strip("0.:") == "" for c in cells if c.strip()):
        return ""  # zero is how photos are written
    return what


def without_unit(name: str, cells: list[str]) -> list[str]:
    """Cells such as "1.2K views" without the word, where nearly all of a column end in it.

    Parameters
    ----------
    name : str
        Of the field.
    cells : list of str

    Returns
    -------
    list of str
    """
    words = [re.fullmatch(r"(.*\d\S*)\s+([^\W\d_]{3,})", c.strip()) for c in cells]
    named = {w[2] for w in words if w}
    if not named or sum(w is not None for w in words) < MANY * len(cells):
        return cells
    if not all(meaning(word) == name for word in named):
        return cells
    return [w[1] if w else c for w, c in zip(words, cells, strict=True)]


def is_gap(name: str, cell: str) -> bool:
    """Whether a cell of a field lacks a value that another column may have.

    Parameters
    ----------
    name : str
        Of the field.
    cell : str

    Returns
    -------
    bool
    """
    return is_blank(cell) or (name in COUNTED and cell.strip().strip("0.,") == "")


def either(a: list[str], b: list[str]) -> list[str]:
    """Two columns of marks as one: either mark is enough.

    Parameters
    ----------
    a, b : list of str
        Of the same rows.

    Returns
    -------
    list of str
    """
    first, second = parse.flags(a).data, parse.flags(b).data
    return [y if (is_blank(x) or (q and not p)) else x
            for x, y, p, q in zip(a, b, first, second, strict=True)]  # fmt: skip


def changes_within(keys: Sequence[str | None], cells: Sequence[str]) -> bool:
    """Whether cells differ in most of the groups of rows that share a key.

    Parameters
    ----------
    keys : sequence of str or None
        What groups rows; rows without are left out.
    cells : sequence of str

    Returns
    -------
    bool
    """
    groups: dict[str, list[str]] = {}
    for key, cell in zip(keys, cells, strict=True):
        if key is not None:
            groups.setdefault(key, []).append(cell)
    repeated = [set(g) for g in groups.values() if len(g) > 1]
    return bool(repeated) and sum(len(g) > 1 for g in repeated) > len(repeated) / 2


def are_row_numbers(cells: list[str]) -> bool:
    """Whether cells count rows from 0 or 1, in any order."""
    if not cells or not all(c.strip().isdigit() and len(c.strip()) < 8 for c in cells):
        return False
    numbers = sorted(int(c) for c in cells)
    return numbers[0] in (0, 1) and numbers == list(range(numbers[0], numbers[0] + len(numbers)))


# --- times ---------------------------------------------------------------------------------------


def clock_or_date(cells: list[str]) -> tuple[str, list[str]]:
    """What a column called "time" holds, and its cells as that.

    Returns
    -------
    str
        `time` for times of day, `date` for whole dates; "" where it is empty.
    list of str
        Bare hours with their minutes.
    """
    some = filled(cells)[:200]
    if not some:
        return "", cells
    if all(c.strip().isdigit() and int(c) < 24 for c in some):
        return "time", [f"{c.strip()}:00" if c.strip() else c for c in cells]
    clocks = sum(read_clock(c) is not None for c in some)
    return ("time" if clocks >= MANY * len(some) else "date"), cells


def are_dates(cells: list[str]) -> bool:
    """Whether a column under an unknown name holds dates."""
    some = filled(cells)[:200]
    moments = [take_apart(c) for c in some]
    if any(m.problem or not (m.pair or m.month or m.words) for m in moments):
        return False
    if not all(any(ch.isdigit() for ch in c) and len(c) <= 40 for c in some):
        return False
    try:
        stamps = read_dates(some).stamps
    except UserError:
        return True  # dates, though nobody can tell which; the reader of dates will say so
    return bool((~np.isnat(stamps)).mean() >= NEARLY_ALL)


def fineness(dates: Dates) -> tuple[bool, bool, int]:
    """How much a column of dates tells: a time of day, a zone, the number of dates."""
    there = ~np.isnat(dates.stamps)
    timed, zoned = (bool(part[there].mean() > 0.5) for part in (dates.timed, dates.zoned))
    return timed, zoned, int(there.sum())


def same_days(a: Dates, b: Dates) -> bool:
    """Whether two columns of dates can tell the same story: up to a zone, or up to the day.

    Parameters
    ----------
    a, b : Dates
        Of the same rows.

    Returns
    -------
    bool
    """
    both = ~np.isnat(a.stamps) & ~np.isnat(b.stamps)
    timed = both & a.timed & b.timed
    hours = np.abs(a.stamps - b.stamps) / np.timedelta64(1, "h")
    days = np.abs(a.stamps.astype("datetime64[D]") - b.stamps.astype("datetime64[D]"))
    close = np.where(timed, hours <= 15, days <= np.timedelta64(1, "D"))
    return bool(close[both].all()) if both.any() else True


# --- views ---------------------------------------------------------------------------------------


def are_views(header: str, cells: list[str], likes: list[str]) -> bool:
    """Whether a column holds integers that are never below the likes, and rise with them.

    Parameters
    ----------
    header : str
        Its name, which must not say that it is something else.
    cells, likes : list of str
        Of the same rows.

    Returns
    -------
    bool
    """
    if _NOT_VIEWS.search(folded(header)):
        return False
    v, k = (np.array(parse.counts(c).data, dtype=float) for c in (cells, likes))
    both = ~np.isnan(v) & ~np.isnan(k)
    if both.sum() < max(LEAST_ROWS, MANY * len(v)) or np.ptp(v[both]) == 0:
        return False
    v, k = v[both], k[both]
    if (v >= k).mean() < NEARLY_ALL or np.median(v) < 2 * max(np.median(k), 1):
        return False
    ranks = np.corrcoef(v.argsort().argsort(), k.argsort().argsort())
    return bool(ranks[0, 1] >= 0.5)
