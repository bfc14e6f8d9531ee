"""Is what posts show tied to what they earn, by one rule that holds for all creators?

As in the test on one creator, content is shifted along time and the whole analysis repeated; but a
shift stays within a creator, because giving one creator's content to another would break more than
the tie that is tested.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from virality.core.bounds import within
from virality.core.protocol import DEFAULT, Protocol
from virality.evidence import shifts as sh
from virality.evidence.claims import content_rows, empty_evidence
from virality.evidence.level_free import LEVEL, Content, content_folds
from virality.features.blocks import CONTENT_BLOCKS, block_of
from virality.features.table import model_table


def content_within(
    posts: pd.DataFrame,
    tables: Iterable[pd.DataFrame],
    *,
    protocol: Protocol = DEFAULT,
    n_shifts: int = 499,
) -> pd.DataFrame:
    """Test content by shifts within creators, with one regression for all of them.

    Outcomes are taken relative to the median of the creator's last ten matured posts, content
    relative to the creator's own running mean.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts of several creators.
    tables : list of DataFrame
        Feature tables indexed by post_id.
    protocol : Protocol
        Its target, embargo and seed.
    n_shifts : int
        Every shift moves each creator's content by a distance of its own.

    Returns
    -------
    DataFrame
        As from `claims.content_test`: a row of kind "content_any", and one of kind "content" per
        block.  Empty when nothing can be tested.
    """
    table = model_table(posts, tables, protocol)
    level_free = table.y - table.baselines[LEVEL]
    keep = level_free.notna().to_numpy()
    residual = level_free.to_numpy()[keep]
    author = posts.set_index(posts["post_id"].astype("string"))["author"].reindex(table.y.index)
    rows = [np.flatnonzero(author.to_numpy()[keep] == name) for name in sorted(set(author[keep]))]
    folds = content_folds(table.times[keep], protocol.embargo_days)
    blocks = _blocks(table.X[keep], rows, folds[0][0]) if folds else {}
    content = Content(residual, blocks, folds, table)
    if not content.testable:
        return empty_evidence()
    orders = shifted_orders(rows, len(residual), n_shifts, protocol.seed)
    sources = [*blocks.values(), content.together()]
    with threadpool_limits(1):
        statistics = [sh.order_statistics(z, residual, folds, orders) for z in sources]
    return content_rows(list(blocks), np.column_stack(statistics), content.n_tested)


def shifted_orders(rows: list[np.ndarray], n: int, n_shifts: int, seed: int = 0) -> np.ndarray:
    """Which post's content each post gets: first its own, then shifted within its creator.

    Parameters
    ----------
    rows : list of ndarray of int
        Each creator's rows, in time order.
    n : int
        Rows of all.
    n_shifts : int
    seed : int

    Returns
    -------
    ndarray of int, shape (1 + n_shifts, n)
    """
    within("n_shifts", n_shifts, 1)
    rng = np.random.default_rng(seed)
    orders = np.tile(np.arange(n), (1 + n_shifts, 1))
    for own in rows:
        possible = sh.all_shifts(len(own), len(own), seed=seed)
        if len(possible) == 0:
            continue
        for order, move in zip(orders[1:], rng.choice(possible, n_shifts), strict=True):
            order[own] = np.roll(own, -move)
    return orders


def _blocks(X: pd.DataFrame, rows: list[np.ndarray], train: np.ndarray) -> dict[str, np.ndarray]:
    """Each content block's running scores, creator by creator, reduced to a few components."""
    scores = np.zeros(X.shape)
    for own in rows:
        scores[own] = sh.running_scores(X.to_numpy(float)[own])
    names = np.array([block_of(name) for name in X.columns])
    out = {}
    for block in CONTENT_BLOCKS:
        part = scores[:, names == block]
        part = part[:, np.ptp(part, axis=0) > 0] if part.size else part
        if part.shape[1]:
            out[block] = sh.components(part, train)
    return out
