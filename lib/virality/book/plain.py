"""Pages of HTML without Quarto: the plain version of a book.

The plain version has readable pages from the same staged book, see :mod:`virality.book.markup`.
"""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from virality.book import markup, twins
from virality.core.chapters import Spec, as_read
from virality.core.text import clean

if TYPE_CHECKING:
    from virality.book.sharing import Shared

NOTICE = (
    "This is the plain version of the report. Install Quarto and run the same command again "
    "for search, dark mode and numbered cross-references."
)

TEACHES = "#| echo: true"  # begins a cell whose code belongs on the page


def render(
    staging: Path, site: Path, shared: Shared, chapters: tuple[Spec, ...], footer: str = ""
) -> None:
    """Write a page per chapter, a glossary and the references from a staged book.

    Parameters
    ----------
    staging : Path
        The staged book, see :func:`virality.book.publish.stage`.
    site : Path
        A folder that does not exist yet.
    shared : Shared
        With the title of the book.
    chapters : tuple of Spec
        The chapters of this book.
    footer : str
        What stands below every page, unescaped.
    """
    import nbformat
    from bs4 import BeautifulSoup

    from virality.book.sharing import describe

    site.mkdir(parents=True)
    shutil.copyfile(staging / "favicon.svg", site / "favicon.svg")
    for folder in ("pictures", "notebooks"):
        if (staging / folder).exists():
            shutil.copytree(staging / folder, site / folder)
    specs = as_read(chapters)
    pages = {
        spec.page: nbformat.read(staging / f"{spec.page}.ipynb", as_version=4) for spec in specs
    }
    names = {spec.page: spec.title for spec in specs}
    names |= {"glossary": "Glossary", "references": "References"}
    entries = markup.bibliography((staging / "references.bib").read_text(encoding="utf-8"))
    told: dict[str, Any] = {"references": _number(pages), "cited": partial(_cited, entries)}
    bodies = {slug: _body(notebook, told) for slug, notebook in pages.items()}
    glossary = (staging / "glossary.qmd").read_text(encoding="utf-8")
    bodies["glossary"] = markup.as_html(glossary, **told)
    listed = "\n\n".join(f"**{label}** {text}" for label, text in sorted(entries.values()))
    bodies["references"] = markup.as_html(f"# References\n\n{listed}")
    for slug, body in bodies.items():
        around = _around(slug, shared.title, body, names, footer)
        whole = whole_page(f"{names[slug]} – {shared.title}", _STYLE, around)
        soup = BeautifulSoup(whole, "html.parser")
        describe(soup, f"{slug}.html", shared)
        (site / f"{slug}.html").write_text(str(soup), encoding="utf-8")


def alone(notebook, title: str) -> str:
    """Return an executed notebook as one page that needs nothing beside it.

    Parameters
    ----------
    notebook : NotebookNode
        Pictures are inside its texts.
    title : str
        Unescaped.
    """
    body = _body(notebook, {"references": _number({"": notebook})})
    whole = f'<main id="content">\n{body}\n</main>\n<footer><p>{NOTICE}</p></footer>'
    return whole_page(title, _STYLE, whole, icon=False)


def _body(notebook, told: dict) -> str:
    return "\n".join(_cell(cell, told) for cell in notebook.cells)


def _cited(entries: dict[str, tuple[str, str]], key: str) -> str:
    return f"[{entries.get(key, (key, ''))[0]}](references.html)"


def _number(pages: dict) -> dict[str, tuple[str, str]]:
    """Return, for every label, its address and a name such as "Figure 3"."""
    kinds = {"fig": "Figure", "tbl": "Table"}
    counts = {"fig": 0, "tbl": 0}
    found = {}
    for slug, notebook in pages.items():
        for output in (output for cell in notebook.cells for output in shown_by(cell)):
            for match in re.finditer(r"::: \{#((fig|tbl)-[\w-]+)\}", output.data["text/markdown"]):
                counts[match[2]] += 1
                address = f"{slug}.html#{match[1]}" if slug else f"#{match[1]}"
                found[match[1]] = (address, f"{kinds[match[2]]} {counts[match[2]]}")
    return found


def shown_by(cell) -> list:
    """Return the outputs of a notebook's cell that are Markdown, which is all that pages show."""
    outputs = cell.outputs if cell.cell_type == "code" else []
    return [output for output in outputs if "text/markdown" in output.get("data", {})]


def _cell(cell, told: dict) -> str:
    if "remove-cell" in cell.metadata.get("tags", []):
        return ""
    if cell.cell_type == "markdown":
        return markup.as_html(cell.source, **told)
    shown = (output.data["text/markdown"] for output in shown_by(cell))
    pieces = [markup.as_html(text, **told) for text in shown]
    return _computation(cell.source) + "\n".join(pieces)


def _computation(source: str) -> str:
    """The code of a cell that teaches one, to be unfolded; all other code stays off the page."""
    first, _, code = source.partition("\n")
    if first.strip() != TEACHES:
        return ""
    return (
        f"<details><summary>Show the computation</summary><pre>{html.escape(code)}</pre></details>"
    )


