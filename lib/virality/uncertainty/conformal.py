"""Prediction intervals that keep their promise while the account changes.

Every interval is a prediction ± a width.  The width comes from how far earlier predictions missed,
counting only posts whose outcome was known when the new post went up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from virality.core import resampling as bs
from virality.core.bounds import within
from virality.core.protocol import COVERAGES, DEFAULT
from virality.uncertainty.calibration import level_bins

GAMMA = 0.02
WINDOW = 100
WARM_UP = 20

METHODS = ("adaptive", "rolling", "frozen", "sigma", "training")
METHOD_NAMES = {
    "adaptive": "adaptive conformal",
    "rolling": "rolling quantile",
    "frozen": "frozen split",
    "sigma": "naive sigma",
    "training": "quantiles of the training posts",
}


@dataclass(frozen=True)
class Widths:
    """Half widths of intervals.

    Attributes
    ----------
    width : ndarray of shape (n,)
        NaN during the warm-up.
    saturated : ndarray of bool, shape (n,)
        The coverage asked for more (or less) than the errors seen so far can give, so that their
        largest (or smallest) was issued.
    asked : ndarray of shape (n,)
        The coverage that was asked for.
    """

    width: np.ndarray
    saturated: np.ndarray
    asked: np.ndarray


def adaptive(
    errors: np.ndarray,
    known: np.ndarray,
    coverage: float = DEFAULT.coverage,
    gamma: float = GAMMA,
    window: int = WINDOW,
    warm_up: int = WARM_UP,
) -> Widths:
    """Adaptive conformal inference whose feedback arrives late.

    After a miss the next intervals get wider, after a hit narrower.  Whether a post was a miss is
    judged by the interval that was issued for it, and only once its outcome had matured.

    Parameters
    ----------
    errors : ndarray of shape (n,)
        Outcome minus prediction, in time order.
    known : ndarray of int, shape (n,)
        How many of the first posts had matured when each post went up, see
        `matured_before`.
    coverage : float
        Share of posts that the intervals should hold.
    gamma : float
        Step of the asked coverage after each outcome; 0 gives the rolling quantile.
    window : int
        Newest matured errors that count.
    warm_up : int
        Matured errors needed before the first interval.

    References
    ----------
    Gibbs and Candès (2021), "Adaptive Conformal Inference Under Distribution Shift".
    """
    within("coverage", coverage, *COVERAGES)
    size, n = np.abs(np.asarray(errors, dtype=float)), len(errors)
    width, asked = np.full(n, np.nan), np.full(n, np.nan)
    saturated = np.zeros(n, dtype=bool)
    miss_rate, seen = 1.0 - coverage, 0
    for post in range(n):
        while seen < known[post]:
            if np.isfinite(width[seen]):
                missed = float(size[seen] > width[seen])
                miss_rate += gamma * ((1.0 - coverage) - missed)
            seen += 1
        if seen >= warm_up:
            asked[post] = 1.0 - miss_rate
            past = size[max(0, seen - window) : seen]
            width[post], saturated[post] = _upper_quantile(past, asked[post])
    return Widths(width, saturated, asked)


def rolling(
    errors: np.ndarray,
    known: np.ndarray,
    coverage: float = DEFAULT.coverage,
    window: int = WINDOW,
    warm_up: int = WARM_UP,
) -> Widths:
    """The quantile of the newest matured errors, without feedback.

    Parameters
    ----------
    errors : ndarray of shape (n,)
        Outcome minus prediction, in time order.
    known : ndarray of int, shape (n,)
        How many of the first posts had matured when each post went up.
    coverage : float
        Share of posts that an interval should hold.
    window : int
        Newest errors that count.
    warm_up : int
        Matured errors before the first interval.
    """
    return adaptive(errors, known, coverage, 0.0, window, warm_up)


def frozen(
    errors: np.ndarray,
    known: np.ndarray,
    coverage: float = DEFAULT.coverage,
    warm_up: int = WARM_UP,
) -> Widths:
    """Split conformal: the quantile of the first matured errors, never looked at again.

    Parameters
    ----------
    errors : ndarray of shape (n,)
        Outcome minus prediction, in time order.
    known : ndarray of int, shape (n,)
        How many of the first posts had matured when each post went up.
    coverage : float
        Share of posts that an interval should hold.
    warm_up : int
        Matured errors before the first interval; these are the ones that count.
    """
    within("coverage", coverage, *COVERAGES)
    width = np.full(len(errors), np.nan)
    saturated = np.zeros(len(errors), dtype=bool)
    ready = np.asarray(known) >= warm_up
    if ready.any():
        first = np.abs(errors[: known[np.argmax(ready)]])
        width[ready], saturated[ready] = _upper_quantile(first, coverage)
    return Widths(width, saturated, np.where(ready, coverage, np.nan))


def _upper_quantile(sizes: np.ndarray, coverage: float) -> tuple[float, bool]:
    """The order statistic that a new exchangeable error stays below with chance `coverage`."""
    rank = int(np.ceil((len(sizes) + 1) * coverage - 1e-9))
    inside = min(max(rank, 1), len(sizes))
    return float(np.partition(sizes, inside - 1)[inside - 1]), inside != rank


def normal_width(sigma: np.ndarray, coverage: float = DEFAULT.coverage) -> np.ndarray:
    """Half width of an interval that believes in a normal error.

    Parameters
    ----------
    sigma : ndarray
        Standard deviation of the error.
    coverage : float
        Share of posts that an interval should hold.

    Returns
    -------
    ndarray
        In the unit of `sigma`.
    """
    return stats.norm.ppf(0.5 + coverage / 2) * np.asarray(sigma, dtype=float)


def interval_score(
    y: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
    coverage: float | np.ndarray = DEFAULT.coverage,
) -> np.ndarray:
    """Width plus a fine for every miss; smaller is better, and honesty minimises it.

    Parameters
    ----------
    y, lower, upper : ndarray of shape (n,)
        Outcomes and the ends of their intervals.
    coverage : float or ndarray of shape (n,)
        Share of posts that the intervals should hold.

    Returns
    -------
    ndarray of shape (n,)
        In the unit of `y`.

    References
    ----------
    Gneiting and Raftery (2007), section 6.2.
    """
    below, above = np.maximum(lower - y, 0), np.maximum(y - upper, 0)
    return (upper - lower) + 2 / (1 - coverage) * (below + above)


def score_gap(intervals: pd.DataFrame, method: str = "adaptive", against: str = "training"):
    """How much smaller the interval score of one method is than another's, post by post.

    Parameters
    ----------
    intervals : DataFrame
        As for `coverage`, in time order.
    method, against : str
        From `METHODS`.

    Returns
    -------
    tuple of float
        Mean difference (below zero: the first is better) with the ends of its 95 % interval, from
        blocks of neighbouring posts; NaN where the two share no post.
    """
    issued = intervals.dropna(subset=["lower", "upper"])
    y, lower, upper, nominal = (
        issued[name].to_numpy(float) for name in ("y_true", "lower", "upper", "nominal")
    )
    scored = issued.assign(score=interval_score(y, lower, upper, nominal))
    table = scored.pivot_table("score", ["fold", "post_id"], "method", sort=False)
    if not {method, against} <= set(table.columns):
        return np.nan, np.nan, np.nan
    gap = (table[method] - table[against]).dropna().to_numpy()
    if not len(gap):
        return np.nan, np.nan, np.nan
    return float(gap.mean()), *bs.block_mean_interval(gap)


def coverage(intervals: pd.DataFrame, by: str | list[str] | None = None) -> pd.DataFrame:
    """How many posts the intervals held, with the score and the width.

    Parameters
    ----------
    intervals : DataFrame
        Columns method, y_true, lower, upper, nominal, saturated; rows of one method in time order.
        Posts of the warm-up (no interval) are left out.
    by : str or list of str, optional
        More columns to group by.

    Returns
    -------
    DataFrame
        One row per method (and group): n, coverage with `low` and `high` (95 %, block bootstrap
        standard error, at least the binomial one), nominal, width (mean, log views), score,
        saturated (share).
    """
    issued = intervals.dropna(subset=["lower", "upper"])
    keys = ["method", *([by] if isinstance(by, str) else by or [])]
    rows = [
        {**dict(zip(keys, key, strict=True)), **_coverage(group)}
        for key, group in issued.groupby(keys, sort=False, observed=True)
    ]
    columns = ["n", "coverage", "low", "high", "nominal", "width", "score", "saturated"]
    return pd.DataFrame(rows, columns=[*keys, *columns])


def coverage_groups(table: pd.DataFrame, posts: pd.DataFrame) -> pd.DataFrame:
    """Coverage by year, by third of the predicted level, and for normal and viral posts.

    Parameters
    ----------
    table : DataFrame
        An `intervals` table of one series.
    posts : DataFrame
        For the years.

    Returns
    -------
    DataFrame
        As `coverage`, with a column `group`.  Groups of fewer than eight posts are left
        out.
    """
    issued = table.dropna(subset=["lower"])
    if issued.empty:
        return coverage(issued.assign(group=""), "group")
    years = issued["post_id"].map(posts.set_index("post_id")["posted_at"]).dt.year.astype(str)
    thirds = level_bins(issued["y_pred"].to_numpy(), 3)
    third = pd.Series(np.array(THIRDS)[thirds], index=issued.index)
    viral_post = issued["y_true"] > issued["threshold"]
    kind = viral_post.map(dict(zip((True, False), BY_OUTCOME, strict=True)))
    found = pd.concat(
        [
            coverage(issued.assign(group=group), "group").sort_values("group", key=_order)
            for group in (years, third, kind)
        ],
        ignore_index=True,
    )
    return found[found["n"] >= SMALLEST_GROUP].reset_index(drop=True)


THIRDS = ("low forecasts", "middle forecasts", "high forecasts")
BY_OUTCOME = ("viral posts", "normal posts")
SMALLEST_GROUP = 8


def _order(groups: pd.Series) -> pd.Series:
    """Years as they are, thirds from low to high."""
    return groups.map({name: str(i) for i, name in enumerate(THIRDS)}).fillna(groups)


def _coverage(group: pd.DataFrame) -> dict[str, float]:
    y, lower, upper = (group[name].to_numpy(float) for name in ("y_true", "lower", "upper"))
    inside = ((y >= lower) & (y <= upper)).astype(float)
    n, nominal = len(y), float(group["nominal"].iloc[0])
    low, high = bs.share_interval(inside)
    return {
        "n": n,
        "coverage": float(inside.mean()),
        "low": low,
        "high": high,
        "nominal": nominal,
        "width": float((upper - lower).mean()),
        "score": float(interval_score(y, lower, upper, nominal).mean()),
        "saturated": float(group["saturated"].mean()),
    }
