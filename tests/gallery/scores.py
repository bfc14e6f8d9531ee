"""Words about scores that several chapters share."""

from virality.findings.baselines import Curve, MorePosts
from virality.findings.scores import Comparison, Estimate, Gain, Missed, Verdict, record
from virality.sentences import scores as words


def one_gain(verdict=Verdict.BETTER, model="ridge", against="rolling_median_10") -> Gain:
    """A model against another, with the interval that such a verdict has."""
    middle = {Verdict.BETTER: -0.2, Verdict.WORSE: 0.2, Verdict.UNDECIDED: 0.001}[verdict]
    return Gain(model, against, Estimate(middle, middle - 0.1, middle + 0.1), verdict)


def compared(**verdicts: Verdict) -> Comparison:
    """Models with their verdicts against the median of the last ten posts."""
    gains = tuple(one_gain(verdict, model) for model, verdict in verdicts.items())
    return Comparison("rolling_median_10", 84, gains, n_models=5)


def examples():
    yield "Too few posts", words.too_few(record(12), "lines")
    yield "One post", words.too_few(record(1), "lines")
    yield "Enough posts, and nothing to predict", words.too_few(record(60), "lines")
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
    yield "Which of two", words.in_a_hundred(Estimate(58.2, 52.4, 64.0))
    yield "Which of two: no interval", words.in_a_hundred(Estimate(61.0))
