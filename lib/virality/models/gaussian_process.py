"""Level and content of one account as a Gaussian process, conditioned post by post.

A post's outcome is a constant, plus a level that forgets with time, plus what its content is worth,
plus luck; what content is worth is alike for posts that are alike and fades as they lie further
apart.  How much variance each part has is not known: a grid of settings is averaged, each weighed
by how likely it makes the outcomes so far (Rasmussen & Williams 2006, *Gaussian Processes for
Machine Learning*, chapters 2 and 5; Dawid 1984 on judging forecasts by their record).

Of the covariance of all posts in time order the first k rows and columns stand alone, and so does
their Cholesky factor.  One factorisation therefore gives the forecast of every post from exactly
those that had matured when it went up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.linalg import cholesky, solve_triangular

#: Likeness of content of two runs of rows, shape (n_first, n_second); about 1 on the diagonal.
Alike = Callable[[slice, slice], np.ndarray]

VAGUE = 25.0  # variance of the constant, in units of luck's: next to nothing is known of it
FADE_POSTS = 300  # what content is worth is half as sure after so many
WINDOW, STEP = 400, 150  # longer histories are cut: rows of one factorisation, and new ones among
PRIOR_SCALE, PRIOR_POSTS = 0.1, 2.0  # of luck's variance, before the first outcome


@dataclass(frozen=True)
class Setting:
    """Variances in units of luck's.

    Parameters
    ----------
    level, content : float
    half_life : float
        Posts after which a level is half forgotten.
    """

    level: float
    half_life: float
    content: float


# None, luck with a memory, levels that wander slightly or widely, slowly or fast.
_LEVELS = ((0.0, 8.0), (0.5, 2.0), *product((0.1, 0.3), (8.0, 40.0)), (1.0, 40.0))
SETTINGS = tuple(Setting(*level, content) for level in _LEVELS for content in (0.0, 0.1, 0.3, 1.0))


@dataclass(frozen=True)
class Conditioned:
    """What the process says about every post from the matured ones.

    Attributes
    ----------
    forecast : ndarray of shape (n_posts,)
        In log units; NaN before the first matured outcome.
    content : ndarray of shape (n_posts,)
        How much of it the post's content adds; 0 where nothing is alike.
    """

    forecast: np.ndarray
    content: np.ndarray


def condition(outcome: np.ndarray, known: np.ndarray, alike: Alike | None = None) -> Conditioned:
    """Forecast every post of one account from what had matured when it went up.

    Parameters
    ----------
    outcome : ndarray of shape (n_posts,)
        Log outcomes in time order, none missing; extreme ones pulled in by whoever calls.
    known : ndarray of int, shape (n_posts,)
        How many of the first posts had matured when each went up.
    alike : callable, optional
        Likeness of content; without it only constant and level are told apart.

    Returns
    -------
    Conditioned
    """
    n = len(outcome)
    made = Conditioned(np.full(n, np.nan), np.zeros(n))
    settings = SETTINGS if alike else tuple(each for each in SETTINGS if not each.content)
    for start in range(0, max(n - WINDOW + STEP, 1), STEP):
        rows = slice(start, min(start + WINDOW, n))
        new = slice(0 if start == 0 else WINDOW - STEP, rows.stop - start)
        here = np.clip(known[rows] - start, 0, None)
        likeness = alike(rows, rows) if alike else np.zeros((rows.stop - start,) * 2)
        part = _piece(outcome[rows], here, likeness, settings)
        target = slice(start + new.start, rows.stop)
        made.forecast[target], made.content[target] = part.forecast[new], part.content[new]
    return made


def _piece(
    outcome: np.ndarray, known: np.ndarray, likeness: np.ndarray, settings: tuple[Setting, ...]
) -> Conditioned:
    """The same for rows of one factorisation."""
    n = len(outcome)
    gap = np.abs(np.arange(n)[:, None] - np.arange(n))
    matured = np.arange(n)[:, None] < known  # [row j, post i]
    fading = likeness * 0.5 ** (gap / FADE_POSTS)
    around = outcome - outcome[0]
    found = [_one_setting(around, known, matured, gap, fading, each) for each in settings]
    likely, forecasts, contents = (np.array(part) for part in zip(*found, strict=True))
    weights = np.exp(likely - likely.max(axis=0))
    weights /= weights.sum(axis=0)
    forecast = outcome[0] + (weights * forecasts).sum(axis=0)
    return Conditioned(np.where(known > 0, forecast, np.nan), (weights * contents).sum(axis=0))


def _one_setting(around, known, matured, gap, fading, setting: Setting):
    """Log likelihood of the outcomes before each post, its forecast, and the content's part."""
    content = setting.content * fading
    signal = VAGUE + setting.level * 0.5 ** (gap / setting.half_life) + content
    factor = cholesky(signal + np.eye(len(around)), lower=True, check_finite=False)
    white = solve_triangular(factor, around, lower=True, check_finite=False)

    def from_matured(covariance):
        half = solve_triangular(factor, covariance, lower=True, check_finite=False)
        return np.where(matured, half, 0.0).T @ white

    posts = np.arange(1, len(around) + 1)
    scale = (np.cumsum(white**2) + PRIOR_SCALE * PRIOR_POSTS) / (posts + PRIOR_POSTS)
    likely = -np.cumsum(np.log(np.diag(factor))) - (posts + PRIOR_POSTS) / 2 * np.log(scale)
    added = from_matured(content) if setting.content else np.zeros(len(around))
    return np.concatenate([[0.0], likely])[known], from_matured(signal), added
