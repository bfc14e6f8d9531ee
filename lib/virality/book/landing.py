"""The page that compares the reports of several creators: one table and one figure."""

from __future__ import annotations

import html
import json
import os
import shutil
from pathlib import Path

from virality.book import gallery, plain, twins
from virality.core.paths import NOTEBOOKS, Run
from virality.core.writing import replacing_folder
from virality.figures import index as figures
from virality.figures import theme
from virality.findings.landing import Landing, compared
from virality.sentences import landing as sentences

FIGURE, TWIN = "comparison.svg", "comparison-narrow.svg"


def publish(target: Run, members: list, failed: list) -> Path:
    """Write the comparing page as the site of `target`.

    Parameters
    ----------
    target : Run
        Its lock is held.
    members : list of Member
        See :mod:`virality.book.several`; those that did not fail have a report.
    failed : list of Member
        Those that have none now.

    Returns
    -------
    Path
        The page.
    """
    facts = [None if m in failed else _summary(m.run) for m in members]
    found = compared([m.label for m in members], facts)
    with replacing_folder(target.site) as temporary:
        temporary.mkdir()
        shutil.copyfile(NOTEBOOKS / "favicon.svg", temporary / "favicon.svg")
        if found.modelled:
            files = theme.render(figures.compared(found.table()))
            (temporary / FIGURE).write_bytes(files["svg"])
            (temporary / TWIN).write_bytes(files["narrow"])
        links = [
            "" if m in failed else f"{os.path.relpath(m.run.site, target.site)}/index.html"
            for m in members
        ]
        (temporary / "index.html").write_text(comparing_page(found, links), encoding="utf-8")
    target.stamp("site").unlink(missing_ok=True)  # what a report of this name had published
    gallery.make()
    return target.site / "index.html"


def comparing_page(found: Landing, links: list[str]) -> str:
    """Return the page as HTML; every text in it is escaped.

    Parameters
    ----------
    found : Landing
    links : list of str
        To each creator's report; "" where there is none.

    Returns
    -------
    str
    """
    title = sentences.title(found)
    rows = zip(found.creators, links, strict=True)
    told = [(row.label.raw, link, sentences.cells(row)) for row, link in rows]
    table = plain.table(sentences.COLUMNS, told)
    parts = [
        f"<h1>{html.escape(title)}</h1>",
        *(f"<p>{html.escape(text)}</p>" for text in sentences.intro(found)),
        f'<div class="wide">{table}</div>',
        _figure(found),
        f'<p class="note">{html.escape(sentences.NOTE)}</p>',
    ]
    return plain.whole_page(title, _STYLE, f"<main>\n{_lines(parts)}\n</main>")


def _figure(found: Landing) -> str:
    if not found.modelled:
        return ""
    image = f'<img src="{FIGURE}" alt="{html.escape(sentences.alt(found))}">'
    caption = html.escape(sentences.caption(found))
    return f"<figure>{twins.picture(image, TWIN)}<figcaption>{caption}</figcaption></figure>"


def _lines(parts: list[str]) -> str:
    return "\n".join(part for part in parts if part)


def _summary(run: Run) -> dict:
    return json.loads(run.artefact("summary").read_text(encoding="utf-8"))


_STYLE = """
body{font:17px/1.6 system-ui,sans-serif;max-width:64rem;margin:2.5rem auto;padding:0 1rem}
.wide{overflow-x:auto}
table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums;width:100%}
th,td{padding:.45rem .55rem;border-bottom:1px solid #8886;text-align:left;vertical-align:top}
thead th{font-weight:600;font-size:.8rem}
tbody th{font-weight:600;max-width:14rem;overflow-wrap:anywhere}
td:nth-of-type(-n+5){white-space:nowrap}
tbody th{min-width:6rem}
a{color:#2f6fb3}
@media(prefers-color-scheme:dark){a{color:#8ab8ea}}
figure{margin:2rem 0}
img{max-width:100%;height:auto;display:block;margin:auto}
figcaption,.note{font-size:.88rem;opacity:.85}
"""
