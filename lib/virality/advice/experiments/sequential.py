"""Looking at an experiment after each pair, without fooling oneself.

The statistic after j of J pairs is z = Σx / √Σx², x being the differences within the pairs, clipped
at so many of the account's usual ones.  It decides where |z| reaches c √(J / j), the boundary of
O'Brien and Fleming (1979): far out at first, and at the planned end hardly further than for one
look.  As the order within pairs was drawn at random, x is as likely to be negative as positive
where the variants are alike, whatever the account's level does.

The interval is that of Jennison and Turnbull (1989): all differences that the same looks would not
have rejected.  It holds at every look at once, so that it may be read whenever one likes, and it
leaves out zero exactly when the experiment has decided.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

CLIP = 2.5  # usual differences: one viral post is no rule
FIRST_LOOK = 4  # pairs

#: Constant c by planned pairs: the quantile .954 of the largest |z| √(j / J) over all looks, of
#: 400,000 simulated plans without a difference (normal x, which asks for more than heavy tails do).
#: Those of 20 and 30 pairs are of a simulation of whole accounts, which agrees.
CRITICAL = {
    6: 1.887,
    8: 1.955,
    10: 2.002,
    12: 2.034,
    15: 2.066,
    20: 2.119,
    25: 2.130,
    30: 2.139,
    40: 2.162,
    50: 2.180,
    60: 2.188,
    80: 2.197,
    100: 2.207,
    150: 2.222,
    200: 2.227,
}
FEWEST_PAIRS, MOST_PAIRS = min(CRITICAL), max(CRITICAL)
_HALVINGS = 60  # of a range of differences, which is below any rounding


def critical(n_pairs: int) -> float:
    """Return the constant of the boundary for so many planned pairs.

    >>> critical(20), round(critical(35), 3)
    (2.119, 2.151)
    """
    return float(np.interp(np.log(n_pairs), np.log(list(CRITICAL)), list(CRITICAL.values())))


def boundary(look: np.ndarray | int, n_pairs: int) -> np.ndarray:
    """Return how far out z has to be after so many pairs; infinite before the first look.

    Parameters
    ----------
    look : int or ndarray of int
        Pairs so far.
    n_pairs : int
        Pairs planned.
    """
    look = np.asarray(look)
    return np.where(look < FIRST_LOOK, np.inf, critical(n_pairs) * np.sqrt(n_pairs / look))


def running(difference: np.ndarray, scale: float, n_pairs: int) -> pd.DataFrame:
    """Return the statistic after each pair.

    Parameters
    ----------
    difference : ndarray of shape (n,)
        Within pairs, in the order in which they were completed, log units.
    scale : float
        The account's usual difference, log units.
    n_pairs : int
        Pairs planned.

    Returns
    -------
    DataFrame of n rows
        look (1, 2, …), x, z, boundary, crossed.

    Examples
    --------
    >>> running(np.full(12, 1.0), 1.0, 12)["crossed"].idxmax() + 1
    8
    """
    x = np.clip(difference, -CLIP * scale, CLIP * scale)
    look, squares = np.arange(1, len(x) + 1), np.cumsum(x**2)
    z = np.divide(np.cumsum(x), np.sqrt(squares), out=np.zeros(len(x)), where=squares > 0)
    edge = boundary(look, n_pairs)
    crossed = np.abs(z) >= edge
    return pd.DataFrame({"look": look, "x": x, "z": z, "boundary": edge, "crossed": crossed})


def middle(difference: np.ndarray) -> float:
    """Return the estimate of Hodges and Lehmann: the median of the means of any two differences.

    >>> middle(np.array([0.0, 1.0, 8.0]))
    2.5
    """
    first, second = np.triu_indices(len(difference))
    return float(np.median((difference[first] + difference[second]) / 2))


def repeated_interval(difference: np.ndarray, scale: float, n_pairs: int) -> tuple[float, float]:
    """Return the differences that no look so far speaks against.

    Parameters
    ----------
    difference, scale, n_pairs
        As for `running`.

    Returns
    -------
    low, high : float
        Log units; infinite where so few pairs can exclude nothing.

    Examples
    --------
    >>> low, high = repeated_interval(np.array([0.9, 1.1] * 6), 1.0, 12)
    >>> 0 < low < 1 < high < 2
    True
    >>> repeated_interval(np.ones(3), 1.0, 12)
    (-inf, inf)
    """
    n = len(difference)
    edge = float(boundary(n, n_pairs)) if n else np.inf
    if np.sqrt(n) <= edge:  # no |z| of n pairs is larger
        return -np.inf, np.inf
    ends = float(difference.min() - CLIP * scale), float(difference.max() + CLIP * scale)

    def beyond(shift: float, at: float) -> bool:
        x = np.clip(difference - shift, -CLIP * scale, CLIP * scale)
        return float(x.sum()) >= at * float(np.sqrt((x**2).sum()))

    return _last(ends, lambda shift: beyond(shift, edge)), _last(
        ends, lambda shift: beyond(shift, -edge)
    )


def _last(ends: tuple[float, float], holds) -> float:
    """Where something that holds at first ceases to hold: z falls wherever the shift rises."""
    low, high = ends
    for _ in range(_HALVINGS):
        half = (low + high) / 2
        low, high = (half, high) if holds(half) else (low, half)
    return (low + high) / 2
