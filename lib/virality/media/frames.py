"""The pictures of the first seconds, chosen by timestamp, upright, resized while decoding.

decord reads; PyAV, which has looked through the same seconds before, says which frame is
shown when. Where the two do not see the same frames (streams cut without re-encoding,
transport streams), PyAV's own pictures are taken.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import av
import decord
import numpy as np
from PIL import Image, ImageOps

from virality.media.probe import (
    Facts,
    Window,
    frames_of,
    look_through,
    picture_stream,
    reason,
)

# A modality is used when this share of its window came through whole.
ENOUGH = 0.9

# decord is asked only for containers whose frames it was seen to count right.
_DECORD_SUFFIXES = {".mp4", ".mov", ".m4v", ".webm", ".mkv", ".3gp"}
_SAME_TIME = 2e-3

decord.logging.set_level(decord.logging.FATAL)


@dataclass
class Frames:
    """Pictures of the window.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width, 3)
        RGB, upright, the shorter side of the asked length; n is 0 when there are none.
    times : ndarray of float64, shape (n,)
        The seconds that were asked for.
    problem : str
        Why there are none; "" when there are.
    warning : str
        What is not right although there are some.
    reader : str
        Who drew them: "decord", "pyav" or "pillow".
    """

    images: np.ndarray = field(default_factory=lambda: np.zeros((0, 1, 1, 3), np.uint8))
    times: np.ndarray = field(default_factory=lambda: np.zeros(0))
    problem: str = ""
    warning: str = ""
    reader: str = ""


def wanted_times(seconds: float, per_second: float) -> np.ndarray:
    """Return the moments to look at: 0, 1/rate, 2/rate, … below `seconds`.

    >>> len(wanted_times(3.0, 5.0))
    15
    """
    count = max(1, int(np.ceil(seconds * per_second - 1e-9)))
    return np.arange(count) / per_second


def shown_at(times: np.ndarray, moments: np.ndarray) -> np.ndarray:
    """Return the index of the frame that is on the screen at each moment.

    Parameters
    ----------
    times : ndarray, shape (n,)
        When each frame appears, rising.
    moments : ndarray, shape (m,)

    Returns
    -------
    ndarray of int, shape (m,)
    """
    # Half a millisecond forgives the rounding of time bases (1/600, 1/1000 s).
    return np.maximum(np.searchsorted(times, moments + 5e-4, side="right") - 1, 0)


def read_frames(
    path: str | Path,
    facts: Facts,
    seconds: float = 3.0,
    per_second: float = 5.0,
    short_side: int = 224,
) -> Frames:
    """Read the pictures at 0, 1/rate, … of the first seconds of a local file.

    Parameters
    ----------
    path : path-like
    facts : Facts
        What :func:`virality.media.probe.probe` found; size and rotation are completed here.
    seconds : float
        Length of the window.
    per_second : float
        Frames per second.
    short_side : int
        Pixels of the shorter side of what is returned; the other keeps the proportion.

    Returns
    -------
    Frames
        A video shorter than the window gives the moments that exist; a video of one frame
        gives one.
    """
    if facts.problem or not facts.has_video:
        return Frames(problem=facts.problem or "The file has no picture, only sound.")
    if facts.still:
        return _still(path, facts, short_side)
    window = look_through(path, seconds, facts)
    problem, warning = _judge(window, facts, seconds)
    if problem:
        return Frames(problem=problem)
    end = _end(window, facts, seconds)
    moments = wanted_times(seconds, per_second)
    moments = moments[(moments < end - 1e-9) | (moments == 0)]
    picked = shown_at(window.times, moments)
    images, reader = _draw(path, window.times, picked, _size(facts, short_side))
    if images is None:
        return Frames(problem=f"The picture stream could not be decoded ({reader}).")
    return Frames(images, moments, "", warning, reader)


def _judge(window: Window, facts: Facts, seconds: float) -> tuple[str, str]:
    """Return (problem, warning) of the window."""
    count = len(window.times)
    if count == 0:
        cause = window.error or "it holds no whole frame"
        return f"The picture stream could not be decoded ({cause}).", ""
    if np.any(np.diff(window.times) < 0):
        return "The times of the frames run backwards.", ""
    if window.damaged > (1 - ENOUGH) * count:
        return f"{window.damaged} of the {count} frames of the opening are damaged.", ""
    short = _missing(window, facts, seconds)
    if short and short[0] < ENOUGH * short[1]:
        return f"Only {short[0]:.1f} of {short[1]:.1f} s of the picture can be read.", ""
    if window.damaged:
        return (
            "",
            f"Of the {count} frames of the opening {window.damaged} came damaged; they are used.",
        )
    if short:
        return "", "The last frames of the opening cannot be read; the others are used."
    return "", ""


def _missing(window: Window, facts: Facts, seconds: float) -> tuple[float, float] | None:
    """Return (seconds read, seconds promised) where the stream ended too early, else None."""
    if not window.ended or not facts.duration_s:
        return None
    promised = min(seconds, facts.duration_s)
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


def _end(window: Window, facts: Facts, seconds: float) -> float:
    """Return when the last frame that can be read leaves the screen."""
    if not window.ended:
        return seconds
    last = _last_shown(window, facts)
    if not window.error and not _missing(window, facts, seconds):
        last = max(last, facts.duration_s or 0.0)
    return min(seconds, last)


def _size(facts: Facts, short_side: int) -> tuple[int, int]:
    """Return (width, height) with the shorter side as asked."""
    scale = short_side / min(facts.width, facts.height)
    return max(1, round(facts.width * scale)), max(1, round(facts.height * scale))


def _draw(path, times: np.ndarray, picked: np.ndarray, size: tuple[int, int]):
    """Return (images, reader); images is None when nobody can draw them."""
    if Path(path).suffix.lower() in _DECORD_SUFFIXES:
        images = _with_decord(path, times, picked, size)
        if images is not None:
            return images, "decord"
    try:
        return _with_pyav(path, picked, size), "pyav"
    except (av.error.FFmpegError, ValueError, OSError) as error:
        return None, reason(error)


def _with_decord(path, times: np.ndarray, picked: np.ndarray, size: tuple[int, int]):
    """Return the picked frames, or None when decord sees other frames than PyAV."""
    try:
        reader = decord.VideoReader(
            str(path), decord.cpu(0), width=size[0], height=size[1], num_threads=1
        )
        stamps = reader.get_frame_timestamp(np.arange(len(reader)))[:, 0]
        # Frames before zero are cut away by the container's edit list and never drawn.
        stamps = stamps[stamps > -_SAME_TIME]
        need = int(picked[-1]) + 1
        if np.any(np.diff(stamps[:need]) < _SAME_TIME / 2):
            return None  # frames of one moment: their order is not certain here
        if len(stamps) < need or np.any(
            np.abs(stamps[:need] - stamps[0] - times[:need]) > _SAME_TIME
        ):
            return None
        return _in_order(reader, picked)
    except (decord.DECORDError, RuntimeError, AssertionError, StopIteration, IndexError):
        return None


def _in_order(reader: decord.VideoReader, picked: np.ndarray) -> np.ndarray:
    # Straight on from the start: no seek can land beside the frame that was meant.
    images, here = [], 0
    for index in np.unique(picked).tolist():
        if index > here:
            reader.skip_frames(index - here)
        images.append(reader.next().asnumpy())
        here = index + 1
    return np.stack(images)[np.unique(picked, return_inverse=True)[1]]


def _with_pyav(path, picked: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    wanted, images, position = set(picked.tolist()), {}, 0
    with av.open(str(path), metadata_errors="ignore") as container:
        stream = picture_stream(container)
        stream.thread_count = 1
        for frame in frames_of(container, stream, []):
            if frame.pts is None:
                continue
            if position in wanted:
                images[position] = _upright(frame, size)
            position += 1
            if position > picked[-1]:
                break
    return np.stack([images[index] for index in picked.tolist()])


def _upright(frame: av.VideoFrame, size: tuple[int, int]) -> np.ndarray:
    turns = round(frame.rotation / 90) % 4
    width, height = size if turns % 2 == 0 else size[::-1]
    image = frame.to_ndarray(format="rgb24", width=width, height=height, interpolation="BICUBIC")
    return np.ascontiguousarray(np.rot90(image, turns))


def _still(path, facts: Facts, short_side: int) -> Frames:
    """Read a picture file as a film of one frame, turned as its EXIF says."""
    try:
        with Image.open(path) as picture:
            picture = ImageOps.exif_transpose(picture).convert("RGB")
            facts.width, facts.height = picture.size
            picture = picture.resize(_size(facts, short_side), Image.Resampling.BICUBIC)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        words = reason(error) if isinstance(error, OSError) else "not a whole picture"
        return Frames(problem=f"The picture could not be decoded ({words}).")
    return Frames(np.asarray(picture)[None], np.zeros(1), "", "", "pillow")
