"""Texts as hashed groups of letters: no weights, any script, nothing learnt."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

LETTER_DIMS = 256


def hash_letters(texts: Sequence[str]) -> np.ndarray:
    """Return the hashed groups of one to four letters within words, each row of length 1.

    Parameters
    ----------
    texts : sequence of str

    Returns
    -------
    ndarray of float32, shape (n, 256)
    """
    from sklearn.feature_extraction.text import HashingVectorizer

    # Letters within words work in any language and script, and nothing is learnt.
    hashing = HashingVectorizer(
        analyzer="char_wb", ngram_range=(1, 4), n_features=LETTER_DIMS, alternate_sign=True
    )
    return hashing.transform(list(texts)).toarray().astype(np.float32)
