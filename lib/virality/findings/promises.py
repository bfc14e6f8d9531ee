"""Whether intervals hold what they promise, in which groups of posts, and beside which rival."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
import pandas as pd

from virality.findings.scores import Estimate, Verdict
from virality.uncertainty.conformal import BY_OUTCOME, METHOD_NAMES

PUNISHED = 0.05  # share that naive intervals have to fall short by for it to be a mistake


class Promise(Enum):
    """Whether intervals hold the share of posts that they promise."""

    KEPT = "the promise lies in the interval"
    BROKEN = "fewer posts inside"
    EXCEEDED = "more posts inside"


@dataclass(frozen=True)
class Coverage:
    """What the adaptive intervals hold, and how the others do.

    Parameters
    ----------
    promise : Promise
    promised : float
        Share of posts that the intervals should hold.
    held : Estimate
        Share that they held.
    n : int
    factor : float
        From the lower to the upper end of the mean interval.
    naive : float or None
        Share that intervals from the errors on the training posts held, where there are any.
    naive_punished : bool
        Whether that is clearly less than promised.
    best : str
        The method with the smallest interval score, in words.
    rival : Rival or None
        The quantiles of the training posts, which need no model.
    """

    promise: Promise
    promised: float
    held: Estimate
    n: int
    factor: float
    naive: float | None
    naive_punished: bool
    best: str
    rival: Rival | None = None

    @property
    def allowed(self) -> float:
        """Posts that may lie outside without a promise being broken."""
        return (1 - self.promised) * self.n


@dataclass(frozen=True)
class Rival:
    """Intervals that need no model, beside the adaptive ones.

    Parameters
    ----------
    held : Estimate
        Share of posts that they held.
    score, adaptive : float
        Interval scores of these and of the adaptive ones; smaller is better.
    gap : Estimate
        Score of the adaptive ones minus theirs, post by post.
    verdict : Verdict
        On the adaptive ones.
    """

    held: Estimate
    score: float
    adaptive: float
    gap: Estimate
    verdict: Verdict


def rival(rows: pd.DataFrame, gap: tuple[float, float, float]) -> Rival | None:
    """Return how intervals that need no model do; None where they were not issued.

    Parameters
    ----------
    rows : DataFrame, index method
        Columns as from :func:`virality.uncertainty.conformal.coverage`.
    gap : tuple of float
        From :func:`virality.uncertainty.conformal.score_gap`.
    """
    if "training" not in rows.index:
        return None
    own, found = rows.loc["training"], Estimate(*gap)
    verdict = Verdict.WORSE if found.low > 0 else Verdict.UNDECIDED
    return Rival(
        Estimate(own.coverage, own.low, own.high),
        float(own.score),
        float(rows["score"]["adaptive"]),
        found,
        Verdict.BETTER if found.high < 0 else verdict,
    )


def coverage(
    table: pd.DataFrame, gap: tuple[float, float, float] = (np.nan,) * 3
) -> Coverage | None:
    """Return what intervals hold; None where none was issued.

    Parameters
    ----------
    table : DataFrame
        From :func:`virality.uncertainty.conformal.coverage`.
    gap : tuple of float
        From :func:`virality.uncertainty.conformal.score_gap`.
    """
    if table.empty:
        return None
    rows = table.set_index("method")
    adaptive = rows.loc["adaptive"]
    naive = float(rows["coverage"]["sigma"]) if "sigma" in rows.index else None
    return Coverage(
        _promise(adaptive.low, adaptive.high, adaptive.nominal),
        promised=float(adaptive.nominal),
        held=Estimate(adaptive.coverage, adaptive.low, adaptive.high),
        n=int(adaptive.n),
        factor=float(np.exp(adaptive.width)),
        naive=naive,
        naive_punished=naive is not None and naive < adaptive.nominal - PUNISHED,
        best=METHOD_NAMES[rows["score"].idxmin()],
        rival=rival(rows, gap),
    )


def _promise(low: float, high: float, promised: float) -> Promise:
    if low <= promised <= high:
        return Promise.KEPT
    return Promise.BROKEN if high < promised else Promise.EXCEEDED


@dataclass(frozen=True)
class Group:
    """A group of posts, and how many of them were inside their intervals."""

    name: str
    inside: int
    n: int
    by_outcome: bool = False  # whether its posts were picked by how they turned out


@dataclass(frozen=True)
class Groups:
    """Groups of posts whose intervals hold too few, and more than promised."""

    short: tuple[Group, ...]
    wide: tuple[Group, ...]


def groups(table: pd.DataFrame) -> Groups:
    """Return where the adaptive intervals miss their promise, from `conformal.coverage_groups`."""
    rows = table[table["method"] == "adaptive"]
    kept = {
        promise: tuple(
            Group(row.group, round(row.coverage * row.n), int(row.n), row.group in BY_OUTCOME)
            for row in rows.itertuples()
            if _promise(row.low, row.high, row.nominal) is promise
        )
        for promise in Promise
    }
    return Groups(kept[Promise.BROKEN], kept[Promise.EXCEEDED])
