"""What the kinds of post show: whether they are real, what they are like, how they behave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np
import pandas as pd

from virality.core.protocol import ALPHA, Extent, extent
from virality.explanation.clusters import HOLDS, LOOSE, NOISE, Stability
from virality.explanation.naming import KindName
from virality.findings.scores import Estimate

FEWEST_HELD_OUT = 5  # posts that a mean push needs
SHOWN_REGIMES = 12  # rows in tables; the map shows all
SAME_LIFT = 5e-3  # factors that differ by less are called the same


# Whether there are regimes.  ALIKE: nothing that describes posts varies; LIKE_CHANCE: posts without
# groups do as well; ERAS: they come back, but each lies within one stretch of the record.
Verdict = Enum("Verdict", "TOO_FEW ALIKE ONE_CLOUD LIKE_CHANCE ERAS NOT_RETURNING STABLE")
# What becomes of a regime when posts are left out; an ERA comes back, but not as a kind.
Holding = Enum("Holding", "HOLDS LOOSELY FALLS_APART ERA")
Difference = Enum("Difference", "UNSTABLE NOT_SHOWN SHOWN")  # what may be said of regimes' views


@dataclass(frozen=True)
class Regime:
    """One kind of post."""

    name: KindName
    posts: int
    recovery: float = 1.0
    holding: Holding = Holding.HOLDS
    era: bool = False

    @property
    def sure(self) -> bool:
        """Whether it comes back, in resamples and over time."""
        return self.holding in (Holding.HOLDS, Holding.LOOSELY)


@dataclass(frozen=True)
class Content:
    """The regimes of a record, largest first, and whether they are real.

    `returning` is the share of posts that come back in their regime, `bar` what sets of posts
    without groups reach one time in twenty.
    """

    n_posts: int
    verdict: Verdict
    regimes: tuple[Regime, ...] = ()
    n_noise: int = 0
    noise: float = 0.0
    indicative: bool = False
    p: float = 1.0
    n_surrogates: int = 0
    returning: float = 0.0
    bar: float = 0.0
    above_bar: bool = False

    @property
    def mapped(self) -> bool:
        """Whether there is a map."""
        return self.verdict not in (Verdict.TOO_FEW, Verdict.ALIKE)

    @property
    def grouped(self) -> bool:
        """Whether the search found regimes, real or not."""
        return self.mapped and self.verdict is not Verdict.ONE_CLOUD

    @property
    def shown(self) -> tuple[Regime, ...]:
        """The largest, as in the tables."""
        return self.regimes[:SHOWN_REGIMES]


@dataclass(frozen=True)
class Views:
    """How the regimes behave; lifts are factors against the posts around.

    `rows` are (regime, median views, lift); `best` and `worst` of all regimes, `sure` those two of
    the regimes that come back, `n_sure` of them.
    """

    difference: Difference
    shown: bool
    p: float
    rows: tuple[tuple[KindName, float, float], ...]
    same: bool
    best: tuple[KindName, Estimate]
    worst: tuple[KindName, Estimate]
    sure: tuple[tuple[KindName, Estimate], ...]
    n_sure: int
    above: tuple[KindName, ...]
    below: tuple[KindName, ...]


@dataclass(frozen=True)
class Departure:
    """Where the mean push on a kind departs most from that on all posts, and by what factor."""

    block: str
    kind: KindName
    factor: float


def content(
    regimes: pd.DataFrame,
    check: Stability,
    n_posts: int,
    names: Mapping[int, KindName],
) -> Content:
    """Return which regimes there are, and whether they are real.

    Parameters
    ----------
    regimes : DataFrame
        Artefact.
    check : Stability
    n_posts : int
        Of the record.
    names : mapping of int to KindName
        From :func:`virality.explanation.naming.kind_names`.

    Returns
    -------
    Content
    """
    allows = extent(n_posts)
    indicative = allows is not Extent.ENOUGH
    if regimes.empty:
        reason = Verdict.TOO_FEW if allows is Extent.TOO_FEW else Verdict.ALIKE
        return Content(n_posts, reason, indicative=indicative)
    noise = regimes["regime"] == NOISE
    return Content(
        n_posts,
        _verdict(check),
        tuple(_regimes(regimes, check, names)),
        int(noise.sum()),
        float(noise.mean()),
        indicative,
        check.p,
        len(check.null),
        check.overall,
        check.bar,
        bool(check.overall > check.bar),
    )


def _regimes(
    regimes: pd.DataFrame, check: Stability, names: Mapping[int, KindName]
) -> Iterator[Regime]:
    for number, (recovery, era) in enumerate(zip(check.recovery, check.era, strict=True)):
        posts, holding = int((regimes["regime"] == number).sum()), _holding(recovery, era)
        yield Regime(names[number], posts, float(recovery), holding, bool(era))


def _holding(recovery: float, era: bool) -> Holding:
    if recovery < LOOSE:
        return Holding.FALLS_APART
    if era:
        return Holding.ERA
    return Holding.HOLDS if recovery >= HOLDS else Holding.LOOSELY


def _verdict(check: Stability) -> Verdict:
    if len(check.recovery) < 2:
        return Verdict.ONE_CLOUD
    if check.stable:
        return Verdict.STABLE
    if check.p > ALPHA:
        return Verdict.LIKE_CHANCE
    return Verdict.ERAS if np.sum(check.recovery >= LOOSE) >= 2 else Verdict.NOT_RETURNING


def views(summary: pd.DataFrame, p: float, found: Content) -> Views:
    """Return how the regimes differ in views.

    Parameters
    ----------
    summary : DataFrame
        From :func:`virality.explanation.behaviour.summarise`.
    p : float
        That the regimes' order in time alone makes them differ so much.
    found : Content
        With at least two regimes.

    Returns
    -------
    Views
    """
    table = summary[summary["regime"] != NOISE].set_index("regime")
    table["name"] = [regime.name for regime in found.regimes]
    sure = table[[regime.sure for regime in found.regimes]]
    lift, shown = table["lift"], bool(p <= ALPHA)
    best, worst = _ends(table)
    return Views(
        difference=_difference(shown, found.verdict),
        shown=shown,
        p=p,
        rows=tuple(table[["name", "views", "lift"]].itertuples(index=False, name=None)),
        same=bool(lift.max() - lift.min() < SAME_LIFT),
        best=best,
        worst=worst,
        sure=_ends(sure) if len(sure) else (),
        n_sure=len(sure),
        above=tuple(table.loc[table["lift_low"] > 1, "name"]),
        below=tuple(table.loc[table["lift_high"] < 1, "name"]),
    )


def _ends(regimes: pd.DataFrame) -> tuple[tuple[KindName, Estimate], tuple[KindName, Estimate]]:
    best, worst = (regimes.loc[regimes["lift"].agg(which)] for which in ("idxmax", "idxmin"))
    return (best["name"], Estimate.of(best, "lift")), (worst["name"], Estimate.of(worst, "lift"))


def _difference(shown: bool, verdict: Verdict) -> Difference:
    if verdict is not Verdict.STABLE:
        return Difference.UNSTABLE
    return Difference.SHOWN if shown else Difference.NOT_SHOWN


def departure(table: pd.DataFrame, names: Mapping[int, KindName]) -> Departure | None:
    """Return where the trees add most to a kind of post, beside what they add to all, if anywhere.

    Parameters
    ----------
    table : DataFrame
        From :func:`virality.explanation.behaviour.fingerprints`.
    names : mapping of int to KindName
    """
    told = table[table["held_out"] >= FEWEST_HELD_OUT].drop(columns="held_out").astype(float)
    whole = told[told.index.isna()]
    regimes = told[~told.index.isna() & told.index.isin(list(names))]
    if whole.empty or regimes.empty or not len(regimes.columns):
        return None
    gap = regimes - whole.iloc[0]
    row, column = np.unravel_index(np.argmax(gap.abs().to_numpy()), gap.shape)
    both = (frame.iloc[at, column] for frame, at in ((regimes, row), (whole, 0)))
    own, all_posts = (round(float(np.exp(push)), 2) for push in both)  # as shown
    return Departure(str(gap.columns[column]), names[int(regimes.index[row])], own / all_posts)
