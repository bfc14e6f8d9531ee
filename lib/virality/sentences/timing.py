"""Sentences of the chapter on when to post: one claim or none, the habit, what was never tried."""

from __future__ import annotations

from virality.advice.hours import Slot
from virality.advice.timing import CLAIM_FROM
from virality.core.text import listing, multiple, p_value, percent, plural
from virality.findings.timing import Content, Luck, Size, Verdict, When

_DAYS = {"weekdays": "Monday to Friday", "weekend": "Saturday and Sunday"}
_KINDS = {
    Content.SEEN: "What is known of picture, sound and words was taken off, but a kind of post "
    "that these do not show can still stand behind the hour.",
    Content.FORM: "The kinds of post are not recorded here, only their form: if what goes up at "
    "these hours is another kind of post, that is what the hour shows.",
    Content.NOTHING: "Nothing is recorded about the kinds of post: if what goes up at these hours "
    "is another kind of post, that is what the hour shows.",
}


def slot(found: Slot) -> str:
    """Return a slot in words.

    Parameters
    ----------
    found : Slot
    """
    return f"{_DAYS[found.part]}, {found.start:02d}:00 to {found.end:02d}:00"


def answer(found: When) -> str:
    """Return the answer box: one claim or none, and what would settle it.

    Parameters
    ----------
    found : When
    """
    if found.verdict is Verdict.CLAIM and found.slot:
        return f"{_claim(found, found.slot)} {experiment(found)}"
    return f"{_none(found)} {experiment(found)}"


def _claim(found: When, best: Slot) -> str:
    size = {
        Size.ABOVE: "",
        Size.OPEN: f", which holds {multiple(1)} as well",
    }[found.size]
    return (
        f"**{slot(best)}** ({found.zone}) went with {multiple(found.factor)} the views of the "
        f"habit (80 %: {multiple(found.low)} to {multiple(found.high)}{size}), measured on "
        f"{plural(found.n_measured, 'post')} that had no say in the choice; the hour need not be "
        "the cause."
    )


def _none(found: When) -> str:
    if found.verdict is Verdict.NO_HOURS:
        return (
            "**Nothing can be said about hours.** Of no settled post is it known at which hour it "
            "went up. An export with the time of day, or with video ids, would tell."
        )
    if found.verdict is Verdict.TOO_FEW:
        return _too_few(found)
    if found.verdict is Verdict.NARROW:
        return (
            "**No claim: other hours were hardly tried.** To hold one slot of the week against "
            "another takes two with enough posts in both halves of the record."
        )
    return _tested(found)


def _too_few(found: When) -> str:
    if not found.missing:
        return (
            "**No claim.** All posts have the same outcome, so no hour can be better than another."
        )
    return (
        f"**No claim yet.** {plural(found.n, 'settled post')} with a known hour cannot tell a good "
        f"hour from a lucky one; it is tried from {CLAIM_FROM} on, so "
        f"{plural(found.missing, 'more is', 'more are')} needed."
    )


def _tested(found: When) -> str:
    if found.verdict is Verdict.UNSURE:
        return (
            "**No hour is sure enough.** Hours and views do go together, but no slot that was "
            "tried in both halves of the record is surely better than the habit (the best one: "
            f"{percent(found.chance)})."
        )
    if found.verdict is Verdict.GONE and found.slot:
        return (
            "**No hour is sure enough.** Hours and views do go together, but what looked best in "
            f"the older half of the record ({slot(found.slot)}) did not come back in the newer "
            f"one: {multiple(found.factor)} the views of the habit."
        )
    return (
        "**No hour is sure enough.** Nothing here is more than what chance does to hours. So post "
        "when it suits."
    )


def tested(found: When) -> str:
    """Say what the test of all hours together gave; "" where nothing was tested.

    Parameters
    ----------
    found : When
    """
    if found.verdict in (Verdict.NO_HOURS, Verdict.TOO_FEW, Verdict.NARROW):
        return ""
    text = f"Here the test gave {_p(found.p)}"
    if found.slot is None:
        return f"{text}."
    return f"{text}, and that {slot(found.slot)} is no better than the habit {_p(found.against)}."