_STYLE = """
body{font:17px/1.65 system-ui,sans-serif;max-width:52rem;margin:0 auto;padding:1rem;
display:flex;flex-direction:column}
main{min-width:0}
nav{order:-1}
a{color:#1f6aa8}a:focus-visible,summary:focus-visible{outline:.15rem solid;outline-offset:.15rem}
@media(prefers-color-scheme:dark){a{color:#8ab8ea}}
.skip{position:absolute;left:-99rem}.skip:focus{position:static;left:0}
img{max-width:100%;height:auto}
td img:only-of-type{display:block}
td:has(img+img){white-space:nowrap}td img{max-width:none}
table{border-collapse:collapse;font-size:.85rem;font-variant-numeric:tabular-nums}
td,th{padding:.3rem .5rem;border-bottom:1px solid #8886;text-align:left;overflow-wrap:break-word}
.float,.block{overflow-x:auto;margin:1.4rem 0}
.float>p{font-size:.9rem}
.callout{border-left:.3rem solid #888;background:#8881;padding:.4rem 1rem;margin:1.2rem 0}
.callout.tip{border-color:#4fa36b}.callout.warning{border-color:#d1605e}
.first-screen p{margin:.15rem 0}.quiet,.behind{font-size:.85rem;opacity:.85}
.reach{font-size:1.15rem;margin:.7rem 0}.size{font-weight:700;white-space:nowrap}
.chip{display:inline-block;border:1px solid #8886;border-radius:.4rem;padding:.1rem .5rem;
font-size:.85rem}.spark{height:1.4rem;vertical-align:middle}
.finding{display:grid;grid-template-columns:9.5rem 1fr;gap:0 1rem;padding:.4rem 0;
border-top:1px solid #8886}.label{font-size:.8rem;font-weight:700;text-transform:uppercase}
.more .label p::before{content:"▲ " / ""}.less .label p::before{content:"▼ " / ""}
@media(max-width:640px){.finding{grid-template-columns:1fr}}
.doubt{border-left:.15rem solid #8889;padding-left:1rem;font-style:italic}
details{margin:.4rem 0}summary{font-size:.85rem;cursor:pointer}
pre{overflow-x:auto;background:#8881;padding:.6rem;font-size:.8rem}
.anchor-link{display:none}
nav{font-size:.85rem;border-bottom:1px solid #8886;padding:.4rem 0}
footer{font-size:.85rem}
.explore iframe{width:100%;height:45rem;border:0}.by-night{display:none}
@media(prefers-color-scheme:dark){.by-night{display:block}.by-day{display:none}}
@media print{nav,.explore,.onward,.skip,summary{display:none}body{display:block;max-width:none}
details::details-content{content-visibility:visible;display:block}
.float,.callout,figure,img,tr{break-inside:avoid}h1,h2,h3{break-after:avoid}
.float,.block{overflow:visible}}
"""


def _around(slug: str, title: str, body: str, names: dict[str, str], footer: str) -> str:
    """The page around a chapter: first the text, then the ways on, which stand above it."""
    links = " · ".join(
        f'<a href="{other}.html">{html.escape(name)}</a>' for other, name in names.items()
    )
    order = list(names)
    at = order.index(slug)
    before = order[at - 1 : at] if at else []
    ways = [("Before", "prev", before), ("Next", "next", order[at + 1 : at + 2])]
    onward = " · ".join(
        f'{way}: <a rel="{rel}" href="{other}.html">{html.escape(names[other])}</a>'
        for way, rel, others in ways
        for other in others
    )
    return (
        '<a class="skip" href="#content">Skip to the text</a>\n'
        f'<main id="content">\n{body}\n<p class="onward">{onward}</p>\n</main>\n'
        f'<nav aria-label="Chapters"><strong>{html.escape(title)}</strong><br>{links}</nav>\n'
        f"<footer><p>{html.escape(footer)} {NOTICE}</p></footer>"
    )


_ICON = '\n<link rel="icon" href="favicon.svg">'
_SHARED_STYLE = f""":root{{color-scheme:light dark}}
h1,h2,h3{{font-family:Charter,Georgia,serif;line-height:1.25}}
@media(prefers-color-scheme:dark){{{twins.BY_NIGHT}}}"""


def table(names: Sequence[str], rows: Iterable[tuple[str, str, Sequence[object]]]) -> str:
    """Return a table in which each row is about a report.

    Parameters
    ----------
    names : sequence of str
        Heads of the columns.
    rows : iterable of (str, str, sequence)
        What a row is about, the address that this links to ("" for none), and the other cells; all
        of it is escaped here.
    """
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in names)
    body = "\n".join(_row(*row) for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>"


def _row(about: str, link: str, cells: Sequence[object]) -> str:
    first = html.escape(clean(about)) or "unnamed"
    first = f'<a href="{html.escape(link)}">{first}</a>' if link else first
    rest = "".join(f"<td>{html.escape(clean(cell))}</td>" for cell in cells)
    return f'<tr><th scope="row">{first}</th>{rest}</tr>'


def whole_page(title: str, style: str, body: str, icon: bool = True) -> str:
    """Return a page that needs nothing beside it: light and dark, narrow and wide.

    Parameters
    ----------
    title : str
        Is escaped here.
    style : str
        CSS of this page, beside what all of them share.
    body : str
        HTML; whoever made it has escaped every text from data.
    icon : bool
        Whether a ``favicon.svg`` lies beside the page.
    """
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">{_ICON if icon else ""}
<style>
{_SHARED_STYLE}
{style.strip()}
</style></head><body>
{body}
</body></html>
"""
