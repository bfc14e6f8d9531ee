"""What can be said of the luck in an account's hits."""

from collections.abc import Iterator
from dataclasses import replace

from virality.advice.luck import HitLuck
from virality.findings.luck import Luck
from virality.sentences import luck

FOUND = Luck(140, 60, HitLuck(140, 7, 8.6, 0.34, 0.2, 0.14), 0.66, 1.2)
NOTHING = replace(FOUND, hits=replace(FOUND.hits, explained=0.001))
FEW = Luck(40, 60, None)


def examples() -> Iterator[tuple[str, str]]:
    yield "Too few", luck.lucky(FEW)
    yield "Hits", luck.lucky(FOUND)
    yield "All of it", luck.lucky(NOTHING)
    yield "The table", luck.hits_caption(FOUND)
    yield "Hits: it went on", luck.lucky(replace(FOUND, after=9.0))
    yield "The method", luck.method(FOUND)
    yield "The method: too few", luck.method(FEW)
