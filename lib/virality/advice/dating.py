"""When an account changed, where the evidence gives a date.

A wandering level always has a best place to cut it in two, and that place means nothing.  So a date
needs four things: the cut is larger than the account's own wandering, which a self-normalised
statistic measures without being told how far neighbours are alike; one jump describes the record
better than a level that wanders, or none; other dates that are as good lie near; and once the jump
is taken off, neighbours are no longer alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.ndimage import median_filter

from virality.evidence.residuals import clipped

NEEDED = 140  # settled posts below which a wandering level looks like a jump
FEWEST = 10  # posts on each side of a date
CRITICAL = 52.2  # of the self-normalised statistic: passed once in forty where nothing changed
ALIKE, LAGS = 1.28, 5  # standard errors of the likeness of neighbours, and of how many
LOWER = 4.0  # of the log likelihood, within which another date is as good
WIDEST = 0.25  # share of the posts over which such dates may spread
MEDIAN_POSTS, LEAST = 21, 0.25  # of the spread in time: around which middle, and its floor
RATIOS = np.concatenate([[0.0], np.geomspace(1e-4, 4.0, 24)])  # steps of a level over luck


@dataclass(frozen=True)
class Dated:
    """A change that has a date.

    Attributes
    ----------
    at : Timestamp
        The first post of the new level.
    first, last : Timestamp
        Between these the change could lie as well.
    factor : float
        The new level over the old.
    before, after : int
        Posts on each side.
    """

    at: pd.Timestamp
    first: pd.Timestamp
    last: pd.Timestamp
    factor: float
    before: int
    after: int


def date_of_change(y: pd.Series, days: pd.Series) -> Dated | None:
    """Date the largest change of level.

    Parameters
    ----------
    y : Series of shape (n,)
        Log outcome of settled posts, in time order.
    days : Series of Timestamp, shape (n,)
        When they went up.

    Returns
    -------
    Dated or None
        None where the evidence gives no date.
    """
    values = y.to_numpy(float)
    if len(values) < NEEDED or not np.ptp(values):
        return None
    values = clipped(values)
    even = evened(values)
    cut, left = left_over(even)
    at, least = int(cut[left.argmin()]), left.min()
    if least <= 1e-9 * (even @ even) or self_normalised(even).max() <= CRITICAL:
        return None
    near = cut[len(even) / 2 * np.log(left / least) <= LOWER]
    if near[-1] - near[0] > WIDEST * len(even) or not _jump_is_best(even, least):
        return None
    if _alike(_without_jump(even, at)):
        return None
    step = float(values[at:].mean() - values[:at].mean())
    first, last = days.iloc[int(near[0])], days.iloc[int(near[-1])]
    return Dated(days.iloc[at], first, last, float(np.exp(step)), at, len(values) - at)


def evened(y: np.ndarray) -> np.ndarray:
    """Outcomes in units of a spread that may grow or shrink along a straight line.

    Parameters
    ----------
    y : ndarray of shape (n,)

    Returns
    -------
    ndarray of shape (n,)
        Around their median.
    """
    away = np.abs(y - median_filter(y, MEDIAN_POSTS, mode="nearest"))
    time, usual = np.linspace(-1, 1, len(y)), away.mean()
    line = usual + (away @ time) / (time @ time) * time
    spread = np.maximum(line, LEAST * usual)
    return (y - np.median(y)) / spread if usual > 0 else y - np.median(y)


def left_over(y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Squares that a level for each side leaves, for every place to cut.

    Parameters
    ----------
    y : ndarray of shape (n,)

    Returns
    -------
    cut, left : ndarray
        Posts before the cut, ten on each side at least, and the sum of squares.
    """
    n, total = len(y), np.cumsum(y - y.mean())
    cut = np.arange(FEWEST, n - FEWEST + 1)
    gained = total[cut - 1] ** 2 * (1 / cut + 1 / (n - cut))
    return cut, ((y - y.mean()) ** 2).sum() - gained


def self_normalised(y: np.ndarray) -> np.ndarray:
    """Size of the change at every cut, in units of how the sums on both sides wander.

    The statistic of Shao and Zhang (2010): what neighbours have in common stands above and below
    the line of its fraction, and cancels.

    Parameters
    ----------
    y : ndarray of shape (n,)

    Returns
    -------
    ndarray
        For cuts with ten posts on each side at least.
    """
    n = len(y)
    centred = y - y.mean()
    cut, total = np.arange(FEWEST, n - FEWEST + 1), np.cumsum(centred)
    wander = _wander(centred)[cut - 1] + _wander(centred[::-1])[n - cut - 1]
    return (total[cut - 1] / np.sqrt(n)) ** 2 / np.maximum(wander / n**2, 1e-300)


def _wander(y: np.ndarray) -> np.ndarray:
    """For every k, squares of the first k running sums around their straight line."""
    k, total = np.arange(1, len(y) + 1), np.cumsum(y)
    slope = total / k
    across = np.cumsum(k * total)
    return np.cumsum(total**2) - 2 * slope * across + slope**2 * np.cumsum(k.astype(float) ** 2)


def _jump_is_best(y: np.ndarray, left: float) -> bool:
    """Whether a jump has a smaller BIC than no change and than a level that wanders."""
    n = len(y)
    still = n * np.log(((y - y.mean()) ** 2).mean()) + 2 * np.log(n)
    jump = n * np.log(left / n) + 4 * np.log(n)
    return bool(jump < min(still, _wandering(y) + 3 * np.log(n)))


def _wandering(y: np.ndarray) -> float:
    """Minus twice the log likelihood of a level that walks under luck, but for a constant."""
    level, doubt = np.full(len(RATIOS), y[0]), np.ones(len(RATIOS))
    squares, logs = np.zeros(len(RATIOS)), np.zeros(len(RATIOS))
    for value in y[1:]:
        doubt = doubt + RATIOS
        miss, spread = value - level, doubt + 1
        squares, logs = squares + miss**2 / spread, logs + np.log(spread)
        level, doubt = level + doubt / spread * miss, doubt / spread
    return float(np.min((len(y) - 1) * np.log(squares / (len(y) - 1)) + logs))


def _without_jump(y: np.ndarray, at: int) -> np.ndarray:
    return np.concatenate([y[:at] - y[:at].mean(), y[at:] - y[at:].mean()])


def _alike(rest: np.ndarray) -> bool:
    """Whether neighbours are alike: next to each other, or within five posts together."""
    n, total = len(rest), float(rest @ rest)
    each = np.array([rest[lag:] @ rest[:-lag] for lag in range(1, LAGS + 1)]) / total
    return bool(each[0] * np.sqrt(n) >= ALIKE or each.sum() * np.sqrt(n / LAGS) >= ALIKE)
