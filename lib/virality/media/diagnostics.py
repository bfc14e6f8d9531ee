"""Diagnostics of the vectors: what they keep, how alike blocks are, which posts are neighbours."""

from __future__ import annotations

import numpy as np
import pandas as pd

from virality.media.extract import Extraction
from virality.media.tables import BLOCKS

COMPONENTS = (2, 4, 8, 16, 32)
CKA_POSTS = 10
_MEASURED = ("hook", "energy")  # named measurements, each in a unit of its own


def block_values(embeddings: pd.DataFrame, block: str) -> pd.DataFrame:
    """Return the rows of a block that are there, scaled when they are named measurements.

    Parameters
    ----------
    embeddings : DataFrame
    block : str
    """
    columns = [name for name in embeddings.columns if name.startswith(f"{block}__")]
    part = embeddings[columns].dropna(how="all")
    if block in _MEASURED:
        part = (part - part.mean()) / part.std(ddof=0).replace(0, 1)
    return part.fillna(0.0).astype(float)


def present(embeddings: pd.DataFrame) -> pd.DataFrame:
    """Return which post has which block: bool, one column per block that exists."""
    found = {}
    for block in BLOCKS:
        columns = [name for name in embeddings.columns if name.startswith(f"{block}__")]
        if columns:
            found[block] = embeddings[columns].notna().any(axis=1)
    return pd.DataFrame(found, index=embeddings.index)


def variance_kept(embeddings: pd.DataFrame) -> pd.DataFrame:
    """Return the share of each block's variance in its first components.

    For looking only; the models fit their components inside each fold.

    Returns
    -------
    DataFrame
        Columns block, components, share.
    """
    rows = []
    for block in present(embeddings).columns:
        values = block_values(embeddings, block).to_numpy()
        if len(values) < 3:
            continue
        sizes = np.linalg.svd(values - values.mean(axis=0), compute_uv=False) ** 2
        total = sizes.sum()
        for count in COMPONENTS:
            if count <= len(sizes) and total > 0:
                rows.append((block, count, float(sizes[:count].sum() / total)))
    return pd.DataFrame(rows, columns=["block", "components", "share"])


def cka(embeddings: pd.DataFrame) -> pd.DataFrame:
    """Return the linear CKA between blocks, on the posts that have both; near 0 when unrelated.

    Empty below `CKA_POSTS` posts: an estimate that allows for chance swings wildly with so few.

    References
    ----------
    Kornblith et al. (2019), Similarity of Neural Network Representations Revisited.
    """
    blocks = list(present(embeddings).columns) if len(embeddings) >= CKA_POSTS else []
    parts = {block: block_values(embeddings, block) for block in blocks}
    matrix = pd.DataFrame(np.eye(len(blocks)), index=blocks, columns=blocks)
    for i, a in enumerate(blocks):
        for b in blocks[:i]:
            both = parts[a].index.intersection(parts[b].index)
            value = _cka(parts[a].loc[both].to_numpy(), parts[b].loc[both].to_numpy())
            matrix.loc[a, b] = matrix.loc[b, a] = value
    return matrix


def zero_shot(found: Extraction, vocabulary: str) -> pd.DataFrame:
    """Return the word of a vocabulary that is nearest to each post's opening.

    Parameters
    ----------
    found : Extraction
        With CLIP-type vectors; other encoders have no words for pictures.
    vocabulary : str
        Words or phrases, separated by commas.

    Returns
    -------
    DataFrame
        Columns post_id, word, lead (cosine above the runner-up); empty without CLIP.

    References
    ----------
    Radford et al. (2021), Learning transferable visual models from natural language supervision.
    """
    words = list(dict.fromkeys(word.strip() for word in vocabulary.split(",") if word.strip()))
    columns = ["post_id", "word", "lead"]
    if found.record["used"] != "pretrained" or len(words) < 2 or "vision" in found.record["absent"]:
        return pd.DataFrame(columns=columns)
    size = found.choice.recipes["vision"].length("vision")
    pictures = found.embeddings[[f"vision__{i:03d}" for i in range(size)]].dropna()
    texts = found.encode_texts(f"a photo of {word}" for word in words)
    # What a word has in common with every picture of this creator says nothing about one.
    cosines = pictures.to_numpy() @ texts.T
    cosines -= cosines.mean(axis=0)
    best = np.sort(cosines, axis=1)
    nearest = [words[place] for place in cosines.argmax(axis=1)]
    return pd.DataFrame(
        {"post_id": pictures.index.astype(str), "word": nearest, "lead": best[:, -1] - best[:, -2]},
        columns=columns,
    )


def _cka(a: np.ndarray, b: np.ndarray) -> float:
    """Linear CKA with the unbiased estimate of dependence (Song et al. 2012).

    The plain one is far above zero for unrelated blocks when columns outnumber posts.
    """
    if len(a) < 4:
        return float("nan")
    first, second = a @ a.T, b @ b.T
    size = _hsic(first, first) * _hsic(second, second)
    return float(_hsic(first, second) / np.sqrt(size)) if size > 0 else float("nan")


def _hsic(first: np.ndarray, second: np.ndarray) -> float:
    n = len(first)
    first, second = first - np.diag(np.diag(first)), second - np.diag(np.diag(second))
    together = (first * second).sum()
    apart = first.sum() * second.sum() / ((n - 1) * (n - 2))
    mixed = 2 / (n - 2) * (first.sum(axis=0) @ second.sum(axis=1))
    return float(together + apart - mixed) / (n * (n - 3))
