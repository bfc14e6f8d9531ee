"""What of an account's hits was luck: what neither its level nor their content tells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from virality.advice import luck
from virality.advice.luck import HitLuck


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


def of_hits(parts: pd.DataFrame | None, n: int, y: pd.Series | None = None) -> Luck:
    """Return what of the hits was level and content.

    Parameters
    ----------
    parts : DataFrame or None
        From :func:`virality.advice.luck.parts_of_hits`, or the artefact "hits".
    n : int
        Settled posts.
    y : Series of float, optional
        Their log views, index post_id, in time order: asks for the posts right after hits.
    """
    told = None if parts is None or parts.empty else luck.luck(parts, n)
    if told is None or parts is None:
        return Luck(n, luck.NEEDED, None)
    after = np.nan if y is None else float(np.exp(y.shift(-1)[parts.index].median() - y.median()))
    return Luck(n, luck.NEEDED, told, 1 - told.explained, after)
