"""What the data chapter says about the record: what was read, mended, and known in time."""

from __future__ import annotations

from virality.core.protocol import INDICATIVE_POSTS, MIN_POSTS, Extent
from virality.core.text import capital, listing, percent, plural, plural_days, significant
from virality.findings.data import Concentration
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

# --- what was read --------------------------------------------------------------------------------


def record(result: Record) -> str:
    """Say which posts there are, from which files."""
    span = f"posted between {result.first} and {result.last}"
    if result.n_posts == 1:
        span = f"posted on {result.first}"
    text = (
        f"The record holds {plural(result.n_posts, 'usable post')}, {span}. It was read as: "
        f"{listing(result.formats)}.{_platforms(result)}"
    )
    if result.n_photos:
        text += f" {plural(result.n_photos, 'of them is a photo post', 'of them are photo posts')}."
    if result.n_creators != 1:
        text += (
            f" They come from {result.n_creators} accounts; each has its own history, and what "
            "follows describes them together."
        )
    if pace := result.pace:
        text += (
            f" They went up at {significant(pace.per_week, 2)} a week{_away(pace)}; half of the "
            f"gaps are shorter than {plural_days(pace.median_gap)}, and the longest is "
            f"{plural_days(pace.longest_gap)}."
        )
    return "\n\n".join(filter(None, (text, _not_used(result), _extent(result))))


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
    return (
        f" They are on several platforms: {shown}. What the account had done before a post is "
        "counted on the post's own platform; what follows describes all of them together."
    )


def _not_used(result: Record) -> str:
    """Name the columns of the input that no chapter uses."""
    sentences = []
    if result.unused:
        noun = "column" if len(result.unused) == 1 else "columns"
        sentences.append(f"Not used, {noun} of the input: {listing(result.unused)}.")
    if result.checked:
        sentences.append(
            "Only checked for impossible values, and used by no chapter: "
            f"{listing(result.checked)}."
        )
    return " ".join(sentences)


def _extent(result: Record) -> str:
    """Say what so many posts allow."""
    if result.extent is Extent.TOO_FEW:
        return (
            f"With {plural(result.n_posts, 'post')} this report describes and does not model: "
            f"below {MIN_POSTS}, a model would learn accidents."
        )
    if result.extent is Extent.INDICATIVE:
        return (
            f"With fewer than {INDICATIVE_POSTS} posts, read every model in this report as an "
            "indication, not as a finding."
        )
    if result.n_creators != 1:
        return "That is enough to model."
    return (
        "That is enough to model, and still few: one account has one history, and no amount of "
        "care makes a second one."
    )


def when(times: Times) -> str:
    """Say how far the times can be trusted, in which zone they are shown, and when it was read."""
    text = _zone(times)
    if times.n_day_only:
        everything = times.n_day_only == times.n_posts
        text += (
            f" Of {'all posts' if everything else plural(times.n_day_only, 'post')} only the day "
            "is known, because the input names no hour or the post was scheduled; wherever hours "
            "count, they are left out."
        )
    if times.n_read_twice:
        what = plural(times.n_read_twice, "post was", "posts were")
        text += f" {what} read more than once: {WHICH_READING}."
    if not times.read_on:
        return text + (
            " Nothing in the file says when the numbers were read. The newest posts may have been "
            "caught while their views were still growing."
        )
    text += f" The numbers were read on {times.read_on}."
    if times.n_young:
        text += (
            f" {plural(times.n_young, 'post was', 'posts were')} then younger than "
            f"{times.embargo_days:g} days; models leave out what had not settled."
        )
    return text


def _zone(times: Times) -> str:
    if times.verdict is Zone.SILENT:
        return f"Hours are shown in {times.zone}."
    if times.verdict is Zone.CONFIRMED:
        return f"The stated times agree with the video ids in {times.zone}, so they can be trusted."
    whose = f"set the parameter `timezone` to {times.zone_found} to see the creator's own hours."
    if times.verdict is Zone.MACHINES:
        whose = (
            "a program that collects posts writes the hours of its own machine, so this need not "
            "be where the creator lives. If it is, set the parameter `timezone` to "
            f"{times.zone_found}."
        )
    return (
        "The file writes local times and names no zone. A video id knows its upload time in "
        f"universal time, and the two agree if the file was written in **{times.zone_found}**. So "
        f"the ids' times are used. Hours in this report are shown in {times.zone}, the zone it was "
        f"asked for; {whose}"
    )


