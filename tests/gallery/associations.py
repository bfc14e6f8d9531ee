"""Every sentence on what went with openings, from findings made by hand."""

from collections.abc import Iterator
from dataclasses import replace

from virality.findings.associations import Fact, Verdict, WentWith
from virality.findings.scores import Estimate
from virality.sentences import associations as say

WORDS = Fact("hook__has_words", "flag", 138, 101, 37, 1.0, Estimate(1.9, 1.2, 3.1), 1.8, True)
FACE = Fact("hook__has_face", "flag", 138, 9, 129, 1.0, Estimate(1.2, 0.5, 2.9), 3.4, False)
LATE = Fact("hook__speech_start", "seconds", 60, 25, 35, 0.63, Estimate(0.55, 0.4, 0.8), 1.5, True)
SIZE = Fact("hook__words_share", "share", 90, 40, 50, 0.12, Estimate(1.4, 1.1, 1.8), 1.4, True)
CUTS = Fact("hook__n_cuts", "count", 138, 60, 78, 1.1, Estimate(1.3, 1.1, 1.6), 1.3, True)
MOVES = Fact("hook__camera_motion", "speed", 138, 50, 88, 0.083, Estimate(0.8, 0.7, 0.9), 1.2, True)
RARE = replace(FACE, n_with=2, n_without=136, factor=Estimate(float("nan")), lacks_with=4)
NOTHING = WentWith(Verdict.NOTHING, 138, told=(replace(WORDS, found=False), FACE), untold=(RARE,))
FOUND = replace(NOTHING, verdict=Verdict.FOUND, told=(WORDS, FACE), untold=())
MANY = replace(FOUND, told=(WORDS, LATE, SIZE, CUTS, FACE))


def examples() -> Iterator[tuple[str, str]]:
    for verdict in (Verdict.SEVERAL, Verdict.TOO_FEW, Verdict.UNTOLD):
        bare = WentWith(verdict, 12)
        yield f"nothing to tell: {verdict.name}", say.in_short(bare)
        yield f"nothing to tell: {verdict.name}, doubt", say.doubt(bare)
    alone = replace(NOTHING, told=(replace(LATE, found=False),))
    vague = tuple(replace(fact, detectable=99.0, found=False) for fact in (LATE, SIZE, FACE))
    nothing = {
        "": NOTHING,
        ": few posts": replace(NOTHING, n_posts=42, indicative=True),
        ": a single fact, a number": alone,
        ": some would never show": replace(NOTHING, told=(WORDS, *vague)),
        ": nothing would show": replace(NOTHING, told=vague),
    }
    for name, found in nothing.items():
        yield f"no evidence{name}", say.in_short(found)
        yield f"no evidence{name}, doubt", say.doubt(found)
        yield f"no evidence{name}, what would show", say.detectable(found)
    yield "found", say.in_short(FOUND)
    yield "found, doubt", say.doubt(FOUND)
    yield "found: the wrong way round", say.one(replace(WORDS, factor=Estimate(0.5, 0.3, 0.8)))
    yield "found: several, two of one thing", say.in_short(MANY)
    yield "found: more than are told", say.in_short(replace(MANY, told=(*MANY.told, MOVES)))
    for fact in (LATE, SIZE, CUTS, MOVES):
        yield f"a number: {fact.kind}", say.one(fact)
    yield "figure: no evidence", say.forest_texts(NOTHING)[0]
    never = replace(NOTHING, told=vague)
    yield "figure: nothing would show, alternative text", say.forest_texts(never)[1]
    yield "figure: found", say.forest_texts(FOUND)[0]
    yield "figure: two of one thing", say.forest_texts(MANY)[0]
    yield "figure: alternative text", say.forest_texts(FOUND)[1]
