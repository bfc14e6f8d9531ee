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
    for report, heading in ((REPORT, "several"), (one, "one"), (none, "too few posts")):
        yield f"Answer: {heading}", words.answer(report)
        yield f"Doubt: {heading}", words.doubt(report)
        yield f"Content: {heading}", words.content(report)
        yield f"A new creator: {heading}", words.new_creator(report)
        yield f"Limits: {heading}", words.limits(report)
    yield "Doubt: few creators", words.doubt(replace(REPORT, n_creators=3, few=True))
    yield from answers()
    yield from newcomers()
    yield "Creator by creator", words.creators_caption(SKILL, 5, 7)
    yield from levels()
    yield "The voice of others, fitted here", words.voice_of_others(None)
    yield "The voice of others, brought along", words.voice_of_others(Brought(60, 9120))


def answers() -> Iterator[tuple[str, str]]:
    unknown = replace(SKILL, within=Estimate(float("nan")), total=None, apart=False)
    for verdict in (Verdict.WORSE, Verdict.UNDECIDED):
        error = Estimate(0.004) if verdict is Verdict.UNDECIDED else SKILL.gain.error
        gain = replace(SKILL.gain, verdict=verdict, error=error)
        found = replace(unknown, gain=gain)
        yield f"Answer: {verdict.name}", words.answer(replace(REPORT, skill=found, newcomer=None))
        yield f"Against the rule: {verdict.name}", words.gaps_caption(found)
    yield "Against the rule", words.gaps_caption(SKILL)
    for impression in Impression:
        found = replace(REPORT, skill=replace(SKILL, impression=impression))
        yield f"Answer, beside the mean: {impression.name}", words.answer(found)
    for reading in Within:
        found = replace(REPORT, skill=replace(SKILL, reading=reading))
        yield f"Answer, within: {reading.name}", words.answer(found)
    everything = replace(REPORT, skill=replace(SKILL, all_between=True))
    yield "Answer: all between", words.answer(everything)
    yield "Taken apart", words.apart_caption(SKILL)
    yield "Taken apart, described", words.apart_alt(SKILL)
    yield "Taken apart: nothing known", words.apart_caption(unknown)


def levels() -> Iterator[tuple[str, str]]:
    yield "Levels, described", words.levels_alt(LEVELS)
    for contrast in Contrast:
        found = replace(LEVELS, contrast=contrast)
        yield f"Levels: {contrast.name}", words.levels_caption(found)
    yield "Levels: hardly pulled", words.levels_caption(replace(LEVELS, shortest=None))


def newcomers() -> Iterator[tuple[str, str]]:
    for content in (SharedContent(True, 0.01, ()), SharedContent(False, 0.4, ())):
        yield f"Content: {content}", words.content(replace(REPORT, content=content))
    plain = replace(REPORT, newcomer=replace(NEW, content_helps=False))
    yield "A new creator: content does not help", words.new_creator(plain)
    yield "A new creator: two creators", words.new_creator(replace(REPORT, newcomer=None))
    for pull in Pull:
        yield f"Own posts: {pull.name}", words.warm_caption(WarmUp(240, 5.2, 20, 2.3, pull))
    yield "Own posts, described", words.warm_alt(WarmUp(240, 5.2, 20, 2.3, Pull.HELPS))
