"""What the chapter on the forecast can say."""

from collections.abc import Iterator
from dataclasses import replace
from math import nan

from virality.findings.forecast import Lead, Others, Voices, Worth
from virality.findings.ordering import Ordering, Pick
from virality.findings.promises import Coverage, Promise
from virality.findings.scores import Estimate, Gain, Verdict, record
from virality.sentences import forecast

VOICES = Voices(Lead.RULES, 0.7, 0.3, 0.0, False, 20)
GAIN = Gain("forecast", "rolling_median_10", Estimate(-0.08, -0.15, -0.01), Verdict.BETTER)
WORTH = Worth(GAIN, 84, Estimate(1.7, 1.5, 1.9), Estimate(1.9, 1.6, 2.2), 11)
PICKS = Ordering(
    "forecast",
    Pick.SURER,
    Estimate(58, 52, 64),
    "rolling_median_10",
    Estimate(47, 41, 53),
    84,
    1810,
)
KEPT = Coverage(Promise.KEPT, 0.8, Estimate(0.78, 0.7, 0.85), 64, 9.5, None, False, "adaptive")


def examples() -> Iterator[tuple[str, str]]:
    for lead in Lead:
        found = replace(VOICES, lead=lead)
        yield f"Voices: {lead.value}", forecast.voices_caption(found)
        yield f"Voices, described: {lead.value}", forecast.voices_alt(found)
    asked = Voices(Lead.MODELS, 0.3, 0.45, 0.25, True, 20)
    yield "Voices, others were asked", forecast.voices_caption(asked)
    for heard in (True, False):
        yield f"Others were asked, and heard: {heard}", forecast.others(Others(60, 9120, heard))
    yield "Nobody else was asked", forecast.others(None)
    for verdict, error in (
        (Verdict.BETTER, GAIN.error),
        (Verdict.WORSE, Estimate(0.09, 0.02, 0.17)),
        (Verdict.UNDECIDED, Estimate(-0.01, -0.1, 0.08)),
    ):
        found = replace(WORTH, gain=replace(GAIN, error=error, verdict=verdict))
        yield f"Answer: {verdict.value}", forecast.answer(record(140), found, PICKS, KEPT)
        yield f"The race: {verdict.value}", forecast.race_caption(found)
        yield f"The race, described: {verdict.value}", forecast.race_alt(found)
        yield f"Doubt: {verdict.value}", forecast.doubt(found)
    yield "Doubt: nothing modelled", forecast.doubt(None)
    large = replace(WORTH, half=WORTH.rule_half)
    yield "Answer: on large misses", forecast.answer(record(140), large, PICKS, KEPT)
    for pick in Pick:
        found = replace(PICKS, pick=pick)
        yield f"Picks: {pick.value}", forecast.picks_caption(found)
        yield f"Picks, described: {pick.value}", forecast.picks_alt(found)
        yield f"Answer, picks: {pick.value}", forecast.answer(record(140), WORTH, found, KEPT)
    alone = replace(PICKS, rule_times=Estimate(nan))
    yield "Picks: no rule beside", forecast.picks_caption(alone)
    unbounded = replace(PICKS, pick=Pick.UNTOLD, times=Estimate(55, nan, nan), n=24)
    yield "Answer, few posts", forecast.answer(record(45), WORTH, unbounded, None)
    yield "Answer, no two posts near", forecast.answer(record(140), WORTH, None, KEPT)
    yield "Answer: nothing modelled", forecast.answer(record(12), None, None, None)
    for promise in Promise:
        found = replace(KEPT, promise=promise)
        yield (
            f"Answer, intervals: {promise.value}",
            forecast.answer(record(140), WORTH, PICKS, found),
        )
