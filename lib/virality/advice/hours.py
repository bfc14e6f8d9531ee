"""The week in slots: three hours on a weekday or at the weekend, and what was tried of them.

A week has 168 hours and a creator a few hundred posts, so most single hours hold nothing.  A slot
is as fine as so many posts can tell apart: three hours, Monday to Friday or Saturday and Sunday.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
import pandas as pd

from virality.evidence.associations import fewest

WIDTH = 3  # hours of a slot
PARTS = ("weekdays", "weekend")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DAYS_OF = {"weekdays": (0, 1, 2, 3, 4), "weekend": (5, 6)}
#: Columns of `waves`: the hour, its double, the weekend, both together, then the single days.
N_WAVES = 7
_STEPS = 12  # moments of a slot over which its waves are averaged


@dataclass(frozen=True)
class Slot:
    """Three hours of some days.

    Attributes
    ----------
    part : {"weekdays", "weekend"}
    start, end : int
        Full hours, local time; `end` is 24 at midnight.
    """

    part: str
    start: int

    @property
    def end(self) -> int:
        """The full hour at which it ends."""
        return self.start + WIDTH

    def holds(self, days: np.ndarray, hours: np.ndarray) -> np.ndarray:
        """Which posts lie in it.

        Parameters
        ----------
        days : ndarray of int, shape (n,)
            Monday is 0.
        hours : ndarray of float, shape (n,)
            From 0 to 24.

        Returns
        -------
        ndarray of bool, shape (n,)
        """
        return np.isin(days, DAYS_OF[self.part]) & _from(self.start, hours)

    def waves(self) -> np.ndarray:
        """Its mean waves, shape (14,)."""
        return np.mean([day_waves(day, self.start) for day in DAYS_OF[self.part]], axis=0)


SLOTS = tuple(Slot(part, start) for part in PARTS for start in range(0, 24, WIDTH))


def waves(days: np.ndarray, hours: np.ndarray) -> np.ndarray:
    """Columns that a smooth course over the day and the week is made of.

    Parameters
    ----------
    days : ndarray of int, shape (n,)
    hours : ndarray of float, shape (n,)

    Returns
    -------
    ndarray of shape (n, 14)
        Sine and cosine of the hour and of its double, the weekend, the weekend times the first
        two, and a column for each weekday.
    """
    turn, weekend = 2 * np.pi * hours / 24, (days >= 5).astype(float)
    once = np.column_stack([np.sin(turn), np.cos(turn)])
    twice = np.column_stack([np.sin(2 * turn), np.cos(2 * turn)])
    single = (days[:, None] == np.arange(7)).astype(float)
    return np.hstack([once, twice, weekend[:, None], weekend[:, None] * once, single])


def day_waves(day: int, start: int) -> np.ndarray:
    """Mean waves of three hours of one weekday.

    Parameters
    ----------
    day : int
        Monday is 0.
    start : int
        Full hour at which they begin.

    Returns
    -------
    ndarray of shape (14,)
    """
    hours = start + WIDTH * (np.arange(_STEPS) + 0.5) / _STEPS
    return waves(np.full(_STEPS, day), hours).mean(axis=0)


def tried(days: np.ndarray, hours: np.ndarray) -> pd.DataFrame:
    """How many posts each slot has, and how many it still needs before anything is said of it.

    Parameters
    ----------
    days : ndarray of int, shape (n,)
    hours : ndarray of float, shape (n,)

    Returns
    -------
    DataFrame
        A row per slot and then per three hours of each weekday: `days` (a part of the week, or a
        day), `start`, `end` (full hours), `posts`, and `needed`, which is that of the slot.
    """
    least = ceil(fewest(len(days)) - 1e-9)
    rows = []
    for slot in SLOTS:
        posts = int(slot.holds(days, hours).sum())
        rows.append((slot.part, slot.start, slot.end, posts, max(0, least - posts)))
    needed = {(part, start): short for part, start, _, _, short in rows}
    for day, name in enumerate(DAYS):
        part = PARTS[day >= 5]
        for start in range(0, 24, WIDTH):
            posts = int(((days == day) & _from(start, hours)).sum())
            rows.append((name, start, start + WIDTH, posts, needed[part, start]))
    return pd.DataFrame(rows, columns=["days", "start", "end", "posts", "needed"])


def _from(start: int, hours: np.ndarray) -> np.ndarray:
    """Which hours lie in the slot that starts then."""
    return hours // WIDTH == start // WIDTH
