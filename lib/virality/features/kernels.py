"""How alike two posts of one account are, from 0 to 1, in one respect each.

No vocabulary is learnt: parts of texts go by their hashes.  What is rare counts more, and how rare
it is was counted over the posts before, so that a later post cannot change how alike two earlier
ones are.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.preprocessing import normalize

from virality.core.captions import hashtags
from virality.posts.values import hour_known

HOUR_WIDTH = 1.5  # hours
LENGTH_WIDTH = 0.25  # in the logarithm: seconds that differ by a quarter
N_HASHED = 2**18  # columns that words and letters share; so many that two rarely fall on one

GRID = 2.0**20  # vectors stand on its multiples, so that sums of products are exact

#: What is compared of films, and the block that its vectors are.
MEDIA = {"picture": "vision", "sound": "audio"}

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


def kernels(posts: pd.DataFrame, timezone: str = "UTC") -> tuple[Kernel, ...]:
    """Return every respect in which posts are compared by their table alone.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts of one author, in time order.
    timezone : str
        The creator's, in which hours and weekdays are counted.
    """
    return (*caption_kernels(posts["caption"]), *form_kernels(posts, timezone))


def caption_kernels(captions: pd.Series) -> tuple[Kernel, ...]:
    """Squared cosines of hashtags, of words and pairs of words, and of runs of letters in words.

    Parameters
    ----------
    captions : Series of str, shape (n_posts,)
        In time order; NA where there is none.  Fullwidth and ornamental letters count as plain
        ones, and capitals as small ones.
    """
    present = captions.notna().to_numpy()
    plain = [_plain(text) for text in captions.fillna("")]
    tags = _hashed([hashtags(text) for text in plain], analyzer=_as_it_is)
    words = _hashed(plain, ngram_range=(1, 2), token_pattern=r"\b\w+\b")
    letters = _hashed(plain, analyzer="char_wb", ngram_range=(3, 5))
    return (
        _cosine_kernel("hashtags", 2.0, present, tags),
        _cosine_kernel("words", 1.0, present, words),
        _cosine_kernel("letters", 1.0, present, letters),
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
    weekday = local.day_of_week.to_numpy(float)
    length = np.log1p(posts["duration_s"].astype(float).to_numpy())
    return (
        _nearness("hour", np.where(hour_known(posts), turn, np.nan), _circular),
        _nearness("weekday", weekday, lambda gap: (gap == 0).astype(float)),
        _nearness("length", length, lambda gap: np.exp(-0.5 * (gap / LENGTH_WIDTH) ** 2)),
    )


def media_kernels(embeddings: pd.DataFrame) -> tuple[Kernel, ...]:
    """Likeness of pictures and of sounds, where there are vectors of them.

    Parameters
    ----------
    embeddings : DataFrame of n rows
        Of one author's posts in time order; columns `vision__*` and `audio__*` are looked at, NaN
        where a post has none.
    """
    found = {
        name: embeddings.filter(regex=f"^{block}__").to_numpy(float)
        for name, block in MEDIA.items()
    }
    return tuple(_vector_kernel(name, v) for name, v in found.items() if v.shape[1])


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


def _vector_kernel(name: str, vectors: np.ndarray) -> Kernel:
    """Squared cosine, where it is positive, of vectors from the mean of all before the first post.

    The vectors of an encoder share one large direction, which says nothing; what it is was counted
    up to the post that is compared.  On a grid every sum is exact, so that it does not matter in
    which order, and beside how many others, a library adds.
    """
    present = ~np.isnan(vectors).any(axis=1)
    unit = np.round(normalize(np.where(present[:, None], vectors, 0.0)) * GRID) / GRID
    before = np.maximum(np.cumsum(present) - present, 1)[:, None]
    mean = np.round((np.cumsum(unit, axis=0) - unit) / before * GRID) / GRID

    def between(first: slice, second: slice) -> np.ndarray:
        centre, others = mean[first], unit[second]
        own = unit[first] - centre
        product = own @ others.T - (own * centre).sum(axis=1, keepdims=True)
        length = (own**2).sum(axis=1, keepdims=True)
        lengths = (others**2).sum(axis=1) - 2 * (centre @ others.T)
        lengths += (centre**2).sum(axis=1, keepdims=True)
        scale = length * lengths * (present[first, None] & present[second])
        squares = np.where(product > 0, product, 0.0) ** 2
        return np.divide(squares, scale, out=np.zeros_like(squares), where=scale > 1e-9)

    return Kernel(name, 1.0, present, between)


def _hashed(texts: list, **how) -> sparse.csr_array:
    """Parts of texts at unit length, float32, each part in the column of its hash."""
    if not texts:  # scikit-learn wants one at least
        return sparse.csr_array((0, N_HASHED), dtype=np.float32)
    hasher = HashingVectorizer(
        n_features=N_HASHED,
        alternate_sign=False,
        norm=None,
        lowercase=False,
        dtype=np.float32,
        **how,
    )
    return normalize(_by_rarity(sparse.csr_array(hasher.transform(texts))))


def _by_rarity(counts: sparse.csr_array) -> sparse.csr_array:
    """Counts times the inverse document frequency that each part had when its post went up.

    Smoothed as scikit-learn does it: ln((1 + posts before) / (1 + those of them with it)) + 1.
    """
    columns = sparse.csc_array(counts)
    columns.sort_indices()  # a part's posts in time order: the place is how many had it before
    first = np.repeat(columns.indptr[:-1], np.diff(columns.indptr))
    rarity = np.log((1 + columns.indices) / (1 + np.arange(columns.nnz) - first)) + 1
    columns.data *= rarity.astype(np.float32)
    return sparse.csr_array(columns)


def _as_it_is(parts: list[str]) -> list[str]:
    return parts


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
