"""What others show of a link to a page: its title, its answer, and the card of its report."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

CARD = "card.png"
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


def describe(soup: BeautifulSoup, page: str, shared: Shared) -> None:
    """Put into a page's head what others show of it.

    Parameters
    ----------
    soup : BeautifulSoup
        The page; is changed.
    page : str
        Name of its file.
    shared : Shared
    """
    main, head = soup.main, soup.head
    assert main is not None and head is not None
    text = _description(main)
    title = soup.title.get_text(" ", strip=True) if soup.title else shared.title
    for old in soup.select('meta[name="description"]'):
        old.decompose()
    for name, attributes in tags(_plain(title), text, page, shared):
        head.append(soup.new_tag(name, attrs=attributes))


def _description(main: Tag) -> str:
    """The beginning of the answer, or of the text where a page has none."""
    answer = main.select_one(".first-screen, .callout-tip .callout-body-container")
    first = answer or main.find("p") or main
    text = _plain(first.get_text(" "))
    return text if len(text) <= _DESCRIBED else text[: _DESCRIBED - 1].rsplit(" ", 1)[0] + "…"


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
