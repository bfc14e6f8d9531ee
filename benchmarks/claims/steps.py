"""The next ten posts: suggested where nothing matters, found where it does, and what is kept."""

from __future__ import annotations

import numpy as np
import pandas as pd
from associations import EFFECT, account
from claims.whatif import WORLD_OF, Choosing, that_chooses, with_views
from runner import Creators, show, show_false
from worlds import WORLDS

import virality as vi
from virality.advice.hours import Slot
from virality.advice.steps.candidates import HOURS
from virality.advice.steps.next_steps import State
from virality.features.blocks import block_of
from virality.features.metadata import metadata_features
from virality.features.openings import OF_SOUNDS, opening_features

POSTS = 140
LARGER = 0.8  # log units, beside `EFFECT`
LATER = 3.0  # hours from one kind's usual hour to the next one's
WIDE = 4.0  # hours, of each kind's


def with_hours(made: Choosing, seed: int) -> tuple[Choosing, np.ndarray]:
    """The same account, a post a day, whose kinds of post have hours of their own."""
    n, rng = len(made.posts), np.random.default_rng([seed, len(made.posts), 1])
    hours = (14 + LATER * (made.kinds["regime"].to_numpy() - 1) + rng.normal(0, WIDE, n)) % 24
    days = pd.Timestamp("2024-01-01", tz="UTC") + pd.to_timedelta(np.arange(n), unit="D")
    at = (days + pd.to_timedelta(hours, unit="h")).as_unit("us")
    posts = made.posts.assign(posted_at=at)
    form = metadata_features(posts), opening_features(posts).drop(columns=list(OF_SOUNDS))
    shown = made.X[[name for name in made.X if block_of(name) == "vision"]]
    X = pd.concat([*(table.set_axis(shown.index) for table in form), shown], axis=1)
    return made._replace(posts=posts, X=X), hours


def steps_cell(
    seed: int, world: str, n: int, effect: float = 0.0, hour: float = 0.0, recorded: bool = True
) -> dict[str, float]:
    """One creator: what is suggested where #d, or three hours, are worth so many log units."""
    made, hours = with_hours(that_chooses(account(seed, WORLD_OF[world], n)), seed)
    used = made.posts["caption"].str.contains("#d").to_numpy(bool)
    often = np.bincount((hours // 3).astype(int), minlength=8)
    inside = hours // 3 == np.argsort(often)[-2]  # neither the habit nor hardly tried
    y = made.y.to_numpy() + effect * used + hour * inside
    X = made.X if recorded else made.X[[c for c in made.X if block_of(c) != "vision"]]
    found = vi.next_steps(with_views(made.posts, y), X)
    return _judged(found, effect, hour * (inside - inside.mean()), hours, made.posts)


def _judged(found: pd.DataFrame, effect: float, gain: np.ndarray, hours: np.ndarray,
            posts: pd.DataFrame) -> dict[str, float]:  # fmt: skip
    """What is suggested beside what is true; the number of hashtags grows with #d."""
    told = found[found["state"] == State.SUGGESTED.name]
    alone = found["claimed"]
    rows = [_one(row, effect, gain, hours, posts) for row in told.itertuples()]
    right = [row for row in rows if row["right"]]
    sure = [row["clear"] for row in rows]
    mine = next((row for row in right if np.isfinite(row["truth"])), {})
    return {
        "suggested": float(len(rows) > 0),
        "wrong": float(len(right) < len(rows)),
        "right": float(bool(mine)),
        "clear and wrong": float(
            any(c and not r["right"] for c, r in zip(sure, rows, strict=True))
        ),
        "some chapter claims": float(alone.any()),
        **{f"{name}": mine.get(name, np.nan) for name in ("truth", "told", "raw", "held", "clear")},
    }


def _one(row, effect: float, gain: np.ndarray, hours: np.ndarray, posts: pd.DataFrame) -> dict:
    sign = 1 if row.more else -1
    truth, right = np.nan, False
    if row.name == HOURS:
        part, start = row.label.split(" ")
        inside = Slot(part, int(start)).holds(posts["posted_at"].dt.day_of_week.to_numpy(), hours)
        truth = float(gain[inside].mean())
        right = truth > 0
    elif row.label == "d":
        truth, right = sign * effect, sign * effect > 0
    elif row.name == "choice__hashtags":
        right = sign * effect > 0
    told, low, high = np.log([row.expected, row.expected_low, row.expected_high])
    return {
        "right": right,
        "truth": truth,
        "told": told,
        "raw": sign * np.log(row.factor),
        "held": float(low <= truth <= high),
        "clear": float(low > 0 and row.newer >= 1),
    }


def steps(creators: Creators) -> None:
    """Suggestions where nothing matters, and found and promised where something does."""
    rows = {}
    for world in WORLDS:
        cells = creators.rows(steps_cell, world, POSTS)
        rows[world] = {f"{POSTS} posts": 100 * cells["suggested"].mean()}
        print(world, (100 * cells.mean(numeric_only=True)).round(1).to_dict(), flush=True)
    show_false("Nothing matters: something is suggested, in %", rows)
    fewer = creators.times(1 / 3)
    hidden = fewer.rows(steps_cell, "white", POSTS, 0.0, 0.0, False)
    print(f"\nThe kinds are not recorded: suggested in {100 * hidden['suggested'].mean():.0f} %")
    table = {}
    for world in WORLDS:
        for effect, hour in ((EFFECT, 0.0), (LARGER, 0.0), (-LARGER, 0.0), (0.0, LARGER)):
            name = f"an hour {hour:+.1f}" if hour else f"#d {effect:+.1f}"
            cells = fewer.rows(steps_cell, world, POSTS, effect, hour)
            table[world, name] = _summed(cells)
            print(world, name, {k: round(v, 2) for k, v in table[world, name].items()}, flush=True)
    show(
        f"Something matters, {fewer.n} creators a row: found, wrong, and what is promised", table, 2
    )


def _summed(cells: pd.DataFrame) -> dict[str, float]:
    off, raw = (cells[name] - cells["truth"] for name in ("told", "raw"))
    return {
        "found, %": 100 * cells["right"].mean(),
        "something wrong, %": 100 * cells["wrong"].mean(),
        "clear, % of found": 100 * cells["clear"].mean(),
        "range holds, %": 100 * cells["held"].mean(),
        "promised over true": off.mean(),
        "as it stands over true": raw.mean(),
    }
