"""Every sentence on the next ten posts, from findings made by hand."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gallery.changes import DROP
from gallery.whatif import FACE, KIND, LENGTH, TAG
from virality.advice.hours import Slot
from virality.advice.steps.next_steps import State
from virality.findings.changes import Last
from virality.findings.changes import Verdict as Change
from virality.findings.scores import Estimate
from virality.findings.steps import NextPosts, Risk, Step, Strength, Test, Verdict
from virality.sentences import steps as say

EVENING = Slot("weekdays", 18)
SIZE = Estimate(1.62, 1.21, 2.04)
HASHTAG = Step(TAG, True, Strength.CLEAR, SIZE, 1.8, 1.5, 19, 7, 20, 1.37, experiment_posts=110)
LONGER = Step(LENGTH, True, Strength.LEANING, Estimate(1.2, 0.97, 1.5), 1.5, 0.9, 53, 12, 20,
              np.nan, (Risk.FADED, Risk.OPEN), apart=1)  # fmt: skip
HOUR = Step(EVENING, True, Strength.LEANING, Estimate(1.3, 0.96, 1.7), 1.3, 1.3, 22, 1, 20, np.nan,
            (Risk.OPEN, Risk.OLD), FACE, experiment_posts=300)  # fmt: skip
TRY = Test(FACE, Estimate(1.4, 0.7, 2.8), 40, 0.21, 2.5, 1.5, 150, 8.7)
NONE = NextPosts(Verdict.NONE, 140, 80, 21, test=TRY)
FOUND = NextPosts(Verdict.SUGGESTED, 140, 80, 21, steps=(HASHTAG, LONGER, HOUR))


def examples() -> Iterator[tuple[str, str]]:
    yield "too few", say.answer(NextPosts(Verdict.TOO_FEW, 12, 30, 0), "alice")
    yield "few", say.answer(replace(NONE, verdict=Verdict.EARLY, n=42), "alice")
    yield "nothing, and a test", say.answer(NONE, "alice")
    yield "nothing, and nothing to test", say.answer(replace(NONE, test=None), "alice")
    running = replace(NONE, test=None, running=True)
    yield "nothing, and an experiment is on its way", say.answer(running, "alice")
    yield "suggested", say.answer(FOUND, "alice")
    one = replace(FOUND, steps=(HASHTAG,), running=True)
    yield "suggested: one, while an experiment is on its way", say.answer(one, "alice")
    yield "one by one", say.each(FOUND)
    yield (
        "test: of a hashtag, at an unknown pace",
        say.test(replace(TRY, about=TAG, weeks=np.nan, smaller_takes=None), "alice"),
    )
    yield "test: of a kind of post", say.test(replace(TRY, about=KIND), "alice")
    yield "test: of an hour", say.test(replace(TRY, about=EVENING), "alice")
    states = (State.HABIT, State.SMALL, State.SAME, State.FURTHER)
    aside = replace(
        FOUND, aside=tuple((state, FACE, False) for state in states), alone=(TAG, EVENING)
    )
    yield "aside", say.aside(aside)
    yield "aside: nothing", say.aside(FOUND)
    yield "what is left", say.left({3: 0.64, 4: 0.79}, 1.3)
    for verdict in (Change.DROP, Change.RISE):
        yield f"doubt: {verdict.name}", say.doubt(FOUND, replace(DROP, verdict=verdict))
    for name, found in {"suggested": FOUND, "nothing": NONE}.items():
        yield f"doubt: {name}", say.doubt(found, Last(Change.TOO_FEW, 12, 0, 60))
        yield f"why a test: {name}", say.why_a_test(found)
    yield "figure: suggested", say.forest_texts(FOUND)[0]
    yield "figure: nothing", say.forest_texts(NONE)[0]
    yield "figure: alternative text", say.forest_texts(FOUND)[1]
    yield "figure: alternative text, nothing", say.forest_texts(NONE)[1]
    yield "posts", say.posts_caption(FOUND)
    yield "posts: of one", say.posts_caption(one)
