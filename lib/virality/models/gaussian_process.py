"""Level and content of one account as a Gaussian process, conditioned post by post.

A post's outcome is a constant, plus a level that forgets with time, plus what its content is worth,
plus luck; what content is worth is alike for posts that are alike and fades as they lie further
apart.  How much variance each part has, and whether posts are alike by all of their content or by
one block of it, is not known: a grid of settings is averaged, each weighed by how likely it makes
the outcomes so far (Rasmussen & Williams 2006, *Gaussian Processes for Machine Learning*, chapters
2 and 5; Dawid 1984 on judging forecasts by their record).

Of the covariance of all posts in time order the first k rows and columns stand alone, and so does
their Cholesky factor.  One factorisation therefore gives the forecast of every post from exactly
those that had matured when it went up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np
from scipy.linalg import cholesky, solve_triangular

#: Likeness of content of two runs of rows, shape (n_first, n_second); about 1 on the diagonal.
Alike = Callable[[slice, slice], np.ndarray]

VAGUE = 25.0  # variance of the constant, in units of luck's: next to nothing is known of it
FADE_POSTS = 300  # what content is worth is half as sure after so many
BESIDE_POSTS = 10  # earlier ones whose content a post's own is held against
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
#: One block's content is worth little or much with about the same result: one variance will do.
ALONE = tuple(Setting(*level, 0.4) for level in _LEVELS)
ALONE_ODDS = 0.5  # of one block alone against all content together, beforehand


class Candidate(NamedTuple):
    """A setting, which of the likenesses it goes by, and how likely it is before any outcome."""

    setting: Setting
    likeness: int
    log_prior: float


@dataclass(frozen=True)
class Conditioned:
    """What the process says about every post from the matured ones.

    Attributes
    ----------
    forecast : ndarray of shape (n_posts,)
        In log units; NaN before the first matured outcome.
    content : ndarray of shape (n_posts,)
        How much more the post's content adds to it than that of the ten posts before does, in the
        mean, by what was known when this post went up; 0 where nothing is alike.  Content that
        changes slowly carries part of the level, and so the last luck; that falls out.
    """

    forecast: np.ndarray
    content: np.ndarray


def condition(outcome: np.ndarray, known: np.ndarray, alike: Sequence[Alike] = ()) -> Conditioned:
    """Forecast every post of one account from what had matured when it went up.

    Parameters
    ----------
    outcome : ndarray of shape (n_posts,)
        Log outcomes in time order, none missing; extreme ones pulled in by whoever calls.
    known : ndarray of int, shape (n_posts,)
        How many of the first posts had matured when each went up.
    alike : sequence of callable
        Likenesses of content: by all of it, then by single blocks; without any only constant and
        level are told apart.

    Returns
    -------
    Conditioned
    """
    n = len(outcome)
    made = Conditioned(np.full(n, np.nan), np.zeros(n))
    for start in range(0, max(n - WINDOW + STEP, 1), STEP):
        rows = slice(start, min(start + WINDOW, n))
        new = slice(0 if start == 0 else WINDOW - STEP, rows.stop - start)
        here = np.clip(known[rows] - start, 0, None)
        part = _piece(outcome[rows], here, [between(rows, rows) for between in alike])
        target = slice(start + new.start, rows.stop)
        made.forecast[target], made.content[target] = part.forecast[new], part.content[new]
    return made


def condition_last(
    outcome: np.ndarray, known: np.ndarray, alike: Sequence[Alike] = ()
) -> tuple[float, float]:
    """Forecast the last post alone: what `condition` says of it, in a part of the time.

    Parameters
    ----------
    outcome, known, alike
        As for `condition`; the last outcome is of no matter, but has to be a number.

    Returns
    -------
    forecast, content : float
        NaN and 0 before the first matured outcome.
    """
    n = len(outcome)
    start = STEP * max(0, -(-(n - WINDOW) // STEP))
    rows, here = slice(start, n), np.clip(known[start:] - start, 0, None)
    likenesses = [between(rows, rows) for between in alike]
    part = _piece(outcome[rows], here, likenesses, asked_for=slice(n - start - 1, n - start))
    return float(part.forecast[-1]), float(part.content[0])


def _candidates(n_likenesses: int) -> list[Candidate]:
    """One block alone, whichever, is half as likely beforehand as all content together."""
    together = [Candidate(each, 0, 0.0) for each in SETTINGS if n_likenesses or not each.content]
    n_alone = len(ALONE) * (n_likenesses - 1)
    if n_alone < 1:
        return together
    n_together = sum(each.content > 0 for each in SETTINGS)
    log_prior = float(np.log(ALONE_ODDS * n_together / n_alone))
    blocks = range(1, n_likenesses)
    return together + [Candidate(each, block, log_prior) for block in blocks for each in ALONE]


def _piece(
    outcome: np.ndarray,
    known: np.ndarray,
    likenesses: list[np.ndarray],
    asked_for: slice = slice(None),
) -> Conditioned:
    """The same for rows of one factorisation; content's part only of those that are asked for."""
    n = len(outcome)
    gap = np.abs(np.arange(n)[:, None] - np.arange(n))
    fading = [likeness * _halved(gap, FADE_POSTS) for likeness in likenesses]
    own = [_beside_earlier(each) for each in fading]
    around = outcome - outcome[0]
    found = []
    for setting, by, log_prior in _candidates(len(likenesses)):
        covariance = VAGUE + setting.level * _halved(gap, setting.half_life) + np.eye(n)
        asked = None
        if setting.content:
            covariance += setting.content * fading[by]
            asked = setting.content * own[by][:, asked_for]
        log_likely, forecast, content = _one_setting(around, known, covariance, asked, asked_for)
        found.append((log_likely + log_prior, forecast, content))
    likely, forecasts, contents = (np.array(part) for part in zip(*found, strict=True))
    weights = np.exp(likely - likely.max(axis=0))
    weights /= weights.sum(axis=0)
    forecast = outcome[0] + (weights * forecasts).sum(axis=0)
    content = (weights[:, asked_for] * contents).sum(axis=0)
    return Conditioned(np.where(known > 0, forecast, np.nan), content)


