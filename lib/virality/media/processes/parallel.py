"""The parallel map: the same tasks in processes side by side, on a cluster, or in this process."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from joblib import cpu_count

from virality.core import compiled
from virality.core.errors import UserError
from virality.core.paths import QUIET_VARIABLE
from virality.core.progress import in_jupyterlab
from virality.media.encoders import canary
from virality.media.encoders.base import Recipe
from virality.media.processes.pool import DIED, Limits, Loss, Pool
from virality.media.processes.supervision import Do, Supervisor, good_film
from virality.media.processes.tasks import READ, FileTask, Result, Task, TextTask, encode, run
from virality.media.processes.worker import RAISED, START, Setup
from virality.media.settings import Workers

# What a worker needs at most, with CLIP ViT-B/32 and Whisper base in float32; without encoders.
_WORKER_BYTES, _READER_BYTES = 2_000_000_000, 500_000_000
_PATIENCE_S = 10
# Films that a card encodes together; batches that may wait for it, each of tens of megabytes.
FILMS, _WAITING = 8, 3


def parallel_map(
    tasks: list[Task],
    setup: Setup,
    workers: Workers | None = None,
    limits: Limits | None = None,
    pool: Pool | None = None,
) -> Iterator[Result]:
    """Do all tasks; yield each result as soon as it is there, in any order.

    Parameters
    ----------
    tasks : list of FileTask or TextTask
    setup : Setup
        The encoders of all tasks, and their answers to the canary's question.
    workers : Workers, optional
        How many processes, and where.
    limits : Limits, optional
        What one file may take.
    pool : Pool, optional
        Processes that may be warm already; ended here.

    Raises
    ------
    UserError
        When numbers come out wrong, or the environment cannot read any film.
    """
    workers, limits, pool = workers or Workers(), limits or Limits(), pool or Pool()
    with pool, _bar(len(tasks), workers.progress) as advance:
        for result in _results(tasks, setup, workers, limits, pool):
            advance()
            yield result


def _results(
    tasks: list[Task], setup: Setup, workers: Workers, limits: Limits, pool: Pool
) -> Iterator[Result]:
    files = [task for task in tasks if isinstance(task, FileTask)]
    if not tasks:
        return
    if workers.backend == "here" or not files:
        yield from here(tasks, setup)
        return
    compiled.prepare()  # workers that compile side by side would ruin each other's files
    if on_card(setup.recipes):
        yield from here([task for task in tasks if isinstance(task, TextTask)], setup)
        tasks, setup = list(files), Setup()
    count = choose_workers(workers.count, len(tasks), bool(setup.recipes))
    with _transport(workers, count, setup, limits, pool) as do:
        supervisor = Supervisor(do, good_film(files[0]), limits, workers.announce)
        yield from encoded(supervisor.results(tasks, count), files[0].vision, files[0].audio)


def here(tasks: Iterable[Task], setup: Setup) -> Iterator[Result]:
    """Do tasks one after the other in this process, the canary first.

    Parameters
    ----------
    tasks : iterable of FileTask or TextTask
    setup : Setup

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


def choose_workers(asked: int, tasks: int, encoders: bool = True) -> int:
    """Return how many processes to use.

    One thread in each of as many processes as there are cores was measured to be fastest;
    memory may allow fewer.

    Parameters
    ----------
    asked : int
        0 chooses.
    tasks : int
    encoders : bool
        Whether the processes hold encoders.
    """
    if asked > 0:
        return min(asked, max(tasks, 1))
    import psutil

    need = _WORKER_BYTES if encoders else _READER_BYTES
    room = int(psutil.virtual_memory().available // need)
    return max(1, min(cpu_count(), room, tasks))


@contextlib.contextmanager
def _transport(
    workers: Workers, count: int, setup: Setup, limits: Limits, pool: Pool
) -> Iterator[Do]:
    """Give what does tasks: processes of this machine, or a cluster's workers."""
    if workers.backend == "dask":
        with _cluster(count, workers.scheduler) as client:
            yield lambda some, *_: _on_dask(client, setup, limits, some)
        return

    def do(some: list[Task], at_once: int, apart: bool) -> Generator[Result | Loss, None, None]:
        if not apart:
            yield from pool.results(setup, some, at_once, limits)
            return
        with Pool(pool.preload) as fresh:
            yield from fresh.results(setup, some, at_once, limits)

    yield do


# --- the one owner of a graphics card --------------------------------------------------------
#
# A copy of the models in each process would fill a small card, and none would fill a batch. So
# processes decode, and hand over pictures and samples; one thread here encodes them for many films
# at a time, while the next ones are being decoded.


def on_card(recipes: Iterable[Recipe]) -> bool:
    """Return whether encoders run on a graphics card, and so in one process only."""
    return any(recipe.device != "cpu" for recipe in recipes)


def encoded(
    results: Iterable[Result], vision: Recipe, audio: Recipe, films: int = FILMS
) -> Iterator[Result]:
    """Yield results with the vectors of what workers have decoded, in any order.

    Parameters
    ----------
    results : iterable of Result
        What has nothing to encode passes through.
    vision, audio : Recipe
    films : int
        Films in a batch.
    """
    batch: list[Result] = []
    running: deque[Future[list[Result]]] = deque()
    with ThreadPoolExecutor(1) as owner:
        for result in results:
            if result.images is None and result.samples is None:
                yield result
                continue
            batch.append(result)
            if len(batch) == films:
                running.append(owner.submit(encode, batch, vision, audio))
                batch = []
            while running and (running[0].done() or len(running) > _WAITING):
                yield from running.popleft().result()
        running.append(owner.submit(encode, batch, vision, audio))
        for future in running:
            yield from future.result()


# --- a cluster -------------------------------------------------------------------------------

_mine = threading.local()


def alone(setup: Setup, task: Task, limits: Limits) -> Result | Loss:
    """Do a task on a cluster's worker, in a process beside it that may die.

    Parameters
    ----------
    setup : Setup
    task : FileTask or TextTask
    limits : Limits
    """
    if not hasattr(_mine, "pool"):
        _mine.pool = Pool()
    return next(_mine.pool.results(setup, [task], 1, limits))


def _on_dask(
    client: Any, setup: Setup, limits: Limits, tasks: list[Task]
) -> Generator[Result | Loss, None, None]:
    """Do tasks on a cluster, some more than it has processors at a time.

    joblib's way to Dask waits for ever where a worker dies or the scheduler goes away.
    """
    from dask.distributed import as_completed

    waiting, done = deque(tasks), as_completed()
    under_way: dict[str, tuple[Any, Task]] = {}
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


def _outcome(future, task: Task) -> Result | Loss:
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
def _cluster(count: int, scheduler: str) -> Iterator[Any]:
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
def _bar(total: int, progress: bool) -> Iterator[Callable[[], object]]:
    """Give a function to call after each task; the bar shows rate and time left."""
    # A notebook that is being run keeps its page clean; its terminal is the one underneath.
    terminal = next((s for s in (sys.stderr, sys.__stderr__) if s and s.isatty()), None)
    quiet = not progress or bool(os.environ.get(QUIET_VARIABLE))
    if in_jupyterlab():
        terminal = sys.stderr
    if quiet or terminal is None or not total:
        yield lambda: None
        return
    from tqdm import tqdm

    with tqdm(total=total, unit="file", file=terminal, leave=False, desc="  media") as bar:
        yield bar.update
