"""What became of a plan: which pairs were made as planned, and what was not.

A pair counts where both of its posts are there, in the order that was drawn, each alone on its day,
neither promoted, and both settled.  All that is decided by dates and variants and never by views,
so that leaving a pair out cannot favour anybody.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

import numpy as np
import pandas as pd

from virality.advice.experiments.plan import Plan
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
    made, unknown = _members(plan, posts, tuple(tags))
    made["matured"] = is_matured(posts, embargo_days)
    paid = posts["is_paid"] if "is_paid" in posts else pd.Series(False, index=posts.index)
    made["paid"] = paid.astype("boolean").fillna(False).to_numpy(bool)
    made["alone"] = ~made["day"].duplicated(keep=False)
    today = _today(posts, plan)
    rows = [_pair(plan, number, made, today) for number in range(1, plan.n_pairs + 1)]
    pairs = pd.DataFrame(rows, columns=list(PAIR_COLUMNS))
    return Followed(pairs, _deviations(plan, pairs, made, unknown), made["pair"].gt(0).to_numpy())


def _members(plan: Plan, posts: pd.DataFrame, tags: tuple[Tag, ...]) -> tuple[pd.DataFrame, list]:
    """Each post's place in the plan, pair 0 for none; and the tags that no post answers to."""
    local = posts["posted_at"].dt.tz_convert(plan.timezone)
    made = pd.DataFrame(
        {
            "post_id": posts["post_id"].astype("string").to_numpy(),
            "posted_at": posts["posted_at"].to_numpy(),
            "day": local.dt.strftime("%Y-%m-%d").to_numpy(),
        }
    )
    places = [_hashtag(plan, caption) for caption in posts["caption"]]
    by_id = {name: at for at, name in enumerate(made["post_id"])}
    by_day: dict[str, list[int]] = {}
    for at, day in enumerate(made["day"]):
        by_day.setdefault(day, []).append(at)
    unknown = []
    for tag in tags:
        rows = [by_id[tag.post_id]] if tag.post_id in by_id else by_day.get(tag.day, [])
        if not rows:
            unknown.append(tag)
        for at in rows:
            places[at] = (tag.pair or _nearest(plan, made["day"].iloc[at]), tag.variant)
    begun = made["day"].to_numpy() >= plan.start.isoformat()
    told = [place if ok else None for place, ok in zip(places, begun, strict=True)]
    made["pair"] = [place[0] if place else 0 for place in told]
    made["variant"] = [place[1] if place else "" for place in told]
    return made, unknown


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


def _pair(plan: Plan, number: int, made: pd.DataFrame, today: str) -> tuple:
    own = made[made["pair"] == number].head(2)  # a third post cannot undo a pair
    first, second = plan.pair(number)
    a, b = (own[own["variant"] == variant] for variant in "AB")
    deadline = str(np.datetime64(second.day, "D") + GRACE_DAYS)
    return (
        number,
        _status(own, first.variant, late=today > deadline),
        first.variant,
        *(part["day"].iloc[0] if len(part) else "" for part in (a, b)),
        *(part["post_id"].iloc[0] if len(part) else "" for part in (a, b)),
        own["posted_at"].max() if len(own) == 2 else pd.NaT,
    )


def _status(own: pd.DataFrame, first: str, late: bool) -> Status:
    if len(own) < 2:
        return Status.SKIPPED if late else Status.COMING
    if own["variant"].nunique() < 2:
        return Status.WRONG
    if own["variant"].iloc[0] != first:
        return Status.SWAPPED
    if not own["alone"].all():
        return Status.SAME_DAY
    if own["paid"].any():
        return Status.PROMOTED
    return Status.USED if own["matured"].all() else Status.UNSETTLED


def _deviations(plan: Plan, pairs: pd.DataFrame, made: pd.DataFrame, unknown) -> pd.DataFrame:
    rows = []
    for row in pairs[~pairs["status"].isin([Status.USED, Status.COMING])].itertuples():
        own = made[made["pair"] == row.pair].head(2)
        day = ", ".join(own["day"]) or plan.pair(row.pair)[1].day.isoformat()
        rows.append((row.status.value, row.pair, day, ", ".join(own["post_id"])))
    again = made[(made["pair"] > 0) & (made.groupby("pair").cumcount() >= 2)]
    rows += [(REPEATED, row.pair, row.day, row.post_id) for row in again.itertuples()]
    during = made["day"].between(plan.start.isoformat(), plan.end.isoformat())
    for row in made[during & (made["pair"] == 0)].itertuples():
        rows.append((OUTSIDE, 0, row.day, row.post_id))
    rows += [(UNKNOWN, tag.pair, tag.day, tag.post_id) for tag in unknown]
    return pd.DataFrame(rows, columns=["what", "pair", "day", "post_id"])
