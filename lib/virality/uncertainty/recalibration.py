"""Chances that mean what they say: log odds on a slope that is learnt from earlier chances.

Chances that come from a forecast's past misses are too sure when they are high: the forecast is
right less often than its own past says, because the account moves on.  So their log odds are pulled
towards the base rate.  How hard is learnt, in time order, from chances whose posts have matured;
but one account has a dozen viral posts, and whoever lets them decide alone makes the chances worse.
So the pull starts where it was right for simulated accounts, and moves by little.

The settings were chosen on simulated accounts, and are reported on others: `benchmarks/viral.py`.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit, logit

SLOPE, SLOPE_SPREAD = 0.9, 0.12  # before anything is known of the account; 1 = left as it was
SHIFT = 0.06  # of all log odds: where accounts move, an old line is passed more often


def recalibrated(
    chance: np.ndarray, happened: np.ndarray, known: np.ndarray, base_rate: float
) -> np.ndarray:
    """Pull chances towards the base rate as hard as earlier ones should have been.

    A logistic regression of what happened on the log odds that were issued, with one slope for all
    posts and a normal prior on it.  It keeps the order of chances that are issued at one moment.

    Parameters
    ----------
    chance : ndarray of shape (n,)
        As first issued, between 0 and 1, in time order.
    happened : ndarray of bool, shape (n,)
        Read only where `known` says so.
    known : ndarray of int, shape (n,)
        How many of the first posts had matured when each went up; only those are learnt from.
    base_rate : float
        Between 0 and 1.

    Returns
    -------
    ndarray of shape (n,)
        Between 0 and 1.

    Notes
    -----
    Each matured outcome moves the slope by one step of Newton's method from where it stood, which
    takes a moment for any number of posts.

    References
    ----------
    Platt (1999), "Probabilistic outputs for support vector machines"; Spiegelhalter and Lauritzen
    (1990), "Sequential updating of conditional probabilities", for the steps.

    Examples
    --------
    >>> said = np.full(60, 0.4)
    >>> never = recalibrated(said, np.zeros(60, bool), np.arange(60), base_rate=0.1)
    >>> never[[0, 59]].round(2).tolist()
    [0.37, 0.24]
    """
    middle = float(logit(base_rate)) + SHIFT
    odds = logit(np.asarray(chance, dtype=float)) - logit(base_rate)
    slopes = np.empty(len(odds))
    slope, weight, seen = SLOPE, SLOPE_SPREAD**-2, 0
    for post, count in enumerate(known):
        for one in range(seen, count):
            said = expit(middle + slope * odds[one])
            weight += odds[one] ** 2 * said * (1 - said)
            slope += odds[one] * (happened[one] - said) / weight
        seen = max(seen, count)
        slopes[post] = max(slope, 0.0)
    return expit(middle + slopes * odds)
