"""One comparison for all chapters: what one of them says, no other contradicts."""

import json

import numpy as np
import pandas as pd
import pytest

from toyposts import toy_posts
from virality.evaluation import headline, scores
from virality.evaluation.evaluate import PREDICTION_COLUMNS
from virality.evidence.claims import empty_evidence
from virality.figures import scores as tables
from virality.findings import scores as common
from virality.findings import summary
from virality.findings.forecast import half_within
from virality.findings.index import short_answer
from virality.findings.scores import Verdict
from virality.models.catalogue import FORECAST, LINEAR, MODELS
from virality.sentences import index

NO_REGIMES = pd.DataFrame({"regime": [], "stable": []}).astype({"regime": "Int64"})


def told(gains: dict[str, float], n: int = 120, seed: int = 0) -> tuple:
    """Predictions of every model whose misses are smaller than the rule's by so much."""
    rng = np.random.default_rng(seed)
    y = rng.normal(10, 2, n)
    rule = y + rng.choice([-1, 1], n)
    fold = np.arange(n) * 3 // n + 1
    models = {name: gains.get(name, 0.0) + 0.3 * rng.normal(size=n) for name in MODELS}
    columns = {"rolling_median_10": rule, "train_median": rule + 2}
    columns |= {name: y + np.sign(rule - y) * (1 - gain) for name, gain in models.items()}
    parts = [
        pd.DataFrame(
            {"post_id": [f"p{i}" for i in range(n)], "split": "expanding", "fold": fold,
             "model": name, "blocks": "all" if name in MODELS else "none",
             "preset": "tuned" if name in MODELS else "baseline", "y_true": y, "y_pred": p}
        )
        for name, p in columns.items()
    ]  # fmt: skip
    folds = pd.DataFrame({"split": "expanding", "fold": [1, 2, 3], "train_mean": 10.0})
    return pd.concat(parts, ignore_index=True).astype(PREDICTION_COLUMNS), folds


def told_by_forecast(gain: float, n: int = 120, seed: int = 0, **models: float) -> tuple:
    """The same with the forecast, whose misses are smaller by `gain`, and when the posts were."""
    predictions, folds = told(models, n, seed)
    rule = predictions[predictions["model"] == "rolling_median_10"]
    y, noise = rule["y_true"], 0.3 * np.random.default_rng(seed).normal(size=n)
    y_pred = y + (rule["y_pred"] - y) * (1 - gain - noise)
    own = rule.assign(model=FORECAST, blocks="all", preset="tuned", y_pred=y_pred)
    own = own.assign(level=rule["y_pred"], order=own["y_pred"] - rule["y_pred"])
    return pd.concat([predictions, own], ignore_index=True), folds


def posts_of(predictions) -> pd.DataFrame:
    posts, _ = toy_posts(max(40, predictions["post_id"].nunique()))
    named = [f"p{i}" for i in range(len(posts))]
    return posts.assign(post_id=pd.array(named, dtype="string"))


def facts(predictions, folds) -> dict:
    table = headline.headline_scores(predictions, folds, n_bootstrap=300)
    made = posts_of(predictions), predictions, table, empty_evidence(), NO_REGIMES
    return summary.facts(*made, n_bootstrap=300)


def test_the_interval_says_what_the_corrected_p_says():
    predictions, _ = told({"ridge": 0.3, "xgboost": 0.2, "stack": -0.3})
    gaps = headline.headline_gaps(predictions)
    assert np.allclose(gaps["p_adjusted"], np.minimum(1, len(MODELS) * gaps["p"]))
    clear = gaps["verdict"] != "no clear difference"
    assert (clear == (gaps["p_adjusted"] < 0.05)).all() and clear.any()
    wider = gaps.set_index("model")
    alone = scores.paired_differences(predictions).set_index("model").loc[wider.index]
    assert (wider["low"] < alone["low"]).all() and (wider["high"] > alone["high"]).all()


@pytest.mark.slow
def test_no_chapter_contradicts_another():
    for seed in range(4):
        predictions, _ = told({"ridge": 0.09, "xgboost": 0.08}, seed=seed)
        linear = predictions[
            predictions["model"].isin([*LINEAR, "train_median", "rolling_median_10"])
        ]
        first = headline.headline_gaps(linear).set_index("model")
        both = headline.headline_gaps(predictions).set_index("model")
        pd.testing.assert_frame_equal(first, both.loc[first.index])


