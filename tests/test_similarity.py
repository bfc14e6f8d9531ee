"""What posts like this one had done: from the past alone, by hand, and where there is nothing."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from toyposts import toy_posts
from virality.core.embargo import matured_before
from virality.core.protocol import Protocol
from virality.demo.population import shuffled_captions
from virality.demo.posts import simulate_creator
from virality.demo.worlds import Shares, World, simulate_world
from virality.evaluation.evaluate import cross_validate
from virality.features import level
from virality.features import similarity as si
from virality.features.build import build_features
from virality.features.kernels import Kernel, caption_kernels, form_kernels
from virality.features.momentum import posts_clock

DAY = pd.Timedelta(days=1)
WORDS = ("look at this", "why not", "my new #song #fun", "#fun", "plain words here", "日本の歌")


def talking_posts(n: int, seed: int = 0, every_days: float = 5.0) -> pd.DataFrame:
    """Toy posts whose captions come back in parts; some have no caption, length or hour."""
    rng = np.random.default_rng(seed)
    posts, _ = toy_posts(n, seed, every_days=every_days)
    rare = [f"rare{number}" for number in rng.integers(0, 2 * n, n)]
    captions = [" ".join([*rng.choice(WORDS, rng.integers(0, 4)), word]) for word in rare]
    missing = rng.random((3, n)) < 0.1
    return posts.assign(
        caption=pd.array(np.where(missing[0], None, captions), dtype="string"),
        duration_s=np.where(missing[1], np.nan, posts["duration_s"]),
        hour_known=pd.array(~missing[2], dtype="boolean"),
    )


def with_a_leak(posts: pd.DataFrame, embargo_days: float) -> pd.DataFrame:
    """The same encodings from all other posts, whenever they went up: what must not be."""
    n = len(posts)
    known = np.full(n, n)
    residual = si.level_free(posts, matured_before(posts_clock(posts), embargo_days))
    kernels = (*caption_kernels(posts["caption"]), *form_kernels(posts))
    columns = {kernel.name: si.encode(kernel, residual, known)[0] for kernel in kernels}
    return pd.DataFrame(columns, index=posts["post_id"])


def with_a_common_vocabulary(posts: pd.DataFrame, embargo_days: float) -> pd.DataFrame:
    """Encodings that look at the words of later captions: no word that comes only once counts."""
    words = posts["caption"].str.split().explode()
    often = set(words[words.duplicated(keep=False)].dropna())
    kept = [" ".join(w for w in str(text).split() if w in often) for text in posts["caption"]]
    return si.similar_features(posts.assign(caption=pd.array(kept, dtype="string")), embargo_days)


def without_embargo(posts: pd.DataFrame, embargo_days: float) -> pd.DataFrame:
    return si.similar_features(posts, 0)


def changes_by_the_unknown(
    build: Callable, posts: pd.DataFrame, row: int, embargo_days: float
) -> bool:
    """Whether a post's row depends on outcomes that had not matured, or on later posts."""
    before = build(posts, embargo_days).iloc[[row]]
    now = posts["posted_at"].iloc[row]
    unknown = (posts["posted_at"] > now - embargo_days * DAY) | (posts["posted_at"] >= now)
    later = posts.index > row
    changed = posts.copy()
    changed.loc[unknown, "views"] = 1 + changed.loc[unknown, "views"] * 1000
    changed.loc[later, "caption"] = "look at this #fun"
    changed.loc[later, "duration_s"] = 7.0
    changed.loc[later, "posted_at"] += 3 * DAY
    variants = (changed, posts.iloc[: row + 1])
    return not all(build(other, embargo_days).iloc[[row]].equals(before) for other in variants)


