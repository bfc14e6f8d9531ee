"""One real, decodable vertical video a post: H.264 and AAC in MP4.

A file holds the first seconds of a post, which is what the report looks at, and follows from
its recipe alone: the same recipe gives the same bytes with the same libraries.
"""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed

from virality.core.hashing import of_path, of_value
from virality.core.writing import replacing
from virality.demo import pictures, sounds
from virality.demo.model import stream

SIZES = ((288, 512), (270, 480), (288, 624))
RATES = (Fraction(30), Fraction(24), Fraction(25), Fraction(30000, 1001))
SHORT = 1.6  # seconds of the post that is over before three
KEYFRAME_SECONDS = 2
NO_SOUND, IS_SHORT, NO_FILE = "no sound", "short", "no file"


@dataclass(frozen=True)
class Recipe:
    """All that a video follows from.

    Parameters
    ----------
    post_id : str
        Names the file.
    regime : str
        Content.
    early_energy : float
        0 (calm) to 1 (lively).
    hook : str
        Words drawn over the picture, "" for none.
    seed : int
        Of the small choices.
    odd : str
        "", "no sound" or "short".
    speech_delay : float, optional
        Seconds by which a voice begins later than the sound; None where nobody speaks.
    """

    post_id: str
    regime: str
    early_energy: float
    hook: str
    seed: int
    odd: str = ""
    speech_delay: float | None = None

    @property
    def file(self) -> str:
        """Name of the video file."""
        return f"{self.post_id}.mp4"

    def key(self) -> str:
        """Return a hash of the recipe, the code and the libraries that it is made with."""
        return of_value([asdict(self), kitchen()])[:24]


@lru_cache
def kitchen() -> str:
    """Return a hash of what turns recipes into bytes: these modules and their libraries."""
    sources = [Path(__file__).with_name(f"{name}.py") for name in ("pictures", "sounds", "videos")]
    packages = "av numpy scipy opencv-python-headless pillow scikit-image scikit-learn matplotlib"
    versions = [f"{name} {importlib.metadata.version(name)}" for name in packages.split()]
    return of_value([versions, [of_path(source) for source in sources]])


def make_video(recipe: Recipe, folder: Path) -> tuple[str, str]:
    """Write one video, atomically.

    Parameters
    ----------
    recipe : Recipe
        What to make.
    folder : Path
        Where.

    Returns
    -------
    file : str
        Its name.
    digest : str
        SHA-256 of its bytes.
    """
    rng = stream(recipe.seed, f"video {recipe.post_id}")
    size, rate = SIZES[rng.choice(3, p=[0.6, 0.2, 0.2])], RATES[rng.integers(len(RATES))]
    seconds = float(rng.uniform(3.5, 6.0)) if recipe.odd != IS_SHORT else SHORT
    times = np.arange(round(seconds * rate)) / float(rate)
    looks = pictures.frames(recipe.regime, recipe.early_energy, recipe.hook, size, times, rng)
    sound = None
    if recipe.odd != NO_SOUND:
        sound_rng = stream(recipe.seed, f"sound {recipe.post_id}")
        length = len(times) / float(rate)
        of_post = recipe.regime, recipe.early_energy, length, sound_rng
        sound = sounds.soundtrack(*of_post, recipe.speech_delay)
    target = Path(folder) / recipe.file
    with replacing(target) as temporary:
        _encode(temporary, looks, size, rate, sound)
        digest = of_path(temporary)
    return recipe.file, digest


def make_videos(
    recipes: Sequence[Recipe], folder: Path, workers: int = 2
) -> Iterator[tuple[str, str]]:
    """Make videos in parallel processes; yield (file, digest) as each is finished.

    Parameters
    ----------
    recipes : sequence of Recipe
        What to make.
    folder : Path
        Must exist.
    workers : int
        Processes; with 1, or a single recipe, everything happens in this one.

    Yields
    ------
    file, digest : str
        As each is finished.
    """
    jobs = min(workers, len(recipes))
    if jobs < 2:
        yield from (make_video(recipe, folder) for recipe in recipes)
        return
    parallel = Parallel(jobs, backend="loky", return_as="generator_unordered", batch_size=1)
    yield from parallel(delayed(make_video)(recipe, folder) for recipe in recipes)


def _capped() -> dict[str, str]:
    """Return the option that gives the same bytes with whatever processor.

    x264 reads memory that it never wrote where the processor has AVX-512: no two films are the
    same. Up to AVX2 all its instruction sets agree, and every x86 processor has these.
    """
    x86 = platform.machine().lower() in {"x86_64", "amd64"}
    return {"threads": "1"} | ({"x264-params": "asm=SSE4.2"} if x86 else {})


def _encode(path: Path, looks, size, rate: Fraction, sound: np.ndarray | None) -> None:
    import av
    import cv2

    cv2.setNumThreads(1)
    # One thread and no time stamps of the clock: that makes the bytes repeatable, where the
    # instructions are capped as well.
    options = {"movflags": "+faststart", "fflags": "+bitexact"}
    with av.open(str(path), "w", format="mp4", options=options) as container:
        video = container.add_stream("libx264", rate=rate)
        video.width, video.height = size
        video.pix_fmt = "yuv420p"
        video.codec_context.thread_count = 1
        video.codec_context.time_base = 1 / rate
        keyframes = str(round(KEYFRAME_SECONDS * rate))
        video.options = {"preset": "veryfast", "crf": "30", "g": keyframes, "flags": "+bitexact"}
        video.options |= _capped()
        if sound is not None:
            audio = container.add_stream("aac", rate=sounds.RATE, layout="mono")
            audio.bit_rate = 64_000
            audio.options = {"flags": "+bitexact"}
        for number, picture in enumerate(looks):
            planes = cv2.cvtColor(picture, cv2.COLOR_RGB2YUV_I420)
            frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
            frame.pts, frame.time_base = number, 1 / rate
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if sound is not None:
            samples = av.AudioFrame.from_ndarray(sound[None], format="fltp", layout="mono")
            samples.sample_rate, samples.pts = sounds.RATE, 0
            container.mux(audio.encode(samples))
            container.mux(audio.encode(None))
