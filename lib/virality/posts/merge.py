"""Several exports of one account become one table: by id, the latest snapshot wins.

What holds no views adds to that table: captions, links, and the daily follower series.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from virality.core.embargo import had_time_to_grow
from virality.posts.dates import read_dates
from virality.posts.parse import counts
from virality.posts.plausible import after_positive
from virality.posts.readers.base import RawTable
from virality.posts.repairs import AGAIN, Log
from virality.posts.schema import POST_COLUMNS, POSTS

_TYPES = {c.name: c.dtype for c in POSTS}


def merge(
    tables: list[pd.DataFrame], log: Log, embargo_days: float = 7
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One row a post, and every snapshot.

    The latest settled reading of a post wins. Of a post that had not settled in any, the middle one
    does, so that neither the first minutes nor the last decide. Where the reading lacks a value (a
    caption, a length), another fills it. Where a time of reading is missing, the larger view count
    is the later: views only grow, and a count of 0 after a positive one is no reading at all.

    Parameters
    ----------
    tables : list of DataFrame
        Tidy columns, ids possibly repeated.
    embargo_days : float
        Age from which a reading counts as settled.
    log : Log
        Receives one line per row that another replaces: a note for an earlier reading, which
        still tells how the post grew, and "row dropped" for the same row again.

    Returns
    -------
    posts, snapshots : DataFrame
        Tidy rows with unique ids; and (post_id, captured_at, views, posted_at) of posts that were
        read at two different times or more.
    """
    rows = after_positive(pd.concat(tables, ignore_index=True), log)
    rows, taken = _latest_first(rows, embargo_days)
    again = rows["post_id"].duplicated()
    if not again.any():
        return rows.sort_index().reset_index(drop=True), _snapshots(rows.head(0))
    first = rows.drop_duplicates("post_id").set_index("post_id")
    others = rows[again].sort_index()
    used = first.loc[others["post_id"]]
    for row, kept in zip(others.itertuples(), used.itertuples(), strict=True):
        why, severity = _why_not(row, kept)
        if kept.Index in taken and row.captured_at != kept.captured_at:
            why = f"no reading of this post had settled; the middle one is used ({kept.source})"
        log.tell(row, "post_id", why, severity, row.post_id)
    several = rows["post_id"].isin(rows.loc[again, "post_id"])
    best = rows[several].groupby("post_id", sort=False).first()
    best["captured_at"] = first["captured_at"]  # belongs to the views, so nothing fills it
    best = best.reset_index()[list(POST_COLUMNS)].astype(_TYPES)
    merged = pd.concat([rows[~several], best], ignore_index=True)
    return merged, _snapshots(rows[several])


def _latest_first(rows: pd.DataFrame, embargo_days: float) -> tuple[pd.DataFrame, set[str]]:
    """Sort by time of reading; by views alone for a post with a reading of unknown time.

    Returns
    -------
    DataFrame
        The reading that is used comes first of each post's.
    set of str
        Posts of which the middle reading is used, because none had settled.
    """
    dated = rows["captured_at"].notna().groupby(rows["post_id"]).transform("all")
    when = rows["captured_at"].astype("int64").where(dated, -1)
    order = rows.assign(_when=when).sort_values(["_when", "views"], ascending=False, kind="stable")
    rows = rows.loc[order.index]
    settled = ~dated.loc[rows.index] | had_time_to_grow(
        rows["captured_at"] - rows["posted_at"], embargo_days
    )
    young = rows[~settled.groupby(rows["post_id"]).transform("any")]
    times = young.groupby("post_id")["captured_at"].transform("nunique")
    middle = [_middle(own) for _, own in young[times >= 3].groupby("post_id", sort=False)]
    first = [i for i in middle if i is not None]
    if not first:
        return rows, set()
    taken = set(rows.loc[first, "post_id"])
    return rows.loc[[*first, *rows.index.difference(first, sort=False)]], taken


def _middle(readings: pd.DataFrame):
    """Index of the reading with the median views; the later one of two in the middle."""
    by_views = readings.sort_values(["views", "captured_at"], kind="stable")
    return by_views.index[len(by_views) // 2]


def _why_not(row, kept) -> tuple[str, str]:
    """Say why `kept` is used and not `row`, a reading of the same post."""
    if row.source != kept.source:
        later = "a later" if kept.views != row.views else "the same"
        return f"an older export of a post; {kept.source} has {later} reading of it", "note"
    if pd.notna(row.captured_at) and row.captured_at != kept.captured_at:
        return "an earlier reading of a post that the file holds again", "note"
    later = "the later reading" if kept.views != row.views else "the same reading"
    return f"{AGAIN}; row {kept.source_row} is {later} and is used", "row dropped"


def one_spelling(posts: pd.DataFrame) -> pd.DataFrame:
    """Accounts are the same whatever the case of their names; the most frequent spelling stays."""
    names = posts["author"]
    same = names.str.casefold()
    if same.nunique() == names.nunique():
        return posts
    counts = names.groupby([same, names]).size().sort_values(ascending=False, kind="stable")
    best = dict(reversed(list(counts.index)))
    return posts.assign(author=same.map(best).astype(names.dtype))


def enrich(posts: pd.DataFrame, extra: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Fill missing captions and links from a table without views.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts.
    extra : DataFrame
        Tidy columns, ids possibly repeated.

    Returns
    -------
    DataFrame, int
        The posts, and how many values were filled.
    """
    extra = extra.drop_duplicates("post_id").set_index("post_id")
    posts, filled = posts.copy(), 0
    for name in ("caption", "url"):
        new = posts["post_id"].map(extra[name]).astype("string")
        gap = posts[name].isna() & new.notna()
        posts.loc[gap, name] = new[gap]
        filled += int(gap.sum())
    return posts, filled


def _snapshots(rows: pd.DataFrame) -> pd.DataFrame:
    columns = ["post_id", "captured_at", "views", "posted_at"]
    rows = rows.dropna(subset=["captured_at", "views"])[columns].drop_duplicates()
    several = rows.groupby("post_id")["captured_at"].transform("nunique") > 1
    return rows[several].sort_values(["post_id", "captured_at"], ignore_index=True)


# --- followers ---

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

    Parameters
    ----------
    posts : DataFrame
        Tidy posts.
    series : DataFrame
        From `read_series`.
    timezone : str
        The creator's zone.

    Returns
    -------
    Series of Int64, shape (n,)
        Missing where the last count is older than a week.
    """
    day = posts["posted_at"].dt.tz_convert(timezone).dt.tz_localize(None).dt.normalize()
    left = pd.DataFrame({"date": day.astype("datetime64[us]"), "row": posts.index}).sort_values(
        "date"
    )
    right = series.assign(date=series["date"].astype("datetime64[us]"))
    found = pd.merge_asof(left, right, on="date", allow_exact_matches=False, tolerance=MAX_AGE)
    return found.set_index("row")["followers"].reindex(posts.index).astype("Int64")
