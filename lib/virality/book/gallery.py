"""The first page of all reports: a card for each, and side by side what is about one person.

Whatever a report has to say of itself lies in its own folder, so that the page can be made of
folders that came from another machine.
"""

from __future__ import annotations

import html
import json
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from virality.book import plain
from virality.book.sharing import CARD
from virality.core.paths import SITES, SITES_LOCK
from virality.core.text import clean
from virality.core.writing import clear_leftovers, replacing

RECORD = "report.json"  # what a report says of itself, beside its pages
_TITLE = "<h1>Reports</h1>"  # also tells the page from one that somebody else put there


@dataclass(frozen=True)
class Report:
    """A published report.

    Parameters
    ----------
    name : str
        Of its folder.
    title, creator : str
        Unescaped; the creator is "" on private pages and where there are several.
    facts : dict
        Its summary, see :func:`virality.findings.summary.facts`.
    card, pdf : bool
        Whether it has them.
    """

    name: str
    title: str
    creator: str = ""
    facts: dict = field(default_factory=dict)
    card: bool = False
    pdf: bool = False


def record(title: str, creator: str, facts: dict) -> str:
    """Return what a report says of itself, as JSON.

    Parameters
    ----------
    title, creator, facts
        As in :class:`Report`.
    """
    told = {"title": title, "creator": creator, "facts": facts}
    return json.dumps(told, indent=1, ensure_ascii=False)


def make() -> None:
    """Write the page, unless one of somebody else stands in its place."""
    from filelock import FileLock

    if not SITES.exists():
        return
    page = SITES / "index.html"
    SITES_LOCK.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(SITES_LOCK):  # two runs that end together must not leave one of them out
        clear_leftovers(SITES, page.name)
        if is_ours(page):
            with replacing(page) as temporary:
                temporary.write_text(_page(_reports(SITES)), encoding="utf-8")
        else:
            print(f"{page} was not made by this project, and is left as it is.")


def is_ours(page: Path) -> bool:
    """Return whether a page may be replaced: it is one of these, or there is none."""
    try:
        return _TITLE in page.read_text(encoding="utf-8")
    except FileNotFoundError:
        return True
    except (OSError, ValueError):
        return False


def _reports(sites: Path) -> list[Report]:
    """Every report below a folder, those of one creator together."""
    found = [_report(page.parent) for page in sites.glob("*/index.html")]
    return sorted(found, key=lambda one: (not one.creator, one.creator.lower(), one.name))


def _report(folder: Path) -> Report:
    try:
        told = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        title, creator, facts = str(told["title"]), str(told["creator"]), dict(told["facts"])
    except (OSError, ValueError, KeyError, TypeError):  # of another version, or somebody's own
        title, creator, facts = folder.name, "", {}
    has = {"card": (folder / CARD).exists(), "pdf": (folder / f"{folder.name}.pdf").exists()}
    return Report(folder.name, title, creator, facts, **has)


def _page(reports: list[Report]) -> str:
    parts = [_TITLE]
    for creator, group in groupby(reports, key=lambda one: one.creator):
        those = list(group)
        several = bool(creator) and len(those) > 1
        parts += [f"<h2>{_text(creator)}</h2>"] if several else []
        parts += ['<ul class="cards">', *map(_tile, those), "</ul>"]
        parts += [_side_by_side(those)] if several else []
    if not reports:
        parts.append("<p>No report is published yet.</p>")
    body = "\n".join(part for part in parts if part)
    return plain.whole_page("Reports", _STYLE, f"<main>\n{body}\n</main>", icon=False)


def _tile(one: Report) -> str:
    place = html.escape(one.name)
    picture = f'<img src="{place}/{CARD}" alt="" width="1200" height="630" loading="lazy">'
    of = [f"{one.facts['n_posts']:,} posts"] if isinstance(one.facts.get("n_posts"), int) else []
    of += [" to ".join(_text(one.facts[key]) for key in ("first", "last") if one.facts.get(key))]
    paper = f' · <a href="{place}/{place}.pdf">PDF</a>' if one.pdf else ""
    return (
        f'<li><a href="{place}/index.html">{picture if one.card else ""}'
        f"<strong>{_text(one.title)}</strong></a>"
        f"<p>{place}{''.join(f' · {text}' for text in of if text)}{paper}</p></li>"
    )


def _side_by_side(those: list[Report]) -> str:
    """A table of one person's reports; nothing where their summaries cannot be read."""
    from virality.findings.landing import compared
    from virality.sentences import landing as sentences

    try:
        found = compared([one.name for one in those], [one.facts for one in those])
        rows = [sentences.cells(row) for row in found.creators]
    except (KeyError, TypeError, ValueError):
        return ""
    told = [(one.name, f"{one.name}/index.html", row) for one, row in zip(those, rows, strict=True)]
    table = plain.table(("report", *sentences.COLUMNS[1:]), told)
    return f'<div class="wide" tabindex="0" role="region" aria-label="Side by side">{table}</div>'


def _text(text: object) -> str:
    return html.escape(clean(text))


_STYLE = """
body{font:17px/1.6 system-ui,sans-serif;max-width:68rem;margin:2.5rem auto;padding:0 1rem}
a{color:#1f6aa8}a:focus-visible{outline:.15rem solid;outline-offset:.15rem}
@media(prefers-color-scheme:dark){a{color:#8ab8ea}}
.cards{list-style:none;padding:0;display:grid;gap:1.5rem;
grid-template-columns:repeat(auto-fill,minmax(min(100%,20rem),1fr))}
.cards li{border:1px solid #8886;border-radius:.4rem;padding:1rem;overflow-wrap:anywhere}
.cards img{display:block;width:100%;height:auto;margin-bottom:.8rem}
.cards p{font-size:.88rem;margin:.4rem 0 0}
.wide{overflow-x:auto}
table{border-collapse:collapse;font-size:.85rem;font-variant-numeric:tabular-nums;width:100%}
th,td{padding:.4rem .55rem;border-bottom:1px solid #8886;text-align:left;vertical-align:top}
"""
