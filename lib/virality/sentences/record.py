"""What the data chapter says about the record: what was read, mended, and known in time."""

from __future__ import annotations

from virality.core.protocol import INDICATIVE_POSTS, Extent
from virality.core.text import capital, listing, percent, plural, plural_days, significant
from virality.findings.record import (
    Advice,
    Embargo,
    Knowable,
    Outcomes,
    Record,
    Repairs,
    Settling,
    Times,
    Trust,
    Zone,
)
from virality.posts.describe import PAUSE_DAYS, Pace
from virality.posts.read import WHICH_READING
from virality.posts.settling import SETTLED

# --- the answer, and its doubt --------------------------------------------------------------------


def answer(result: Record, repairs: Repairs, views: str) -> str:
    """Answer the chapter's question: which posts, with how many views, and are they to be trusted?

    Parameters
    ----------
    result, repairs
        What was found about the posts that there are, and the repair log.
    views : str
        What is said of their views.

    Returns
    -------
    str
    """
    span = f"from {result.first} to {result.last}"
    if result.n_posts == 1:
        span = f"of {result.first}"
    accounts = f" of {result.n_creators} accounts" if result.n_creators != 1 else ""
    text = f"**{plural(result.n_posts, 'post')}**{accounts} {span}. {views} {_trust(repairs)}"
    return f"{text} {_EXTENT[result.extent]}".strip()


def _trust(repairs: Repairs) -> str:
    parts = (
        (repairs.n_lost, "row was left out", "rows were left out"),
        (repairs.n_changed, "value was changed", "values were changed"),
    )
    done = listing([plural(n, one, many) for n, one, many in parts if n])
    return {
        Trust.WHOLE: "**The record can be trusted as it stands.**",
        Trust.MENDED: f"**The record can be trusted**: {done}.",
        Trust.USABLE: f"**The record is usable, with care**: {done}.",
        Trust.DAMAGED: f"**The record is damaged**: {done}. A fresh export would be worth more "
        "than any model on this one.",
    }[repairs.trust]


_EXTENT = {
    Extent.TOO_FEW: "So few are described and not modelled: a model would learn accidents.",
    Extent.INDICATIVE: f"With fewer than {INDICATIVE_POSTS}, read every model in this report as an "
    "indication.",
    Extent.ENOUGH: "",
}


def doubt(times: Times) -> str:
    """Say what could most easily make the record wrong."""
    deleted = "what was deleted is missing, so the account may have done worse than it looks"
    if not times.read_on:
        return (
            "Nothing in the file says when views were counted, so the newest posts may still have "
            f"been growing; and {deleted}."
        )
    if times.n_young:
        young = plural(times.n_young, "post was", "posts were")
        return (
            f"{young} younger than {times.embargo_days:g} days when views were counted, and still "
            f"growing; and {deleted}."
        )
    return f"{capital(deleted)}."


# --- what was read --------------------------------------------------------------------------------


def record(result: Record, outcomes: Outcomes) -> str:
    """Say which posts there are, from which files, and what is known of each.

    Parameters
    ----------
    result : Record
    outcomes : Outcomes
    """
    text = f"Read as {listing(result.formats)}.{_platforms(result)}"
    if result.n_photos:
        photos = plural(result.n_photos, "of the posts is a photo", "of the posts are photos")
        text += f" {photos}."
    if pace := result.pace:
        text += (
            f" {significant(pace.per_week, 2)} posts a week{_away(pace)}; half of the gaps are "
            f"below {plural_days(pace.median_gap)}, the longest is {plural_days(pace.longest_gap)}."
        )
    return f"{text} {_outcomes(outcomes)}{_not_used(result)}"


def _away(pace: Pace) -> str:
    if not pace.n_pauses:
        return ""
    pauses = plural(pace.n_pauses, "pause")
    return f", {pauses} of more than {plural_days(PAUSE_DAYS)} left out"


def _platforms(result: Record) -> str:
    """Name the platforms where they are not the one that most exports come from."""
    if not result.platforms:
        return ""
    if len(result.platforms) == 1:
        return f" The posts are on {result.platforms[0][0]}."
    shown = listing([f"{name} ({n:,})" for name, n in result.platforms])
    return f" The posts are on {shown}; an account's history is counted on each platform apart."


def _not_used(result: Record) -> str:
    """Name the columns of the input that no chapter uses."""
    text = f" Not used: {listing(result.unused)}." if result.unused else ""
    if result.checked:
        text += f" Only checked for impossible values: {listing(result.checked)}."
    return text


def _outcomes(outcomes: Outcomes) -> str:
    if not outcomes.has:
        return "Views are the only outcome."
    lacks = f", not {listing(outcomes.lacks, 'or')}" if outcomes.lacks else ""
    return f"Besides views it holds {listing(outcomes.has)}{lacks}."


def when(times: Times) -> str:
    """Say how far the times can be trusted, in which zone they are shown, and when it was read."""
    text = _zone(times)
    if times.n_day_only:
        which = "all posts"
        if times.n_day_only != times.n_posts:
            which = plural(times.n_day_only, "post")
        text += f" Of {which} only the day is known; where hours count, they are left out."
    if times.n_read_twice:
        what = plural(times.n_read_twice, "post was", "posts were")
        text += f" {what} read more than once: {WHICH_READING}."
    return f"{text} Views were read on {times.read_on}." if times.read_on else text


