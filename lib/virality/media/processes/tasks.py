"""What one worker does with one file or one handful of texts. Runs anywhere; writes nothing."""

from __future__ import annotations

import contextlib
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from importlib.resources import as_file, files
from pathlib import Path

import cv2
import fsspec
import numpy as np

from virality.media.cache import Entry, hash_file, pack
from virality.media.encoders.base import RATE, Encoder, Recipe, one_thread
from virality.media.encoders.registry import KINDS, load
from virality.media.film import energy
from virality.media.film.frames import Frames, read_frames
from virality.media.film.probe import probe, reason
from virality.media.film.sound import Sound, read_sound
from virality.media.film.steps import Steps, steps_of
from virality.media.hook.look import Opening, look
from virality.media.match import signature

THUMBNAIL_HEIGHT = 128
# What is being done, for whoever watches the clock and the memory.
TEXT, FETCH, READ, PICTURE, SOUND, HOOK, ENCODE = (
    "text", "fetch", "read", "picture", "sound", "hook", "encode",
)  # fmt: skip
GOOD_FILM = "package:good_film.mp4"  # the project's own film, wherever a worker runs
CHANGED = "The file changed while it was being read; run again."


@dataclass(frozen=True)
class FileTask:
    """One media file and what is wanted of it.

    Parameters
    ----------
    address : str
        Local path or fsspec address.
    signature : tuple
        Size and times when the folder was listed (local files).
    content : str
        Content hash; "" when only the worker can know it.
    wants : tuple of str
        Of "media", "vision", "audio", "hook".
    vision, audio : Recipe
    window_s, frames_per_s : float
    reader : str
        Who draws the pictures, see :func:`virality.media.film.frames.read_frames`.
    encode : bool
        Whether the worker encodes; otherwise it hands over what there is to encode.
    """

    address: str
    signature: tuple
    content: str
    wants: tuple[str, ...]
    vision: Recipe
    audio: Recipe
    window_s: float
    frames_per_s: float
    reader: str = "pyav"
    encode: bool = True


@dataclass(frozen=True)
class TextTask:
    """Some texts for one encoder."""

    texts: tuple[str, ...]
    encoder: Recipe


Task = FileTask | TextTask


@dataclass
class Result:
    """What came out: entries to store, or why there are none.

    Parameters
    ----------
    task : FileTask or TextTask
    content : str
        Content hash of the file.
    entries : dict of str to dict of str to ndarray
        By what was wanted (files), or by text.
    failure : str
        What went wrong outside the file; nothing is stored then.
    images : ndarray of uint8, shape (n, side, side, 3), or None
        What the owner of a card has still to encode, ready for the model.
    samples : ndarray of float32, shape (n,), or None
        Likewise.
    """

    task: Task
    content: str = ""
    entries: dict[str, Entry] = field(default_factory=dict)
    failure: str = ""
    images: np.ndarray | None = None
    samples: np.ndarray | None = None


def run(task: Task, tell: Callable[[str], None] = lambda stage: None) -> Result:
    """Do one task with one thread; errors of a file become words, never exceptions.

    Parameters
    ----------
    task : FileTask or TextTask
    tell : callable
        Gets the name of each stage as it begins.
    """
    with one_thread():
        return _texts(task) if isinstance(task, TextTask) else _file(task, tell)


def _texts(task: TextTask) -> Result:
    encoder = _load(task.encoder)
    vectors = encoder.encode_texts(task.texts)
    tokens, limit = encoder.count_tokens(task.texts)
    return Result(
        task,
        entries={
            text: {"vector": vector, "tokens": np.array([count, limit])}
            for text, vector, count in zip(task.texts, vectors, tokens, strict=True)
        },
    )


def _load(recipe: Recipe) -> Encoder:
    encoder = load(recipe)
    if "torch" in sys.modules:
        # It may only just have been imported, after the threads were counted.
        sys.modules["torch"].set_num_threads(1)
    return encoder


def _file(task: FileTask, tell: Callable[[str], None]) -> Result:
    try:
        with _on_this_machine(task.address) as path:
            if _changed(task, path):
                return Result(task, failure=CHANGED)
            content = task.content or hash_file(path)
            tell(READ)
            result = _read(path, task, tell)
            if _changed(task, path):
                return Result(task, failure=CHANGED)
            result.content = content
            return result
    except OSError as error:
        return Result(task, failure=f"The file could not be fetched ({reason(error)}).")
    except MemoryError:
        return Result(task, failure="There was not enough memory to read this file.")


