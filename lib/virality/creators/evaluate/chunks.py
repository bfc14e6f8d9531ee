"""Creators by the handful: large enough to be worth sending, small enough to be forgotten."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pandas as pd

from virality.core.threads import one_thread
from virality.creators.evaluate.one import Work, examine
from virality.creators.evaluate.tables import TABLES, Tables, labelled, stacked

CHUNK_POSTS = 1000

# Workers of a cluster may run several tasks in one process, but BLAS's threads, which have to be
# one for the numbers to be the same everywhere, are set for all of it.
_ALONE = threading.Lock()


@dataclass(frozen=True)
class Chunk:
    """Some creators, and which of all handfuls they are.

    Parameters
    ----------
    number : int
    names : tuple
    posts : tuple of DataFrame
    """

    number: int
    names: tuple
    posts: tuple[pd.DataFrame, ...]


def chunked(creators: Iterable[tuple], most_posts: int = CHUNK_POSTS) -> Iterator[Chunk]:
    """Yield handfuls of creators, in their order.

    Parameters
    ----------
    creators : iterable of (name, DataFrame)
    most_posts : int
        From which a handful is full; a creator is never divided.
    """
    held: list[tuple] = []
    number = 0
    for creator in creators:
        held.append(creator)
        if sum(len(posts) for _, posts in held) >= most_posts:
            yield _chunk(number, held)
            held, number = [], number + 1
    if held:
        yield _chunk(number, held)


def _chunk(number: int, creators: list[tuple]) -> Chunk:
    names, posts = zip(*creators, strict=True)
    return Chunk(number, names, posts)


def examine_chunk(chunk: Chunk, work: Work) -> tuple[int, Tables]:
    """Examine all creators of a handful: this is what a worker does.

    Parameters
    ----------
    chunk : Chunk
    work : Work

    Returns
    -------
    number : int
        Of the chunk.
    tables : dict of str to DataFrame
        Each with a first column that names the creators.
    """
    by = work.settings.by
    with _ALONE, one_thread():
        parts = [
            labelled(examine(posts, work), name, by)
            for name, posts in zip(chunk.names, chunk.posts, strict=True)
        ]
    return chunk.number, {name: stacked([p[name] for p in parts], name, by) for name in TABLES}
