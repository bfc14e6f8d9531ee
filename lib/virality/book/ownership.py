"""What belongs to a run: its folders are claimed before anything is written into them."""

from __future__ import annotations

import os
import re
from pathlib import Path

from virality.book.chapters import CHAPTERS
from virality.core.paths import Run
from virality.core.writing import adopt, clear_leftovers, foreign_in, made_in, refuse_foreign

_FIGURE = re.compile(rf"({'|'.join(spec.slug for spec in CHAPTERS)})-.+\.(svg|png|jpg)")


def admit(run: Run) -> None:
    """Raise UserError when the run's folder holds somebody else's files."""
    if not is_ours(run):
        refuse_foreign(run.folder)


def is_ours(run: Run) -> bool:
    """Return whether the run's folder is this project's."""
    earlier = run.lock.is_file() or run.record.is_file()  # versions before the mark left these
    return earlier or made_in(run.folder) is not None


def settle(run: Run) -> None:
    """Mark the run's folder, and clear what interrupted runs of this name left behind.

    Parameters
    ----------
    run : Run
        Admitted; the caller holds its lock, so nobody else writes there.
    """
    if made_in(run.folder) is None:
        adopt_earlier(run)
        adopt(run.folder, ())
    site = Path(os.path.realpath(run.site))
    clear_leftovers(site.parent, site.name)
    inside = (run.folder / name for name in ("artefacts", "executed", "stamps"))
    for folder in (run.folder, run.figures, *inside):
        clear_leftovers(folder)


def adopt_earlier(run: Run) -> None:
    """Mark what a version made that left no marks; only a run with stamps has made anything."""
    if not (run.folder / "stamps").is_dir() and not run.load().get("by"):
        return
    for folder in (run.site, run.artefact("boosters")):
        if folder.is_dir() and made_in(folder) is None:
            adopt(folder, foreign_in(folder))
    if run.figures.is_dir() and made_in(run.figures) is None:
        adopt(run.figures, filter(_FIGURE.fullmatch, foreign_in(run.figures)))
