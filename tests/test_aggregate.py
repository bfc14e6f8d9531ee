"""Weights that follow matured losses: known answers, properties, and what they are not."""

import numpy as np
import pytest

from virality.models.aggregate import Sharing, follow_losses

PLAIN = Sharing(rate=0.3, share=0.0)


def follow(forecasts, outcome, known, sharing=PLAIN, prior=None, scale=None):
    size = forecasts.shape[1]
    prior = np.full(size, 1 / size) if prior is None else np.asarray(prior)
    scale = np.ones(len(outcome)) if scale is None else scale
    return follow_losses(forecasts, outcome, np.asarray(known), prior, scale, sharing)


def noisy(n=80, size=5, seed=0):
    rng = np.random.default_rng(seed)
    outcome = rng.standard_normal(n)
    return outcome[:, None] + rng.standard_normal((n, size)) * (1 + np.arange(size)), outcome


def test_without_shares_a_weight_is_its_prior_times_the_exponential_of_its_losses():
    forecasts, outcome = noisy(6, 3)
    prior = np.array([0.5, 0.3, 0.2])
    weights = follow(forecasts, outcome, np.arange(6), prior=prior)
    losses = np.abs(forecasts - outcome[:, None])[:5].sum(axis=0)
    expected = prior * np.exp(-0.3 * losses)
    np.testing.assert_allclose(weights[5], expected / expected.sum())
    np.testing.assert_allclose(weights[0], prior)


def test_a_loss_counts_only_once_its_post_has_matured():
    forecasts, outcome = noisy(6, 3)
    late = follow(forecasts, outcome, [0, 0, 0, 1, 2, 3])
    at_once = follow(forecasts, outcome, np.arange(6))
    np.testing.assert_array_equal(late[:3], np.full((3, 3), 1 / 3))
    np.testing.assert_allclose(late[5], at_once[3])


def test_no_later_or_unmatured_outcome_changes_a_weight():
    forecasts, outcome = noisy()
    known = np.maximum(np.arange(80) - 4, 0)
    other = outcome.copy()
    other[36:] = np.median(forecasts[36:], axis=1)
    before, after = (follow(forecasts, y, known, Sharing(0.3, 0.02)) for y in (outcome, other))
    np.testing.assert_array_equal(before[:41], after[:41])  # post 40 knows the first 36
    assert not np.allclose(before[41], after[41])


def test_weights_sum_to_one_over_those_that_are_awake():
    forecasts, outcome = noisy()
    forecasts[:, 2] = np.nan
    forecasts[10:20, 0] = np.nan
    forecasts[30] = np.nan
    weights = follow(forecasts, outcome, np.arange(80), Sharing(0.3, 0.02))
    np.testing.assert_allclose(np.delete(weights, 30, axis=0).sum(axis=1), 1)
    assert not weights[30].any() and not weights[:, 2].any() and not weights[10:20, 0].any()


def test_sleep_costs_nothing_and_wins_nothing():
    """Between two that are alike, the one that slept through losses keeps its share."""
    outcome = np.zeros(12)
    forecasts = np.ones((12, 3))
    forecasts[:8, 2] = np.nan
    weights = follow(forecasts, outcome, np.arange(12))
    np.testing.assert_allclose(weights[8], 1 / 3)


def test_the_best_expert_is_found_and_another_one_after_a_change():
    outcome = np.zeros(400)
    forecasts = np.tile([0.0, 1.0], (400, 1))
    forecasts[200:] = [1.0, 0.0]
    shared = follow(forecasts, outcome, np.arange(400), Sharing(0.3, 0.02))
    frozen = follow(forecasts, outcome, np.arange(400), PLAIN)
    assert shared[199, 0] > 0.9 and shared[230, 1] > 0.9
    assert frozen[230, 1] < 0.01


def test_a_loss_of_unknown_scale_teaches_nothing():
    forecasts, outcome = noisy(6, 3)
    weights = follow(forecasts, outcome, np.arange(6), scale=np.full(6, np.nan))
    np.testing.assert_allclose(weights, 1 / 3)


@pytest.mark.parametrize("factor", [0.01, 100.0])
def test_the_unit_of_the_outcome_does_not_matter(factor):
    forecasts, outcome = noisy()
    plain = follow(forecasts, outcome, np.arange(80), Sharing(0.3, 0.02))
    scaled = follow(
        factor * forecasts,
        factor * outcome,
        np.arange(80),
        Sharing(0.3, 0.02),
        scale=np.full(80, factor),
    )
    np.testing.assert_allclose(plain, scaled, rtol=1e-8)
