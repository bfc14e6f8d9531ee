"""What several chapters find about scores: how much to expect, and who beats what."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import nan

import pandas as pd

from virality.core.protocol import ALPHA, Extent, extent
from virality.core.text import interval
from virality.evaluation.headline import FAMILY
from virality.models.catalogue import LINEAR, MODELS


@dataclass(frozen=True)
class Record:
    """How many posts there are, and what that allows."""

    n: int
    extent: Extent


def record(n: int) -> Record:
    """Return what so many posts allow."""
    return Record(n, extent(n))


@dataclass(frozen=True)
class Estimate:
    """A number with its interval.

    Examples
    --------
    >>> f"{Estimate(0.12, -0.05, 0.29):+.2f}"
    '+0.12 (−0.05 to +0.29)'
    """

    value: float
    low: float = nan
    high: float = nan

    @classmethod
    def of(cls, row, name: str) -> Estimate:
        """Return a column of a row with its interval.

        Parameters
        ----------
        row : Series or namedtuple
        name : str
            The column; ``<name>_low`` and ``<name>_high`` are the interval's.

        Returns
        -------
        Estimate
        """
        return cls(*(float(getattr(row, f"{name}{end}")) for end in ("", "_low", "_high")))

    @property
    def known(self) -> bool:
        """Whether there is a number at all."""
        return self.value == self.value

    @property
    def bounded(self) -> bool:
        """Whether there is an interval."""
        return self.low == self.low and self.high == self.high

    @property
    def clear(self) -> bool:
        """Whether the whole interval lies above zero."""
        return self.low > 0

    def __neg__(self) -> Estimate:
        """The same seen from the other side: what one gains the other loses."""
        return Estimate(-self.value, -self.high, -self.low)

    def __format__(self, form: str) -> str:
        return interval(self.value, self.low, self.high, form)


class Verdict(Enum):
    """What a paired comparison says of a forecast: its interval decides."""

    BETTER = "better"
    WORSE = "worse"
    UNDECIDED = "no clear difference"


@dataclass(frozen=True)
class Gain:
    """A forecast against another on the very same posts.

    Parameters
    ----------
    model, against : str
        The two forecasts.
    error : Estimate
        Absolute error minus the other's, log scale: below zero is better.
    verdict : Verdict
    """

    model: str
    against: str
    error: Estimate
    verdict: Verdict


@dataclass(frozen=True)
class Comparison:
    """The models of a chapter against the better of two plain rules, best first."""

    rule: str
    n: int
    gains: tuple[Gain, ...]
    n_models: int = FAMILY  # that the intervals allow for

    def having(self, verdict: Verdict) -> tuple[Gain, ...]:
        """Return the models with that verdict."""
        return tuple(gain for gain in self.gains if gain.verdict is verdict)

    def beats(self, model: str) -> bool:
        """Whether a model clearly beats the rule."""
        return model in self.better

    @property
    def better(self) -> tuple[str, ...]:
        """The models that clearly beat the rule."""
        return tuple(gain.model for gain in self.having(Verdict.BETTER))


def gains(differences: pd.DataFrame) -> tuple[Gain, ...]:
    """Return rows of :func:`virality.evaluation.scores.paired_differences` (absolute loss)."""
    return tuple(
        Gain(
            str(row.model),
            str(row.against),
            Estimate(row.difference, row.low, row.high),
            Verdict(row.verdict),
        )
        for row in differences.itertuples()
    )


def comparison(gaps: pd.DataFrame, *, linear: bool) -> Comparison | None:
    """Return how the linear models do against the better of two plain rules, or the others.

    Parameters
    ----------
    gaps : DataFrame
        From :func:`virality.evaluation.headline.headline_gaps`.
    linear : bool
        Which models.

    Returns
    -------
    Comparison or None
        None where none of these models predicted anything.
    """
    others = [name for name in MODELS if name not in LINEAR]
    rows = gaps[gaps["model"].isin(LINEAR if linear else others)]
    if rows.empty:
        return None
    return Comparison(str(rows["against"].iloc[0]), int(rows["n"].iloc[0]), gains(rows))


@dataclass(frozen=True)
class Missed:
    """What a model clearly loses or gains with some blocks only, against the one with all.

    Parameters
    ----------
    blocks, burdens : tuple of str
        Blocks without which it is worse, and better.
    poor, enough : tuple of str
        Blocks with which alone it is worse, and better; several joined by "+".
    n_comparisons : int
    """

    blocks: tuple[str, ...]
    burdens: tuple[str, ...]
    poor: tuple[str, ...]
    enough: tuple[str, ...]
    n_comparisons: int


def missed(gaps: pd.DataFrame) -> Missed:
    """Return which blocks are missed, from :func:`virality.evaluation.headline.block_gaps`."""
    out = gaps["blocks"].str.startswith("all-")

    def named(part: pd.Series, verdict: Verdict) -> tuple[str, ...]:
        rows = gaps[part & (gaps["verdict"] == verdict.value)]
        return tuple(rows["blocks"].str.removeprefix("all-"))

    worse, better = Verdict.WORSE, Verdict.BETTER
    return Missed(
        named(out, worse), named(out, better), named(~out, worse), named(~out, better), len(gaps)
    )


@dataclass(frozen=True)
class Claim:
    """A claim that was tested.

    Parameters
    ----------
    shown : bool
        Whether the test shows it.
    statistic : Estimate
    p : float
        Corrected for all that was tried.
    n, n_shifts : int
        Held-out posts, and shifts where the test shifts something.
    """

    shown: bool
    statistic: Estimate
    p: float
    n: int
    n_shifts: int = 0

    @property
    def smallest_p(self) -> float:
        """The smallest p that so many shifts can give."""
        return 1 / (1 + self.n_shifts)


def claim(evidence: pd.DataFrame, kind: str) -> Claim | None:
    """Return what the test of a claim says; None where it was not done.

    Parameters
    ----------
    evidence : DataFrame
        With the columns of :data:`virality.evidence.claims.EVIDENCE_COLUMNS`.
    kind : str
        "content_any", "history", "trees" or "smallest_effect".

    Returns
    -------
    Claim or None
    """
    rows = evidence[evidence["kind"] == kind].sort_values("p")
    if rows.empty:
        return None
    row = rows.iloc[0]
    return Claim(
        shown=bool(row.p_adjusted < ALPHA),
        statistic=Estimate(row.statistic, row.low, row.high),
        p=float(row.p_adjusted),
        n=int(row.n),
        n_shifts=0 if pd.isna(row.n_shifts) else int(row.n_shifts),
    )
