"""Every sentence of the chapter on what carries the prediction, from findings made by hand."""

from dataclasses import replace

from virality.core.text import PostName
from virality.explanation.explain import Skill, Verdict
from virality.findings.checks import Checks
from virality.findings.interpretability import (
    Agreement,
    Alike,
    Carriers,
    Course,
    Dependence,
    Example,
    Folds,
    Likeness,
    Nothing,
    Order,
    Pushes,
)
from virality.findings.scores import Estimate
from virality.sentences import interpretability as say

SKILL = Skill(Verdict.BETTER, 84, 1.9, "rolling_median_10", 2.3, -0.28, -0.09)
FOLDS = Folds(
    5, "vision", 3, ("momentum", "audio"),
    (("vision", 0.31, 0.52), ("momentum", 0.2, 0.41), ("audio", 0.004, 0.3)),
    Agreement.SETTLED, 0.81,
)  # fmt: skip
CHECKS = Checks(
    ("vision", "momentum"), (), ("momentum",), Estimate(0.12, 0.03, 0.22), "vision",
    (("vision", 0.02, 0.21), ("momentum", 0.01, 0.09), ("audio", -0.04, 0.03)),
)  # fmt: skip
FOUND = Carriers(
    n_posts=140,
    n_held_out=84,
    skill=SKILL,
    leading=(
        ("vision__components", 1.3),
        ("metadata__hour", 1.2),
        ("energy__missing", 1.1),
        ("energy__something_new", 1.04),
    ),
    blocks=(Pushes("vision", 1.31, 0.42), Pushes("momentum", 1.2, 0.31), Pushes("audio", 1.1, 0.2)),
    order=Order.CLEAR,
    widest="vision",
    widest_columns=8,
    widest_place=1,
    checks=CHECKS,
)
EXAMPLE = Example(
    "“a dog” (2024-05-06)", 9870, 23400, 31234,
    (("vision__components", 1.62), ("metadata__hour", 0.81), ("rest", 1.05)), True, 1.33, 3.16,
)  # fmt: skip


ALIKE = Alike(
    Likeness.SEVERAL,
    (PostName("2024-04-02", "a *dog*"), PostName("2024-03-28"), PostName("2024-01-05", "cat")),
    0.71, 2.4, (("similar__hashtags", 1.12), ("similar__wording", 0.96), ("similar__hour", 1.03)),
)  # fmt: skip


def judged(verdict):
    return replace(FOUND, skill=replace(SKILL, verdict=verdict))


def checked(found=FOUND, **changes):
    return replace(found, checks=replace(CHECKS, **changes))


def examples():
    for reason, n in ((Nothing.TOO_FEW, 12), (Nothing.TOO_FEW, 1), (Nothing.NOT_PREDICTED, 45)):
        yield f"answer: {reason.name.lower()}, {n}", say.answer(Carriers(n, reason))
    flat = Carriers(60, Nothing.FLAT, skill=SKILL)
    yield "answer: flat", say.answer(flat)
    yield "doubt: flat", say.doubt(flat)
    for verdict in Verdict:
        yield f"answer: {verdict.name.lower()}", say.answer(judged(verdict))
        yield f"doubt: {verdict.name.lower()}", say.doubt(judged(verdict))
        yield f"skill: {verdict.name.lower()}", say.skill(judged(verdict))
    yield "answer: few posts", say.answer(replace(FOUND, n_posts=60, indicative=True))
    yield from one_post()
    yield from blocks()
    yield from checks()
    for name, text in zip(("caption", "alt"), say.dependence_texts(COURSES), strict=True):
        yield f"dependence: {name}", text


def one_post():
    for name, text in zip(("caption", "alt"), say.waterfall_texts(EXAMPLE), strict=True):
        yield f"one post: {name}", text
    yield "one post: it did not help", say.waterfall_texts(replace(EXAMPLE, helped=False))[0]
    yield "posts like it: several", say.alike_caption(ALIKE)
    one = replace(ALIKE, likeness=Likeness.ONE, posts=ALIKE.posts[:1])
    yield "posts like it: one", say.alike_caption(one)
    yield "posts like it: one, which says nothing", say.alike_caption(replace(one, says=()))
    for name, text in zip(("caption", "alt"), say.summary_texts(FOUND), strict=True):
        yield f"all posts: {name}", text


def blocks():
    for name, text in zip(("caption", "alt"), say.blocks_texts(FOUND), strict=True):
        yield f"blocks: {name}", text
    yield "blocks: the widest first", say.width(FOUND)
    third = replace(FOUND, order=Order.OPEN, widest="audio", widest_place=3)
    yield "blocks: open", say.blocks_texts(third)[0]
    yield "blocks: the widest third", say.width(third)
    yield "answer: open", say.answer(third)
    one = replace(FOUND, blocks=FOUND.blocks[:1], order=Order.ONE_BLOCK)
    yield "blocks: one", say.blocks_texts(one)[0]
    yield "blocks: one, width", say.width(one)
    yield "answer: one block", say.answer(one)
    yield "answer: reduced together", say.answer(replace(one, order=Order.MIXED))
    for name, text in zip(("caption", "alt"), say.folds_texts(FOLDS), strict=True):
        yield f"folds: {name}", text
    yield "folds: always the same", say.folds_texts(replace(FOLDS, others_first=()))[0]
    yield "folds: only one", say.folds_texts(replace(FOLDS, n=1))[0]
    for agreement in Agreement:
        text = say.folds_texts(replace(FOLDS, agreement=agreement))[0]
        yield f"folds: {agreement.name.lower()}", text
    yield (
        "folds: settled, the first place open",
        say.folds_texts(replace(FOLDS, lead=Order.OPEN))[0],
    )


def checks():
    for name, text in zip(("caption", "alt"), say.checks_texts(CHECKS), strict=True):
        yield f"checks: {name}", text
    none = replace(CHECKS, helpful=(), missed=None)
    yield "checks: nothing clear, not fitted again", say.checks_texts(none)[0]
    mixed = replace(CHECKS, helpful=("vision",), harmful=("audio",), missed=())
    yield "checks: one helps, one misleads", say.checks_texts(mixed)[0]
    yield "table: the same first", say.table_caption(FOUND)
    yield "table: none clear", say.table_caption(checked(helpful=()))
    yield "table: another first", say.table_caption(checked(costliest="audio"))
    yield (
        "answer: the checks name others",
        say.answer(checked(helpful=("audio",), missed=("audio",))),
    )
    yield "answer: not fitted again", say.answer(checked(missed=None))
    yield "answer: it can be done without", say.answer(checked(helpful=("audio",), missed=()))
    yield "answer: both can be done without", say.answer(checked(missed=("audio",)))
    yield "answer: only missed when left out", say.answer(checked(helpful=(), missed=("momentum",)))
    yield "answer: no check, a good model", say.answer(checked(helpful=(), missed=()))
    yield "answer: no check", say.answer(checked(judged(Verdict.WORSE), helpful=(), missed=()))


COURSES = (
    Dependence("energy__rms_level", Course.UP, 1.4),
    Dependence("energy__cut_rate", Course.DOWN, 0.8),
    Dependence("momentum__level", Course.NO_DIRECTION, 1.02),
    Dependence("metadata__hour", Course.ROUND, 1.3, best=3, worst=0),
    Dependence("metadata__weekday", Course.ROUND, 1.1, best=5, worst=1),
    Dependence("metadata__season", Course.ROUND, 1.1, best=2, worst=0),
    Dependence("metadata__question", Course.TOO_LITTLE),
)
