"""Models find what is there, stay calm where nothing is, and repeat themselves bit by bit."""

import re

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.utils.estimator_checks import parametrize_with_checks

from toyposts import toy_embeddings, toy_posts
from virality.core.errors import UserError
from virality.core.protocol import Protocol
from virality.evaluation.evaluate import fit_fold, fold_data
from virality.features import momentum
from virality.features.build import build_features
from virality.features.table import model_table
from virality.models import catalogue as md
from virality.models.level import OnLevel, PassThrough
from virality.models.linear import BlockRidge, InnerElasticNet, InnerRidge, inner_folds
from virality.models.trees import RobustBooster


@parametrize_with_checks(
    [
        InnerRidge(),
        InnerElasticNet(),
        BlockRidge(),
        PassThrough(),
        RobustBooster(),
        OnLevel(InnerRidge()),
    ]
)
def test_estimators(estimator, check):
    check(estimator)


def design(n=120, seed=0, strength=1.0):
    """Three blocks of ten columns; only the first says something."""
    rng = np.random.default_rng(seed)
    names = [f"{b}__pc{i}" for b in ("vision", "audio", "energy") for i in range(10)]
    X = pd.DataFrame(rng.normal(size=(n, 30)), columns=names)
    return X, strength * X.iloc[:, :10].sum(axis=1).to_numpy() + rng.normal(size=n)


def test_one_penalty_per_block():
    X, y = design()
    model = BlockRidge().fit(X, y)
    loud, *silent = (model.penalties_[b] for b in ("vision", "audio", "energy"))
    assert min(silent) > 20 * loud
    assert np.abs(model.coef_[10:]).max() < 0.1 < np.abs(model.coef_[:10]).min()


def test_the_common_penalty_counts_where_blocks_are_alike():
    rng = np.random.default_rng(2)
    X, _ = design(n=200)
    alike = X.sum(axis=1).to_numpy() + 2 * rng.normal(size=200)
    common, own = BlockRidge().fit(X, alike).weights_.sum(axis=1)
    assert common > own and common + own == pytest.approx(1)
    common, own = BlockRidge().fit(*design(n=200)).weights_.sum(axis=1)
    assert own > 3 * common


def test_rows_and_columns_give_the_same_block_ridge():
    X, y = design(n=25, strength=0.5)
    wide = BlockRidge(strengths=(1.0,)).fit(X, y)  # more columns than rows: solved on rows
    penalty = np.repeat([wide.penalties_[g] for g in wide.groups_], 10)
    centred = X.to_numpy() - X.to_numpy().mean(axis=0)
    direct = np.linalg.solve(centred.T @ centred + np.diag(penalty), centred.T @ (y - y.mean()))
    np.testing.assert_allclose(wide.coef_, direct, atol=1e-8)


@pytest.mark.parametrize("model", [InnerRidge(), InnerElasticNet(), BlockRidge()])
def test_noise_teaches_little(model):
    rng = np.random.default_rng(1)
    X, y = pd.DataFrame(rng.normal(size=(100, 60))), rng.normal(size=100)
    X.columns = [f"vision__{i}" for i in range(60)]
    spread = np.std(model.fit(X, y).predict(X + rng.normal(size=X.shape)))
    assert spread < 0.6


def test_the_closed_form_is_ridge():
    X, y = design()
    ours = InnerRidge().fit(X, y)
    theirs = Ridge(alpha=ours.alpha_ * len(y)).fit(X, y)
    np.testing.assert_allclose(ours.coef_, theirs.coef_)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X))


@pytest.mark.parametrize("model", [InnerRidge(), InnerElasticNet(), BlockRidge()])
def test_too_few_rows_for_inner_folds_mean_caution(model):
    X, y = design(n=20, strength=0.1)
    assert np.abs(model.fit(X, y).coef_).max() < 0.05


def test_inner_folds_look_forward():
    for train, test in inner_folds(60):
        assert train.max() + 3 < test.min()
    assert inner_folds(20) == []


def test_the_booster_forgives_outliers():
    X, y = design(n=150)
    spoilt = y.copy()
    spoilt[::10] += 50
    clean = np.arange(150) % 10 > 0
    gentle, harsh = (
        np.abs(model.fit(X, spoilt).predict(X) - y)[clean].mean()
        for model in (RobustBooster(), RobustBooster(huber=1e6))
    )
    assert gentle < 0.7 * harsh


def test_the_booster_is_its_own_prediction():
    import xgboost

    X, y = design()
    model = RobustBooster().fit(X, y)
    told = model.booster_.predict(xgboost.DMatrix(X.astype("float32")))
    np.testing.assert_array_equal(told.astype(float), model.predict(X))
    flat = RobustBooster().fit(X, np.full(len(X), 9.0)).predict(X)
    np.testing.assert_allclose(flat, 9.0, rtol=1e-5)


def rules(level: np.ndarray, long_run: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "baseline__rolling_median_10": level,
            "baseline__ewm": level,
            "baseline__running_mean": long_run,
            "vision__pc1": 0.0,
        }
    )


def test_trust_in_the_last_posts_is_learnt():
    rng = np.random.default_rng(0)
    level, long_run = rng.normal(10, 1, 200), np.full(200, 10.0)
    drifting = OnLevel(InnerRidge()).fit(rules(level, long_run), level + rng.normal(0, 0.3, 200))
    steady = OnLevel(InnerRidge()).fit(rules(level, long_run), 10 + rng.normal(0, 1, 200))
    assert drifting.trust_ > 0.9 and steady.trust_ < 0.2


