"""The page that compares the reports of several creators: one table and one figure."""

from __future__ import annotations

import html
import json
import os
import shutil
from pathlib import Path

import pandas as pd

from virality.book import plain
from virality.core.paths import NOTEBOOKS, Run
from virality.core.text import clean
from virality.core.writing import replacing_folder
from virality.figures import landing as figures
from virality.figures import theme
from virality.sentences import landing as sentences

FIGURE = "comparison.svg"


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
    found = comparison([m.label for m in members], facts)
    with replacing_folder(target.site) as temporary:
        temporary.mkdir()
        shutil.copyfile(NOTEBOOKS / "favicon.svg", temporary / "favicon.svg")
        modelled = found.dropna(subset=["factor"])
        if len(modelled):
            picture = theme.render(figures.compared(modelled))["svg"]
            (temporary / FIGURE).write_bytes(picture)
        links = [
            "" if m in failed else f"{os.path.relpath(m.run.site, target.site)}/index.html"
            for m in members
        ]
        (temporary / "index.html").write_text(comparing_page(found, links), encoding="utf-8")
    target.stamp("site").unlink(missing_ok=True)  # what a report of this name had published
    plain.list_sites()
    return target.site / "index.html"


def comparison(labels: list[str], facts: list[dict | None]) -> pd.DataFrame:
    """Return what the page compares, one row a creator.

    Parameters
    ----------
    labels : list of str
        Names from data, or pseudonyms.
    facts : list of dict or None
        Summaries of the reports (:func:`virality.evaluation.summary.facts`); None where the run
        failed.

    Returns
    -------
    DataFrame
        Columns label, report (bool); n_posts, median_views, factor, factor_low, factor_high,
        naive_factor, NaN where unknown; first, last, verdict, naive, content_tested and
        content_found, empty where unknown.
    """
    numbers = ("n_posts", "median_views", "factor", "factor_low", "factor_high", "naive_factor")
    absent: dict[str, object] = dict.fromkeys(("first", "last", "verdict", "naive"), "")
    absent |= {"content_tested": [], "content_found": [], **dict.fromkeys(numbers)}
    rows = [
        {"label": label, "report": one is not None}
        | {name: (one or {}).get(name, empty) for name, empty in absent.items()}
        for label, one in zip(labels, facts, strict=True)
    ]
    table = pd.DataFrame(rows, columns=["label", "report", *absent])
    return table.astype(dict.fromkeys(numbers, "float64"))


def comparing_page(found: pd.DataFrame, links: list[str]) -> str:
    """Return the page as HTML; every text in it is escaped."""
    title = sentences.title(found)
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in sentences.COLUMNS)
    rows = [_row(row, link) for row, link in zip(found.itertuples(), links, strict=True)]
    table = f"<table><thead><tr>{head}</tr></thead><tbody>\n{_lines(rows)}\n</tbody></table>"
    parts = [
        f"<h1>{html.escape(title)}</h1>",
        *(f"<p>{html.escape(text)}</p>" for text in sentences.intro(found)),
        f'<div class="wide">{table}</div>',
        _figure(found.dropna(subset=["factor"])),
        f'<p class="note">{html.escape(sentences.NOTE)}</p>',
    ]
    return plain.whole_page(title, _STYLE, f"<main>\n{_lines(parts)}\n</main>")


def _figure(modelled: pd.DataFrame) -> str:
    if modelled.empty:
        return ""
    return (
        f'<figure><img src="{FIGURE}" alt="{html.escape(sentences.alt(modelled))}">'
        f"<figcaption>{html.escape(sentences.caption(modelled))}</figcaption></figure>"
    )


def _lines(parts: list[str]) -> str:
    return "\n".join(part for part in parts if part)


def _row(row, link: str) -> str:
    name = html.escape(clean(row.label)) or "unnamed"
    first = f'<a href="{html.escape(link)}">{name}</a>' if link else name
    cells = "".join(f"<td>{html.escape(text)}</td>" for text in sentences.cells(row))
    return f'<tr><th scope="row">{first}</th>{cells}</tr>'


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
