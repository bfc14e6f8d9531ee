"""Experiments: decided without a difference, found with one, and at the price that was named."""

from __future__ import annotations

import numpy as np
import pandas as pd
from runner import Creators, show, show_false
from worlds import WORLDS, log_views, stream, that_speaks

import virality as vi
from virality.advice.experiments import sequential
from virality.advice.experiments.detectable import posts_needed
from virality.advice.experiments.judge import Judgement, Outcome
from virality.advice.experiments.plan import order
from virality.demo.follower import follow_plan
from virality.models.level import robust_spread

BEFORE = 80  # posts before a plan
SIZES = (12, 24, 40, 60, 100)  # posts of a plan
FACTORS = (1.2, 1.5, 2.0, 3.0, 6.0)
PRICED = (1.5, 2.0, 3.0)  # factors for which an experiment is priced
DECIDED = (Outcome.FOR_A, Outcome.FOR_B)


def followed(seed: int, world: str, n: int, factor: float, untouched=()) -> Judgement:
    """A creator who follows a plan, judged when all of it is there."""
    posts, _ = that_speaks(seed, world, n, BEFORE + n)
    past = posts.iloc[:BEFORE]
    start = (past["posted_at"].max() + pd.Timedelta(days=1)).date()
    plan = vi.plan("a", past, n_posts=n, start=start, seed=seed, untouched=untouched)
    return vi.judge(plan, follow_plan(plan.table(), posts, factor))


def followed_cell(seed: int, world: str, n: int, factor: float, untouched=()) -> dict:
    """One creator: whether the experiment decides."""
    found = followed(seed, world, n, factor, untouched)
    return {"decided": float(found.outcome in DECIDED)}


def looks(differences: np.ndarray, scale: float) -> tuple[bool, int, float]:
    """Whether a plan decides, after how many pairs it stops, and the z it has then."""
    found = sequential.running(differences, scale, len(differences))
    crossed = found["crossed"].to_numpy()
    stop = int(np.argmax(crossed)) + 1 if crossed.any() else len(crossed)
    return bool(crossed.any()), stop, float(found["z"].iloc[stop - 1])


def in_pairs(seed: int, y: np.ndarray) -> np.ndarray:
    """Differences A − B between neighbours, in an order that was thrown."""
    first = np.array([pair == "A" for pair in order(seed, len(y) // 2)[::2]])
    return np.where(first, 1, -1) * (y[::2] - y[1::2])


def power_cell(seed: int, world: str, n: int) -> dict[tuple[float, str], float]:
    """One account without an effect and with effects of all sizes, which only shift."""
    y = log_views(world, BEFORE + n, stream(seed, world, n))
    scale = float(robust_spread(np.diff(y[:BEFORE])))
    plain, rows = in_pairs(seed, y[BEFORE:]), {}
    for factor in (1.0, *FACTORS):
        difference = plain + np.log(factor)
        decided, stop, z = looks(difference, scale)
        low, high = sequential.repeated_interval(difference[:stop], scale, n // 2)
        told = sequential.middle(difference[:stop]) - np.log(factor)
        rows[factor, "decided"] = float(decided)
        rows[factor, "right"] = float(decided and z > 0)
        rows[factor, "posts"] = 2.0 * stop if decided else np.nan
        rows[factor, "held"] = float(low <= np.log(factor) <= high)
        rows[factor, "too large"] = told if decided else np.nan
    return rows


def price_cell(seed: int, world: str) -> dict[float, float]:
    """One account whose experiment has just as many posts as its past says that it takes."""
    rng = stream(seed, world, 0)
    y = log_views(world, BEFORE + 400, rng)
    scale, row = float(robust_spread(np.diff(y[:BEFORE]))), {}
    for factor in PRICED:
        n = posts_needed(factor, scale)
        row[factor] = np.nan
        if n is not None:
            difference = in_pairs(seed, y[BEFORE : BEFORE + n]) + np.log(factor)
            decided, _, z = looks(difference, scale)
            row[factor] = float(decided and z > 0)
    return row


def experiments(creators: Creators) -> None:
    """False decisions in every world, power by size, and what the interval holds."""
    cells = {(w, n): creators.rows(power_cell, w, n) for w in WORLDS for n in SIZES}
    means = {key: rows.mean() for key, rows in cells.items()}
    show_false(
        "Without a difference: decided all the same, in %",
        {w: {f"{n} posts": 100 * means[w, n][1.0, "decided"] for n in SIZES} for w in WORLDS},
    )
    held = {w: {f"{n} posts": 100 * means[w, n][1.0, "held"] for n in SIZES} for w in WORLDS}
    show("  its interval holds 1, in %", held)
    every = {n: pd.concat([cells[world, n] for world in WORLDS]) for n in SIZES}
    for what, words, by, digits in (
        ("right", "decided for the better side, in %", 100, 0),
        ("posts", "posts until it was decided, mean", 1, 0),
        ("held", "interval holds the factor, in %", 100, 1),
        ("too large", "log of estimate over truth where decided, mean", 1, 2),
    ):
        rows = {
            f"{n} posts": {f"x{f}": by * every[n][f, what].mean() for f in FACTORS} for n in SIZES
        }
        show(f"With a difference, all worlds together: {words}", rows, digits, mean=False)
    from_posts_on(creators)


def price(creators: Creators) -> None:
    """Whether as many posts as were named find the factor that they were named for."""
    rows = {
        world: {f"x{f:g}": 100 * share for f, share in found.mean().items()}
        for world in WORLDS
        for found in [creators.rows(price_cell, world)]
    }
    show("As many posts as were said to find a factor in 80 %: decided for the better side", rows)


def from_posts_on(creators: Creators) -> None:
    """The whole way, from posts with hashtags; with and without subtracting what content says."""
    ways = {"nothing": (), "content": ("caption", "hashtags", "time")}
    rows = {
        world: {
            f"x{factor:g}, {name} subtracted": 100
            * creators.rows(followed_cell, world, 40, factor, untouched)["decided"].mean()
            for name, untouched in ways.items()
            for factor in (1.0, 2.0)
        }
        for world in WORLDS
    }
    show("From posts that follow a plan of 40, accounts that speak: decided, in %", rows)
