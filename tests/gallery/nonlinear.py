"""The chapter on nonlinear models."""

from dataclasses import replace

from gallery.promises import COVERAGE, HITS, YEAR
from gallery.scores import compared, one_gain
from virality.findings.nonlinear import (
    Calibration,
    Chances,
    Components,
    InSample,
    Mixture,
    Slope,
    Survival,
    Viral,
)
from virality.findings.promises import Groups, Promise
from virality.findings.scores import Claim, Estimate, Verdict, record
from virality.sentences import nonlinear as sentences

BETTER, WORSE, UNDECIDED = Verdict.BETTER, Verdict.WORSE, Verdict.UNDECIDED
MANY, FEW = record(140), record(60)
IN_SAMPLE = InSample(
    Estimate(1.7, 1.5, 1.9), Estimate(2.1, 1.9, 2.4), Estimate(2.6, 2.2, 3.0),
    "rolling_median_10", 2.5, 84, Survival.NOTHING,
)  # fmt: skip
TREES = Claim(True, Estimate(0.3), p=0.002, n=84, n_shifts=499)
STEEP = Calibration(
    Slope.RIGHT, Estimate(1.0, 0.6, 1.4), normal=-0.13, viral=1.15, n_viral=9, unforeseen=True,
    n_off=0, n_levels=3,
)  # fmt: skip
VIRAL = Viral(
    Chances.KNOW_MORE, 300, 60, base=Estimate(0.2, 0.1, 0.3), recent=Estimate(0.15, 0.02, 0.28)
)


def examples():
    yield from in_sample()
    yield from comparisons()
    yield "Trees see something", sentences.trees(TREES)
    yield "Trees see nothing", sentences.trees(replace(TREES, shown=False, p=0.4))
    yield "Trees: not tested", sentences.trees(None)
    for model in ("rolling_median_10", "stack"):
        yield f"The published study beside {model}", sentences.published(1.204, 0.987, model)
    yield from calibrations()
    yield from viral()
    for clear in ((), ("likes",), ("likes", "saves")):
        for given_away in ((), ("avg_watch_s",), ("avg_watch_s", "shares")):
            said = sentences.targets_caption(clear, given_away)
            yield f"Outcomes: {len(clear)} clear, {len(given_away)} given away", said
    yield from answers()


def in_sample():
    for survival, ordered in zip(Survival, (2.6, 2.4, 1.9), strict=True):
        honest = Estimate(ordered, ordered - 0.2, ordered + 0.2)
        found = replace(IN_SAMPLE, ordered=honest, survival=survival)
        yield f"In-sample check: {survival.value}", sentences.in_sample(found)
    yield "In-sample check: nothing modelled", sentences.in_sample(None)


def comparisons():
    for verdict in Verdict:
        line = one_gain(verdict, "xgboost", "ridge")
        for rule in (BETTER, UNDECIDED):
            said = sentences.doubt(line, compared(xgboost=rule))
            yield f"Doubt, against a line: {verdict.value}, against the rule: {rule.value}", said
    yield "Doubt: nothing modelled", sentences.doubt(None, None)
    for name, found in {
        "one": compared(xgboost=WORSE, stack=BETTER),
        "two": compared(xgboost=BETTER, stack=BETTER),
        "none": compared(xgboost=UNDECIDED),
    }.items():
        yield f"Caption: {name} clear", sentences.gaps_caption(found)
        yield f"Described: {name} clear", sentences.gaps_alt(found)
    yield "Intervals in time", sentences.band_caption(COVERAGE, 12, 9)
    yield "Intervals in time, described", sentences.band_alt(COVERAGE, 12)


def calibrations():
    slopes = {Slope.NOT_SHOWN: (0.4, -0.2, 1.0), Slope.EXAGGERATED: (0.5, 0.2, 0.8),
              Slope.TIMID: (2.0, 1.4, 2.6)}  # fmt: skip
    for verdict in Slope:
        slope = Estimate(*slopes.get(verdict, (1.0, 0.6, 1.4)))
        found = replace(STEEP, verdict=verdict, slope=slope)
        yield f"Calibration: {verdict.value}", sentences.calibration_caption(found)
    flat = replace(STEEP, verdict=Slope.NOT_SHOWN, slope=Estimate(0.4, -0.2, 1.0), yet_seen=True)
    said = sentences.calibration_caption(flat)
    yield "Calibration: not shown, yet trees see something", said
    near = replace(STEEP, normal=0.02, viral=0.3, unforeseen=False)
    yield "Calibration: viral posts near their forecast", sentences.calibration_caption(near)
    alone = replace(STEEP, normal=None, viral=None, n_viral=0)
    yield "Calibration: too few viral posts", sentences.calibration_caption(alone)
    yield "Calibration: off", sentences.calibration_caption(replace(STEEP, n_off=2))
    yield "Calibration, described", sentences.calibration_alt(STEEP)


def viral():
    for chances in Chances:
        yield f"Viral: {chances.value}", sentences.viral(replace(VIRAL, chances=chances))
    yield "Viral: no posts", sentences.viral(None)
    for disagreeing in (0, 1):
        said = sentences.reliability_caption(disagreeing, VIRAL)
        yield f"Reliability: {disagreeing} disagree", said
        yield f"Reliability, described: {disagreeing}", sentences.reliability_alt(disagreeing, 3)
    for components, gain in zip(Components, (0.1, -0.1, 0.004), strict=True):
        mixture = Mixture(components, Estimate(gain, gain - 0.05, gain + 0.05), 60)
        yield f"Mixture: {components.value}", sentences.two_regimes(mixture)
    yield "Mixture: too few posts", sentences.two_regimes(None)


def answers():
    known = replace(VIRAL, chances=Chances.NOT_ESTIMABLE, n=84, positives=8)
    short = replace(COVERAGE, promise=Promise.BROKEN, held=Estimate(0.6, 0.5, 0.7))
    unsure = replace(VIRAL, chances=Chances.NOT_SHOWN)
    good, outcome, both = Groups((), ()), Groups((HITS,), ()), Groups((YEAR, HITS), ())
    rows = {
        "good": (MANY, compared(xgboost=BETTER), COVERAGE, good, VIRAL),
        "both good, few posts": (
            FEW, compared(xgboost=BETTER, stack=BETTER), COVERAGE, outcome, known
        ),
        "bad": (MANY, compared(xgboost=WORSE), short, Groups((YEAR,), ()), unsure),
        "bad, and others as well": (
            MANY, compared(xgboost=WORSE, stack=WORSE, forest=WORSE), COVERAGE, both, unsure
        ),
        "undecided, and others better": (
            MANY, compared(stack=BETTER, xgboost=UNDECIDED), COVERAGE, good, known
        ),
        "undecided, and two others better": (
            MANY, compared(stack=BETTER, forest=BETTER, xgboost=UNDECIDED), None, good, None
        ),
        "too few posts": (record(12), None, None, good, None),
    }  # fmt: skip
    for name, found in rows.items():
        yield f"Answer: {name}", sentences.answer(*found)
