"""What an explanation of the forecasts shows: who carries them, and whether that means anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from virality.core.protocol import Extent, extent
from virality.core.text import PostName
from virality.explanation.explain import Explanation, Skill, Verdict
from virality.explanation.shap_values import concept_importance
from virality.features.concepts import concept_of
from virality.features.similarity import OF_MEDIA, RESPECTS
from virality.findings.checks import Checks, checks

SETTLED, LOOSE = 0.7, 0.4  # Kendall's W from which folds agree, and from which they roughly do
ONE_WAY = 0.5  # Spearman between a reading and its push that counts as a direction
FEWEST_READINGS = 8
LEADING = 6  # concepts that are named
NAMED_ALIKE = 3  # earlier posts, and respects, in a sentence
STANDS_OUT = 2.0  # an earlier post with so many times the usual say is like a post

# Where a reading goes round, "higher" has no meaning: edges of its parts.
CIRCLES = {
    "metadata__hour": (0, 6, 12, 18, 24),
    "metadata__weekday": tuple(range(8)),
    "metadata__season": (1, 91, 182, 274, 367),
}


Nothing = Enum("Nothing", "TOO_FEW NOT_PREDICTED FLAT")  # why there is nothing to explain
# The first block's lead over the second; MIXED where all blocks were reduced together.
Order = Enum("Order", "CLEAR OPEN ONE_BLOCK MIXED")
Agreement = Enum("Agreement", "SETTLED LOOSE NONE TOO_FEW")  # of folds on the blocks' order
Likeness = Enum("Likeness", "NOT_COMPARED NOBODY_KNOWN NONE ONE SEVERAL")  # of earlier posts
Course = Enum("Course", "UP DOWN NO_DIRECTION ROUND TOO_LITTLE")  # of a push with its reading


@dataclass(frozen=True)
class Pushes:
    """A block: the typical size of its pushes as a factor, and its share of all of them."""

    block: str
    factor: float
    share: float


@dataclass(frozen=True)
class Folds:
    """Which block leads where; `spans` are its smallest and largest share over the folds.

    `lead` is the first block's lead over the second on all held-out posts together.
    """

    n: int
    first: str
    times_first: int
    others_first: tuple[str, ...]
    spans: tuple[tuple[str, float, float], ...]
    agreement: Agreement
    kendall_w: float
    lead: Order = Order.CLEAR


@dataclass(frozen=True)
class Carriers:
    """What carries the forecasts.

    `leading` are concepts with the typical size of their pushes as factors, largest first.  Where
    `nothing` is set, nothing else is but the number of posts, and the skill of flat trees.
    """

    n_posts: int
    nothing: Nothing | None = None
    indicative: bool = False
    n_held_out: int = 0
    skill: Skill = field(default_factory=Skill)
    leading: tuple[tuple[str, float], ...] = ()
    blocks: tuple[Pushes, ...] = ()
    order: Order | None = None
    widest: str = ""
    widest_columns: int = 0
    widest_place: int = 0
    checks: Checks = field(default_factory=Checks)

    @property
    def names(self) -> tuple[str, ...]:
        """Blocks, the largest pushes first."""
        return tuple(each.block for each in self.blocks)

    @property
    def believed(self) -> bool:
        """Whether the model knows more than a rule, so that it says something about views."""
        return self.skill.verdict is Verdict.BETTER


@dataclass(frozen=True)
class Example:
    """One forecast in numbers of views, its steps as factors, and whether moving helped."""

    post: str
    start: float
    forecast: float
    actual: float
    steps: tuple[tuple[str, float], ...]
    helped: bool
    off: float
    start_off: float


@dataclass(frozen=True)
class Alike:
    """The earlier posts that are most like one.

    `posts` are their names, the most alike first; `low` and `high` are the smallest and the largest
    factor against the account's level that they did.  `says` are the respects in which posts like
    it say most, as factors against the level, shrunk.
    """

    likeness: Likeness
    posts: tuple[PostName, ...] = ()
    low: float = float("nan")
    high: float = float("nan")
    says: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Dependence:
    """How the push of a concept follows its reading.

    `gap` is a factor: the upper against the lower third of readings, or the part of the circle
    with the highest against that with the lowest pushes (`best`, `worst`: places in `CIRCLES`).
    """

    concept: str
    course: Course
    gap: float = float("nan")
    best: int = 0
    worst: int = 0


# ------------------------------------------------------------------------------ all the posts


def carriers(explained: Explanation) -> Carriers:
    """Return what carries the forecasts.

    Parameters
    ----------
    explained : Explanation
        From :func:`virality.explanation.explain.explanation`.
    """
    n, allows = explained.n_posts, extent(explained.n_posts)
    indicative = allows is not Extent.ENOUGH
    if explained.empty:
        few = allows is Extent.TOO_FEW
        return Carriers(n, Nothing.TOO_FEW if few else Nothing.NOT_PREDICTED, indicative)
    known = explained.skill
    if not explained.tells:
        return Carriers(n, Nothing.FLAT, indicative, explained.n_held_out, known)
    blocks, leading = explained.blocks, concept_importance(explained.shap).head(LEADING)
    widest = int(blocks["columns"].idxmax())
    return Carriers(
        n,
        None,
        indicative,
        explained.n_held_out,
        known,
        tuple(zip(leading["concept"], np.exp(leading["importance"].astype(float)), strict=True)),
        tuple(
            Pushes(row.block, float(np.exp(row.importance)), row.share)
            for row in blocks.itertuples()
        ),
        order=_order(explained),
        widest=blocks["block"][widest],
        widest_columns=int(blocks["columns"][widest]),
        widest_place=widest + 1,
        checks=checks(explained),
    )


def _order(explained: Explanation) -> Order:
    if list(explained.blocks["block"]) == ["all"]:
        return Order.MIXED
    if len(explained.blocks) == 1:
        return Order.ONE_BLOCK
    return Order.CLEAR if explained.lead[1] > 0 else Order.OPEN


def folds(shares: pd.DataFrame, first: str, lead: Order = Order.CLEAR) -> Folds:
    """Return who leads in which fold, and how far the folds agree.

    Parameters
    ----------
    shares : DataFrame of shape (n_folds, n_blocks)
        Of all pushes, index fold.
    first : str
        The block with the largest pushes on the whole.
    lead : Order
        Its lead over the second on the whole.

    Returns
    -------
    Folds
    """
    leaders = shares.idxmax(axis=1)
    ranks = shares.rank(axis=1).to_numpy()
    w = _concordance(ranks) if len(ranks) > 1 and ranks.shape[1] > 2 else float("nan")
    return Folds(
        n=len(leaders),
        first=first,
        times_first=int((leaders == first).sum()),
        others_first=tuple(block for block in dict.fromkeys(leaders) if block != first),
        spans=tuple((b, float(shares[b].min()), float(shares[b].max())) for b in shares.columns),
        agreement=_agreement(w),
        kendall_w=w,
        lead=lead,
    )


def _agreement(w: float) -> Agreement:
    if np.isnan(w):
        return Agreement.TOO_FEW
    if w >= SETTLED:
        return Agreement.SETTLED
    return Agreement.LOOSE if w >= LOOSE else Agreement.NONE


def _concordance(ranks: np.ndarray) -> float:
    """Kendall's W of n folds (rows) over k blocks (columns), without ties."""
    n, k = ranks.shape
    spread = ((ranks.sum(axis=0) - n * (k + 1) / 2) ** 2).sum()
    return float(12 * spread / (n**2 * (k**3 - k)))


