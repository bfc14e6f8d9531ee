"""The nonlinear models of one creator: fitted, and examined in and out of sample."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from virality.core.protocol import DEFAULT, Protocol
from virality.evaluation import scores
from virality.evaluation.evaluate import (
    cross_validate,
    empty_predictions,
    fit_final,
    fit_fold,
    fold_data,
)
from virality.features.table import model_table
from virality.models.catalogue import MAIN_NONLINEAR, NONLINEAR
from virality.models.fitted import FittedFold, FoldData


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
    table = model_table(posts, *tables, protocol=protocol)
    if not table.blocks:
        return Nonlinear(empty_predictions())
    asked = {"protocol": protocol, "baselines": False}
    main = cross_validate(posts, tables, [MAIN_NONLINEAR], blocks="every", **asked)
    if main.empty:
        return Nonlinear(empty_predictions())
    others = [name for name in NONLINEAR if name != MAIN_NONLINEAR]
    rest = cross_validate(posts, tables, others, **asked)
    data = list(fold_data(table, protocol))
    fitted = [fit_fold(fold, MAIN_NONLINEAR) for fold in data]
    final = fit_final(table, MAIN_NONLINEAR, protocol)
    asked["protocol"] = protocol.but(split="shuffled")
    shuffled = cross_validate(posts, tables, [MAIN_NONLINEAR], **asked)
    return Nonlinear(
        predictions=pd.concat([main, rest], ignore_index=True),
        fitted=fitted,
        final=final,
        sigma={one.fold: _sigma(one, fold) for one, fold in zip(fitted, data, strict=True)},
        in_sample=in_sample_check(table.y, final, shuffled, _all_blocks(main)),
    )


def in_sample_check(
    y: pd.Series, final: FittedFold, shuffled: pd.DataFrame, honest: pd.DataFrame
) -> pd.DataFrame:
    """Score one model on the posts it learnt, on shuffled folds, and in the order of time.

    Parameters
    ----------
    y : Series
        Outcomes of all posts.
    final : FittedFold
        The model fitted on all of them.
    shuffled, honest : DataFrame
        Its predictions on shuffled folds, and on folds in time order.

    Returns
    -------
    DataFrame
        exam ("learnt", "shuffled", "ordered"), n, r2, factor (typical miss), spearman; pooled.
    """
    learnt = pd.DataFrame({"y_true": y, "y_pred": final.y_pred.reindex(y.index)})
    rows = []
    for name, part in (("learnt", learnt), ("shuffled", shuffled), ("ordered", honest)):
        y_true, y_pred = part["y_true"].to_numpy(float), part["y_pred"].to_numpy(float)
        spread = float(((y_true - y_true.mean()) ** 2).sum())
        r2 = 1 - float(((y_true - y_pred) ** 2).sum()) / spread if spread > 0 else np.nan
        factor = float(np.exp(np.abs(y_true - y_pred).mean()))
        rows.append({"exam": name, "n": len(y_true), "r2": r2, "factor": factor,
                     "spearman": scores.spearman(y_true, y_pred)})  # fmt: skip
    return pd.DataFrame(rows)


def _all_blocks(predictions: pd.DataFrame) -> pd.DataFrame:
    chosen = (predictions["model"] == MAIN_NONLINEAR) & (predictions["blocks"] == "all")
    return predictions[chosen]


def _sigma(fitted: FittedFold, fold: FoldData) -> float:
    """Standard deviation of the errors on the training posts."""
    with threadpool_limits(1):
        y_pred = np.asarray(fitted.model.predict(fitted.X_train), dtype=float)
    return float(np.std(np.asarray(fold.y_train) - y_pred))
