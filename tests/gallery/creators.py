"""What the chapter and the first page on several creators can say."""

from collections.abc import Iterator
from dataclasses import replace

from virality.findings.creators import (
    Brought,
    Contrast,
    Impression,
    LevelsFound,
    Newcomer,
    Pooled,
    Pull,
    SharedContent,
    Skill,
    WarmUp,
    Within,
)
from virality.findings.scores import Estimate, Gain, Verdict
from virality.sentences import creators as words

SKILL = Skill(
    gain=Gain("xgboost", "creator_mean", Estimate(-0.12, -0.2, -0.04), Verdict.BETTER),
    n_held_out=400,
    n_models=2,
    total=0.9,
    mean_total=0.88,
    between_part=0.8,
    within_part=0.1,
    within=Estimate(0.31, 0.2, 0.42),
    impression=Impression.MATCHED,
    share_between=0.89,
    apart=True,
    all_between=False,
    reading=Within.SOMETHING,
)
CONTENT = SharedContent(True, 0.004, ("vision",))
NEW = Newcomer(12_345, 800, 190_000, 0.8, 0.76, 5.2, 2.1, True, 7, 2)
REPORT = Pooled(500, 7, "2023-01-01", "2024-12-31", False, False, SKILL, CONTENT, NEW)
LEVELS = LevelsFound(7, 3.4, 12_345, Contrast.MOST, 0.62, 0.55, 4)


def examples() -> Iterator[tuple[str, str]]:
    one = replace(REPORT, n_creators=1, single=True, skill=None, content=None, newcomer=None)
    none = replace(REPORT, skill=None, content=None, newcomer=None)
    yield "Looked at", words.record(REPORT)
    yield "Looked at few creators", words.record(replace(REPORT, n_creators=3, few=True))
    yield "Looked at nothing", words.record(replace(one, n_posts=0))
    yield from levels()
    yield from apart(one, none)
    for report, heading in ((REPORT, "several"), (one, "one"), (none, "too few posts")):
        yield f"Nothing to pool: {heading}", words.single(report)
        yield f"Content: {heading}", words.content(report)
        yield f"A new creator: {heading}", words.new_creator(report)
        yield f"Answer: {heading}", words.answer(report)
        yield f"Limits: {heading}", words.limits(report)
    yield from newcomers()
    yield "The voice of others, fitted here", words.voice_of_others(None)
    yield "The voice of others, brought along", words.voice_of_others(Brought(60, 9120))


def levels() -> Iterator[tuple[str, str]]:
    yield "Levels", words.levels_caption(LEVELS)
    yield "Levels in a table", words.levels_table_caption(LEVELS)
    yield "Levels, described", words.levels_alt(LEVELS)
    yield "Levels of a single creator", words.ALONE
    for contrast in Contrast:
        found = replace(LEVELS, contrast=contrast)
        yield f"Levels: {contrast.name}", words.levels_reading(found)
    yield "Levels: hardly pulled", words.levels_reading(replace(LEVELS, shortest=None))


def apart(one: Pooled, none: Pooled) -> Iterator[tuple[str, str]]:
    for impression in Impression:
        found = replace(REPORT, skill=replace(SKILL, impression=impression))
        yield f"The impressive number: {impression.name}", words.impressive(found)
    yield "The impressive number of one creator", words.impressive(one)
    yield "The impressive number of too few posts", words.impressive(none)
    yield "Taken apart", words.apart_caption(SKILL)
    yield "Taken apart, described", words.apart_alt(SKILL)
    unknown = replace(SKILL, within=Estimate(float("nan")), total=None, apart=False)
    yield "Taken apart: nothing known", words.apart_caption(unknown)
    for reading in Within:
        yield f"Taken apart: {reading.name}", words.apart_reading(replace(SKILL, reading=reading))
    everything = replace(SKILL, all_between=True)
    yield "Taken apart: all between", words.apart_reading(everything)
    yield "Taken apart: mostly within", words.apart_reading(replace(SKILL, share_between=None))
    yield "Answer: all between", words.answer(replace(REPORT, skill=everything))
    for verdict in (Verdict.WORSE, Verdict.UNDECIDED):
        error = Estimate(0.004) if verdict is Verdict.UNDECIDED else SKILL.gain.error
        gain = replace(SKILL.gain, verdict=verdict, error=error)
        found = replace(unknown, gain=gain)
        yield f"Against the rule: {verdict.name}", words.gaps_caption(found)
        yield f"Answer: {verdict.name}", words.answer(replace(REPORT, skill=found, newcomer=None))
    yield "Against the rule", words.gaps_caption(SKILL)
    yield "Creator by creator", words.creators_caption(SKILL, 5, 7)


def newcomers() -> Iterator[tuple[str, str]]:
    for content in (SharedContent(True, 0.01, ()), SharedContent(False, 0.4, ())):
        yield f"Content: {content}", words.content(replace(REPORT, content=content))
    plain = replace(REPORT, newcomer=replace(NEW, content_helps=False))
    yield "A new creator: content does not help", words.new_creator(plain)
    yield "A new creator: two creators", words.new_creator(replace(REPORT, newcomer=None))
    for pull in Pull:
        yield f"Own posts: {pull.name}", words.warm_caption(WarmUp(240, 5.2, 20, 2.3, pull))
    yield "Own posts, described", words.WARM_ALT