def _changed(task: FileTask, path: Path) -> bool:
    local = "://" not in task.address and task.address != GOOD_FILM
    return local and signature(path) != tuple(task.signature)


@contextlib.contextmanager
def _on_this_machine(address: str) -> Iterator[Path]:
    """Give a local path: the file itself, or a copy of a remote one for the time being."""
    if address == GOOD_FILM:
        with as_file(files("virality.media.processes") / address.removeprefix("package:")) as path:
            yield path
        return
    if "://" not in address:
        yield Path(address)
        return
    system, path = fsspec.url_to_fs(address)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / f"media{Path(path).suffix}"
        system.get_file(path, str(copy))
        yield copy


def _read(path: Path, task: FileTask, tell: Callable[[str], None]) -> Result:
    wanted, result = set(task.wants), Result(task)
    facts = probe(path)
    frames, sound = Frames(), Sound()
    if {"media", "vision", "hook"} & wanted:
        tell(PICTURE)
        looks = (task.window_s, task.frames_per_s, task.vision.image_side, task.reader)
        frames = read_frames(path, facts, *looks, details="hook" in wanted)
    if {"media", "audio", "hook"} & wanted:
        tell(SOUND)
        sound = read_sound(path, facts, task.window_s)
    opening = Opening(facts, frames, _steps(frames, wanted), sound, task.window_s)
    if "hook" in wanted and (len(frames.images) or len(sound.samples)):
        tell(HOOK)
        result.entries["hook"] = look(opening)
    tell(ENCODE)
    if "media" in wanted:
        result.entries["media"] = _describe(path, opening)
    if "vision" in wanted and len(frames.images):
        result.images = KINDS[task.vision.kind].prepare(task.vision, frames.images)
    if "audio" in wanted and len(sound.samples):
        result.samples = sound.samples
    if task.encode:
        encode([result], task.vision, task.audio, _load)
    return result


def _steps(frames: Frames, wanted: set[str]) -> Steps | None:
    if not len(frames.images) or not {"media", "hook"} & wanted:
        return None
    return steps_of(frames.images, frames.times, frames.stale)


def encode(
    results: list[Result], vision: Recipe, audio: Recipe, get: Callable[[Recipe], Encoder] = load
) -> list[Result]:
    """Give results the vectors of the pictures and samples that they hold, and return them.

    Parameters
    ----------
    results : list of Result
        Changed in place.
    vision, audio : Recipe
    get : callable
        Returns the encoder of a recipe.
    """
    seen = [(one, one.images) for one in results if one.images is not None]
    if seen:
        vectors = get(vision).encode_prepared(np.concatenate([images for _, images in seen]))
        ends = np.cumsum([len(images) for _, images in seen])[:-1]
        for (result, _), own in zip(seen, np.split(vectors, ends), strict=True):
            result.entries["vision"] = {"mean": own.mean(axis=0), "spread": own.std(axis=0)}
            result.images = None
    heard = [(one, one.samples) for one in results if one.samples is not None]
    if heard:
        means = get(audio).encode_sounds([samples for _, samples in heard])
        for (result, _), mean in zip(heard, means, strict=True):
            result.entries["audio"], result.samples = {"mean": mean}, None
    return results


def _describe(path: Path, opening: Opening) -> Entry:
    """Return the entry of everything that depends on no encoder and no finder."""
    facts, frames, sound = opening.facts, opening.frames, opening.sound
    values: dict[str, dict] = {}
    entry: Entry = {}
    if len(sound.samples):
        values["sound"], entry["level"] = energy.of_sound(sound.samples, opening.window_s)
    if len(frames.images):
        values["picture"], entry["motion"] = energy.of_picture(
            frames.images, frames.times, opening.window_s, opening.steps
        )
        entry["times"] = frames.times
        entry["thumbnail"] = np.frombuffer(_thumbnail(frames.images[0]), dtype=np.uint8)
    values["facts"] = asdict(facts) | {
        "picture_problem": frames.problem,
        "picture_warning": frames.warning,
        "sound_problem": sound.problem,
        "sound_warning": sound.warning,
        "n_frames": len(frames.images),
        "heard_s": len(sound.samples) / RATE,
        "reader": frames.reader,
        "size_bytes": path.stat().st_size,
    }
    return entry | {"values": pack(values)}


def _thumbnail(image: np.ndarray) -> bytes:
    height, width = image.shape[:2]
    size = (max(1, round(width * THUMBNAIL_HEIGHT / height)), THUMBNAIL_HEIGHT)
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    quality = [cv2.IMWRITE_JPEG_QUALITY, 80]
    return cv2.imencode(".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR), quality)[1].tobytes()
