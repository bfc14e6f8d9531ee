"""CLIP-type and Whisper-type encoders of transformers, from a folder on this machine.

Nothing here touches the network: :mod:`virality.media.resolve` has put the files in place.
Weights are read as safetensors, or as tensors only, never as pickled objects.

Radford et al. 2021, Learning transferable visual models from natural language supervision;
Radford et al. 2022, Robust speech recognition via large-scale weak supervision.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Sequence
from pathlib import Path
from pickle import UnpicklingError  # raised by torch, which refuses what is not a tensor

import cv2
import numpy as np
import torch

from virality.errors import UserError
from virality.media.encoders.base import Encoder, Recipe
from virality.media.encoders.recipes import not_clip, preparation, read_json, side_of
from virality.media.sound import RATE

# Texts go in batches of this size and one of these lengths: with shapes fixed, a vector
# does not depend on its neighbours.
TEXT_BATCH = 32
_TEXT_LENGTHS = (16, 32, 77)
# Half precision is used only where its vectors agree this well with float32.
SAME_COSINE = 0.999
# The samples behind one position of Whisper's encoder: a hop of 160, halved by the second layer.
_SAMPLES_PER_POSITION = 320


def _from_folder(loader, recipe: Recipe, **options):
    """Call a ``from_pretrained`` on the recipe's folder, quietly and without a network."""
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        return loader.from_pretrained(recipe.folder, local_files_only=True, **options)
    except (OSError, ValueError, KeyError, RuntimeError, ImportError, UnpicklingError) as error:
        first = str(error).strip().splitlines()
        raise UserError(
            f"The encoder {recipe.id} could not be loaded ({first[0] if first else error!r}).",
            do="Delete its folder from the cache and run again, or set encoders=classic.",
        ) from error


def _load_model(recipe: Recipe):
    """Return the model of a recipe in evaluation mode, weights whole and in float32."""
    from transformers import AutoModel

    safe = any(Path(recipe.folder).glob("*.safetensors"))
    model, report = _from_folder(
        AutoModel,
        recipe,
        dtype=torch.float32,
        use_safetensors=safe,
        weights_only=True,
        output_loading_info=True,
    )
    missing = sorted(key for key in report["missing_keys"] if "position_ids" not in key)
    if missing:
        raise UserError(
            f"The weights of {recipe.id} are not whole: {len(missing)} tensors are missing.",
            do="Delete its folder from the cache and run again, or set encoders=classic.",
        )
    return model.eval().requires_grad_(False)


def _place(model, recipe: Recipe):
    return model.to(device=recipe.device, dtype=getattr(torch, recipe.precision))


def _vectors(output) -> torch.Tensor:
    """Return the projected vectors, whichever way this version hands them over."""
    return getattr(output, "pooler_output", output)


