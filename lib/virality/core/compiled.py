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

from virality.core.hashing import of_value
from virality.core.paths import QUIET_VARIABLE, ROOT

FOLDER = ROOT / "build" / ".compiled"
# Raised when more is compiled, so that a folder that lacks it is not taken for whole.
_REVISION = 2
# Modules whose `use_compiled` calls everything that is compiled for them.
_USERS = ("virality.media.encoders.classic", "virality.explanation.content_space")
_USE = "import importlib, sys; importlib.import_module(sys.argv[1]).use_compiled()"
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
            [sys.executable, "-c", _USE, module],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for module in _USERS
    ]
    codes = [process.wait() for process in running]
    return not any(codes)
