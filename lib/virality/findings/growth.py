"""What the posts that are still growing are on their way to, and how far that can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
import pandas as pd

from virality.core.protocol import DEFAULT
from virality.core.text import PostName
from virality.posts.settling import MIN_READINGS, NEAR
from virality.uncertainty.nowcast import fewest_known

AGES = (1.0, 3.0, 7.0, 14.0)  # days, of which the table tells
NEWEST = 3  # posts that are named
TESTED = 10  # posts with an earlier nowcast from which on a share of them says something
SHORTFALL = 0.15  # below the promised share, from which on intervals are called too narrow

Known = Enum("Known", "NOTHING TOO_FEW NO_YOUNG TOO_YOUNG TOLD")  # of the posts that still grow
Check = Enum("Check", "NONE FEW NARROW KEPT")  # of earlier nowcasts


@dataclass(frozen=True)
class OnItsWay:
    """A young post, in views, with its age at the reading in days."""

    post: PostName
    age_days: float
    views: float
    expected: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Growth:
    """How the young posts will go on.

    Attributes
    ----------
    known : Known
    n_young, n_told : int
        Posts younger than a month at their latest reading, and those with a nowcast.
    n_known, n_needed : int
        Posts with a known final number that were read young as well, and how many it takes.
    coverage : float
        Share of final numbers that the intervals should hold.
    newest : tuple of OnItsWay
        The youngest posts with a nowcast.
    check : Check
    n_tested, n_held : int
        Earlier nowcasts whose final number is known by now, and those whose interval held it.
    """

    known: Known
    n_young: int
    n_told: int
    n_known: int
    n_needed: int
    coverage: float
    newest: tuple[OnItsWay, ...]
    check: Check
    n_tested: int
    n_held: int


def growth(
    posts: pd.DataFrame,
    n_known: int,
    made: pd.DataFrame,
    earlier: pd.DataFrame,
    private: bool = False,
    coverage: float = DEFAULT.coverage,
) -> Growth:
    """Sum up nowcasts.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts.
    n_known : int
        Posts whose final number is known, and that were read young as well.
    made, earlier : DataFrame
        As `nowcast` and `hindcast` give them.
    private : bool
        True leaves captions out.
    coverage : float
        That was asked for.

    Returns
    -------
    Growth
    """
    told, needed = made.dropna(subset=["expected"]), fewest_known(coverage)
    held = earlier["final"].between(earlier["lower"], earlier["upper"])
    return Growth(
        known=_known(n_known, needed, len(made), len(told)),
        n_young=len(made),
        n_told=len(told),
        n_known=n_known,
        n_needed=needed,
        coverage=coverage,
        newest=_newest(posts, told, private),
        check=_check(earlier["post_id"].nunique(), held.mean() if len(held) else 1.0, coverage),
        n_tested=len(held),
        n_held=int(held.sum()),
    )


def _known(n_known: int, needed: int, n_young: int, n_told: int) -> Known:
    if n_known == 0:
        return Known.NOTHING
    if n_known < needed:
        return Known.TOO_FEW
    if n_young == 0:
        return Known.NO_YOUNG
    return Known.TOLD if n_told else Known.TOO_YOUNG


def _check(n_posts: int, held: float, coverage: float) -> Check:
    if n_posts < TESTED:
        return Check.FEW if n_posts else Check.NONE
    return Check.NARROW if held < coverage - SHORTFALL else Check.KEPT


def _newest(posts: pd.DataFrame, told: pd.DataFrame, private: bool) -> tuple[OnItsWay, ...]:
    row = posts.set_index("post_id")
    latest = told.sort_values(["captured_at", "age_days"], ascending=[False, True]).head(NEWEST)
    found = []
    for each in latest.itertuples():
        post = row.loc[each.post_id]
        name = PostName(f"{post['posted_at']:%Y-%m-%d}", "" if private else post["caption"])
        numbers = (each.age_days, each.views, each.expected, each.lower, each.upper)
        found.append(OnItsWay(name, *numbers))
    return tuple(found)


@dataclass(frozen=True)
class AtAge:
    """What readings near an age tell.

    Attributes
    ----------
    age_days : float
    n_posts : int
        Posts with a known final number that were read at about that age.
    share : float
        Of its final number that the median post had.
    n_tested : int
        Nowcasts that were made at about that age and can be judged.
    miss : float
        The median factor by which they missed; NaN where they are too few.
    held : float
        The share whose interval held the final number; NaN where they are too few.
    """

    age_days: float
    n_posts: int
    share: float
    n_tested: int
    miss: float
    held: float


def by_age(known: pd.DataFrame, earlier: pd.DataFrame) -> list[AtAge]:
    """Sum up growth and earlier nowcasts by age, where readings are near one.

    Parameters
    ----------
    known : DataFrame
        As `posts.settling.growth` gives it.
    earlier : DataFrame
        As `hindcast` gives it.

    Returns
    -------
    list of AtAge
        Youngest first; ages that no reading is near are left out.
    """
    return [
        _at(age, _near(known, age), _near(earlier, age)) for age in AGES if len(_near(known, age))
    ]


def _near(table: pd.DataFrame, age: float) -> pd.DataFrame:
    """Readings of about that age, each post by the one that is nearest; ages do not share any."""
    away = np.log(table["age_days"] / age).abs()
    near = table.loc[away[away < np.log(NEAR) / 2].sort_values(kind="stable").index]
    return near.drop_duplicates("post_id")


def _at(age: float, known: pd.DataFrame, earlier: pd.DataFrame) -> AtAge:
    miss = np.log1p(earlier["final"]) - np.log1p(earlier["expected"])
    held = earlier["final"].between(earlier["lower"], earlier["upper"])
    enough = len(earlier) >= MIN_READINGS
    return AtAge(
        age_days=age,
        n_posts=len(known),
        share=known["share"].median(),
        n_tested=len(earlier),
        miss=float(np.exp(miss.abs().median())) if enough else np.nan,
        held=float(held.mean()) if enough else np.nan,
    )
