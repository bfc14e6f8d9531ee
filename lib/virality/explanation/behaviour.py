"""How each content regime behaves: its views beside the posts around, its pushes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import binom

from virality.core.resampling import CONFIDENCE, block_standard_error
from virality.explanation.clusters import NOISE
from virality.explanation.shap_values import blocks_in
from virality.models.catalogue import MAIN_NONLINEAR

LATELY = 20  # newest posts of which some are of each kind


def surrounding_level(log_views: np.ndarray, reach: int = 10) -> np.ndarray:
    """Median log views of the posts around each post, itself left out; to describe, not forecast.

    Parameters
    ----------
    log_views : ndarray of shape (n,)
        In time order.
    reach : int
        Posts before and after that count.

    Returns
    -------
    ndarray of shape (n,)
        NaN for a post that stands alone.
    """
    level = np.full(len(log_views), np.nan)
    for i in range(len(log_views)):
        around = np.r_[log_views[max(0, i - reach) : i], log_views[i + 1 : i + 1 + reach]]
        if np.isfinite(around).any():
            level[i] = np.nanmedian(around)
    return level


def members(regimes: pd.DataFrame, posts: pd.DataFrame) -> pd.DataFrame:
    """Join regimes and posts by post_id, in time order, with views against the posts around.

    Parameters
    ----------
    regimes, posts : DataFrame
        Artefacts.

    Returns
    -------
    DataFrame
        The columns of both, plus log_views and relative (log views minus those around).
    """
    table = posts.sort_values(["posted_at", "post_id"], kind="stable")
    log_views = np.log1p(table["views"].astype(float).to_numpy())
    table = table.assign(log_views=log_views, relative=log_views - surrounding_level(log_views))
    return table.merge(regimes, on="post_id", how="inner", validate="one_to_one")


def median_interval(
    values: np.ndarray, confidence: float = CONFIDENCE
) -> tuple[float, float, float]:
    """Median with an order-statistic interval, of as many posts as their likeness leaves.

    Parameters
    ----------
    values : array of float
        In time order; missing ones are left out.
    confidence : float

    Returns
    -------
    tuple of float
        Median, lower and upper limit; NaN when there are too few values.  Exact for independent
        posts; where neighbours lie on the same side of the median, they count for less.
    """
    values = np.asarray(values, dtype=float)
    values = values[np.isfinite(values)]
    n = len(values)
    if not n:
        return (float("nan"),) * 3
    middle = float(np.median(values))
    alone = 0.25 / n
    blocks = block_standard_error((values > middle).astype(float)) ** 2 if n >= 8 else alone
    counted = round(n * min(1.0, alone / blocks)) if blocks > 0 else n
    below = int(binom.ppf((1 - confidence) / 2, max(counted, 1), 0.5))
    if below < 1:
        return middle, float("nan"), float("nan")
    at = int((below - 1) * n / counted)
    ranked = np.sort(values)
    return middle, float(ranked[at]), float(ranked[n - 1 - at])


def summarise(
    regimes: pd.DataFrame, posts: pd.DataFrame, predictions: pd.DataFrame | None = None
) -> pd.DataFrame:
    """One row a regime, noise last: size, views, level against the posts around, dates, error.

    Parameters
    ----------
    regimes, posts : DataFrame
        Artefacts.
    predictions : DataFrame, optional
        Nonlinear predictions; gives the typical error of XGBoost with all blocks.

    Returns
    -------
    DataFrame
        regime, posts, share, views, views_low, views_high, lift, lift_low, lift_high (factors
        against the posts around), hits (share above nine tenths of all posts), first, last (the
        middle half of its dates), lately (of the newest posts), era, miss (typical error as a
        factor, held-out posts), held_out, traits, recovery.
    """
    table = members(regimes, posts)
    table["hit"] = table["log_views"] > table["log_views"].quantile(0.9)
    table["miss"] = table["post_id"].map(_typical_misses(predictions)).astype(float)
    table["late"] = np.arange(len(table)) >= len(table) - LATELY
    rows = [_summary(label, part, len(table)) for label, part in table.groupby("regime")]
    rows.sort(key=lambda row: (row["regime"] == NOISE, row["regime"]))
    return pd.DataFrame(rows, columns=list(_summary(NOISE, table.head(0), 1)))


def _summary(label: int, part: pd.DataFrame, n_posts: int) -> dict:
    views, low, high = median_interval(part["views"])
    lift, lift_low, lift_high = np.exp(median_interval(part["relative"]))
    days = part["posted_at"].quantile([0.25, 0.75]).to_list() if len(part) else [pd.NaT] * 2
    return {
        "regime": int(label),
        "posts": len(part),
        "share": len(part) / max(n_posts, 1),
        "views": views,
        "views_low": low,
        "views_high": high,
        "lift": lift,
        "lift_low": lift_low,
        "lift_high": lift_high,
        "hits": part["hit"].mean(),
        "first": days[0],
        "last": days[1],
        "lately": int(part["late"].sum()),
        "era": bool(part["era"].fillna(False).any()),
        "miss": float(np.exp(part["miss"].median())),
        "held_out": int(part["miss"].notna().sum()),
        "traits": part["traits"].iloc[0] if len(part) else "",
        "recovery": part["recovery"].iloc[0] if len(part) else float("nan"),
    }


def _typical_misses(predictions: pd.DataFrame | None) -> dict[str, float]:
    if predictions is None:
        return {}
    whole = predictions[(predictions["model"] == MAIN_NONLINEAR) & (predictions["blocks"] == "all")]
    miss = (whole["y_true"] - whole["y_pred"]).abs()
    return miss.groupby(whole["post_id"]).mean().to_dict()


def fingerprints(regimes: pd.DataFrame, shap_blocks: pd.DataFrame) -> pd.DataFrame:
    """Mean SHAP of each block over the held-out posts of each regime.

    Parameters
    ----------
    regimes, shap_blocks : DataFrame
        Artefacts.

    Returns
    -------
    DataFrame
        Index regime (-1 = noise, <NA> = all held-out posts); columns held_out and one per block, in
        log views: what the block adds to the model's starting point on average.
    """
    blocks = blocks_in(shap_blocks)
    if regimes.empty or shap_blocks.empty:
        return pd.DataFrame(columns=["held_out", *blocks])
    table = shap_blocks.merge(regimes[["post_id", "regime"]], on="post_id", how="inner")
    means = table.groupby("regime")[blocks].mean()
    means.insert(0, "held_out", table.groupby("regime")["post_id"].nunique())
    whole = table[blocks].mean().to_frame().T
    whole.insert(0, "held_out", table["post_id"].nunique())
    whole.index = pd.Index([pd.NA], dtype="Int64", name="regime")
    means.index = means.index.astype("Int64")
    noise_last = means.sort_index(key=lambda labels: labels.isin([NOISE]), kind="stable")
    return pd.concat([whole, noise_last])
