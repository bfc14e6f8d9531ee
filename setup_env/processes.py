"""Start processes, keep their words in a log, and keep two set-ups apart."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys

from places import LOG, ROOT

# Settings that would make Python look, or pip install, elsewhere.
_ELSEWHERE = ("PYTHONPATH", "PYTHONHOME", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT")
# uv does not read pip's settings.
_INDEXES = {"PIP_INDEX_URL": "UV_INDEX_URL", "PIP_EXTRA_INDEX_URL": "UV_EXTRA_INDEX_URL"}


def say(text: str) -> None:
    """Tell the user."""
    print(text, file=sys.stderr, flush=True)


def note(lines: list[str]) -> None:
    """Add to the log."""
    with open(str(LOG), "a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)


def environment() -> dict:
    """Return the variables for the processes of a set-up."""
    known = {key: value for key, value in os.environ.items() if key not in _ELSEWHERE}
    for pip, uv in _INDEXES.items():
        if known.get(pip):
            known.setdefault(uv, known[pip])
    return known


def find_uv() -> str:
    """Return the ``uv`` on the PATH, "" where there is none that starts."""
    uv = shutil.which("uv")
    try:
        works = uv and subprocess.run([uv, "--version"], stdout=subprocess.DEVNULL).returncode == 0
    except OSError:
        return ""
    return uv if works else ""


def run(command: list[str]) -> int:
    """Run `command`: its words go into the log, the latest of them to the terminal."""
    width = shutil.get_terminal_size().columns - 1 if sys.stderr.isatty() else 0
    note(["$ " + " ".join(command)])
    process = subprocess.Popen(
        command,
        cwd=str(ROOT),
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        close_fds=os.name == "nt",  # elsewhere the lock of `alone` is handed on
    )
    try:
        for line in process.stdout:
            text = line.decode("utf-8", "replace").strip()
            note([text])
            _show(text, width)
        return process.wait()
    finally:
        _show("", width)


def _show(text: str, width: int) -> None:
    """Replace the line on the terminal; nothing where there is none."""
    if width > 0:
        print(f"\r{text[:width]:<{width}}\r", end="", file=sys.stderr, flush=True)


@contextlib.contextmanager
def alone():
    """Wait for another set-up of this folder, or for the pip that a killed one left behind.

    The lock lies on this very file and is handed on to every process that installs, so it
    holds until the last of them has ended. Windows has no such lock.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    with open(__file__, "rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another set-up of this folder is at work; waiting for it to end ...")
            fcntl.flock(file, fcntl.LOCK_EX)
        except OSError:  # a file system without locks
            pass
        os.set_inheritable(file.fileno(), True)
        yield
