"""What the posts table shows before any model: tail, level, rhythm, length, hashtags, outcomes.

Everything here describes; nothing is fitted to predict. Views are handled as log views,
ln(1 + views), as in the whole book.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view
from scipy import stats
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from virality.core.captions import hashtags
from virality.core.protocol import MIN_POSTS
from virality.core.resampling import (
    block_standard_error,
    block_weights,
    fisher_interval,
    interval,
    weighted_medians,
)
from virality.posts.platforms import histories
from virality.posts.timing import known_zone
from virality.posts.values import hour_known

WINDOW = 10  # posts of a rolling median
PAUSE_DAYS = 60  # between two posts, beyond which the creator was away
ALIKE = 0.25  # mean correlation from which hashtags sit on the same posts
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def log_views(posts: pd.DataFrame) -> pd.Series:
    """ln(1 + views), indexed like `posts`."""
    return np.log1p(posts["views"].astype(float))


def several(posts: pd.DataFrame) -> bool:
    """Whether the posts are by more than one creator."""
    return len(posts["author"].unique()) > 1


def common_level(posts: pd.DataFrame) -> pd.Series:
    """Log views as if every creator had the same median, on every platform that she is on.

    Of one creator on one platform, log views as they are.
    """
    y, history = log_views(posts), histories(posts)
    if not history.any():
        return y
    return y - y.groupby(history).transform("median") + y.median()


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
    luck : float
        Share of random orders in which the same posts wander as much: by the spread of the running
        mean of their ranks, which a few hits do not decide.
    """

    factor: float
    low: float
    high: float
    wander: float
    luck: float = np.nan


def change(posts: pd.DataFrame, level: pd.Series, n_bootstrap: int = 1000, seed: int = 0) -> Change:
    """Compare the first and the last third, by medians, with a block bootstrap.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts; several creators are brought to a common level first.
    level : Series of float
        Rolling median of log views at each post, within each account.
    n_bootstrap, seed : int

    Returns
    -------
    Change
    """
    y, third = common_level(posts).to_numpy(), len(posts) // 3
    rolling = level.groupby(histories(posts))
    wander = float(np.exp((rolling.max() - rolling.min()).median()))
    if third < 3:
        return Change(np.nan, np.nan, np.nan, wander)
    early, late = y[:third], y[-third:]
    step = float(np.median(late) - np.median(early))
    late_draws = weighted_medians(late, block_weights(third, n_bootstrap, seed))
    luck = _wander_by_luck(log_views(posts), histories(posts), seed)
    draws = late_draws - weighted_medians(early, block_weights(third, n_bootstrap, seed + 1))
    low, high = interval(step, draws, third)
    return Change(float(np.exp(step)), float(np.exp(low)), float(np.exp(high)), wander, luck)


def _wander_by_luck(y: pd.Series, history: pd.Series, seed: int, n_draws: int = 199) -> float:
    """How often posts in random order wander as much as they did; each history by itself."""
    rng, spreads = np.random.default_rng(seed), []
    for _, own in y.groupby(history):
        if len(own) <= WINDOW:
            continue
        ranks = stats.rankdata(own)
        drawn = rng.permuted(np.tile(ranks, (n_draws, 1)), axis=1)
        rows = np.vstack([ranks, drawn])
        means = sliding_window_view(rows, WINDOW, axis=1).mean(axis=2)
        spreads.append(means.var(axis=1) * len(own) / ranks.var() if ranks.var() else means[:, 0])
    if not spreads:
        return np.nan
    total = np.sum(spreads, axis=0)
    return float((total >= total[0] - 1e-9).mean())


@dataclass(frozen=True)
class Pace:
    """How often the creator posts.

    Attributes
    ----------
    per_week : float
        Posts a week, long pauses left out.
    median_gap, longest_gap : float
        Days between neighbouring posts.
    n_pauses : int
        Pauses of more than `PAUSE_DAYS`.
    """

    per_week: float
    median_gap: float
    longest_gap: float
    n_pauses: int = 0


