"""What changed on an account, as far as so many posts can tell."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
import pandas as pd

from virality.advice import dating, luck, stretches
from virality.advice.changes import Changes
from virality.advice.dating import Dated
from virality.advice.stretches import Stretch

SELDOM = 200.0  # stretches of which one is by luck that far, from which on no number is printed
MAIN = 10  # posts of the stretch that the answer is about
MOSTLY = 0.5  # of a hit's excess

# ALIKE: the posts hardly differ, so that there is no luck to compare with.
Verdict = Enum("Verdict", "TOO_FEW ALIKE LUCK DROP RISE")
When = Enum("When", "TOO_FEW NONE DATED")
After = Enum("After", "UNTOLD KEPT GONE NOTHING UNCLEAR")


@dataclass(frozen=True)
class Last:
    """The last posts against ordinary luck.

    Attributes
    ----------
    verdict : Verdict
    n, n_young, needed : int
        Settled posts, posts that have not settled and are kept out, and settled posts it takes.
    main : Stretch or None
        The last ten.
    others : tuple of Stretch
        Shorter and longer ones.
    below : bool
        Whether the last ten lie below those before them.
    seldom : bool
        Whether luck does it less often than so many posts can count.
    at_most : float
        The share of stretches that "seldom" means, as one in so many.
    """

    verdict: Verdict
    n: int
    n_young: int
    needed: int
    main: Stretch | None = None
    others: tuple[Stretch, ...] = ()
    below: bool = False
    seldom: bool = False
    at_most: float = SELDOM

    @property
    def marked(self) -> int:
        """Newest settled posts that a figure marks."""
        return min(MAIN, self.n)

    @property
    def also(self) -> tuple[Stretch, ...]:
        """Other stretches that are called a change."""
        return tuple(each for each in self.others if each.claimed)


@dataclass(frozen=True)
class Dating:
    """Whether a change has a date.

    Attributes
    ----------
    when : When
    n, needed : int
    date : Dated or None
    month, first, last : str
        Of the change, and of the first and the last date that fits as well: "June 2024".
    """

    when: When
    n: int
    needed: int
    date: Dated | None = None
    month: str = ""
    first: str = ""
    last: str = ""


@dataclass(frozen=True)
class AfterHit:
    """What later posts keep of a hit.

    Attributes
    ----------
    after : After
    n, needed, hits : int
    share, low, high : float
        From none of it to all of it.
    coverage : float
        How often such an interval holds it.
    """

    after: After
    n: int
    needed: int
    hits: int = 0
    share: float = np.nan
    low: float = np.nan
    high: float = np.nan
    coverage: float = 1 - luck.CHANCE


def last(level: pd.DataFrame, table: pd.DataFrame) -> Last:
    """Return what the last posts say.

    Parameters
    ----------
    level : DataFrame
        Artefact, see :class:`virality.advice.changes.Changes`.
    table : DataFrame
        Its stretches, artefact "changes".

    Returns
    -------
    Last
    """
    n = int(level["settled"].sum())
    young = len(level) - n
    if n < stretches.NEEDED:
        return Last(Verdict.TOO_FEW, n, young, stretches.NEEDED)
    rows = [_stretch(row) for row in table.itertuples(index=False)]
    main = next((row for row in rows if row.posts == MAIN), None)
    if main is None:
        return Last(Verdict.ALIKE, n, young, stretches.NEEDED)
    below = main.factor < 1
    verdict = (Verdict.DROP if below else Verdict.RISE) if main.claimed else Verdict.LUCK
    others = tuple(row for row in rows if row is not main)
    seldom = main.once_in >= SELDOM
    return Last(verdict, n, young, stretches.NEEDED, main, others, below, seldom)


def when(found: Changes) -> Dating:
    """Return whether a change has a date."""
    n = int(found.level["settled"].sum())
    if n < dating.NEEDED:
        return Dating(When.TOO_FEW, n, dating.NEEDED)
    if found.date is None:
        return Dating(When.NONE, n, dating.NEEDED)
    days = (found.date.at, found.date.first, found.date.last)
    return Dating(When.DATED, n, dating.NEEDED, found.date, *(f"{day:%B %Y}" for day in days))


def after_hit(found: Changes) -> AfterHit:
    """Return what later posts keep of a hit."""
    n, kept = int(found.level["settled"].sum()), found.kept
    if kept is None:
        return AfterHit(After.UNTOLD, n, luck.KEPT_NEEDED)
    after = After.GONE if kept.high < MOSTLY else After.UNCLEAR
    after = After.KEPT if kept.low > 0 else After.NOTHING if kept.high <= 0 else after
    share, low, high = (float(np.clip(each, 0, 1)) for each in (kept.share, kept.low, kept.high))
    return AfterHit(after, n, luck.KEPT_NEEDED, kept.hits, share, low, high)


def _stretch(row) -> Stretch:
    return Stretch(**{name: getattr(row, name) for name in Stretch.__dataclass_fields__})
