"""The worlds that models are measured in: posts, and the tables that a model may see of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import pandas as pd

from virality.core.captions import split_caption
from virality.demo.known_truth import known_creator, known_lottery
from virality.demo.population import drawn_world, shuffled_captions
from virality.demo.worlds import Shares, World, simulate_world
from virality.features.blocks import BLOCK_TABLE, block_of
from virality.features.build import build_features
from virality.media.encoders.classic import CLASSIC, ClassicEncoder
from virality.media.tables import TEXT_BLOCKS

FOUR = {"vision": 10, "audio": 10, "caption_text": 10, "hashtag_text": 10}
REAL_EMBARGO = 3  # days


class Material(NamedTuple):
    """One creator."""

    posts: pd.DataFrame
    tables: list[pd.DataFrame]


#: Makes the creator of a seed.
Maker = Callable[[int], Material]


def history(posts: pd.DataFrame) -> pd.DataFrame:
    """What the account's past says: for creators whose hours and lengths are noise."""
    features = build_features(posts)
    return features[[name for name in features if BLOCK_TABLE[block_of(name)].history]]


def known(seed: int, level, content, n, r2, blocks=None, carries=None) -> Material:
    """A creator of known truth, whose content is columns without a meaning."""
    made = known_creator(n, level, content, r2, blocks, carries, seed=[seed, n, 8])
    posts = made.posts.assign(caption=None, duration_s=float("nan"), kind="video")
    return Material(posts, [history(posts), made.content])


def lottery(seed: int, n: int, slope: float) -> Material:
    """A creator some of whose posts go viral, with a chance that content tells when it can."""
    made = known_lottery(n, 0.1, slope, seed=[seed, n, 9])
    posts = made.posts.assign(caption=None, duration_s=float("nan"), kind="video")
    return Material(posts, [history(posts), made.content])


def real_like(
    seed: int, n: int | None = None, strength: float = 1.0, shuffled: bool = False
) -> Material:
    """An account as real ones are; with stronger effects, or with its captions dealt out anew."""
    world = drawn_world(seed, n)
    return talking(seed, replace(world, shares=world.shares.times(strength)), shuffled)


def talking(seed: int, world: World, shuffled: bool = False) -> Material:
    """An account with captions."""
    posts, _ = simulate_world(world, [seed, 10], author=f"c{seed}_")
    return captioned(shuffled_captions(posts, seed) if shuffled else posts)


def captioned(posts: pd.DataFrame) -> Material:
    """Posts with what the book makes of their captions and their metadata."""
    return Material(posts, [build_features(posts), *classic_text(posts)])


def classic_text(posts: pd.DataFrame) -> list[pd.DataFrame]:
    """The text blocks of the classic encoder."""
    encoder = ClassicEncoder.build(CLASSIC)
    texts = zip(*map(split_caption, posts["caption"]), strict=True)
    index = pd.Index(posts["post_id"].astype("string"), name="post_id")
    tables = []
    for block, own in zip(TEXT_BLOCKS, texts, strict=True):
        vectors = encoder.encode_texts(own).astype(float)
        names = [f"{block}__{i:03d}" for i in range(vectors.shape[1])]
        tables.append(pd.DataFrame(vectors, index=index, columns=names))
    return tables


def without(material: Material, block: str) -> Material:
    """The same creator with one block less."""
    tables = [t[[name for name in t if block_of(name) != block]] for t in material.tables]
    return Material(material.posts, tables)


#: Worlds in which models are compared with each other.
MODEL_CELLS: dict[str, Maker] = {
    "nothing, white": partial(known, level="white", content="iid", n=140, r2=0.0),
    "nothing, walk": partial(known, level="walk", content="drift", n=140, r2=0.0),
    "R² .25, white": partial(known, level="white", content="iid", n=140, r2=0.25),
    "R² .25, walk": partial(known, level="walk", content="drift", n=140, r2=0.25),
    "one block of four, white": partial(
        known, level="white", content="iid", n=140, r2=0.25, blocks=FOUR, carries=("audio",)
    ),
    "one block of four, walk": partial(
        known, level="walk", content="drift", n=140, r2=0.25, blocks=FOUR, carries=("audio",)
    ),
    "one block of four, white, n = 300": partial(
        known, level="white", content="iid", n=300, r2=0.25, blocks=FOUR, carries=("audio",)
    ),
    "R² .25, jumps, n = 300": partial(known, level="jump", content="drift", n=300, r2=0.25),
    "R² .1, walk, n = 300": partial(known, level="walk", content="drift", n=300, r2=0.1),
}

#: Worlds in which no forecast may lose to a plain rule.
BOUND_CELLS: dict[str, Maker] = {
    f"{words}, {level}, n = {n}": partial(
        known, level=level, content="iid" if level == "white" else "drift", n=n, r2=r2
    )
    for words, r2 in (("nothing", 0.0), ("R² .25", 0.25))
    for level in ("white", "ar", "walk", "jump", "spread")
    for n in (60, 140)
} | {
    f"{words}, viral, n = {n}": partial(lottery, n=n, slope=slope)
    for words, slope in (("nothing", 0.0), ("content", 1.5))
    for n in (60, 140)
}

_WORDS = Shares.only(topics=0.15, hashtags=0.1)

#: Accounts that speak.
CAPTION_CELLS: dict[str, Maker] = {
    "as real accounts are": real_like,
    "as real accounts are, captions mixed up": partial(real_like, shuffled=True),
    "as real accounts are, n = 60": partial(real_like, n=60),
    "nothing": partial(real_like, strength=0.0),
    "words carry .25": partial(talking, world=World(n=200, shares=_WORDS)),
    "words carry .25, paraphrased": partial(
        talking, world=World(n=200, shares=_WORDS, paraphrase=2 / 3)
    ),
}
