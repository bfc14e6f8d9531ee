"""Out-of-fold predictions: complete, repeatable, blind to what they must not see."""

import json

import numpy as np
import pandas as pd
import pytest
import xgboost as xgb
from pandas.testing import assert_frame_equal

from toyposts import toy_embeddings, toy_posts
from virality.core.protocol import DEFAULT, Protocol
from virality.evaluation import evaluate as ev
from virality.evaluation.evaluate import variations
from virality.evaluation.scores import score_table
from virality.features.build import build_features
from virality.features.table import select_columns
from virality.models import catalogue as md


@pytest.fixture(scope="module")
def toy():
    posts, traits = toy_posts(100, content=0.4)
    return posts, build_features(posts), toy_embeddings(posts, traits)


def both(posts, tables, models=("ridge", "block_ridge"), protocol=DEFAULT):
    """Predictions from every selection of blocks, and the folds."""
    made = ev.cross_validate(posts, tables, models, protocol=protocol, blocks="every")
    return made, ev.make_folds(posts, protocol)


@pytest.fixture(scope="module")
def linear(toy):
    posts, *tables = toy
    return both(posts, tables)


def test_every_post_of_every_fold_once(toy, linear):
    predictions, folds = linear
    counts = predictions.groupby(["model", "blocks"]).size().unique()
    assert counts.tolist() == [folds["n_test"].sum()]
    assert not predictions.duplicated(["post_id", "model", "blocks"]).any()
    assert predictions[["y_true", "y_pred"]].notna().all().all()
    assert {c: str(t) for c, t in predictions.dtypes.items()} == ev.PREDICTION_COLUMNS
    truth = np.log1p(toy[0].set_index("post_id")["views"].astype(float))
    assert (truth[predictions["post_id"]].to_numpy() == predictions["y_true"]).all()


def test_baselines_and_every_block_alone_and_left_out(linear):
    predictions, _ = linear
    assert set(predictions.loc[predictions["blocks"] == "none", "model"]) == set(md.BASELINES)
    blocks = ["metadata", "momentum", "similar", "vision", "audio", "hook"]
    assert set(predictions["blocks"]) == {
        "none", "all", "metadata+momentum", *blocks, *(f"all-{b}" for b in blocks)
    }  # fmt: skip


@pytest.mark.slow
def test_two_runs_are_bit_identical(toy, linear):
    posts, *tables = toy
    again = both(posts, tables)
    for one, two in zip(linear, again, strict=True):
        assert_frame_equal(one, two, check_exact=True)


@pytest.mark.slow
def test_row_order_of_the_tables_does_not_matter(toy, linear):
    posts, *tables = toy
    mixed = [table.sample(frac=1, random_state=1) for table in tables]
    assert_frame_equal(both(posts, mixed)[0], linear[0], check_exact=True)


def test_content_that_matters_is_used(linear):
    scores = score_table(*linear).set_index(["model", "blocks"])
    assert scores.loc[("ridge", "vision"), "spearman"] > 0.3
    assert scores.loc[("ridge", "vision"), "spearman"] > scores.loc[("ridge", "audio"), "spearman"]


def test_a_baseline_is_its_column(toy, linear):
    predictions, _ = linear
    column = build_features(toy[0])["momentum__rolling_median_10"]
    own = predictions[predictions["model"] == "rolling_median_10"]
    np.testing.assert_array_equal(column[own["post_id"]].to_numpy(), own["y_pred"])


@pytest.mark.slow
def test_the_stack_is_the_mean_of_its_members(toy):
    posts, *tables = toy
    table = ev.model_table(posts, tables)
    fold = next(iter(ev.fold_data(table)))
    members = [ev.fit_fold(fold, name).y_pred for name in md.find_model("stack").members]
    stack = ev.fit_fold(fold, "stack")
    np.testing.assert_allclose(stack.y_pred, np.mean(members, axis=0))
    predictions = ev.cross_validate(posts, tables, ["stack"], baselines=False)
    first = predictions[predictions["fold"] == 1].set_index("post_id")["y_pred"]
    np.testing.assert_allclose(first, stack.y_pred)


def test_a_stored_booster_gives_the_predictions(toy, tmp_path):
    posts, *tables = toy
    table = ev.model_table(posts, tables)
    fold = next(iter(ev.fold_data(table)))
    fitted = ev.fit_fold(fold, "xgboost")
    fitted.booster.save_model(tmp_path / "fold.json")
    json.loads((tmp_path / "fold.json").read_text())
    again = xgb.Booster(model_file=str(tmp_path / "fold.json"))
    seen = fitted.X_test.loc[:, ~fitted.X_test.columns.str.startswith("baseline__")]
    added = again.predict(xgb.DMatrix(seen.astype("float32"))).astype(float)
    np.testing.assert_array_equal(fitted.model.level(fitted.X_test) + added, fitted.y_pred)
    assert {"vision__pc1", "momentum__ewm"} <= set(fitted.X_test)
    final = ev.fit_final(table, "xgboost")
    assert len(final.X_test) == 100 and final.fold == 0