def pace(posts: pd.DataFrame) -> Pace | None:
    """Measure how often the creator posts; None where the posts span no time."""
    days = posts["posted_at"].diff().dropna().dt.total_seconds().to_numpy() / 86_400
    if days.sum() <= 0:
        return None
    away = days > PAUSE_DAYS
    busy = days[~away] if days[~away].sum() > 0 else days
    per_week = float(7 * len(busy) / busy.sum())
    return Pace(per_week, float(np.median(days)), float(days.max()), int(away.sum()))


def timed(posts: pd.DataFrame) -> pd.DataFrame:
    """Posts of which the hour is known."""
    return posts[hour_known(posts)]


def rhythm(posts: pd.DataFrame, timezone: str) -> pd.DataFrame:
    """Number of posts by weekday and hour, local time.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts; those of which only the day is known are left out.
    timezone : str
        The creator's zone.

    Returns
    -------
    DataFrame of int, shape (7, 24)
        Rows Monday to Sunday.
    """
    posts = timed(posts)
    local = posts["posted_at"].dt.tz_convert(known_zone(timezone))
    counts = pd.crosstab(local.dt.day_of_week, local.dt.hour)
    counts = counts.reindex(index=range(7), columns=range(24), fill_value=0)
    return counts.set_axis(list(DAYS), axis=0).rename_axis(index=None, columns=None)


