"""Moving pictures from photographs that ship inside scikit-image and scikit-learn.

A video is a row of shots; a shot is one photograph, graded and mirrored, over which a vertical
window glides. How fast it glides and how often it cuts follow the early energy and nothing
else; which photographs, which colours and what kind of writing follow the content regime.
"""

from __future__ import annotations

import functools
import textwrap
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import cv2
import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

LARGEST_SIDE = 720  # pixels of a photograph; more is not seen at the size of the videos

_SKIMAGE, _SKLEARN = ("skimage", "data"), ("sklearn", "datasets/images")
_PHOTOGRAPHS = {
    "storytime": [(*_SKIMAGE, "astronaut.png")],
    "coffee": [(*_SKIMAGE, "coffee.png"), (*_SKLEARN, "flower.jpg")],
    "travel": [
        (*_SKLEARN, "china.jpg"),
        (*_SKIMAGE, "motorcycle_left.png"),
        (*_SKIMAGE, "motorcycle_right.png"),
    ],
    "science": [
        (*_SKIMAGE, "hubble_deep_field.jpg"),
        (*_SKIMAGE, "rocket.jpg"),
        (*_SKIMAGE, "retina.jpg"),
        (*_SKIMAGE, "ihc.png"),
    ],
    "cat": [(*_SKIMAGE, "chelsea.png")],
}


@dataclass(frozen=True)
class Look:
    """How a regime is graded and captioned.

    Parameters
    ----------
    tint : tuple of float
        Factors for red, green and blue.
    saturation : float
        1 leaves colours as they are.
    text_height : float
        Where the writing starts, as a part of the height.
    text_size : float
        Size of the writing, as a part of the width; 0 for none.
    boxed : bool
        Black writing on a white box instead of white writing with an outline.
    """

    tint: tuple[float, float, float]
    saturation: float
    text_height: float
    text_size: float
    boxed: bool


_LOOKS = {
    "storytime": Look((1.05, 0.99, 0.92), 0.9, 0.74, 0.085, True),
    "coffee": Look((1.08, 0.97, 0.82), 0.85, 0.78, 0.060, False),
    "travel": Look((0.98, 1.04, 1.06), 1.35, 0.42, 0.075, False),
    "science": Look((0.80, 0.92, 1.15), 1.0, 0.66, 0.060, True),
    "cat": Look((1.0, 1.0, 1.0), 0.7, 0.0, 0.0, False),
}


@dataclass(frozen=True)
class Shot:
    """One photograph from one cut to the next.

    Parameters
    ----------
    photograph : ndarray of uint8, (height, width, 3)
        Graded, RGB.
    zoom : float
        1 shows as much as fits.
    start : tuple of float
        Where the window starts, 0 to 1 across the room that it has.
    velocity : tuple of float
        Speed in pixels of the video per second, x and y.
    """

    photograph: np.ndarray
    zoom: float
    start: tuple[float, float]
    velocity: tuple[float, float]


def pan_speed(early_energy: float) -> float:
    """Return how fast the window glides, in widths of the video per second."""
    return 0.02 + 0.45 * early_energy


def _cut_times(seconds: float, early_energy: float, rng: np.random.Generator) -> np.ndarray:
    """Return the times of cuts: none in calm videos, every half second in the liveliest."""
    per_second = 2.0 * early_energy
    if per_second < 0.15:
        return np.empty(0)
    gap = 1 / per_second
    steps = np.arange(1, int(seconds / gap) + 1)
    times = gap * (steps - 0.3 + 0.2 * rng.uniform(-1, 1, len(steps)))
    return times[(times > 0.1) & (times < seconds - 0.2)]


def frames(regime, early_energy, hook, size, times, rng):
    """Yield the frames of a video.

    Parameters
    ----------
    regime : str
        Chooses photographs, grade and style of writing.
    early_energy : float
        0 (calm) to 1 (lively).
    hook : str
        Words drawn over the picture, "" for none.
    size : tuple of int
        Width and height in pixels.
    times : ndarray of float
        When each frame is shown, in seconds.
    rng : Generator
        Source of every other choice.

    Yields
    ------
    ndarray of uint8, (height, width, 3)
        RGB.
    """
    cuts = _cut_times(times[-1], early_energy, rng)
    mood = rng.uniform([-8, 0.85, 0.85], [8, 1.15, 1.15])  # hue, saturation, light of the post
    shots = _shots(regime, len(cuts) + 1, early_energy, mood, size[0], rng)
    writing = _writing(hook, size, _LOOKS[regime])
    which = np.searchsorted(cuts, times, side="right")
    beginnings = np.concatenate([[0.0], cuts])
    for time, number in zip(times, which, strict=True):
        picture = _window(shots[number], time - beginnings[number], size)
        if writing is not None:
            rows, mask, ink = writing
            picture[rows][mask] = ink
        yield picture


