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
    for name, found in {"some": FOUND, "all of it": NOTHING, "too few": FEW}.items():
        yield f"In the record: {name}", luck.in_record(found)
    yield "In the record: it went on", luck.in_record(replace(FOUND, after=9.0))
    yield "In the record: several creators", luck.in_record(None)
