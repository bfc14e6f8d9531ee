"""What the chapter on linear models and baselines finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
import pandas as pd

from virality.core.protocol import ALPHA
from virality.core.resampling import block_weights, interval
from virality.findings.scores import Comparison, Estimate

FOUR_DIGITS = 5e-5


@dataclass(frozen=True)
class Nearest:
    """The linear model that misses least, and what half of its and of the rule's forecasts did.

    `half` and `rule_half` are the factors that half of the forecasts were within.
    """

    model: str
    half: Estimate
    rule_half: Estimate


def nearest(table: pd.DataFrame, compared: Comparison | None) -> Nearest | None:
    """Return what half of the best linear model's forecasts were within, and of the rule's.

    Parameters
    ----------
    table : DataFrame
        From :func:`virality.evaluation.headline.headline_scores`.
    compared : Comparison or None
        The linear models against the better rule, best first.

    Returns
    -------
    Nearest or None
        None where nothing was compared.
    """
    if compared is None:
        return None
    rows = table.set_index("model")
    names = compared.gains[0].model, compared.rule
    own, rule = (Estimate.of(rows.loc[name], "half") for name in names)
    return Nearest(names[0], own, rule)


@dataclass(frozen=True)
class Seasons:
    """In how many folds a model was nearer than the rule; its mean miss in its best and worst."""

    model: str
    rule: str
    wins: int
    n: int
    smallest: float
    largest: float


def seasons(factor: pd.DataFrame, model: str, rule: str) -> Seasons:
    """Return how a model did beside the rule, fold by fold.

    Parameters
    ----------
    factor : DataFrame, index fold, columns models
        Mean miss as a factor.
    model, rule : str
    """
    own, wins = factor[model], int((factor[model] < factor[rule]).sum())
    return Seasons(model, rule, wins, len(factor), float(own.min()), float(own.max()))


@dataclass(frozen=True)
class Fall:
    """What the order of time costs, on the same `n` posts.

    `model` is the one that shuffled folds like best; `shuffled` and `ordered` are its mean misses
    as factors; `lost` is its absolute error in time order minus that on shuffled folds, paired.
    """

    model: str
    shuffled: float
    ordered: float
    lost: Estimate
    n: int

    @property
    def clear(self) -> bool:
        """Whether the order of time clearly costs something."""
        return self.lost.clear


def fall(shuffled: pd.DataFrame, ordered: pd.DataFrame, n_bootstrap: int = 1000) -> Fall | None:
    """Return what the order of time costs the model that looked best without it.

    Parameters
    ----------
    shuffled, ordered : DataFrame
        Predictions of models with all blocks, among others; posts that both hold count.
    n_bootstrap : int
        Draws of the block bootstrap.

    Returns
    -------
    Fall or None
        None where nothing can be compared.
    """
    blind, honest = (_misses(table) for table in (shuffled, ordered))
    models = blind.columns.intersection(honest.columns)
    posts = honest.index.intersection(blind.index, sort=False)
    if len(posts) < 2 or models.empty:
        return None
    blind, honest = blind.loc[posts, models], honest.loc[posts, models]
    best = str(blind.mean().idxmin())
    gap = (honest[best] - blind[best]).to_numpy()
    draws = block_weights(len(gap), n_bootstrap) @ gap
    ends = interval(float(gap.mean()), draws, len(gap))
    return Fall(
        model=best,
        shuffled=float(np.exp(blind[best].mean())),
        ordered=float(np.exp(honest[best].mean())),
        lost=Estimate(float(gap.mean()), *ends),
        n=len(gap),
    )


def _misses(predictions: pd.DataFrame) -> pd.DataFrame:
    """Absolute errors of the models with all blocks, a row per post in time order."""
    chosen = predictions[predictions["blocks"] == "all"]
    missed = chosen.assign(miss=(chosen["y_true"] - chosen["y_pred"]).abs())
    return missed.pivot_table("miss", "post_id", "model", sort=False)


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
