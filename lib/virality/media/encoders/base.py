"""The one interface of all encoders, and the small recipe from which a worker builds one."""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache

import numpy as np


@dataclass(frozen=True)
class Recipe:
    """All that it takes to build an encoder anywhere: small, hashable, sent to workers.

    Parameters
    ----------
    kind : str
        "classic", "clip" or "whisper".
    id : str
        Hub id, folder, or the name of the classic set.
    revision : str
        Commit of the Hub, or a hash of the weights of a folder.
    dims : tuple of (str, int)
        Length of the vectors by block kind: "vision", "text", "audio".
    folder : str
        Where config, tokenizer and weights lie on this machine; "" without weights.
    image_side : int
        Pixels of the shorter side of the pictures that it wants.
    precision : str
        "float32", "bfloat16" or "float16".
    device : str
        "cpu", "cuda" or "mps".
    mode : str
        For sound: "exact" or "padded".
    """

    kind: str
    id: str
    revision: str
    dims: tuple[tuple[str, int], ...]
    folder: str = ""
    image_side: int = 224
    precision: str = "float32"
    device: str = "cpu"
    mode: str = ""

    @cached_property
    def fingerprint(self) -> str:
        """What its vectors depend on, as 16 characters; not where the weights lie."""
        parts = asdict(self)
        # The same weights give the same vectors wherever they lie and whatever multiplies them.
        del parts["folder"], parts["device"]
        text = json.dumps(parts, sort_keys=True)
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()

    def length(self, what: str) -> int:
        """Return the length of the vectors for "vision", "text" or "audio"."""
        return dict(self.dims)[what]

    def describe(self) -> dict:
        """Return what belongs into the record of a run (nothing of this machine's folders)."""
        return {
            "kind": self.kind,
            "id": self.id,
            "revision": self.revision,
            "dims": dict(self.dims),
            "precision": self.precision,
            "device": self.device,
            "mode": self.mode,
            "fingerprint": self.fingerprint,
        }


class Encoder(ABC):
    """Turns pictures, texts or sound into vectors of fixed length.

    A vector depends on its own input alone: never on what else is in the batch, and nothing
    is fitted.

    Parameters
    ----------
    recipe : Recipe
        What it was built from.
    """

    def __init__(self, recipe: Recipe):
        self.recipe = recipe

    @property
    def id(self) -> str:
        """Name of the encoder."""
        return self.recipe.id

    @property
    def revision(self) -> str:
        """Version of its weights or definition."""
        return self.recipe.revision

    @property
    def dims(self) -> dict[str, int]:
        """Length of the vectors for "vision", "text" and "audio", where it has them."""
        return dict(self.recipe.dims)

    def encode_images(self, images: np.ndarray) -> np.ndarray:
        """Encode pictures.

        Parameters
        ----------
        images : ndarray of uint8, shape (n, height, width, 3)
            RGB, upright, the shorter side ``recipe.image_side``.

        Returns
        -------
        ndarray of float32, shape (n, dims["vision"])
        """
        raise NotImplementedError(f"{self.id} does not see.")

    def encode_texts(self, texts: Sequence[str]) -> np.ndarray:
        """Encode texts.

        Parameters
        ----------
        texts : sequence of str

        Returns
        -------
        ndarray of float32, shape (n, dims["text"])
        """
        raise NotImplementedError(f"{self.id} does not read.")

    def count_tokens(self, texts: Sequence[str]) -> tuple[np.ndarray, int]:
        """Return the number of tokens of each text and the most that fit (0: no limit)."""
        return np.zeros(len(texts), dtype=int), 0

    def encode_sound(self, samples: np.ndarray) -> np.ndarray:
        """Encode one sound.

        Parameters
        ----------
        samples : ndarray of float32, shape (n,)
            Mono, 16 kHz.

        Returns
        -------
        ndarray of float32, shape (dims["audio"],)
        """
        raise NotImplementedError(f"{self.id} does not hear.")

    def encode_sounds(self, sounds: Sequence[np.ndarray]) -> np.ndarray:
        """Encode several sounds, see :meth:`encode_sound`.

        Returns
        -------
        ndarray of float32, shape (n, dims["audio"])
        """
        return np.stack([self.encode_sound(samples) for samples in sounds])

    @classmethod
    @abstractmethod
    def build(cls, recipe: Recipe) -> Encoder:
        """Load what the recipe names."""


@lru_cache(maxsize=4)
def load(recipe: Recipe) -> Encoder:
    """Return the encoder of a recipe; loaded once in each process."""
    return build(recipe)


def build(recipe: Recipe) -> Encoder:
    """Return a new encoder of a recipe."""
    if recipe.kind == "classic":
        from virality.media.encoders.classic import ClassicEncoder

        return ClassicEncoder.build(recipe)
    from virality.media.encoders.pretrained import ClipEncoder, WhisperSoundEncoder

    return {"clip": ClipEncoder, "whisper": WhisperSoundEncoder}[recipe.kind].build(recipe)
