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
    made = gp.condition(outcome, KNOWN, [alike])
    gap = np.abs(np.arange(N)[:, None] - np.arange(N))
    content = 0.2 * alike(slice(0, N), slice(0, N)) * 0.5 ** (gap / gp.FADE_POSTS)
    signal = gp.VAGUE + 0.3 * 0.5 ** (gap / 8) + content
    around = outcome - outcome[0]
    for post in (1 + 3, 20, N - 1):
        past = slice(0, KNOWN[post])
        solved = np.linalg.solve(signal[past, past] + np.eye(KNOWN[post]), around[past])
        assert made.forecast[post] == pytest.approx(outcome[0] + signal[post, past] @ solved)
        own, before = content[post, past], content[max(0, post - gp.BESIDE_POSTS) : post, past]
        assert made.content[post] == pytest.approx((own - before.mean(axis=0)) @ solved, abs=1e-12)
    assert np.isnan(made.forecast[:4]).all() and not made.content[:4].any()


def test_no_later_or_unmatured_outcome_changes_a_forecast():
    outcome, alike, _ = world()
    other = outcome.copy()
    other[37:] += 9
    before, after = (gp.condition(y, KNOWN, [alike]) for y in (outcome, other))
    np.testing.assert_array_equal(before.forecast[:41], after.forecast[:41])
    np.testing.assert_array_equal(before.content[:41], after.content[:41])
    assert before.forecast[41] != after.forecast[41]


def test_content_that_matters_is_found_and_none_is_invented():
    outcome, alike, worth = world(200)
    known = np.maximum(np.arange(200) - 3, 0)
    told = gp.condition(outcome, known, [alike]).content
    assert np.corrcoef(told[80:], worth[80:])[0, 1] > 0.8
    luck = np.random.default_rng(1).standard_normal(200)
    assert gp.condition(luck, known, [alike]).content[80:].std() < 0.3 * told[80:].std()


def blurred(seed):
    """What one block of content is worth, and likenesses: all blocks together, then each alone."""
    outcome, alike, worth = world(140, content=0.4, seed=seed)
    silent = [world(140, seed=100 * seed + other)[1] for other in range(1, 7)]

    def together(a, b):
        return np.mean([between(a, b) for between in (alike, *silent)], axis=0)

    return outcome, worth, [together, alike, *silent]


def test_one_block_that_tells_is_found_among_those_that_do_not():
    known, gains = np.maximum(np.arange(140) - 3, 0), []
    for seed in range(1, 5):
        outcome, worth, alike = blurred(seed)
        told = [gp.condition(outcome, known, some).content[70:] for some in (alike, alike[:1])]
        one, other = (np.corrcoef(each, worth[70:])[0, 1] for each in told)
        gains.append(one - other)
    assert min(gains) > 0 and np.mean(gains) > 0.05


def test_blocks_alone_are_together_half_as_likely_as_all_content_at_once():
    made = gp._candidates(4)
    odds = [sum(np.exp(c.log_prior) for c in made if c.likeness == by) for by in range(4)]
    silent = sum(not c.setting.content for c in made)
    assert sum(odds[1:]) == pytest.approx(gp.ALONE_ODDS * (odds[0] - silent))
    assert [c.likeness for c in gp._candidates(1)] == [0] * len(gp.SETTINGS)


def test_content_that_is_a_level_does_not_order_posts():
    """Neighbours look alike and luck has a memory: what stands out returns."""
    n, rng, ordered = 200, np.random.default_rng(3), []
    known = np.maximum(np.arange(n) - 3, 0)
    for _ in range(6):
        luck = np.zeros(n)
        for row in range(n):
            luck[row] = 0.6 * luck[max(row - 1, 0)] + rng.standard_normal()
        drift = np.cumsum(rng.standard_normal((n, 4)), axis=0)
        scores = (drift - drift.mean(axis=0)) / drift.std(axis=0)
        told = gp.condition(luck, known, [lambda a, b, s=scores: s[a] @ s[b].T / 4]).content
        gap = np.sign(told[60:-1] - told[61:]) * np.sign(luck[60:-1] - luck[61:])
        ordered.append((1 + gap.mean()) / 2)
    assert np.mean(ordered) > 0.46


def test_a_long_history_is_cut_and_hardly_differs(monkeypatch):
    outcome, alike, _ = world(260)
    known = np.maximum(np.arange(260) - 3, 0)
    whole = gp.condition(outcome, known, [alike])
    monkeypatch.setattr(gp, "WINDOW", 160)
    monkeypatch.setattr(gp, "STEP", 60)
    cut = gp.condition(outcome, known, [alike])
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
        return content_likeness(posts, X, early, blocks)[0](rows, rows)

    assert content_likeness(posts, X, early, ["momentum"]) == ()
    other = posts.assign(caption=pd.array(["another"] * 40, dtype="string"))
    seen, heard = X.columns.str.startswith("vision"), X.columns.str.startswith("audio")
    for blocks, same in ((["vision"], True), (["similar"], False)):
        equal = np.array_equal(alike(posts, X, blocks), alike(other, X, blocks))
        assert equal is same
    deaf = X.assign(**dict.fromkeys(X.columns[heard], 1.0))
    blind = X.assign(**dict.fromkeys(X.columns[seen], 1.0))
    np.testing.assert_array_equal(alike(posts, X, ["vision"]), alike(posts, deaf, ["vision"]))
    assert content_likeness(posts, blind, early, ["vision"]) == ()


def test_likeness_is_symmetric_positive_and_made_by_early_posts():
    posts, traits = toy_posts(40)
    X = build_features(posts).join(toy_embeddings(posts, traits))
    early, rows = np.arange(40) < 20, slice(0, 40)
    blocks = ["similar", "metadata", "vision"]
    whole = content_likeness(posts, X, early, blocks)[0](rows, rows)
    np.testing.assert_allclose(whole, whole.T, atol=1e-12)
    assert np.linalg.eigvalsh(whole).min() > -1e-6
    later = X.copy()
    later.iloc[30:] = 7.0
    part = content_likeness(posts, later, early, blocks)[0](rows, rows)
    np.testing.assert_array_equal(part[:30, :30], whole[:30, :30])


def test_blocks_of_vectors_stand_alone_when_there_are_several():
    posts, traits = toy_posts(40)
    X = build_features(posts).join(toy_embeddings(posts, traits))
    early, rows = np.arange(40) < 20, slice(0, 40)

    def alike(*blocks):
        return [each(rows, rows) for each in content_likeness(posts, X, early, blocks)]

    assert len(alike("similar", "metadata", "vision")) == 1
    together, seen, heard = alike("similar", "metadata", "vision", "audio")
    np.testing.assert_array_equal(seen, alike("vision")[0])
    np.testing.assert_array_equal(heard, alike("audio")[0])
    assert not np.array_equal(together, seen)
