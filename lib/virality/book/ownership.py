"""Whose a run's folders are, and who works in them now: claimed, locked, cleared, removed.

Needs nothing but Python at import, so that ``make clean`` works where set-up has failed.
"""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree

from virality.book import gallery
from virality.core.chapters import CHAPTERS
from virality.core.errors import UserError
from virality.core.paths import ROOT, Run
from virality.core.writing import (
    adopt,
    clear_leftovers,
    foreign_in,
    made_in,
    refuse_foreign,
    remove_folder,
)

_FIGURE = re.compile(rf"({'|'.join(spec.slug for spec in CHAPTERS)})-.+\.(svg|png|jpg)")


@contextmanager
def locked(run: Run):
    """Hold the run's lock; a second process on the same name says so and stops.

    Raises
    ------
    UserError
        Another process holds it, or the run's folder is not this project's.
    """
    from filelock import FileLock, Timeout

    if not is_ours(run):
        refuse_foreign(run.folder)
    run.folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(run.lock, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise UserError(
            f"Another process is working on the run “{run.name}” right now.",
            do="Wait for it to end, or use another name.",
        ) from None
    try:
        _settle(run)
        yield
    finally:
        lock.release()


def is_ours(run: Run) -> bool:
    """Return whether the run's folder is this project's."""
    earlier = run.lock.is_file() or run.record.is_file()  # versions before the mark left these
    return earlier or made_in(run.folder) is not None


def _settle(run: Run) -> None:
    """Mark the run's folder, and clear what interrupted runs of this name left behind."""
    if made_in(run.folder) is None:
        _adopt_earlier(run)
        adopt(run.folder, ())
    site = Path(os.path.realpath(run.site))
    clear_leftovers(site.parent, site.name)
    inside = (run.folder / name for name in ("artefacts", "executed", "stamps"))
    for folder in (run.folder, run.figures, *inside):
        clear_leftovers(folder)


def _adopt_earlier(run: Run) -> None:
    """Mark what a version made that left no marks; only a run with stamps has made anything."""
    if not (run.folder / "stamps").is_dir() and not run.load().get("by"):
        return
    for folder in (run.site, run.artefact("boosters")):
        if folder.is_dir() and made_in(folder) is None:
            adopt(folder, foreign_in(folder))
    if run.figures.is_dir() and made_in(run.figures) is None:
        adopt(run.figures, filter(_FIGURE.fullmatch, foreign_in(run.figures)))


def clean(root: Path = ROOT) -> list[Path]:
    """Remove runs, their products and the demo's files below a checkout, and nothing else.

    Parameters
    ----------
    root : Path
        The checkout.

    Returns
    -------
    list of Path
        Folders that stay, because they hold what this project did not make.
    """
    build, figures, sites = root / "build", root / "figures", root / "_site"
    for folder in _folders(build):
        run = Run(folder.name, folder, figures / folder.name, sites / folder.name)
        if folder.name.startswith("."):  # caches of all runs
            rmtree(folder)
        elif is_ours(run):
            _adopt_earlier(run)
            rmtree(folder)
    for path in (build / ".sites.lock", sites / "index.html"):
        if path.name != "index.html" or gallery.is_ours(path):
            path.unlink(missing_ok=True)
    products = [*_folders(figures), *_folders(sites), root / "data" / "demo"]
    for folder in products:
        clear_leftovers(folder.parent, folder.name)
        if made_in(folder) is not None:
            remove_folder(folder)
    for folder in (build, sites):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    return [folder for folder in (*_folders(build), *products) if folder.is_dir()]


def _folders(parent: Path) -> list[Path]:
    if not parent.is_dir():
        return []
    return sorted(path for path in parent.iterdir() if path.is_dir() and not path.is_symlink())


if __name__ == "__main__":
    for left in clean():
        print(f"Left as it is, for it holds what this project did not make: {left}")
