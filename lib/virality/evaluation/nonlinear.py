"""The nonlinear models of one creator: fitted, examined in and out of sample, on every outcome."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from virality.core.progress import counted
from virality.core.protocol import DEFAULT, Protocol
from virality.evaluation import scores
from virality.evaluation.evaluate import (
    cross_validate,
    empty_predictions,
    fit_final,
    fit_fold,
    fold_data,
    make_folds,
)
from virality.evaluation.headline import headline_gaps
from virality.features.table import LeakFound, model_table
from virality.features.targets import available_targets
from virality.models.catalogue import MAIN_NONLINEAR, NONLINEAR
from virality.models.fitted import FittedFold, FoldData

MEASURES = ("spearman", "r2_oos", "saved")
COLUMNS = ["target", "n", *(f"{name}{end}" for name in MEASURES for end in ("", "_low", "_high"))]


@dataclass(frozen=True)
class Nonlinear:
    """XGBoost and the stack on one creator.

    Attributes
    ----------
    predictions : DataFrame
        Long table of held-out predictions, without baselines.
    fitted : list of FittedFold
        XGBoost with all blocks, fold by fold.
    final : FittedFold or None
        XGBoost fitted on all matured posts.
    sigma : dict of int to float
        Per fold, the standard deviation of XGBoost's errors on its own training posts: what not to
        trust.
    in_sample : DataFrame
        The same model judged in three ways, see `in_sample_check`.
    """

    predictions: pd.DataFrame
    fitted: list[FittedFold] = field(default_factory=list)
    final: FittedFold | None = None
    sigma: dict[int, float] = field(default_factory=dict)
    in_sample: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def empty(self) -> bool:
        """True when there were too few posts to model."""
        return self.predictions.empty

    @property
    def all_blocks(self) -> pd.DataFrame:
        """XGBoost's predictions from all blocks."""
        return _all_blocks(self.predictions)


def fit_nonlinear(
    posts: pd.DataFrame, tables: Iterable[pd.DataFrame], *, protocol: Protocol = DEFAULT
) -> Nonlinear:
    """Predict every held-out post by XGBoost and the stack.

    XGBoost also from each block alone, and without each block.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts of one creator.
    tables : list of DataFrame
        Feature tables indexed by post_id.
    protocol : Protocol
    """
    tables = [part for part in tables if part.shape[1]]
    table = model_table(posts, tables, protocol)
    if not table.blocks:
        return Nonlinear(empty_predictions())
    validate = partial(cross_validate, posts, tables, baselines=False)
    main = validate([MAIN_NONLINEAR], protocol=protocol, blocks="every")
    if main.empty:
        return Nonlinear(empty_predictions())
    others = [name for name in NONLINEAR if name != MAIN_NONLINEAR]
    rest = validate(others, protocol=protocol)
    data = list(fold_data(table, protocol))
    fitted = [fit_fold(fold, MAIN_NONLINEAR) for fold in counted(data, "folds")]
    final = fit_final(table, MAIN_NONLINEAR, protocol)
    shuffled = validate([MAIN_NONLINEAR], protocol=protocol.but(split="shuffled"))
    return Nonlinear(
        predictions=pd.concat([main, rest], ignore_index=True),
        fitted=fitted,
        final=final,
        sigma={one.fold: _sigma(one, fold) for one, fold in zip(fitted, data, strict=True)},
        in_sample=in_sample_check(final, shuffled, _all_blocks(main)),
    )


def in_sample_check(
    final: FittedFold, shuffled: pd.DataFrame, honest: pd.DataFrame
) -> pd.DataFrame:
    """Score one model on posts it learnt, on shuffled folds, and in the order of time.

    The posts are the same in all three: those that a fold in time order holds out.

    Parameters
    ----------
    final : FittedFold
        The model fitted on all posts.
    shuffled, honest : DataFrame
        Its predictions on shuffled folds, and on folds in time order.

    Returns
    -------
    DataFrame
        exam ("learnt", "shuffled", "ordered"), n, and factor (mean miss) with `_low` and `_high`.
    """
    own = honest.set_index("post_id")
    told = {
        "learnt": final.y_pred,
        "shuffled": shuffled.set_index("post_id")["y_pred"],
        "ordered": own["y_pred"],
    }
    rows = [
        own.assign(model=name, y_pred=y_pred.reindex(own.index)).reset_index()
        for name, y_pred in told.items()
    ]
    table = scores.score_table(pd.concat(rows))
    names = ["factor", "factor_low", "factor_high"]
    return table.rename(columns={"model": "exam"})[["exam", "n", *names]]


def _all_blocks(predictions: pd.DataFrame) -> pd.DataFrame:
    chosen = (predictions["model"] == MAIN_NONLINEAR) & (predictions["blocks"] == "all")
    return predictions[chosen]


def _sigma(fitted: FittedFold, fold: FoldData) -> float:
    """Standard deviation of the errors on the training posts."""
    with threadpool_limits(1):
        y_pred = np.asarray(fitted.estimator.predict(fitted.X_train), dtype=float)
    return float(np.std(fold.y_train.to_numpy() - y_pred))


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
    for target in counted(available_targets(posts), "outcomes"):
        asked = protocol.but(target=target)
        try:
            table = model_table(posts, tables, asked)
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
    out: dict[str, float] = {"n": int(score["n"])}
    for name in ("spearman", "r2_oos"):
        out |= {f"{name}{end}": float(score[f"{name}{end}"]) for end in ("", "_low", "_high")}
    ends = {"saved": "difference", "saved_low": "high", "saved_high": "low"}
    return out | {name: -float(gaps[source]) / error for name, source in ends.items()}
