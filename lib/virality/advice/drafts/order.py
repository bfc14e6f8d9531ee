"""Of two drafts, how probably does one do better?  As such differences have told before.

Drafts are ordered by what their own content adds, both at one level.  What a difference is worth is
learnt from held-out posts in pairs, both of one fold and at most 30 days apart: a logistic curve
through one half, whose slope is pulled towards none by its own error.  Pairs that share a post, and
neighbours, hang together; so the error is that of the posts, in blocks of five.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit

from virality.evaluation.ordering import BLOCK, ENOUGH_TO_ORDER, ORDER, near_pairs, pairwise_skill

STEPS = 30


@dataclass(frozen=True)
class Picking:
    """What differences in content were worth among held-out posts.

    Parameters
    ----------
    n : int
        Held-out posts in pairs.
    share, low, high : float
        Of the pairs that were ordered right, with its interval; NaN where it cannot be told.
    slope : float
        Of the log odds, per log unit of difference in content; 0 = no better than a coin.
    """

    n: int
    share: float
    low: float
    high: float
    slope: float

    @property
    def told(self) -> bool:
        """Whether there are enough held-out posts to say anything."""
        return self.n >= ENOUGH_TO_ORDER

    def chance(self, first: float, second: float) -> float:
        """Probability that the first of two posts does better; NaN where it cannot be told.

        Parameters
        ----------
        first, second : float
            What their content adds, log units.
        """
        return float(expit(self.slope * (first - second))) if self.told else np.nan


def picking(predictions: pd.DataFrame, posts: pd.DataFrame) -> Picking:
    """Learn what a difference in content was worth.

    Parameters
    ----------
    predictions : DataFrame
        Held-out forecasts with their `order`.
    posts : DataFrame
        Tidy posts.

    Returns
    -------
    Picking

    Examples
    --------
    >>> from virality.demo.posts import simulate_creator
    >>> from virality.evaluation.forecast import forecast
    >>> posts = simulate_creator(n_posts=60)
    >>> picking(forecast(posts).predictions, posts).told
    False
    """
    skill = pairwise_skill(predictions, posts, by=ORDER)
    if skill.empty:
        return Picking(0, np.nan, np.nan, np.nan, 0.0)
    row = skill.iloc[0]
    n = int(row["n"])
    slope = _slope(*near_pairs(predictions, posts, ORDER)) if n >= ENOUGH_TO_ORDER else 0.0
    return Picking(n, float(row["share"]), float(row["low"]), float(row["high"]), slope)


def _slope(first: np.ndarray, second: np.ndarray, gap: np.ndarray, better: np.ndarray) -> float:
    """Slope of the log odds by maximum likelihood, shrunk by James and Stein's positive part."""
    slope, weight = 0.0, 0.0
    for _ in range(STEPS):
        said = expit(slope * gap)
        weight = float((gap**2 * said * (1 - said)).sum())
        if weight < 1e-9:
            return 0.0
        slope += float((gap * (better - said)).sum()) / weight
    pull = np.zeros(int(max(first.max(), second.max())) + 1)
    score = gap * (better - expit(slope * gap))
    np.add.at(pull, first, score)
    np.add.at(pull, second, score)
    blocks = np.convolve(np.r_[pull, pull[: BLOCK - 1]], np.ones(BLOCK), mode="valid")
    error = np.sqrt(np.sum(blocks**2) / BLOCK) / weight
    return slope * max(0.0, 1 - (error / slope) ** 2) if slope > 0 else 0.0
