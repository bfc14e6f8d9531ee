"""Luck in words: the lines of the home page and of the record follow the numbers."""

import re

import numpy as np
import pandas as pd
import pytest

from toyposts import toy_posts
from virality.advice.level import outcomes
from virality.advice.luck import parts_of_hits
from virality.demo.posts import simulate_creator
from virality.figures.changes import stored
from virality.findings import luck as findings
from virality.sentences import luck as sentences


def high_months(n: int = 200) -> pd.DataFrame:
    """An account whose best posts all went up while everything did well."""
    posts = simulate_creator(n_posts=n, seed=2)
    y = np.where(np.arange(n) // 25 % 2, 3.0, 0.0) + np.random.default_rng(0).normal(0, 0.3, n)
    return posts.assign(views=pd.array(np.rint(np.expm1(9 + y)), dtype="Int64"))


def test_level_explains_hits_of_high_months_and_not_of_still_ones():
    moved = findings.of_record(high_months(), 7)
    still = simulate_creator(n_posts=200, seed=2)
    rng = np.random.default_rng(1)
    still = still.assign(views=pd.array(np.rint(np.exp(rng.normal(10, 1, 200))), dtype="Int64"))
    alone = findings.of_record(still, 7)
    assert moved.hits.explained > 0.5 > 0.3 > alone.hits.explained
    assert moved.after > 5 > alone.after and alone.falls
    assert "regression to the mean" in sentences.in_record(alone)


def test_the_record_says_the_numbers_of_its_posts():
    posts = high_months()
    found = findings.of_record(posts, 7)
    y = outcomes(posts).settled
    parts = parts_of_hits(outcomes(posts))
    said = sentences.in_record(found)
    assert f"The {len(parts)} best posts" in said
    excess, after = (float(x) for x in re.findall(r"at ([\d.]+) times", said))
    assert excess == pytest.approx(np.exp(parts["excess"].mean()), rel=0.05)
    assert after == pytest.approx(np.exp(y.shift(-1)[parts.index].median() - y.median()), rel=0.05)
    share = parts["level"].sum() / parts["excess"].sum()
    assert f"at least {100 * share:.0f} % of that" in said


def test_the_home_page_reads_the_artefact_as_the_chapter_does():
    posts = high_months()
    parts = parts_of_hits(outcomes(posts))
    again = findings.of_hits(stored(parts), len(posts))
    assert again == findings.of_hits(parts, len(posts))
    assert f"at least {100 * again.hits.explained:.0f} %" in sentences.in_short(again)


@pytest.mark.parametrize("n", [1, 12, 40])
def test_few_posts_say_nothing(n):
    posts = simulate_creator(n_posts=n)
    assert sentences.in_record(findings.of_record(posts, 7)) == ""
    empty = findings.of_hits(stored(None), n)
    assert empty.hits is None and sentences.in_short(empty) == ""


def test_several_creators_are_not_put_together():
    two, _ = toy_posts(80)
    two["author"] = np.where(np.arange(80) % 2, "a", "b")
    assert findings.of_record(two, 7) is None
