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
from virality.findings.index import short_answer
from virality.findings.scores import Verdict
from virality.models.catalogue import LINEAR, MODELS
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


def facts(predictions, folds) -> dict:
    posts, _ = toy_posts(40)
    table = headline.headline_scores(predictions, folds, n_bootstrap=300)
    gaps = headline.headline_gaps(predictions, n_bootstrap=300)
    return summary.facts(posts, table, gaps, empty_evidence(), NO_REGIMES)


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
        predictions, folds = told({"ridge": 0.09, "xgboost": 0.08}, seed=seed)
        linear = predictions[
            predictions["model"].isin([*LINEAR, "train_median", "rolling_median_10"])
        ]
        first = headline.headline_gaps(linear).set_index("model")
        both = headline.headline_gaps(predictions).set_index("model")
        pd.testing.assert_frame_equal(first, both.loc[first.index])
        better = set(both.index[both["verdict"] == "better"]) & set(MODELS)
        found = facts(predictions, folds)
        assert (found["verdict"] == "better") == bool(better)
        assert not better or found["model"] in better


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
    predictions, folds = told(dict.fromkeys(MODELS, gain))
    found, gaps = facts(predictions, folds), headline.headline_gaps(predictions)
    assert found["verdict"] == verdict and found["naive"] == "rolling_median_10"
    words = {"better": "Yes, in part", "worse": "**No.**", "alike": "Not beyond a simple rule"}
    assert words[verdict] in index.answer(short_answer(found))
    expected = Verdict.UNDECIDED if verdict == "alike" else Verdict(verdict)
    for linear in (True, False):
        compared = common.comparison(gaps, linear=linear)
        assert {each.verdict for each in compared.gains} == {expected}
        assert compared.rule == found["naive"] and compared.n_models == len(MODELS)


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
    assert common.missed(gaps) == common.Missed(("vision",), 3)
    shown = tables.missed_table(gaps).set_index("the model sees")
    assert shown.loc["all but picture", "verdict"] == "clearly larger"
    assert list(shown.index) == [
        "all but picture", "all but sound", "only posting metadata and account momentum"
    ]  # fmt: skip
    assert common.missed(gaps.iloc[1:2]).blocks == ()
