"""Scores with known answers, and intervals that cover what they should."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

from virality.core import resampling as bs
from virality.evaluation import scores as sc


def stored(y, predictions: dict, folds=(1,), split="expanding"):
    """Prediction and fold tables from arrays; the rows are shared out evenly over folds."""
    fold = np.sort(np.resize(folds, len(y)))
    parts = [
        pd.DataFrame(
            {
                "post_id": [f"p{i}" for i in range(len(y))],
                "split": split,
                "fold": fold,
                "model": model,
                "blocks": "none" if model.startswith(("train", "rolling")) else "all",
                "preset": "tuned",
                "y_true": y,
                "y_pred": p,
            }
        )
        for model, p in predictions.items()
    ]
    table = pd.DataFrame({"split": split, "fold": sorted(set(folds)), "train_mean": 0.5})
    return pd.concat(parts, ignore_index=True), table


def test_known_scores():
    rng = np.random.default_rng(0)
    y, p = rng.normal(size=80), rng.normal(size=80)
    row = sc.score_table(*stored(y, {"ridge": p})).iloc[0]
    assert row["r2"] == pytest.approx(r2_score(y, p))
    assert row["rmse"] == pytest.approx(root_mean_squared_error(y, p))
    assert row["mae"] == pytest.approx(mean_absolute_error(y, p))
    assert row["factor"] == pytest.approx(np.exp(mean_absolute_error(y, p)))
    assert row["spearman"] == pytest.approx(stats.spearmanr(y, p)[0])
    assert row["r2_oos"] == pytest.approx(1 - np.sum((y - p) ** 2) / np.sum((y - 0.5) ** 2))
    assert row["smape"] == pytest.approx(np.mean(2 * np.abs(y - p) / (np.abs(y) + np.abs(p))))
    assert (row["n"], row["n_folds"], row["top10_k"]) == (80, 1, 8)


def test_a_drifting_level_earns_no_rank_correlation():
    rng = np.random.default_rng(1)
    folds = (1, 2, 3, 4)
    level = np.repeat([0.0, 10, 20, 30], 20)
    y = level + rng.normal(size=80)
    row = sc.score_table(*stored(y, {"ridge": level + rng.normal(size=80)}, folds)).iloc[0]
    assert abs(row["spearman"]) < 0.35
    assert stats.spearmanr(y, level)[0] > 0.9


def test_hits_in_the_top_tenth():
    y = np.arange(40.0)
    row = sc.score_table(*stored(y, {"ridge": y}, (1, 2))).iloc[0]
    assert (row["top10_hits"], row["top10_k"]) == (4, 4)
    assert row["top10_expected"] == pytest.approx(2 * 2 * 2 / 20)
    assert row["top10_p"] == pytest.approx((1 / 190) ** 2)
    flat = sc.score_table(*stored(y, {"ridge": np.ones(40)})).iloc[0]
    assert np.isnan(flat["top10_hits"]) and np.isnan(flat["spearman"])


def test_ties_are_broken_by_luck():
    y = np.arange(20.0)
    p = np.r_[np.zeros(16), np.ones(4)]
    hits, k = sc.top_hits(y, p)
    assert (k, hits) == (2, pytest.approx(2 * 0.5))


def test_chance_of_hits_is_a_distribution():
    sizes = [(20, 2), (17, 1)]
    assert sc.top_hits_chance(0, sizes) == pytest.approx(1)
    none = stats.hypergeom(20, 2, 2).pmf(0) * stats.hypergeom(17, 1, 1).pmf(0)
    assert sc.top_hits_chance(0.4, sizes) == pytest.approx(1 - none)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 200), st.integers(0, 50))
def test_bootstrap_weights_are_whole_circular_blocks(n, seed):
    weights = bs.block_weights(n, 20, seed)
    assert weights.shape == (20, n) and (weights >= 0).all()
    np.testing.assert_allclose(weights.sum(axis=1), 1)


def test_intervals_of_a_mean_cover():
    """AR(1) noise, 84 posts: at least nine tenths of nominal 95 % intervals hold the truth."""
    rng = np.random.default_rng(0)
    weights, hit = bs.block_weights(84, 300), 0
    for _ in range(300):
        x = rng.normal(size=84)
        for i in range(1, 84):
            x[i] += 0.3 * x[i - 1]
        low, high = bs.interval(x.mean(), weights @ x, 84)
        hit += low <= 0 <= high
    assert hit / 300 > 0.9


def test_intervals_of_a_rank_correlation_stay_inside():
    y = np.arange(60.0)
    row = sc.score_table(*stored(y, {"ridge": y + np.sin(y)})).iloc[0]
    assert 0.8 < row["spearman_low"] <= row["spearman"] <= row["spearman_high"] <= 1


def test_pairs_are_compared_on_the_same_posts():
    rng = np.random.default_rng(0)
    y = rng.normal(size=100) * 3
    good, bad = y + rng.normal(size=100) * 0.5, y + rng.normal(size=100)
    predictions, _ = stored(y, {"ridge": good, "elastic_net": bad, "rolling_median_10": bad})
    found = sc.paired_differences(predictions).set_index("model")
    assert found.loc["ridge", "verdict"] == "better" and found.loc["ridge", "p"] < 0.01
    expected = np.mean(np.abs(y - good) - np.abs(y - bad))
    assert found.loc["ridge", "difference"] == pytest.approx(expected)
    assert found.loc["elastic_net", "verdict"] == "no clear difference"
    assert "rolling_median_10" not in found.index
    turned = sc.paired_differences(predictions, against="ridge").set_index("model")
    assert turned.loc["elastic_net", "verdict"] == "worse"
    shuffled = predictions.sample(frac=1, random_state=0)
    again = sc.paired_differences(shuffled).set_index("model")
    assert again.loc["ridge", "difference"] == pytest.approx(expected)


def test_a_comparison_is_by_absolute_error():
    """One far miss out of fifty: worse by squared error, better by the book's."""
    rng = np.random.default_rng(0)
    y = rng.normal(size=50)
    steady = y + rng.choice([-1, 1], 50) * 1.0
    often_right = y + np.where(np.arange(50) == 25, 12.0, 0.3 * rng.choice([-1, 1], 50))
    predictions, _ = stored(y, {"ridge": often_right, "rolling_median_10": steady})
    assert np.mean((y - often_right) ** 2) > np.mean((y - steady) ** 2)
    found = sc.paired_differences(predictions).iloc[0]
    assert found["difference"] == pytest.approx((49 * 0.3 + 12) / 50 - 1)


