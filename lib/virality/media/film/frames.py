"""The pictures of the first seconds, chosen by timestamp, upright, resized while decoding.

PyAV decodes the opening once and draws a frame when the next one shows that its turn is over.
It tells damaged frames from whole ones (:mod:`virality.media.film.window`). decord draws as fast
(85 ms an opening of 1080 × 1920 against PyAV's 101, one thread), but it repeats the last good
frame without a word where a file is damaged: PyAV would have to look through the same seconds
before it, which takes 57 ms more. So decord is the second reader, for files with which PyAV does
not come to an end (:mod:`virality.media.film.second_reader`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageOps

from virality.media.film import probe, second_reader
from virality.media.film.probe import Damage, Facts, reason
from virality.media.film.window import (
    Artist,
    Sketcher,
    Window,
    checked,
    size_as_shown,
    wanted_times,
)

# A modality is used when this share of its window came through whole.
ENOUGH = 0.9
READERS = ("pyav", "decord")
# With fewer whole looks nothing can be said of an opening.
_LEAST_LOOKS = 2
# Words and faces are looked for in pictures of this shorter side, so often per second at most.
DETAIL_SIDE = 360
_DETAILS_PER_S = 5.0


@dataclass
class Details:
    """More of the same opening, for what a creator would see in it.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width, 3)
        RGB, upright, the shorter side :data:`DETAIL_SIDE`.
    times : ndarray of float64, shape (n,)
        The seconds that were asked for.
    sketches : ndarray of uint8, shape (m, height, width)
        A tiny grey picture of every whole frame; m is 0 where the reader does not give them.
    appear : ndarray of float64, shape (m,)
        When each of these frames appears, in s.
    joined : ndarray of bool, shape (m,)
        Whether nothing was lost between a frame and the next, or the end.
    end : float
        When the last frame leaves the screen, or the window ends, in s.
    """

    images: np.ndarray = field(default_factory=lambda: np.zeros((0, 1, 1, 3), np.uint8))
    times: np.ndarray = field(default_factory=lambda: np.zeros(0))
    sketches: np.ndarray = field(default_factory=lambda: np.zeros((0, 1, 1), np.uint8))
    appear: np.ndarray = field(default_factory=lambda: np.zeros(0))
    joined: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))
    end: float = 0.0


@dataclass
class Frames:
    """Pictures of the window.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width, 3)
        RGB, upright, the shorter side of the asked length; n is 0 when there are none.
    times : ndarray of float64, shape (n,)
        The seconds that were asked for.
    stale : ndarray of bool, shape (n,)
        Whether a picture stands in for lost ones, so that nothing is known of what moved.
    problem : str
        Why there are none; "" when there are.
    warning : str
        What is not right although there are some.
    reader : str
        Who drew them: "pyav", "decord" or "pillow".
    details : Details or None
        Where they were asked for and there are pictures.
    """

    images: np.ndarray = field(default_factory=lambda: np.zeros((0, 1, 1, 3), np.uint8))
    times: np.ndarray = field(default_factory=lambda: np.zeros(0))
    stale: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))
    problem: str = ""
    warning: str = ""
    reader: str = ""
    details: Details | None = None


def read_frames(
    path: str | Path,
    facts: Facts,
    seconds: float = 3.0,
    per_second: float = 5.0,
    short_side: int = 224,
    reader: str = "pyav",
    details: bool = False,
) -> Frames:
    """Read the pictures at 0, 1/rate, … of the first seconds of a local file.

    Parameters
    ----------
    path : path-like
    facts : Facts
        What :func:`virality.media.film.probe.probe` found; size and rotation are completed here.
    seconds, per_second : float
        Length of the window in s, and pictures per second of it.
    short_side : int
        Pixels of the shorter side of what is returned; the other keeps the proportion.
    reader : str
        "pyav", or "decord" for a file that PyAV did not come to an end with.
    details : bool
        Whether to give :class:`Details` as well.

    Returns
    -------
    Frames
        The moments that exist: fewer of a shorter film, one of a film of one frame.
    """
    if facts.problem or not facts.has_video:
        return Frames(problem=facts.problem or "The file has no picture, only sound.")
    if facts.still:
        return _still(path, facts, short_side, details)
    moments = wanted_times(seconds, per_second)
    # Every so many looks: what is found must not depend on how often an encoder looks.
    some = moments[:: max(1, round(per_second / _DETAILS_PER_S))] if details else None
    try:
        if reader == "decord":
            return _by_decord(path, facts, moments, some, short_side)
        return _by_pyav(path, facts, seconds, moments, some, short_side)
    except (second_reader.Unusable, ValueError) as error:
        return Frames(problem=f"The picture stream could not be decoded ({error}).")


def _by_pyav(
    path: str | Path,
    facts: Facts,
    seconds: float,
    moments: np.ndarray,
    some: np.ndarray | None,
    short_side: int,
) -> Frames:
    """Decode the window once; what is damaged is left out and told."""
    artist, sketcher = Artist(moments, facts, short_side), Sketcher()
    close = None if some is None else Artist(some, facts, DETAIL_SIDE)
    window = Window((artist, close, sketcher) if close else (artist,), seconds)
    _decode(path, window)
    drawn = _whole(artist, window, facts)
    problem, warning = _judge(window, facts, drawn[2])
    if problem:
        return Frames(problem=problem)
    images, times, _ = drawn
    frames = Frames(images, times, window.stale(times), "", warning, "pyav")
    if close:
        times = np.array(window.times)
        kept = window.whole(times)
        end = _end(window, facts)
        joined = window.joined(times[kept], end)
        sketches = np.stack(sketcher.sketches)[kept]
        larger, when, _ = _whole(close, window, facts)
        frames.details = Details(larger, when, sketches, times[kept], joined, end)
    return frames


def _decode(path: str | Path, window: Window) -> None:
    """Show the window every frame that there is."""
    try:
        with av.open(str(path), metadata_errors="ignore") as container:
            stream = probe.picture_stream(container)
            stream.thread_count = 1
            for frame in probe.frames_of(container, stream, window.damages):
                if frame.pts is not None and not window.take(frame):
                    break
    except (av.error.FFmpegError, OSError) as error:
        window.damages.append(Damage(reason(error)))


def _whole(
    artist: Artist, window: Window, facts: Facts
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the pictures that can be trusted, their moments, and which of all drawn they are."""
    images = artist.finish(_end(window, facts)) if window.times else Frames().images
    moments = artist.moments[: len(images)]
    whole = window.whole(moments)
    return images[whole], moments[whole], whole


