"""What the first screen can say."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gallery.changes import DROP
from gallery.changes import FOUND as CHANGES
from gallery.index import ANSWER, BETTER, HALF, RULE_HALF, judged
from gallery.steps import EVENING, HASHTAG, LONGER, NONE
from gallery.steps import FOUND as SUGGESTED
from gallery.whatif import KIND, TAG
from virality.core.text import DataText
from virality.findings.data import Concentration, Views
from virality.findings.first_screen import FirstScreen, Line, Reach, Told
from virality.findings.scores import Estimate, Verdict, record
from virality.findings.steps import NextPosts
from virality.findings.steps import Verdict as Coming
from virality.sentences import first_screen as say

TOP = Concentration(Views.VARIED, 140, 14, 0.4, True)
REACH = Reach(140, 16_200, 55_300, 187_000, (1e4, 9e4, 5e4), 74_000, TOP)
UP = replace(TAG, factor=Estimate(2.2, 1.3, 2.6))
MORE = Line(UP, 2, 20, 6, 14)
LESS = Line(replace(KIND, factor=Estimate(0.5, 0.4, 0.8)), 9, 20, 0, 14)
OPEN = Line(replace(TAG, factor=Estimate(0.85, 0.4, 1.6), found=False), 9, 20, 1, 14)
FOUND = FirstScreen(
    DataText("a_creator"), "Feb 2023", "Nov 2024", True, True, REACH, Told.FOUND, 30, (MORE,),
    (LESS,), (OPEN,), 3, record(140), BETTER, DROP, SUGGESTED,
)  # fmt: skip
NOTHING = replace(FOUND, told=Told.NOTHING, more=(), less=(), undecided=(OPEN,), n_further=0,
                  coming=NONE)  # fmt: skip


def examples() -> Iterator[tuple[str, str]]:
    yield "All of it", say.screen(FOUND, "alice")
    yield "Nothing stood out", say.screen(NOTHING, "alice")
    few = replace(NOTHING, told=Told.TOO_FEW, undecided=(), forecast=None, record=record(12),
                  coming=NextPosts(Coming.TOO_FEW, 12, 30, 0), changed=CHANGES["few posts"],
                  reach=replace(REACH, last=np.nan))  # fmt: skip
    yield "Few posts", say.screen(few, "alice")
    yield "All alike", say.undecided(replace(few, told=Told.UNTOLD))
    yield "Nothing to predict", say.forecast(replace(FOUND, forecast=None))
    for name in (None, DataText("@a"), DataText("Jane Doe")):
        yield f"Whose: {name and name.raw}", say.head(replace(FOUND, who=name, last="Feb 2023"))
    for simulated, stand_ins in ((False, False), (True, False), (False, True)):
        yield f"Quiet: {simulated}, {stand_ins}", say.quiet(simulated, stand_ins)
    yield "No post", say.reach(None)
    yield "Posts too much alike", say.reach(replace(REACH, high=REACH.low))
    yield "The small picture, described", say.spark_alt(REACH)
    yield "The small picture of few posts, described", say.spark_alt(replace(REACH, last=np.nan))
    yield "The small picture of no post, described", say.spark_alt(None)
    yield "A factor without an interval", say.times(Estimate(2.0))
    for verdict in (Verdict.WORSE, Verdict.UNDECIDED):
        found = replace(FOUND, forecast=judged(verdict).prediction)
        yield f"Forecast: {verdict.value}", say.forecast(found)
    large = replace(BETTER, half=RULE_HALF, rule_half=HALF)
    yield "Forecast: better on large misses", say.forecast(replace(FOUND, forecast=large))
    for name, last in CHANGES.items():
        yield f"Changed: {name}", say.changed(last)
    yield "Next: nothing to test", say.coming(replace(NONE, test=None), "alice")
    running = replace(NONE, test=None, running=True)
    yield "Next: an experiment is on its way", say.coming(running, "alice")
    kind = replace(HASHTAG, about=KIND)
    steps = {"a kind": kind, "fewer of a kind": replace(kind, more=False), "a number": LONGER,
             "an hour": replace(HASHTAG, about=EVENING, experiment_posts=None)}  # fmt: skip
    for name, step in steps.items():
        yield f"Next: {name}", say.coming(replace(SUGGESTED, steps=(step,)), "alice")
    assert ANSWER
