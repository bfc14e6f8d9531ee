"""Several exports of one account become one table: by id, the latest snapshot wins."""

from __future__ import annotations

import pandas as pd

from virality.posts.repairs import Log
from virality.posts.schema import POST_COLUMNS, POSTS

_TYPES = {c.name: c.dtype for c in POSTS}


def merge(tables: list[pd.DataFrame], log: Log) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One row a post, and every snapshot.

    The later reading of a post wins; where it lacks a value (a caption, a length), an earlier one
    fills it. Where a time of reading is missing, the larger view count is the later: views only
    grow.

    Parameters
    ----------
    tables : list of DataFrame
        Tidy columns, ids possibly repeated.
    log : Log
        Receives one line per row that another replaces: a note for an earlier reading, which
        still tells how the post grew, and "row dropped" for the same row again.

    Returns
    -------
    posts, snapshots : DataFrame
        Tidy rows with unique ids; and (post_id, captured_at, views, posted_at) of posts that were
        read at two different times or more.
    """
    rows = _latest_first(pd.concat(tables, ignore_index=True))
    again = rows["post_id"].duplicated()
    if not again.any():
        return rows.sort_index().reset_index(drop=True), _snapshots(rows.head(0))
    first = rows.drop_duplicates("post_id").set_index("post_id")
    others = rows[again].sort_index()
    used = first.loc[others["post_id"]]
    for row, kept in zip(others.itertuples(), used.itertuples(), strict=True):
        why, severity = _why_not(row, kept)
        log.add(row.source, row.source_row, row.post_id, "post_id", row.post_id, "", why, severity)
    several = rows["post_id"].isin(rows.loc[again, "post_id"])
    best = rows[several].groupby("post_id", sort=False).first()
    best["captured_at"] = first["captured_at"]  # belongs to the views, so nothing fills it
    best = best.reset_index()[list(POST_COLUMNS)].astype(_TYPES)
    merged = pd.concat([rows[~several], best], ignore_index=True)
    return merged, _snapshots(rows[several])


def _latest_first(rows: pd.DataFrame) -> pd.DataFrame:
    """Sort by time of reading; by views alone for a post with a reading of unknown time."""
    dated = rows["captured_at"].notna().groupby(rows["post_id"]).transform("all")
    when = rows["captured_at"].astype("int64").where(dated, -1)
    order = rows.assign(_when=when).sort_values(["_when", "views"], ascending=False, kind="stable")
    return rows.loc[order.index]


def _why_not(row, kept) -> tuple[str, str]:
    """Say why `kept` is used and not `row`, a reading of the same post."""
    if row.source != kept.source:
        later = "a later" if kept.views != row.views else "the same"
        return f"an older export of a post; {kept.source} has {later} reading of it", "note"
    if pd.notna(row.captured_at) and row.captured_at != kept.captured_at:
        return "an earlier reading of a post that the file holds again", "note"
    later = "the later reading" if kept.views != row.views else "the same reading"
    return f"the same post again; row {kept.source_row} is {later} and is used", "row dropped"


def enrich(posts: pd.DataFrame, extra: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Fill missing captions and links from a table without views.

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
