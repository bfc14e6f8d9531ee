"""From upright frames to the squares that a CLIP-type model wants, without torch."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from virality.media.encoders.base import Recipe
from virality.media.encoders.recipes import preparation, side_of


@cache
def settings(folder: str) -> dict:
    """Return how the model in a folder wants its pictures; read once."""
    return preparation(folder)


def squares(images: np.ndarray, recipe: Recipe) -> np.ndarray:
    """Crop or squeeze pictures to the model's square.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width, 3)
        The shorter side as the model wants it.
    recipe : Recipe

    Returns
    -------
    ndarray of uint8, shape (n, side, side, 3)
    """
    wishes, side = settings(recipe.folder), recipe.image_side
    if wishes.get("do_center_crop", False):
        inner = side_of(wishes.get("crop_size")) or side
        return np.stack([_crop(image, min(inner, side)) for image in images])
    return np.stack([_squeeze(image, side) for image in images])


def colours(recipe: Recipe) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and spread of the colours that the model was trained with, shape (3,) each."""
    wishes = settings(recipe.folder)
    mean = np.array(wishes.get("image_mean", [0.5] * 3), dtype=np.float32)
    spread = np.array(wishes.get("image_std", [0.5] * 3), dtype=np.float32)
    return mean, spread


def _crop(image: np.ndarray, side: int) -> np.ndarray:
    top, left = (image.shape[0] - side) // 2, (image.shape[1] - side) // 2
    return image[top : top + side, left : left + side]


def _squeeze(image: np.ndarray, side: int) -> np.ndarray:
    return cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA)
