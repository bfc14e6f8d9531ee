"""A pooled report, from a table of several creators to its pages, through the users' own runner."""

import json
import re

import pandas as pd
import pytest

from chapters import run_chapters
from toycreators import toy_creators
from virality.book.publish import publish
from virality.core.chapters import book, chapters_until
from virality.core.errors import UserError
from virality.core.paths import Run
from virality.core.text import decimals

pytestmark = [pytest.mark.slow, pytest.mark.book]
NAMES = {"creator00": "<script>alert(1)</script>", "creator01": "../x", "creator02": "✨"}


@pytest.fixture(scope="module")
def pooled(tmp_path_factory):
    """The run of three creators with hostile names, published as plain pages."""
    folder = tmp_path_factory.mktemp("pooled")
    posts, _ = toy_creators([-3, 0, 2], n=26)
    posts["author"] = posts["author"].map(NAMES)
    wanted = ["post_id", "author", "posted_at", "caption", "duration_s", "views", "kind"]
    posts[wanted].to_csv(folder / "posts.csv", index=False)
    with pytest.MonkeyPatch.context() as patch:
        run, _ = run_chapters(folder / "run", patch, folder / "posts.csv", draw=False, pool=True)
    publish(run, "Several", private=False, force_plain=True)
    return run


def test_the_runner_takes_the_chapters_of_the_book_that_is_asked_for():
    assert [spec.slug for spec in chapters_until("", pooled=True)] == [
        "data",
        "embeddings",
        "creators",
        "overview",
        "recipe",
    ]
    assert "creators" not in [spec.slug for spec in chapters_until("")]
    with pytest.raises(UserError, match="no chapter 'baselines'"):
        chapters_until("baselines", pooled=True)


def pages(run):
    return {path.stem: path.read_text() for path in run.site.glob("*.html")}


def test_the_book_has_the_chapters_of_many_creators_and_no_others(pooled):
    chapters = {spec.page for spec in book(pooled=True)}
    assert set(pages(pooled)) == chapters | {"glossary", "references"}
    assert not pooled.executed("baselines").exists()
    for spec in book(pooled=True):
        for name in spec.writes:
            assert pooled.artefact(name).exists(), name


def test_every_link_leads_somewhere(pooled):
    for text in pages(pooled).values():
        for target in re.findall(r'(?:src|href)="([^"#:]+)[#"]', text):
            assert (pooled.site / target).exists(), target
        assert "the section of that name" not in text, "a reference to a chapter that is not here"


def test_the_way_on_leads_to_a_chapter_of_this_book(pooled):
    text = pages(pooled)["embeddings"]
    assert re.search(r'href="\w+.html" rel="next"', text)
    assert 'href="creators.html"' in text
    assert "baselines.html" not in "".join(pages(pooled).values())


def test_the_first_page_states_the_number_within_a_creator(pooled):
    text, facts = pages(pooled)["index"], json.loads(pooled.artefact("creators").read_text())
    first = re.sub(r"<[^>]+>", "", text[text.index("first-screen") :].split("<h2")[0])
    assert "3 creators" in first and "Within a creator" in first
    if "parts" in facts:
        within = facts["parts"]["within"]
        assert f"correlation {decimals(within)} (" in first
        assert f"correlation {decimals(facts['parts']['total'])} (" not in first
    assert (pooled.site / "card.png").read_bytes() == pooled.artefact("pooled_card").read_bytes()


def test_names_are_text(pooled):
    for text in pages(pooled).values():
        assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in pages(pooled)["creators"]


def test_no_history_crosses_in_the_stored_features(pooled):
    posts = pd.read_parquet(pooled.artefact("posts"))
    features = pd.read_parquet(pooled.artefact("features"))
    first = posts.drop_duplicates("author")["post_id"]
    momentum = [name for name in features if name.startswith("momentum__")]
    known = features.loc[first, momentum].drop(
        columns=[name for name in momentum if re.search(r"posts_\d+d", name)]
    )
    assert known.isna().all().all(), "a first post has no history, whoever posted before"


def test_a_pooled_book_is_published_again_from_its_record(pooled, tmp_path):
    run = Run(pooled.name, pooled.folder, pooled.figures, tmp_path / "again")
    publish(run, "Title", private=True, force_plain=True)
    assert (run.site / "creators.html").exists()
    assert not list(run.site.rglob("*.ipynb"))
