"""The sound of the first seconds: mono, 16 kHz, float32, placed on the film's clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import av
import numpy as np

from virality.media.encoders.base import RATE
from virality.media.film.frames import ENOUGH
from virality.media.film.probe import Damage, Facts, frames_of, reason, sound_stream, time_of

# Less than this is a click, not a sound that an encoder could describe.
SHORTEST_S = 0.1


@dataclass
class Sound:
    """Sound of the window.

    Parameters
    ----------
    samples : ndarray of float32, shape (n,)
        Mono at 16 kHz, at most the window; n is 0 when there is none.
    problem : str
        Why there is none; "" when there is.
    warning : str
        What is not right although there is some.
    """

    samples: np.ndarray = field(default_factory=lambda: np.zeros(0, np.float32))
    problem: str = ""
    warning: str = ""


def read_sound(path: str | Path, facts: Facts, seconds: float = 3.0) -> Sound:
    """Read the sound of the first seconds of a local file.

    Parameters
    ----------
    path : path-like
    facts : Facts
        What :func:`virality.media.film.probe.probe` found.
    seconds : float
        Length of the window; never more samples than it holds.

    Returns
    -------
    Sound
        Any rate and any number of channels become mono at 16 kHz with the weights that a
        player uses. Where the sound starts after the picture, the silence before it is part
        of the window.
    """
    if facts.problem:
        return Sound(problem=facts.problem)
    if not facts.has_audio:
        return Sound(problem="The file has no sound stream.")
    count = round(seconds * RATE)
    try:
        samples, stated, error, ended, changed = _decode(path, count)
    except (av.error.FFmpegError, ValueError, OSError) as stop:
        return Sound(problem=f"The sound stream could not be decoded ({reason(stop)}).")
    promised = min(seconds, stated) if stated else 0.0
    read = len(samples) / RATE
    if len(samples) == 0 or not np.isfinite(samples).all():
        return Sound(problem=f"The sound stream could not be decoded ({error or 'it is empty'}).")
    if ended and read < ENOUGH * promised and not changed:
        return Sound(problem=f"Only {read:.1f} of {promised:.1f} s of the sound can be read.")
    if read < SHORTEST_S:
        return Sound(problem="The sound is shorter than a tenth of a second.")
    if changed:
        warning = f"The sound changes its format at {read:.1f} s; what comes before is used."
        return Sound(samples, "", warning)
    damaged = error and "Part of the sound of the opening is damaged; the rest is used."
    return Sound(samples, "", damaged or "")


def _decode(path, count: int) -> tuple[np.ndarray, float, str, bool, bool]:
    """Return (samples, stated length in s, error, whether the stream ended early, or changed)."""
    pieces: list[np.ndarray] = []
    errors: list[Damage] = []
    total, first, changed = 0, None, False
    with av.open(str(path), metadata_errors="ignore") as container:
        stream = sound_stream(container)
        stream.thread_count = 1
        stated = float(stream.duration * stream.time_base) if stream.duration else 0.0
        resampler = av.AudioResampler(format="fltp", layout="mono", rate=RATE)
        start = (container.start_time or 0) / av.time_base
        for frame in frames_of(container, stream, errors):
            first = first or _format(frame)
            changed = _format(frame) != first
            if changed:
                break
            if not pieces:
                pieces.append(_lead_in(frame, start, count))
                total = len(pieces[0])
            for part in resampler.resample(frame):
                pieces.append(part.to_ndarray()[0])
                total += len(pieces[-1])
            if total >= count:
                break
        if total < count and pieces:
            rest = [part.to_ndarray()[0] for part in resampler.resample(None)]
            pieces += rest
            total += sum(map(len, rest))
    # A file whose first sound comes after the window has nothing to hear in it.
    heard = sum(map(len, pieces[1:]))
    samples = np.concatenate(pieces)[:count].astype(np.float32) if heard else np.zeros(0)
    return samples, stated, errors[0].reason if errors else "", total < count, changed


def _format(frame: av.AudioFrame) -> tuple:
    return frame.sample_rate, frame.layout.name, frame.format.name


def _lead_in(frame: av.AudioFrame, start: float, count: int) -> np.ndarray:
    """Return the silence between the start of the film and its first sound."""
    late = time_of(frame) - start if frame.pts is not None else 0.0
    # Encoders shift the sound by a few hundredths of a second; that is no silence.
    samples = round(late * RATE) if late > 0.06 else 0
    return np.zeros(min(samples, count), np.float32)
