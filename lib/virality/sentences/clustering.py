"""What the chapter on kinds of post says."""

from __future__ import annotations

from collections.abc import Sequence

from virality.core.protocol import MIN_POSTS
from virality.core.text import about, capital, listing, multiple, p_value, percent, plural
from virality.explanation.behaviour import LATELY
from virality.explanation.clusters import HOLDS, LOOSE
from virality.explanation.content_space import Space
from virality.features.blocks import block_name
from virality.findings.clustering import (
    SHOWN_REGIMES,
    Content,
    Departure,
    Difference,
    Holding,
    Regime,
    Verdict,
    Views,
)
from virality.findings.scores import Estimate


def _names(regimes: Sequence[Regime]) -> str:
    return listing([regime.name for regime in regimes], most=SHOWN_REGIMES)


def _is(many: Sequence, one: str, several: str) -> str:
    return one if len(many) == 1 else several


# ------------------------------------------------------------------------- the answer, the doubt


def answer(found: Content, views: Views | None) -> str:
    """The answer box; `views` of at least two kinds, else None.

    Parameters
    ----------
    found : Content
    views : Views or None
        Of at least two kinds.

    Returns
    -------
    str
    """
    told = _answer(found, views)
    if not found.indicative or not found.mapped:
        return told
    return f"{told} With {plural(found.n_posts, 'post')} all of it is indicative at most."


def _answer(found: Content, views: Views | None) -> str:
    if found.verdict is Verdict.TOO_FEW:
        return (
            f"**None can be told from {plural(found.n_posts, 'post')}**: below {MIN_POSTS} a group "
            "is mostly a coincidence."
        )
    if found.verdict is Verdict.ALIKE:
        return "**None can be named**: the posts differ in nothing that describes their content."
    if not found.grouped or not views:
        return "**No kinds of post**: what these look, read and sound like is one continuous cloud."
    if found.verdict is not Verdict.STABLE:
        return (
            f"**No stable kinds of post.** A search names {plural(len(found.regimes), 'group')}, "
            f"but {_WHY[found.verdict]}: use them to look, not to conclude."
        )
    sure = tuple(regime for regime in found.regimes if regime.sure)
    text = (
        f"**{plural(len(sure), 'kind')} of post** {_is(sure, 'comes', 'come')} back when posts are "
        f"left out: {_names(sure)}. {percent(found.noise)} of the posts belong to none."
    )
    if not views.shown:
        return f"{text} A difference in views between them cannot be shown."
    (best, high), (worst, low) = views.sure
    return (
        f"{text} Against the posts around them, **{best}** got {multiple(high.value)} the views"
        f"{_within(high, '95 % interval ')} and **{worst}** {multiple(low.value)}{_within(low)}. "
        "It went together, which proves no cause."
    )


_WHY = {
    Verdict.LIKE_CHANCE: "posts without any groups would give as good ones",
    Verdict.NOT_RETURNING: "they do not come back when posts are left out",
    Verdict.ERAS: "they fill single stretches of the record, and a kind would return",
}


def _within(lift: Estimate, what: str = "") -> str:
    return f" ({what}{multiple(lift.low)} to {multiple(lift.high)})" if lift.bounded else ""


def doubt(found: Content, views: Views | None) -> str:
    """Say what could most easily make the answer wrong.

    Parameters
    ----------
    found : Content
    views : Views or None
    """
    if not found.mapped:
        return "More posts, or more that is known of each, may show kinds that these cannot."
    if not found.grouped or not views:
        return "Irony, a running joke or a familiar face may make kinds that nothing here measures."
    if found.verdict is not Verdict.STABLE:
        return "Other posts of the same account would be grouped otherwise."
    if not views.shown:
        return "A difference smaller than these intervals may well be there."
    return (
        f"The best and the worst of {plural(views.n_sure, 'kind')} were picked because they stand "
        "out, so expect both nearer to the others in the next posts; [What next](next.ipynb) "
        "allows for that."
    )


# ------------------------------------------------------------------------------------- the views


def views_texts(found: Views) -> tuple[str, str]:
    """Caption and alternative text of the views by kind."""
    named = [
        f"{name.raw} median {about(views)} views, {multiple(lift)}"
        for name, views, lift in found.rows
    ]
    alt = f"Views by kind, and medians against the posts around: {listing(named)}."
    around = "Right: each kind's median against the posts around it (95 % intervals)"
    return f"Left: views of every post. {around}. {_reading(found)}", alt


def _reading(found: Views) -> str:
    if found.difference is Difference.UNSTABLE:
        return "The groups are not stable, so nothing follows from it."
    if found.same:
        return f"All do the same ({multiple(found.best[1].value)})."
    if found.difference is Difference.NOT_SHOWN:
        return f"They differ no more than their order in time explains (p {p_value(found.p)})."
    sides = ((found.above, "clearly above one"), (found.below, "clearly below"))
    clear = "; ".join(f"{side}: {listing(names)}" for names, side in sides if names)
    more = f"The kinds differ by more than their order in time explains (p {p_value(found.p)})."
    return f"{capital(clear) or 'No single kind is clear of one'}. {more}"


# ------------------------------------------------------------------------------------- the kinds


