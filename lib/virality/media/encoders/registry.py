"""The table of all encoders, and how one is found for a model and loaded.

To add an encoder: write its class beside the others, enter it below, and test it. What it cannot
do without is in :class:`virality.media.encoders.base.Encoder`; a model of its type is then
used wherever the run's parameter names one.
"""

from __future__ import annotations

from functools import lru_cache

from virality.media.encoders.base import Encoder, Recipe
from virality.media.encoders.classic import ClassicEncoder
from virality.media.encoders.clip import ClipEncoder
from virality.media.encoders.light_audio import TinyWhisperEncoder
from virality.media.encoders.light_text import E5Encoder
from virality.media.encoders.light_vision import LiteEncoder
from virality.media.encoders.weights import missing_parts, public_name, read_json, wrong_type
from virality.media.encoders.whisper import WhisperEncoder

#: The classes that take a model, by the parameter that names it: the first that knows its type.
ENCODERS: dict[str, tuple[type[Encoder], ...]] = {
    "clip_model": (ClipEncoder,),
    "whisper_model": (WhisperEncoder,),
    "": (ClassicEncoder, LiteEncoder, E5Encoder, TinyWhisperEncoder),  # take none
}
KINDS = {one.kind: one for some in ENCODERS.values() for one in some}


def missing(folder: str, parameter: str) -> list[str]:
    """Return in words what a folder lacks to be the model of a parameter.

    Parameters
    ----------
    folder : str
    parameter : str
        "clip_model" or "whisper_model".
    """
    encoder = _for_type(_type_in(folder), parameter) or ENCODERS[parameter][0]
    return missing_parts(folder, encoder.needs)


def recipe_of(model: str, folder: str, parameter: str, mode: str = "") -> Recipe:
    """Return the recipe of a model whose files are in a folder; nothing is loaded.

    Parameters
    ----------
    model : str
        As the user named it.
    folder : str
        Where its files are.
    parameter : str
        "clip_model" or "whisper_model".
    mode : str
        For sound: "exact" or "padded".

    Raises
    ------
    UserError
        When no encoder for this purpose takes a model of its type.
    """
    name, found = public_name(model), _type_in(folder)
    encoder = _for_type(found, parameter)
    if encoder is None:
        families = " or ".join(one.family for one in ENCODERS[parameter])
        raise wrong_type(name, found, families, parameter)
    return encoder.recipe_of(name, folder, mode)


def _type_in(folder: str) -> str:
    return str(read_json(folder, "config.json").get("model_type", ""))


def _for_type(model_type: str, parameter: str) -> type[Encoder] | None:
    return next((one for one in ENCODERS[parameter] if one.takes(model_type)), None)


def build(recipe: Recipe) -> Encoder:
    """Return a new encoder of a recipe."""
    return KINDS[recipe.kind].build(recipe)


@lru_cache(maxsize=4)
def load(recipe: Recipe) -> Encoder:
    """Return the encoder of a recipe; loaded once in each process."""
    return build(recipe)
