"""Markdown pieces: text from data made harmless, tables, figures and callouts.

Everything here returns Markdown text that Quarto, JupyterLab and the plain version
understand. Nothing is HTML, so that nothing that data says can become markup.
"""

from __future__ import annotations

import re
import unicodedata
from base64 import b64encode
from collections.abc import Callable, Mapping

import pandas as pd

# ASCII punctuation can start Markdown, HTML, math, shortcodes or references; as a numeric
# entity it shows the same and means nothing.
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
# Bidirectional overrides and other invisible marks can reorder or hide what follows them.
_INVISIBLE = {"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"}
_FRAME_WIDTH = 48
_JOINERS = {"\u200d", "\ufe0f"}  # needed inside emoji


def clean(text: object) -> str:
    """Return `text` on one line, without control, invisible or reordering characters."""
    if text is None or text is pd.NA or (isinstance(text, float) and text != text):
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
    """Return the first `length` characters of a text from data, escaped."""
    text = clean(text)
    return escape(text if len(text) <= length else text[: length - 1].rstrip() + "…")


def callout(kind: str, title: str, body: str, icon: bool = True) -> str:
    """Return a Quarto callout ("note", "tip", "important", "warning", "caution")."""
    plain = "" if icon else " icon=false"
    return f'::: {{.callout-{kind}{plain} title="{_attribute(title)}"}}\n\n{body}\n\n:::'


def figure(source: str, identifier: str, caption: str, alt: str) -> str:
    """Return a captioned, cross-referenced figure around an image address."""
    attributes = f'fig-alt="{_attribute(alt)}" .lightbox'
    return f"::: {{#{identifier}}}\n\n![]({source}){{{attributes}}}\n\n{caption}\n\n:::"


# Rows above which a table gets a box of its own.
TALL = 20


def thumbnail(jpeg: bytes) -> str:
    """Return a small first frame, for a cell of a table."""
    source = "data:image/jpeg;base64," + b64encode(jpeg).decode()
    return f'![]({source}){{fig-alt="First frame" .thumbnail .nolightbox width={_FRAME_WIDTH}}} '


def table(
    data: pd.DataFrame,
    identifier: str,
    caption: str,
    formats: Mapping[str, Callable | str] | None = None,
    markdown: tuple[str, ...] = (),
) -> str:
    """Return a captioned, cross-referenced table with every cell escaped.

    Parameters
    ----------
    data : DataFrame
        What to show; the index is left out.
    identifier : str
        Label such as ``tbl-repairs``.
    caption : str
        Markdown that states the finding.
    formats : mapping of str to callable or format specification, optional
        How to write a column; floats get three significant digits otherwise.
    markdown : tuple of str
        Columns that already are safe Markdown.

    Returns
    -------
    str
        A pipe table inside a labelled div.
    """
    formats = dict(formats or {})
    columns = list(data.columns)
    cells = [
        [_cell(value, formats.get(name), name in markdown) for name, value in zip(columns, row)]
        for row in data.itertuples(index=False, name=None)
    ]
    numeric = [pd.api.types.is_numeric_dtype(data[name]) for name in columns]
    # Column widths in the rule line let long text wrap instead of pushing the page apart.
    widths = [
        max(3, min(60, max([len(str(name)), *(_shown(row[i]) for row in cells)])))
        for i, name in enumerate(columns)
    ]
    rule = [
        "-" * (width - 1) + ":" if right else ":" + "-" * (width - 1)
        for width, right in zip(widths, numeric)
    ]
    lines = [[escape(name) for name in columns], rule, *cells]
    body = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    whole = f"::: {{#{identifier}}}\n\n{body}\n\n{caption}\n\n:::"
    # A long table scrolls in a box of its own, so that the story around it stays in sight.
    return f":::: {{.tall}}\n{whole}\n::::" if len(cells) > TALL else whole


def listing(words: list[str], last: str = "and") -> str:
    """Return "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def agree(words: list[str], one: str, many: str) -> str:
    """Return the verb for a list of names: "sound carries", "sound and picture carry"."""
    single = len(words) == 1 and not words[0].endswith("s")  # hashtags are many
    return one if single else many


def plural(count: int, one: str, many: str = "") -> str:
    """Return "1 post" or "12 posts", with a thousands separator."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def capital(text: str) -> str:
    """Return the text with its first letter as a capital, the rest as it is."""
    return text[:1].upper() + text[1:]


def decimals(value: float, digits: int = 2) -> str:
    """Return a number with so many decimals and a true minus; "–" when missing."""
    return "–" if value != value else f"{value:.{digits}f}".replace("-", "−")


def significant(value: float, digits: int = 3) -> str:
    """Return a number with so many significant digits and no exponent; "–" when missing."""
    if value is None or value is pd.NA or value != value:
        return "–"
    if abs(value) >= 10 ** (digits - 1):
        return f"{value:,.0f}".replace("-", "−")
    text = f"{float(f'{value:.{digits}g}'):.{digits}g}"
    return text.replace("-", "−") if "e" not in text else f"{value:.{digits}e}"


def _shown(cell: str) -> int:
    return len(re.sub(r"&#\d+;", "x", re.sub(r"!\[\]\(.*?\)\{.*?\}", "", cell)))


def _cell(value: object, form: Callable | str | None, safe: bool) -> str:
    if safe:
        return str(value).replace("\n", " ").replace("|", "&#124;")
    if callable(form):
        return escape(form(value))
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return "–"
    if form:
        return escape(format(value, form))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return escape(significant(value))
    if isinstance(value, int):
        return escape(f"{value:,}")
    if isinstance(value, pd.Timestamp):
        return escape(value.strftime("%Y-%m-%d"))
    return escape(value)


def _attribute(text: str) -> str:
    return clean(text).replace("\\", "").replace('"', "”").replace("{", "(").replace("}", ")")