def with_media(posts: pd.DataFrame, embargo_days: float) -> pd.DataFrame:
    """Encodings of vectors that a post keeps, whatever else is in the table; some have none."""
    rows = []
    for identifier, caption in zip(posts["post_id"], posts["caption"].fillna(""), strict=True):
        rng = np.random.default_rng([*identifier.encode(), *str(caption).encode()])
        rows.append(rng.normal(3, 1, 24) if rng.random() < 0.9 else np.full(24, np.nan))
    names = [f"{block}__{i}" for block in ("vision", "audio") for i in range(12)]
    vectors = pd.DataFrame(rows, posts["post_id"], names)
    return si.similar_media(posts, vectors, embargo_days)


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
    posts = talking_posts(n, seed, every)
    row = data.draw(st.integers(0, n - 1))
    for build in (si.similar_features, with_media):
        assert not changes_by_the_unknown(build, posts, row, embargo)


@pytest.mark.parametrize("leaking", [with_a_leak, with_a_common_vocabulary, without_embargo])
def test_a_leak_would_be_noticed(leaking):
    posts = talking_posts(60, seed=3, every_days=2.0)
    found = [changes_by_the_unknown(leaking, posts, row, 7.0) for row in range(20, 50, 5)]
    assert any(found)
    kept = [changes_by_the_unknown(si.similar_features, posts, row, 7.0) for row in range(20, 50)]
    assert not any(kept)


@pytest.mark.parametrize("rows_at_once", [1, 7, 1000])
def test_the_size_of_the_pieces_changes_no_bit(rows_at_once, monkeypatch):
    posts = talking_posts(300, seed=5)
    whole = si.similar_features(posts), with_media(posts, 7)
    monkeypatch.setattr(si, "ROWS_AT_ONCE", rows_at_once)
    again = si.similar_features(posts), with_media(posts, 7)
    for one, other in zip(again, whole, strict=True):
        assert_frame_equal(one, other, check_exact=True)


def test_by_hand():
    posts = talking_posts(4)
    posts["posted_at"] = pd.to_datetime(
        ["2024-01-01 10:00", "2024-01-11 10:00", "2024-01-21 22:00", "2024-01-31 10:00"], utc=True
    ).as_unit("us")
    posts["caption"] = pd.array(["#a #b", "#a", "#c", "#a #B"], dtype="string")
    posts["views"] = pd.array([99, 999, 9, 5], dtype="Int64")
    posts["hour_known"] = True
    y = np.log1p([99.0, 999.0, 9.0])
    halves = 0.5 ** (np.arange(2) / 20)
    levels = [y[0], (np.average(y[1::-1], weights=halves) + y[:2].mean()) / 2]
    rest = np.clip(y[1:] - levels, -2.5, 2.5)  # the first post had no level to be measured by
    last = si.similar_features(posts).iloc[3]
    recency = 0.5 ** (2 / 150)
    a, b = np.log(4 / (1 + 2)) + 1, np.log(4 / (1 + 1)) + 1  # #a had two of three posts, #b one
    alike = a**2 / (a**2 + b**2) * recency  # of the second post; the first has no residual
    earlier = recency, 0.5 ** (1 / 150)
    usual = np.average(rest, weights=earlier)
    assert last["similar__hashtags"] == pytest.approx(alike * (rest[0] - usual) / (alike + 2))
    assert last["similar__hashtags_known"] == pytest.approx(np.log1p(alike))
    at_night = np.exp(-2 / (2 * np.pi * 1.5 / 24) ** 2) * earlier[1]
    total = recency * (rest[0] - usual) + at_night * (rest[1] - usual)
    assert last["similar__hour"] == pytest.approx(total / (recency + at_night + 8))
    assert last["similar__nearest"] > 0.98


