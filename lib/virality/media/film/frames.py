"""The pictures of the first seconds, chosen by timestamp, upright, resized while decoding.

PyAV decodes the opening once and draws a frame when the next one shows that its turn is over.
It tells damaged frames from whole ones: a damaged frame harms all that are built on it, so nothing
is looked at from there to the next frame that stands alone (a key frame); what is damaged behind
the window harms nothing.

decord draws as fast (85 ms an opening of 1080 × 1920 against PyAV's 101, one thread), but it
repeats the last good frame without a word where a file is damaged: PyAV would have to look through
the same seconds before it, which takes 57 ms more. So decord is the second reader, for files with
which PyAV does not come to an end (:mod:`virality.media.film.second_reader`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import av
import numpy as np
from av.video.frame import PictureType
from PIL import Image, ImageOps

from virality.media.film import probe, second_reader
from virality.media.film.probe import Damage, Facts, reason

# A modality is used when this share of its window came through whole.
ENOUGH = 0.9
READERS = ("pyav", "decord")
# With fewer whole looks nothing can be said of an opening.
_LEAST_LOOKS = 2
# Half a millisecond forgives the rounding of time bases (1/600, 1/1000 s).
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
        What :func:`virality.media.film.probe.probe` found; size and rotation are completed here.
    seconds, per_second : float
        Length of the window in s, and pictures per second of it.
    short_side : int
        Pixels of the shorter side of what is returned; the other keeps the proportion.
    reader : str
        "pyav", or "decord" for a file that PyAV did not come to an end with.

    Returns
    -------
    Frames
        The moments that exist: fewer of a shorter film, one of a film of one frame.
    """
    if facts.problem or not facts.has_video:
        return Frames(problem=facts.problem or "The file has no picture, only sound.")
    if facts.still:
        return _still(path, facts, short_side)
    moments = wanted_times(seconds, per_second)
    try:
        if reader == "decord":
            return _by_decord(path, facts, moments, short_side)
        return _by_pyav(path, facts, Window(Artist(moments, facts, short_side), seconds))
    except (second_reader.Unusable, ValueError) as error:
        return Frames(problem=f"The picture stream could not be decoded ({error}).")


def _by_pyav(path: str | Path, facts: Facts, window: Window) -> Frames:
    """Decode the window once; what is damaged is left out and told."""
    try:
        with av.open(str(path), metadata_errors="ignore") as container:
            stream = probe.picture_stream(container)
            stream.thread_count = 1
            for frame in probe.frames_of(container, stream, window.damages):
                if frame.pts is not None and not window.take(frame):
                    break
    except (av.error.FFmpegError, OSError) as error:
        window.damages.append(Damage(reason(error)))
    images = window.artist.finish(_end(window, facts)) if window.times else Frames().images
    moments = window.artist.moments[: len(images)]
    whole = window.whole(moments)
    problem, warning = _judge(window, facts, whole)
    if problem:
        return Frames(problem=problem)
    return Frames(images[whole], moments[whole], "", warning, "pyav")


def _by_decord(path: str | Path, facts: Facts, moments: np.ndarray, short_side: int) -> Frames:
    """Read with decord alone; what it cannot tell is said."""
    size = size_as_shown(facts, short_side)
    images, times = second_reader.read(path, moments, size, shown_at)
    return Frames(checked(images, size), times, "", second_reader.WARNING, "decord")


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


def _still(path, facts: Facts, short_side: int) -> Frames:
    """Read a picture file as a film of one frame, turned as its EXIF says."""
    try:
        with Image.open(path) as file:
            picture = ImageOps.exif_transpose(file).convert("RGB")
            facts.width, facts.height = picture.size
            picture = picture.resize(size_as_shown(facts, short_side), Image.Resampling.BICUBIC)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        words = reason(error) if isinstance(error, OSError) else "not a whole picture"
        return Frames(problem=f"The picture could not be decoded ({words}).")
    return Frames(np.asarray(picture)[None], np.zeros(1), "", "", "pillow")


# --- which frames, and which of them can be trusted ------------------------------------------


