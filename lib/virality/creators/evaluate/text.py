"""Captions and hashtags as vectors, without a run and without films."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from virality.core.captions import split_caption

if TYPE_CHECKING:
    from virality.media.encoders.base import Encoder, Recipe

BLOCKS = ("caption_text", "hashtag_text")


def text_vectors(posts: pd.DataFrame, recipe: Recipe | None) -> pd.DataFrame:
    """Turn captions into the two blocks of text, the same that a report computes.

    Parameters
    ----------
    posts : DataFrame
        post_id and caption.
    recipe : Recipe or None
        What the encoder of texts is built from; None gives no columns.

    Returns
    -------
    DataFrame
        Index post_id, float32 columns ``caption_text__000`` and so on; NaN where a post has no such
        text, and no column where none has.
    """
    index = pd.Index(posts["post_id"].astype("string"), name="post_id")
    if recipe is None:
        return pd.DataFrame(index=index)
    texts = zip(*map(split_caption, posts["caption"]), strict=True)
    parts = [_block(name, own, index, recipe) for name, own in zip(BLOCKS, texts, strict=False)]
    return pd.concat([pd.DataFrame(index=index), *parts], axis=1)


def _block(name: str, texts: tuple[str, ...], index: pd.Index, recipe: Recipe) -> pd.DataFrame:
    known = sorted({text for text in texts if text})
    if not known:
        return pd.DataFrame(index=index)
    with threadpool_limits(1):
        vectors = _encoder(recipe).encode_texts(known)
    place = {text: row for row, text in enumerate(known)}
    table = np.full((len(texts), vectors.shape[1]), np.nan, dtype=np.float32)
    rows = [i for i, text in enumerate(texts) if text]
    table[rows] = vectors[[place[texts[i]] for i in rows]]
    columns = [f"{name}__{i:03d}" for i in range(table.shape[1])]
    return pd.DataFrame(table, index=index, columns=columns)


def _encoder(recipe: Recipe) -> Encoder:
    if recipe.kind == "classic":  # needs none of what the others do
        from virality.media.encoders.classic import ClassicEncoder

        return ClassicEncoder(recipe)
    from virality.media.encoders.registry import load

    return load(recipe)
