"""What the chapter on an experiment can say."""

from collections.abc import Iterator
from dataclasses import replace
from math import inf

from virality.advice.experiments.follow import Status
from virality.advice.experiments.judge import Outcome
from virality.core.text import DataText
from virality.findings.experiments import LOST, Experiment, Following, Hope, Promise
from virality.sentences import experiments

PROMISE = Promise(40, 20, 2.53, 1.5, 192, 140)
A, B = DataText("words on screen"), DataText("as usual")
DECIDED = Experiment(
    Outcome.FOR_A, A, B, 2.4, 1.3, 4.6, True, 14, 20, 10, True, Hope.SOME, True
)  # fmt: skip
OPEN = replace(DECIDED, factor=1.3, low=0.7, high=2.2, early=False)
FOLLOWED = Following(20, 12, 3, 1, tuple((status, 1) for status in LOST), 4, 1, 2)


def examples() -> Iterator[tuple[str, str]]:
    yield "What it can detect", experiments.promise(PROMISE)
    unknown = replace(PROMISE, smaller_takes=None, own_posts=0)
    yield "What it can detect, few posts known", experiments.promise(unknown)
    for outcome in Outcome:
        decided = outcome in (Outcome.FOR_A, Outcome.FOR_B)
        found = replace(DECIDED if decided else OPEN, outcome=outcome)
        yield f"Verdict: {outcome.value}", experiments.verdict(found)
        yield f"The figure: {outcome.value}", experiments.running_caption(found)
    late = replace(DECIDED, n_used=20, early=False)
    yield "Decided at the planned end", experiments.verdict(late)
    so_far = replace(OPEN, outcome=Outcome.GO_ON)
    open_ended = replace(so_far, bounded=False, low=0.0, high=inf, n_used=6)
    yield "Going on, early", experiments.verdict(open_ended)
    yield "Going on, to no end", experiments.verdict(replace(open_ended, hope=Hope.NONE))
    ended = replace(open_ended, outcome=Outcome.NO_DIFFERENCE)
    yield "Ended with too few pairs", experiments.verdict(ended)
    yield "The answer box", experiments.answer(DECIDED, PROMISE)
    yield "Followed, with every mistake", experiments.following(FOLLOWED)
    kept = Following(20, 20, 0, 0, (), 0, 0, 0)
    yield "Followed to the letter", experiments.following(kept)
    one = replace(kept, used=19, lost=((Status.SWAPPED, 1),), outside=1)
    yield "Followed, with one mistake", experiments.following(one)
    yield "Content was subtracted", experiments.adjusted(DECIDED)
    yield "Nothing was subtracted", experiments.adjusted(replace(DECIDED, adjusted=False))
    yield "What was not as planned", experiments.BESIDE_CAPTION
    yield "The figure, described", experiments.running_alt(OPEN)
    yield "Doubt: kept to the letter", experiments.doubt(DECIDED, kept)
    yield "Doubt: pairs were lost", experiments.doubt(DECIDED, FOLLOWED)
    yield "Doubt: one was lost", experiments.doubt(DECIDED, one)
    yield "Doubt: nothing has settled", experiments.doubt(replace(OPEN, n_used=0), kept)
