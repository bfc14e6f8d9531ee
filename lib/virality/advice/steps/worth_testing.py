"""Which experiment would tell most: the one that is likeliest to decide.

What is left of an estimate when one allows for how rare large effects are is no single size but
many, each with its chance.  Over all of them, the chance that an experiment decides is averaged.
"""

from __future__ import annotations

import numpy as np
from scipy import stats

from virality.advice.experiments.detectable import POWER, detectable
from virality.advice.experiments.sequential import critical
from virality.advice.steps.selection import left

TEST_POSTS = 40  # of the experiment that is offered
_GRID = np.linspace(-4, 4, 81)  # standard deviations


def chance(size: float, error: float, spread: float, n_posts: int = TEST_POSTS) -> float:
    """Return the chance that an experiment on a choice decides, for or against.

    Parameters
    ----------
    size, error : float
        What the record says of it, log units, and its standard error.
    spread : float
        Usual difference between two neighbouring posts, log units.
    n_posts : int
        Of the experiment.

    Returns
    -------
    float

    Examples
    --------
    >>> chance(0.5, 0.25, 1.2) > chance(0.1, 0.25, 1.2) > chance(0.1, 0.05, 1.2)
    True
    """
    found = left(size, error)
    sizes = found.middle + _GRID * found.spread
    found_out = np.average(decides(sizes, spread, n_posts), weights=stats.norm.pdf(_GRID))
    by_luck = decides(np.zeros(1), spread, n_posts)[0]
    return float((1 - found.nothing) * found_out + found.nothing * by_luck)


def decides(sizes: np.ndarray, spread: float, n_posts: int = TEST_POSTS) -> np.ndarray:
    """Return the chance that an experiment decides, by the size of what it is about.

    Parameters
    ----------
    sizes : ndarray
        Log units.
    spread : float
        Usual difference between two neighbouring posts, log units.
    n_posts : int

    Returns
    -------
    ndarray of the same shape
        As a single look at the planned end would: .8 at the size that is called detectable.
    """
    bound = critical(n_posts // 2)
    reach = bound + stats.norm.ppf(POWER)
    lean = np.abs(sizes) / np.log(detectable(n_posts, spread)) * reach
    return stats.norm.sf(bound - lean) + stats.norm.sf(bound + lean)