# ---------------------------------------------------------------- one post, and one concept


def example(
    post: str, steps: pd.DataFrame, base: float, prediction: float, actual: float
) -> Example:
    """Return one forecast, taken apart.

    Parameters
    ----------
    post : str
        What it is called, escaped already.
    steps : DataFrame
        From :func:`virality.explanation.shap_values.waterfall`.
    base, prediction, actual : float
        Where the model starts, what it says and what came, in log views.

    Returns
    -------
    Example
    """
    off, start_off = abs(actual - prediction), abs(actual - base)
    factors = zip(steps["concept"], np.exp(steps["value"].astype(float)), strict=True)
    return Example(
        post=post,
        start=_views(base),
        forecast=_views(prediction),
        actual=_views(actual),
        steps=tuple(factors),
        helped=off < start_off,
        off=float(np.exp(off)),
        start_off=float(np.exp(start_off)),
    )


def alike(table: pd.DataFrame, encoded: pd.Series, private: bool = False) -> Alike:
    """Return which earlier posts are like a post, and what they say of it.

    Parameters
    ----------
    table : DataFrame
        From :func:`virality.explanation.neighbours.neighbours`.
    encoded : Series
        The post's row of the feature table.
    private : bool
        Call posts by their day alone.

    Returns
    -------
    Alike
    """
    if not encoded.index.str.startswith("similar__").any():
        return Alike(Likeness.NOT_COMPARED)
    if table.empty:
        return Alike(Likeness.NOBODY_KNOWN)
    near = table[table["times"] >= STANDS_OUT].head(NAMED_ALIKE)
    if near.empty:
        return Alike(Likeness.NONE)
    names = tuple(
        PostName(f"{post.posted_at:%Y-%m-%d}", "" if private else post.caption)
        for post in near.itertuples()
    )
    likeness = Likeness.ONE if len(near) == 1 else Likeness.SEVERAL
    factors = np.exp(near["above"])
    return Alike(likeness, names, float(factors.min()), float(factors.max()), _says(encoded))


