"""Pages of HTML without Quarto: the plain version of a book, and the list of all reports.

The plain version has readable pages from the same staged book. Quarto's Markdown has divs,
callouts, cross-references and citations that nbconvert does not know. They are turned into plain
HTML and links here; the rest is nbconvert's.
"""

from __future__ import annotations

import html
import re
import shutil
from pathlib import Path

from virality.core.chapters import Spec
from virality.core.paths import SITES, SITES_LOCK
from virality.core.writing import clear_leftovers, replacing

NOTICE = (
    "This is the plain version of the report. Install Quarto and run the same command again "
    "for search, dark mode and numbered cross-references."
)

TEACHES = "#| echo: true"  # begins a cell whose code belongs on the page

_DIV = re.compile(r"^:::+ *(\{[^\n]*\})? *$", re.MULTILINE)
_IDENTIFIER = re.compile(r"#((?:fig|tbl)-[\w-]+)")
_TITLE = re.compile(r'title="([^"]*)"')
_CALLOUT = re.compile(r"\.callout-(\w+)")
_IMAGE = re.compile(r"!\[\]\(([^)]*)\)\{([^}]*)\}")
_WIDTH = re.compile(r"width=(\d+)")
_ALT = re.compile(r'fig-alt="([^"]*)"')
_REFERENCE = re.compile(r"(?<![\w&;])@((?:fig|tbl|sec)-[\w-]+)")
_CITATION = re.compile(r"\[((?:@[\w:-]+)(?:; *@[\w:-]+)*)\]")
_LINK = re.compile(r"\]\((\w+)\.(?:ipynb|qmd)((?:#[\w-]+)?)\)")
_HEADING = re.compile(r"^(#{1,4} .*?) *\{[^}\n]*\} *$", re.MULTILINE)
_ENTRY = re.compile(r"@\w+\{([\w:-]+),(.*?)\n\}", re.DOTALL)


def render(staging: Path, site: Path, title: str, chapters: tuple[Spec, ...]) -> None:
    """Write a page per chapter, a glossary and the references from a staged book.

    Parameters
    ----------
    staging : Path
        The staged book, see :func:`virality.book.publish.stage`.
    site : Path
        A folder that does not exist yet.
    title : str
        Title of the book, unescaped.
    chapters : tuple of Spec
        The chapters of this book.
    """
    import nbformat

    site.mkdir(parents=True)
    shutil.copyfile(staging / "favicon.svg", site / "favicon.svg")
    for folder in ("pictures", "notebooks"):
        if (staging / folder).exists():
            shutil.copytree(staging / folder, site / folder)
    home_first = sorted(chapters, key=lambda spec: bool(spec.part))
    pages = {
        spec.page: nbformat.read(staging / f"{spec.page}.ipynb", as_version=4)
        for spec in home_first
    }
    names = {spec.page: spec.title for spec in home_first}
    names |= {"glossary": "Glossary", "references": "References"}
    references = _number(pages)
    entries = _bibliography((staging / "references.bib").read_text(encoding="utf-8"))
    for slug, notebook in pages.items():
        _write(site, slug, title, _body(notebook, references, entries), names)
    glossary = (staging / "glossary.qmd").read_text(encoding="utf-8")
    _write(site, "glossary", title, _markdown(glossary, references, entries), names)
    listed = "\n\n".join(f"**{label}** {text}" for label, text in sorted(entries.values()))
    _write(site, "references", title, _markdown(f"# References\n\n{listed}", {}, {}), names)


def alone(notebook, title: str) -> str:
    """Return an executed notebook as one page that needs nothing beside it.

    Parameters
    ----------
    notebook : NotebookNode
        Pictures are inside its texts.
    title : str
        Unescaped.
    """
    body = _body(notebook, _number({"": notebook}), {})
    return whole_page(title, _STYLE, f'<p class="plain">{NOTICE}</p>\n{body}', icon=False)


def _body(notebook, references: dict, entries: dict) -> str:
    return "\n".join(_cell(cell, references, entries) for cell in notebook.cells)


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


def _bibliography(text: str) -> dict[str, tuple[str, str]]:
    """Return, for every key, its label "(Author year)" and the whole reference."""
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


def _cell(cell, references: dict, entries: dict) -> str:
    if "remove-cell" in cell.metadata.get("tags", []):
        return ""
    if cell.cell_type == "markdown":
        return _markdown(cell.source, references, entries)
    shown = (output.data["text/markdown"] for output in shown_by(cell))
    pieces = [_markdown(text, references, entries) for text in shown]
    return _computation(cell.source) + "\n".join(pieces)


def _computation(source: str) -> str:
    """The code of a cell that teaches one, to be unfolded; all other code stays off the page."""
    first, _, code = source.partition("\n")
    if first.strip() != TEACHES:
        return ""
    return (
        f"<details><summary>Show the computation</summary><pre>{html.escape(code)}</pre></details>"
    )


