"""Does a predicted level mean what it says?  Predictions against outcomes, level by level."""

from __future__ import annotations

import numpy as np
import pandas as pd

from virality.core import resampling as bs

NORMAL, VIRAL = "normal", "viral"
SMALLEST_GROUP = 3
WHOLE = -1


def level_bins(y_pred: np.ndarray, n_bins: int = 3) -> np.ndarray:
    """Which of a few equally large groups, from low to high, each prediction falls into.

    Parameters
    ----------
    y_pred : ndarray of shape (n,)
    n_bins : int
        Groups wanted; ties may leave fewer.

    Returns
    -------
    ndarray of int, shape (n,)
    """
    if len(y_pred) == 0:
        return np.zeros(0, dtype=int)
    bins = pd.qcut(pd.Series(y_pred), n_bins, labels=False, duplicates="drop")
    return bins.fillna(0).astype(int).to_numpy()


def by_level(
    y_true: np.ndarray,
    y_pred: np.ndarray,
    viral: np.ndarray | None = None,
    n_bins: int = 3,
    n_bootstrap: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Mean outcome of posts with similar predictions, normal and viral posts apart.

    Parameters
    ----------
    y_true, y_pred : ndarray of shape (n,)
        Held-out posts, in time order.
    viral : ndarray of bool, shape (n,), optional
        Whether each post went viral; given, the rows come for all, normal and viral posts.
    n_bins : int
    n_bootstrap, seed : int
        Of the circular block bootstrap.

    Returns
    -------
    DataFrame
        One row per regime ("all", "normal", "viral") and bin with at least three posts, and one
        with bin −1 for the regime as a whole: n, predicted and observed (means, log views), gap =
        observed − predicted with low and high (95 %).
    """
    y_true, y_pred = np.asarray(y_true, dtype=float), np.asarray(y_pred, dtype=float)
    bins = level_bins(y_pred, n_bins)
    groups = {"all": np.ones(len(y_true), dtype=bool)}
    if viral is not None:
        groups |= {NORMAL: ~np.asarray(viral, bool), VIRAL: np.asarray(viral, bool)}
    weights = bs.block_weights(len(y_true), n_bootstrap, seed) if len(y_true) else None
    rows = []
    for regime, member in groups.items():
        for number in [*np.unique(bins), WHOLE]:
            chosen = member & ((bins == number) | (number == WHOLE))
            if chosen.sum() >= SMALLEST_GROUP:
                row = _gap(y_true, y_pred, chosen, weights)
                rows.append({"regime": regime, "bin": int(number), **row})
    columns = ["regime", "bin", "n", "predicted", "observed", "gap", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def _gap(y_true, y_pred, chosen, weights) -> dict[str, float]:
    """Mean miss of the chosen posts; the draws keep neighbours together."""
    miss = np.where(chosen, y_true - y_pred, 0.0)
    share = weights @ chosen.astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        draws = (weights @ miss) / share
    gap = float(miss[chosen].mean())
    low, high = bs.interval(gap, draws, len(y_true))
    return {
        "n": int(chosen.sum()),
        "predicted": float(y_pred[chosen].mean()),
        "observed": float(y_true[chosen].mean()),
        "gap": gap,
        "low": low,
        "high": high,
    }


def slope(
    y_true: np.ndarray, y_pred: np.ndarray, n_bootstrap: int = 1000, seed: int = 0
) -> tuple[float, float, float]:
    """Slope of outcome on prediction with its 95 % interval; 1 is right, below 1 exaggerates.

    Parameters
    ----------
    y_true, y_pred : ndarray of shape (n,)
        Held-out posts, in time order.
    n_bootstrap, seed : int
        Of the circular block bootstrap.

    Returns
    -------
    slope, low, high : float
        NaN when the predictions do not vary.
    """
    y, p = np.asarray(y_true, dtype=float), np.asarray(y_pred, dtype=float)
    if len(y) < 8 or np.ptp(p) == 0:
        return np.nan, np.nan, np.nan
    weights = np.vstack([np.full(len(y), 1 / len(y)), bs.block_weights(len(y), n_bootstrap, seed)])
    mean_y, mean_p, mean_pp, mean_py = (weights @ np.column_stack([y, p, p * p, p * y])).T
    spread = mean_pp - mean_p**2
    with np.errstate(divide="ignore", invalid="ignore"):
        slopes = np.where(spread > 1e-12, (mean_py - mean_p * mean_y) / spread, np.nan)
    return (float(slopes[0]), *bs.interval(float(slopes[0]), slopes[1:], len(y)))
