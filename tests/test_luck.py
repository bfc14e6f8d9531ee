"""Luck in words: the lines of the home page and of the record follow the numbers."""

import re

import numpy as np
import pandas as pd
import pytest

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


def hits(posts: pd.DataFrame) -> findings.Luck:
    found = outcomes(posts)
    return findings.of_hits(parts_of_hits(found), len(found.settled), found.settled)


def test_level_explains_hits_of_high_months_and_not_of_still_ones():
    moved = hits(high_months())
    still = simulate_creator(n_posts=200, seed=2)
    rng = np.random.default_rng(1)
    still = still.assign(views=pd.array(np.rint(np.exp(rng.normal(10, 1, 200))), dtype="Int64"))
    alone = hits(still)
    assert moved.hits.explained > 0.5 > 0.3 > alone.hits.explained
    assert moved.after > 5 > alone.after and alone.falls
    assert "an ordinary post after a hit is no failure" in sentences.lucky(alone)


def test_the_page_says_the_numbers_of_its_posts():
    posts = high_months()
    found = hits(posts)
    y = outcomes(posts).settled
    parts = parts_of_hits(outcomes(posts))
    said = sentences.lucky(found)
    assert f"Of what {len(parts)} hits had" in said
    excess, after = (float(x) for x in re.findall(r"×\s([\d.]+)", said))
    assert excess == pytest.approx(np.exp(parts["excess"].mean()), rel=0.05)
    assert after == pytest.approx(np.exp(y.shift(-1)[parts.index].median() - y.median()), rel=0.05)
    share = parts["level"].sum() / parts["excess"].sum()
    assert f"at least {100 * share:.0f} % was" in said


def test_the_artefact_says_what_the_chapter_says():
    posts = high_months()
    parts = parts_of_hits(outcomes(posts))
    again = findings.of_hits(stored(parts), len(posts))
    assert again == findings.of_hits(parts, len(posts))
    assert f"at least {100 * again.hits.explained:.0f} %" in sentences.lucky(again)


@pytest.mark.parametrize("n", [1, 12, 40])
def test_few_posts_say_nothing(n):
    posts = simulate_creator(n_posts=n)
    assert sentences.lucky(hits(posts)) == ""
    empty = findings.of_hits(stored(None), n)
    assert empty.hits is None and sentences.lucky(empty) == ""
