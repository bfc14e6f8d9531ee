"""Finished pages: menus behind the text, what others show of a link, style sheets without waste."""

import shutil

import pytest
from bs4 import BeautifulSoup

from virality.book import finish, stylesheets
from virality.book.sharing import Shared
from virality.core.paths import NOTEBOOKS

PAGE = """<!DOCTYPE html><html lang="en"><head><title>Your posts – A title</title></head><body>
<div id="quarto-content"><nav id="quarto-sidebar"><a href="x.html" role="navigation">X</a></nav>
<div id="quarto-margin-sidebar"><nav id="TOC"><a href="#a">A</a></nav></div>
<main id="quarto-document-content"><p>First &lt;b&gt; words.</p>
<div class="callout-tip"><div class="callout-body-container"><p>The answer &lt;i&gt; here.</p></div>
</div></main></div><script>if (1 < 2) {}</script></body></html>"""
CSS = ".used{color:red}.gone,.used .also{x:y}@media print{.gone{a:b}#kept{c:d}}a:not(.gone){e:f}"


@pytest.fixture
def site(tmp_path):
    (tmp_path / "data.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "all.css").write_text(CSS)
    return tmp_path


def finished(site, **shared):
    finish.finish(site, NOTEBOOKS, Shared("A title", **shared))
    return BeautifulSoup((site / "data.html").read_text(encoding="utf-8"), "html.parser")


def test_the_text_comes_before_the_menus_and_the_first_stop_leads_to_it(site):
    soup = finished(site)
    order = [tag.get("id") for tag in soup.select("main, #quarto-sidebar, #TOC")]
    assert order == ["quarto-document-content", "quarto-sidebar", "TOC"]
    assert soup.find("a")["href"] == "#quarto-document-content"
    assert soup.select_one("#quarto-sidebar a")["role"] == "button"
    labels = [nav["aria-label"] for nav in soup.find_all("nav")]
    assert len(set(labels)) == len(labels)


def test_what_others_show_of_a_link_is_the_answer(site):
    soup = finished(site, address="https://example.org/report/", card=True)
    told = {tag.get("property") or tag.get("name"): tag["content"] for tag in soup.find_all("meta")}
    assert told["description"] == told["og:description"] == "The answer <i> here."
    assert told["og:image"] == "https://example.org/report/card.png"
    assert soup.find("link", rel="canonical")["href"] == "https://example.org/report/data.html"
    assert soup.find("i") is None, "text is not markup"


def test_nothing_is_said_of_an_address_or_a_card_that_nobody_gave(site):
    text = str(finished(site))
    assert "canonical" not in text and "og:url" not in text and "og:image" not in text
    assert "if (1 < 2)" in text, "scripts are left as they are"


def test_only_rules_that_no_page_can_use_go():
    words = {"used", "kept"}
    assert stylesheets.pruned(CSS, words).split("\n") == [
        ".used{color:red}",
        "@media print{#kept{c:d}",
        "}",
        "a:not(.gone){e:f}",
        "",
    ]


def test_pruning_twice_changes_nothing_more(site):
    shutil.copyfile(NOTEBOOKS / "theme.scss", site / "raw.css")
    words = {"used"}
    once = stylesheets.pruned(CSS, words)
    assert stylesheets.pruned(once, words) == once
