"""The nonlinear models of one creator: fitted, judged, and compared with what needs no model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests
from threadpoolctl import threadpool_limits

from virality.evaluation import scores
from virality.evaluation.bootstrap import ALPHA
from virality.evaluation.evaluate import (
    FittedFold,
    cross_validate,
    empty_predictions,
    fit_final,
    fit_fold,
    fold_data,
    model_table,
)
from virality.features import study
from virality.features.targets import available_targets
from virality.models.catalogue import LINEAR
from virality.uncertainty import conformal, mixture
from virality.uncertainty.intervals import in_sample_sigma, intervals

MODEL = "xgboost"
OTHERS = ("random_forest", "stack")
GATE_BLOCKS = 4  # blocks whose first component may open the gate between the regimes


@dataclass(frozen=True)
class Nonlinear:
    """XGBoost, the random forest and the stack on one creator.

    Attributes
    ----------
    predictions : DataFrame
        Long table of held-out predictions, without rivals.
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
    """Predict every held-out post by XGBoost, the random forest and the stack.

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
    folds = {"n_folds": n_folds, "embargo_days": embargo_days, "target": target, "rivals": False}
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


def against_naive(
    predictions: pd.DataFrame, split: str = "expanding", n_bootstrap: int = 1000
) -> pd.DataFrame:
    """Every model with all blocks against the better of training mean and rolling median.

    Parameters
    ----------
    predictions : DataFrame
        Linear and nonlinear predictions and the rivals.

    Returns
    -------
    DataFrame
        As `scores.paired_differences`, best first, and `p_adjusted`: of several nonlinear models
        one is the luckiest, so their p-values are corrected for their number (Holm 1979), and
        only a gain that survives this is called better.
    """
    part = predictions[
        (predictions["split"] == split) & predictions["blocks"].isin(["all", "none"])
    ]
    naive = scores.better_naive(part, split)
    found = scores.paired_differences(part, against=naive, n_bootstrap=n_bootstrap)
    found = found.sort_values(["difference", "model"], ignore_index=True)
    return _corrected(found)


def _corrected(found: pd.DataFrame) -> pd.DataFrame:
    tried = found["model"].isin([MODEL, *OTHERS]) & found["p"].notna()
    found["p_adjusted"] = found["p"]
    if tried.any():
        found.loc[tried, "p_adjusted"] = multipletests(found.loc[tried, "p"], method="holm")[1]
    unclear = tried & (found["verdict"] == "better") & ~(found["p_adjusted"] < ALPHA)
    found.loc[unclear, "verdict"] = "no clear difference"
    return found


def against_linear(
    predictions: pd.DataFrame, split: str = "expanding", n_bootstrap: int = 1000
) -> pd.DataFrame:
    """XGBoost with all blocks against the linear model with the smallest error, post by post.

    Returns
    -------
    DataFrame
        One row as in `scores.paired_differences`, or none.
    """
    part = predictions[(predictions["split"] == split) & (predictions["blocks"] == "all")]
    errors = (part["y_true"] - part["y_pred"]).abs().groupby(part["model"]).mean()
    errors = errors[errors.index.isin(LINEAR)]
    if errors.empty or MODEL not in set(part["model"]):
        return scores.paired_differences(part.head(0))
    pair = part[part["model"].isin([MODEL, errors.idxmin()])]
    found = scores.paired_differences(pair, against=errors.idxmin(), n_bootstrap=n_bootstrap)
    return found[found["model"] == MODEL].reset_index(drop=True)


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


def compare_targets(
    posts: pd.DataFrame,
    tables: Iterable[pd.DataFrame],
    *,
    split: str = "expanding",
    n_folds: int = 5,
    embargo_days: float = 7,
    n_components: int = 8,
    n_bootstrap: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """How predictable is each outcome that the input has, by the same model on the same folds?

    Returns
    -------
    DataFrame
        One row per target: n, spearman and r2_oos with `_low` and `_high`, and `saved`, the share
        of the better plain rival's typical error that XGBoost saves, with saved_low, saved_high.
        Empty when there are too few posts.
    """
    tables, rows = [part for part in tables if part.shape[1]], []
    for target in available_targets(posts):
        if not model_table(posts, *tables, target=target, embargo_days=embargo_days).blocks:
            continue
        told, folds = cross_validate(
            posts, tables, [MODEL], split=split, n_folds=n_folds, embargo_days=embargo_days,
            target=target, n_components=n_components, seed=seed,
        )  # fmt: skip
        if told.empty:
            continue
        own = told[told["model"] == MODEL]
        naive = scores.better_naive(told, split)
        table = scores.score_table(own, folds, n_bootstrap).iloc[0]
        base = told[told["model"] == naive]
        gap = scores.paired_differences(
            pd.concat([own, base]), against=naive, n_bootstrap=n_bootstrap
        ).iloc[0]
        error = float((base["y_true"] - base["y_pred"]).abs().mean())
        rows.append({"target": target, **_of_target(table, gap, error)})
    ends = [
        f"{name}{end}" for name in ("spearman", "r2_oos", "saved") for end in ("", "_low", "_high")
    ]
    return pd.DataFrame(rows, columns=["target", "n", *ends])


def _of_target(table: pd.Series, gap: pd.Series, rival_error: float) -> dict:
    out = {"n": int(table["n"])}
    for name in ("spearman", "r2_oos"):
        out |= {f"{name}{end}": float(table[f"{name}{end}"]) for end in ("", "_low", "_high")}
    ends = {"saved": "difference", "saved_low": "high", "saved_high": "low"}
    return out | {name: -float(gap[source]) / rival_error for name, source in ends.items()}


def beside_published(
    posts: pd.DataFrame, path: str, predictions: pd.DataFrame, folds: pd.DataFrame, split: str
) -> pd.DataFrame:
    """The study's published XGBoost scores beside ours and the rolling median's.

    Parameters
    ----------
    posts : DataFrame
    path : str
        The input file.
    predictions, folds : DataFrame
        Of this run.

    Returns
    -------
    DataFrame
        source, model, features, r2, rmse, mae, spearman (means over folds); empty unless the
        input is the study's own table.
    """
    columns = ["source", "model", "features", "r2", "rmse", "mae", "spearman"]
    if not path or not study.is_published_table(study.read_study_table(path)):
        return pd.DataFrame(columns=columns)
    theirs = study.published()
    theirs = theirs[theirs["model"] == MODEL].assign(source="published")
    theirs["features"] = theirs["features"] + ", PCA " + theirs["pca"]
    ours = scores.mean_over_folds(predictions[predictions["split"] == split], folds)
    shown = ours["model"].isin([MODEL, *OTHERS, "rolling_median_10", "train_median"])
    ours = ours[shown & ours["blocks"].isin(["all", "none"])]
    ours = ours.assign(source="this run", features=ours["blocks"].replace("none", "no features"))
    return pd.concat([theirs, ours], ignore_index=True)[columns]


def _predict(fitted: FittedFold, rows: pd.DataFrame) -> np.ndarray:
    with threadpool_limits(1):
        return np.asarray(fitted.model.predict(rows), dtype=float)


def _gate(rows: pd.DataFrame, own: pd.DataFrame) -> np.ndarray:
    first = [name for name in rows.columns if str(name).endswith("__pc1")][:GATE_BLOCKS]
    return np.column_stack([own["y_pred"].to_numpy(float), rows.loc[own.index, first].to_numpy()])
