"""What Quarto's pages lack: a way past the menus, what others show of a link, and less weight."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from virality.book import stylesheets
from virality.book.sharing import Shared, describe

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

# Sorts long tables, makes those that scroll reachable by keyboard, loads pictures before a print.
SCRIPT = "tables.js"


def finish(site: Path, scripts: Path, shared: Shared) -> None:
    """Finish the pages of a rendered site, in place.

    Parameters
    ----------
    site : Path
        As Quarto left it.
    scripts : Path
        Folder that holds the script.
    shared : Shared
    """
    from bs4 import BeautifulSoup

    shutil.copyfile(scripts / SCRIPT, site / SCRIPT)
    for page in site.glob("*.html"):
        soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
        if soup.main is None:
            continue
        assert soup.head is not None
        _text_first(soup)
        for link in soup.select("link.quarto-color-alternate"):
            link["rel"] = "disabled-stylesheet"  # loaded when somebody asks for dark pages
        for image in soup.select("main img")[1:]:
            image["loading"] = "lazy"  # what is folded, or far below, is not loaded
        describe(soup, page.name, shared)
        soup.head.append(soup.new_tag("script", src=SCRIPT, defer=""))
        page.write_text(str(soup), encoding="utf-8")
    stylesheets.prune(site)


def _text_first(soup: BeautifulSoup) -> None:
    """Put the menus behind the text, where the style leaves them at its sides."""
    main, body = soup.main, soup.body
    assert main is not None and body is not None
    main["tabindex"] = "-1"
    labels = {"quarto-sidebar": "Chapters", "quarto-margin-sidebar": "On this page"}
    for name, label in reversed(labels.items()):
        if menu := soup.find(id=name):
            nav = menu if menu.name == "nav" else menu.find("nav")
            if nav is not None:
                nav["aria-label"] = label
            main.insert_after(menu.extract())
    for nav in soup.select("nav.page-navigation"):
        nav["aria-label"] = "Before and next"
    for nav in soup.select("nav.quarto-secondary-nav"):
        nav["aria-label"] = "Menu"
    for toggle in soup.select('a[role="navigation"]'):  # they open a menu and lead nowhere
        toggle["role"] = "button"
    past = soup.new_tag("nav", attrs={"aria-label": "Past the menus"})
    skip = soup.new_tag("a", href=f"#{main.get('id', '')}", attrs={"class": "skip"})
    skip.string = "Skip to the text"
    past.append(skip)
    body.insert(0, past)
