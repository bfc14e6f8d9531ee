"""What the chapter on linear models and baselines finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
import pandas as pd

from virality.core.protocol import ALPHA
from virality.core.resampling import block_weights, interval
from virality.findings.scores import Estimate
from virality.models.catalogue import BASELINES, MEAN_RULE

PROMISING = 0.1  # R² on shuffled folds that looks like a success
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
    r2: Estimate
    promise: Promise


def shuffled(table: pd.DataFrame) -> Shuffled | None:
    """Return what shuffled folds promise; None where no model predicted anything.

    Parameters
    ----------
    table : DataFrame
        Scores on shuffled folds.
    """
    models = table[~table["model"].isin(BASELINES)]
    if models.empty:
        return None
    row = models.loc[models["r2_oos"].idxmax()]
    best = Estimate.of(row, "r2_oos")
    promise = Promise.SUCCESS if best.value > PROMISING else Promise.MODEST
    return Shuffled(row["model"], best, promise if best.value > 0 else Promise.NO_BETTER)


@dataclass(frozen=True)
class Fall:
    """What became of a shuffled score in time order, on the same `n` posts.

    `model` is the one that shuffled folds like best; `lost` is paired, post by post.
    """

    model: str
    shuffled: Estimate
    ordered: Estimate
    lost: Estimate
    n: int

    @property
    def clear(self) -> bool:
        """Whether the order of time clearly costs something."""
        return self.lost.clear


def fall(
    shuffled: pd.DataFrame, ordered: pd.DataFrame, model: str, n_bootstrap: int = 1000
) -> Fall | None:
    """Return what the order of time costs the model that looked best without it.

    Parameters
    ----------
    shuffled, ordered : DataFrame
        Predictions of that model and of the mean of the training posts, among others; the posts of
        the second count.
    model : str
    n_bootstrap : int
        Draws of the block bootstrap.

    Returns
    -------
    Fall or None
        None where no score can be compared.
    """
    parts = [_squares(table, model) for table in (shuffled, ordered)]
    both = parts[1].join(parts[0].add_suffix("_shuffled"), how="inner")
    if len(both) < 2:
        return None
    blind, honest = both[["own_shuffled", "mean_shuffled"]], both[["own", "mean"]]
    weights = block_weights(len(both), n_bootstrap)
    (r2, draws), (r2_ordered, draws_ordered) = (_r2(each, weights) for each in (blind, honest))
    lost = r2 - r2_ordered
    return Fall(
        model,
        Estimate(r2, *interval(r2, draws, len(both))),
        Estimate(r2_ordered, *interval(r2_ordered, draws_ordered, len(both))),
        Estimate(lost, *interval(lost, draws - draws_ordered, len(both))),
        len(both),
    )


def _squares(predictions: pd.DataFrame, model: str) -> pd.DataFrame:
    """Squared errors of a model with all blocks, and of the training mean, a row per post."""
    chosen = predictions[predictions["blocks"].isin(["all", "none"])]
    chosen = chosen[chosen["model"].isin([model, MEAN_RULE])]
    squares = chosen.assign(square=(chosen["y_true"] - chosen["y_pred"]) ** 2)
    table = squares.pivot_table("square", "post_id", "model", sort=False)
    return table.rename(columns={model: "own", MEAN_RULE: "mean"})


def _r2(squares: pd.DataFrame, weights: np.ndarray) -> tuple[float, np.ndarray]:
    own, mean = squares.to_numpy().T
    return float(1 - own.sum() / mean.sum()), 1 - (weights @ own) / (weights @ mean)


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
    whole : Estimate
        The rank correlation that all blocks reach together.
    without : Order or None
        The block without which the order is better.
    """

    alone: Order
    whole: Estimate
    without: Order | None


def blocks(alone: pd.DataFrame, without: pd.DataFrame, whole: pd.Series) -> Blocks | None:
    """Return which block does most alone, and whether the order is better without one.

    Parameters
    ----------
    alone, without : DataFrame, index block
        Scores of each block alone, and of all but that block.
    whole : Series
        Scores with all blocks.

    Returns
    -------
    Blocks or None
        None where no block could be scored alone.
    """
    best = _first(alone)
    together = Estimate.of(whole, "spearman")
    better = _first(without[without["spearman_low"] > together.value])
    return Blocks(best, together, better) if best else None


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


class MorePosts(Enum):
    """What the last step of the learning curve, to all posts there are, says of more of them."""

    HELPED = "clearly better"
    HURT = "clearly worse"
    NOT_SHOWN = "no clear difference"


@dataclass(frozen=True)
class Curve:
    """Whether more posts helped.

    Parameters
    ----------
    verdict : MorePosts
    error : Estimate
        Absolute error after the last step minus that before it, log scale: below zero is better.
    before, after : int
        Training posts before and after the last step.
    n : int
        Held-out posts, the same at every point.
    """

    verdict: MorePosts
    error: Estimate
    before: int
    after: int
    n: int


def curve(evidence: pd.DataFrame) -> Curve | None:
    """Return whether more posts helped; None where no two sizes could be compared.

    Parameters
    ----------
    evidence : DataFrame
        With the rows of :func:`virality.evidence.learning_curve.curve_evidence`, of one model.
    """
    sizes = evidence.loc[evidence["kind"] == "learning_curve", "n_train"].sort_values()
    gains = evidence[evidence["kind"] == "learning_gain"].sort_values("n_train")
    if gains.empty:
        return None
    last = gains.iloc[-1]
    error = -Estimate(float(last["statistic"]), float(last["low"]), float(last["high"]))
    verdict = MorePosts.NOT_SHOWN
    if error.high < 0:
        verdict = MorePosts.HELPED
    elif error.low > 0:
        verdict = MorePosts.HURT
    return Curve(verdict, error, int(sizes.iloc[-2]), int(last["n_train"]), int(last["n"]))


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
