"""Sentences on a draft before it is posted: what to expect, beside what, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from virality.advice.drafts.score import Verdict
from virality.core.protocol import Extent
from virality.core.text import about, listing, percent, plural
from virality.evaluation.ordering import APART_DAYS, ENOUGH_TO_ORDER
from virality.findings.choice import Choice, Chosen, Compared, Worth
from virality.findings.draft import Draft, Fact, Near, Push, Reach, Side
from virality.findings.tried import Beside, Tried, Unread


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
    return f"Most of the posts nearest to it belong to {found.kind}." if found.kind else ""


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
        Side.MOST: f", {more} than in any of your posts",
        Side.LEAST: f", {less} than in any of your posts",
        Side.NEW: ", as in none of your posts",
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


# --- on a page of its own -------------------------------------------------------------------


def answer(found: Sequence[Draft], beside: Compared) -> str:
    """Return the answer box: every draft in short, and which of them does better.

    Parameters
    ----------
    found : sequence of Draft
    beside : Compared
    """
    lines = [f"**{one.name}**, {one.at}. {forecast(one)} {viral(one)}".strip() for one in found]
    return "\n\n".join([*lines, compared(beside)]).strip()


def each(found: Sequence[Draft], say: Callable[[Draft], str]) -> str:
    """Say the same of each draft, by name where there are several.

    Parameters
    ----------
    found : sequence of Draft
    say : callable
        What is said of one; "" where there is nothing.
    """
    said = [(one.name, say(one)) for one in found]
    named = found[1:]
    return "\n\n".join(f"**{name}.** {text}" if named else text for name, text in said if text)


def forecasts_caption(beside: Beside) -> str:
    """State where the forecasts lie among the account's newest posts.

    Parameters
    ----------
    beside : Beside
    """
    return (
        f"{_lie(beside)} (dots; eighty of a hundred in the pale band). A range is a line, the "
        "account's level alone a stroke."
    )


def forecasts_alt(beside: Beside) -> str:
    """Say the same to who cannot see the figure.

    Parameters
    ----------
    beside : Beside
    """
    return (
        "A row of dots, one for each of the newest posts, and below it a row per draft with its "
        f"forecast and interval; dashed, from where a post counts as viral. {_lie(beside)}."
    )


def _lie(beside: Beside) -> str:
    middle = f"{about(beside.middle)}, the middle of the last {plural(beside.n, 'settled post')}"
    if not beside.n_told:
        return f"No draft has a forecast beside {middle}"
    if beside.n_told == 1:
        return f"The forecast lies {'above' if beside.n_above else 'below'} {middle}"
    return f"{beside.n_above} of {plural(beside.n_told, 'forecast')} lie above {middle}"


def doubt(found: Tried) -> str:
    """Say what the forecasts of the past were worth.

    Parameters
    ----------
    found : Tried
    """
    if not found.told:
        return (
            f"So far {plural(found.n, 'post')} can be held against such a range, which is too few "
            "to judge it."
        )
    inside = found.inside
    return (
        f"Of {plural(found.n, 'post')} with such a range {percent(inside.value)} "
        f"({percent(inside.low)} to {percent(inside.high)}) ended inside, where "
        f"{percent(found.coverage)} were due, and half of {found.n_all} forecasts were within a "
        f"factor of {found.half:.1f}."
    )


def reach(found: Draft) -> str:
    """Say how far a draft is from anything seen, and which kind of post is nearest.

    Parameters
    ----------
    found : Draft
    """
    lies = f"Its mean distance to its nearest posts is {found.distance:.2f}"
    said = {
        Reach.INSIDE: f"{lies}; the post that is furthest from its own has {found.limit:.2f}.",
        Reach.OUTSIDE: f"{lies}, and no post is further from its own than {found.limit:.2f}.",
        Reach.UNKNOWN: "Too little of it can be compared with the posts to say how far it lies "
        "from them.",
    }[found.reach]
    return f"{said} {kind(found)}".strip()


def like_caption(shown: int, frames: bool) -> str:
    """Say what the table of posts like it shows.

    Parameters
    ----------
    shown : int
        Its rows.
    frames : bool
        Whether it shows first frames.
    """
    seen = ", with their first frame" if frames else ""
    return (
        f"Most like it in words, picture or sound: {plural(shown, 'earlier post')}{seen}. Times "
        "the level is beside what the account was used to then, extreme posts cut off."
    )


def pushed_caption(found: Sequence[Draft], shown: int) -> str:
    """State what pushes the trees' forecast, or what the figure shows of several drafts.

    Parameters
    ----------
    found : sequence of Draft
        Those that were explained.
    shown : int
        Those that are drawn.
    """
    if not found[1:]:
        return pushed(found[0]) or "Nothing pushes this draft up or down."
    some = "" if shown == len(found) else f" The first {shown} of {len(found)} drafts are drawn."
    return (
        "What each block of features does to the forecast of the trees, as a factor: near one it "
        f"says nothing about a draft.{some}"
    )


def pushed_alt(found: Sequence[Draft]) -> str:
    """Say the same to who cannot see the figure.

    Parameters
    ----------
    found : sequence of Draft
    """
    largest = "" if found[1:] else f": {_largest(found[0])}"
    return f"A bar for each block of features, up or down{largest}."


def _largest(found: Draft) -> str:
    named = [
        f"{way} {_push(one)}"
        for way, pushed in (("up most by", found.up), ("down most by", found.down))
        for one in pushed[:1]
    ]
    return listing(named) or "pushed by nothing"


def pushes(found: Sequence[Draft]) -> str:
    """Say of each of several drafts what pushes it; "" of one, whose figure says it."""
    return each(found, pushed) if found[1:] else ""


def opening(found: Draft) -> str:
    """Say what a draft's opening holds, or that nothing is known of it.

    Parameters
    ----------
    found : Draft
    """
    return facts(found.facts)


def unread(found: Sequence[Unread]) -> str:
    """Name the films that could not be read, a line each; "" where all could."""
    return "\n\n".join(f"{one.name}: not scored. {one.why}" for one in found)
