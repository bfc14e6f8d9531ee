"""What the posts table shows before any model: tail, level, rhythm, length, hashtags, outcomes.

Everything here describes; nothing is fitted to predict. Views are handled as log views,
ln(1 + views), as in the whole book.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from virality.core import captions
from virality.core.protocol import MIN_POSTS
from virality.core.resampling import block_weights, fisher_interval, interval
from virality.posts.platforms import histories
from virality.posts.timing import known_zone

WINDOW = 10  # posts behind a rolling median
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def log_views(posts: pd.DataFrame) -> np.ndarray:
    """ln(1 + views), shape (n,)."""
    return np.log1p(posts["views"].to_numpy(dtype=float))


def several(posts: pd.DataFrame) -> bool:
    """Whether the posts are by more than one creator."""
    return len(posts["author"].unique()) > 1


def common_level(posts: pd.DataFrame) -> np.ndarray:
    """Log views as if every creator had the same median, on every platform that she is on.

    Of one creator on one platform, log views as they are.
    """
    y, history = pd.Series(log_views(posts)), histories(posts)
    if not history.any():
        return y.to_numpy()
    own = y.groupby(history).transform("median")
    return (y - own + y.median()).to_numpy()


def concentration(posts: pd.DataFrame) -> pd.DataFrame:
    """Share of posts (largest first) against the share of all views they hold.

    Returns
    -------
    DataFrame
        Columns posts, views: both from 0 to 1, n + 1 rows.
    """
    views = np.sort(posts["views"].to_numpy(dtype=float))[::-1]
    held = np.concatenate([[0], np.cumsum(views)])
    share = held / held[-1] if held[-1] else np.linspace(0, 1, len(held))
    return pd.DataFrame({"posts": np.linspace(0, 1, len(held)), "views": share})


def level(posts: pd.DataFrame, window: int = WINDOW) -> pd.Series:
    """Rolling median of log views over the creator's last `window` posts, this one included.

    Returns
    -------
    Series of float, shape (n,)
        NaN until half a window of posts is there.
    """
    y = pd.Series(log_views(posts))
    return _by_author(posts, y, lambda own: own.rolling(window, min_periods=max(1, window // 2)))


def _by_author(posts: pd.DataFrame, y: pd.Series, windows) -> pd.Series:
    """Medians over windows of each author's own posts on a platform, in the order of `posts`."""
    return (
        y.groupby(histories(posts), sort=False, group_keys=False)
        .apply(lambda own: windows(own).median())
        .reindex(y.index)
    )


@dataclass(frozen=True)
class Change:
    """How the account's level moved between its first and its last third of posts.

    Attributes
    ----------
    factor, low, high : float
        Ratio of the median views (plus one), late over early, with its 95 % interval; NaN with
        fewer than nine posts (or, for the interval, fewer than eight a third).
    wander : float
        Ratio of the highest to the lowest rolling median; of several creators, the median one.
    """

    factor: float
    low: float
    high: float
    wander: float


def change(posts: pd.DataFrame, n_bootstrap: int = 1000, seed: int = 0) -> Change:
    """Compare the first and the last third, by medians, with a block bootstrap.

    Several creators are brought to a common level first.
    """
    y, third = common_level(posts), len(posts) // 3
    rolling = level(posts).groupby(histories(posts))
    wander = float(np.exp((rolling.max() - rolling.min()).median()))
    if third < 3:
        return Change(np.nan, np.nan, np.nan, wander)
    early, late = y[:third], y[-third:]
    step = float(np.median(late) - np.median(early))
    draws = _medians(late, n_bootstrap, seed) - _medians(early, n_bootstrap, seed + 1)
    low, high = interval(step, draws, third)
    return Change(float(np.exp(step)), float(np.exp(low)), float(np.exp(high)), wander)


def _medians(y: np.ndarray, n_bootstrap: int, seed: int) -> np.ndarray:
    """Bootstrap medians: the value at which the drawn weights reach one half."""
    order = np.argsort(y)
    reached = np.cumsum(block_weights(len(y), n_bootstrap, seed)[:, order], axis=1) >= 0.5
    return y[order][reached.argmax(axis=1)]


