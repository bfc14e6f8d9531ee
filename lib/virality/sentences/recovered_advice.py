"""Words of the boxes that read the truth in the chapters that advise.

For simulated creators only.
"""

from __future__ import annotations

from virality.core.text import multiple, plural
from virality.findings.recovered_advice import Date, RecoveredDrop, RecoveredHours
from virality.findings.recovered_facts import Seen
from virality.sentences.timing import slot

TITLE = "What the simulation had planted"

_SIDES = {True: "drop", False: "rise"}
_DATES = {
    Date.UNTOLD: "",
    Date.RIGHT: " Its date is right.",
    Date.WRONG: " Its date is wrong.",
}


def drop(found: RecoveredDrop) -> str:
    """Return what became of the planted drop.

    Parameters
    ----------
    found : RecoveredDrop
    """
    if found.planted is None:
        return _no_drop(found)
    side = _SIDES[found.falls]
    planted = (
        f"A {side} to {multiple(found.planted.factor)} was planted in {found.month}, for "
        f"{plural(found.planted.posts, 'post')}."
    )
    if found.seen is Seen.UNKNOWN:
        return f"{planted} So few posts cannot show it."
    stand = f"the last {found.posts} stand at {multiple(found.found)}"
    verdict = {
        Seen.FOUND: f"**Found**: {stand}.",
        Seen.REVERSED: f"**Found the wrong way round**: {stand}.",
    }.get(found.seen, f"**Missed**: {stand}, within luck.")
    return f"{planted} {verdict}{_DATES[found.date]} {_power(found, side)}"


def _no_drop(found: RecoveredDrop) -> str:
    if found.seen is Seen.FALSE_ALARM:
        return "No jump was planted: a false alarm, or the level wandered there by itself."
    if found.seen is Seen.NOTHING:
        return "No jump was planted, and none is claimed."
    return "No jump was planted."


def _power(found: RecoveredDrop, side: str) -> str:
    if found.past:
        return f"The posts before lie after the {side} as well; only a date could show it."
    return (
        f"Without the {side} they would stand at {multiple(found.otherwise)}. Of "
        f"{plural(found.of, 'account')} simulated with it and other luck, "
        f"{found.named:,} are called a {side}."
    )


def hours(found: RecoveredHours) -> str:
    """Return the body of the box on the planted hours.

    Parameters
    ----------
    found : RecoveredHours
    """
    if found.best is None:
        return _no_hours(found)
    if found.seen is Seen.UNKNOWN:
        return (
            "Some hours were planted as better than others. So few posts, or posts at so "
            "few hours, cannot show it."
        )
    planted = (
        f"Most was planted in {slot(found.best)}, {multiple(found.planted)} the views of the habit."
    )
    if found.seen is Seen.MISSED:
        return f"{planted} **Missed.** {_reach(found)}"
    verdict = {
        Seen.FOUND: "**Found**",
        Seen.REVERSED: "**Found the wrong way round**",
    }[found.seen]
    return f"{planted} {verdict}: {_claimed(found)}"


def _no_hours(found: RecoveredHours) -> str:
    if found.seen is Seen.FALSE_ALARM:
        return "No hour was planted as better than another: a false alarm."
    if found.seen is Seen.NOTHING:
        return "No hour was planted as better than another, and none is claimed."
    return "No hour was planted as better than another."


def _claimed(found: RecoveredHours) -> str:
    if found.slot == found.best:
        return f"that slot measured {multiple(found.found)}."
    return (
        f"the answer's slot, where {multiple(found.own)} was planted, measured "
        f"{multiple(found.found)}."
    )


def _reach(found: RecoveredHours) -> str:
    seen = f"a slot has to earn {multiple(found.detectable)} to be claimed in two cases of three"
    if found.in_reach:
        return f"As much would have been claimed more often than not, for {seen}. Not here."
    return f"That was to be expected: with so many posts {seen}."
