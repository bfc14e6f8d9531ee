"""A bank of openings: photographs of a few subjects, each seen in many ways, as vectors."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

import cv2
import numpy as np
import pandas as pd

from virality.media.encoders import light
from virality.media.encoders.base import one_thread
from virality.media.encoders.classic import CLASSIC
from virality.media.encoders.registry import build

_SKIMAGE = ("astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg", "motorcycle_left.png",
            "hubble_deep_field.jpg")  # fmt: skip
_SKLEARN = ("china.jpg", "flower.jpg")
_VIEWS, _SEED = 40, 14
_SIZE = (224, 398)  # width and height of an opening, as an encoder gets it


@dataclass(frozen=True)
class Bank:
    """Vectors of openings.

    Parameters
    ----------
    vectors : dict of str to ndarray, shape (subjects, views, dims)
        By encoder, "classic" and "light".
    """

    vectors: dict[str, np.ndarray]

    @classmethod
    def make(cls) -> Bank:
        """Cut out, tint, mirror and encode every photograph, each picture once."""
        rng = np.random.default_rng(_SEED)
        seen = [[_view(photo, rng) for _ in range(_VIEWS)] for photo in _photographs()]
        encoders = {"classic": build(CLASSIC), "light": build(light.find().recipes["vision"])}
        with one_thread():
            return cls(
                {
                    name: np.stack([encoder.encode_images(np.stack(views)) for views in seen])
                    for name, encoder in encoders.items()
                }
            )

    @property
    def subjects(self) -> int:
        """How many photographs there are."""
        return len(self.vectors["light"])

    @property
    def views(self) -> int:
        """In how many ways each is seen."""
        return self.vectors["light"].shape[1]

    def of(self, encoder: str, subjects, views, posts: pd.Series) -> pd.DataFrame:
        """Return the block of pictures of an account, a row a post."""
        vectors = self.vectors[encoder][subjects, views]
        names = [f"vision__{i:03d}" for i in range(vectors.shape[1])]
        return pd.DataFrame(vectors, index=pd.Index(posts, name="post_id"), columns=names)


def _photographs() -> list[np.ndarray]:
    places = [files("skimage") / "data" / name for name in _SKIMAGE]
    places += [files("sklearn") / "datasets/images" / name for name in _SKLEARN]
    photos = [cv2.imdecode(np.frombuffer(one.read_bytes(), np.uint8), 1) for one in places]
    return [photo[..., ::-1] for photo in photos]


def _view(photo: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return an upright part of a photograph in other light, perhaps mirrored."""
    height = round(rng.uniform(0.45, 0.95) * photo.shape[0])
    width = min(round(height * _SIZE[0] / _SIZE[1]), photo.shape[1])
    top = rng.integers(0, photo.shape[0] - height + 1)
    left = rng.integers(0, photo.shape[1] - width + 1)
    part = photo[top : top + height, left : left + width]
    part = part[:, :: 1 if rng.random() < 0.5 else -1]
    light_of = np.exp(rng.normal(0, 0.3, 3) + rng.normal(0, 0.2))  # a tint, and how bright
    part = np.clip(part * light_of, 0, 255).astype(np.uint8)
    return cv2.resize(part, _SIZE, interpolation=cv2.INTER_AREA)
