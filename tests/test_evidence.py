"""The tests of content and history: known answers, and level and power in small."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from virality.demo.known_truth import known_creator, known_lottery
from virality.evaluation.evaluate import cross_validate
from virality.evidence import claims as evidence
from virality.evidence import learning_curve, level_free, power
from virality.evidence import shifts as sh
from virality.features.table import model_table

ALPHA = 0.05


def series(n=90, p=6, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, p)), rng.normal(size=n)


def folds(n=90):
    return [(np.arange(0, a - 3), np.arange(a, b)) for a, b in ((30, 50), (50, 70), (70, n))]


# --------------------------------------------------------------------------- running scores


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 59), st.integers(0, 10**6))
def test_running_scores_never_look_ahead(row, seed):
    X, _ = series(60, 4, seed)
    X[np.random.default_rng(seed).random(X.shape) < 0.1] = np.nan
    changed = X.copy()
    changed[row:] = 99 * np.random.default_rng(seed + 1).normal(size=changed[row:].shape)
    before, after = sh.running_scores(X)[:row], sh.running_scores(changed)[:row]
    assert np.array_equal(before, after)


def test_running_scores_of_known_columns():
    constant, ramp = np.full(30, 7.3), np.arange(30.0)
    missing = np.full(30, np.nan)
    scores = sh.running_scores(np.column_stack([constant, ramp, missing]))
    assert not scores[:, 0].any() and not scores[:, 2].any()
    assert np.allclose(scores[15:, 1], scores[15, 1], atol=0.2)  # a steady trend is no news
    assert np.abs(scores).max() <= sh.CLIP


def test_units_do_not_matter():
    X, _ = series()
    assert np.allclose(sh.running_scores(X), sh.running_scores(1000 * X + 5), atol=1e-8)


# ------------------------------------------------------------------------------------ shifts


@settings(max_examples=50, deadline=None)
@given(st.integers(30, 900), st.integers(1, 600))
def test_shifts_keep_away_from_zero_and_are_never_drawn_twice(n, wanted):
    found = sh.all_shifts(n, wanted)
    nearest = min(sh.WINDOW, n // 6)
    assert len(set(found)) == len(found) <= wanted
    assert found.min() >= nearest and found.max() <= n - nearest
    assert len(found) == min(wanted, n - 2 * nearest + 1)


def test_statistic_is_that_of_a_plain_ridge_refitted_on_shifted_rows():
    from sklearn.linear_model import Ridge

    X, y = series()
    shift = 17
    told, truth = [], []
    moved = np.roll(X, -shift, axis=0)
    for train, test in folds():
        inside = X[[(t + shift) % len(X) for t in train]]
        length = ((inside - inside.mean(axis=0)) ** 2).sum() / len(train)
        model = Ridge(sh.PENALTY * length).fit(inside, sh._clipped(y[train][:, None])[:, 0])
        told.append(sh.fold_ranks(model.predict(moved[test])[:, None])[:, 0])
        truth.append(sh.fold_ranks(y[test][:, None])[:, 0])
    expected = np.corrcoef(np.concatenate(told), np.concatenate(truth))[0, 1]
    found = sh.shift_statistics(X, y, folds(), [shift])
    assert found[1, 0] == pytest.approx(expected, abs=1e-9)


def test_dual_and_primal_form_agree():
    X, y = series(p=20)
    wide = np.hstack([X, np.zeros((90, 60))])  # zeros change the form, not the answer
    narrow, dual = (sh.shift_statistics(Z, y, folds(), [11, 40]) for Z in (X, wide))
    assert np.allclose(narrow, dual, atol=1e-9)


def test_several_targets_at_once_are_the_same_as_one_by_one():
    X, y = series()
    both = np.column_stack([y, y**2])
    together = sh.shift_statistics(X, both, folds(), [20, 50])
    alone = np.hstack([sh.shift_statistics(X, t, folds(), [20, 50]) for t in both.T])
    assert np.allclose(together, alone)


def test_stepdown_known_answers():
    rng = np.random.default_rng(0)
    statistics = rng.normal(size=(200, 3))
    statistics[0] = [9, 0, 8]
    p, adjusted = sh.stepdown(statistics)
    assert p[0] == adjusted[0] == 1 / 200
    assert p[2] == adjusted[2] == 1 / 200
    assert 0.2 < adjusted[1] < 0.9 and adjusted[1] == p[1]
    statistics[0] = [0.5, 0.4, 0.3]
    p, adjusted = sh.stepdown(statistics)
    assert (adjusted >= p).all() and adjusted[0] > p[0]


def test_many_posts_reduce_wide_blocks_by_the_first_training_posts():
    X, _ = series(500, 60)
    early = np.arange(100)
    changed = X.copy()
    changed[200:] *= 3
    assert sh.reduce(X, early).shape == (500, sh.N_COMPONENTS)
    assert np.allclose(sh.reduce(X, early)[:200], sh.reduce(changed, early)[:200])
    assert sh.reduce(X[:300], early).shape == (300, 60)


# ----------------------------------------------------------------------------- content test


def test_strong_signal_is_found_and_named():
    creator = known_creator(140, "walk", "iid", 0.5, carries=("audio",), seed=3)
    found = evidence.content_test(creator.posts, [creator.content])
    overall, blocks = found.iloc[0], found[found["kind"] == "content"].set_index("block")
    assert overall["kind"] == "content_any" and overall["p_adjusted"] < ALPHA
    assert blocks["p_adjusted"].idxmin() == "audio" and blocks.loc["audio", "p_adjusted"] < ALPHA
    assert list(found.columns) == list(evidence.EVIDENCE_COLUMNS)


def test_same_inputs_same_bits():
    creator = known_creator(100, seed=5)
    one, two = (evidence.content_test(creator.posts, [creator.content]) for _ in range(2))
    pd.testing.assert_frame_equal(one, two, check_exact=True)


def test_momentum_is_not_content():
    creator = known_creator(100, seed=5)
    rng = np.random.default_rng(0)
    momentum = pd.DataFrame({"momentum__ewm": rng.normal(size=100)}, index=creator.content.index)
    table = model_table(creator.posts, [creator.content, momentum])
    assert set(level_free.content_series(table).blocks) == {"vision", "audio", "caption_text"}


def test_the_test_folds_keep_the_embargo():
    creator = known_creator(120, seed=1)
    times = creator.posts["posted_at"]
    made = level_free.content_folds(times, 7)
    assert len(made) == 5
    for train, test in made:
        assert times.iloc[test[0]] - times.iloc[train[-1]] >= pd.Timedelta(days=7)
    assert np.array_equal(np.concatenate([test for _, test in made]), np.arange(20, 120))


CELLS = [("white", "iid"), ("ar", "ar"), ("walk", "drift"), ("jump", "drift"), ("spread", "drift")]


def _found(level, content, r2, creators, n=90):
    made = (known_creator(n, level, content, r2, seed=[s, 7]) for s in range(creators))
    tests = [evidence.content_test(each.posts, [each.content]) for each in made]
    return [test["p_adjusted"].iloc[0] < ALPHA for test in tests]


@pytest.mark.slow
def test_level_in_small():
    found = [hit for level, content in CELLS for hit in _found(level, content, 0.0, 8)]
    assert sum(found) <= 6  # of 40; more has a chance of one in 300 at the nominal level


@pytest.mark.slow
def test_power_in_small():
    assert np.mean(_found("walk", "drift", 0.5, 8)) >= 0.75


def test_missing_media_and_constant_columns_do_no_harm():
    creator = known_creator(90, seed=2)
    content = creator.content.copy()
    content.iloc[::4, :24] = np.nan
    content["vision__023"] = 1.0
    found = evidence.content_test(creator.posts, [content])
    assert found["p_adjusted"].between(0, 1).all()


@pytest.mark.parametrize("n", [1, 12, 29])
def test_too_few_posts_give_an_empty_table(n):
    creator = known_creator(n, seed=0)
    for found in (
        evidence.content_test(creator.posts, [creator.content]),
        evidence.tree_test(creator.posts, [creator.content]),
        power.smallest_effect(creator.posts, [creator.content]),
    ):
        assert found.empty and list(found.columns) == list(evidence.EVIDENCE_COLUMNS)


def test_all_views_equal_is_no_error():
    creator = known_creator(60, seed=0)
    posts = creator.posts.assign(views=pd.array([5] * 60, dtype="Int64"))
    assert evidence.content_test(posts, [creator.content]).empty


# ---------------------------------------------------------------------------------- trees


def test_shift_within_folds_known_answers():
    rng = np.random.default_rng(0)
    truth = [rng.normal(size=20) for _ in range(4)]
    statistic, p = evidence.shift_within_folds(truth, truth)
    assert statistic == pytest.approx(1) and p == 1 / 500
    _, p = evidence.shift_within_folds(truth, [-t for t in truth])
    assert p == 1
    statistic, p = evidence.shift_within_folds(truth, [np.zeros(20) for _ in truth])
    assert np.isnan(statistic) and p == 1


def test_a_folds_own_level_cannot_speak():
    rng = np.random.default_rng(1)
    truth = [rng.normal(size=20) for _ in range(4)]
    told = [rng.normal(size=20) for _ in range(4)]
    moved = [[values + 10 * k for k, values in enumerate(part)] for part in (truth, told)]
    assert evidence.shift_within_folds(*moved) == evidence.shift_within_folds(truth, told)


@pytest.mark.slow
def test_shifts_keep_their_level_where_neighbours_are_alike():
    """Without the near shifts an eighth of these would be called a find."""
    rng = np.random.default_rng(2)

    def alike(n=20, memory=0.8):
        luck = rng.normal(size=n + 30)
        for t in range(1, len(luck)):
            luck[t] += memory * luck[t - 1]
        return luck[30:]

    found = [
        evidence.shift_within_folds([alike() for _ in range(5)], [alike() for _ in range(5)], 99, k)
        for k in range(400)
    ]
    assert np.mean([p < ALPHA for _, p in found]) < 0.09


def test_trees_find_a_strong_signal():
    creator = known_creator(140, "walk", "iid", 0.6, seed=1)
    found = evidence.tree_test(creator.posts, [creator.content])
    assert found["p"].iloc[0] < ALPHA


# -------------------------------------------------------------------------------- history


def test_history_of_a_moving_level_is_found_and_of_a_constant_one_is_not():
    rng = np.random.default_rng(0)
    n = 200
    level = np.cumsum(0.4 * rng.normal(size=n))
    y = level + rng.normal(size=n)
    found = evidence.history_evidence(y, level, np.zeros(n))
    assert found["p"].iloc[0] < 0.01 and found["low"].iloc[0] > 0
    noise = rng.normal(size=n)
    found = evidence.history_evidence(noise, 0.4 * rng.normal(size=n), np.zeros(n))
    assert found["p"].iloc[0] > 0.5


def test_history_is_not_won_by_being_a_median():
    """Skewed outcomes without a memory: the median beats the mean, and history nothing."""
    shown = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        y = rng.exponential(2.0, 140)
        recent = np.array([np.median(y[t - 10 : t]) for t in range(56, 140)])
        long_run = np.array([np.median(y[:t]) for t in range(56, 140)])
        shown += evidence.history_evidence(y[56:], recent, long_run)["p"].iloc[0] < ALPHA
    assert shown <= 4


@pytest.mark.slow
def test_history_reads_the_long_table():
    creator = known_creator(140, "jump", seed=4)
    told = cross_validate(creator.posts, [creator.content], models=())
    found = evidence.history_test(told)
    rows = told[told["model"] == "train_median"]
    assert found["n"].iloc[0] == len(rows)
    assert evidence.history_test(told[told["model"] == "ewm"]).empty


# ----------------------------------------------------- learning curve and smallest effect


def test_learning_curve_predicts_the_same_posts_from_growing_memories():
    creator = known_creator(160, "white", "iid", 0.6, seed=0)
    curve = learning_curve.learning_curve(creator.posts, [creator.content])
    assert (curve["n"] == curve["n"].iloc[0]).all() and curve["m"].is_monotonic_increasing
    assert curve["m"].iloc[0] == 20 and curve["mae"].iloc[-1] < curve["mae"].iloc[0]
    assert np.isnan(curve["gain"].iloc[0]) and np.isfinite(curve["gain"].iloc[-1])
    rows = learning_curve.curve_evidence(curve)
    errors, gains = (rows[rows["kind"] == f"learning_{name}"] for name in ("curve", "gain"))
    assert len(errors) + len(gains) == len(rows)
    assert errors["n_train"].tolist() == curve["m"].tolist()
    assert gains["n_train"].tolist() == curve["m"].tolist()[1:]
    assert gains["low"].tolist() == curve["gain_low"].tolist()[1:]


def test_smallest_effect_shrinks_with_posts_and_power_grows_with_effects():
    sizes = {}
    for n in (60, 200):
        creator = known_creator(n, "white", "iid", seed=1)
        found = power.smallest_effect(creator.posts, [creator.content], n_shifts=39, n_simulated=40)
        grown = found[found["kind"] == "power"].sort_values("statistic")["p"]
        assert grown.iloc[-1] > grown.iloc[0]
        sizes[n] = found.loc[found["kind"] == "smallest_effect", "statistic"].iloc[0]
    assert sizes[200] < 0.25
    assert np.isnan(sizes[60]) or sizes[60] > sizes[200]


def test_known_creators_are_what_they_say():
    one, two = known_creator(50, seed=9), known_creator(50, seed=9)
    pd.testing.assert_frame_equal(one.posts, two.posts)
    assert one.posts["posted_at"].is_monotonic_increasing
    lottery = known_lottery(3000, base=0.1, slope=1.0, seed=0)
    assert 0.08 < lottery.viral_chance.mean() < 0.2
