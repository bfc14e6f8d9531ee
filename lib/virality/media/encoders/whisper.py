"""Sound through the encoder of one Whisper-type model of transformers.

Radford et al. 2022, Robust speech recognition via large-scale weak supervision.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from typing import ClassVar

import numpy as np

from virality.media.encoders import weights
from virality.media.encoders.base import RATE, Encoder, Needs, Recipe

# Where a configuration leaves it out, this default of transformers holds.
_DIMS = 384
# Sounds on a graphics card go in batches of one size, filled up where they are fewer.
CARD_SOUNDS = 8
# The samples behind one position of Whisper's encoder: a hop of 160, halved by the second layer.
_SAMPLES_PER_POSITION = 320


class WhisperEncoder(Encoder):
    """Sound through the encoder of a Whisper-type model.

    In mode "exact" the table of positions is cut to the sound that exists, so that no
    position stands for silence that was never there. In mode "padded" the sound is filled up
    to 30 s with silence and all positions are averaged, as the study did.

    Parameters
    ----------
    recipe : Recipe
    encoder : transformers WhisperEncoder
    features : WhisperFeatureExtractor
    """

    kind = "whisper"
    family = "Whisper"
    needs: ClassVar[Needs] = {
        "its sound settings": (("preprocessor_config.json",), ("processor_config.json",))
    }

    def __init__(self, recipe: Recipe, encoder, features):
        super().__init__(recipe)
        self.encoder, self.features = encoder, features
        self._positions = encoder.embed_positions.weight.detach().clone()
        self._lock = threading.Lock()

    @classmethod
    def takes(cls, model_type: str) -> bool:
        """Return whether a model is of Whisper's type."""
        return model_type == "whisper"

    @classmethod
    def recipe_of(cls, name: str, folder: str, mode: str) -> Recipe:
        """Return the recipe of a model; see :class:`virality.media.encoders.base.Encoder`."""
        dims = int(weights.read_json(folder, "config.json").get("d_model", _DIMS))
        return Recipe(
            kind=cls.kind,
            id=name,
            revision=weights.revision_of(folder),
            dims=(("audio", dims),),
            folder=folder,
            mode=mode,
        )

    @classmethod
    def build(cls, recipe: Recipe) -> WhisperEncoder:
        """Load the encoder half of the model."""
        from transformers import WhisperFeatureExtractor

        encoder = weights.place(weights.load_model(recipe).get_encoder(), recipe)
        return cls(recipe, encoder, weights.from_folder(WhisperFeatureExtractor, recipe))

    def encode_sounds(self, sounds: Sequence[np.ndarray]) -> np.ndarray:
        """Encode sounds to the means of the encoder's states, shape (n, dims)."""
        lengths = np.array([self._count(len(samples)) for samples in sounds], dtype=int)
        vectors = np.zeros((len(sounds), self.recipe.length("audio")), np.float32)
        for count in np.unique(lengths):
            places = np.flatnonzero(lengths == count)
            samples = np.stack([self._fit(sounds[int(place)], int(count)) for place in places])
            vectors[places] = self._encode(samples, int(count))
        return vectors

    def _count(self, length: int) -> int:
        """Return how many positions a sound of so many samples fills."""
        whole = self._positions.shape[0]
        if self.recipe.mode == "padded":
            return whole
        return min(whole, max(1, length // _SAMPLES_PER_POSITION))

    def _fit(self, samples: np.ndarray, count: int) -> np.ndarray:
        room = count * _SAMPLES_PER_POSITION
        return np.pad(samples[:room], (0, max(0, room - len(samples))))

    def _encode(self, samples: np.ndarray, count: int) -> np.ndarray:
        if self.recipe.device == "cpu":
            return np.concatenate([self._states(one[None], count) for one in samples])
        return weights.in_batches(
            lambda some: self._states(some, count), samples, CARD_SOUNDS, self.recipe
        )

    def _states(self, samples: np.ndarray, count: int) -> np.ndarray:
        import torch

        mel = self.features(
            list(samples),
            sampling_rate=RATE,
            padding="max_length",
            max_length=count * _SAMPLES_PER_POSITION,
            truncation=True,
            return_tensors="pt",
        )["input_features"].to(self._positions)
        with self._lock, torch.inference_mode(), self._cut(count):
            states = self.encoder(mel).last_hidden_state
        return states.float().mean(dim=1).cpu().numpy()

    @contextlib.contextmanager
    def _cut(self, count: int) -> Iterator[None]:
        """Let the encoder believe that its window is `count` positions long."""
        import torch

        table = torch.nn.Embedding.from_pretrained(self._positions[:count])
        before, length = self.encoder.embed_positions, self.encoder.config.max_source_positions
        self.encoder.embed_positions, self.encoder.config.max_source_positions = table, count
        try:
            yield
        finally:
            self.encoder.embed_positions = before
            self.encoder.config.max_source_positions = length
