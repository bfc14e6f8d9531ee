"""What can be said of intervals."""

from dataclasses import replace

from virality.findings.promises import Coverage, Group, Groups, Promise, Rival
from virality.findings.scores import Estimate, Verdict
from virality.sentences import promises as sentences

RIVAL = Rival(Estimate(0.63, 0.5, 0.74), 4.26, 3.94, Estimate(-0.32, -0.6, -0.04), Verdict.BETTER)
YEAR, HITS = Group("2024", 11, 20), Group("viral posts", 1, 8, by_outcome=True)
COVERAGE = Coverage(
    Promise.KEPT, 0.8, Estimate(0.79, 0.7, 0.88), 60, factor=7.4, naive=0.55, naive_punished=True,
    best="adaptive conformal",
)  # fmt: skip


def examples():
    yield "Intervals, caption", sentences.coverage_caption(COVERAGE)
    naive = replace(COVERAGE, naive=0.81, naive_punished=False)
    yield "Intervals: the usual mistake was not punished", sentences.coverage_caption(naive)
    for verdict in Verdict:
        beside = replace(COVERAGE, rival=replace(RIVAL, verdict=verdict))
        said = sentences.coverage_caption(beside)
        yield f"Intervals beside those of no model: {verdict.value}", said
    for short in ((), (YEAR,), (YEAR, HITS)):
        for wide in ((), (Group("low forecasts", 20, 20),)):
            said = sentences.groups_caption(Groups(short, wide))
            yield f"Groups: {len(short)} short, {len(wide)} wide", said
    yield "Groups, described", sentences.groups_alt(Groups((YEAR,), ()))
    for groups in (Groups((), ()), Groups((YEAR,), ()), Groups((YEAR, HITS), ())):
        for promise in Promise:
            said = sentences.in_short(replace(COVERAGE, promise=promise), groups)
            yield f"In short: {promise.value}, {len(groups.short)} short", said
    yield "In short: too few posts", sentences.in_short(None, Groups((), ()))
