"""Files that kill, stall or bloat their reader, and environments that do."""

import os
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from media_files import encode
from virality.core.errors import UserError
from virality.media.cache import pack
from virality.media.encoders.canary import Record, wrong_arithmetic
from virality.media.encoders.classic import CLASSIC
from virality.media.hook import look
from virality.media.match import signature
from virality.media.processes import parallel, pool, supervision, tasks
from virality.media.processes.pool import Limits, Loss
from virality.media.processes.tasks import FileTask, Result
from virality.media.processes.worker import Setup
from virality.media.settings import Workers

WANTS = ("media", "vision", "audio")


class Trap(tuple):
    """What is wanted of a file; a process that asks comes to harm, this one does not."""

    def __new__(cls, how, survivor=None):
        """Remember the harm and which process is spared."""
        made = super().__new__(cls, WANTS)
        made.how, made.survivor = how, survivor or os.getpid()
        return made

    def __reduce__(self):
        return Trap, (self.how, self.survivor)

    def __iter__(self):
        if os.getpid() != self.survivor:
            HARM[self.how]()
        return super().__iter__()


def _grow():
    held = []
    while True:
        held.append(np.ones(10_000_000))
        time.sleep(0.01)


def _hang():
    while True:
        time.sleep(1)  # as a decoder that waits for itself; a busy one would slow other tests


def _raise():
    raise RuntimeError("no such thing")


HARM = {"crash": lambda: os.kill(os.getpid(), 11), "hang": _hang, "grow": _grow, "raise": _raise}


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return encode(tmp_path_factory.mktemp("film") / "1.mp4", fps=10, seconds=1.0)


