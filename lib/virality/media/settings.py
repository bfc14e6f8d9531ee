"""What a user may set of the first seconds: how to look and listen, and where the work is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from virality.core.errors import UserError

ENCODERS = ("auto", "pretrained", "light", "classic")
AUDIO_WINDOWS = ("exact", "padded")
HOOK_FACTS = ("auto", "off")
PRECISIONS = ("auto", "float32", "bfloat16", "float16")
BACKENDS = ("processes", "dask", "here")


@dataclass(frozen=True)
class Settings:
    """How to look and listen.

    Parameters
    ----------
    encoders : str
        "auto", "pretrained", "light" or "classic".
    clip_model, whisper_model : str
        Name on the Hub, ``owner/name`` or ``owner/name@revision``, or local folder.
    window_s : float
        Seconds from the start.
    frames_per_s : float
        Pictures per second.
    audio_window : str
        "exact": the sound that exists; "padded": filled up to 30 s, as the study did.
    precision : str
        "auto", "float32", "bfloat16" or "float16".
    spread : bool
        Add the standard deviation over frames to the vision block.
    mapping : str
        CSV file of post ids and file names.
    hook_facts : str
        "auto": find words, speech, faces and cuts in every opening; "off": save that time.
    file_seconds : float
        What reading one file may take, in s; a decoder that never comes back is ended.
    """

    encoders: str = "auto"
    clip_model: str = "openai/clip-vit-base-patch32"
    whisper_model: str = "openai/whisper-base"
    window_s: float = 3.0
    frames_per_s: float = 5.0
    audio_window: str = "exact"
    precision: str = "auto"
    spread: bool = False
    mapping: str = ""
    hook_facts: str = "auto"
    file_seconds: float = 60.0

    def check(self) -> None:
        """Raise UserError when a value makes no sense."""
        if not 0 < self.window_s <= 30:
            raise UserError(
                f"window_s is {self.window_s}.", do="Choose more than 0 and at most 30."
            )
        if not 0 < self.frames_per_s <= 60:
            raise UserError(
                f"frames_per_s is {self.frames_per_s}.", do="Choose more than 0 and at most 60."
            )
        if not 1 <= self.file_seconds <= 3600:
            raise UserError(f"file_seconds is {self.file_seconds}.", do="Choose 1 to 3600.")
        check_known("encoders", self.encoders, ENCODERS)
        check_known("audio_window", self.audio_window, AUDIO_WINDOWS)
        check_known("hook_facts", self.hook_facts, HOOK_FACTS)
        check_known("precision", self.precision, PRECISIONS)


def check_known(name: str, value: str, known: tuple[str, ...]) -> None:
    """Raise UserError when a value is none of the known ones.

    Parameters
    ----------
    name : str
        Of the parameter.
    value : str
    known : tuple of str
    """
    if value not in known:
        raise UserError(f"{name} is {value!r}.", do=f"Choose one of: {', '.join(known)}.")


@dataclass(frozen=True)
class Workers:
    """Where the work is done, and who hears of it.

    Parameters
    ----------
    count : int
        Processes; 0 chooses one for each core.
    backend : str
        "processes", "dask", or "here" for this very process, where a broken file can do harm.
    scheduler : str
        Address of a Dask scheduler; "" starts a cluster on this machine.
    progress : bool
        Show a bar with rate and time left.
    announce : callable
        Gets one line before a download begins, and when another reader has to be used.
    """

    count: int = 0
    backend: str = "processes"
    scheduler: str = ""
    progress: bool = True
    announce: Callable[[str], None] = print

    def check(self) -> None:
        """Raise UserError when there is no such backend."""
        check_known("backend", self.backend, BACKENDS)
