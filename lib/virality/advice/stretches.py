"""The last posts against ordinary luck on this account.

The last ten posts are compared with the posts before them, in the spread that both have.  What size
luck gives to such a comparison is read off the account itself: the same comparison is made at every
earlier post.  An account that always wanders is allowed to wander; only more than that is a change.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
from scipy import stats

from virality.evidence.residuals import clipped

NEEDED = 60  # settled posts below which nothing is claimed
RISK = 0.04  # nominal: on accounts that wander it comes to one in twenty where nothing changed
SIZES = (10, 20, 5)  # of stretches, in the order of their tests: the next only after a claim
BEFORE = (15, 30)  # posts that a stretch is compared with, at least and at most
_KINDS = {"int": "int64", "float": "float64", "bool": "bool"}


@dataclass(frozen=True)
class Stretch:
    """The last posts beside those before.

    Attributes
    ----------
    posts, before : int
        Posts of the stretch, and before it.
    factor, low, high : float
        Level of the stretch over that of the posts before, and an interval that leaves out 1 where
        chance alone would seldom do it.
    p : float
        How likely luck makes a difference of this size, in either direction.
    once_in : float
        Of so many stretches one is by luck this far on this side of what came before.
    seen, earlier : int
        Earlier posts at which the account had been as far on this side, and at which it was asked.
    claimed : bool
        Whether it is called a change, all stretches considered.
    """

    posts: int
    before: int
    factor: float
    low: float
    high: float
    p: float
    once_in: float
    seen: int
    earlier: int
    claimed: bool


def stretches(y: np.ndarray) -> pd.DataFrame:
    """Compare the last 5, 10 and 20 posts with ordinary luck.

    Parameters
    ----------
    y : ndarray of shape (n,)
        Log outcome of settled posts, in time order.

    Returns
    -------
    DataFrame
        A row per stretch, shortest first, the columns of `Stretch`; none with fewer than 60 posts,
        or where the posts hardly differ.
    """
    found, open_yet = [], len(y) >= NEEDED and np.ptp(y) > 0
    plain = clipped(y, "reflect") if open_yet else y
    for size in SIZES if open_yet else ():
        told = _stretch(plain, size)
        if told is None:
            continue
        open_yet = open_yet and told["p"] <= RISK
        found.append(Stretch(**told, claimed=bool(open_yet)))
    found.sort(key=lambda each: each.posts)
    columns = {field.name: _KINDS[str(field.type)] for field in fields(Stretch)}
    return pd.DataFrame(found, columns=list(columns)).astype(columns)


def compared(y: np.ndarray, size: int, before: int) -> tuple[np.ndarray, np.ndarray]:
    """Compare every stretch of posts with the posts before it.

    Parameters
    ----------
    y : ndarray of shape (n,)
    size, before : int
        Posts of a stretch, and before it.

    Returns
    -------
    difference, spread : ndarray of shape (n - size - before + 1,)
        Mean of the stretch minus mean of what came before; standard deviation of posts around the
        mean of their side.
    """
    late = np.lib.stride_tricks.sliding_window_view(y, size)[before:]
    early = np.lib.stride_tricks.sliding_window_view(y, before)[: len(late)]
    square = size * late.var(axis=1) + before * early.var(axis=1)
    return late.mean(axis=1) - early.mean(axis=1), np.sqrt(square / (size + before - 2))


def posts_before(n: int) -> int:
    """How many posts a stretch is compared with on an account of `n` posts."""
    return min(BEFORE[1], max(BEFORE[0], n // 4))


def _stretch(y: np.ndarray, size: int) -> dict | None:
    """All about the last `size` posts but the claim; None where luck cannot be read off."""
    before = posts_before(len(y))
    difference, spread = compared(y, size, before)
    size_of = np.divide(difference, spread, out=np.zeros(len(spread)), where=spread > 1e-9)
    now, earlier = size_of[-1], size_of[:-1]
    usual = np.sqrt(np.mean(earlier**2)) if len(earlier) else 0.0
    if usual < 1e-9 or spread[-1] < 1e-9:
        return None
    df = max(1.0, len(earlier) / size)  # stretches that do not share posts
    one_sided = float(stats.t.sf(abs(now) / usual, df))
    reach = float(stats.t.isf(RISK / 2, df)) * usual * spread[-1]
    ends = np.clip(difference[-1] + np.array([0, -reach, reach]), -50, 50)
    factor, low, high = map(float, np.exp(ends))
    seen = int((earlier >= now).sum() if now > 0 else (earlier <= now).sum())
    return {
        "posts": size, "before": before, "factor": factor, "low": low, "high": high,
        "p": 2 * one_sided, "once_in": 1 / max(one_sided, 1e-12), "seen": seen,
        "earlier": len(earlier),
    }  # fmt: skip