def _says(encoded: pd.Series) -> tuple[tuple[str, float], ...]:
    """The respects in which similar posts say most; of those that mean the same, the one."""
    values = (
        encoded.reindex([f"similar__{name}" for name in (*RESPECTS, *OF_MEDIA)])
        .astype(float)
        .dropna()
    )
    ranked = values[values != 0].sort_values(key=lambda each: -each.abs(), kind="stable")
    most = ranked[~pd.Index(map(concept_of, ranked.index)).duplicated()].head(NAMED_ALIKE)
    return tuple((concept_of(name), float(np.exp(value))) for name, value in most.items())


def _views(log_views: float) -> float:
    return max(float(np.expm1(log_views)), 0.0)


def courses(tables: Mapping[str, pd.DataFrame]) -> tuple[Dependence, ...]:
    """Return how the pushes of concepts follow their readings.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Concept to what :func:`virality.explanation.shap_values.dependence` gives.
    """
    return tuple(_course(concept, table) for concept, table in tables.items())


def _course(concept: str, table: pd.DataFrame) -> Dependence:
    if len(table) < FEWEST_READINGS or (table[["reading", "value"]].nunique() < 2).any():
        return Dependence(concept, Course.TOO_LITTLE)
    if concept in CIRCLES:
        part = pd.cut(table["reading"], list(CIRCLES[concept]), labels=False, right=False)
        pushes = table["value"].groupby(part).mean()
        gap = float(np.exp(pushes.max() - pushes.min()))
        return Dependence(concept, Course.ROUND, gap, int(pushes.idxmax()), int(pushes.idxmin()))
    low, high = table["reading"].quantile([1 / 3, 2 / 3])
    below = table.loc[table["reading"] <= low, "value"].mean()
    above = table.loc[table["reading"] >= high, "value"].mean()
    rho = float(spearmanr(table["reading"], table["value"]).statistic)
    one_way = Course.UP if rho >= ONE_WAY else Course.DOWN if rho <= -ONE_WAY else None
    return Dependence(concept, one_way or Course.NO_DIRECTION, float(np.exp(above - below)))
