"""What the clustering chapter says."""

from __future__ import annotations

from collections.abc import Iterable

from virality.core.protocol import MIN_POSTS
from virality.core.text import about, listing, multiple, percent, plural
from virality.explanation.clusters import HOLDS, LOOSE
from virality.explanation.content_space import Space
from virality.features.blocks import block_name
from virality.features.concepts import traits
from virality.findings.clustering import (
    SHOWN_REGIMES,
    Content,
    Difference,
    Fingerprints,
    Holding,
    Regime,
    Verdict,
    Views,
)
from virality.findings.scores import Estimate


def _names(regimes: Iterable[Regime]) -> str:
    return listing([regime.name for regime in regimes])


def _is(many: tuple, one: str, several: str) -> str:
    return one if len(many) == 1 else several


# -------------------------------------------------------------------------------- the map


def nothing(found: Content) -> str:
    """Say why there is no map."""
    rest = "The text below says what this chapter would show."
    if found.verdict is Verdict.TOO_FEW:
        return (
            f"This record holds {plural(found.n_posts, 'post')}. Below {MIN_POSTS} a group of "
            f"posts cannot be told from a coincidence, so none is looked for. {rest}"
        )
    return f"The posts do not differ in anything that describes their content. {rest}"


def space(found: Space) -> str:
    """Say which blocks shaped the space, and what was missing."""
    names = listing([block_name(block) for block in found.blocks])
    if len(found.blocks) == 1:
        parts = [f"Only one block shapes the map of this run: {names}."]
    else:
        parts = [f"The map of this run is shaped by {names}, each with the same say."]
    if found.left_out:
        gone = [f"{block_name(b)} ({percent(share)})" for b, share in found.left_out.items()]
        parts.append(f"Left out, because too few posts have it: {listing(gone)}.")
    if found.borrowed:
        some = [f"{block_name(b)} ({plural(n, 'post')})" for b, n in found.borrowed.items()]
        parts.append(
            "Where a post lacks a block, it takes the place of the posts that it resembles in the "
            f"others: {listing(some)}."
        )
    if not {"vision", "audio"} & set(found.blocks):
        parts.append("**Neither picture nor sound takes part**: these are regimes of words only.")
    return " ".join(parts)


def map_texts(found: Content) -> tuple[str, str]:
    """Caption and alternative text of the map."""
    posts = plural(found.n_posts, "post")
    caption = (
        f"All {posts} on one map; near means alike. The search found "
        f"{plural(len(found.regimes), 'group')} ({_names(found.regimes)}); "
        f"{percent(found.noise)} of the posts belong to none (hollow)."
        if found.regimes
        else f"All {posts} on one map. The search found no group at all; islands that the eye "
        "sees were made by the drawing."
    )
    named = [f"{regime.name} with {plural(regime.posts, 'post')}" for regime in found.regimes]
    groups = listing(named) or "none"
    noise = plural(found.n_noise, "post")
    return caption, f"Map of posts by content. Groups: {groups}; {noise} in no group."


# ------------------------------------------------------------------------------ stability


def stability_texts(found: Content) -> tuple[str, str]:
    """Caption and alternative text of the stability figure."""
    verb = "more" if found.above_bar else "no more"
    named = [f"{regime.name} {regime.recovery:.2f}" for regime in found.regimes]
    return (
        f"Left: {percent(found.returning)} of the posts come back in their regime when a fifth is "
        f"left out (line), {verb} than what sets of posts without groups reach one time in twenty "
        f"({percent(found.bar)}, dotted). Right: each regime by itself; the dotted marks are "
        f"{LOOSE:g} for a pattern and {HOLDS:g} for a regime that holds.",
        f"Histogram of {found.n_surrogates} sets without groups, with a line at "
        f"{found.returning:.2f}; bars of overlap by regime: {listing(named)}.",
    )


