"""What the chapter on nonlinear models finds, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
import pandas as pd

from virality.core.text import FAR
from virality.findings.scores import Claim, Comparison, Estimate
from virality.uncertainty.calibration import WHOLE

# --------------------------------------------------------------------- the in-sample check


class Survival(Enum):
    """What is left of what a model saved, against the rule, once the test gets honest."""

    NOTHING = "no better than the rule"
    LITTLE = "less than half"
    MUCH = "half or more"


@dataclass(frozen=True)
class InSample:
    """Mean miss of one model on posts it was fitted on, on shuffled folds, and in time order.

    All are factors, about the same `n` posts, as is that of the plain rule beside them.
    """

    fitted: Estimate
    shuffled: Estimate
    ordered: Estimate
    rule: str
    rule_factor: float
    n: int
    survival: Survival


def in_sample(
    table: pd.DataFrame, predictions: pd.DataFrame, compared: Comparison | None
) -> InSample | None:
    """Return how a score falls when the test gets honest; None where nothing was modelled.

    Parameters
    ----------
    table : DataFrame
        From :func:`virality.evaluation.nonlinear.in_sample_check`.
    predictions : DataFrame
        Held-out predictions of the rules, among others.
    compared : Comparison or None
        Which rule is the better one.
    """
    if table.empty or compared is None:
        return None
    exams = table.set_index("exam")
    fitted, shuffled, ordered = (
        Estimate.of(exams.loc[name], "factor") for name in ("learnt", "shuffled", "ordered")
    )
    told = predictions[predictions["model"] == compared.rule].drop_duplicates(["fold", "post_id"])
    rule = float(np.exp((told["y_true"] - told["y_pred"]).abs().mean()))
    saved, at_first = np.log(rule / ordered.value), np.log(rule / fitted.value)
    left = Survival.LITTLE if saved < 0.5 * at_first else Survival.MUCH
    return InSample(
        fitted,
        shuffled,
        ordered,
        compared.rule,
        rule,
        int(exams["n"].iloc[0]),
        Survival.NOTHING if saved <= 0 else left,
    )


# ------------------------------------------------------------------------------- calibration


class Slope(Enum):
    """What the slope of outcome on prediction says."""

    UNKNOWN = "the predictions do not vary"
    RIGHT = "one lies in the interval, zero does not"
    NOT_SHOWN = "zero lies in the interval"
    EXAGGERATED = "below one"
    TIMID = "above one"


@dataclass(frozen=True)
class Calibration:
    """Whether a forecast means what it says.

    Parameters
    ----------
    verdict : Slope
    slope : Estimate
    normal, viral : float or None
        Mean gap of outcome and forecast, log scale; None where too few posts went viral.
    n_viral : int
    unforeseen : bool
        Whether viral posts end far above their forecast.
    n_off, n_levels : int
        Levels of all posts whose outcome clearly misses the forecast, and all levels.
    yet_seen : bool
        Whether it is not shown that a higher forecast means more views, although trees without the
        account's level see something in the content.
    """

    verdict: Slope
    slope: Estimate
    normal: float | None
    viral: float | None
    n_viral: int
    unforeseen: bool
    n_off: int
    n_levels: int
    yet_seen: bool = False


def calibration(
    levels: pd.DataFrame, slope: tuple[float, float, float], trees: Claim | None = None
) -> Calibration | None:
    """Return whether a predicted level means what it says, for normal and for viral posts.

    Parameters
    ----------
    levels : DataFrame
        From :func:`virality.uncertainty.calibration.by_level`.
    slope : tuple of float
        From :func:`virality.uncertainty.calibration.slope`.
    trees : Claim, optional
        Whether trees see something in the content once the account's level is taken out.

    Returns
    -------
    Calibration or None
        None where there is nothing to calibrate.
    """
    if levels.empty:
        return None
    whole = levels[levels["bin"] == WHOLE].set_index("regime")
    apart = {"normal", "viral"} <= set(whole.index)
    normal, viral = (float(whole["gap"][kind]) if apart else None for kind in ("normal", "viral"))
    rows = levels[(levels["regime"] == "all") & (levels["bin"] != WHOLE)]
    return Calibration(
        _slope(*slope),
        Estimate(*slope),
        normal,
        viral,
        n_viral=int(whole["n"].get("viral", 0)),
        unforeseen=viral is not None and viral > FAR,
        n_off=int(((rows["low"] > 0) | (rows["high"] < 0)).sum()),
        n_levels=len(rows),
        yet_seen=_slope(*slope) is Slope.NOT_SHOWN and trees is not None and trees.shown,
    )


def _slope(value: float, low: float, high: float) -> Slope:
    if value != value:
        return Slope.UNKNOWN
    if low <= 0:
        return Slope.NOT_SHOWN
    if high < 1:
        return Slope.EXAGGERATED
    return Slope.RIGHT if low <= 1 else Slope.TIMID


# ------------------------------------------------------------------------------------- viral


class Chances(Enum):
    """What the chances of going viral are worth."""

    NO_VIRAL_POST = "none to find"
    NOT_ESTIMABLE = "too few viral posts"
    KNOW_MORE = "better than both rules"
    KNOW_THE_TIMES = "better than the base rate only"
    NOT_SHOWN = "not shown to be better"


@dataclass(frozen=True)
class Viral:
    """What the viral chances are worth, in skill against the base rate and the recent rate."""

    chances: Chances
    n: int
    positives: int
    base: Estimate
    recent: Estimate


def viral(skill: pd.DataFrame) -> Viral | None:
    """Return what the viral chances are worth; None without held-out posts.

    Parameters
    ----------
    skill : DataFrame
        From :func:`virality.uncertainty.viral.skill_table`.
    """
    rows = skill[skill["forecast"] == "model"].set_index("against")
    if rows.empty or not rows["n"].iloc[0]:
        return None
    n, positives, estimable = rows.loc["base_rate", ["n", "positives", "estimable"]]
    base, recent = (
        Estimate(rows["skill"][rule], rows["low"][rule], rows["high"][rule])
        for rule in ("base_rate", "recent_rate")
    )
    chances = Chances.KNOW_MORE if recent.clear else Chances.KNOW_THE_TIMES
    if positives == 0:
        chances = Chances.NO_VIRAL_POST
    elif not estimable:
        chances = Chances.NOT_ESTIMABLE
    elif not base.clear:
        chances = Chances.NOT_SHOWN
    return Viral(chances, int(n), int(positives), base, recent)


def disagreeing(bins: pd.DataFrame) -> int:
    """Return in how many groups the share of viral posts disagrees with their chance."""
    return int(((bins["chance"] < bins["low"]) | (bins["chance"] > bins["high"])).sum())


class Components(Enum):
    """How many components describe the misses better."""

    TWO = "two regimes"
    ONE = "one regime"
    UNDECIDED = "no clear difference"


@dataclass(frozen=True)
class Mixture:
    """Two components against one with a heavy tail, in log score per post."""

    components: Components
    gain: Estimate
    n: int


def mixture(verdict: dict) -> Mixture | None:
    """Return whether knowing the post tells a viral component from a normal one.

    Parameters
    ----------
    verdict : dict
        From :func:`virality.uncertainty.mixture.verdict`.

    Returns
    -------
    Mixture or None
        None where there were too few posts to compare.
    """
    if verdict["verdict"] == "not tested":
        return None
    gain = Estimate(verdict["gain"], verdict["low"], verdict["high"])
    return Mixture(Components(verdict["verdict"]), gain, int(verdict["n"]))


# ----------------------------------------------------------------------------------- targets


def targets(table: pd.DataFrame) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return outcomes on which the plain rule is clearly beaten, and those given away by a feature.

    Parameters
    ----------
    table : DataFrame
        From :func:`virality.evaluation.nonlinear.compare_targets`.

    Returns
    -------
    clear, given_away : tuple of str
        The most predictable outcome first.
    """
    clear = table[table["saved_low"] > 0].sort_values("saved", ascending=False)
    return tuple(clear["target"]), tuple(table.loc[table["n"] == 0, "target"])
