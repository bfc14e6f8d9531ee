"""Several exports of one account become one table: by id, the latest snapshot wins."""

from __future__ import annotations

import pandas as pd

from virality.posts.repairs import Log
from virality.posts.schema import POST_COLUMNS, POSTS

_TYPES = {c.name: c.dtype for c in POSTS}


def merge(tables: list[pd.DataFrame], log: Log) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One row a post, and every snapshot.

    The later reading of a post wins; where it lacks a value (a caption, a length), an earlier one
    fills it. Without a time of reading, the larger view count is the later: views only grow.

    Parameters
    ----------
    tables : list of DataFrame
        Tidy columns, ids possibly repeated.
    log : Log
        Receives one line per row that another replaces.

    Returns
    -------
    posts, snapshots : DataFrame
        Tidy rows with unique ids; and (post_id, captured_at, views, posted_at) of posts that were
        read at two different times or more.
    """
    rows = pd.concat(tables, ignore_index=True)
    order = rows.assign(
        _when=rows["captured_at"].astype("int64").where(rows["captured_at"].notna(), -1)
    )
    rows = rows.loc[order.sort_values(["_when", "views"], ascending=False, kind="stable").index]
    again = rows["post_id"].duplicated()
    if not again.any():
        return rows.sort_index().reset_index(drop=True), _snapshots(rows.head(0))
    first = rows.drop_duplicates("post_id").set_index("post_id")
    for late in rows[again].sort_index().itertuples():
        kept = first.loc[late.post_id]
        where = f"row {kept.source_row}" + (
            "" if kept.source == late.source else f" of {kept.source}"
        )
        later = "the same reading" if kept.views == late.views else "the later reading"
        why = f"the same post again; {where} is {later} and is used"
        log.add(
            late.source,
            late.source_row,
            late.post_id,
            "post_id",
            late.post_id,
            "",
            why,
            "row dropped",
        )
    several = rows["post_id"].isin(rows.loc[again, "post_id"])
    best = rows[several].groupby("post_id", sort=False).first().reset_index()
    best = best[list(POST_COLUMNS)].astype(_TYPES)
    merged = pd.concat([rows[~several], best], ignore_index=True)
    return merged, _snapshots(rows[several])


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


def growth(snapshots: pd.DataFrame) -> pd.DataFrame:
    """How views grew between two readings of the same post.

    Returns
    -------
    DataFrame
        post_id, age_days (at the earlier reading), days (between the two), growth (ratio of the
        views plus one).
    """
    s = snapshots.sort_values(["post_id", "captured_at"])
    before = s.groupby("post_id").shift()
    day = pd.Timedelta(days=1)
    out = pd.DataFrame(
        {
            "post_id": s["post_id"],
            "age_days": (before["captured_at"] - s["posted_at"]) / day,
            "days": (s["captured_at"] - before["captured_at"]) / day,
            "growth": (s["views"].astype(float) + 1) / (before["views"].astype(float) + 1),
        }
    )
    return out.dropna().query("days > 0").reset_index(drop=True)


def _snapshots(rows: pd.DataFrame) -> pd.DataFrame:
    columns = ["post_id", "captured_at", "views", "posted_at"]
    rows = rows.dropna(subset=["captured_at", "views"])[columns].drop_duplicates()
    several = rows.groupby("post_id")["captured_at"].transform("nunique") > 1
    return rows[several].sort_values(["post_id", "captured_at"], ignore_index=True)