@pytest.fixture(scope="module")
def setup(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cache")
    answers = {part: Record(folder, CLASSIC, part).answer for part in ("vision", "audio")}
    return Setup((CLASSIC,), {CLASSIC.fingerprint: answers})


def task(film, **changes):
    plain = FileTask(str(film), signature(film), "", WANTS, CLASSIC, CLASSIC, 1.0, 2.0)
    return replace(plain, **changes)


def run_all(some, setup, **limits):
    limits = Limits(**({"seconds": 20.0, "bytes": 400_000_000} | limits))
    workers = Workers(2, progress=False, announce=[].append)
    return {one.task.address: one for one in parallel.parallel_map(some, setup, workers, limits)}


@pytest.mark.slow
def test_each_harm_costs_one_file_and_is_told(tmp_path, film, setup):
    several = []
    for name in ("a", "crash", "b", "hang", "grow", "raise", "c"):
        copy = tmp_path / f"{name}.mp4"
        copy.write_bytes(film.read_bytes())
        harm = {"wants": Trap(name)} if name in HARM else {}
        several.append(task(copy, content=name, **harm))
    found = run_all(several, setup, seconds=4.0)
    told = {os.path.basename(address)[:-4]: one.failure for address, one in found.items()}
    assert told == {
        "a": "",
        "b": "",
        "c": "",
        "crash": supervision.CRASHED,
        "hang": "Reading this file took longer than 4 s and was stopped.",
        "grow": "Reading this file took more than 400.0 MB of memory.",
        "raise": "Reading this file failed (RuntimeError: no such thing).",
    }


class Scripted:
    """Stands for the processes: what becomes of a task is decided by a function."""

    def __init__(self, outcome):
        self.outcome, self.asked = outcome, []

    def __call__(self, tasks, count, apart):
        for one in tasks:
            self.asked.append((one.address, one.reader, count, apart))
            yield self.outcome(one)


def good(one):
    facts = {"problem": "", "picture_problem": "", "sound_problem": "", "n_frames": 1}
    return Result(one, "c", {"media": {"values": pack({"facts": facts})}})


def supervise(outcome, some, lines=None):
    script = Scripted(outcome)
    say = [].append if lines is None else lines.append
    supervisor = supervision.Supervisor(script, supervision.good_film(some[0]), Limits(), say)
    return list(supervisor.results(some, 4)), script.asked


def many(film, count=6):
    return [task(film, address=f"{number}.mp4") for number in range(count)]


def test_an_environment_that_kills_every_reader_blames_no_file(film):
    with pytest.raises(UserError, match="no file is at fault") as told:
        supervise(lambda one: Loss(one, pool.DIED, tasks.PICTURE, "signal 11"), many(film))
    assert "signal 11" in str(told.value) and "Installed here: av " in str(told.value)


def test_an_environment_in_which_one_reader_dies_uses_the_other_in_one_process(film):
    def outcome(one):
        bad = one.reader == "pyav"
        return Loss(one, pool.DIED, tasks.PICTURE, "signal 11") if bad else good(one)

    lines = []
    results, asked = supervise(outcome, many(film), lines)
    assert Counter(one.failure for one in results) == {"": 6}
    assert {reader for address, reader, *_ in asked if address == "5.mp4"} == {"decord"}
    assert [count for *_, count, apart in asked if not apart] == [4, 1, 1, 1, 1, 1, 1]
    assert "decord reads instead" in lines[0] and len(lines) == 1


def test_a_film_that_one_reader_cannot_read_is_read_by_the_other(film):
    def outcome(one):
        bad = one.address == "3.mp4" and one.reader == "pyav"
        return Loss(one, pool.SLOW, tasks.PICTURE) if bad else good(one)

    results, asked = supervise(outcome, many(film))
    assert Counter(one.failure for one in results) == {"": 6}
    assert [reader for address, reader, *_ in asked if address == "3.mp4"] == ["pyav", "decord"]
    assert {one.task.address for one in results} == {f"{number}.mp4" for number in range(6)}


@pytest.mark.parametrize("kind", [pool.DIED, pool.SLOW, pool.LARGE])
def test_a_film_that_brings_a_finder_down_keeps_all_but_its_facts(film, kind):
    def outcome(one):
        bad = one.address == "3.mp4" and "hook" in one.wants
        return Loss(one, kind, tasks.HOOK) if bad else good(one)

    some = [replace(one, wants=(*WANTS, "hook")) for one in many(film)]
    results, _ = supervise(outcome, some)
    assert Counter(one.failure for one in results) == {"": 6}
    (hurt,) = [one for one in results if one.task.address == "3.mp4"]
    assert hurt.task.wants == (*WANTS, "hook") and "media" in hurt.entries
    facts, lines = look.found(hurt.entries["hook"])
    assert (facts, lines) == ({}, []) and look.reasons(hurt.entries["hook"])[1]["all"]


def test_a_process_that_cannot_start_is_no_files_fault(film):
    with pytest.raises(UserError, match="encoders cannot be loaded"):
        supervise(lambda one: Loss(None, pool.DIED, "start", "exit code 1"), many(film))


def unreadable(one):
    facts = {"problem": "The file is damaged.", "picture_problem": "", "sound_problem": ""}
    return Result(one, "c", {"media": {"values": pack({"facts": facts})}})


def test_an_environment_that_calls_every_file_damaged_blames_no_file(film):
    with pytest.raises(UserError, match="no file is at fault") as told:
        supervise(unreadable, many(film))
    assert "No film can be read here (The file is damaged)" in str(told.value)


def test_a_first_file_that_is_damaged_is_told_and_the_good_film_asked_once(film):
    results, asked = supervise(
        lambda one: unreadable(one) if one.address in ("0.mp4", "1.mp4") else good(one), many(film)
    )
    assert len(results) == 6
    assert [address for address, *_, apart in asked if apart] == [tasks.GOOD_FILM]


def test_a_process_that_does_not_start_is_tried_twice_only(film):
    asked = []

    def outcome(one):
        asked.append(one.address)
        return Loss(None, pool.SLOW, "start")

    with pytest.raises(UserError, match="a second time neither"):
        supervise(outcome, many(film))
    assert asked == ["0.mp4", tasks.GOOD_FILM]


def test_a_download_that_takes_too_long_is_told_as_such(film):
    def outcome(one):
        return Loss(one, pool.SLOW, tasks.FETCH) if one.address == "0.mp4" else good(one)

    results, _ = supervise(outcome, many(film))
    told = {one.task.address: one.failure for one in results}
    assert told["0.mp4"] == "Fetching this file took longer than 600 s and was stopped."


@pytest.mark.slow
def test_what_a_start_prints_comes_not_between_the_messages(tmp_path, film, setup, monkeypatch):
    (tmp_path / "sitecustomize.py").write_text("import os\nos.write(1, b'hello ' * 99)\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert [one.failure for one in run_all([task(film)], setup).values()] == [""]


def test_time_in_which_nobody_looked_counts_little(film, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(pool.time, "monotonic", lambda: now[0])
    child = pool.Child(pool.queue.Queue())
    try:
        child.ready, child.stage = True, tasks.PICTURE
        child.task = task(film)
        now[0] += 10_000.0  # the computer slept
        assert child.over(Limits(60.0)) == ""
        for _ in range(61):
            now[0] += 1.0
            told = child.over(Limits(60.0))
        assert told == pool.SLOW
    finally:
        child.end()


def test_a_process_that_cannot_be_made_is_told(film, setup, monkeypatch):
    def refuse(*_, **__):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(pool.subprocess, "Popen", refuse)
    with pytest.raises(UserError, match="No process can be started"):
        run_all([task(film)], setup)


def test_starting_many_may_fail_where_starting_one_does_not(film):
    crowded = [True]

    def outcome(one):
        if crowded and one.address == "2.mp4":
            crowded.clear()
            return Loss(None, pool.DIED, "start", "signal 9")
        return good(one)

    results, asked = supervise(outcome, many(film))
    assert {one.task.address for one in results} == {f"{number}.mp4" for number in range(6)}
    assert asked[-1][2] == 1


@pytest.mark.slow
def test_wrong_numbers_in_a_worker_stop_everything(film, setup):
    wrong = {
        part: np.roll(one, 1, axis=-1) for part, one in setup.expected[CLASSIC.fingerprint].items()
    }
    ailing = Setup(setup.recipes, {CLASSIC.fingerprint: wrong})
    with pytest.raises(UserError, match="the vectors of classic"):
        run_all([task(film)], ailing)


def test_arithmetic_that_somebody_took_over_is_noticed(monkeypatch):
    assert wrong_arithmetic() == []
    torch = pytest.importorskip("torch")
    real = torch.Tensor.__matmul__
    monkeypatch.setattr(torch.Tensor, "__matmul__", lambda one, other: real(one, other) * 1.5)
    assert wrong_arithmetic() == ["torch in float32", "torch in float64"]


def test_the_good_film_is_what_its_maker_makes(tmp_path):
    from importlib.resources import files

    import good_film
    from virality.media.film.frames import read_frames
    from virality.media.film.probe import probe

    made = tmp_path / "made.mp4"
    good_film.make(made)
    shipped = files("virality.media.processes") / "good_film.mp4"
    one, other = (read_frames(path, probe(path), 1.0, 10.0, 64) for path in (made, shipped))
    assert not one.problem and not other.problem
    truth = good_film.pictures()
    for frames in (one, other):
        assert np.abs(frames.images.astype(int) - truth).mean() < 6


REAL_TIME = """
import os, sys
from virality.media.processes.worker import take_turns
try:
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
except PermissionError:
    sys.exit(77)
take_turns()
assert os.sched_getscheduler(0) == os.SCHED_OTHER
"""


@pytest.mark.skipif(not hasattr(os, "SCHED_FIFO"), reason="no real-time scheduling here")
def test_a_stuck_process_lets_its_watcher_run():
    paths = os.pathsep.join(path for path in sys.path if path)
    done = subprocess.run([sys.executable, "-c", REAL_TIME], env=os.environ | {"PYTHONPATH": paths})
    if done.returncode == 77:
        pytest.skip("real-time scheduling is not for this user")
    assert done.returncode == 0


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the parent's end is noticed on Linux")
def test_no_process_outlives_the_pool(film, setup):
    import psutil

    before = {one.pid for one in psutil.Process().children(recursive=True)}
    run_all([task(film)], setup)
    after = {one.pid for one in psutil.Process().children(recursive=True)}
    assert after <= before
