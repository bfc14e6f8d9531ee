"""Matured: which outcomes were known when. The one place that decides it.

A post that went up yesterday has not finished growing.  Its outcome counts as known `embargo_days`
after it went up, and never before the post that looks at it: of two posts that went up at the same
moment, neither knows the other.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from virality.core.bounds import within

DAY_US = 86_400_000_000  # a day in microseconds


def embargo_us(embargo_days: float) -> int:
    """Return the embargo in whole microseconds; raise UserError when it is below zero."""
    return round(within("embargo_days", embargo_days, 0) * DAY_US)


def microseconds(times) -> np.ndarray:
    """Return any kind of times as whole microseconds since 1970 in UTC, shape (n,), int64."""
    typed = isinstance(times, pd.Series | pd.DatetimeIndex)
    column = pd.Series(times if typed else np.asarray(times, dtype=object))
    return pd.to_datetime(column, utc=True).dt.as_unit("us").astype("int64").to_numpy()


def matured_before(times: np.ndarray, embargo_days: float, at: np.ndarray | None = None):
    """For each moment, how many of the first posts had matured by then.

    Parameters
    ----------
    times : ndarray of int, shape (n,)
        Posting times in ascending order, microseconds.
    embargo_days : float
        Days that an outcome needs.
    at : ndarray of int, shape (m,), optional
        The moments; each post's own by default.

    Returns
    -------
    ndarray of int, shape (m,)
        A post counts when it is at least `embargo_days` older, and strictly older in any case.

    Raises
    ------
    UserError
        When the embargo is below zero: that would be the future.
    ValueError
        When the posts are not in ascending order.

    Examples
    --------
    >>> days = np.array([0, 1, 7, 8, 30]) * DAY_US
    >>> matured_before(days, embargo_days=7).tolist()
    [0, 0, 1, 2, 4]
    """
    if np.any(np.diff(times) < 0):
        raise ValueError("posts must be in ascending order of time")
    at = times if at is None else at
    old_enough = np.searchsorted(times, at - embargo_us(embargo_days), side="right")
    return np.minimum(old_enough, np.searchsorted(times, at, side="left"))


def is_matured_by(times: np.ndarray, embargo_days: float, moment: int) -> np.ndarray:
    """Whether each post, in any order, had matured at a moment.

    Parameters
    ----------
    times : ndarray of int, shape (n,)
        Posting times in microseconds, in any order.
    embargo_days : float
    moment : int
        In microseconds.

    Returns
    -------
    ndarray of bool, shape (n,)
        The same posts as :func:`matured_before` counts.

    Examples
    --------
    >>> is_matured_by(np.array([30, 0, 8]) * DAY_US, 7, 15 * DAY_US).tolist()
    [False, True, True]
    """
    return (times <= moment - embargo_us(embargo_days)) & (times < moment)


def had_time_to_grow(age: pd.Series, embargo_days: float) -> np.ndarray:
    """Whether posts read at this age had `embargo_days` to grow; an unknown age counts as enough.

    Parameters
    ----------
    age : Series of timedelta, shape (n,)
        From going up to the reading of the numbers; NaT where nothing says it.
    embargo_days : float

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    return ~(age < pd.Timedelta(embargo_us(embargo_days), "us")).to_numpy(dtype=bool)
