"""Words about scores that several chapters share."""

from math import nan

from virality.findings.baselines import Curve, MorePosts
from virality.findings.ordering import Ordering, Pick
from virality.findings.scores import Comparison, Estimate, Gain, Missed, Verdict, record
from virality.sentences import scores as words

SELDOM = Estimate(48.2, 42.1, 54.3)


def one_gain(verdict=Verdict.BETTER, model="ridge", against="rolling_median_10") -> Gain:
    """A model against another, with the interval that such a verdict has."""
    middle = {Verdict.BETTER: -0.2, Verdict.WORSE: 0.2, Verdict.UNDECIDED: 0.001}[verdict]
    return Gain(model, against, Estimate(middle, middle - 0.1, middle + 0.1), verdict)


def compared(**verdicts: Verdict) -> Comparison:
    """Models with their verdicts against the median of the last ten posts."""
    gains = tuple(one_gain(verdict, model) for model, verdict in verdicts.items())
    return Comparison("rolling_median_10", 84, gains, n_models=5)


def ordered(pick=Pick.SURER, rule_times=SELDOM) -> Ordering:
    """A forecast that picks the better of two posts so often, with the interval of its verdict."""
    times = {
        Pick.SURER: Estimate(58.2, 52.4, 64.0),
        Pick.UNSURE: Estimate(52.3, 46.1, 58.5),
        Pick.WRONG: Estimate(43.7, 38.2, 49.2),
        Pick.UNTOLD: Estimate(61.0),
    }[pick]
    n = 36 if pick is Pick.UNTOLD else 180
    return Ordering("stack", pick, times, "rolling_median_10", rule_times, n, 1200)


def examples():
    yield "Too few posts", words.too_few(record(12))
    yield "One post", words.too_few(record(1))
    yield "Enough posts, and nothing to predict", words.too_few(record(60))
    yield "Few posts", words.indicative(record(60))
    yield "Enough posts", words.indicative(record(200))
    yield "Tuned models start from the level", words.starting_point("tuned")
    yield "The study's models", words.starting_point("study")
    yield "Views", words.other_target("views")
    yield "Another outcome", words.other_target("engagement_rate")
    found = Missed(("vision", "momentum"), (), (), (), 12)
    yield "A block is missed", words.missed_caption(found, "xgboost")
    alone = Missed((), ("audio",), ("metadata+momentum", "caption_text"), ("vision",), 12)
    yield "No block is missed, three are worse alone", words.missed_caption(alone, "block_ridge")
    curve = Curve(MorePosts.HELPED, Estimate(-0.09, -0.15, -0.03), 40, 88, 60)
    yield "A step of the learning curve", words.from_to(curve)
    for verdict in Verdict:
        yield f"A gain: {verdict.value}", words.gain(one_gain(verdict))
    yield "A model by name", words.the("ridge")
    yield "A rule by name", words.the("rolling_median_10")
    for pick in Pick:
        yield f"Which of two: {pick.value}", words.ordering(ordered(pick))
    yield "Which of two: no pairs", words.ordering(None)
    yield "Which of two: no rule beside it", words.ordering(ordered(rule_times=Estimate(nan)))
    alone = ordered(Pick.UNTOLD, Estimate(nan))
    yield "Which of two, in numbers alone", words.ordering_in_numbers(alone)
