"""Words and numbers in words, and text from data made harmless."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import exp, expm1

# ASCII punctuation can start Markdown, HTML, math, shortcodes or references; as a numeric
# entity it shows the same and means nothing.
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
# Bidirectional overrides and other invisible marks can reorder or hide what follows them.
_INVISIBLE = {"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"}
FAR = 0.7  # a difference of logarithms that is told as a factor: about two
_JOINERS = {"\u200d", "\ufe0f"}  # needed inside emoji


def is_missing(value: object) -> bool:
    """Return whether a value stands for none: None, NaN, NaT or pandas' NA."""
    try:
        return value is None or bool(value != value)
    except TypeError:  # pandas' NA is neither equal nor unequal to itself
        return True


def clean(text: object) -> str:
    """Return `text` on one line, without control, invisible or reordering characters."""
    if is_missing(text):
        return ""
    characters = (
        char if char in _JOINERS or unicodedata.category(char) not in _INVISIBLE else " "
        for char in str(text)
    )
    return " ".join("".join(characters).split())


def escape(text: object) -> str:
    """Return text from data so that no Markdown, HTML or Quarto syntax in it has a meaning.

    Parameters
    ----------
    text : object
        Anything; missing values become "".

    Returns
    -------
    str
        One line; every ASCII punctuation character is a numeric entity.
    """
    escaped = _PUNCTUATION.sub(lambda match: f"&#{ord(match.group())};", clean(text))
    # Quarto warns of ":::" anywhere in a page; an invisible joiner keeps the look.
    return escaped.replace("&#58;&#58;&#58;", "&#58;&#8288;&#58;&#8288;&#58;")


def excerpt(text: object, length: int = 60) -> str:
    """Return the beginning of a text from data, escaped.

    Parameters
    ----------
    text : object
        Anything; missing values become "".
    length : int
        Characters, before they are escaped.

    Returns
    -------
    str
    """
    text = clean(text)
    return escape(text if len(text) <= length else text[: length - 1].rstrip() + "…")


@dataclass(frozen=True, slots=True)
class DataText:
    """Text that came with the data: harmless wherever it is written into a sentence.

    Findings hold such text in this type, so that no sentence has to remember to escape it:
    ``f"{tag}"`` and ``str(tag)`` are escaped, and only `raw` is what stood in the data.

    Parameters
    ----------
    raw : str
        As it stood there.

    Examples
    --------
    >>> f"most of them are about {DataText('<b>')}"
    'most of them are about &#60;b&#62;'
    """

    raw: str

    def __str__(self) -> str:
        return escape(self.raw)

    def __format__(self, form: str) -> str:
        return format(str(self), form)

    def excerpt(self, length: int = 60) -> str:
        """Return its first `length` characters, escaped."""
        return excerpt(self.raw, length)


@dataclass(frozen=True, slots=True)
class PostName:
    """What a post is called in a sentence: by its day, and by its caption where that may be shown.

    Examples
    --------
    >>> f"{PostName('2024-05-06', 'A cat & a dog')}, {PostName('2024-05-07')}"
    '“A cat &#38; a dog” (2024-05-06), the post of 2024-05-07'
    """

    day: str
    caption: object = ""

    def __str__(self) -> str:
        text = excerpt(self.caption)
        return f"“{text}” ({self.day})" if text else f"the post of {self.day}"


def listing(words: Sequence[object], last: str = "and", most: int | None = None) -> str:
    """Return names as a sentence lists them.

    Parameters
    ----------
    words : sequence
        Anything that `str` writes.
    last : str
        Stands before the last of them.
    most : int, optional
        Of more than so many the first are named, and the others counted.

    Returns
    -------
    str

    Examples
    --------
    >>> listing("abc"), listing("abc", "or"), listing("abcde", most=2)
    ('a, b and c', 'a, b or c', 'a, b and 3 more')
    """
    rest = [f"{len(words) - most} more"] if most and len(words) > most else []
    texts = [str(word) for word in words[: most or None]] + rest
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} {last} {texts[-1]}"


def agree(words: Sequence[object], one: str, many: str) -> str:
    """Return the verb for a list of names.

    Parameters
    ----------
    words : sequence
        The names; a single one that ends in "s" is many.
    one, many : str
        The verb.

    Returns
    -------
    str

    Examples
    --------
    >>> [agree(names, "carries", "carry") for names in (["sound"], ["hashtags"], ["a", "b"])]
    ['carries', 'carry', 'carry']
    """
    single = len(words) == 1 and not str(words[0]).endswith("s")  # hashtags are many
    return one if single else many


