"""What an experiment promised, how it was followed, and what it says."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

import numpy as np

from virality.advice.experiments.detectable import detectable, posts_needed
from virality.advice.experiments.follow import OUTSIDE, REPEATED, UNKNOWN, Status
from virality.advice.experiments.judge import Judgement, Outcome
from virality.advice.experiments.plan import Plan
from virality.advice.experiments.sequential import critical
from virality.core.text import DataText

SMALLER = (1.5, 1.2, 1.1)  # what else one might want to know of, the largest first

#: What a pair that does not count was, in the order of telling.
LOST = (Status.SKIPPED, Status.SWAPPED, Status.WRONG, Status.SAME_DAY, Status.PROMOTED)


@dataclass(frozen=True)
class Promise:
    """What an experiment can detect, said beforehand.

    Parameters
    ----------
    n_posts, n_pairs : int
    detects : float
        Factor that it finds in eighty of a hundred cases.
    smaller : float
        A smaller factor.
    smaller_takes : int or None
        Posts that it would take; None where no plan is long enough.
    own_posts : int
        Posts of this account that this rests on; 0 where it rests on simulated ones.
    """

    n_posts: int
    n_pairs: int
    detects: float
    smaller: float
    smaller_takes: int | None
    own_posts: int


class Hope(Enum):
    """Whether an experiment that goes on can still decide anything."""

    SOME = "it can still decide"
    NONE = "too many pairs are lost"


@dataclass(frozen=True)
class Experiment:
    """What an experiment says.

    Parameters
    ----------
    outcome : Outcome
    a, b : DataText
        What the variants are called.
    factor, low, high : float
        Views of A to those of B, with the interval that holds at every look; of B to those of A
        where it is decided for B.
    bounded : bool
        Whether the interval excludes anything.
    n_used : int
        Pairs that the verdict rests on.
    n_pairs : int
        Pairs planned.
    earliest : int
        Pairs before which nothing can be decided.
    early : bool
        Whether it was decided before its planned end.
    hope : Hope
        Of an experiment that goes on.
    adjusted : bool
        Whether content was subtracted.
    """

    outcome: Outcome
    a: DataText
    b: DataText
    factor: float
    low: float
    high: float
    bounded: bool
    n_used: int
    n_pairs: int
    earliest: int
    early: bool
    hope: Hope
    adjusted: bool


@dataclass(frozen=True)
class Following:
    """How a plan was followed.

    Parameters
    ----------
    n_pairs, used, coming, unsettled : int
        Pairs planned; that count; that are to come; whose views are still growing.
    lost : tuple of (Status, int)
        Pairs that do not count, and how many; none with 0.
    outside, repeated, unknown : int
        Posts during the plan that are no part of it; third posts of a pair; tags of no post.
    """

    n_pairs: int
    used: int
    coming: int
    unsettled: int
    lost: tuple[tuple[Status, int], ...]
    outside: int
    repeated: int
    unknown: int

    @property
    def n_lost(self) -> int:
        """Pairs that do not count."""
        return sum(count for _, count in self.lost)


def promise(plan: Plan) -> Promise:
    """Return what a plan can detect.

    Parameters
    ----------
    plan : Plan
    """
    detects = detectable(plan.n_posts, plan.spread)
    smaller = next((factor for factor in SMALLER if factor < detects / 1.1), SMALLER[-1])
    takes = posts_needed(smaller, plan.spread)
    return Promise(plan.n_posts, plan.n_pairs, detects, smaller, takes, plan.spread_posts)


def experiment(judged: Judgement) -> Experiment:
    """Return what an experiment says.

    Parameters
    ----------
    judged : Judgement
    """
    plan = judged.plan
    earliest = math.ceil(critical(plan.n_pairs) * math.sqrt(plan.n_pairs))
    coming = int(judged.pairs["status"].isin([Status.COMING, Status.UNSETTLED]).sum())
    reachable = len(judged.looks) + coming >= earliest
    decided = judged.outcome in (Outcome.FOR_A, Outcome.FOR_B)
    size = judged.factor, judged.low, judged.high
    if judged.outcome is Outcome.FOR_B:
        size = 1 / judged.factor, 1 / judged.high, 1 / judged.low
    return Experiment(
        judged.outcome,
        DataText(plan.what),
        DataText(plan.against),
        *size,
        bool(np.isfinite(judged.high)),
        judged.n_used,
        plan.n_pairs,
        earliest,
        decided and judged.n_used < plan.n_pairs,
        Hope.SOME if reachable else Hope.NONE,
        judged.adjusted,
    )


def following(judged: Judgement) -> Following:
    """Return how a plan was followed.

    Parameters
    ----------
    judged : Judgement
    """
    counts = judged.pairs["status"].value_counts()
    beside = judged.deviations["what"].value_counts()
    lost = tuple((status, int(counts[status])) for status in LOST if status in counts)
    return Following(
        n_pairs=len(judged.pairs),
        used=int(counts.get(Status.USED, 0)),
        coming=int(counts.get(Status.COMING, 0)),
        unsettled=int(counts.get(Status.UNSETTLED, 0)),
        lost=lost,
        outside=int(beside.get(OUTSIDE, 0)),
        repeated=int(beside.get(REPEATED, 0)),
        unknown=int(beside.get(UNKNOWN, 0)),
    )
