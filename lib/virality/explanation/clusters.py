"""Find content regimes with HDBSCAN, and find out whether they are real.

UMAP makes islands out of pure noise (two to five from 140 structureless posts), so regimes are
searched in the linear space that the map is drawn from, where noise stays one cloud. And regimes
count only when they come back after posts are left out, more reliably than in surrogate posts that
have the same spread and the same drift over time but no groups.

Sources: Campello, Moulavi & Sander (2013), HDBSCAN; Hennig (2007), cluster-wise assessment of
stability; Prichard & Theiler (1994), surrogate data for several series; Schreiber & Schmitz
(2000), Surrogate time series (matching the ends).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd

from virality.core.bounds import within
from virality.core.progress import counted
from virality.core.protocol import ALPHA

NOISE = -1
LARGE_ACCOUNT_SHARE = 0.03  # smallest regime, as a share of very many posts

KEPT_SHARE = 0.8  # of the posts in each resample
N_RESAMPLES = 8
N_SURROGATES = 99
TESTED_POSTS = 600  # larger accounts are thinned evenly in time for the null test
ERA = 0.25  # of the record: a regime whose middle half lies within is an era
HOLDS, LOOSE = 0.75, 0.6  # Hennig's marks: a valid stable group; a pattern


@dataclass(frozen=True)
class Stability:
    """Do the regimes come back?

    Parameters
    ----------
    recovery : ndarray of shape (n_regimes,)
        Mean best Jaccard overlap of each regime with a regime found after posts were left out.
    era : ndarray of bool, shape (n_regimes,)
        Whether the middle half of its posts lies within a quarter of the record. An era cannot be
        told from a drift that lingered.
    overall : float
        Sum over regimes of share of posts × recovery, 0 to 1; of the posts that were tested.
    null : ndarray of shape (n_surrogates,)
        The same number in posts without groups.
    p : float
        Share of surrogates that do at least as well, itself counted.
    """

    recovery: np.ndarray
    era: np.ndarray
    overall: float
    null: np.ndarray
    p: float

    @property
    def bar(self) -> float:
        """What structureless posts reach in one case out of twenty."""
        return float(np.quantile(self.null, 1 - ALPHA)) if len(self.null) else float("nan")

    @property
    def sure(self) -> np.ndarray:
        """Whether each regime comes back, in resamples and over time."""
        return (self.recovery >= LOOSE) & ~self.era

    @property
    def stable(self) -> bool:
        """At least two regimes are sure, and all do better than structureless posts would."""
        return bool(self.p <= ALPHA and self.sure.sum() >= 2)


def letter(regime: int) -> str:
    """Return the name of a regime: A for the largest, and "none" for noise."""
    if regime == NOISE:
        return "none"
    return chr(ord("A") + regime) if regime < 26 else f"R{regime + 1}"


def smallest_regime(n_posts: int, min_cluster_size: int = 8) -> int:
    """Posts that a regime needs: fewer for few posts, a share of them for very many.

    Parameters
    ----------
    n_posts : int
    min_cluster_size : int
        As asked for.

    Returns
    -------
    int
    """
    return max(4, min(min_cluster_size, n_posts // 10), round(LARGE_ACCOUNT_SHARE * n_posts))


def cluster(
    points: pd.DataFrame | np.ndarray, min_cluster_size: int = 8, min_samples: int = 4
) -> pd.DataFrame:
    """Group points with HDBSCAN; what lies between the groups is noise.

    Parameters
    ----------
    points : array of shape (n_posts, n_dimensions)
        From :func:`content_space`.
    min_cluster_size, min_samples : int
        Smallest regime, and how many neighbours make a place dense; both adapt to n.

    Returns
    -------
    DataFrame of n_posts rows
        regime (0 = the largest, -1 = noise), strength (1 = in the core, 0 = noise).
    """
    within("min_cluster_size", min_cluster_size, 2)
    within("min_samples", min_samples, 1)
    values = np.asarray(points, dtype=float)
    labels, strength = _search(
        values, smallest_regime(len(values), min_cluster_size), min(min_samples, len(values) - 1)
    )
    index = points.index if isinstance(points, pd.DataFrame) else None
    return pd.DataFrame({"regime": labels, "strength": strength}, index=index)


def _search(points: np.ndarray, smallest: int, neighbours: int) -> tuple[np.ndarray, np.ndarray]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # invalid escapes in the package's own strings
        from hdbscan import HDBSCAN

        fitted = HDBSCAN(
            min_cluster_size=smallest,
            min_samples=max(1, neighbours),
            approx_min_span_tree=False,
            core_dist_n_jobs=1,
        ).fit(points)
    return _largest_first(fitted.labels_), fitted.probabilities_


def _largest_first(labels: np.ndarray) -> np.ndarray:
    """Number regimes by size, ties by their first post."""
    names, first, size = np.unique(labels[labels >= 0], return_index=True, return_counts=True)
    order = names[np.lexsort((first, -size))]
    rank = {name: i for i, name in enumerate(order)}
    return np.array([rank.get(label, NOISE) for label in labels], dtype=int)


def stability(
    points: pd.DataFrame,
    regimes: pd.DataFrame,
    min_cluster_size: int = 8,
    min_samples: int = 4,
    n_surrogates: int = N_SURROGATES,
    seed: int = 0,
) -> Stability:
    """Leave a fifth of the posts out, search again, and compare with posts without groups.

    Those are surrogates: the points' Fourier phases over time are drawn anew, the same for every
    dimension. Spread and drift stay, every grouping is gone. (Plain noise would not drift.)

    Parameters
    ----------
    points : DataFrame of shape (n_posts, n_dimensions)
        In time order.
    regimes : DataFrame
        From :func:`cluster` on the same points.
    min_cluster_size, min_samples : int
        As there.
    n_surrogates, seed : int
        Sets of posts without groups, 0 skips the test (p = 1); and of the resampling.

    Returns
    -------
    Stability
    """
    rng = np.random.default_rng(seed)
    values, labels = points.to_numpy(float), regimes["regime"].to_numpy()
    recovery = _recovery(values, labels, min_cluster_size, min_samples, rng)
    tested = _thinned(values)
    thinned = len(tested) < len(values)
    again = min_cluster_size, min_samples, rng
    overall = _searched_recovery(tested, *again) if thinned else _overall(labels, recovery)
    sets = counted(range(n_surrogates if len(recovery) > 1 else 0), "sets without groups")
    null = np.array([_searched_recovery(_surrogate(tested, rng), *again) for _ in sets])
    p = (1 + np.sum(null >= overall)) / (1 + len(null))
    return Stability(recovery, eras(labels), overall, null, float(p))


def eras(labels: np.ndarray) -> np.ndarray:
    """Whether each regime is an era, from labels in time order."""
    places = [np.flatnonzero(labels == regime) for regime in range(labels.max(initial=NOISE) + 1)]
    spans = [np.ptp(np.quantile(place, [0.25, 0.75])) for place in places]
    return np.array(spans) < ERA * len(labels)


def _thinned(values: np.ndarray) -> np.ndarray:
    if len(values) <= TESTED_POSTS:
        return values
    return values[np.linspace(0, len(values) - 1, TESTED_POSTS).round().astype(int)]


def _surrogate(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a Gaussian-like series with the same spectrum and cross-spectrum as `values`.

    The line from the first posts to the last is taken out before and put back after: a Fourier
    series goes round in a circle, and the jump from end to start would pass for short-term noise.
    """
    ends = min(8, len(values))
    line = np.linspace(-0.5, 0.5, len(values))[:, None] * (
        values[-ends:].mean(axis=0) - values[:ends].mean(axis=0)
    )
    rest = values - line
    waves = np.fft.rfft(rest - rest.mean(axis=0), axis=0)
    turn = np.exp(2j * np.pi * rng.random(len(waves)))
    turn[0] = 1
    if len(values) % 2 == 0:
        turn[-1] = rng.choice([-1, 1])  # the highest frequency of an even length is real
    return np.fft.irfft(waves * turn[:, None], n=len(values), axis=0) + line


