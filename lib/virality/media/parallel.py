"""The same tasks in processes side by side, on a cluster, or in this very process."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator

from joblib import cpu_count

from virality.core import compiled
from virality.core.errors import UserError
from virality.core.paths import QUIET_VARIABLE
from virality.media import canary, card
from virality.media.pool import DIED, Limits, Loss, Pool
from virality.media.supervision import Supervisor, good_film
from virality.media.work import READ, FileTask, Result, TextTask, run
from virality.media.worker import RAISED, START, Setup

BACKENDS = ("processes", "dask", "here")
# What a worker needs at most, with CLIP ViT-B/32 and Whisper base in float32; without encoders.
_WORKER_BYTES, _READER_BYTES = 2_000_000_000, 500_000_000
_PATIENCE_S = 10


def choose_workers(asked: int, tasks: int, encode: bool = True) -> int:
    """Return how many processes to use.

    One thread in each of as many processes as there are cores was measured to be fastest;
    memory may allow fewer.

    Parameters
    ----------
    asked : int
        0 chooses.
    tasks : int
    encode : bool
        Whether the processes hold encoders.
    """
    if asked > 0:
        return min(asked, max(tasks, 1))
    import psutil

    need = _WORKER_BYTES if encode else _READER_BYTES
    room = int(psutil.virtual_memory().available // need)
    return max(1, min(cpu_count(), room, tasks))


def spread(
    tasks: list[FileTask | TextTask],
    setup: Setup,
    workers: int = 0,
    backend: str = "processes",
    scheduler: str = "",
    progress: bool = True,
    limits: Limits | None = None,
    pool: Pool | None = None,
    announce: Callable[[str], None] = print,
) -> Iterator[Result]:
    """Do all tasks; yield each result as soon as it is there, in any order.

    Parameters
    ----------
    tasks : list
    setup : Setup
        The encoders of all tasks, and their answers to the canary's question.
    workers : int
        Processes; 0 chooses.
    backend, scheduler : str
        See :func:`virality.media.extract.extract`.
    progress : bool
        Show a bar on a terminal.
    limits : Limits, optional
        What one file may take.
    pool : Pool, optional
        Processes that may be warm already; ended here.
    announce : callable
        Gets one line when another reader has to be used.

    Raises
    ------
    UserError
        When numbers come out wrong, or the environment cannot read any film.
    """
    limits, pool = limits or Limits(), pool or Pool()
    with pool, _bar(len(tasks), progress) as advance:
        for result in _results(tasks, setup, workers, backend, scheduler, limits, pool, announce):
            advance()
            yield result


def _results(tasks, setup, workers, backend, scheduler, limits, pool, announce) -> Iterator:
    files = [task for task in tasks if isinstance(task, FileTask)]
    if not tasks:
        return
    if backend == "here" or not files:
        yield from here(tasks, setup)
        return
    compiled.prepare()  # workers that compile side by side would ruin each other's files
    if card.on_card(setup.recipes):
        yield from here([task for task in tasks if isinstance(task, TextTask)], setup)
        tasks, setup = files, Setup()
    with _transport(backend, workers, scheduler, setup, limits, pool, tasks) as (do, count):
        supervisor = Supervisor(do, good_film(files[0]), limits, announce)
        yield from card.encoded(supervisor.results(tasks, count), files[0].see, files[0].hear)


def here(tasks: list, setup: Setup) -> Iterator[Result]:
    """Do tasks one after the other in this process, the canary first.

    Raises
    ------
    UserError
        When numbers come out wrong.
    """
    wrong = canary.wrong_here(setup.recipes, setup.expected)
    if wrong:
        raise canary.wrong_answer(wrong)
    for task in tasks:
        result = run(task)
        canary.require_arithmetic()
        yield result


@contextlib.contextmanager
def _transport(backend, workers, scheduler, setup, limits, pool: Pool, tasks):
    """Give what does tasks, as (function of tasks and processes, number of processes)."""
    count = choose_workers(workers, len(tasks), bool(setup.recipes))
    if backend == "dask":
        with _cluster(count, scheduler) as client:
            yield (lambda some, *_: _on_dask(client, setup, limits, some)), count
        return

    def do(some: list, at_once: int, apart: bool) -> Iterator[Result | Loss]:
        if not apart:
            yield from pool.results(setup, some, at_once, limits)
            return
        with Pool(pool.preload) as fresh:
            yield from fresh.results(setup, some, at_once, limits)

    yield do, count


_mine = threading.local()


def alone(setup: Setup, task, limits: Limits) -> Result | Loss:
    """Do a task on a cluster's worker, in a process beside it that may die."""
    if not hasattr(_mine, "pool"):
        _mine.pool = Pool()
    return next(_mine.pool.results(setup, [task], 1, limits))