# --- settling -------------------------------------------------------------------------------------


def settling_caption(settling: Settling) -> str:
    """State what the figure of settling views shows."""
    return (
        f"{plural(settling.n_posts, 'post that was', 'posts that were')} read more than once: the "
        "share of its latest views that a post had at an earlier reading, by its age then. The "
        f"median post was {plural_days(settling.last_age_days)} old at its latest reading."
    )


def settling_alt(settling: Settling) -> str:
    """Describe the figure of settling views to who cannot see it."""
    return (
        f"Scatter of {plural(settling.n_readings, 'earlier reading')} by age of the post on a log "
        "scale and share of its latest views, with the median by age and a line at the embargo of "
        f"{settling.embargo_days:g} days."
    )


def settling_reading(settling: Settling) -> str:
    """Check the embargo against posts that were read twice, or say that it cannot be checked."""
    near, days, verdict = settling.near, f"{settling.embargo_days:g} days", settling.verdict
    if verdict is Embargo.TOO_FEW:
        number = plural(near.n, "reading is", "readings are") if near.n else "No reading is"
        return (
            f"{number} of a post about as old as the embargo of {days}. That is too few to check "
            "it; a fresh export soon after some posts would help."
            f"{_older(settling)}{_own(settling)}"
        )
    if verdict in (Embargo.READ_ONCE, Embargo.READ_CLOSELY):
        why = "No post in this record was read at two known times."
        if verdict is Embargo.READ_CLOSELY:
            why = f"Posts were read twice, but never {days} apart or more."
        return (
            f"{why} So the embargo of {days} is a rule of thumb here. Keep a fresh export beside "
            "the old one (`virality import` adds it to those that this report knows), and this "
            "section will show how fast views settle on this account."
        )
    text = (
        f"Of the views that they had at their latest reading, posts about as old as the embargo of "
        f"{days} already had {percent(near.share)} (median of {plural(near.n, 'reading')}; the "
        f"middle half lies between {percent(near.low)} and {percent(near.high)}). "
    )
    if verdict is Embargo.SUPPORTED:
        return text + (
            "**This account's own numbers support the embargo**: a post that has passed it is "
            f"nearly done growing.{_own(settling)}"
        )
    return text + (
        "**This account's own numbers say that the embargo is short**: a post that has just passed "
        f"it still grows, so recent posts look weaker than they will be.{_own(settling)}"
    )


def _older(settling: Settling) -> str:
    if not (band := settling.older):
        return ""
    return (
        f" What can be said: posts aged {band.start:g} to {band.end:g} days already had "
        f"{percent(band.share)} of their later views (median of {band.n} readings)."
    )


def _own(settling: Settling) -> str:
    """What the account's own settling says of the embargo, where that is known."""
    if (own := settling.own) is None or settling.advice is Advice.NONE:
        return ""
    tested = (
        "none of them is one that models are tested on"
        if own.before_tests
        else "models are tested on some of them, but how fast views come in does not tell how many "
        "will"
    )
    text = (
        f" From the age of {plural_days(own.days)} on the median post has at least "
        f"{percent(SETTLED)} of its final number, say {own.n_posts:,} posts that were read young "
        f"and after a month ({tested})"
    )
    if settling.advice is Advice.OWN:
        return f"{text}: the embargo is this account's own."
    return f"{text}. `-p embargo_days=own` takes that instead{_WHY[settling.advice]}."


_WHY = {
    Advice.LONGER: "",
    Advice.SHORTER: ", and models can learn from newer posts",
}


# --- repairs --------------------------------------------------------------------------------------


