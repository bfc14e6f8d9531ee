"""When to post: an hour claimed where none matters, found where one does, and its gain."""

from __future__ import annotations

import numpy as np
import pandas as pd
from runner import Creators, show, show_false
from worlds import HISTORIES, WORLDS, log_views, stream

from virality.advice.timing import examine

ERA = 40  # posts after which habits of posting change
HOURS = (0.3, 0.5, 0.8)  # log units that the best three hours earn


def clock(n: int, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Kinds of post, days and hours: habits drift from era to era, kinds have hours of their own.

    An account posts most in its own part of the day, and tries all of it now and then.
    """
    era = np.arange(n) // ERA
    liked = rng.dirichlet(np.ones(3), era[-1] + 1)
    kind = (rng.random(n)[:, None] > np.cumsum(liked, axis=1)[era]).sum(axis=1).clip(max=2)
    middle = rng.uniform(12, 20) + rng.normal(0, 1.5, era[-1] + 1)[era] + 3 * (kind - 1)
    hours = np.where(rng.random(n) < 0.75, rng.normal(middle, 2), rng.uniform(0, 24, n)) % 24
    return kind, rng.integers(0, 7, n), hours


def timing_cell(seed: int, world: str, n: int, effect: float = 0.0, recorded: bool = True) -> dict:
    """One account whose kinds of post have hours and views of their own: what is claimed of hours.

    The effect is on every post of the best three hours; what it is worth is told over the habit.
    """
    rng = stream(seed, world, n)
    y = log_views(world, n, rng)
    kind, days, hours = clock(n, rng)
    seen = np.eye(3)[kind] @ rng.standard_normal((3, 8)) + 0.3 * rng.standard_normal((n, 8))
    content = pd.DataFrame(seen if recorded else seen[:, :0]).add_prefix("vision__")
    start = 3 * rng.choice(8, p=np.bincount((hours // 3).astype(int), minlength=8) / n)
    gain = effect * ((hours >= start) & (hours < start + 3))
    found = examine(y + 0.6 * (kind - 1) + gain, days, hours, content)
    row = {"claimed": float(found.claimed), "test": float(found.p <= 0.05)}
    row |= dict.fromkeys(("held", "worth", "told"), np.nan)
    if found.slot and found.gain:
        new = slice(n // 2, n)
        inside = found.slot.holds(days[new], hours[new])
        worth = gain[new][inside].mean() - gain[new].mean()
        held = float(found.gain.low <= np.exp(worth) <= found.gain.high)
        row |= {"held": held, "worth": worth, "told": np.log(found.gain.factor)}
    return row


def timing(creators: Creators) -> None:
    """False claims in every world, power by size, and what the interval of the gain holds."""
    sizes = {n: f"{n} posts" for n in HISTORIES}
    cells = {(w, n): creators.rows(timing_cell, w, n).mean() for w in WORLDS for n in sizes}
    for what, words, shown in (
        ("claimed", "No hour matters, and kinds that have their hours are recorded: claimed, in %",
         show_false),
        ("held", "  the interval of the gain (80 %) holds 1, in %", show),
    ):  # fmt: skip
        shown(words, {w: {name: 100 * cells[w, n][what] for n, name in sizes.items()}
                      for w in WORLDS})  # fmt: skip
    hidden = {
        "white": {
            name: 100 * creators.rows(timing_cell, "white", n, 0.0, False)["claimed"].mean()
            for n, name in sizes.items()
        }
    }
    show("No hour matters, and the kinds are not recorded: claimed, in %", hidden, mean=False)
    found = {}
    for world in ("white", "walk"):
        for n in sizes:
            for effect in HOURS:
                cell = creators.rows(timing_cell, world, n, effect)
                told = cell[cell["claimed"] == 1]
                found[f"{world}, {n} posts, +{effect}"] = {
                    "test, %": 100 * cell["test"].mean(),
                    "claimed, %": 100 * len(told) / len(cell),
                    "interval holds, %": 100 * cell["held"].mean(),
                    "of the tested, %": 100 * cell.loc[cell["test"] == 1, "held"].mean(),
                    "worth": told["worth"].mean(),
                    "told": told["told"].mean(),
                }
    words = "Three hours earn more, by log units: found, and the gain over the habit"
    show(words, found, 2, mean=False)
