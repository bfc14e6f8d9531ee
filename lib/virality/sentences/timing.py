"""Sentences of the chapter on when to post: one claim or none, the habit, what was never tried."""

from __future__ import annotations

from virality.advice.hours import Slot
from virality.advice.timing import CLAIM_FROM
from virality.core.text import listing, multiple, p_value, percent, plural
from virality.findings.timing import Content, Luck, Size, Verdict, When

_DAYS = {"weekdays": "Monday to Friday", "weekend": "Saturday and Sunday"}
_KINDS = {
    Content.SEEN: "What is known of picture, sound and words was taken off first, but a kind of "
    "post that these do not show can still stand behind the hour.",
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
        return f"{_claim(found, found.slot)}\n\n{association(found)} {experiment(found)}"
    return f"{_none(found)}\n\n{experiment(found)}"


def _claim(found: When, best: Slot) -> str:
    sure = {
        Size.ABOVE: "Also the lower end of that range is a gain.",
        Size.OPEN: f"That range still holds {multiple(1)}: that these hours are better is surer "
        "than by how much.",
    }[found.size]
    return (
        f"**{slot(best)}** ({found.zone}) went with more views than this creator's habit. Chosen "
        f"in the older half of the record and measured in the newer one, on "
        f"{plural(found.n_measured, 'post')} that had no say in the choice, it earned "
        f"{multiple(found.factor)} the views of the habit (80 % interval {multiple(found.low)} to "
        f"{multiple(found.high)}; {_test(found)}). {sure}"
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
            "**No claim: other hours were hardly tried.** Two slots of the week with enough posts "
            "in both halves of the record are needed to hold one against the other, and there are "
            "not."
        )
    return _tested(found)


def _too_few(found: When) -> str:
    if not found.missing:
        return (
            "**No claim.** All posts have the same outcome, so no hour can be better than another."
        )
    return (
        f"**No claim yet.** {plural(found.n, 'settled post')} with a known hour cannot tell a "
        f"good hour from a lucky one; this chapter starts to try at {CLAIM_FROM}, so "
        f"{plural(found.missing, 'more is', 'more are')} needed. Until then it shows the habit and "
        "claims nothing."
    )


def _tested(found: When) -> str:
    if found.verdict is Verdict.UNSURE:
        return (
            f"**No hour is sure enough.** Hours and views do go together ({_test(found)}), but no "
            f"slot that was tried in both halves of the record is better than this creator's "
            f"habit with enough certainty (the best one: {percent(found.chance)})."
        )
    if found.verdict is Verdict.GONE and found.slot:
        return (
            f"**No hour is sure enough.** Hours and views do go together ({_test(found)}), but "
            f"what looked best in the older half of the record ({slot(found.slot)}) did not come "
            f"back in the newer one: {multiple(found.factor)} the views of the habit."
        )
    return (
        f"**No hour is sure enough.** Nothing here is more than what chance does to hours "
        f"({_test(found)}). So many posts show only large differences: a slot that earns "
        f"{multiple(found.detectable)} the views of the habit would have been claimed in about two "
        "cases of three, a smaller gain less often. So post when it suits."
    )


def _test(found: When) -> str:
    p = p_value(found.p)
    return f"shift test p {p}" if p.startswith("<") else f"shift test p = {p}"


def association(found: When) -> str:
    """Say what a better hour does not prove.

    Parameters
    ----------
    found : When
    """
    return f"It went together; that the hour is the cause is not shown. {_KINDS[found.content]}"


def experiment(found: When) -> str:
    """Offer what would settle it.

    Parameters
    ----------
    found : When
    """
    if found.verdict is Verdict.CLAIM and found.slot:
        return (
            f'An experiment would settle it: `virality plan "{slot(found.slot)}"` lets the dice '
            "decide which of two neighbouring posts goes up then, and says beforehand what so many "
            "posts can detect."
        )
    return (
        'Whoever has an hour in mind can have it settled: `virality plan "at nine in the '
        'evening"` lets the dice decide which of two neighbouring posts goes up then, and says '
        "beforehand what so many posts can detect."
    )


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
            f"Of the {found.n_slots} slots of a week {enough} posts enough to be "
            f"spoken of. Nearest to it, with the posts that are still needed: {listing(lacking)}."
        )
    else:
        parts.append(f"All {found.n_slots} slots of a week have posts enough to be spoken of.")
    if found.n_untimed:
        parts.append(
            f"{plural(found.n_untimed, 'post is', 'posts are')} left out, because only the day is "
            "known."
        )
    if not found.zone_given:
        parts.append(
            f"Hours are counted in {found.zone}, which is what is taken where no zone is given; "
            "`-p timezone=America/New_York` counts them where the creator lives."
        )
    return " ".join(parts)


def _usual(found: When) -> str:
    if found.habit is None:
        return f"{plural(found.n, 'post makes', 'posts make')} no habit yet."
    return (
        f"This creator's most usual slot is {slot(found.habit)} ({found.zone}), with "
        f"{percent(found.habit_share)} of {plural(found.n, 'post')}."
    )


def week_texts(found: When) -> tuple[str, str]:
    """Caption and alternative text of the week.

    Parameters
    ----------
    found : When
    """
    zone = found.zone.raw  # not Markdown: `pieces.figure` makes it an attribute
    if found.verdict in (Verdict.NO_HOURS, Verdict.TOO_FEW):
        return (
            f"The habit: posts by weekday and hour ({found.zone}), stronger where there are more. "
            "Nothing here is about views.",
            f"Grid of weekdays and hours in {zone} with the number of posts in each.",
        )
    return (
        f"Times the views of the habit, by weekday and hour ({found.zone}), each pulled towards "
        f"{multiple(1)}, the more so the fewer posts speak for it. Numbers are posts; what was not "
        "tried often enough has no colour.",
        f"Heatmap of weekdays and hours in {zone}: factor over the habit, with the number of "
        "posts; blank where too few were tried.",
    )


def slots_caption(found: When) -> str:
    """Return the caption of the table of slots.

    Parameters
    ----------
    found : When
    """
    if found.verdict in (Verdict.NO_HOURS, Verdict.TOO_FEW):
        return "Slots of the week, the posts that each has, and what it lacks before it counts."
    return (
        "Slots of the week and the posts that each has. The factor is over the habit and pulled "
        f"towards {multiple(1)}; all posts take part in it, so another slot than the answer's may "
        "stand highest. Only the answer's is measured on posts that did not choose it."
    )


def luck(found: Luck | None) -> str:
    """Say how good the best raw slot looks, and how good luck makes one look.

    Parameters
    ----------
    found : Luck or None
        None where no slot has posts enough.
    """
    if found is None:
        return "Here no slot has posts enough for even that."
    return (
        f"On this account the best raw slot stands at {multiple(found.raw)} the usual views. With "
        f"views shifted against hours, so that no hour can matter, the best one still stands at "
        f"{multiple(found.shifted)} in the median."
    )
