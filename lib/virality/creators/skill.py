"""Skill taken apart: what only tells creators from one another, and what ranks one's own posts.

A forecast for posts of many creators can correlate with their views for two reasons.  It knows who
is big, or it knows which post of one creator does well.  Only the second is of use to a creator.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from virality.core import resampling as bs
from virality.core.protocol import ALPHA
from virality.creators.pool import OWN_RULES, RULES

MIN_CREATORS = 6  # fewer cannot stand for creators in general: intervals are about these alone
PARTS: tuple[str, ...] = ("total", "between_part", "within_part", "between", "within")


def correlation_parts(predictions: pd.DataFrame) -> dict[str, float]:
    """Take the correlation of forecasts with outcomes apart.

    Parameters
    ----------
    predictions : DataFrame
        Rows of one model: author, y_true, y_pred.

    Returns
    -------
    dict
        ``total``, the correlation over all posts; ``between_part`` and ``within_part``, which add
        up to it: the share of the covariance that comes from creators' means, and from posts
        around them; ``between``, the correlation of creators' means; ``within``, the correlation
        of posts around their creator's means.  NaN where nothing varies.

    Notes
    -----
    The covariance of a grouped sample is the sum of its between-group and within-group parts;
    both are divided by the same total standard deviations.
    """
    sums = _sums(predictions)
    return {name: float(value[0]) for name, value in _parts(np.ones((1, len(sums))), sums).items()}


def correlation_intervals(
    predictions: pd.DataFrame,
    n_bootstrap: int = 1000,
    confidence: float = bs.CONFIDENCE,
    seed: int = 0,
) -> dict[str, float]:
    """The parts with intervals: ``<part>_low`` and ``<part>_high`` beside each.

    With `MIN_CREATORS` creators or more, whole creators are drawn again (a clustered bootstrap),
    and the intervals are about creators like these.  With fewer, runs of posts are drawn within
    each creator, and the intervals are about these creators alone; what lies between creators then
    has none.

    Parameters
    ----------
    predictions : DataFrame
        Rows of one model, in time order.
    n_bootstrap : int
    confidence : float
    seed : int

    Returns
    -------
    dict of str to float
        NaN where an interval would say nothing.

    References
    ----------
    Cameron, Gelbach and Miller (2008), "Bootstrap-based improvements for inference with clustered
    errors".
    """
    found = correlation_parts(predictions)
    groups = [own for _, own in predictions.groupby("author", sort=True)]
    rng = np.random.default_rng(seed)
    if len(groups) >= MIN_CREATORS:
        counts = rng.multinomial(len(groups), np.ones(len(groups)) / len(groups), n_bootstrap)
        draws, names = _parts(counts, _sums(predictions)), PARTS
    else:
        draws = _parts_of_posts(groups, n_bootstrap, seed)
        names = ("within_part", "within")
    freedom = _freedom(groups)
    ends = {}
    for name in PARTS:
        drawn = draws[name] if name in names else np.array([])
        ends[f"{name}_low"], ends[f"{name}_high"] = _ends(found[name], drawn, freedom, confidence)
    return found | ends


def clustered_mean(values, authors, confidence: float = bs.CONFIDENCE) -> dict[str, float]:
    """Mean of a value per post, with an interval that knows whose posts they are.

    Parameters
    ----------
    values : array-like of float, shape (n,)
        In time order.
    authors : array-like of str, shape (n,)
    confidence : float

    Returns
    -------
    dict
        mean, low, high, p (two-sided, of a mean of zero).  The standard error counts creators
        where there are `MIN_CREATORS`, else circular blocks of posts within each creator.
    """
    frame = pd.DataFrame({"value": np.asarray(values, float), "author": np.asarray(authors)})
    groups = [own["value"].to_numpy() for _, own in frame.groupby("author", sort=True)]
    n, mean = len(frame), float(frame["value"].mean()) if len(frame) else np.nan
    if n < 8:
        return {"mean": mean, "low": np.nan, "high": np.nan, "p": np.nan}
    if len(groups) >= MIN_CREATORS:
        off = np.array([np.sum(own - mean) for own in groups])
        error = np.sqrt(len(groups) / (len(groups) - 1) * np.sum(off**2)) / n
    else:
        squares = [(len(own) * bs.block_standard_error(own)) ** 2 for own in groups]
        error = np.sqrt(np.sum(squares)) / n
    freedom = _freedom(groups)
    half = stats.t.ppf(0.5 + confidence / 2, freedom) * error
    p = 2 * stats.t.sf(abs(mean) / error, freedom) if error > 0 else float(mean == 0)
    return {"mean": mean, "low": mean - half, "high": mean + half, "p": float(p)}


def better_rule(predictions: pd.DataFrame) -> str:
    """The stronger of the creator's own two rules, by absolute error: what a model has to beat."""
    errors = absolute_errors(predictions)
    return min(OWN_RULES, key=lambda name: float(errors[name].mean()))


