"""The one interface of all encoders, and the small recipe from which a worker builds one."""

from __future__ import annotations

import contextlib
import hashlib
import json
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from threadpoolctl import threadpool_limits

# What a folder needs, in words, and the sets of files of which one is enough.
Needs = Mapping[str, tuple[tuple[str, ...], ...]]
# What an encoder can turn into vectors.
PARTS = ("vision", "text", "audio")
RATE = 16_000  # samples per second of the sound that encoders hear


@dataclass(frozen=True)
class Recipe:
    """All that it takes to build an encoder anywhere: small, hashable, sent to workers.

    Parameters
    ----------
    kind : str
        Which class, see :data:`virality.media.encoders.registry.ENCODERS`.
    id : str
        Hub id, folder, or the name of the classic set.
    revision : str
        Commit of the Hub, or a hash of the weights of a folder.
    dims : tuple of (str, int)
        Length of the vectors by part: "vision", "text", "audio".
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

    def length(self, part: str) -> int:
        """Return the length of the vectors for "vision", "text" or "audio"."""
        return dict(self.dims)[part]

    def describe(self) -> dict:
        """Return what belongs into the record of a run (nothing of this machine's folders)."""
        parts = asdict(self)
        del parts["folder"], parts["image_side"]
        return parts | {"dims": dict(self.dims), "fingerprint": self.fingerprint}


class Encoder(ABC):
    """Turns pictures, texts or sound into vectors of fixed length.

    A vector depends on its own input alone: never on what else is in the batch, and nothing
    is fitted. A subclass defines what it has parts for; one with weights also says which models
    it takes, and what their folders need. Modules of encoders load torch only when they use it.

    Parameters
    ----------
    recipe : Recipe
        What it was built from.
    """

    kind: ClassVar[str]
    #: Models that it takes, in words.
    family: ClassVar[str] = ""
    #: What a folder needs beside configuration and weights.
    needs: ClassVar[Needs] = {}

    def __init__(self, recipe: Recipe):
        self.recipe = recipe

    @classmethod
    @abstractmethod
    def build(cls, recipe: Recipe) -> Encoder:
        """Load what the recipe names."""

    @classmethod
    def takes(cls, model_type: str) -> bool:
        """Return whether it can use a model, by the type in the model's configuration."""
        return False

    @classmethod
    def recipe_of(cls, name: str, folder: str, mode: str) -> Recipe:
        """Return the recipe of a model that it takes (float32, processor), without loading it.

        Parameters
        ----------
        name : str
            What the model is called in the record of a run.
        folder : str
            Where its files are.
        mode : str
            For sound: "exact" or "padded".
        """
        raise NotImplementedError(f"{cls.kind} has no weights.")

    @property
    def dims(self) -> dict[str, int]:
        """Length of the vectors for "vision", "text" and "audio", where it has them."""
        return dict(self.recipe.dims)

    @classmethod
    def prepare(cls, recipe: Recipe, images: np.ndarray) -> np.ndarray:
        """Return pictures cut or squeezed as the model wants them; needs no model.

        Parameters
        ----------
        recipe : Recipe
        images : ndarray of uint8, shape (n, height, width, 3)
            RGB, upright, the shorter side ``recipe.image_side``.

        Returns
        -------
        ndarray of uint8
        """
        return images

    def encode_prepared(self, pictures: np.ndarray) -> np.ndarray:
        """Encode what :meth:`prepare` returned, to float32 of shape (n, dims["vision"])."""
        raise NotImplementedError(f"{self.recipe.id} has no vision encoder.")

    def encode_images(self, images: np.ndarray) -> np.ndarray:
        """Encode pictures as :meth:`prepare` gets them, to float32 of shape (n, dims)."""
        return self.encode_prepared(self.prepare(self.recipe, images))

    def encode_texts(self, texts: Sequence[str]) -> np.ndarray:
        """Encode texts, to float32 of shape (n, dims["text"])."""
        raise NotImplementedError(f"{self.recipe.id} has no text encoder.")

    def count_tokens(self, texts: Sequence[str]) -> tuple[np.ndarray, int]:
        """Return the number of tokens of each text and the most that fit (0: no limit)."""
        return np.zeros(len(texts), dtype=int), 0

    def encode_sounds(self, sounds: Sequence[np.ndarray]) -> np.ndarray:
        """Encode sounds (float32, mono, 16 kHz), to float32 of shape (n, dims["audio"])."""
        raise NotImplementedError(f"{self.recipe.id} has no audio encoder.")

    def encode_sound(self, samples: np.ndarray) -> np.ndarray:
        """Encode one sound of shape (n,), see :meth:`encode_sounds`."""
        return self.encode_sounds([samples])[0]


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Keep every library to one thread: faster side by side, and the same bits every time."""
    import cv2  # not before a process has begun to watch over itself

    torch = sys.modules.get("torch")
    before = cv2.getNumThreads(), torch.get_num_threads() if torch else 0
    cv2.setNumThreads(1)
    if torch:
        torch.set_num_threads(1)
    try:
        with threadpool_limits(1):
            yield
    finally:
        cv2.setNumThreads(before[0])
        if torch:
            torch.set_num_threads(before[1])
