"""One page on an evaluation of many creators, which needs nothing beside it."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from virality.book import pieces, plain, twins
from virality.core.text import clean
from virality.findings.evaluated import Evaluated, Problem, ratios
from virality.sentences import evaluated as sentences


def page(found: Evaluated, tables: dict[str, pd.DataFrame], by: str, further: dict) -> str:
    """Return the page as HTML; every text from data in it is escaped.

    Parameters
    ----------
    found : Evaluated
    tables : dict of str to DataFrame
        scores and coverage, for the figures.
    by : str
        Column that names the creators.
    further : dict of str to str
        More settings to list.

    Returns
    -------
    str
    """
    title = sentences.title(found)
    parts = [
        f"<h1>{html.escape(title)}</h1>",
        *(f"<p>{html.escape(text)}</p>" for text in sentences.intro(found)),
        _scores(found),
        *_figures(found, tables, by),
        _changes(found),
        _problems("Creators that could not be examined", found.failed),
        _problems("Files that could not be used", found.unread),
        _settings(found, further),
    ]
    return plain.whole_page(title, _STYLE, _main(parts), icon=False)


def _main(parts: Iterable[str]) -> str:
    return "<main>\n" + "\n".join(part for part in parts if part) + "\n</main>"


def _scores(found: Evaluated) -> str:
    if not found.rows:
        return ""
    rows = [sentences.cells(row) for row in found.rows]
    return _section("Scores", _table(sentences.COLUMNS, rows), sentences.NOTE)


def _changes(found: Evaluated) -> str:
    if not found.changes:
        return ""
    rows = [sentences.change_cells(change) for change in found.changes]
    return _section("Paired comparisons", _table(sentences.CHANGES, rows), sentences.CHANGES_NOTE)


def _settings(found: Evaluated, further: dict[str, str]) -> str:
    rows = [*sentences.settings(found), *further.items()]
    return _section("Settings", _table(("what", "chosen"), rows))


def _problems(heading: str, problems: Sequence[Problem]) -> str:
    if not problems:
        return ""
    rows = [(clean(one.name.raw), clean(one.why.raw)) for one in problems]
    return _section(heading, _table(("name", "why"), rows))


def _figures(found: Evaluated, tables: dict[str, pd.DataFrame], by: str) -> list[str]:
    """The figures, where what draws them is installed."""
    if not found.main:
        return []
    try:
        from virality.figures import evaluated as figures
        from virality.figures import theme
    except ModuleNotFoundError:
        return ['<p class="note">Figures are drawn where virality[book] is installed.</p>']
    gains = ratios(tables["scores"], by, found.main)
    covered = tables["coverage"]
    covered = covered[covered["model"] == found.main].sort_values(["n", "coverage"])
    drawn = [(figures.ratios(gains, found.main), sentences.ratio_caption(found))]
    if len(covered):
        drawn.append((figures.coverage(covered, found.nominal, found.main),
                      sentences.coverage_caption(found)))  # fmt: skip
    return [_figure(theme.render(figure), caption) for figure, caption in drawn]


def _figure(files: Mapping[str, bytes], caption: str) -> str:
    wide, narrow = (pieces.address("svg+xml", files[kind]) for kind in ("svg", "narrow"))
    words = html.escape(caption)
    image = twins.picture(f'<img src="{wide}" alt="{words}">', narrow)
    return f"<figure>{image}<figcaption>{words}</figcaption></figure>"


def _section(heading: str, body: str, note: str = "") -> str:
    said = f'<p class="note">{html.escape(note)}</p>' if note else ""
    return f"<section><h2>{html.escape(heading)}</h2>\n{body}\n{said}</section>"


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in columns)
    body = "\n".join(_row(row) for row in rows)
    return (
        f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>\n{body}\n'
        "</tbody></table></div>"
    )


def _row(cells: Sequence[str]) -> str:
    first, *others = (html.escape(text) for text in cells)
    return f'<tr><th scope="row">{first}</th>{"".join(f"<td>{text}</td>" for text in others)}</tr>'


_STYLE = """
body{font:16px/1.55 system-ui,sans-serif;max-width:66rem;margin:2rem auto;padding:0 1rem}
.wide{overflow-x:auto}
table{border-collapse:collapse;font-size:.86rem;font-variant-numeric:tabular-nums}
th,td{padding:.35rem .6rem;border-bottom:1px solid #8886;text-align:left;vertical-align:top}
thead th{font-weight:600;font-size:.78rem}
tbody th{font-weight:600;max-width:18rem;overflow-wrap:anywhere}
figure{margin:1.6rem 0;break-inside:avoid}
img{max-width:100%;height:auto;display:block}
figcaption,.note{font-size:.86rem;opacity:.85;max-width:52rem}
section{break-inside:avoid-page}
@media print{body{font-size:11px;margin:0;max-width:none}h2{break-after:avoid}
.wide{overflow:visible}}
"""
