"""Seconds and peak memory of `virality evaluate`: many creators, and one with very many posts.

    python benchmarks/creators.py [--creators 100] [--posts 300] [--long 10000] [--jobs 2]

Simulated creators, without media. Memory is the sum over the process and its children.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
from pathlib import Path

import pandas as pd
from stages import measure

from virality.book.evaluating import Task, evaluate
from virality.creators.evaluate.settings import Settings
from virality.demo.posts import simulate_creator


def table(creators: int, n_posts: int) -> pd.DataFrame:
    """Tidy posts of so many creators."""
    parts = []
    for seed in range(creators):
        posts = simulate_creator(n_posts, seed)
        author = f"creator{seed:03d}"
        parts.append(posts.assign(author=author, post_id=author + "_" + posts["post_id"]))
    return pd.concat(parts, ignore_index=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--creators", type=int, default=100)
    parser.add_argument("--posts", type=int, default=300)
    parser.add_argument("--long", type=int, default=10_000)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for creators, n_posts in ((options.creators, options.posts), (1, options.long)):
            if creators and n_posts:
                report(Path(folder), creators, n_posts, options.jobs)


def report(folder: Path, creators: int, n_posts: int, jobs: int) -> None:
    """Print one line."""
    path = folder / "posts.parquet"
    table(creators, n_posts).to_parquet(path)
    before = processor_seconds()
    task = Task(posts=[str(path)], out=str(folder / "results"), settings=Settings(), jobs=jobs)
    meter = measure(lambda: evaluate(task))
    spent = processor_seconds() - before
    print(
        f"{creators:4d} creators of {n_posts:6,d} posts, {jobs} jobs: {meter.seconds:7.1f} s, "
        f"{spent:7.1f} s of processor, peak {meter.peak_mb:6,.0f} MB",
        flush=True,
    )


def processor_seconds() -> float:
    """Seconds of processor of this process and of the children that have ended."""
    mine, children = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in (mine, children))


if __name__ == "__main__":
    main()
