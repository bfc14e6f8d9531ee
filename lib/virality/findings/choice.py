"""Which of several drafts does better, and what such words were worth, in small typed results."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from virality.advice.drafts.order import Picking
from virality.advice.drafts.score import Scores
from virality.core.text import DataText

MOST_CHOICES = 3  # pairs of drafts that are told one by one
CLEAR = 0.55  # chance from which one of two drafts is named


class Chosen(Enum):
    """Which of two drafts does better."""

    FIRST = "the first"
    SECOND = "the second"
    NEITHER = "neither is likelier"
    UNTOLD = "too few held-out posts to tell"


@dataclass(frozen=True)
class Choice:
    """One of two drafts.

    Parameters
    ----------
    first, second : DataText
    chosen : Chosen
    chance : float
        That the first does better; NaN where it cannot be told.
    """

    first: DataText
    second: DataText
    chosen: Chosen
    chance: float

    @property
    def times(self) -> float:
        """Times of a hundred that the one that is named does better; the first where none is."""
        return 100 * (1 - self.chance if self.chosen is Chosen.SECOND else self.chance)


@dataclass(frozen=True)
class Worth:
    """What such probabilities were worth.

    Parameters
    ----------
    told : bool
    n : int
        Held-out posts in pairs.
    times, low, high : float
        Pairs in a hundred that were ordered right, with the interval.
    """

    told: bool
    n: int
    times: float
    low: float
    high: float


@dataclass(frozen=True)
class Compared:
    """Which of several drafts does better.

    Parameters
    ----------
    choices : tuple of Choice
        Of every two, while they are few enough to be told one by one.
    ranking : tuple of DataText
        What their content adds most first; none where that cannot be told.
    worth : Worth
    several : bool
        Whether there are two at least to compare.
    """

    choices: tuple[Choice, ...]
    ranking: tuple[DataText, ...]
    worth: Worth
    several: bool = True


def compared(scores: Scores) -> Compared:
    """Return which of several drafts does better, and what such words were worth.

    Parameters
    ----------
    scores : Scores
    """
    choices = [
        Choice(DataText(a), DataText(b), _chosen(chance), float(chance))
        for a, b, chance in scores.pairs.itertuples(index=False)
    ]
    worth, told = _worth(scores.picking), scores.table[scores.table["order"].notna()]
    ranked = told.sort_values("order", ascending=False, kind="stable")["draft"]
    few = len(choices) <= MOST_CHOICES
    return Compared(
        tuple(choices) if few else (),
        tuple(DataText(name) for name in ranked) if worth.told and choices else (),
        worth,
        bool(choices),
    )


def _worth(picking: Picking) -> Worth:
    ends = 100 * np.array([picking.share, picking.low, picking.high])
    return Worth(picking.told, picking.n, *map(float, ends))


def _chosen(chance: float) -> Chosen:
    if np.isnan(chance):
        return Chosen.UNTOLD
    if chance >= CLEAR:
        return Chosen.FIRST
    return Chosen.SECOND if chance <= 1 - CLEAR else Chosen.NEITHER
