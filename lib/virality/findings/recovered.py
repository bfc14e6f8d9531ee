"""Was what had been planted in a simulated creator recovered?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

import numpy as np
import pandas as pd

from virality.core.protocol import ALPHA
from virality.demo.model import KNOWABLE, Truth
from virality.features.blocks import BLOCKS
from virality.findings.recovered_facts import RecoveredFacts, recovered_facts
from virality.findings.scores import Estimate
from virality.models.catalogue import MAIN_NONLINEAR

ALMOST_ALL = 0.7  # share of a planted effect from which we do not call it a part
# The blocks in which a planted effect on the mean can be seen.
SHOWN_BY = {
    "posting_time": ["metadata"],
    # metadata counts hashtags and words, and these differ between subjects
    "content": ["metadata", "caption_text", "hashtag_text", "vision", "audio", "hook", "energy"],
    "energy": ["hook", "energy"],  # what glides and cuts moves the start and has cuts to count
    "words": ["vision", "hook"],
    "late_speech": ["audio", "energy", "hook"],  # energy knows how much is voiced
}


class Recovery(Enum):
    """What became of a planted effect in held-out predictions."""

    NOT_PLANTED = auto()
    UNKNOWN = auto()
    REVERSED = auto()
    MISSED = auto()
    IN_PART = auto()
    WHOLE = auto()
    OVERSTATED = auto()


@dataclass(frozen=True)
class Term:
    """A planted effect: its spread in log views, and the share of it that predictions show."""

    name: str
    planted_sd: float
    recovery: Recovery
    share: Estimate


@dataclass(frozen=True)
class Lottery:
    """The regime that wins a lottery, and the viral probability that its posts were given."""

    regime: str
    rate: float
    n: int
    higher: bool
    inside: float
    outside: float


@dataclass(frozen=True)
class Named:
    """Blocks that the content test names rightly, misses, and names without reason."""

    right: tuple[str, ...]
    missed: tuple[str, ...]
    false: tuple[str, ...]


@dataclass(frozen=True)
class Memory:
    """Whether the account's level was planted with memory, and whether a test finds one."""

    planted: bool
    found: bool


@dataclass(frozen=True)
class Recovered:
    """What was planted, and what of it one model and the tests found; None where not asked."""

    model: str
    noise_only: bool
    ceiling: float | None
    terms: tuple[Term, ...]
    lottery: Lottery | None = None
    content: Named | None = None
    history: Memory | None = None
    facts: RecoveredFacts | None = None


def recovered(
    truth: Truth,
    predictions: pd.DataFrame,
    evidence: pd.DataFrame,
    intervals: pd.DataFrame,
    *,
    model: str = MAIN_NONLINEAR,
    split: str = "expanding",
    associations: pd.DataFrame | None = None,
) -> Recovered:
    """Compare what was planted with what was found.

    Parameters
    ----------
    truth : Truth
        What was planted.
    predictions : DataFrame
        Long table of held-out predictions (`predictions_linear` or `predictions_nonlinear`).
    evidence : DataFrame
        One row per test: ``kind``, ``block``, ``p``, ``p_adjusted``.
    intervals : DataFrame
        ``post_id``, ``model``, ``p_viral``.
    model, split : str
        Which predictions to judge.
    associations : DataFrame, optional
        What went with single facts of the opening, a row each, as
        :func:`virality.evidence.associations.associations` returns.

    Returns
    -------
    Recovered
    """
    planted, ceiling = truth.planted(), truth.ceiling()
    chosen = {"model": model, "split": split, "blocks": "all"}
    held_out = predictions[(predictions[list(chosen)] == pd.Series(chosen)).all(axis=1)]
    found = recovery(truth, held_out[held_out["preset"] != "study"])
    return Recovered(
        model=model,
        noise_only=bool((planted == 0).all()),
        ceiling=None if np.isnan(ceiling) else ceiling,
        terms=tuple(_term(row) for row in found.itertuples()),
        lottery=lottery(truth, intervals),
        content=named(planted_blocks(truth), evidence[evidence["kind"] == "content"]),
        history=_memory(bool(planted["momentum"] > 0), evidence[evidence["kind"] == "history"]),
        facts=recovered_facts(truth, associations),
    )


def _term(row) -> Term:
    share = Estimate(row.slope, row.lower, row.upper)
    return Term(row.term, row.planted_sd, _judged(row.planted_sd, share), share)


def _judged(planted_sd: float, share: Estimate) -> Recovery:
    if planted_sd == 0:
        return Recovery.NOT_PLANTED
    if not share.known:
        return Recovery.UNKNOWN
    if share.high < 0:
        return Recovery.REVERSED
    if share.low <= 0:
        return Recovery.MISSED
    if share.low > 1:
        return Recovery.OVERSTATED
    return Recovery.WHOLE if share.value >= ALMOST_ALL else Recovery.IN_PART


