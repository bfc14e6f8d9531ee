"""Associations hold their level where nothing is to be found, and find what is planted."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import virality as vi
from toyposts import toy_posts
from virality.demo.courses import level_course, with_memory
from virality.evidence import associations as ev

NO_CONTENT = pd.DataFrame(index=range(1000))


def account(seed: int, n: int, level: str = "white", memory: float = 0.0, effect: float = 0.0):
    """Log views, two flags and a number, and a kind of content that views and facts depend on."""
    rng = np.random.default_rng([seed, n])
    kind = rng.integers(0, 3, n)
    flags = rng.random((n, 2)) < np.array([0.2, 0.5, 0.8])[kind][:, None]
    number = kind + rng.exponential(1, n)
    luck = with_memory(rng.standard_t(4, n), memory) + level_course(level, n, rng)
    y = pd.Series(9 + luck + 0.8 * kind + effect * flags[:, 0])
    facts = pd.DataFrame({"a": flags[:, 0] * 1.0, "b": flags[:, 1] * 1.0, "c": number})
    seen = np.eye(3)[kind] @ rng.standard_normal((3, 8)) + 0.1 * rng.standard_normal((n, 8))
    return y, facts, pd.DataFrame(seen).add_prefix("vision__")


@pytest.mark.parametrize(("level", "memory"), [("white", 0.0), ("white", 0.8), ("walk", 0.0)])
def test_few_accounts_with_nothing_to_find_are_told_something(level, memory):
    found = [ev.associate(*account(seed, 90, level, memory)) for seed in range(100)]
    assert all(each.told for facts in found for each in facts)
    assert sum(any(each.found for each in facts) for facts in found) <= 9
    holds = [all(each.low <= 1 <= each.high for each in facts) for facts in found]
    assert sum(holds) >= 91


def test_a_planted_effect_is_found_and_its_interval_holds():
    found = [ev.associate(*account(seed, 300, "walk", effect=1.0))[0] for seed in range(40)]
    assert sum(each.found and each.factor > 1 for each in found) >= 36
    assert sum(each.low <= np.e <= each.high for each in found) >= 36
    assert np.log([each.factor for each in found]).mean() == pytest.approx(1.0, abs=0.12)


def test_the_detectable_effect_is_detected_in_four_cases_of_five():
    n = 140
    size = np.median([np.log(ev.associate(*account(s, n))[0].detectable) for s in range(40)])
    seen = [ev.associate(*account(s, n, effect=size))[0].found for s in range(100)]
    assert 0.65 < np.mean(seen) < 0.93
    few = ev.associate(*account(1, 60))[0].detectable
    assert few > ev.associate(*account(1, 400))[0].detectable > 1


def test_a_fact_that_came_with_a_better_time_is_not_found():
    rng = np.random.default_rng(0)
    n = 200
    later = np.arange(n) > n // 2
    y = pd.Series(9 + 3.0 * later + rng.standard_normal(n))
    facts = pd.DataFrame({"new": (rng.random(n) < 0.1 + 0.8 * later) * 1.0})
    raw = y[facts["new"] == 1].mean() - y[facts["new"] == 0].mean()
    told = ev.associate(y, facts, NO_CONTENT.head(n))[0]
    assert raw > 2 and not told.found and told.low < 1 < told.high


@pytest.mark.parametrize(
    "values",
    [
        np.ones(100),
        np.full(100, np.nan),
        np.r_[np.ones(4), np.zeros(96)],
        np.r_[1.0, [np.nan] * 99],
    ],
)
def test_what_varies_too_little_cannot_be_told(values):
    y, facts, content = account(0, 100)
    odd, *others = ev.associate(y, facts.assign(a=values), content)
    assert not odd.told and not odd.found and np.isnan([odd.low, odd.p, odd.detectable]).all()
    assert odd.n == np.isfinite(values).sum() == odd.n_with + odd.n_without
    assert odd.n_with == np.nansum(values) and min(odd.n_with, odd.n_without) <= 4
    assert [each.told for each in others] == [True, True]


def test_few_posts_cannot_be_told_anything():
    assert not any(each.told for each in ev.associate(*account(0, 29)))
    y, facts, content = account(0, 90)
    assert not any(each.told for each in ev.associate(y * 0, facts, content))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 999), st.floats(0.01, 1000))
def test_other_units_and_the_opposite_say_the_same(seed, unit):
    y, facts, content = account(seed, 80, effect=0.5)
    a, _, c = ev.associate(y, facts, content)
    turned = ev.associate(y, facts.assign(a=1 - facts["a"], c=unit * facts["c"]), content)
    assert turned[0].factor == pytest.approx(1 / a.factor) and turned[0].p == pytest.approx(a.p)
    assert (turned[0].low, turned[0].high) == pytest.approx((1 / a.high, 1 / a.low))
    assert turned[2].factor == pytest.approx(c.factor)
    assert turned[2].step == pytest.approx(unit * c.step) and a.step == 1


def test_what_is_not_known_is_neither_yes_nor_no():
    y, facts, content = account(3, 300, effect=1.0)
    gone = np.random.default_rng(1).random(300) < 0.3
    part = ev.associate(y, facts.assign(a=facts["a"].mask(gone)), content)[0]
    assert (part.n, part.n_with) == ((~gone).sum(), int(facts["a"][~gone].sum()))
    assert part.low < np.e < part.high
    wrong = ev.associate(y, facts.assign(a=facts["a"].mask(gone, 0.0)), content)[0]
    assert part.factor > wrong.factor


def test_one_group_does_not_stand_against_itself():
    y, facts, content = account(5, 200, effect=1.0)
    alone = ev.associate(y, facts[["a"]], content)[0]
    twice = facts[["a"]].assign(again=facts["a"])
    both = ev.associate(y, twice, content, {"a": "one", "again": "one"})
    assert both[0].factor == pytest.approx(alone.factor) == pytest.approx(both[1].factor)
    assert both[0].p_adjusted == pytest.approx(2 * both[0].p)
    assert both[0].high > alone.high  # holds for both together


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 999))
def test_corrected_chances_follow_the_order_of_the_plain_ones(seed):
    found = sorted(ev.associate(*account(seed, 60, effect=0.4)), key=lambda each: each.p)
    adjusted = [each.p_adjusted for each in found]
    assert adjusted == sorted(adjusted) and all(e.p <= e.p_adjusted <= 1 for e in found)
    assert found[0].p_adjusted == pytest.approx(min(1, 3 * found[0].p))


def test_the_front_door_takes_matured_posts_only():
    posts, _ = toy_posts(80)
    table = vi.build_features(posts)
    young = posts.copy()
    young["captured_at"] = young["posted_at"].max() + pd.Timedelta(days=3)
    matured = young["captured_at"] - young["posted_at"] >= pd.Timedelta(days=7)
    found = vi.associations(young, table)
    assert 70 < matured.sum() < 80 and set(found["name"]) == {*table.filter(like="hook__")}
    pd.testing.assert_frame_equal(found, vi.associations(posts[matured], table))
    young.loc[~matured, "views"] = 10**9
    pd.testing.assert_frame_equal(vi.associations(young, table), found)
    some = vi.associations(posts, table, columns=["metadata__question"])
    assert some["name"].tolist() == ["metadata__question"]
    with pytest.raises(ValueError, match="no column is called nothing"):
        vi.associations(posts, table, columns=["nothing"])


@pytest.mark.parametrize(("fact", "again"), [("has_words", "vision"), ("speech_share", "audio")])
def test_a_fact_is_not_held_against_the_sense_that_has_it_again(fact, again):
    """A voice is in the sound as well: taken off, the sound would leave nothing of its fact."""
    posts, _ = toy_posts(120)
    rng = np.random.default_rng(3)
    has = rng.permutation(np.arange(120) % 2).astype(float)
    posts["views"] = np.exp(8 + has + 0.5 * rng.standard_normal(120)).astype("int64")
    other = {"vision": "audio", "audio": "vision"}[again]
    table = vi.build_features(posts).assign(**{f"hook__{fact}": has})
    for block, shown in {again: has, other: rng.random(120)}.items():
        seen = shown[:, None] + 0.01 * rng.standard_normal((120, 4))
        table[[f"{block}__{i:03d}" for i in range(4)]] = seen
    found = vi.associations(posts, table, columns=[f"hook__{fact}"]).iloc[0]
    assert found["low"] < np.e < found["high"] and found["p_adjusted"] < 0.001
    twice = table.rename(columns=lambda c: c.replace(f"{again}__", f"{other}__9"))
    assert vi.associations(posts, twice, columns=[f"hook__{fact}"]).iloc[0]["detectable"] > 3
