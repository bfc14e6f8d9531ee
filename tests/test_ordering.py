"""Which of two posts does better: known answers, and an interval that keeps its promise."""

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from virality.core.embargo import DAY_US
from virality.evaluation import ordering
from virality.findings import ordering as findings
from virality.findings.ordering import Pick

START = pd.Timestamp("2026-01-01", tz="UTC")


def told(y, y_pred, days, fold=1, **more):
    """Predictions of one model and the posts they are about."""
    ids = [f"p{i}" for i in range(len(y))]
    predictions = pd.DataFrame(
        {"post_id": ids, "split": "expanding", "fold": fold, "model": "ridge", "blocks": "all",
         "preset": "tuned", "y_true": y, "y_pred": y_pred, **more}
    )  # fmt: skip
    posts = pd.DataFrame({"post_id": ids, "posted_at": START + pd.to_timedelta(days, "D")})
    return predictions, posts.assign(author="me")


def skill(*args, by="y_pred", **more):
    return ordering.pairwise_skill(*told(*args, **more), by=by).iloc[0]


def test_pairs_by_hand():
    # 0-1 right, 0-2 tied in the forecast, 1-2 wrong; the last post is too far from all others.
    row = skill([1.0, 2, 3, 9], [0.0, 5, 0, 0], [0, 1, 2, 50])
    assert (row["n"], row["pairs"], row["share"]) == (3, 3, pytest.approx(1.5 / 3))
    # Equal outcomes are no pair at all.
    assert skill([1.0, 1, 2], [0.0, 1, 2], [0, 1, 2])["pairs"] == 2
    # Exactly thirty days apart is still a pair.
    assert skill([1.0, 2], [0.0, 1], [0, 30])["pairs"] == 1
    assert np.isnan(skill([1.0, 2], [0.0, 1], [0, 31])["share"])


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 60), st.integers(0, 10**6))
def test_counting_by_distance_is_counting_every_pair(n, seed):
    rng = np.random.default_rng(seed)
    y, order = rng.integers(0, 9, n).astype(float), rng.integers(0, 5, n).astype(float)
    times = np.sort(rng.integers(0, 90, n)) * DAY_US
    found = ordering.count_pairs(y, order, times)
    right, count = np.zeros(n), np.zeros(n)
    for i in range(n):
        for j in range(n):
            if i != j and y[i] != y[j] and abs(times[i] - times[j]) <= 30 * DAY_US:
                agree = (order[i] - order[j]) * (y[i] - y[j])
                right[i] += 0.5 * (agree == 0) + (agree > 0)
                count[i] += 1
    np.testing.assert_allclose(found.right, right)
    np.testing.assert_allclose(found.n_pairs, count)


def test_pairs_stay_within_a_fold_and_a_history():
    y, order, days = [1.0, 2, 3, 4], [1.0, 2, 3, 4], [0, 1, 2, 3]
    assert skill(y, order, days)["pairs"] == 6
    assert skill(y, order, days, fold=[1, 1, 2, 2])["pairs"] == 2
    predictions, posts = told(y, order, days)
    posts["author"] = ["me", "you", "me", "you"]
    assert ordering.pairwise_skill(predictions, posts)["pairs"].item() == 2
    posts["platform"] = ["tiktok", "tiktok", "youtube", "tiktok"]  # me on two of them
    assert ordering.pairwise_skill(predictions, posts)["pairs"].item() == 1


def test_order_of_rows_and_scale_of_the_forecast_do_not_matter():
    rng = np.random.default_rng(0)
    y, x, days = rng.normal(size=90), rng.normal(size=90), np.sort(rng.uniform(0, 200, 90))
    predictions, posts = told(y, y + x, days, fold=np.repeat([1, 2, 3], 30))
    shuffled = predictions.sample(frac=1, random_state=0)
    scaled = shuffled.assign(y_pred=np.exp(3 * shuffled["y_pred"]))
    one, two = (ordering.pairwise_skill(p, posts.iloc[::-1]) for p in (predictions, scaled))
    pd.testing.assert_frame_equal(one, two)
    turned = ordering.pairwise_skill(predictions.assign(y_pred=-predictions["y_pred"]), posts)
    assert turned["share"].item() == pytest.approx(1 - one["share"].item())
    assert turned["low"].item() == pytest.approx(1 - one["high"].item())


def test_too_few_posts_have_no_interval():
    rng = np.random.default_rng(1)
    few = skill(rng.normal(size=39), rng.normal(size=39), np.arange(39))
    assert 0 < few["share"] < 1 and np.isnan(few["low"]) and np.isnan(few["high"])
    more = skill(rng.normal(size=40), rng.normal(size=40), np.arange(40))
    assert 0 <= more["low"] < more["share"] < more["high"] <= 1


