"""How far a draft is from anything that the account has posted.

A forecast knows posts like those that it learnt from.  The rule was fixed before any account was
seen: a draft lies outside when it is further from its nearest posts than any post is from its own.
Where posts are exchangeable, one draft in n + 1 is refused by it without cause.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from virality.core.protocol import MIN_POSTS
from virality.explanation.content_space import content_table
from virality.features.blocks import LIKENESS_BLOCKS, block_of

NEAREST = 3  # posts whose mean distance counts
FAR_SD = 5.0  # standard scores: what is further is far, however far


@dataclass(frozen=True)
class Place:
    """Where a draft lies among the posts.

    Parameters
    ----------
    distance : float
        Mean distance to its nearest posts, in standard deviations of a column; NaN where nothing
        can be compared.
    limit : float
        The largest that any post has to its own nearest ones.
    nearest : tuple of str
        Post ids, the nearest first.
    blocks : tuple of str
        What was compared.
    n : int
        Posts that it was compared with.
    """

    distance: float
    limit: float
    nearest: tuple[str, ...]
    blocks: tuple[str, ...]
    n: int

    @property
    def inside(self) -> bool:
        """Whether posts like it have been there; without anything to compare nothing speaks."""
        return not self.distance > self.limit


def place(X: pd.DataFrame, row: pd.Series, at_most: int = 5) -> Place:
    """Compare a draft with the account's posts, by all content that it has.

    Parameters
    ----------
    X : DataFrame of n rows
        Features of the posts, index post_id; the draft is not among them.
    row : Series
        The draft's, same columns.
    at_most : int
        Nearest posts that are named.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = pd.DataFrame(rng.normal(size=(60, 4)), index=[f"p{i}" for i in range(60)])
    >>> X.columns = [f"vision__{i}" for i in range(4)]
    >>> place(X, X.iloc[0] + 0.1).inside, place(X, X.iloc[0] + 9).inside
    (True, False)
    """
    content = content_table(X)
    blocks = _comparable(content, row)
    names = np.array([block_of(name) for name in content.columns])
    has = np.ones(len(content), dtype=bool)
    for block in blocks:
        has &= content.loc[:, names == block].notna().any(axis=1).to_numpy()
    if not blocks or has.sum() < MIN_POSTS:
        return Place(np.nan, np.nan, (), (), 0)
    posts, draft = content[has], row[content.columns].astype(float)
    squares = np.zeros((len(posts) + 1, len(posts) + 1))
    for block in blocks:
        inside = names == block
        squares += _squares(posts.loc[:, inside].to_numpy(), draft[inside].to_numpy())
    distances = np.sqrt(squares / len(blocks))
    np.fill_diagonal(distances, np.inf)
    own = np.sort(distances[:-1, :-1], axis=1)[:, :NEAREST].mean(axis=1)
    mine = distances[-1, :-1]
    order = np.argsort(mine, kind="stable")
    named = tuple(str(post) for post in posts.index[order[:at_most]])
    distance = float(mine[order[:NEAREST]].mean())
    return Place(distance, float(own.max()), named, tuple(blocks), len(posts))


def _comparable(content: pd.DataFrame, row: pd.Series) -> list[str]:
    """Blocks that the draft has, and enough posts as well."""
    found = []
    for block in LIKENESS_BLOCKS:
        columns = [name for name in content.columns if block_of(name) == block]
        if not columns or row[columns].isna().all():
            continue
        has = content[columns].notna().any(axis=1)
        if has.sum() >= max(MIN_POSTS, len(content) / 2):
            found.append(block)
    return found


def _squares(posts: np.ndarray, draft: np.ndarray) -> np.ndarray:
    """Mean squared distances of one block between all posts and the draft, which comes last."""
    mean = np.nanmean(np.where(np.isnan(posts).all(axis=0), 0.0, posts), axis=0)
    spread = np.nanstd(np.where(np.isnan(posts).all(axis=0), 0.0, posts), axis=0)
    varies = spread > 1e-9 * np.maximum(np.abs(mean), 1.0)
    if not varies.any():
        return np.zeros((len(posts) + 1, len(posts) + 1))
    rows = np.vstack([posts, draft])[:, varies]
    scores = np.nan_to_num((rows - mean[varies]) / spread[varies]).clip(-FAR_SD, FAR_SD)
    length = (scores**2).sum(axis=1)
    return np.maximum(length[:, None] + length - 2 * scores @ scores.T, 0.0) / scores.shape[1]
