"""Values that cannot be true, alone or beside each other, and what is done about them.

Zero is not a measurement until it is plausible: scrapers write 0 for what they could not read, and
platforms show 0 for posts that are deleted, private or under review. A zero is believed where
nothing speaks against it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from virality.core.errors import UserError
from virality.posts.parse import MAX_LENGTH_S
from virality.posts.platforms import damage
from virality.posts.repairs import Log
from virality.posts.schema import COUNTS
from virality.posts.text import is_blank, visible

# tell(index, field, used, why, severity): one line for the repair log
Tell = Callable[[int, str, str, str, str], None]

TOLERANCE = 1.25
SWAPPED = 0.8  # share of the rows with fewer views than likes that no damage of rows explains
MIN_ROWS = 3  # rows from which a column of zeros is one that was not read
NEAR_ZERO = 50  # views of some other post of the account that make a post with none plausible
FRESH = pd.Timedelta(hours=1)
USUAL = 100  # likes (comments ...) that views like these usually have, from which 0 is none read
LEAST_LIKED = 0.001  # likes per view that any post has
UNREAD = "0 in every row: not a measurement; left out"
NO_SOUND = ("0", "-1")  # what stands where a post has none
ROUNDED = "a program rounded the ids of the sounds: different ones look alike; left out"
GONE = "0 after a positive reading: deleted, private or not read; this reading is kept out"

_READ = ("views", *COUNTS, "new_followers")
_FIELDS = {"duration_s": "duration", "avg_watch_s": "avg_watch"}  # what raw tables call a column


# --- one column of a file ------------------------------------------------------------------------


def sound_ids(cells: Sequence[str], note: Callable[[str], object]) -> pd.arrays.StringArray:
    """Ids of sounds, none where a program rounded them.

    Parameters
    ----------
    cells : sequence of str
        As the file holds them.
    note : callable
        Receives the line for the repair log.

    Returns
    -------
    StringArray
        Missing where there is no sound, or none that is known.
    """
    ids = [visible(cell).strip()[:64] for cell in cells]
    known = {each for each in ids if not is_blank(each) and each not in NO_SOUND}
    if damage(sorted(known)):
        note(ROUNDED)
        known = set()
    return pd.array([each if each in known else None for each in ids], dtype="string")


# --- one row of a file ---------------------------------------------------------------------------


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

    def lose(i, column: str, why: str, severity: str = "set missing") -> None:
        tell(i, _FIELDS.get(column, column), "", why, severity)
        df.loc[i, column] = None

    _zero_under_counts(df, lose)
    _counts_against_views(df, lose)
    confirmed = _play_time_against_watch_time(df, lose)
    _length_against_retention(df, lose)
    _length_against_watch_time(df, confirmed, lose)
    for i in np.flatnonzero(df["duration_s"] > MAX_LENGTH_S):
        lose(i, "duration_s", "longer than any video on the platform")
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


def _zero_under_counts(df: pd.DataFrame, lose: Callable) -> None:
    """Views of 0 under likes were not read; the likes were."""
    most = df[list(COUNTS)].max(axis=1)
    for i in np.flatnonzero(((df["views"] == 0) & (most > 0)).fillna(False)):
        name = next(c for c in COUNTS if pd.notna(df.loc[i, c]) and df.loc[i, c] > 0)
        why = f"0 views under {df.loc[i, name]:,} {name}: the views were not read"
        lose(i, "views", why, "row dropped")


def _counts_against_views(df: pd.DataFrame, lose: Callable) -> None:
    """One count above the views is wrong itself; several mean that the views are."""
    above = pd.DataFrame({c: (df[c] > df["views"]).fillna(False).astype(bool) for c in COUNTS})
    number = above.sum(axis=1)
    for i in np.flatnonzero(number == 1):
        name = above.columns[above.loc[i].to_numpy()][0]
        lose(i, name, f"more {name} than views ({df.loc[i, 'views']:,})")
    for i in np.flatnonzero(number > 1):
        names = ", ".join(above.columns[above.loc[i].to_numpy()])
        lose(i, "views", f"fewer views than {names}: the views cannot be right", "row dropped")


def _far_apart(ratio: np.ndarray) -> np.ndarray:
    return (ratio > TOLERANCE) | (ratio < 1 / TOLERANCE)


def _play_time_against_watch_time(df: pd.DataFrame, lose: Callable) -> np.ndarray:
    """Total play time is views times average watch time; True where that holds."""
    views = df["views"].astype("float64")
    with np.errstate(divide="ignore", invalid="ignore"):
        implied = (df["play_time_s"] / views).to_numpy()
        ratio = implied / df["avg_watch_s"].to_numpy()
    for i in np.flatnonzero(_far_apart(ratio)):
        lose(i, "avg_watch_s", f"play time divided by views is {implied[i]:.1f} s")
    return ~np.isnan(ratio) & ~_far_apart(ratio)


def _length_against_retention(df: pd.DataFrame, lose: Callable) -> None:
    """Retention is average watch time over length."""
    with np.errstate(divide="ignore", invalid="ignore"):
        implied = (df["avg_watch_s"] / df["retention"]).to_numpy()
        ratio = df["duration_s"].to_numpy() / implied
        rounding = np.abs(df["avg_watch_s"] / df["duration_s"] - df["retention"]) > 0.02
    for i in np.flatnonzero(_far_apart(ratio) & rounding):
        why = (
            f"{df.loc[i, 'avg_watch_s']:.1f} s watched on average at a retention of "
            f"{df.loc[i, 'retention']:.0%} imply about {implied[i]:.0f} s"
        )
        if df.loc[i, "duration_s"] < df.loc[i, "avg_watch_s"]:
            why = f"shorter than its average watch time; {why}"
        lose(i, "duration_s", why)


def _length_against_watch_time(df: pd.DataFrame, confirmed: np.ndarray, lose: Callable) -> None:
    """A video shorter than its average watch time: without further evidence neither is used."""
    for i in np.flatnonzero(df["duration_s"] < df["avg_watch_s"]):
        length, watched = df.loc[i, "duration_s"], df.loc[i, "avg_watch_s"]
        lose(i, "duration_s", f"shorter than its average watch time ({watched:.1f} s)")
        if not confirmed[i]:
            lose(i, "avg_watch_s", f"longer than the video ({length:.1f} s)")


# --- zeros ---------------------------------------------------------------------------------------


def columns_of_zeros(df: pd.DataFrame, tell: Callable[[str], None]) -> pd.DataFrame:
    """Set columns missing that are 0 in every row (views stay: their rows are judged one by one).

    Parameters
    ----------
    df : DataFrame
        Tidy columns.
    tell : callable
        Receives the name of each such column.

    Returns
    -------
    DataFrame
    """
    for name in (*_READ[1:], "watched_full"):
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

    Returns
    -------
    DataFrame
    """
    rows = rows.copy()
    lost = _later_zero(rows, "views")
    best = rows.groupby("post_id")["views"].transform("max")
    for row, most in zip(rows[lost].itertuples(), best[lost], strict=True):
        log.tell(row, "views", GONE, "set missing", "0", f"{most:,}")
    rows = rows[~lost]
    for name in _READ[1:]:
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

    Parameters
    ----------
    posts : DataFrame
        One row a post.
    log : Log
        Receives a line per post.

    Returns
    -------
    DataFrame
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
    for post, lowest in zip(posts[doubtful].itertuples(), least[doubtful], strict=True):
        why = "0 views in every row: not a measurement"
        if pd.notna(lowest):
            why = (
                f"0 views, where no other post has fewer than {lowest:,}: deleted, private or not "
                "read; kept out"
            )
        log.tell(post, "views", why, "row dropped", "0")
    return posts[~doubtful].reset_index(drop=True)


def unlikely(posts: pd.DataFrame, log: Log) -> pd.DataFrame:
    """Set counts of 0 missing where the account's other posts have hundreds at such views.

    Parameters
    ----------
    posts : DataFrame
        One row a post.
    log : Log
        Receives a line per count.

    Returns
    -------
    DataFrame
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
            log.tell(post, name, why, "set missing", "0")
        posts = posts.assign(**{name: posts[name].mask(lost)})
    return posts
