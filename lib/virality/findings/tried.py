"""What a run's forecasts were worth, and the posts that a draft is held against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from virality.core.resampling import share_interval
from virality.core.text import DataText
from virality.features.targets import is_matured, target_values
from virality.findings.draft import Draft
from virality.findings.scores import Estimate

RECENT = 60  # posts that a picture of an account shows
FEWEST = 10  # forecasts from which a share is told


@dataclass(frozen=True)
class Tried:
    """Forecasts that were made before the outcome was known.

    Parameters
    ----------
    n : int
        Those with an interval.
    inside : Estimate
        Share of outcomes that fell into their interval.
    coverage : float
        Share that was promised.
    n_all : int
        All of them.
    half : float
        Factor that half of all were within.
    """

    n: int
    inside: Estimate
    coverage: float
    n_all: int
    half: float

    @property
    def told(self) -> bool:
        """Whether there are enough of them to say anything."""
        return self.n >= FEWEST


@dataclass(frozen=True)
class Beside:
    """Forecasts of drafts beside the account's newest posts.

    Parameters
    ----------
    n : int
        Posts.
    middle : float
        Of their outcomes; NaN without posts.
    n_told, n_above : int
        Drafts with a forecast, and those whose forecast is above that.
    """

    n: int
    middle: float
    n_told: int
    n_above: int


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
        Whether the outcome fell into the interval, of those that had one, in time order.
    coverage : float
        Share that was promised.
    """
    held = Estimate(np.nan)
    if len(inside):
        held = Estimate(float(inside.mean()), *share_interval(inside.to_numpy(float)))
    half = float(miss.median()) if len(miss) else np.nan
    return Tried(len(inside), held, coverage, len(miss), half)


def beside(drafts: Sequence[Draft], outcomes: np.ndarray) -> Beside:
    """Return where the forecasts of drafts lie among the account's newest posts.

    Parameters
    ----------
    drafts : sequence of Draft
    outcomes : ndarray
        From `recent`.
    """
    middle = float(np.expm1(np.median(outcomes))) if len(outcomes) else np.nan
    values = [one.value for one in drafts if one.verdict.forecasts]
    return Beside(len(outcomes), middle, len(values), sum(value > middle for value in values))


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
