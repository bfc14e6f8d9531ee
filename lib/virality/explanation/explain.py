"""What carries the prediction: pushes on held-out posts, and two checks that need no SHAP."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
import pandas as pd

from virality.core.protocol import DEFAULT, Protocol
from virality.evaluation import evaluate, scores
from virality.evaluation.headline import FAMILY
from virality.explanation.importance import (
    block_importance,
    lead,
    refit_importance,
    shuffle_importance,
)
from virality.explanation.shap_values import shap_tables
from virality.features.table import Features, model_table
from virality.models.boosters import StoredFold, stored_fold
from virality.models.catalogue import LONG_RUN_RULE, MAIN_NONLINEAR, RECENT_RULE


def explain(
    posts: pd.DataFrame,
    features: Features = None,
    *,
    protocol: Protocol = DEFAULT,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Say what pushed each forecast of the boosted trees, post by post, by SHAP.

    The trees are fitted fold by fold, and every post is explained by the ones that had not seen it.
    Pushes add up: summed over columns, or over blocks, they are the way from the model's starting
    point to its forecast.  They explain the model, and views only where the model is any good.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts table.
    features : DataFrame or list of DataFrame, optional
        Feature tables indexed by post_id; metadata and momentum are built when none are given.
    protocol : Protocol

    Returns
    -------
    shap : DataFrame
        One row per held-out post and column: post_id, fold, column, block, value (log views),
        feature_value (as the model saw it, scaled).  No rows below 30 posts.
    shap_blocks : DataFrame
        One row per held-out post: post_id, fold, a column per block, base_value, prediction.

    Raises
    ------
    UserError
        When a column gives the outcome away.

    References
    ----------
    Lundberg et al. (2020), From local explanations to global understanding with explainable AI for
    trees.

    Examples
    --------
    >>> import virality as vi
    >>> posts = vi.simulate_creator(n_posts=60, seed=1)
    >>> shap, shap_blocks = explain(posts, protocol=vi.Protocol(n_folds=2))
    >>> blocks = ["metadata", "momentum", "similar"]
    >>> way = shap_blocks["base_value"] + shap_blocks[blocks].sum(axis=1)
    >>> bool(((way - shap_blocks["prediction"]).abs() < 1e-4).all())
    True

    Which block do the forecasts lean on, as a share of all pushes?

    >>> size = shap_blocks[blocks].abs().mean()
    >>> (size / size.sum()).idxmax()
    'momentum'
    """
    folds = evaluate.fold_data(model_table(posts, features, protocol), protocol)
    return shap_tables(stored_fold(evaluate.fit_fold(fold, MAIN_NONLINEAR)) for fold in folds)


_KEYS = ["post_id", "split", "fold", "model", "blocks", "preset"]
BASELINES = (RECENT_RULE, LONG_RUN_RULE)
SMALLEST_PUSH = 1e-6  # log views


# The explained model against the better of two rules that never look at the post.
Verdict = Enum("Verdict", "NOT_PREDICTED BETTER WORSE UNCLEAR NOT_COMPARED")


@dataclass(frozen=True)
class Skill:
    """Whether the model knows more than the better of two rules that never look at the post.

    Parameters
    ----------
    verdict : Verdict
    n : int
        Held-out posts.
    factor, baseline_factor : float
        Mean misses, as factors.
    baseline : str
        "train_median" or "rolling_median_10"; "" when neither was predicted.
    low, high : float
        Limits of the difference in log views, paired by post; negative is better.
    """

    verdict: Verdict = Verdict.NOT_PREDICTED
    n: int = 0
    factor: float = float("nan")
    baseline: str = ""
    baseline_factor: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")


def skill(predictions: pd.DataFrame, baselines: pd.DataFrame) -> Skill:
    """Compare the explained model with the better of training median and rolling median.

    Parameters
    ----------
    predictions : DataFrame
        Of the explained model, one per post and fold.
    baselines : DataFrame
        Predictions of the naive rules, on the same folds.

    Returns
    -------
    Skill
    """
    if predictions.empty:
        return Skill()
    split = predictions["split"].iloc[0]
    naive = baselines[baselines["model"].isin(BASELINES) & (baselines["split"] == split)]
    if naive.empty:
        return Skill(Verdict.NOT_COMPARED, len(predictions), _mean_miss(predictions))
    baseline = scores.better_naive(naive, split)
    rule = naive[naive["model"] == baseline]
    gap = scores.paired_differences(pd.concat([predictions, rule]), baseline, family=FAMILY).iloc[0]
    verdicts = {"better": Verdict.BETTER, "worse": Verdict.WORSE}
    return Skill(
        verdicts.get(gap["verdict"], Verdict.UNCLEAR),
        int(gap["n"]),
        _mean_miss(predictions),
        baseline,
        _mean_miss(rule),
        float(gap["low"]),
        float(gap["high"]),
    )