def _on_dask(client, setup: Setup, limits: Limits, tasks: list) -> Iterator[Result | Loss]:
    """Do tasks on a cluster, some more than it has processors at a time.

    joblib's way to Dask waits for ever where a worker dies or the scheduler goes away.
    """
    from dask.distributed import as_completed

    waiting, under_way, done = deque(tasks), {}, as_completed()
    most = 2 * max(1, sum(client.ncores().values()))
    try:
        while waiting or under_way:
            while waiting and len(under_way) < most:
                task = waiting.popleft()
                future = client.submit(alone, setup, task, limits, pure=False)
                under_way[future.key] = future, task
                done.add(future)
            future = next(done)
            yield _outcome(future, under_way.pop(future.key)[1])
    finally:
        client.cancel([future for future, _ in under_way.values()])


def _outcome(future, task) -> Result | Loss:
    """Return what became of a task on a cluster."""
    if future.status == "finished":
        return future.result()
    error = future.exception() if future.status == "error" else None
    if isinstance(error, UserError):
        raise error
    if error is None:
        raise UserError("The Dask scheduler went away.", do="Start it and run again.")
    if type(error).__name__ == "KilledWorker":
        return Loss(task, DIED, READ, "the worker of the cluster died")
    # What cannot even begin there, such as a worker without this project.
    return Loss(task, RAISED, START, f"{type(error).__name__}: {error}".splitlines()[0][:200])


@contextlib.contextmanager
def _cluster(count: int, scheduler: str):
    from dask.distributed import Client, LocalCluster

    with contextlib.ExitStack() as stack:
        if scheduler:
            yield stack.enter_context(_client(scheduler))
            return
        cluster = LocalCluster(n_workers=count, threads_per_worker=1, dashboard_address=None)
        yield stack.enter_context(Client(stack.enter_context(cluster)))


def _client(scheduler: str):
    from dask.distributed import Client

    try:
        client = Client(scheduler, timeout=_PATIENCE_S)
    except (OSError, TimeoutError, ValueError) as error:
        raise UserError(
            "The Dask scheduler does not answer.", where=scheduler, do="Check its address."
        ) from error
    try:
        client.wait_for_workers(1, timeout=_PATIENCE_S)
    except TimeoutError as error:
        client.close()
        raise UserError(
            "The Dask scheduler has no workers.", where=scheduler, do="Start some and run again."
        ) from error
    return client


@contextlib.contextmanager
def _bar(total: int, progress: bool):
    """Give a function to call after each task; the bar shows rate and time left."""
    # A notebook that is being run keeps its page clean; its terminal is the one underneath.
    terminal = next((s for s in (sys.stderr, sys.__stderr__) if s and s.isatty()), None)
    quiet = not progress or bool(os.environ.get(QUIET_VARIABLE))
    if quiet or terminal is None or not total:
        yield lambda: None
        return
    from tqdm import tqdm

    with tqdm(total=total, unit="file", file=terminal, leave=False, desc="  media") as bar:
        yield bar.update
