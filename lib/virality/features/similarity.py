"""What posts like this one had done by the time it went up.

For every respect in which posts can be alike, the mean of what similar posts earned above or below
the account's level of their time, weighted by how alike and how recent they are, beside what all
posts earned then, and shrunk towards it:

    e_i = Σ_j K_ij d_ij (r_j − m_i) / (Σ_j K_ij d_ij + prior),    m_i = Σ_j d_ij r_j / Σ_j d_ij

over the posts j that had matured when post i went up.  A target encoding (Micci-Barreca, 2001) with
a kernel in place of equal categories, in time order, so that no post sees its own outcome or a
later one.  Neither the level nor a lasting gap m to it is in it: that is what momentum says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from virality.core.embargo import matured_before
from virality.features.kernels import Between, Kernel, cosines, kernels, media_kernels
from virality.features.level import account_level
from virality.features.momentum import posts_clock
from virality.posts.values import as_float

HALF_LIFE_POSTS = 150
REACH_POSTS = 10 * HALF_LIFE_POSTS  # a post further back weighs a thousandth: left out
CLIP = 2.5  # log units: one viral post is no rule
NEAREST_OF = 20  # posts
ROWS_AT_ONCE = 128  # bounds the memory, and changes no number

#: In what posts are compared: name of the column, and what such posts have in common.
RESPECTS = {
    "hashtags": "the same hashtags",
    "words": "the same words and pairs of words in the caption",
    "letters": "the same runs of three to five letters in the caption",
    "hour": "a near hour of the day",
    "weekday": "the same weekday",
    "length": "a near length",
}
OF_MEDIA = {"picture": "a like picture at the start", "sound": "a like sound at the start"}


def similar_columns() -> list[tuple[str, str, str]]:
    """(feature, unit, definition) of every column of the block, in order."""
    out = [column for name, words in RESPECTS.items() for column in _pair(name, words)]
    nearest = f"largest cosine of the caption with one of the {NEAREST_OF} posts before, by letters"
    out.append(("similar__nearest", "0 to 1", nearest))
    return out + [column for name, words in OF_MEDIA.items() for column in _pair(name, words)]


def _pair(name: str, words: str) -> list[tuple[str, str, str]]:
    return [
        (
            f"similar__{name}",
            "log views above the level",
            f"what matured posts with {words} earned beyond the level of their time, beside all "
            "matured posts; weighted by likeness and recency, shrunk towards 0",
        ),
        (
            f"similar__{name}_known",
            "log posts",
            f"ln(1 + matured posts with {words}), weighted in the same way",
        ),
    ]


def similar_features(
    posts: pd.DataFrame, embargo_days: float = 7, timezone: str = "UTC"
) -> pd.DataFrame:
    """What similar posts of one account had earned, from matured outcomes only.

    Parameters
    ----------
    posts : DataFrame of n rows
        Tidy posts of one author, sorted by posted_at.
    embargo_days : float
        Days an outcome needs before it counts.
    timezone : str
        The creator's time zone, in which hours and weekdays are counted.

    Returns
    -------
    DataFrame of shape (n, 13)
        Index post_id.  NaN where what is compared (caption, hour, length) is not known of the post
        itself; 0 where no matured post is like it: then nothing speaks against the level.
    """
    times = posts_clock(posts)
    compared = {kernel.name: kernel for kernel in kernels(posts, timezone)}
    encoded = _encoded(posts, compared.values(), embargo_days)
    nearest = _nearest(compared["letters"], np.searchsorted(times, times, side="left"))
    return encoded.assign(similar__nearest=nearest)


def similar_media(
    posts: pd.DataFrame, embeddings: pd.DataFrame, embargo_days: float = 7
) -> pd.DataFrame:
    """What posts of one account with like pictures and sounds had earned.

    Parameters
    ----------
    posts : DataFrame of n rows
        Tidy posts of one author, sorted by posted_at.
    embeddings : DataFrame
        Index post_id, columns `vision__*` and `audio__*`; others are not looked at.
    embargo_days : float
        Days an outcome needs before it counts.

    Returns
    -------
    DataFrame of n rows
        Index post_id, two columns for each kind of vector that there is: `similar__picture`,
        `similar__picture_known`, and the same of sound.  NaN where a post has no vector.
    """
    vectors = embeddings.reindex(posts["post_id"])
    return _encoded(posts, media_kernels(vectors), embargo_days)


def _encoded(posts: pd.DataFrame, compared: Iterable[Kernel], embargo_days: float) -> pd.DataFrame:
    known = matured_before(posts_clock(posts), embargo_days)
    residual = level_free(posts, known)
    columns = {}
    for kernel in compared:
        value, weight = encode(kernel, residual, known)
        columns[f"similar__{kernel.name}"] = value
        columns[f"similar__{kernel.name}_known"] = np.log1p(weight)
    index = pd.Index(posts["post_id"].astype("string"), name="post_id")
    return pd.DataFrame(columns, index=index)


def level_free(posts: pd.DataFrame, known: np.ndarray) -> np.ndarray:
    """Return log views above the account's level of each post's own time, clipped, shape (n,).

    Parameters
    ----------
    posts : DataFrame
        Tidy posts of one author, in time order.
    known : ndarray of int, shape (n,)
        How many of the first posts had matured when each went up.

    Returns
    -------
    ndarray of shape (n,)
        NaN where views or level are not known.
    """
    y = np.log1p(as_float(posts["views"]))
    return np.clip(y - account_level(y, known), -CLIP, CLIP)


def encode(
    kernel: Kernel, residual: np.ndarray, known: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Encode every post by the matured posts that are like it.

    Parameters
    ----------
    kernel : Kernel
    residual : ndarray of shape (n,)
        From `level_free`, or any other outcome in time order; NaN = unknown, and skipped.
    known : ndarray of int, shape (n,)
        How many of the first posts had matured when each went up.

    Returns
    -------
    value, weight : ndarray of shape (n,)
        The shrunk mean beside that of all posts, and how many posts' worth it rests on; NaN where
        the kernel does not know the post.
    """
    total, weight = _sums(kernel.between, residual, known)
    everything, posts = _sums(_all_alike, residual, known)
    usual = np.divide(everything, posts, out=np.zeros(len(known)), where=posts > 0)
    value = (total - weight * usual) / (weight + kernel.prior)
    return np.where(kernel.present, value, np.nan), np.where(kernel.present, weight, np.nan)


