"""What became of a plan: which pairs were made as planned, and what was not.

A pair counts where both of its posts are there, in the order that was drawn, each alone on its day,
neither promoted, and both settled.  All that is decided by dates and variants and never by views,
so that leaving a pair out cannot favour anybody.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

import numpy as np
import pandas as pd

from virality.advice.experiments.plan import A, B, Plan
from virality.advice.experiments.tags import Tag
from virality.core.captions import hashtags
from virality.features.targets import is_matured

GRACE_DAYS = 14  # after the planned day, until a post counts as skipped


class Status(Enum):
    """What became of a pair."""

    USED = "as planned"
    COMING = "to come"
    UNSETTLED = "not yet settled"
    SKIPPED = "skipped"
    SWAPPED = "swapped"
    WRONG = "wrong variant"
    SAME_DAY = "two posts a day"
    PROMOTED = "promoted"


OUTSIDE = "posted outside the plan"
REPEATED = "a pair's third post"
UNKNOWN = "not among the posts"
#: Of which more will be known later.
OPEN = (Status.COMING, Status.UNSETTLED)
PAIR_COLUMNS = (
    "pair", "status", "first", "day_a", "day_b", "post_a", "post_b", "completed",
)  # fmt: skip


@dataclass(frozen=True)
class Followed:
    """How a plan was followed.

    Parameters
    ----------
    pairs : DataFrame
        A row per pair of the plan: pair, status (a `Status`), first (the variant that was to come
        first), day_a and day_b (as made, "" where not), post_a and post_b, completed (when the
        later post went up; NaT where a post is missing).
    deviations : DataFrame
        What was not as planned: what, pair (0 for none), day, post_id.
    members : ndarray of bool
        Posts that belong to the plan, in the order of the posts.
    """

    pairs: pd.DataFrame
    deviations: pd.DataFrame
    members: np.ndarray

    @property
    def ended(self) -> bool:
        """Whether nothing more is to come."""
        return not self.pairs["status"].isin(OPEN).any()


def follow(
    plan: Plan, posts: pd.DataFrame, tags: Iterable[Tag] = (), embargo_days: float = 7
) -> Followed:
    """Find the posts of a plan.

    Parameters
    ----------
    plan : Plan
    posts : DataFrame of n rows
        Tidy posts, in time order.
    tags : iterable of Tag
        They go before hashtags.
    embargo_days : float
        Days until a post counts as settled.

    Returns
    -------
    Followed
    """
    made = _made(posts, plan, embargo_days)
    places, unknown = _places(plan, posts, [one.day for one in made], tuple(tags))
    own: dict[int, list[Made]] = {}
    for one, place in zip(made, places, strict=True):
        if place:
            own.setdefault(place[0], []).append(one._replace(variant=place[1]))
    today = _today(posts, plan)
    rows = [_pair(plan, number, own.get(number, [])[:2], today) for number in plan.numbers]
    pairs = pd.DataFrame(rows, columns=list(PAIR_COLUMNS))
    listed = _not_as_planned(plan, pairs, own)
    for one, place in zip(made, places, strict=True):
        if place is None and plan.start.isoformat() <= one.day <= plan.end.isoformat():
            listed.append((OUTSIDE, 0, one.day, one.post_id))
    listed += [(UNKNOWN, tag.pair, tag.day, tag.post_id) for tag in unknown]
    deviations = pd.DataFrame(listed, columns=["what", "pair", "day", "post_id"])
    return Followed(pairs, deviations, np.array([place is not None for place in places], bool))


class Made(NamedTuple):
    """A post as far as a plan is concerned: its local day, and whether it can count."""

    post_id: str
    posted_at: pd.Timestamp
    day: str
    alone: bool
    paid: bool
    matured: bool
    variant: str = ""


def _made(posts: pd.DataFrame, plan: Plan, embargo_days: float) -> list[Made]:
    day = posts["posted_at"].dt.tz_convert(plan.timezone).dt.strftime("%Y-%m-%d")
    paid = posts["is_paid"] if "is_paid" in posts else pd.Series(False, index=posts.index)
    columns = (
        posts["post_id"].astype("string"),
        posts["posted_at"],
        day,
        ~day.duplicated(keep=False),
        paid.astype("boolean").fillna(False),
        is_matured(posts, embargo_days),
    )
    return [Made(*row) for row in zip(*columns, strict=True)]


def _places(
    plan: Plan, posts: pd.DataFrame, days: list[str], tags: tuple[Tag, ...]
) -> tuple[list[tuple[int, str] | None], list[Tag]]:
    """Each post's pair and variant, None for none; and the tags that no post answers to."""
    places = [_hashtag(plan, caption) for caption in posts["caption"]]
    by_id = {name: at for at, name in enumerate(posts["post_id"].astype("string"))}
    by_day: dict[str, list[int]] = {}
    for at, day in enumerate(days):
        by_day.setdefault(day, []).append(at)
    unknown = []
    for tag in tags:
        rows = [by_id[tag.post_id]] if tag.post_id in by_id else by_day.get(tag.day, [])
        if not rows:
            unknown.append(tag)
        for at in rows:
            places[at] = (tag.pair or _nearest(plan, days[at]), tag.variant)
    first = plan.start.isoformat()
    return [p if day >= first else None for p, day in zip(places, days, strict=True)], unknown