def _markdown(text: str, references: dict, entries: dict) -> str:
    from nbconvert.filters.markdown_mistune import markdown2html_mistune

    if text.startswith("---\n"):
        text = text.split("\n---\n", 1)[1]
    text = _IMAGE.sub(_image, text)
    text = _HEADING.sub(r"\1", text)
    text = _LINK.sub(r"](\1.html\2)", text)
    text = _REFERENCE.sub(lambda match: _refer(match[1], references), text)
    text = _CITATION.sub(lambda match: _cite(match[1], entries), text)
    return markdown2html_mistune(_DIV.sub(_fence, text))


def _image(match: re.Match) -> str:
    alt, width = _ALT.search(match[2]), _WIDTH.search(match[2])
    words = html.escape(alt[1] if alt else "", quote=True)
    size = f' width="{width[1]}"' if width else ""
    return f'<img loading="lazy" src="{html.escape(match[1], quote=True)}" alt="{words}"{size}>'


def _fence(match: re.Match) -> str:
    attributes = match[1]
    if attributes is None:
        return "\n</div>\n"
    identifier = _IDENTIFIER.search(attributes)
    callout = _CALLOUT.search(attributes)
    title = _TITLE.search(attributes)
    name = f' id="{identifier[1]}"' if identifier else ""
    kind = f"callout {callout[1]}" if callout else ("float" if identifier else "block")
    head = f"<p><strong>{html.escape(title[1])}</strong></p>" if title else ""
    return f'\n<div class="{kind}"{name}>{head}\n'


def _refer(label: str, references: dict) -> str:
    if label not in references:
        return "the section of that name"
    address, name = references[label]
    return f"[{name}]({address})"


def _cite(keys: str, entries: dict) -> str:
    labels = [entries.get(k.strip().lstrip("@"), (k, ""))[0] for k in keys.split(";")]
    return f"([{'; '.join(labels)}](references.html))"


_STYLE = """
body{font:17px/1.65 system-ui,sans-serif;max-width:52rem;margin:0 auto;padding:1rem}
img{max-width:100%;height:auto}
td img{display:block}
table{border-collapse:collapse;font-size:.85rem;font-variant-numeric:tabular-nums}
td,th{padding:.3rem .5rem;border-bottom:1px solid #8886;text-align:left;overflow-wrap:break-word}
.float,.block{overflow-x:auto;margin:1.4rem 0}
.float>p{font-size:.9rem}
.callout{border-left:.3rem solid #888;background:#8881;padding:.4rem 1rem;margin:1.2rem 0}
.callout.tip{border-color:#4fa36b}.callout.warning{border-color:#d1605e}
details{margin:.4rem 0}summary{font-size:.8rem;opacity:.7;cursor:pointer}
pre{overflow-x:auto;background:#8881;padding:.6rem;font-size:.8rem}
.anchor-link{display:none}
nav{font-size:.85rem;border-bottom:1px solid #8886;padding:.4rem 0}
.plain{font-size:.85rem;opacity:.8}
"""


def _write(site: Path, slug: str, title: str, body: str, names: dict[str, str]) -> None:
    links = " · ".join(
        f'<a href="{other}.html">{html.escape(name)}</a>' for other, name in names.items()
    )
    nav = f"<nav><strong>{html.escape(title)}</strong><br>{links}</nav>"
    whole = whole_page(title, _STYLE, f'{nav}\n<p class="plain">{NOTICE}</p>\n{body}')
    (site / f"{slug}.html").write_text(whole, encoding="utf-8")


# --- pages beside the books ----------------------------------------------------------------

_ICON = '\n<link rel="icon" href="favicon.svg">'
_SHARED_STYLE = (
    ":root{color-scheme:light dark}\nh1,h2,h3{font-family:Charter,Georgia,serif;line-height:1.25}"
)
_HEAD = "<h1>Reports</h1><ul>"  # also tells the list from a page that somebody else put there
_LIST_STYLE = """
body{font:17px/1.6 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}
li{margin:.4rem 0}
"""


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


def list_sites() -> None:
    """Write the list, unless a page of somebody else stands in its place."""
    from filelock import FileLock

    if not SITES.exists():
        return
    page = SITES / "index.html"
    SITES_LOCK.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(SITES_LOCK):  # two runs that end together must not leave one of them out
        clear_leftovers(SITES, page.name)
        if is_own_list(page):
            _write_list(page)
        else:
            print(f"{page} was not made by this project, and is left as it is.")


def is_own_list(page: Path) -> bool:
    """Return whether a page may be replaced: it is a list of reports, or there is none."""
    try:
        return _HEAD in page.read_text(encoding="utf-8")
    except FileNotFoundError:
        return True
    except (OSError, ValueError):
        return False


def _write_list(page: Path) -> None:
    names = sorted(p.parent.name for p in page.parent.glob("*/index.html"))
    items = "\n".join(
        f'<li><a href="{html.escape(n)}/index.html">{html.escape(n)}</a></li>' for n in names
    )
    with replacing(page) as temporary:
        listed = whole_page("Reports", _LIST_STYLE, f"{_HEAD}\n{items}\n</ul>", icon=False)
        temporary.write_text(listed, encoding="utf-8")
