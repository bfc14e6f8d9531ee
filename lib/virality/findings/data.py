"""What the posts table shows of views before any model: how they fall, and over time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
import pandas as pd
from scipy import stats

from virality.core.protocol import ALPHA
from virality.core.text import PostName
from virality.posts import describe

HEAVY, EVEN = 3.0, 1.3  # mean over median beyond which a tail is heavy, up to which it is light
SHAPE = 10  # posts below which nothing is said about a distribution
UNEVEN = 0.2  # share of the views in the top tenth of the posts beyond which they are uneven
LOPSIDED = 0.75  # skewness of log views beyond which logs do not make the tail symmetric
WANDERS = 3.0  # highest over lowest rolling median that counts as a level that moves
HITS = 5  # most viewed posts that are named
TENTH = 0.1  # share of the posts that count as the most viewed

Views = Enum("Views", "NONE ONE EQUAL VARIED")  # no views; a single post; all the same; they differ
Weight = Enum("Weight", "HEAVY MODERATE LIGHT")  # of the tail
Lean = Enum("Lean", "NEITHER LEFT RIGHT")  # of log views
# Of the account's level; LUCK: by no more than the same posts in random order.
Movement = Enum("Movement", "TOO_FEW UNKNOWN STILL LUCK NARROW WANDERS")
Direction = Enum("Direction", "UNSURE BELOW OPEN ABOVE")  # of an interval, from no difference


def direction(low: float, high: float, neutral: float) -> Direction:
    """Judge where an interval lies.

    Parameters
    ----------
    low, high : float
        Its ends; NaN where there is none.
    neutral : float
        The value that stands for no difference.

    Returns
    -------
    Direction
        UNSURE without an interval, OPEN where it includes the neutral value.
    """
    if not np.isfinite(low):
        return Direction.UNSURE
    if low > neutral:
        return Direction.ABOVE
    return Direction.BELOW if high < neutral else Direction.OPEN


# --- how views fall -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Hit:
    """One of the most viewed posts, with its share of all views."""

    post: PostName
    views: float
    share: float


@dataclass(frozen=True)
class Spread:
    """How unevenly views fall.

    Attributes
    ----------
    views : Views
    n_posts : int
    median, mean, least, most : float
        Views.
    weight : Weight or None
        None where posts are too few, or their views too equal, for a shape.
    lean : Lean
    weak, strong : float
        Views at the edges of the middle four fifths.
    mean_over_median, strong_over_weak : float
    between_creators : float or None
        Share of the variance of log views that lies between creators; None for a single one.
    hits : tuple of Hit
        The most viewed posts.
    """

    views: Views
    n_posts: int
    median: float
    mean: float
    least: float
    most: float
    weight: Weight | None
    lean: Lean
    weak: float
    strong: float
    mean_over_median: float
    strong_over_weak: float
    between_creators: float | None
    hits: tuple[Hit, ...]


def spread(posts: pd.DataFrame, private: bool = False) -> Spread:
    """Judge how unevenly views fall.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts.
    private : bool
        True leaves captions out.

    Returns
    -------
    Spread
    """
    views, logs = posts["views"].to_numpy(dtype=float), describe.log_views(posts)
    low, median, high = np.quantile(views, [0.1, 0.5, 0.9])
    ratio = views.mean() / max(median, 1)
    shaped = len(views) >= SHAPE and np.ptp(logs) > 1e-9
    return Spread(
        views=_views(views),
        n_posts=len(views),
        median=median,
        mean=float(views.mean()),
        least=views.min(),
        most=views.max(),
        weight=_weight(ratio) if shaped else None,
        lean=_lean(float(stats.skew(logs)) if shaped else 0.0),
        weak=low,
        strong=high,
        mean_over_median=ratio,
        strong_over_weak=(high + 1) / (low + 1),
        between_creators=_between_creators(posts),
        hits=_hits(posts, private),
    )


def _views(views: np.ndarray) -> Views:
    if not views.any():
        return Views.NONE
    if len(views) == 1:
        return Views.ONE
    return Views.VARIED if np.ptp(views) else Views.EQUAL


def _weight(ratio: float) -> Weight:
    if ratio > HEAVY:
        return Weight.HEAVY
    return Weight.MODERATE if ratio > EVEN else Weight.LIGHT


def _lean(skew: float) -> Lean:
    if abs(skew) > LOPSIDED:
        return Lean.LEFT if skew < 0 else Lean.RIGHT
    return Lean.NEITHER


def _between_creators(posts: pd.DataFrame) -> float | None:
    total = np.var(describe.log_views(posts))
    if total == 0 or not describe.several(posts):
        return None
    return max(0.0, float(1 - np.var(describe.common_level(posts)) / total))


def _hits(posts: pd.DataFrame, private: bool) -> tuple[Hit, ...]:
    most = posts.sort_values("views", ascending=False, kind="stable").head(HITS)
    names = [PostName(f"{p.posted_at:%Y-%m-%d}", "" if private else p.caption)
             for p in most.itertuples()]  # fmt: skip
    shares = most["views"] / max(float(posts["views"].sum()), 1.0)
    return tuple(map(Hit, names, most["views"], shares))


@dataclass(frozen=True)
class Concentration:
    """How much of all views the top tenth of the posts holds.

    Attributes
    ----------
    views : Views
    n_posts, n_top : int
        All posts, and those of the top tenth.
    top_share : float
        Share of all views that these hold; NaN when there are none at all.
    uneven : bool or None
        Whether that is far more than a tenth; None with too few posts or no views.
    """

    views: Views
    n_posts: int
    n_top: int
    top_share: float
    uneven: bool | None


def concentration(spread: Spread, n_top: int, top_share: float) -> Concentration:
    """Judge how much of the views the most viewed posts hold.

    Parameters
    ----------
    spread : Spread
        Of all posts.
    n_top : int
        Posts that count as the top.
    top_share : float
        Share of all views that they hold.

    Returns
    -------
    Concentration
    """
    known = spread.n_posts >= SHAPE and spread.views is not Views.NONE
    uneven = top_share > UNEVEN if known else None
    return Concentration(spread.views, spread.n_posts, n_top, top_share, uneven)


def top_tenth(posts: pd.DataFrame) -> Concentration:
    """Judge how much of all views the most viewed tenth of the posts holds.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts.

    Returns
    -------
    Concentration
    """
    ranked = posts["views"].astype(float).sort_values(ascending=False)
    n_top, total = max(1, round(TENTH * len(ranked))), float(ranked.sum())
    share = float(ranked.head(n_top).sum()) / total if total else float("nan")
    return concentration(spread(posts), n_top, share)


# --- over time ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Timeline:
    """How the account's level moved.

    Attributes
    ----------
    several, equal : bool
        Whether the posts are by several creators, and whether all have the same views.
    movement : Movement
    change : describe.Change
        Of the last third of the posts from the first.
    trend : Direction
    """

    several: bool
    equal: bool
    movement: Movement
    change: describe.Change
    trend: Direction


def timeline(posts: pd.DataFrame, level: pd.Series) -> Timeline:
    """Judge whether the account's level moved.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts.
    level : Series of float
        Rolling median of log views at each post, within each account.

    Returns
    -------
    Timeline
    """
    change = describe.change(posts, level)
    trend = direction(change.low, change.high, neutral=1)
    return Timeline(
        several=describe.several(posts),
        equal=bool((posts["views"] == posts["views"].iloc[0]).all()),
        movement=_movement(change, trend, len(posts)),
        change=change,
        trend=trend,
    )


def _movement(change: describe.Change, trend: Direction, n_posts: int) -> Movement:
    if not np.isfinite(change.factor) or n_posts < 2 * describe.WINDOW:
        return Movement.TOO_FEW
    if not np.isfinite(change.wander):
        return Movement.UNKNOWN
    if change.wander == 1:
        return Movement.STILL
    if not change.luck <= ALPHA and trend in (Direction.OPEN, Direction.UNSURE):
        return Movement.LUCK
    return Movement.WANDERS if change.wander > WANDERS else Movement.NARROW