def test_what_is_not_known_of_the_post_is_missing_and_what_is_not_like_it_says_nothing():
    posts = talking_posts(40, seed=1)
    posts["caption"] = pd.array(["same #tag"] * 36 + ["other", "", None, "same #tag"], "string")
    posts["duration_s"] = [9.0] * 39 + [np.nan]
    posts["hour_known"] = [True] * 39 + [False]
    rows = si.similar_features(posts)
    captions = rows[["similar__hashtags", "similar__words", "similar__letters"]]
    assert (captions.iloc[:2] == 0).all(axis=None)
    without_tags = rows.iloc[[36, 37]][["similar__hashtags", "similar__hashtags_known"]]
    assert (without_tags == 0).all(axis=None)
    assert captions.iloc[38].isna().all() and captions.iloc[39].notna().all()
    assert rows["similar__nearest"].isna().to_numpy().nonzero()[0].tolist() == [38]
    for name in ("length", "hour"):
        missing = rows[[f"similar__{name}", f"similar__{name}_known"]].isna()
        assert missing.iloc[39].all() and not missing.iloc[:39].any(axis=None)


def test_a_planted_hashtag_is_found_with_its_sign_and_shrunk():
    rng = np.random.default_rng(0)
    posts, _ = toy_posts(200, level="constant")
    has = rng.random((2, 200)) < 0.3
    effect = 0.8 * has[0] - 0.8 * has[1]
    posts["views"] = pd.array(np.exp(8 + effect + rng.normal(0, 0.5, 200)).astype(int), "Int64")
    tags = [" ".join(np.array(["#up", "#down"])[each]) for each in has.T]
    posts["caption"] = pd.array(tags, dtype="string")
    found = si.similar_features(posts)["similar__hashtags"].iloc[100:]
    only = [has[0] & ~has[1], has[1] & ~has[0]]
    up, down = (found[mask[100:]].mean() for mask in only)
    assert down < 0 < up and 1.2 < up - down < 1.6


def rank_with_hashtags(posts: pd.DataFrame) -> float:
    known = matured_before(posts_clock(posts), 7)
    encoded = si.similar_features(posts)["similar__hashtags"].reset_index(drop=True)
    return encoded[60:].corr(pd.Series(si.level_free(posts, known))[60:], method="spearman")


def test_shuffled_captions_tell_nothing():
    world = World(n=250, shares=Shares.only(hashtags=0.3))
    accounts = [simulate_world(world, seed)[0] for seed in range(6)]
    told = np.mean([rank_with_hashtags(posts) for posts in accounts])
    shuffled = np.mean([rank_with_hashtags(shuffled_captions(posts)) for posts in accounts])
    assert told > 0.1 and shuffled < 0.03


@pytest.mark.slow
def test_no_forecast_gains_by_shuffled_captions_and_one_with_a_leak_does():
    def miss(posts, *tables) -> float:
        found = cross_validate(posts, tables, ["block_ridge"], protocol=Protocol(n_folds=2))
        own = found[found["model"] == "block_ridge"]
        return float(np.log((own["y_true"] - own["y_pred"]).abs().mean()))

    honest, leaking = [], []
    for seed in range(4):
        posts = shuffled_captions(simulate_world(World(n=200), seed)[0], seed)
        rest = build_features(posts).drop(columns=list(si.similar_features(posts)))
        without = miss(posts, rest)
        honest.append(miss(posts, rest, si.similar_features(posts)) - without)
        leak = si.encode(by_views(posts), si.level_free(posts, np.arange(200)), np.full(200, 200))
        leak = pd.DataFrame({"similar__hashtags": leak[0]}, index=rest.index)
        leaking.append(miss(posts, rest, leak) - without)
    assert abs(np.mean(honest)) < 0.02 and np.mean(leaking) < -0.05


def by_views(posts: pd.DataFrame) -> Kernel:
    """Likeness in what nobody knows when a post goes up, dimly seen."""
    views = np.log1p(posts["views"].to_numpy(float))
    views += np.random.default_rng(0).normal(0, 0.5, len(views))
    every = np.ones(len(views), dtype=bool)
    return Kernel("views", 1.0, every, lambda a, b: np.exp(-((views[a, None] - views[b]) ** 2)))


