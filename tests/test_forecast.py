"""The forecast of the book: causal, complete, and heard where it has earned it."""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal, assert_series_equal

from toyposts import toy_embeddings, toy_posts
from virality.core.errors import UserError
from virality.core.protocol import Protocol
from virality.demo.known_truth import known_creator
from virality.evaluation import experts as ex
from virality.evaluation.evaluate import cross_validate
from virality.evaluation.folds import fold_data
from virality.evaluation.forecast import FORECAST_COLUMNS, forecast
from virality.features.build import build_features
from virality.features.table import model_table
from virality.models.aggregate import Sharing

TWO = Protocol(n_folds=2)
EMBARGO = pd.Timedelta(days=7)


def mean_weight(made, experts) -> float:
    """Mean weight of some experts together."""
    chosen = made.weights[made.weights["expert"].isin(experts)]
    return float(chosen.groupby("post_id")["weight"].sum().mean())


def miss(predictions) -> float:
    return float((predictions["y_true"] - predictions["y_pred"]).abs().mean())


@pytest.fixture(scope="module")
def toy():
    posts, traits = toy_posts(100, content=0.6)
    return posts, [build_features(posts), toy_embeddings(posts, traits)]


@pytest.fixture(scope="module")
def made(toy):
    return forecast(*toy)


def test_every_held_out_post_once_with_weights_that_sum_to_one(made):
    told = made.predictions
    assert {c: str(t) for c, t in told.dtypes.items()} == FORECAST_COLUMNS
    assert not told["post_id"].duplicated().any() and len(told) == 60
    assert told.notna().all().all()
    total = made.weights.groupby("post_id")["weight"].sum()
    np.testing.assert_allclose(total[told["post_id"]], 1)
    assert (made.weights["weight"] >= 0).all()


def test_it_is_one_more_model_of_the_cross_validation(toy, made):
    told = cross_validate(*toy, ["block_ridge", "forecast"], baselines=False)
    own = told[told["model"] == "forecast"].reset_index(drop=True)
    assert set(told["model"]) == {"block_ridge", "forecast"}
    assert_frame_equal(own, made.predictions[list(own)], check_exact=True)


@pytest.mark.parametrize("split", ["shuffled", "study"])
def test_folds_that_do_not_follow_time_are_refused(toy, split):
    with pytest.raises(UserError, match="record"):
        forecast(*toy, protocol=Protocol(split=split))


def test_without_features_the_rules_speak():
    posts, _ = toy_posts(40)
    made = forecast(posts, [])
    assert len(made.predictions) == 20
    spoke = made.weights.groupby("expert")["weight"].max()
    assert not spoke[["block_ridge", "xgboost"]].any()


def test_too_few_posts_and_equal_outcomes_give_no_forecast():
    posts, _ = toy_posts(40)
    for poor in (posts.head(29), posts.assign(views=pd.array([7] * 40, dtype="Int64"))):
        made = forecast(poor)
        assert made.predictions.empty and made.weights.empty
        assert {c: str(t) for c, t in made.predictions.dtypes.items()} == FORECAST_COLUMNS


def test_no_later_or_unmatured_outcome_changes_a_forecast_or_a_weight():
    posts, traits = toy_posts(60, every_days=2, content=0.5)
    media, row = toy_embeddings(posts, traits), 45
    other = posts.copy()
    unknown = posts["posted_at"] > posts["posted_at"].iloc[row] - EMBARGO
    other.loc[unknown, "views"] = other.loc[unknown, "views"] * 50 + 7
    before, after = (forecast(p, [build_features(p), media], protocol=TWO) for p in (posts, other))
    columns = ["y_pred", "level", "order"]
    for post in (posts["post_id"].iloc[row - 1], posts["post_id"].iloc[row]):
        one, two = (m.predictions.set_index("post_id").loc[post, columns] for m in (before, after))
        assert_series_equal(one, two, check_exact=True)
        one, two = (m.weights[m.weights["post_id"] == post] for m in (before, after))
        assert_frame_equal(one, two, check_exact=True)
    last = posts["post_id"].iloc[-1]
    assert (
        not before.predictions.set_index("post_id")
        .loc[last, columns]
        .equals(after.predictions.set_index("post_id").loc[last, columns])
    )


