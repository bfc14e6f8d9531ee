"""How many posts would one need?  The same posts, predicted from a shorter and a longer memory."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from virality.core import resampling as bs
from virality.core.progress import counted
from virality.core.protocol import DEFAULT, Protocol
from virality.evaluation.evaluate import fit_fold, one_fold
from virality.evaluation.scores import spearman
from virality.evaluation.validation import MIN_TRAIN, make_splitter
from virality.evidence.claims import evidence_table
from virality.features.table import model_table
from virality.models.catalogue import MAIN_LINEAR

LATE = 3  # of the folds, so that there is something behind the first of them
SIZES = (20, 40, 80, 160, 320, 640)
CURVE_COLUMNS = ["model", "m", "n", "mae", "low", "high", "spearman", "gain", "gain_low",
                 "gain_high"]  # fmt: skip


def learning_curve(
    posts: pd.DataFrame,
    tables: Iterable[pd.DataFrame],
    *,
    models: Iterable[str] = (MAIN_LINEAR,),
    sizes: Iterable[int] = SIZES,
    protocol: Protocol = DEFAULT,
) -> pd.DataFrame:
    """Predict the same held-out posts from the last m matured posts, for growing m.

    Scores of successive folds would compare different posts, and easy months with hard ones.  The
    posts are those of the last three folds, so that there is a history to be cut short.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts of one creator.
    tables : list of DataFrame
        Feature tables indexed by post_id.
    models : list of str
        From `models.MODELS` or `models.BASELINES`.
    sizes : list of int
        Training posts; those that the first test fold does not have behind it are left out, and
        what it does have is added as the largest.
    protocol : Protocol
        Its split says which posts may be learnt from at all.

    Returns
    -------
    DataFrame
        One row per model and m: n (test posts), mae with low and high (95 %, circular blocks),
        spearman (mean of the folds'), and gain = error with the next smaller m minus this one,
        with gain_low and gain_high: above zero, more posts helped.  Empty when there are too few.
    """
    table = model_table(posts, tables, protocol)
    folds = list(make_splitter(table.times, protocol).split())[-LATE:]
    if not folds or table.X.shape[1] == 0:
        return pd.DataFrame(columns=CURVE_COLUMNS)
    models, rows = list(models), []
    before: dict[str, np.ndarray] = {}
    for m in counted(memory_sizes(len(folds[0][0]), sizes), "lengths of the past"):
        data = [one_fold(table, train[-m:], test, number, protocol)
                for number, (train, test) in enumerate(folds, start=1)]  # fmt: skip
        for model in models:
            y_pred = [fit_fold(fold, model).y_pred.to_numpy() for fold in data]
            y_true = [fold.y_test.to_numpy() for fold in data]
            errors = np.abs(np.concatenate(y_true) - np.concatenate(y_pred))
            rows.append(_row(model, m, errors, y_true, y_pred, before.get(model)))
            before[model] = errors
    return pd.DataFrame(rows, columns=CURVE_COLUMNS)


def memory_sizes(available: int, sizes: Iterable[int] = SIZES) -> list[int]:
    """Training sizes to compare.

    Parameters
    ----------
    available : int
        Training posts that there are.
    sizes : iterable of int
        Those worth a look.

    Returns
    -------
    list of int
        Those well below what there is, and all there is.
    """
    smaller = [m for m in sorted(sizes) if MIN_TRAIN <= m <= 0.8 * available]
    return [*smaller, available]


def _row(model, m, errors, y_true, y_pred, before) -> dict:
    low, high = bs.block_mean_interval(errors)
    row = {"model": model, "m": m, "n": len(errors), "mae": float(errors.mean()),
           "low": low, "high": high, "spearman": _mean_rank_correlation(y_true, y_pred),
           "gain": np.nan, "gain_low": np.nan, "gain_high": np.nan}  # fmt: skip
    if before is not None:
        row["gain"] = float((before - errors).mean())
        row["gain_low"], row["gain_high"] = bs.block_mean_interval(before - errors)
    return row


def _mean_rank_correlation(y_true, y_pred) -> float:
    each = [spearman(t, p) for t, p in zip(y_true, y_pred, strict=True)]
    each = [value for value in each if np.isfinite(value)]
    return float(np.mean(each)) if each else np.nan


def curve_evidence(curve: pd.DataFrame) -> pd.DataFrame:
    """The curve as rows of the `evidence` table: kinds "learning_curve" and "learning_gain".

    `n_train` is m.  The first kind has the error there, the second what this step to m gained.

    Parameters
    ----------
    curve : DataFrame
        From `learning_curve`.
    """
    rows = [
        {"kind": "learning_curve", "block": "all", "model": row.model, "measure": "mae",
         "statistic": row.mae, "low": row.low, "high": row.high, "n": row.n, "n_train": row.m}
        for row in curve.itertuples()
    ]  # fmt: skip
    rows += [
        {"kind": "learning_gain", "block": "all", "model": row.model, "measure": "mae",
         "statistic": row.gain, "low": row.gain_low, "high": row.gain_high, "n": row.n,
         "n_train": row.m}
        for row in curve.dropna(subset=["gain"]).itertuples()
    ]  # fmt: skip
    return evidence_table(rows)
