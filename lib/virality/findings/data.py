"""What the posts table shows before any model: how views fall, level, rhythm, length, hashtags."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
import pandas as pd
from scipy import stats

from virality.core.protocol import MIN_POSTS
from virality.core.text import DataText, PostName
from virality.posts import describe

HEAVY, EVEN = 3.0, 1.3  # mean over median beyond which a tail is heavy, up to which it is light
SHAPE = 10  # posts below which nothing is said about a distribution
UNEVEN = 0.2  # share of the views in the top tenth of the posts beyond which they are uneven
LOPSIDED = 0.75  # skewness of log views beyond which logs do not make the tail symmetric
WANDERS = 3.0  # highest over lowest rolling median that counts as a level that moves
FIRM = 8  # posts in the fullest hour of the week from which a habit is firm
BUSIEST = 6  # hours in a row
HITS = 3  # most viewed posts that are named
BY_CHANCE = 0.2  # intervals of 80 % that leave out zero where there is nothing to be found

Views = Enum("Views", "NONE ONE EQUAL VARIED")  # no views; a single post; all the same; they differ
Weight = Enum("Weight", "HEAVY MODERATE LIGHT")  # of the tail
Lean = Enum("Lean", "NEITHER LEFT RIGHT")  # of log views
Movement = Enum("Movement", "TOO_FEW UNKNOWN STILL NARROW WANDERS")  # of the account's level
Direction = Enum("Direction", "UNSURE BELOW OPEN ABOVE")  # of an interval, from no difference
Habit = Enum("Habit", "UNKNOWN LOOSE FIRM")  # of posting at some hour of the week
Tags = Enum("Tags", "TOO_FEW_POSTS NONE_COMPARABLE NONE_CLEAR SOME_CLEAR")


def direction(low: float, high: float, neutral: float) -> Direction:
    """Where an interval lies from the value that stands for no difference; UNSURE without one."""
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
    mean_over_median, strong_over_weak : float
        The latter between the edges of the middle four fifths.
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
    mean_over_median: float
    strong_over_weak: float
    between_creators: float | None
    hits: tuple[Hit, ...]


def spread(posts: pd.DataFrame, private: bool = False) -> Spread:
    """Judge how unevenly the views of tidy posts fall; `private` leaves captions out."""
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
    """Judge how much of the views the `n_top` most viewed posts hold."""
    known = spread.n_posts >= SHAPE and spread.views is not Views.NONE
    uneven = top_share > UNEVEN if known else None
    return Concentration(spread.views, spread.n_posts, n_top, top_share, uneven)


# --- level, rhythm, length ------------------------------------------------------------------------


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
    """Judge whether the account's level moved: `level` is the rolling median at each post."""
    change = describe.change(posts, level)
    return Timeline(
        several=describe.several(posts),
        equal=bool((posts["views"] == posts["views"].iloc[0]).all()),
        movement=_movement(change),
        change=change,
        trend=direction(change.low, change.high, neutral=1),
    )


def _movement(change: describe.Change) -> Movement:
    if not np.isfinite(change.factor):
        return Movement.TOO_FEW
    if not np.isfinite(change.wander):
        return Movement.UNKNOWN
    if change.wander == 1:
        return Movement.STILL
    return Movement.WANDERS if change.wander > WANDERS else Movement.NARROW


@dataclass(frozen=True)
class Busiest:
    """The six hours in a row (round the clock) and the weekday (Monday is 0) with most posts."""

    start: int
    end: int
    hours_share: float
    weekday: int
    weekday_share: float


@dataclass(frozen=True)
class Rhythm:
    """When the creator posts.

    Attributes
    ----------
    zone : DataText
    n_timed, n_untimed : int
        Posts of which the hour is known, and is not.
    n_cells, n_filled, most : int
        Hours of the week, those with a post, and the posts in the fullest.
    habit : Habit
    busiest : Busiest or None
        None with too few posts.
    """

    zone: DataText
    n_timed: int
    n_untimed: int
    n_cells: int
    n_filled: int
    most: int
    habit: Habit
    busiest: Busiest | None


