"""Where things are, and which versions of Python are tested."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
RECORD = VENV / ".ready"
LOG = ROOT / "build" / "setup.log"
REQUIREMENTS = "requirements.txt"
LIGHT = "requirements-light.txt"
# Everything that says what is installed.
ASKED = (REQUIREMENTS, LIGHT, "requirements-quarto.txt", "pyproject.toml")

TESTED = ((3, 11), (3, 12), (3, 13))


def dotted(version: tuple) -> str:
    """Return a version as people write it."""
    return ".".join(str(part) for part in version)


def shown(path: Path) -> str:
    """Return a path as seen from the project's folder."""
    return str(path.relative_to(ROOT))
