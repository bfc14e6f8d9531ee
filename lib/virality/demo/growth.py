"""A simulated account that is read again and again while its posts grow."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from virality.posts.platforms import TIKTOK

START = pd.Timestamp("2024-01-01", tz="UTC")
NOISE = 0.01  # log units by which a count is off: platforms correct them now and then, downward too
AFTERLIFE = 0.15  # share of the posts of the world "bursts" that are found a second time

Share = Callable[[np.ndarray, np.ndarray], np.ndarray]  # (post, age in days) -> of 1 in the end


def _fast(rng: np.random.Generator, n: int) -> Share:
    """Over within two days."""
    days = 0.5 * np.exp(0.5 * rng.standard_normal(n))
    return lambda post, age: 1 - np.exp(-age / days[post])


def _steady(rng: np.random.Generator, n: int) -> Share:
    """Nine tenths within a week; each post at a pace of its own."""
    days = 3 * np.exp(0.4 * rng.standard_normal(n))
    return lambda post, age: 1 - np.exp(-age / days[post])


def _long(rng: np.random.Generator, n: int) -> Share:
    """A tail that goes on after a month."""
    half = 1.5 * np.exp(0.6 * rng.standard_normal(n))
    power = np.clip(1 + 0.2 * rng.standard_normal(n), 0.5, 2)
    return lambda post, age: 1 / (1 + (half[post] / age) ** power[post])


def _bursts(rng: np.random.Generator, n: int) -> Share:
    """Some posts are found a second time, days or weeks later."""
    days, found = 2 * np.exp(0.4 * rng.standard_normal(n)), rng.random(n) < AFTERLIFE
    when, size = rng.uniform(2, 40, n), found * rng.lognormal(0, 1, n)
    return lambda post, age: (
        1 - np.exp(-age / days[post]) + size[post] * -np.expm1(-np.maximum(age - when[post], 0) / 3)
    )


WORLDS: dict[str, Callable[[np.random.Generator, int], Share]] = {
    "fast": _fast,
    "steady": _steady,
    "long": _long,
    "bursts": _bursts,
}


def simulate_readings(
    world: str = "steady",
    n_posts: int = 120,
    n_imports: int = 4,
    apart_days: float = 30,
    seed: int = 0,
) -> pd.DataFrame:
    """Read a simulated account several times; the last time is when its last post goes up.

    Parameters
    ----------
    world : str
        How its posts grow, one of :data:`WORLDS`.
    n_posts : int
        In 1.3 days each, on average.
    n_imports : int
        Times of reading.
    apart_days : float
        Days between them.
    seed : int

    Returns
    -------
    DataFrame
        Every reading: post_id, author, platform, posted_at, captured_at and views, in order of
        reading.
    """
    rng = np.random.default_rng(seed)
    share = WORLDS[world](rng, n_posts)
    posted = np.cumsum(rng.exponential(1.3, n_posts))
    size = np.exp(9 + 1.2 * rng.standard_normal(n_posts))
    tables = []
    for when in posted[-1] - apart_days * np.arange(n_imports)[::-1]:
        post = np.flatnonzero(posted < when)
        counted = size[post] * share(post, when - posted[post])
        counted = counted * np.exp(NOISE * rng.standard_normal(len(post)))
        tables.append(pd.DataFrame({"post": post, "read": when, "views": np.floor(counted)}))
    table = pd.concat(tables, ignore_index=True)
    moments = START + pd.to_timedelta(np.r_[posted[table["post"]], table["read"]], unit="D")
    moments = moments.as_unit("us")
    return pd.DataFrame(
        {
            "post_id": table["post"].map("{:04d}".format).astype("string"),
            "author": pd.array(["demo"] * len(table), dtype="string"),
            "platform": pd.array([TIKTOK] * len(table), dtype="string"),
            "posted_at": moments[: len(table)],
            "captured_at": moments[len(table) :],
            "views": table["views"].astype("Int64"),
        }
    )
