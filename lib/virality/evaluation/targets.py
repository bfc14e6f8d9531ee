"""How predictable is each outcome that the input has?"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from virality.core.protocol import DEFAULT, Protocol
from virality.evaluation import scores
from virality.evaluation.evaluate import cross_validate, make_folds
from virality.evaluation.headline import headline_gaps
from virality.features.table import LeakFound, model_table
from virality.features.targets import available_targets
from virality.models.catalogue import MAIN_NONLINEAR

MEASURES = ("spearman", "r2_oos", "saved")
COLUMNS = ["target", "n", *(f"{name}{end}" for name in MEASURES for end in ("", "_low", "_high"))]


def compare_targets(
    posts: pd.DataFrame,
    tables: Iterable[pd.DataFrame],
    *,
    model: str = MAIN_NONLINEAR,
    protocol: Protocol = DEFAULT,
    n_bootstrap: int = 1000,
) -> pd.DataFrame:
    """Predict every outcome by the same model on the same folds.

    Parameters
    ----------
    posts : DataFrame
    tables : list of DataFrame
    model : str
    protocol : Protocol
        Of the run; its target is not looked at.
    n_bootstrap : int
        Draws of the block bootstrap.

    Returns
    -------
    DataFrame
        One row per target: n, spearman and r2_oos with `_low` and `_high`, and `saved`, the share
        of the better plain baseline's typical error that the model saves, with saved_low and
        saved_high from `headline_gaps`.  An outcome that a feature gives away, as length may give
        the time watched, has n = 0 and nothing else.  Empty when there are too few posts.
    """
    tables, rows = [part for part in tables if part.shape[1]], []
    for target in available_targets(posts):
        asked = protocol.but(target=target)
        try:
            table = model_table(posts, *tables, protocol=asked)
        except LeakFound:  # that is no prediction
            rows.append({"target": target, "n": 0})
            continue
        if not table.blocks:
            continue
        predictions = cross_validate(posts, tables, [model], protocol=asked)
        if len(predictions):
            folds = make_folds(posts, asked)
            rows.append({"target": target, **_of_target(predictions, folds, model, n_bootstrap)})
    return pd.DataFrame(rows, columns=COLUMNS)


def _of_target(
    predictions: pd.DataFrame, folds: pd.DataFrame, model: str, n_bootstrap: int
) -> dict:
    score = scores.score_table(predictions.query("model == @model"), folds, n_bootstrap).iloc[0]
    split = predictions["split"].iloc[0]
    gaps = headline_gaps(predictions, split, n_bootstrap).set_index("model").loc[model]
    baseline = predictions[predictions["model"] == gaps["against"]]
    error = float((baseline["y_true"] - baseline["y_pred"]).abs().mean())
    out = {"n": int(score["n"])}
    for name in ("spearman", "r2_oos"):
        out |= {f"{name}{end}": float(score[f"{name}{end}"]) for end in ("", "_low", "_high")}
    ends = {"saved": "difference", "saved_low": "high", "saved_high": "low"}
    return out | {name: -float(gaps[source]) / error for name, source in ends.items()}
