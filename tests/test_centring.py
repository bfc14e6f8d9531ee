"""A forecast of means is moved to the median of its misses, where that is no accident."""

import numpy as np

from virality.models.centring import RECENT_POSTS, centred

N = 200
KNOWN = np.maximum(np.arange(N) - 3, 0)


def test_a_skewed_account_is_forecast_by_its_median():
    luck = np.random.default_rng(0).lognormal(0, 1.5, N)
    mean = np.full(N, np.exp(1.5**2 / 2))  # 3.1; the median is 1
    moved, late = centred(mean, luck, KNOWN), slice(30, None)
    assert abs(np.median(moved[late]) - 1) < 0.3
    assert np.abs(luck - moved)[late].mean() < np.abs(luck - mean)[late].mean()


def test_where_misses_are_centred_little_is_moved():
    luck = np.random.default_rng(0).standard_normal(N)
    shift = centred(np.zeros(N), luck, KNOWN)
    plain = np.abs([np.median(luck[max(0, k - RECENT_POSTS) : k]) for k in KNOWN[30:]])
    assert np.abs(shift[30:]).mean() < 0.5 * plain.mean()


def test_no_unmatured_outcome_moves_a_forecast_and_gaps_stay():
    luck = np.random.default_rng(0).lognormal(0, 1.5, N)
    forecast = np.full(N, 3.1)
    forecast[:5] = np.nan
    other = luck.copy()
    other[97:] += 3
    before, after = (centred(forecast, y, KNOWN) for y in (luck, other))
    np.testing.assert_array_equal(before[:101], after[:101])
    assert np.isnan(before[:5]).all() and not np.isnan(before[5:]).any()
    assert not np.allclose(before[115:], after[115:])


def test_a_forecast_that_misses_nothing_stays():
    np.testing.assert_array_equal(centred(np.full(N, 2.0), np.full(N, 2.0), KNOWN), np.full(N, 2.0))