def _mean_miss(predictions: pd.DataFrame) -> float:
    """Mean absolute error as a factor."""
    return float(np.exp((predictions["y_true"] - predictions["y_pred"]).abs().mean()))


@dataclass(frozen=True)
class Explanation:
    """What a set of stored folds leans on.

    Parameters
    ----------
    shap, shap_blocks : DataFrame
        The artefacts; without rows when nothing was modelled.
    n_posts : int
        Of the record.
    skill : Skill
    blocks : DataFrame
        One row a block, largest SHAP first: importance, low, high, share, columns (that the model
        saw), shuffle, shuffle_low, shuffle_high, refit, refit_low, refit_high.
    lead : tuple of float
        See :func:`virality.explanation.importance.lead`.
    """

    shap: pd.DataFrame
    shap_blocks: pd.DataFrame
    n_posts: int
    skill: Skill
    blocks: pd.DataFrame
    lead: tuple[float, float, float]

    @property
    def empty(self) -> bool:
        """True when there was nothing to explain."""
        return self.shap_blocks.empty

    @property
    def n_held_out(self) -> int:
        """Held-out posts that were explained."""
        return self.shap_blocks["post_id"].nunique()

    @property
    def tells(self) -> bool:
        """True when something pushes at all (a model may give every post the same forecast)."""
        return not self.empty and bool(self.blocks["importance"].max() > SMALLEST_PUSH)


def explanation(
    folds: list[StoredFold],
    predictions: pd.DataFrame,
    posts: pd.DataFrame,
    protocol: Protocol = DEFAULT,
) -> Explanation:
    """Explain stored folds, and check the explanation in two ways that need no SHAP.

    Parameters
    ----------
    folds : list of StoredFold
        Stored boosters of XGBoost on all blocks; may be empty.
    predictions : DataFrame
        Long table with XGBoost (all blocks, and where there are such, each left out) and the naive
        rules; a row that stands in it twice counts once.
    posts : DataFrame
        Tidy posts table.
    protocol : Protocol
        Split and preset of the run that the folds belong to, as their manifest says; the seed is
        of the shuffles.

    Returns
    -------
    Explanation

    Raises
    ------
    UserError
        When a post was not held out, or a booster does not give the stored predictions.
    """
    order = posts.set_index("post_id")["posted_at"]
    predictions = predictions.drop_duplicates(_KEYS)
    ours = (predictions["split"] == protocol.split) & (predictions["preset"] == protocol.preset)
    boosted = predictions[ours & (predictions["model"] == MAIN_NONLINEAR) & bool(folds)]
    whole = boosted[boosted["blocks"] == "all"]
    shap, shap_blocks = shap_tables(folds, whole)
    losses = {
        "shuffle": shuffle_importance(folds, whole, order, protocol.seed),
        "refit": refit_importance(boosted, order),
    }
    blocks = _importances(shap, block_importance(shap_blocks, order), losses)
    return Explanation(
        shap,
        shap_blocks,
        len(posts),
        skill=skill(whole, predictions),
        blocks=blocks,
        lead=lead(shap_blocks, list(blocks["block"]), order),
    )


def _importances(
    shap: pd.DataFrame, blocks: pd.DataFrame, losses: dict[str, pd.DataFrame]
) -> pd.DataFrame:
    """Set how wide a block is, and what is lost without it, beside its pushes."""
    columns = shap.groupby("block")["column"].nunique()
    blocks["columns"] = blocks["block"].map(columns).fillna(0).astype(int)
    for name, table in losses.items():
        table = table.rename(columns={"loss": name, "low": f"{name}_low", "high": f"{name}_high"})
        blocks = blocks.merge(table, on="block", how="left")
    return blocks