@pytest.mark.slow
def test_a_gain_that_only_one_lucky_model_has_is_none():
    lucky = {1: 0, headline.FAMILY: 0}
    for seed in range(25):
        predictions, _ = told({}, n=60, seed=seed)
        for family in lucky:
            gaps = scores.paired_differences(predictions, n_bootstrap=200, family=family)
            gaps = gaps[gaps["model"].isin(MODELS)]
            lucky[family] += (gaps["verdict"] == "better").any()
    assert lucky[headline.FAMILY] < lucky[1] and lucky[headline.FAMILY] <= 2


@pytest.mark.parametrize(("gain", "verdict"), [(0.6, "better"), (-0.6, "worse"), (0.0, "alike")])
def test_the_abstract_and_the_chapters_turn_round_together(gain, verdict):
    predictions, folds = told_by_forecast(gain, **dict.fromkeys(MODELS, gain))
    found, gaps = facts(predictions, folds), headline.headline_gaps(predictions)
    assert found["verdict"] == verdict and found["naive"] == "rolling_median_10"
    assert found["model"] == FORECAST and found["n_held_out"] == 120
    words = {"better": "Yes, in part", "worse": "**No.**", "alike": "Not beyond a simple rule"}
    assert words[verdict] in index.answer(short_answer(found))
    expected = Verdict.UNDECIDED if verdict == "alike" else Verdict(verdict)
    for linear in (True, False):
        compared = common.comparison(gaps, linear=linear)
        assert {each.verdict for each in compared.gains} == {expected}
        assert compared.rule == found["naive"] and compared.n_models == len(MODELS)


def test_the_first_page_speaks_of_the_forecast_however_lucky_a_model_was():
    predictions, folds = told_by_forecast(0.0, ridge=0.6)
    found = facts(predictions, folds)
    assert found["model"] == FORECAST and found["verdict"] == "alike"
    assert found["half"] == pytest.approx(half_within(predictions, FORECAST).value)
    alone = headline.forecast_gap(predictions, n_bootstrap=300).iloc[0]
    among = headline.headline_gaps(predictions, n_bootstrap=300).set_index("model").loc[FORECAST]
    assert alone["p"] == among["p"] == alone["p_adjusted"], "one comparison needs no correction"
    assert alone["high"] - alone["low"] < among["high"] - among["low"]


def test_the_first_page_says_which_of_two_posts():
    predictions, folds = told_by_forecast(0.6)
    own = predictions["model"] == FORECAST
    right = predictions.assign(order=np.where(own, predictions["y_true"], np.nan))
    found = facts(right, folds)
    assert found["pick"] == "SURER" and found["picks"] == 100
    wrong = right.assign(order=-right["order"])
    assert facts(wrong, folds)["pick"] == "WRONG"
    assert "less often than a coin" in index.answer(short_answer(facts(wrong, folds)))


def test_nothing_modelled_is_said():
    predictions, folds = told({})
    found = facts(predictions.head(0), folds.head(0))
    assert json.dumps(found) and found["noise_share"] is None
    assert found["verdict"] == "none" and "too few" in index.answer(short_answer(found))
    assert headline.against_linear(predictions.head(0)).empty


def test_a_block_that_is_missed_is_named():
    predictions, _ = told({})
    whole = predictions[predictions["model"] == "ridge"]
    error = whole["y_true"] - whole["y_pred"]
    blocks = {"all-vision": 1.5, "all-audio": 1.0, "metadata+momentum": 1.5}
    parts = [
        whole.assign(blocks=name, y_pred=whole["y_true"] - factor * error)
        for name, factor in blocks.items()
    ]
    gaps = headline.block_gaps(pd.concat([predictions, *parts]), "ridge")
    assert dict(zip(gaps["blocks"], gaps["verdict"], strict=True)) == {
        "all-vision": "worse", "all-audio": "no clear difference", "metadata+momentum": "worse"
    }  # fmt: skip
    assert common.missed(gaps) == common.Missed(("vision",), (), ("metadata+momentum",), (), 3)
    shown = tables.missed_table(gaps).set_index("the model sees")
    assert shown.loc["all but picture", "verdict"] == "clearly larger"
    assert list(shown.index) == [
        "all but picture", "all but sound", "only posting metadata and account momentum"
    ]  # fmt: skip
    assert common.missed(gaps.iloc[1:2]).blocks == ()
