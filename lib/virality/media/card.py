"""The one owner of a graphics card: it encodes what many processes have decoded.

A copy of the models in each process would fill a small card, and none would fill a batch. So
processes decode, and hand over squares and samples; one thread here encodes them for many films at
a time, while the next ones are being decoded.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from virality.media.encoders.base import Recipe, load
from virality.media.work import Result, over_time

FILMS = 8
# Batches that may wait for the card, each of some tens of megabytes.
_WAITING = 3


def on_card(recipes: Iterable[Recipe]) -> bool:
    """Return whether encoders run on a graphics card, and so in one process only."""
    return any(recipe.device != "cpu" for recipe in recipes)


def encoded(results: Iterable, see: Recipe, hear: Recipe, films: int = FILMS) -> Iterator:
    """Yield results with the vectors of what workers have decoded, in any order.

    Parameters
    ----------
    results : iterable of Result or Loss
        What has nothing to encode passes through.
    see, hear : Recipe
    films : int
        Films in a batch.
    """
    with ThreadPoolExecutor(1) as owner:
        batch, running = [], deque()
        for result in results:
            if not _unfinished(result):
                yield result
                continue
            batch.append(result)
            if len(batch) == films:
                running.append(owner.submit(_encode, batch, see, hear))
                batch = []
            while running and (running[0].done() or len(running) > _WAITING):
                yield from running.popleft().result()
        running.append(owner.submit(_encode, batch, see, hear))
        for future in running:
            yield from future.result()


def _unfinished(result) -> bool:
    return isinstance(result, Result) and not (result.images is None and result.samples is None)


def _encode(batch: list[Result], see: Recipe, hear: Recipe) -> list[Result]:
    seen = [result for result in batch if result.images is not None]
    if seen:
        vectors = load(see).encode_squares(np.concatenate([one.images for one in seen]))
        ends = np.cumsum([len(one.images) for one in seen])[:-1]
        for result, own in zip(seen, np.split(vectors, ends), strict=True):
            result.entries["vision"], result.images = over_time(own), None
    heard = [result for result in batch if result.samples is not None]
    if heard:
        means = load(hear).encode_sounds([one.samples for one in heard])
        for result, mean in zip(heard, means, strict=True):
            result.entries["audio"], result.samples = {"mean": mean}, None
    return batch
