"""Chances said and what came of them, bin by bin."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

ALPHA = 0.05
SMALLEST_BIN = 100


def bins(found: pd.DataFrame, which: str, edges: Sequence[float]) -> pd.DataFrame:
    """Said and came, bin by bin, with intervals of what came: creators are drawn, not posts.

    `found` has a row per chance: what was said, in the column `which`, whether it `went` that way,
    and `world` and `creator`.
    """
    inside = pd.cut(found[which], edges, right=False)
    rows = {}
    for name, part in found.groupby(inside, observed=True):
        gap = (part["went"] - part[which]).groupby(part["world"] + part["creator"]).sum()
        n, creators = len(part), len(gap)
        if n < SMALLEST_BIN or creators < 3:
            continue
        error = np.sqrt((gap**2).sum() * creators / (creators - 1)) / n
        alone, all_bins = (
            stats.t.ppf(1 - ALPHA / 2 / k, creators - 1) for k in (1, len(edges) - 1)
        )
        said, came = part[which].mean(), part["went"].mean()
        rows[str(name)] = {"posts": n, "creators": creators, "said": said, "came": came,
                           "low": came - alone * error, "high": came + alone * error,
                           "off": abs(came - said) > alone * error,
                           "off, all bins": abs(came - said) > all_bins * error}  # fmt: skip
    return pd.DataFrame(rows).T
