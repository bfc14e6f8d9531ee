"""What went with what: claimed where it is planted, not where it is not, and priced."""

import numpy as np
import pandas as pd
import pytest

import virality as vi
from toyposts import toy_posts
from virality.advice.choices import HASHTAGS, KIND, choices, recurring
from virality.advice.experiments.detectable import pair_spread, posts_needed
from virality.advice.otherwise import otherwise
from virality.core.protocol import Protocol
from virality.demo.courses import level_course

TAGS = ("sun", "pets", "maths", "cake")


def account(seed: int, n: int, level: str = "white", effect: float = 0.0):
    """Posts with hashtags and lengths that come with kinds; the kinds do well or badly.

    The effect is that of #sun.  The second table tells the kind.
    """
    rng = np.random.default_rng([seed, n])
    posts, _ = toy_posts(n, seed, level="constant")
    kind = rng.integers(0, 3, n)
    has = rng.random((n, len(TAGS))) < np.array([0.2, 0.4, 0.6])[kind][:, None]
    posts["duration_s"] = np.exp(2.5 + 0.3 * kind + 0.5 * rng.standard_normal(n))
    tags = [" ".join(f"#{t}" for t, h in zip(TAGS, row, strict=True) if h) for row in has]
    texts = [int(rng.integers(1, 9)) * "words " + own for own in tags]
    posts["caption"] = pd.array(texts, dtype="string")
    luck = 0.8 * rng.standard_t(4, n) + level_course(level, n, rng)
    y = 9 + luck + 0.8 * kind + effect * has[:, 0]
    posts["views"] = pd.array(np.expm1(y.clip(1)).round().astype("int64"), dtype="Int64")
    seen = np.eye(3)[kind] @ rng.standard_normal((3, 8)) + 0.1 * rng.standard_normal((n, 8))
    content = pd.DataFrame(seen, index=pd.Index(posts["post_id"], name="post_id"))
    content.columns = [f"vision__{i:03d}" for i in range(8)]
    return posts, [vi.build_features(posts), content]


def named(found: pd.DataFrame, label: str) -> pd.Series:
    return found[found["label"] == label].iloc[0]


@pytest.mark.parametrize("level", ["white", "walk"])
def test_few_accounts_with_nothing_to_find_are_told_something(level):
    """In small what `benchmarks/advice.py --only whatif` prints."""
    found = [vi.what_if(*account(seed, 90, level)) for seed in range(15)]
    assert all(np.isfinite(named(table, "sun")["factor"]) for table in found)
    assert sum((table["p_adjusted"] < 0.05).any() for table in found) <= 3


def test_a_planted_effect_is_found_and_turns_round():
    more = [named(vi.what_if(*account(seed, 300, "walk", 1.0)), "sun") for seed in range(6)]
    less = [named(vi.what_if(*account(seed, 300, "walk", -1.0)), "sun") for seed in range(6)]
    assert sum(row["p_adjusted"] < 0.05 and row["factor"] > 1 for row in more) >= 5
    assert sum(row["p_adjusted"] < 0.05 and row["factor"] < 1 for row in less) >= 5
    assert sum(row["low"] <= np.e <= row["high"] for row in more) >= 5


def test_every_number_has_its_price():
    posts, features = account(0, 300, "white", 1.5)
    found, spread = vi.what_if(posts, features), pair_spread(posts)[0]
    clear = found["p_adjusted"] < 0.05
    assert clear.any() and not clear.all()
    np.testing.assert_array_equal(found["tested_factor"], np.where(clear, found["factor"], 1.5))
    wanted = [posts_needed(factor, spread) for factor in found["tested_factor"]]
    assert found["experiment_posts"].tolist() == [pd.NA if n is None else n for n in wanted]


def test_what_is_not_matured_says_nothing():
    posts, features = account(1, 120)
    posts["captured_at"] = posts["posted_at"].iloc[-1]
    young = posts["posted_at"] > posts["captured_at"] - pd.Timedelta(days=7)
    changed = posts.copy()
    changed.loc[young, "views"] = 10**9
    pd.testing.assert_frame_equal(vi.what_if(posts, features), vi.what_if(changed, features))
    assert (vi.what_if(posts, features)["n"] <= (~young).sum()).all() and young.any()


def test_hashtags_that_come_together_are_one_choice():
    texts = ["#Cat #pet #fyp"] * 20 + ["#cat #pet #fyp #rare"] * 3 + ["#fyp"] * 20 + [None]
    ((names, used),) = recurring(texts)
    assert names == ("Cat", "pet")  # #fyp is everywhere, #rare nearly nowhere
    assert np.nansum(used) == 23 and np.isnan(used[-1])
    apart = ["#cat #pet"] * 10 + ["#cat"] * 5 + ["no"] * 10
    assert [names for names, _ in recurring(apart)] == [("cat",), ("pet",)]
    many = [f"#t{i % 20} words" for i in range(200)]
    assert len(recurring(many)) == 8


