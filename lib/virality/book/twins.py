"""How the narrow twin of a figure travels: from notebook to Markdown to page.

An output carries it beside its Markdown, where JupyterLab takes no notice of it. Markdown that is
about to become a page names it as an attribute of the wide picture. In the page, a browser loads
the one that fits, and that one alone. It shows figures brighter where the page is dark.
"""

from __future__ import annotations

import re

#: The kind under which an output holds the twin's address.
KIND = "application/vnd.virality.narrow"
NARROW_PAGE = "600px"
#: How a dark page shows figures: as bright as :data:`virality.figures.theme.NIGHT` says.
BY_NIGHT = 'img:is([src$=".svg"],[src^="data:image/svg"]){filter:brightness(1.4)}'

_ATTRIBUTES = re.compile(r"(!\[\]\([^)\s]+\)\{)")
_NAME = re.compile(r'\s*\bdata-narrow="[^"]*"')
_NAMED = re.compile(r'<img\b[^>]*?\bdata-narrow="([^"]*)"[^>]*>')


def as_told(output) -> str:
    """Return an output's Markdown, in which its picture names its narrow twin.

    Parameters
    ----------
    output : NotebookNode
        Of a cell; has Markdown.
    """
    text, twin = output.data["text/markdown"], output.data.get(KIND)
    return _ATTRIBUTES.sub(rf'\g<1>narrow="{twin}" ', text, count=1) if twin else text


def chosen(page: str) -> str:
    """Return HTML in which every picture that names a narrow twin gives way to it.

    Parameters
    ----------
    page : str
        Made by Quarto or by :mod:`virality.book.markup`.

    Examples
    --------
    >>> print(chosen('<img src="a.svg" alt="A" data-narrow="b.svg">'))
    <picture><source media="(max-width: 600px)" srcset="b.svg"><img src="a.svg" alt="A"></picture>
    """
    return _NAME.sub("", _NAMED.sub(_picture, page))  # Quarto repeats the name around the picture


def picture(image: str, address: str) -> str:
    """Return an element of HTML around an image and its narrow twin.

    Parameters
    ----------
    image : str
        The element of the wide one.
    address : str
        Of the narrow one, escaped.
    """
    source = f'<source media="(max-width: {NARROW_PAGE})" srcset="{address}">'
    return f"<picture>{source}{image}</picture>"


def _picture(match: re.Match) -> str:
    return picture(_NAME.sub("", match[0]), match[1])