def absolute_errors(predictions: pd.DataFrame) -> pd.DataFrame:
    """Absolute error of every model and rule, index post_id in time order of the folds."""
    error = (predictions["y_true"] - predictions["y_pred"]).abs()
    table = predictions.assign(error=error).pivot_table("error", "post_id", "model")
    return table.reindex(predictions["post_id"].drop_duplicates())


def compare(predictions: pd.DataFrame, rule: str) -> pd.DataFrame:
    """How much more each model errs than a rule on the same posts, creators kept together.

    Parameters
    ----------
    predictions : DataFrame
        From `pool.predict_pooled`.
    rule : str

    Returns
    -------
    DataFrame
        One row per model and rule: model, blocks, n, mae, factor, difference (negative = better),
        low, high, p, smallest error first.  The rule itself has a difference of zero.  Intervals
        hold for all models at once; p-values are each model's own.
    """
    errors = absolute_errors(predictions)
    n_models = max(1, len(set(errors.columns) - set(RULES)))
    confidence = 1 - ALPHA / n_models
    authors = predictions.drop_duplicates("post_id").set_index("post_id")["author"]
    blocks = predictions.drop_duplicates("model").set_index("model")["blocks"]
    rows = []
    for model in errors:
        gap = clustered_mean(
            errors[model] - errors[rule], authors.reindex(errors.index), confidence
        )
        mae = float(errors[model].mean())
        rows.append({"model": model, "blocks": blocks[model], "n": len(errors), "mae": mae,
                     "factor": np.exp(mae), "difference": gap["mean"], "low": gap["low"],
                     "high": gap["high"], "p": gap["p"]})  # fmt: skip
    columns = ["model", "blocks", "n", "mae", "factor", "difference", "low", "high", "p"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(["mae", "model"], ignore_index=True)


def per_creator(predictions: pd.DataFrame, model: str, rule: str) -> pd.DataFrame:
    """Return how a model does for each creator.

    Parameters
    ----------
    predictions : DataFrame
        From `pool.predict_pooled`.
    model, rule : str

    Returns
    -------
    DataFrame
        One row per creator, most posts first: author, n, within (correlation), factor (typical
        miss) and rule_factor.
    """
    rows = []
    for author, own in predictions.groupby("author", sort=True):
        mine = own[own["model"] == model]
        errors = absolute_errors(own)
        within = _correlation(mine["y_true"].to_numpy(), mine["y_pred"].to_numpy())
        rows.append({"author": author, "n": len(mine), "within": within,
                     "factor": float(np.exp(errors[model].mean())),
                     "rule_factor": float(np.exp(errors[rule].mean()))})  # fmt: skip
    table = pd.DataFrame(rows, columns=["author", "n", "within", "factor", "rule_factor"])
    return table.sort_values(["n", "author"], ascending=[False, True], ignore_index=True)


def _correlation(y: np.ndarray, p: np.ndarray) -> float:
    if len(y) < 3 or np.ptp(y) == 0 or np.ptp(p) < 1e-12:
        return np.nan
    return float(np.corrcoef(y, p)[0, 1])


def _sums(predictions: pd.DataFrame) -> np.ndarray:
    """Per creator, from which all parts follow: n, Σy, Σp and the within-creator products."""
    groups = [own for _, own in predictions.groupby("author", sort=True)]
    middle = predictions[["y_true", "y_pred"]].mean()
    return np.array([_sums_of(own, np.ones((1, len(own))), middle)[0] for own in groups])


def _sums_of(own: pd.DataFrame, weights: np.ndarray, middle: pd.Series) -> np.ndarray:
    """The sums of one creator for every row of post weights, shape (n_draws, 6)."""
    y = own["y_true"].to_numpy(float) - middle["y_true"]
    p = own["y_pred"].to_numpy(float) - middle["y_pred"]
    columns = np.column_stack([np.ones(len(y)), y, p, y * y, p * p, y * p])
    n, sy, sp, yy, pp, yp = (weights @ columns).T
    return np.column_stack([n, sy, sp, yy - sy**2 / n, pp - sp**2 / n, yp - sy * sp / n])


def _parts(counts: np.ndarray, sums: np.ndarray) -> dict[str, np.ndarray]:
    """All parts for every row of counts of creators; `sums` per creator, or per draw as well."""
    if sums.ndim == 2:
        grouped = sums[:, 1:3] / sums[:, :1]
        squares = np.column_stack(
            [sums[:, 0] * grouped[:, i] * grouped[:, j] for i, j in ((0, 0), (1, 1), (0, 1))]
        )
        n, sy, sp, wyy, wpp, wyp = (counts @ sums).T
        byy, bpp, byp = (counts @ squares).T
    else:
        n, sy, sp, wyy, wpp, wyp = sums.sum(axis=1).T
        size, y, p = (sums[:, :, i] for i in range(3))
        byy, bpp, byp = ((a * b / size).sum(axis=1) for a, b in ((y, y), (p, p), (y, p)))
    byy, bpp, byp = byy - sy**2 / n, bpp - sp**2 / n, byp - sy * sp / n
    spread = np.sqrt(np.maximum(byy + wyy, 0) * np.maximum(bpp + wpp, 0))
    return {
        "total": _ratio(byp + wyp, spread),
        "between_part": _ratio(byp, spread),
        "within_part": _ratio(wyp, spread),
        "between": _ratio(byp, np.sqrt(np.maximum(byy, 0) * np.maximum(bpp, 0))),
        "within": _ratio(wyp, np.sqrt(np.maximum(wyy, 0) * np.maximum(wpp, 0))),
    }


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    return np.divide(above, below, out=np.full(len(above), np.nan), where=below > 1e-9)


def _parts_of_posts(groups: list[pd.DataFrame], n_bootstrap: int, seed: int) -> dict:
    """Parts for draws of runs of posts within each creator."""
    middle = pd.concat(groups)[["y_true", "y_pred"]].mean()
    each = [
        _sums_of(own, len(own) * bs.block_weights(len(own), n_bootstrap, seed + i), middle)
        for i, own in enumerate(groups)
    ]
    return _parts(np.ones((1, len(groups))), np.stack(each, axis=1))


def _freedom(groups: list) -> float:
    """Degrees of freedom: creators less one, or with few of them blocks of posts, less one each."""
    if len(groups) >= MIN_CREATORS:
        return len(groups) - 1
    return max(1.0, sum(len(own) / bs.block_length(len(own)) - 1 for own in groups))


def _ends(estimate: float, draws: np.ndarray, freedom: float, confidence: float) -> tuple:
    """Estimate ± t × standard error on Fisher's scale."""
    draws = draws[np.isfinite(draws)]
    if len(draws) < 2 or not np.isfinite(estimate):
        return np.nan, np.nan
    z, spread = np.arctanh(np.clip(estimate, -0.999, 0.999)), np.clip(draws, -0.999, 0.999)
    half = stats.t.ppf(0.5 + confidence / 2, freedom) * float(np.std(np.arctanh(spread), ddof=1))
    return float(np.tanh(z - half)), float(np.tanh(z + half))
