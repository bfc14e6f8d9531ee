"""The page that lists the published reports beside each other."""

from __future__ import annotations

import html
from pathlib import Path

from virality.book.page import whole_page
from virality.core.paths import SITES, SITES_LOCK
from virality.core.writing import clear_leftovers, replacing

_HEAD = "<h1>Reports</h1><ul>"  # also tells the page from one that somebody else put there
_STYLE = """
body{font:17px/1.6 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}
li{margin:.4rem 0}
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
            _write(page)
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


def _write(page: Path) -> None:
    names = sorted(p.parent.name for p in page.parent.glob("*/index.html"))
    items = "\n".join(
        f'<li><a href="{html.escape(n)}/index.html">{html.escape(n)}</a></li>' for n in names
    )
    with replacing(page) as temporary:
        listed = whole_page("Reports", _STYLE, f"{_HEAD}\n{items}\n</ul>", icon=False)
        temporary.write_text(listed, encoding="utf-8")
