"""CLIP-type and Whisper-type encoders of transformers, from a folder on this machine.

Nothing here touches the network: :mod:`virality.media.hub` has put the files in place.
Weights are read as safetensors, or as tensors only, never as pickled objects.

Radford et al. 2021, Learning transferable visual models from natural language supervision;
Radford et al. 2022, Robust speech recognition via large-scale weak supervision.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Sequence
from pickle import UnpicklingError  # raised by torch, which refuses what is not a tensor

import numpy as np
import torch
from safetensors import SafetensorError

from virality.core.errors import UserError
from virality.media.encoders.base import Encoder, Recipe
from virality.media.encoders.pixels import colours, squares
from virality.media.encoders.recipes import not_clip, read_json, weight_files
from virality.media.sound import RATE

# Texts go in batches of this size and one of these lengths: with shapes fixed, a vector
# does not depend on its neighbours.
TEXT_BATCH = 32
_TEXT_LENGTHS = (16, 32, 77)
# Pictures and sounds on a graphics card go in batches of one size, filled up where they are fewer.
CARD_PICTURES, CARD_SOUNDS = 120, 8
_DAMAGED = (SafetensorError, EOFError)
# The samples behind one position of Whisper's encoder: a hop of 160, halved by the second layer.
_SAMPLES_PER_POSITION = 320


def _from_folder(loader, recipe: Recipe, **options):
    """Call a ``from_pretrained`` on the recipe's folder, quietly and without a network."""
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        return loader.from_pretrained(recipe.folder, local_files_only=True, **options)
    except UnpicklingError as error:
        raise UserError(
            f"The weights of {recipe.id} are not numbers alone, so they were not loaded.",
            do="Choose a model that has safetensors, or set encoders=classic.",
        ) from error
    except (*_DAMAGED, OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
        first = str(error).strip().splitlines()
        raise UserError(
            f"The encoder {recipe.id} could not be loaded ({first[0] if first else error!r}).",
            do="Delete its folder from the cache and run again, or set encoders=classic.",
        ) from error


def _load_model(recipe: Recipe):
    """Return the model of a recipe in evaluation mode, weights whole and in float32."""
    from transformers import AutoModel

    safe = any(path.suffix == ".safetensors" for path in weight_files(recipe.folder))
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
    """

    def __init__(self, recipe: Recipe, model, tokenizer):
        super().__init__(recipe)
        self.model, self.tokenizer = model, tokenizer
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
        return cls(recipe, model, tokenizer)

    def encode_images(self, images: np.ndarray) -> np.ndarray:
        """Encode pictures to vectors of length 1."""
        return self.encode_squares(squares(images, self.recipe))

    def encode_squares(self, pictures: np.ndarray) -> np.ndarray:
        """Encode pictures that are square already, see :func:`.pixels.squares`.

        On the processor all at once. On a card in batches of one size, so that a vector does
        not depend on how many others there are.
        """
        if self.recipe.device == "cpu":
            return self._seen(pictures)
        return in_batches(self._seen, pictures, CARD_PICTURES, self.recipe)

    def _seen(self, pictures: np.ndarray) -> np.ndarray:
        pixels = torch.from_numpy(self.scale(pictures))
        return self._run(self.model.get_image_features, pixel_values=pixels)

    def scale(self, pictures: np.ndarray) -> np.ndarray:
        """Scale the colours of squares as the model wants them.

        Parameters
        ----------
        pictures : ndarray of uint8, shape (n, side, side, 3)

        Returns
        -------
        ndarray of float32, shape (n, 3, side, side)
        """
        mean, spread = colours(self.recipe)
        values = (pictures.astype(np.float32) / 255 - mean) / spread
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


def in_batches(encode, items: np.ndarray, size: int, recipe: Recipe) -> np.ndarray:
    """Encode on a card in batches of one size; of half that size where its memory is too small.

    Parameters
    ----------
    encode : callable
    items : ndarray, shape (n, …)
    size : int
        Items in a batch; the last one is filled up with its last item.
    recipe : Recipe

    Raises
    ------
    UserError
        When not even one item fits into the card's memory.
    """
    starts = range(0, len(items), size)
    try:
        parts = [_filled(encode, items[start : start + size], size) for start in starts]
    except torch.OutOfMemoryError:
        torch.cuda.empty_cache()
        if size == 1:
            raise UserError(
                f"The graphics card has too little free memory for {recipe.id}.",
                do="Close what else uses it, or set encoders=classic.",
            ) from None
        return in_batches(encode, items, max(1, size // 2), recipe)
    return np.concatenate(parts)


def _filled(encode, items: np.ndarray, size: int) -> np.ndarray:
    missing = size - len(items)
    return encode(np.concatenate([items, items[-1:].repeat(missing, axis=0)]))[: len(items)]


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
        return self.encode_sounds([samples])[0]

    def encode_sounds(self, sounds: Sequence[np.ndarray]) -> np.ndarray:
        """Encode sounds to the means of the encoder's states, shape (n, dims)."""
        lengths = np.array([self._count(len(samples)) for samples in sounds], dtype=int)
        vectors = np.zeros((len(sounds), self.recipe.length("audio")), np.float32)
        for count in np.unique(lengths):
            places = np.flatnonzero(lengths == count)
            samples = np.stack([self._fit(sounds[place], int(count)) for place in places])
            vectors[places] = self._heard(samples, int(count))
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

    def _heard(self, samples: np.ndarray, count: int) -> np.ndarray:
        if self.recipe.device == "cpu":
            return np.concatenate([self._states(one[None], count) for one in samples])
        return in_batches(lambda some: self._states(some, count), samples, CARD_SOUNDS, self.recipe)

    def _states(self, samples: np.ndarray, count: int) -> np.ndarray:
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
