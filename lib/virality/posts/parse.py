"""Numbers, shares and lengths of time as people and platforms write them.

Every function here reads one whole column, because a column explains its own values: `5.431` is
five thousand among counts, but cannot be told in a column that also holds `12.5`. What cannot be
read is missing, never zero and never a guess, and says why.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from virality.core.text import plural
from virality.posts.text import is_blank, plain, words

MAX_COUNT = 10**12
MAX_LENGTH_S = 36_000.0  # of a video
MAX_TIME_S = 1e13  # of all its views together

_WORDS = words("words.toml")
_SUFFIX = {word: 10 ** int(power) for power, known in _WORDS["powers"].items() for word in known}
_YES, _NO = (frozenset(_WORDS["marks"][answer]) for answer in ("yes", "no"))
_SPACE = re.compile(r"[\s'’ʼ_٬]")
_COUNT = re.compile(r"(?P<sign>[-−–])?(?P<number>\d[\d.,\s'’ʼ_٬٫]*|[.,]\d+)(?P<word>[^\d.,\s]\D*)?")
_SCIENCE = re.compile(r"\d+([.,]\d+)?e[+]?\d{1,3}")


@dataclass
class Column:
    """One column after reading.

    Attributes
    ----------
    data : list
        One value a row, None where missing.
    problems : dict of int to str
        Rows whose text was refused (value missing) and why.
    repairs : dict of int to str
        Rows whose value is used, but not as it stands, and why.
    remarks : list of str
        What was decided for the whole column.
    """

    data: list
    problems: dict[int, str] = field(default_factory=dict)
    repairs: dict[int, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


def counts(texts: Sequence[str]) -> Column:
    """Whole numbers, zero or more: `5,431`, `12 345`, `1.2M`, `541,2K`, `1.234.567`.

    Parameters
    ----------
    texts : sequence of str
        The cells as found.

    Returns
    -------
    Column
        Values are int or None.
    """
    decimal_marks = {m for t in set(texts) if (m := _decimal_mark(t))}
    out = _each(texts, lambda t: _count(t, decimal_marks))
    rounded = sum(1 for t in texts if t[-1:].isalpha() and t[:1].isdigit())
    rounded -= sum(1 for i in out.problems if texts[i][-1:].isalpha() and texts[i][:1].isdigit())
    if rounded > 0:
        what = plural(rounded, "value is rounded", "values are rounded")
        out.remarks.append(f"{what} (like 1.2M) and used as written")
    return out


def shares(texts: Sequence[str], unit: str = "") -> Column:
    """Shares of one: `45 %`, `2%%`, `.5`, `24.34`, decided from the whole column.

    Parameters
    ----------
    texts : sequence of str
        The cells as found.
    unit : {"", "fraction", "percent"}
        What bare numbers mean; "" decides from the column: percent if any cell has a percent sign
        or exceeds one, else fractions.

    Returns
    -------
    Column
        Values are float in 0..1 or None.
    """
    numbers = {t: _share(t) for t in set(texts)}
    signed = [t for t in texts if numbers[t][1]]
    bare = [n for t in texts for n, signed_, _ in [numbers[t]] if n is not None and not signed_]
    if not unit:
        unit = "percent" if signed or any(number > 1 for number in bare) else "fraction"
    out = _each(texts, lambda t: _as_share(*numbers[t], unit))
    if signed and bare:
        out.remarks.append(
            f"{plural(len(signed), 'value')} with a percent sign and {len(bare)} without; "
            "all are percent"
        )
    for i, text in enumerate(texts):
        if out.data[i] is not None and len(re.findall("[%٪]", plain(text))) > 1:
            out.repairs[i] = "more than one percent sign; read as one"
    return out


def durations(texts: Sequence[str], expected: Sequence[float | None] | None = None) -> Column:
    """Lengths of time in seconds: `00:31`, `31.2s`, `PT31S`, `741h:28m:50s`, `8:40s`.

    `8:40s` may be eight minutes or 8.40 seconds. It is read as 8.40 where the rest of its column is
    written in seconds with two decimals or where `expected` says so; else it is missing.

    Parameters
    ----------
    texts : sequence of str
        The cells as found.
    expected : sequence of float or None, optional
        Length in seconds that other columns imply, per row.

    Returns
    -------
    Column
        Values are float seconds or None. Zero is missing (that is how photos are written).
    """
    out = _each(texts, _duration)
    _settle_colons(out, texts, expected)
    _settle_milliseconds(out, texts)
    for i, seconds in enumerate(out.data):
        if seconds is not None and seconds > MAX_TIME_S:
            out.data[i], out.problems[i] = None, "longer than all watch time there ever was"
        elif seconds == 0:
            out.data[i] = None
    return out


def flags(texts: Sequence[str]) -> Column:
    """True, false or missing."""

    def one(text: str) -> tuple:
        word = plain(text).casefold()
        if is_blank(word) or word in _YES | _NO:
            return (None if is_blank(word) else word in _YES), "", ""
        return None, "is neither yes nor no", ""

    return _each(texts, one)


def _each(texts: Iterable[str], read: Callable[[str], tuple]) -> Column:
    """Read each distinct text once; `read` returns (value, problem, repair)."""
    known: dict[str, tuple] = {}
    out = Column([])
    for i, text in enumerate(texts):
        if text not in known:
            known[text] = read(text)
        value, problem, repair = known[text]
        out.data.append(value)
        if problem:
            out.problems[i] = problem
        elif repair:
            out.repairs[i] = repair
    return out


def _decimal_mark(text: str) -> str:
    """The decimal mark that a bare number proves (`12.5` proves a point), else ""."""
    found = re.fullmatch(r"(?!0)\d+([.,])(\d{1,2}|\d{4,})", text.strip())
    return found[1] if found and int(found[2]) else ""


def _count(text: str, decimal_marks: set[str]) -> tuple[int | None, str, str]:
    if text.isdigit() and text.isascii() and len(text) <= 12:
        return int(text), "", ""
    if is_blank(text):
        return None, "", ""
    clean = plain(text).casefold().lstrip("+'’=\"").rstrip('"')
    if is_blank(clean):
        return None, "", ""
    if _SCIENCE.fullmatch(clean):
        return _whole(float(clean.replace(",", ".")), "a spreadsheet rounded it")
    found = _COUNT.fullmatch(clean)
    if not found:
        endless = re.fullmatch(r"[-+]?(inf|infinity|∞)", clean)
        return None, "is infinite" if endless else "is not a number", ""
    if found["sign"]:
        return None, "a count cannot be negative", ""
    grouped, decimal = _readings(found["number"].strip())
    word = re.sub(r"[\s.+]", "", found["word"] or "")
    if not word:
        mark = next((m for m in ".," if m in found["number"]), "")
        if grouped is not None and decimal is not None and mark in decimal_marks:
            return None, f"{mark} is a decimal mark elsewhere in the column; cannot be told", ""
        return _whole(decimal if grouped is None else grouped)
    if word == "b":
        return None, "B is a billion in English and a thousand in Turkish; cannot be told", ""
    if word not in _SUFFIX:
        return None, "is not a number", ""
    if grouped is not None and decimal is not None and grouped != decimal:
        return None, "may be thousands or a decimal before the unit; cannot be told", ""
    value = decimal if grouped is None else grouped
    return _whole(None if value is None else round(value * _SUFFIX[word], 3))


def _whole(value: float | None, repair: str = "") -> tuple[int | None, str, str]:
    if value is None:
        return None, "is not a number", ""
    if not value < MAX_COUNT:
        return None, "is larger than any count on the platform", ""
    if value != int(value):
        return None, "a count must be a whole number", ""
    return int(value), "", repair


def _readings(number: str) -> tuple[float | None, float | None]:
    """A number read with its marks as thousands and as decimals; None where that is impossible.

    Numbers without any mark are the same in both. Marks that are clear leave one reading.
    """
    if len(number) > 40:
        return None, None
    if _SPACE.search(number):
        if not re.fullmatch(r"\d{1,3}([\s'’ʼ_٬]\d{3})+([.,٫]\d+)?", number):
            return None, None
        number = _SPACE.sub("", number)
        return None, float(number.replace(",", ".").replace("٫", "."))
    number = number.replace("٫", ".")
    marks = [c for c in number if c in ".,"]
    if not marks:
        return float(number), float(number)
    last = marks[-1]
    if len(set(marks)) == 2:
        whole, _, rest = number.rpartition(last)
        first = marks[0]
        if marks.count(last) > 1 or not re.fullmatch(rf"\d{{1,3}}([{first}]\d{{2,3}})+", whole):
            return None, None
        return None, float(whole.replace(first, "") + "." + rest)
    groups = re.fullmatch(rf"(?!0)\d{{1,3}}([{last}]\d{{2,3}})*[{last}]\d{{3}}", number)
    grouped = float(number.replace(last, "")) if groups else None
    if len(marks) > 1:
        return grouped, None
    return grouped, float(number.replace(last, "."))


def _share(text: str) -> tuple[float | None, bool, str]:
    """(number as written, has a percent sign, problem)."""
    if is_blank(text):
        return None, False, ""
    clean = plain(text).replace("٪", "%").replace("٫", ".").strip("'’ ")
    bare = re.sub(r"\s|%", "", clean).replace(",", ".")
    if is_blank(bare):
        return None, False, ""
    if not re.fullmatch(r"[-−]?(\d+\.?\d*|\.\d+)(e-?\d+)?", bare.casefold()) or len(bare) > 30:
        return None, False, "is not a percentage"
    return float(bare.replace("−", "-")), "%" in clean, ""


def _as_share(number, signed, problem, unit) -> tuple[float | None, str, str]:
    if number is None:
        return None, problem, ""
    value = number / 100 if signed or unit == "percent" else number
    if not 0 <= value <= 1:
        return None, "a share must lie between 0 and 100 %", ""
    return value, "", ""


_ISO = re.compile(r"pt?(?:(\d+)d)?t?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:[.,]\d+)?)s)?")
_UNITS = re.compile(
    r"(?:(\d+)\s*(?:h|hrs?|hours?|std|ч|時間|小时|시간)\b[\s:]*)?"
    r"(?:(\d+)\s*(?:m|min|mins|minutes?|мин|分钟|分|분)\b\.?[\s:]*)?"
    r"(?:(\d+(?:[.,]\d+)?)\s*(?:s|sec|secs|seconds?|sek|seg|с|сек|秒|초)?\.?)?"
)
_CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d{1,2}(?:[.,]\d+)?)")


def _duration(text: str) -> tuple[float | None, str, str]:
    if is_blank(text):
        return None, "", ""
    clean = plain(text).casefold()
    if len(clean) > 40:
        return None, "is not a length of time", ""
    if clean.startswith(("-", "−")):
        return None, "a length cannot be negative", ""
    if found := re.fullmatch(r"(\d+(?:[.,]\d+)?|[.,]\d+)\s*(ms|s)?", clean):
        value = float(found[1].replace(",", "."))
        return (value / 1000 if found[2] == "ms" else value), "", ""
    if found := _CLOCK.fullmatch(clean):
        hours, minutes, seconds = found.groups()
        if float(seconds.replace(",", ".")) >= 60 or (hours and int(minutes) >= 60):
            return None, "minutes and seconds must be below 60", ""
        return _hms(hours, minutes, seconds), "", ""
    if re.fullmatch(r"\d+:\d{2}s", clean):
        return None, "may be minutes and seconds, or seconds with a colon for the point", ""
    if clean.startswith("p") and len(clean) > 2 and (found := _ISO.fullmatch(clean)):
        days, hours, minutes, seconds = found.groups()
        return float(days or 0) * 86400 + _hms(hours, minutes, seconds), "", ""
    if found := _UNITS.fullmatch(clean):
        return _hms(*found.groups()), "", ""
    if re.fullmatch(r"inf|infinity|∞", clean):
        return None, "is infinite", ""
    return None, "is not a length of time", ""


def _hms(hours: str | None, minutes: str | None, seconds: str | None) -> float:
    seconds = (seconds or "0").replace(",", ".")
    return float(hours or 0) * 3600 + float(minutes or 0) * 60 + float(seconds)


def _settle_colons(out: Column, texts: Sequence[str], expected) -> None:
    """Read `8:40s` as 8.40 s where its column or the other columns say so."""
    colons = [i for i, t in enumerate(texts) if re.fullmatch(r"\d+:\d{2}s", plain(t).casefold())]
    if not colons:
        return
    decimals = sum(bool(re.fullmatch(r"\d+[.,]\d+s", plain(t).casefold())) for t in texts)
    for i in colons:
        whole, part = plain(texts[i]).casefold().rstrip("s").split(":")
        short, long = float(f"{whole}.{part}"), int(whole) * 60 + int(part)
        implied = expected[i] if expected is not None else None
        if implied and min(_ratio(short, implied), _ratio(long, implied)) < 1.5:
            value = min((short, long), key=lambda v: _ratio(v, implied))
            why = f"watch time and retention imply about {implied:.0f} s"
        elif decimals > len(texts) / 2:
            value, why = short, "the column is written in seconds; the colon stands for the point"
        else:
            continue
        out.data[i], out.repairs[i] = float(value), why
        del out.problems[i]


def _ratio(a: float, b: float) -> float:
    return max(a, b) / max(min(a, b), 1e-9)


def _settle_milliseconds(out: Column, texts: Sequence[str]) -> None:
    """Bare whole numbers in the thousands cannot be seconds of short video."""
    bare = [i for i, t in enumerate(texts) if t.strip().isdigit() and out.data[i]]
    values = [out.data[i] for i in bare]
    if values and min(values) >= 1000 and median(values) > 3600:
        for i in bare:
            out.data[i] /= 1000
        out.remarks.append("bare numbers are far too large for seconds; read as milliseconds")