@functools.lru_cache(maxsize=16)
def _photograph(package: str, folder: str, name: str) -> np.ndarray:
    """Return a photograph out of an installed package (RGB, longest side at most 720)."""
    with Image.open(str(files(package) / folder / name)) as stored:
        image = stored.convert("RGB")
    image.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    return np.asarray(image)


def _shots(regime, count, early_energy, mood, width, rng) -> list[Shot]:
    names = _PHOTOGRAPHS[regime]
    first, angle = rng.integers(len(names)), rng.uniform(-0.35, 0.35)
    flip, sign = rng.integers(2), rng.choice([-1, 1])
    used = range(min(count, len(names)))
    graded = [
        _grade(_photograph(*names[(first + i) % len(names)]), _LOOKS[regime], mood) for i in used
    ]
    shots = []
    for number in range(count):
        picture = graded[number % len(names)]
        if (number + flip) % 2:
            picture = np.ascontiguousarray(picture[:, ::-1])
        speed = pan_speed(early_energy) * width * sign
        shots.append(
            Shot(
                picture,
                float(rng.uniform(1.15, 1.7)),
                tuple(rng.uniform(0.1, 0.9, 2)),
                (speed * np.cos(angle), speed * np.sin(angle)),
            )
        )
    return shots


def _grade(picture: np.ndarray, look: Look, mood: np.ndarray) -> np.ndarray:
    hue, saturation, light = mood
    hsv = cv2.cvtColor(picture, cv2.COLOR_RGB2HSV).astype(np.float32)
    hsv[..., 0] = (hsv[..., 0] + hue) % 180
    hsv[..., 1] = np.clip(hsv[..., 1] * look.saturation * saturation, 0, 255)
    graded = cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2RGB)
    return np.clip(graded * (np.array(look.tint) * light), 0, 255).astype(np.uint8)


def _window(shot: Shot, elapsed: float, size: tuple[int, int]) -> np.ndarray:
    """Return what the gliding window of a shot shows after `elapsed` seconds."""
    height, width = shot.photograph.shape[:2]
    scale = min(width / size[0], height / size[1]) / shot.zoom  # photograph per video pixel
    corner = []
    for full, shown, start, speed in zip(
        (width, height), size, shot.start, shot.velocity, strict=True
    ):
        room = full - shown * scale
        corner.append(_bounce(start * room + speed * scale * elapsed, room))
    matrix = np.array([[scale, 0, corner[0]], [0, scale, corner[1]]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(shot.photograph, matrix, size, flags=flags, borderMode=cv2.BORDER_REFLECT)


def _bounce(position: float, room: float) -> float:
    """Return `position` reflected at both ends of 0 to `room`."""
    return room - abs(position % (2 * room) - room) if room > 0 else 0.0


def _writing(hook: str, size: tuple[int, int], look: Look):
    """Return the rows with writing, a mask of its pixels there and their colours, or None."""
    if not hook or not look.text_size:
        return None
    points = round(look.text_size * size[0])
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    font = ImageFont.truetype(str(folder / "DejaVuSans-Bold.ttf"), points)
    lines = textwrap.wrap(hook, max(8, int(1.45 / look.text_size)))
    layer = Image.new("RGBA", size)
    pen = ImageDraw.Draw(layer)
    style: dict[str, Any] = {"font": font, "anchor": "ma", "align": "center"}
    if not look.boxed:
        style |= {"stroke_width": max(1, points // 9), "stroke_fill": (0, 0, 0, 255)}
    at, text = (size[0] / 2, look.text_height * size[1]), "\n".join(lines)
    if look.boxed:
        left, top, right, bottom = pen.multiline_textbbox(at, text, **style)
        pad = points // 3
        box = (left - pad, top - pad, right + pad, bottom + pad)
        pen.rounded_rectangle(box, radius=pad, fill=(255, 255, 255, 255))
    colour = (10, 10, 10, 255) if look.boxed else (255, 255, 255, 255)
    pen.multiline_text(at, text, fill=colour, **style)
    pixels = np.asarray(layer)
    mask = pixels[..., 3] > 127
    inked = np.flatnonzero(mask.any(axis=1))
    rows = slice(inked[0], inked[-1] + 1)
    return rows, mask[rows], pixels[rows][mask[rows], :3]
