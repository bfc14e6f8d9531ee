"""How benchmarks ask simulated creators: the same question of each, part by part, and printed."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

WORST, MEAN = 7.0, 5.0  # % of creators to whom something may be claimed where nothing is


@dataclass(frozen=True)
class Creators:
    """Simulated creators, a seed each; seeds are fixed, so that the numbers come again."""

    n: int = 300
    first_seed: int = 0
    jobs: int = 1

    def each(self, cell: Callable, *arguments) -> list:
        """What `cell(seed, *arguments)` says about every creator."""

        def one(seed: int):
            with threadpool_limits(1):
                return cell(seed, *arguments)

        seeds = range(self.first_seed, self.first_seed + self.n)
        return Parallel(self.jobs)(delayed(one)(seed) for seed in seeds)

    def rows(self, cell: Callable, *arguments) -> pd.DataFrame:
        """The same as a table, a row a creator."""
        return pd.DataFrame(self.each(cell, *arguments))

    def times(self, factor: float) -> Creators:
        """More of them for what takes no time, or fewer for what takes long."""
        return replace(self, n=max(1, round(factor * self.n)))


#: A part of a benchmark prints its tables.
Part = Callable[[Creators], None]


def arguments(doc: str, parts: Sequence[str], usual: Creators) -> argparse.ArgumentParser:
    """The command line that such benchmarks have in common."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("--creators", type=int, default=usual.n, help="a row")
    parser.add_argument("--first-seed", type=int, default=usual.first_seed)
    parser.add_argument("--jobs", type=int, default=usual.jobs)
    parser.add_argument("--only", nargs="*", choices=list(parts), default=list(parts))
    return parser


def ask(parts: Mapping[str, Part], options: argparse.Namespace) -> None:
    """Print the parts that were asked for, each with its seconds."""
    creators = Creators(options.creators, options.first_seed, options.jobs)
    for name in options.only:
        start = time.perf_counter()
        print(f"\n{name}: {creators.n} creators a row, from seed {creators.first_seed} on")
        parts[name](creators)
        print(f"({time.perf_counter() - start:.0f} s)", flush=True)


def show(words: str, rows: Mapping, digits: int = 1, mean: bool = True) -> pd.DataFrame:
    """Print a table, a row a key, and the mean of all rows below it."""
    table = pd.DataFrame(rows).T
    below = [table, table.mean().to_frame("mean").T] if mean else [table]
    print(f"\n{words}")
    print(pd.concat(below).round(digits).to_string(), flush=True)
    return table


def show_false(words: str, rows: Mapping) -> None:
    """Print what was claimed where nothing is, in % of creators, and whether that is rare enough.

    Rows are worlds and columns numbers of posts.
    """
    table = show(words, rows)
    worst, mean = table.max(axis=None), table.mean(axis=None)
    held = "kept" if worst <= WORST and mean <= MEAN else "NOT KEPT"
    print(
        f"at worst {worst:.1f} (at most {WORST:.0f}), in the mean {mean:.1f} ({MEAN:.0f}): {held}"
    )