def test_what_stands_above_the_level_orders_where_there_is_any():
    rng = np.random.default_rng(2)
    y, days = rng.normal(size=60), np.arange(60)
    predictions, posts = told(y, rng.normal(size=60), days, order=y)
    rule = predictions.assign(model="rolling_median_10", blocks="none", order=np.nan)
    table = ordering.pairwise_table(pd.concat([predictions, rule]), posts)
    assert table[["model", "by"]].to_numpy().tolist()[0] == ["ridge", "order"]
    assert table["share"].is_monotonic_decreasing and len(table) == 3
    without = ordering.pairwise_table(predictions.drop(columns="order"), posts)
    assert without["by"].tolist() == ["y_pred"]
    assert ordering.pairwise_table(predictions.head(0), posts).empty


def creator(seed, n=120, r2=0.0, walk=0.0):
    """Outcomes around a level that may wander, and a forecast of the content part alone."""
    rng = np.random.default_rng(seed)
    content, luck = rng.normal(size=n), rng.standard_t(4, n) / np.sqrt(2)
    level = np.cumsum(walk * rng.normal(size=n))
    y = level + np.sqrt(r2 / (1 - r2)) * content + luck
    times = (np.cumsum(rng.exponential(1.5, n)) * DAY_US).astype("int64")
    pairs = [ordering.count_pairs(y[b], content[b], times[b])
             for b in np.array_split(np.arange(n), 5)]  # fmt: skip
    return ordering.Pairs(*(np.concatenate(side) for side in zip(*pairs, strict=True)))


@pytest.mark.parametrize(("n", "r2", "walk"), [(40, 0, 0), (120, 0.2, 0.2), (120, 0, 0.2)])
def test_the_interval_keeps_its_promise_and_a_binomial_does_not(n, r2, walk):
    found = pd.DataFrame(
        [ordering.pair_share(creator([seed, n], n, r2, walk)) for seed in range(200)]
    )
    truth = found["share"].mean() if r2 else 0.5
    held = ((found["low"] <= truth) & (truth <= found["high"])).mean()
    assert held > 0.93
    binomial = (found["share"] - truth).abs() <= 1.96 * np.sqrt(0.25 / found["pairs"])
    assert binomial.mean() < held - 0.1
    if not r2:  # zero skill is a coin, and is rarely called more
        assert abs(found["share"].mean() - 0.5) < 0.015
        assert (found["low"] > 0.5).mean() < 0.05


def test_many_posts_are_quick():
    rng = np.random.default_rng(0)
    times = np.sort(rng.uniform(0, 400, 10_000) * DAY_US).astype("int64")
    start = time.perf_counter()
    ordering.count_pairs(*rng.normal(size=(2, 10_000)), times)
    assert time.perf_counter() - start < 10


def test_a_rule_that_follows_the_level_is_no_better_than_a_coin():
    """Its forecasts follow good posts: inside a month it stays below one half."""
    shares = []
    for seed in range(20):
        y = np.random.default_rng(seed).normal(size=160)
        rule = [np.median(y[t - 13 : t - 3]) for t in range(60, 160)]  # the last ten that matured
        found = skill(y[60:], rule, 2.0 * np.arange(100), fold=np.repeat([1, 2, 3, 4, 5], 20))
        shares.append(found["share"])
    assert 0.3 < np.mean(shares) < 0.48


# --------------------------------------------------------------------------------- verdicts


@pytest.mark.parametrize(
    ("n", "share", "low", "high", "pick"),
    [
        (180, 0.58, 0.52, 0.64, Pick.SURER),
        (50, 0.70, 0.55, 0.85, Pick.SURER),
        (180, 0.52, 0.46, 0.58, Pick.UNSURE),
        (79, 0.52, 0.42, 0.62, Pick.UNTOLD),
        (30, 0.90, np.nan, np.nan, Pick.UNTOLD),
        (180, 0.43, 0.38, 0.48, Pick.WRONG),
    ],
)
def test_verdicts(n, share, low, high, pick):
    row = {"model": "stack", "by": "y_pred", "n": n, "pairs": 900, "share": share, "low": low,
           "high": high}  # fmt: skip
    rule = {**row, "model": "rolling_median_10", "share": 0.48}
    found = findings.ordering(pd.DataFrame([row, rule]), "stack")
    assert found.pick is pick and found.rule_times.value == pytest.approx(48)
    assert found.times.value == pytest.approx(100 * share)
    assert not findings.ordering(pd.DataFrame([row]), "stack").rule_times.known
    assert findings.ordering(pd.DataFrame([row]), "ridge") is None
