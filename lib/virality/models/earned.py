"""How far a model of other creators may move an account's own forecast: by its record here.

Such a model never saw the account, so every post that has matured tests it honestly.  Two claims
are weighed by their likelihood on all of those posts: that the outcome lies about the other's
forecast, and that it lies about the own one.  What the other has to offer is thus what the own
forecast does not know yet.  Nothing is handed back: it learns nothing anew, so one that has been
wrong from the start stays so.

It is judged in full and followed by half: misses of neighbouring posts resemble each other, so that
posts say less than so many independent ones would, and the mean of two fair forecasts is mostly
better than either (Bates & Granger 1969, "The combination of forecasts").
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit, logit

BEGIN = 0.15  # share without any evidence
MOST = 0.5  # share when all evidence speaks for it
CLIP = 3.0  # usual misses: one viral post should not decide


def earned_share(
    own: np.ndarray, theirs: np.ndarray, outcome: np.ndarray, known: np.ndarray
) -> np.ndarray:
    """Share of a forecast from elsewhere at every post, from what had matured by then.

    Parameters
    ----------
    own, theirs : ndarray of shape (n_posts,)
        Forecasts in time order, log scale; NaN = none.
    outcome : ndarray of shape (n_posts,)
    known : ndarray of int, shape (n_posts,)
        How many of the first posts had matured when each went up, from
        :func:`virality.core.embargo.matured_before`.

    Returns
    -------
    ndarray of shape (n_posts,)
        `BEGIN` without evidence, at most `MOST`; zero where the other says nothing, one where
        nobody else says anything.

    Examples
    --------
    >>> outcome, known = np.tile([1.0, -1.0], 10), np.arange(20)
    >>> earned_share(np.zeros(20), outcome, outcome, known)[[0, 2, 19]].round(2).tolist()
    [0.15, 0.27, 0.5]
    >>> earned_share(np.zeros(20), -outcome, outcome, known)[19].round(2)
    np.float64(0.0)
    """
    both = ~np.isnan(own + theirs)
    apart, miss = (np.where(both, each - own, 0.0) for each in (theirs, outcome))
    evidence = [_evidence(apart[:k], miss[:k], both[:k].sum()) for k in known]
    shares = MOST * expit(logit(BEGIN / MOST) + np.array(evidence, dtype=float))
    return np.where(np.isnan(theirs), 0.0, np.where(np.isnan(own), 1.0, shares))


def _evidence(apart: np.ndarray, miss: np.ndarray, n: int) -> float:
    """Logarithm of the ratio of the likelihoods, normal about either forecast.

    Parameters
    ----------
    apart : ndarray of shape (n_posts,)
        The other forecast minus the own.
    miss : ndarray of shape (n_posts,)
        The outcome minus the own forecast.
    n : int
        Posts of which both had spoken; of all others both numbers are zero.
    """
    usual = np.abs(miss).sum() / n if n else 0.0
    if usual == 0:
        return 0.0
    pulled = np.clip(miss, -CLIP * usual, CLIP * usual)
    return float((apart * (pulled - apart / 2)).sum() / usual**2)
