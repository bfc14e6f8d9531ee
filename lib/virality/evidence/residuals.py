"""What is left of views, facts and content after the posts around, and after other columns.

Every comparison of an account with itself starts here: outcomes without far outliers, columns
relative to what was usual when a post went up, and the strongest directions of content, which are
then taken off views and off the fact that is asked about (Frisch, Waugh and Lovell).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.ndimage import median_filter

from virality.evidence.shifts import from_zero
from virality.features.blocks import block_of
from virality.models.level import robust_spread

AROUND = 5  # posts on each side that say what was usual then
MEDIAN_POSTS, OUTLIER = 21, 2.5  # running median, and robust spreads from it at which views end
WIDEST = 3.0  # standard deviations at which a fact's values end: no post is all of the evidence
NEARLY = 1e-3  # ridge of "near least squares", in mean squared singular values
MOST_COMPONENTS = 32
_GRID = np.logspace(-3, 4, 29)  # ridges to choose from, in the same unit


def clipped(y: np.ndarray, edge: str = "nearest") -> np.ndarray:
    """Outcomes without far outliers from their running median: one hit is not all of the answer.

    Parameters
    ----------
    y : ndarray of shape (n,)
        Log outcome in time order, none missing.
    edge : {"nearest", "reflect"}
        What stands in for posts before the first and after the last: that post again and again,
        which leaves it as it is, or its neighbours in a mirror.

    Returns
    -------
    ndarray of shape (n,)
        At most 2.5 robust spreads from the median of the 21 posts around.
    """
    middle = median_filter(y, MEDIAN_POSTS, mode=edge)
    reach = OUTLIER * robust_spread(y - middle)
    return np.clip(y, middle - reach, middle + reach) if reach > 0 else y


def relative(values: np.ndarray, around: int = AROUND) -> np.ndarray:
    """Columns minus the mean of the posts around each, the post itself left out.

    Parameters
    ----------
    values : ndarray of shape (n,) or (n, n_columns)
        In time order; NaN = not known.
    around : int
        Posts before and after.

    Returns
    -------
    ndarray of the same shape
        NaN where the value, or all around it, is not known.
    """
    known = np.isfinite(values)
    filled = np.where(known, values, 0.0)
    n = len(values)
    start, stop = np.maximum(np.arange(n) - around, 0), np.minimum(np.arange(n) + around + 1, n)
    sums, counts = from_zero(filled), from_zero(known.astype(float))
    total = sums[stop] - sums[start] - filled
    count = counts[stop] - counts[start] - known
    usual = np.divide(total, count, out=np.full(values.shape, np.nan), where=count > 0)
    return np.where(known, values - usual, np.nan)


def standard(
    values: np.ndarray, widest: np.ndarray | float = WIDEST, around: int = AROUND
) -> tuple[np.ndarray, np.ndarray]:
    """Columns relative to the posts around, in standard deviations, which come second.

    Parameters
    ----------
    values : ndarray of shape (n, n_columns)
        In time order; NaN = not known, which becomes 0, "as usual".
    widest : ndarray of shape (n_columns,) or float
        Standard deviations at which values end.
    around : int
        Posts before and after.

    Returns
    -------
    ndarray of shape (n, n_columns)
    ndarray of shape (n_columns,)
        One standard deviation of each; 1 where a column does not vary.
    """
    near = relative(values, around)
    known = np.isfinite(values)
    count = np.maximum(known.sum(axis=0), 1)
    middle = np.where(known, values, 0.0).sum(axis=0) / count
    spread = np.sqrt(np.where(known, (values - middle) ** 2, 0.0).sum(axis=0) / count)
    varies = spread > 1e-9 * np.maximum(np.abs(middle), 1e-9)
    spread = np.where(varies, spread, 1.0)
    return np.clip(np.where(varies, near / spread, 0.0), -widest, widest), spread


def even_say(content: pd.DataFrame) -> np.ndarray:
    """Weights by which every block has the same say, however many columns it has.

    Parameters
    ----------
    content : DataFrame of shape (n, n_columns)

    Returns
    -------
    ndarray of shape (n_columns,)
    """
    blocks = pd.Series([block_of(name) for name in content.columns], dtype=object)
    return 1 / np.sqrt(blocks.map(blocks.value_counts()).to_numpy(float))


def components(values: np.ndarray, at_most: int) -> np.ndarray:
    """The strongest directions of columns, which are zero where a post is as usual.

    Parameters
    ----------
    values : ndarray of shape (n, n_columns)
    at_most : int
        Directions that are kept, and never more than 32.

    Returns
    -------
    ndarray of shape (n, at most `at_most`)
        Orthogonal, of unit length.
    """
    filled = np.nan_to_num(values)
    filled = filled[:, (filled**2).sum(axis=0) > 0]
    if not filled.shape[1]:
        return np.zeros((len(values), 0))
    left, size, _ = np.linalg.svd(filled, full_matrices=False)
    return left[:, : min(at_most, MOST_COMPONENTS, int((size > 1e-9 * size[0]).sum()))]


def without(y: np.ndarray, Z: np.ndarray, ridge: float | None) -> tuple[np.ndarray, float]:
    """What ridge regression leaves of a column, and how many degrees of freedom it took.

    Parameters
    ----------
    y : ndarray of shape (n,)
    Z : ndarray of shape (n, n_columns)
        What is taken off.
    ridge : float or None
        In mean squared singular values; None has generalised cross-validation choose it.

    Returns
    -------
    ndarray of shape (n,)
    float
    """
    if not Z.shape[1]:
        return y, 0.0
    left, size, _ = np.linalg.svd(Z, full_matrices=False)
    along, unit = left.T @ y, (size**2).mean()
    shrink = size**2 / (size**2 + unit * (_GRID[:, None] if ridge is None else np.array([[ridge]])))
    off = ((1 - shrink) ** 2 * along**2).sum(axis=1) + max(float(y @ y - along @ along), 0.0)
    best = int(np.argmin(off / (len(y) - shrink.sum(axis=1)).clip(1e-9) ** 2))
    return y - left @ (shrink[best] * along), float(shrink[best].sum())


def over_shifts(columns: np.ndarray, views: np.ndarray) -> np.ndarray:
    """Sums of products with views, for every circular shift of views against the columns.

    Parameters
    ----------
    columns : ndarray of shape (n,) or (n, n_columns)
    views : ndarray of shape (n,)

    Returns
    -------
    ndarray of the same shape as the columns
        By how many posts the views are shifted, none first.
    """
    waves = np.conj(np.fft.rfft(columns, axis=0)).T * np.fft.rfft(views)
    return np.fft.irfft(waves.T, len(views), axis=0)
