"""What the abstract can say."""

from collections.abc import Iterator
from dataclasses import replace

from virality.findings.index import Answer, Doubt, Limits, Prediction
from virality.findings.ordering import Ordering, Pick
from virality.findings.scores import Estimate, Gain, Verdict, record
from virality.sentences import index

GAIN = Gain("forecast", "rolling_median_10", Estimate(-0.12, -0.2, -0.04), Verdict.BETTER)
HALF, RULE_HALF = Estimate(1.7, 1.5, 1.9), Estimate(1.9, 1.6, 2.2)
BETTER = Prediction(GAIN, 120, HALF, RULE_HALF, (5882, 17000))
ORDER = Ordering(
    "forecast",
    Pick.SURER,
    Estimate(58, 52, 64),
    "rolling_median_10",
    Estimate(47, 41, 53),
    120,
    2210,
)
ANSWER = Answer(record(140), BETTER, True, ("vision", "hashtag_text"), True, ORDER)


def judged(verdict: Verdict, **changes) -> Answer:
    error = {Verdict.WORSE: Estimate(0.1, 0.02, 0.2)}.get(verdict, Estimate(-0.004, -0.1, 0.08))
    gain = replace(GAIN, verdict=verdict, error=error)
    return replace(ANSWER, prediction=replace(BETTER, gain=gain, **changes))


def examples() -> Iterator[tuple[str, str]]:
    worse, alike = judged(Verdict.WORSE), judged(Verdict.UNDECIDED)
    nothing = replace(ANSWER, prediction=None)
    yield "Answer", index.answer(ANSWER)
    yield "Answer: worse, of few posts", index.answer(replace(worse, record=record(45)))
    yield "Answer: no clear difference", index.answer(alike)
    rule = replace(GAIN, against="last_post", verdict=Verdict.UNDECIDED)
    one = replace(ANSWER, prediction=replace(BETTER, gain=rule), order=None)
    yield "Answer: another rule, no two posts near", index.answer(one)
    none = replace(ANSWER, content=(), history=False)
    yield "Answer: nothing carries information", index.answer(none)
    unsure = replace(none, order=replace(ORDER, pick=Pick.UNSURE, times=Estimate(53, 47, 59)))
    yield "Answer: nothing carries information, nor orders", index.answer(unsure)
    long_run = replace(BETTER, gain=replace(GAIN, against="train_median"))
    yield (
        "Answer: no memory shown, the long run leads",
        index.answer(replace(none, prediction=long_run)),
    )
    untested = replace(none, content_tested=False)
    yield "Answer: content not tested", index.answer(untested)
    yield (
        "Answer: one block, history not tested",
        index.answer(replace(ANSWER, content=("audio",), history=None)),
    )
    yield "Answer: too few posts", index.answer(replace(nothing, record=record(12)))
    yield "Answer: nothing to predict", index.answer(nothing)
    for verdict in Verdict:
        found = ANSWER if verdict is Verdict.BETTER else judged(verdict)
        yield f"Comparison: {verdict.value}", index.headline_caption(found.prediction)
    misses = [("forecast", 2.1), ("train_mean", 2.6)]
    yield "Comparison, described", index.headline_alt(BETTER, misses)
    for pick in Pick:
        found = replace(ANSWER, order=replace(ORDER, pick=pick))
        yield f"Which of two: {pick.name}", index.answer(found)
    yield "Doubt: it has just changed", index.doubt(Doubt(140, True, False, True))
    yield "Doubt: few posts", index.doubt(Doubt(140, False, False, True))
    yield "Doubt: a dozen posts", index.doubt(Doubt(12, False, True, True))
    yield "Doubt: many posts", index.doubt(Doubt(5000, False, False, False))
    yield "Limits", index.limits(Limits(140, False, 1200, True))
    yield "Limits of few posts", index.limits(Limits(12, True, 5, False))
    yield "What was run", index.RECIPE_CAPTION