@dataclass(frozen=True)
class Pace:
    """How often the creator posts.

    Attributes
    ----------
    per_week : float
        Posts a week.
    median_gap, longest_gap : float
        Days between neighbouring posts.
    """

    per_week: float
    median_gap: float
    longest_gap: float


def pace(posts: pd.DataFrame) -> Pace | None:
    """Measure how often the creator posts; None where the posts span no time."""
    days = posts["posted_at"].diff().dropna().dt.total_seconds().to_numpy() / 86_400
    if days.sum() <= 0:
        return None
    return Pace(float(7 * len(days) / days.sum()), float(np.median(days)), float(days.max()))


def timed(posts: pd.DataFrame) -> pd.DataFrame:
    """Posts of which the hour is known."""
    return posts[posts["hour_known"].fillna(True).astype(bool)] if "hour_known" in posts else posts


def rhythm(posts: pd.DataFrame, timezone: str) -> pd.DataFrame:
    """Number of posts by weekday (rows, Monday first) and hour (columns 0 to 23), local time.

    Posts of which only the day is known are left out.
    """
    posts = timed(posts)
    local = posts["posted_at"].dt.tz_convert(known_zone(timezone))
    counts = pd.crosstab(local.dt.day_of_week, local.dt.hour)
    counts = counts.reindex(index=range(7), columns=range(24), fill_value=0)
    return counts.set_axis(list(DAYS), axis=0).rename_axis(index=None, columns=None)


@dataclass(frozen=True)
class Relation:
    """Spearman correlation of a column with views.

    Attributes
    ----------
    n : int
        Posts with both.
    rho, low, high : float
        Correlation and its 95 % interval (block bootstrap); NaN where it cannot be told.
    """

    n: int
    rho: float
    low: float
    high: float


def relation(posts: pd.DataFrame, column: str, n_bootstrap: int = 1000, seed: int = 0) -> Relation:
    """Rank correlation of a column with views (of several creators, at a common level)."""
    own = posts.dropna(subset=[column])
    x, y = own[column].to_numpy(dtype=float), common_level(own)
    n = len(own)
    if n < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return Relation(n, np.nan, np.nan, np.nan)
    a, b = stats.rankdata(x), stats.rankdata(y)
    draws = _weighted_correlation(a, b, block_weights(n, n_bootstrap, seed))
    rho = float(np.corrcoef(a, b)[0, 1])
    return Relation(n, rho, *fisher_interval(rho, draws, n))


def _weighted_correlation(a: np.ndarray, b: np.ndarray, weights: np.ndarray) -> np.ndarray:
    mean_a, mean_b = weights @ a, weights @ b
    spread = (weights @ a**2 - mean_a**2) * (weights @ b**2 - mean_b**2)
    with np.errstate(divide="ignore", invalid="ignore"):
        return (weights @ (a * b) - mean_a * mean_b) / np.sqrt(spread)


