"""What Quarto's pages lack: a way past the menus, what others show of a link, and less weight."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from virality.book import stylesheets
from virality.book.gallery import CARD

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

SCRIPT = "tables.js"  # sorts long tables, and makes those that scroll reachable by keyboard
_DESCRIBED = 200  # characters of a page's description


@dataclass(frozen=True)
class Shared:
    """What is shown where somebody shares a page.

    Parameters
    ----------
    title : str
        Title of the book, unescaped.
    address : str
        Where the site will stand, such as ``https://example.org/report/``; "" when unknown.
    card : bool
        Whether there is a picture beside the pages.
    """

    title: str
    address: str = ""
    card: bool = False


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
        _text_first(soup)
        _describe(soup, page.name, shared)
        soup.head.append(soup.new_tag("script", src=SCRIPT, defer=""))
        page.write_text(str(soup), encoding="utf-8")
    stylesheets.prune(site)


def tags(title: str, text: str, page: str, shared: Shared) -> list[tuple[str, dict[str, str]]]:
    """Return what a page's head says of it, as names of elements with their attributes.

    Parameters
    ----------
    title, text : str
        Of the page, unescaped.
    page : str
        Name of its file.
    shared : Shared
    """
    told = {
        "og:type": "article",
        "og:site_name": shared.title,
        "og:title": title,
        "og:description": text,
    }
    if shared.address:
        told["og:url"] = urljoin(shared.address, page)
    if shared.card:
        told |= {"og:image": urljoin(shared.address, CARD) if shared.address else CARD}
        told |= {"og:image:width": "1200", "og:image:height": "630"}
        told |= {"og:image:alt": f"The first page of the report in short: {shared.title}"}
    large = {"name": "twitter:card", "content": "summary_large_image"}
    found = [("meta", {"name": "description", "content": text})]
    found += [("meta", {"property": key, "content": value}) for key, value in told.items()]
    found += [("meta", large)] if shared.card else []
    if shared.address:
        found.append(("link", {"rel": "canonical", "href": told["og:url"]}))
    return found


def _text_first(soup: BeautifulSoup) -> None:
    """Put the menus behind the text, where the style leaves them at its sides."""
    main = soup.main
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
    past.append(soup.new_tag("a", href=f"#{main.get('id', '')}", attrs={"class": "skip"}))
    past.a.string = "Skip to the text"
    soup.body.insert(0, past)


def _describe(soup: BeautifulSoup, page: str, shared: Shared) -> None:
    text = _description(soup.main)
    title = soup.title.get_text(" ", strip=True) if soup.title else shared.title
    for old in soup.select('meta[name="description"]'):
        old.decompose()
    for name, attributes in tags(_plain(title), text, page, shared):
        soup.head.append(soup.new_tag(name, attrs=attributes))


def _description(main: Tag) -> str:
    """The beginning of the answer, or of the text where a page has none."""
    answer = main.select_one(".first-screen, .callout-tip .callout-body-container")
    first = answer or main.find("p") or main
    text = _plain(first.get_text(" "))
    return text if len(text) <= _DESCRIBED else text[: _DESCRIBED - 1].rsplit(" ", 1)[0] + "…"


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
