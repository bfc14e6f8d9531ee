"""The seven worlds of the design notes: how an account's level wanders, and what its luck is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from virality.demo.courses import level_course, spread_course, with_memory
from virality.demo.worlds import (
    MEMORY,
    TAIL,
    VIRAL_CHANCE,
    VIRAL_SIZE,
    Truth,
    World,
    simulate_world,
)

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
HISTORIES = (60, 140, 300)  # posts of an account


def stream(seed: int, world: str, n: int) -> np.random.Generator:
    """The dice of one creator in one world."""
    return np.random.default_rng([seed, n, list(WORLDS).index(world)])


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


def that_speaks(seed: int, world: str, n: int, posts: int | None = None
                ) -> tuple[pd.DataFrame, Truth]:  # fmt: skip
    """An account of the world with captions, hours and lengths that matter a little.

    `n` goes into the dice, and is the number of its posts unless that is given.
    """
    level, luck = WORLDS[world]
    account = World(n=posts or n, level=level, level_size=1.0, luck=luck, spread=SPREAD)
    return simulate_world(account, [seed, n, list(WORLDS).index(world)])
