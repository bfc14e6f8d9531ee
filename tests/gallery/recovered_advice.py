"""What the boxes that read the truth can say in the chapters that advise."""

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from virality.advice.hours import Slot
from virality.demo.model import Drop
from virality.findings.recovered_advice import Date, RecoveredDrop, RecoveredHours
from virality.findings.recovered_facts import Seen
from virality.sentences import recovered_advice as words

PLANTED = Drop(pd.Timestamp("2024-06-03", tz="UTC"), 0.4, 11)
DROP = RecoveredDrop(
    Seen.FOUND, Date.UNTOLD, PLANTED, "June 2024", True, 10, 0.31, 0.78, of=40, named=6
)
NO_DROP = RecoveredDrop(Seen.NOTHING, Date.NONE, None)
EVENING, NIGHT = Slot("weekdays", 18), Slot("weekend", 21)
HOURS = RecoveredHours(Seen.FOUND, EVENING, 1.24, EVENING, 1.24, 1.33, 1.6)


def examples() -> Iterator[tuple[str, str]]:
    yield "Title", words.TITLE
    for seen in (Seen.FOUND, Seen.MISSED, Seen.REVERSED, Seen.UNKNOWN):
        yield f"Drop: {seen.name}", words.drop(replace(DROP, seen=seen))
        yield f"Hours: {seen.name}", words.hours(replace(HOURS, seen=seen))
    for date in (Date.RIGHT, Date.WRONG):
        yield f"Drop: its date is {date.name}", words.drop(replace(DROP, date=date))
    rise = replace(PLANTED, factor=2.5, posts=1)
    yield "A rise", words.drop(replace(DROP, planted=rise, falls=False, found=2.2, otherwise=0.88))
    yield "Long ago", words.drop(replace(DROP, seen=Seen.MISSED, past=True))
    for seen in (Seen.NOTHING, Seen.FALSE_ALARM, Seen.UNKNOWN):
        yield f"No drop: {seen.name}", words.drop(replace(NO_DROP, seen=seen))
        yield f"No hours: {seen.name}", words.hours(RecoveredHours(seen, None))
    yield "Another slot", words.hours(replace(HOURS, slot=NIGHT, own=1.1))
    yield (
        "Missed, though within reach",
        words.hours(replace(HOURS, seen=Seen.MISSED, in_reach=True, detectable=1.2)),
    )
