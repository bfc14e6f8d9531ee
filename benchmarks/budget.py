"""What each stage of one opening costs, with the light encoders and with classic ones.

`python benchmarks/extraction.py --budget [--videos FOLDER] [--count 12]` prints processor time for
each stage, one thread, networks loaded; the sum against what a film may cost; the largest worker;
and what a rerun takes where nothing has changed. On a machine with other work to do, trust the
processor's time, not the clock's.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import psutil

from virality.demo.creator import ensure_demo
from virality.media.encoders import light
from virality.media.encoders.base import PARTS, Encoder, one_thread
from virality.media.encoders.classic import CLASSIC
from virality.media.encoders.registry import build
from virality.media.extract import extract
from virality.media.film import energy
from virality.media.film.frames import read_frames
from virality.media.film.probe import probe
from virality.media.film.sound import read_sound
from virality.media.film.steps import steps_of
from virality.media.hook import look
from virality.media.hook.cuts import of_cuts
from virality.media.settings import Settings, Workers

SECONDS_A_FILM, GB_A_WORKER, SECONDS_A_RERUN = 1.2, 2.0, 5.0
WINDOW_S, LOOKS_PER_S = 3.0, 5.0
CAPTION = "A day in the life, and what nobody tells you about it"
SETS = ("light", "classic")
Encoders = dict[str, dict[str, Encoder]]


def budget(folder: str, count: int, scratch: Path) -> None:
    """Print the table of stages, and what whole extractions take.

    Parameters
    ----------
    folder : str
        Of films; those of the demo where it is empty.
    count : int
        Films to use.
    scratch : Path
        For the demo's films and the cache.
    """
    where = Path(folder) if folder else ensure_demo(scratch / "demo", count + count // 4).videos
    films = sorted(where.glob("*.mp4"))[:count]
    print(f"{len(films)} films; cores: {psutil.cpu_count()}; load: {psutil.getloadavg()[0]:.1f}")
    tell(stages(films))
    for name in SETS:
        whole(name, films, scratch / name)


def stages(films: list[Path]) -> pd.DataFrame:
    """Return CPU ms by film and stage; what an encoder does is called "light vision" and so on."""
    recipes = {"light": light.find().recipes, "classic": dict.fromkeys(PARTS, CLASSIC)}
    encoders: Encoders = {
        name: {part: build(recipe) for part, recipe in each.items()}
        for name, each in recipes.items()
    }
    with one_thread():
        one_film(films[0], encoders)  # loads networks and compiles
        return pd.DataFrame([one_film(film, encoders) for film in films])


def one_film(path: Path, encoders: Encoders) -> dict[str, float]:
    """Return CPU ms by stage; the same steps as those of a worker."""
    spent: dict[str, float] = {}
    with stage(spent, "probe"):
        facts = probe(path)
    with stage(spent, "decode"):
        side = CLASSIC.image_side
        frames = read_frames(path, facts, WINDOW_S, LOOKS_PER_S, side, details=True)
        sound = read_sound(path, facts, WINDOW_S)
    with stage(spent, "energy"):
        steps = steps_of(frames.images, frames.times, frames.stale)
        energy.of_picture(frames.images, frames.times, WINDOW_S, steps)
        if len(sound.samples):
            energy.of_sound(sound.samples, WINDOW_S)
    details, heard = frames.details, sound.samples
    opening = look.Opening(facts, frames, steps, sound, WINDOW_S)
    with stage(spent, "cuts"):
        of_cuts(details, steps, frames.times)
    for name in look.FINDERS:
        of = getattr(look.finder(name), f"of_{name}")
        given = (heard,) if name == "voice" else (details.images, details.times)
        with stage(spent, name):
            if len(given[0]):
                of(*given, opening.seconds)
    for name, parts in encoders.items():
        for part, encoder in parts.items():
            with stage(spent, f"{name} {part}"):
                encode(part, encoder, frames.images, heard, f"{CAPTION} {path.stem}")
    return spent


def encode(part: str, encoder: Encoder, images, samples, text: str) -> None:
    """Encode what one part of a post is."""
    if part == "vision":
        encoder.encode_images(images)
    elif part == "text":
        encoder.encode_texts([text])
    elif len(samples):
        encoder.encode_sounds([samples])


def tell(spent: pd.DataFrame) -> None:
    """Print mean, median and worst by stage, and the sums of both sets."""
    shared = [name for name in spent if name.split()[0] not in SETS]
    hook = [name for name in shared if name in ("cuts", *look.FINDERS)]
    sums = {"hook facts": spent[hook].sum(axis=1)}
    for one in SETS:
        own = [name for name in spent if name.split()[0] == one]
        sums[f"{one}, all"] = spent[[*shared, *own]].sum(axis=1)
    table = pd.concat([spent, pd.DataFrame(sums)], axis=1).agg(["mean", "median", "max"]).T
    print(f"\n{'CPU ms a film, one thread':<26}{'mean':>8}{'median':>8}{'worst':>8}")
    for name, row in table.iterrows():
        print(f"{name:<26}" + "".join(f"{value:>8.0f}" for value in row))
    verdict(table.loc["light, all", "mean"] / 1e3, SECONDS_A_FILM, "s a film, light and hook facts")


def whole(name: str, films: list[Path], cache: Path) -> None:
    """Extract from nothing and again, and print the largest worker and what the rerun took."""
    captions = [f"{CAPTION} {film.stem}" for film in films]
    posts = pd.DataFrame({"post_id": [film.stem for film in films], "caption": captions})
    workers = Workers(1, progress=False, announce=lambda line: None)
    settings = Settings(name)
    print(f"\n{name}")
    with largest_child() as peak:
        extract(posts, str(films[0].parent), settings, cache, workers)
    verdict(peak[0] / 1e9, GB_A_WORKER, "GB, the largest worker")
    start = time.perf_counter()
    again = extract(posts, str(films[0].parent), settings, cache, workers)
    assert not again.work["files_new"] and not again.work["texts_new"]
    verdict(time.perf_counter() - start, SECONDS_A_RERUN, f"s, an unchanged rerun ({len(films)})")


def verdict(value: float, limit: float, what: str) -> None:
    """Print a number against its limit."""
    print(f"{value:.2f} {what}: {'within' if value <= limit else 'OVER'} {limit:g}", flush=True)


@contextmanager
def stage(spent: dict[str, float], name: str) -> Iterator[None]:
    """Note the processor's time of a block, in ms."""
    start = time.process_time()
    yield
    spent[name] = 1e3 * (time.process_time() - start)


@contextmanager
def largest_child() -> Iterator[list[float]]:
    """Give a list whose first item becomes the peak of the largest child, in bytes."""
    peak, stop, me = [0.0], threading.Event(), psutil.Process()

    def watch() -> None:
        while not stop.wait(0.05):
            for child in me.children(recursive=True):
                try:
                    peak[0] = np.maximum(peak[0], child.memory_info().rss)
                except psutil.NoSuchProcess:
                    continue

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        stop.set()
        watcher.join()
