"""How fast a post's views settle, from posts that were read more than once."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

DAY = pd.Timedelta(days=1)
AGES = (0, 1, 2, 4, 7, 14, 30, 60, 120, np.inf)  # edges of bands of age, in days
NEAR = 2.0  # readings of posts within this factor of an age can speak for it
MIN_READINGS, MOST_READINGS = 5, 15
SETTLED = 0.9  # share of its later views from which a post counts as settled


def settling(snapshots: pd.DataFrame, apart_days: float = 7) -> pd.DataFrame:
    """How much of the views of its latest reading a post had at each earlier one.

    Parameters
    ----------
    snapshots : DataFrame
        post_id, captured_at, views, posted_at: every reading of posts that were read twice.
    apart_days : float
        Readings less than this before the latest are left out: they had no time to differ.

    Returns
    -------
    DataFrame
        post_id, age_days (at the earlier reading), last_age_days (at the latest) and share
        (views plus one over the latest views plus one), youngest first.
    """
    if snapshots.empty:
        return pd.DataFrame(columns=["post_id", "age_days", "last_age_days", "share"], dtype=float)
    readings = snapshots.sort_values(["post_id", "captured_at"])
    age = (readings["captured_at"] - readings["posted_at"]) / DAY
    count = readings["views"].astype(float) + 1
    last_age = age.groupby(readings["post_id"]).transform("last")
    last_count = count.groupby(readings["post_id"]).transform("last")
    table = pd.DataFrame(
        {
            "post_id": readings["post_id"],
            "age_days": age,
            "last_age_days": last_age,
            "share": count / last_count,
        }
    )
    early = (last_age - age >= apart_days) & (last_age > age)
    return table[early].sort_values(["age_days", "post_id"], ignore_index=True)


@dataclass(frozen=True)
class Settled:
    """What posts of about one age had of their later views.

    Attributes
    ----------
    n : int
        Readings near that age.
    share, low, high : float
        Median share and the edges of the middle half; NaN with fewer than five readings.
    """

    n: int
    share: float
    low: float
    high: float


def settled_at(table: pd.DataFrame, age_days: float) -> Settled:
    """Summarise the readings nearest to an age.

    Parameters
    ----------
    table : DataFrame
        As `settling` gives it.
    age_days : float

    Returns
    -------
    Settled
    """
    away = np.log(table["age_days"].clip(lower=1e-3) / max(age_days, 1e-3)).abs()
    near = table.loc[away[away <= np.log(NEAR)].nsmallest(MOST_READINGS).index]
    if len(near) < MIN_READINGS:
        return Settled(len(near), np.nan, np.nan, np.nan)
    low, middle, high = near["share"].quantile([0.25, 0.5, 0.75])
    return Settled(len(near), middle, low, high)


def bands(table: pd.DataFrame) -> pd.DataFrame:
    """Median share by band of age (`table`: see `settling`).

    Returns
    -------
    DataFrame
        start and end (edges of the band, days), age_days (median), n and share; bands with at
        least five readings.
    """
    start = pd.cut(table["age_days"], AGES, right=False, labels=list(AGES[:-1]))
    groups = table.groupby(start.astype(float))
    out = pd.DataFrame(
        {
            "age_days": groups["age_days"].median(),
            "n": groups.size(),
            "share": groups["share"].median(),
        }
    )
    out = out.rename_axis("start").reset_index()
    out.insert(1, "end", out["start"].map(dict(pairwise(AGES))))
    return out[out["n"] >= MIN_READINGS].reset_index(drop=True)


def settled_from(table: pd.DataFrame) -> float:
    """Age in days from which the median post is settled, and stays so; NaN where none is."""
    shares = bands(table)
    late = shares["share"].ge(SETTLED)[::-1].cummin()[::-1]
    return float(shares.loc[late, "start"].min()) if late.any() else np.nan
