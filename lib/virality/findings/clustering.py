"""What the content regimes show: whether they are real, what they are like, how they behave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
import pandas as pd

from virality.core.protocol import ALPHA, Extent, extent
from virality.core.text import DataText
from virality.explanation.clusters import HOLDS, LOOSE, NOISE, Stability, letter
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
    """One regime; `traits` are signed columns, see :func:`virality.features.concepts.traits`."""

    name: str
    posts: int
    traits: str = ""
    hashtags: DataText | None = None
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

    `rows` are (regime, median views, lift), noise among them; `best` and `worst` of all regimes,
    `sure` those two of the regimes that come back.
    """

    difference: Difference
    shown: bool
    p: float
    rows: tuple[tuple[str, float, float], ...]
    same: bool
    best: tuple[str, Estimate]
    worst: tuple[str, Estimate]
    sure: tuple[tuple[str, Estimate], ...]
    above: tuple[str, ...]
    below: tuple[str, ...]
    nearest: str = ""
    farthest: str = ""


@dataclass(frozen=True)
class Fingerprints:
    """Mean pushes as factors: rows of (regime, ((block, factor), …)), and the largest departure."""

    rows: tuple[tuple[str, tuple[tuple[str, float], ...]], ...]
    departure: tuple[str, str, float] | None


def content(
    regimes: pd.DataFrame,
    check: Stability,
    n_posts: int,
    hashtags: Mapping[int, Sequence[str]] | None = None,
) -> Content:
    """Return which regimes there are, and whether they are real.

    Parameters
    ----------
    regimes : DataFrame
        Artefact.
    check : Stability
    n_posts : int
        Of the record.
    hashtags : mapping of int to list of str, optional
        From :func:`virality.explanation.naming.common_hashtags`; none on a private page.

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
        tuple(_regimes(regimes, check, hashtags or {})),
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
    regimes: pd.DataFrame, check: Stability, hashtags: Mapping[int, Sequence[str]]
) -> Iterator[Regime]:
    for number, (recovery, era) in enumerate(zip(check.recovery, check.era, strict=True)):
        posts = regimes[regimes["regime"] == number]
        tags = DataText(" ".join(hashtags[number])) if hashtags.get(number) else None
        traits, holding = str(posts["traits"].iloc[0]), _holding(recovery, era)
        name = letter(number)
        yield Regime(name, len(posts), traits, tags, float(recovery), holding, bool(era))


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
    table = summary.assign(name=summary["regime"].map(letter))
    regimes = table[table["regime"] != NOISE]
    by_name = regimes.set_index("name")
    lift, sure = by_name["lift"], by_name.loc[[r.name for r in found.regimes if r.sure]]
    tried = regimes[regimes["held_out"] >= FEWEST_HELD_OUT].set_index("name")["miss"]
    shown = bool(p <= ALPHA)
    ends = _ends(by_name)
    return Views(
        difference=_difference(shown, found.verdict),
        shown=shown,
        p=p,
        rows=tuple(table[["name", "views", "lift"]].itertuples(index=False, name=None)),
        same=bool(lift.max() - lift.min() < SAME_LIFT),
        best=ends[0],
        worst=ends[1],
        sure=_ends(sure) if len(sure) else (),
        above=tuple(regimes.loc[regimes["lift_low"] > 1, "name"]),
        below=tuple(regimes.loc[regimes["lift_high"] < 1, "name"]),
        nearest=str(tried.idxmin()) if len(tried) > 1 else "",
        farthest=str(tried.idxmax()) if len(tried) > 1 else "",
    )


def _ends(regimes: pd.DataFrame) -> tuple[tuple[str, Estimate], tuple[str, Estimate]]:
    best, worst = (str(regimes["lift"].agg(which)) for which in ("idxmax", "idxmin"))
    return (best, Estimate.of(regimes.loc[best], "lift")), (
        worst,
        Estimate.of(regimes.loc[worst], "lift"),
    )


def _difference(shown: bool, verdict: Verdict) -> Difference:
    if verdict is not Verdict.STABLE:
        return Difference.UNSTABLE
    return Difference.SHOWN if shown else Difference.NOT_SHOWN


def fingerprints(table: pd.DataFrame) -> Fingerprints:
    """Return what the trees add in each regime.

    Parameters
    ----------
    table : DataFrame
        From :func:`virality.explanation.behaviour.fingerprints`.
    """
    table = table[table["held_out"] >= FEWEST_HELD_OUT]
    names = ["all posts" if r is pd.NA else letter(int(r)) for r in table.index]
    pushes = table.drop(columns="held_out").astype(float).set_axis(names)
    factors = np.exp(pushes)
    rows = tuple((name, tuple(factors.loc[name].items())) for name in names)
    regimes = pushes.drop(["all posts", letter(NOISE)], errors="ignore")
    if "all posts" not in pushes.index or regimes.empty or not len(regimes.columns):
        return Fingerprints(rows, None)
    gap = regimes - pushes.loc["all posts"]
    row, column = np.unravel_index(np.argmax(gap.abs().to_numpy()), gap.shape)
    block, name = str(gap.columns[column]), str(gap.index[row])
    own, whole = (round(float(factors.loc[of, block]), 2) for of in (name, "all posts"))
    return Fingerprints(rows, (block, name, own / whole))  # of the rounded parts, as shown
