"""Simulated accounts: what was planted is there, and nothing else is."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from virality.core.captions import hashtags
from virality.core.errors import UserError
from virality.demo.population import drawn_world, shuffled_captions
from virality.demo.talk import speak
from virality.demo.worlds import LEVELS, LUCK, Shares, World, simulate_world
from virality.posts.schema import validate_posts

STILL = World(n=400, level="white", luck="normal", half_life=np.inf)
WORDS = ("topics", "series", "hashtags", "phrases")


def log_views(posts: pd.DataFrame) -> np.ndarray:
    return np.log1p(posts["views"].to_numpy(float))


@pytest.mark.parametrize("n", [1, 2, 30])
def test_accounts_of_any_size_are_valid_posts(n):
    posts, truth = simulate_world(World(n=n), seed=3, author="someone")
    pd.testing.assert_frame_equal(validate_posts(posts), posts)
    assert len(posts) == len(truth.terms) == n and set(posts["author"]) == {"someone"}


def test_same_seed_same_account():
    first, again, other = (simulate_world(World(n=60), seed)[0] for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert (first["caption"] != other["caption"]).mean() > 0.9


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("luck", LUCK)
def test_terms_add_up_to_the_views(level, luck):
    world = World(n=80, level=level, luck=luck, base=12)
    posts, truth = simulate_world(world, seed=5)
    np.testing.assert_allclose(log_views(posts), 12 + truth.terms.sum(axis=1), atol=0.05)


def test_shares_are_those_asked_for():
    shares = Shares(topics=0.1, hashtags=0.2, hour=0.05)
    world = replace(STILL, n=3000, shares=shares)
    found = simulate_world(world, seed=1)[1].shares
    for what in ("topics", "series", "hashtags", "phrases", "hour", "weekday", "length"):
        assert found[what] == pytest.approx(getattr(shares, what), abs=0.015), what
    assert found["luck"] == pytest.approx(1 - shares.total, abs=0.03)


def test_null_has_nothing_but_luck():
    posts, truth = simulate_world(replace(STILL, shares=Shares().times(0)), seed=2)
    assert (truth.terms.drop(columns="luck") == 0).all().all()
    assert truth.shares["luck"] == pytest.approx(1)
    np.testing.assert_allclose(log_views(posts), 9 + truth.terms["luck"], atol=0.05)


@pytest.mark.parametrize("luck", LUCK)
def test_luck_has_unit_variance_and_no_mean(luck):
    world = replace(STILL, n=5000, luck=luck, spread=1.0, shares=Shares().times(0))
    terms = simulate_world(world, seed=1)[1].terms
    assert terms["luck"].mean() == pytest.approx(0, abs=0.06)
    assert terms["luck"].std() == pytest.approx(1, abs=0.1)


def test_hashtags_return_and_earn_what_was_planted():
    """Least squares on the hashtags finds the share of variance that hashtags were given."""
    world = replace(STILL, n=1000, shares=Shares.only(hashtags=0.5))
    posts, truth = simulate_world(world, seed=4)
    used = pd.Series([tag for caption in posts["caption"] for tag in set(hashtags(caption))])
    often = used.value_counts().loc[lambda count: count >= 5].index
    holds = np.array([[tag in hashtags(c) for tag in often] for c in posts["caption"]], float)
    design = np.column_stack([np.ones(len(posts)), holds])
    fit = design @ np.linalg.lstsq(design, log_views(posts), rcond=None)[0]
    assert np.corrcoef(fit, truth.terms["hashtags"])[0, 1] > 0.9


def test_phrases_and_series_return_and_earn_what_was_planted():
    shares = Shares.only(phrases=0.4, series=0.4)
    posts, truth = simulate_world(replace(STILL, shares=shares), seed=4)
    first = posts["caption"].str.split(" part ").str[0]
    in_series = posts["caption"].str.contains(" part 1: ") | first.duplicated(keep=False)
    assert in_series.any() and not in_series.all()
    for what, groups in {
        "series": first,
        "phrases": posts["caption"].str.split(",").str[0],
    }.items():
        shown = groups[groups.map(groups.value_counts()) >= 5]
        terms = truth.terms[what].to_numpy()[shown.index]
        assert pd.Series(terms).groupby(shown.to_numpy()).std().median() < 0.3, what


def test_effects_drift_by_half_in_a_half_life():
    holding = replace(STILL, n=4000, shares=Shares.only(topics=0.5), half_life=100)
    topic = pd.Series(simulate_world(holding, seed=1)[1].terms["topics"].to_numpy())
    near, far = topic.autocorr(1), topic.autocorr(500)
    still = replace(holding, half_life=np.inf)
    kept = simulate_world(still, seed=1)[1].terms["topics"]
    assert kept.round(9).nunique() == 5 and topic.nunique() > 3000
    assert near > 3 * abs(far)


def test_growing_spread_grows_everything():
    terms = simulate_world(World(n=2000, level="spread"), seed=1)[1].terms.drop(columns="level")
    early, late = terms.iloc[:500].std(), terms.iloc[-500:].std()
    assert late["luck"] / early["luck"] > 2 and late["hour"] / early["hour"] > 2


def test_paraphrases_say_the_same_in_other_words():
    usual, other = (speak(300, share, np.random.default_rng(1)) for share in (0.0, 1.0))
    assert usual.names["topics"] == other.names["topics"]
    vocabulary = [set(" ".join(talk.captions).replace("#", "").split()) for talk in (usual, other)]
    for forms in ({"bread", "dog", "car", "song", "book"}, {"loaf", "hound", "vehicle", "tune"}):
        assert not forms & vocabulary[0] & vocabulary[1]


def test_something_in_common_is_the_same_for_all_accounts():
    """A long video costs every account views when lengths have one effect in common."""
    slopes = {}
    for common in (0.0, 1.0):
        world = replace(STILL, shares=Shares.only(length=0.3), common=common)
        signs = []
        for seed in range(12):
            posts, truth = simulate_world(world, seed)
            known = posts["duration_s"].notna().to_numpy()
            length = np.log(posts["duration_s"].to_numpy(float)[known])
            signs.append(np.corrcoef(length, truth.terms["length"].to_numpy()[known])[0, 1] < 0)
        slopes[common] = np.mean(signs)
    assert slopes[1.0] == 1 and 0 < slopes[0.0] < 1


def test_gaps_vary_and_hours_are_habits():
    posts, _ = simulate_world(World(n=1000), seed=1)
    gaps = posts["posted_at"].diff().dt.total_seconds().dropna() / 86400
    assert gaps.max() > 14 and gaps.median() < 3 and gaps.min() >= 0
    hours = posts["posted_at"].dt.hour.value_counts(normalize=True)
    assert hours.max() > 2 / 24


@pytest.mark.parametrize("wrong", [{"n": 0}, {"level": "stairs"}, {"luck": "none"}], ids=str)
def test_worlds_that_cannot_be_are_refused(wrong):
    with pytest.raises(UserError):
        World(**wrong)


def test_shares_that_cannot_be_are_refused():
    with pytest.raises(UserError):
        Shares(topics=0.9, hashtags=0.2)
    with pytest.raises(UserError):
        Shares(topics=-0.1)


def test_population_differs_from_account_to_account():
    worlds = [drawn_world(seed) for seed in range(60)]
    assert len({world.level for world in worlds}) == 5 and len({w.luck for w in worlds}) == 2
    assert all(100 <= world.n <= 300 for world in worlds)
    totals = np.array([world.shares.total for world in worlds])
    assert totals.max() > 2 * totals.min() and totals.max() < 0.6


def test_length_of_a_history_changes_nothing_else():
    assert replace(drawn_world(7, n=60), n=drawn_world(7).n) == drawn_world(7)


def test_shuffled_captions_are_the_same_captions_at_other_posts():
    posts, _ = simulate_world(World(n=80), seed=1)
    mixed = shuffled_captions(posts)
    assert sorted(mixed["caption"]) == sorted(posts["caption"])
    assert (mixed["caption"] == posts["caption"]).mean() < 0.2
    rest = posts.columns.drop("caption")
    pd.testing.assert_frame_equal(mixed[rest], posts[rest])
    pd.testing.assert_frame_equal(validate_posts(mixed), mixed)