def _zone(times: Times) -> str:
    if times.verdict is Zone.SILENT:
        return f"Hours are shown in {times.zone}."
    if times.verdict is Zone.CONFIRMED:
        return f"The stated times agree with the video ids in {times.zone}."
    whose = f"for the creator's own hours set the parameter `timezone` to {times.zone_found}."
    if times.verdict is Zone.MACHINES:
        whose = (
            "that may be where the collecting program ran. If it is the creator's, set the "
            f"parameter `timezone` to {times.zone_found}."
        )
    return (
        "The file names no zone; its times agree with the video ids if it was written in "
        f"**{times.zone_found}**, so the ids' times are used. Hours are shown in {times.zone}; "
        f"{whose}"
    )


# --- settling -------------------------------------------------------------------------------------


def settling_alt(settling: Settling) -> str:
    """Describe the figure of settling views to who cannot see it."""
    near = ""
    if settling.near.n:
        near = f", where the median post had {percent(settling.near.share)}"
    return (
        f"Scatter of {plural(settling.n_readings, 'earlier reading')} by age of the post on a log "
        "scale and share of its latest views, with the median by age and a line at the embargo of "
        f"{settling.embargo_days:g} days{near}."
    )


def settling_reading(settling: Settling) -> str:
    """Check the embargo against posts that were read twice, or say that it cannot be checked."""
    near, days, verdict = settling.near, f"{settling.embargo_days:g} days", settling.verdict
    if verdict is Embargo.TOO_FEW:
        number = plural(near.n, "reading is", "readings are") if near.n else "No reading is"
        return (
            f"{number} of a post about as old as the embargo of {days}: too few to check it."
            f"{_older(settling)}{_own(settling)}"
        )
    if verdict in (Embargo.READ_ONCE, Embargo.READ_CLOSELY):
        why = "No post was read at two known times"
        if verdict is Embargo.READ_CLOSELY:
            why = f"No post was read twice {days} apart or more"
        return (
            f"{why}, so the embargo of {days} is a rule of thumb; `virality import` of a fresh "
            "export would tell."
        )
    text = (
        f"Posts about as old as the embargo of {days} had {percent(near.share)} of their latest "
        f"views (median of {plural(near.n, 'reading')}; middle half {percent(near.low)} to "
        f"{percent(near.high)}): "
    )
    if verdict is Embargo.SUPPORTED:
        return f"{text}**the account's own numbers support the embargo**.{_own(settling)}"
    return (
        f"{text}**the embargo is short**, and recent posts look weaker than they will be."
        f"{_own(settling)}"
    )


def _older(settling: Settling) -> str:
    if not (band := settling.older):
        return ""
    return (
        f" Posts aged {band.start:g} to {band.end:g} days had {percent(band.share)} of their later "
        f"views (median of {plural(band.n, 'reading')})."
    )


def _own(settling: Settling) -> str:
    """What the account's own settling says of the embargo, where that is known."""
    if (own := settling.own) is None or settling.advice is Advice.NONE:
        return ""
    tested = "no model is tested on these" if own.before_tests else "models are tested on some"
    text = (
        f" From {plural_days(own.days)} on the median post has {percent(SETTLED)} of its final "
        f"number ({plural(own.n_posts, 'post')} read young and after a month; {tested})"
    )
    if settling.advice is Advice.OWN:
        return f"{text}: the embargo is this account's own."
    return f"{text}; `-p embargo_days=own` takes that instead."


# --- repairs --------------------------------------------------------------------------------------


def repairs_intro(repairs: Repairs) -> str:
    """Say how much had to be done before the table could be trusted."""
    parts = (
        (repairs.n_dropped, "row was left out", "rows were left out"),
        (repairs.number["set missing"], "value was set missing", "values were set missing"),
        (repairs.number["repaired"], "value was repaired", "values were repaired"),
    )
    done = [plural(n, one, many) for n, one, many in parts if n]
    touched = f", on {repairs.n_touched:,} of {plural(repairs.n_posts, 'post')}"
    text = "Nothing had to be repaired."
    if done:
        text = f"{listing(done)}{touched if repairs.n_touched else ''}."
    if repairs.n_again:
        what = plural(repairs.n_again, "row repeats a post", "rows repeat a post")
        text += f" {what}, which counts once."
    return text


REPAIRS_CAPTION = "The repair log, most severe first."

# --- what the table holds -------------------------------------------------------------------------


def features_caption(knowable: Knowable) -> str:
    """State how many features there are, when they are known, and which are empty or late."""
    parts = listing([f"{n} known {time}" for time, n in knowable.by_time])
    text = f"{plural(knowable.n_features, 'feature')}: {parts}."
    if knowable.n_late:
        late = plural(knowable.n_late, "feature", "features")
        text += f" {late} **did not exist yet** when the post went up; no forecast may use them."
    if knowable.empty:
        text += f" Empty for every post: {listing(knowable.empty, most=8)}."
    return text
