"""A process that reads media files, one at a time, for another one.

It is started as ``python -m virality.media.processes.worker``; messages are pickled between the two
processes over its standard input and output. Before its first file it answers the canary's
question, and after every file arithmetic is asked once more: a wrong answer is reported instead
of a result.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from virality.media.encoders.base import RATE, Recipe

# What a worker says, each with one value.
READY, STAGE, DONE, WRONG, RAISED = "ready", "stage", "done", "wrong", "raised"
START = "start"  # the stage before a worker's first file
# Comes before the first message; what was printed until then is none.
HELLO = b"\0virality worker\0"


@dataclass(frozen=True)
class Setup:
    """What a worker has to know before its first file.

    Parameters
    ----------
    recipes : tuple of Recipe
        The encoders that it will use; () when it only decodes.
    expected : dict of str to (dict of str to ndarray)
        Their answers to the canary's question, by fingerprint, computed by another process.
    """

    recipes: tuple[Recipe, ...] = ()
    expected: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def key(self) -> tuple:
        """What makes two setups the same."""
        return self.recipes, tuple(sorted(self.expected))


def main() -> None:
    """Serve tasks from standard input until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent, who ends us
    take_turns()
    # What libraries print must never come between the messages.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    answers.write(HELLO)

    def say(kind: str, value: object) -> None:
        pickle.dump((kind, value), answers, protocol=pickle.HIGHEST_PROTOCOL)
        answers.flush()

    threading.Thread(target=_leave_with, args=(os.getppid(),), daemon=True).start()
    _preload(sys.argv[1:])
    try:
        _serve(sys.stdin.buffer, say)
    except (EOFError, BrokenPipeError):
        return  # the parent is gone


def take_turns() -> None:
    """Give up real-time scheduling: a decoder that is stuck must let its watcher run."""
    real_time = {getattr(os, "SCHED_FIFO", None), getattr(os, "SCHED_RR", None)} - {None}
    if real_time and os.sched_getscheduler(0) in real_time:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def _leave_with(parent: int) -> None:
    """End this process when its parent is gone, also from inside a decoder that never returns."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def _preload(names: list[str]) -> None:
    """Import what will be needed while the parent is still finding out what to ask."""
    import importlib

    import numpy as np

    from virality.core import compiled
    from virality.media.film import energy
    from virality.media.processes import tasks  # noqa: F401

    for name in names:
        importlib.import_module(name)
    # The first sound that is measured loads compiled code; nothing is compiled here.
    if compiled.VARIABLE in os.environ:
        energy.of_sound(np.zeros(RATE, np.float32), 1.0)


def _serve(questions: BinaryIO, say: Callable[[str, object], None]) -> None:
    from virality.media.encoders import canary

    setup: Setup = pickle.load(questions)
    wrong = canary.wrong_here(setup.recipes, setup.expected)
    say(*((WRONG, wrong) if wrong else (READY, None)))
    while True:
        task = pickle.load(questions)
        say(*_do(task, lambda stage: say(STAGE, stage)))


def _do(task: Any, tell: Callable[[str], None]) -> tuple[str, object]:
    from virality.media.encoders import canary
    from virality.media.processes import tasks

    try:
        result = tasks.run(task, tell)
    except Exception as error:  # whatever a library raises: the parent finds out whose fault it is
        return RAISED, f"{type(error).__name__}: {error}".splitlines()[0][:200]
    wrong = canary.wrong_arithmetic()
    return (WRONG, wrong) if wrong else (DONE, result)


if __name__ == "__main__":
    main()
