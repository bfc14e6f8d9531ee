"""The process of level and content against textbook formulas, and what it must not know."""

import numpy as np
import pandas as pd
import pytest

from toyposts import toy_embeddings, toy_posts
from virality.features.build import build_features
from virality.features.likeness import content_likeness
from virality.models import gaussian_process as gp

N = 60
KNOWN = np.maximum(np.arange(N) - 3, 0)


def world(n=N, content=0.7, seed=0):
    """Outcomes that content explains in part, and the likeness of posts."""
    rng = np.random.default_rng(seed)
    traits = rng.standard_normal((n, 3))
    worth = traits @ np.array([0.8, -0.5, 0.3])
    outcome = 9 + np.sqrt(content) * worth + np.sqrt(1 - content) * rng.standard_normal(n)
    return outcome, lambda a, b: traits[a] @ traits[b].T / 3, worth


def test_one_setting_is_the_textbook_forecast(monkeypatch):
    setting = gp.Setting(level=0.3, half_life=8.0, content=0.2)
    monkeypatch.setattr(gp, "SETTINGS", (setting,))
    outcome, alike, _ = world()
    made = gp.condition(outcome, KNOWN, alike)
    gap = np.abs(np.arange(N)[:, None] - np.arange(N))
    content = 0.2 * alike(slice(0, N), slice(0, N)) * 0.5 ** (gap / gp.FADE_POSTS)
    signal = gp.VAGUE + 0.3 * 0.5 ** (gap / 8) + content
    around = outcome - outcome[0]
    for post in (1 + 3, 20, N - 1):
        past = slice(0, KNOWN[post])
        solved = np.linalg.solve(signal[past, past] + np.eye(KNOWN[post]), around[past])
        assert made.forecast[post] == pytest.approx(outcome[0] + signal[post, past] @ solved)
        assert made.content[post] == pytest.approx(content[post, past] @ solved, abs=1e-12)
    assert np.isnan(made.forecast[:4]).all() and not made.content[:4].any()


def test_no_later_or_unmatured_outcome_changes_a_forecast():
    outcome, alike, _ = world()
    other = outcome.copy()
    other[37:] += 9
    before, after = (gp.condition(y, KNOWN, alike) for y in (outcome, other))
    np.testing.assert_array_equal(before.forecast[:41], after.forecast[:41])
    np.testing.assert_array_equal(before.content[:41], after.content[:41])
    assert before.forecast[41] != after.forecast[41]


def test_content_that_matters_is_found_and_none_is_invented():
    outcome, alike, worth = world(200)
    known = np.maximum(np.arange(200) - 3, 0)
    told = gp.condition(outcome, known, alike).content
    assert np.corrcoef(told[80:], worth[80:])[0, 1] > 0.8
    luck = np.random.default_rng(1).standard_normal(200)
    assert gp.condition(luck, known, alike).content[80:].std() < 0.3 * told[80:].std()


def test_a_long_history_is_cut_and_hardly_differs(monkeypatch):
    outcome, alike, _ = world(260)
    known = np.maximum(np.arange(260) - 3, 0)
    whole = gp.condition(outcome, known, alike)
    monkeypatch.setattr(gp, "WINDOW", 160)
    monkeypatch.setattr(gp, "STEP", 60)
    cut = gp.condition(outcome, known, alike)
    np.testing.assert_allclose(cut.forecast[4:160], whole.forecast[4:160])
    assert not np.isnan(cut.forecast[4:]).any()
    assert np.abs(cut.forecast - whole.forecast)[160:].mean() < 0.1


@pytest.mark.parametrize("n", [1, 2, 5])
def test_few_posts(n):
    made = gp.condition(np.full(n, 5.0), np.arange(n))
    assert np.isnan(made.forecast[0])
    np.testing.assert_allclose(made.forecast[1:], 5.0)


def test_likeness_looks_only_at_the_blocks_that_it_may():
    posts, traits = toy_posts(40)
    X = build_features(posts).join(toy_embeddings(posts, traits))
    early, rows = np.arange(40) < 20, slice(0, 40)

    def alike(posts, X, blocks):
        return content_likeness(posts, X, early, blocks)(rows, rows)

    assert content_likeness(posts, X, early, ["momentum"]) is None
    other = posts.assign(caption=pd.array(["another"] * 40, dtype="string"))
    seen, heard = X.columns.str.startswith("vision"), X.columns.str.startswith("audio")
    for blocks, same in ((["vision"], True), (["similar"], False)):
        equal = np.array_equal(alike(posts, X, blocks), alike(other, X, blocks))
        assert equal is same
    deaf = X.assign(**dict.fromkeys(X.columns[heard], 1.0))
    blind = X.assign(**dict.fromkeys(X.columns[seen], 1.0))
    np.testing.assert_array_equal(alike(posts, X, ["vision"]), alike(posts, deaf, ["vision"]))
    assert content_likeness(posts, blind, early, ["vision"]) is None


def test_likeness_is_symmetric_positive_and_made_by_early_posts():
    posts, traits = toy_posts(40)
    X = build_features(posts).join(toy_embeddings(posts, traits))
    early, rows = np.arange(40) < 20, slice(0, 40)
    blocks = ["similar", "metadata", "vision"]
    whole = content_likeness(posts, X, early, blocks)(rows, rows)
    np.testing.assert_allclose(whole, whole.T, atol=1e-12)
    assert np.linalg.eigvalsh(whole).min() > -1e-6
    later = X.copy()
    later.iloc[30:] = 7.0
    part = content_likeness(posts, later, early, blocks)(rows, rows)
    np.testing.assert_array_equal(part[:30, :30], whole[:30, :30])
