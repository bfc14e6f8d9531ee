"""Where posts lie: near each other when their content is alike, every block with the same say."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from sklearn.decomposition import PCA
from sklearn.impute import KNNImputer

from virality.core.bounds import within
from virality.core.protocol import MIN_POSTS
from virality.features.blocks import CONTENT_BLOCKS, LIKENESS_BLOCKS, block_of

# Blocks that describe the content. Momentum is left out: it holds the account's past views, so
# that regimes would be made of the outcome that they are later asked about.
# Metadata that says when, not what: with it, regimes would be seasons and office hours.
_CALENDAR = re.compile(r"metadata__(hour|weekday|day_of_year|month|year)(_|$)")

COVERAGE = 0.5  # share of posts that must have a block for it to shape the space
CLIP_SD = 3.0  # a rare flag or an outlier may not own a component
DIMENSIONS = 8  # of the joint space: fewer merge regimes, more drown them


@dataclass(frozen=True)
class Space:
    """Where posts lie: near each other when they are alike in content.

    Parameters
    ----------
    points : DataFrame of shape (n_posts, n_dimensions)
        Index post_id, in time order; unit: shares of a block's spread.
    blocks : tuple of str
        Blocks that shaped it, each with the same total variance.
    left_out : dict of str to float
        Blocks that too few posts have, with the share of posts that has them.
    borrowed : dict of str to int
        Posts per block that had no such block and took the place of their neighbours.
    """

    points: pd.DataFrame
    blocks: tuple[str, ...] = ()
    left_out: dict[str, float] = field(default_factory=dict)
    borrowed: dict[str, int] = field(default_factory=dict)

    @property
    def usable(self) -> bool:
        """Whether there are enough posts and directions to look for regimes."""
        return len(self.points) >= MIN_POSTS and self.points.shape[1] >= 2


def content_table(features: pd.DataFrame, embeddings: pd.DataFrame | None = None) -> pd.DataFrame:
    """Join everything that describes the content of a post, by post_id.

    Parameters
    ----------
    features, embeddings : DataFrame
        Index post_id, columns ``block__name``. `embeddings` may be missing or empty.

    Returns
    -------
    DataFrame
        In the order of `features`; without momentum and without calendar columns.
    """
    table = features
    if embeddings is not None and embeddings.shape[1]:
        table = features.join(embeddings, how="left")
    keep = [c for c in table.columns if block_of(c) in CONTENT_BLOCKS and not _CALENDAR.match(c)]
    return table[keep].astype(float)


def content_space(content: pd.DataFrame, n_components: int = 8) -> Space:
    """Place posts so that every block has the same say, however many columns it has.

    The facts of the opening do not shape the space; they only help to name what is found in it.

    Each block is scaled, reduced to at most `n_components` components and divided by the root of
    its total variance; the blocks side by side are then reduced to a few joint dimensions, in which
    what several blocks agree on stands out.

    Parameters
    ----------
    content : DataFrame of shape (n_posts, n_columns)
        From :func:`content_table`, in time order.
    n_components : int
        Components per block.

    Returns
    -------
    Space
        With an empty `points` (no columns) when nothing varies.
    """
    within("n_components", n_components, 1)
    parts, left_out, borrowed = {}, {}, {}
    for block in LIKENESS_BLOCKS:
        part = content[[c for c in content.columns if block_of(c) == block]]
        has = part.notna().any(axis=1).to_numpy()
        if not has.any():
            continue
        if has.mean() < COVERAGE:
            left_out[block] = float(has.mean())
            continue
        components = _block_components(part.to_numpy(), has, n_components)
        if components.shape[1]:
            parts[block] = components
            borrowed[block] = int((~has).sum())
    borrowed = {block: n for block, n in borrowed.items() if n}
    joint = _joint_dimensions(list(parts.values()), len(content))
    names = [f"dimension_{i + 1}" for i in range(joint.shape[1])]
    points = pd.DataFrame(joint, index=content.index, columns=names)
    return Space(points, tuple(parts), left_out, borrowed)


def _block_components(values: np.ndarray, has: np.ndarray, n_components: int) -> np.ndarray:
    """Components of one block with total variance 1; rows without the block stay NaN."""
    known = values[has]
    known = known[:, ~np.isnan(known).all(axis=0)]
    known = np.where(np.isnan(known), np.nanmedian(known, axis=0), known)
    spread = known.std(axis=0)
    known, spread = known[:, spread > 1e-9], spread[spread > 1e-9]
    if not known.shape[1] or len(known) < 3:
        return np.empty((len(values), 0))
    scaled = np.clip((known - known.mean(axis=0)) / spread, -CLIP_SD, CLIP_SD)
    size = min(n_components, known.shape[1], len(known) - 1)
    components = PCA(size, svd_solver="full").fit_transform(scaled)
    out = np.full((len(values), size), np.nan)
    out[has] = components / np.sqrt(components.var(axis=0).sum())
    return out


def _joint_dimensions(parts: list[np.ndarray], n_posts: int) -> np.ndarray:
    if not parts:
        return np.empty((n_posts, 0))
    together = np.hstack(parts)
    if np.isnan(together).any():
        # A post without a video would otherwise sit in the middle of the picture block, and all
        # such posts together; it takes the mean of the posts that it resembles elsewhere.
        together = KNNImputer(n_neighbors=5).fit_transform(together)
    size = min(DIMENSIONS, together.shape[1], max(n_posts - 1, 1))
    return PCA(size, svd_solver="full").fit_transform(together)


def map_posts(
    points: pd.DataFrame, n_neighbors: int = 15, min_dist: float = 0.1, seed: int = 0
) -> pd.DataFrame:
    """Draw the space on a plane with UMAP; bit-identical for equal input.

    Parameters
    ----------
    points : DataFrame of shape (n_posts, n_dimensions)
        From :func:`content_space`.
    n_neighbors : int
        Posts that count as near; at most a third of all.
    min_dist : float
        How tightly near posts may be packed.
    seed : int
        Of UMAP's sampling.

    Returns
    -------
    DataFrame of shape (n_posts, 2)
        x and y, without a unit.
    """
    within("n_neighbors", n_neighbors, 2)
    within("min_dist", min_dist, 0, 0.99)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about progress bars that nobody asked for
        from umap import UMAP  # takes seconds: only who draws a map pays

    values = points.to_numpy(float)
    start = values[:, :2] / max(values[:, 0].std(), 1e-12) * 10  # main directions, not a lottery
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        flat = UMAP(
            n_neighbors=max(2, min(n_neighbors, len(values) // 3)),
            min_dist=min_dist,
            init=start,
            random_state=seed,
            n_jobs=1,
        ).fit_transform(values)
    return pd.DataFrame(flat.astype(float), index=points.index, columns=["x", "y"])


def use_compiled() -> None:
    """Draw a map as the chapters do; for :mod:`virality.core.compiled`."""
    map_posts(pd.DataFrame(np.random.default_rng(0).normal(size=(60, 4))))
