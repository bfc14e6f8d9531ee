"""Chances of going viral: recalibrated in time order, by nothing that was not known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit

from virality.demo.worlds import World, simulate_world
from virality.evaluation.evaluate import cross_validate
from virality.uncertainty import viral
from virality.uncertainty.intervals import prediction_intervals
from virality.uncertainty.recalibration import SHIFT, SLOPE, recalibrated

BASE = viral.BASE_RATE


def late(n: int, delay: int = 3) -> np.ndarray:
    """How many posts were known when each went up, `delay` posts behind."""
    return np.maximum(np.arange(n) - delay, 0)


def too_sure(n: int, seed: int, slope: float = 0.5) -> tuple[np.ndarray, np.ndarray]:
    """Chances whose log odds lie too far from the base rate, and what happens."""
    rng = np.random.default_rng(seed)
    odds = 1.2 * rng.normal(size=n)
    true = expit(logit(BASE) + slope * odds)
    return expit(logit(BASE) + odds), rng.random(n) < true


def brier(chance, happened) -> float:
    return float(np.mean((chance - happened) ** 2))


# --------------------------------------------------------------------------- only what was known


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 59), st.integers(0, 10**6))
def test_no_later_and_no_unmatured_outcome_changes_a_chance(row, seed):
    rng = np.random.default_rng(seed)
    y, told, line = rng.normal(size=60), rng.normal(size=60), np.full(60, 0.8)
    known = late(60, int(rng.integers(0, 9)))
    changed, other = y.copy(), told.copy()
    changed[known[row] :] += 5 * rng.normal(size=60 - known[row])  # outcomes not known by then
    other[row + 1 :] = 9.0
    before = viral.viral_probability(y, told, known, line)
    after = viral.viral_probability(changed, other, known, line)
    assert np.array_equal(before[: row + 1], after[: row + 1])


def test_matured_outcomes_do_change_chances():
    """The property above would hold of a function that learns nothing."""
    said = np.full(80, 0.4)
    often, never = (recalibrated(said, np.full(80, v), late(80), BASE) for v in (True, False))
    assert often[-1] > said[-1] > never[-1]
    assert often[0] == never[0] == pytest.approx(expit(logit(0.1) + SHIFT + SLOPE * logit(0.4)
                                                       - SLOPE * logit(0.1)))  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 120), st.integers(0, 10**6))
def test_the_order_of_chances_issued_at_one_moment_is_kept(n, seed):
    rng = np.random.default_rng(seed)
    said, happened = rng.uniform(0.001, 0.999, n), rng.random(n) < rng.random()
    found = recalibrated(said, happened, np.full(n, n // 2), BASE)
    ranked = found[np.argsort(said)]
    assert (np.diff(ranked) >= 0).all() and (found > 0).all() and (found < 1).all()


def test_a_slope_below_zero_is_none():
    """What always came out the wrong way round is ordered no further, and not turned around."""
    said = np.tile([0.02, 0.98], 2000)
    found = recalibrated(said, np.tile([True, False], 2000), late(4000), BASE)
    assert np.ptp(found[-2:]) < 0.01


# ---------------------------------------------------------------------------- planted sureness


def test_planted_overconfidence_is_taken_back():
    raw, mended, off = [], [], []
    for seed in range(8):
        said, happened = too_sure(600, seed)
        found = recalibrated(said, happened, late(600), BASE)
        late_half = slice(300, None)
        raw.append(brier(said[late_half], happened[late_half]))
        mended.append(brier(found[late_half], happened[late_half]))
        high = np.argsort(said[late_half])[-60:]
        off.append([x[late_half][high].mean() - happened[late_half][high].mean()
                    for x in (said, found)])  # fmt: skip
    assert np.mean(mended) < np.mean(raw)
    before, after = np.mean(off, axis=0)
    assert before > 0.1 and abs(after) < before / 2


def test_chances_that_were_right_are_left_about_as_they_were():
    gaps, costs = [], []
    for seed in range(8):
        said, happened = too_sure(600, seed, slope=1.0)
        found = recalibrated(said, happened, late(600), BASE)
        gaps.append(np.abs(found - said)[300:].mean())
        costs.append(brier(found, happened) - brier(said, happened))
    assert np.mean(gaps) < 0.03 and np.mean(costs) < 0.002


@pytest.mark.slow
def test_chances_of_simulated_accounts_mean_what_they_say():
    """In small what `benchmarks/viral.py` prints: the high chances, which were too sure."""
    said, came = [], []
    for seed in range(16):
        posts, _ = simulate_world(World(n=200, luck="viral", level_size=0.6), [seed, 3])
        told = cross_validate(posts, models=["ridge"], baselines=False)
        frame = viral.chances(prediction_intervals(told, posts))
        said.append(frame["p_viral"].to_numpy())
        came.append((frame["y_true"] > frame["threshold"]).to_numpy())
    chance, happened = np.concatenate(said), np.concatenate(came)
    high = chance > 0.2
    assert high.sum() >= 100
    gap = chance[high].mean() - happened[high].mean()
    spread = np.sqrt(2 * chance[high].mean() * (1 - chance[high].mean()) / high.sum())
    assert abs(gap) < 2.5 * spread
    assert brier(chance, happened) < brier(np.full(len(chance), BASE), happened)