def _p(value: float) -> str:
    told = p_value(value)
    return f"p {told}" if told.startswith("<") else f"p = {told}"


def doubt(found: When) -> str:
    """Say in a sentence what most could make it wrong; "" where nothing was tried.

    Parameters
    ----------
    found : When
    """
    if found.verdict is Verdict.CLAIM:
        return _KINDS[found.content]
    if found.verdict in (Verdict.NO_HOURS, Verdict.TOO_FEW, Verdict.NARROW):
        return ""
    return (
        "So many posts show only large differences: a slot that earns "
        f"{multiple(found.detectable)} the views of the habit would have been claimed in about two "
        "cases of three, a smaller gain less often."
    )


def experiment(found: When) -> str:
    """Offer what would settle it.

    Parameters
    ----------
    found : When
    """
    if found.verdict is Verdict.CLAIM and found.slot:
        return f'An experiment would settle it: `virality plan "{slot(found.slot)}"`.'
    return 'An hour in mind can be settled: `virality plan "at nine in the evening"`.'


def habit(found: When) -> str:
    """Say when posts go up, and what was never tried.

    Parameters
    ----------
    found : When
    """
    if found.verdict is Verdict.NO_HOURS:
        return ""
    parts = [_usual(found)]
    if found.untried:
        lacking = [f"{slot(one.slot)} ({one.needed} more)" for one in found.untried]
        enough = plural(found.n_tried, "has", "have") if found.n_tried else "none has"
        parts.append(
            f"Of {found.n_slots} slots {enough} posts enough to be judged; nearest to it: "
            f"{listing(lacking)}."
        )
    else:
        parts.append(f"All {found.n_slots} slots have posts enough to be judged.")
    if found.n_untimed:
        parts.append(
            f"{plural(found.n_untimed, 'post is', 'posts are')} left out, because only the day is "
            "known."
        )
    if not found.zone_given:
        parts.append(
            f"No time zone was given, so hours are those of {found.zone}; "
            "`-p timezone=America/New_York` gives one."
        )
    return " ".join(parts)


def _usual(found: When) -> str:
    if found.habit is None:
        return f"{plural(found.n, 'post makes', 'posts make')} no habit yet."
    return (
        f"The most usual slot is {slot(found.habit)}, with {percent(found.habit_share)} of "
        f"{plural(found.n, 'post')}."
    )


def week_texts(found: When) -> tuple[str, str]:
    """Caption and alternative text of the week.

    Parameters
    ----------
    found : When
    """
    zone = found.zone.raw  # not Markdown: `pieces.figure` makes it an attribute
    if found.drawn is None:
        caption = "Posts by weekday and hour; nothing here is about views."
        return caption, f"{_usual(found)} {caption} Hours are those of {zone}."
    low, high = map(multiple, found.drawn)
    finding = f"Slots lie between {low} and {high} the views of the habit"
    return (
        f"{finding}, by all posts and pulled towards {multiple(1)}. Numbers are posts; what was "
        "hardly tried has no colour.",
        f"{finding}, by weekday and hour in {zone}, with the number of posts; blank where too few "
        "were tried.",
    )


def slots_caption(found: When) -> str:
    """Return the caption of the table of slots.

    Parameters
    ----------
    found : When
    """
    if found.drawn is None:
        return "Slots of the week, the posts that each has, and what it lacks before it counts."
    return (
        "All posts take part in these factors; only the answer's is measured on posts that did not "
        "choose it."
    )


def luck(found: Luck | None) -> str:
    """Say how good the best raw slot looks, and how good luck makes one look.

    Parameters
    ----------
    found : Luck or None
        None where no slot has posts enough.
    """
    if found is None:
        return ""
    return (
        f"The best raw slot stands at {multiple(found.raw)} the usual views; where no hour can "
        f"matter, the best one stands at {multiple(found.shifted)} in the median."
    )
