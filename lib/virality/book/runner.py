"""Execute the chapters that are stale, with papermill, so that a failure never looks like a result.

A chapter is stale when its notebook, the parameters that its own cell names, the content of
what it reads, or this package has changed, or when something that it wrote is not as it
left it. Its stamp, written last, says all of that.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from virality.book import ownership, params
from virality.book.chapters import CHAPTERS, Spec
from virality.core import compiled, hashing
from virality.core.bounds import shown
from virality.core.errors import UserError
from virality.core.paths import NOTEBOOKS, ROOT, RUN_VARIABLE, Run
from virality.core.writing import made_in, remove_made, replacing

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


@contextmanager
def locked(run: Run):
    """Hold the run's lock; a second process on the same name says so and stops.

    Raises
    ------
    UserError
        Another process holds it, or the run's folder is not this project's.
    """
    ownership.admit(run)
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
        ownership.settle(run)
        yield
    finally:
        lock.release()


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
    for spec in chapters_until(until, pooled=bool(given.get("pool", False))):
        start = time.perf_counter()
        values = params.for_chapter(spec.slug, given) | {"name": run.name}
        fresh = is_fresh(run, spec, values)
        if not fresh:
            compiled.prepare()
            _execute_one(run, spec, values, progress)
        results.append(Result(spec.slug, not fresh, time.perf_counter() - start))
    return results


def is_fresh(run: Run, spec: Spec, values: dict) -> bool:
    """Return whether the chapter's last complete execution still holds."""
    stamp = read_stamp(run, spec.slug)
    return (
        bool(stamp)
        and stamp["asked"] == _asked(run, spec, values)
        and stamp["outputs"] == _outputs(run, spec)
    )


def read_stamp(run: Run, slug: str) -> dict:
    """Return the record of a chapter's last complete execution, empty when there is none."""
    try:
        return json.loads(run.stamp(slug).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def chapters_until(until: str, pooled: bool = False) -> list[Spec]:
    """Return the chapters of the book that is asked for, up to `until`; all when ""."""
    chapters = [spec for spec in CHAPTERS if spec.belongs(pooled)]
    slugs = [spec.slug for spec in chapters]
    if until and until not in slugs:
        raise UserError(f"There is no chapter {shown(until)}.", do=f"Chapters: {', '.join(slugs)}.")
    last = slugs.index(until) if until else len(slugs)
    return chapters[: last + 1]


def _asked(run: Run, spec: Spec, values: dict) -> dict:
    inputs = run.inputs()
    return {
        "source": hashing.of_notebook(NOTEBOOKS / f"{spec.slug}.ipynb"),
        "parameters": values,
        "library": hashing.of_library(),
        "reads": {name: hashing.of_path(run.artefact(name)) for name in spec.reads},
        "inputs": {name: hashing.of_input(getattr(inputs, name)) for name in spec.inputs},
        "columns": inputs.columns if "posts" in spec.inputs else "",
        "simulated": inputs.simulated,
        # what "auto" was resolved to is not in the parameter itself
        "encoders": run.load().get("encoders") if "encoders" in values else None,
    }


def _outputs(run: Run, spec: Spec) -> dict:
    figures = {path.name: hashing.of_file(path) for path in _figures(run, spec.slug)}
    artefacts = {name: hashing.of_path(run.artefact(name)) for name in spec.writes}
    return {
        "artefacts": artefacts,
        "figures": figures,
        "notebook": hashing.of_path(run.executed(spec.slug)),
    }


def _figures(run: Run, slug: str) -> list[Path]:
    """The figures of a chapter: those that it made, not what somebody laid beside them."""
    made = made_in(run.figures) or frozenset()
    return [run.figures / name for name in sorted(made) if _is_of(slug, run.figures / name)]


def _is_of(slug: str, figure: Path) -> bool:
    return figure.name.startswith(f"{slug}-") and figure.is_file()


def _execute_one(run: Run, spec: Spec, values: dict, progress: bool) -> None:
    run.stamp(spec.slug).unlink(missing_ok=True)
    remove_made(run.figures, [figure.name for figure in _figures(run, spec.slug)])
    asked = _asked(run, spec, values)
    started = time.perf_counter()
    _papermill(run, spec.slug, values, progress)
    _check_written(run, spec)
    _hide_injected_cell(run, spec.slug)
    stamp = {
        "asked": asked,
        "outputs": _outputs(run, spec),
        "seconds": round(time.perf_counter() - started, 3),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    with replacing(run.stamp(spec.slug)) as temporary:
        temporary.write_text(json.dumps(stamp, indent=2, sort_keys=True), encoding="utf-8")


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
    wanted = dict.fromkeys(_THREADS, "1") | {"PYTHONHASHSEED": "0"}
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


def _check_written(run: Run, spec: Spec) -> None:
    missing = [name for name in spec.writes if not run.artefact(name).exists()]
    if missing:
        raise ChapterFailed(
            f"It ended without writing {', '.join(missing)}.", where=f"Chapter “{spec.slug}”"
        )


def _hide_injected_cell(run: Run, slug: str) -> None:
    """Move the executed notebook into place, its injected cell kept but off the page."""
    import nbformat

    notebook = nbformat.read(run.partial(slug), as_version=4)
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if "injected-parameters" in tags and "remove-cell" not in tags:
            cell.metadata["tags"] = [*tags, "remove-cell"]
    with replacing(run.executed(slug)) as temporary:
        nbformat.write(notebook, temporary)
    run.partial(slug).unlink()
