"""A small film that can be read wherever media files can be read at all.

The film of the package was written by :func:`make`; a run reads it before it blames a user's file.
To write it anew: ``python tests/good_film.py``.
"""

from __future__ import annotations

from fractions import Fraction
from importlib.resources import files
from pathlib import Path

import numpy as np

SIZE, FPS, SECONDS, RATE = (64, 112), 10, 1, 16_000


def pictures() -> np.ndarray:
    """Return what it shows, shape (10, 112, 64, 3): a bar that moves over a slope of grey."""
    width, height = SIZE
    slope = np.linspace(40, 160, height, dtype=np.uint8)[:, None, None]
    images = np.broadcast_to(slope, (FPS * SECONDS, height, width, 3)).copy()
    for number, image in enumerate(images):
        image[:, 6 * number : 6 * number + 8] = 235
    return images


def make(path: str | Path) -> None:
    """Write the film: H.264 and AAC in MP4."""
    import av

    tone = (0.3 * np.sin(2 * np.pi * 330 * np.arange(RATE * SECONDS) / RATE)).astype(np.float32)
    with av.open(str(path), "w", format="mp4", options={"fflags": "+bitexact"}) as out:
        video = out.add_stream("libx264", rate=Fraction(FPS), options={"threads": "1"})
        video.width, video.height, video.pix_fmt = *SIZE, "yuv420p"
        audio = out.add_stream("aac", rate=RATE, layout="mono")
        audio.bit_rate = 24_000
        for number, image in enumerate(pictures()):
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            out.mux(video.encode(frame))
        out.mux(video.encode(None))
        frame = av.AudioFrame.from_ndarray(tone[None], format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, 0, Fraction(1, RATE)
        out.mux(audio.encode(frame))
        out.mux(audio.encode(None))


if __name__ == "__main__":
    make(str(files("virality.media.processes") / "good_film.mp4"))
