"""Did the chapters that advise find what had been planted: the drop, and the best hours?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
import pandas as pd

from virality.advice.hours import SLOTS, Slot
from virality.advice.stretches import stretches
from virality.advice.timing import WhenToPost
from virality.demo.model import Drop, Truth
from virality.demo.posts import simulate_creator
from virality.findings.changes import MAIN, Dating, Last, Verdict, When
from virality.findings.recovered_facts import Seen
from virality.findings.timing import Verdict as Told
from virality.findings.timing import When as Hours

NOTHING_LEFT = 0.05  # of a factor: a step that the comparison hardly holds
OTHERS = 40  # accounts that are simulated to learn how often such a drop is found

# NONE: no drop was planted.
Date = Enum("Date", "NONE UNTOLD RIGHT WRONG")


@dataclass(frozen=True)
class RecoveredDrop:
    """A planted drop, and what the chapter on changes makes of it.

    Attributes
    ----------
    seen : Seen
    date : Date
        What became of its date.
    planted : Drop or None
    month : str
        In which it was planted, "June 2024".
    falls : bool
        Whether the level falls by it, or rises.
    posts : int
        Posts of the stretch that the answer is about.
    found : float
        Level of the stretch over that of the posts before it.
    otherwise : float
        The same without the planted drop; NaN without one.
    past : bool
        Whether the posts before that stretch lie after it as well, so that nothing shows it.
    of, named : int
        Other accounts, simulated in the same way, and those on which the chapter finds it.
    """

    seen: Seen
    date: Date
    planted: Drop | None
    month: str = ""
    falls: bool = True
    posts: int = MAIN
    found: float = np.nan
    otherwise: float = np.nan
    past: bool = False
    of: int = 0
    named: int = 0


@dataclass(frozen=True)
class RecoveredHours:
    """The best planted hours, and what the chapter on when to post makes of them.

    Attributes
    ----------
    seen : Seen
    best : Slot or None
        The slot whose posts got most of what was planted; None where nothing was.
    planted : float
        What its posts got over the habit, as a factor.
    slot : Slot or None
        The one that was claimed.
    own, found : float
        What was planted in that one, and what was measured, over the habit.
    detectable : float
        Factor that would have been claimed in about two cases of three; NaN where not asked.
    in_reach : bool
        Whether as much as that was planted.
    """

    seen: Seen
    best: Slot | None
    planted: float = np.nan
    slot: Slot | None = None
    own: float = np.nan
    found: float = np.nan
    detectable: float = np.nan
    in_reach: bool = False


def recovered_drop(
    truth: Truth, posts: Sequence[str], last: Last, dating: Dating, others: int = OTHERS
) -> RecoveredDrop:
    """Compare the planted drop with what was said of the last posts.

    Parameters
    ----------
    truth : Truth
        What was planted.
    posts : sequence of str
        The settled posts in time order, by post_id.
    last : Last
    dating : Dating
    others : int
        Accounts to simulate, for how often such a drop is found.

    Returns
    -------
    RecoveredDrop
    """
    planted, main = truth.drop(), last.main
    found = main.factor if main else np.nan
    claimed = last.verdict in (Verdict.DROP, Verdict.RISE)
    if planted is None:
        seen = Seen.FALSE_ALARM if claimed else Seen.NOTHING if main else Seen.UNKNOWN
        return RecoveredDrop(seen, Date.NONE, None, found=found)
    falls = planted.factor < 1
    seen = Seen.MISSED if main else Seen.UNKNOWN
    if claimed:
        seen = Seen.FOUND if falls == last.below else Seen.REVERSED
    told = RecoveredDrop(
        seen, _date(planted, dating), planted, f"{planted.at:%B %Y}", falls, found=found
    )
    if main is None:
        return told
    step = truth.posts.set_index("post_id")["drop"].reindex(posts).to_numpy()
    before = step[-main.posts - main.before : -main.posts].mean()
    made = float(np.exp(step[-main.posts :].mean() - before))
    past = abs(made - 1) < NOTHING_LEFT
    named = _named(truth, falls, others)
    return replace(told, otherwise=found / made, past=past, of=others, named=named)


def _date(planted: Drop, dating: Dating) -> Date:
    if dating.when is not When.DATED or dating.date is None:
        return Date.UNTOLD
    return Date.RIGHT if dating.date.first <= planted.at <= dating.date.last else Date.WRONG


def _named(truth: Truth, falls: bool, others: int) -> int:
    """On how many accounts of other seeds a change to the right side is claimed."""
    named = 0
    for seed in range(truth.seed + 1, truth.seed + 1 + others):
        posts = simulate_creator(truth.n_posts, seed, truth.effects)
        rows = stretches(np.log1p(posts["views"].to_numpy(float)))
        ten = rows[rows["posts"] == MAIN]
        named += int((ten["claimed"] & ((ten["factor"] < 1) == falls)).sum())
    return named


def recovered_hours(truth: Truth, found: WhenToPost, told: Hours, timezone: str) -> RecoveredHours:
    """Compare the planted hours with what was said of hours.

    Parameters
    ----------
    truth : Truth
        What was planted.
    found : WhenToPost
    told : Hours
        What the chapter makes of it.
    timezone : str
        In which hours were counted.

    Returns
    -------
    RecoveredHours
    """
    claimed = told.verdict is Told.CLAIM
    asked = claimed or told.verdict in (Told.NONE, Told.UNSURE, Told.GONE)
    if not (truth.effects.evening or truth.effects.weekend):
        seen = Seen.FALSE_ALARM if claimed else Seen.NOTHING if asked else Seen.UNKNOWN
        return RecoveredHours(seen, None, slot=told.slot, found=told.factor)
    gains = planted_gains(truth, timezone)
    enough = found.hours.loc[found.hours["needed"] == 0, ["days", "start"]]
    tried = {Slot(days, start) for days, start in enough.itertuples(index=False)}
    best = max(tried & gains.keys() or gains, key=lambda slot: gains[slot])
    own = gains.get(told.slot, np.nan) if told.slot else np.nan
    seen = Seen.MISSED if asked else Seen.UNKNOWN
    if claimed:
        seen = Seen.FOUND if own > 1 else Seen.REVERSED
    return RecoveredHours(seen, best, gains[best], told.slot, own, told.factor, told.detectable,
                          bool(gains[best] >= told.detectable))  # fmt: skip


def planted_gains(truth: Truth, timezone: str) -> dict[Slot, float]:
    """What the posts of each slot got of the planted hours over the habit, as factors.

    Parameters
    ----------
    truth : Truth
    timezone : str

    Returns
    -------
    dict of Slot to float
        Slots that have posts.
    """
    local = pd.DatetimeIndex(truth.posts["posted_at"]).tz_convert(timezone)
    days, hours = local.day_of_week.to_numpy(), (local.hour + local.minute / 60).to_numpy()
    term = truth.posts["posting_time"].to_numpy()
    inside = {slot: slot.holds(days, hours) for slot in SLOTS}
    return {
        slot: float(np.exp(term[held].mean() - term.mean()))
        for slot, held in inside.items()
        if held.any()
    }