def length_bands(posts: pd.DataFrame, most: int = 5) -> pd.DataFrame:
    """Views by length: bands of equally many posts.

    Returns
    -------
    DataFrame
        Columns low, high, middle (seconds), n, q25, median, q75 (log views); bands of at least
        eight posts, none if there are fewer than sixteen.
    """
    own = posts.dropna(subset=["duration_s"])
    bands = min(most, len(own) // 8)
    if bands < 2:
        return pd.DataFrame(columns=["low", "high", "middle", "n", "q25", "median", "q75"])
    length = own["duration_s"].to_numpy()
    band = pd.qcut(length, bands, labels=False, duplicates="drop")
    frame = pd.DataFrame({"band": band, "length": length, "y": common_level(own)})
    groups = frame.groupby("band")
    lengths, y = groups["length"], groups["y"]
    return pd.DataFrame(
        {
            "low": lengths.min(),
            "high": lengths.max(),
            "middle": lengths.median(),
            "n": y.size(),
            "q25": y.quantile(0.25),
            "median": y.median(),
            "q75": y.quantile(0.75),
        }
    ).reset_index(drop=True)


def hashtags_of(caption: object) -> list[str]:
    """The distinct hashtags of a caption, lower case, in order, without the sign."""
    return list(dict.fromkeys(tag.casefold() for tag in captions.hashtags(caption)))


def hashtags(posts: pd.DataFrame, at_least: int = 3, at_most: int = 18) -> pd.DataFrame:
    """Views with and without each hashtag, shrunk towards no difference.

    A post's views are first compared with the account's level around it, so that a hashtag does
    not get the credit for a good season. The difference between posts with and without a hashtag
    is then pulled towards zero by as much as its few posts and the differences between hashtags
    call for (an empirical Bayes estimate with the between-group variance of DerSimonian and Laird).

    Parameters
    ----------
    posts : DataFrame
        Tidy posts, in time order.
    at_least : int
        Hashtags on fewer posts, or on all, are left out.
    at_most : int
        The most used are compared; the choice does not look at views.

    Returns
    -------
    DataFrame
        Columns tag (raw text: escape it), n, raw, effect, low, high: log views with minus without;
        `low` and `high` bound the shrunken effect with 80 %. Most used first. Empty with fewer
        than 30 posts, and where all views are equal.
    """
    gap = log_views(posts) - _level_around(posts)
    pairs = [(tag, i) for i, c in enumerate(posts["caption"]) for tag in hashtags_of(c)]
    used = pd.DataFrame(pairs, columns=["tag", "post"])
    counts = used["tag"].value_counts()
    counts = counts[(counts >= at_least) & (counts < len(posts))]
    keep = counts.sort_index().sort_values(ascending=False, kind="stable").index[:at_most]
    columns = ["tag", "n", "raw", "effect", "low", "high"]
    if not len(keep) or len(posts) < MIN_POSTS or np.ptp(gap) == 0:
        return pd.DataFrame(columns=columns)
    used = used[used["tag"].isin(keep)].assign(gap=lambda u: gap[u["post"].to_numpy()])
    groups = used.groupby("tag")["gap"]
    table = pd.DataFrame({"n": groups.size(), "raw": groups.mean()})
    without = len(posts) - table["n"]
    table["raw"] -= (gap.sum() - groups.sum()) / without
    noise = max(float(np.var(gap, ddof=1)), 1e-9) * (1 / table["n"] + 1 / without)
    between = _between_variance(table["raw"], noise)
    weight = between / (between + noise)
    table["effect"] = weight * table["raw"]
    half = stats.norm.ppf(0.9) * np.sqrt(weight * noise)
    table["low"], table["high"] = table["effect"] - half, table["effect"] + half
    table = table.reset_index().sort_values(["n", "tag"], ascending=[False, True])
    return table[columns].reset_index(drop=True)


def _level_around(posts: pd.DataFrame, window: int = 2 * WINDOW + 1) -> np.ndarray:
    y = pd.Series(log_views(posts))
    around = _by_author(posts, y, lambda own: own.rolling(window, center=True, min_periods=1))
    return around.to_numpy()


def _between_variance(means: pd.Series, noise: pd.Series) -> float:
    """How much groups differ beyond noise (DerSimonian and Laird 1986, around zero)."""
    weights = 1 / noise
    excess = float((weights * means**2).sum()) - len(means)
    return max(0.0, excess / float(weights.sum()))


#: outcome -> plain name
OUTCOME_NAMES = {
    "views": "views",
    "likes": "likes",
    "comments": "comments",
    "shares": "shares",
    "saves": "saves",
    "avg_watch_s": "average watch time (s)",
    "watched_full": "share that watched to the end",
    "new_followers": "new followers",
}


def outcomes(posts: pd.DataFrame) -> pd.DataFrame:
    """Which outcomes the input has.

    Returns
    -------
    DataFrame
        Index outcome, views first; columns name (in words), posts (with a value), share, median.
    """
    values = posts[list(OUTCOME_NAMES)].astype(float)
    known = values.notna()
    names = pd.Series(OUTCOME_NAMES)
    return pd.DataFrame(
        {"name": names, "posts": known.sum(), "share": known.mean(), "median": values.median()}
    )
