"""What the first screen of a report on several creators can say."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gallery.creators import NEW, REPORT, SKILL
from gallery.first_screen import REACH
from virality.findings.creators import SharedContent, Within
from virality.findings.first_screen_many import ManyScreen
from virality.findings.scores import Estimate, Verdict
from virality.sentences import first_screen_many as say

FOUND = ManyScreen("Feb 2023", "Nov 2024", False, True, REACH, 3_400, 210_000, REPORT)


def examples() -> Iterator[tuple[str, str]]:
    yield "All of it", say.screen(FOUND, "us")
    one = replace(REPORT, n_creators=1, single=True, skill=None, content=None, newcomer=None)
    yield "One creator", say.screen(replace(FOUND, found=one), "us")
    short = replace(FOUND, reach=None, last="Feb 2023", lowest=np.nan, highest=np.nan)
    yield "No post", say.screen(short, "us")
    yield "The small picture, described", say.spark_alt(FOUND)
    yield "The small picture of no post, described", say.spark_alt(short)
    yield "Too few posts", say.within(replace(REPORT, skill=None))
    for verdict in Verdict:
        gain = replace(SKILL.gain, verdict=verdict)
        yield (
            f"Within a creator: {verdict.value}",
            say.within(replace(REPORT, skill=replace(SKILL, gain=gain))),
        )
    open_ended = replace(SKILL, gain=replace(SKILL.gain, error=Estimate(-0.1)))
    yield "Within a creator: no interval", say.within(replace(REPORT, skill=open_ended))
    for reading in Within:
        yield f"Order: {reading.name}", say.order(replace(SKILL, reading=reading))
    for name, found in {
        "not tested": None,
        "not shown": SharedContent(False, 0.4, ()),
        "in no one block": SharedContent(True, 0.01, ()),
        "in one": SharedContent(True, 0.01, ("vision",)),
    }.items():
        yield f"Content: {name}", say.content(found)
    yield "Somebody new", say.newcomer(NEW)
    yield "Nobody new", say.newcomer(None)
    yield "Next", say.coming(REPORT, "us")
    few = replace(REPORT, n_creators=3, few=True)
    yield "Next: few creators", say.coming(few, "us")
    yield "Figure", say.by_creator(FOUND)[0]
    yield "Figure, described", say.by_creator(FOUND)[1]
    yield "Doubt", say.doubt(REPORT)
    yield "Doubt: few creators", say.doubt(few)
