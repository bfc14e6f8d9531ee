"""Courses in time that simulated accounts take: levels, spreads, and effects with a memory."""

from __future__ import annotations

import numpy as np

WALK_STEP = 0.2  # of a random-walk level, in units of a post's own spread
JUMP_CHANCE, JUMP_SIZE = 0.03, 2.0


def level_course(kind: str, n: int, rng: np.random.Generator) -> np.ndarray:
    """An account's level, in units of a post's own spread.

    Parameters
    ----------
    kind : str
        "walk" is a random walk and "jump" has rare jumps; any other stays where it is.
    n : int
        Posts.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of shape (n,)
    """
    if kind == "walk":
        return np.cumsum(WALK_STEP * rng.standard_normal(n))
    if kind == "jump":
        return np.cumsum((rng.random(n) < JUMP_CHANCE) * rng.standard_normal(n) * JUMP_SIZE)
    return np.zeros(n)


def spread_course(kind: str, n: int) -> np.ndarray:
    """A post's own spread over time: from one half to two where the kind is "spread", else one.

    Parameters
    ----------
    kind : str
    n : int
        Posts.

    Returns
    -------
    ndarray of shape (n,)
    """
    return np.linspace(0.5, 2.0, n) if kind == "spread" else np.ones(n)


def with_memory(fresh: np.ndarray, share: float) -> np.ndarray:
    """First-order autoregression of unit variance.

    Parameters
    ----------
    fresh : ndarray of shape (n, ...)
        Independent draws of unit variance; the first is where the course begins.
    share : float
        Autocorrelation from one post to the next, 0 to 1.

    Returns
    -------
    ndarray of the same shape
    """
    out = fresh.copy()
    for t in range(1, len(out)):
        out[t] = share * out[t - 1] + np.sqrt(1 - share**2) * fresh[t]
    return out
