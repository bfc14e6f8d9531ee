"""What the data chapter says about the posts that are still growing."""

from __future__ import annotations

from virality.core.text import about, count, percent, plural, plural_days
from virality.findings.growth import Check, Growth, Known, OnItsWay
from virality.posts.settling import FINAL_DAYS

MONTH = f"{FINAL_DAYS:g} days"


def reading(growth: Growth) -> str:
    """Say what the newest young posts are on their way to; "" where that cannot be told."""
    if growth.known is not Known.TOLD:
        return ""
    told = f"{growth.n_told:,}"
    if growth.n_told != growth.n_young:
        told = f"{growth.n_told:,} of {growth.n_young:,}"
    return (
        f"What {told} posts younger than {MONTH} are on the way to, by how others went on (in "
        f"brackets the range for {percent(growth.coverage)}). The newest: "
        f"{'; '.join(_on_its_way(post) for post in growth.newest)}."
    )


def _on_its_way(young: OnItsWay) -> str:
    return (
        f"{young.post} had {count(young.views)} views at the age of {plural_days(young.age_days)} "
        f"and is on its way to about **{about(young.expected)}** ({about(young.lower)} to "
        f"{about(young.upper)})"
    )


def checked(growth: Growth) -> str:
    """Say what nowcasts rest on and how earlier ones did; "" where nothing is known of them."""
    if growth.known is Known.NOTHING:
        return ""
    known = plural(growth.n_known, "post was", "posts were")
    read = f"{known} read before and after the age of {MONTH}"
    if growth.known is Known.TOO_FEW:
        return f"{read}; it takes {growth.n_needed} to tell what a young post is on its way to."
    if growth.known is Known.NO_YOUNG:
        return f"{read}; no post is younger than that now."
    if growth.known is Known.TOO_YOUNG:
        young = plural(growth.n_young, "post that grows", "posts that grow")
        return f"{read}, but none as young as the {young} now."
    return f"{read}. {_tested(growth)} {_DOUBT}"


_DOUBT = (
    "A nowcast knows a post's age and views only, so one that is found again or promoted goes "
    "another way; models never learn from it."
)


def _tested(growth: Growth) -> str:
    if growth.check is Check.NONE:
        return "No range was put to the test yet, which takes an export from a month on."
    tested = plural(growth.n_tested, "earlier range")
    text = f"Of {tested}, made from what was known then, {growth.n_held:,} held the final number"
    return {
        Check.FEW: f"{text}: too few to judge by.",
        Check.NARROW: f"{text}: fewer than promised, so take these for too narrow.",
        Check.KEPT: f"{text}.",
    }[growth.check]


def alt(growth: Growth) -> str:
    """Say what the figure of young posts shows to who cannot see it."""
    return (
        f"A line for each of {plural(growth.n_told, 'young post')}, newest on top, on a log scale "
        "of views, from a dot at the views that were read to a diamond at the expected final "
        f"number, with its range. {'; '.join(map(_in_short, growth.newest))}."
    )


def _in_short(young: OnItsWay) -> str:
    return f"{count(young.views)} on the way to {about(young.expected)}"


def ages_caption(growth: Growth) -> str:
    """State what the table by age shows."""
    return f"How {plural(growth.n_known, 'post')} went on, and nowcasts made at that age."
