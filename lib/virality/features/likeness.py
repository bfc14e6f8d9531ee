"""How alike the content of an account's posts is: all respects together, and each vector alone.

For models that ask what a post like this one is worth: a weighted mean of the kernels of captions,
hours and lengths and, for every block of content columns, of the product of their standard scores.
Where one block alone tells what a post is worth, the others blur that mean, so blocks of vectors
stand by themselves as well.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from virality.features.blocks import KEPT_BLOCKS, LIKENESS_BLOCKS, block_of
from virality.features.kernels import Between, caption_kernels, cosines, form_kernels

#: How much each respect weighs; a block of vectors weighs one.
WEIGHTS = {
    "hashtags": 2.0,
    "words": 1.0,
    "letters": 1.0,
    "length": 0.5,
    "hour": 0.35,
    "weekday": 0.25,
    "metadata": 0.5,
}
CAP = 3.0  # standard scores: an odd value is no direction of its own


def content_likeness(
    posts: pd.DataFrame, X: pd.DataFrame, early: np.ndarray, blocks: Iterable[str]
) -> tuple[Between, ...]:
    """Likenesses of content of any two runs of an account's posts.

    Parameters
    ----------
    posts : DataFrame of n rows
        Tidy posts of one account, in time order.
    X : DataFrame of n rows
        Their features, in the same order.
    early : ndarray of bool, shape (n,)
        Posts whose columns say what is usual: those before the first test post.
    blocks : iterable of str
        Blocks that may be looked at; captions, hours and lengths stand behind the block `similar`.

    Returns
    -------
    tuple of callable
        From two slices of rows their likeness, shape (n_first, n_second), about 1 of a post to
        itself: all together first, then each block of vectors, where there are two or more; empty
        where the blocks hold no content.
    """
    chosen = {*blocks}
    parts: list[tuple[float, Between]] = []
    vectors: list[Between] = []
    if "similar" in chosen:
        texts = [(each.name, cosines(each.between)) for each in caption_kernels(posts["caption"])]
        forms = [(each.name, each.between) for each in form_kernels(posts)]
        parts += [(WEIGHTS[name], between) for name, between in (*texts, *forms)]
    names = np.array([block_of(name) for name in X.columns])
    for block in LIKENESS_BLOCKS:
        scores = _scores(X.loc[:, names == block].to_numpy(float), early)
        if block in chosen and scores.shape[1]:
            parts.append((WEIGHTS.get(block, 1.0), _products(scores)))
            vectors += [parts[-1][1]] if block not in KEPT_BLOCKS else []
    if not parts:
        return ()
    return (_weighted(parts), *(vectors if len(vectors) > 1 else ()))


def _scores(values: np.ndarray, early: np.ndarray) -> np.ndarray:
    """Standard scores of the columns that vary among early posts; 0 where nothing is known."""
    seen = values[early]
    known = (~np.isnan(seen)).sum(axis=0)
    count = np.maximum(known, 1)
    mean = np.nansum(seen, axis=0) / count
    spread = np.sqrt(np.nansum((seen - mean) ** 2, axis=0) / count)
    varies = (known > 1) & (spread > 1e-9 * np.maximum(np.abs(mean), 1.0))
    scores = (values[:, varies] - mean[varies]) / spread[varies]
    return np.nan_to_num(scores).clip(-CAP, CAP)


def _products(scores: np.ndarray) -> Between:
    return lambda first, second: scores[first] @ scores[second].T / scores.shape[1]


def _weighted(parts: list[tuple[float, Between]]) -> Between:
    total = sum(weight for weight, _ in parts)

    def between(first: slice, second: slice) -> np.ndarray:
        weighed = [weight / total * alike(first, second) for weight, alike in parts]
        return np.sum(weighed, axis=0)

    return between