def correlation_interval(
    x: pd.Series, y: pd.Series, rho: float, n_bootstrap: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """The 95 % interval of a Spearman correlation, from a block bootstrap.

    Parameters
    ----------
    x, y : Series of float, shape (n,)
        In time order, nothing missing.
    rho : float
        Their correlation.
    n_bootstrap, seed : int

    Returns
    -------
    low, high : float
        NaN where posts are too few, or the correlation is not known.
    """
    a, b = stats.rankdata(x), stats.rankdata(y)
    draws = _weighted_correlation(a, b, block_weights(len(a), n_bootstrap, seed))
    return fisher_interval(rho, draws, len(a))


def _weighted_correlation(a: np.ndarray, b: np.ndarray, weights: np.ndarray) -> np.ndarray:
    mean_a, mean_b = weights @ a, weights @ b
    spread = (weights @ a**2 - mean_a**2) * (weights @ b**2 - mean_b**2)
    with np.errstate(divide="ignore", invalid="ignore"):
        return (weights @ (a * b) - mean_a * mean_b) / np.sqrt(spread)


def length_bands(seconds: pd.Series, y: pd.Series, most: int = 5) -> pd.DataFrame:
    """Views by length: bands of equally many posts.

    Parameters
    ----------
    seconds, y : Series of float
        Length and log views of the same posts.
    most : int
        Bands, if there are posts enough.

    Returns
    -------
    DataFrame
        Columns low, high, middle (seconds), n, q25, median, q75 (log views); bands of at least
        eight posts, none if there are fewer than sixteen.
    """
    bands = min(most, len(seconds) // 8)
    if bands < 2:
        return pd.DataFrame(columns=["low", "high", "middle", "n", "q25", "median", "q75"])
    band = pd.qcut(seconds, bands, labels=False, duplicates="drop")
    frame = pd.DataFrame({"band": band, "length": seconds, "y": y})
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
    return list(dict.fromkeys(tag.casefold() for tag in hashtags(caption)))


def often_used(captions: pd.Series, at_least: int = 3, at_most: int = 18) -> pd.Series:
    """The most used hashtags of captions, a row for each post that has one.

    Parameters
    ----------
    captions : Series of str
        One per post; missing where there is none.
    at_least : int
        Hashtags on fewer posts, or on all, are left out.
    at_most : int
        Hashtags; the choice does not look at views.

    Returns
    -------
    Series of str
        Indexed like `captions`; empty with fewer than 30 posts.
    """
    used = captions.astype(object).map(hashtags_of).explode().dropna().astype("string")
    counts = used.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    counts = counts[(counts >= at_least) & (counts < len(captions))]
    enough = len(captions) >= MIN_POSTS
    return used[used.isin(counts.index[: at_most if enough else 0])]


def bundled(used: pd.Series, n_posts: int) -> pd.Series:
    """Hashtags that sit on the same posts as one, a row for each post that has any of them.

    Parameters
    ----------
    used : Series of str
        From `often_used`.
    n_posts : int
        All posts, with and without a hashtag.

    Returns
    -------
    Series of str
        Indexed like the posts: the hashtags of a bundle, most used first, with a space between
        them.  Bundles that are on all posts are left out.
    """
    counts = used.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    label = _together(pd.crosstab(used.index, used).reindex(columns=counts.index), n_posts)
    names = {
        tag: " ".join(counts.index[label == number])
        for tag, number in zip(counts.index, label, strict=True)
    }
    bundles = used.map(names).astype("string")
    once = bundles[~pd.MultiIndex.from_arrays([bundles.index, bundles]).duplicated()]
    size = once.groupby(once).transform("size")
    return once[size < n_posts]


def _together(on: pd.DataFrame, n_posts: int) -> np.ndarray:
    """Number of the bundle of each hashtag, by average linkage of their correlations."""
    if on.shape[1] < 2:
        return np.arange(on.shape[1])
    share = on.mean().to_numpy() * len(on) / n_posts
    both = (on.T @ on).to_numpy() / n_posts - np.outer(share, share)
    spread = np.sqrt(share * (1 - share))
    apart = np.clip(1 - both / np.outer(spread, spread), 0, None)
    np.fill_diagonal(apart, 0)
    tree = linkage(squareform((apart + apart.T) / 2, checks=False), "average")
    return fcluster(tree, 1 - ALIKE, "distance")


def contrast_noise(above: pd.Series, used: pd.Series) -> pd.Series:
    """Squared standard error of the mean with a hashtag minus the mean without.

    Neighbouring posts hang together, so it is that of blocks of them, and never below that of
    independent posts.

    Parameters
    ----------
    above : Series of float
        A value for each post, in time order.
    used : Series of str
        A row for each post and bundle, from `bundled`.

    Returns
    -------
    Series of float, index bundle
    """
    noise = {}
    for name, rows in used.groupby(used):
        has = above.index.isin(rows.index)
        n, rest = has.sum(), (~has).sum()
        centred = above.to_numpy() - np.where(has, above[has].mean(), above[~has].mean())
        weighed = len(above) * centred * np.where(has, 1 / n, -1 / rest)
        alone = above.var() * (1 / n + 1 / rest)
        noise[name] = max(block_standard_error(weighed) ** 2, alone)
    return pd.Series(noise, dtype=float)


def shrink(raw: pd.Series, noise: pd.Series) -> pd.DataFrame:
    """Pull differences towards none, by as much as their noise calls for.

    An empirical Bayes estimate around zero, with the variance between groups of DerSimonian and
    Laird (1986): differences that are no larger than noise makes them are pulled all the way.

    Parameters
    ----------
    raw, noise : Series of float, shape (n,)
        A difference for each group, and the square of its standard error.

    Returns
    -------
    DataFrame
        Columns raw, effect, low, high; the interval holds 95 %. Groups without noise are left out.
    """
    raw, noise = raw[noise > 0], noise[noise > 0]
    precision = 1 / noise
    between = max(0.0, ((precision * raw**2).sum() - len(raw)) / max(precision.sum(), 1e-9))
    weight = between / (between + noise)
    effect, half = weight * raw, stats.norm.ppf(0.975) * np.sqrt(weight * noise)
    return pd.DataFrame({"raw": raw, "effect": effect, "low": effect - half, "high": effect + half})


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
