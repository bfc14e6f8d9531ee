"""What the posts table shows of a creator's habits: rhythm, length and hashtags, beside views."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
import pandas as pd

from virality.core.protocol import MIN_POSTS
from virality.core.text import DataText
from virality.findings.data import SHAPE, Direction, direction
from virality.findings.scores import Estimate
from virality.posts import describe

FIRM = 8  # posts in the fullest hour of the week from which a habit is firm
BUSIEST = 6  # hours in a row

Habit = Enum("Habit", "UNKNOWN LOOSE FIRM")  # of posting at some hour of the week
Tags = Enum("Tags", "TOO_FEW_POSTS NONE_COMPARABLE NONE_CLEAR SOME_CLEAR")

# --- rhythm ---------------------------------------------------------------------------------------


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
    """Judge how firm the habit of posting is.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts.
    timezone : str
        Zone of the hours of the week.

    Returns
    -------
    Rhythm
    """
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


# --- length ---------------------------------------------------------------------------------------


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
    """Which hashtags stand out after shrinking; those on the same posts count as one.

    Attributes
    ----------
    verdict : Tags
    n_posts, n_tags, n_clear : int
        Posts; hashtags or bundles of them that were compared, and that stand out.
    n_names : int
        Hashtags, each by itself.
    more, fewer : tuple of Tag
        Those with more and with fewer views, clearest first; none on private pages.
    """

    verdict: Tags
    n_posts: int
    n_tags: int
    n_clear: int
    n_names: int
    more: tuple[Tag, ...]
    fewer: tuple[Tag, ...]


@dataclass(frozen=True)
class Tag:
    """A hashtag, or those that sit on the same posts: on how many, and times the views with it."""

    names: tuple[DataText, ...]
    n: int
    times: Estimate


def hashtags(table: pd.DataFrame, n_posts: int, private: bool = False) -> Hashtags:
    """Judge which hashtags stand out.

    Parameters
    ----------
    table : DataFrame
        A row per hashtag or bundle: tag, n, effect (log views with it minus without), low, high.
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
        n_names=int(table["tag"].astype(str).str.split(" ").str.len().sum()),
        more=() if private else tuple(map(_tag, up.itertuples())),
        fewer=() if private else tuple(map(_tag, down.itertuples())),
    )


def _tag(row) -> Tag:
    names = tuple(DataText(f"#{name}") for name in row.tag.split(" "))
    times = Estimate(*(float(np.exp(value)) for value in (row.effect, row.low, row.high)))
    return Tag(names, int(row.n), times)
