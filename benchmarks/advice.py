"""Does advice claim what is not there, and does it find what is?  Simulated creators, printed.

    python benchmarks/advice.py [--creators 300] [--jobs 2] [--only experiments ...]

Seeds are fixed: the same numbers every time.  A small version of each table is a test.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

import virality as vi
from virality.advice.experiments import sequential
from virality.advice.experiments.judge import Judgement, Outcome
from virality.advice.experiments.plan import order
from virality.demo.courses import level_course, spread_course, with_memory
from virality.demo.follower import follow_plan
from virality.demo.worlds import MEMORY, TAIL, VIRAL_CHANCE, VIRAL_SIZE, World, simulate_world
from virality.models.level import robust_spread

FIRST_SEED = 7000
SPREAD = 1.2  # of a post's own log views
#: name -> level and luck of the account
WORLDS = {
    "white": ("white", "t"),
    "AR .5": ("ar", "t"),
    "AR .8": ("ar8", "t"),
    "walk": ("walk", "t"),
    "jump": ("jump", "t"),
    "spread": ("spread", "t"),
    "viral": ("white", "viral"),
}
BEFORE = 80  # posts before a plan
SIZES = (12, 24, 40, 60, 100)  # posts of a plan
FACTORS = (1.2, 1.5, 2.0, 3.0, 6.0)
DECIDED = (Outcome.FOR_A, Outcome.FOR_B)


def run(cell: Callable, creators: int, jobs: int, arguments: tuple) -> pd.DataFrame:
    """The same cell for many creators, a row each."""
    seeds = range(FIRST_SEED, FIRST_SEED + creators)
    rows = Parallel(jobs)(delayed(cell)(seed, *arguments) for seed in seeds)
    return pd.DataFrame(rows)


def followed(seed: int, world: str, n: int, factor: float, untouched=()) -> Judgement:
    """A creator who follows a plan, judged when all of it is there."""
    level, luck = WORLDS[world]
    account = World(n=BEFORE + n, level=level, level_size=1.0, luck=luck, spread=SPREAD)
    posts, _ = simulate_world(account, [seed, n, list(WORLDS).index(world)])
    past = posts.iloc[:BEFORE]
    start = (past["posted_at"].max() + pd.Timedelta(days=1)).date()
    plan = vi.plan("a", past, n_posts=n, start=start, seed=seed, untouched=untouched)
    return vi.judge(plan, follow_plan(plan.table(), posts, factor))


def experiment_cell(seed: int, world: str, n: int, factor: float, untouched=()) -> dict:
    """One creator: what the experiment says, after how many posts, and whether it is right."""
    found = followed(seed, world, n, factor, untouched)
    decided = found.outcome in DECIDED
    return {
        "decided": float(decided),
        "right": float(found.outcome is (Outcome.FOR_A if factor > 1 else Outcome.FOR_B)),
        "held": float(found.low <= factor <= found.high),
    }


def log_views(world: str, n: int, rng: np.random.Generator) -> np.ndarray:
    """What `simulate_world` makes of level and luck, without captions and clocks."""
    level, luck = WORLDS[world]
    if luck == "viral":
        extra = (rng.random(n) < VIRAL_CHANCE) * rng.exponential(VIRAL_SIZE, n)
        own = rng.standard_normal(n) + extra
        own /= np.sqrt(1 + VIRAL_CHANCE * (2 - VIRAL_CHANCE) * VIRAL_SIZE**2)
    else:
        own = rng.standard_t(TAIL, n) / np.sqrt(TAIL / (TAIL - 2))
    own = with_memory(own, MEMORY[level]) if level in MEMORY else own
    return SPREAD * (level_course(level, n, rng) + own * spread_course(level, n))


def power_cell(seed: int, world: str, n: int) -> dict[tuple[float, str], float]:
    """One account without an effect and with effects of all sizes, which only shift."""
    rng = np.random.default_rng([seed, n, list(WORLDS).index(world)])
    y = log_views(world, BEFORE + n, rng)
    scale = float(robust_spread(np.diff(y[:BEFORE])))
    first = np.array([pair == "A" for pair in order(seed, n // 2)[::2]])
    plain = np.where(first, 1, -1) * (y[BEFORE::2] - y[BEFORE + 1 :: 2])
    rows = {}
    for factor in (1.0, *FACTORS):
        difference = plain + np.log(factor)
        looks = sequential.running(difference, scale, n // 2)
        crossed = looks["crossed"].to_numpy()
        stop = int(np.argmax(crossed)) + 1 if crossed.any() else len(crossed)
        low, high = sequential.repeated_interval(difference[:stop], scale, n // 2)
        rows[factor, "decided"] = float(crossed.any())
        rows[factor, "right"] = float(crossed.any() and looks["z"].iloc[stop - 1] > 0)
        rows[factor, "posts"] = 2.0 * stop if crossed.any() else np.nan
        rows[factor, "held"] = float(low <= np.log(factor) <= high)
        told = sequential.middle(difference[:stop]) - np.log(factor)
        rows[factor, "too large"] = told if crossed.any() else np.nan
    return rows


def experiments(creators: int, jobs: int) -> None:
    """False decisions in every world, power by size, and what the interval holds."""
    cells = {(w, n): run(power_cell, creators, jobs, (w, n)) for w in WORLDS for n in SIZES}
    print(f"\nWithout a difference: decided all the same, in % of {creators} plans a cell")
    false = {
        world: {f"{n} posts": 100 * cells[world, n][1.0, "decided"].mean() for n in SIZES}
        | {"interval holds": 100 * np.mean([cells[world, n][1.0, "held"].mean() for n in SIZES])}
        for world in WORLDS
    }
    table = pd.DataFrame(false).T.assign(all=lambda t: t.iloc[:, :-1].mean(axis=1))
    print(pd.concat([table, table.mean().to_frame("mean").T]).round(1).to_string())
    every = {n: pd.concat([cells[world, n] for world in WORLDS]) for n in SIZES}
    for what, words, by, digits in (
        ("right", "decided for the better side, in %", 100, 0),
        ("posts", "posts until it was decided, mean", 1, 0),
        ("held", "interval holds the factor, in %", 100, 1),
        ("too large", "log of estimate over truth where decided, mean", 1, 2),
    ):
        print(f"\nWith a difference, all worlds together: {words}")
        rows = {
            f"{n} posts": {f"x{f}": by * every[n][f, what].mean() for f in FACTORS} for n in SIZES
        }
        print(pd.DataFrame(rows).T.round(digits).to_string())
    from_posts_on(creators, jobs)


def from_posts_on(creators: int, jobs: int) -> None:
    """The whole way, from posts with hashtags; with and without subtracting what content says."""
    print("\nFrom posts that follow a plan of 40, accounts that speak: decided, in %")
    rows: dict[str, dict] = {}
    for world in WORLDS:
        for name, untouched in (("nothing", ()), ("content", ("caption", "hashtags", "time"))):
            for factor in (1.0, 2.0):
                cells = run(experiment_cell, creators, jobs, (world, 40, factor, untouched))
                named = f"x{factor:g}, {name} subtracted"
                rows.setdefault(world, {})[named] = 100 * cells["decided"].mean()
    table = pd.DataFrame(rows).T
    print(pd.concat([table, table.mean().to_frame("mean").T]).round(1).to_string())


PARTS = {
    "experiments": experiments,
}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--creators", type=int, default=300)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", nargs="*", choices=list(PARTS), default=list(PARTS))
    options = parser.parse_args()
    for part in options.only:
        start = time.perf_counter()
        PARTS[part](options.creators, options.jobs)
        print(f"({time.perf_counter() - start:.0f} s)")


if __name__ == "__main__":
    main()