def rhythm(posts: pd.DataFrame, timezone: str) -> Rhythm:
    """Judge how firm the habit of posting is, by hours of the week in a zone."""
    counts = describe.rhythm(posts, timezone).to_numpy()
    n, most = int(counts.sum()), int(counts.max())
    return Rhythm(
        zone=DataText(timezone),
        n_timed=n,
        n_untimed=len(posts) - n,
        n_cells=counts.size,
        n_filled=int((counts > 0).sum()),
        most=most,
        habit=Habit.FIRM if most >= FIRM else Habit.LOOSE if most else Habit.UNKNOWN,
        busiest=_busiest(counts) if n >= SHAPE else None,
    )


def _busiest(counts: np.ndarray) -> Busiest:
    hours, days, n = counts.sum(axis=0), counts.sum(axis=1), counts.sum()
    in_a_row = sum(np.roll(hours, -step) for step in range(BUSIEST))
    start, weekday = int(np.argmax(in_a_row)), int(np.argmax(days))
    end = (start + BUSIEST) % 24
    return Busiest(start, end, in_a_row[start] / n, weekday, days[weekday] / n)


@dataclass(frozen=True)
class Lengths:
    """How length (seconds) and views go together.

    Attributes
    ----------
    n_posts : int
        Posts of which the length is known.
    shortest, longest : float
        NaN where none is known.
    several : bool
        Whether they are by several creators.
    rho : float or None
        Spearman's correlation; None where it cannot be computed.
    low, high : float
        Its 95 % interval; NaN with too few posts.
    direction : Direction
        Of the interval.
    """

    n_posts: int
    shortest: float
    longest: float
    several: bool
    rho: float | None
    low: float
    high: float
    direction: Direction


def lengths(known: pd.DataFrame, y: pd.Series, rho: float) -> Lengths:
    """Judge whether longer videos are seen more.

    Parameters
    ----------
    known : DataFrame
        Tidy posts of known length.
    y : Series of float
        Their log views, of several creators at a common level.
    rho : float
        Spearman's correlation of the two.

    Returns
    -------
    Lengths
    """
    seconds, sure = known["duration_s"], len(known) > 2 and np.isfinite(rho)
    low, high = describe.correlation_interval(seconds, y, rho) if sure else (np.nan, np.nan)
    return Lengths(
        n_posts=len(known),
        shortest=float(seconds.min()),
        longest=float(seconds.max()),
        several=describe.several(known),
        rho=rho if sure else None,
        low=low,
        high=high,
        direction=direction(low, high, neutral=0),
    )


# --- hashtags -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Hashtags:
    """Which hashtags stand out after shrinking.

    Attributes
    ----------
    verdict : Tags
    n_posts, n_tags, n_clear, n_by_chance : int
        Compared, standing out, and how many raw comparisons would if none mattered.
    more, fewer : tuple of DataText
        Those with more and with fewer views, clearest first; none on private pages.
    """

    verdict: Tags
    n_posts: int
    n_tags: int
    n_clear: int
    n_by_chance: int
    more: tuple[DataText, ...]
    fewer: tuple[DataText, ...]


def hashtags(table: pd.DataFrame, n_posts: int, private: bool = False) -> Hashtags:
    """Judge which hashtags stand out.

    Parameters
    ----------
    table : DataFrame
        A row per hashtag: tag, effect (log views with it minus without), low, high.
    n_posts : int
    private : bool
        True leaves their names out.

    Returns
    -------
    Hashtags
    """
    up = table[table["low"] > 0].sort_values("effect", ascending=False)
    down = table[table["high"] < 0].sort_values("effect")
    verdict = Tags.SOME_CLEAR if len(up) + len(down) else Tags.NONE_CLEAR
    if n_posts < MIN_POSTS:
        verdict = Tags.TOO_FEW_POSTS
    elif table.empty:
        verdict = Tags.NONE_COMPARABLE
    return Hashtags(
        verdict=verdict,
        n_posts=n_posts,
        n_tags=len(table),
        n_clear=len(up) + len(down),
        n_by_chance=round(BY_CHANCE * len(table)),
        more=() if private else tuple(DataText(f"#{tag}") for tag in up["tag"]),
        fewer=() if private else tuple(DataText(f"#{tag}") for tag in down["tag"]),
    )
