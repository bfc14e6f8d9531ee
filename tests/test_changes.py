"""What changed on an account: nothing where luck alone did, the right thing where it is planted."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import virality as vi
from toyposts import toy_posts
from virality.advice import dating as da
from virality.advice import luck as lu
from virality.advice.level import level_over_time, outcomes
from virality.advice.stretches import NEEDED, RISK, compared, posts_before, stretches
from virality.demo.courses import level_course, spread_course, with_memory
from virality.features.build import build_features

WORLDS = ("white", "ar", "ar8", "walk", "jump", "spread", "viral")


def series(world: str, n: int, seed: int) -> np.ndarray:
    """Log views of an account on which nothing changed but what always does."""
    rng = np.random.default_rng([seed, n, WORLDS.index(world)])
    luck = rng.standard_t(4, n) / np.sqrt(2)
    if world == "viral":
        luck = rng.standard_normal(n) + (rng.random(n) < 0.08) * rng.exponential(1.6, n)
    luck = with_memory(luck, {"ar": 0.5, "ar8": 0.8}.get(world, 0.0))
    return 9 + 1.2 * (level_course(world, n, rng) + luck * spread_course(world, n))


def days(n: int) -> pd.Series:
    return pd.Series(pd.date_range("2024-01-01", periods=n, freq="2D", tz="UTC"))


def dated(y: np.ndarray):
    return da.date_of_change(pd.Series(y), days(len(y)))


# --- the last posts -----------------------------------------------------------------------------


@pytest.mark.parametrize("n", [60, 140, 300])
def test_luck_alone_is_seldom_called_a_change(n):
    """A small version of `benchmarks/advice.py --only changes`."""
    claimed = {w: [stretches(series(w, n, s))["claimed"].any() for s in range(60)] for w in WORLDS}
    assert np.mean([np.mean(each) for each in claimed.values()]) <= 0.06
    assert max(np.mean(each) for each in claimed.values()) <= 0.10  # of 60 accounts


@pytest.mark.parametrize(("factor", "least"), [(0.3, 0.6), (1 / 0.3, 0.6)])
def test_a_drop_and_a_rise_of_the_last_ten_are_found_and_named_rightly(factor, least):
    right = 0
    for seed in range(40):
        y = series("white", 140, seed)
        y[-10:] += np.log(factor)
        ten = stretches(y).set_index("posts").loc[10]
        right += bool(ten["claimed"]) and (ten["factor"] > 1) == (factor > 1)
    assert right >= least * 40


def test_a_stretch_turned_round_is_a_stretch_turned_round():
    for seed in range(5):
        y = series("ar", 120, seed)
        one, other = stretches(y), stretches(-y)
        np.testing.assert_allclose(one["factor"] * other["factor"], 1)
        np.testing.assert_allclose(one["low"] * other["high"], 1)
        for name in ("p", "once_in", "seen", "claimed"):
            np.testing.assert_allclose(one[name].astype(float), other[name].astype(float))


def test_an_interval_leaves_one_out_just_where_p_is_small():
    rows = pd.concat([stretches(series(w, 140, s)) for w, s in product(WORLDS, range(20))])
    outside = (rows["low"] > 1) | (rows["high"] < 1)
    assert outside.any() and (outside == (rows["p"] <= RISK)).all()
    assert (rows["once_in"] >= 2).all()
    assert (rows["low"] < rows["factor"]).all() and (rows["factor"] < rows["high"]).all()


def test_shorter_and_longer_stretches_are_asked_only_after_the_ten():
    for world, seed in product(WORLDS, range(20)):
        claimed = stretches(series(world, 140, seed)).set_index("posts")["claimed"]
        assert claimed[10] or not claimed.any()
        assert claimed[20] or not claimed[5]


@pytest.mark.parametrize("n", [0, 1, 12, NEEDED - 1])
def test_few_posts_are_not_compared(n):
    assert stretches(series("white", n, 1)[:n]).empty
    assert dated(series("white", n, 1)[:n]) is None


def test_posts_that_are_all_alike_are_no_news():
    same = np.full(200, 7.0)
    assert stretches(same).empty and dated(same) is None
    assert lu.kept_after_hits(pd.Series(same)) is None


def test_every_stretch_is_compared_with_the_posts_before_it():
    y = series("walk", 80, 3)
    difference, spread = compared(y, 10, 20)
    for i in range(len(difference)):
        early, late = y[i : i + 20], y[i + 20 : i + 30]
        assert difference[i] == pytest.approx(late.mean() - early.mean())
        square = 20 * early.var() + 10 * late.var()
        assert spread[i] == pytest.approx(np.sqrt(square / 28))
    assert len(difference) == 80 - 29
    assert [posts_before(n) for n in (60, 100, 1000)] == [15, 25, 30]


# --- a date -------------------------------------------------------------------------------------


def test_a_wandering_level_is_given_no_date_and_luck_seldom_one():
    given = {w: [dated(series(w, 140, s)) is not None for s in range(40)] for w in WORLDS}
    assert np.mean([np.mean(v) for w, v in given.items() if w != "jump"]) <= 0.05
    assert np.mean(given["ar8"]) == np.mean(given["ar"]) == 0


@pytest.mark.parametrize("factor", [0.2, 5.0])
def test_a_change_is_dated_where_it_was(factor):
    found = []
    for seed in range(30):
        y = series("white", 160, seed)
        y[90:] += np.log(factor)
        found.append(dated(y))
    told = [each for each in found if each is not None]
    when = days(160)[90]
    assert len(told) >= 18
    assert all((each.factor > 1) == (factor > 1) for each in told)
    assert np.mean([each.first <= when <= each.last for each in told]) >= 0.8
    assert all(each.first <= each.at <= each.last for each in told)
    assert all(each.before + each.after == 160 for each in told)


def test_the_statistic_is_the_one_that_is_written_out():
    """Shao and Zhang's, by its definition and not by running sums of squares."""
    y, n = series("ar", 50, 4), 50
    told = da.self_normalised(y)
    for place, k in enumerate(range(da.FEWEST, n - da.FEWEST + 1)):
        left = [y[:i].sum() - i / k * y[:k].sum() for i in range(1, k + 1)]
        right = [y[i:].sum() - (n - i) / (n - k) * y[k:].sum() for i in range(k, n)]
        size = (y[:k].sum() - k / n * y.sum()) ** 2 / n
        wander = (np.square(left).sum() + np.square(right).sum()) / n**2
        assert told[place] == pytest.approx(size / wander)