def test_a_lasting_lift_is_kept_and_a_passing_one_is_not():
    rng = np.random.default_rng(1)
    level = rng.normal(10, 1, 160)
    X = rules(level, level - 3)
    luck = rng.normal(0, 0.5, 160)
    assert OnLevel(InnerRidge()).fit(X, level + 0.5 + luck).lift_ == pytest.approx(0.5, abs=0.15)
    season = np.repeat([1.0, -1.0, 1.2, -1.0], 40)  # runs of misses, no lift
    assert abs(OnLevel(InnerRidge()).fit(X, level + season + luck).lift_) < 0.05


@pytest.mark.parametrize("name", [name for name in md.MODELS if md.find_model(name).on_level])
def test_an_account_that_moved_is_met_where_it_is(name):
    """Trees cannot extrapolate, and shrunk lines go to the mean; on the level both follow."""
    posts, traits = toy_posts(120, content=0.3)
    views = posts["views"].to_numpy(float) * np.where(np.arange(120) < 60, 1, 200)
    posts = posts.assign(views=pd.Series(views).round().astype("Int64"))
    table = model_table(posts, [build_features(posts), toy_embeddings(posts, traits)])
    *_, last = fold_data(table)
    told = fit_fold(last, name).y_pred
    assert abs(float(np.median(last.y_test - told))) < 1.0


def test_on_level_without_rules_is_the_base_model():
    X, y = design()
    np.testing.assert_array_equal(
        OnLevel(InnerRidge(), clip=1e9).fit(X, y).predict(X), InnerRidge().fit(X, y).predict(X)
    )


def test_one_viral_post_does_not_bend_every_weight():
    X, y = design()
    viral = y.copy()
    viral[-1] += 100
    clean, calm, bent = (
        model.fit(X, outcome).predict(X)
        for model, outcome in (
            (OnLevel(BlockRidge()), y),
            (OnLevel(BlockRidge()), viral),
            (OnLevel(BlockRidge(), clip=1e9), viral),
        )
    )
    assert np.abs(calm - clean).mean() < 0.2 * np.abs(bent - clean).mean()


def test_on_level_before_the_first_matured_post():
    X = rules(np.r_[np.nan, np.arange(40.0)], np.r_[np.nan, np.arange(40.0)])
    told = OnLevel(InnerRidge()).fit(X, np.arange(41.0)).predict(X.iloc[:1])
    assert told[0] == pytest.approx(20, abs=1)  # the training mean


def test_a_baseline_hands_a_column_through():
    X = pd.DataFrame({"baseline__last_post": [1.0, np.nan, 3.0], "baseline__ewm": [7.0, 8, 9]})
    model = md.make_model("last_post").fit(X, [10.0, 20, 60])
    assert model.predict(X).tolist() == [1.0, 20.0, 3.0]
    for name, value in {"train_mean": 30.0, "train_median": 20.0}.items():
        constant = md.make_model(name).fit(X, [10.0, 20, 60])
        assert constant.predict(X).tolist() == [value] * 3


def test_presets_are_the_studys():
    assert md.make_model("ridge", "study").get_params()["alpha"] == 10
    net = md.make_model("elastic_net", "study").get_params()
    assert (net["alpha"], net["l1_ratio"]) == (0.01, 0.2)
    trees = md.make_model("xgboost", "study").get_params()
    assert (trees["n_estimators"], trees["max_depth"], trees["learning_rate"]) == (300, 4, 0.05)


def test_unknown_names_are_refused():
    with pytest.raises(UserError, match="ridge"):
        md.make_model("oracle")
    with pytest.raises(UserError, match="tuned"):
        Protocol(preset="best")
    with pytest.raises(UserError, match="averages"):
        md.make_model("stack")


def test_the_table_of_models_is_whole():
    known = {*md.MODELS, *md.BASELINES}
    assert known == {name for name, model in md.MODEL_TABLE.items() if model.in_book}
    assert {md.MAIN_LINEAR, md.RECENT_RULE, md.LONG_RUN_RULE, md.MEAN_RULE} < known
    assert md.MAIN_LINEAR in md.LINEAR and md.MAIN_NONLINEAR in md.NONLINEAR
    for model in md.MODEL_TABLE.values():
        assert model.words and re.fullmatch("#[0-9a-f]{6}", model.color)
        assert set(model.members) < known
        assert bool(model.members) == (model.kind is md.Kind.STACK)
        several = model.kind in (md.Kind.STACK, md.Kind.FORECAST)
        assert several == (model.tuned is None)
    assert len(set(md.MODEL_COLORS.values())) == len(md.MODEL_TABLE)
    rules = {name for name in md.BASELINES if name in momentum.RULES}
    assert rules == set(md.BASELINES) - {"train_mean", "train_median"}


@pytest.mark.parametrize("name", md.MODELS)
def test_two_fits_are_bit_identical(name):
    posts, traits = toy_posts(60, content=0.5)
    table = model_table(posts, [build_features(posts), toy_embeddings(posts, traits)])
    fold = next(iter(fold_data(table, Protocol(seed=1))))
    one, two = (fit_fold(fold, name).y_pred for _ in range(2))
    pd.testing.assert_series_equal(one, two, check_exact=True)
