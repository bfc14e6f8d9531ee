"""What a run's forecasts were worth, and the posts that a draft is held against."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from virality.core.text import DataText
from virality.features.targets import is_matured, target_values

RECENT = 60  # posts that a picture of an account shows
FEWEST = 10  # forecasts from which a share is told


@dataclass(frozen=True)
class Tried:
    """Forecasts that were made before the outcome was known.

    Parameters
    ----------
    n : int
        Those with an interval.
    miss : float
        Factor by which half of them missed at least.
    inside : float
        Share of outcomes that fell into their interval.
    coverage : float
        Share that was promised.
    """

    n: int
    miss: float
    inside: float
    coverage: float

    @property
    def told(self) -> bool:
        """Whether there are enough of them to say anything."""
        return self.n >= FEWEST


@dataclass(frozen=True)
class Unread:
    """A film that could not be read.

    Parameters
    ----------
    name, why : DataText
    """

    name: DataText
    why: DataText


def tried(miss: pd.Series, inside: pd.Series, coverage: float) -> Tried:
    """Return what forecasts were worth.

    Parameters
    ----------
    miss : Series of float
        Factor by which each missed, 1 and more.
    inside : Series of bool
        Whether the outcome fell into the interval.
    coverage : float
        Share that was promised.
    """
    known = len(miss) > 0
    half, share = (miss.median(), inside.mean()) if known else (np.nan, np.nan)
    return Tried(len(miss), float(half), float(share), coverage)


def recent(posts: pd.DataFrame, target: str, embargo_days: float) -> np.ndarray:
    """Return the outcomes of an account's newest posts that have settled, log scale.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts in time order.
    target : str
    embargo_days : float
    """
    values = target_values(posts, target).to_numpy(float)[is_matured(posts, embargo_days)]
    return values[np.isfinite(values)][-RECENT:]


def unread(not_read: dict[str, str]) -> tuple[Unread, ...]:
    """Return the films that could not be read.

    Parameters
    ----------
    not_read : dict of str to str
        Why, by name.
    """
    return tuple(Unread(DataText(name), DataText(why)) for name, why in not_read.items())
