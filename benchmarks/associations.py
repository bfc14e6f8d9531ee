"""Are associations of facts claimed where there are none, and found where there are?

Simulated accounts with ten facts of an opening, yes or no and numbers, whose kind of content is
recorded in a block of columns.  False claims are counted per account: any fact of the ten that is
called more than chance, in worlds where none has an effect but the kind of content has, and facts
come with kinds.  Power and coverage are those of one fact with an effect of half a log unit.

    python benchmarks/associations.py --creators 100
"""

from __future__ import annotations

import argparse
import time
from typing import NamedTuple

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from virality.demo.courses import level_course, spread_course, with_memory
from virality.evidence.associations import associate

WORLDS = {
    "steady": ("white", "t", 0.0),
    "memory .5": ("white", "t", 0.5),
    "memory .8": ("white", "t", 0.8),
    "drifting": ("walk", "t", 0.0),
    "jumping": ("jump", "t", 0.0),
    "spread grows": ("spread", "t", 0.0),
    "viral posts": ("white", "viral", 0.0),
}
POSTS = (60, 140, 300)
SPREAD = 1.2  # of a post's own log views
KINDS, KIND_SIZE = 4, 0.8  # kinds of content, and how far apart their views lie, log units
SHARES = (0.1, 0.2, 0.35, 0.5, 0.5, 0.35)  # of posts with a yes, on the average
EFFECT, BLUR, NOISES = 0.5, 0.2, 6


class Account(NamedTuple):
    """Log views, ten facts of an opening, and content that tells the kind, which comes last."""

    y: pd.Series
    facts: pd.DataFrame
    content: pd.DataFrame
    kind: np.ndarray


def account(
    seed: int,
    world: str,
    n: int,
    effect: float = 0.0,
    blur: float = BLUR,
    size: float = KIND_SIZE,
    noises: int = NOISES,
) -> Account:
    """One account: six flags and four numbers come with kinds, which do well or badly.

    The effect is that of the fourth fact, of which half of the posts have a yes.  The blur is how
    badly the columns of content tell the kind, the size what kinds are worth, and noises are what
    the content tells besides.
    """
    level, luck, memory = WORLDS[world]
    rng = np.random.default_rng([seed, n])
    era = np.repeat(rng.integers(0, KINDS, 1 + n // 15), 15)[:n]  # a kind is in favour for a while
    kind = np.where(rng.random(n) < 0.3, era, rng.integers(0, KINDS, n))
    worth = size * rng.standard_normal(KINDS)
    bent = rng.standard_normal((len(SHARES) + 4, KINDS))
    odds = np.log(np.array(SHARES) / (1 - np.array(SHARES)))
    flags = rng.random((n, len(SHARES))) < 1 / (1 + np.exp(-(odds + bent[: len(SHARES), kind].T)))
    numbers = np.exp(0.5 * bent[len(SHARES) :, kind].T + 0.7 * rng.standard_normal((n, 4)))
    facts = np.column_stack([flags.astype(float), numbers])
    facts[rng.random(n) < 0.1, 6:8] = np.nan  # what cannot be known of every post
    chance = rng.standard_t(4, n) / np.sqrt(2)
    if luck == "viral":
        chance = rng.standard_normal(n) + (rng.random(n) < 0.06) * rng.exponential(2.5, n)
    own = with_memory(chance, memory) * spread_course(level, n) + level_course(level, n, rng)
    y = 9 + SPREAD * own + worth[kind] + effect * facts[:, 3]
    latent = np.eye(KINDS)[kind] + blur * rng.standard_normal((n, KINDS))
    noise = rng.standard_normal((n, noises))
    seen = np.hstack([latent, noise]) @ rng.standard_normal((KINDS + noises, 24))
    names = [f"hook__fact{i}" for i in range(facts.shape[1])]
    shown = pd.DataFrame(seen).add_prefix("v__")
    return Account(pd.Series(y), pd.DataFrame(facts, columns=names), shown, kind)


def cell(
    world: str,
    n: int,
    creators: int,
    first_seed: int = 0,
    blur: float = BLUR,
    size: float = KIND_SIZE,
) -> dict[str, float]:
    """Shares of accounts, in hundredths."""
    rows = []
    for seed in range(first_seed, first_seed + creators):
        idle = [
            each for each in associate(*account(seed, world, n, 0.0, blur, size)[:3]) if each.told
        ]
        moved = associate(*account(seed, world, n, EFFECT, blur, size)[:3])[3]
        within = [each.low <= 1 <= each.high for each in idle]
        rows.append(
            {
                "false": float(any(each.found for each in idle)),
                "false, each alone": float(np.mean([each.p < 0.05 for each in idle])),
                "all intervals hold": float(all(within)),
                "found": float(moved.found),
                "found alone": float(moved.p < 0.05),
                "interval holds": float(moved.low <= np.exp(EFFECT) <= moved.high),
                "median factor": moved.factor,
                "detectable": moved.detectable,
            }
        )
    table = pd.DataFrame(rows)
    out = 100 * table.iloc[:, :6].mean()
    return {**out, **table.iloc[:, 6:].median()}


def main() -> None:
    """Print a table, a row per world and number of posts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--creators", type=int, default=100)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--blur", type=float, default=BLUR)
    parser.add_argument("--size", type=float, default=KIND_SIZE, help="what kinds are worth")
    parser.add_argument("--worlds", nargs="*", default=list(WORLDS), choices=list(WORLDS))
    said = parser.parse_args()
    began, rows = time.process_time(), {}
    with threadpool_limits(1):
        for world in said.worlds:
            for n in POSTS:
                rows[world, n] = cell(
                    world, n, said.creators, said.first_seed, said.blur, said.size
                )
    print(pd.DataFrame(rows).T.round(2).to_string())
    print(f"{time.process_time() - began:.0f} s")


if __name__ == "__main__":
    main()
