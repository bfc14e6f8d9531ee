"""Execute stale chapters with papermill, so that a failure never looks like a result."""

from __future__ import annotations

import os
import re
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from virality.book import params, stamps
from virality.core.chapters import Spec, chapters_until
from virality.core.errors import UserError
from virality.core.paths import NOTEBOOKS, ROOT, RUN_VARIABLE, Run
from virality.core.progress import JUPYTERLAB_VARIABLE
from virality.core.writing import remove_made, replacing

if TYPE_CHECKING:
    from nbformat import NotebookNode

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


class ChapterFailed(UserError):
    """A chapter stopped with an error."""


@dataclass(frozen=True)
class Result:
    """What became of one chapter.

    Parameters
    ----------
    slug : str
        The chapter.
    ran : bool
        False when the cached result still holds.
    seconds : float
        Wall time of this call.
    """

    slug: str
    ran: bool
    seconds: float


def execute(run: Run, given: dict, until: str = "", progress: bool = True) -> list[Result]:
    """Bring the chapters up to date, in order.

    Parameters
    ----------
    run : Run
        Its inputs are recorded already; the caller holds its lock.
    given : dict
        Resolved parameters, see :func:`virality.book.params.resolve`.
    until : str
        The last chapter to execute; all when "".
    progress : bool
        Show a bar per chapter on the terminal.

    Returns
    -------
    list of Result
        One per chapter, in order of execution.

    Raises
    ------
    ChapterFailed
        Names the chapter, the cell and the error; later chapters are not touched.
    """
    results = []
    for spec in chapters_until(until, bool(given.get("pool", False)), run.planned):
        start = time.perf_counter()
        values = params.for_chapter(spec.slug, given) | {"name": run.name}
        fresh = stamps.is_fresh(run, spec, values)
        if not fresh:
            _execute_one(run, spec, values, progress)
        results.append(Result(spec.slug, not fresh, time.perf_counter() - start))
    return results


def execute_alone(run: Run, slug: str, values: dict) -> NotebookNode:
    """Execute a page of its own, and return it; nothing of it stays in the run.

    Parameters
    ----------
    run : Run
        The caller holds its lock.
    slug : str
        The page.
    values : dict
        Its parameters.

    Raises
    ------
    ChapterFailed
        Names the cell and the error.
    """
    from virality.core import compiled

    compiled.prepare()
    _papermill(run, slug, values, progress=False)
    notebook = _without_injected(run.partial(slug))
    run.partial(slug).unlink()
    return notebook


def _execute_one(run: Run, spec: Spec, values: dict, progress: bool) -> None:
    from virality.core import compiled

    compiled.prepare()
    run.stamp(spec.slug).unlink(missing_ok=True)
    remove_made(run.figures, [figure.name for figure in stamps.figures(run, spec.slug)])
    asked = stamps.asked(run, spec, values)
    started = time.perf_counter()
    _papermill(run, spec.slug, values, progress)
    missing = [name for name in spec.writes if not run.artefact(name).exists()]
    if missing:
        raise ChapterFailed(
            f"It ended without writing {', '.join(missing)}.", where=f"Chapter “{spec.slug}”"
        )
    _hide_injected_cell(run, spec.slug)
    stamps.complete(run, spec, asked, time.perf_counter() - started)


def _papermill(run: Run, slug: str, values: dict, progress: bool) -> None:
    import papermill
    from nbclient.exceptions import DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    partial = run.partial(slug)
    partial.parent.mkdir(parents=True, exist_ok=True)
    bar = {"desc": f"{slug:<17}", "leave": False, "file": sys.stderr} if progress else False
    try:
        with _kernel_environment(run):
            papermill.execute_notebook(
                NOTEBOOKS / f"{slug}.ipynb",
                partial,
                parameters=values,
                kernel_name="python3",
                cwd=ROOT,
                progress_bar=bar,
                # the kernel's own advice about transports is not for the reader
                extra_arguments=["--IPKernelApp.log_level=40"],
            )
    except PapermillExecutionError as error:
        raise _failure(slug, error, partial) from None
    except DeadKernelError:
        raise ChapterFailed(
            "The Python process of this chapter died, most often for want of memory.",
            where=f"Chapter “{slug}”",
            do=f"The notebook so far: {_shown(partial)}",
        ) from None


@contextmanager
def _kernel_environment(run: Run):
    """Tell the kernel where the run is, and fix what would make two runs differ.

    One thread for BLAS and OpenMP: sums in another order differ in their last bits, and on
    small matrices one thread is faster as well.
    """
    wanted = dict.fromkeys(_THREADS, "1") | {"PYTHONHASHSEED": "0", JUPYTERLAB_VARIABLE: ""}
    if run != Run.named(run.name):
        wanted[RUN_VARIABLE] = str(run.folder)
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name)
            else:
                os.environ[name] = value


def _failure(slug: str, error, partial: Path) -> ChapterFailed:
    message = _ANSI.sub("", error.evalue or "").strip()
    known = error.ename in {"UserError", "ChapterFailed"}
    first = next((line for line in error.source.splitlines() if line.strip()), "")
    reason = message if known else f"{error.ename}: {message}"
    return ChapterFailed(
        f"{reason}\n  in cell [{error.exec_count}], which starts: {first.strip()[:80]}\n"
        f"  the notebook so far: {_shown(partial)}\n"
        "  The next run goes on from this chapter.",
        where=f"Chapter “{slug}” stopped",
    )


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def _hide_injected_cell(run: Run, slug: str) -> None:
    """Move the executed notebook into place, its injected cell kept but off the page."""
    import nbformat

    notebook = _without_injected(run.partial(slug))
    with replacing(run.executed(slug)) as temporary:
        nbformat.write(notebook, temporary)
    run.partial(slug).unlink()


def _without_injected(path: Path) -> NotebookNode:
    """An executed notebook whose injected cell no page will show."""
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if "injected-parameters" in tags and "remove-cell" not in tags:
            cell.metadata["tags"] = [*tags, "remove-cell"]
    return notebook
