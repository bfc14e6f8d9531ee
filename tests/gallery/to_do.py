"""What the first page quotes of the chapters on what to do."""

from collections.abc import Iterator
from dataclasses import replace

from gallery.changes import FOUND as CHANGES
from gallery.steps import FOUND as SUGGESTED
from gallery.timing import CLAIM
from gallery.whatif import FOUND, KIND, NOTHING, TAG
from virality.findings.associations import Verdict as Went
from virality.findings.associations import WentWith
from virality.findings.timing import Verdict as Hour
from virality.findings.to_do import ToDo
from virality.sentences import to_do


def examples() -> Iterator[tuple[str, str]]:
    drop = CHANGES["a drop"]
    yield "all of it", to_do.lines(ToDo(drop, CLAIM, FOUND, SUGGESTED), "alice")
    kinds = replace(FOUND, told=(TAG, KIND))
    yield "a kind of post among it", to_do.lines(ToDo(drop, CLAIM, kinds, SUGGESTED), "alice")
    for name, last in CHANGES.items():
        yield f"changed: {name}", to_do.changed(last)
    for verdict in Hour:
        yield f"hours: {verdict.name}", to_do.hours(replace(CLAIM, verdict=verdict))
    yield "choices: nothing", to_do.choices(NOTHING)
    yield (
        "choices: nothing, a yes or no",
        to_do.choices(replace(NOTHING, told=(replace(TAG, found=False),))),
    )
    for verdict in (Went.TOO_FEW, Went.UNTOLD):
        yield f"choices: {verdict.name}", to_do.choices(WentWith(verdict, 12))
