"""Install what is pinned, and see that all of it is whole and can be loaded."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
from pathlib import Path

from failures import Unable, explain
from places import LIGHT, LOG, PYTHON, REQUIREMENTS, ROOT, VENV, shown
from processes import environment, find_uv, note, run, say

CPU_INDEX = "https://download.pytorch.org/whl/cpu"
# Packages with compiled parts, which may want a library of the system.
_HEAVY = ("numpy", "pyarrow", "sklearn", "numba", "xgboost", "torch", "cv2", "av")
_LOAD = """\
import importlib.util, sys
for name in sys.argv[1:]:
    if importlib.util.find_spec(name):
        print(name, flush=True)
        __import__(name)
"""


def check_choices(torch: str, light: str) -> None:
    """Refuse what is not a PyTorch to choose, and what is neither with nor without."""
    if torch not in ("", "cpu", "default"):
        raise Unable(
            f"There is no PyTorch “{torch}” to choose",
            "give TORCH=cpu, for machines without a graphics card, or TORCH=default",
        )
    if light not in ("", "1", "0"):
        raise Unable(
            f"“{light}” does not say whether to install the light encoders",
            "give LIGHT=1 or LIGHT=0",
        )


def install(torch: str, light: str) -> None:
    """Install what is pinned and this project, and look whether all of it is there."""
    say(f"Installing what {REQUIREMENTS} pins (a few minutes the first time) ...")
    _forget(half_installed())
    _pip("install", *_indexes(torch, bool(find_uv())), "-r", REQUIREMENTS)
    _pip("install", "--no-deps", "--editable", ".")
    install_light(light)
    broken = sorted({folder.name.split("-")[0] for folder in half_installed()})
    if broken:
        raise Unable(
            f"Not all files of {', '.join(broken)} are as they were installed",
            "run the same command again, and if that does not help, delete .venv first",
        )
    _load()
    _finish()


def install_light(light: str) -> None:
    """Bring the packages of the light encoders ("1"), or take them away ("0")."""
    if light == "0":
        _pip("uninstall", *([] if find_uv() else ["--yes"]), "-r", LIGHT)
        return
    say("Installing the light encoders (0.2 GB, once; LIGHT=0 leaves them out) ...")
    _pip("install", "-r", LIGHT)


def _pip(verb: str, *words: str) -> None:
    """Let uv, or pip where there is none, do something; raise Unable where it fails."""
    uv = find_uv()
    command = (
        [uv, "pip", verb, "--python", str(PYTHON)]
        if uv
        else [str(PYTHON), "-m", "pip", verb, "--disable-pip-version-check", "--no-input"]
    )
    if run([*command, *words]) != 0:
        text = LOG.read_text(encoding="utf-8", errors="replace")
        raise explain(text, f"{verb}ing {words[-1]}")


def _indexes(torch: str, uv: bool) -> list[str]:
    options = ["--extra-index-url", CPU_INDEX] if torch == "cpu" else []
    if uv and (options or os.environ.get("PIP_EXTRA_INDEX_URL")):
        options += ["--index-strategy", "unsafe-best-match"]  # the best of all, as pip does
    return options


def half_installed() -> list[Path]:
    """Return the records of packages that an interruption left incomplete.

    Installers write INSTALLER when all else is there; RECORD lists files and their sizes.
    """
    return [
        folder
        for site in _site_packages()
        for folder in sorted(site.glob("*.dist-info"))
        if not (folder / "INSTALLER").is_file() or not _is_whole(site, folder / "RECORD")
    ]


def _is_whole(site: Path, record: Path) -> bool:
    try:
        with open(str(record), encoding="utf-8", newline="") as file:
            rows = [row for row in csv.reader(file) if row and row[2]]
        return all(os.stat(str(site / row[0])).st_size == int(row[2]) for row in rows)
    except (OSError, ValueError, IndexError):
        return False


def _forget(records: list[Path]) -> None:
    """Delete records of incomplete packages, and pip's leftovers, so that all is put anew."""
    leftovers = {path for site in _site_packages() for path in site.glob("~*")}
    for path in leftovers.union(records):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(str(path))
        else:
            path.unlink()


def _site_packages() -> list[Path]:
    return [*VENV.glob("lib/python3*/site-packages"), *VENV.glob("Lib/site-packages")][:1]


def _load() -> None:
    """Import the packages with compiled parts; say which one the system cannot load."""
    done = subprocess.run(
        [str(PYTHON), "-c", _LOAD, *_HEAVY],
        capture_output=True,
        env=environment(),
    )
    if done.returncode == 0:
        return
    text = done.stderr.decode("utf-8", "replace")
    note([f"$ importing {', '.join(_HEAVY)}", text])
    name = ["Python", *done.stdout.decode("utf-8", "replace").split()][-1]
    reason = ["the process died", *filter(str.strip, text.splitlines())][-1].strip()
    raise Unable(
        f"{name} is installed but cannot be loaded ({reason[:200]})",
        "install the library of the system that it misses (xgboost on a Mac: brew install "
        f"libomp; PyTorch on Windows: the Visual C++ Redistributable); more in {shown(LOG)}",
    )


def _finish() -> None:
    """Install Quarto where that is possible, and git's filter where this is a clone."""
    commands = [[str(PYTHON), "-m", "virality.book.quarto"]]
    if (ROOT / ".git").exists() and shutil.which("git"):
        commands += [["git", "config", "--local", *each] for each in _filter().items()]
    for command in commands:
        with open(str(LOG), "ab") as log:
            done = subprocess.run(command, cwd=str(ROOT), env=environment(), stderr=log)
        if done.returncode != 0:
            say(
                f"{command[-1]} did not succeed, which set-up can do without; more in {shown(LOG)}."
            )


def _filter() -> dict[str, str]:
    """What keeps outputs of notebooks out of git: cell ids stay, papermill's traces go."""
    traces = "metadata.papermill cell.metadata.papermill"
    strip = f'"{PYTHON}" -m nbstripout --keep-id --extra-keys "{traces}"'
    return {
        "filter.nbstripout.clean": strip,
        "filter.nbstripout.smudge": "cat",
        "diff.ipynb.textconv": f"{strip} -t",
    }
