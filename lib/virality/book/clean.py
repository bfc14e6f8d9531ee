"""Remove what this project generated, and nothing else: what `make clean` does.

Needs nothing but Python, so that it works where set-up has failed.
"""

from __future__ import annotations

from pathlib import Path
from shutil import rmtree

from virality.book.ownership import adopt_earlier, is_ours
from virality.book.sites import is_own_list
from virality.core.paths import ROOT, Run
from virality.core.writing import clear_leftovers, made_in, remove_folder


def clean(root: Path = ROOT) -> list[Path]:
    """Remove runs, their products and the demo's files below a checkout.

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
            adopt_earlier(run)
            rmtree(folder)
    for path in (build / ".sites.lock", sites / "index.html"):
        if path.name != "index.html" or is_own_list(path):
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
