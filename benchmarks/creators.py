"""Seconds and peak memory of `virality evaluate`: many creators, and one with very many posts.

    python benchmarks/creators.py                    100 of 300 posts, one of 10,000; two processes
    python benchmarks/creators.py --creators 1000    about twenty minutes
    python benchmarks/creators.py --cluster          also on local Dask workers, one and two

Simulated creators whose captions say something, all models, no films. Memory is the sum over the
process and its children; the goals are those of the project, and hold for two free cores.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from stages import measure

from virality.book.evaluating import Task, evaluate
from virality.creators.evaluate.settings import Settings
from virality.demo.posts import simulate_creator

HEAD = f"{'creators':>8} {'posts':>6} {'on':<22}{'s':>8}{'goal':>7}{'cpu s':>8}{'MB':>7}{'goal':>7}"


@dataclass(frozen=True)
class Case:
    """So many creators of so many posts, and what they may take in s and MB."""

    creators: int
    posts: int
    seconds: float
    memory: float


def goals(creators: int, posts: int) -> Case:
    """100 creators of 300 posts in 120 s, 1,000 in 20 minutes and 1 GB; 10,000 posts in 2 GB."""
    if creators == 1:
        return Case(creators, posts, 120 * posts / 10_000, 2000)
    return Case(creators, posts, 1.2 * creators * posts / 300, 1000)


def write_posts(folder: Path, case: Case) -> Path:
    """A dataset of one file for every twenty creators."""
    place = folder / f"{case.creators} of {case.posts}"
    place.mkdir()
    for first in range(0, case.creators, 20):
        seeds = range(first, min(first + 20, case.creators))
        posts = pd.concat([one(case.posts, seed) for seed in seeds], ignore_index=True)
        posts.to_parquet(place / f"{first:05d}.parquet")
    return place


def one(n_posts: int, seed: int) -> pd.DataFrame:
    """Tidy posts of one creator."""
    posts, author = simulate_creator(n_posts, seed), f"creator{seed:05d}"
    return posts.assign(author=author, post_id=author + "_" + posts["post_id"])


def report(case: Case, posts: Path, name: str, **where) -> float:
    """Print one line; return the seconds."""
    out = posts.with_name(f"results of {posts.name}")
    task = Task(posts=[str(posts)], out=str(out), settings=Settings(), **where)
    before = processor_seconds()
    meter = measure(lambda: evaluate(task))
    spent = processor_seconds() - before
    print(
        f"{case.creators:>8} {case.posts:>6} {name:<22}{meter.seconds:>8.1f}{case.seconds:>7.0f}"
        f"{spent:>8.1f}{meter.peak_mb:>7,.0f}{case.memory:>7,.0f}",
        flush=True,
    )
    return meter.seconds


def on_cluster(case: Case, posts: Path) -> None:
    """The same on one worker and on two, and how much faster two are."""
    from dask.distributed import LocalCluster

    seconds = {}
    for workers in (1, 2):
        name = f"dask, {workers} worker{'s' * (workers - 1)}"
        with LocalCluster(workers, threads_per_worker=1, dashboard_address=None) as cluster:
            seconds[workers] = report(case, posts, name, scheduler=cluster.scheduler_address)
    print(f"{'':>16}two workers are {seconds[1] / seconds[2]:.2f} times as fast as one", flush=True)


def processor_seconds() -> float:
    """Seconds of processor of this process and of the children that have ended."""
    mine, children = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in (mine, children))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--creators", type=int, default=100, help="0 leaves them out")
    parser.add_argument("--posts", type=int, default=300, help="of each creator")
    parser.add_argument("--long", type=int, default=10_000, help="posts of one; 0 leaves it out")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--cluster", action="store_true")
    options = parser.parse_args()
    print(HEAD)
    with tempfile.TemporaryDirectory() as folder:
        for creators, n_posts in ((options.creators, options.posts), (1, options.long)):
            if creators and n_posts:
                case = goals(creators, n_posts)
                posts = write_posts(Path(folder), case)
                report(case, posts, f"{options.jobs} processes", jobs=options.jobs)
                if options.cluster and creators > 1:
                    on_cluster(case, posts)


if __name__ == "__main__":
    main()
