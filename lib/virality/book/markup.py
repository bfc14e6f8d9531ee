"""The Markdown of a page as plain HTML, without Quarto.

Quarto's Markdown has divs, spans, callouts, cross-references and citations that nbconvert does not
know. They are turned into plain HTML and links here; the rest is nbconvert's. The plain version of
a book is made of it, and what a notebook shows in JupyterLab.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from functools import cache

from virality.book import twins
from virality.core.paths import NOTEBOOKS

_DIV = re.compile(r"^:::+ *(\{[^\n]*\})? *$", re.MULTILINE)
_RAW = re.compile(r"^```\{=html\}\n(.*?)\n```$", re.MULTILINE | re.DOTALL)
_IDENTIFIER = re.compile(r"#((?:fig|tbl)-[\w-]+)")
_TITLE = re.compile(r'title="([^"]*)"')
_CALLOUT = re.compile(r"\.callout-(\w+)")
_CLASS = re.compile(r"\.([\w-]+)")
_IMAGE = re.compile(r"!\[\]\(([^)]*)\)\{([^}]*)\}")
_SPAN = re.compile(r"\[([^\[\]]*)\]\{((?:\.[\w-]+ ?)+)\}")
_WIDTH = re.compile(r"width=(\d+)")
_NARROW = re.compile(r'narrow="([^"]*)"')
_ALT = re.compile(r'fig-alt="([^"]*)"')
_REFERENCE = re.compile(r"(?<![\w&;])@((?:fig|tbl|sec)-[\w-]+)")
_CITATION = re.compile(r"\[((?:@[\w:-]+)(?:; *@[\w:-]+)*)\]")
_LINK = re.compile(r"\]\((\w+)\.(?:ipynb|qmd)((?:#[\w-]+)?)\)")
_HEADING = re.compile(r"^(#{1,4} .*?) *\{[^}\n]*\} *$", re.MULTILINE)
_ENTRY = re.compile(r"@\w+\{([\w:-]+),(.*?)\n\}", re.DOTALL)


def as_html(
    text: str,
    references: Mapping[str, tuple[str, str]] | None = None,
    cited: Callable[[str], str] = str,
    page: Callable[[str], str] = "{}.html".format,
) -> str:
    """Return Markdown of a page as HTML.

    Parameters
    ----------
    text : str
        Texts from data in it are escaped already.
    references : mapping of str to (str, str), optional
        For every label its address and a name such as "Figure 3"; a label that is not in it is
        linked on the same page.
    cited : callable
        What is shown for a citation key.
    page : callable
        Address of the page of a chapter.

    Returns
    -------
    str
    """
    from nbconvert.filters.markdown_mistune import markdown2html_mistune

    if text.startswith("---\n"):
        text = text.split("\n---\n", 1)[1]
    text = _RAW.sub(r"\n\1\n", text)
    text = _IMAGE.sub(_image, text)
    text = _SPAN.sub(_span, text)
    text = _HEADING.sub(r"\1", text)
    text = _LINK.sub(lambda match: f"]({page(match[1])}{match[2]})", text)
    text = _REFERENCE.sub(lambda match: _refer(match[1], references), text)
    text = _CITATION.sub(lambda match: _cite(match[1], cited), text)
    return twins.chosen(markdown2html_mistune(_DIV.sub(_fence, text)))


def in_jupyterlab(text: str) -> str:
    """Return what JupyterLab shows for Markdown of a page; links lead to notebooks.

    Parameters
    ----------
    text : str
        As for :func:`as_html`.
    """
    known = _known_works()
    shown = as_html(text, None, lambda key: known.get(key, key), "{}.ipynb".format)
    return _LOOK + shown


@cache
def _known_works() -> dict[str, str]:
    text = (NOTEBOOKS / "references.bib").read_text(encoding="utf-8")
    return {key: label for key, (label, _) in bibliography(text).items()}


_LOOK = (
    f"""<style>
[data-jp-theme-light="false"] {twins.BY_NIGHT}
"""
    + """
.callout{border-left:.3rem solid #888;background:#8881;padding:.4rem 1rem}
.callout.tip{border-color:#4fa36b}.callout.warning{border-color:#d1605e}
.doubt{border-left:.15rem solid #8889;padding-left:1rem;font-style:italic}
.notice,.quiet,.behind,.float>p{font-size:.9em}.reach{font-size:1.2em}.size{font-weight:700}
.finding{display:grid;grid-template-columns:9em 1fr;border-top:1px solid #8886;padding:.3em 0}
.label{font-size:.8em;font-weight:700;text-transform:uppercase}.spark{height:1.6em}
</style>
"""
)


def bibliography(text: str) -> dict[str, tuple[str, str]]:
    """Return, for every key, its label "Author year" and the whole reference.

    Parameters
    ----------
    text : str
        Of a file in BibTeX.
    """
    entries = {}
    for key, body in _ENTRY.findall(text):
        fields = {
            name.lower(): re.sub(r"[{}]", "", value).strip()
            for name, value in re.findall(r"(\w+)\s*=\s*\{(.*?)\}\s*(?:,|$)", body, re.MULTILINE)
        }
        author = fields.get("author", key)
        surname = author.split(" and ")[0].split(",")[0]
        label = f"{surname}{' et al.' if ' and ' in author else ''} {fields.get('year', '')}"
        where = fields.get("journal") or fields.get("booktitle") or fields.get("publisher", "")
        whole = ". ".join(part for part in (author, fields.get("title", ""), where) if part)
        entries[key] = (label.strip(), f"{whole}.")
    return entries


def _image(match: re.Match) -> str:
    alt, width = _ALT.search(match[2]), _WIDTH.search(match[2])
    words = html.escape(alt[1] if alt else "", quote=True)
    size = f' width="{width[1]}"' if width else ""
    named = " ".join(_CLASS.findall(_NARROW.sub("", _ALT.sub("", match[2]))))
    kind = f' class="{named}"' if named else ""
    source = html.escape(match[1], quote=True)
    narrow = _NARROW.search(match[2])
    twin = f' data-narrow="{narrow[1]}"' if narrow else ""
    return f'<img loading="lazy" src="{source}" alt="{words}"{size}{kind}{twin}>'


def _span(match: re.Match) -> str:
    return f'<span class="{" ".join(_CLASS.findall(match[2]))}">{match[1]}</span>'


def _fence(match: re.Match) -> str:
    attributes = match[1]
    if attributes is None:
        return "\n</div>\n"
    identifier = _IDENTIFIER.search(attributes)
    callout = _CALLOUT.search(attributes)
    title = _TITLE.search(attributes)
    name = f' id="{identifier[1]}"' if identifier else ""
    named = " ".join(_CLASS.findall(_TITLE.sub("", attributes)))
    kind = f"callout {callout[1]}" if callout else ("float" if identifier else named or "block")
    head = f"<p><strong>{html.escape(title[1])}</strong></p>" if title else ""
    return f'\n<div class="{kind}"{name}>{head}\n'


def _refer(label: str, references: Mapping[str, tuple[str, str]] | None) -> str:
    kinds = {"fig": "the figure", "tbl": "the table", "sec": "the section of that name"}
    if references is None:
        return f"[{kinds[label[:3]]}](#{label})"
    if label not in references:
        return kinds["sec"]
    address, name = references[label]
    return f"[{name}]({address})"


def _cite(keys: str, cited: Callable[[str], str]) -> str:
    return f"({'; '.join(cited(key.strip().lstrip('@')) for key in keys.split(';'))})"
