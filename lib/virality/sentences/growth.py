"""What the data chapter says about the posts that are still growing."""

from __future__ import annotations

from virality.core.text import about, count, percent, plural, plural_days
from virality.findings.growth import Check, Growth, Known, OnItsWay
from virality.posts.settling import FINAL_DAYS

MONTH = f"{FINAL_DAYS:g} days"


def intro(growth: Growth) -> str:
    """Ask the question, where there is something to answer it with; nothing elsewhere."""
    if growth.known is Known.NOTHING:
        return ""
    return (
        "And the posts that are still growing? What a young post has is not what it is worth, but "
        "a post that was read young and again when it had settled shows how the account's posts go "
        "on from there. Here the final number of a post is its first reading at the age of "
        f"{MONTH} or more."
    )


def reading(growth: Growth) -> str:
    """Say what the young posts are on their way to, or why that cannot be told."""
    known = plural(growth.n_known, "post was", "posts were")
    if growth.known is Known.NOTHING:
        return ""
    if growth.known is Known.TOO_FEW:
        return (
            f"So far {known} read before and after that age. It takes {growth.n_needed} to tell "
            "what a young post is on its way to; every export that is kept brings some."
        )
    if growth.known is Known.NO_YOUNG:
        return f"{known} read before and after that age, but no post is younger than that now."
    if growth.known is Known.TOO_YOUNG:
        return (
            f"{known} read before and after that age, but none as young as the "
            f"{plural(growth.n_young, 'post that grows', 'posts that grow')} now."
        )
    rest = ""
    if growth.n_told != growth.n_young:
        rest = " The others are younger than any of these was when it was read."
    newest = "; ".join(_on_its_way(post) for post in growth.newest)
    return (
        f"{known} read before and after that age. They tell what {growth.n_told:,} of "
        f"{plural(growth.n_young, 'younger post is', 'younger posts are')} on the way to.{rest} "
        f"The newest: {newest}. In brackets stands the range that should hold "
        f"{percent(growth.coverage)} of the final numbers."
    )


def _on_its_way(young: OnItsWay) -> str:
    return (
        f"{young.post} had {count(young.views)} views at the age of {plural_days(young.age_days)} "
        f"and is on its way to about **{about(young.expected)}** ({about(young.lower)} to "
        f"{about(young.upper)})"
    )


def checked(growth: Growth) -> str:
    """Say how earlier nowcasts did, where there are any now."""
    if growth.known is not Known.TOLD:
        return ""
    if growth.check is Check.NONE:
        return (
            "None of these ranges has been put to the test yet: that takes an export from a month "
            "on, which will be judged here."
        )
    text = (
        f"How did {plural(growth.n_tested, 'earlier nowcast')} do, each made from what was known "
        f"at its time? The range held the final number of {growth.n_held:,}."
    )
    if growth.check is Check.FEW:
        return f"{text} These are too few to judge by."
    if growth.check is Check.NARROW:
        return f"{text} That is fewer than promised, so take these ranges for too narrow."
    return text


def doubt(growth: Growth) -> str:
    """Say what a nowcast is not, where there are any."""
    if growth.known is not Known.TOLD:
        return ""
    return (
        "A nowcast knows of a post its age and its views, nothing else: one that is found a second "
        "time, or promoted, goes another way than the others did. It is no outcome either. Models "
        "and momentum learn from numbers that were read, never from these."
    )


def caption(growth: Growth) -> str:
    """State what the figure of young posts shows."""
    return (
        f"{plural(growth.n_told, 'post')} younger than {MONTH} at the latest reading, newest on "
        "top: the views then, and the final number that each is on its way to, with the range "
        f"that should hold {percent(growth.coverage)} of such numbers."
    )


def alt(growth: Growth) -> str:
    """Describe the figure of young posts to who cannot see it."""
    return (
        f"A line for each of {plural(growth.n_told, 'young post')} on a log scale of views, from "
        "a dot at the views that were read to a diamond at the expected final number, with the "
        "range around it."
    )


def ages_caption(growth: Growth) -> str:
    """State what the table by age shows."""
    return (
        f"How {plural(growth.n_known, 'post', 'posts')} of this account went on to the final "
        "number, and how nowcasts made at that age did."
    )
