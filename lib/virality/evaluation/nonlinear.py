"""The nonlinear models of one creator: fitted, examined, and asked how sure they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from virality.evaluation import scores
from virality.evaluation.evaluate import (
    cross_validate,
    empty_predictions,
    fit_final,
    fit_fold,
    fold_data,
)
from virality.features.table import model_table
from virality.models.fitted import FittedFold
from virality.uncertainty import conformal, mixture
from virality.uncertainty.intervals import in_sample_sigma, intervals

MODEL = "xgboost"
OTHERS = ("stack",)
GATE_BLOCKS = 4  # blocks whose first component may open the gate between the regimes


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
        Per fold, the standard deviation of XGBoost's errors on its own training posts.
    exams : DataFrame
        The same model examined in three ways, see `three_exams`.
    """

    predictions: pd.DataFrame
    fitted: list[FittedFold] = field(default_factory=list)
    final: FittedFold | None = None
    sigma: dict[int, float] = field(default_factory=dict)
    exams: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def empty(self) -> bool:
        """True when there were too few posts to model."""
        return self.predictions.empty

    @property
    def own(self) -> pd.DataFrame:
        """XGBoost's predictions from all blocks."""
        chosen = (self.predictions["model"] == MODEL) & (self.predictions["blocks"] == "all")
        return self.predictions[chosen]


def fit_nonlinear(
    posts: pd.DataFrame,
    tables: Iterable[pd.DataFrame],
    *,
    target: str = "views",
    split: str = "expanding",
    n_folds: int = 5,
    embargo_days: float = 7,
    preset: str = "tuned",
    pca: str = "block",
    n_components: int = 8,
    seed: int = 0,
) -> Nonlinear:
    """Predict every held-out post by XGBoost and the stack.

    XGBoost also from each block alone, and without each block.

    Parameters
    ----------
    posts : DataFrame
    tables : list of DataFrame
    target, split, n_folds, embargo_days, preset, pca, n_components, seed
        See `evaluate.cross_validate`.
    """
    tables = [part for part in tables if part.shape[1]]
    ways = {"preset": preset, "pca": pca, "n_components": n_components, "seed": seed}
    folds = {"n_folds": n_folds, "embargo_days": embargo_days, "target": target, "baselines": False}
    table = model_table(posts, *tables, target=target, embargo_days=embargo_days)
    if not table.blocks:
        return Nonlinear(empty_predictions())
    many, _ = cross_validate(posts, tables, [MODEL], split=split, blocks="every", **folds, **ways)
    if many.empty:
        return Nonlinear(empty_predictions())
    others, _ = cross_validate(posts, tables, OTHERS, split=split, **folds, **ways)
    predictions = pd.concat([many, others], ignore_index=True)
    data = list(fold_data(table, split, n_folds, **ways))
    fitted = [fit_fold(fold, MODEL, "all", preset, seed) for fold in data]
    inside = [
        (one.fold, fold.y_train, _predict(one, one.X_train))
        for one, fold in zip(fitted, data, strict=True)
    ]
    final = fit_final(table, MODEL, **ways)
    shuffled, _ = cross_validate(posts, tables, [MODEL], split="shuffled", **folds, **ways)
    found = Nonlinear(predictions, fitted, final, in_sample_sigma(inside))
    exams = three_exams(table.y, final, shuffled, found.own)
    return Nonlinear(predictions, fitted, final, found.sigma, exams)


def three_exams(
    y: pd.Series, final: FittedFold, shuffled: pd.DataFrame, honest: pd.DataFrame
) -> pd.DataFrame:
    """Score one model on the posts it learnt, on shuffled folds, and in the order of time.

    Returns
    -------
    DataFrame
        exam ("learnt", "shuffled", "ordered"), n, r2, factor (typical miss), spearman; pooled.
    """
    learnt = pd.DataFrame({"y_true": y, "y_pred": final.y_pred.reindex(y.index)})
    rows = []
    for name, part in (("learnt", learnt), ("shuffled", shuffled), ("ordered", honest)):
        truth, told = part["y_true"].to_numpy(float), part["y_pred"].to_numpy(float)
        spread = float(((truth - truth.mean()) ** 2).sum())
        r2 = 1 - float(((truth - told) ** 2).sum()) / spread if spread > 0 else np.nan
        factor = float(np.exp(np.abs(truth - told).mean()))
        rows.append({"exam": name, "n": len(truth), "r2": r2, "factor": factor,
                     "spearman": scores.spearman(truth, told)})  # fmt: skip
    return pd.DataFrame(rows)


def uncertain(
    found: Nonlinear,
    posts: pd.DataFrame,
    folds: pd.DataFrame,
    *,
    level: float = conformal.LEVEL,
    embargo_days: float = 7,
    target: str = "views",
) -> pd.DataFrame:
    """XGBoost's intervals by every method, and its viral chances: the `intervals` artefact."""
    return intervals(
        found.own,
        posts,
        folds,
        methods=conformal.METHODS,
        level=level,
        embargo_days=embargo_days,
        target=target,
        sigma=found.sigma,
    )


def two_regimes(found: Nonlinear, posts: pd.DataFrame) -> dict:
    """Does knowing the post tell a viral regime from a normal one?  See `regimes_mixture`.

    The mean is XGBoost's.  The gate sees that prediction and the first component of each block,
    as the fold's own training posts define it; it learns from posts that were held out earlier.
    """
    order = posts.set_index("post_id")["posted_at"]
    own = found.own.sort_values("post_id", key=lambda ids: ids.map(order), kind="stable")
    own = own.drop_duplicates("post_id").set_index("post_id")
    errors = (own["y_true"] - own["y_pred"]).to_numpy(float)
    folds, gates = [], []
    for fold in found.fitted:
        earlier = own.index.isin(fold.X_train.index) & (own["fold"] < fold.fold).to_numpy()
        train = np.flatnonzero(earlier)
        test = np.flatnonzero((own["fold"] == fold.fold).to_numpy())
        folds.append((train, test))
        gates.append((_gate(fold.X_train, own.iloc[train]), _gate(fold.X_test, own.iloc[test])))
    return mixture.verdict(mixture.compare(errors, gates, folds))


def _predict(fitted: FittedFold, rows: pd.DataFrame) -> np.ndarray:
    with threadpool_limits(1):
        return np.asarray(fitted.model.predict(rows), dtype=float)


def _gate(rows: pd.DataFrame, own: pd.DataFrame) -> np.ndarray:
    first = [name for name in rows.columns if str(name).endswith("__pc1")][:GATE_BLOCKS]
    return np.column_stack([own["y_pred"].to_numpy(float), rows.loc[own.index, first].to_numpy()])