def _noun(found: Content) -> str:
    return "kind" if found.verdict is Verdict.STABLE else "group"


def kinds_caption(found: Content) -> str:
    """State what the table of kinds shows."""
    shown = plural(len(found.regimes), _noun(found))
    if found.shown != found.regimes:
        shown = f"The {SHOWN_REGIMES} largest of {shown}"
    text = (
        f"{shown}, each with its most typical posts, chosen by content and not by views; the last "
        f"{LATELY} posts say what is made now."
    )
    eras = tuple(regime for regime in found.regimes if regime.era)
    if not eras:
        return text
    much = _is(eras, "is as much an era as a kind", "are as much eras")
    return (
        f"{text} {capital(_names(eras))} {much}: half of the posts lie within a quarter of the "
        "record."
    )


def map_texts(found: Content) -> tuple[str, str]:
    """Caption and alternative text of the map."""
    posts = plural(found.n_posts, "post")
    if not found.regimes:
        caption = (
            f"All {posts}, near means alike: no group at all. Islands that the eye sees were made "
            "by the drawing."
        )
        return caption, f"Map of {posts} by content, in no group."
    named = [f"{regime.name.raw} with {plural(regime.posts, 'post')}" for regime in found.regimes]
    none = f"{percent(found.noise)} belong to no {_noun(found)} (hollow)"
    rest = f"{plural(found.n_noise, 'post')} in none"
    return (
        f"All {posts}, near means alike; {none}.",
        f"Map of {posts} by content: {listing(named)}; {rest}.",
    )


# ---------------------------------------------------------------------------------- how we know


def space(found: Space) -> str:
    """Say which blocks shaped the space, and what was missing."""
    names = listing([block_name(block) for block in found.blocks])
    text = f"Here: {names}."
    if found.left_out:
        gone = [f"{block_name(b)} ({percent(share)})" for b, share in found.left_out.items()]
        text += f" Too few posts have {listing(gone)}."
    if found.borrowed:
        some = [f"{block_name(b)} ({plural(n, 'post')})" for b, n in found.borrowed.items()]
        text += f" Where a post lacks a block, posts like it lend theirs: {listing(some)}."
    if not {"vision", "audio"} & set(found.blocks):
        text += " **Neither picture nor sound takes part**: these are kinds of words only."
    return text


def stability_texts(found: Content) -> tuple[str, str]:
    """Caption and alternative text of the stability figure."""
    verb = "more" if found.above_bar else "no more"
    named = [f"{regime.name.raw} {regime.recovery:.2f}" for regime in found.regimes]
    return (
        f"Left: {percent(found.returning)} of the posts come back in their group (line), {verb} "
        f"than sets without groups reach one time in twenty ({percent(found.bar)}, dotted). Right: "
        f"each group; dotted at {LOOSE:g} (a pattern) and {HOLDS:g} (it holds).",
        f"Histogram of {found.n_surrogates} sets without groups, with a line at "
        f"{found.returning:.2f}; bars of overlap: {listing(named)}.",
    )


def verdict(found: Content) -> str:
    """Say whether the kinds are real."""
    odds = f"p {p_value(found.p)}, {plural(found.n_surrogates, 'set')} without groups"
    if found.verdict is Verdict.ONE_CLOUD:
        return f"**No groups**: {percent(found.noise)} of the posts stand in no dense place."
    if found.verdict is Verdict.STABLE:
        return f"**The kinds are stable** ({odds}). {_holding(found)}"
    if found.verdict is Verdict.LIKE_CHANCE:
        return f"**Not stable**: sets without groups give groups that come back as well ({odds})."
    if found.verdict is Verdict.ERAS:
        eras = tuple(regime for regime in found.regimes if regime.era)
        lie = _is(eras, "lies", "lie")
        return (
            f"**Eras, not kinds**: the groups come back ({odds}), but {_names(eras)} {lie} within "
            "one stretch of the record."
        )
    return (
        f"**Not stable**: there is more grouping than without groups ({odds}), but no two come "
        "back when posts are left out."
    )


def _holding(found: Content) -> str:
    words = {
        Holding.HOLDS: ("{} holds together", "{} hold together"),
        Holding.LOOSELY: ("{} only loosely", "{} only loosely"),
        Holding.FALLS_APART: ("{} falls apart", "{} fall apart"),
        Holding.ERA: ("{} is as much an era", "{} are as much eras"),
    }
    parts = []
    for kind, (one, several) in words.items():
        regimes = tuple(regime for regime in found.regimes if regime.holding is kind)
        if regimes == found.regimes and kind is Holding.HOLDS:
            return "Each holds together."
        if regimes:
            parts.append(_is(regimes, one, several).format(_names(regimes)))
    return f"One by one: {'; '.join(parts)}."


DETAILS_CAPTION = "Medians with 95 % intervals that allow for runs of like posts."


def fingerprint_texts(found: Departure) -> tuple[str, str]:
    """Caption and alternative text of the heat map."""
    by = multiple(found.factor)
    largest = f"largest apart from all posts: {block_name(found.block)} in"
    return (
        f"{capital(largest)} {found.kind}, {by} (in brackets: posts).",
        f"Heat map of mean pushes; {largest} {found.kind.raw}, {by}.",
    )
