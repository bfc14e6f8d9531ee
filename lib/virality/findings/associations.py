"""What went with the facts of openings on an account, as far as so many posts can tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from math import ceil
from typing import Generic, TypeVar

import pandas as pd

from virality.core.protocol import ALPHA, Extent, extent
from virality.evidence.associations import fewest
from virality.features.concepts import thing_of
from virality.features.openings import COLUMNS
from virality.findings.scores import Estimate
from virality.media.hook.facts import FACTS

HOPELESS = 10.0  # times the views from which an effect is larger than anybody's opening has
NAMED = 3  # facts that are told one by one

# SEVERAL creators stand in one report, so that nothing was asked; UNTOLD: no fact has two sides.
Verdict = Enum("Verdict", "SEVERAL TOO_FEW UNTOLD NOTHING FOUND")

_KINDS = {fact.column: fact.kind for fact in FACTS}
_KINDS |= {name: "count" if unit == "posts" else "flag" for name, unit, _ in COLUMNS}


@dataclass(frozen=True)
class Fact:
    """A fact, and what went with it.

    Attributes
    ----------
    name : str
        Of its column.
    kind : str
        "flag", "seconds", "share", "count" or "speed".
    n, n_with, n_without : int
        Posts of which it is known, that have it (have more than usual), and that do not.
    step : float
        What the factor belongs to, in the fact's unit: 1 for a yes.
    factor : Estimate
        Times as many views; NaN where it cannot be told.
    detectable : float
        The factor that so many posts would have shown in four cases of five.
    found : bool
    lacks_with, lacks_without : int
        Posts that are still needed on a side before anything can be told.
    """

    name: str
    kind: str
    n: int
    n_with: int
    n_without: int
    step: float
    factor: Estimate
    detectable: float
    found: bool
    lacks_with: int = 0
    lacks_without: int = 0

    @property
    def flag(self) -> bool:
        """Whether it is yes or no."""
        return self.kind == "flag"

    @property
    def raises(self) -> bool:
        """Whether it went with more views, and not with fewer."""
        return self.factor.value > 1

    @property
    def lacks(self) -> int:
        """Posts needed on the side that lacks most."""
        return max(self.lacks_with, self.lacks_without)


F = TypeVar("F", bound=Fact)


@dataclass(frozen=True)
class WentWith(Generic[F]):
    """What went with the openings of an account.

    Attributes
    ----------
    verdict : Verdict
    n_posts : int
        Posts that were used.
    indicative : bool
    told, untold : tuple of Fact
        The strongest evidence first; and those that so many posts cannot tell.
    """

    verdict: Verdict
    n_posts: int
    indicative: bool = False
    told: tuple[F, ...] = ()
    untold: tuple[F, ...] = ()

    @property
    def found(self) -> tuple[F, ...]:
        """Facts that went with views by more than chance."""
        return tuple(fact for fact in self.told if fact.found)

    @property
    def things(self) -> tuple[F, ...]:
        """What was found, each thing once: of facts about the same one, the strongest evidence."""
        first = {thing_of(fact.name): fact for fact in reversed(self.found)}
        return tuple(fact for fact in self.found if first[thing_of(fact.name)] is fact)

    @property
    def named(self) -> tuple[F, ...]:
        """Those of them that are told one by one."""
        return self.things[:NAMED]

    @property
    def n_further(self) -> int:
        """Those that were found beyond them."""
        return len(self.things) - len(self.named)

    @property
    def n_again(self) -> int:
        """Facts that were found and say again what another one says."""
        return len(self.found) - len(self.things)

    @property
    def easiest(self) -> F | None:
        """The fact of which the smallest effect shows; a yes or no, where there is one."""
        return min(self._to_show, key=lambda fact: fact.detectable, default=None)

    @property
    def hardest(self) -> F | None:
        """The one of which the effect has to be largest to show."""
        return max(self._to_show, key=lambda fact: fact.detectable, default=None)

    @property
    def hopeless(self) -> tuple[F, ...]:
        """Facts of which nothing would show: others, or the content, say nearly the same."""
        return tuple(fact for fact in self.told if fact.detectable > HOPELESS and not fact.found)

    @property
    def _to_show(self) -> tuple[F, ...]:
        shown = tuple(fact for fact in self.told if fact not in self.hopeless)
        return tuple(fact for fact in shown if fact.flag) or shown


def went_with(
    associations: pd.DataFrame, n_authors: int = 1, make: Callable[..., Fact] | None = None
) -> WentWith:
    """Return what went with the facts of openings.

    Parameters
    ----------
    associations : DataFrame
        Artefact, see :func:`virality.evidence.associations.associations`.
    n_authors : int
        Creators in the report; of several together nothing is asked.
    make : callable, optional
        Makes a fact of a row; :func:`fact_of` when left out.

    Returns
    -------
    WentWith
    """
    rows = associations[associations["n"] > 0].sort_values("p", kind="stable", na_position="last")
    facts = [(make or fact_of)(row) for row in rows.itertuples()]
    n = int(rows["n"].max()) if len(rows) else 0
    allowed = extent(n)
    told = tuple(fact for fact in facts if fact.factor.known)
    if n_authors > 1:
        return WentWith(Verdict.SEVERAL, n)
    if allowed is Extent.TOO_FEW:
        return WentWith(Verdict.TOO_FEW, n)
    verdict = Verdict.NOTHING if told else Verdict.UNTOLD
    return WentWith(
        Verdict.FOUND if any(fact.found for fact in told) else verdict,
        n,
        allowed is Extent.INDICATIVE,
        told,
        tuple(fact for fact in facts if not fact.factor.known),
    )


def fact_of(row) -> Fact:
    """Return one fact of a row of associations."""
    needed = ceil(fewest(row.n))
    return Fact(
        name=row.name,
        kind=_KINDS.get(row.name, "count"),
        n=int(row.n),
        n_with=int(row.n_with),
        n_without=int(row.n_without),
        step=float(row.step),
        factor=Estimate(float(row.factor), float(row.low), float(row.high)),
        detectable=float(row.detectable),
        found=bool(row.p_adjusted < ALPHA),
        lacks_with=max(0, needed - int(row.n_with)),
        lacks_without=max(0, needed - int(row.n_without)),
    )
