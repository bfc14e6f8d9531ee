"""The pictures of the first seconds, chosen by timestamp, upright, resized while decoding.

PyAV decodes the opening once and draws a frame when the next one shows that its turn is over.
It tells damaged frames from whole ones. decord draws as fast (85 ms an opening of 1080 × 1920
against PyAV's 101, one thread), but it repeats the last good frame without a word where a file
is damaged: PyAV would have to look through the same seconds before it, which takes 57 ms more.
So decord is the second reader, for files with which PyAV does not come to an end
(:mod:`virality.media.second_reader`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageOps

from virality.media import second_reader
from virality.media.probe import Facts, frames_of, picture_stream, reason, turn

# A modality is used when this share of its window came through whole.
ENOUGH = 0.9
READERS = ("pyav", "decord")
_ROUNDING = 5e-4


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
        Who drew them: "pyav", "decord" or "pillow".
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
    return np.maximum(np.searchsorted(times, moments + _ROUNDING, side="right") - 1, 0)


@dataclass
class Window:
    """What the first seconds of a video stream hold.

    Parameters
    ----------
    artist : Artist
        Draws the frames that are wanted.
    """

    artist: Artist
    times: list[float] = field(default_factory=list)  # s from the first shown frame
    damaged_frames: int = 0
    errors: list[str] = field(default_factory=list)
    ended: bool = True  # whether the stream ended inside the window
    start: float | None = None

    def take(self, frame: av.VideoFrame, seconds: float) -> bool:
        """Note a frame; return False when it lies behind the window."""
        stated = float(frame.pts * frame.time_base)
        self.start = stated if self.start is None else self.start
        time = stated - self.start
        if time >= seconds:
            self.ended = False
            return False
        self.artist.take(frame, time)
        self.times.append(time)
        self.damaged_frames += bool(frame.is_corrupt)
        return True

    @property
    def damaged(self) -> int:
        """Frames that the decoder had to mend or to leave out."""
        return self.damaged_frames + len(self.errors)

    @property
    def error(self) -> str:
        """The first thing that went wrong; "" when nothing did."""
        return self.errors[0] if self.errors else ""


def read_frames(
    path: str | Path,
    facts: Facts,
    seconds: float = 3.0,
    per_second: float = 5.0,
    short_side: int = 224,
    reader: str = "pyav",
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
    reader : str
        "pyav", or "decord" for a file that PyAV did not come to an end with.

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
    moments = wanted_times(seconds, per_second)
    if reader == "decord":
        return _by_decord(path, facts, moments, short_side)
    window = Window(Artist(moments, facts, short_side))
    try:
        images = _look_through(path, seconds, facts, window)
    except ValueError as error:
        return Frames(problem=f"The picture stream could not be decoded ({error}).")
    problem, warning = _judge(window, facts, seconds)
    if problem:
        return Frames(problem=problem)
    return Frames(images, moments[: len(images)], "", warning, "pyav")


def _look_through(path, seconds: float, facts: Facts, window: Window) -> np.ndarray:
    """Decode the window once; fill in what was seen; return the pictures."""
    try:
        with av.open(str(path), metadata_errors="ignore") as container:
            stream = picture_stream(container)
            stream.thread_count = 1
            for frame in frames_of(container, stream, window.errors):
                if frame.pts is not None and not window.take(frame, seconds):
                    break
    except (av.error.FFmpegError, OSError) as error:
        window.errors.append(reason(error))
    if not len(window.times):
        return Frames().images
    return window.artist.finish(_end(window, facts, seconds))


def _by_decord(path, facts: Facts, moments: np.ndarray, short_side: int) -> Frames:
    """Read with decord alone; what it cannot tell is said."""
    size = _size(facts, short_side)
    try:
        images, times = second_reader.read(path, moments, size, shown_at)
        return Frames(_checked(images, size), times, "", second_reader.WARNING, "decord")
    except (second_reader.Unusable, ValueError) as error:
        return Frames(problem=f"The picture stream could not be decoded ({error}).")


def _judge(window: Window, facts: Facts, seconds: float) -> tuple[str, str]:
    """Return (problem, warning) of the window."""
    count = len(window.times)
    if count == 0:
        cause = window.error or "it holds no whole frame"
        return f"The picture stream could not be decoded ({cause}).", ""
    if window.damaged > (1 - ENOUGH) * count:
        return f"{window.damaged} of the {count} frames of the opening are damaged.", ""
    if np.any(np.diff(window.times) < 0):
        cause = "The frames of the opening are damaged: their" if window.damaged else "The"
        return f"{cause} times {'' if window.damaged else 'of the frames '}run backwards.", ""
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


class Artist:
    """Draws, of frames that come in their order, those that are on the screen at some moments.

    Parameters
    ----------
    moments : ndarray, shape (m,)
        Seconds from the first frame, rising.
    facts : Facts
        Size and rotation; completed from the first frame.
    short_side : int
        Pixels of the shorter side.
    """

    def __init__(self, moments: np.ndarray, facts: Facts, short_side: int):
        self.moments, self.facts, self.short_side = moments, facts, short_side
        self.images: list[np.ndarray] = []
        self.shown: av.VideoFrame | None = None

    def take(self, frame: av.VideoFrame, time: float) -> None:
        """Draw what was on the screen until `time`, when this frame appears."""
        if self.shown is None:
            turn(self.facts, frame)
        else:
            # Half a millisecond forgives the rounding of time bases (1/600, 1/1000 s).
            self._draw(self.moments + _ROUNDING < time)
        self.shown = frame

    def finish(self, end: float) -> np.ndarray:
        """Draw what stays until `end`; return all, shape (n, height, width, 3)."""
        self._draw((self.moments < end - 1e-9) | (self.moments == 0))
        self.shown = None
        return np.stack(self.images)

    def _draw(self, due: np.ndarray) -> None:
        count = int(due.sum()) - len(self.images)
        if count > 0:
            image = _upright(self.shown, _size(self.facts, self.short_side))
            self.images += [image] * count


def _upright(frame: av.VideoFrame, size: tuple[int, int]) -> np.ndarray:
    turns = round(frame.rotation / 90) % 4
    width, height = size if turns % 2 == 0 else size[::-1]
    image = frame.to_ndarray(format="rgb24", width=width, height=height, interpolation="BICUBIC")
    return np.ascontiguousarray(np.rot90(_checked(image, (width, height)), turns))


def _checked(images: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return pictures that have the size that was asked for and three channels.

    Some readers hand over other shapes on some processors.

    Raises
    ------
    ValueError
        When they have another shape or are not made of bytes.
    """
    if images.shape[-3:] != (size[1], size[0], 3) or images.dtype != np.uint8:
        raise ValueError(f"the reader hands over pictures of shape {images.shape[-3:]}")
    return images


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
