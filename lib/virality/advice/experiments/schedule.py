"""When the posts of a plan go up: by the creator's own habit, or one a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from virality.posts.values import hour_known

RECENT_POSTS, FEWEST_POSTS = 60, 10
FEWEST_ON_A_DAY = 0.05  # of the posts: a weekday that has fewer is none of hers
LONGEST_GAP = 14.0  # days; a pause is no habit
MINUTES = 15  # that hours are rounded to


@dataclass(frozen=True)
class Habit:
    """How a creator posts.

    Parameters
    ----------
    days_between : float
        From post to post, at least 1: two a day would compete with each other.
    weekdays : tuple of int
        On which she posts, Monday is 0.
    hours : tuple of str
        Local times as "18:30"; empty where none is known.
    """

    days_between: float = 1.0
    weekdays: tuple[int, ...] = tuple(range(7))
    hours: tuple[str, ...] = ()


def habit(posts: pd.DataFrame | None, timezone: str = "UTC") -> Habit:
    """Return a creator's habit; one post a day at no hour where there are too few posts.

    Parameters
    ----------
    posts : DataFrame or None
        Tidy posts.
    timezone : str
        The creator's, in which days and hours are counted.

    Examples
    --------
    >>> habit(None).days_between, habit(None).hours
    (1.0, ())
    """
    if posts is None or len(posts) < FEWEST_POSTS:
        return Habit()
    recent = posts.sort_values("posted_at", kind="stable").tail(RECENT_POSTS)
    local = recent["posted_at"].dt.tz_convert(timezone)
    own_days = np.unique(local.dt.tz_localize(None).to_numpy().astype("datetime64[D]"))
    gap = float(np.median(np.diff(own_days).astype(int))) if len(own_days) > 1 else 1.0
    share = local.dt.day_of_week.value_counts(normalize=True)
    weekdays = tuple(sorted(int(day) for day in share.index[share >= FEWEST_ON_A_DAY]))
    timed = local[hour_known(recent)]
    quarters = ((timed.dt.hour * 60 + timed.dt.minute) // MINUTES * MINUTES).sort_values()
    hours = tuple(f"{minutes // 60:02d}:{minutes % 60:02d}" for minutes in quarters)
    return Habit(min(gap, LONGEST_GAP), weekdays, hours)


def days(start: date, n: int, own: Habit) -> list[date]:
    """Return n days in order, the first of them at `start` or the next day on which she posts.

    Parameters
    ----------
    start : date
    n : int
    own : Habit

    Examples
    --------
    >>> days(date(2026, 12, 4), 3, Habit(weekdays=(0, 4)))
    [datetime.date(2026, 12, 4), datetime.date(2026, 12, 7), datetime.date(2026, 12, 11)]
    """
    found: list[date] = []
    for number in range(n):
        day = start + timedelta(days=round(number * own.days_between))
        if found:
            day = max(day, found[-1] + timedelta(days=1))
        while day.weekday() not in own.weekdays:
            day += timedelta(days=1)
        found.append(day)
    return found


def hours(n_pairs: int, own: Habit, rng: np.random.Generator) -> list[str]:
    """Return an hour for each pair, drawn from her own; both posts of a pair share it.

    Parameters
    ----------
    n_pairs : int
    own : Habit
    rng : numpy.random.Generator

    Returns
    -------
    list of str
        "" where no hour is known.
    """
    if not own.hours:
        return [""] * n_pairs
    return [own.hours[at] for at in rng.integers(0, len(own.hours), n_pairs)]
