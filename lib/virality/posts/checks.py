"""Values that cannot all be true, and what is done about them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from virality.core.errors import UserError
from virality.posts.parse import MAX_LENGTH_S
from virality.posts.schema import COUNTS

TOLERANCE = 1.25

# tell(index, field, used, why, severity): one line for the repair log
Tell = Callable[[int, str, str, str, str], None]


SWAPPED = 0.8  # share of the rows with fewer views than likes that no damage of rows explains
MIN_ROWS = 3


def check_values(df: pd.DataFrame, tell: Tell) -> pd.DataFrame:
    """Find values that contradict each other and set the doubtful ones missing.

    Parameters
    ----------
    df : DataFrame
        Columns `views`, the counts, `duration_s`, `avg_watch_s`, `play_time_s`, `retention`;
        RangeIndex.
    tell : callable
        Receives one line per change.

    Returns
    -------
    DataFrame
        A copy; `views` missing where they are the doubtful value.

    Raises
    ------
    UserError
        Views are below likes in nearly every row.
    """
    df = df.copy()
    _refuse_swapped(df)
    _zero_under_counts(df, tell)
    _counts_against_views(df, tell)
    confirmed = _play_time_against_watch_time(df, tell)
    _length_against_retention(df, tell)
    _length_against_watch_time(df, confirmed, tell)
    for i in np.flatnonzero(df["duration_s"] > MAX_LENGTH_S):
        tell(i, "duration", "", "longer than any video on the platform", "set missing")
        df.loc[i, "duration_s"] = np.nan
    return df


def _refuse_swapped(df: pd.DataFrame) -> None:
    both = ((df["views"] > 0) & (df["likes"] > 0)).fillna(False)
    below = (df["views"] < df["likes"])[both].fillna(False)
    likes = df["likes"][both]  # a few values again and again are no likes, whatever the views are
    if len(likes) >= MIN_ROWS and below.mean() >= SWAPPED and likes.nunique() > len(likes) / 4:
        raise UserError(
            f"Views are below likes in {int(below.sum()):,} of {int(both.sum()):,} rows, which "
            "cannot be; the columns are probably swapped.",
            do="Say which is which: --columns 'views=...,likes=...'.",
        )


def _zero_under_counts(df: pd.DataFrame, tell: Tell) -> None:
    """Views of 0 under likes were not read; the likes were."""
    most = df[list(COUNTS)].max(axis=1)
    for i in np.flatnonzero(((df["views"] == 0) & (most > 0)).fillna(False)):
        name = next(c for c in COUNTS if pd.notna(df.loc[i, c]) and df.loc[i, c] > 0)
        why = f"0 views under {df.loc[i, name]:,} {name}: the views were not read"
        tell(i, "views", "", why, "row dropped")
        df.loc[i, "views"] = pd.NA


def _counts_against_views(df: pd.DataFrame, tell: Tell) -> None:
    """One count above the views is wrong itself; several mean that the views are."""
    above = pd.DataFrame({c: (df[c] > df["views"]).fillna(False).astype(bool) for c in COUNTS})
    number = above.sum(axis=1)
    for i in np.flatnonzero(number == 1):
        name = above.columns[above.loc[i].to_numpy()][0]
        why = f"more {name} than views ({df.loc[i, 'views']:,})"
        tell(i, name, "", why, "set missing")
        df.loc[i, name] = pd.NA
    for i in np.flatnonzero(number > 1):
        names = ", ".join(above.columns[above.loc[i].to_numpy()])
        tell(i, "views", "", f"fewer views than {names}: the views cannot be right", "row dropped")
        df.loc[i, "views"] = pd.NA


def _play_time_against_watch_time(df: pd.DataFrame, tell: Tell) -> np.ndarray:
    """Total play time is views times average watch time; True where that holds."""
    views = df["views"].astype("float64")
    with np.errstate(divide="ignore", invalid="ignore"):
        implied = (df["play_time_s"] / views).to_numpy()
        ratio = implied / df["avg_watch_s"].to_numpy()
    for i in np.flatnonzero((ratio > TOLERANCE) | (ratio < 1 / TOLERANCE)):
        why = f"play time divided by views is {implied[i]:.1f} s"
        tell(i, "avg_watch", "", why, "set missing")
        df.loc[i, "avg_watch_s"] = np.nan
    return (ratio <= TOLERANCE) & (ratio >= 1 / TOLERANCE)


def _length_against_retention(df: pd.DataFrame, tell: Tell) -> None:
    """Retention is average watch time over length."""
    with np.errstate(divide="ignore", invalid="ignore"):
        implied = (df["avg_watch_s"] / df["retention"]).to_numpy()
        ratio = df["duration_s"].to_numpy() / implied
        rounding = np.abs(df["avg_watch_s"] / df["duration_s"] - df["retention"]) > 0.02
    for i in np.flatnonzero(((ratio > TOLERANCE) | (ratio < 1 / TOLERANCE)) & rounding):
        why = (
            f"{df.loc[i, 'avg_watch_s']:.1f} s watched on average at a retention of "
            f"{df.loc[i, 'retention']:.0%} imply about {implied[i]:.0f} s"
        )
        if df.loc[i, "duration_s"] < df.loc[i, "avg_watch_s"]:
            why = f"shorter than its average watch time; {why}"
        tell(i, "duration", "", why, "set missing")
        df.loc[i, "duration_s"] = np.nan


def _length_against_watch_time(df: pd.DataFrame, confirmed: np.ndarray, tell: Tell) -> None:
    """A video shorter than its average watch time: without further evidence neither is used."""
    for i in np.flatnonzero(df["duration_s"] < df["avg_watch_s"]):
        watched = df.loc[i, "avg_watch_s"]
        tell(
            i,
            "duration",
            "",
            f"shorter than its average watch time ({watched:.1f} s)",
            "set missing",
        )
        if not confirmed[i]:
            why = f"longer than the video ({df.loc[i, 'duration_s']:.1f} s)"
            tell(i, "avg_watch", "", why, "set missing")
            df.loc[i, "avg_watch_s"] = np.nan
        df.loc[i, "duration_s"] = np.nan
