"""Intervals, viral chances, calibration and the two regimes: known answers and simulated series."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from virality.core.resampling import share_interval
from virality.demo.known_truth import known_creator
from virality.evaluation.evaluate import cross_validate, make_folds
from virality.uncertainty import calibration, conformal, mixture, viral
from virality.uncertainty import intervals as uncertainty

DELAY = 4


def late(n, delay=DELAY):
    """How many posts are known when each goes up, if outcomes come `delay` posts late."""
    return np.maximum(np.arange(n) - delay, 0)


# -------------------------------------------------------------------------------- conformal


def test_adaptive_by_hand():
    errors = np.array([1.0, 2.0, 3.0, 4.0, 100.0, 0.0, 0.0, 0.0])
    found = conformal.adaptive(errors, late(8, 1), coverage=0.5, gamma=0.1, window=10, warm_up=3)
    assert np.isnan(found.width[:4]).all()
    assert found.width[4] == 2.0  # of 1, 2, 3 at level .5: rank ceil(4 × .5)
    assert found.asked[5] == 0.5  # the miss of post 4 has not matured yet
    assert found.asked[6] == pytest.approx(0.55)  # now it has: wider
    assert found.asked[7] == pytest.approx(0.5)  # post 5 was a hit: narrower


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(30, 79), st.integers(0, 8))
def test_an_interval_never_depends_on_an_outcome_that_had_not_matured(seed, post, delay):
    errors = np.random.default_rng(seed).standard_t(3, 80)
    known = late(80, delay)
    changed = errors.copy()
    changed[known[post] :] = 1e6
    for method in (conformal.adaptive, conformal.rolling, conformal.frozen):
        before, after = method(errors, known), method(changed, known)
        assert np.array_equal(before.width[: post + 1], after.width[: post + 1], equal_nan=True)


def test_a_miss_is_judged_by_the_interval_that_was_issued():
    rng = np.random.default_rng(0)
    errors = rng.normal(size=200)
    found = conformal.adaptive(errors, late(200), gamma=0.05)
    rate = 0.2
    for seen in range(late(200)[150]):
        if np.isfinite(found.width[seen]):
            rate += 0.05 * (0.2 - (abs(errors[seen]) > found.width[seen]))
    assert found.asked[150] == pytest.approx(1 - rate)


def test_saturation_is_told():
    errors = np.concatenate([np.full(30, 0.1), np.full(120, 5.0) + np.arange(120)])
    found = conformal.adaptive(errors, late(150), gamma=0.1)
    assert found.saturated.any()
    width, full = conformal._upper_quantile(np.array([1.0, 2.0, 3.0]), 0.9)
    assert width == 3.0 and full
    width, full = conformal._upper_quantile(np.array([1.0, 2.0, 3.0]), 0.5)
    assert width == 2.0 and not full


def _coverage(method, n, make, creators=40):
    shares = []
    for seed in range(creators):
        errors = make(np.random.default_rng(seed), n)
        width = method(errors, late(n)).width
        ready = np.isfinite(width)
        shares.append((np.abs(errors[ready]) <= width[ready]).mean())
    return np.array(shares)


@pytest.mark.parametrize(
    "make",
    [
        lambda rng, n: rng.standard_t(4, n),
        lambda rng, n: rng.standard_t(4, n) * np.linspace(0.5, 2, n),
        lambda rng, n: rng.standard_t(4, n) + np.cumsum(0.1 * rng.normal(size=n)),
    ],
    ids=["steady", "growing spread", "drifting bias"],
)
def test_adaptive_coverage_on_simulated_series(make):
    shares = _coverage(conformal.adaptive, 300, make)
    assert 0.78 <= shares.mean() <= 0.82
    assert (shares < 0.7).mean() <= 0.02


def test_a_frozen_interval_misses_what_adaptive_follows():
    def grow(rng, n):
        return rng.standard_t(4, n) * np.linspace(0.5, 2, n)

    frozen, adaptive = (_coverage(m, 300, grow) for m in (conformal.frozen, conformal.adaptive))
    assert frozen.mean() < 0.72 < adaptive.mean()
    assert adaptive.std() < frozen.std()


def test_coverage_agrees_with_mapie():
    """MAPIE has no delay and judges a miss by today's level, so only the coverage can agree."""
    mapie = pytest.importorskip("mapie.regression")
    from sklearn.dummy import DummyRegressor

    ours, theirs = [], []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        y = rng.standard_t(4, 260) * np.linspace(0.7, 1.5, 260)
        X = np.zeros((260, 1))
        width = conformal.adaptive(y, np.arange(260), warm_up=60).width
        ours.append(np.mean(np.abs(y[60:]) <= width[60:]))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            zero = DummyRegressor(strategy="constant", constant=0.0)
            other = mapie.TimeSeriesRegressor(zero, method="aci")
            other.fit(X[:60], y[:60])
            inside = []
            for t in range(60, 260):
                _, interval = other.predict(X[t : t + 1], confidence_level=0.8)
                inside.append(interval[0, 0, 0] <= y[t] <= interval[0, 1, 0])
                other.update(X[t : t + 1], y[t : t + 1])
                other.adapt_conformal_inference(
                    X[t : t + 1], y[t : t + 1], gamma=0.02, confidence_level=0.8
                )
        theirs.append(np.mean(inside))
    assert np.mean(ours) == pytest.approx(np.mean(theirs), abs=0.05)
    assert np.mean(ours) == pytest.approx(0.8, abs=0.04)