def verdict(found: Content) -> str:
    """Say whether the regimes are real."""
    if found.verdict is Verdict.ONE_CLOUD:
        return (
            "**No stable regimes.** Searched for groups, the posts give none: "
            f"{percent(found.noise)} of them stand in no dense place. This creator's "
            "content is one continuous cloud, as far as these columns can tell."
        )
    odds = f"p = {found.p:.2f}, from {plural(found.n_surrogates, 'set')} without groups"
    if found.verdict is Verdict.STABLE:
        return (
            "**The regimes are stable.** They come back better than groups in posts that have "
            f"none ({odds}). {_holding(found)}"
        )
    if found.verdict is Verdict.LIKE_CHANCE:
        return (
            "**No stable regimes.** Posts without any groups, but with the same spread and the "
            f"same drift over time, give groups that come back just as well ({odds}). What "
            "follows is a way of sorting the posts, not a discovery about them."
        )
    if found.verdict is Verdict.ERAS:
        eras = tuple(regime for regime in found.regimes if regime.era)
        return (
            "**No stable regimes, but eras.** The groups come back when posts are left out "
            f"({odds}), but {_names(eras)} {_is(eras, 'lies', 'lie')} within one stretch of the "
            "record. Whether that is a kind of post or a time of the account, the record cannot "
            "tell: a kind would return."
        )
    return (
        f"**No stable regimes.** There is more grouping than in posts without groups ({odds}), but "
        "no two regimes come back when posts are left out. What follows is a way of sorting the "
        "posts, not a discovery about them."
    )


def _holding(found: Content) -> str:
    kinds = {
        Holding.HOLDS: ("{} holds together", "{} hold together"),
        Holding.LOOSELY: ("{} only loosely", "{} only loosely"),
        Holding.FALLS_APART: (
            "{} falls apart and should not be relied on",
            "{} fall apart and should not be relied on",
        ),
        Holding.ERA: (
            "{} is as much an era as a kind of post",
            "{} are as much an era as a kind of post",
        ),
    }
    parts = []
    for kind, words in kinds.items():
        regimes = tuple(regime for regime in found.regimes if regime.holding is kind)
        if regimes:
            parts.append(_is(regimes, *words).format(_names(regimes)))
    return f"Taken one by one: {'; '.join(parts)}."


# ---------------------------------------------------------------------------- the regimes


def regimes_caption(found: Content) -> str:
    """Caption of the table of regimes."""
    text = f"{plural(len(found.regimes), 'regime')}, largest first."
    if found.shown != found.regimes:
        text += f" The {SHOWN_REGIMES} largest are shown."
    eras = tuple(regime for regime in found.regimes if regime.era)
    if eras:
        text += (
            f" {_names(eras)} {_is(eras, 'is', 'are')} as much an era as a kind of "
            "content: half of the posts lie within a quarter of the record."
        )
    return text


def naming(found: Content) -> str:
    """Say what the names are worth."""
    named = [f"**{each.name}** ({traits(each.traits)})" for each in found.shown if each.traits]
    if not named:
        return (
            "No readable feature sets any of the regimes apart by much. They differ in components "
            "of picture, sound or words that have no name; their typical posts show how."
        )
    text = f"In words: {listing(named)}."
    if len(named) != len(found.shown):
        text += " The others differ in components that have no name; their typical posts show how."
    return text


def typical_caption(n_posts: int, n_regimes: int, frames: bool, private: bool) -> str:
    """Caption of the table of typical posts.

    Parameters
    ----------
    n_posts, n_regimes : int
        Posts that are shown, and regimes that they belong to.
    frames : bool
        Whether first frames are shown.
    private : bool
        Whether the report is.

    Returns
    -------
    str
    """
    without = "" if frames else " No video could be seen, so there are no first frames to show."
    if private:
        without = " This report is private, so captions and first frames are withheld."
    return (
        f"{plural(n_posts, 'typical post')} of {plural(n_regimes, 'regime')}: in the core of their "
        "regime and nearest to all its other posts. They were chosen by content, not by views."
        f"{without}"
    )


# ------------------------------------------------------------------------------ the views


def views_texts(found: Views) -> tuple[str, str]:
    """Caption and alternative text of the views by regime."""
    named = [
        f"{name} median {about(views)} views, {multiple(lift)}" for name, views, lift in found.rows
    ]
    alt = f"Views by regime, and medians against the posts around: {listing(named)}."
    (best, high), (worst, low) = found.best, found.worst
    if found.same:
        return (
            f"Against the posts around them, all regimes do the same ({multiple(high.value)}).",
            alt,
        )
    text = (
        f"Against the posts around them, {best} does best ({_times(high)}) "
        f"and {worst} worst ({_times(low)})"
    )
    if found.shown:
        more = f"regimes differ by more than their order in time explains (p = {found.p:.2f})."
        return f"{text}; {more}", alt
    return f"{text}, but a difference between regimes cannot be shown (p = {found.p:.2f}).", alt


