"""A report that its reader finishes: how long it takes, and that nothing is said twice."""

import shutil
from collections import defaultdict

import pytest

import pages_read
from virality.book import params, publish, stamps
from virality.core.chapters import FOUND, book, in_parts
from virality.core.paths import DEFAULT_NAME, Run

pytestmark = [pytest.mark.slow, pytest.mark.book]
CREATORS_MINUTES, ALL_MINUTES = 10, 35
BESIDE = ("glossary", "references")


def published(run, folder) -> dict:
    """The pages of a run in the plain version, by name."""
    again = Run(run.name, run.folder, run.figures, folder / "site")
    publish.publish(again, "A title", private=False, force_plain=True)
    run.stamp("site").unlink(missing_ok=True)
    return {page.stem: page for page in again.site.glob("*.html")}


@pytest.fixture(scope="module", params=["small", "demo"])
def pages(request, tmp_path_factory):
    """Those of the tests' small book, and of the demo itself where this checkout has made it."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "demo":
        demo = Run.named(DEFAULT_NAME)
        given = demo.load().get("parameters", {})
        asked = {s: params.for_chapter(s.slug, given) | {"name": demo.name} for s in book()}
        if not all(stamps.is_fresh(demo, spec, values) for spec, values in asked.items()):
            pytest.skip("the demo is not here, or older than its chapters: make report")
        source = demo
    else:
        source = request.getfixturevalue("small_book")
    copy = Run.at(folder / source.name)
    leave = shutil.ignore_patterns("lock", "book", "site", "demo", "cache")
    shutil.copytree(source.folder, copy.folder, ignore=leave)
    return published(copy, folder)


def test_the_creators_part_is_read_in_ten_minutes(pages):
    slugs = ["index", *(spec.slug for spec in in_parts(book())[FOUND])]
    each = {slug: pages_read.words(pages[slug], folded=False) for slug in slugs}
    took = sum(each.values()) / pages_read.WORDS_A_MINUTE
    assert took <= CREATORS_MINUTES, each


def test_all_of_it_is_read_in_thirty_five_minutes(pages):
    """With everything that is folded, and the glossary."""
    each = {name: pages_read.words(page) for name, page in pages.items() if name != "references"}
    assert sum(each.values()) / pages_read.WORDS_A_MINUTE <= ALL_MINUTES, each


def test_no_sentence_stands_on_two_pages(pages):
    where = defaultdict(set)
    for name, page in pages.items():
        for sentence in pages_read.sentences(page):
            where[sentence].add(name)
    twice = {sentence: sorted(names) for sentence, names in where.items() if len(names) > 1}
    assert not twice


def test_every_page_says_something(pages):
    for name, page in pages.items():
        assert pages_read.words(page) > 20, name
