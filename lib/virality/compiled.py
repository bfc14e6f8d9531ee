"""Numba's compiled functions, made once by one process and only read by all others.

Numba keeps machine code on disk. Two processes that compile the same module for the first time at
the same moment mix up each other's files, and from then on a call crashes the process. So one
process compiles what librosa and UMAP need, under a lock, into a folder of this project; workers
and notebooks find it through the environment.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from filelock import FileLock

from virality.book.hashing import of_value
from virality.paths import QUIET_VARIABLE, ROOT

FOLDER = ROOT / "build" / ".compiled"
# Raised when more is compiled, so that a folder that lacks it is not taken for whole.
_REVISION = 2
VARIABLE = "NUMBA_CACHE_DIR"


def prepare(folder: Path | None = None) -> None:
    """Let this process and its children use the compiled functions; make them where missing.

    A folder that the user chose with ``NUMBA_CACHE_DIR`` is left alone. Where compiling fails,
    nothing changes: numba's own place serves.

    Parameters
    ----------
    folder : Path, optional
        Where the functions of all versions lie.
    """
    if VARIABLE in os.environ:
        return
    place = (folder or FOLDER) / _versions()
    whole = place / "whole"
    place.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(place.with_suffix(".lock")):
        # A compilation that was killed has left no mark, and starts from nothing.
        if not whole.exists():
            if not _compile(place):
                return
            whole.touch()
    os.environ[VARIABLE] = str(place)


def _versions() -> str:
    names = ("numba", "librosa", "umap-learn", "pynndescent", "numpy")
    return of_value([_REVISION, sys.version, sys.prefix, *(version(name) for name in names)])[:12]


def _compile(place: Path) -> bool:
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    if not os.environ.get(QUIET_VARIABLE):
        print("Compiling numerical code, once (about a minute) ...", file=sys.stderr)
    environment = os.environ | {VARIABLE: str(place)}
    # The two share no module, so they may work side by side.
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "virality.compiled", name],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for name in _USES
    ]
    codes = [process.wait() for process in running]
    return not any(codes)


def _use_librosa() -> None:
    """Measure and describe a sound as the chapters do."""
    import numpy as np

    from virality.media import energy
    from virality.media.encoders.classic import describe_sound
    from virality.media.sound import RATE

    random = np.random.default_rng(0)
    tone = np.sin(np.arange(3 * RATE) * 440 * 2 * np.pi / RATE)
    clicks = np.arange(3 * RATE) % (RATE // 2) < RATE // 50
    noise = random.normal(size=3 * RATE)
    sound = (0.1 * clicks * noise + 0.3 * tone).astype(np.float32)
    energy.of_sound(sound, 3.0)
    describe_sound(sound)


def _use_umap() -> None:
    """Draw a map as the chapters do."""
    import numpy as np
    import pandas as pd

    from virality.explanation.content_space import map_posts

    map_posts(pd.DataFrame(np.random.default_rng(0).normal(size=(60, 4))))


_USES = {"librosa": _use_librosa, "umap": _use_umap}

if __name__ == "__main__":
    _USES[sys.argv[1]]()
