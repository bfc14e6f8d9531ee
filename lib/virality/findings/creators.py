"""What a report on several creators found: skill within a creator, and what lies between them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from math import exp, expm1, sqrt

import pandas as pd

from virality.core.protocol import ALPHA
from virality.creators.cross_fit import CrossFitted
from virality.creators.levels import Levels
from virality.creators.skill import MIN_CREATORS
from virality.findings.index import VERDICTS, estimate
from virality.findings.scores import Estimate, Gain
from virality.models.prior import Prior

BARELY = 0.15  # a correlation below this orders next to nothing
NOTHING = 0.05  # a correlation below this is not worth taking apart, nor a gap worth a word
MOSTLY, HARDLY = 0.5, 0.1  # shares of a whole
TRUSTED = 0.95  # a weight of own posts from which a level was hardly pulled


class Contrast(Enum):
    """How much of the variance of log views lies between creators."""

    NO_VARIANCE = auto()
    MOST = auto()
    SOME = auto()
    HARDLY_ANY = auto()


class Impression(Enum):
    """What the correlation over all posts is worth beside that of the creator's mean."""

    UNKNOWN = auto()
    MATCHED = auto()
    AHEAD = auto()


class Within(Enum):
    """What the correlation among the posts of one creator amounts to."""

    UNKNOWN = auto()
    NOT_SHOWN = auto()
    LITTLE = auto()
    SOMETHING = auto()


class Pull(Enum):
    """Whether pulling a single own post towards all creators helps."""

    UNKNOWN = auto()
    HELPS = auto()
    HURTS = auto()
    UNDECIDED = auto()


@dataclass(frozen=True)
class LevelsFound:
    """How far creators' levels lie apart, and how far they were pulled together."""

    n_creators: int
    far: float  # factor by which a level typically lies from the middle
    middle: float  # views
    contrast: Contrast
    share_between: float  # of the variance of log views
    least_trust: float  # the smallest weight of own posts
    shortest: int | None  # posts of that creator; None where hardly any level was pulled


@dataclass(frozen=True)
class Skill:
    """The named model against the better of a creator's own two rules, and its correlation.

    Correlations are with log views, to two decimals; None or NaN where nothing varies.
    """

    gain: Gain
    n_held_out: int
    n_models: int
    total: float | None  # over all posts
    mean_total: float | None  # that of the mean of each creator's own posts
    between_part: float | None  # what `total` is the sum of
    within_part: float | None
    within: Estimate  # among the posts of one creator
    impression: Impression
    share_between: float | None  # of `total`, where most of it only tells creators apart
    apart: bool  # whether there is enough of `total` to take apart
    all_between: bool  # whether all of it only tells creators apart
    reading: Within


@dataclass(frozen=True)
class Brought:
    """A prior that was brought along, by what it was fitted on."""

    n_creators: int
    n_posts: int


@dataclass(frozen=True)
class SharedContent:
    """Whether content tells something that holds for all; `blocks` says in which."""

    shown: bool
    p: float
    blocks: tuple[str, ...]


@dataclass(frozen=True)
class Newcomer:
    """What the others' posts say of a creator of whom nothing is known."""

    middle: float  # the first forecast and its interval, views
    low: float
    high: float
    promised: float  # share of posts inside the intervals
    held: float
    factor: float  # mean miss of such forecasts, and of the creator's own rule
    rule_factor: float
    content_helps: bool  # beyond the others' mean
    n_creators: int  # who were left out, and whose intervals held fewer than promised
    n_below: int


@dataclass(frozen=True)
class WarmUp:
    """The same `n` posts forecast from no own post, and from `most` of them."""

    n: int
    miss_without: float
    most: int
    miss_with: float
    pull: Pull


@dataclass(frozen=True)
class Pooled:
    """What the pages of a pooled report say; parts are None where there is nothing to say."""

    n_posts: int
    n_creators: int
    first: str
    last: str
    single: bool
    few: bool
    skill: Skill | None
    content: SharedContent | None
    newcomer: Newcomer | None


def pooled(facts: dict) -> Pooled:
    """Return what a pooled report found, from :func:`virality.findings.summary.pooled_facts`."""
    n = facts["n_creators"]
    return Pooled(
        **{name: facts[name] for name in ("n_posts", "n_creators", "first", "last")},
        single=n < 2,
        few=1 < n < MIN_CREATORS,
        skill=_skill(facts) if "parts" in facts else None,
        content=_content(facts) if facts.get("content_tested") else None,
        newcomer=_newcomer(facts) if facts.get("cold") else None,
    )


