"""What lies between one look and the next: a gap, a cut, or so much movement.

Movement is OpenCV's dense optical flow (DIS; Kroeger et al. 2016, Fast optical flow using dense
inverse search). From the same flow comes how the whole picture moves, as it does when the camera
pans or zooms: what most of the textured places have in common.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import cv2
import numpy as np

# A cut: the colour histograms differ by more than this share, and so does the small picture.
_CUT_HISTOGRAM = 0.35
_CUT_PICTURE = 0.10
_SIDE = 112  # pixels of the shorter side on which flow is measured
_NOTHING = cast(Any, None)


@dataclass(frozen=True)
class Steps:
    """From each of n looks to the next; every array has the shape (n - 1,).

    Parameters
    ----------
    known : ndarray of bool
        Whether no look is missing in between: what happened in a gap is not known.
    cut : ndarray of bool
        Whether a cut lies in between.
    motion : ndarray of float32
        Mean length of the flow, in picture heights per second; NaN at cuts and in gaps.
    camera : ndarray of float32
        How fast the picture as a whole moves or grows, likewise.
    """

    known: np.ndarray
    cut: np.ndarray
    motion: np.ndarray
    camera: np.ndarray


def steps_of(images: np.ndarray, times: np.ndarray, stale: np.ndarray | None = None) -> Steps:
    """Look at what happens between the looks of an opening.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width, 3)
        RGB.
    times : ndarray of float64, shape (n,)
        Seconds.
    stale : ndarray of bool, shape (n,), optional
        Which looks stand in for lost ones: what moves to or from there is not known.

    Returns
    -------
    Steps
    """
    seconds = np.diff(times)
    # Looks that are missing (damaged frames) leave a gap.
    known = seconds < 1.5 * seconds.min() if len(seconds) else np.zeros(0, bool)
    if stale is not None:
        known = known & ~stale[1:] & ~stale[:-1]
    hsv = [cv2.cvtColor(image, cv2.COLOR_RGB2HSV) for image in images]
    grey = [cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) for image in images]
    cut = _cuts(hsv, grey) & known
    return Steps(known, cut, *_movement(grey, seconds, known & ~cut))


def _cuts(hsv: list[np.ndarray], grey: list[np.ndarray]) -> np.ndarray:
    """Return for each step from one look to the next whether a cut lies between them."""
    if len(hsv) < 2:
        return np.zeros(0, bool)
    histograms = np.stack([_colours(frame) for frame in hsv])
    colour = np.abs(np.diff(histograms, axis=0)).sum(axis=1) / 2
    light = [frame.astype(np.float32) / 255 for frame in grey]
    small = np.stack([cv2.resize(f, (16, 16), interpolation=cv2.INTER_AREA) for f in light])
    picture = np.abs(np.diff(small, axis=0)).mean(axis=(1, 2))
    return (colour > _CUT_HISTOGRAM) & (picture > _CUT_PICTURE)


def _colours(frame: np.ndarray) -> np.ndarray:
    histogram = cv2.calcHist([frame], [0, 1, 2], None, [8, 4, 4], [0, 180, 0, 256, 0, 256])
    return histogram.ravel() / histogram.sum()


def _movement(
    grey: list[np.ndarray], seconds: np.ndarray, wanted: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return motion and camera motion of the wanted steps in picture heights per second."""
    motion, camera = np.full((2, len(seconds)), np.nan, np.float32)
    if not wanted.any():
        return motion, camera
    height, width = grey[0].shape
    scale = _SIDE / min(height, width)
    size = (max(16, round(width * scale)), max(16, round(height * scale)))
    small = [cv2.resize(frame, size, interpolation=cv2.INTER_AREA) for frame in grey]
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    for step in np.flatnonzero(wanted):
        field = flow.calc(small[step], small[step + 1], _NOTHING)
        length = np.hypot(field[..., 0], field[..., 1]).mean() / size[1]
        motion[step] = length / seconds[step]
        camera[step] = _shared(field, small[step]) / size[1] / seconds[step]
    return motion, camera


def _shared(field: np.ndarray, picture: np.ndarray) -> float:
    """Return how far the whole picture moved, in pixels: a shift, a growth, or both.

    Flow is a guess where nothing is to be seen, so the textured half of the picture decides. The
    median does not mind what moves in front of it. Growth counts as the mean way of its places.
    """
    texture = cv2.GaussianBlur(np.abs(cv2.Laplacian(picture, cv2.CV_32F)), (0, 0), 3)[::2, ::2]
    places = np.argwhere(texture > np.median(texture))
    if not len(places):
        return np.nan  # a blank picture may move as it likes
    places = 2 * places  # every second row and column is enough
    moved = field[places[:, 0], places[:, 1]]
    shift = np.median(moved, axis=0)
    away = places[:, ::-1] - (np.array(picture.shape[::-1]) - 1) / 2
    distance = np.hypot(*away.T)
    far = distance > np.median(distance)
    outward = ((moved - shift) * away).sum(axis=1)[far]
    growth = float(np.median(outward / distance[far] ** 2))
    return float(np.hypot(np.hypot(*shift), growth * distance.mean()))