@pytest.mark.slow
@pytest.mark.parametrize("reduction", ["none", "global"])
def test_other_ways_to_reduce(toy, reduction):
    posts, *tables = toy
    chosen = ["all", "all-vision", "vision"]
    protocol = Protocol(reduction=reduction)
    predictions = ev.cross_validate(posts, tables, ["ridge"], protocol=protocol, blocks=chosen)
    assert set(predictions["blocks"]) == {"none", "all", "all-vision", "vision"}
    with_picture, without = (
        predictions.loc[predictions["blocks"] == b, "y_pred"].to_numpy()
        for b in ("all", "all-vision")
    )
    assert not np.allclose(with_picture, without)


@pytest.mark.parametrize("reduction", ["block", "global"])
def test_a_block_alone_does_not_start_from_the_level(toy, reduction):
    posts, *tables = toy
    protocol = Protocol(reduction=reduction)
    table = ev.model_table(posts, tables)
    for selection, starts in {"all": True, "vision": False, "all-momentum": False}.items():
        fold = next(iter(ev.fold_data(table, protocol, selection)))
        fitted = ev.fit_fold(fold, "ridge", "all")
        assert any("baseline__" in name for name in fitted.X_train) == starts


def test_selections():
    columns = ["metadata__a", "momentum__b", "vision__pc1", "vision__missing"]
    assert select_columns(columns, "all") == columns
    assert select_columns(columns, "vision") == columns[2:]
    assert select_columns(columns, "all-vision") == columns[:2]
    assert select_columns(columns, "metadata+momentum") == columns[:2]
    assert variations(["metadata", "momentum"]) == [
        "all", "metadata", "momentum", "all-metadata", "all-momentum"
    ]  # fmt: skip
    assert variations(["metadata"]) == ["all"]


@pytest.mark.parametrize("n", [1, 10, 29])
def test_too_few_posts_give_empty_tables(n):
    posts, _ = toy_posts(n)
    predictions, folds = both(posts, build_features(posts))
    assert predictions.empty and folds.empty
    assert list(predictions) == list(ev.PREDICTION_COLUMNS)
    assert score_table(predictions, folds).empty


@pytest.mark.slow
@pytest.mark.parametrize("case", ["forty", "equal", "burst", "no media", "no captions"])
def test_odd_creators(case):
    posts, traits = toy_posts(40, every_days=0.2 if case == "burst" else 5)
    media = toy_embeddings(posts, traits)
    if case == "equal":
        posts["views"] = pd.array([500] * 40, dtype="Int64")
    if case == "no media":
        media[:] = np.nan
    if case == "no captions":
        posts["caption"] = pd.array([None] * 40, dtype="string")
        posts["duration_s"] = np.nan
    tables = [build_features(posts), media]
    predictions, folds = ev.cross_validate(posts, tables, md.MODELS), ev.make_folds(posts)
    assert np.isfinite(predictions["y_pred"]).all()
    assert len(predictions) == folds["n_test"].sum() * (len(md.MODELS) + len(md.BASELINES))
    assert len(score_table(predictions, folds)) == len(predictions.groupby("model"))


def test_other_targets(toy):
    posts, *tables = toy
    posts = posts.copy()
    posts.loc[:9, "likes"] = pd.NA
    protocol = Protocol(target="likes")
    predictions = ev.cross_validate(posts, tables, ["ridge"], protocol=protocol)
    folds = ev.make_folds(posts, protocol)
    likes = np.log1p(posts.set_index("post_id")["likes"].astype("Float64"))
    assert (likes[predictions["post_id"]].to_numpy(float) == predictions["y_true"]).all()
    assert folds["train_start"].min() >= posts["posted_at"].iloc[10]


def test_posts_read_too_early_are_left_out(toy):
    posts, *tables = toy
    posts = posts.copy()
    posts["captured_at"] = posts["posted_at"].max() + pd.Timedelta(days=1)
    early = posts["posted_at"] > posts["captured_at"] - pd.Timedelta(days=7)
    table = ev.model_table(posts, tables)
    assert not set(posts.loc[early, "post_id"]) & set(table.y.index)
    assert len(table.y) == (~early).sum()


def test_the_rules_need_no_columns():
    posts, _ = toy_posts(60)
    told = ev.cross_validate(posts, [], models=("ridge",))
    assert set(told["model"]) == set(md.BASELINES) and len(ev.make_folds(posts))


@pytest.mark.slow
def test_one_table_of_posts_is_enough():
    posts, _ = toy_posts(60, content=0.4)
    alone = ev.cross_validate(posts, models=["ridge"])
    given = ev.cross_validate(posts, build_features(posts), ["ridge"])
    assert_frame_equal(alone, given, check_exact=True)
    with_folds = score_table(alone, ev.make_folds(posts), 50)
    assert_frame_equal(score_table(alone, n_bootstrap=50), with_folds)
    unknown = score_table(alone.query("model == 'ridge'"), n_bootstrap=50)
    assert unknown["r2_oos"].isna().all() and unknown["mae"].notna().all()
