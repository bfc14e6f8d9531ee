"""Zero is not a measurement until it is plausible.

Scrapers write 0 for what they could not read, and platforms show 0 for posts that are deleted,
private or under review. A zero is believed where nothing speaks against it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from virality.posts.repairs import Log
from virality.posts.schema import COUNTS

READ = ("views", *COUNTS, "new_followers")
MIN_ROWS = 3  # rows from which a column of zeros is one that was not read
NEAR_ZERO = 50  # views of some other post of the account that make a post with none plausible
FRESH = pd.Timedelta(hours=1)
USUAL = 100  # likes (comments ...) that views like these usually have, from which 0 is none read
LEAST_LIKED = 0.001  # likes per view that any post has
UNREAD = "0 in every row: not a measurement; left out"
GONE = "0 after a positive reading: deleted, private or not read; this reading is kept out"


def columns_of_zeros(df: pd.DataFrame, tell: Callable[[str], None]) -> pd.DataFrame:
    """Set columns missing that are 0 in every row (views stay: their rows are judged one by one).

    Parameters
    ----------
    df : DataFrame
        Tidy columns.
    tell : callable
        Receives the name of each such column.
    """
    for name in (*READ[1:], "watched_full"):
        values = df[name].dropna()
        if len(values) >= MIN_ROWS and (values == 0).all():
            tell(name)
            df = df.assign(**{name: df[name].where(df[name].isna())})
    return df


def after_positive(rows: pd.DataFrame, log: Log) -> pd.DataFrame:
    """Drop readings of 0 views after a positive one, and counts of 0 after a positive one.

    Parameters
    ----------
    rows : DataFrame
        All readings, ids repeated.
    log : Log
        Receives one line per reading that is kept out.
    """
    rows = rows.copy()
    lost = _later_zero(rows, "views")
    best = rows.groupby("post_id")["views"].transform("max")
    for i in np.flatnonzero(lost):
        row = rows.iloc[i]
        where = (row["source"], row["source_row"], row["post_id"], "views")
        log.add(*where, "0", f"{best.iloc[i]:,}", GONE, "set missing")
    rows = rows[~lost]
    for name in READ[1:]:
        rows[name] = rows[name].mask(_later_zero(rows, name))
    return rows


def _later_zero(rows: pd.DataFrame, name: str) -> np.ndarray:
    """Where a count is 0 although the post had some, unless this was read before all of them."""
    zero = (rows[name] == 0).fillna(False)
    if not zero.any():
        return zero.to_numpy(bool)
    posts, read = rows["post_id"], rows["captured_at"]
    some = (rows[name] > 0).fillna(False).astype(bool)
    first = read.where(some).groupby(posts).transform("min")
    undated = (some & read.isna()).groupby(posts).transform("any")
    before = (read < first).fillna(False).astype(bool) & ~undated
    return (zero.astype(bool) & some.groupby(posts).transform("any") & ~before).to_numpy(bool)


def kept_out(posts: pd.DataFrame, log: Log) -> pd.DataFrame:
    """Posts without those whose 0 views no other post makes plausible.

    A post has 0 views in earnest where it was read within an hour, where it is one of a few, or
    where the account has other posts with hardly any.
    """
    zero = (posts["views"] == 0).to_numpy(bool)
    if not zero.any():
        return posts
    some = posts["views"].where(posts["views"] > 0)
    least = some.groupby(posts["author"]).transform("min")
    number = posts.groupby("author")["views"].transform("size")
    fresh = (posts["captured_at"] - posts["posted_at"]).lt(FRESH).fillna(False)
    none_else = least.isna() & (number >= MIN_ROWS)
    doubtful = zero & (none_else | (least >= NEAR_ZERO).fillna(False)) & ~fresh
    for post in posts[doubtful].itertuples():
        lowest = least[post.Index]
        why = "0 views in every row: not a measurement"
        if pd.notna(lowest):
            why = (
                f"0 views, where no other post has fewer than {lowest:,}: deleted, private or not "
                "read; kept out"
            )
        where = (post.source, post.source_row, post.post_id, "views")
        log.add(*where, "0", "", why, "row dropped")
    return posts[~doubtful].reset_index(drop=True)


def unlikely(posts: pd.DataFrame, log: Log) -> pd.DataFrame:
    """Set counts of 0 missing where the account's other posts have hundreds at such views.

    Parameters
    ----------
    posts : DataFrame
        One row a post.
    log : Log
        Receives a line per count.
    """
    for name in COUNTS:
        zero = ((posts[name] == 0) & (posts["views"] > 0)).fillna(False).to_numpy(bool)
        if not zero.any():
            continue
        share = (posts[name] / posts["views"]).where(posts[name] > 0).astype("float64")
        own = share.groupby([posts["author"], posts["platform"]])
        usual = own.transform("median").where(own.transform("count") >= MIN_ROWS, 0.0).fillna(0.0)
        if name == "likes":
            usual = usual.clip(lower=LEAST_LIKED)
        expected = usual * posts["views"].astype("float64")
        lost = zero & (expected >= USUAL).to_numpy(bool)
        for post in posts[lost].itertuples():
            why = f"0 {name} under {post.views:,} views: hidden, turned off or not read; left out"
            log.add(post.source, post.source_row, post.post_id, name, "0", "", why, "set missing")
        posts = posts.assign(**{name: posts[name].mask(lost)})
    return posts