# --- the level ----------------------------------------------------------------------------------


def test_the_level_is_the_middle_of_the_settled_posts_around():
    posts, _ = toy_posts(60, seed=2)
    read = posts["posted_at"].max() + pd.Timedelta(days=1)
    posts["captured_at"] = read
    found = outcomes(posts)
    level = level_over_time(found)
    young = ~level["settled"].to_numpy()
    assert 0 < young.sum() < 10 and young[-1]
    assert level.loc[young, ["level", "lower", "upper"]].isna().all(axis=None)
    y = found.settled.to_numpy()
    assert level.loc[~young, "level"].iloc[25] == pytest.approx(np.median(y[15:36]))
    told = level[~young]
    assert (told["lower"] <= told["level"]).all() and (told["level"] <= told["upper"]).all()


def test_the_interval_of_the_level_holds_the_middle_as_often_as_it_says():
    held = []
    for seed in range(40):
        posts, _ = toy_posts(120, seed=seed, level="constant")
        level = level_over_time(outcomes(posts))
        held.append(((level["lower"] <= 10) & (level["upper"] >= 10)).mean())
    assert 0.78 <= np.mean(held) <= 0.92


def test_what_has_not_settled_changes_nothing():
    posts, _ = toy_posts(120, seed=5)
    posts["captured_at"] = posts["posted_at"].max() + pd.Timedelta(days=1)
    young = (posts["captured_at"] - posts["posted_at"]) < pd.Timedelta(days=7)
    other = posts.assign(views=posts["views"].where(~young, 3))
    one, two = vi.changes(posts), vi.changes(other)
    assert young.any()
    pd.testing.assert_frame_equal(one.stretches, two.stretches)
    assert (one.date, one.kept) == (two.date, two.kept)
    pd.testing.assert_series_equal(one.level["level"], two.level["level"])


