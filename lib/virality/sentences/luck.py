"""Sentences on what of an account's hits was luck."""

from __future__ import annotations

from virality.core.text import multiple, percent, plural
from virality.findings.luck import Luck


def lucky(found: Luck) -> str:
    """Say what of the hits was level and content, and what was not; "" where that is unknown.

    Parameters
    ----------
    found : Luck
    """
    if found.hits is None:
        return ""
    above = (
        f"Of what {plural(found.hits.hits, 'hit')} had above the middle post "
        f"({multiple(found.hits.excess)})"
    )
    falls = ": an ordinary post after a hit is no failure" if found.falls else ""
    after = f"The post right after stood at {multiple(found.after)} the middle{falls}."
    if found.nothing:
        return (
            f"{above}, level and kind of post explain **nothing**: none came back before. {after}"
        )
    return (
        f"{above}, **at least {percent(found.hits.explained)} was the account's level and the kind "
        f"of post**; the rest, {percent(found.rest)} at most, did not come back before. {after}"
    )


def method(found: Luck) -> str:
    """Say how hits are taken apart; "" where none are.

    Parameters
    ----------
    found : Luck
    """
    if found.hits is None:
        return ""
    return (
        "The level comes from the posts around a hit, the kind from other stretches: this is the "
        "least. The rest is [regression to the mean](https://doi.org/10.2307/2841583)."
    )


def hits_caption(found: Luck) -> str:
    """State what the table of hits shows."""
    several = plural(found.hits.hits if found.hits else 0, "hit")
    return f"{several}, times the middle post, and the part of level and kind of post in it."
