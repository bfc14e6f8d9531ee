"""Several simulated creators whose levels, and what they share, are known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from toyposts import toy_embeddings, toy_posts


def toy_creators(
    levels, n: int = 60, shared: float = 0.0, drift: str = "constant", seed: int = 0
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Posts and embeddings of one creator per level.

    Parameters
    ----------
    levels : list of float
        Added to each creator's log views.
    n : int
        Posts of each.
    shared : float
        Size of one effect of content that holds for all of them, in log views.
    drift : {"constant", "walk"}
        How each account's level moves.
    """
    pull = np.random.default_rng(seed).normal(size=10)
    posts, columns = [], []
    for i, level in enumerate(levels):
        own, traits = toy_posts(
            n, 100 * seed + i, level=drift, every_days=6, author=f"creator{i:02d}"
        )
        y = np.log1p(own["views"].astype(float)) + level
        y += shared * (traits @ pull) / np.linalg.norm(pull)
        own["views"] = pd.array(np.round(np.expm1(y.clip(0, 25))).astype("int64"), dtype="Int64")
        posts.append(own)
        columns.append(toy_embeddings(own, traits, width=12, seed=3))
    table = pd.concat(posts).sort_values(["posted_at", "post_id"], ignore_index=True)
    return table, pd.concat(columns).reindex(table["post_id"])