def test_two_platforms_stand_on_one_level():
    posts, _ = toy_posts(140, seed=6, level="constant")
    posts["platform"] = np.where(np.arange(140) % 3 == 0, "youtube", "tiktok")
    posts["platform"] = posts["platform"].where(np.arange(140) < 130, "youtube")
    big = posts["platform"] == "youtube"
    raised = posts.assign(views=posts["views"] * np.where(big, 50, 1))
    assert not vi.changes(raised).stretches["claimed"].any(), "more of the other is no change"


# --- after a hit, and luck ----------------------------------------------------------------------


def test_what_stays_after_a_hit_is_found_and_nothing_is_where_nothing_stays():
    plain, planted = [], []
    for seed in range(60):
        y = pd.Series(series("white", 300, seed))
        excess = (y - y.median()).where(y >= y.quantile(0.95), 0.0)
        plain.append(lu.kept_after_hits(y))
        planted.append(lu.kept_after_hits(y + 0.4 * excess.cumsum().shift(1, fill_value=0.0)))
    assert np.mean([each.low <= 0 <= each.high for each in plain]) >= 0.93
    assert np.mean([each.share for each in plain]) == pytest.approx(0, abs=0.05)
    assert np.mean([each.share for each in planted]) > 0.25
    assert all(each.hits == 15 for each in plain)
    assert lu.kept_after_hits(y.head(lu.KEPT_NEEDED - 1)) is None


def test_the_luck_of_hits_is_what_level_and_content_do_not_say():
    """An account whose level does all has no luck; one with luck alone has nothing but."""
    wave = 2 * np.sin(np.arange(200) / 25)
    for signal, noise, low, high in ((wave, 0.1, 0.85, 1.0), (0 * wave, 1.0, 0.0, 0.15)):
        told = []
        for seed in range(10):
            posts, _ = toy_posts(200, seed=seed)
            luck = np.random.default_rng(seed).standard_normal(200)
            views = np.expm1(10 + signal + noise * luck).astype("int64")
            found = outcomes(posts.assign(views=pd.array(views, "Int64")))
            told.append(lu.luck(lu.parts_of_hits(found), 200).explained)
        assert low <= np.mean(told) <= high


def test_content_of_hits_is_told_by_other_posts_alone():
    rng = np.random.default_rng(0)
    content, noise = rng.standard_normal((300, 4)), rng.standard_normal(300)
    told = lu.content_out_of_fold(content[:, 0] + noise, content)
    assert np.corrcoef(told, content[:, 0])[0, 1] > 0.9
    other = noise.copy()
    other[100] += 50
    moved = lu.content_out_of_fold(content[:, 0] + other, content)
    run = next(run for run in np.array_split(np.arange(300), lu.FOLDS) if 100 in run)
    still = lu.content_out_of_fold(content[:, 0] + noise, content)
    np.testing.assert_allclose(moved[run], still[run])


def test_parts_of_hits_add_up_with_the_features_of_the_book():
    posts = vi.simulate_creator(n_posts=140)
    found = outcomes(posts)
    parts = lu.parts_of_hits(found, build_features(posts))
    summed = lu.luck(parts, 140)
    assert len(parts) == summed.hits == 7
    assert summed.explained == pytest.approx(np.clip(summed.level + summed.content, 0, 1))
    top = found.settled.nlargest(7)
    assert set(parts.index) == set(top.index)
    np.testing.assert_allclose(parts["excess"], (top - found.settled.median())[parts.index])
    assert lu.parts_of_hits(outcomes(posts.head(40))) is None and lu.luck(None, 40) is None


# --- anything at all ----------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 10**6), min_size=0, max_size=170), st.integers(0, 3))
def test_any_views_give_an_answer_or_none(views, seed):
    posts, _ = toy_posts(max(1, len(views)), seed=seed)
    if views:
        posts["views"] = pd.array(views, "Int64")
    found = vi.changes(posts)
    assert np.isfinite(found.stretches[["factor", "low", "high", "p"]].astype(float)).all(axis=None)
    assert len(found.level) == len(posts)
