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
FINAL_DAYS = 30.0  # the final number of a post is its first reading from this age on
YOUNGEST = 1 / 24  # days; readings of younger posts, or from before they went up, tell nothing


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


def readings(snapshots: pd.DataFrame) -> pd.DataFrame:
    """Every reading of a post that had gone up, with its age; one a moment.

    Parameters
    ----------
    snapshots : DataFrame
        post_id, captured_at, views, posted_at; also of posts that were read once.

    Returns
    -------
    DataFrame
        The same and age_days (at least an hour), in order of post and moment.  Of two counts of
        one moment the larger is kept.
    """
    columns = ["post_id", "captured_at", "views", "posted_at"]
    if snapshots.empty:
        return pd.DataFrame(columns=[*columns, "age_days"])
    table = snapshots[columns].dropna().sort_values(["post_id", "captured_at", "views"])
    table = table.drop_duplicates(["post_id", "captured_at"], keep="last")
    age = (table["captured_at"] - table["posted_at"]) / DAY
    return table.assign(age_days=age)[age >= YOUNGEST].reset_index(drop=True)


def growth(snapshots: pd.DataFrame) -> pd.DataFrame:
    """How much each reading of a young post still fell short of the post's final number.

    Parameters
    ----------
    snapshots : DataFrame
        post_id, captured_at, views, posted_at.

    Returns
    -------
    DataFrame
        A row a reading of a post younger than `FINAL_DAYS` whose final number is known: what
        `readings` has, final (views), known_at (when that was read), log_growth
        (ln(1 + final) - ln(1 + views), below zero where a count fell) and share (of the final).
    """
    table = readings(snapshots)
    final = table[table["age_days"] >= FINAL_DAYS].drop_duplicates("post_id").set_index("post_id")
    early = table[(table["age_days"] < FINAL_DAYS) & table["post_id"].isin(final.index)]
    own = final.loc[early["post_id"]]
    count, last = early["views"].to_numpy(dtype=float), own["views"].to_numpy(dtype=float)
    grown = np.log1p(last) - np.log1p(count)
    return early.assign(
        final=last, known_at=own["captured_at"].to_numpy(), log_growth=grown, share=np.exp(-grown)
    ).reset_index(drop=True)
