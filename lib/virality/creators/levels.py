"""Levels of creators, each pulled towards the level of all as far as its own posts are few.

The model is the plainest one that knows creators: a post lies around its creator's level, and the
levels lie around a grand mean.  What is told apart is how much posts of one creator differ
(`within`) and how much creators do (`between`); their ratio says how far a mean of n posts can be
trusted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize, stats


@dataclass(frozen=True)
class Levels:
    """Partial pooling of creators' levels.

    Attributes
    ----------
    grand : float
        Mean of the creators' levels, log scale.
    between, within : float
        Variance of the levels around it, and of posts around their creator's level.  With a single
        creator nothing is known of other levels: `between` is infinite and nothing is pulled.
    grand_variance : float
        Squared standard error of `grand`.
    means : Series
        Mean outcome by creator.
    counts : Series
        Posts behind it.
    """

    grand: float
    between: float
    within: float
    grand_variance: float
    means: pd.Series
    counts: pd.Series

    @property
    def n_creators(self) -> int:
        """Creators that the levels were estimated from."""
        return len(self.means)

    def weight(self, n) -> np.ndarray:
        """Trust in a mean of `n` own posts, 0 to 1; the grand mean gets the rest."""
        n = np.asarray(n, dtype=float)
        if np.isinf(self.between):
            return (n > 0).astype(float)
        with np.errstate(divide="ignore", invalid="ignore"):
            weight = self.between / (self.between + self.within / n)
        return np.where((n > 0) & (self.between > 0), np.nan_to_num(weight), 0.0)

    def shrink(self, mean, n) -> np.ndarray:
        """Return the level of a creator whose `n` known posts have this mean.

        Parameters
        ----------
        mean, n : array-like of shape (n_creators,)
            Log scale; NaN or no posts give the grand mean.

        Returns
        -------
        ndarray of float, shape (n_creators,)
        """
        mean = np.asarray(mean, dtype=float)
        known = np.isfinite(mean)
        gap = np.where(known, mean, self.grand) - self.grand
        return self.grand + self.weight(np.where(known, n, 0)) * gap

    def table(self) -> pd.DataFrame:
        """One row per creator: author, n, mean, weight, level; most posts first."""
        table = pd.DataFrame({"n": self.counts, "mean": self.means})
        table["weight"] = self.weight(table["n"])
        table["level"] = self.shrink(table["mean"], table["n"])
        table = table.rename_axis("author").reset_index()
        return table.sort_values(["n", "author"], ascending=[False, True], ignore_index=True)

    def half_width(self, coverage: float = 0.8) -> float:
        """Half width of the interval for a post of a creator of whom nothing is known.

        Student's t with as many degrees of freedom as creators but one; infinite with fewer than
        two creators.
        """
        if self.n_creators < 2:
            return np.inf
        variance = self.between + self.within + self.grand_variance
        return float(stats.t.ppf(0.5 + coverage / 2, self.n_creators - 1) * np.sqrt(variance))


def fit_levels(y, authors) -> Levels:
    """Estimate grand mean, spread of levels and spread of posts.

    Parameters
    ----------
    y : array-like of float, shape (n,)
        Log outcomes of the training posts alone; NaN is left out.
    authors : array-like of str, shape (n,)

    Returns
    -------
    Levels

    Raises
    ------
    ValueError
        When no outcome is known.

    References
    ----------
    Paule and Mandel (1982), "Consensus values and weighting factors"; shrinkage as in Efron and
    Morris (1975), "Data analysis using Stein's estimator and its generalizations".
    """
    own = pd.DataFrame({"y": np.asarray(y, float), "author": np.asarray(authors, object)})
    groups = own.dropna(subset=["y"]).groupby("author")["y"]
    means, counts = groups.mean(), groups.size()
    if len(means) == 0:
        raise ValueError("levels need at least one post")
    within = _within(groups, counts)
    between = _between(means.to_numpy(), within / counts.to_numpy()) if len(means) > 1 else np.inf
    weights = _weights(between, within / counts.to_numpy())
    grand = float(np.average(means, weights=weights))
    variance = 1 / weights.sum() if np.isfinite(between) and between + within > 0 else 0.0
    return Levels(grand, between, within, float(variance), means, counts)


def _within(groups, counts: pd.Series) -> float:
    """Pooled variance of posts around their creator's mean; 0 where no creator has two posts."""
    freedom = int((counts - 1).sum())
    squares = float((groups.var(ddof=0) * counts).sum())
    return squares / freedom if freedom else 0.0


def _between(means: np.ndarray, errors: np.ndarray) -> float:
    """The variance of levels that explains how far the means lie apart (Paule and Mandel)."""

    def excess(between: float) -> float:
        weights = _weights(between, errors)
        gap = means - np.average(means, weights=weights)
        return float(weights @ gap**2) - (len(means) - 1)

    if errors.max() <= 0:
        return float(np.var(means, ddof=1))
    top = float(np.var(means, ddof=1)) + float(errors.max())
    if excess(0.0) <= 0:
        return 0.0
    while excess(top) > 0:
        top *= 2
    return float(optimize.brentq(excess, 0.0, top))


def _weights(between: float, errors: np.ndarray) -> np.ndarray:
    total = between + errors
    return np.ones(len(errors)) if np.isinf(between) or np.any(total <= 0) else 1 / total
