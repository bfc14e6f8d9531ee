"""Chunks examined one after the other, in processes side by side, or on a Dask cluster."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from typing import Any

from virality.core import VERSION
from virality.core.bounds import shown, within
from virality.core.errors import UserError
from virality.creators.evaluate.chunks import Chunk, examine_chunk
from virality.creators.evaluate.one import Work
from virality.creators.evaluate.tables import Tables, failed

_PATIENCE_S = 10
_ADDRESS = re.compile(r"(tcp|tls|wss?|ucx)://[\w.:%\[\]-]+:\d{1,5}/?")
_AHEAD = 2  # chunks that wait for each worker: it never idles, and few are in memory


def spread(
    chunks: Iterable[Chunk], work: Work, jobs: int = 1, scheduler: str = ""
) -> Iterator[tuple[int, Tables]]:
    """Examine all chunks; yield the tables of each as soon as they are there, in any order.

    What comes back does not depend on where it was made.

    Parameters
    ----------
    chunks : iterable of Chunk
        Taken only as fast as they are examined.
    work : Work
    jobs : int
        Processes of this machine.
    scheduler : str
        Address of a Dask scheduler, which then has the workers.

    Yields
    ------
    number : int
    tables : dict of str to DataFrame

    Raises
    ------
    UserError
        The cluster cannot be used, or a process of this machine died.
    """
    within("jobs", jobs, 1)
    if scheduler:
        with _cluster(scheduler) as client:
            yield from _on_cluster(client, chunks, work)
    elif jobs == 1:
        for chunk in chunks:
            yield examine_chunk(chunk, work)
    else:
        with _processes(jobs) as executor:
            yield from _bounded(executor, chunks, work, _AHEAD * jobs)


# --- processes of this machine -------------------------------------------------------------------


@contextlib.contextmanager
def _processes(jobs: int) -> Iterator[Executor]:
    from joblib.externals.loky import ProcessPoolExecutor  # needs no guard in a user's script

    executor = ProcessPoolExecutor(jobs)
    try:
        yield executor
    except BaseException:
        executor.shutdown(wait=False, kill_workers=True)
        raise
    executor.shutdown()


def _bounded(
    executor: Executor, chunks: Iterable[Chunk], work: Work, most: int
) -> Iterator[tuple[int, Tables]]:
    """Results as they come, with so many chunks under way at most."""
    under_way: set[Future] = set()
    for chunk in chunks:
        under_way.add(executor.submit(examine_chunk, chunk, work))
        if len(under_way) >= most:
            yield from _finished(under_way)
    while under_way:
        yield from _finished(under_way)


def _finished(under_way: set[Future]) -> Iterator[tuple[int, Tables]]:
    done, _ = wait(under_way, return_when=FIRST_COMPLETED)
    under_way -= done
    for future in done:
        try:
            yield future.result()
        except BrokenExecutor:
            raise UserError(
                "A process that examined creators died, most likely for want of memory.",
                do="Run again with fewer --jobs.",
            ) from None


# --- a cluster -----------------------------------------------------------------------------------


def _on_cluster(client: Any, chunks: Iterable[Chunk], work: Work) -> Iterator[tuple[int, Tables]]:
    """Results as they come; a chunk whose workers died is told of, and costs no other.

    joblib's way to Dask waits for ever where a worker dies or the scheduler goes away.
    """
    from dask.distributed import as_completed

    sent = client.scatter(work, broadcast=True, hash=False)
    waiting, done = iter(chunks), as_completed()
    under_way: dict[str, tuple[Any, Chunk]] = {}
    most = _AHEAD * len(client.scheduler_info(n_workers=-1)["workers"])
    exhausted = False
    try:
        while not exhausted or under_way:
            while not exhausted and len(under_way) < most:
                chunk = next(waiting, None)
                if chunk is None:
                    exhausted = True
                    break
                future = client.submit(examine_chunk, chunk, sent, pure=False)
                under_way[future.key] = future, chunk
                done.add(future)
            if under_way:
                future = next(done)
                yield _outcome(future, under_way.pop(future.key)[1], work)
    finally:
        client.cancel([future for future, _ in under_way.values()])


def _outcome(future: Any, chunk: Chunk, work: Work) -> tuple[int, Tables]:
    if future.status == "finished":
        return future.result()
    error = future.exception() if future.status == "error" else None
    if error is None:
        raise UserError("The Dask scheduler went away.", do="Start it and run again.")
    if type(error).__name__ == "KilledWorker":
        why = "the workers of the cluster that had this creator died"
        return chunk.number, failed(chunk.names, chunk.posts, why, work.settings.by)
    raise UserError(
        f"The workers of the cluster cannot do it ({type(error).__name__}: {error})."[:300],
        do="Install this project there, in the same version.",
    ) from None


@contextlib.contextmanager
def _cluster(scheduler: str) -> Iterator[Any]:
    if not _ADDRESS.fullmatch(scheduler):
        raise UserError(
            f"No Dask scheduler can have the address {shown(scheduler)}.",
            do="Give one such as tcp://127.0.0.1:8786.",
        )
    try:
        from dask.distributed import Client
    except ModuleNotFoundError:
        raise UserError(
            "A cluster needs the package dask.", do="Run: pip install 'virality[cluster]'"
        ) from None
    try:
        client = Client(scheduler, timeout=_PATIENCE_S)
    except (OSError, TimeoutError, ValueError) as error:
        raise UserError(
            "The Dask scheduler does not answer.", where=scheduler[:200], do="Check its address."
        ) from error
    with client:
        _check_workers(client, scheduler)
        yield client


def _check_workers(client: Any, scheduler: str) -> None:
    """Raise UserError unless there are workers, all with this version of the project."""
    try:
        client.wait_for_workers(1, timeout=_PATIENCE_S)
    except TimeoutError:
        raise UserError(
            "The Dask scheduler has no workers.", where=scheduler, do="Start some and run again."
        ) from None
    versions = set(client.run(_version_here, on_error="return").values())
    if versions != {VERSION}:
        (other, *_) = sorted(map(str, versions - {VERSION}))
        raise UserError(
            f"The workers of the cluster do not have virality {VERSION} (they say: {other[:100]}).",
            where=scheduler,
            do="Install this project there, in the same version.",
        )


def _version_here() -> str:
    return VERSION
