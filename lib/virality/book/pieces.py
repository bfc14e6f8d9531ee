"""Markdown pieces: tables, figures and callouts.

Everything here returns Markdown text that Quarto, JupyterLab and the plain version
understand. Nothing is HTML, so that nothing that data says can become markup.
"""

from __future__ import annotations

import html
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping

import pandas as pd

from virality.core.text import clean, escape, is_missing, significant

_FRAME_WIDTH, _FRAME_LETTERS = 48, 7  # pixels, and letters that take as much room
_PICTURE = re.compile(r"!\[\]\(.*?\)\{.*?\}")
_CODE = re.compile(r"(`[^`]*`)")
_DAY = re.compile(r"(?<![\w/.=-])(\d{4})(?:-|&#45;)(\d\d)(?:-|&#45;)(\d\d)(?![\w-])")
# A number with its sign and unit, alone or with the ends of its interval.
_NUMBER = re.compile(r"[×+−-]?\s?\d[\d,.]*\s?[%KM]?(?:\s\([^()a-z]*(?:to|–)?[^()a-z]*\))?")
_TIMES, _PERCENT = re.compile(r"×[ \t](?=\d)"), re.compile(r"(?<=\d) %(?!\w)")


def callout(kind: str, title: str, body: str, icon: bool = True) -> str:
    """Return a Quarto callout.

    Parameters
    ----------
    kind : {"note", "tip", "important", "warning", "caution"}
    title : str
        Plain text; it cannot break out of its place.
    body : str
        Markdown.
    icon : bool
        Whether the box has its kind's picture.
    """
    plain = "" if icon else " icon=false"
    return f'::: {{.callout-{kind}{plain} title="{_attribute(title)}"}}\n\n{body}\n\n:::'


def block(kind: str, body: str) -> str:
    """Return a passage of one kind, which the style of a page tells apart.

    Parameters
    ----------
    kind : str
        Name of the class.
    body : str
        Markdown.
    """
    return f"::: {{.{kind}}}\n\n{body}\n\n:::"


def figure(source: str, identifier: str, caption: str, alt: str) -> str:
    """Return a captioned, cross-referenced figure around an image.

    Parameters
    ----------
    source : str
        Address of the image, or the image itself as a data address.
    identifier : str
        Label such as ``fig-views``.
    caption : str
        Markdown that states the finding.
    alt : str
        Plain text for a reader who cannot see it.
    """
    attributes = f'fig-alt="{_attribute(alt)}" .lightbox'
    return f"::: {{#{identifier}}}\n\n![]({source}){{{attributes}}}\n\n{caption}\n\n:::"


def address(kind: str, content: bytes) -> str:
    """Return a picture as an address that holds all of it.

    Parameters
    ----------
    kind : str
        Of the media type, after "image/".
    content : bytes
        The file.
    """
    return f"data:image/{kind};base64,{b64encode(content).decode()}"


# Rows above which a table gets a box of its own.
TALL = 20


def thumbnail(jpeg: bytes, alt: str = "First frame") -> str:
    """Return a small first frame, for a cell of a table.

    Parameters
    ----------
    jpeg : bytes
    alt : str
        Plain text for a reader who cannot see it.
    """
    source = address("jpeg", jpeg)
    return (
        f'![]({source}){{fig-alt="{_attribute(alt)}" .thumbnail .nolightbox width={_FRAME_WIDTH}}} '
    )


def inline(svg: bytes, alt: str) -> str:
    """Return a small picture that stands inside a line.

    Parameters
    ----------
    svg : bytes
    alt : str
        Plain text for a reader who cannot see it.
    """
    source = address("svg+xml", svg)
    return f'![]({source}){{fig-alt="{_attribute(alt)}" .spark .nolightbox}}'


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
    lines = [[escape(name) for name in columns], _rule(data, cells), *cells]
    body = "\n".join("| " + " | ".join(map(unbroken, line)) + " |" for line in lines)
    whole = f"::: {{#{identifier}}}\n\n{body}\n\n{caption}\n\n:::"
    # A long table scrolls in a box of its own, so that the story around it stays in sight.
    return f":::: {{.tall}}\n{whole}\n::::" if len(cells) > TALL else whole


def unbroken(text: str) -> str:
    """Return Markdown in which no line ends inside a day, or between a number and "×" or "%"."""
    parts = _CODE.split(text)  # what stands in code is copied
    parts[::2] = [_DAY.sub("\\1\N{NON-BREAKING HYPHEN}\\2\N{NON-BREAKING HYPHEN}\\3", part)
                  for part in parts[::2]]  # fmt: skip
    whole = _TIMES.sub("×\N{NO-BREAK SPACE}", "".join(parts))
    return _PERCENT.sub("\N{NO-BREAK SPACE}%", whole)


def _rule(data: pd.DataFrame, cells: list[list[str]]) -> list[str]:
    """The line below the head; its widths let long text wrap instead of pushing the page apart."""
    rule = []
    for i, name in enumerate(data.columns):
        width = max(3, min(60, max([len(str(name)), *(_shown(row[i]) for row in cells)])))
        right = pd.api.types.is_numeric_dtype(data[name]) or _are_numbers(row[i] for row in cells)
        rule.append("-" * (width - 1) + ":" if right else ":" + "-" * (width - 1))
    return rule


def _are_numbers(cells: Iterable[str]) -> bool:
    told = [html.unescape(cell).strip() for cell in cells]
    known = [cell for cell in told if cell not in ("", "–")]
    return bool(known) and all(_NUMBER.fullmatch(cell) for cell in known)


def _shown(cell: str) -> int:
    words, pictures = _PICTURE.subn("", cell)
    return len(re.sub(r"&#\d+;", "x", words)) + _FRAME_LETTERS * max(0, pictures - 1)


def _cell(value: object, form: Callable | str | None, safe: bool) -> str:
    if safe:
        return str(value).replace("\n", " ").replace("|", "&#124;")
    if callable(form):
        return escape(form(value))
    if is_missing(value):
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
