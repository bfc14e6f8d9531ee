"""Scores, always derived from stored predictions: fold by fold, pooled, and in pairs."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from virality.core import resampling as bs
from virality.models.catalogue import LONG_RUN_RULE, MEAN_RULE, RECENT_RULE

KEYS = ["split", "preset", "blocks", "model"]

#: metric -> (plain name, whether more is better)
METRICS = {
    "r2": ("R²", True),
    "r2_oos": ("R² against the mean so far", True),
    "rmse": ("RMSE", False),
    "mae": ("mean absolute error", False),
    "factor": ("mean miss, as a factor", False),
    "half": ("factor that half of the forecasts are within", False),
    "spearman": ("Spearman", True),
    "top10_hits": ("top-tenth hits", True),
    "smape": ("sMAPE", False),
    "r2_clipped": ("clipped R²", True),
}
WITH_INTERVAL = ("r2", "r2_oos", "rmse", "mae", "factor", "half", "spearman")
TOP_SHARE = 0.1
CLIP_QUANTILE = 0.95


def fold_scores(predictions: pd.DataFrame, folds: pd.DataFrame) -> pd.DataFrame:
    """Every metric for every fold of every model.

    Parameters
    ----------
    predictions, folds : DataFrame
        As written by `evaluate.cross_validate`.

    Returns
    -------
    DataFrame
        Columns split, preset, blocks, model, fold, n, the metrics, and top10_k (posts named).
    """
    rows = []
    for keys, group in _with_baseline(predictions, folds).groupby([*KEYS, "fold"], sort=False):
        arrays = (group[c].to_numpy(float) for c in ("y_true", "y_pred", "train_mean"))
        rows.append({**dict(zip([*KEYS, "fold"], keys, strict=True)), **_metrics(*arrays)})
    return pd.DataFrame(rows, columns=[*KEYS, "fold", "n", *METRICS, "top10_k"])


def score_table(
    predictions: pd.DataFrame,
    folds: pd.DataFrame | None = None,
    n_bootstrap: int = 1000,
    confidence: float = bs.CONFIDENCE,
    seed: int = 0,
) -> pd.DataFrame:
    """Every metric pooled over the folds, with block-bootstrap intervals.

    Parameters
    ----------
    predictions : DataFrame
        From :func:`virality.evaluation.evaluate.cross_validate`.
    folds : DataFrame, optional
        From :func:`virality.evaluation.evaluate.make_folds`, for the mean so far; else the
        baseline that predicts it is looked up among the predictions.
    n_bootstrap : int
        Draws of the block bootstrap.
    confidence : float
        Of the intervals.
    seed : int

    Returns
    -------
    DataFrame
        One row per split, preset, blocks and model: n, n_folds, the metrics, `<metric>_low` and
        `<metric>_high`, top10_k, top10_expected and top10_p (the chance of as many hits by luck).
        Spearman is taken on ranks within each fold, so that a drifting level earns nothing.

    Examples
    --------
    >>> from virality.demo.posts import simulate_creator
    >>> from virality.evaluation.evaluate import cross_validate
    >>> predictions = cross_validate(simulate_creator(n_posts=50), models=["ridge"])
    >>> scores = score_table(predictions, n_bootstrap=50)
    >>> scores.sort_values("mae")[["model", "mae", "mae_low", "mae_high"]].shape
    (6, 4)
    """
    rows = []
    weights: dict[int, np.ndarray] = {}
    for keys, group in _with_baseline(predictions, folds).groupby(KEYS, sort=False):
        n = len(group)
        if n not in weights:
            weights[n] = bs.block_weights(n, n_bootstrap, seed)
        row = {**dict(zip(KEYS, keys, strict=True)), "n": n, "n_folds": group["fold"].nunique()}
        rows.append({**row, **_pooled(group, weights[n], confidence)})
    columns = [*KEYS, "n", "n_folds", *METRICS, "top10_k", "top10_expected", "top10_p"]
    ends = [f"{metric}_{end}" for metric in WITH_INTERVAL for end in ("low", "high")]
    return pd.DataFrame(rows, columns=columns + ends)


def mean_over_folds(predictions: pd.DataFrame, folds: pd.DataFrame) -> pd.DataFrame:
    """Plain means of the fold scores, as the study printed them; `top10` is the share of hits.

    Parameters
    ----------
    predictions, folds : DataFrame
        Stored predictions and their folds.

    Returns
    -------
    DataFrame
        One row per split, preset, selection of blocks and model.
    """
    each = fold_scores(predictions, folds)
    each["top10"] = each["top10_hits"] / each["top10_k"]
    return each.groupby(KEYS, sort=False)[[*METRICS, "top10"]].mean().reset_index()


def paired_differences(
    predictions: pd.DataFrame,
    against: str = RECENT_RULE,
    n_bootstrap: int = 1000,
    confidence: float = bs.CONFIDENCE,
    family: int = 1,
    seed: int = 0,
) -> pd.DataFrame:
    """How much more each model errs than a reference, on the very same posts, by absolute error.

    Parameters
    ----------
    predictions : DataFrame
    against : str
        The reference model; of several selections of blocks that of the baselines ("none"), else
        "all".
    n_bootstrap, seed : int
    confidence : float
        With which all intervals of the family hold together.
    family : int
        Models that were tried: each interval is as much wider as it takes (Bonferroni), so that
        the best of several does not look better than it is.

    Returns
    -------
    DataFrame
        One row per split, preset, blocks and model: n, difference (negative = better than the
        reference), low, high, p (of this comparison alone), p_adjusted (for the family), and
        verdict "better", "worse" or "no clear difference", which is what the interval says.
    """
    rows = []
    for _, part in predictions.groupby("split", sort=False):
        reference = _reference_loss(part, against)
        if reference.empty:
            continue
        for keys, group in part.groupby(KEYS, sort=False):
            if keys[3] == against and keys[2] in ("none", "all"):
                continue
            own = _loss(group)
            gap = (own - reference).dropna().reindex(own.index).dropna().to_numpy()
            weights = (
                bs.block_weights(len(gap), n_bootstrap, seed) if len(gap) else np.zeros((0, 0))
            )
            found = _difference(gap, weights, 1 - (1 - confidence) / family)
            found["p_adjusted"] = min(1.0, family * found["p"])
            rows.append({**dict(zip(KEYS, keys, strict=True)), "against": against, **found})
    columns = [*KEYS, "against", "n", "difference", "low", "high", "p", "p_adjusted", "verdict"]
    return pd.DataFrame(rows, columns=columns)


def better_naive(predictions: pd.DataFrame, split: str = "expanding") -> str:
    """The stronger of two plain baselines, training median and rolling median.

    Parameters
    ----------
    predictions : DataFrame
        Long table of held-out predictions.
    split : str
        The honest split of this run.

    Returns
    -------
    str
        Name of the baseline.
    """
    part = predictions[predictions["split"] == split]
    errors = (part["y_true"] - part["y_pred"]).abs().groupby(part["model"]).mean()
    candidates = [name for name in (RECENT_RULE, LONG_RUN_RULE) if name in errors.index]
    return min(candidates, key=lambda name: errors[name]) if candidates else RECENT_RULE


def half_interval(
    errors: np.ndarray, weights: np.ndarray, confidence: float = bs.CONFIDENCE
) -> tuple[float, float]:
    """Interval of the factor that half of the forecasts are within: exp of the median miss.

    Parameters
    ----------
    errors : ndarray of shape (n,)
        In time order, log scale.
    weights : ndarray of shape (n_bootstrap, n)
        From `resampling.block_weights`.
    confidence : float

    Returns
    -------
    low, high : float
        Factors, from 1 on; NaN where posts are too few.
    """
    size = np.abs(errors)
    draws = bs.weighted_medians(size, weights)
    low, high = bs.interval(float(np.median(size)), draws, len(size), confidence)
    return float(np.exp(max(low, 0.0) if low == low else low)), float(np.exp(high))


def top_hits_chance(hits: float, sizes: list[tuple[int, int]]) -> float:
    """Chance of at least so many hits when every fold's ranking is pure luck.

    Parameters
    ----------
    hits : float
    sizes : list of (posts in the fold, posts named)

    Returns
    -------
    float
        Tail of the sum of independent hypergeometric counts.
    """
    distribution = np.array([1.0])
    for n, k in sizes:
        distribution = np.convolve(distribution, stats.hypergeom(n, k, k).pmf(np.arange(k + 1)))
    return float(np.clip(distribution[int(np.ceil(hits - 1e-9)) :].sum(), 0, 1))


def spearman(a: np.ndarray, b: np.ndarray) -> float:
    """Rank correlation.

    Parameters
    ----------
    a, b : ndarray of shape (n,)

    Returns
    -------
    float
        −1 to 1; NaN when one side does not vary, or below three pairs.
    """
    if len(a) < 3 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return np.nan
    return float(np.corrcoef(stats.rankdata(a), stats.rankdata(b))[0, 1])


def top_hits(y_true: np.ndarray, y_pred: np.ndarray) -> tuple[float, int]:
    """How many posts of the true top tenth are among as many that a prediction names.

    A tie at the border is broken by luck, so its posts count with their chance.

    Parameters
    ----------
    y_true, y_pred : ndarray of shape (n,)
        Outcomes and predictions of the posts of one fold.

    Returns
    -------
    hits : float
        NaN when the prediction does not rank at all.
    named : int
        How many were named.
    """
    k = max(1, int(TOP_SHARE * len(y_true)))
    if np.ptp(y_pred) == 0:
        return np.nan, k
    return float(_chance_in_top(y_true, k) @ _chance_in_top(y_pred, k)), k


def _metrics(y: np.ndarray, p: np.ndarray, base: np.ndarray) -> dict[str, float]:
    error, n = y - p, len(y)
    hits, k = top_hits(y, p)
    cap = np.quantile(y, CLIP_QUANTILE)
    scale = (np.abs(y) + np.abs(p)) / 2
    return {
        "n": n,
        "r2": _r2(np.sum(error**2), np.sum((y - y.mean()) ** 2)),
        "r2_oos": _r2(np.sum(error**2), np.sum((y - base) ** 2)),
        "rmse": float(np.sqrt(np.mean(error**2))),
        "mae": float(np.mean(np.abs(error))),
        "factor": float(np.exp(np.mean(np.abs(error)))),
        "half": float(np.exp(np.median(np.abs(error)))),
        "spearman": spearman(y, p),
        "top10_hits": hits,
        "top10_k": k,
        "smape": float(np.mean(np.abs(error) / np.maximum(scale, 1e-8))),
        "r2_clipped": _r2(
            np.sum((np.minimum(y, cap) - np.minimum(p, cap)) ** 2),
            np.sum((np.minimum(y, cap) - np.minimum(y, cap).mean()) ** 2),
        ),
    }


def _pooled(group: pd.DataFrame, weights: np.ndarray, confidence: float) -> dict[str, float]:
    """Pooled metrics of one model and their intervals."""
    y, p, base = (group[c].to_numpy(float) for c in ("y_true", "y_pred", "train_mean"))
    out = _metrics(y, p, base)
    per_fold = [top_hits(y[i], p[i]) for i in group.groupby("fold", sort=False).indices.values()]
    sizes = list(
        zip(group.groupby("fold", sort=False).size(), (k for _, k in per_fold), strict=True)
    )
    hits = float(np.sum([h for h, _ in per_fold]))
    out.update(
        top10_hits=hits,
        top10_k=sum(k for _, k in per_fold),
        top10_expected=float(sum(k * k / n for n, k in sizes)),
        top10_p=top_hits_chance(hits, sizes) if np.isfinite(hits) else np.nan,
    )
    a, b = (_ranks_within_folds(group, column) for column in ("y_true", "y_pred"))
    out["spearman"] = _correlation(np.ones((1, len(a))) / len(a), a, b)[0]
    draws = _draws(weights, y, p, base)
    for metric, drawn in draws.items():
        out[f"{metric}_low"], out[f"{metric}_high"] = bs.interval(
            out[metric], drawn, len(y), confidence
        )
    for end in ("low", "high"):
        out[f"factor_{end}"] = float(np.exp(out[f"mae_{end}"]))
    out["half_low"], out["half_high"] = half_interval(y - p, weights, confidence)
    ends = bs.fisher_interval(out["spearman"], _correlation(weights, a, b), len(y), confidence)
    out["spearman_low"], out["spearman_high"] = ends
    return out


def _draws(weights, y, p, base) -> dict[str, np.ndarray]:
    """Bootstrap draws of the scores that are functions of means over posts."""
    columns = np.column_stack([(y - p) ** 2, np.abs(y - p), (y - base) ** 2, y, y**2])
    squared, absolute, against_base, level, square = (weights @ columns).T
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            "r2": 1 - squared / (square - level**2),
            "r2_oos": 1 - squared / against_base,
            "rmse": np.sqrt(squared),
            "mae": absolute,
        }


def _correlation(weights, a, b) -> np.ndarray:
    """Weighted correlation of two columns for every row of weights."""
    columns = np.column_stack([a, b, a * a, b * b, a * b])
    ma, mb, maa, mbb, mab = (weights @ columns).T
    spread = (maa - ma**2) * (mbb - mb**2)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(spread > 1e-18, (mab - ma * mb) / np.sqrt(np.maximum(spread, 0)), np.nan)


def _ranks_within_folds(group: pd.DataFrame, column: str) -> np.ndarray:
    """Ranks within each fold, centred and scaled so that folds of any size weigh alike per post."""
    by_fold = group.groupby("fold", sort=False)[column]
    ranks = by_fold.rank()
    size = by_fold.transform("size")
    return ((ranks - (size + 1) / 2) / size).to_numpy(float)


def _difference(gap: np.ndarray, weights: np.ndarray, confidence: float) -> dict:
    if len(gap) == 0:
        return {"n": 0, "difference": np.nan, "low": np.nan, "high": np.nan, "p": np.nan,
                "verdict": "no clear difference"}  # fmt: skip
    mean, draws = float(gap.mean()), weights @ gap
    low, high = bs.interval(mean, draws, len(gap), confidence)
    verdict = "better" if high < 0 else "worse" if low > 0 else "no clear difference"
    p = bs.p_value(mean, draws, len(gap))
    return {"n": len(gap), "difference": mean, "low": low, "high": high, "p": p, "verdict": verdict}


def _reference_loss(part: pd.DataFrame, against: str) -> pd.Series:
    rows = part[part["model"] == against]
    for blocks in ("none", "all"):
        if (rows["blocks"] == blocks).any():
            return _loss(rows[rows["blocks"] == blocks])
    return pd.Series(dtype=float)


def _loss(group: pd.DataFrame) -> pd.Series:
    """Absolute errors: the book's loss, in every comparison."""
    error = (group["y_true"] - group["y_pred"]).abs()
    keys = pd.MultiIndex.from_frame(group[["fold", "post_id"]])
    return pd.Series(error.to_numpy(float), index=keys)


def _with_baseline(predictions: pd.DataFrame, folds: pd.DataFrame | None) -> pd.DataFrame:
    """Predictions with the training mean of their fold beside them."""
    if folds is None:
        means = predictions[predictions["model"] == MEAN_RULE]
        folds = means.rename(columns={"y_pred": "train_mean"})
    means = folds[["split", "fold", "train_mean"]].drop_duplicates(["split", "fold"])
    return predictions.merge(means, on=["split", "fold"], how="left", validate="many_to_one")


def _r2(missed: float, total: float) -> float:
    return float(1 - missed / total) if total > 1e-12 else np.nan


def _chance_in_top(values: np.ndarray, k: int) -> np.ndarray:
    """Chance of each post to be among the k largest when ties are broken by luck."""
    border = np.sort(values)[-k]
    above, at = values > border, values == border
    return above + at * (k - above.sum()) / at.sum()
