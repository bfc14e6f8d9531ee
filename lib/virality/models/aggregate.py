"""Forecasts of many experts made one: weights that follow matured losses, post by post.

Exponential weights with a fixed share: each post's loss multiplies an expert's weight by
exp(−rate × loss), and a little of all weight is then handed out anew, so that an expert that was
poor for a year can come back within some posts when the account changes (Herbster & Warmuth 1998,
"Tracking the best expert", Machine Learning 32).  The aggregate is never much worse than the best
expert of any stretch, whatever the outcomes are (Cesa-Bianchi & Lugosi 2006, *Prediction, Learning,
and Games*, chapters 2 and 5); a loss counts only once its post has matured, as in their section on
delayed feedback.  An expert that says nothing about a post is asleep: it earns what the aggregate
earns, which leaves its weight where it was (Chernov & Vovk 2009).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Sharing:
    """How weights follow losses.

    Parameters
    ----------
    rate : float
        Of learning, per unit of scaled loss.
    share : float
        Part of all weight that is handed out anew, by the prior, after every post.
    """

    rate: float
    share: float


def follow_losses(
    forecasts: np.ndarray,
    outcome: np.ndarray,
    known: np.ndarray,
    prior: np.ndarray,
    scale: np.ndarray,
    sharing: Sharing,
) -> np.ndarray:
    """Weights of the experts at every post, from the absolute losses that had matured by then.

    Parameters
    ----------
    forecasts : ndarray of shape (n_posts, n_experts)
        In time order; NaN = asleep.
    outcome : ndarray of shape (n_posts,)
    known : ndarray of int, shape (n_posts,)
        How many of the first posts had matured when each went up, from
        :func:`virality.core.embargo.matured_before`.
    prior : ndarray of shape (n_experts,)
        Weights to begin with, which the shares are handed out by; sums to one.
    scale : ndarray of shape (n_posts,)
        What losses are divided by, as it was known when the post's loss was; NaN = unknown, and the
        loss teaches nothing.
    sharing : Sharing

    Returns
    -------
    ndarray of shape (n_posts, n_experts)
        Rows sum to one over the experts that are awake; zero where nobody is.
    """
    n, size = forecasts.shape
    awake = ~np.isnan(forecasts)
    said = np.where(awake, forecasts, 0.0)
    weights = np.zeros((n, size))
    state, learnt = np.log(np.maximum(prior, 1e-300)), 0
    for row in range(n):
        while learnt < known[row]:
            state = _learn(state, learnt, said, awake, weights, outcome, prior, scale, sharing)
            learnt += 1
        weights[row] = _among(state, awake[row])
    return weights


def _among(state: np.ndarray, awake: np.ndarray) -> np.ndarray:
    """Weights of those that are awake, from logarithms up to a constant."""
    if not awake.any():
        return np.zeros(len(state))
    own = np.where(awake, state, -np.inf)
    own = np.exp(own - own.max())
    return own / own.sum()


def _learn(state, row, said, awake, weights, outcome, prior, scale, sharing) -> np.ndarray:
    """Logarithms of the weights after one more loss has matured."""
    if np.isnan(scale[row]) or not awake[row].any():
        return state
    together = weights[row] @ said[row]
    loss = np.abs(outcome[row] - np.where(awake[row], said[row], together))
    state = state - sharing.rate * loss / scale[row]
    own = np.exp(state - state.max())
    own /= own.sum()
    return np.log((1 - sharing.share) * own + sharing.share * prior)
