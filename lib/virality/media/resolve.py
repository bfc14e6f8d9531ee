"""Which encoders a run uses: pretrained, classic, or whichever can be had (`auto`).

Where the files come from is said in :mod:`virality.media.hub`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from virality.core.errors import UserError
from virality.media.encoders.base import Recipe
from virality.media.encoders.classic import CLASSIC
from virality.media.encoders.precision import settle
from virality.media.encoders.recipes import clip_recipe, whisper_recipe
from virality.media.hub import PATIENCE_S, NotHere, obtain

KINDS = ("auto", "pretrained", "classic")


@dataclass(frozen=True)
class Choice:
    """The encoders of a run, and why.

    Parameters
    ----------
    requested : str
        "auto", "pretrained" or "classic".
    used : str
        "pretrained" or "classic".
    reason : str
        Why the classic set was taken although it was not asked for; "" otherwise.
    see : Recipe
        Of pictures and texts.
    hear : Recipe
        Of sound.
    again : bool
        Whether the next run should choose anew: a download of what can be had broke off.
    """

    requested: str
    used: str
    reason: str
    see: Recipe
    hear: Recipe
    again: bool = False

    @property
    def note(self) -> str:
        """What every page that depends on the encoders has to say; "" for the pretrained."""
        if self.used == "pretrained":
            return ""
        start = f"{self.reason} So this report uses" if self.reason else "This report uses"
        return f"{start} {_CLASSIC_IN_WORDS}"


_CLASSIC_IN_WORDS = (
    "the classic encoders, which need no weights: colour, edges and texture for pictures, timbre "
    "for sound, patterns of letters for text. They do not know what is shown or said."
)
_OTHERWISE = "Or give a local folder as clip_model and whisper_model, or set encoders=classic."


def resolve(
    encoders: str = "auto",
    clip_model: str = "openai/clip-vit-base-patch32",
    whisper_model: str = "openai/whisper-base",
    audio_window: str = "exact",
    precision: str = "auto",
    cache_dir: str | Path | None = None,
    hear: bool = True,
    previous: dict | None = None,
    patience_s: float = PATIENCE_S,
    announce: Callable[[str], None] = print,
) -> Choice:
    """Choose the encoders of a run.

    Parameters
    ----------
    encoders : str
        "auto", "pretrained" or "classic".
    clip_model, whisper_model : str
        Name on the Hub, ``owner/name`` or ``owner/name@revision``, or local folder.
    audio_window : str
        "exact" or "padded".
    precision : str
        "auto", "float32", "bfloat16" or "float16".
    cache_dir : path-like, optional
        Where the outcome of the check of half precision is kept.
    hear : bool
        Whether sound will be encoded; without videos Whisper is not needed.
    previous : dict, optional
        The record of the last run of this name: what `auto` found then is kept.
    patience_s : float
        How long the Hub may take to answer.
    announce : callable
        Gets one line before a download begins.

    Returns
    -------
    Choice

    Raises
    ------
    UserError
        When `pretrained` was asked for and cannot be had, or a parameter is unknown.
    """
    _check("encoders", encoders, KINDS)
    _check("audio_window", audio_window, ("exact", "padded"))
    _check("precision", precision, ("auto", "float32", "bfloat16", "float16"))
    kept = _kept(encoders, clip_model, whisper_model, previous)
    if "classic" in (encoders, kept.get("used")):
        return Choice(encoders, "classic", kept.get("reason", ""), CLASSIC, CLASSIC)
    try:
        folder = obtain(clip_model, "clip", patience_s, announce)
        see, ear = clip_recipe(clip_model, folder), CLASSIC
        if hear:
            folder = obtain(whisper_model, "whisper", patience_s, announce)
            ear = whisper_recipe(whisper_model, folder, audio_window)
    except NotHere as error:
        if encoders == "pretrained":
            raise UserError(error.what, do=f"{error.do} {_OTHERWISE}".strip()) from None
        return Choice(encoders, "classic", error.what, CLASSIC, CLASSIC, error.again)
    see, ear = (settle(one, precision, cache_dir) for one in (see, ear))
    return Choice(encoders, "pretrained", "", see, ear)


def _check(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise UserError(f"{name} is {value!r}.", do=f"Choose one of: {', '.join(known)}.")


def _kept(encoders: str, clip: str, whisper: str, previous: dict | None) -> dict:
    """Return the earlier record when `auto` asked the same before, else {}."""
    asked = {"requested": encoders, "clip_model": clip, "whisper_model": whisper}
    same = previous and all(previous.get(name) == value for name, value in asked.items())
    return previous if same and encoders == "auto" else {}