def _searched_recovery(values, min_cluster_size, min_samples, rng) -> float:
    labels = cluster(values, min_cluster_size, min_samples)["regime"].to_numpy()
    return _overall(labels, _recovery(values, labels, min_cluster_size, min_samples, rng))


def _overall(labels: np.ndarray, recovery: np.ndarray) -> float:
    shares = np.bincount(labels[labels >= 0], minlength=len(recovery)) / max(len(labels), 1)
    return float(shares @ recovery)


def _recovery(values, labels, min_cluster_size, min_samples, rng) -> np.ndarray:
    """Return the mean best Jaccard overlap per regime over `N_RESAMPLES` resamples."""
    n_regimes = labels.max(initial=NOISE) + 1
    total = np.zeros(n_regimes)
    if n_regimes < 2:
        return total
    n_kept = min(round(KEPT_SHARE * len(values)), TESTED_POSTS)
    smallest = smallest_regime(len(values), min_cluster_size) * n_kept / len(values)
    for _ in counted(range(N_RESAMPLES), "samples of the posts"):
        kept = np.sort(rng.choice(len(values), n_kept, replace=False))
        again, _ = _search(values[kept], max(3, round(smallest)), min_samples)
        total += _best_jaccard(labels[kept], again, n_regimes)
    return total / N_RESAMPLES


def _best_jaccard(labels: np.ndarray, again: np.ndarray, n_regimes: int) -> np.ndarray:
    """Return for each regime the largest overlap with any regime of the second search."""
    first = labels[:, None] == np.arange(n_regimes)
    second = again[:, None] == np.arange(max(again.max(initial=NOISE) + 1, 1))
    both = first.T.astype(float) @ second.astype(float)
    either = first.sum(axis=0)[:, None] + second.sum(axis=0)[None] - both
    return (both / np.maximum(either, 1)).max(axis=1)
