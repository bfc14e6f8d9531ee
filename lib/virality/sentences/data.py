"""What the data chapter says about the posts: their tail, level, rhythm, length and hashtags."""

from __future__ import annotations

from virality.core.text import (
    count,
    decimals,
    factor,
    listing,
    multiple,
    p_value,
    percent,
    plural,
    significant,
)
from virality.findings.data import (
    Concentration,
    Direction,
    Lean,
    Movement,
    Spread,
    Timeline,
    Views,
    Weight,
)
from virality.findings.habits import Habit, Hashtags, Lengths, Rhythm, Tag, Tags
from virality.findings.record import Record

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

# --- how views fall -------------------------------------------------------------------------------


def views(spread: Spread, top: Concentration) -> str:
    """Say what views are usual, and how many of them the most viewed posts hold.

    Parameters
    ----------
    spread : Spread
    top : Concentration
    """
    if spread.views is Views.NONE:
        return "No post has any view."
    if spread.views is Views.ONE:
        return f"It has {count(spread.median)} views."
    if spread.views is Views.EQUAL:
        return f"All have {count(spread.median)} views."
    text = f"Half have fewer than {count(spread.median)} views"
    if spread.weight is None:
        return f"{text}."
    text += f", eight in ten between {count(spread.weak)} and {count(spread.strong)}"
    which = "the most viewed one holds" if top.n_top == 1 else f"the {top.n_top} most viewed hold"
    return f"{text}; {which} {percent(top.top_share)} of all views."


def tail_caption(spread: Spread) -> str:
    """State what the histogram shows: how far a strong post is from a weak one, and the mean."""
    if spread.weight is None:
        return f"{plural(spread.n_posts, 'post')} cannot show what is usual."
    text = (
        f"The best of the middle eight in ten has {factor(spread.strong_over_weak)} the views of "
        f"the weakest. {_weight(spread)}"
    )
    if spread.between_creators is None:
        return text
    return (
        f"{text} {percent(spread.between_creators)} of the spread lies between the creators, not "
        "between the posts of one."
    )


def _weight(spread: Spread) -> str:
    mean = f"The mean, {count(spread.mean)}, is {factor(spread.mean_over_median)} the median"
    return {
        Weight.HEAVY: f"{mean}: a few outliers make it, and it describes no post in particular.",
        Weight.MODERATE: f"{mean}: a few large posts lift it.",
        Weight.LIGHT: "Mean and median nearly agree: no few posts dominate.",
    }[spread.weight or Weight.LIGHT]


def tail_alt(spread: Spread) -> str:
    """Say what the histogram shows to who cannot see it."""
    middle = "" if spread.weight is None else (
        f", eight in ten between {count(spread.weak)} and {count(spread.strong)}"
    )  # fmt: skip
    return (
        f"Histogram of {plural(spread.n_posts, 'post')} by views on a log scale, from "
        f"{count(spread.least)} to {count(spread.most)}: half lie below {count(spread.median)}"
        f"{middle}, and the mean is {count(spread.mean)}."
    )


def logarithms(spread: Spread) -> str:
    """Say whether logarithms make the tail symmetric; "" where there is no shape to speak of."""
    if spread.weight is None:
        return ""
    return {
        Lean.NEITHER: "On the [log scale](glossary.qmd) views are nearly symmetric: hence factors.",
        Lean.LEFT: "Even on the [log scale](glossary.qmd) views lean to the left: hardly anyone "
        "was shown some posts. Factors help, but do not tame everything.",
        Lean.RIGHT: "Even on the [log scale](glossary.qmd) views lean to the right: the hits are "
        "exceptional even here. Factors help, but do not tame everything.",
    }[spread.lean]


def hits_caption(spread: Spread) -> str:
    """State what the table of the most viewed posts shows."""
    share = percent(sum(hit.share for hit in spread.hits))
    return f"The {len(spread.hits)} most viewed posts hold {share} of all views."


# --- the level over time --------------------------------------------------------------------------


def timeline_caption(timeline: Timeline) -> str:
    """State whether the level moved, and from the first posts to the last."""
    if timeline.equal or timeline.movement is Movement.STILL:
        return "The level never moved."
    if timeline.movement is Movement.TOO_FEW:
        return "Every post by date; so few show no level."
    if timeline.movement is Movement.UNKNOWN:
        return f"Every post by date; no history is long enough for a level. {_trend(timeline)}"
    wander = f"{_by(timeline)} between its lowest and its highest point"
    whose = "The median of the last ten posts (line) moved"
    if timeline.several:
        whose = "The median of a creator's last ten posts (lines) typically moved"
    return f"{whose} {wander}, {_moved(timeline)}. {_trend(timeline)}"


def _by(timeline: Timeline) -> str:
    return f"by a factor of {significant(timeline.change.wander, 2)}"


def _moved(timeline: Timeline) -> str:
    return {
        Movement.WANDERS: "more than luck explains",
        Movement.NARROW: "more than luck explains, but in a narrow band",
    }.get(
        timeline.movement,
        f"no more than the same posts in random order (p {p_value(timeline.change.luck)})",
    )


def _trend(timeline: Timeline) -> str:
    change = timeline.change
    start = "At each creator's own level, the" if timeline.several else "The"
    text = (
        f"{start} last third of the posts has {factor(change.factor)} the median views of the first"
    )
    if timeline.trend is Direction.UNSURE:
        return f"{text}, too few posts for an interval."
    text += f" (95 % interval {significant(change.low, 2)} to {significant(change.high, 2)})"
    return {
        Direction.OPEN: f"{text}: no lasting rise or fall is shown.",
        Direction.ABOVE: f"{text}: the account has grown.",
        Direction.BELOW: f"{text}: the account has shrunk.",
    }[timeline.trend]


