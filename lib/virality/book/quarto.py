"""Find Quarto, or try to install it; the project works without it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from virality.core.paths import ROOT

WITHOUT = (
    "Quarto could not be installed here, so reports will be the plain version: "
    "complete and readable, without search and dark mode."
)


def find() -> str:
    """Return the path of the ``quarto`` command, "" where there is none.

    The one of this environment goes before one on the PATH. ``VIRALITY_QUARTO=off`` asks for
    the plain version.
    """
    if os.environ.get("VIRALITY_QUARTO", "").lower() in {"off", "0", "no"}:
        return ""
    beside = Path(sys.executable).parent
    return shutil.which("quarto", path=str(beside)) or shutil.which("quarto") or ""


def install(limit_s: float = 600) -> bool:
    """Install the pinned Quarto into this environment; return whether it can be used.

    Parameters
    ----------
    limit_s : float
        Seconds after which the attempt is given up, so that set-up never hangs.
    """
    if find():
        return True
    requirements = str(ROOT / "requirements-quarto.txt")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "-r", requirements]
    try:
        done = subprocess.run(command, capture_output=True, timeout=limit_s, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0 and bool(find())


def version() -> str:
    """Return the version of Quarto, such as "1.9.38"; "" where there is none."""
    if not (command := find()):
        return ""
    done = subprocess.run(
        [command, "--version"], capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""


def render(folder: Path) -> str:
    """Render the Quarto project in `folder`; return what Quarto printed.

    Raises
    ------
    subprocess.CalledProcessError
        When Quarto fails; its output is in ``error.output``.
    """
    outer = ("QUARTO_PROFILE", "QUARTO_PROJECT_", "QUARTO_EXECUTE_INFO", "QUARTO_DOCUMENT_")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(outer)}
    done = subprocess.run(
        [find(), "render", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        env=environment | {"NO_COLOR": "1"},
        check=True,
    )
    return done.stdout


if __name__ == "__main__":
    print("Quarto is ready." if install() else WITHOUT)