def _by_decord(
    path: str | Path,
    facts: Facts,
    moments: np.ndarray,
    some: np.ndarray | None,
    short_side: int,
) -> Frames:
    """Read with decord alone; what it cannot tell is said."""
    size = size_as_shown(facts, short_side)
    images, times = second_reader.read(path, moments, size)
    images, unknown = checked(images, size), np.zeros(len(images), bool)
    frames = Frames(images, times, unknown, "", second_reader.WARNING, "decord")
    if some is not None:
        size = size_as_shown(facts, DETAIL_SIDE)
        images, times = second_reader.read(path, some, size)
        frames.details = Details(checked(images, size), times)
    return frames


def _judge(window: Window, facts: Facts, whole: np.ndarray) -> tuple[str, str]:
    """Return (problem, warning) of the window; `whole` says which looks can be trusted."""
    if not window.times:
        cause = window.error or "it holds no whole frame"
        return f"The picture stream could not be decoded ({cause}).", ""
    spans = window.spans()
    if np.any(np.diff(window.times) < 0):
        cause = "The frames of the opening are damaged, and" if spans else "It seems that"
        return f"{cause} their times run backwards.", ""
    short = _missing(window, facts)
    if short and short[0] < ENOUGH * short[1]:
        return f"Only {short[0]:.1f} of {short[1]:.1f} s of the picture can be read.", ""
    if spans:
        return _damaged(spans, window.seconds, whole)
    if short or window.error:
        return "", "The last frames of the opening cannot be read; the others are used."
    return "", ""


def _damaged(spans, seconds: float, whole: np.ndarray) -> tuple[str, str]:
    """Return (problem, warning) of an opening with damaged frames."""
    start, end = spans[0][0], min(max(end for _, end in spans), seconds)
    where = f"Frames between {start:.1f} and {end:.1f} s of the opening are damaged"
    if whole.sum() < min(_LEAST_LOOKS, len(whole)):
        return f"{where}; too little is left to look at.", ""
    if whole.all():
        return "", f"{where}; no look falls on them."
    return "", f"{where}; {(~whole).sum()} of {len(whole)} looks are left out."


def _missing(window: Window, facts: Facts) -> tuple[float, float] | None:
    """Return (seconds read, seconds promised) where the stream ended too early, else None."""
    if not window.ended or not facts.duration_s:
        return None
    promised = min(window.seconds, facts.duration_s)
    read = min(_last_shown(window, facts), promised)
    # Containers round the length of the last frame.
    tolerance = max(2.5 * _interval(window, facts), 0.05)
    return (read, promised) if promised - read > tolerance else None


def _interval(window: Window, facts: Facts) -> float:
    if len(window.times) > 1:
        return float(np.max(np.diff(window.times)))
    return _one_frame(facts)


def _one_frame(facts: Facts) -> float:
    return 1 / facts.fps if facts.fps else 0.04


def _last_shown(window: Window, facts: Facts) -> float:
    return float(window.times[-1]) + _one_frame(facts)


def _end(window: Window, facts: Facts) -> float:
    """Return when the last frame that can be read leaves the screen."""
    if not window.ended:
        return window.seconds
    last = _last_shown(window, facts)
    if not window.error and not _missing(window, facts):
        last = max(last, facts.duration_s or 0.0)
    return min(window.seconds, last)


def _still(path, facts: Facts, short_side: int, details: bool) -> Frames:
    """Read a picture file as a film of one frame, turned as its EXIF says."""
    try:
        with Image.open(path) as file:
            picture = ImageOps.exif_transpose(file).convert("RGB")
            facts.width, facts.height = picture.size
            drawn = _scaled(picture, size_as_shown(facts, short_side))
            close = _scaled(picture, size_as_shown(facts, DETAIL_SIDE)) if details else None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        words = reason(error) if isinstance(error, OSError) else "not a whole picture"
        return Frames(problem=f"The picture could not be decoded ({words}).")
    more = None if close is None else Details(close, np.zeros(1))
    return Frames(drawn, np.zeros(1), np.zeros(1, bool), "", "", "pillow", more)


def _scaled(picture: Image.Image, size: tuple[int, int]) -> np.ndarray:
    return np.asarray(picture.resize(size, Image.Resampling.BICUBIC))[None]