def lottery(truth: Truth, intervals: pd.DataFrame) -> Lottery | None:
    """Return whether the regime with the lottery was given a higher chance to go viral.

    Parameters
    ----------
    truth : Truth
    intervals : DataFrame
        ``post_id`` and ``p_viral``.

    Returns
    -------
    Lottery or None
        None where there is no lottery, or where all of the posts play or none.
    """
    effects = truth.effects
    if effects.viral_rate == 0 or "p_viral" not in intervals:
        return None
    chances = intervals.dropna(subset=["p_viral"]).groupby("post_id")["p_viral"].mean()
    regime = truth.posts.set_index("post_id")["regime"]
    plays = regime[regime.index.isin(chances.index)] == effects.viral_regime
    if not plays.any() or plays.all():
        return None
    chances = chances.loc[plays.index]
    inside, outside = chances[plays].mean(), chances[~plays].mean()
    return Lottery(effects.viral_regime, effects.viral_rate, int(plays.sum()),
                   bool(inside > outside), inside, outside)  # fmt: skip


def planted_blocks(truth: Truth) -> set[str]:
    """Return the content blocks in which a planted effect on the mean can be seen."""
    planted = truth.planted()
    return {block for term, blocks in SHOWN_BY.items() if planted[term] > 0 for block in blocks}


def named(planted: set[str], content: pd.DataFrame) -> Named | None:
    """Return what the content test names, misses and names without reason.

    Parameters
    ----------
    planted : set of str
        Blocks in which something was planted.
    content : DataFrame
        Rows of the content test.

    Returns
    -------
    Named or None
        None where no content was tested.
    """
    if content.empty:
        return None
    tested, found = set(content["block"]), set(content.loc[content["p_adjusted"] < ALPHA, "block"])
    kinds = (found & planted, (tested & planted) - found, found - planted)
    return Named(*(tuple(block for block in BLOCKS if block in kind) for kind in kinds))


def _memory(planted: bool, history: pd.DataFrame) -> Memory | None:
    return None if history.empty else Memory(planted, bool((history["p"] < ALPHA).any()))


def recovery(truth: Truth, predictions: pd.DataFrame, draws: int = 500) -> pd.DataFrame:
    """Measure how much of each planted term shows in held-out predictions.

    Predictions and terms are centred within their fold, and the predictions are regressed on
    all planted terms together: a slope of 1 means that the model says of this term exactly
    what was planted, 0 that it does not see it, a negative one that it has it the wrong way
    round. Intervals come from a circular block bootstrap over posts in order of time.

    Parameters
    ----------
    truth : Truth
        What was planted.
    predictions : DataFrame
        Held-out predictions of *one* model: ``post_id``, ``fold``, ``y_pred`` (log views).
    draws : int
        Bootstrap draws.

    Returns
    -------
    DataFrame
        One row per knowable term: ``term``, ``planted_sd``, ``slope``, ``lower``, ``upper``
        (95 %), ``n_posts``. The slope is NaN where nothing was planted, or where there are
        too few posts.
    """
    terms, planted = truth.terms(), truth.planted()
    table = predictions.drop_duplicates("post_id").set_index("post_id")
    table = table.loc[[one for one in terms.index if one in table.index]]
    active = [name for name in KNOWABLE if planted[name] > 0]
    joined = terms.loc[table.index, active].assign(y=table["y_pred"].astype(float))
    centred = joined - joined.groupby(table["fold"]).transform("mean")
    slopes, lower, upper = _slopes(centred[active].to_numpy(), centred["y"].to_numpy(), draws)
    found = pd.DataFrame({"slope": slopes, "lower": lower, "upper": upper}, index=active)
    found = found.reindex(list(KNOWABLE))
    found.insert(0, "planted_sd", planted)
    return found.rename_axis("term").reset_index().assign(n_posts=len(table))


def _slopes(x: np.ndarray, y: np.ndarray, draws: int) -> tuple[np.ndarray, ...]:
    """Return least-squares slopes and their 95 % block-bootstrap interval."""
    n, width = x.shape
    if width == 0 or n < 5 * width:
        return (np.full(width, np.nan),) * 3
    slopes = np.linalg.lstsq(x, y, rcond=None)[0]
    rng, block = np.random.default_rng(0), min(12, n)
    starts = rng.integers(0, n, (draws, -(-n // block)))
    rows = ((starts[:, :, None] + np.arange(block)) % n).reshape(draws, -1)[:, :n]
    drawn = np.array([np.linalg.lstsq(x[one], y[one], rcond=None)[0] for one in rows])
    # Standard errors hold their level better here than percentiles of few blocks.
    reach = 2.0 * drawn.std(axis=0)
    return slopes, slopes - reach, slopes + reach
