"""Whatever a creator brings, a report comes out."""

import json
import re

import pandas as pd
import pytest

import exports
from chapters import run_chapters
from virality.core.chapters import book
from virality.posts.schema import validate_posts

pytestmark = pytest.mark.slow


FORMS = {**exports.WRITERS, **exports.ELSEWHERE}


@pytest.mark.parametrize("form", FORMS)
def test_the_data_chapter_ends_for_every_format(form, tmp_path, monkeypatch):
    (tmp_path / "in").write_bytes(FORMS[form][1](exports.made_up_posts()))
    run, said = run_chapters(
        tmp_path / "run", monkeypatch, tmp_path / "in", until="data", draw=False
    )
    posts = pd.read_parquet(run.artefact("posts"))
    assert validate_posts(posts).equals(posts)
    assert "**12 posts** from" in said
    assert "<script" not in said


def test_the_whole_book_ends_with_a_single_post(tmp_path, monkeypatch):
    (tmp_path / "in").write_bytes(exports.studio_zip(exports.made_up_posts(1)))
    run, said = run_chapters(tmp_path / "run", monkeypatch, tmp_path / "in", draw=False)
    assert all(run.artefact(name).exists() for spec in book() for name in spec.writes)
    assert json.loads(run.artefact("summary").read_text())["verdict"] == "none"
    assert not re.search(r"\b(1 posts|are 1|1 post are|nan|NaT|None(?! can be))\b", said)


def test_where_all_views_are_equal_nothing_is_predicted(tmp_path, monkeypatch):
    posts = exports.made_up_posts(31)
    for name in ("views", "likes", "comments", "shares", "saves"):
        posts[name] = 700
    (tmp_path / "in").write_bytes(exports.apify(posts))
    run, said = run_chapters(
        tmp_path / "run", monkeypatch, tmp_path / "in", until="nonlinear", draw=False
    )
    assert pd.read_parquet(run.artefact("predictions_nonlinear")).empty
    assert "there is nothing to predict" in said
    assert "All have 700 views" in said