def test_kinds_of_post_are_set_against_the_rest_only_where_they_come_back():
    posts, features = account(2, 120)
    X = pd.concat(features, axis=1)
    regimes = pd.DataFrame({"post_id": posts["post_id"], "regime": np.arange(120) % 3 - 1})
    regimes = regimes.assign(stable=True, era=False, recovery=0.9, traits="+metadata__duration")
    chosen = choices(posts, X, regimes)
    kinds = chosen.about[chosen.about["family"] == KIND]
    assert kinds["label"].tolist() == ["A +metadata__duration", "B +metadata__duration"]
    tagged = np.where(regimes["regime"] == 1, " #Talk #now #fyp", " #fyp")
    own = posts.assign(caption=posts["caption"] + tagged)
    labels = choices(own, X, regimes).about.query("family == @KIND")["label"]
    assert labels.tolist() == ["A +metadata__duration", "B #now #talk +metadata__duration"]
    assert "vision__000" in chosen.same["choice__kind_A"], "made of content, not held against it"
    assert "metadata__hour_sin" not in chosen.same["choice__kind_A"]
    for doubt in ({"stable": False}, {"recovery": 0.4}, {"era": True}):
        about = choices(posts, X, regimes.assign(**doubt)).about
        assert (about["family"] != KIND).all()


def test_a_choice_is_not_held_against_itself():
    posts, features = account(3, 60)
    chosen = choices(posts, pd.concat(features, axis=1))
    assert "metadata__log_duration" in chosen.same["choice__length"]
    np.testing.assert_array_equal(chosen.facts["choice__length"], posts["duration_s"])
    assert set(chosen.about[chosen.about["family"] == HASHTAGS]["label"]) == {"", *TAGS}


@pytest.mark.parametrize("n", [0, 3, 12])
def test_of_few_posts_nothing_is_told(n):
    posts, _ = toy_posts(40)
    found = vi.what_if(posts.iloc[:n])
    assert found["factor"].isna().all()
    assert otherwise(posts.iloc[:n]).empty


@pytest.fixture(scope="module")
def asked():
    posts, _ = toy_posts(90, 4, level="constant", every_days=2.0)
    hour = posts["posted_at"].dt.hour
    posts["duration_s"] = np.where(np.arange(90) % 2, 10.0, 60.0)
    y = 8 + 2.0 * (posts["duration_s"] > 30) + 0.3 * np.random.default_rng(0).standard_normal(90)
    posts["views"] = pd.array(np.expm1(y).astype("int64"), dtype="Int64")
    posts["captured_at"] = posts["posted_at"].iloc[-1] + pd.Timedelta(days=1)
    return posts, otherwise(posts, protocol=Protocol(n_folds=3)), hour


def test_the_model_is_asked_about_the_newest_settled_and_the_newest_post(asked):
    posts, made, _ = asked
    settled = posts["posted_at"] <= posts["captured_at"] - pd.Timedelta(days=7)
    assert made.loc[made["settled"], "post_id"].unique() == [posts["post_id"][settled].iloc[-1]]
    assert made.loc[~made["settled"], "post_id"].unique() == [posts["post_id"].iloc[-1]]


def test_the_models_answer_has_the_sign_that_the_posts_have(asked):
    _, made, _ = asked
    length = made[made["choice"] == "length"]
    assert len(length) >= 2 and set(length["value"]) <= {10.0, 60.0}
    longer = length["value"] > length["own"]
    assert (length["factor"][longer] > 1.5).all() and (length["factor"][~longer] < 1 / 1.5).all()
    assert (made["low"] <= made["factor"]).all() and (made["factor"] <= made["high"]).all()


def test_nothing_is_asked_that_was_never_tried(asked):
    posts, made, _ = asked
    hours = posts["posted_at"].dt.hour + posts["posted_at"].dt.minute / 60
    for choice, tried in (("hour", hours), ("caption_length", posts["caption"].str.len())):
        values = made.loc[made["choice"] == choice, "value"]
        assert len(values) and values.between(tried.min(), tried.max()).all()


def test_a_post_whose_hour_is_not_known_is_asked_about_no_other(asked):
    posts, _, _ = asked
    posts = posts.assign(hour_known=pd.array([True] * 89 + [False], dtype="boolean"))
    made = otherwise(posts, protocol=Protocol(n_folds=2))
    newest = made[~made["settled"]]
    assert len(newest) and "hour" not in set(newest["choice"])
    assert "hour" in set(made.loc[made["settled"], "choice"])


def test_its_own_views_do_not_change_what_is_said_of_a_post(asked):
    posts, made, _ = asked
    told = posts.copy()
    told.loc[told.index[-1], "views"] = 7
    pd.testing.assert_frame_equal(otherwise(told, protocol=Protocol(n_folds=3)), made)
