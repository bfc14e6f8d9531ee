"""What of an account's hits was luck: what neither its level nor their content tells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from virality.advice import luck
from virality.advice.level import outcomes
from virality.advice.luck import HitLuck
from virality.core.protocol import Protocol


@dataclass(frozen=True)
class Luck:
    """What of the hits was level and content.

    Attributes
    ----------
    n, needed : int
    hits : HitLuck or None
        None where it cannot be told.
    rest : float
        Share that did not come back before, at most.
    after : float
        Views of the posts right after hits over those of the post in the middle, in the median;
        NaN where not asked.
    """

    n: int
    needed: int
    hits: HitLuck | None
    rest: float = np.nan
    after: float = np.nan

    @property
    def nothing(self) -> bool:
        """Whether level and content say nothing of the hits, in whole per cent."""
        return self.hits is not None and round(100 * self.hits.explained) == 0

    @property
    def falls(self) -> bool:
        """Whether the posts right after hits lie below them."""
        return self.hits is not None and self.after < self.hits.excess


def of_hits(parts: pd.DataFrame | None, n: int) -> Luck:
    """Return what of the hits was level and content.

    Parameters
    ----------
    parts : DataFrame or None
        From :func:`virality.advice.luck.parts_of_hits`, or the artefact "hits".
    n : int
        Settled posts.
    """
    told = None if parts is None or parts.empty else luck.luck(parts, n)
    return Luck(n, luck.NEEDED, told, 1 - told.explained if told else np.nan)


def of_record(posts: pd.DataFrame, embargo_days: float) -> Luck | None:
    """Return what of the hits was level, before anything is known of content.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts.
    embargo_days : float
        Days before a post's outcome counts as known.

    Returns
    -------
    Luck or None
        None where there are several creators.
    """
    if len(posts["author"].unique()) > 1:
        return None
    found = outcomes(posts, Protocol(embargo_days=embargo_days))
    y = found.settled
    parts = luck.parts_of_hits(found)
    told = of_hits(parts, len(y))
    if parts is None:
        return told
    after = y.shift(-1)[parts.index].median() - y.median()
    return Luck(told.n, told.needed, told.hits, told.rest, float(np.exp(after)))