def _hashtag(plan: Plan, caption: object) -> tuple[int, str] | None:
    for tag in hashtags(caption):
        if tag.casefold().startswith(plan.code):
            place = plan.place(tag[len(plan.code) :])
            if place:
                return place
    return None


def _nearest(plan: Plan, day: str) -> int:
    """The pair of the slot whose day is nearest; the earlier one of two."""
    at = pd.Timestamp(day).date()
    return min(plan.slots, key=lambda slot: (abs((slot.day - at).days), slot.number)).pair


def _today(posts: pd.DataFrame, plan: Plan) -> str:
    """The newest day that the posts know of: the clock of the data, not of the machine."""
    moments = [posts["posted_at"].max()]
    if "captured_at" in posts:
        moments.append(posts["captured_at"].max())
    known = [moment for moment in moments if pd.notna(moment)]
    if not known:
        return plan.start.isoformat()
    return max(known).tz_convert(plan.timezone).strftime("%Y-%m-%d")


def _pair(plan: Plan, number: int, own: list[Made], today: str) -> tuple:
    first, second = plan.pair(number)
    deadline = str(np.datetime64(second.day, "D") + GRACE_DAYS)
    a, b = (next((one for one in own if one.variant == each), None) for each in (A, B))
    return (
        number,
        _status(own, first.variant, late=today > deadline),
        first.variant,
        *(one.day if one else "" for one in (a, b)),
        *(one.post_id if one else "" for one in (a, b)),
        own[-1].posted_at if len(own) == 2 else pd.NaT,
    )


def _status(own: list[Made], first: str, late: bool) -> Status:
    """What became of a pair; a third post cannot undo it and is not given."""
    if len(own) < 2:
        return Status.SKIPPED if late else Status.COMING
    if own[0].variant == own[1].variant:
        return Status.WRONG
    if own[0].variant != first:
        return Status.SWAPPED
    if not all(one.alone for one in own):
        return Status.SAME_DAY
    if any(one.paid for one in own):
        return Status.PROMOTED
    return Status.USED if all(one.matured for one in own) else Status.UNSETTLED


def _not_as_planned(plan: Plan, pairs: pd.DataFrame, own: dict[int, list[Made]]) -> list[tuple]:
    """Pairs that were not made as planned, and third posts of any."""
    rows = []
    for number, status in zip(pairs["pair"], pairs["status"], strict=True):
        made = own.get(number, [])
        if status not in (Status.USED, Status.COMING):
            days = ", ".join(one.day for one in made[:2]) or str(plan.pair(number)[1].day)
            rows.append((status.value, number, days, ", ".join(one.post_id for one in made[:2])))
        rows += [(REPEATED, number, one.day, one.post_id) for one in made[2:]]
    return rows
