"""What an experiment says so far: go on, decided for A or for B, or ended without a difference."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

import numpy as np
import pandas as pd

from virality.advice.experiments.content import content_of
from virality.advice.experiments.follow import Status, follow
from virality.advice.experiments.plan import Plan
from virality.advice.experiments.sequential import middle, repeated_interval, running
from virality.advice.experiments.tags import Tag
from virality.features.targets import target_values

FEWEST_DAYS = 7


class Outcome(Enum):
    """What the experiment says."""

    GO_ON = "go on"
    FOR_A = "decided for A"
    FOR_B = "decided for B"
    NO_DIFFERENCE = "ended without a difference"


@dataclass(frozen=True)
class Judgement:
    """What an experiment says, and from what.

    Parameters
    ----------
    plan : Plan
    outcome : Outcome
    n_used : int
        Pairs that the verdict rests on; later ones of a decided experiment change nothing.
    factor, low, high : float
        Of the views of A to those of B: the estimate of Hodges and Lehmann, and the interval that
        holds at every look; NaN without a pair, and 0 to infinity where nothing is excluded.
    looks : DataFrame
        A row per usable pair, in the order of their completion: look, x, z, boundary, crossed, and
        pair, difference, content (what was subtracted).
    pairs, deviations : DataFrame
        As in `follow.Followed`.
    ended : bool
        Whether nothing more is to come.
    adjusted : bool
        Whether what the past tells of the content was subtracted.

    Examples
    --------
    >>> Outcome("go on")
    <Outcome.GO_ON: 'go on'>
    """

    plan: Plan
    outcome: Outcome
    n_used: int
    factor: float
    low: float
    high: float
    looks: pd.DataFrame
    pairs: pd.DataFrame
    deviations: pd.DataFrame
    ended: bool
    adjusted: bool


def judge(
    plan: Plan, posts: pd.DataFrame, tags: Iterable[Tag] = (), *, embargo_days: float = 7
) -> Judgement:
    """Judge an experiment by the posts so far; may be asked as often as one likes.

    Parameters
    ----------
    plan : Plan
    posts : DataFrame
        Tidy posts of the account, those from before the plan included.
    tags : iterable of Tag
        Which post is which variant, where no hashtag says it.
    embargo_days : float
        Days until a post's views count as settled, and seven at least: fewer would favour a variant
        that only speeds views up.

    Returns
    -------
    Judgement
        The same for the same posts; what happens after a look changes nothing about it.

    Examples
    --------
    >>> import virality as vi
    >>> from virality.demo.follower import follow_plan
    >>> plan = vi.plan("words on screen", n_posts=24, start="2030-01-01")
    >>> posts = follow_plan(plan.table(), vi.simulate_creator(n_posts=60), factor=8)
    >>> vi.judge(plan, posts).outcome.value
    'decided for A'
    """
    posts = posts.sort_values(["posted_at", "post_id"], kind="stable", ignore_index=True)
    embargo_days = max(embargo_days, FEWEST_DAYS)
    followed = follow(plan, posts, tags, embargo_days)
    content = content_of(plan, posts, followed.members, embargo_days)
    used = followed.pairs[followed.pairs["status"] == Status.USED]
    used = used.sort_values(["completed", "pair"], kind="stable")
    y = target_values(posts, "views")
    raw = _within(used, y)
    added = np.zeros(len(used)) if content is None else _within(used, content)
    difference = raw - added
    looks = running(difference, plan.spread, plan.n_pairs)
    looks = looks.assign(pair=used["pair"].to_numpy(), difference=difference, content=added)
    outcome, n_used = _verdict(looks, followed.ended)
    factor, low, high = _estimate(difference[:n_used], plan)
    return Judgement(
        plan,
        outcome,
        n_used,
        factor,
        low,
        high,
        looks,
        followed.pairs,
        followed.deviations,
        followed.ended,
        content is not None,
    )


def _within(used: pd.DataFrame, values: pd.Series) -> np.ndarray:
    return values[used["post_a"]].to_numpy(float) - values[used["post_b"]].to_numpy(float)


def _verdict(looks: pd.DataFrame, ended: bool) -> tuple[Outcome, int]:
    """The first look that decides holds; how many pairs it rests on."""
    if looks["crossed"].any():
        at = int(np.argmax(looks["crossed"].to_numpy()))
        side = Outcome.FOR_A if looks["z"].iloc[at] > 0 else Outcome.FOR_B
        return side, at + 1
    return (Outcome.NO_DIFFERENCE if ended else Outcome.GO_ON), len(looks)


def _estimate(difference: np.ndarray, plan: Plan) -> tuple[float, float, float]:
    if not len(difference):
        return np.nan, 0.0, np.inf
    low, high = repeated_interval(difference, plan.spread, plan.n_pairs)
    estimate = float(np.clip(middle(difference), low, high))
    return float(np.exp(estimate)), float(np.exp(low)), float(np.exp(high))
