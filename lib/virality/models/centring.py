"""A forecast of means made one of medians, by its own recent misses.

Under absolute loss the best forecast is the median, and views are skewed: a model that is fitted to
means, however robust, lies above most posts of an account that lives on a few hits.
"""

from __future__ import annotations

import numpy as np

from virality.models.level import robust_spread

RECENT_POSTS, FEWEST_POSTS = 20, 8
DOUBT = 2.0  # by so many squared standard errors is a squared shift pulled in
MEDIAN_VARIANCE = np.pi / 2  # of the median of normal values, in units of that of their mean


def centred(forecast: np.ndarray, outcome: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Move every forecast by the median of the last matured misses, as far as it is no accident.

    The median is shrunk by the positive part of James and Stein's rule.

    Parameters
    ----------
    forecast : ndarray of shape (n_posts,)
        In time order; NaN = none.
    outcome : ndarray of shape (n_posts,)
    known : ndarray of int, shape (n_posts,)
        How many of the first posts had matured when each went up.

    Returns
    -------
    ndarray of shape (n_posts,)

    Examples
    --------
    >>> outcome = np.array([1.0, 1.1, 0.9] * 4)
    >>> centred(np.full(12, 3.0), outcome, np.arange(12)).round(1)[[7, 8]].tolist()
    [3.0, 1.0]
    """
    miss = outcome - forecast
    spoken = ~np.isnan(miss)
    seen = np.concatenate([[0], np.cumsum(spoken)])[known]
    shifts = _shifts(miss[spoken])
    return forecast + shifts[seen]


def _shifts(miss: np.ndarray) -> np.ndarray:
    """The shift after the first k misses, shape (n_misses + 1,)."""
    shifts = np.zeros(len(miss) + 1)
    for k in range(FEWEST_POSTS, len(miss) + 1):
        recent = miss[max(0, k - RECENT_POSTS) : k]
        middle = float(np.median(recent))
        doubt = MEDIAN_VARIANCE * float(robust_spread(recent)) ** 2 / len(recent)
        if middle:
            shifts[k] = middle * max(0.0, 1 - DOUBT * doubt / middle**2)
    return shifts