class ClipEncoder(Encoder):
    """Pictures and texts through one CLIP- or SigLIP-type model.

    Parameters
    ----------
    recipe : Recipe
    model, tokenizer : transformers objects
    preparation : dict
        See :func:`virality.media.encoders.recipes.preparation`.
    """

    def __init__(self, recipe: Recipe, model, tokenizer, preparation: dict):
        super().__init__(recipe)
        self.model, self.tokenizer, self.preparation = model, tokenizer, preparation
        self._lock = threading.Lock()

    @classmethod
    def build(cls, recipe: Recipe) -> ClipEncoder:
        """Load model and tokenizer; raise UserError when something is missing or not whole."""
        from transformers import AutoTokenizer

        model = _place(_load_model(recipe), recipe)
        if not (hasattr(model, "get_image_features") and hasattr(model, "get_text_features")):
            raise not_clip(recipe.id, model.config.model_type)
        tokenizer = _from_folder(AutoTokenizer, recipe)
        check_tokenizer(tokenizer, recipe)
        return cls(recipe, model, tokenizer, preparation(recipe.folder))

    def encode_images(self, images: np.ndarray) -> np.ndarray:
        """Encode pictures to vectors of length 1."""
        pixels = torch.from_numpy(self.prepare(images))
        return self._run(self.model.get_image_features, pixel_values=pixels)

    def prepare(self, images: np.ndarray) -> np.ndarray:
        """Crop or squeeze to the model's square and scale the colours.

        Parameters
        ----------
        images : ndarray of uint8, shape (n, height, width, 3)
            The shorter side as the model wants it.

        Returns
        -------
        ndarray of float32, shape (n, 3, side, side)
        """
        side = self.recipe.image_side
        if self.preparation.get("do_center_crop", False):
            inner = side_of(self.preparation.get("crop_size")) or side
            square = [_crop(image, min(inner, side)) for image in images]
        else:
            square = [_squeeze(image, side) for image in images]
        mean = np.array(self.preparation.get("image_mean", [0.5] * 3), dtype=np.float32)
        spread = np.array(self.preparation.get("image_std", [0.5] * 3), dtype=np.float32)
        values = (np.stack(square).astype(np.float32) / 255 - mean) / spread
        return np.ascontiguousarray(values.transpose(0, 3, 1, 2))

    def encode_texts(self, texts: Sequence[str]) -> np.ndarray:
        """Encode texts to vectors of length 1; what is too long is cut."""
        ids = [self._ids(text) for text in texts]
        width = np.array([self._width(len(one)) for one in ids], dtype=int)
        vectors = np.zeros((len(ids), self.recipe.length("text")), np.float32)
        for length in np.unique(width):
            places = np.flatnonzero(width == length)
            for start in range(0, len(places), TEXT_BATCH):
                batch = places[start : start + TEXT_BATCH]
                vectors[batch] = self._texts([ids[place] for place in batch], int(length))
        return vectors

    def count_tokens(self, texts: Sequence[str]) -> tuple[np.ndarray, int]:
        """Return the number of tokens of each text, uncut, and the most that fit."""
        counts = [len(self.tokenizer(text, verbose=False)["input_ids"]) for text in texts]
        return np.array(counts, dtype=int), self._limit

    @property
    def _limit(self) -> int:
        positions = int(self.model.config.text_config.max_position_embeddings)
        # Some tables of positions have places that no token may take.
        return min(positions, self.tokenizer.model_max_length)

    @property
    def _reads_filled_up(self) -> bool:
        """Whether it was trained on texts filled up to the limit, without a mask."""
        return "siglip" in self.model.config.model_type

    def _ids(self, text: str) -> list[int]:
        return self.tokenizer(text, truncation=True, max_length=self._limit)["input_ids"]

    def _width(self, length: int) -> int:
        if self._reads_filled_up:
            return self._limit
        return next((w for w in _TEXT_LENGTHS if length <= w <= self._limit), self._limit)

    def _texts(self, ids: list[list[int]], width: int) -> np.ndarray:
        pad = self.tokenizer.pad_token_id or 0
        table = torch.full((TEXT_BATCH, width), pad, dtype=torch.long)
        mask = torch.zeros((TEXT_BATCH, width), dtype=torch.long)
        for row in range(TEXT_BATCH):
            one = torch.tensor(ids[min(row, len(ids) - 1)])
            table[row, : len(one)], mask[row, : len(one)] = one, 1
        options = {} if self._reads_filled_up else {"attention_mask": mask}
        return self._run(self.model.get_text_features, input_ids=table, **options)[: len(ids)]

    def _run(self, function, **inputs) -> np.ndarray:
        inputs = {name: self._move(value) for name, value in inputs.items()}
        with self._lock, torch.inference_mode():
            vectors = _vectors(function(**inputs)).float()
            vectors = torch.nn.functional.normalize(vectors, dim=-1)
        return vectors.cpu().numpy()

    def _move(self, value: torch.Tensor) -> torch.Tensor:
        kind = getattr(torch, self.recipe.precision) if value.is_floating_point() else value.dtype
        return value.to(device=self.recipe.device, dtype=kind)


def _crop(image: np.ndarray, side: int) -> np.ndarray:
    top, left = (image.shape[0] - side) // 2, (image.shape[1] - side) // 2
    return image[top : top + side, left : left + side]


def _squeeze(image: np.ndarray, side: int) -> np.ndarray:
    return cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA)


