"""Out-of-fold predictions: every model on every fold, nothing fitted outside its training rows.

The steps can be taken one by one (`model_table`, `fold_data`, `fit_fold`, `fit_final`) or all at
once (`cross_validate`).  Predictions are stored, scores are derived from them elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from virality.core.progress import counted
from virality.core.protocol import DEFAULT, Protocol
from virality.core.threads import one_thread
from virality.evaluation.folds import FoldFits, fit_final, fit_fold, fold_data, one_fold
from virality.evaluation.forecast import weigh
from virality.evaluation.predictions import (
    PREDICTION_COLUMNS,
    empty_predictions,
    prediction_rows,
    stack_up,
)
from virality.evaluation.validation import folds_table, make_splitter
from virality.features.table import Features, model_table
from virality.models import catalogue as md
from virality.models.fitted import FoldData

__all__ = [
    "PREDICTION_COLUMNS",
    "cross_validate",
    "empty_predictions",
    "fit_final",
    "fit_fold",
    "fold_data",
    "fold_predictions",
    "make_folds",
    "model_table",
    "one_fold",
    "stack_up",
    "variations",
]


def cross_validate(
    posts: pd.DataFrame,
    features: Features = None,
    models: Iterable[str] = md.LINEAR,
    *,
    protocol: Protocol = DEFAULT,
    blocks: Iterable[str] | str = "all",
    baselines: bool = True,
) -> pd.DataFrame:
    """Predict every post of every test fold by every model, from its past only.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts table.
    features : DataFrame or list of DataFrame, optional
        Feature tables indexed by post_id; metadata and momentum are built when none are given.
    models : list of str
        From `models.MODELS`, or "forecast", see :func:`virality.evaluation.forecast.forecast`.
    protocol : Protocol
    blocks : list of str, or "every"
        Selections of blocks, see `select_columns`; "every" = `variations`: all, metadata and
        momentum, each block alone and each left out.
    baselines : bool
        Add the naive rules, training mean and training median.

    Returns
    -------
    DataFrame
        Long, columns as in `PREDICTION_COLUMNS`; empty below 30 posts.  `y_true` and `y_pred` are
        on a log scale, see :func:`virality.features.targets.target_values`.

    Raises
    ------
    UserError
        When a feature gives the outcome away, or a model is not known.

    Examples
    --------
    >>> from virality.demo.posts import simulate_creator
    >>> posts = simulate_creator(n_posts=50)
    >>> predictions = cross_validate(posts, models=["ridge"], protocol=Protocol(n_folds=2))
    >>> predictions["model"].unique().tolist()
    ['ridge', 'ewm', 'last_post', 'rolling_median_10', 'train_mean', 'train_median']
    >>> predictions.columns.tolist()[-2:]
    ['y_true', 'y_pred']
    """
    table = model_table(posts, features, protocol)
    selections = _selections(blocks, table.blocks, protocol.reduction)
    singles, weighed = md.apart(models)
    parts: list[pd.DataFrame] = []
    with one_thread():
        for selection, inside in selections:
            folds = list(fold_data(table, protocol, selection))
            found: list[pd.DataFrame] = []
            for name in counted(inside, "blocks of features"):
                fits = [FoldFits(fold, name) for fold in folds]
                found += [rows for one in fits for rows in _predicted(one, singles)]
                if weighed:
                    found.append(
                        weigh(posts, table, fits, selection, protocol=protocol).predictions
                    )
            mixed = protocol.reduction == "global"
            parts += [part.assign(blocks=selection) for part in found] if mixed else found
            if baselines and selection == selections[0][0]:
                naive = [fold_predictions(fold, md.BASELINES, "none") for fold in folds]
                parts += [rows for found in naive for rows in found]
    return stack_up(parts)


def make_folds(posts: pd.DataFrame, protocol: Protocol = DEFAULT) -> pd.DataFrame:
    """Return the folds that `cross_validate` uses for these posts: one row each.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts table.
    protocol : Protocol

    Returns
    -------
    DataFrame
        Columns as in `validation.FOLD_COLUMNS`; empty below 30 posts.
    """
    table = model_table(posts, (), protocol)
    return folds_table(make_splitter(table.times, protocol), table.y)


def variations(blocks: list[str]) -> list[str]:
    """All blocks, metadata and momentum only, each block alone, each left out."""
    out = ["all"]
    if set(blocks) > {"metadata", "momentum"}:
        out.append("metadata+momentum")
    if len(blocks) > 1:
        out += blocks + [f"all-{block}" for block in blocks]
    return out


def _selections(blocks, present: list[str], reduction: str) -> list[tuple[str, list[str]]]:
    """(columns to transform, selections of blocks within them).

    Scaling and PCA of a block do not depend on the other blocks, so that one transform serves every
    selection; a global PCA mixes the blocks and has to be fitted anew for each.
    """
    wanted = variations(present) if blocks == "every" else blocks
    wanted = [wanted] if isinstance(wanted, str) else list(wanted)
    if reduction == "global":
        return [(name, ["all"]) for name in wanted]
    return [("all", wanted)]


def fold_predictions(fold: FoldData, models: Iterable[str], blocks: str) -> list[pd.DataFrame]:
    """One long table per model; the stack averages what its members have already predicted.

    Parameters
    ----------
    fold : FoldData
    models : list of str
    blocks : str
        A selection of blocks; "none" for baselines.
    """
    return _predicted(FoldFits(fold, blocks), models)


def _predicted(fits: FoldFits, models: Iterable[str]) -> list[pd.DataFrame]:
    """One long table per model that has columns to look at."""
    naive = fits.blocks == "none"
    preset = "baseline" if naive else ""
    return [
        prediction_rows(fits.fold, name, fits[name].y_pred, fits.blocks, preset)
        for name in models
        if naive or fits.columns
    ]
