"""Everything that the data chapter can say about the posts."""

from dataclasses import replace

from virality.core.protocol import Extent
from virality.core.text import DataText, PostName
from virality.findings.data import (
    Concentration,
    Direction,
    Hit,
    Lean,
    Movement,
    Spread,
    Timeline,
    Views,
    Weight,
)
from virality.findings.habits import Busiest, Habit, Hashtags, Lengths, Rhythm, Tag, Tags
from virality.findings.record import Record
from virality.findings.scores import Estimate
from virality.posts.describe import Change, Pace
from virality.sentences import data as say

RECORD = Record(
    n_posts=139,
    n_photos=0,
    n_creators=1,
    first="2023-02-07",
    last="2024-11-12",
    formats=(DataText("hand-curated table"),),
    platforms=(),
    pace=Pace(1.52, 3.1, 36),
    unused=(),
    checked=(),
    extent=Extent.ENOUGH,
)
HITS = (
    Hit(PostName("2023-10-26", "Staring at me for 5 minutes #asmr <b>"), 879_000, 0.07),
    Hit(PostName("2023-03-21"), 492_000, 0.04),
    Hit(PostName("2024-10-20", "A recipe " + "and " * 30), 434_000, 0.04),
)
SPREAD = Spread(
    views=Views.VARIED,
    n_posts=139,
    median=55_212,
    mean=88_300,
    least=1_204,
    most=879_000,
    weight=Weight.MODERATE,
    lean=Lean.NEITHER,
    weak=15_600,
    strong=187_000,
    mean_over_median=1.6,
    strong_over_weak=12.2,
    between_creators=None,
    hits=HITS,
)
TOP = Concentration(views=Views.VARIED, n_posts=139, n_top=14, top_share=0.4, uneven=True)
ONE = replace(SPREAD, views=Views.ONE, n_posts=1, weight=None, hits=HITS[:1])
EQUAL = replace(SPREAD, views=Views.EQUAL, weight=None)
NONE = replace(EQUAL, views=Views.NONE, median=0)
TIMELINE = Timeline(
    several=False,
    equal=False,
    movement=Movement.WANDERS,
    change=Change(factor=0.77, low=0.32, high=1.9, wander=8.4, luck=0.01),
    trend=Direction.OPEN,
)
RHYTHM = Rhythm(
    zone=DataText("Asia/Tokyo"),
    n_timed=139,
    n_untimed=0,
    n_cells=168,
    n_filled=76,
    most=6,
    habit=Habit.LOOSE,
    busiest=Busiest(start=20, end=2, hours_share=0.52, weekday=6, weekday_share=0.21),
)
LENGTHS = Lengths(
    n_posts=138,
    shortest=6.2,
    longest=94,
    several=False,
    rho=0.12,
    low=-0.09,
    high=0.31,
    direction=Direction.OPEN,
)
HASHTAGS = Hashtags(
    verdict=Tags.SOME_CLEAR,
    n_posts=139,
    n_tags=12,
    n_clear=7,
    n_names=18,
    more=tuple(
        Tag((DataText(f"#{tag}"),), 20, Estimate(1.6, 1.1, 2.3))
        for tag in ("asmr", "a_b*c", "猫", "x" * 50, "fyp", "<b>")
    ),
    fewer=(
        Tag(tuple(map(DataText, ("#grwm", "#reallife", "#a", "#b"))), 36, Estimate(0.5, 0.3, 0.8)),
    ),
)


def examples():
    yield from spreads()
    yield from timelines()
    yield from rhythms()
    yield from lengths()
    yield from hashtags()


def spreads():
    few = replace(SPREAD, n_posts=8, weight=None)
    cases = {"varied": SPREAD, "one post": ONE, "all equal": EQUAL, "no views": NONE}
    for heading, case in (cases | {"few posts": few}).items():
        yield f"views: {heading}", say.views(case, replace(TOP, views=case.views))
    yield "views: one post on top", say.views(SPREAD, replace(TOP, n_posts=12, n_top=1))
    readings = {
        "few posts": few,
        "heavy": replace(SPREAD, weight=Weight.HEAVY, lean=Lean.RIGHT, mean_over_median=4.2),
        "moderate": SPREAD,
        "light": replace(SPREAD, weight=Weight.LIGHT, lean=Lean.LEFT, mean_over_median=1.1),
        "several creators": replace(SPREAD, between_creators=0.62),
    }
    for heading, case in readings.items():
        yield f"tail_caption: {heading}", say.tail_caption(case)
        yield f"tail_alt: {heading}", say.tail_alt(case)
        yield f"logarithms: {heading}", say.logarithms(case)
    yield "hits_caption", say.hits_caption(SPREAD)


def timelines():
    cases = {
        "too few": replace(TIMELINE, movement=Movement.TOO_FEW),
        "all equal": replace(TIMELINE, movement=Movement.STILL, equal=True),
        "no history is long enough": replace(TIMELINE, movement=Movement.UNKNOWN),
        "one creator": TIMELINE,
        "several creators": replace(TIMELINE, several=True),
        "no more than luck": replace(
            TIMELINE, movement=Movement.LUCK, change=replace(TIMELINE.change, luck=0.48)
        ),
    }
    for heading, case in cases.items():
        yield f"timeline_caption: {heading}", say.timeline_caption(case)
        yield f"timeline_alt: {heading}", say.timeline_alt(RECORD, case)
    narrow = replace(TIMELINE, movement=Movement.NARROW)
    for trend in Direction:
        yield (
            f"timeline_caption: narrow, {trend.name.lower()}",
            say.timeline_caption(replace(narrow, trend=trend)),
        )


def rhythms():
    few = replace(RHYTHM, n_timed=1, n_untimed=1, n_filled=1, most=1, busiest=None)
    firm = replace(RHYTHM, habit=Habit.FIRM, n_untimed=3)
    for heading, case in {"loose": RHYTHM, "firm": firm, "too few": few}.items():
        yield f"rhythm_caption: {heading}", say.rhythm_caption(case)
        yield f"rhythm_alt: {heading}", say.rhythm_alt(case)


def lengths():
    cases = {
        "too few": replace(LENGTHS, n_posts=5, direction=Direction.UNSURE),
        "longer": replace(LENGTHS, direction=Direction.ABOVE),
        "shorter": replace(LENGTHS, direction=Direction.BELOW),
        "open": LENGTHS,
        "several creators": replace(LENGTHS, several=True),
    }
    for heading, case in cases.items():
        yield f"lengths_caption: {heading}", say.lengths_caption(case)
    yield "lengths_alt", say.lengths_alt(LENGTHS)
    yield "lengths_alt: no correlation", say.lengths_alt(replace(LENGTHS, rho=None))


def hashtags():
    for verdict in Tags:
        case = replace(HASHTAGS, verdict=verdict)
        yield f"hashtags: {verdict.name.lower()}", say.hashtags(case)
        yield f"chance: {verdict.name.lower()}", say.chance(case)
    yield "hashtags: only more", say.hashtags(replace(HASHTAGS, fewer=()))
    yield "hashtags: private", say.hashtags(replace(HASHTAGS, more=(), fewer=()))
    yield "hashtags_alt", say.hashtags_alt(HASHTAGS)
