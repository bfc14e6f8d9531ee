"""SHAP on held-out posts: exact, only held out, summed right, and checked without SHAP."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xgboost as xgb

import toy_explanation as toy
from virality.core.errors import UserError
from virality.core.protocol import Protocol
from virality.evaluation import evaluate
from virality.explanation import importance, shap_values
from virality.explanation.explain import Verdict, explain, explanation, skill
from virality.features.concepts import concept_of, reading, readings
from virality.features.table import model_table
from virality.models.boosters import LEVEL, StoredFold, load_boosters, store_boosters


@pytest.fixture(scope="module")
def own():
    return toy.creator(90, seed=3)


@pytest.fixture(scope="module")
def fitted(own):
    return toy.fit(own, n_folds=3)


@pytest.fixture(scope="module")
def explained(fitted):
    folds, predictions, _ = fitted
    return shap_values.shap_tables(folds, toy.explained(predictions))


def planted(n=240, width=60, seed=0, strength=1.0, n_folds=4):
    """Folds of a booster that saw one true column and a wide block of noise."""
    rng = np.random.default_rng(seed)
    columns = {"metadata__log_duration": rng.normal(size=n)}
    columns |= {f"vision__pc{i + 1}": rng.normal(size=n) for i in range(width)}
    X = pd.DataFrame(columns, index=pd.Index([f"p{i:04d}" for i in range(n)], name="post_id"))
    y = 10 + strength * X["metadata__log_duration"].to_numpy() + rng.normal(size=n)
    folds, rows = [], []
    start = n // 3
    for number, test in enumerate(np.array_split(np.arange(start, n), n_folds), start=1):
        settings = {"max_depth": 2, "eta": 0.05, "colsample_bytree": 0.4, "nthread": 1}
        train = xgb.DMatrix(X.iloc[: test[0]], y[: test[0]])
        booster = xgb.train(settings, train, 80)
        folds.append(StoredFold(number, booster, X.iloc[test]))
        rows.append(
            pd.DataFrame(
                {
                    "post_id": X.index[test],
                    "split": "expanding",
                    "fold": number,
                    "model": "xgboost",
                    "blocks": "all",
                    "preset": "tuned",
                    "y_true": y[test],
                    "y_pred": folds[-1].y_pred,
                }
            )
        )
    order = pd.Series(pd.date_range("2024", periods=n, tz="UTC"), index=X.index)
    return folds, pd.concat(rows, ignore_index=True), order


# --------------------------------------------------------------------------------- SHAP


def test_pushes_add_up_to_the_forecast(fitted):
    for fold in fitted[0]:
        values, base = shap_values.contributions(fold)
        forecast = fold.predict(fold.rows)
        np.testing.assert_allclose(values.sum(axis=1) + base, forecast, atol=1e-4)


def test_pushes_are_those_of_xgboost_itself(fitted):
    for fold in fitted[0]:
        values, base = shap_values.contributions(fold)
        seen = xgb.DMatrix(fold.rows[fold.trees_see])
        told = fold.booster.predict(seen, pred_contribs=True)
        np.testing.assert_allclose(values[fold.trees_see], told[:, :-1], atol=1e-5)
        np.testing.assert_allclose(base - fold.mean_level, told[:, -1], atol=1e-5)


def test_the_level_is_a_push_from_its_own_mean(fitted):
    for fold in fitted[0]:
        values, _ = shap_values.contributions(fold)
        push = fold.rows[LEVEL] - fold.mean_level
        np.testing.assert_allclose(values[LEVEL], push)
        assert concept_of(LEVEL) == "momentum__level" and push.abs().max() > 0


def test_only_held_out_posts_are_explained(fitted, explained):
    held_out = toy.explained(fitted[1])
    asked = set(zip(held_out["post_id"], held_out["fold"], strict=True))
    for table in explained:
        assert set(zip(table["post_id"], table["fold"], strict=True)) == asked


def test_a_post_that_was_trained_on_is_refused(own, fitted):
    folds, predictions, _ = fitted
    first = folds[0]
    seen = first.rows.rename(index={first.rows.index[0]: own.posts["post_id"].iloc[0]})
    with pytest.raises(UserError, match="not tested on"):
        shap_values.shap_tables([replace(first, rows=seen)], toy.explained(predictions))


def test_a_booster_of_another_run_is_refused(fitted):
    folds, predictions, _ = fitted
    swapped = StoredFold(1, folds[1].booster, folds[0].rows)
    with pytest.raises(UserError, match="stored predictions"):
        shap_values.shap_tables([swapped], toy.explained(predictions))


def test_two_posts_that_changed_places_are_refused(fitted):
    folds, predictions, _ = fitted
    mixed = folds[0].rows.iloc[::-1].set_axis(folds[0].rows.index)
    other = replace(folds[0], rows=mixed)
    with pytest.raises(UserError, match="stored predictions"):
        shap_values.shap_tables([other], toy.explained(predictions))


def test_blocks_are_sums_of_their_columns(explained):
    shap, blocks = explained
    sums = shap.pivot_table("value", ["post_id", "fold"], "block", aggfunc="sum")
    told = blocks.set_index(["post_id", "fold"]).loc[sums.index, sums.columns]
    np.testing.assert_allclose(told, sums, atol=1e-9)
    whole = blocks[shap_values.blocks_in(blocks)].sum(axis=1) + blocks["base_value"]
    np.testing.assert_allclose(whole, blocks["prediction"], atol=1e-4)


def test_tables_have_the_promised_columns(explained):
    shap, blocks = explained
    assert dict(shap.dtypes.astype(str)) == shap_values.SHAP_COLUMNS
    assert set(shap_values.KEYS) < set(blocks.columns)
    shap, blocks = shap_values.shap_tables([], evaluate.empty_predictions())
    assert dict(shap.dtypes.astype(str)) == shap_values.SHAP_COLUMNS
    assert dict(blocks.dtypes.astype(str)) == shap_values.KEYS


def test_same_input_same_bits(fitted, explained):
    again = shap_values.shap_tables(fitted[0], toy.explained(fitted[1]))
    for first, second in zip(explained, again, strict=True):
        pd.testing.assert_frame_equal(first, second, check_exact=True)


@pytest.mark.slow
def test_what_was_stored_is_explained_and_the_final_model_is_not(tmp_path, own):
    table = model_table(own.posts, [own.features, own.embeddings])
    two = Protocol(n_folds=2)
    fitted = [evaluate.fit_fold(f, "xgboost") for f in evaluate.fold_data(table, two)]
    store_boosters(tmp_path, fitted, evaluate.fit_final(table, "xgboost", two))
    predictions = evaluate.cross_validate(
        own.posts, [own.features, own.embeddings], ["xgboost"], protocol=two
    )
    found = explanation(load_boosters(tmp_path), predictions, own.posts)
    held_out = toy.explained(predictions)
    assert set(found.shap["post_id"]) == set(held_out["post_id"]) < set(own.posts["post_id"])
    assert set(found.shap["fold"]) == {1, 2}
    told = found.shap_blocks.set_index("post_id")["prediction"]
    np.testing.assert_array_equal(told.loc[held_out["post_id"]], held_out["y_pred"])


def test_the_front_door_explains_what_the_chapter_explains(own, fitted, explained):
    found = explain(own.posts, [own.features, own.embeddings], protocol=Protocol(n_folds=3))
    for first, second in zip(found, explained, strict=True):
        pd.testing.assert_frame_equal(first, second, check_exact=True)
    assert all(table.empty for table in explain(own.posts.head(20)))


def test_no_folds_give_empty_tables(own):
    found = explanation([], evaluate.empty_predictions(), own.posts)
    assert found.empty
    assert not found.tells
    assert found.skill.verdict is Verdict.NOT_PREDICTED
    assert list(found.shap.columns) == list(shap_values.SHAP_COLUMNS)
    assert found.blocks.empty


# ---------------------------------------------------------------------------- importance


@pytest.mark.slow
def test_width_alone_wins_nothing():
    folds, predictions, order = planted(width=60)
    shap_blocks = shap_values.shap_tables(folds, predictions)[1]
    by_shap = importance.block_importance(shap_blocks, order)
    assert by_shap["block"].iloc[0] == "metadata"
    shuffled = importance.shuffle_importance(folds, predictions, order).set_index("block")
    assert shuffled.loc["metadata", "low"] > 0
    assert shuffled.loc["vision", "low"] < 0


@pytest.mark.slow
def test_shap_gives_noise_a_share_and_shuffling_does_not():
    folds, predictions, order = planted(strength=0.0)
    shap_blocks = shap_values.shap_tables(folds, predictions)[1]
    assert importance.block_importance(shap_blocks, order)["importance"].min() > 0
    assert not (importance.shuffle_importance(folds, predictions, order)["low"] > 0).any()


def test_shares_add_up(explained, own):
    table = importance.block_importance(explained[1], toy.times(own))
    assert table["share"].sum() == pytest.approx(1)
    assert (table["low"] <= table["importance"]).all()


def test_refits_are_paired_by_post():
    posts = [f"p{i}" for i in range(40)]
    base = {"post_id": posts, "split": "expanding", "fold": 1, "model": "xgboost"}
    part = {"preset": "tuned", "y_true": 0.0}
    whole = pd.DataFrame({**base, **part, "blocks": "all", "y_pred": 1.0})
    less = pd.DataFrame({**base, **part, "blocks": "all-vision", "y_pred": 1.5})
    order = pd.Series(range(40), index=posts)
    table = importance.refit_importance(pd.concat([whole, less.iloc[::-1]]), order)
    assert table["block"].tolist() == ["vision"]
    assert table["loss"].iloc[0] == pytest.approx(0.5)
    assert table["low"].iloc[0] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("error", "verdict"), [(0.1, Verdict.BETTER), (3.0, Verdict.WORSE), (1.0, Verdict.UNCLEAR)]
)
def test_skill_is_judged_against_the_better_rule(error, verdict):
    rng = np.random.default_rng(0)
    n = 96
    miss = rng.choice([-1.0, 1.0], n) + 0.3 * rng.normal(size=n)
    base = {"post_id": [f"p{i}" for i in range(n)], "split": "expanding", "fold": 1, "y_true": 0.0}
    noise = 0.3 * rng.normal(size=n)

    def rows(model, blocks, y_pred):
        return pd.DataFrame(
            {**base, "model": model, "blocks": blocks, "preset": "x", "y_pred": y_pred}
        )

    model = rows("xgboost", "all", error * rng.choice([-1.0, 1.0], n) + noise)
    baselines = pd.concat(
        [rows("train_median", "none", 1.5 * miss), rows("rolling_median_10", "none", miss)]
    )
    found = skill(model, baselines)
    assert found.baseline == "rolling_median_10"
    assert found.verdict is verdict
    assert found.n == n


def test_skill_without_baselines_claims_nothing(fitted):
    own = toy.explained(fitted[1])
    found = skill(own, own)
    assert found.baseline == ""
    assert found.verdict is Verdict.NOT_COMPARED


@pytest.mark.slow
def test_only_the_run_that_the_folds_belong_to_is_explained(own, fitted):
    folds, predictions, _ = fitted
    other = predictions.assign(split="rolling", y_pred=predictions["y_pred"] + 0.3)
    mixed = pd.concat([other, predictions], ignore_index=True)
    told = explanation(folds, mixed, own.posts).shap_blocks.set_index("post_id")["prediction"]
    expected = toy.explained(predictions).set_index("post_id")["y_pred"]
    np.testing.assert_array_equal(told.loc[expected.index], expected)
    with pytest.raises(UserError, match="stored predictions"):
        explanation(folds, mixed, own.posts, Protocol(split="rolling"))


def test_intervals_of_means():
    mean, low, high = importance.bootstrap_mean(np.ones(60))
    assert (mean, low, high) == pytest.approx((1, 1, 1))
    mean, low, high = importance.bootstrap_mean(np.array([1.0, 2.0]))
    assert mean == 1.5
    assert np.isnan([low, high]).all()
    assert np.isnan(importance.bootstrap_mean(np.array([]))).all()


# ------------------------------------------------------------------ concepts and one post


@pytest.mark.parametrize(
    ("column", "concept"),
    [
        ("metadata__hour_sin", "metadata__hour"),
        ("metadata__hour_cos", "metadata__hour"),
        ("metadata__log_duration_sq", "metadata__duration"),
        ("metadata__hashtag_density", "metadata__hashtags"),
        ("metadata__month", "metadata__season"),
        ("momentum__median_log_views_14d", "momentum__level"),
        ("momentum__views_per_video_7d", "momentum__level"),
        ("momentum__ewm", "momentum__level"),
        ("momentum__trend_log_views_7d", "momentum__trend"),
        ("momentum__posts_28d", "momentum__pace"),
        ("momentum__log_days_since_hit", "momentum__last_hit"),
        ("momentum__missing_last_post", "momentum__missing"),
        ("vision__pc3", "vision__components"),
        ("vision__017", "vision__components"),
        ("energy__tempo", "energy__tempo"),
        ("energy__missing", "energy__missing"),
    ],
)
def test_concepts(column, concept):
    assert concept_of(column) == concept


def test_every_feature_of_the_book_has_a_concept_with_a_name(own):
    from virality.features.concepts import CONCEPTS

    assert {concept_of(column) for column in own.features.columns} <= set(CONCEPTS)


def test_concepts_keep_the_sum(explained):
    shap, _ = explained
    values = shap_values.concept_values(shap)
    for by in (["post_id", "fold"], ["post_id", "fold", "block"]):
        np.testing.assert_allclose(
            values.groupby(by)["value"].sum(), shap.groupby(by)["value"].sum(), atol=1e-9
        )
    assert values["columns"].sum() == len(shap)


def test_readings_are_in_units_of_people(own):
    columns = own.features.join(own.embeddings)
    hour = reading("metadata__hour", own.posts, columns, "America/New_York")
    assert hour.between(0, 24).all()
    length = reading("metadata__duration", own.posts, columns)
    np.testing.assert_allclose(length, own.posts["duration_s"])
    assert reading("vision__components", own.posts, columns) is None
    assert list(readings(["vision__components", "metadata__hour"], own.posts, columns)) == [
        "metadata__hour"
    ]


def test_the_steps_to_a_forecast_add_up(explained):
    shap, blocks = explained
    post = blocks.iloc[0]
    steps = shap_values.waterfall(shap, post["post_id"], post["fold"], at_most=4)
    assert len(steps) == 5
    assert steps["concept"].iloc[-1] == "rest"
    assert steps["value"].sum() == pytest.approx(post["prediction"] - post["base_value"], abs=1e-4)


@pytest.mark.slow
def test_a_flat_model_tells_nothing(own):
    views = [1000] * (len(own.posts) - 1) + [1001]  # all that is learnt from is equal
    flat = own.posts.assign(views=pd.array(views, dtype="Int64"))
    plain = toy.Creator(flat, own.told, own.features, own.ledger, own.embeddings)
    folds, predictions, _ = toy.fit(plain, n_folds=2)
    found = explanation(folds, predictions, flat)
    assert not found.empty
    assert not found.tells