def _skill(facts: dict) -> Skill:
    parts, mean = facts["parts"], facts["mean_parts"]["total"]
    total, between = parts["total"], parts["between_part"]
    apart = total is not None and total > NOTHING
    share = between / total if apart else None
    impression = Impression.UNKNOWN
    if mean is not None and total is not None:
        impression = Impression.MATCHED if mean > total - NOTHING else Impression.AHEAD
    error = -estimate(facts, "gain")
    return Skill(
        gain=Gain(facts["model"], facts["rule"], error, VERDICTS[facts["verdict"]]),
        n_held_out=facts["n_held_out"],
        n_models=facts["n_models"],
        total=_rounded(total),
        mean_total=_rounded(mean),
        between_part=_rounded(between),
        within_part=_rounded(parts["within_part"]),
        within=estimate({k: _rounded(v) for k, v in parts.items()}, "within"),
        impression=impression,
        share_between=share if share is not None and share > MOSTLY else None,
        apart=apart,
        all_between=apart and between > total - 0.005,  # as far as two decimals show
        reading=_within(parts),
    )


def _within(parts: dict) -> Within:
    within, low = parts["within"], parts["within_low"]
    if within is None or parts["total"] is None:
        return Within.UNKNOWN
    if low is None or low <= 0:
        return Within.NOT_SHOWN
    return Within.LITTLE if within < BARELY else Within.SOMETHING


def _rounded(value: float | None) -> float | None:
    """To two decimals, and never minus zero."""
    return None if value is None else round(value, 2) + 0.0


def _content(facts: dict) -> SharedContent:
    p = facts["content_p"]
    return SharedContent(p < ALPHA, p, tuple(facts["content_found"]))


def _newcomer(facts: dict) -> Newcomer:
    cold = facts["cold"]
    held = cold["coverage"]
    helps = cold["added_p"] is not None and cold["added_p"] < ALPHA and cold["added"] > 0
    return Newcomer(
        middle=facts["new_middle"],
        low=facts["new_low"],
        high=facts["new_high"],
        promised=held["nominal"],
        held=held["mean"],
        factor=cold["factor"],
        rule_factor=facts["factors"][facts["rule"]],
        content_helps=helps,
        n_creators=held["creators"],
        n_below=held["creators_below"],
    )


def brought(others: Prior | CrossFitted) -> Brought | None:
    """Return what a prior was fitted on; None for those that were fitted here, creator by creator.

    Parameters
    ----------
    others : Prior or CrossFitted
    """
    return Brought(others.n_creators, others.n_posts) if isinstance(others, Prior) else None


def levels(fitted: Levels) -> LevelsFound:
    """Return how far the levels of two creators or more lie apart."""
    total = fitted.between + fitted.within
    share = fitted.between / total if total > 0 else 0.0
    least = fitted.table().sort_values("weight").iloc[0]
    return LevelsFound(
        n_creators=fitted.n_creators,
        far=exp(sqrt(fitted.between)),
        middle=expm1(fitted.grand),
        contrast=Contrast.NO_VARIANCE if total <= 0
        else Contrast.MOST if share > MOSTLY
        else Contrast.SOME if share > HARDLY
        else Contrast.HARDLY_ANY,
        share_between=share,
        least_trust=float(least["weight"]),
        shortest=None if least["weight"] > TRUSTED else int(least["n"]),
    )  # fmt: skip


def warm_up(warm: pd.DataFrame) -> WarmUp:
    """Return how soon own posts count, from :func:`virality.creators.cold_start.warm_up`."""
    first, last = warm.iloc[0], warm.iloc[-1]
    one = warm[warm["known"] == 1]
    pull = Pull.UNKNOWN if one.empty else Pull.UNDECIDED
    if (one["low"] > 0).any():
        pull = Pull.HELPS
    elif (one["high"] < 0).any():
        pull = Pull.HURTS
    return WarmUp(int(first["n"]), exp(first["shrunk"]), int(last["known"]), exp(last["shrunk"]),
                  pull)  # fmt: skip
