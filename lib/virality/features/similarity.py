"""What posts like this one had done by the time it went up.

For every respect in which posts can be alike, the mean of what similar posts earned above or below
the account's level of their time, weighted by how alike and how recent they are, and shrunk
towards the level:

    e_i = Σ_j K_ij d_ij r_j / (Σ_j K_ij d_ij + prior)

over the posts j that had matured when post i went up.  A target encoding (Micci-Barreca, 2001) with
a kernel in place of equal categories, in time order, so that no post sees its own outcome or a
later one.  The level itself is not in it: that is what momentum says.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from virality.core.embargo import matured_before
from virality.features.kernels import Kernel, caption_kernels, cosines, form_kernels
from virality.features.level import account_level
from virality.features.momentum import posts_clock

HALF_LIFE_POSTS = 150
REACH_POSTS = 10 * HALF_LIFE_POSTS  # a post further back weighs a thousandth: left out
CLIP = 2.5  # log units: one viral post is no rule
NEAREST_OF = 20  # posts
ROWS_AT_ONCE = 128  # bounds the memory, and changes no number

_RESPECTS = {
    "hashtags": "the same hashtags",
    "words": "the same words and pairs of words in the caption",
    "letters": "the same runs of three to five letters in the caption",
    "hour": "a near hour of the day",
    "weekday": "the same weekday",
    "length": "a near length",
}


def similar_columns() -> list[tuple[str, str, str]]:
    """(feature, unit, definition) of every column of the block, in order."""
    out = []
    for name, words in _RESPECTS.items():
        out += [
            (
                f"similar__{name}",
                "log views above the level",
                f"what matured posts with {words} earned beyond the level of their time, weighted "
                "by likeness and recency, shrunk towards 0",
            ),
            (
                f"similar__{name}_known",
                "log posts",
                f"ln(1 + matured posts with {words}), weighted in the same way",
            ),
        ]
    nearest = f"largest cosine of the caption with one of the {NEAREST_OF} posts before, by letters"
    return [*out, ("similar__nearest", "0 to 1", nearest)]


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
    known = matured_before(times, embargo_days)
    residual = level_free(posts, known)
    captions = caption_kernels(posts["caption"])
    columns = {}
    for kernel in (*captions, *form_kernels(posts, timezone)):
        value, weight = encode(kernel, residual, known)
        columns[f"similar__{kernel.name}"] = value
        columns[f"similar__{kernel.name}_known"] = np.log1p(weight)
    earlier = np.searchsorted(times, times, side="left")
    columns["similar__nearest"] = _nearest(captions[-1], earlier)
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
    y = np.log1p(posts["views"].astype("Float64").to_numpy(dtype=float, na_value=np.nan))
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
        The shrunk mean, and how many posts' worth it rests on; NaN where the kernel does not know
        the post.
    """
    total, weight = np.zeros(len(known)), np.zeros(len(known))
    outcome = np.nan_to_num(residual)
    for rows, columns, weights in weights_by_rows(kernel, residual, known):
        # Added one by one in time order, so that no later post changes the rounding.
        weight[rows] = np.cumsum(weights, axis=1)[:, -1]
        total[rows] = np.cumsum(weights * outcome[columns], axis=1)[:, -1]
    value = total / (weight + kernel.prior)
    return np.where(kernel.present, value, np.nan), np.where(kernel.present, weight, np.nan)


def weights_by_rows(
    kernel: Kernel, residual: np.ndarray, known: np.ndarray
) -> Iterator[tuple[slice, slice, np.ndarray]]:
    """How much each earlier post counts for each post, some rows at a time.

    Parameters
    ----------
    kernel : Kernel
    residual, known : ndarray of shape (n,)
        As for `encode`.

    Yields
    ------
    rows, columns : slice
    weights : ndarray of shape (n_rows, n_columns)
        Likeness times recency; 0 for posts that had not matured, have no outcome, or lie further
        back than `REACH_POSTS`.  Not given where nothing had matured.
    """
    usable = ~np.isnan(residual)
    for rows in _runs(len(known), ROWS_AT_ONCE):
        columns = slice(max(0, rows.start - REACH_POSTS), int(known[rows][-1]))
        if columns.stop <= columns.start:
            continue
        at = np.arange(columns.start, columns.stop)
        age = np.arange(rows.start, rows.stop)[:, None] - at
        counts = usable[columns] & (at < known[rows, None]) & (age <= REACH_POSTS)
        yield rows, columns, np.where(counts, kernel.between(rows, columns) * _recency(age), 0.0)


def _nearest(captions: Kernel, earlier: np.ndarray) -> np.ndarray:
    """Largest cosine with one of the last posts; 0 for a first post, NaN without a caption."""
    cosine, out = cosines(captions.between), np.zeros(len(earlier))
    for rows in _runs(len(earlier), ROWS_AT_ONCE):
        columns = slice(max(0, int(earlier[rows][0]) - NEAREST_OF), int(earlier[rows][-1]))
        at, stop = np.arange(columns.start, columns.stop), earlier[rows, None]
        near = (at < stop) & (at >= stop - NEAREST_OF)
        out[rows] = np.where(near, cosine(rows, columns), 0.0).max(axis=1, initial=0.0)
    return np.where(captions.present, out, np.nan)


def _runs(n: int, length: int) -> Iterator[slice]:
    for start in range(0, n, length):
        yield slice(start, min(start + length, n))


def _recency(age: np.ndarray) -> np.ndarray:
    return 0.5 ** (age / HALF_LIFE_POSTS)
