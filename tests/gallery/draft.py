"""What can be said of a draft."""

from collections.abc import Iterator
from dataclasses import replace
from math import nan

from virality.advice.drafts.score import Verdict
from virality.core.protocol import Extent
from virality.core.text import DataText, PostName
from virality.explanation.naming import KindName
from virality.findings.choice import Choice, Chosen, Compared, Worth
from virality.findings.draft import Draft, Fact, Near, Push, Side
from virality.findings.scores import Estimate
from virality.findings.tried import Beside, Tried, Unread
from virality.sentences import draft

NEAR = Near("7", PostName("2024-05-06", "A <b>cat</b> & #dogs"), "words, picture", 12_300.0, 1.7)
UP = Push("words on the screen", "opening", 1.12)
DOWN = Push("recent level of views", "account momentum", 0.8)
WORDS = Fact("hook__first_words", "time of the first words", "seconds", 0.4, 0.5, Side.USUAL, 90)
SPEECH = Fact("hook__speech_start", "time of the first speech", "seconds", 1.9, 0.8, Side.MORE, 90)
TAKE = Fact("hook__longest_take", "longest take", "seconds", 1.1, 0.85, Side.LESS, 90)
FACE = Fact("hook__has_face", "a face", "flag", 1.0, 0.12, Side.RARE, 90)
OTHERS = (
    replace(SPEECH, side=Side.MOST),
    replace(TAKE, side=Side.LEAST),
    replace(FACE, side=Side.NEW),
    replace(FACE, value=0.0, side=Side.USUAL),
    replace(FACE, value=0.0),
    Fact("hook__words_share", "room that words take", "share", 0.21, 0.5, Side.USUAL, 90),
    Fact("hook__n_cuts", "number of cuts", "count", 4.0, 0.9, Side.MORE, 90),
    Fact("hook__camera_motion", "camera motion", "speed", 0.35, 0.5, Side.USUAL, 90),
)
DRAFT = Draft(
    DataText("beach.mp4"), "2026-12-01 18:30", Verdict.FORECAST, Extent.ENOUGH, "views",
    12_345.0, 3_100.0, 48_000.0, 0.8, 11_000.0, 0.13, 0.1, 61_000.0,
    (NEAR, replace(NEAR, post=PostName("2024-05-07"), views=nan)), (UP,), (DOWN,),
    (WORDS, SPEECH, TAKE, FACE, *OTHERS), KindName("B", ("#grwm", "#a*b")), 1.4, 1.2, 140,
)  # fmt: skip
CHOICE = Choice(DataText("a.mp4"), DataText("<b>.mp4"), Chosen.FIRST, 0.63)


def examples() -> Iterator[tuple[str, str]]:
    for verdict in Verdict:
        yield f"The forecast: {verdict.value}", draft.forecast(replace(DRAFT, verdict=verdict))
    few = replace(DRAFT, extent=Extent.INDICATIVE, n=45, low=nan, high=nan)
    yield "The forecast, few posts", draft.forecast(few)
    yield "A viral outcome", draft.viral(DRAFT)
    yield "A viral outcome, no forecast", draft.viral(replace(DRAFT, chance=nan))
    yield "Like it", draft.near(DRAFT.near)
    yield "Nothing like it", draft.near(())
    yield "What pushes", draft.pushed(DRAFT)
    yield "What pushes, only up", draft.pushed(replace(DRAFT, down=()))
    yield "What pushes, nothing", draft.pushed(replace(DRAFT, up=(), down=()))
    yield "Kind", draft.kind(DRAFT)
    yield "Of no kind", draft.kind(replace(DRAFT, kind=None))
    yield "Its opening", draft.facts(DRAFT.facts)
    yield "Its opening, nothing known", draft.facts(())
    worth = Worth(True, 84, 58.0, 52.0, 64.0)
    for chosen, chance in zip(Chosen, (0.63, 0.31, 0.52, nan), strict=True):
        found = replace(CHOICE, chosen=chosen, chance=chance)
        told = chosen is not Chosen.UNTOLD
        beside = worth if told else Worth(False, 36, 58.0, nan, nan)
        yield f"Which of two: {chosen.value}", draft.compared(Compared((found,), (), beside))
    names = tuple(DataText(name) for name in ("c.mp4", "<b>.mp4", "a.mp4", "d.mp4"))
    yield "Which of many", draft.compared(Compared((), names, worth))
    unknown = Worth(False, 36, 58.0, nan, nan)
    yield "Which of many, not to be told", draft.compared(Compared((), (), unknown))
    yield "Nothing to compare", draft.compared(Compared((), (), worth, several=False))
    two = (DRAFT, replace(DRAFT, name=DataText("<i>.mp4"), verdict=Verdict.OUTSIDE, chance=nan))
    yield "A page: the answer", draft.answer(two, Compared((CHOICE,), (), worth))
    yield "A page: of one", draft.each(two[:1], draft.pushed)
    yield "A page: of several", draft.each((*two, replace(DRAFT, up=(), down=())), draft.pushed)
    for told, above in ((0, 0), (1, 0), (1, 1), (3, 2)):
        beside = Beside(60, 12_345.0, told, above)
        yield f"A page: {told} forecasts, {above} above", draft.forecasts_caption(beside)
    yield "A page: forecasts, described", draft.forecasts_alt(beside)
    held = Tried(64, Estimate(0.78, 0.66, 0.87), 0.8, 90, 1.9)
    yield "What forecasts were worth", draft.doubt(held)
    yield "What forecasts were worth, few", draft.doubt(replace(held, n=4))
    yield "How far: outside", draft.reach(DRAFT)
    yield "How far: inside", draft.reach(replace(DRAFT, distance=0.7))
    yield "How far: unknown", draft.reach(replace(DRAFT, distance=nan))
    yield "A page: posts like it", draft.like_caption(5, True)
    yield "A page: posts like it, private", draft.like_caption(1, False)
    idle = replace(DRAFT, up=(), down=())
    for name, them in (("of one", two[:1]), ("of none", (idle,)), ("of two", two)):
        yield f"A page: pushes {name}", draft.pushed_caption(them, len(them))
        yield f"A page: pushes {name}, described", draft.pushed_alt(them)
        yield f"A page: pushes {name}, in words", draft.pushes(them)
    yield "A page: pushes of many", draft.pushed_caption((*two, *two), 3)
    yield "A page: an opening", draft.opening(replace(DRAFT, facts=(WORDS,)))
    yield "A page: no opening", draft.opening(replace(DRAFT, facts=()))
    yield "Not read", draft.unread((Unread(DataText("<b>.mp4"), DataText("It has no picture.")),))
