"""Is a graphics card used well? A check of at most four minutes; without a card it says so.

    python benchmarks/device.py
    python benchmarks/device.py --films 320

Models of the real architectures with made-up weights; no network. The study's procedure, moved to
the same card, encodes a few films one after the other; `extract` encodes many. It prints films a
second, the ratio, how alike the vectors are, and the card's memory, and ends with code 1 where a
goal is missed.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from extraction import _clip, _films, _posts, _whisper, study_all, until_first

from virality.core import compiled
from virality.media.encoders.canary import libraries, machine
from virality.media.encoders.weights import best_device
from virality.media.extract import extract
from virality.media.settings import Settings, Workers

TIMES, FILMS_A_SECOND, COSINE, CARD_GB = 8.0, 20.0, 0.999, 6.0
STUDY_FILMS, DISTINCT = 24, 12


def main() -> int:
    """Print the table; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--films", type=int, default=160)
    parser.add_argument("--workers", type=int, default=0)
    options = parser.parse_args()
    import torch

    device = best_device()
    if device == "cpu":
        print("There is no graphics card here, so there is nothing to check.")
        return 0
    name = torch.cuda.get_device_name() if device == "cuda" else device
    print(f"card: {name}; cores: {os.cpu_count()}; machine: {machine()}\n{libraries()}")
    compiled.prepare()
    with tempfile.TemporaryDirectory() as folder:
        return compare(Path(folder), device, options)


def compare(folder: Path, device: str, options) -> int:
    """Print both procedures' figures and whether the goals are met."""
    import torch

    clip, whisper = str(_clip(folder / "clip")), str(_whisper(folder / "whisper"))
    films = many(folder, options.films)
    study_all(films[:2], clip, whisper, device)  # the card's first call is not held against it
    few, every = (seconds_of_study(films[:n], clip, whisper, device) for n in (2, STUDY_FILMS))
    theirs, study = every[0], (every[1] - few[1]) / (STUDY_FILMS - 2)
    settings = Settings("pretrained", clip, whisper, audio_window="padded")
    torch.cuda.reset_peak_memory_stats() if device == "cuda" else None
    start = time.perf_counter()
    with until_first() as moments:
        found = extract(
            _posts(films), str(films[0].parent), settings, folder / "cache",
            Workers(options.workers, progress=False),
        )  # fmt: skip
    whole = time.perf_counter() - start
    rate = (len(moments) - 1) / (moments[-1] - moments[0])
    card = torch.cuda.max_memory_allocated() / 1e9 if device == "cuda" else float("nan")
    alike = {block: least_cosine(found, theirs, block) for block in theirs[0]}
    print(f"study on the card: {1e3 * study:.0f} ms a film once its models are loaded")
    print(f"ours: {1e3 / rate:.1f} ms a film, {rate:.1f} films a second once begun")
    print(f"first film after {moments[0]:.1f} s; {len(films)} films in {whole:.1f} s")
    precision = found.record["vision_encoder"]["precision"]
    print(f"precision {precision}; {card:.2f} GB of the card; least cosine:")
    print("  " + ", ".join(f"{block} {value:.4f}" for block, value in alike.items()))
    goals = {
        f"{study * rate:.1f} times the study's pace (goal {TIMES:g})": study * rate >= TIMES,
        f"{rate:.1f} films a second (goal {FILMS_A_SECOND:g})": rate >= FILMS_A_SECOND,
        f"least cosine {min(alike.values()):.4f} (goal {COSINE})": min(alike.values()) >= COSINE,
        f"{card:.2f} GB of the card (at most {CARD_GB:g})": not card > CARD_GB,
        "every film read": bool((found.media["status"] == "ok").all()),
    }
    for goal, met in goals.items():
        print(f"{'met   ' if met else 'MISSED'} {goal}")
    return 0 if all(goals.values()) else 1


def seconds_of_study(films, clip: str, whisper: str, device: str):
    """Return the study's vectors and the seconds that they took, models and all."""
    start = time.perf_counter()
    vectors = study_all(films, clip, whisper, device)
    return vectors, time.perf_counter() - start


def many(folder: Path, count: int) -> list[Path]:
    """Return films of different contents: a few that are encoded, and copies with one box more."""
    originals = _films(argparse.Namespace(videos="", count=DISTINCT), folder)
    for number in range(DISTINCT, count):
        # A box that players skip makes each file another content.
        extra = (16).to_bytes(4, "big") + b"free" + number.to_bytes(8, "big")
        source = originals[number % DISTINCT]
        (source.parent / f"{7000 + number}.mp4").write_bytes(source.read_bytes() + extra)
    return sorted(originals[0].parent.glob("*.mp4"))


def least_cosine(found, theirs: list[dict[str, np.ndarray]], block: str) -> float:
    """Return how alike a block's vectors are to the study's, in the worst film."""
    here = found.embeddings.filter(regex=f"^{block}__").to_numpy()[: len(theirs)]
    there = np.stack([one[block] for one in theirs])
    lengths = np.linalg.norm(here, axis=1) * np.linalg.norm(there, axis=1)
    return float(((here * there).sum(axis=1) / lengths).min())


if __name__ == "__main__":
    sys.exit(main())
