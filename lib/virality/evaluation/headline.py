"""Every model and every rule on the same held-out posts: the comparison that all chapters share.

Whichever chapter speaks, the book has tried the same models on this creator, and the luckiest of
them flatters itself.  So every comparison with a rule is held to one bar, which does not depend on
how many models a chapter happens to show: no two chapters can contradict each other.
"""

from __future__ import annotations

import pandas as pd

from virality.evaluation import scores
from virality.models.catalogue import BASELINES, FORECAST, LINEAR, MAIN_NONLINEAR, MODELS

FAMILY = len(MODELS)


def headline_predictions(predictions: pd.DataFrame, split: str = "expanding") -> pd.DataFrame:
    """Return the held-out predictions that the comparison is about: all blocks, and baselines.

    Parameters
    ----------
    predictions : DataFrame
        Long table of held-out predictions.
    split : str
        The honest split of this run.

    Returns
    -------
    DataFrame
        Of the same columns; each post once per fold, model and preset.
    """
    part = predictions[predictions["split"] == split]
    part = part[part["blocks"].isin(["all", "none"])]
    return part.drop_duplicates(["fold", "model", "preset", "post_id"])


def headline_scores(
    predictions: pd.DataFrame,
    folds: pd.DataFrame,
    split: str = "expanding",
    n_bootstrap: int = 1000,
) -> pd.DataFrame:
    """Return pooled scores of every model with all blocks, and of every baseline.

    Parameters
    ----------
    predictions, folds : DataFrame
        Stored predictions and their folds.
    split : str
        The honest split of this run.
    n_bootstrap : int
        Draws of the block bootstrap.

    Returns
    -------
    DataFrame
        As :func:`virality.evaluation.scores.score_table`, with ``naive`` for baselines; one row
        per model, best (smallest mean absolute error) first.
    """
    chosen = headline_predictions(predictions, split)
    table = scores.score_table(chosen, folds, n_bootstrap=n_bootstrap)
    table["naive"] = table["model"].isin(BASELINES)
    return table.sort_values(["mae", "model"]).reset_index(drop=True)


def headline_gaps(
    predictions: pd.DataFrame, split: str = "expanding", n_bootstrap: int = 1000
) -> pd.DataFrame:
    """Return every model and baseline against the better of training median and rolling median.

    Parameters
    ----------
    predictions : DataFrame
        Of any number of models with all blocks, and of the baselines.
    split : str
        The honest split of this run.
    n_bootstrap : int
        Draws of the block bootstrap.

    Returns
    -------
    DataFrame
        As :func:`virality.evaluation.scores.paired_differences`, best first.  Intervals and
        verdicts hold for all models of the book together.
    """
    chosen = headline_predictions(predictions, split)
    naive = scores.better_naive(chosen, split)
    found = scores.paired_differences(chosen, naive, n_bootstrap=n_bootstrap, family=FAMILY)
    return found.sort_values(["difference", "model"], ignore_index=True)


def forecast_gap(
    predictions: pd.DataFrame, split: str = "expanding", n_bootstrap: int = 1000
) -> pd.DataFrame:
    """Return the book's forecast against the better of training median and rolling median.

    Parameters
    ----------
    predictions : DataFrame
        With the forecast and the baselines.
    split : str
        The honest split of this run.
    n_bootstrap : int
        Draws of the block bootstrap.

    Returns
    -------
    DataFrame
        One row as in :func:`virality.evaluation.scores.paired_differences`, or none.  The
        comparison was chosen before the posts were seen, so that it is corrected for nothing.
    """
    chosen = headline_predictions(predictions, split)
    if FORECAST not in set(chosen["model"]):
        return scores.paired_differences(chosen.head(0))
    naive = scores.better_naive(chosen, split)
    pair = chosen[chosen["model"].isin([FORECAST, naive])]
    found = scores.paired_differences(pair, naive, n_bootstrap=n_bootstrap)
    return found[found["model"] == FORECAST].reset_index(drop=True)


def block_gaps(
    predictions: pd.DataFrame, model: str, split: str = "expanding", n_bootstrap: int = 1000
) -> pd.DataFrame:
    """Return a model that sees some blocks against the same model that sees them all.

    Parameters
    ----------
    predictions : DataFrame
        With the model on every selection of blocks, see `evaluate.variations`.
    model : str
    split : str
        The honest split of this run.
    n_bootstrap : int
        Draws of the block bootstrap.

    Returns
    -------
    DataFrame
        One row per selection, as in :func:`virality.evaluation.scores.paired_differences`;
        intervals and verdicts hold for all selections together.
    """
    own = predictions[(predictions["split"] == split) & (predictions["model"] == model)]
    parts = own[own["blocks"] != "all"]
    whole = own[own["blocks"] == "all"].assign(model="all", preset="all")
    family = max(parts["blocks"].nunique(), 1)
    both = pd.concat([whole, parts])
    return scores.paired_differences(both, "all", n_bootstrap=n_bootstrap, family=family)


def against_linear(
    predictions: pd.DataFrame,
    model: str = MAIN_NONLINEAR,
    split: str = "expanding",
    n_bootstrap: int = 1000,
) -> pd.DataFrame:
    """Return a model with all blocks against the linear model with the smallest error.

    Parameters
    ----------
    predictions : DataFrame
        Long table of held-out predictions.
    model : str
        From `models.MODELS`.
    split : str
        The honest split of this run.
    n_bootstrap : int
        Draws of the block bootstrap.

    Returns
    -------
    DataFrame
        One row as in :func:`virality.evaluation.scores.paired_differences`, or none.
    """
    part = headline_predictions(predictions, split)
    errors = (part["y_true"] - part["y_pred"]).abs().groupby(part["model"]).mean()
    errors = errors[errors.index.isin(LINEAR)]
    if errors.empty or model not in set(part["model"]):
        return scores.paired_differences(part.head(0))
    pair = part[part["model"].isin([model, errors.idxmin()])]
    found = scores.paired_differences(pair, against=errors.idxmin(), n_bootstrap=n_bootstrap)
    return found[found["model"] == model].reset_index(drop=True)
