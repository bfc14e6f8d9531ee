"""The daily follower series that Studio exports, and what a post could know of it."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from virality.posts.dates import read_dates
from virality.posts.parse import counts
from virality.posts.readers.base import RawTable

MAX_AGE = pd.Timedelta(days=7)


def read_series(raw: RawTable, newest_post: pd.Timestamp, now: datetime) -> pd.DataFrame:
    """Followers by day.

    Dates without a year are consecutive days; the last is the first such day after the newest post.

    Parameters
    ----------
    raw : RawTable
        A follower history.
    newest_post : Timestamp
        UTC.
    now : datetime
        Naive UTC.

    Returns
    -------
    DataFrame
        `date` (datetime64[us], no zone) and `followers` (Int64), sorted, missing days left out.
    """
    cells = raw.get("date")
    end = np.datetime64((newest_post + timedelta(days=180)).tz_localize(None), "us")
    last = read_dates(cells[-1:], None, np.array([end]), now).stamps[0]
    if np.isnat(last):
        last = end
    back = np.arange(len(cells) - 1, -1, -1).astype("timedelta64[D]")
    stamps = read_dates(cells, None, last - back, now).stamps
    table = pd.DataFrame(
        {
            "date": pd.Series(stamps).dt.normalize(),
            "followers": pd.array(counts(raw.get("followers")).data, dtype="Int64"),
        }
    )
    return table.dropna().drop_duplicates("date").sort_values("date", ignore_index=True)


def known_followers(posts: pd.DataFrame, series: pd.DataFrame, timezone: str) -> pd.Series:
    """Followers known when each post went up: the last count from before its local day.

    The count of the day itself already holds what the post won, so it is not used.
    """
    day = posts["posted_at"].dt.tz_convert(timezone).dt.tz_localize(None).dt.normalize()
    left = pd.DataFrame({"date": day.astype("datetime64[us]"), "row": posts.index}).sort_values(
        "date"
    )
    right = series.assign(date=series["date"].astype("datetime64[us]"))
    found = pd.merge_asof(left, right, on="date", allow_exact_matches=False, tolerance=MAX_AGE)
    return found.set_index("row")["followers"].reindex(posts.index).astype("Int64")
