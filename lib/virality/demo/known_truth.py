"""Creators whose truth is known: for checking that tests keep their level and find what is there.

Not the demo creator: no captions, no videos, only an account's level, the content of its posts as
columns, and a signal of known size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from virality.demo.courses import level_course, spread_course, with_memory

CONTENT_STEP = 0.3  # of drifting content, in units of its spread from post to post
TAIL = 4  # degrees of freedom of a post's own luck: heavy tails
DAYS_BETWEEN = 2.5


@dataclass(frozen=True)
class KnownCreator:
    """A simulated creator.

    Attributes
    ----------
    posts : DataFrame
        post_id, author, posted_at, views.
    content : DataFrame
        Columns `block__NNN`, index post_id.
    viral_chance : ndarray of shape (n,)
        Chance of each post to have been viral, where that was asked for.
    """

    posts: pd.DataFrame
    content: pd.DataFrame
    viral_chance: np.ndarray


def known_creator(
    n: int = 140,
    level: str = "walk",
    content: str = "drift",
    r2: float = 0.0,
    blocks: dict[str, int] | None = None,
    carries: tuple[str, ...] | None = None,
    n_columns: int = 24,
    seed: int | list[int] = 0,
) -> KnownCreator:
    """Simulate one creator.

    Parameters
    ----------
    n : int
        Posts.
    level : {"white", "ar", "walk", "jump", "spread"}
        The account's level: none; none, but luck with memory .5; a random walk; rare jumps; none,
        but a spread that grows fourfold.
    content : {"iid", "ar", "drift"}
        What posts show: unrelated from post to post; with memory .8; unrelated plus a random walk.
    r2 : float
        Share of a post's own variance (level apart) that the signal explains, short-run.
    blocks : dict of str to int, optional
        Components per block; by default ten in three blocks.
    carries : tuple of str, optional
        Blocks whose components carry the signal; all by default.
    n_columns : int
        Columns per block: mixtures of its components, and noise.
    seed : int or list of int

    Returns
    -------
    KnownCreator
    """
    rng = np.random.default_rng(seed)
    blocks = blocks or {"vision": 4, "audio": 3, "caption_text": 3}
    columns: dict[str, np.ndarray] = {}
    signal, strength = np.zeros(n), 0.0
    for block, size in blocks.items():
        latent = _content(content, n, size, rng)
        mixed = latent @ rng.standard_normal((size, n_columns)) / np.sqrt(size)
        mixed += 0.3 * rng.standard_normal((n, n_columns))
        columns |= {f"{block}__{i:03d}": mixed[:, i] for i in range(n_columns)}
        slopes = rng.standard_normal(size)
        if carries is None or block in carries:
            signal += latent @ slopes
            strength += float(slopes @ slopes)
    luck = rng.standard_t(TAIL, n) / np.sqrt(TAIL / (TAIL - 2))
    if level == "ar":
        luck = with_memory(luck, 0.5)
    own = np.sqrt(r2 / max(strength, 1e-9)) * signal + np.sqrt(1 - r2) * luck
    log_views = 9.0 + level_course(level, n, rng) + own * spread_course(level, n)
    return _creator(log_views, columns, rng)


def known_lottery(
    n: int = 140,
    base: float = 0.1,
    slope: float = 0.0,
    jump: float = 2.5,
    skew: float = 0.0,
    seed: int | list[int] = 0,
) -> KnownCreator:
    """Simulate a creator some of whose posts go viral.

    Parameters
    ----------
    n : int
        Posts.
    base : float
        Chance of going viral at average content; 0 = never.
    slope : float
        Of that chance's log odds, per standard deviation of one content component.
    jump : float
        What going viral adds, in units of a post's own spread.
    skew : float
        Skewness of ordinary luck (a shifted gamma), with no regime behind it.
    seed : int or list of int

    Returns
    -------
    KnownCreator
    """
    rng = np.random.default_rng(seed)
    latent = rng.standard_normal((n, 3))
    odds = np.log(base / (1 - base)) if base > 0 else -np.inf
    chance = 1 / (1 + np.exp(-(odds + slope * latent[:, 0])))
    luck = rng.standard_normal(n)
    if skew:
        shape = 4 / skew**2
        luck = (rng.gamma(shape, size=n) - shape) / np.sqrt(shape)
    log_views = 9.0 + luck + jump * (rng.random(n) < chance)
    columns = {f"vision__{i:03d}": latent[:, i] for i in range(3)}
    made = _creator(log_views, columns, rng)
    return KnownCreator(made.posts, made.content, chance)


def _creator(log_views: np.ndarray, columns: dict, rng: np.random.Generator) -> KnownCreator:
    n = len(log_views)
    hours = np.cumsum(rng.gamma(3.0, DAYS_BETWEEN * 24 / 3.0, n))
    identifier = pd.Index([f"post{i:05d}" for i in range(n)], name="post_id", dtype="string")
    posts = pd.DataFrame(
        {
            "post_id": identifier,
            "author": pd.Series(["known"] * n, dtype="string"),
            "posted_at": pd.Timestamp("2023-01-01", tz="UTC").as_unit("us")
            + pd.to_timedelta(np.round(hours * 3600), unit="s").as_unit("us"),
            "views": pd.Series(np.round(np.expm1(np.clip(log_views, 0, 30)))).astype("Int64"),
        }
    )
    return KnownCreator(posts, pd.DataFrame(columns, index=identifier), np.full(n, np.nan))


def _content(kind: str, n: int, size: int, rng: np.random.Generator) -> np.ndarray:
    fresh = rng.standard_normal((n, size))
    if kind == "ar":
        return with_memory(fresh, 0.8)
    if kind == "drift":
        return fresh + np.cumsum(CONTENT_STEP * rng.standard_normal((n, size)), axis=0)
    return fresh