def repairs_intro(repairs: Repairs) -> str:
    """Say how much had to be done before the table could be trusted."""
    parts = (
        (repairs.n_dropped, "row was left out", "rows were left out"),
        (repairs.number["set missing"], "value was set missing", "values were set missing"),
        (repairs.number["repaired"], "value was repaired", "values were repaired"),
    )
    done = [plural(n, one, many) for n, one, many in parts if n]
    repeated = ""
    if repairs.n_again:
        what = plural(repairs.n_again, "row holds a post", "rows hold posts")
        repeated = f" {what} that another row holds as well; each post counts once."
    if not done:
        return (
            "Nothing had to be repaired: every post could be used, and no value contradicted "
            f"another.{repeated}"
        )
    text = f"{capital(listing(done))}."
    if repairs.n_touched:
        tone = "a handful of posts" if repairs.few else "many posts"
        text += f" That touches {tone}: {repairs.n_touched:,} of {repairs.n_posts:,}."
    return (
        f"{text} Where nothing could tell what was meant, the value is missing rather than guessed."
        f"{repeated}"
    )


def repairs_caption(repairs: Repairs) -> str:
    """State what the table of repairs shows."""
    parts = [f"{n:,} × {severity}" for severity, n in repairs.number.items() if n]
    if not parts:
        return "The repair log is empty."
    return f"The repair log, most severe first ({listing(parts)})."


# --- what the table holds -------------------------------------------------------------------------


def outcomes_caption(outcomes: Outcomes) -> str:
    """State which outcomes there are."""
    if not outcomes.has:
        return "Views are the only outcome that this input holds."
    lacks = (
        f"; it lacks {listing(outcomes.lacks)}" if outcomes.lacks else ": all that this book knows"
    )
    return f"Besides views the input holds {listing(outcomes.has)}{lacks}."


def features_caption(knowable: Knowable) -> str:
    """State how many features there are, and when they are known."""
    parts = listing([f"{n} known {time}" for time, n in knowable.by_time])
    return f"The {knowable.n_features} features of this chapter: {parts}."


def features_reading(knowable: Knowable) -> str:
    """Say which features are empty, and whether any was not yet known."""
    text = "No feature in it was unknown when its post went up."
    if knowable.n_late:
        text = (
            f"{plural(knowable.n_late, 'feature')} in it **did not exist yet** when the post went "
            "up. They are here to replicate the study, and no forecast may use them."
        )
    if knowable.empty:
        n = len(knowable.empty)
        text += (
            f" {plural(n, 'feature is', 'features are')} empty for every post, because the input "
            "does not say or its history is too short: "
            f"{listing(knowable.empty[:8])}{' …' if knowable.empty[8:] else ''}."
        )
    return text


# --- the answer -----------------------------------------------------------------------------------

_TRUST = {
    Trust.WHOLE: "**The record can be trusted as it stands.**",
    Trust.MENDED: "**After these repairs the record can be trusted.**",
    Trust.USABLE: "**The record is usable, with care**: look through the repairs before you lean "
    "on a single post.",
    Trust.DAMAGED: "**The record is damaged.** A fresh export would be worth more than any model "
    "on this one.",
}


def answer(result: Record, repairs: Repairs, top: Concentration) -> str:
    """Answer the chapter's question: which posts, and can the record be trusted?

    Parameters
    ----------
    result, repairs, top
        What was found about the posts that there are, the repair log, and the views of the top.

    Returns
    -------
    str
    """
    span = f"from {result.first} to {result.last}"
    if result.n_posts == 1:
        span = f"of {result.first}"
    rows, values = "Every row could be used", "no value had to be changed"
    if repairs.n_lost:
        rows = f"{plural(repairs.n_lost, 'row')} could not be used"
    if repairs.n_changed:
        values = f"{plural(repairs.n_changed, 'value')} had to be repaired or set missing"
    logged = "; each has a line in @tbl-repairs" if repairs.n_lost or repairs.n_changed else ""
    text = (
        f"We have **{plural(result.n_posts, 'post')}** {span}. {rows}, and {values}{logged}. "
        f"{_TRUST[repairs.trust]}"
    )
    if top.uneven is not None:
        text += (
            f" Views are spread {'unevenly' if top.uneven else 'rather evenly'}: the most viewed "
            f"tenth of the posts holds {percent(top.top_share)} of them."
        )
    return text
