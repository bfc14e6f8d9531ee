"""Sentences on a draft before it is posted: what to expect, beside what, and why."""

from __future__ import annotations

from collections.abc import Sequence

from virality.advice.drafts.score import Verdict
from virality.core.protocol import Extent
from virality.core.text import about, listing, percent, plural
from virality.evaluation.ordering import APART_DAYS, ENOUGH_TO_ORDER
from virality.findings.draft import Choice, Chosen, Compared, Draft, Fact, Near, Push, Side, Worth


def forecast(found: Draft) -> str:
    """Say what to expect of a draft, or why nothing can be said.

    Parameters
    ----------
    found : Draft
    """
    reasons = {
        Verdict.LEARNT: "**No forecast.** This film is one of the posts that every model has "
        "learnt from; what they say of it now would be hindsight.",
        Verdict.OUTSIDE: "**Outside your range: no forecast.** This draft is further from its "
        f"nearest posts ({found.distance:.2f}) than any of your posts is from its own "
        f"({found.limit:.2f}), so nothing that was learnt from them needs to hold for it.",
        Verdict.PAUSE: "**No forecast.** It would come after a longer pause than this account has "
        "ever made. Bring newer posts, or choose an earlier time.",
    }
    if found.verdict in reasons:
        return reasons[found.verdict]
    within = (
        f" {percent(found.coverage)} of such posts should end between {about(found.low)} and "
        f"{about(found.high)}."
        if found.high == found.high
        else " Too few forecasts have been put to the test to say how far it may miss."
    )
    return (
        f"{_whose(found)}**about {about(found.value)} {found.unit}**, where the account's level "
        f"alone says {about(found.level)}.{within}{_extent(found)}"
    )


def _whose(found: Draft) -> str:
    seen = "This film is a post of yours. What was forecast for it by models that had not seen it: "
    return seen if found.verdict is Verdict.SEEN else "Forecast: "


def _extent(found: Draft) -> str:
    if found.extent is Extent.ENOUGH:
        return ""
    return f" With {plural(found.n, 'post')}, all of this is indicative at best."


def viral(found: Draft) -> str:
    """Say how probable a viral outcome is, beside the base rate; "" without a forecast."""
    if found.chance != found.chance:
        return ""
    return (
        f"Chance of a viral outcome (above {about(found.line)} {found.unit}): "
        f"**{found.times:.0f} in 100**; of all posts it is {found.usual_times:.0f} in 100."
    )


def near(found: Sequence[Near]) -> str:
    """Name the earlier posts that are like it, a line each."""
    lines = [
        f"- {one.post}: alike in {one.respects}; "
        + ("views not known" if one.views != one.views else f"{about(one.views)} views")
        + f", ×{one.factor:.2f} the level of its time"
        for one in found
    ]
    if not lines:
        return "No earlier post is like it."
    return "\n".join(["Earlier posts like it:", "", *lines])


def pushed(found: Draft) -> str:
    """Say what pushes the trees' forecast up and down; "" where nothing was explained."""
    if not (found.up or found.down):
        return ""
    parts = [
        f"{way} {listing([_push(one) for one in pushes])}"
        for way, pushes in (("up:", found.up), ("down:", found.down))
        if pushes
    ]
    return (
        f"What pushes the forecast of the trees, {'; '.join(parts)}. That is what the trees went "
        "by, not what causes views."
    )


def _push(one: Push) -> str:
    return f"{one.name} (×{one.factor:.2f})"


def kind(found: Draft) -> str:
    """Say which kind of post it is; "" where there are no kinds, or it is of none."""
    return f"Most of the posts nearest to it are of kind {found.kind}." if found.kind else ""


def facts(found: Sequence[Fact]) -> str:
    """Say what its opening does, beside what the posts do, a line each."""
    lines = [f"- {fact(one)}" for one in found if one.telling]
    return "\n".join(["Its opening, beside yours:", "", *lines]) if lines else ""


def fact(found: Fact) -> str:
    """Say one fact of an opening, and where it lies among those of the posts.

    Parameters
    ----------
    found : Fact
    """
    value = {
        "flag": "yes" if found.value else "no",
        "seconds": f"at {found.value:.1f} s" if found.is_moment else f"{found.value:.1f} s",
        "share": percent(found.value),
        "count": f"{found.value:.0f}",
        "speed": f"{found.value:.2f} picture heights a second",
    }[found.kind]
    more, less = ("later", "earlier") if found.is_moment else ("more", "less")
    beside = {
        Side.MORE: f", {more} than {percent(found.share)} of your posts",
        Side.LESS: f", {less} than {percent(found.share)} of your posts",
        Side.RARE: f", as in only {percent(found.share)} of your posts",
        Side.USUAL: "",
    }[found.side]
    return f"{found.name}: {value}{beside}"


def compared(found: Compared) -> str:
    """Say which of several drafts does better, and what such words were worth.

    Parameters
    ----------
    found : Compared
    """
    lines = [_choice(one) for one in found.choices]
    if found.ranking and not found.choices:
        ranked = [f"{place}. {name}" for place, name in enumerate(found.ranking, start=1)]
        lines = ["By what their content adds, the most first:", "", *ranked, ""]
    return "\n".join([*lines, _worth(found.worth)]) if found.several else ""


def _choice(found: Choice) -> str:
    """Which of two drafts does better, as one probability."""
    a, b = f"“{found.first}”", f"“{found.second}”"
    chance = f"with a chance of **{found.times:.0f} in 100**"
    return {
        Chosen.FIRST: f"{a} does better than {b} {chance}.",
        Chosen.SECOND: f"{b} does better than {a} {chance}.",
        Chosen.NEITHER: f"Between {a} and {b} it is **about even** ({found.times:.0f} in 100 for "
        "the first).",
        Chosen.UNTOLD: f"Which of {a} and {b} does better cannot be told yet.",
    }[found.chosen]


def _worth(found: Worth) -> str:
    """What such probabilities were worth in the past."""
    if not found.told:
        return (
            f"Which of two does better is told from {ENOUGH_TO_ORDER} held-out posts on; here are "
            f"{found.n}."
        )
    right = f"{found.times:.0f} times in 100 ({found.low:.0f} to {found.high:.0f})"
    return (
        f"Going by content alone, of two posts at most {APART_DAYS} days apart you would have "
        f"picked right {right}, as {plural(found.n, 'held-out post')} tell. A coin does 50."
    )
