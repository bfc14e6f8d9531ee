"""Which encoders a run uses: pretrained, classic, or whichever can be had (`auto`).

Files on this machine come first; the Hub is asked only when they are missing, and never for
longer than a few seconds before anything is announced.
"""

from __future__ import annotations

import json
import os
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from virality.errors import UserError
from virality.media.encoders.base import Recipe
from virality.media.encoders.classic import CLASSIC
from virality.media.encoders.precision import settle
from virality.media.encoders.recipes import clip_recipe, missing_parts, whisper_recipe

KINDS = ("auto", "pretrained", "classic")
PATIENCE_S = 4.0
_SMALL_FILES = ("*.json", "*.txt", "*.model")


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
    """

    requested: str
    used: str
    reason: str
    see: Recipe
    hear: Recipe

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


class _NotHere(Exception):
    """The pretrained encoders cannot be had; the text is a sentence."""


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
        Hub id or local folder.
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
        folder = _obtain(clip_model, "clip", patience_s, announce)
        see, ear = clip_recipe(clip_model, folder), CLASSIC
        if hear:
            folder = _obtain(whisper_model, "whisper", patience_s, announce)
            ear = whisper_recipe(whisper_model, folder, audio_window)
    except _NotHere as error:
        if encoders == "pretrained":
            raise UserError(
                str(error),
                do="Connect once, give a local folder as clip_model and whisper_model, "
                "or set encoders=classic.",
            ) from None
        return Choice(encoders, "classic", str(error), CLASSIC, CLASSIC)
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


# --- files ---------------------------------------------------------------------------------


def _obtain(model: str, kind: str, patience_s: float, announce) -> str:
    """Return the folder of a whole model, from this machine or the Hub."""
    if Path(model).expanduser().is_dir():
        folder = str(Path(model).expanduser().resolve())
        missing = missing_parts(folder, kind)
        if missing:
            raise _NotHere(f"The folder of {Path(model).name} lacks {' and '.join(missing)}.")
        return folder
    folder = cached_folder(model)
    if folder and not missing_parts(folder, kind):
        return folder
    if offline():
        raise _NotHere(f"The weights of {model} are not on this machine, which is set offline.")
    size = _ask_hub(model, patience_s)
    announce(f"Downloading {model}{f' ({size / 1e6:.0f} MB)' if size else ''}, once.")
    return _download(model, kind, patience_s)


def cached_folder(model: str) -> str:
    """Return the snapshot of a Hub model in the local cache; "" when there is none."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return snapshot_download(model, local_files_only=True)
    except (LocalEntryNotFoundError, HFValidationError, OSError, ValueError):
        return ""


def offline() -> bool:
    """Return whether the usual variables forbid the network."""
    names = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
    return any(os.environ.get(name, "").upper() in {"1", "ON", "YES", "TRUE"} for name in names)


def endpoint() -> str:
    """Return the address of the Hub."""
    return os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")


def _ask_hub(model: str, patience_s: float) -> int:
    """Return how many bytes a download takes (0: unknown); raise when the Hub is silent."""
    answer = _within(lambda: _head(model, patience_s), patience_s)
    if answer is None:
        raise _NotHere(f"The weights of {model} are not here, and the Hub did not answer.")
    if answer >= 400:
        raise _NotHere(f"The Hub answered that it has no model {model} for us ({answer}).")
    return _within(lambda: _size(model, patience_s), patience_s) or 0


def _within(question: Callable, patience_s: float):
    """Return what `question` says within the time, else None.

    A thread, because looking up a name on a dead network obeys no timeout of its own.
    """
    answers: list = []

    def ask() -> None:
        try:
            answers.append(question())
        except (OSError, ValueError, KeyError):
            return

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(patience_s)
    return answers[0] if answers else None


def _head(model: str, patience_s: float) -> int:
    request = urllib.request.Request(
        f"{endpoint()}/{model}/resolve/main/config.json", method="HEAD"
    )
    try:
        with urllib.request.urlopen(request, timeout=patience_s) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def _size(model: str, patience_s: float) -> int:
    with urllib.request.urlopen(
        f"{endpoint()}/api/models/{model}?blobs=true", timeout=patience_s
    ) as answer:
        files = {one["rfilename"]: one.get("size") or 0 for one in json.load(answer)["siblings"]}
    return sum(files[name] for name in files if _is_weight(name, list(files)))


def _is_weight(name: str, names: list[str]) -> bool:
    """Whether a file is one of the weights to fetch: safetensors, or tensors where none are."""
    if "/" in name:
        return False
    safe = any(one.endswith(".safetensors") and "/" not in one for one in names)
    return name.endswith(".safetensors") if safe else name.startswith("pytorch_model")


def _download(model: str, kind: str, patience_s: float) -> str:
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        info = HfApi(endpoint=endpoint()).model_info(model, timeout=patience_s)
        names = [one.rfilename for one in info.siblings]
        folder = snapshot_download(
            model,
            endpoint=endpoint(),
            etag_timeout=patience_s,
            allow_patterns=[*_SMALL_FILES, *(name for name in names if _is_weight(name, names))],
        )
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError, ValueError) as error:
        raise _NotHere(f"The download of {model} failed ({type(error).__name__}).") from error
    missing = missing_parts(folder, kind)
    if missing:
        raise _NotHere(f"The download of {model} lacks {' and '.join(missing)}.")
    return folder
