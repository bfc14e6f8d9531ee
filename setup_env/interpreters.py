"""The interpreter behind the environment: is it sound, which one to take, make it anew."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import record
from failures import Unable, explain
from places import BIN, LOG, PYTHON, RECORD, TESTED, VENV, dotted
from processes import environment, find_uv, run, say

# What an interrupted `venv` may have left; a folder with anything else is somebody's own.
_LAYOUT = {"bin", "lib", "lib64", "include", "share", "etc", "scripts", "pyvenv.cfg"}


def what_is_amiss(known: dict, torch: str, this_python: bool) -> str:
    """Return why the environment cannot be kept, "" when it can."""
    if not os.path.lexists(str(VENV)):
        return "Making the environment"
    if not (BIN / "activate").is_file():  # the last thing that is written when one is made
        return "An earlier set-up was interrupted"
    if known.get("venv", str(VENV)) != str(VENV):
        return "The folder has been moved"
    if not record.interpreter():
        return "The Python of the environment is gone"
    version = version_of(PYTHON, "pip")
    if not version:
        return "The environment does not start"
    if version not in TESTED or (this_python and version != sys.version_info[:2]):
        return f"The environment has Python {dotted(version)}"
    if known.get("torch", torch) != torch:
        return "Another PyTorch is asked for"
    return ""


def version_of(python: Path | str, *modules: str) -> tuple | None:
    """Return major and minor version of an interpreter that starts and has `modules`."""
    names = ", ".join(("sys", *modules))
    code = f"import {names}; print(*sys.version_info[:2])"
    try:
        done = subprocess.run(
            [str(python), "-I", "-c", code],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(),
            timeout=60,
        )
        version = tuple(int(part) for part in done.stdout.split())
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return version if done.returncode == 0 and len(version) == 2 else None


def choose(this_python: bool) -> str:
    """Return the interpreter to build on: the one that runs this, or a tested one on the PATH."""
    _refuse_machine()
    if sys.version_info[:2] in TESTED:
        return _own()
    for version in () if this_python else reversed(TESTED):
        found = shutil.which(f"python{dotted(version)}")
        if found and version_of(found) == version:
            say(f"Python {dotted(sys.version_info[:2])} is not among the tested; using {found}.")
            return found
    oldest, newest = dotted(TESTED[0]), dotted(TESTED[-1])
    raise Unable(
        f"Python {oldest} to {newest} is needed, nothing else is tested, and this is "
        f"{dotted(sys.version_info[:3])}",
        f"install Python {newest} and give it: make report PYTHON=python{newest}, or without "
        f"make python{newest} setup_env",
    )


def _refuse_machine() -> None:
    if sys.platform == "darwin" and platform.machine() == "x86_64":
        raise Unable(
            "PyTorch is no longer made for Intel Macs, nor for an Intel Python on another Mac",
            "use a Python for Apple silicon, or another machine",
        )
    if sys.maxsize < 2**32:
        raise Unable("This Python is a 32-bit one", "install a 64-bit Python")


def _own() -> str:
    """Return the interpreter that runs this; not an environment's, which may be deleted."""
    if sys.prefix == sys.base_prefix:
        return sys.executable
    if os.name == "nt":
        return str(Path(sys.base_prefix) / "python.exe")
    return os.path.realpath(sys.executable)


def create(python: str) -> None:
    """Replace the environment by an empty one."""
    _remove()
    uv = find_uv()
    command = [uv, "venv", "--seed", "--python", python] if uv else [python, "-m", "venv"]
    if run([*command, str(VENV)]) == 0 and version_of(PYTHON, "pip"):
        return
    text = LOG.read_text(encoding="utf-8", errors="replace")
    if "ensurepip" in text:
        package = f"python{dotted(version_of(python) or ())}-venv"
        raise Unable(
            f"{python} cannot make environments",
            f"on Debian and Ubuntu run sudo apt install {package}, then the same command again",
        )
    raise explain(text, "making the environment")


def _remove() -> None:
    """Delete the environment, but nothing that is not one."""
    if not os.path.lexists(str(VENV)):
        return
    if VENV.is_symlink() or not VENV.is_dir():
        raise Unable(f"{VENV} is not a folder of this project", "move it away or delete it")
    names = {path.name.lower() for path in VENV.iterdir() if not path.name.startswith(".")}
    if not (VENV / "pyvenv.cfg").exists() and not names <= _LAYOUT:
        raise Unable(f"{VENV} holds something else than an environment", "move it away")
    if RECORD.exists():
        RECORD.unlink()
    try:
        shutil.rmtree(str(VENV))
    except OSError as error:
        raise Unable(
            f"The old environment cannot be deleted ({error})",
            f"close the programs that use it, delete {VENV} and run the same command again",
        ) from None
