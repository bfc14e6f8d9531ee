"""Did something change: stretches, dates, what stays after a hit, and the luck of hits."""

from __future__ import annotations

import numpy as np
import pandas as pd
from runner import Creators, show, show_false
from worlds import HISTORIES, WORLDS, that_speaks

import virality as vi
from virality.advice.dating import date_of_change
from virality.advice.level import outcomes
from virality.advice.luck import kept_after_hits, luck, parts_of_hits
from virality.advice.stretches import stretches
from virality.demo.worlds import MEMORY

DROPS = (0.5, 0.3)  # of the last ten posts, and of all from the middle on
STAYS = 0.3  # share of a hit's excess that later posts keep, where they do
SELDOM = (10, 40)  # "once in so many stretches", of which the share is counted
LUCKY_POSTS = 140


def change_cell(seed: int, world: str, n: int) -> dict[str, float]:
    """One account without a change of its own, and with some that are planted."""
    posts, truth = that_speaks(seed, world, n)
    found = outcomes(posts)
    y, days, steps = found.settled, found.days, truth.terms["level"].diff().to_numpy()
    jumps = np.flatnonzero(np.abs(steps) > 0) if world == "jump" else np.array([], int)
    told = stretches(y.to_numpy())
    row = {
        "changed": float(told["claimed"].any()),
        "moved": float(len(jumps) > 0 and jumps[-1] >= n - 40),
        "dated": _dated(y, days, jumps),
    }
    once_in = told.loc[told["posts"] == 10, "once_in"]
    row |= {f"once in {k}": float((once_in >= k).any()) for k in SELDOM}
    for drop in DROPS:
        last, half = (np.log(drop) * (np.arange(n) >= at) for at in (n - 10, n // 2))
        told = stretches((y + last).to_numpy())
        row[f"last ten x{drop}"] = float((told["claimed"] & (told["factor"] < 1)).any())
        late = date_of_change(y + half, days)
        row[f"dated x{drop}"] = float(late is not None and late.factor < 1)
        row[f"date x{drop} held"] = (
            float(late.first <= days.iloc[n // 2] <= late.last) if late else np.nan
        )
    return row | _after_hits(y)


def _dated(y: pd.Series, days: pd.Series, jumps: np.ndarray) -> float:
    """Whether a date is given where no jump of the level is within a twentieth of the posts."""
    date = date_of_change(y, days)
    if date is None:
        return 0.0
    return float(not len(jumps) or np.abs(jumps - date.before).min() > len(y) / 20)


def _after_hits(y: pd.Series) -> dict[str, float]:
    """Whether a share that stays is claimed, and whether one that is planted is held."""
    excess = (y - y.median()).where(y >= y.quantile(0.95), 0.0)
    stays = STAYS * excess.cumsum().shift(1, fill_value=0.0)
    plain, planted = kept_after_hits(y), kept_after_hits(y + stays)
    if plain is None or planted is None:
        names = ("stays", "holds none", "holds what stays", "width", "stays, planted")
        return dict.fromkeys(names, np.nan)
    return {
        "stays": float(plain.low > 0),
        "holds none": float(plain.low <= 0 <= plain.high),
        "holds what stays": float(planted.low <= STAYS <= planted.high),
        "width": plain.high - plain.low,
        "stays, planted": float(planted.low > 0),
    }


def luck_cell(seed: int, world: str, n: int) -> dict[str, float]:
    """What of the hits' excess is called level and content, beside what of it is."""
    posts, truth = that_speaks(seed, world, n)
    found = outcomes(posts)
    parts = parts_of_hits(found, vi.build_features(posts))
    told, hits = luck(parts, n), parts.index
    theirs = truth.terms.drop(columns="luck").sum(axis=1)
    theirs += of_neighbours(truth.terms["luck"], MEMORY.get(WORLDS[world][0], 0.0))
    excess = found.settled[hits] - found.settled.median()
    real = (theirs[hits] - theirs.median()).sum() / excess.sum()
    return {
        "told": told.explained,
        "real": real,
        "too much": float(told.explained > real),
        "by more than .1": float(told.explained > real + 0.1),
    }


def of_neighbours(luck: pd.Series, memory: float) -> pd.Series:
    """What the posts beside a post say of luck that has a memory: where the account stood."""
    beside = pd.concat([luck.shift(1), luck.shift(-1)], axis=1)
    both = beside.notna().all(axis=1)
    return beside.sum(axis=1) * np.where(both, memory / (1 + memory**2), memory)


def changes(creators: Creators) -> None:
    """Claims where nothing changed, and how often what is planted is found."""
    cells = {(w, n): creators.rows(change_cell, w, n) for w in WORLDS for n in HISTORIES}

    def shares(what: str, worlds=WORLDS, sizes=HISTORIES) -> dict:
        return {w: {f"{n} posts": 100 * cells[w, n][what].mean() for n in sizes} for w in worlds}

    show_false("Nothing changed: the last posts did, it says, in %", shares("changed"))
    still = {
        n: round(100 * rows.loc[rows["moved"] == 0, "changed"].mean(), 1)
        for (world, n), rows in cells.items()
        if world == "jump"
    }
    print("  of 'jump', where the level did not jump among the posts compared:", still)
    show_false("Nothing changed: a date (of 'jump': away from every jump)", shares("dated"))
    for k in SELDOM:
        show(f"Ten posts as far out as once in {k}: due {200 / k:g} %", shares(f"once in {k}"))
    calm = [world for world in WORLDS if world in ("white", "spread", "viral")]
    show_false(
        "Nothing stays: later posts keep some of a hit, it says",
        shares("stays", calm, HISTORIES[1:]),
    )
    show("  its interval holds nothing at all", shares("holds none", sizes=HISTORIES[1:]))
    for drop in DROPS:
        show(f"The last ten posts at x{drop}: found", shares(f"last ten x{drop}"))
        show(f"All posts from the middle on at x{drop}: dated", shares(f"dated x{drop}"))
        show("  of these, the middle is within the dates", shares(f"date x{drop} held"))
    for what, words in (
        ("stays, planted", f"Later posts keep {STAYS:.0%} of a hit: found"),
        ("holds what stays", "  its interval holds that share"),
        ("width", "  width of the interval where nothing is planted, x 100"),
    ):
        show(words, shares(what, sizes=HISTORIES[1:]))


def lucky(creators: Creators) -> None:
    """What is called level and content beside what is, mean of accounts."""
    rows = {w: 100 * creators.rows(luck_cell, w, LUCKY_POSTS).mean() for w in WORLDS}
    show("Share of a hit's excess that level and content explain, 140 posts, in %", rows, 0)
