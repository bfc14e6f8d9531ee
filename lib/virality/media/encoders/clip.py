"""Pictures and texts through one CLIP- or SigLIP-type model of transformers.

Radford et al. 2021, Learning transferable visual models from natural language supervision.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import cv2
import numpy as np

from virality.media.encoders import weights
from virality.media.encoders.base import Encoder, Needs, Recipe
from virality.media.encoders.weights import read_json, side_of

# Where the Hub's configurations leave a number out, these defaults of transformers hold.
_CLIP_DIMS, _SIGLIP_DIMS, _IMAGE_SIDE, _WORDS = 512, 768, 224, 49_408
# Takes pictures as patches of any number, unlike all others of its kind.
_OTHERWISE = "siglip2"
# Texts go in batches of this size and one of these lengths: with shapes fixed, a vector
# does not depend on its neighbours.
TEXT_BATCH = 32
_TEXT_LENGTHS = (16, 32, 77)
# Pictures on a graphics card go in batches of one size, filled up where they are fewer.
CARD_PICTURES = 120
# A tokenizer without its files loads silently, with one or two words.
_ENOUGH_WORDS = 0.9


def preparation(folder: str | Path) -> dict:
    """Return how a model wants its pictures: size, crop, mean and spread."""
    settings = read_json(folder, "preprocessor_config.json")
    return settings or read_json(folder, "processor_config.json").get("image_processor", {})


class ClipEncoder(Encoder):
    """Pictures and texts through one CLIP- or SigLIP-type model.

    Parameters
    ----------
    recipe : Recipe
    model, tokenizer : transformers objects
    """

    kind = "clip"
    family = "CLIP or SigLIP"
    needs: ClassVar[Needs] = {
        "its tokenizer": (
            ("tokenizer.json",),
            ("vocab.json", "merges.txt"),
            ("vocab.txt",),
            ("spiece.model",),
            ("sentencepiece.bpe.model",),
        )
    }

    def __init__(self, recipe: Recipe, model, tokenizer):
        super().__init__(recipe)
        self.model, self.tokenizer = model, tokenizer
        self._lock = threading.Lock()

    @classmethod
    def takes(cls, model_type: str) -> bool:
        """Return whether a model compares pictures with texts as CLIP does."""
        return "clip" in model_type or ("siglip" in model_type and model_type != _OTHERWISE)

    @classmethod
    def recipe_of(cls, name: str, folder: str, mode: str) -> Recipe:
        """Return the recipe of a model; see :class:`virality.media.encoders.base.Encoder`."""
        config = read_json(folder, "config.json")
        vision = config.get("vision_config", {})
        if "siglip" in config.get("model_type", ""):
            dims = int(vision.get("hidden_size", _SIGLIP_DIMS))
        else:
            dims = int(config.get("projection_dim", _CLIP_DIMS))
        side = side_of(preparation(folder).get("size"))
        return Recipe(
            kind=cls.kind,
            id=name,
            revision=weights.revision_of(folder),
            dims=(("vision", dims), ("text", dims)),
            folder=folder,
            image_side=side or int(vision.get("image_size", _IMAGE_SIDE)),
        )

    @classmethod
    def build(cls, recipe: Recipe) -> ClipEncoder:
        """Load model and tokenizer; raise UserError when something is missing or not whole."""
        from transformers import AutoTokenizer

        model = weights.place(weights.load_model(recipe), recipe)
        if not (hasattr(model, "get_image_features") and hasattr(model, "get_text_features")):
            raise weights.wrong_type(recipe.id, model.config.model_type, cls.family, "clip_model")
        tokenizer = weights.from_folder(AutoTokenizer, recipe)
        config = read_json(recipe.folder, "config.json")
        # The Hub's configurations may leave a part out; then the part's defaults hold.
        wanted = config.get("text_config", {}).get("vocab_size") or _WORDS
        if len(tokenizer) < _ENOUGH_WORDS * wanted:
            how = f"{len(tokenizer)} of {wanted} tokens"
            raise weights.not_whole(f"tokenizer of {recipe.id} is", how)
        return cls(recipe, model, tokenizer)

    @classmethod
    def prepare(cls, recipe: Recipe, images: np.ndarray) -> np.ndarray:
        """Crop or squeeze pictures to the model's square.

        See :class:`virality.media.encoders.base.Encoder`.
        """
        wishes, side = preparation(recipe.folder), recipe.image_side
        if wishes.get("do_center_crop", False):
            inner = min(side_of(wishes.get("crop_size")) or side, side)
            top, left = ((length - inner) // 2 for length in images.shape[1:3])
            return images[:, top : top + inner, left : left + inner]
        size = (side, side)
        return np.stack([cv2.resize(one, size, interpolation=cv2.INTER_AREA) for one in images])

    def encode_prepared(self, pictures: np.ndarray) -> np.ndarray:
        """Encode pictures to vectors of length 1.

        On the processor all at once. On a card in batches of one size, so that a vector does
        not depend on how many others there are.
        """
        if self.recipe.device == "cpu":
            return self._encode(pictures)
        return weights.in_batches(self._encode, pictures, CARD_PICTURES, self.recipe)

    def _encode(self, pictures: np.ndarray) -> np.ndarray:
        import torch

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
        wishes = preparation(self.recipe.folder)
        mean, spread = (
            np.array(wishes.get(name, [0.5] * 3), dtype=np.float32)
            for name in ("image_mean", "image_std")
        )
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
        written = map(self._written, texts)
        counts = [len(self.tokenizer(text, verbose=False)["input_ids"]) for text in written]
        return np.array(counts, dtype=int), self._limit

    @property
    def _limit(self) -> int:
        positions = int(self.model.config.text_config.max_position_embeddings)
        # Some tables of positions have places that no token may take.
        return min(positions, self.tokenizer.model_max_length)

    @property
    def _padded(self) -> bool:
        """Whether it was trained on texts filled up to the limit, without a mask."""
        return "siglip" in self.model.config.model_type

    def _written(self, text: str) -> str:
        """Return a text as the model was taught it: SigLIP knows small letters only.

        SigLIP 2 borrows the tokenizer of a model that knows both, so nobody else sees to it.
        """
        return text.lower() if self._padded else text

    def _ids(self, text: str) -> list[int]:
        text = self._written(text)
        return self.tokenizer(text, truncation=True, max_length=self._limit)["input_ids"]

    def _width(self, length: int) -> int:
        if self._padded:
            return self._limit
        return next((w for w in _TEXT_LENGTHS if length <= w <= self._limit), self._limit)

    def _texts(self, ids: list[list[int]], width: int) -> np.ndarray:
        import torch

        pad = self.tokenizer.pad_token_id or 0
        table = torch.full((TEXT_BATCH, width), pad, dtype=torch.long)
        mask = torch.zeros((TEXT_BATCH, width), dtype=torch.long)
        for row in range(TEXT_BATCH):
            one = torch.tensor(ids[min(row, len(ids) - 1)])
            table[row, : len(one)], mask[row, : len(one)] = one, 1
        options = {} if self._padded else {"attention_mask": mask}
        return self._run(self.model.get_text_features, input_ids=table, **options)[: len(ids)]

    def _run(self, function, **inputs) -> np.ndarray:
        import torch

        half = {"device": self.recipe.device, "dtype": getattr(torch, self.recipe.precision)}
        whole = {"device": self.recipe.device}
        inputs = {
            name: value.to(**(half if value.is_floating_point() else whole))
            for name, value in inputs.items()
        }
        with self._lock, torch.inference_mode():
            output = function(**inputs)
            # Versions of transformers hand the projected vectors over in different ways.
            vectors = getattr(output, "pooler_output", output).float()
            vectors = torch.nn.functional.normalize(vectors, dim=-1)
        return vectors.cpu().numpy()
