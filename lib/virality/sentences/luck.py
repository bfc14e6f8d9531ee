"""Sentences on what of an account's hits was luck."""

from __future__ import annotations

from virality.advice.luck import HitLuck
from virality.core.text import factor, percent, plural
from virality.findings.luck import Luck


def lucky(found: Luck) -> str:
    """Say what of the hits was level and content, and what was not.

    Parameters
    ----------
    found : Luck
    """
    if found.hits is None:
        return (
            "**How much of a hit is luck cannot be told yet.** It takes "
            f"{plural(found.needed, 'settled post')} that differ from each other, and this account "
            f"has {found.n:,}."
        )
    start = _start(found.hits)
    if found.nothing:
        return (
            f"{start} Where the account stood when they went up, and the kind of post they are, "
            "say **nothing** of that here: **all of it did not come back before**. Be glad of such "
            "a post, and do not take the next one, which will most likely be an ordinary one, for "
            "a failure."
        )
    return (
        f"{start} On the scale of factors, **at least {percent(found.hits.explained)} of that is "
        "level and content**: where the account stood when they went up, and what posts of their "
        f"kind do on it. **The rest, {percent(found.rest)} at most, did not come back before.** "
        "Expect the next post of the same kind near the first part, and be glad of the second when "
        "it comes."
    )


def hits_caption(found: Luck) -> str:
    """State what the table of hits shows."""
    several = plural(found.hits.hits if found.hits else 0, "hit")
    return (
        f"The account's {several}, as times the views of the post in the middle, and the factors "
        "by which the account's level and the kind of post would have raised it."
    )


def in_record(found: Luck | None) -> str:
    """Say it where nothing is known of content yet.

    Parameters
    ----------
    found : Luck or None
        With `after`; None where there are several creators.
    """
    if found is None or found.hits is None:
        return ""
    level = (
        "Where the account stood at the time explains nothing of that"
        if found.nothing
        else f"On the scale of factors, at least {percent(found.hits.explained)} of that is where "
        "the account stood at the time"
    )
    mean = " That is regression to the mean, and no failure of the next post."
    return (
        f"How much of such a post comes back? {_start(found.hits)} {level}; what kind of posts "
        "they are is weighed in [a later chapter](changes.ipynb). The rest did not come back "
        f"before: the post right after a hit stood at {factor(found.after)} the middle, in the "
        f"median.{mean if found.falls else ''}"
    )


def _start(hits: HitLuck) -> str:
    best = plural(hits.hits, "best post lies", "best posts lie")
    return f"The {best} at {factor(hits.excess)} the views of the post in the middle."
