"""What the last set-up wrote down, and whether it still holds."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from pathlib import Path

from places import ASKED, PYTHON, RECORD, ROOT, VENV


def read() -> dict:
    """Return what the last set-up wrote down, empty when there is nothing to rely on."""
    try:
        known = json.loads(RECORD.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def write(known: dict) -> None:
    """Store what a set-up did; a reader sees the old record or the whole new one."""
    temporary = RECORD.with_name(f"{RECORD.name}.tmp")
    temporary.write_text(json.dumps(known, indent=1), encoding="utf-8")
    os.replace(str(temporary), str(RECORD))


def fingerprint() -> str:
    """Return a hash of everything that says what is installed."""
    content = hashlib.sha256()
    for name in ASKED:
        content.update((ROOT / name).read_bytes() + b"\0")
    return content.hexdigest()


def interpreter() -> list:
    """Return what identifies the interpreter behind the environment; empty when it is gone."""
    path = PYTHON
    try:
        if os.name == "nt":  # python.exe of an environment only starts the real one
            text = (VENV / "pyvenv.cfg").read_text(encoding="utf-8")
            path = Path(re.search(r"(?m)^home *= *(.+)$", text).group(1).strip()) / "python.exe"
        real = Path(os.path.realpath(str(path)))
        state = real.stat()
    except (OSError, AttributeError):
        return []
    return [str(real), state.st_size, state.st_mtime_ns]


def is_current(known: dict, torch: str, light: str, this_python: bool) -> bool:
    """Return whether nothing has to be done; a few looks at files, no process.

    Parameters
    ----------
    known : dict
        From :func:`read`.
    torch : str
        The PyTorch that is asked for; "" takes the one that is there.
    light : str
        "1" with the light encoders, "0" without; "" takes what is there.
    this_python : bool
        Whether the environment has to be of the version that runs this.
    """
    return (
        known.get("ready") is True
        and known.get("asked") == fingerprint()
        and known.get("venv") == str(VENV)
        and known.get("interpreter") == interpreter() != []
        and torch in ("", known.get("torch"))
        and light in ("", known.get("light"))
        and (not this_python or known.get("version") == list(sys.version_info[:2]))
    )