def wanted_times(seconds: float, per_second: float) -> np.ndarray:
    """Return the moments to look at: 0, 1/rate, 2/rate, … below `seconds`.

    Parameters
    ----------
    seconds, per_second : float

    Returns
    -------
    ndarray, shape (m,)
        In s.

    Examples
    --------
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


def size_as_shown(facts: Facts, short_side: int) -> tuple[int, int]:
    """Return width and height as shown, with the shorter side as asked.

    Parameters
    ----------
    facts : Facts
        As they are after the first frame.
    short_side : int
        Pixels.
    """
    width, height = facts.width or 1, facts.height or 1
    scale = short_side / min(width, height)
    return max(1, round(width * scale)), max(1, round(height * scale))


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
        """Draw what was on the screen until `time` (s), when this frame appears."""
        if self.shown is None:
            probe.turn(self.facts, frame)
        else:
            self._draw(self.moments + _ROUNDING < time)
        self.shown = frame

    def finish(self, end: float) -> np.ndarray:
        """Draw what stays until `end`; return all, shape (n, height, width, 3)."""
        self._draw((self.moments < end - 1e-9) | (self.moments == 0))
        self.shown = None
        return np.stack(self.images)

    def _draw(self, due: np.ndarray) -> None:
        count = int(due.sum()) - len(self.images)
        if count > 0 and self.shown is not None:
            image = _upright(self.shown, size_as_shown(self.facts, self.short_side))
            self.images += [image] * count


@dataclass
class Window:
    """The frames of the first seconds, in the order in which they are shown.

    Parameters
    ----------
    artist : Artist
        Draws the frames that are wanted.
    seconds : float
        Length of the window.
    """

    artist: Artist
    seconds: float
    times: list[float] = field(default_factory=list)  # s from the first shown frame
    keys: list[float] = field(default_factory=list)  # those that stand alone
    leaning: list[bool] = field(default_factory=list)  # whether a frame needs a later one
    flagged: list[float] = field(default_factory=list)  # those that came damaged
    damages: list[Damage] = field(default_factory=list)  # what gave no frame at all
    ended: bool = True  # whether the stream ended inside the window
    start: float | None = None

    def take(self, frame: av.VideoFrame) -> bool:
        """Note a frame; return False when it lies behind the window."""
        stated = probe.time_of(frame)
        self.start = stated if self.start is None else self.start
        time = stated - self.start
        if time >= self.seconds:
            self.ended = False
            return False
        self.artist.take(frame, time)
        self.times.append(time)
        self.leaning.append(frame.pict_type == PictureType.B)
        if frame.is_corrupt:
            self.flagged.append(time)
        elif frame.key_frame:
            self.keys.append(time)
        return True

    @property
    def error(self) -> str:
        """The first thing in the window that gave no frame; "" when there was none."""
        return next((one.reason for one, time in self._lost() if time < self.seconds), "")

    def _lost(self) -> list[tuple[Damage, float]]:
        """Return what gave no frame, with its time in s; what has none comes last of all seen."""
        last = self.times[-1] if self.times else 0.0
        start = self.start or 0.0
        return [
            (one, last + 2 * _ROUNDING if one.time is None else one.time - start)
            for one in self.damages
        ]

    def spans(self) -> list[tuple[float, float]]:
        """Return (from, to) in s of what cannot be trusted, to the next key frame each."""
        wrong = [*self.flagged, *(time for _, time in self._lost() if time < self.seconds)]
        return sorted((self._reach(time), self._next_key(time)) for time in wrong)

    def _reach(self, time: float) -> float:
        """Return the time of the first frame that may have needed the one at `time`."""
        place = int(np.searchsorted(self.times, time - _ROUNDING))
        while place > 0 and self.leaning[place - 1]:
            place -= 1
        return min(time, self.times[place]) if place < len(self.times) else time

    def _next_key(self, time: float) -> float:
        return next((key for key in self.keys if key > time + _ROUNDING), np.inf)

    def whole(self, moments: np.ndarray) -> np.ndarray:
        """Return for each moment whether what is shown then can be trusted, shape (m,)."""
        trusted = np.ones(len(moments), dtype=bool)
        for start, end in self.spans():
            trusted &= (moments + _ROUNDING < start) | (moments + _ROUNDING >= end)
        return trusted


def _upright(frame: av.VideoFrame, size: tuple[int, int]) -> np.ndarray:
    turns = round(frame.rotation / 90) % 4
    width, height = size if turns % 2 == 0 else size[::-1]
    image = frame.to_ndarray(format="rgb24", width=width, height=height, interpolation="BICUBIC")
    return np.ascontiguousarray(np.rot90(checked(image, (width, height)), turns))


def checked(images: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return pictures that have the size that was asked for and three channels.

    Parameters
    ----------
    images : ndarray, shape (…, height, width, 3)
    size : (int, int)
        Width and height.

    Raises
    ------
    ValueError
        When they have another shape, as some readers give on some processors, or are not bytes.
    """
    if images.shape[-3:] != (size[1], size[0], 3) or images.dtype != np.uint8:
        raise ValueError(f"the reader hands over pictures of shape {images.shape[-3:]}")
    return images
