"""Sentences on a draft before it is posted: what to expect, beside what, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from virality.advice.drafts.score import Verdict
from virality.core.protocol import Extent
from virality.core.text import about, listing, percent, plural
from virality.evaluation.ordering import APART_DAYS, ENOUGH_TO_ORDER
from virality.findings.choice import Choice, Chosen, Compared, Worth
from virality.findings.draft import Draft, Fact, Near, Push, Reach, Side
from virality.findings.tried import Tried, Unread

FORECASTS_ALT = (
    "A row of dots, one for each of the newest posts, on a logarithmic scale, and below it a row "
    "per draft with the forecast as a dot, its interval as a line, and the account's level as an "
    "upright stroke. A dashed line marks from where a post counts as viral."
)
PUSHED_ALT = (
    "A bar for each block of features, to the right where it pushes the forecast of the trees up "
    "and to the left where it pushes it down."
)


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


def forecasts_caption(found: Sequence[Draft], n_recent: int) -> str:
    """Say what the figure of forecasts shows.

    Parameters
    ----------
    found : sequence of Draft
    n_recent : int
        Posts that are drawn.
    """
    told = [one for one in found if one.verdict.forecasts]
    band = (
        f"Above, what the last {plural(n_recent, 'settled post')} earned, each a dot; eighty of a "
        "hundred lie in the pale band, and the stroke is their middle."
    )
    if not told:
        return f"{band} No draft has a forecast."
    return (
        f"{band} Below, what to expect: the dot, the line that {percent(told[0].coverage)} of such "
        "posts should end in, and the upright stroke of the account's level alone."
    )


def tried(found: Tried) -> str:
    """Say what the forecasts of the past were worth.

    Parameters
    ----------
    found : Tried
    """
    posts = plural(found.n, "post")
    if not found.told:
        return f"So far {posts} can be held against such an interval, which is too few to judge it."
    return (
        f"Of {posts} that were forecast so before their outcome was known, "
        f"**{percent(found.inside)}** ended inside their interval, which promised "
        f"{percent(found.coverage)}. Half of the forecasts missed by a factor of "
        f"{found.miss:.1f} or more."
    )


def reach(found: Draft) -> str:
    """Say how far a draft is from anything seen, and which kind of post is nearest.

    Parameters
    ----------
    found : Draft
    """
    lies = f"Its mean distance to its nearest posts is {found.distance:.2f}"
    said = {
        Reach.INSIDE: f"{lies}; the post that is furthest from its own has {found.limit:.2f}. "
        "Posts like it have been there.",
        Reach.OUTSIDE: f"{lies}, and no post is further from its own than {found.limit:.2f}. "
        "Nothing like it has been there.",
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
        f"Most like it in words, picture or sound: {plural(shown, 'earlier post')}{seen}. "
        "Times the level is what such a post earned beside what the account was used to then; "
        "extreme posts are cut off."
    )


def pushed_caption(shown: int, n_drafts: int) -> str:
    """Say what the figure of pushes shows.

    Parameters
    ----------
    shown, n_drafts : int
        Drafts that are drawn, and all that were explained.
    """
    some = "" if shown == n_drafts else f" The first {shown} of {n_drafts} drafts are drawn."
    return (
        "What each block of features does to the forecast of the trees, as a factor. A block near "
        f"one says nothing about this draft.{some}"
    )


def opening(found: Draft) -> str:
    """Say what a draft's opening holds, or that nothing is known of it.

    Parameters
    ----------
    found : Draft
    """
    return facts(found.facts) or "Nothing is known of its opening."


def unread(found: Sequence[Unread]) -> str:
    """Name the films that could not be read, a line each; "" where all could."""
    return "\n\n".join(f"{one.name}: not scored. {one.why}" for one in found)