def test_interval_score_by_hand():
    y, lower, upper = np.array([0.0, 5.0, -1.0]), np.zeros(3), np.full(3, 2.0)
    assert np.allclose(conformal.interval_score(y, lower, upper, 0.8), [2, 2 + 10 * 3, 2 + 10])


def test_share_interval_is_wilsons_and_wider_for_runs():
    spread = np.tile([1, 1, 1, 1, 0.0], 20)
    runs = np.sort(spread)
    low, high = share_interval(runs)
    narrow = share_interval(spread)
    assert low < narrow[0] < 0.8 < narrow[1] < high
    assert narrow == pytest.approx((0.711, 0.867), abs=0.002)
    assert share_interval(np.ones(20))[1] == 1.0


# ------------------------------------------------------------------------------- whole table


@pytest.fixture(scope="module")
def run():
    creator = known_creator(140, "jump", "iid", 0.3, seed=2)
    told = cross_validate(creator.posts, [creator.content], ["ridge"])
    return creator.posts, told, make_folds(creator.posts)


def test_intervals_of_a_run(run):
    posts, told, folds = run
    own = told[told["model"] == "ridge"]
    frame = uncertainty.prediction_intervals(
        own, posts, folds, methods=conformal.METHODS, sigma=dict.fromkeys(folds["fold"], 0.3)
    )
    assert list(frame.columns) == list(uncertainty.INTERVAL_COLUMNS)
    assert len(frame) == len(own) * len(conformal.METHODS)
    issued = frame.dropna(subset=["lower"]).groupby("method")["post_id"].apply(set)
    assert all(
        ids == issued.iloc[0] for ids in issued
    )  # the methods are compared on the same posts
    assert frame["p_viral"].between(0, 1).all() and frame["threshold"].notna().all()
    times = frame["post_id"].map(posts.set_index("post_id")["posted_at"])
    assert all(times[rows.index].is_monotonic_increasing for _, rows in frame.groupby("method"))
    kept = conformal.coverage(frame)
    assert set(kept["method"]) == set(conformal.METHODS)
    groups = conformal.coverage_groups(frame, posts)
    assert {"low forecasts", "high forecasts", "normal posts"} <= set(groups["group"])


def test_add_uncertainty_keeps_rows_and_order(run):
    posts, told, folds = run
    mixed = told.sample(frac=1, random_state=0)
    found = uncertainty.add_uncertainty(mixed, posts, folds)
    pd.testing.assert_frame_equal(found[list(told.columns)], mixed)
    assert found["p_viral"].notna().all() and found["lower"].isna().any()
    again = uncertainty.add_uncertainty(told, posts, folds)
    both = found.sort_index()[["lower", "upper", "p_viral"]]
    pd.testing.assert_frame_equal(both, again[["lower", "upper", "p_viral"]])


def test_empty_predictions_give_empty_tables(run):
    posts, told, folds = run
    frame = uncertainty.prediction_intervals(told.head(0), posts, folds)
    assert frame.empty and list(frame.columns) == list(uncertainty.INTERVAL_COLUMNS)
    assert conformal.coverage(frame).empty and conformal.coverage_groups(frame, posts).empty
    assert viral.reliability(np.zeros(0, bool), np.zeros(0)).empty
    assert calibration.by_level(np.zeros(0), np.zeros(0), np.zeros(0, bool)).empty


# ------------------------------------------------------------------------------------ viral


def test_share_above_by_hand():
    errors, told = np.array([0.0, 2.0, 0.0, 0.0]), np.zeros(4)
    share = viral.share_above(errors, told, np.array([0, 0, 2, 3]), np.ones(4), prior_posts=8)
    assert np.allclose(share, [0.1, 0.1, (1 + 0.8) / 10, (1 + 0.8) / 11])