def _one_setting(around, known, covariance, asked, asked_for=slice(None)):
    """Log likelihood of the outcomes before each post, its forecast, and the content's part.

    Luck is in the covariance, and `asked` is what outcomes and each post's content share, a column
    per post that is asked for.
    """
    n = len(around)
    matured = np.arange(n)[:, None] < known  # [row j, post i]
    factor = cholesky(covariance, lower=True, check_finite=False)
    white = solve_triangular(factor, around, lower=True, check_finite=False)
    posts = np.arange(1, n + 1)
    scale = (np.cumsum(white**2) + PRIOR_SCALE * PRIOR_POSTS) / (posts + PRIOR_POSTS)
    likely = -np.cumsum(np.log(np.diag(factor))) - (posts + PRIOR_POSTS) / 2 * np.log(scale)
    # A post's row of the factor, left of the diagonal, is its covariance with the white outcomes.
    forecast = np.where(matured.T, factor, 0.0) @ white
    content = np.zeros(len(known[asked_for]))
    if asked is not None:
        half = solve_triangular(factor, asked, lower=True, check_finite=False)
        content = np.where(matured[:, asked_for], half, 0.0).T @ white
    return np.concatenate([[0.0], likely])[known], forecast, content


def _halved(gap: np.ndarray, half_life: float) -> np.ndarray:
    """What is left after so many posts, of which every `half_life` halve it."""
    return (0.5 ** (np.arange(len(gap)) / half_life))[gap]


def _beside_earlier(likeness: np.ndarray) -> np.ndarray:
    """Likeness of all posts to each one, less the mean of that to the `BESIDE_POSTS` before it."""
    n = len(likeness)
    ahead = np.arange(n) - np.arange(n)[:, None]  # [earlier post, post]
    before = (ahead > 0) & (ahead <= BESIDE_POSTS)
    return likeness - likeness @ (before / np.maximum(before.sum(axis=0), 1))
