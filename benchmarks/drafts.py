"""Seconds until something is said of a draft: from the shell, and where everything is loaded.

python benchmarks/drafts.py [--name demo] [--repeat 3]

The run has to be there and up to date (virality run). Films are those of another simulated creator,
each with bytes that no film had before, so that nothing of them was ever read. "Processor" counts
all processes that were started; on a machine with other work to do it tells more than the clock.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

import psutil

from virality.demo.creator import ensure_demo

CAPTION = "My cat heard a noise at three in the morning #cat #fyp"
N_FOLDER = 8
_NUMBER = count()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--name", default="demo", help="the run")
    parser.add_argument("--repeat", type=int, default=3, help="of each; the median is shown")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        films = sorted(ensure_demo(Path(folder), N_FOLDER, seed=5).videos.glob("*.mp4"))
        print(f"cores: {psutil.cpu_count()}; load: {psutil.getloadavg()[0]:.1f}")
        print(f"{'':<44}{'clock':>8}{'processor':>11}")
        for name, call in {
            **from_the_shell(options.name, films),
            **warm(options.name, films),
        }.items():
            tell(name, call, options.repeat)


def from_the_shell(name: str, films: list[Path]) -> dict[str, Callable]:
    """Each call starts Python, imports, and loads the networks that it needs."""

    def say(*words: str) -> None:
        done = [sys.executable, "-m", "virality.cli", "score", *words, "--name", name, "--json"]
        subprocess.run(done, check=True, capture_output=True)

    say(str(films[0]))  # one film that was read before
    return {
        "shell, a caption": lambda: say("--caption", CAPTION + next_mark()),
        "shell, a film that was read before": lambda: say(str(films[0])),
        "shell, a new film": lambda: say(str(new([films[0]]) / "0.mp4")),
        f"shell, a folder of {N_FOLDER} new films": lambda: say(str(new(films))),
    }


def warm(name: str, films: list[Path]) -> dict[str, Callable]:
    """One process in which a draft was scored before, as in a notebook."""
    import virality as vi
    from virality.book.scoring import Wish, look, score
    from virality.core.paths import Run

    run, made = Run.named(name), vi.load_run(name)
    score(run, Wish(paths=[str(new([films[0]]) / "0.mp4")]))
    tables, posts = [made.features, made.embeddings], made.posts
    looked = look(run, Wish(captions=[CAPTION]))
    return {
        "loaded, vi.score of a draft": lambda: vi.score(
            posts, looked.drafts, tables, **looked.known
        ),
        "loaded, a caption": lambda: score(run, Wish(captions=[CAPTION + next_mark()])),
        "loaded, a new film": lambda: score(run, Wish(paths=[str(new([films[1]]) / "0.mp4")])),
        f"loaded, a folder of {N_FOLDER} new films": lambda: score(
            run, Wish(paths=[str(new(films))])
        ),
    }


def new(films: list[Path]) -> Path:
    """Copies that nobody has read, in a folder beside them."""
    folder = films[0].parent / f"new{next_mark()}"
    folder.mkdir()
    for number, film in enumerate(films):
        other = film.read_bytes() + f"{os.getpid()}{next_mark()}".encode()
        (folder / f"{number}.mp4").write_bytes(other)
        (folder / f"{number}.txt").write_text(CAPTION)
    return folder


def next_mark() -> str:
    return f" {os.getpid()}-{next(_NUMBER)}"


def tell(name: str, call: Callable, repeat: int) -> None:
    measured = sorted(one(call) for _ in range(repeat))
    clock, processor = measured[repeat // 2]
    print(f"{name:<44}{clock:>7.2f}s{processor:>10.2f}s", flush=True)


def one(call: Callable) -> tuple[float, float]:
    """Seconds by the clock, and of the processor with all processes below this one."""
    before, start = spent(), time.perf_counter()
    call()
    return time.perf_counter() - start, spent() - before


def spent() -> float:
    """Processor seconds of this process, of those that have ended, and of those that still run."""
    own = os.times()
    alive = 0.0
    for child in psutil.Process().children(recursive=True):
        try:
            times = child.cpu_times()
        except psutil.Error:
            continue
        alive += times.user + times.system
    return own.user + own.system + own.children_user + own.children_system + alive


if __name__ == "__main__":
    main()