def test_recent_rate_by_hand():
    history = np.array([0, 5, 5, 0.0])
    rate = viral.recent_rate(history, np.array([0, 4]), np.array([1.0, 1.0]), recent=3)
    assert np.allclose(rate, [0.1, (2 + 1) / 13])


def test_chances_of_a_known_lottery_are_calibrated():
    rng = np.random.default_rng(0)
    told = rng.normal(size=4000)
    y = told + rng.normal(size=4000)
    line = np.full(4000, np.quantile(y[:1000], 0.9))
    chance = viral.viral_probability(y, told, late(4000), line)
    bins = viral.reliability(y > line, chance)
    assert (np.abs(bins["chance"] - bins["share"]) < 0.03).all()
    skill = viral.brier_skill(y > line, chance, 0.1)
    assert skill["skill"] > 0.1 and skill["low"] > 0 and skill["estimable"]


def test_without_signal_there_is_no_skill_and_few_positives_are_said_to_be_few():
    rng = np.random.default_rng(1)
    y = rng.normal(size=90)
    line = np.full(90, 1.28)
    chance = viral.viral_probability(y, 0.3 * rng.normal(size=90), late(90), line)
    skill = viral.brier_skill(y > line, chance, 0.1)
    assert -0.2 < skill["skill"] < 0.1 and not skill["estimable"]
    assert skill["positives"] == int((y > line).sum())


# ------------------------------------------------------------------------------ calibration


def test_calibration_slope_of_exaggerated_and_timid_forecasts():
    rng = np.random.default_rng(0)
    truth = rng.normal(size=600)
    y = truth + 0.5 * rng.normal(size=600)
    for factor, expected in ((1, 1), (2, 0.5), (0.5, 2)):
        value, low, high = calibration.slope(y, factor * truth)
        assert low < expected < high and value == pytest.approx(expected, rel=0.1)
    assert np.isnan(calibration.slope(y, np.zeros(600))[0])


def test_calibration_by_level_keeps_regimes_apart():
    rng = np.random.default_rng(0)
    told = rng.normal(size=300)
    goes = rng.random(300) < 0.1
    levels = calibration.by_level(told + 3 * goes + 0.1 * rng.normal(size=300), told, goes)
    whole = levels[levels["bin"] == calibration.WHOLE].set_index("regime")
    assert whole.loc["viral", "gap"] == pytest.approx(3, abs=0.1)
    assert whole.loc["normal", "low"] < 0 < whole.loc["normal", "high"]
    assert set(levels.loc[levels["regime"] == "all", "bin"]) == {-1, 0, 1, 2}


# ------------------------------------------------------------------------------ two regimes


def _gated(n, slope, seed):
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(n, 2))
    goes = rng.random(n) < 1 / (1 + np.exp(2 - slope * z[:, 0]))
    return rng.normal(size=n) + 4 * goes, z


def test_a_gate_that_matters_is_found():
    errors, z = _gated(600, 3.0, 0)
    halves = [(np.arange(300), np.arange(300, 600))]
    scores = mixture.compare(errors, [(z[:300], z[300:])], halves)
    found = mixture.verdict(scores)
    assert found["verdict"] == "two regimes" and found["gain"] > 0
    fitted = mixture.fit_mixture(errors, z)
    assert fitted.means[1] - fitted.means[0] == pytest.approx(4, abs=0.5)
    assert fitted.gate[1] > 1 > abs(fitted.gate[2])


def test_without_a_gate_two_regimes_win_nothing_though_they_beat_a_normal_curve():
    wins = 0
    for seed in range(6):
        errors, z = _gated(200, 0.0, seed)
        halves = [(np.arange(100), np.arange(100, 200))]
        found = mixture.verdict(mixture.compare(errors, [(z[:100], z[100:])], halves))
        wins += found["verdict"] == "two regimes"
        assert found["over_normal"] > 0
    assert wins <= 1


def test_densities_integrate_to_one_and_no_regime_collapses():
    errors, z = _gated(60, 1.0, 3)
    fitted = mixture.fit_mixture(np.r_[errors, np.full(20, errors[0])], np.r_[z, z[:20]])
    grid = np.linspace(-30, 30, 6001)
    density = np.exp(fitted.log_density(grid, np.zeros((6001, 2))))
    assert density.sum() * (grid[1] - grid[0]) == pytest.approx(1, abs=1e-4)
    assert fitted.spreads.min() >= mixture.FLOOR * 0.5 * errors.std()


def test_few_errors_are_not_compared():
    errors, z = _gated(40, 1.0, 0)
    scores = mixture.compare(errors, [(z[:20], z[20:])], [(np.arange(20), np.arange(20, 40))])
    assert scores.empty and mixture.verdict(scores)["verdict"] == "not tested"
