"""Everything that the data chapter can say about posts that are still growing."""

from dataclasses import replace

from virality.core.text import PostName
from virality.findings.growth import Check, Growth, Known, OnItsWay
from virality.sentences import growth as say

YOUNG = OnItsWay(PostName("2024-11-12", "a *new* one"), 2.1, 12_345, 41_234, 24_900, 69_800)
GROWTH = Growth(
    known=Known.TOLD,
    n_young=3,
    n_told=3,
    n_known=46,
    n_needed=9,
    coverage=0.8,
    newest=(YOUNG, replace(YOUNG, post=PostName("2024-11-02", ""), age_days=12.0)),
    check=Check.KEPT,
    n_tested=31,
    n_held=25,
)


def examples():
    cases = {
        "told": GROWTH,
        "one, and others too young": replace(GROWTH, n_told=1, newest=(YOUNG,)),
        "one known": replace(GROWTH, known=Known.TOO_FEW, n_known=1),
        "no young post": replace(GROWTH, known=Known.NO_YOUNG, n_young=0, n_told=0, newest=()),
        "all too young": replace(GROWTH, known=Known.TOO_YOUNG, n_told=0, newest=()),
        "nothing known": replace(GROWTH, known=Known.NOTHING, n_known=0, n_told=0, newest=()),
    }
    for heading, case in cases.items():
        yield f"reading: {heading}", say.reading(case)
        yield f"checked: {heading}", say.checked(case)
    for check in Check:
        yield f"checked: {check.name.lower()}", say.checked(replace(GROWTH, check=check))
    yield "alt", say.alt(GROWTH)
    yield "ages_caption", say.ages_caption(GROWTH)
