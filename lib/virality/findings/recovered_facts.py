"""Was what had been planted in the facts of an opening found among what went with them?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

import numpy as np
import pandas as pd

from virality.core.protocol import ALPHA
from virality.demo.model import SPEAKING, Truth
from virality.features.openings import GROUPS
from virality.findings.scores import Estimate

# The fact in which each planted effect shows most directly.
SHOWN_AS = {"words": "hook__has_words", "late_speech": "hook__speech_start"}


class Seen(Enum):
    """What became of a planted effect in the association of its fact with views."""

    UNKNOWN = auto()
    FOUND = auto()
    MISSED = auto()
    REVERSED = auto()
    NOTHING = auto()
    FALSE_ALARM = auto()


@dataclass(frozen=True)
class PlantedFact:
    """A planted effect of the opening, and the association of the fact that shows it.

    Attributes
    ----------
    name : str
        Of the planted effect.
    regimes : tuple of str
        Where it was planted.
    planted : float
        Times as many views with it as without; 1 = nothing planted.
    seen : Seen
    found : Estimate
        The same factor over all posts, as associated; NaN where it cannot be told.
    """

    name: str
    regimes: tuple[str, ...]
    planted: float
    seen: Seen
    found: Estimate


@dataclass(frozen=True)
class RecoveredFacts:
    """Planted effects of the opening, and what else was named.

    Attributes
    ----------
    planted : tuple of PlantedFact
    others : tuple of str
        Columns of facts that were named and show neither effect.
    explained : bool
        Whether something else that was planted can stand behind those: content, or early energy.
    """

    planted: tuple[PlantedFact, ...]
    others: tuple[str, ...]
    explained: bool


def recovered_facts(truth: Truth, associations: pd.DataFrame | None) -> RecoveredFacts | None:
    """Compare planted effects of the opening with what went with its facts.

    Parameters
    ----------
    truth : Truth
        What was planted.
    associations : DataFrame or None
        One row per fact: ``name`` (its column), ``step`` that the factor belongs to (in the fact's
        unit), ``factor`` of views with its ends ``low`` and ``high``, and ``p_adjusted``.

    Returns
    -------
    RecoveredFacts or None
        None where no fact was associated with anything.
    """
    if associations is None or not associations["factor"].notna().any():
        return None
    rows = associations.set_index("name")
    effects = truth.effects
    where = {"words": (effects.words_regime,), "late_speech": SPEAKING}
    planted = tuple(
        _planted(name, where[name], getattr(effects, name), _found(rows, name, truth))
        for name in SHOWN_AS
    )
    shows = {GROUPS[SHOWN_AS[one.name]] for one in planted if one.planted != 1}
    named = rows.index[rows["p_adjusted"] < ALPHA]
    others = [n for n in named if n not in SHOWN_AS.values() and GROUPS.get(n) not in shows]
    explained = bool((truth.planted()[["content", "energy"]] > 0).any())
    return RecoveredFacts(planted, tuple(others), explained)


def _found(rows: pd.DataFrame, name: str, truth: Truth) -> tuple[Estimate, bool]:
    """The association of a fact, per change that was planted, and whether it is more than chance.

    Words are there or not; a voice is late by so many seconds on the average.
    """
    nothing = Estimate(float("nan")), False
    if SHOWN_AS[name] not in rows.index:
        return nothing
    row = rows.loc[SHOWN_AS[name]]
    delays = truth.posts["speech_delay"] if name == "late_speech" else pd.Series([1.0])
    if pd.isna(row["factor"]) or not (delays > 0).any():
        return nothing
    steps = delays[delays > 0].mean() / row["step"]
    factors = row[["factor", "low", "high"]].to_numpy(float) ** steps
    return Estimate(*map(float, factors)), bool(row["p_adjusted"] < ALPHA)


def _planted(
    name: str, regimes: tuple[str, ...], effect: float, found: tuple[Estimate, bool]
) -> PlantedFact:
    estimate, named = found
    return PlantedFact(
        name, regimes, float(np.exp(effect)), _judged(effect, estimate, named), estimate
    )


def _judged(effect: float, found: Estimate, named: bool) -> Seen:
    if not found.known:
        return Seen.UNKNOWN
    if effect == 0:
        return Seen.FALSE_ALARM if named else Seen.NOTHING
    if not named:
        return Seen.MISSED
    return Seen.FOUND if (found.value > 1) == (effect > 0) else Seen.REVERSED
