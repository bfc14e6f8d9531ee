"""Dates in any order, language or unit, decided from the whole column.

A column of dates is read in two steps: each distinct cell is taken apart without interpreting what
could be two things (is `3/4/23` March or April?); then the column as a whole, the video ids and the
calendar decide. What stays undecided is an error or a missing value, never a silent guess.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np

from virality.core.errors import UserError
from virality.core.text import listing, plural
from virality.posts.moments import NUMERIC, Moment, exists, read_clock, take_apart
from virality.posts.text import is_blank, plain, words

_WORDS = words("words.toml")
LANGUAGES: dict[str, str] = _WORDS["languages"]
NAT = np.datetime64("NaT", "us")
_DAY = np.timedelta64(1, "D")


@dataclass
class Dates:
    """A column of dates after reading.

    Attributes
    ----------
    stamps : ndarray of datetime64[us], shape (n,)
        UTC where `zoned`, else local time; NaT where missing. Midnight where `timed` is False.
    zoned, timed : ndarray of bool, shape (n,)
        Whether the cell fixed the time zone, and whether it held a time of day.
    problems : dict of int to str
        Rows whose date was refused, and why.
    remarks : list of str
        What was decided for the whole column.
    """

    stamps: np.ndarray
    zoned: np.ndarray
    timed: np.ndarray
    problems: dict[int, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


def read_dates(
    dates: Sequence[str],
    clocks: Sequence[str] | None = None,
    id_times: np.ndarray | None = None,
    now: datetime | None = None,
) -> Dates:
    """Read a column of dates, with a column of times of day where there is one.

    Parameters
    ----------
    dates : sequence of str, length n
        The cells as found.
    clocks : sequence of str, optional
        Times of day in a column of their own.
    id_times : ndarray of datetime64[us], optional
        Upload time by video id (UTC, NaT where unknown); decides what the cells leave open.
    now : datetime, optional
        Naive UTC; a reading that lies in the future loses against one that does not.

    Returns
    -------
    Dates

    Raises
    ------
    UserError
        The order of day and month, or the language, cannot be told from the column.
    """
    n = len(dates)
    id_times = np.full(n, NAT) if id_times is None else id_times
    known = {text: take_apart(text) for text in dict.fromkeys(dates)}
    remarks: list[str] = []
    _read_words(known, dates, id_times, remarks)
    order = _settle_order(known, dates, id_times, now, remarks)
    out = Dates(np.full(n, NAT), np.zeros(n, bool), np.zeros(n, bool), remarks=remarks)
    complete = {t: _assemble(_ordered(m, order), None) for t, m in known.items()}
    yearless = 0
    for i, text in enumerate(dates):
        moment, stamp, why = known[text], complete[text], known[text].problem
        if stamp is None and not why and not is_blank(text):
            stamp, why = _with_id(moment, order, id_times[i].item())
            yearless += stamp is not None and moment.year is None
        if stamp is None:
            out.problems |= {i: why} if why else {}
            continue
        out.stamps[i] = np.datetime64(stamp, "us")
        out.zoned[i] = moment.offset is not None
        out.timed[i] = moment.clock is not None
    if clocks is not None:
        _add_clocks(out, clocks)
    if short := _short_years(known, dates):
        two, four = short
        remarks.append(
            f"{plural(two, 'date')} with a two-digit year and {four} with four digits; all are 20xx"
        )
    if yearless:
        what = plural(yearless, "date carries", "dates carry")
        remarks.append(f"{what} no year; the video id gives it")
    return out


def _add_clocks(out: Dates, clocks: Sequence[str]) -> None:
    """Add times of day from their own column to dates that have none (in place)."""
    known = {text: read_clock(text) for text in dict.fromkeys(clocks) if not is_blank(text)}
    days = out.stamps.astype("datetime64[D]")
    empty = (out.stamps == days) | ~out.timed
    for i, text in enumerate(clocks):
        if text not in known or np.isnat(out.stamps[i]) or not empty[i]:
            continue
        if (clock := known[text]) is None:
            out.problems[i] = "the time of day cannot be read"
            out.stamps[i] = NAT
            continue
        hour, minute, second, micro = clock
        seconds = hour * 3600 + minute * 60 + second
        out.stamps[i] = days[i] + np.timedelta64(seconds * 10**6 + micro, "us")
        out.timed[i] = True


# --- words: which language? -------------------------------------------------------------------


def _read_words(known: dict[str, Moment], dates, id_times, remarks) -> None:
    """Replace every `Moment.words` by what the column's language makes of it (in place)."""
    texts = {t: m.words for t, m in known.items() if m.words}
    if not texts:
        return
    sample = dict(list(texts.items())[:: max(1, len(texts) // 40)])
    candidates = _of_script("".join(texts.values()))
    scores = {language: _try_language(sample, language) for language in candidates}
    most = max(map(len, scores.values()))
    if most == 0:
        known.update({t: Moment(problem="is not a date in any language known") for t in texts})
        return
    best = [lang for lang in candidates if len(scores[lang]) == most]
    differ = any(scores[lang] != scores[best[0]] for lang in best)
    language = _language_by_ids(best, scores, known, dates, id_times) if differ else best[0]
    for text, said in texts.items():
        moment = _in_language(said, language)
        known[text] = moment or Moment(problem=f"is not a date (language: {language})")
    if language != "en":
        same = [language] if differ else best
        remarks.append(f"dates are written in {listing([LANGUAGES[lang] for lang in same], 'or')}")


def _of_script(text: str) -> tuple[str, ...]:
    """Languages written in the script of the text; those in Latin letters where it is no other."""
    scripts = _WORDS["scripts"].items()
    found = [lang for letters, langs in scripts if re.search(letters, text) for lang in langs]
    others = {lang for _, langs in scripts for lang in langs}
    return tuple(found) or tuple(lang for lang in LANGUAGES if lang not in others)


def _try_language(sample: dict[str, str], language: str) -> dict[str, datetime]:
    """What a language makes of the sample; given up when it can read none of the first four."""
    read: dict[str, datetime] = {}
    for number, (text, said) in enumerate(sample.items()):
        if number == 4 and not read:
            break
        stamp = _dateparser(said, language, 2024)
        if stamp is not None:
            read[text] = stamp
    return read


def _language_by_ids(best, scores, known, dates, id_times) -> str:
    """The language in which most dates are near those of the ids; refused where two are equal."""
    moments = {lang: {t: _in_language(known[t].words, lang) for t in scores[lang]} for lang in best}

    def agreement(language: str) -> int:
        pairs = zip(map(moments[language].get, dates), id_times, strict=True)
        near = (_near(_with_id(moment, None, i.item())[0], i)
                for moment, i in pairs if moment is not None and not np.isnat(i))  # fmt: skip
        return sum(near)

    ranked = sorted(best, key=agreement, reverse=True)
    if agreement(ranked[0]) == agreement(ranked[1]):
        names = " or ".join(LANGUAGES[lang] for lang in ranked[:2])
        raise UserError(
            f"The dates can be read as {names}, with different results.",
            do="Add the video links, or write the dates as 2024-05-31.",
        )
    return ranked[0]


def _in_language(said: str, language: str) -> Moment | None:
    first = _dateparser(said, language, 2024)
    second = None if first is None else _dateparser(said, language, 2028)
    if first is None or second is None:
        return None
    timed = re.search(r"\d{1,2}[:h.]\d{2}(?!\d)|\d\s*[aApP]\.?[mM]", said)
    shift = first.utcoffset()
    offset = None if shift is None else int(shift.total_seconds() // 60)
    clock = (first.hour, first.minute, first.second, first.microsecond) if timed else None
    year = first.year if first.year == second.year else None
    return Moment(year, first.month, first.day, clock=clock, offset=offset)


def _dateparser(said: str, language: str, year: int) -> datetime | None:
    import dateparser  # slow to load, and most files never need it

    settings = {
        "PARSERS": ["absolute-time"],
        "REQUIRE_PARTS": ["day", "month"],
        "RELATIVE_BASE": datetime(year, 1, 1),
        "DATE_ORDER": "DMY",
    }
    try:
        return dateparser.parse(said, languages=[language], settings=settings)
    except Exception:  # hostile text raises many kinds of errors inside; all mean "not a date"
        return None


# --- numbers: which comes first, day or month? --------------------------------------------------


def _settle_order(known: dict[str, Moment], dates, id_times, now, remarks) -> str | None:
    """Decide `dmy` or `mdy` for the column; None where both occur or none is needed."""
    pairs = {t: m for t, m in known.items() if m.pair and not m.problem}
    for text, m in list(pairs.items()):
        if not (_try(m, "dmy") or _try(m, "mdy")):
            known[text] = Moment(problem="no such day in the calendar")
            del pairs[text]
    if not pairs:
        return None
    only = {o: [t for t, m in pairs.items() if not _try(m, _other(o))] for o in ("dmy", "mdy")}
    if only["dmy"] and only["mdy"]:
        remarks.append("the column mixes day/month and month/day; each date by its own id")
        return None
    for order in ("dmy", "mdy"):
        if only[order]:
            return _say(order, f"{only[order][0][:20]} can only be read so", remarks)
    votes = _votes(pairs, dates, id_times)
    for order in ("dmy", "mdy"):
        if votes[order] > votes[_other(order)]:
            return _say(order, "the video ids say so", remarks)
    if not any(m.is_twofold for m in pairs.values()):
        return "dmy"
    for order in ("dmy", "mdy"):
        if now and _future(pairs, _other(order), now) and not _future(pairs, order, now):
            return _say(order, "the other order lies in the future", remarks)
    example = next(t for t, m in pairs.items() if m.is_twofold)
    raise UserError(
        f"Nothing tells whether dates such as {example[:20]} are day/month or month/day.",
        do="Write them as 2024-05-31, or add the video links, whose ids hold the time.",
    )


def _say(order: str, why: str, remarks: list[str]) -> str:
    name = "day/month/year" if order == "dmy" else "month/day/year"
    remarks.append(f"dates are read as {name}: {why}")
    return order


def _other(order: str) -> str:
    return "mdy" if order == "dmy" else "dmy"


def _votes(pairs, dates, id_times) -> dict[str, int]:
    votes = {"dmy": 0, "mdy": 0}
    for text, by_id in zip(dates, id_times):
        if text in pairs and not np.isnat(by_id) and pairs[text].is_twofold:
            for order in votes:
                stamp, _ = _with_id(_ordered(pairs[text], order), None, by_id.item())
                votes[order] += _near(stamp, by_id)
    return votes


def _future(pairs, order, now) -> bool:
    stamps = (_try(m, order) for m in pairs.values())
    return any(s > now + timedelta(days=2) for s in stamps if s)


def _near(stamp: datetime | None, by_id: np.datetime64) -> bool:
    return stamp is not None and bool(abs(np.datetime64(stamp, "us") - by_id) <= 2 * _DAY)


def _short_years(known: dict[str, Moment], dates: Sequence[str]) -> tuple[int, int] | None:
    """How many numeric dates write the year with two digits and with four, if both occur."""
    cells = {t: NUMERIC.fullmatch(" ".join(plain(t).split())) for t, m in known.items() if m.pair}
    years = {t: len(f["year"]) for t, f in cells.items() if f and f["year"]}
    lengths = [years[t] for t in dates if t in years]
    return (lengths.count(2), lengths.count(4)) if len(set(lengths)) == 2 else None


def _ordered(moment: Moment, order: str | None) -> Moment:
    if not moment.pair or order is None:
        return moment
    day, month = moment.pair if order == "dmy" else moment.pair[::-1]
    return moment._replace(day=day, month=month, pair=None)


def _try(moment: Moment, order: str) -> datetime | None:
    return _assemble(_ordered(moment, order), 2024)  # a leap year, for dates without one


def _assemble(moment: Moment, year: int | None) -> datetime | None:
    """The moment as a datetime (UTC if it has an offset), None if it is incomplete."""
    year, month, day = moment.year or year, moment.month, moment.day
    if year is None or month is None or day is None or not exists(year, month, day):
        return None
    try:
        stamp = datetime(year, month, day, *(moment.clock or ()))
        return stamp - timedelta(minutes=moment.offset or 0)
    except (ValueError, OverflowError):
        return None


def _with_id(moment: Moment, order, by_id: datetime | None) -> tuple[datetime | None, str]:
    """Complete a moment with the help of its video id: the reading nearest to it."""
    readings = [moment]
    if moment.pair:
        readings = [_ordered(moment, o) for o in ([order] if order else ("dmy", "mdy"))]
    if by_id is None:
        complete = {s for r in readings if (s := _assemble(r, None))}
        if len(complete) == 1:
            return complete.pop(), ""
        if moment.year is None:
            return None, "carries no year, and there is no video id to give it"
        return None, "may be day/month or month/day, and there is no video id to tell"
    years = [None] if moment.year else [by_id.year - 1, by_id.year, by_id.year + 1]
    stamps = [s for r in readings for y in years if (s := _assemble(r, y))]
    if not stamps:
        return None, "no such day in the calendar"
    return min(stamps, key=lambda s: abs(s - by_id)), ""
