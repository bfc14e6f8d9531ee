"""What one cell says of a time, leaving open what it leaves open: `3/4/23` stays a pair."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import datetime, timedelta
from typing import NamedTuple

from virality.posts.text import is_blank, plain, words


class Moment(NamedTuple):
    """What one cell says, as far as it says it.

    Attributes
    ----------
    year, month, day : int or None
        None where the cell does not say or where `pair` is not yet decided.
    pair : tuple of int or None
        The two numbers that may be (day, month) or (month, day).
    clock : tuple (hour, minute, second, microsecond) or None
        None for a bare date.
    offset : int or None
        Minutes east of UTC; None for a local time without a zone.
    words : str
        The text that a language has to read.
    problem : str
        Why the cell cannot be read.
    """

    year: int | None = None
    month: int | None = None
    day: int | None = None
    pair: tuple[int, int] | None = None
    clock: tuple[int, int, int, int] | None = None
    offset: int | None = None
    words: str = ""
    problem: str = ""

    @property
    def is_twofold(self) -> bool:
        """Whether its two numbers may change places, and that makes another day."""
        return self.pair is not None and self.pair[0] != self.pair[1]


_EPOCHS = ((1e9, 1), (1e12, 10**3), (1e15, 10**6), (1e18, 10**9))
_ZONE = r"(?:\s*(?P<zone>z|utc|gmt|[+-]\d{2}:?\d{2}|(?:utc|gmt)[+-]\d{1,2}(?::?\d{2})?))?"
_TIME = (
    r"(?:[t\s,]*(?P<clock>\d{1,2}:\d{2}.*?|\d{1,2}\s*[ap]\.?\s*m\.?|\D{1,6}\s*\d{1,2}:\d{2}.*?))?"
)
_ISO = re.compile(
    r"(?P<year>\d{4})[-/.]\s?(?P<month>\d{1,2})[-/.]\s?(?P<day>\d{1,2})\.?" + _TIME + _ZONE, re.I
)
NUMERIC = re.compile(
    r"(?P<a>\d{1,2})\s?[-/.]\s?(?P<b>\d{1,2})(?:\s?[-/.]\s?(?P<year>\d{4}|\d{2}))?\.?"
    + _TIME
    + _ZONE,
    re.IGNORECASE,
)
_EAST = re.compile(
    r"(?:(?P<year>\d{4})\s*[年년]\s*)?(?P<month>\d{1,2})\s*[月월]\s*(?P<day>\d{1,2})\s*[日일]"
    r"(?:\s*[(（]?.요?[日曜]*[)）])?" + _TIME + _ZONE,
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"(?P<before>\D{1,8}?)?\s*(?P<h>\d{1,2})(?:[:.h](?P<m>\d{2}))?(?:[:.](?P<s>\d{2})"
    r"(?:[.,](?P<f>\d{1,9}))?)?\s*(?P<after>\D{1,8})?",
    re.IGNORECASE,
)
_WORDS = words("words.toml")["dates"]
_AGO = re.compile("|".join(_WORDS["ago"]), re.IGNORECASE)
_NEAR = re.compile(rf"(?:{'|'.join(_WORDS['near'])})(?:\W.*)?", re.IGNORECASE)


def take_apart(text: str) -> Moment:
    """What one cell says, leaving open what it leaves open.

    Parameters
    ----------
    text : str
        The cell.

    Returns
    -------
    Moment
    """
    clean = " ".join(plain(text).split())
    if is_blank(clean):
        return Moment()
    if len(clean) > 80:
        return Moment(problem="is not a date")
    if re.fullmatch(r"-?\d+([.,]\d+)?(e\+?\d+)?", clean, re.IGNORECASE):
        return _from_number(clean.casefold().replace(",", "."))
    for pattern in (_ISO, _EAST):
        if found := pattern.fullmatch(clean):
            return _from_parts(found, int(found["month"]), int(found["day"]))
    if found := NUMERIC.fullmatch(clean):
        moment = _from_parts(found, None, None)
        return moment._replace(pair=(int(found["a"]), int(found["b"])))
    if not re.search(r"[^\W\d_]", clean):
        return Moment(problem="is not a date")
    if _AGO.fullmatch(clean) or _NEAR.fullmatch(clean):
        return Moment(problem="a relative date, which counts from the day on which it was read")
    return Moment(words=clean)


def _from_number(clean: str) -> Moment:
    """Unix time in any unit, `20240131`, or a spreadsheet's day count."""
    if "e" in clean:
        return Moment(problem="a spreadsheet rounded this date to a number")
    value = float(clean)
    if len(clean) == 8 and clean.isdigit() and 2000 <= int(clean[:4]) <= 2099:
        return _checked(Moment(int(clean[:4]), int(clean[4:6]), int(clean[6:])))
    for least, per_second in _EPOCHS:
        if least <= value < least * 10:
            whole = int(clean.split(".")[0]) if per_second > 1 else value
            at = datetime(1970, 1, 1) + timedelta(seconds=whole / per_second)
            return _from_datetime(at, offset=0)
    if 20_000 <= value < 80_000:
        at = datetime(1899, 12, 30) + timedelta(seconds=round(value * 86400))
        moment = _from_datetime(at, offset=None)
        return moment if "." in clean else moment._replace(clock=None)
    return Moment(problem="is a number that is no date in any unit")


