"""What the chapter on when to post can say."""

from collections.abc import Iterator
from dataclasses import replace
from math import nan

from virality.advice.hours import Slot
from virality.core.text import DataText
from virality.findings.timing import Content, Luck, Size, Untried, Verdict, When
from virality.sentences import timing

EVENING, NIGHT = Slot("weekdays", 18), Slot("weekend", 21)
UNTRIED = (Untried(NIGHT, 1), Untried(Slot("weekdays", 6), 3))
CLAIM = When(
    Verdict.CLAIM, 140, 0, 0, DataText("Europe/Berlin"), True, EVENING, 0.29, 16, 9, UNTRIED,
    (0.58, 1.34), 0.007, 0.976, EVENING, 1.43, 1.12, 1.81, 21, Size.ABOVE, 1.52, Content.SEEN,
)  # fmt: skip
FEW = When(Verdict.TOO_FEW, 80, 3, 60, DataText("UTC"), False, EVENING, 0.3, 16, 6, UNTRIED)


def examples() -> Iterator[tuple[str, str]]:
    yield "A better time", timing.answer(CLAIM)
    yield (
        "A better time, by how much is open",
        timing.answer(replace(CLAIM, size=Size.OPEN, low=0.94, p=0.0004)),
    )
    for content in Content:
        yield (
            f"What it does not prove: {content.value}",
            timing.doubt(replace(CLAIM, content=content)),
        )
    none = replace(CLAIM, verdict=Verdict.NONE, p=0.41)
    yield "Nothing is shown", timing.answer(none)
    yield "Nothing is shown, doubt", timing.doubt(none)
    yield "Too few posts, doubt", timing.doubt(FEW)
    yield "Tested", timing.tested(CLAIM)
    yield "Tested: far from luck, no slot", timing.tested(replace(CLAIM, p=0.0004, slot=None))
    yield "Tested: too few posts", timing.tested(FEW)
    unsure = replace(CLAIM, verdict=Verdict.UNSURE, p=0.03, chance=0.82)
    yield "A difference, but no slot", timing.answer(unsure)
    gone = replace(CLAIM, verdict=Verdict.GONE, factor=0.91)
    yield "It did not come back", timing.answer(gone)
    narrow = replace(CLAIM, verdict=Verdict.NARROW, slot=None)
    yield "Nothing else was tried", timing.answer(narrow)
    yield "Too few posts", timing.answer(FEW)
    yield "One post short", timing.answer(replace(FEW, n=139, missing=1))
    yield "All posts alike", timing.answer(replace(FEW, n=150, missing=0))
    unknown = replace(FEW, verdict=Verdict.NO_HOURS, n=0, habit=None, habit_share=nan)
    yield "No hour is known", timing.answer(unknown)
    yield "The habit", timing.habit(CLAIM)
    yield "The habit, nothing was tried", timing.habit(replace(CLAIM, n_tried=0))
    yield "The habit, some hours unknown", timing.habit(FEW)
    yield "The habit, all was tried", timing.habit(replace(CLAIM, untried=(), n_tried=16))
    yield "The habit, twelve posts", timing.habit(replace(FEW, n=12, habit=None, n_untimed=1))
    yield "The habit, no hours", timing.habit(unknown)
    for name, found in (("with factors", CLAIM), ("posts alone", FEW)):
        caption, alt = timing.week_texts(found)
        yield f"The week, {name}", caption
        yield f"The week, {name}, described", alt
        yield f"The slots, {name}", timing.slots_caption(found)
    yield "The best raw slot", timing.luck(Luck(1.9, 1.7))
    yield "No raw slot", timing.luck(None)
