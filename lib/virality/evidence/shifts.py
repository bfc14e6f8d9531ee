"""Is what a post shows tied to what it earned?  Shift the posts' content in time, and refit.

If content says nothing, then giving every post the content of the post so many places later changes
nothing.  So the whole analysis is repeated on shifted content, and the true one has to stand out.
A shift keeps what makes naive tests lie: neighbours that resemble each other, heavy tails, trends
in spread.  What a shift cannot keep is a level that wanders, so that is taken out beforehand, of
the views (minus the median of recent posts) and of every content column (minus its running mean).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import stats
from scipy.linalg import lapack

from virality.core.bounds import within
from virality.models.level import robust_spread

WINDOW = 10  # posts in the running mean of a content column, as in the median of recent posts
CLIP = 3.0  # running standard deviations
PENALTY = 6.0  # noise over signal that a short-run R² of about one seventh would have
OUTLIER = 2.5  # robust standard deviations at which a training outcome is clipped
MANY_POSTS = 400  # from here on, wide blocks are reduced before the shifts
N_COMPONENTS = 32
TOGETHER = "all"
HELD_AT_ONCE = 1_000_000  # shifted values, or predictions, in memory

Folds = Sequence[tuple[np.ndarray, np.ndarray]]


def running_scores(X: np.ndarray, window: int = WINDOW, clip: float = CLIP) -> np.ndarray:
    """Each column minus its own running mean, over its own running scale.

    Parameters
    ----------
    X : ndarray of shape (n_posts, n_columns)
        In time order; NaN = missing.
    window : int
        Earlier posts in the running mean.
    clip : float
        Largest value that is left, in running standard deviations.

    Returns
    -------
    ndarray of shape (n_posts, n_columns)
        Row t depends on rows up to t alone: nothing is fitted on later posts.  Missing values, and
        the first row, become 0: "as usual".
    """
    known = np.isfinite(X)
    sums = from_zero(np.where(known, X, 0.0))
    counts = from_zero(known.astype(float))
    stop = np.arange(len(X))
    start = np.maximum(stop - window, 0)
    seen = counts[stop] - counts[start]
    mean = (sums[stop] - sums[start]) / np.maximum(seen, 1)
    usable = known & (seen > 0)
    gap = np.where(usable, np.where(known, X, 0.0) - mean, 0.0)
    noise = 1e-9 * (np.abs(mean) + np.abs(np.where(known, X, 0.0)))  # rounding is no variation
    gap[np.abs(gap) <= noise] = 0.0
    scale = np.sqrt(np.cumsum(gap**2, axis=0) / np.maximum(np.cumsum(usable, axis=0), 1))
    return np.clip(np.divide(gap, scale, out=np.zeros_like(gap), where=scale > 0), -clip, clip)


def reduce(scores: np.ndarray, train: np.ndarray, n_components: int = N_COMPONENTS) -> np.ndarray:
    """Components of a wide block when there are many posts; few posts keep every column.

    Ridge regression shrinks the small components by itself, so that with few posts nothing needs
    to be cut off.  With many, the components are those of the first fold's training posts.

    Parameters
    ----------
    scores : ndarray of shape (n_posts, n_columns)
    train : ndarray of int
        Training rows of the first fold.
    n_components : int
        Columns that are left of many.
    """
    return scores if len(scores) <= MANY_POSTS else components(scores, train, n_components)


def components(
    scores: np.ndarray, train: np.ndarray, n_components: int = N_COMPONENTS
) -> np.ndarray:
    """The first principal components of the training rows, as columns for all rows.

    Parameters
    ----------
    scores : ndarray of shape (n_posts, n_columns)
    train : ndarray of int
        Rows that the axes are found on.
    n_components : int

    Returns
    -------
    ndarray of shape (n_posts, at most n_components)
    """
    if scores.shape[1] <= n_components:
        return scores
    _, _, axes = np.linalg.svd(scores[train] - scores[train].mean(axis=0), full_matrices=False)
    return scores @ axes[:n_components].T


def all_shifts(n: int, n_shifts: int = 499, nearest: int = WINDOW, seed: int = 0) -> np.ndarray:
    """Shifts to try, none of them close to zero.

    Parameters
    ----------
    n : int
        Posts.
    n_shifts : int
        Shifts wanted.  Fewer posts than that have fewer different shifts, and then each is used
        once: drawing some twice would only pretend to a smaller p-value.
    nearest : int
        Smallest shift, in either direction (at most a sixth of the posts).
    seed : int

    Returns
    -------
    ndarray of int, sorted
    """
    within("n_shifts", n_shifts, 1)
    nearest = max(1, min(nearest, n // 6))
    possible = np.arange(nearest, n - nearest + 1)
    if len(possible) <= n_shifts:
        return possible
    chosen = np.random.default_rng(seed).choice(possible, n_shifts, replace=False)
    return np.sort(chosen)


def shift_statistics(
    scores: np.ndarray,
    target: np.ndarray,
    folds: Folds,
    shifts: Sequence[int] | np.ndarray,
    penalty: float = PENALTY,
) -> np.ndarray:
    """Held-out rank correlation of a ridge regression, for the true order and every shift.

    Parameters
    ----------
    scores : ndarray of shape (n, n_columns)
        Content of each post, from `running_scores`.
    target : ndarray of shape (n,) or (n, n_targets)
        What is to be predicted; several targets share all the work.
    folds : list of (train rows, test rows)
    shifts : sequence of int
    penalty : float
        Of the ridge, as a multiple of a training post's mean squared length.

    Returns
    -------
    ndarray of shape (1 + n_shifts, n_targets)
        First the true order.  Post t gets the content of post t + shift, around the end; then the
        regression is fitted in every fold, on training outcomes clipped to the bulk of them.
        Ranks are centred within folds.
    """
    target = target[:, None] if target.ndim == 1 else target
    n = len(target)
    fits = [_Fold(train, test, target) for train, test in folds]
    wide = scores.shape[1] > n // 2
    # Laid out twice, every shift is a plain slice.
    source = np.tile(scores @ scores.T, (2, 2)) if wide else np.tile(scores, (2, 1))
    predict = _predict_by_posts if wide else _predict_by_columns
    moves = np.concatenate([[0], shifts]).astype(int)
    held = len(moves) * max(target.size, n * min(n, source.shape[1]))
    out = []
    for some in np.array_split(moves, -(-held // HELD_AT_ONCE)):
        parts = np.stack(
            [source[m : m + n, m : m + n] if wide else source[m : m + n] for m in some]
        )
        y_pred = [predict(parts, fit, penalty).swapaxes(0, 1) for fit in fits]
        out.append(_rank_correlation(fits, y_pred))
    return np.vstack(out)


def order_statistics(
    scores: np.ndarray,
    target: np.ndarray,
    folds: Folds,
    orders: np.ndarray,
    penalty: float = PENALTY,
) -> np.ndarray:
    """The statistic of `shift_statistics` for any rearrangement of the content.

    Parameters
    ----------
    scores : ndarray of shape (n, n_columns)
        A few columns.
    target : ndarray of shape (n,)
    folds : list of (train rows, test rows)
    orders : ndarray of int, shape (n_orders, n)
        Post t gets the content of post ``order[t]``.
    penalty : float

    Returns
    -------
    ndarray of shape (n_orders,)
    """
    fits = [_Fold(train, test, target[:, None]) for train, test in folds]
    out = []
    for some in np.array_split(orders, -(-len(orders) * scores.size // HELD_AT_ONCE)):
        y_pred = [_predict_by_columns(scores[some], fit, penalty).swapaxes(0, 1) for fit in fits]
        out.append(_rank_correlation(fits, y_pred)[:, 0])
    return np.concatenate(out)


def combined(blocks: np.ndarray, together: np.ndarray) -> tuple[float, float]:
    """P-values of "all blocks together", and of "any content at all".

    The union of the blocks is strong when many of them say a little, the best block when one says
    all.  The second p-value belongs to the sum of both, each in units of its own spread over the
    shifts, so that either can carry it.

    Parameters
    ----------
    blocks : ndarray of shape (1 + n_shifts, k)
        First row true, the others shifted.
    together : ndarray of shape (1 + n_shifts,)

    Returns
    -------
    p_together, p_any : float
    """
    union = _in_spreads(together[:, None])[:, 0]
    best = _in_spreads(_in_spreads(blocks).max(axis=1)[:, None])[:, 0]
    return _p(union), _p(union + best)


def stepdown(statistics: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """P-values of several statistics, alone and corrected for their number.

    Parameters
    ----------
    statistics : ndarray of shape (1 + n_shifts, k)
        First row true, the others shifted, all k by the same shifts.

    Returns
    -------
    p, p_adjusted : ndarray of shape (k,)
        One-sided, (1 + count) / (1 + n_shifts); corrected by the step-down maximum.

    References
    ----------
    Westfall and Young (1993), "Resampling-Based Multiple Testing", algorithm 2.8.
    """
    z = _in_spreads(statistics)
    order = np.argsort(-z[0], kind="stable")
    # The most extreme of those that are no better placed: a suffix maximum along the order.
    rest = np.maximum.accumulate(z[:, order[::-1]], axis=1)[:, ::-1]
    adjusted = np.empty(len(order))
    adjusted[order] = np.maximum.accumulate([_p(column) for column in rest.T])
    return np.array([_p(column) for column in z.T]), adjusted


def _p(statistic: np.ndarray) -> float:
    return float((statistic >= statistic[0] - 1e-12).mean())


def _in_spreads(statistics: np.ndarray) -> np.ndarray:
    """Columns centred and scaled over the true order and all shifts alike."""
    spread = statistics.std(axis=0)
    return (statistics - statistics.mean(axis=0)) / np.where(spread > 0, spread, 1.0)


class _Fold:
    """Rows of a fold and the centred targets, computed once for all shifts."""

    def __init__(self, train: np.ndarray, test: np.ndarray, target: np.ndarray):
        self.train, self.test = _as_slice(train), _as_slice(test)
        self.size = len(train)
        known = _clipped(target[train])
        self.known = known - known.mean(axis=0)
        self.ranks = fold_ranks(target[test])


def _clipped(outcomes: np.ndarray) -> np.ndarray:
    """Outcomes without far outliers, column by column: one viral post must not rule a fit."""
    middle = np.median(outcomes, axis=0)
    spread = robust_spread(outcomes)
    reach = np.where(spread > 0, OUTLIER * spread, np.inf)
    return np.clip(outcomes, middle - reach, middle + reach)


def fold_ranks(values: np.ndarray) -> np.ndarray:
    """Ranks along the first axis within a fold, centred, from −½ to ½."""
    return (stats.rankdata(values, axis=0) - (len(values) + 1) / 2) / len(values)


def _rank_correlation(fits: list[_Fold], predictions: list[np.ndarray]) -> np.ndarray:
    """Pooled over folds, for predictions of shape (n_test, n_shifts, n_targets)."""
    ours = np.vstack([fold_ranks(np.round(p, 12)) for p in predictions])
    truth = np.vstack([fit.ranks for fit in fits])
    size = np.sqrt((ours**2).sum(axis=0) * (truth**2).sum(axis=0))
    both = np.einsum("nst,nt->st", ours, truth)
    return np.divide(both, size, out=np.zeros_like(size), where=size > 0)


def _predict_by_posts(kernels: np.ndarray, fit: _Fold, penalty: float) -> np.ndarray:
    """Ridge in its dual form, for a stack of kernels: as many unknowns as training posts.

    Up to a constant, which no rank within a fold depends on.
    """
    inner = kernels[:, fit.train][:, :, fit.train]
    length = np.trace(inner, axis1=1, axis2=2) - inner.mean(axis=2).sum(axis=1)
    ones = np.ones((fit.size, 1))
    weights = _solve(inner.copy(), np.hstack([fit.known, ones]), penalty * length / fit.size)
    weights, level = weights[:, :, :-1], weights[:, :, -1:]
    # The intercept is not penalised: weights sum to zero.
    total = level.sum(axis=1)
    shares = weights.sum(axis=1) / np.where(total > 0, total, 1.0)
    weights = weights - level * shares[:, None, :]
    return kernels[:, fit.test][:, :, fit.train] @ weights


def _predict_by_columns(scores: np.ndarray, fit: _Fold, penalty: float) -> np.ndarray:
    """The same ridge in its primal form, for a stack of scores: as many unknowns as columns."""
    inner = scores[:, fit.train] - scores[:, fit.train].mean(axis=1, keepdims=True)
    across = inner.swapaxes(1, 2)
    grams = across @ inner
    length = np.trace(grams, axis1=1, axis2=2)
    return scores[:, fit.test] @ _solve(grams, across @ fit.known, penalty * length / fit.size)


def _solve(grams: np.ndarray, right: np.ndarray, ridges: np.ndarray) -> np.ndarray:
    """Solution for each of a stack (changed in place); zero where there is nothing to go by."""
    place = np.arange(grams.shape[1])
    grams[:, place, place] += np.where(ridges > 0, ridges, 1.0)[:, None]
    right = np.broadcast_to(right, (len(grams), *right.shape[-2:]))
    found = np.empty(right.shape)
    for number, (gram, side) in enumerate(zip(grams, right, strict=True)):
        # Symmetric and positive, so Cholesky does in half the time what LU would do.
        _, found[number], failed = lapack.dposv(gram.T, side, overwrite_a=True)
        if failed:
            raise np.linalg.LinAlgError("a ridge regression has no solution")
    return found * (ridges > 0)[:, None, None]


def _as_slice(rows: np.ndarray):
    """Rows in a run as a slice, which needs no copy."""
    whole = len(rows) and np.array_equal(rows, np.arange(rows[0], rows[0] + len(rows)))
    return slice(int(rows[0]), int(rows[0]) + len(rows)) if whole else rows


def from_zero(values: np.ndarray) -> np.ndarray:
    """Running sums along the first axis, with a zero before the first.

    Parameters
    ----------
    values : ndarray of shape (n, ...)

    Returns
    -------
    ndarray of shape (n + 1, ...)
        The difference of two rows is the sum of the values between them.
    """
    return np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)])
