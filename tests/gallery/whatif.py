"""Every sentence on what went with what, from findings made by hand."""

from collections.abc import Iterator
from dataclasses import replace

from virality.core.text import DataText
from virality.explanation.naming import KindName
from virality.findings.associations import Verdict, WentWith
from virality.findings.scores import Estimate
from virality.findings.whatif import Choice, Moved, Other, Otherwise, Weighed
from virality.sentences import whatif as say

TAGS = (DataText("storytime"), DataText("mylife"))
TAG = Choice(
    "choice__hashtag_1", "flag", 138, 19, 119, 1.0, Estimate(0.31, 0.11, 0.83), 2.6, True,
    family="hashtags", unit="yes or no", label=TAGS, tested=0.31, experiment_posts=32,
)  # fmt: skip
LENGTH = Choice(
    "choice__length", "seconds", 138, 53, 85, 13.4, Estimate(1.3, 1.1, 1.6), 1.4, True,
    family="length", unit="seconds", tested=1.3, experiment_posts=None,
)  # fmt: skip
KIND = replace(TAG, name="choice__kind_B", family="kind", label=(), kind_name=KindName("B"))
FACE = replace(TAG, name="hook__has_face", family="opening", label=())
IDLE = replace(LENGTH, found=False, tested=1.5, experiment_posts=230)
RARE = replace(FACE, n_with=2, n_without=136, factor=Estimate(float("nan")), found=False)
FOUND: WentWith[Choice] = WentWith(Verdict.FOUND, 138, told=(TAG, LENGTH, IDLE), untold=(RARE,))
NOTHING: WentWith[Choice] = WentWith(Verdict.NOTHING, 138, told=(IDLE,))

LATER = Other("hour", "12:00", "18:30", Estimate(1.24, 1.13, 1.44), True)
SHORT = Other("length", "42 s", "10 s", Estimate(0.9, 0.8, 0.95), True)
TERSE = Other("caption_length", "64 characters", "20 characters", Estimate(1.1, 0.9, 1.3), False)
ASKS = Other("question", "no question", "a question", Estimate(1.2, 1.1, 1.3), True)
POST = "“Look at this” (2024-05-06)"
AGREED = Otherwise(Moved.AGREED, POST, True, (SHORT, LATER, TERSE, ASKS), 5)


def examples() -> Iterator[tuple[str, str]]:
    for verdict in (Verdict.TOO_FEW, Verdict.UNTOLD):
        yield f"cannot be told: {verdict.name}", say.answer(WentWith(verdict, 12))
    yield "nothing", say.answer(NOTHING)
    few = replace(
        NOTHING, n_posts=42, indicative=True, told=(replace(TAG, found=False, tested=1.5),)
    )
    yield "nothing: few posts", say.answer(few)
    dear = replace(IDLE, detectable=99.0, experiment_posts=None)
    yield "nothing: and nothing could have been seen", say.answer(replace(NOTHING, told=(dear,)))
    yield "found", say.answer(FOUND)
    yield "found: a kind of post alone", say.answer(replace(FOUND, told=(KIND, IDLE)))
    yield (
        "found: two kinds of post",
        say.answer(replace(FOUND, told=(KIND, replace(TAG, experiment_posts=84), IDLE))),
    )
    yield "found: no plan would do", say.answer(replace(FOUND, told=(LENGTH, IDLE)))
    for heading, found in {
        "found": FOUND,
        "nothing": NOTHING,
        "few": WentWith(Verdict.TOO_FEW, 9),
    }.items():
        yield f"doubt: {heading}", say.doubt(found)
    many = replace(FOUND, told=(TAG, LENGTH, KIND, FACE, FACE))
    yield "found: more than are told", say.answer(replace(many, indicative=True))
    yield "found: the other way round", say.one(replace(TAG, factor=Estimate(3.2, 1.2, 9.1)))
    yield "found: a hashtag on a private page", say.one(replace(TAG, label=()))
    yield "a kind of post", say.one(KIND)
    tagged = KindName("B", ("#grwm", "#talktome"))
    yield "a kind of post with hashtags", say.one(replace(KIND, kind_name=tagged))
    trait = KindName("B", traits="+metadata__duration,-energy__n_cuts")
    yield "a kind of post with traits", say.one(replace(KIND, kind_name=trait))
    for unit, name in (("characters", "caption_length"), ("hashtags", "hashtags")):
        yield f"a number: {unit}", say.one(replace(LENGTH, name=f"choice__{name}", unit=unit))
    yield "level taken off", say.weighed(Weighed(TAG, -0.41, -0.12))
    yield "level taken off: nothing to compare", say.weighed(Weighed())
    yield "figure: found", say.forest_texts(FOUND)[0]
    yield "figure: nothing", say.forest_texts(NOTHING)[0]
    tagged = replace(KIND, kind_name=KindName("B", ("#grwm", "#talktome")))
    more = replace(FOUND, told=(TAG, tagged, FACE, replace(TAG, label=())))
    yield "figure: alternative text", say.forest_texts(more)[1]
    yield "figure: nothing would show", say.forest_texts(replace(NOTHING, told=(dear,)))[1]
    yield "table", say.table_caption(FOUND)
    yield "one post: not asked", say.otherwise(Otherwise(Moved.NOT_ASKED))
    yield "one post: the models agree", say.otherwise(AGREED)
    young = replace(AGREED, moved=Moved.DISAGREE, settled=False, others=(TERSE, SHORT))
    yield "one post: they do not", say.otherwise(young)
    still = Other("hour", "12:00", "18:30", Estimate(1.01, 0.99, 1.02), False)
    hardly = replace(AGREED, moved=Moved.HARDLY, others=(still,))
    yield "one post: hardly anything moves", say.otherwise(hardly)
    yield "one post: figure", say.otherwise_texts(AGREED)[0]
    yield "one post: alternative text", say.otherwise_texts(AGREED)[1]
    yield "posts: table", say.otherwise_caption((AGREED, young))
