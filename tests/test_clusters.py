"""Regimes: planted ones are found, a cloud stays a cloud, and equal input gives equal bits."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import mannwhitneyu
from sklearn.metrics import adjusted_rand_score

import toy_explanation as toy
from virality.explanation import behaviour, clusters, naming, regimes
from virality.explanation.clusters import NOISE
from virality.explanation.content_space import content_space, content_table


def index(n):
    return pd.Index([f"p{i:04d}" for i in range(n)], name="post_id", dtype="string")


def cloud(n=140, seed=0, drift=0.0):
    """Content without groups; with drift it wanders slowly through the space."""
    rng = np.random.default_rng(seed)
    parts = {}
    for block, width in (("vision", 40), ("audio", 30), ("caption_text", 30), ("energy", 12)):
        values = rng.normal(size=(n, width)) * (1 + np.arange(width)) ** -0.5
        if drift:
            walk = np.cumsum(rng.normal(size=(n, 3)), axis=0)
            values += drift * walk / walk.std(axis=0) @ rng.normal(size=(3, width)) / np.sqrt(width)
        parts |= {f"{block}__{i:03d}": values[:, i] for i in range(width)}
    return pd.DataFrame(parts, index=index(n))


def searched(content, seed=0, n_surrogates=59):
    space = content_space(content)
    found = clusters.cluster(space.points)
    return (
        space,
        found,
        clusters.stability(space.points, found, n_surrogates=n_surrogates, seed=seed),
    )


# ---------------------------------------------------------------------- found or not found


def test_planted_regimes_are_found_and_stable():
    own = toy.creator(140, seed=1, separation=1.5)
    _, found, check = searched(content_table(own.features, own.embeddings))
    assert adjusted_rand_score(own.told["regime"], found["regime"]) > 0.85
    assert check.stable
    assert check.p <= 0.05
    assert check.overall > 0.7


@pytest.mark.parametrize("seed", [0, 1])
def test_a_structureless_cloud_has_no_stable_regimes(seed):
    _, _, check = searched(cloud(seed=seed))
    assert not check.stable


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_content_that_merely_drifts_has_no_stable_regimes(seed):
    _, _, check = searched(cloud(seed=seed, drift=1.0))
    assert not check.stable


@pytest.mark.slow
def test_regimes_are_numbered_by_size_and_noise_is_minus_one():
    own = toy.creator(140, seed=2, separation=1.5)
    _, found, _ = searched(content_table(own.features, own.embeddings))
    sizes = found.loc[found["regime"] != NOISE, "regime"].value_counts().sort_index()
    assert list(sizes.index) == list(range(len(sizes)))
    assert sizes.is_monotonic_decreasing
    assert (found.loc[found["regime"] == NOISE, "strength"] == 0).all()
    assert found["strength"].between(0, 1).all()


@pytest.mark.slow
def test_search_and_test_give_the_same_bits():
    content = cloud(drift=0.5)
    first, second = (searched(content, n_surrogates=9) for _ in range(2))
    pd.testing.assert_frame_equal(first[0].points, second[0].points, check_exact=True)
    pd.testing.assert_frame_equal(first[1], second[1], check_exact=True)
    assert first[2].p == second[2].p
    np.testing.assert_array_equal(first[2].null, second[2].null)


@pytest.mark.slow
def test_the_artefact_is_the_same_bit_for_bit():
    own = toy.creator(40, seed=1)
    found = regimes.examine(own.features, own.embeddings)
    first, space = found.table, found.space
    second = regimes.find_regimes(own.features, own.embeddings)
    pd.testing.assert_frame_equal(first, second, check_exact=True)
    assert dict(first.dtypes.astype(str)) == regimes.COLUMNS
    assert first["post_id"].tolist() == own.posts["post_id"].tolist()
    assert np.isfinite(first[["x", "y"]].to_numpy()).all()
    assert (first.loc[first["regime"] == NOISE, "typical"].isna()).all()
    for _, part in first[first["regime"] != NOISE].groupby("regime"):
        assert sorted(part["typical"]) == list(range(1, len(part) + 1))
    assert set(first["blocks"]) == {",".join(space.blocks)}


def test_surrogates_keep_spread_and_spectrum_and_lose_the_order():
    values = content_space(cloud(n=101)).points.to_numpy()
    ring = values - np.linspace(-0.5, 0.5, 101)[:, None] * (
        values[-8:].mean(axis=0) - values[:8].mean(axis=0)
    )
    line = values - ring
    twin = clusters._surrogate(values, np.random.default_rng(0)) - line
    np.testing.assert_allclose(np.cov(twin.T), np.cov(ring.T), atol=1e-9)
    spectra = [np.abs(np.fft.rfft(v - v.mean(axis=0), axis=0))[1:] for v in (ring, twin)]
    np.testing.assert_allclose(*spectra, atol=1e-9)
    assert not np.allclose(twin, ring)


@pytest.mark.slow
def test_many_posts_are_thinned_for_the_test_only():
    content = cloud(n=clusters.TESTED_POSTS + 200)
    space = content_space(content)
    found = clusters.cluster(space.points)
    check = clusters.stability(space.points, found, n_surrogates=3)
    assert len(found) == len(content)
    assert 0 <= check.p <= 1


@pytest.mark.parametrize(("n", "smallest"), [(30, 4), (60, 6), (140, 8), (1000, 30)])
def test_smallest_regime_adapts_to_the_number_of_posts(n, smallest):
    assert clusters.smallest_regime(n) == smallest


# ------------------------------------------------------------------------------ the space


def test_momentum_and_calendar_do_not_shape_the_space():
    own = toy.creator(60, seed=1)
    changed = own.features.copy()
    outside = [
        c
        for c in changed.columns
        if c.startswith("momentum__") or any(w in c for w in ("hour", "weekday", "day_of_year"))
    ]
    assert len(outside) > 20
    changed[outside] = np.random.default_rng(0).normal(size=(len(changed), len(outside)))
    pd.testing.assert_frame_equal(
        content_table(own.features, own.embeddings), content_table(changed, own.embeddings)
    )


@pytest.mark.slow
def test_a_block_gains_no_say_by_being_wide():
    content = cloud(n=60)
    vision = content[[c for c in content if c.startswith("vision")]]
    copies = [vision.add_suffix(f"_{k}") for k in range(9)]
    narrow, wide = content_space(content), content_space(content.join(copies))
    distances = [
        np.linalg.norm(s.points.to_numpy()[:, None] - s.points.to_numpy(), axis=2)
        for s in (narrow, wide)
    ]
    np.testing.assert_allclose(*distances, atol=1e-8)


def test_missing_media_is_neither_zero_nor_a_regime():
    own = toy.creator(140, seed=1, separation=1.5)
    content = content_table(own.features, own.embeddings)
    media = [c for c in content if c.split("__")[0] in ("vision", "audio", "energy")]
    gone = content.copy()
    gone.iloc[10:40, [content.columns.get_loc(c) for c in media]] = np.nan
    space = content_space(gone)
    assert space.borrowed == {"vision": 30, "audio": 30, "energy": 30}
    assert np.isfinite(space.points.to_numpy()).all()
    labels = clusters.cluster(space.points)["regime"]
    for regime in set(labels) - {NOISE}:
        assert (labels.iloc[10:40] == regime).sum() < 0.8 * (labels == regime).sum()


def test_a_block_that_few_posts_have_is_left_out():
    content = cloud(n=60)
    content.iloc[20:, [i for i, c in enumerate(content) if c.startswith("vision")]] = np.nan
    space = content_space(content)
    assert "vision" not in space.blocks
    assert space.left_out["vision"] == pytest.approx(1 / 3)


@pytest.mark.parametrize("n", [0, 1, 29])
def test_few_posts_give_an_empty_artefact(n):
    content = cloud(n=40).iloc[:n]
    found = regimes.examine(content.iloc[:, :0], content)
    assert found.table.empty
    assert list(found.table.columns) == list(regimes.COLUMNS)
    assert not found.space.usable
    assert not found.stability.stable


def test_posts_that_are_all_alike_give_an_empty_artefact():
    flat = pd.DataFrame({"metadata__hashtag_count": np.ones(50)}, index=index(50))
    assert regimes.find_regimes(flat).empty


def test_no_embeddings_are_no_problem():
    own = toy.creator(60, seed=1, media=False)
    nothing = own.embeddings.iloc[:, :0]
    assert content_space(content_table(own.features, nothing)).blocks == ("metadata",)
    assert content_space(content_table(own.features)).blocks == ("metadata",)


# ---------------------------------------------------------------------- what they are like


def labelled(n=90, seed=0):
    """Three regimes in turn; the third is loud and does well."""
    rng = np.random.default_rng(seed)
    regime = rng.integers(0, 3, n)
    table = regimes.empty().reindex(range(n))
    table["post_id"], table["regime"] = index(n), regime
    table["traits"], table["strength"] = "", 1.0
    posts = pd.DataFrame(
        {
            "post_id": index(n),
            "posted_at": pd.date_range("2024", periods=n, freq="D", tz="UTC").as_unit("us"),
            "views": pd.array(
                np.exp(8 + 1.0 * (regime == 2) + 0.5 * rng.normal(size=n)).astype(int), "Int64"
            ),
            "caption": pd.array([f"text #Regime{r} #all" for r in regime], "string"),
        }
    )
    content = pd.DataFrame({"energy__rms_level": (regime == 2) + 0.1 * rng.normal(size=n)})
    content["energy__tempo"] = rng.normal(size=n)
    content["vision__000"] = 1.0 * regime
    return table.astype(regimes.COLUMNS), posts, content.set_axis(index(n))


def test_differences_are_cliffs_delta():
    table, _, content = labelled()
    regime = table.set_index("post_id")["regime"].astype(int)
    found = regimes.differences(regime, content).set_index(["regime", "feature"])["delta"]
    inside = content.loc[(regime == 0).to_numpy(), "energy__tempo"]
    outside = content.loc[(regime != 0).to_numpy(), "energy__tempo"]
    u = mannwhitneyu(inside, outside).statistic
    assert found[0, "energy__tempo"] == pytest.approx(2 * u / len(inside) / len(outside) - 1)
    assert "vision__000" not in found.index.get_level_values("feature")


def test_traits_need_a_large_difference():
    table, _, content = labelled()
    found = regimes.traits(table.set_index("post_id")["regime"].astype(int), content)
    assert found[2] == "+energy__rms_level"
    assert "energy__tempo" not in "".join(found.values())


def test_summary_counts_every_post_once():
    table, posts, _ = labelled()
    table.loc[:4, "regime"] = NOISE
    summary = behaviour.summarise(table, posts.sample(frac=1, random_state=0))
    assert summary["posts"].sum() == len(posts)
    assert summary["regime"].tolist() == [0, 1, 2, NOISE]
    assert summary["share"].sum() == pytest.approx(1)
    assert summary.set_index("regime").loc[2, "lift"] > 1.3
    assert summary["miss"].isna().all()


def test_a_regime_that_fills_one_stretch_is_an_era():
    stretches = np.repeat([0, 1, 2], 30)
    assert clusters.eras(stretches).all()
    assert not clusters.eras(np.tile([0, 1, 2], 30)).any()
    assert not clusters.eras(np.full(20, NOISE)).size
    recovery = np.ones(3)
    check = clusters.Stability(recovery, clusters.eras(stretches), 1.0, np.zeros(99), 0.01)
    assert not check.stable
    assert clusters.Stability(recovery, np.zeros(3, bool), 1.0, np.zeros(99), 0.01).stable


def test_the_level_around_a_post_leaves_it_out():
    level = behaviour.surrounding_level(np.array([0.0, 0, 0, 100, 0, 0, 0]), reach=3)
    assert level.tolist() == [0, 0, 0, 0, 0, 0, 0]
    assert np.isnan(behaviour.surrounding_level(np.array([1.0]))).all()


def test_intervals_of_medians():
    mixed = np.random.default_rng(0).permutation(100)
    assert behaviour.median_interval(mixed) == (49.5, 39, 60), "exact where posts are independent"
    runs = np.repeat(np.random.default_rng(0).permutation(20), 5)
    _, low, high = behaviour.median_interval(runs + np.arange(100) / 1000)
    assert high - low > 1.5 * (60 - 39) / 5, "runs of like posts count for less"
    assert np.isnan(behaviour.median_interval(np.array([]))).all()
    assert behaviour.median_interval(np.array([1.0, 3.0]))[0] == 2


def test_fingerprints_are_means_over_held_out_posts():
    table, _, _ = labelled()
    blocks = pd.DataFrame(
        {
            "post_id": table["post_id"].iloc[40:],
            "fold": 1,
            "vision": (table["regime"].iloc[40:] == 2).astype(float),
            "base_value": 8.0,
            "prediction": 8.0,
        }
    )
    found = behaviour.fingerprints(table, blocks)
    assert found["held_out"].iloc[0] == 50
    assert found.index[0] is pd.NA
    assert found.loc[2, "vision"] == 1
    assert found.loc[0, "vision"] == 0
    assert behaviour.fingerprints(table, blocks.head(0)).empty


def test_telling_hashtags():
    table, posts, _ = labelled()
    found = naming.common_hashtags(behaviour.members(table, posts))
    assert found == {0: ["#regime0"], 1: ["#regime1"], 2: ["#regime2"]}
    bare = posts.assign(caption=pd.array([pd.NA] * len(posts), "string"))
    assert naming.common_hashtags(behaviour.members(table, bare)) == {0: [], 1: [], 2: []}


def test_a_name_tells_each_thing_of_an_opening_once():
    ids = pd.Index([f"p{i}" for i in range(40)], name="post_id")
    regime = pd.Series(np.repeat([0, 1], 20), index=ids)
    facts = ("has_speech", "speech_share", "has_words", "n_words", "has_music")
    content = pd.DataFrame({f"hook__{fact}": regime.astype(float) for fact in facts}, index=ids)
    named = regimes.traits(regime, content)[1].split(",")
    assert [one.split("_")[-1] for one in named] == ["music", "speech", "words"]
