"""The chance that a post goes viral, and whether that chance can be believed.

"Viral" means above the 90th percentile of the posts that a fold was trained on.  The chance starts
as the share of known errors that would lift the post's prediction above that line.  A few dozen
errors know little about a tail, and an account moves on: so it is then pulled towards the base rate
as hard as earlier chances should have been, see `recalibration`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from virality.core import resampling as bs
from virality.uncertainty.recalibration import recalibrated

BASE_RATE = 0.1  # by definition of the 90th percentile
PRIOR_POSTS = 14  # what the base rate weighs in the share of errors, in posts
WINDOW = 150
RECENT_POSTS = 20
RECENT_PRIOR = 10
ESTIMABLE = 50  # positives from which a skill says more than its own luck


def viral_probability(
    y_true: np.ndarray, y_pred: np.ndarray, known: np.ndarray, threshold: np.ndarray
) -> np.ndarray:
    """Chance that a post ends above the threshold, from what was known when it went up.

    Parameters
    ----------
    y_true, y_pred : ndarray of shape (n,)
        Held-out outcomes and predictions, in time order.
    known : ndarray of int, shape (n,)
        How many of these posts had matured when each went up.
    threshold : ndarray of shape (n,)
        The 90th percentile of the training posts of each post's fold.

    Returns
    -------
    ndarray of shape (n,)
        Between 0 and 1; about the base rate as long as no error is known.
    """
    y_true, y_pred = np.asarray(y_true, dtype=float), np.asarray(y_pred, dtype=float)
    share = share_above(y_true - y_pred, y_pred, known, threshold)
    return recalibrated(share, y_true > threshold, known, BASE_RATE)


def share_above(
    errors: np.ndarray,
    y_pred: np.ndarray,
    known: np.ndarray,
    threshold: np.ndarray,
    prior_posts: float = PRIOR_POSTS,
    window: int = WINDOW,
) -> np.ndarray:
    """Share of known errors that would lift a prediction above the threshold.

    Parameters
    ----------
    errors, y_pred : ndarray of shape (n,)
        Outcome minus prediction, and the prediction, in time order.
    known : ndarray of int, shape (n,)
        How many of these posts had matured when each went up.
    threshold : ndarray of shape (n,)
    prior_posts : float
        Weight of the base rate, in posts.
    window : int
        Newest matured errors that count.

    Returns
    -------
    ndarray of shape (n,)
        Between 0 and 1; the base rate as long as no error is known.
    """
    out = np.empty(len(errors))
    for post, count in enumerate(known):
        past = errors[max(0, count - window) : count]
        above = np.count_nonzero(y_pred[post] + past > threshold[post])
        out[post] = (above + prior_posts * BASE_RATE) / (len(past) + prior_posts)
    return out


def recent_rate(
    history: np.ndarray, known: np.ndarray, threshold: np.ndarray, recent: int = RECENT_POSTS
) -> np.ndarray:
    """The baseline: how often the last matured posts exceeded the same line.

    Parameters
    ----------
    history : ndarray of shape (m,)
        Log outcomes of all posts, in time order.
    known : ndarray of int, shape (n,)
        For each held-out post, how many of all posts had matured when it went up.
    threshold : ndarray of shape (n,)
    recent : int
        Posts that count; the base rate weighs as much as `RECENT_PRIOR` of them.
    """
    out = np.empty(len(known))
    for post, count in enumerate(known):
        past = history[max(0, count - recent) : count]
        above = np.count_nonzero(past > threshold[post])
        out[post] = (above + RECENT_PRIOR * BASE_RATE) / (len(past) + RECENT_PRIOR)
    return out


def chances(table: pd.DataFrame) -> pd.DataFrame:
    """One row per held-out post of an `intervals` table, in time order: the viral chances."""
    first = table["method"].iloc[0] if len(table) else ""
    return table[table["method"] == first].reset_index(drop=True)


def brier_skill(viral: np.ndarray, chance: np.ndarray, baseline: np.ndarray | float) -> dict:
    """Share of the baseline's squared error that the chances save.

    Squared here, where the book's loss is otherwise absolute: the squared error of a chance is
    smallest for an honest one, the absolute error for one that says 0 or 1.

    Parameters
    ----------
    viral : ndarray of bool, shape (n,)
        Whether each post went viral, in time order.
    chance : ndarray of shape (n,)
    baseline : ndarray or float
        The baseline's chances.

    Returns
    -------
    dict
        n, positives, brier, skill, low, high (95 %, circular blocks), estimable: whether there
        are enough viral posts for the skill to mean something.
    """
    hit = np.asarray(viral, dtype=float)
    own, other = (chance - hit) ** 2, (baseline - hit) ** 2
    base = float(other.mean()) if len(hit) else 0.0
    if len(hit) == 0 or base == 0:
        return {"n": len(hit), "positives": int(hit.sum()), "brier": np.nan, "skill": np.nan,
                "low": np.nan, "high": np.nan, "estimable": False}  # fmt: skip
    low, high = bs.block_mean_interval(other - own)
    return {
        "n": len(hit),
        "positives": int(hit.sum()),
        "brier": float(own.mean()),
        "skill": 1 - float(own.mean()) / base,
        "low": low / base,
        "high": high / base,
        "estimable": bool(hit.sum() >= ESTIMABLE),
    }


def skill_table(table: pd.DataFrame) -> pd.DataFrame:
    """Brier skill against the base rate and against the recent rate.

    Parameters
    ----------
    table : DataFrame
        Columns y_true, threshold, p_viral, p_recent; one row per held-out post, in time order.

    Returns
    -------
    DataFrame
        Two rows, `against` "base_rate" and "recent_rate"; and the recent rate's own skill over the
        base rate as a third, `forecast` "recent_rate".
    """
    viral = (table["y_true"] > table["threshold"]).to_numpy()
    ours, recent = (table[name].to_numpy(float) for name in ("p_viral", "p_recent"))
    pairs = [
        ("model", "base_rate", ours, np.full(len(table), BASE_RATE)),
        ("model", "recent_rate", ours, recent),
        ("recent_rate", "base_rate", recent, np.full(len(table), BASE_RATE)),
    ]
    rows = [
        {"forecast": who, "against": whom, **brier_skill(viral, chance, baseline)}
        for who, whom, chance, baseline in pairs
    ]
    return pd.DataFrame(rows)


def reliability(viral: np.ndarray, chance: np.ndarray, n_bins: int = 3) -> pd.DataFrame:
    """Posts sorted by their chance into a few bins: was it what happened?

    Parameters
    ----------
    viral : ndarray of bool, shape (n,)
    chance : ndarray of shape (n,)
    n_bins : int
        Bins of about equal size; equal chances stay together.

    Returns
    -------
    DataFrame
        One row per bin: n, positives, chance (mean), share (observed), low and high (95 %,
        Clopper and Pearson 1934).
    """
    frame = pd.DataFrame({"viral": np.asarray(viral, dtype=bool), "chance": chance})
    if frame.empty:
        return pd.DataFrame(columns=["n", "positives", "chance", "share", "low", "high"])
    bins = pd.qcut(frame["chance"], n_bins, labels=False, duplicates="drop")
    rows = []
    for _, group in frame.groupby(bins.fillna(0)):
        n, k = len(group), int(group["viral"].sum())
        exact = stats.binomtest(k, n).proportion_ci(0.95, "exact")
        rows.append({"n": n, "positives": k, "chance": float(group["chance"].mean()),
                     "share": k / n, "low": exact.low, "high": exact.high})  # fmt: skip
    return pd.DataFrame(rows)
