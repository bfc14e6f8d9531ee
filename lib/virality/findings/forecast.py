"""What the forecast that the book stands for is worth, and who speaks in it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
import pandas as pd

from virality.core.resampling import block_weights
from virality.evaluation.experts import MODEL_EXPERTS, PRIOR
from virality.evaluation.scores import half_interval
from virality.findings.scores import Estimate, Gain, Verdict, gains
from virality.models.catalogue import FORECAST
from virality.models.earned import BEGIN
from virality.models.prior import Prior

LAST_POSTS = 20  # held-out posts that say who speaks now
CLEARLY_MORE = 0.6  # of the weight, from which one side leads
LONG_RUN = ("running_mean", "running_median")
GROUPS = ("recent", "long_run", "models", "others")


class Lead(Enum):
    """Who speaks loudest in the forecasts of the last posts."""

    RULES = "plain rules"
    MODELS = "models"
    SHARED = "neither"


@dataclass(frozen=True)
class Voices:
    """Who speaks in the forecasts of the last held-out posts.

    Parameters
    ----------
    lead : Lead
    rules, models, others : float
        Shares of the weight: plain rules, models of this creator, the model of other creators.
    asked_others : bool
        Whether there was a model of other creators.
    n : int
        Held-out posts that these shares are about.
    """

    lead: Lead
    rules: float
    models: float
    others: float
    asked_others: bool
    n: int


@dataclass(frozen=True)
class Others:
    """The model of other creators that was asked as well.

    Parameters
    ----------
    n_creators, n_posts : int
        That it was fitted on.
    heard : bool
        Whether it holds more of the weight by now than it began with.
    """

    n_creators: int
    n_posts: int
    heard: bool


@dataclass(frozen=True)
class Worth:
    """The forecast beside the better of two plain rules.

    Parameters
    ----------
    gain : Gain
    n : int
        Held-out posts.
    half, rule_half : Estimate
        Factor that half of the forecasts, and of the rule's, were within.
    few : int
        Posts without which the other of the two would lead.
    """

    gain: Gain
    n: int
    half: Estimate
    rule_half: Estimate
    few: int = 0

    @property
    def leads(self) -> bool:
        """Whether the forecast misses by less in the mean, clearly or not."""
        return self.gain.error.value < 0

    @property
    def in_large_misses(self) -> bool:
        """Whether the forecast is better in the mean, but not in what half are within."""
        return in_large_misses(self.gain, self.half, self.rule_half)


def in_large_misses(gain: Gain, half: Estimate, rule_half: Estimate) -> bool:
    """Whether a forecast that is clearly better owes that to its larger misses.

    Parameters
    ----------
    gain : Gain
    half, rule_half : Estimate
        The factor that half of the forecasts, and of the rule's, were within.
    """
    near = round(half.value, 1) >= round(rule_half.value, 1)
    return gain.verdict is Verdict.BETTER and near


def group_of(expert: str) -> str:
    """Return the group of an expert: "recent", "long_run", "models" or "others"."""
    if expert == PRIOR:
        return "others"
    if expert in MODEL_EXPERTS:
        return "models"
    return "long_run" if expert in LONG_RUN else "recent"


def shares(weights: pd.DataFrame) -> pd.DataFrame:
    """Return each group's share of the weight, a row per post and a column per group.

    Parameters
    ----------
    weights : DataFrame
        Of an `evaluation.forecast.Forecast`.

    Returns
    -------
    DataFrame of shape (n_posts, 4)
        Index post_id in the order given, columns `GROUPS`.
    """
    grouped = weights.assign(group=weights["expert"].map(group_of))
    table = grouped.pivot_table("weight", "post_id", "group", aggfunc="sum", sort=False)
    return table.reindex(columns=list(GROUPS), fill_value=0.0).reindex(weights["post_id"].unique())


def voices(weights: pd.DataFrame) -> Voices | None:
    """Return who speaks in the last forecasts; None where there are none.

    Parameters
    ----------
    weights : DataFrame
        Of an `evaluation.forecast.Forecast`, posts in time order.
    """
    if weights.empty:
        return None
    last = shares(weights).tail(LAST_POSTS)
    said = last.mean()
    rules, models = float(said["recent"] + said["long_run"]), float(said["models"])
    others = float(said["others"])
    lead = Lead.MODELS if models + others > CLEARLY_MORE else Lead.SHARED
    return Voices(
        Lead.RULES if rules > CLEARLY_MORE else lead,
        rules,
        models,
        others,
        bool((weights["expert"] == PRIOR).any()),
        len(last),
    )


def others(prior: Prior | None, found: Voices | None) -> Others | None:
    """Return what is to be known of the model of other creators; None where none was asked.

    Parameters
    ----------
    prior : Prior or None
    found : Voices or None
        From `voices`.
    """
    if prior is None or found is None:
        return None
    return Others(prior.n_creators, prior.n_posts, found.others > BEGIN)


def worth(gap: pd.DataFrame, predictions: pd.DataFrame) -> Worth | None:
    """Return how the forecast does beside the better plain rule; None where nothing was predicted.

    Parameters
    ----------
    gap : DataFrame
        From :func:`virality.evaluation.headline.forecast_gap`.
    predictions : DataFrame
        The same held-out predictions.
    """
    found = next(iter(gains(gap)), None)
    if found is None:
        return None
    return Worth(
        found,
        n=int(gap["n"].iloc[0]),
        half=half_within(predictions, FORECAST),
        rule_half=half_within(predictions, found.against),
        few=carried_by(predictions, FORECAST, found.against),
    )


def carried_by(predictions: pd.DataFrame, model: str, rule: str) -> int:
    """Return without how few posts, those that speak most for who leads, the other would lead.

    Parameters
    ----------
    predictions : DataFrame
        Held-out predictions, each post once per model.
    model, rule : str
    """
    error = (predictions["y_true"] - predictions["y_pred"]).abs()
    missed = predictions.assign(error=error).pivot_table("error", "post_id", "model")
    lead = (missed[rule] - missed[model]).dropna().to_numpy()
    largest = np.sort(lead * np.sign(lead.sum()))[::-1]
    left = largest.sum() - np.cumsum(largest)
    return int((left > 0).sum()) + 1


def half_within(predictions: pd.DataFrame, model: str, n_bootstrap: int = 1000) -> Estimate:
    """Return the factor that half of a model's forecasts were within: exp of the median miss.

    Parameters
    ----------
    predictions : DataFrame
        Held-out predictions, each post once per model.
    model : str
    n_bootstrap : int
        Draws of the block bootstrap.
    """
    own = predictions[predictions["model"] == model]
    errors = (own["y_true"] - own["y_pred"]).to_numpy(float)
    ends = half_interval(errors, block_weights(len(errors), n_bootstrap))
    return Estimate(float(np.exp(np.median(np.abs(errors)))), *ends)