def _from_datetime(at: datetime, offset: int | None) -> Moment:
    clock = (at.hour, at.minute, at.second, at.microsecond)
    return Moment(at.year, at.month, at.day, clock=clock, offset=offset)


def _from_parts(found: re.Match, month: int | None, day: int | None) -> Moment:
    year = int(found["year"]) if found["year"] else None
    if year is not None and year < 100:
        year += 2000
    clock = read_clock(found["clock"]) if found["clock"] else None
    if found["clock"] and clock is None:
        return Moment(problem="the time of day cannot be read")
    zero_hour = (year, month, day) == (1970, 1, 1) and clock and clock[:2] == (0, 0)
    if zero_hour and clock and 1 <= clock[2] < 5 and clock[3]:
        # Unix seconds that some program took for nanoseconds: 1.67e9 ns after 1970.
        digits = re.sub(r"\D.*", "", found["clock"].rpartition(":")[2].partition(".")[2])
        nanoseconds = int(digits.ljust(9, "0")[:9])
        at = datetime(1970, 1, 1) + timedelta(seconds=clock[2] * 10**9 + nanoseconds)
        return _from_datetime(at, offset=0)
    return _checked(Moment(year, month, day, clock=clock, offset=_offset(found["zone"])))


def _checked(moment: Moment) -> Moment:
    month, day = moment.month, moment.day
    if month is not None and day is not None and not exists(moment.year or 2024, month, day):
        return Moment(problem="no such day in the calendar")
    return moment


def exists(year: int, month: int, day: int) -> bool:
    """Whether the calendar has a day.

    Parameters
    ----------
    year, month, day : int

    Returns
    -------
    bool
    """
    return 1 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]


def _offset(zone: str | None) -> int | None:
    if not zone:
        return None
    found = re.search(r"([+-])(\d{1,2}):?(\d{2})?$", zone)
    if not found:
        return 0
    minutes = int(found[2]) * 60 + int(found[3] or 0)
    return -minutes if found[1] == "-" else minutes


def read_clock(text: str) -> tuple[int, int, int, int] | None:
    """A time of day: `11:30 PM`, `23:30:05.5`, `午後3:05`; None if it is none."""
    if re.fullmatch(r"0?\.\d+", text):  # a spreadsheet's fraction of a day
        seconds = round(float(text) * 86_400)
        return (seconds // 3600 % 24, seconds // 60 % 60, seconds % 60, 0)
    found = _CLOCK.fullmatch(plain(text))
    if not found:
        return None
    said = {re.sub(r"[\s.]", "", found[w] or "").casefold() for w in ("before", "after")} - {""}
    before, after = said.issubset(_WORDS["am"]), said.issubset(_WORDS["pm"])
    hour, minute, second = (int(found[k] or 0) for k in "hms")
    if len(said) > 1 or not (before or after) or not (said or found["m"]):
        return None
    if said and after and hour < 12:
        hour += 12
    if said and before and hour == 12:
        hour = 0
    if hour > 23 or minute > 59 or second > 59:
        return None
    return hour, minute, second, int((found["f"] or "0").ljust(6, "0")[:6])
