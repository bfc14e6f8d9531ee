"""The chapter on linear models and baselines."""

from dataclasses import replace
from math import nan

from gallery.scores import compared
from virality.findings.baselines import Curve, Fall, MorePosts, Nearest, Replication, Seasons
from virality.findings.scores import Claim, Estimate, Verdict, record
from virality.sentences import baselines as sentences

FALL = Fall("ridge", 2.26, 2.45, Estimate(0.08, 0.03, 0.13), 84)
CURVE = Curve(MorePosts.HELPED, Estimate(-0.09, -0.15, -0.03), 40, 88, 60)
CONTENT = Claim(True, Estimate(0.2), p=0.004, n=84, n_shifts=499)
HISTORY = Claim(True, Estimate(0.21, 0.05, 0.37), p=0.0001, n=84)
EFFECT = Claim(False, Estimate(0.14), p=nan, n=84, n_shifts=99)
STUDY = Replication(("ridge", "elastic_net"), ("xgboost",), 3, 3, "rolling_median_10", 0.912, True)
NEAREST = Nearest("ridge", Estimate(1.7, 1.5, 1.9), Estimate(1.9, 1.7, 2.1))
SEASONS = Seasons("ridge", "rolling_median_10", 2, 3, 1.65, 2.46)


def examples():
    yield "In time order: a fall", sentences.shuffled(FALL)
    level = replace(FALL, lost=Estimate(0.02, -0.1, 0.14))
    yield "In time order: none", sentences.shuffled(level)
    yield "In time order: nothing to compare", sentences.shuffled(None)
    for n in (1, 5):
        yield f"Folds: {n}", sentences.folds_caption(n, 7.2)
    yield "A fold by hand", sentences.by_hand(2.04, 2.91, 11)
    yield "Scores", sentences.scores_caption(all_verdicts())
    for wins, n in ((2, 3), (1, 1), (0, 1)):
        found = replace(SEASONS, wins=wins, n=n)
        yield f"Nearer in {wins} of {n} folds", sentences.seasons_caption(found)
    yield "Nearer in folds, described", sentences.seasons_alt(SEASONS)
    yield from tests()
    yield "The study: all come back", sentences.replication(replace(STUDY, near=()))
    yield "The study: one comes near", sentences.replication(STUDY)
    beaten = replace(STUDY, exact=(), n_better=1, wins=False)
    yield "The study: none comes back, and the rule is beaten", sentences.replication(beaten)
    yield "Another table than the study's", sentences.replication(None)
    yield from answers()


def all_verdicts():
    return compared(ridge=Verdict.BETTER, elastic_net=Verdict.UNDECIDED, block_ridge=Verdict.WORSE)


def tests():
    yield "Content: named", sentences.content_caption(CONTENT, ("vision", "audio"))
    yield "Content: not named", sentences.content_caption(CONTENT, ())
    silent = replace(CONTENT, shown=False, p=0.4)
    yield "Content: not shown", sentences.content_caption(silent, ())
    forgets = replace(HISTORY, shown=False, statistic=Estimate(-0.02, -0.1, 0.06), p=0.6)
    yield "History: a memory", sentences.history(HISTORY)
    yield "History: none shown", sentences.history(forgets)
    yield "History: not tested", sentences.history(None)
    for verdict in MorePosts:
        yield (
            f"More posts: {verdict.value}",
            sentences.curve_caption(replace(CURVE, verdict=verdict)),
        )
    yield "More posts: one size", sentences.curve_caption(None)
    yield "More posts, described", sentences.curve_alt(CURVE)
    yield "More posts: one size, described", sentences.curve_alt(None)
    yield "The smallest effect", sentences.smallest(EFFECT)
    yield "No effect is large enough", sentences.smallest(replace(EFFECT, statistic=Estimate(nan)))
    yield "The smallest effect: not tested", sentences.smallest(None)


def answers():
    few, many, silent = record(60), record(140), replace(CONTENT, shown=False, p=0.4)
    one, none = all_verdicts(), compared(ridge=Verdict.UNDECIDED)
    two = compared(ridge=Verdict.BETTER, elastic_net=Verdict.BETTER)
    bad, four = compared(ridge=Verdict.WORSE), ("vision", "audio", "hook", "energy")
    yield "Answer: too few posts", sentences.answer(record(12), None, None, None, ())
    yield "Answer: one wins", sentences.answer(many, one, NEAREST, CONTENT, ("vision",))
    yield "Answer: two win", sentences.answer(many, two, NEAREST, CONTENT, four)
    yield "Answer: none wins, few posts", sentences.answer(few, none, NEAREST, silent, ())
    yield "Answer: worse, in no block", sentences.answer(many, bad, NEAREST, CONTENT, ())
    yield "Answer: no test", sentences.answer(many, none, NEAREST, None, ())
    yield "Doubt, all are worse", sentences.doubt(bad, SEASONS)
    for found in (one, two, none):
        verdict = ", ".join(found.better) or "none"
        yield f"Better than the rule: {verdict}", sentences.gaps_caption(found)
        yield f"Better than the rule, described: {verdict}", sentences.gaps_alt(found)
        yield f"Doubt, better: {verdict}", sentences.doubt(found, SEASONS)
    yield "Doubt: nothing modelled", sentences.doubt(None, None)
