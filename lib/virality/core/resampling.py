"""Intervals for scores of posts that are not independent of each other.

Neighbouring posts share an account's level, so whole runs of them are drawn: circular blocks of
about a dozen.  Percentiles of so few blocks cover too little; the standard error times Student's t
with one degree of freedom per block but one holds its level better.
"""

from __future__ import annotations

import numpy as np
from scipy import stats

from virality.core.bounds import within

BLOCK = 12
CONFIDENCE = 0.95


def block_length(n: int) -> int:
    """A dozen posts, or a quarter of them when there are few."""
    return max(1, min(BLOCK, n // 4))


def block_weights(n: int, n_bootstrap: int = 1000, seed: int = 0) -> np.ndarray:
    """How often each post is drawn, as weights that sum to one.

    Parameters
    ----------
    n : int
        Posts, in time order.
    n_bootstrap : int
    seed : int

    Returns
    -------
    ndarray of float, shape (n_bootstrap, n)
        `weights @ x` gives the bootstrap means of any column x of per-post values.

    References
    ----------
    Politis and Romano (1992), "A circular block-resampling procedure for stationary data".
    """
    within("n_bootstrap", n_bootstrap, 1)
    length = block_length(n)
    n_blocks = -(-n // length)
    starts = np.random.default_rng(seed).integers(0, n, size=(n_bootstrap, n_blocks))
    weights = np.zeros((n_bootstrap, n))
    rows = np.repeat(np.arange(n_bootstrap), n_blocks).reshape(n_bootstrap, n_blocks)
    for step in range(length):
        np.add.at(weights, (rows, (starts + step) % n), 1.0)
    return weights / (n_blocks * length)


def weighted_medians(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Medians of bootstrap samples: the value at which the drawn weights reach one half.

    Parameters
    ----------
    values : ndarray of shape (n,)
        In time order.
    weights : ndarray of shape (n_bootstrap, n)
        From `block_weights`; rows need not sum to one.

    Returns
    -------
    ndarray of shape (n_bootstrap,)
        NaN where none of the values was drawn.
    """
    order = np.argsort(values)
    reached = np.cumsum(weights[:, order], axis=1)
    drawn = values[order][(reached >= reached[:, -1:] / 2).argmax(axis=1)].astype(float)
    return np.where(reached[:, -1] > 0, drawn, np.nan)


def block_standard_error(values: np.ndarray) -> float:
    """Standard error of a mean over posts, from all circular blocks of neighbours.

    Parameters
    ----------
    values : ndarray of shape (n,)
        In time order.

    Returns
    -------
    float
        What the bootstrap of `block_weights` tends to with many draws, in closed form.
    """
    n, length = len(values), block_length(len(values))
    around = np.concatenate([values, values[: length - 1]]) - np.mean(values)
    means = np.convolve(around, np.ones(length) / length, mode="valid")
    return float(np.sqrt(np.mean(means**2) * length / n))


def block_mean_interval(values: np.ndarray, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Mean of per-post values ± t × block standard error.

    Parameters
    ----------
    values : ndarray of shape (n,)
        In time order.
    confidence : float
        Of the interval, 0 to 1.

    Returns
    -------
    low, high : float
        In the unit of the values; NaN below 8 posts.
    """
    if len(values) < 8:
        return np.nan, np.nan
    half = t_width(len(values), confidence) * block_standard_error(values)
    return float(np.mean(values) - half), float(np.mean(values) + half)


def effective_size(has: np.ndarray) -> float:
    """How many independent posts a series of yes and no is worth, at most its length.

    Parameters
    ----------
    has : ndarray of shape (n,)
        Ones and zeros, in time order.
    """
    n, share = len(has), float(np.mean(has))
    alone = share * (1 - share) / n
    blocks = block_standard_error(has) ** 2 if n >= 8 else alone
    return n * min(1.0, alone / blocks) if blocks > 0 else float(n)


def share_interval(has: np.ndarray, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Wilson's interval of a share, with as many posts as the neighbours' likeness leaves.

    Parameters
    ----------
    has : ndarray of shape (n,)
        Ones and zeros, in time order.
    confidence : float
        Of the interval, 0 to 1.

    Returns
    -------
    low, high : float
        0 to 1.
    """
    share, effective = float(np.mean(has)), effective_size(has)
    z = stats.norm.ppf(0.5 + confidence / 2)
    centre = (share + z**2 / (2 * effective)) / (1 + z**2 / effective)
    half = np.sqrt(share * (1 - share) / effective + z**2 / (4 * effective**2))
    half *= z / (1 + z**2 / effective)
    return max(0.0, float(centre - half)), min(1.0, float(centre + half))


def t_width(n: int, confidence: float = CONFIDENCE) -> float:
    """Student's t for as many blocks as n posts give.

    Parameters
    ----------
    n : int
        Posts.
    confidence : float
        Of the interval, 0 to 1.

    Returns
    -------
    float
        Half the width of an interval, in standard errors.
    """
    freedom = max(n / block_length(n) - 1, 1)
    return float(stats.t.ppf(0.5 + confidence / 2, freedom))


def interval(
    estimate: float, draws: np.ndarray, n: int, confidence: float = CONFIDENCE
) -> tuple[float, float]:
    """Estimate ± t × bootstrap standard error.

    Parameters
    ----------
    estimate : float
    draws : ndarray
        The same statistic of bootstrap samples; those that are not finite are left out.
    n : int
        Posts behind the estimate.
    confidence : float
        Of the interval, 0 to 1.

    Returns
    -------
    low, high : float
        In the unit of the estimate; NaN when there is nothing to go by.
    """
    draws = draws[np.isfinite(draws)]
    if n < 8 or len(draws) < 2 or not np.isfinite(estimate):
        return np.nan, np.nan
    half = t_width(n, confidence) * float(np.std(draws, ddof=1))
    return estimate - half, estimate + half


def fisher_interval(
    r: float, draws: np.ndarray, n: int, confidence: float = CONFIDENCE
) -> tuple[float, float]:
    """The same as `interval` on Fisher's z scale, for a correlation: it never leaves −1 to 1.

    Parameters
    ----------
    r : float
        A correlation.
    draws : ndarray
        Correlations of bootstrap samples.
    n : int
        Posts behind the correlation.
    confidence : float
        Of the interval, 0 to 1.

    Returns
    -------
    low, high : float
        Around `r`, −1 to 1.
    """
    squeeze = lambda x: np.arctanh(np.clip(x, -0.999, 0.999))  # noqa: E731
    low, high = interval(float(squeeze(r)), squeeze(draws), n, confidence)
    return min(float(np.tanh(low)), r), max(float(np.tanh(high)), r)


def p_value(estimate: float, draws: np.ndarray, n: int) -> float:
    """Two-sided chance of a mean this far from zero if it were zero, by the same t.

    Parameters
    ----------
    estimate : float
        The mean.
    draws : ndarray
        Means of bootstrap samples.
    n : int
        Posts behind the mean.

    Returns
    -------
    float
        0 to 1; NaN when there is nothing to go by.
    """
    spread = float(np.std(draws, ddof=1)) if len(draws) > 1 else 0.0
    if n < 8 or not np.isfinite(estimate):
        return np.nan
    if spread == 0:
        return 1.0 if estimate == 0 else 0.0
    freedom = max(n / block_length(n) - 1, 1)
    return float(2 * stats.t.sf(abs(estimate) / spread, freedom))