def timeline_alt(record: Record, timeline: Timeline) -> str:
    """Say what the timeline shows to who cannot see it.

    Parameters
    ----------
    record : Record
    timeline : Timeline
    """
    text = f"Views of {plural(record.n_posts, 'post')} from {record.first} to {record.last}"
    if timeline.movement in (Movement.TOO_FEW, Movement.UNKNOWN, Movement.STILL):
        return f"{text}, on a log scale."
    return f"{text}, on a log scale; the median of ten posts moves {_by(timeline)}."


# --- rhythm ---------------------------------------------------------------------------------------


def rhythm_caption(rhythm: Rhythm, pooled: bool = False) -> str:
    """State when posts go up; "" where few posts show no habit.

    Parameters
    ----------
    rhythm : Rhythm
    pooled : bool
        Whether the book is about many creators, and asks of no hour whether it matters.
    """
    if (busiest := rhythm.busiest) is None:
        return ""
    text = (
        f"{percent(busiest.hours_share)} of the posts go up between {busiest.start:02d}:00 and "
        f"{busiest.end:02d}:00 ({rhythm.zone}), {percent(busiest.weekday_share)} on a "
        f"{WEEKDAYS[busiest.weekday]}."
    )
    if rhythm.n_untimed:
        text += f" The hour of {plural(rhythm.n_untimed, 'post')} is not known."
    if rhythm.habit is Habit.FIRM:
        text += " Other hours were hardly tried."
    return text if pooled else f"{text} Whether the hour matters: [When to post](timing.ipynb)."


def rhythm_alt(rhythm: Rhythm) -> str:
    """Say what the dots show to who cannot see them."""
    zone = rhythm.zone.raw  # not Markdown: `pieces.figure` makes it an attribute
    return (
        f"Dots as large as the number of posts by weekday and hour in {zone}; they fall into "
        f"{plural(rhythm.n_filled, 'cell')} of {rhythm.n_cells}, {rhythm.most} into the fullest."
    )


# --- length ---------------------------------------------------------------------------------------


def lengths_caption(lengths: Lengths) -> str:
    """State how length and views go together; "" where few posts cannot show it."""
    if lengths.direction is Direction.UNSURE:
        return ""
    shortest, longest = significant(lengths.shortest, 2), significant(lengths.longest, 2)
    level = ", each creator's at a common level" if lengths.several else ""
    return (
        f"{plural(lengths.n_posts, 'post')} of {shortest} to {longest} seconds{level}: "
        f"{_LENGTH[lengths.direction].format(_correlation(lengths))}"
    )


_APART = "Short and long posts differ in more than length, so this is no advice on cutting."
_LENGTH = {
    Direction.ABOVE: "longer ones went with more views{}. " + _APART,
    Direction.BELOW: "shorter ones went with more views{}. " + _APART,
    Direction.OPEN: "no steady rise or fall of views with length{}; a best length in between would "
    "show in the diamonds.",
}


def _correlation(lengths: Lengths) -> str:
    if lengths.rho is None:
        return ""
    within = f"{decimals(lengths.low)} to {decimals(lengths.high)}"
    return f" (rank correlation {decimals(lengths.rho)}, 95 % interval {within})"


def lengths_alt(lengths: Lengths) -> str:
    """Say what the scatter of lengths shows to who cannot see it."""
    return (
        f"Scatter of {plural(lengths.n_posts, 'post')} by length in seconds and views, both on log "
        f"scales, with the median of posts of like length{_correlation(lengths)}."
    )


# --- hashtags -------------------------------------------------------------------------------------


def hashtags(found: Hashtags) -> str:
    """State which hashtags stand out; "" where none can be compared."""
    if found.verdict in (Tags.TOO_FEW_POSTS, Tags.NONE_COMPARABLE):
        return ""
    compared = plural(found.n_tags, "hashtag or group", "hashtags or groups")
    if found.verdict is Tags.NONE_CLEAR:
        return f"Of {compared} none stands out from chance."
    sides = ((found.more, "more"), (found.fewer, "fewer"))
    parts = [f"with {side} views went {_tags(tags)}" for tags, side in sides if tags]
    if not parts:  # withheld on private pages
        return f"Of {compared} {plural(found.n_clear, 'stands', 'stand')} out."
    return (
        f"Of {compared}, {'; '.join(parts)}; intervals of 95 %. A hashtag marks a subject: this "
        "is no advice on hashtags."
    )


def _tags(tags: tuple[Tag, ...]) -> str:
    return listing([f"{_named(tag)} ({_times(tag)})" for tag in tags], most=4)


def _named(tag: Tag) -> str:
    return listing([name.excerpt(31) for name in tag.names], most=3)


def _times(tag: Tag) -> str:
    ends = f"{multiple(tag.times.low)} to {multiple(tag.times.high)}"
    return f"{multiple(tag.times.value)}, {ends}, {plural(tag.n, 'post')}"


def hashtags_alt(found: Hashtags) -> str:
    """Say what the hashtags' figure shows to who cannot see it."""
    return (
        f"95 % intervals for {plural(found.n_tags, 'hashtag or group', 'hashtags or groups')}: "
        f"the factor between views with and without each; {found.n_clear} lie clear of one."
    )


def chance(found: Hashtags) -> str:
    """Say how many of them chance alone would bring; "" where none is compared."""
    if found.verdict in (Tags.TOO_FEW_POSTS, Tags.NONE_COMPARABLE):
        return ""
    return (
        f"Of the {found.n_names} most used, those on the same posts are one group: {found.n_tags} "
        "are left, of which chance would show about one in twenty before shrinking."
    )