def _times(lift: Estimate) -> str:
    if not lift.bounded:
        return multiple(lift.value)
    return f"{multiple(lift.value)}, {multiple(lift.low)} to {multiple(lift.high)}"


def _in_brackets(lift: Estimate) -> str:
    if not lift.bounded:
        return multiple(lift.value)
    return f"{multiple(lift.value)} ({multiple(lift.low)} to {multiple(lift.high)})"


def views_table_caption(found: Views) -> str:
    """Caption of the table of views."""
    base = "Medians with 95 % intervals that allow for runs of similar posts."
    if not found.nearest:
        return base
    return (
        f"{base} The trees' forecasts come nearest in {found.nearest} and miss by most in "
        f"{found.farthest}."
    )


def views_reading(found: Views) -> str:
    """Say what may be concluded about views."""
    if found.difference is Difference.UNSTABLE:
        return (
            "The regimes are not stable, so nothing follows from their views: another month of "
            "posts would draw them differently."
        )
    if found.difference is Difference.NOT_SHOWN:
        return (
            "The regimes are real as kinds of content, but the record does not show that one of "
            "them gets more views than another once the account's level at the time is taken out."
        )
    parts = ["The regimes differ in views, beyond the account's level at the time."]
    if found.above:
        parts.append(f"Above the posts around them, clear of one: {listing(found.above)}.")
    if found.below:
        parts.append(f"Below, clear of one: {listing(found.below)}.")
    if not found.above and not found.below:
        parts.append("No single regime is clear of one by itself; the difference is between them.")
    parts.append("That is what went together, not what would happen if a post changed regime.")
    return " ".join(parts)


def fingerprint_texts(found: Fingerprints) -> tuple[str, str]:
    """Caption and alternative text of the heat map."""
    if found.departure:
        block, regime, push = found.departure
        departure = (
            f"The largest departure from all posts: {block_name(block)} in {regime}, "
            f"{multiple(push)}."
        )
    else:
        departure = "No regime has enough held-out posts for a fingerprint."
    rows = [
        f"{name}: {', '.join(f'{block_name(b)} {multiple(push)}' for b, push in pushes)}"
        for name, pushes in found.rows
    ]
    return (
        "Mean push of each block on the forecasts of held-out posts, by regime (in brackets: how "
        f"many such posts). {departure}",
        f"Heat map of mean pushes. {'; '.join(rows)}.",
    )


# ----------------------------------------------------------------------------- the answer


def answer(found: Content, views: Views | None) -> str:
    """The answer box; `views` of at least two regimes, else None.

    Parameters
    ----------
    found : Content
    views : Views or None
        Of at least two regimes.

    Returns
    -------
    str
    """
    if not found.mapped:
        return "None can be named: there are too few posts, or too little in which they differ."
    return _answer(found, views) + (
        f" With {plural(found.n_posts, 'post')} all of it is indicative at most."
        if found.indicative
        else ""
    )


def _answer(found: Content, views: Views | None) -> str:
    if not found.grouped or not views:
        return "**No stable regimes.** The content is one continuous cloud."
    if found.verdict is not Verdict.STABLE:
        return (
            f"**No stable regimes.** The search names {plural(len(found.regimes), 'group')}, but "
            "they do not come back reliably, when posts are left out or over time. Use the map to "
            "sort and to look, not to conclude."
        )
    sure = tuple(regime for regime in found.regimes if regime.sure)
    names = listing([_title(regime) for regime in sure[:SHOWN_REGIMES]])
    text = (
        f"{plural(len(sure), 'content regime')} that {_is(sure, 'comes', 'come')} back "
        f"when posts are left out: {names}. {percent(found.noise)} of the posts belong to no "
        "regime."
    )
    if not views.shown:
        return f"{text} A difference in views between them cannot be shown."
    (best, high), (worst, low) = views.sure
    return (
        f"{text} They differ in views beyond the account's level at the time: against the posts "
        f"around them, {best} gets {_in_brackets(high)} and {worst} {_in_brackets(low)}."
    )


def _title(regime: Regime) -> str:
    """A regime's letter in bold, and in brackets what it is: words, else its hashtags."""
    if not regime.traits and regime.hashtags:
        return f"**{regime.name}** ({regime.hashtags})"
    return f"**{regime.name}** ({traits(regime.traits)})"
