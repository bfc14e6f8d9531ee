"""Whose fault is it when a process that reads files dies: the file's, or the environment's?

A film of the project's own is known to be good. Where even that cannot be read, no file is
blamed: the other reader is tried, in one process, and when that fails too the run says what is
installed here.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from typing import cast

from virality.core.errors import UserError
from virality.media.cache import unpack
from virality.media.encoders.canary import libraries
from virality.media.film.frames import READERS
from virality.media.film.probe import size_of
from virality.media.hook.look import without_look
from virality.media.processes.pool import DIED, LARGE, PATIENCE, SLOW, Limits, Loss
from virality.media.processes.tasks import (
    ENCODE,
    FETCH,
    GOOD_FILM,
    HOOK,
    PICTURE,
    READ,
    FileTask,
    Result,
    Task,
    TextTask,
)
from virality.media.processes.worker import START

CRASHED = "Reading this file made the decoder crash."
# After so many losses in a row the environment is looked at once more.
_IN_A_ROW = 5

# Does tasks in so many processes; or, apart, in a process of their own.
Do = Callable[[list[Task], int, bool], Generator[Result | Loss, None, None]]
# How often what is left is begun again before the environment is held to be at fault.
_ROUNDS = 3


class Supervisor:
    """Gets tasks done and finds out why some are not.

    Parameters
    ----------
    do : callable
        Does a list of tasks with so many processes; yields `Result` and `Loss`.
    good : FileTask
        The project's own film, with the encoders and settings of the run.
    limits : Limits
        For what is said.
    announce : callable
        Gets one line when the reader is changed.
    """

    def __init__(
        self, do: Do, good: FileTask, limits: Limits, announce: Callable[[str], None] = print
    ):
        self.do, self.good, self.limits, self.announce = do, good, limits, announce
        self._examined = self._proved = False
        self._last = Loss(None, DIED, START)

    def results(self, tasks: Iterable[Task], count: int) -> Iterator[Result]:
        """Yield a result for every task; one that came to no end says why in `failure`.

        Parameters
        ----------
        tasks : iterable of FileTask or TextTask
        count : int
            Processes.

        Raises
        ------
        UserError
            When it is the environment that fails.
        """
        left = {_name(task): task for task in tasks}
        lost: list[Loss] = []
        for number in range(_ROUNDS):
            yield from self._round(left, lost, count if number == 0 else 1)
            if not left:
                break
        else:
            raise self._environment(self._last)
        for loss in lost:
            yield self._again(loss)

    def _round(self, left: dict[object, Task], lost: list[Loss], count: int) -> Iterator[Result]:
        """Do what is left; end early when it has to be begun again with another reader."""
        in_a_row = 0
        with closing(self.do(list(left.values()), count, False)) as outcomes:
            for outcome in outcomes:
                in_a_row = 0 if isinstance(outcome, Result) else in_a_row + 1
                doubt = self._doubt(outcome, in_a_row)
                if doubt is not None:
                    self._last, reader = doubt, self._working_reader(doubt)
                    if reader != self.good.reader or not _of_a_file(doubt):
                        self._switch(left, reader)
                        return
                del left[_name(outcome.task)]
                if isinstance(outcome, Result):
                    yield outcome
                else:
                    lost.append(outcome)

    def _doubt(self, outcome: Result | Loss, in_a_row: int) -> Loss | None:
        """Return what makes it needful to look at the environment before a file is suspected."""
        if isinstance(outcome, Result):
            return self._first_unreadable(outcome)
        known = self._examined and in_a_row % _IN_A_ROW != 0 and _of_a_file(outcome)
        return None if known else outcome

    def _first_unreadable(self, result: Result) -> Loss | None:
        """Return a film that cannot be read, as a loss, while none has been and all are doubtful.

        A library that opens nothing here raises nothing either: it calls every file damaged.
        """
        if self._proved or self._examined or "media" not in result.entries:
            return None
        problem = _problem(result)
        self._proved = not problem
        return Loss(result.task, "", READ, problem.rstrip(".")) if problem else None

    def _switch(self, left: dict[object, Task], reader: str) -> None:
        if reader != self.good.reader:
            self.announce(
                f"{self.good.reader} does not come to an end here, not even with a film that is "
                f"known to be good; {reader} reads instead, in one process."
            )
        self.good = replace(self.good, reader=reader)
        for name, task in left.items():
            if isinstance(task, FileTask):
                left[name] = replace(task, reader=reader)

    def _working_reader(self, loss: Loss) -> str:
        """Return the reader that comes through with the good film, the present one first."""
        self._examined = True
        present = self.good.reader
        # No reader is at work yet while a process starts.
        others = [one for one in READERS if one != present and loss.stage != START]
        for reader in (present, *others):
            if self._alone_is_good(replace(self.good, reader=reader)):
                return reader
        raise self._environment(loss)

    def _alone_is_good(self, task: FileTask) -> bool:
        outcome = self._alone(task)
        if not isinstance(outcome, Result) or outcome.failure:
            return False
        return not _problem(outcome, ("problem", "picture_problem", "sound_problem"))

    def _alone(self, task: FileTask) -> Result | Loss:
        with closing(self.do([task], 1, True)) as outcomes:
            return next(outcomes)

    def _again(self, loss: Loss) -> Result:
        """Try a lost file once more by itself, then with the other reader; else say what it was."""
        task = cast("FileTask", loss.task)
        others = [one for one in READERS if one != self.good.reader]
        readers = [self.good.reader] * (loss.kind == DIED) + others * (loss.stage == PICTURE)
        for reader in readers:
            outcome = self._alone(replace(task, reader=reader))
            if isinstance(outcome, Result) and not (
                outcome.failure or _problem(outcome, ("picture_problem",))
            ):
                return replace(outcome, task=task)
        if loss.stage == HOOK:
            return self._without_look(task, loss)
        return Result(task, failure=self._words(loss))

    def _without_look(self, task: FileTask, loss: Loss) -> Result:
        """Read a file whose facts cannot be found without bringing the process down."""
        wants = tuple(what for what in task.wants if what != "hook")
        outcome = self._alone(replace(task, reader=self.good.reader, wants=wants))
        if not isinstance(outcome, Result) or outcome.failure:
            return Result(task, failure=self._words(loss))
        outcome.entries["hook"] = without_look(self._words(loss))
        return replace(outcome, task=task)

    def _words(self, loss: Loss) -> str:
        if loss.kind == SLOW and loss.stage == FETCH:
            return f"Fetching this file took longer than {PATIENCE[FETCH]:g} s and was stopped."
        if loss.kind == SLOW:
            return f"Reading this file took longer than {self.limits.seconds:g} s and was stopped."
        if loss.kind == LARGE:
            return f"Reading this file took more than {size_of(self.limits.bytes)} of memory."
        if loss.kind == DIED:
            measured = loss.stage in (HOOK, ENCODE)
            return "Measuring this file made the process crash." if measured else CRASHED
        return f"Reading this file failed ({loss.detail})."

    def _environment(self, loss: Loss) -> UserError:
        what = {
            START: "The encoders cannot be loaded in a process of their own",
            ENCODE: "Encoding fails",
        }.get(loss.stage, "No film can be read")
        tried = "with either reader and in one process, not even with a film known to be good"
        if isinstance(loss.task, TextTask):
            what, tried = "Captions cannot be encoded", "not even in one process"
        elif loss.stage == START:
            tried = "a second time neither"
        how = ", ".join(filter(None, [loss.kind, loss.detail]))
        return UserError(
            f"{what} here ({how}), {tried}. So no file is at fault. Installed here: {libraries()}.",
            do="Make the environment anew (delete .venv, then: make setup), set encoders=classic, "
            "or leave the videos out for now.",
        )


def _name(task: Task | None) -> object:
    return task.address if isinstance(task, FileTask) else task


def _of_a_file(loss: Loss) -> bool:
    """Whether a file was under way; captions and starting up cannot be a file's fault."""
    return isinstance(loss.task, FileTask) and loss.stage != START


def _problem(result: Result, kinds: tuple[str, ...] = ("problem", "picture_problem")) -> str:
    """Return the first thing that is wrong with a film, of some kinds; "" when nothing is."""
    if "media" not in result.entries:
        return ""
    facts = unpack(result.entries["media"]["values"])["facts"]
    return next((facts[kind] for kind in kinds if facts[kind]), "")


def good_film(like: FileTask) -> FileTask:
    """Return the task of the project's own film, read and encoded like the files of a run."""
    return replace(
        like, address=GOOD_FILM, signature=(), content="good", wants=("media", "vision", "audio")
    )