def _sums(
    between: Between, residual: np.ndarray, known: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Sums of weighted outcomes and of weights over the earlier posts, for each post."""
    total, weight = np.zeros(len(known)), np.zeros(len(known))
    outcome = np.nan_to_num(residual)
    for rows in _runs(len(known)):
        columns, weights = weights_of(between, residual, known, rows)
        # Added one by one in time order, so that no later post changes the rounding.
        if columns.start < columns.stop:
            weight[rows] = np.cumsum(weights, axis=1)[:, -1]
            total[rows] = np.cumsum(weights * outcome[columns], axis=1)[:, -1]
    return total, weight


def weights_of(
    between: Between, residual: np.ndarray, known: np.ndarray, rows: slice
) -> tuple[slice, np.ndarray]:
    """How much each earlier post counts for some posts: likeness times recency.

    Parameters
    ----------
    between : callable
        Of a `Kernel`.
    residual, known : ndarray of shape (n,)
        As for `encode`.
    rows : slice
        Of the posts that are encoded.

    Returns
    -------
    columns : slice
        Of the earlier posts.
    weights : ndarray of shape (n_rows, n_columns)
        0 for posts that had not matured, have no outcome, or lie further back than `REACH_POSTS`.
    """
    columns = slice(max(0, rows.start - REACH_POSTS), int(known[rows][-1]))
    columns = slice(min(columns.start, columns.stop), columns.stop)
    at = np.arange(columns.start, columns.stop)
    age = np.arange(rows.start, rows.stop)[:, None] - at
    counts = ~np.isnan(residual[columns]) & (at < known[rows, None]) & (age <= REACH_POSTS)
    alike = between(rows, columns)
    return columns, np.where(counts, alike * 0.5 ** (age / HALF_LIFE_POSTS), 0.0)


def _nearest(letters: Kernel, earlier: np.ndarray) -> np.ndarray:
    """Largest cosine with one of the last posts; 0 for a first post, NaN without a caption."""
    cosine, out = cosines(letters.between), np.zeros(len(earlier))
    for rows in _runs(len(earlier)):
        columns = slice(max(0, int(earlier[rows][0]) - NEAREST_OF), int(earlier[rows][-1]))
        at, stop = np.arange(columns.start, columns.stop), earlier[rows, None]
        near = (at < stop) & (at >= stop - NEAREST_OF)
        out[rows] = np.where(near, cosine(rows, columns), 0.0).max(axis=1, initial=0.0)
    return np.where(letters.present, out, np.nan)


def _all_alike(first: slice, second: slice) -> np.ndarray:
    return np.ones((first.stop - first.start, second.stop - second.start))


def _runs(n: int) -> Iterator[slice]:
    for start in range(0, n, ROWS_AT_ONCE):
        yield slice(start, min(start + ROWS_AT_ONCE, n))