def test_pictures_are_compared_beside_what_all_pictures_share():
    rng = np.random.default_rng(1)
    posts, _ = toy_posts(200, level="constant")
    kinds = rng.integers(0, 2, 200)
    posts["views"] = pd.array(np.exp(8 + kinds + rng.normal(0, 0.5, 200)).astype(int), "Int64")
    seen = 10 + 2 * rng.normal(size=(2, 16))[kinds] + rng.normal(size=(200, 16))
    vectors = pd.DataFrame(seen, posts["post_id"]).add_prefix("vision__")
    vectors.iloc[[3, 150]] = np.nan
    found = si.similar_media(posts, vectors)
    assert list(found) == ["similar__picture", "similar__picture_known"]
    assert found.isna().all(axis=1).to_numpy().nonzero()[0].tolist() == [3, 150]
    means = found["similar__picture"].iloc[100:].groupby(kinds[100:]).mean()
    assert means[0] < -0.2 < 0.2 < means[1]


def test_captions_in_any_script_and_without_words():
    posts = talking_posts(12)
    posts["caption"] = pd.array(
        ["日本の歌", "😀😀", "", "#", "𝓱𝓮𝓵𝓵𝓸 you", "hello YOU"] * 2, "string"
    )
    rows = si.similar_features(posts)
    assert np.isfinite(rows.filter(regex="hashtags|words|letters|nearest")).all(axis=None)
    assert rows["similar__nearest"].iloc[5] > 0.9


@pytest.mark.parametrize("n", [0, 1, 2, 12])
def test_short_histories(n):
    posts = talking_posts(max(n, 1)).iloc[:n]
    rows = si.similar_features(posts)
    assert rows.shape == (n, 13) and not np.isinf(rows.to_numpy(float)).any()


def test_equal_views_leave_nothing_to_say():
    posts = talking_posts(40)
    posts["views"] = pd.array([7] * 40, dtype="Int64")
    rows = si.similar_features(posts)
    values = rows[[name for name in rows if not name.endswith(("_known", "_nearest"))]]
    assert values.abs().max(axis=None) < 1e-12


def test_every_author_has_posts_of_their_own():
    one, two = talking_posts(30, 1), talking_posts(30, 2).assign(author="two")
    two["post_id"] = "two" + two["post_id"]
    mixed = pd.concat([one, two]).sort_values(["posted_at", "post_id"], ignore_index=True)
    together = build_features(mixed).filter(like="similar__")
    for own in (one, two):
        assert_frame_equal(together.loc[own["post_id"]], si.similar_features(own), check_exact=True)


def test_level_and_spread_come_from_matured_posts():
    rng = np.random.default_rng(0)
    y = 5 + rng.normal(0, 0.7, 400)
    known = np.maximum(np.arange(400) - 2, 0)
    levels, spread = level.account_level(y, known), level.account_spread(y, known)
    assert np.isnan(levels[:3]).all() and np.isnan(spread[:5]).all()
    assert abs(levels[-1] - 5) < 0.4 and spread[-1] == pytest.approx(0.7, rel=0.15)
    changed = y.copy()
    changed[250:] += 100
    np.testing.assert_array_equal(level.account_level(changed, known)[:252], levels[:252])
    np.testing.assert_array_equal(level.account_spread(changed, known)[:252], spread[:252])


def test_ten_thousand_posts_agree_with_the_plain_way():
    posts = simulate_creator(n_posts=10_000)
    rows = si.similar_features(posts)
    known = matured_before(posts_clock(posts), 7)
    rest = si.level_free(posts, known)
    for row in (300, 4321, 9999):
        same = posts["posted_at"].dt.day_of_week == posts["posted_at"].dt.day_of_week.iloc[row]
        at = np.flatnonzero(same & (posts.index < known[row]) & (posts.index >= row - 1500))
        at = at[~np.isnan(rest[at])]
        d = 0.5 ** ((row - at) / 150)
        everything = np.arange(max(0, row - 1500), known[row])
        everything = everything[~np.isnan(rest[everything])]
        usual = np.average(rest[everything], weights=0.5 ** ((row - everything) / 150))
        expected = (d @ (rest[at] - usual)) / (d.sum() + 8)
        assert rows["similar__weekday"].iloc[row] == pytest.approx(expected)