def test_the_better_naive_rule():
    y = np.arange(50.0)
    predictions, _ = stored(y, {"train_median": y + 1, "rolling_median_10": y + 2})
    assert sc.better_naive(predictions) == "train_median"
    assert sc.better_naive(predictions.iloc[:0]) == "rolling_median_10"


def test_scores_fold_by_fold():
    rng = np.random.default_rng(0)
    y, p = rng.normal(size=(2, 60))
    predictions, folds = stored(y, {"ridge": p}, (1, 2, 3))
    each = sc.fold_scores(predictions, folds)
    assert list(each["fold"]) == [1, 2, 3]
    assert each["r2"].iloc[1] == pytest.approx(r2_score(y[20:40], p[20:40]))
    mean = sc.mean_over_folds(predictions, folds).iloc[0]
    assert mean["r2"] == pytest.approx(each["r2"].mean())


def test_nothing_in_nothing_out():
    predictions, folds = stored(np.arange(10.0), {"ridge": np.arange(10.0)})
    empty, no_folds = predictions.iloc[:0], folds.iloc[:0]
    full = sc.score_table(predictions, folds)
    assert list(sc.score_table(empty, no_folds)) == list(full)
    assert sc.fold_scores(empty, no_folds).empty and sc.paired_differences(empty).empty
    assert sc.mean_over_folds(empty, no_folds).empty


def test_equal_outcomes_have_no_r2():
    row = sc.score_table(*stored(np.ones(40), {"ridge": np.ones(40)})).iloc[0]
    assert np.isnan(row["r2"]) and row["mae"] == 0
