"""The first page of all reports: a card for each, one person's reports side by side."""

import json

import pytest
from bs4 import BeautifulSoup

from virality.book import gallery

FACTS = {
    "n_posts": 1179,
    "median_views": 60785.0,
    "first": "2023-02-06",
    "last": "2025-04-10",
    "verdict": "better",
    "factor": 2.4,
    "factor_low": 2.0,
    "factor_high": 2.9,
    "naive": "train_median",
    "naive_factor": 2.6,
    "content_tested": ["vision"],
    "content_found": [],
}


@pytest.fixture
def sites(tmp_path, monkeypatch):
    monkeypatch.setattr(gallery, "SITES", tmp_path / "_site")
    monkeypatch.setattr(gallery, "SITES_LOCK", tmp_path / "build" / ".sites.lock")
    return tmp_path / "_site"


def add(sites, name, title="A report", creator="", facts=None, **files):
    folder = sites / name
    folder.mkdir(parents=True)
    (folder / "index.html").write_text("a page")
    told = gallery.record(title, creator, FACTS if facts is None else facts)
    (folder / gallery.RECORD).write_text(told)
    for file in files.get("files", ()):
        (folder / file).write_bytes(b"content")


def page(sites):
    gallery.make()
    return BeautifulSoup((sites / "index.html").read_text(), "html.parser")


def test_a_report_has_a_card_and_what_it_is(sites):
    add(sites, "alice", "What moves Alice", files=("card.png", "alice.pdf"))
    soup = page(sites)
    (tile,) = soup.select(".cards li")
    assert [a["href"] for a in tile.find_all("a")] == ["alice/index.html", "alice/alice.pdf"]
    assert tile.img["src"] == "alice/card.png"
    assert "What moves Alice" in tile.text and "1,179 posts" in tile.text


def test_reports_on_one_person_stand_side_by_side_and_others_do_not(sites):
    add(sites, "a-new", creator="@alice")
    add(sites, "b", creator="@bob")
    add(sites, "a-old", creator="@alice")
    add(sites, "secret")
    add(sites, "hidden")
    soup = page(sites)
    assert [head.text for head in soup.find_all("h2")] == ["@alice"]
    (table,) = soup.find_all("table")
    assert [row.th.text for row in table.tbody.find_all("tr")] == ["a-new", "a-old"]
    assert len(soup.select(".cards li")) == 5


def test_names_are_text(sites):
    for name in ("one", "two"):
        add(sites, name, "<script>alert(1)</script>", "<img src=x onerror=alert(1)>")
    soup = page(sites)
    assert not soup.find("script") and not soup.find("img", src="x")
    assert "<script>alert(1)</script>" in soup.text


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "nonsense", json.dumps({"title": 1, "creator": None, "facts": 3})]
)
def test_a_folder_that_says_nothing_of_itself_is_a_link(sites, text):
    add(sites, "alice")
    (sites / "alice" / gallery.RECORD).write_text(text)
    assert page(sites).find("a")["href"] == "alice/index.html"


@pytest.mark.parametrize("facts", [{"n_posts": "many", "factor": "x"}, {"first": 3}, {}])
def test_facts_of_another_version_do_no_harm(sites, facts):
    for name in ("one", "two"):
        add(sites, name, creator="@alice", facts=facts)
    assert len(page(sites).select(".cards li")) == 2