def plural(count: int, one: str, many: str = "") -> str:
    """Return a count with its noun, or with a phrase that follows it.

    Parameters
    ----------
    count : int
    one, many : str
        For one and for another number; `many` is `one` with an "s" where it is not given.

    Returns
    -------
    str

    Examples
    --------
    >>> plural(1, "post"), plural(1200, "post"), plural(2, "row was lost", "rows were lost")
    ('1 post', '1,200 posts', '2 rows were lost')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def capital(text: str) -> str:
    """Return the text with its first letter as a capital, the rest as it is."""
    return text[:1].upper() + text[1:]


def ended(text: str) -> str:
    """Return the stop that ends a sentence, unless the text has one."""
    return "" if text.endswith(("?", "!", ".")) else "."


def decimals(value: float, digits: int = 2) -> str:
    """Return a number with so many decimals and a true minus; "–" when missing.

    Parameters
    ----------
    value : float
    digits : int
        Decimals.

    Examples
    --------
    >>> decimals(-0.126), decimals(float("nan"))
    ('−0.13', '–')
    """
    return "–" if value != value else f"{value:.{digits}f}".replace("-", "−")


def interval(value: float, low: float, high: float, form: str) -> str:
    """Return "0.12 (−0.05 to 0.29)": a number with its interval, where there is one.

    Parameters
    ----------
    value, low, high : float
        The number and the ends of its interval; without ends it stands alone, missing it is "–".
    form : str
        Format specification of all three.
    """
    if value != value:
        return "–"
    text = format(value, form)
    if low == low and high == high:
        text += f" ({format(low, form)} to {format(high, form)})"
    return text.replace("-", "−")


def p_value(p: float) -> str:
    """Return a p value as readers know it: three digits, or that it is smaller; "–" if missing."""
    if p != p:
        return "–"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def smaller(gap: float) -> str:
    """Return "8 % smaller" or "12 % larger" for a difference of logarithms."""
    if gap == 0:
        return "equal"
    share = abs(round(expm1(gap), 2))
    return f"{percent(share) if share else 'under 1 %'} {'larger' if gap > 0 else 'smaller'}"


def above_or_below(gap: float) -> str:
    """Return "12 % below", or "a factor of 3.1 above" where it is far, for a log difference."""
    size = f"a factor of {exp(abs(gap)):.1f}" if abs(gap) >= FAR else percent(abs(expm1(gap)))
    return f"{size} {'above' if gap > 0 else 'below'}"


def significant(value: float, digits: int = 3) -> str:
    """Return a number with so many significant digits; "–" when missing.

    It has an exponent below a millionth only.

    Parameters
    ----------
    value : float
    digits : int
        Significant digits.

    Examples
    --------
    >>> significant(12345.6), significant(1.2345), significant(-0.000012345, 2)
    ('12,346', '1.23', '−0.000012')
    """
    if is_missing(value):
        return "–"
    if abs(value) >= 10 ** (digits - 1):
        return f"{value:,.0f}".replace("-", "−")
    text = f"{value:.{digits}g}"
    text = f"{Decimal(text):f}" if abs(value) >= 1e-6 else text
    return text.replace("-", "−")


def count(value: float) -> str:
    """Return a count to three digits, with separators."""
    value = float(value)
    return f"{value:,.0f}" if value < 1000 else f"{float(f'{value:.3g}'):,.0f}"


def brief(value: float) -> str:
    """Return a count as a headline has it; "–" when missing.

    Parameters
    ----------
    value : float
        Not negative.

    Examples
    --------
    >>> [brief(n).replace(chr(160), " ") for n in (940, 1_662, 54_900, 186_700, 2_349_656)]
    ['940', '1.7 K', '55 K', '187 K', '2.3 M']
    """
    if is_missing(value):
        return "–"
    if value < 999.5:
        return f"{value:.0f}"
    size, unit = (value / 1e3, "K") if value < 999_500 else (value / 1e6, "M")
    return f"{size:,.{1 if size < 9.95 else 0}f}\N{NO-BREAK SPACE}{unit}"


def percent(share: float) -> str:
    """Return a share as per cent, whole, or one digit below one; a minus is a true one.

    Examples
    --------
    >>> percent(0.152), percent(-0.17), percent(0.004)
    ('15 %', '−17 %', '0.4 %')
    """
    value = 100 * share
    whole = abs(value) >= 1 or value == 0
    return (f"{value:.0f} %" if whole else f"{value:.1g} %").replace("-", "−")


def points(share: float) -> str:
    """Return a difference of shares, "36 percentage points"."""
    return plural(round(100 * share), "percentage point")


def factor(value: float) -> str:
    """Return a ratio to two digits, "2.4 times"."""
    return f"{float(f'{value:.2g}'):g} times"


def multiple(value: float) -> str:
    """Return a ratio as "× 1.25", "× 39" from ten on, never torn apart; "–" when missing."""
    if is_missing(value):
        return "–"
    return f"×\N{NO-BREAK SPACE}{value:.{2 if value < 9.995 else 0}f}"


def about(value: float, digits: int = 2) -> str:
    """Return a number rounded to so many digits, "190" for 187; "–" when missing.

    Parameters
    ----------
    value : float
    digits : int
        Significant digits that are kept.
    """
    return "–" if is_missing(value) else f"{float(f'{value:.{digits}g}'):,.0f}"


def plural_days(days: float) -> str:
    """Return "3 days", or hours below two days."""
    if days < 2:
        return plural(max(1, round(24 * days)), "hour")
    return plural(round(days), "day")
