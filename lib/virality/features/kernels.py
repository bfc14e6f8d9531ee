"""How alike two posts of one account are, from 0 to 1, in one respect each.

Whatever is compared lies in the two posts alone: no vocabulary, no weights and no means are learnt
from other posts, so that a later post cannot change how alike two earlier ones are.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer

from virality.core.captions import hashtags, split_caption

HOUR_WIDTH = 1.5  # hours
LENGTH_WIDTH = 0.25  # in the logarithm: seconds that differ by a quarter
N_HASHED = 2**18  # columns that words and letters share; so many that two rarely fall on one

#: Similarities of two runs of rows of the posts table, shape (n_first, n_second).
Between = Callable[[slice, slice], np.ndarray]


@dataclass(frozen=True)
class Kernel:
    """One respect in which posts are alike.

    Parameters
    ----------
    name : str
        Of its column.
    prior : float
        Similar posts that are assumed to have earned the level: so strongly is it shrunk.
    present : ndarray of bool, shape (n_posts,)
        Posts of which what is compared is known.
    between : callable
        The similarities of two slices of rows; 0 where either is not known.
    """

    name: str
    prior: float
    present: np.ndarray
    between: Between


def caption_kernels(captions: pd.Series) -> tuple[Kernel, ...]:
    """Squared cosines of hashtags, of words and pairs of words, and of three to five letters.

    Parameters
    ----------
    captions : Series of str, shape (n_posts,)
        NA where there is none.  Fullwidth and ornamental letters count as plain ones, and capitals
        as small ones.
    """
    present = captions.notna().to_numpy()
    plain = [_plain(text) for text in captions.fillna("")]
    tags = [hashtags(text) for text in plain]
    without = [split_caption(text)[0] for text in plain]
    return (
        _cosine_kernel("hashtags", 2.0, present, _hashed(tags, analyzer=_as_it_is)),
        _cosine_kernel(
            "words", 1.0, present, _hashed(without, ngram_range=(1, 2), token_pattern=r"\b\w+\b")
        ),
        _cosine_kernel(
            "letters", 1.0, present, _hashed(plain, analyzer="char", ngram_range=(3, 5))
        ),
    )


def form_kernels(posts: pd.DataFrame, timezone: str = "UTC") -> tuple[Kernel, ...]:
    """Nearness of the local hour, the same weekday, nearness of the length.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts.
    timezone : str
        The creator's, in which hours and weekdays are counted.
    """
    local = posts["posted_at"].dt.tz_convert(timezone).dt
    turn = 2 * np.pi * (local.hour + local.minute / 60).to_numpy(float) / 24
    timed = np.ones(len(posts), dtype=bool)
    if "hour_known" in posts:  # a post of which only the day is known stands at noon
        timed = posts["hour_known"].fillna(True).to_numpy(bool)
    weekday = local.day_of_week.to_numpy(float)
    length = np.log1p(posts["duration_s"].astype(float).to_numpy())
    return (
        _nearness("hour", np.where(timed, turn, np.nan), _circular),
        _nearness("weekday", weekday, lambda gap: (gap == 0).astype(float)),
        _nearness("length", length, lambda gap: np.exp(-0.5 * (gap / LENGTH_WIDTH) ** 2)),
    )


def cosines(between: Between) -> Between:
    """Return the cosines whose squares a kernel of texts compares by."""
    return lambda first, second: np.sqrt(between(first, second))


def _circular(gap: np.ndarray) -> np.ndarray:
    """A bell on the circle of 24 hours, `HOUR_WIDTH` wide."""
    return np.exp((np.cos(gap) - 1) / (2 * np.pi * HOUR_WIDTH / 24) ** 2)


def _nearness(name: str, values: np.ndarray, alike: Callable) -> Kernel:
    present = ~np.isnan(values)

    def between(first: slice, second: slice) -> np.ndarray:
        gap = values[first, None] - values[None, second]
        return np.where(np.isnan(gap), 0.0, alike(gap))

    return Kernel(name, 8.0, present, between)


def _cosine_kernel(name: str, prior: float, present: np.ndarray, rows: sparse.csr_array) -> Kernel:
    def between(first: slice, second: slice) -> np.ndarray:
        return (rows[first] @ rows[second].T).toarray().astype(float) ** 2

    return Kernel(name, prior, present, between)


def _hashed(texts: list, **how) -> sparse.csr_array:
    """Counts of a text's parts at unit length, float32, each part in the column of its hash."""
    hasher = HashingVectorizer(
        n_features=N_HASHED, alternate_sign=False, lowercase=False, dtype=np.float32, **how
    )
    if not texts:  # scikit-learn wants one at least
        return sparse.csr_array((0, N_HASHED), dtype=np.float32)
    return sparse.csr_array(hasher.transform(texts))


def _as_it_is(parts: list[str]) -> list[str]:
    return parts


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
