"""The same tasks in this process, in processes side by side, or on a cluster."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator

from joblib import Parallel, cpu_count, delayed, parallel_config
from joblib.externals.loky import get_reusable_executor
from joblib.externals.loky.process_executor import TerminatedWorkerError

from virality import compiled
from virality.errors import UserError
from virality.media.work import FileTask, Result, TextTask, run
from virality.paths import QUIET_VARIABLE

BACKENDS = ("loky", "dask")
CRASHED = "Reading this file made the decoder crash."
# What a worker needs at most, with CLIP ViT-B/32 and Whisper base in float32.
_WORKER_BYTES = 2_000_000_000
_PATIENCE_S = 10


def choose_workers(asked: int, tasks: int) -> int:
    """Return how many processes to use.

    One thread in each of as many processes as there are cores was measured to be fastest;
    memory may allow fewer.
    """
    if asked > 0:
        return min(asked, max(tasks, 1))
    import psutil

    room = int(psutil.virtual_memory().available // _WORKER_BYTES)
    return max(1, min(cpu_count(), room, tasks))


def spread(
    tasks: list[FileTask | TextTask],
    workers: int = 0,
    backend: str = "loky",
    scheduler: str = "",
    progress: bool = True,
    isolate: bool = True,
) -> Iterator[Result]:
    """Do all tasks; yield each result as soon as it is there, in any order.

    Parameters
    ----------
    tasks : list
    workers : int
        Processes; 0 chooses, 1 is this process.
    backend, scheduler : str
        See :func:`virality.media.extract.extract`.
    progress : bool
        Show a bar on a terminal.
    isolate : bool
        Keep the work out of this process: a broken file can crash a decoder.
    """
    if not tasks:
        return
    with _bar(len(tasks), progress) as advance:
        for result in _results(tasks, workers, backend, scheduler, isolate):
            advance()
            yield result


def _results(tasks, workers, backend, scheduler, isolate) -> Iterator[Result]:
    if backend == "dask":
        yield from _on_dask(tasks, workers, scheduler)
    elif workers == 1 or not isolate:
        yield from map(run, tasks)
    else:
        yield from _on_loky(tasks, max(2, choose_workers(workers, len(tasks))))


def _parallel(tasks, count: int | None) -> Iterator[Result]:
    pool = Parallel(n_jobs=count or -1, return_as="generator_unordered", batch_size=1)
    yield from pool(delayed(run)(task) for task in tasks)


def _on_loky(tasks: list, count: int) -> Iterator[Result]:
    """Use processes; when one dies, find out which file killed it and go on with the rest."""
    compiled.prepare()  # workers that compile side by side would ruin each other's files
    left = dict(enumerate(tasks))
    numbers = {task: number for number, task in left.items()}
    try:
        with parallel_config("loky", inner_max_num_threads=1):
            try:
                for result in _parallel(tasks, count):
                    left.pop(numbers[result.task])
                    yield result
            except TerminatedWorkerError:
                for task in left.values():
                    yield _alone(task)
    finally:
        # Idle workers would hold the models in memory.
        _let_go(get_reusable_executor(reuse=True))


def _let_go(executor) -> None:
    """End the workers, and the folder that joblib shares with them."""
    if hasattr(executor, "terminate"):
        executor.terminate(kill_workers=True)
    else:
        executor.shutdown(wait=True, kill_workers=True)


def _alone(task) -> Result:
    try:
        return next(_parallel([task], 2))
    except TerminatedWorkerError:
        return Result(task, failure=CRASHED)


def _on_dask(tasks: list, workers: int, scheduler: str) -> Iterator[Result]:
    from dask.distributed import Client, LocalCluster

    compiled.prepare()
    with contextlib.ExitStack() as stack:
        if scheduler:
            client = stack.enter_context(_client(scheduler))
        else:
            count = choose_workers(workers, len(tasks))
            cluster = LocalCluster(count, threads_per_worker=1, dashboard_address=None)
            client = stack.enter_context(Client(stack.enter_context(cluster)))
        with parallel_config("dask", client=client):
            yield from _parallel(tasks, None)


def _client(scheduler: str):
    from dask.distributed import Client

    try:
        return Client(scheduler, timeout=_PATIENCE_S)
    except (OSError, TimeoutError, ValueError) as error:
        raise UserError(
            "The Dask scheduler does not answer.", where=scheduler, do="Check its address."
        ) from error


@contextlib.contextmanager
def _bar(total: int, progress: bool):
    """Give a function to call after each task; the bar shows rate and time left."""
    # A notebook that is being run keeps its page clean; its terminal is the one underneath.
    terminal = next((s for s in (sys.stderr, sys.__stderr__) if s and s.isatty()), None)
    if not progress or terminal is None or os.environ.get(QUIET_VARIABLE):
        yield lambda: None
        return
    from tqdm import tqdm

    with tqdm(total=total, unit="file", file=terminal, leave=False, desc="  media") as bar:
        yield bar.update
