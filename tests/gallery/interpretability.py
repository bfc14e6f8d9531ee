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
        yield f"nothing: {reason.name.lower()}, {n}", say.nothing(Carriers(n, reason))
        yield f"answer: {reason.name.lower()}, {n}", say.answer(Carriers(n, reason))
    yield "nothing: flat", say.nothing(Carriers(60, Nothing.FLAT, skill=SKILL))
    yield "answer: flat", say.answer(Carriers(60, Nothing.FLAT, skill=SKILL))
    for verdict in Verdict:
        yield f"skill: {verdict.name.lower()}", say.skill(judged(verdict))
        yield f"answer: {verdict.name.lower()}", say.answer(judged(verdict))
    few = replace(FOUND, n_posts=60, indicative=True)
    yield "skill: few posts", say.skill(few)
    yield "answer: few posts", say.answer(few)
    yield from one_post()
    yield from blocks()
    yield from checks()
    for name, text in zip(("caption", "alt"), say.dependence_texts(COURSES), strict=True):
        yield f"dependence: {name}", text


def one_post():
    for name, text in zip(("caption", "alt"), say.waterfall_texts(EXAMPLE), strict=True):
        yield f"one post: {name}", text
    yield "one post: it helped", say.waterfall_reading(EXAMPLE)
    yield "one post: it did not", say.waterfall_reading(replace(EXAMPLE, helped=False))
    yield "posts like it: several", say.alike_reading(ALIKE)
    one = replace(ALIKE, likeness=Likeness.ONE, posts=ALIKE.posts[:1])
    yield "posts like it: one", say.alike_reading(one)
    yield "posts like it: one, which says nothing", say.alike_reading(replace(one, says=()))
    yield "posts like it: not compared", say.alike_reading(Alike(Likeness.NOT_COMPARED))
    yield "posts like it: none", say.alike_reading(Alike(Likeness.NONE))
    yield "posts like it: no outcome known", say.alike_reading(Alike(Likeness.NOBODY_KNOWN))
    yield "posts like it: caption", say.alike_caption()
    for name, text in zip(("caption", "alt"), say.summary_texts(FOUND), strict=True):
        yield f"all posts: {name}", text


def blocks():
    for name, text in zip(("caption", "alt"), say.blocks_texts(FOUND), strict=True):
        yield f"blocks: {name}", text
    yield "blocks: clear, the widest first", say.blocks_reading(FOUND)
    third = replace(FOUND, order=Order.OPEN, widest="audio", widest_place=3)
    yield "blocks: open, the widest third", say.blocks_reading(third)
    yield "blocks: one", say.blocks_reading(replace(FOUND, order=Order.ONE_BLOCK))
    yield "blocks: reduced together", say.blocks_reading(replace(FOUND, order=Order.MIXED))
    one = replace(FOUND, blocks=FOUND.blocks[:1])
    yield "answer: one block", say.answer(one)
    for name, text in zip(("caption", "alt"), say.folds_texts(FOLDS), strict=True):
        yield f"folds: {name}", text
    yield "folds: always the same", say.folds_texts(replace(FOLDS, others_first=()))[0]
    yield "folds: only one", say.folds_texts(replace(FOLDS, n=1))[0]
    for agreement in Agreement:
        text = say.folds_reading(replace(FOLDS, agreement=agreement))
        yield f"folds: {agreement.name.lower()}", text
    open_lead = replace(FOLDS, lead=Order.OPEN)
    yield "folds: settled, the first place open", say.folds_reading(open_lead)


def checks():
    for name, text in zip(("caption", "alt"), say.checks_texts(CHECKS), strict=True):
        yield f"checks: {name}", text
    yield "checks: nothing clear", say.checks_texts(replace(CHECKS, helpful=()))[0]
    yield "checks: two blocks help", say.checks_reading(FOUND)
    yield (
        "checks: one helps, one misleads",
        say.checks_reading(checked(helpful=("vision",), harmful=("audio",), missed=())),
    )
    yield (
        "checks: none, not fitted again",
        say.checks_reading(checked(judged(Verdict.UNCLEAR), helpful=(), missed=None)),
    )
    yield "checks: none, but a good model", say.checks_reading(checked(helpful=(), missed=()))
    yield "checks: only missed when left out", say.checks_reading(checked(helpful=()))
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
