"""Seconds and peak memory of every stage of a report, cold and cached.

    python benchmarks/stages.py                       140 and 1,000 posts, with videos
    python benchmarks/stages.py --sizes 140 --no-videos

Everything is made in a scratch folder and removed afterwards. Memory is the sum over the
process and its children, sampled ten times a second.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import psutil

from virality.book import params, quarto, runner, session
from virality.book.publish import publish
from virality.book.request import Request
from virality.core.chapters import book
from virality.core.paths import Inputs, Run
from virality.demo.creator import ensure_demo

COLUMNS = f"{'posts':>6} {'stage':<18}{'cold s':>9}{'peak MB':>9}{'cached s':>10}"


class Meter:
    """Wall time and the peak of the resident memory of this process tree."""

    def __init__(self):
        self.seconds = self.peak_mb = 0.0

    @contextmanager
    def running(self):
        done = threading.Event()
        sampler = threading.Thread(target=self._sample, args=(done,), daemon=True)
        start = time.perf_counter()
        sampler.start()
        try:
            yield self
        finally:
            self.seconds = time.perf_counter() - start
            done.set()
            sampler.join()

    def _sample(self, done: threading.Event) -> None:
        me = psutil.Process()
        while not done.is_set():
            total = 0
            for process in [me, *me.children(recursive=True)]:
                try:
                    total += process.memory_info().rss
                except psutil.Error:
                    continue
            self.peak_mb = max(self.peak_mb, total / 1e6)
            done.wait(0.1)


def measure(work) -> Meter:
    meter = Meter()
    with meter.running():
        work()
    return meter


def stages(run: Run, size: int, videos: bool):
    """Yield a name and a call per stage; called once cold and once cached."""
    demo = run.folder / "demo"

    def make():
        files = ensure_demo(demo, size, videos=videos)
        inputs = Inputs(str(files.posts), str(files.videos) if videos else "", simulated=True)
        run.save(inputs=inputs)

    yield "demo files", make
    for spec in book():
        yield (
            spec.slug,
            lambda slug=spec.slug: runner.execute(
                run, {"encoders": "classic"}, until=slug, progress=False
            ),
        )
    kind = "Quarto site" if quarto.find() else "plain site"
    yield kind, lambda: publish(run, "Benchmark", private=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[140, 1000])
    parser.add_argument("--no-videos", action="store_true")
    options = parser.parse_args()
    params.known()
    print(COLUMNS)
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            run = Run.at(Path(folder) / "benchmark")
            report(run, size, not options.no_videos)


def report(run: Run, size: int, videos: bool) -> None:
    cold = {name: measure(work) for name, work in stages(run, size, videos)}
    cached = {name: measure(work) for name, work in stages(run, size, videos)}
    for name, meter in cold.items():
        row = f"{meter.seconds:>9.1f}{meter.peak_mb:>9.0f}{cached[name].seconds:>10.2f}"
        print(f"{size:>6} {name:<18}{row}")
    total = sum(meter.seconds for meter in cold.values())
    session.report(request(run), where=run)  # records what only a session does
    again = measure(lambda: session.report(request(run), where=run))
    print(f"{size:>6} {'all':<18}{total:>9.1f}{'':>9}{again.seconds:>10.2f}", flush=True)


def request(run: Run) -> Request:
    return Request(name=run.name, given={"encoders": "classic"}, progress=False, simulate=True)


if __name__ == "__main__":
    main()
