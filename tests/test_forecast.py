"""The forecast of the book: causal, complete, and heard where it has earned it."""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from toyposts import toy_embeddings, toy_posts
from virality.core.errors import UserError
from virality.core.protocol import Protocol
from virality.evaluation.evaluate import cross_validate
from virality.evaluation.forecast import FORECAST_COLUMNS, forecast
from virality.features.build import build_features


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
