"""The next posts: little where nothing is, what is planted where it is, no more than is left."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import virality as vi
from test_whatif import account
from virality.advice.experiments import sequential
from virality.advice.experiments.detectable import detectable, pair_spread
from virality.advice.hours import Slot
from virality.advice.steps.behind import posts_behind
from virality.advice.steps.candidates import HOURS, Had
from virality.advice.steps.next_steps import COLUMNS, SUGGEST_FROM, State, examine
from virality.advice.steps.selection import (
    HOURS_SHARE,
    MATTERS,
    USUAL_EFFECT,
    budgets,
    holm,
    left,
)
from virality.advice.steps.worth_testing import chance, decides
from virality.advice.timing import Gain, WhenToPost

T4 = 1.4826 * stats.t.ppf(0.75, 4)  # robust spread of Student's t


def suggested(found: pd.DataFrame) -> pd.DataFrame:
    return found[found["state"] == State.SUGGESTED.name]


def claim(posts, p: float, factor=1.6, chance=0.97) -> WhenToPost:
    """A claim about hours as if it had been made."""
    when = vi.timing(posts)
    gain = Gain(factor, factor / 1.3, factor * 1.3, 20)
    return WhenToPost(len(posts), 0, when.hours, p, Slot("weekdays", 18), chance, gain)


@pytest.mark.parametrize("level", ["white", "walk"])
def test_few_accounts_with_nothing_to_find_are_told_something(level):
    """In small what `benchmarks/steps.py` prints."""
    found = [vi.next_steps(*account(seed, 90, level)) for seed in range(15)]
    assert sum(len(suggested(table)) > 0 for table in found) <= 2
    assert all(table["to_test"].sum() == 1 for table in found if suggested(table).empty)
    assert all(not table["to_test"].any() for table in found if len(suggested(table)))


def test_a_planted_effect_is_suggested_and_turns_round():
    for effect, more in ((1.0, True), (-1.0, False)):
        found = [suggested(vi.next_steps(*account(seed, 300, "walk", effect))) for seed in range(6)]
        tags = [table[table["label"] == "sun"] for table in found]
        assert sum(len(tag) for tag in tags) >= 4
        for tag in filter(len, tags):
            row = tag.iloc[0]
            raw = row["factor"] if more else 1 / row["factor"]
            assert row["more"] == more and 1 < row["expected"] < raw
            assert row["expected_low"] < row["expected"] < row["expected_high"] < 10
            assert row["newer"] > 1


def test_what_is_left_is_right_for_what_was_picked():
    """Where effects are as rare and as small as is assumed, however it was picked."""
    rng, n, error = np.random.default_rng(0), 40_000, 0.25
    true = (rng.random(n) < MATTERS) * USUAL_EFFECT * rng.standard_normal(n)
    found = true + error * rng.standard_normal(n)
    for picked in (found > 3 * error, found < -2 * error, abs(found) > 4 * error):
        at = np.flatnonzero(picked)[:600]
        told = [left(size, error) for size in found[at]]
        assert np.mean([each.size for each in told] - true[at]) == pytest.approx(0, abs=0.03)
        held = [each.low <= size <= each.high for each, size in zip(told, true[at], strict=True)]
        assert 0.76 < np.mean(held) < 0.97  # an end at nothing holds more
        assert np.mean([each.nothing for each in told]) == pytest.approx(
            np.mean(true[at] == 0), abs=0.06
        )
    known = left(0.5, error, real=True)
    assert known.nothing == 0 and known.size > left(0.5, error).size
    assert known.high - known.low == pytest.approx(2 * stats.norm.isf(0.1) * known.spread)


def test_all_candidates_pay_from_one_budget():
    posts, features = account(3, 300, "white", 1.0)
    went, none = vi.what_if(posts, features), vi.associations(posts, features).iloc[:0]
    quiet = claim(posts, p=0.5)
    asked = {"openings": none, "when": quiet}
    few = vi.next_steps(posts, features, went=went[went["label"] == "sun"], **asked)
    all_of_them = vi.next_steps(posts, features, went=went, **asked)
    p = [table.set_index("name")["p_together"] for table in (few, all_of_them)]
    sun = went.set_index("label").loc["sun"]
    assert p[0][sun["name"]] == pytest.approx(sun["p"] / (1 - HOURS_SHARE))
    told = went["p"].notna().sum()
    assert p[1][sun["name"]] == pytest.approx(sun["p"] * told / (1 - HOURS_SHARE))
    sure = vi.next_steps(posts, features, went=went, openings=none, when=claim(posts, p=0.004))
    assert sure.set_index("name")["p_together"][sun["name"]] == pytest.approx(sun["p"] * told)


def test_hours_pass_with_their_own_share_and_all_their_doors():
    assert budgets(np.nan, False) == (0.0, 1.0)
    assert budgets(0.5, True) == pytest.approx((HOURS_SHARE, 1 - HOURS_SHARE))
    assert budgets(0.001, True) == (HOURS_SHARE, 1.0) and budgets(0.001, False)[1] < 1
    posts, features = account(0, 200)
    for when, there in (
        (claim(posts, p=0.004), True),
        (claim(posts, p=0.04), False),  # enough for its own chapter
        (claim(posts, p=0.004, factor=0.9), False),
        (claim(posts, p=0.004, chance=0.8), False),
    ):
        found = vi.next_steps(posts, features, when=when)
        row = found.set_index("name").loc[HOURS]
        assert (row["state"] == State.SUGGESTED.name) is there
        assert not there or 1 < row["expected_low"] < row["expected"] < row["factor"]
    assert row["claimed"] == when.claimed


def test_nothing_is_counted_twice():
    posts, (_, content) = account(3, 300, "white", 1.5)
    posts["caption"] = np.where(posts.index % 3 == 0, "Why? ", "") + posts["caption"]
    features = [vi.build_features(posts), content]
    found = vi.next_steps(posts, features)
    assert found["name"].is_unique
    went, openings = vi.what_if(posts, features), vi.associations(posts, features)
    assert set(went["name"]) & set(openings["name"]) and set(found["name"]) >= set(went["name"])
    posts["caption"] = posts["caption"] + np.where(posts["caption"].str.contains("#sun"), " #x", "")
    again = vi.next_steps(posts, features)  # the number of hashtags goes with #sun now
    passed = again[again["p_together"] <= 0.05].set_index("name")["state"]
    assert (passed[passed.index.str.startswith("choice__hashtag")] == "SUGGESTED").sum() == 1


def test_what_comes_with_it_has_a_side_and_what_never_comes_with_it_is_known():
    rng = np.random.default_rng(0)
    kind = (rng.random(120) < 0.4).astype(float)
    start = np.where(kind == 0, rng.random(120), np.nan)  # that kind has nobody who speaks
    facts = pd.DataFrame(
        {"kind": kind, "speech": 1 - kind, "start": start, "dice": rng.random(120)}
    )
    held = Had(facts, {})
    assert held.alike("kind", "speech") == pytest.approx(-1)
    assert abs(held.alike("kind", "dice")) < 0.3
    assert held.apart("start", False, "kind", True) and held.apart("start", True, "kind", True)
    assert not held.apart("start", False, "kind", False)
    assert not held.apart("dice", True, "kind", True)
    few = Had(facts.head(12), {})  # so few posts would hardly have done both by luck
    assert not few.apart("start", False, "kind", True)


def test_suggestions_say_what_stands_beside_them_and_which_no_post_did_both_of():
    posts, (columns, content) = account(3, 300, "white", 1.5)
    sun = posts["caption"].str.contains("#sun").to_numpy()
    quiet = sun ^ (np.arange(300) % 12 == 0)
    content = content.assign(hook__has_speech=(~quiet).astype(float))
    found = vi.next_steps(posts, [columns, content]).set_index("label")
    assert found.loc["sun", "together_with"] == "hook__has_speech"
    assert not found.loc["sun", "together_more"]


def test_what_is_done_already_is_not_suggested():
    posts, features = account(3, 300, "white", 1.5)
    before = suggested(vi.next_steps(posts, features)).set_index("label")
    assert 0 < before.loc["sun", "lately"] < 18 and before.loc["sun", "lately_known"] == 20
    last = posts.index[-20:]
    posts.loc[last, "caption"] = posts.loc[last, "caption"].str.replace("#sun", "") + " #sun"
    after = vi.next_steps(posts, features).set_index("label")
    assert after.loc["sun", "state"] == State.HABIT.name and after.loc["sun", "lately"] == 20


def test_what_comes_together_or_never_is_told_apart_from_what_is_the_same():
    rng = np.random.default_rng(0)
    one = rng.integers(0, 2, 200).astype(float)
    mostly = np.where(rng.random(200) < 0.1, 1 - one, one)
    facts = pd.DataFrame({"one": one, "with": mostly, "without": 1 - mostly})
    facts["other"] = rng.random(200)
    facts["hook__has_face"], facts["hook__n_faces"] = one, mostly
    held = Had(facts, {"one": frozenset({"other"}), "other": frozenset({"one"})})
    assert 0.6 < held.alike("one", "with") < 1 and -1 < held.alike("one", "without") < -0.6
    assert abs(held.alike("with", "other")) < 0.3 and held.alike("one", "other") == 1
    assert held.alike("hook__has_face", "hook__n_faces") == 1
    assert held.follows("one", False).tolist() == (one == 0).tolist()
    assert held.follows("other", True).sum() == (facts["other"] > facts["other"].mean()).sum()


@pytest.mark.parametrize(("n", "told"), [(0, False), (12, False), (40, True), (79, True)])
def test_few_posts_suggest_nothing(n, told):
    posts, features = account(1, 100, "white", 3.0)
    found = vi.next_steps(posts.iloc[:n], [table.iloc[:n] for table in features])
    assert suggested(found).empty and n < SUGGEST_FROM
    assert found["p"].notna().any() == told and found["to_test"].any() == told
    assert list(found.columns) == list(COLUMNS)
    if n == 79:
        assert (found["state"] == State.FEW.name).any()


def test_what_is_not_matured_says_nothing():
    posts, features = account(1, 120, "white", 1.0)
    posts["captured_at"] = posts["posted_at"].iloc[-1]
    young = posts["posted_at"] > posts["captured_at"] - pd.Timedelta(days=7)
    changed = posts.copy()
    changed.loc[young, "views"] = 10**9
    pd.testing.assert_frame_equal(vi.next_steps(posts, features), vi.next_steps(changed, features))
    assert young.any()


def test_the_posts_behind_it_are_the_newest_that_did_it():
    posts, features = account(3, 300, "white", 1.5)
    when = vi.timing(posts, features)
    whole = examine(posts, features, when=when)
    found, behind = whole.steps, posts_behind(whole)
    pd.testing.assert_frame_equal(found, vi.next_steps(posts, features, when=when))
    has = posts["caption"].str.contains("#sun")
    sun = behind[behind["name"] == suggested(found).set_index("label").loc["sun", "name"]]
    assert sun["post_id"].tolist() == posts.loc[has, "post_id"].tolist()[::-1][:4]
    y = np.log1p(posts["views"].astype(float)).to_numpy()
    at = posts.index[has][-3]
    near = y[at] - np.delete(y[at - 5 : at + 6], 5).mean()
    assert sun["factor"].iloc[2] == pytest.approx(np.exp(near), rel=0.35)  # hits are pulled in


def test_the_test_is_the_one_that_is_likeliest_to_decide():
    posts, features = account(2, 140)
    found = vi.next_steps(posts, features)
    assert suggested(found).empty
    assert found.loc[found["to_test"], "chance"].item() == found["chance"].max()
    spread = pair_spread(posts)[0]
    row = found[(found["family"] == "length") & (found["p"] < 1)].iloc[0]
    error = abs(np.log(row["factor"])) / stats.norm.isf(row["p"] / 2)
    assert row["chance"] == pytest.approx(chance(np.log(row["factor"]), error, spread))


def test_the_chance_to_decide_is_that_of_experiments():
    for n_posts, size in ((40, 0.0), (40, 0.9), (60, 0.7), (24, 1.3)):
        rng = np.random.default_rng(n_posts)
        found = []
        for _ in range(300):
            x = size + 1.2 * rng.standard_t(4, n_posts // 2) / T4
            looks = sequential.running(x, 1.2, n_posts // 2)
            found.append((looks["z"].abs() >= looks["boundary"]).any())
        told = decides(np.array([size]), 1.2, n_posts)[0]
        assert np.mean(found) == pytest.approx(told, abs=0.09)
    assert decides(np.log([detectable(40)]), 1.2)[0] == pytest.approx(0.8)


def test_holm_leaves_out_what_was_not_tested():
    adjusted = holm(np.array([np.nan, 0.01, 0.02, 0.9]))
    assert np.isnan(adjusted[0]) and adjusted[1:].tolist() == pytest.approx([0.03, 0.04, 0.9])
