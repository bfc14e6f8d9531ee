"""What the abstract can say."""

from collections.abc import Iterator
from dataclasses import replace

from virality.findings.baselines import Curve, MorePosts
from virality.findings.data import Concentration, Views
from virality.findings.index import Answer, Columns, Limits, Looked, Next, Prediction
from virality.findings.ordering import Ordering, Pick
from virality.findings.scores import Estimate, Gain, Verdict, record
from virality.sentences import index

GAIN = Gain("forecast", "rolling_median_10", Estimate(-0.12, -0.2, -0.04), Verdict.BETTER)
HALF, RULE_HALF = Estimate(1.7, 1.5, 1.9), Estimate(1.9, 1.6, 2.2)
BETTER = Prediction(GAIN, 120, HALF, RULE_HALF, (5882, 17000))
TOP = Concentration(Views.VARIED, 140, 14, 0.39, True)
CURVE = Curve(MorePosts.NOT_SHOWN, Estimate(-0.01, -0.06, 0.04), 40, 88, 49)
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
LOOKED = Looked(140, "2023-01-01", "2024-12-31", 12345.0)


def judged(verdict: Verdict, **changes) -> Answer:
    error = {Verdict.WORSE: Estimate(0.1, 0.02, 0.2)}.get(verdict, Estimate(-0.004, -0.1, 0.08))
    gain = replace(GAIN, verdict=verdict, error=error)
    return replace(ANSWER, prediction=replace(BETTER, gain=gain, **changes))


def examples() -> Iterator[tuple[str, str]]:
    worse, alike = judged(Verdict.WORSE), judged(Verdict.UNDECIDED)
    nothing = replace(ANSWER, prediction=None)
    yield "Looked at", index.record(LOOKED)
    yield "Looked at a single post", index.record(replace(LOOKED, n=1))
    yield "Looked at nothing", index.record(Looked(0, "", "", None))
    yield "Answer", index.answer(ANSWER)
    yield "Answer: worse, of few posts", index.answer(replace(worse, record=record(45)))
    yield "Answer: no clear difference", index.answer(alike)
    rule = replace(GAIN, against="last_post", verdict=Verdict.UNDECIDED)
    one = replace(ANSWER, prediction=replace(BETTER, gain=rule), order=None)
    yield "Answer: another rule, no two posts near", index.answer(one)
    large = replace(BETTER, half=RULE_HALF)
    yield "Answer: better on large misses", index.answer(replace(ANSWER, prediction=large))
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
    yield "Comparison, described", index.headline_alt([("forecast", 2.1), ("train_mean", 2.6)])
    yield "No comparison", index.NO_HEADLINE
    yield "Pipeline", index.pipeline_caption(Columns(40, ("metadata",), ()))
    yield "Pipeline without films", index.pipeline_caption(Columns(40, (), ("vision", "audio")))
    yield "Pipeline, described", index.PIPELINE_ALT
    yield (
        "Guide",
        index.guide([("The posts", "data", "Which?"), ("Baselines", "baselines", "How?")]),
    )
    yield "Limits", index.limits(Limits(140, False, True, 40, False, TOP))
    one = replace(TOP, n_posts=12, n_top=1, top_share=0.15, uneven=False)
    yield "Limits of few even posts", index.limits(Limits(12, True, True, 1200, True, one))
    bare = replace(TOP, n_posts=1, n_top=1, uneven=None)
    yield "Limits of a single post", index.limits(Limits(1, True, True, 1200, True, bare))
    yield "Limits of many posts", index.limits(Limits(5000, False, False, 1200, False, TOP))
    for verdict, error in (
        (MorePosts.HELPED, Estimate(-0.09, -0.15, -0.03)),
        (MorePosts.HURT, Estimate(0.09, 0.03, 0.15)),
        (MorePosts.NOT_SHOWN, CURVE.error),
    ):
        found = Next(replace(CURVE, verdict=verdict, error=error), (), True)
        yield f"More posts: {verdict.value}", index.next_steps(found)
    yield "More posts: not known", index.next_steps(Next(None, ("vision", "audio"), False))
