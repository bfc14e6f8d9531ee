"""What can be said of a draft before it is posted, in small typed results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
import pandas as pd

from virality.advice.drafts.score import Scores, Verdict
from virality.core.protocol import Extent, extent
from virality.core.text import DataText, PostName
from virality.explanation.naming import KindName
from virality.features.blocks import block_name
from virality.features.concepts import concept, concept_of
from virality.features.targets import TARGETS
from virality.media.hook.facts import FACTS
from virality.uncertainty.viral import BASE_RATE

SMALL_PUSH = np.log(1.02)  # a push below is told as none
MOST_PUSHES = 3  # of each direction
ALMOST = 0.99  # a share below one is never told as all
UNUSUAL = 0.8  # share of the posts from which a fact is marked
_KINDS = {fact.column: fact.kind for fact in FACTS}


class Side(Enum):
    """Where a fact lies among those of the posts."""

    MOST = "more than any"
    MORE = "more than most"
    LESS = "less than most"
    LEAST = "less than any"
    USUAL = "as usual"
    RARE = "another answer than most"
    NEW = "an answer that none has"


class Reach(Enum):
    """How far a draft is from anything seen."""

    INSIDE = "as near as posts are to each other"
    OUTSIDE = "further than any post"
    UNKNOWN = "nothing to compare"


@dataclass(frozen=True)
class Near:
    """An earlier post that is like the draft.

    Parameters
    ----------
    post_id : str
    post : PostName
    respects : str
        In what it is alike.
    views : float
        NaN where they are not known.
    factor : float
        Its views to the account's level of its time, clipped.
    """

    post_id: str
    post: PostName
    respects: str
    views: float
    factor: float


@dataclass(frozen=True)
class Push:
    """What pushes the trees' forecast.

    Parameters
    ----------
    name : str
    block : str
        Its block, in words.
    factor : float
    """

    name: str
    block: str
    factor: float


@dataclass(frozen=True)
class Fact:
    """One fact of the opening beside those of the posts.

    Parameters
    ----------
    column, name : str
        Of the table, and in words.
    kind : str
        "flag", "seconds", "share", "count" or "speed".
    value : float
    share : float
        Of the posts: with less, with more or with the same answer, as `side` says.
    side : Side
    n : int
        Posts of which it is known.
    """

    column: str
    name: str
    kind: str
    value: float
    share: float
    side: Side
    n: int

    @property
    def telling(self) -> bool:
        """Whether it says more than that something usual is not there."""
        return self.is_moment or bool(self.value) or self.side is not Side.USUAL

    @property
    def is_moment(self) -> bool:
        """Whether its seconds say when, not how long."""
        name = self.column.removeprefix("hook__")
        return self.kind == "seconds" and (name.startswith("first_") or name.endswith("_start"))


@dataclass(frozen=True)
class Draft:
    """What can be said of one draft.

    Parameters
    ----------
    name : DataText
    at : str
        When it goes up, local.
    verdict : Verdict
    extent : Extent
        What so many posts allow.
    unit : str
        Of the outcome.
    value, low, high : float
        Forecast and interval, in the outcome's unit; NaN where there is none.
    coverage : float
        That the interval promises.
    level : float
        What the account's level alone says, same unit.
    chance, base, line : float
        Of a viral outcome, the base rate, and from where a post counts as viral.
    near : tuple of Near
    up, down : tuple of Push
        The largest of each direction.
    facts : tuple of Fact
    kind : KindName or None
        Its kind of post; None where there are no kinds or it is of none.
    distance, limit : float
        From its nearest posts, and the largest that any post has.
    n : int
        Posts with a known outcome.
    """

    name: DataText
    at: str
    verdict: Verdict
    extent: Extent
    unit: str
    value: float
    low: float
    high: float
    coverage: float
    level: float
    chance: float
    base: float
    line: float
    near: tuple[Near, ...]
    up: tuple[Push, ...]
    down: tuple[Push, ...]
    facts: tuple[Fact, ...]
    kind: KindName | None
    distance: float
    limit: float
    n: int

    @property
    def reach(self) -> Reach:
        """How far it is from anything seen."""
        if np.isnan(self.distance):
            return Reach.UNKNOWN
        return Reach.OUTSIDE if self.distance > self.limit else Reach.INSIDE

    @property
    def times(self) -> float:
        """Viral outcomes of a hundred such drafts."""
        return 100 * self.chance

    @property
    def usual_times(self) -> float:
        """Viral outcomes of a hundred posts."""
        return 100 * self.base


def drafts(
    scores: Scores, target: str = "views", coverage: float = 0.8, timezone: str = "UTC",
    private: bool = False,
) -> tuple[Draft, ...]:  # fmt: skip
    """Return what can be said of each draft, in the order of the scores.

    Parameters
    ----------
    scores : Scores
    target : str
        The outcome.
    coverage : float
        That intervals were asked for.
    timezone : str
        The creator's.
    private : bool
        Leave captions out.
    """
    return tuple(
        _draft(row, scores, target, coverage, timezone, private)
        for row in scores.table.itertuples()
    )


def explained(found: Sequence[Draft], scores: Scores) -> tuple[Draft, ...]:
    """Return the drafts whose forecast by the trees was explained, in their order.

    Parameters
    ----------
    found : sequence of Draft
    scores : Scores
    """
    names = set(scores.pushes["draft"])
    return tuple(one for one in found if one.name.raw in names)


def _draft(row, scores: Scores, target: str, coverage: float, timezone: str, private: bool):
    natural = {name: float(np.expm1(getattr(row, name)))
               for name in ("y_pred", "lower", "upper", "level", "threshold")}  # fmt: skip
    mine = {
        name: getattr(scores, name)[getattr(scores, name)["draft"] == row.draft]
        for name in ("neighbours", "pushes", "facts")
    }
    pushed = mine["pushes"][mine["pushes"]["value"].abs() > SMALL_PUSH]
    up, down = (_pushes(pushed[sign * pushed["value"] > 0]) for sign in (1, -1))
    return Draft(
        name=DataText(row.draft),
        at=f"{row.posted_at.tz_convert(timezone):%Y-%m-%d %H:%M}",
        verdict=Verdict[row.verdict],
        extent=extent(scores.n_posts),
        unit=TARGETS[target],
        value=natural["y_pred"],
        low=max(natural["lower"], 0.0),
        high=natural["upper"],
        coverage=coverage,
        level=natural["level"],
        chance=float(row.p_viral),
        base=BASE_RATE,
        line=natural["threshold"],
        near=tuple(_near(post, private) for post in mine["neighbours"].itertuples()),
        up=up,
        down=down,
        facts=tuple(_fact(fact) for fact in mine["facts"].itertuples()),
        kind=_kind(row, scores, private),
        distance=row.distance,
        limit=row.limit,
        n=scores.n_posts,
    )


def _kind(row, scores: Scores, private: bool) -> KindName | None:
    name = None if pd.isna(row.regime) else scores.kinds.get(int(row.regime))
    return name.withheld if name and private else name


def _near(post, private: bool) -> Near:
    name = PostName(f"{post.posted_at:%Y-%m-%d}", "" if private else post.caption)
    views = float("nan") if pd.isna(post.views) else float(post.views)
    return Near(str(post.post_id), name, post.respects, views, float(np.exp(post.above)))


def _pushes(table: pd.DataFrame) -> tuple[Push, ...]:
    return tuple(
        Push(concept(row.concept).name, block_name(row.block), float(np.exp(row.value)))
        for row in table.head(MOST_PUSHES).itertuples()
    )


def _fact(row) -> Fact:
    above = 1 - row.below - row.same
    kind = _KINDS.get(row.column) or ("count" if row.column == "hook__sound_uses" else "flag")
    if kind == "flag":
        side, share = _answer(row.same), row.same
    else:
        side, share = _among(row.below, above), max(row.below, above)
    name = concept(concept_of(row.column)).name
    share = float(min(share, ALMOST))
    return Fact(row.column, name, kind, float(row.value), share, side, int(row.n))


def _answer(same: float) -> Side:
    """Where a yes or a no lies, by the share of posts with the same."""
    if same == 0:
        return Side.NEW
    return Side.RARE if 1 - same >= UNUSUAL else Side.USUAL


def _among(below: float, above: float) -> Side:
    """Where a number lies, by the shares of posts with less and with more."""
    if 1 in (below, above):
        return Side.MOST if below == 1 else Side.LEAST
    if max(below, above) < UNUSUAL:
        return Side.USUAL
    return Side.MORE if below > above else Side.LESS