def test_what_is_fitted_saw_no_post_that_it_is_judged_by(toy):
    posts, tables = toy
    table = model_table(posts, tables, TWO)
    folds = list(fold_data(table, TWO))
    first = table.times[folds[0].y_test.index].min()
    steps = ex.steps_before(table, TWO, first.as_unit("us").value // 1000)
    assert [step.fold for step in steps] == [-3, -2, -1]
    judged = pd.Index([])
    for fold in (*steps, *folds):
        begins = table.times[fold.y_test.index].min()
        assert (table.times[fold.y_train.index] <= begins - EMBARGO).all()
        assert not judged.intersection(fold.y_test.index).size
        judged = judged.union(fold.y_test.index)


@pytest.mark.parametrize("split", ["expanding", "rolling"])
def test_folds_that_follow_time_are_both_served(toy, split):
    made = forecast(*toy, protocol=TWO.but(split=split))
    assert set(made.predictions["split"]) == {split}
    assert made.predictions["y_pred"].notna().all()


def test_content_that_matters_is_heard_and_orders_the_posts():
    heard, skill = {}, {}
    for content in (0.0, 0.9):
        posts, traits = toy_posts(90, level="constant", content=content)
        made = forecast(posts, [build_features(posts), toy_embeddings(posts, traits)])
        heard[content] = mean_weight(made, ex.MODEL_EXPERTS)
        skill[content] = made.predictions[["order", "y_true"]].corr().iloc[0, 1]
    assert heard[0.9] > heard[0.0] + 0.1
    assert skill[0.9] > 0.6 > 0.4 > abs(skill[0.0])


class Elsewhere:
    """A model of other creators: the truth, or nonsense, plus noise."""

    def __init__(self, share: float):
        self.share = share

    def predict(self, table):
        noise = pd.Series(np.random.default_rng(0).normal(0, 3, len(table.y)), table.y.index)
        return self.share * table.y + (1 - self.share) * (table.y.mean() + noise)


def test_a_prior_has_to_earn_its_weight(toy, made):
    nonsense = forecast(*toy, prior=Elsewhere(0.0))
    assert mean_weight(nonsense, [ex.PRIOR]) < 0.02
    assert miss(nonsense.predictions) < 1.01 * miss(made.predictions)
    truth = forecast(*toy, prior=Elsewhere(0.99))
    assert mean_weight(truth, [ex.PRIOR]) > 0.3
    assert miss(truth.predictions) < 0.7 * miss(made.predictions)


def test_a_prior_takes_from_all_others_alike(toy, made):
    asked, alone = (
        one.weights.pivot_table("weight", "post_id", "expert")
        for one in (forecast(*toy, prior=Elsewhere(0.5)), made)
    )
    left = 1 - asked.pop(ex.PRIOR)
    assert_frame_equal(asked.div(left, axis=0), alone)


def test_posts_without_captions_and_other_targets():
    posts, _ = toy_posts(45)
    bare = posts.assign(caption=pd.array([None] * 45, dtype="string"), duration_s=np.nan)
    for own, target in ((bare, "views"), (posts, "likes"), (posts, "engagement_rate")):
        made = forecast(own, protocol=TWO.but(target=target))
        assert made.predictions[["y_pred", "level", "order"]].notna().all().all()


def test_accounts_have_records_of_their_own():
    """What one account does changes nothing for another's rules, and little for its forecast."""
    one, _ = toy_posts(50, author="one")
    two, _ = toy_posts(50, seed=1, author="two")
    both = pd.concat([one, two]).sort_values("posted_at", kind="stable", ignore_index=True)
    found = ex.accounts(both, model_table(both, []), 7)
    assert sorted(np.concatenate([each.rows for each in found]).tolist()) == list(range(100))
    made = forecast(both, [])
    alone = forecast(one, []).predictions.set_index("post_id")["level"]
    joint = made.predictions.set_index("post_id")["level"].reindex(alone.index)
    np.testing.assert_allclose(joint.dropna(), alone[joint.notna()])


def against_the_better_rule(level: str, n: int, r2: float) -> float:
    """Mean error of the forecast on six creators over that of the better plain rule there."""
    errors = []
    for seed in range(6):
        content = "iid" if level == "white" else "drift"
        made = known_creator(n, level, content, r2, seed=[seed, n, 8])
        posts = made.posts.assign(caption=None, duration_s=np.nan, kind="video")
        tables = [build_features(posts).filter(like="momentum__"), made.content]
        told = cross_validate(posts, tables, ["forecast"])
        errors.append((told["y_true"] - told["y_pred"]).abs().groupby(told["model"]).mean())
    mean = pd.concat(errors, axis=1).mean(axis=1)
    return mean["forecast"] / min(mean["rolling_median_10"], mean["train_median"])


@pytest.mark.slow
@pytest.mark.parametrize(("level", "n"), [("white", 60), ("walk", 60), ("jump", 140)])
def test_the_bound_holds_where_nothing_but_the_level_can_be_known(level, n):
    assert against_the_better_rule(level, n, r2=0.0) < 1.03


@pytest.mark.slow
def test_weights_that_follow_no_losses_break_the_bound(monkeypatch):
    """The level jumps, and who was poor at it keeps its say."""
    monkeypatch.setattr("virality.evaluation.forecast.SHARING", Sharing(rate=0.0, share=0.0))
    assert against_the_better_rule("jump", 140, r2=0.0) > 1.03


@pytest.mark.slow
@pytest.mark.parametrize("level", ["white", "walk"])
def test_content_that_tells_is_used(level):
    assert against_the_better_rule(level, 140, r2=0.25) < 0.95
