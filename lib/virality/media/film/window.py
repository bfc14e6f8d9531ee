"""What the first seconds of a video stream hold, frame by frame, and which of it can be trusted.

A damaged frame harms all that are built on it: nothing is looked at from there to the next frame
that stands alone (a key frame). What is damaged behind the window harms nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import av
import cv2
import numpy as np
from av.video.frame import PictureType
from av.video.reformatter import VideoReformatter

from virality.media.film.probe import Damage, Facts, time_of, turn

# Half a millisecond forgives the rounding of time bases (1/600, 1/1000 s).
_ROUNDING = 5e-4
# Cuts are looked for in grey pictures of this size, lying or standing as the frame does.
SKETCH = (48, 27)
# Frames come at an even pace when so many of the steps between them are within so much of the
# usual one. Then a step that is so many times as long means that frames are gone.
_EVEN, _NEAR_USUAL, _HOLE = 0.9, 0.25, 1.75


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
        self.scaler = VideoReformatter()  # kept, because finding out how to scale takes time

    def take(self, frame: av.VideoFrame, time: float) -> None:
        """Draw what was on the screen until this frame appears; see :meth:`Taker.take`."""
        if self.shown is None:
            turn(self.facts, frame)
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
            size = size_as_shown(self.facts, self.short_side)
            image = _upright(self.shown, size, self.scaler)
            self.images += [image] * count


class Sketcher:
    """Makes a tiny grey picture of every frame, not turned."""

    def __init__(self):
        self.sketches: list[np.ndarray] = []
        self.size: tuple[int, int] | None = None
        self.scaler = VideoReformatter()

    def take(self, frame: av.VideoFrame, time: float) -> None:
        """Sketch a frame; see :meth:`Taker.take`."""
        lying = frame.width >= frame.height
        size = self.size = self.size or (SKETCH if lying else SKETCH[::-1])
        # The fast way leaves out most pixels, so it may not go all the way down.
        near = self.scaler.reformat(
            frame, 4 * size[0], 4 * size[1], "gray", interpolation="FAST_BILINEAR"
        )
        self.sketches.append(cv2.resize(near.to_ndarray(), size, interpolation=cv2.INTER_AREA))


class Taker(Protocol):
    """Whoever makes something of the frames as they come."""

    def take(self, frame: av.VideoFrame, time: float) -> None:
        """Get a frame.

        Parameters
        ----------
        frame : av.VideoFrame
        time : float
            When it appears, in s from the start.
        """


@dataclass
class Window:
    """The frames of the first seconds, in the order in which they are shown.

    Parameters
    ----------
    takers : sequence of Taker
        Get every frame of the window.
    seconds : float
        Length of the window.
    """

    takers: Sequence[Taker]
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
        stated = time_of(frame)
        self.start = stated if self.start is None else self.start
        time = stated - self.start
        if time >= self.seconds:
            self.ended = False
            return False
        for taker in self.takers:
            taker.take(frame, time)
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

    def _holes(self) -> list[tuple[float, float]]:
        """Return (from, to) in s of where frames are gone without a trace.

        A film whose pace varies may rest for as long as it likes: nothing is said of it.
        """
        times = np.array(self.times)
        steps = np.diff(times)
        usual = np.median(steps) if len(steps) else 0.0
        if not len(steps) or np.mean(np.abs(steps - usual) < _NEAR_USUAL * usual) < _EVEN:
            return []
        return [(times[i] + usual, times[i + 1]) for i in np.flatnonzero(steps > _HOLE * usual)]

    def stale(self, moments: np.ndarray) -> np.ndarray:
        """Return for each moment whether the frame shown then stands in for lost ones, (m,)."""
        stale = np.zeros(len(moments), dtype=bool)
        for start, end in self._holes():
            stale |= (moments + _ROUNDING >= start) & (moments + _ROUNDING < end)
        return stale

    def joined(self, times: np.ndarray, end: float) -> np.ndarray:
        """Return for each frame whether nothing was lost before the next one, or the end.

        Parameters
        ----------
        times : ndarray, shape (n,)
            Of frames of the window that can be trusted.
        end : float
            When the last frame of all leaves the screen, in s.

        Returns
        -------
        ndarray of bool, shape (n,)
        """
        following = np.append(times[1:], end)
        joined = np.ones(len(times), dtype=bool)
        for start, until in [*self.spans(), *self._holes()]:
            joined &= (start >= following) | (until <= times)
        return joined


def _upright(frame: av.VideoFrame, size: tuple[int, int], scaler: VideoReformatter) -> np.ndarray:
    turns = round(frame.rotation / 90) % 4
    width, height = size if turns % 2 == 0 else size[::-1]
    scaled = scaler.reformat(frame, width, height, "rgb24", interpolation="BICUBIC")
    image = scaled.to_ndarray()
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
