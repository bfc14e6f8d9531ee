"""The level of an account when a post went up, and how far its posts lie around it.

Level and spread are what a post is measured against before it is asked what the post itself did:
slower than the naive rules, because they are to hold still while posts are compared.
"""

from __future__ import annotations

import numpy as np

from virality.features.momentum import Rule, rule_columns

LEVEL_POSTS = 20
PULL_SPREADS, PULL_NEEDS_POSTS = 2.5, 8
NORMAL = 1.4826  # a median absolute deviation times this is a normal standard deviation

_LEVEL = {
    "mean": Rule(
        f"exponentially weighted mean, halving every {LEVEL_POSTS} posts",
        lambda known: known.ewm(halflife=LEVEL_POSTS).mean(),
    ),
    "median": Rule(
        f"median of the last {LEVEL_POSTS} posts",
        lambda known: known.rolling(LEVEL_POSTS, min_periods=1).median(),
    ),
}
_SPREAD = {
    "spread": Rule(
        "median distance from the level so far", lambda known: known.expanding().median()
    )
}


def account_level(outcome: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Where an account stood when each post went up.

    The mean of two rules, so that neither one viral post nor one jump moves it much: an
    exponentially weighted mean (half-life 20 posts) and the median of the last 20.

    Parameters
    ----------
    outcome : ndarray of shape (n,)
        Log outcome in time order; NaN = unknown, and skipped.
    known : ndarray of int, shape (n,)
        How many of the first posts had matured, from `core.embargo.matured_before`.

    Returns
    -------
    ndarray of shape (n,)
        In log units; NaN before the first matured outcome.

    Examples
    --------
    >>> account_level(np.array([1.0, 3.0, 9.0]), np.array([0, 1, 2])).round(2).tolist()
    [nan, 1.0, 2.01]
    """
    return rule_columns(outcome, known, _LEVEL).mean(axis=1).to_numpy()


def account_spread(outcome: np.ndarray, known: np.ndarray) -> np.ndarray:
    """How far an account's matured posts lay from its level of their time.

    Parameters
    ----------
    outcome : ndarray of shape (n,)
        Log outcome in time order; NaN = unknown.
    known : ndarray of int, shape (n,)
        As for `account_level`.

    Returns
    -------
    ndarray of shape (n,)
        1.4826 times the median distance so far, in log units: a standard deviation that outliers do
        not move.  NaN before the first matured post that had a level; 0 where outcomes are equal.
    """
    distance = np.abs(outcome - account_level(outcome, known))
    return NORMAL * rule_columns(distance, known, _SPREAD)["spread"].to_numpy()


def pulled_in(outcome: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Outcomes, those far from the account's level of their time moved towards it.

    Parameters
    ----------
    outcome : ndarray of shape (n,)
        Log outcome in time order, none missing.
    known : ndarray of int, shape (n,)
        As for `account_level`.

    Returns
    -------
    ndarray of shape (n,)
        At most `PULL_SPREADS` robust spreads from the level; level and spread are those of the
        posts before, so that a later outcome moves none.  As they are where too little was known.
    """
    level, spread = account_level(outcome, known), account_spread(outcome, known)
    told = (spread > 0) & (known >= PULL_NEEDS_POSTS)
    far = PULL_SPREADS * np.where(told, spread, np.inf)
    return np.where(np.isnan(level), outcome, np.clip(outcome, level - far, level + far))
