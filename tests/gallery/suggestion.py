"""Every sentence on one suggestion, from findings made by hand."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gallery.steps import EVENING, HASHTAG, HOUR, LONGER
from gallery.whatif import FACE, KIND, LENGTH, TAG
from virality.findings.steps import Risk
from virality.sentences import suggestion as say


def examples() -> Iterator[tuple[str, str]]:
    for what in Risk:
        step = replace(HASHTAG, beside=FACE if what is Risk.TANGLED else None)
        yield f"risk: {what.name}", say.risk(step, what)
    for more in (True, False):
        for about in (TAG, KIND, FACE, LENGTH, EVENING):
            step = replace(HASHTAG, beside=about, beside_more=more)
            yield f"risk: what comes with it, {more}", say.risk(step, Risk.TANGLED)
    for step in (LONGER, HOUR):
        yield f"one: {step.strength.name}", say.one(step)
        yield f"expected: {step.strength.name}", say.expected(step)
    yield "expected: a hashtag", say.expected(HASHTAG)
    less = {"more": False, "about": LENGTH, "over_habit": np.nan}
    yield "one: less of it", say.one(replace(HASHTAG, **less))
    yield "one: a kind of post", say.one(replace(HASHTAG, about=KIND))
    for more in (True, False):
        for about in (TAG, KIND, FACE, LENGTH, EVENING):
            yield f"do: {more}", say.do(about, more)
    yield "name", f"{say.name(EVENING)}; {say.name(TAG)}"
    yield "name: a hashtag on a private page", say.do(replace(TAG, label=()))
    hours = say.amount(HOUR)
    yield "amount: of hours", hours
    yield (
        "amount: of hashtags",
        say.amount(replace(LONGER, about=replace(LENGTH, unit="hashtags"))),
    )
