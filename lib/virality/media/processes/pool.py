"""Processes side by side in which a file can crash, stall or bloat its reader and nothing else.

The pools of the standard library, loky and Dask lose all that is under way when one process
dies, know no time limit for a task, or cannot run inside a Dask worker; here every process has one
task at a time, and its end costs that task alone.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any, cast

import psutil

from virality.core.errors import UserError
from virality.media.encoders.canary import wrong_answer
from virality.media.processes.tasks import FETCH, TEXT, Result, Task, TextTask
from virality.media.processes.worker import DONE, HELLO, RAISED, READY, STAGE, START, WRONG, Setup

DIED, SLOW, LARGE = "died", "slow", "large"
_GONE = "gone"
_LOOK_S = 0.1
# Between two looks no more than this has passed for a file: the computer, or all of us, may have
# slept meanwhile.
_MOST_S = 5.0
_TOLD = re.compile(r"Fatal Python error|(\w+\.)*\w*(Error|Exception)\b")
# Loading weights from a slow disk may take minutes; encoding a hundred captions some seconds.
PATIENCE = {START: 600.0, TEXT: 600.0, FETCH: 600.0}

# `python -P` keeps modules of the current folder from standing in for libraries.
# Threads that wait for work by spinning would take the time of the process beside them.
_ONE_THREAD = {
    f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "BLIS", "NUMEXPR", "NUMBA")
} | {"VECLIB_MAXIMUM_THREADS": "1"}
_COMMAND = (sys.executable, "-P", "-m", "virality.media.processes.worker")


@dataclass(frozen=True)
class Limits:
    """What one file may take.

    Parameters
    ----------
    seconds : float
        Time for decoding and encoding a file; fetching a remote one does not count.
    bytes : int
        Growth of the process above what it held before the file.
    """

    seconds: float = 60.0
    bytes: int = 3_000_000_000


@dataclass(frozen=True)
class Loss:
    """A task that came to no end.

    Parameters
    ----------
    task : FileTask or TextTask or None
        None when the process ended before it had one.
    kind : str
        `DIED`, `SLOW`, `LARGE` or `RAISED`.
    stage : str
        What was being done.
    detail : str
        The exit code or signal, or what was raised.
    """

    task: Task | None
    kind: str
    stage: str
    detail: str = ""


class Child:
    """One process, and what it is doing.

    Parameters
    ----------
    inbox : queue.Queue
        Gets (child, kind, value) for each message.
    preload : tuple of str
        Modules to import at once.
    """

    def __init__(self, inbox: queue.Queue, preload: tuple[str, ...] = ()):
        # Paths that are added at run time (notebooks, tests) hold for the child as well.
        paths = os.pathsep.join(path for path in sys.path if path)
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `end`
        try:
            self.process = subprocess.Popen(
                [*_COMMAND, *preload],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._complaints,
                env=os.environ | _ONE_THREAD | {"PYTHONPATH": paths, "PYTHONFAULTHANDLER": "1"},
            )
        except OSError:
            self._complaints.close()
            raise
        self._questions = cast("IO[bytes]", self.process.stdin)
        self._answers = cast("IO[bytes]", self.process.stdout)
        self.task: Task | None = None
        self.stage, self.ready, self.ended = START, False, False
        self.spent, self.base = 0.0, 0
        self._looked = time.monotonic()
        self._inbox = inbox
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        # Whatever cannot be read is the end: without a word of it the parent would wait on.
        with contextlib.suppress(Exception):
            self._skip_to_hello()
            while True:
                self._inbox.put((self, *pickle.load(self._answers)))
        self._inbox.put((self, _GONE, None))

    def _skip_to_hello(self) -> None:
        """Leave out what the start of the interpreter may print, as a sitecustomize can."""
        seen = b""
        while not seen.endswith(HELLO):
            byte = self._answers.read(1)
            if not byte:
                raise EOFError
            seen = seen[-len(HELLO) :] + byte

    def send(self, message: object) -> None:
        """Hand over the setup, or the next task; a process that is gone says so by itself."""
        with contextlib.suppress(OSError):
            pickle.dump(message, self._questions, protocol=pickle.HIGHEST_PROTOCOL)
            self._questions.flush()

    def begin(self, task: Task) -> None:
        """Give a task and start its clock."""
        self.task, self.base, self.spent = task, self._memory(), 0.0
        self._looked = time.monotonic()
        self.stage = TEXT if isinstance(task, TextTask) else FETCH
        self.send(task)

    def enter(self, stage: str) -> None:
        """Note what the process does now; the clock of a file starts when it has been fetched."""
        if self.stage == FETCH:
            self.spent = 0.0
        self.stage = stage

    def over(self, limits: Limits) -> str:
        """Return which limit is broken, or "". Looks at the clock: to be asked often."""
        now = time.monotonic()
        self.spent += min(now - self._looked, _MOST_S)
        self._looked = now
        if self.task is None and self.ready:
            return ""
        patience = max(PATIENCE.get(self.stage, 0.0), limits.seconds)
        if self.spent > patience:
            return SLOW
        grown = self._memory() - self.base if self.ready else 0
        return LARGE if grown > limits.bytes else ""

    def _memory(self) -> int:
        try:
            return psutil.Process(self.process.pid).memory_info().rss
        except psutil.Error:
            return 0

    def end(self) -> str:
        """End the process whatever it does; return how it ended, in words."""
        with contextlib.suppress(OSError):
            self.process.kill() if self.process.poll() is None else None
        code = self.process.wait()
        with contextlib.suppress(OSError):
            self._questions.close()
        self._reader.join()
        self._answers.close()
        self.ended = True
        words = self._last_words()
        self._complaints.close()
        return " ".join(
            filter(None, [f"signal {-code}" if code < 0 else f"exit code {code}", words])
        )

    def _last_words(self) -> str:
        size = self._complaints.seek(0, os.SEEK_END)
        self._complaints.seek(max(0, size - 20_000))
        lines = self._complaints.read().decode(errors="replace").splitlines()
        told = [line for line in lines if _TOLD.match(line)]
        return f"({told[-1][:120]})" if told else ""


class Pool:
    """Some processes that do the same kind of work.

    Parameters
    ----------
    preload : tuple of str
        Modules that every process imports at once.
    """

    def __init__(self, preload: tuple[str, ...] = ()):
        self.preload = preload
        self._inbox: queue.Queue = queue.Queue()
        self._children: list[Child] = []
        self._setup: Setup | None = None
        self._waiting: deque = deque()

    def warm(self) -> None:
        """Start a process that imports already, before it is known what to ask of it."""
        if not self._children:
            self._children.append(Child(self._inbox, self.preload))

    def results(
        self, setup: Setup, tasks: Iterable[Task], count: int, limits: Limits
    ) -> Iterator[Result | Loss]:
        """Do all tasks; yield results and losses as they come, in any order.

        Parameters
        ----------
        setup : Setup
        tasks : iterable of FileTask or TextTask
        count : int
            Processes at most.
        limits : Limits
            What one file may take.

        Raises
        ------
        UserError
            When a process computes wrong numbers.
        """
        self._waiting = deque(tasks)
        self._prepare(setup)
        try:
            while self._waiting or any(child.task for child in self._children):
                self._hire(count, len(self._waiting))
                for child in self._children:
                    self._feed(child)
                yield from self._events(limits)
        finally:
            # Whoever stops listening early does not want what is under way.
            for child in [one for one in self._children if one.task]:
                self._lose(child, DIED)

    def _feed(self, child: Child) -> None:
        """Give a process that is free the next task."""
        if self._waiting and child.ready and child.task is None:
            child.begin(self._waiting.popleft())

    def _prepare(self, setup: Setup) -> None:
        if self._setup is not None and self._setup.key != setup.key:
            self.close()
        fresh = self._setup is None
        self._setup = setup
        for child in self._children if fresh else ():
            child.send(setup)

    def _hire(self, most: int, waiting: int) -> None:
        """Start what is missing: all side by side, since importing takes each some seconds."""
        busy = sum(child.task is not None for child in self._children)
        while len(self._children) < min(most, busy + waiting):
            try:
                child = Child(self._inbox, self.preload)
            except OSError as error:  # no memory, or no more processes allowed
                if self._children:
                    return
                raise UserError(
                    f"No process can be started to read files ({error.strerror or error}).",
                    do="Close other programs, or raise the limit of processes, and run again.",
                ) from error
            child.send(self._setup)
            self._children.append(child)

    def _events(self, limits: Limits) -> Iterator[Result | Loss]:
        with contextlib.suppress(queue.Empty):
            message = self._inbox.get(timeout=_LOOK_S)
            while True:
                yield from self._handle(*message)
                message = self._inbox.get_nowait()
        for child in list(self._children):
            broken = child.over(limits)
            if broken:
                yield self._lose(child, broken)

    def _handle(self, child: Child, kind: str, value: Any) -> Iterator[Result | Loss]:
        if child.ended:
            return
        if kind == WRONG:
            raise wrong_answer(value)
        if kind == READY:
            child.ready, child.stage = True, ""
        elif kind == STAGE:
            child.enter(value)
        elif kind == DONE:
            child.task, child.stage = None, ""
            self._feed(child)  # it works while the result is being stored
            yield value
        elif kind == RAISED:
            loss, child.task = Loss(child.task, RAISED, child.stage, value), None
            self._feed(child)
            yield loss
        elif kind == _GONE:
            yield self._lose(child, DIED)

    def _lose(self, child: Child, kind: str) -> Loss:
        self._children.remove(child)
        detail = child.end()
        return Loss(child.task, kind, child.stage, detail if kind == DIED else "")

    def close(self) -> None:
        """End all processes."""
        children, self._children, self._setup = self._children, [], None
        for child in children:
            child.end()

    def __enter__(self) -> Pool:
        """Return the pool itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End all processes."""
        self.close()


class Kept(Pool):
    """Processes that stay for the next film, with all that they have loaded.

    Whoever keeps them ends them with :meth:`close`; where something went wrong they end at once.
    """

    def __exit__(self, *raised: object) -> None:
        """End all processes where an error came up, and none otherwise."""
        if any(raised):
            self.close()
