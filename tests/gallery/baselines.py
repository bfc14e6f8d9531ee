"""The chapter on linear models and baselines."""

from dataclasses import replace
from math import nan

from gallery.scores import compared
from virality.findings.baselines import (
    Blocks,
    Curve,
    Fall,
    MorePosts,
    Order,
    Promise,
    Replication,
    Shuffled,
)
from virality.findings.scores import Claim, Estimate, Leader, Verdict, record
from virality.sentences import baselines as sentences

FALL = Fall(
    "ridge", Estimate(0.4, 0.2, 0.6), Estimate(-0.1, -0.3, 0.1), Estimate(0.5, 0.2, 0.8), 84
)
CURVE = Curve(MorePosts.HELPED, Estimate(-0.09, -0.15, -0.03), 40, 88, 60)
CLEAR = Estimate(0.31, 0.12, 0.48)
BLOCKS = Blocks(Order("vision", CLEAR), Estimate(0.25, 0.02, 0.46), None)
CONTENT = Claim(True, Estimate(0.2), p=0.004, n=84, n_shifts=499)
HISTORY = Claim(True, Estimate(0.21, 0.05, 0.37), p=0.0001, n=84)
EFFECT = Claim(False, Estimate(0.14), p=nan, n=84, n_shifts=99)
STUDY = Replication(("ridge", "elastic_net"), ("xgboost",), 3, 3, "rolling_median_10", 0.912, True)
LEADER = Leader("rolling_median_10", Estimate(2.2, 1.9, 2.6), Estimate(1.7, 1.5, 1.9), 84)


def examples():
    for promise, r2 in zip(Promise, (-0.3, 0.05, 0.4), strict=True):
        yield (
            f"Shuffled: {promise.value}",
            sentences.shuffled(Shuffled("ridge", Estimate(r2, r2 - 0.2, r2 + 0.2), promise)),
        )
    yield "In time order: a fall", sentences.shuffled_caption(FALL)
    yield (
        "In time order: none",
        sentences.shuffled_caption(
            replace(FALL, ordered=Estimate(0.38, 0.1, 0.6), lost=Estimate(0.02, -0.1, 0.14))
        ),
    )
    yield "In time order: no scores", sentences.shuffled_caption(None)
    for n in (0, 1, 5):
        yield f"Folds: {n}", sentences.folds_caption(n, 7.2)
    yield "A fold by hand", sentences.by_hand(2.04, 2.91, 11)
    yield "Scores: a rule leads", sentences.scores_caption(LEADER)
    yield "Scores: a model leads", sentences.scores_caption(replace(LEADER, model="ridge"))
    yield "Every verdict against the rule", sentences.comparison(all_verdicts())
    for wins, n in ((2, 3), (1, 1), (0, 1)):
        said = sentences.fold_by_fold("ridge", "rolling_median_10", wins, n, 1.65, 2.46)
        yield f"Nearer in {wins} of {n} folds", said
    yield from blocks()
    yield from tests()
    yield "The study: all come back", sentences.replication(replace(STUDY, near=()))
    yield "The study: one comes near", sentences.replication(STUDY)
    beaten = replace(STUDY, exact=(), n_better=1, wins=False)
    yield "The study: none comes back, and the rule is beaten", sentences.replication(beaten)
    yield "Another table than the study's", sentences.replication(None)
    yield from answers()


def all_verdicts():
    return compared(ridge=Verdict.BETTER, elastic_net=Verdict.UNDECIDED, block_ridge=Verdict.WORSE)


def blocks():
    unclear = replace(BLOCKS, alone=Order("audio", Estimate(0.1, -0.1, 0.3)))
    yield "Blocks: one does well alone", sentences.blocks_caption(BLOCKS)
    yield "Blocks: none clearly above zero", sentences.blocks_caption(unclear)
    for block in ("momentum", "caption_text"):
        found = replace(BLOCKS, without=Order(block, CLEAR))
        yield f"Blocks: better without {block}", sentences.blocks_caption(found)
    yield "Blocks: none could be scored", sentences.blocks_caption(None)


def tests():
    yield "Content: named", sentences.content_caption(CONTENT, ("vision", "audio"))
    yield "Content: not named", sentences.content_caption(CONTENT, ())
    silent = replace(CONTENT, shown=False, p=0.4)
    yield "Content: not shown", sentences.content_caption(silent, ())
    yield "Content: not tested", sentences.content_caption(None, ())
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
    yield "The smallest effect", sentences.smallest(EFFECT)
    yield "No effect is large enough", sentences.smallest(replace(EFFECT, statistic=Estimate(nan)))
    yield "The smallest effect: not tested", sentences.smallest(None)


def answers():
    few, many, forgets = record(60), record(140), replace(HISTORY, shown=False)
    one, none = all_verdicts(), compared(ridge=Verdict.WORSE)
    two = compared(ridge=Verdict.BETTER, elastic_net=Verdict.BETTER)
    yield "Answer: too few posts", sentences.answer(record(12), None, None, (), None)
    yield (
        "Answer: one wins, content and history",
        sentences.answer(many, LEADER, one, ("vision",), HISTORY),
    )
    yield "Answer: two win", sentences.answer(many, LEADER, two, (), forgets)
    yield "Answer: none wins, few posts", sentences.answer(few, LEADER, none, (), forgets)
    yield "Answer: no test", sentences.answer(many, LEADER, none, (), None)
