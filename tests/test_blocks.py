"""Columns become model columns block by block, by what the training rows say."""

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import PCA
from sklearn.utils.estimator_checks import parametrize_with_checks

from toyposts import toy_embeddings, toy_posts
from virality.features import build as ft
from virality.features.blocks import block_of
from virality.models.blocks import BlockImputer, BlockPCA, BlockTransform, make_transform


@parametrize_with_checks([BlockPCA(n_components=2), BlockPCA(n_components=3, mode="none")])
def test_block_pca_is_an_estimator(estimator, check):
    check(estimator)


def table(n=60):
    posts, traits = toy_posts(n)
    return ft.build_features(posts).join(toy_embeddings(posts, traits))


def test_every_block_has_its_own_components():
    X = table().filter(regex="vision|audio").astype(float)
    reduced = BlockPCA(4, normalise=False).set_output(transform="pandas").fit_transform(X)
    assert list(reduced) == [f"{b}__pc{i}" for b in ("vision", "audio") for i in (1, 2, 3, 4)]
    alone = PCA(4, svd_solver="full").fit_transform(X.filter(like="vision"))
    np.testing.assert_allclose(reduced.filter(like="vision"), alone)


def test_readable_blocks_keep_their_columns():
    X = BlockTransform(n_components=3).fit_transform(table())
    blocks = {block_of(name) for name in X}
    assert blocks == {"metadata", "momentum", "similar", "vision", "audio", "hook"}
    assert "metadata__hour_sin" in X and "vision__pc3" in X and "vision__pc4" not in X


def test_normalised_blocks_weigh_the_same():
    X = make_transform().fit_transform(table())
    totals = X.var(ddof=0).groupby([block_of(name) for name in X]).sum()
    # The momentum block holds indicators of gaps, which are a part of their own.
    assert totals[["metadata", "vision", "audio"]].to_numpy() == pytest.approx(1)


@pytest.mark.parametrize("pca", ["none", "block", "global"])
def test_every_mode_survives_gaps_constants_and_few_rows(pca):
    X = table(12)
    X.loc[X.index[:4], X.columns.str.startswith("vision")] = np.nan
    X["metadata__is_paid"] = np.nan
    X["metadata__question"] = 1.0
    transform = BlockTransform(pca, 20).fit(X.iloc[:8])
    out = transform.transform(X)
    assert np.isfinite(out.to_numpy()).all() and list(out.index) == list(X.index)
    assert len(out.columns) == len(set(out.columns))


def test_global_components_are_as_many_as_the_blocks_would_have():
    X = table()
    assert list(BlockTransform("global", 3).fit_transform(X)) == [
        f"all__pc{i}" for i in range(1, 19)
    ]


def test_a_missing_video_is_no_zero_vector():
    X = table().filter(like="vision") + 5
    X.iloc[:10] = np.nan
    transform = BlockTransform(n_components=3).fit(X)
    out = transform.transform(X)
    components = out.filter(like="pc")
    np.testing.assert_allclose(components.iloc[:10], 0, atol=1e-9)  # the mean: it says nothing
    assert len(set(out["vision__missing"].iloc[:10])) == 1
    assert out["vision__missing"].iloc[0] > 0 > out["vision__missing"].iloc[-1]
    complete = BlockTransform(n_components=3).fit(X.iloc[10:]).transform(X.iloc[10:])
    directions = np.abs(np.corrcoef(components.iloc[10:, 0], complete.iloc[:, 0])[0, 1])
    assert directions == pytest.approx(1)


def test_a_whole_block_may_be_missing():
    X = table()
    X[[name for name in X if name.startswith("audio")]] = np.nan
    assert not any(name.startswith("audio") for name in make_transform().fit_transform(X))


def test_rare_gaps_get_no_column():
    X = pd.DataFrame({"metadata__a": [np.nan, 1.0, 2, 3] * 10, "metadata__b": [1.0, 2] * 20})
    X.loc[0, "metadata__b"] = np.nan
    imputer = BlockImputer().fit(X)
    assert list(imputer.get_feature_names_out()) == [
        "metadata__a", "metadata__b", "metadata__missing"
    ]  # fmt: skip
    assert imputer.transform(X)["metadata__a"].iloc[0] == pytest.approx(2)


def test_other_rows_change_nothing():
    X = table()
    transform = make_transform().fit(X.iloc[:40])
    whole, part = transform.transform(X), transform.transform(X.iloc[50:55])
    np.testing.assert_allclose(whole.iloc[50:55], part, atol=1e-12)


def test_both_ways_to_the_components_agree():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(200, 10)) * np.arange(1, 11), columns=list("abcdefghij"))
    X.columns = [f"vision__{name}" for name in X]
    fast = BlockPCA(3, normalise=False).fit_transform(X)
    full = PCA(3, svd_solver="full").fit_transform(X)
    np.testing.assert_allclose(np.abs(fast), np.abs(full), atol=1e-8)


def test_the_studys_way_scales_only_what_it_reduces():
    X = table().drop(columns="metadata__is_paid")
    raw = BlockTransform("none", scale=False, normalise=False).fit_transform(X)
    np.testing.assert_allclose(raw["metadata__log_duration"], X["metadata__log_duration"])
    reduced = BlockTransform("block", 3, scale=False, normalise=False).fit_transform(X)
    np.testing.assert_allclose(reduced["metadata__log_duration"], X["metadata__log_duration"])
    assert "vision__pc3" in reduced
