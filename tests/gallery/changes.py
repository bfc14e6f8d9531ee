"""What the chapter on changes can say."""

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from virality.advice.dating import Dated
from virality.advice.stretches import Stretch
from virality.findings.changes import After, AfterHit, Dating, Last, Verdict, When
from virality.sentences import changes

TEN = Stretch(10, 30, 0.41, 0.2, 0.84, 0.016, 126.0, 1, 100, True)
FIVE = replace(TEN, posts=5, factor=0.35, once_in=40.0)
TWENTY = replace(TEN, posts=20, factor=0.6, claimed=False)
DROP = Last(Verdict.DROP, 140, 3, 60, TEN, (FIVE, TWENTY), True)
HIGH = replace(TEN, factor=2.4, low=1.2, high=5.0)
FOUND = {
    "few posts": Last(Verdict.TOO_FEW, 42, 0, 60),
    "all alike": Last(Verdict.ALIKE, 90, 1, 60),
    "luck, below": replace(DROP, verdict=Verdict.LUCK, others=(TWENTY,), n_young=0,
                           main=replace(TEN, claimed=False, once_in=4.2, seen=24)),
    "luck, above": replace(DROP, verdict=Verdict.LUCK, others=(TWENTY,), below=False,
                           main=replace(HIGH, claimed=False, once_in=4.2, seen=24)),
    "a drop": DROP,
    "a drop that luck makes too seldom to count": replace(DROP, seldom=True, others=()),
    "a rise": replace(DROP, verdict=Verdict.RISE, main=HIGH, below=False,
                      others=(replace(FIVE, factor=2.9),)),
}  # fmt: skip
DAYS = [pd.Timestamp(day, tz="UTC") for day in ("2024-06-03", "2024-06-01", "2024-08-20")]
TURN = Dated(*DAYS, 0.4, 90, 90)
DATED = Dating(When.DATED, 180, 140, TURN, "June 2024", "June 2024", "August 2024")
HITS = AfterHit(After.KEPT, 300, 140, 15, 0.31, 0.08, 0.54)


def examples() -> Iterator[tuple[str, str]]:
    none = Dating(When.NONE, 180, 140)
    for name, found in FOUND.items():
        yield f"Answer: {name}", changes.answer(found, none)
        yield f"Shadow-banned? {name}", changes.banned(found)
        yield f"The level: {name}", changes.level_caption(found, 0.8)
        yield f"The level, described: {name}", changes.level_alt(found)
        yield f"Doubt: {name}", changes.doubt(found)
        yield f"Ordinary luck: {name}", changes.luck_caption(found)
    yield "Answer with a date", changes.answer(DROP, DATED)
    for date in (Dating(When.TOO_FEW, 90, 140), none, DATED, replace(DATED, last="June 2024")):
        yield f"Date: {date.when.name} {date.last}", changes.dated(date)
    for after, low, high in zip(After, (0, 0.08, 0, 0, 0), (1, 0.54, 0.4, 0, 0.8), strict=True):
        found = replace(HITS, after=after, low=low, high=high)
        yield f"After a hit: {after.name}", changes.after_hit(found)
    yield "The table", changes.STRETCHES_CAPTION
    yield "Ordinary luck, described", changes.luck_alt(DROP)