class WhisperSoundEncoder(Encoder):
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

    def __init__(self, recipe: Recipe, encoder, features):
        super().__init__(recipe)
        self.encoder, self.features = encoder, features
        self._positions = encoder.embed_positions.weight.detach().clone()
        self._lock = threading.Lock()

    @classmethod
    def build(cls, recipe: Recipe) -> WhisperSoundEncoder:
        """Load the encoder half of the model."""
        from transformers import WhisperFeatureExtractor

        model = _load_model(recipe)
        encoder = _place(model.get_encoder(), recipe)
        return cls(recipe, encoder, _from_folder(WhisperFeatureExtractor, recipe))

    def encode_sound(self, samples: np.ndarray) -> np.ndarray:
        """Encode one sound to the mean of the encoder's states."""
        whole = self._positions.shape[0]
        count = whole
        if self.recipe.mode != "padded":
            count = min(whole, max(1, len(samples) // _SAMPLES_PER_POSITION))
        mel = self.features(
            samples[: count * _SAMPLES_PER_POSITION],
            sampling_rate=RATE,
            padding="max_length",
            max_length=count * _SAMPLES_PER_POSITION,
            truncation=True,
            return_tensors="pt",
        )["input_features"].to(self._positions)
        with self._lock, torch.inference_mode(), self._cut(count):
            states = self.encoder(mel).last_hidden_state[0]
        return states.float().mean(dim=0).cpu().numpy()

    @contextlib.contextmanager
    def _cut(self, count: int):
        """Let the encoder believe that its window is `count` positions long."""
        table = torch.nn.Embedding.from_pretrained(self._positions[:count])
        before, length = self.encoder.embed_positions, self.encoder.config.max_source_positions
        self.encoder.embed_positions, self.encoder.config.max_source_positions = table, count
        try:
            yield
        finally:
            self.encoder.embed_positions = before
            self.encoder.config.max_source_positions = length


def check_tokenizer(tokenizer, recipe: Recipe) -> None:
    """Raise UserError when a tokenizer has too few words for its model.

    Without its files a tokenizer loads silently with one or two tokens; every text would then
    get the same vector.
    """
    config = read_json(recipe.folder, "config.json")
    # The Hub's configurations may leave a part out; then the part's defaults hold.
    wanted = config.get("text_config", {}).get("vocab_size") or 49408
    if len(tokenizer) < 0.9 * wanted:
        raise UserError(
            f"The tokenizer of {recipe.id} is not whole: {len(tokenizer)} of {wanted} tokens.",
            do="Delete its folder from the cache and run again, or set encoders=classic.",
        )


def half_type(device: str) -> str:
    """Return the half precision that a device computes in by itself; "" when it has none."""
    if device == "cuda":
        return "bfloat16" if torch.cuda.is_bf16_supported() else "float16"
    if device == "mps":
        return "float16"
    has = torch.cpu.get_capabilities()
    native = ("avx512_bf16", "amx_bf16", "avx10_2", "bf16", "arm_bf16")
    return "bfloat16" if any(has.get(name) for name in native) else ""


def best_device() -> str:
    """Return "cuda", "mps" or "cpu"."""
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def agrees(recipe: Recipe, half: Recipe, seed: int = 0) -> bool:
    """Return whether half precision gives the vectors of float32, on this device.

    Parameters
    ----------
    recipe, half : Recipe
        The same encoder in float32 and in half precision.
    seed : int
        Of the test pictures and the test sound.
    """
    pairs = zip(_sample_vectors(recipe, seed), _sample_vectors(half, seed), strict=True)
    return all(cosine(one, other).min() >= SAME_COSINE for one, other in pairs)


def cosine(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return the cosine between the rows of two arrays of shape (n, dims)."""
    lengths = np.linalg.norm(one, axis=-1) * np.linalg.norm(other, axis=-1)
    return (one * other).sum(axis=-1) / np.maximum(lengths, 1e-12)


def _sample_vectors(recipe: Recipe, seed: int) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    if recipe.kind == "whisper":
        tone = np.sin(2 * np.pi * 220 * np.arange(3 * RATE) / RATE)
        samples = (0.2 * tone + 0.05 * rng.normal(size=3 * RATE)).astype(np.float32)
        return [WhisperSoundEncoder.build(recipe).encode_sound(samples)[None]]
    encoder = ClipEncoder.build(recipe)
    coarse = rng.integers(0, 256, (3, 7, 7, 3), dtype=np.uint8)
    side = (recipe.image_side, recipe.image_side)
    images = np.stack([cv2.resize(image, side, interpolation=cv2.INTER_CUBIC) for image in coarse])
    return [encoder.encode_images(images), encoder.encode_texts(["a dog", "rain on a window"])]
