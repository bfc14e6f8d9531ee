"""Features hold what was known when a post went up, and nothing else."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from toyposts import toy_embeddings, toy_posts
from virality.core.errors import UserError
from virality.core.protocol import Protocol
from virality.features import build as ft
from virality.features import momentum as mo
from virality.features import openings
from virality.features.targets import available_targets, is_matured, target_values
from virality.media.hook.facts import COLUMNS

DAY = pd.Timedelta(days=1)


def posts_at(days, views) -> pd.DataFrame:
    posts, _ = toy_posts(len(days))
    posts["posted_at"] = (pd.Timestamp("2023-01-02", tz="UTC") + pd.Series(days) * DAY).dt.as_unit(
        "us"
    )
    posts["views"] = pd.array(views, dtype="Int64")
    return posts


def both(posts, embargo_days=7.0) -> pd.DataFrame:
    return ft.build_features(posts, embargo_days).join(
        ft.baseline_columns(posts, Protocol(embargo_days=embargo_days))
    )


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    n=st.integers(2, 60),
    every=st.sampled_from([0.2, 1.0, 5.0, 30.0]),
    embargo=st.sampled_from([0.0, 1.0, 7.0, 20.0]),
    data=st.data(),
)
def test_what_was_not_known_changes_nothing(seed, n, every, embargo, data):
    posts, _ = toy_posts(n, seed, every_days=every)
    row = data.draw(st.integers(0, n - 1))
    before = both(posts, embargo).iloc[[row]]

    changed = posts.copy()
    now = posts["posted_at"].iloc[row]
    unknown = (posts["posted_at"] > now - embargo * DAY) | (posts["posted_at"] >= now)
    changed.loc[unknown, "views"] = 1 + changed.loc[unknown, "views"] * 1000
    later = posts.index > row
    changed.loc[later, "caption"] = "other"
    changed.loc[later, "posted_at"] += pd.Timedelta(days=seed % 50)
    assert_frame_equal(both(changed, embargo).iloc[[row]], before, check_exact=True)


def with_followers(posts, seed=0) -> pd.DataFrame:
    counts = 1000 + np.cumsum(np.random.default_rng(seed).integers(0, 50, len(posts)))
    return posts.assign(followers=pd.array(counts, dtype="Int64"))


def test_followers_are_a_feature_where_they_are_known():
    posts = with_followers(posts_at([0, 10, 20, 30, 40], [9] * 5))
    features = ft.build_features(posts)
    known = np.log1p(posts["followers"].to_numpy(float))
    assert features["momentum__log_followers"].to_numpy() == pytest.approx(known)
    slope = features["momentum__trend_log_followers_28d"]
    assert slope.isna().tolist() == [True, True, False, False, False]
    assert slope.iloc[-1] == pytest.approx(np.polyfit([20, 30, 40], known[2:], 1)[0])
    register = ft.ledger().set_index("feature")
    assert (register.loc[[c for c in features if "followers" in c], "known"] == "at posting").all()
    ft.knowable(features)
    for without in (posts.drop(columns="followers"), posts.assign(followers=pd.NA)):
        assert not [c for c in ft.build_features(without) if "followers" in c]


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 999), n=st.integers(2, 40), data=st.data())
def test_later_followers_change_nothing(seed, n, data):
    posts = with_followers(toy_posts(n, seed)[0], seed)
    row = data.draw(st.integers(0, n - 1))
    later = posts["posted_at"] > posts["posted_at"].iloc[row]
    changed = posts.assign(followers=posts["followers"].mask(later, 10**7))
    before = ft.build_features(posts).iloc[[row]]
    assert_frame_equal(ft.build_features(changed).iloc[[row]], before, check_exact=True)


def test_later_posts_may_as_well_not_exist():
    posts, _ = toy_posts(50)
    whole = both(posts)
    assert_frame_equal(both(posts.iloc[:30]), whole.iloc[:30], check_exact=True)


def test_matured_outcomes_do_count():
    posts, _ = toy_posts(60)
    changed = posts.copy()
    changed.loc[10, "views"] *= 1000
    assert not both(changed).iloc[-1].equals(both(posts).iloc[-1])


def test_known_momentum():
    posts = posts_at([0, 1, 2, 9, 10], [9, 99, 999, 9, 9])
    last = ft.build_features(posts, embargo_days=7).iloc[-1]
    y = np.log1p([9.0, 99.0, 999.0])  # posts of days 0 to 2 had matured by day 10
    assert last["momentum__posts_7d"] == 1  # day 9; day 2 is eight days ago; no embargo on counts
    assert last["momentum__posts_14d"] == 4
    assert last["momentum__mean_log_views_14d"] == pytest.approx(y.mean())
    assert last["momentum__median_log_views_14d"] == pytest.approx(y[1])
    assert last["momentum__best_log_views_14d"] == pytest.approx(y[2])
    assert last["momentum__log_sum_views_14d"] == pytest.approx(np.log1p(9 + 99 + 999))
    assert last["momentum__trend_log_views_14d"] == pytest.approx(np.polyfit([0, 1, 2], y, 1)[0])
    assert last["momentum__last_post"] == pytest.approx(y[2])
    assert last["momentum__running_mean"] == pytest.approx(y.mean())
    assert last["momentum__log_days_since_post"] == pytest.approx(np.log(2))


def test_a_window_is_as_long_as_it_says_and_ends_at_the_embargo():
    posts = posts_at([0, 2, 3, 10, 16.9], [9, 99, 999, 5, 5])
    last = ft.build_features(posts, embargo_days=7).iloc[-1]
    # Seven days that end seven days before day 16.9: from day 2.9 to day 9.9.
    assert last["momentum__mean_log_views_7d"] == pytest.approx(np.log1p(999))


def test_the_last_hit():
    posts = posts_at(np.arange(30) * 3.0, [10] * 12 + [10_000] + [10] * 17)
    found = ft.build_features(posts)["momentum__log_days_since_hit"].to_numpy()
    assert np.isnan(found[12])
    assert found[-1] == pytest.approx(np.log1p((29 - 12) * 3))


def test_rules_are_those_of_their_names():
    posts = posts_at(np.arange(40) * 8.0, np.arange(1, 41) ** 2)
    y = target_values(posts).to_numpy()
    rules = ft.baseline_columns(posts)
    assert rules["baseline__last_post"].iloc[-1] == pytest.approx(y[-2])
    assert rules["baseline__rolling_median_10"].iloc[-1] == pytest.approx(np.median(y[-11:-1]))
    assert rules.iloc[0].isna().all()


def test_posts_of_the_same_moment_do_not_know_each_other():
    posts = posts_at([0, 8, 8], [9, 99, 999])
    rows = ft.build_features(posts, embargo_days=0)
    assert rows["momentum__posts_14d"].tolist() == [0, 1, 1]
    assert rows["momentum__last_post"].iloc[1:].to_numpy() == pytest.approx(np.log(10))


def test_every_author_has_a_history_of_their_own():
    one, _ = toy_posts(30, seed=1, author="one")
    two, _ = toy_posts(30, seed=2, author="two")
    mixed = pd.concat([one, two]).sort_values(["posted_at", "post_id"], ignore_index=True)
    together = both(mixed)
    assert list(together.index) == list(mixed["post_id"])
    for own in (one, two):
        assert_frame_equal(together.loc[own["post_id"]], both(own), check_exact=True)


def test_hours_are_the_creators_own():
    posts = posts_at([0.0], [5])  # midnight in London is six in the evening in Chicago
    there = ft.build_features(posts, timezone="America/Chicago").iloc[0]
    assert there["metadata__hour_sin"] == pytest.approx(-1)
    assert ft.build_features(posts).iloc[0]["metadata__hour_cos"] == pytest.approx(1)


def test_captions_are_counted():
    posts, _ = toy_posts(4)
    posts["caption"] = pd.array(
        ["#one #two three? 😀🎉 @me", "", None, "#日本 100 # not"], dtype="string"
    )
    rows = ft.build_features(posts).filter(like="metadata__")
    names = ["hashtag_count", "emoji_count", "question", "mention_count"]
    counts = rows[[f"metadata__{name}" for name in names]].to_numpy()
    np.testing.assert_array_equal(counts[0], [2, 2, 1, 1])
    np.testing.assert_array_equal(counts[1], [0, 0, 0, 0])
    assert np.isnan(counts[2]).all()
    np.testing.assert_array_equal(counts[3], [1, 0, 0, 0])


def test_the_ledger_knows_every_feature():
    posts, traits = toy_posts(20)
    posts = with_followers(posts)
    media = ft.similar_media(posts, toy_embeddings(posts, traits))
    for study in (False, True):
        table, register = ft.build_features(posts, study_features=study), ft.ledger(study)
        table = table if study else table.join(media)
        features = register[register["block"] != "outcome"]
        films = () if study else (*COLUMNS, *openings.OF_SOUNDS)
        assert sorted(features["feature"]) == sorted([*table.columns, *films])
        assert register["definition"].str.len().gt(0).all()
    known = ft.ledger().set_index("feature")["known"]
    assert set(known[known.index.str.match("(metadata|hook)__")]) == {"before posting"}
    assert known["outcome__likes"] == "after 7 days"
    late = ft.ledger(study_features=True).set_index("feature")["known"]
    assert late["momentum__views_7d"] == "after 7 days"


def test_only_knowable_columns_pass():
    posts, _ = toy_posts(5)
    table = ft.build_features(posts)
    assert list(ft.knowable(table).columns) == list(table.columns)
    for name in ("outcome__likes", "momentum__views_7d", "metadata__final_likes", "likes"):
        leaky = table.assign(**{name: 1.0})
        try:
            assert name not in ft.knowable(leaky).columns
        except ValueError as error:
            assert name in str(error)
    late = ft.build_features(posts, study_features=True)
    kept = ft.knowable(late, ft.ledger(study_features=True))
    assert "momentum__views_7d" not in kept and "momentum__videos_7d" in kept


def test_targets():
    posts, _ = toy_posts(40)
    assert target_values(posts).to_numpy() == pytest.approx(np.log1p(posts["views"].astype(float)))
    rate = (0.15 * posts["views"].astype(float)) / posts["views"].astype(float) * 1000
    assert target_values(posts, "engagement_rate").to_numpy() == pytest.approx(
        np.log1p(rate), rel=0.01
    )
    assert target_values(posts, "avg_watch_s").isna().all()
    assert available_targets(posts) == [
        "views", "likes", "comments", "shares", "saves", "engagement_rate"
    ]  # fmt: skip
    with pytest.raises(UserError, match="views"):
        target_values(posts, "fame")


def test_a_post_read_too_early_has_not_matured():
    posts, _ = toy_posts(3)
    posts["captured_at"] = (posts["posted_at"] + pd.to_timedelta([3, 7, 90], unit="D")).dt.as_unit(
        "us"
    )
    assert is_matured(posts, 7).tolist() == [False, True, True]
    posts["captured_at"] = pd.Series([pd.NaT] * 3).dt.tz_localize("UTC")
    assert is_matured(posts, 7).all()


@pytest.mark.parametrize("n", [1, 2, 12])
def test_short_histories(n):
    posts, _ = toy_posts(n)
    table = both(posts)
    assert len(table) == n and not np.isinf(table.to_numpy()).any()


def test_equal_views_and_no_views():
    posts, _ = toy_posts(30)
    posts["views"] = pd.array([0] * 30, dtype="Int64")
    table = both(posts)
    assert not np.isinf(table.to_numpy()).any()
    assert table["momentum__trend_log_views_28d"].abs().max() == 0


def test_ten_thousand_posts_agree_with_the_plain_way():
    posts, _ = toy_posts(10_000, every_days=0.1)
    table = ft.build_features(posts)
    y, when = np.log1p(posts["views"].astype(float)), posts["posted_at"]
    for row in (250, 4321, 9999):
        now = when.iloc[row]
        window = (when <= now - 7 * DAY) & (when >= now - 21 * DAY)
        expected = y[window]
        assert table["momentum__median_log_views_14d"].iloc[row] == pytest.approx(expected.median())
        assert table["momentum__mean_log_views_14d"].iloc[row] == pytest.approx(expected.mean())
        assert table["momentum__best_log_views_14d"].iloc[row] == pytest.approx(expected.max())


def test_unsorted_posts_are_refused():
    posts, _ = toy_posts(5)
    with pytest.raises(ValueError, match="sorted"):
        mo.posts_clock(posts.iloc[::-1])
