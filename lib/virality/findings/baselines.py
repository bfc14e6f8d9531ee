"""What the chapter on linear models and baselines finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import pandas as pd

from virality.core.protocol import ALPHA
from virality.findings.scores import Estimate

PROMISING = 0.1  # R² on shuffled folds that looks like a success
FALL = 0.05  # R² that has to be lost for the order of time to matter
FOUR_DIGITS = 5e-5


class Promise(Enum):
    """What the score on shuffled folds looks like."""

    NO_BETTER = "no better than one number"
    MODEST = "not much"
    SUCCESS = "a success"


@dataclass(frozen=True)
class Shuffled:
    """The best model on shuffled folds, its R² there, and what that looks like."""

    model: str
    r2: float
    promise: Promise


def shuffled(r2: pd.Series) -> Shuffled | None:
    """Return what shuffled folds promise; None where no model predicted anything.

    Parameters
    ----------
    r2 : Series of float, index model
        On shuffled folds.
    """
    if r2.empty:
        return None
    best = float(r2.max())
    promise = Promise.SUCCESS if best > PROMISING else Promise.MODEST
    return Shuffled(r2.idxmax(), best, promise if best > 0 else Promise.NO_BETTER)


@dataclass(frozen=True)
class Fall:
    """What became of the shuffled scores in time order: the model that lost most."""

    model: str
    shuffled: float
    ordered: float
    n: int
    clear: bool


def fall(shuffled: pd.DataFrame, ordered: pd.DataFrame) -> Fall | None:
    """Return what the order of time costs.

    Parameters
    ----------
    shuffled, ordered : DataFrame
        Score tables over the very same posts.

    Returns
    -------
    Fall or None
        None where no score can be compared.
    """
    both = shuffled.merge(ordered, on="model", suffixes=("", "_ordered"))
    lost = both["r2"] - both["r2_ordered"]
    if not lost.notna().any():
        return None
    most = both.loc[lost.idxmax()]
    clear = bool(lost.max() > FALL)
    return Fall(most.model, float(most.r2), float(most.r2_ordered), int(most.n), clear)


@dataclass(frozen=True)
class Order:
    """The rank correlation that some block reaches alone, or that is reached without it."""

    block: str
    spearman: Estimate


@dataclass(frozen=True)
class Blocks:
    """What single blocks do for the order of posts.

    Parameters
    ----------
    alone : Order
        The block that does best alone.
    whole : float
        The rank correlation that all blocks reach together.
    without : Order or None
        The block without which the order is better.
    """

    alone: Order
    whole: float
    without: Order | None


def blocks(alone: pd.DataFrame, without: pd.DataFrame, whole: float) -> Blocks | None:
    """Return which block does most alone, and whether the order is better without one.

    Parameters
    ----------
    alone, without : DataFrame, index block
        Scores of each block alone, and of all but that block.
    whole : float
        The rank correlation with all blocks.

    Returns
    -------
    Blocks or None
        None where no block could be scored alone.
    """
    best = _first(alone)
    better = _first(without[without["spearman_low"] > whole])
    return Blocks(best, float(whole), better) if best else None


def _first(scores: pd.DataFrame) -> Order | None:
    scores = scores.dropna(subset=["spearman"])
    if scores.empty:
        return None
    block = scores["spearman"].idxmax()
    return Order(block, Estimate.of(scores.loc[block], "spearman"))


def named(evidence: pd.DataFrame) -> tuple[str, ...]:
    """Return the blocks that the content test names, smallest p first."""
    rows = evidence[(evidence["kind"] == "content") & (evidence["p_adjusted"] < ALPHA)]
    return tuple(rows.sort_values("p_adjusted")["block"])


def helped(curve: pd.DataFrame) -> bool:
    """Return whether the last step of the learning curve, to all posts there are, still helped."""
    last = curve.sort_values("m").groupby("model", sort=False).tail(1)
    return bool((last["gain_low"] > 0).any())


@dataclass(frozen=True)
class Replication:
    """How well the study's rows came back, and what they are worth beside one line of code.

    Parameters
    ----------
    exact, near : tuple of str
        Models whose R² comes back to four digits, and the others.
    n_better, n : int
        Models that are better when tuned beforehand, in R², RMSE and MAE; and all models.
    rule : str
        The naive rule with the smallest error.
    mae : float
        Its mean absolute error.
    wins : bool
        Whether that is smaller than any model's.
    """

    exact: tuple[str, ...]
    near: tuple[str, ...]
    n_better: int
    n: int
    rule: str
    mae: float
    wins: bool


def replication(table: pd.DataFrame) -> Replication | None:
    """Return how the study's rows came back; None where the input is another table.

    Parameters
    ----------
    table : DataFrame
        From :func:`virality.evaluation.replication.beside_published`.
    """
    if table.empty:
        return None
    of = {source: part.set_index("model") for source, part in table.groupby("source")}
    published, rebuilt, tuned, naive = (
        of[source] for source in ("published", "rebuilt", "tuned", "naive")
    )
    exact = (rebuilt["r2"] - published["r2"]).abs()[published.index] < FOUR_DIGITS
    nearer = (tuned[["rmse", "mae"]] < rebuilt[["rmse", "mae"]]).all(axis=1)
    mae = float(naive["mae"].min())
    return Replication(
        exact=tuple(published.index[exact]),
        near=tuple(published.index[~exact]),
        n_better=int((nearer & (tuned["r2"] > rebuilt["r2"])).sum()),
        n=len(rebuilt),
        rule=naive["mae"].idxmin(),
        mae=mae,
        wins=bool(mae < pd.concat([published, tuned])["mae"].min()),
    )
