"""The forecast that the book stands for: plain rules and models, weighed by what they had missed.

With few posts no single model can be trusted: which is best differs from account to account and
from year to year.  So every rule and every model is an expert, and experts are weighed post by
post by the absolute losses that had matured by then (`models.aggregate`).  Where nothing but the
level can be known, the plain rules speak; where content tells, its models do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol as Interface

import numpy as np
import pandas as pd

from virality.core.embargo import matured_before, microseconds
from virality.core.errors import UserError
from virality.core.protocol import DEFAULT, Protocol
from virality.core.threads import one_thread
from virality.evaluation import experts as ex
from virality.evaluation.folds import FoldFits, fold_data
from virality.evaluation.predictions import (
    PREDICTION_COLUMNS,
    empty_predictions,
    prediction_rows,
)
from virality.features.table import Features, ModelTable, model_table
from virality.models.aggregate import Sharing, follow_losses
from virality.models.catalogue import FORECAST
from virality.posts.platforms import histories

SPLITS = ("expanding", "rolling")
SHARING = Sharing(rate=0.3, share=0.02)
#: Weights to begin with, of those who are asked; all others share the rest alike.
LIKELY = {"rolling_median_10": 0.3, "running_median": 0.3, ex.PRIOR: 0.2}
WEIGHT_COLUMNS = {"post_id": "string", "expert": "string", "weight": "float64"}
FORECAST_COLUMNS = {**PREDICTION_COLUMNS, "level": "float64", "order": "float64"}


class PriorModel(Interface):
    """A model that was fitted on other creators."""

    def predict(self, table: ModelTable) -> pd.Series:
        """Forecasts of all rows, index post_id, log scale of the target; NaN = no forecast."""


@dataclass(frozen=True)
class Forecast:
    """Forecasts of held-out posts, and who speaks in them.

    Attributes
    ----------
    predictions : DataFrame
        Columns as in `FORECAST_COLUMNS`: those of every model's predictions, then `level`, what the
        account's level alone says, and `order`, log units above the level, by which posts of about
        the same time are to be ordered.
    weights : DataFrame
        Columns as in `WEIGHT_COLUMNS`, a row per held-out post and expert; a post's weights sum to
        one.
    """

    predictions: pd.DataFrame
    weights: pd.DataFrame


def forecast(
    posts: pd.DataFrame,
    features: Features = None,
    *,
    protocol: Protocol = DEFAULT,
    prior: PriorModel | None = None,
) -> Forecast:
    """Forecast every post of every test fold from its past, by experts weighed by their record.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts table.
    features : DataFrame or list of DataFrame, optional
        As for :func:`virality.evaluation.evaluate.cross_validate`; an empty list leaves the rules.
    protocol : Protocol
        Its split must follow time.
    prior : PriorModel, optional
        A model fitted on other creators: one more expert, which has to earn its weight.

    Returns
    -------
    Forecast
        Empty below 30 posts.

    Raises
    ------
    UserError
        When the split does not follow time.

    Examples
    --------
    >>> from virality.demo.posts import simulate_creator
    >>> made = forecast(simulate_creator(n_posts=50), protocol=Protocol(n_folds=2))
    >>> made.predictions[["y_true", "y_pred", "level", "order"]].shape
    (30, 4)
    >>> bool(np.allclose(made.weights.groupby("post_id")["weight"].sum(), 1))
    True
    """
    table = model_table(posts, features, protocol)
    with one_thread():
        fits = [FoldFits(fold) for fold in fold_data(table, protocol)]
        return weigh(posts, table, fits, protocol=protocol, prior=prior)


def weigh(
    posts: pd.DataFrame,
    table: ModelTable,
    fits: list[FoldFits],
    raw: str = "all",
    *,
    protocol: Protocol = DEFAULT,
    prior: PriorModel | None = None,
) -> Forecast:
    """Make the forecast of folds whose models may have been fitted already.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts table, for whose history each post belongs to.
    table : ModelTable
    fits : list of FoldFits
        The folds in time order, all with one selection of blocks.
    raw : str
        Raw columns that the folds started from, as for `folds.fold_data`.
    protocol : Protocol
    prior : PriorModel, optional

    Returns
    -------
    Forecast

    Raises
    ------
    UserError
        When the split does not follow time.
    """
    if protocol.split not in SPLITS:
        raise UserError(
            f"The forecast learns from its own record, which the {protocol.split} split has not.",
            do=f"Choose a split that follows time: {' or '.join(SPLITS)}.",
        )
    if not fits:
        return Forecast(empty_forecasts(), empty_weights())
    first = microseconds(table.times[fits[0].fold.y_test.index]).min()
    early = ex.steps_before(table, protocol, first, raw)
    steps = [FoldFits(step, fits[0].blocks) for step in early] + fits
    said = ex.rule_forecasts(table).join(ex.model_forecasts(steps, table.y.index))
    if prior is not None:
        said[ex.PRIOR] = prior.predict(table).reindex(said.index).astype(float)
    weights = _weights(said, posts, table, protocol)
    return _made(said, weights, fits)


def empty_forecasts() -> pd.DataFrame:
    """A table of forecasts of the right columns and no rows."""
    return empty_predictions().assign(level=0.0, order=0.0)


def empty_weights() -> pd.DataFrame:
    """A table of weights of the right columns and no rows."""
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in WEIGHT_COLUMNS.items()})


def _weights(
    said: pd.DataFrame, posts: pd.DataFrame, table: ModelTable, protocol: Protocol
) -> pd.DataFrame:
    """Weights of the experts at every post; each history has a record of its own."""
    index = posts["post_id"].astype("string")
    history = pd.Series(histories(posts), index=index).reindex(said.index).to_numpy()
    clock = microseconds(table.times)
    weights = np.zeros(said.shape)
    for number in np.unique(history):
        rows = np.flatnonzero(history == number)
        rows = rows[np.argsort(clock[rows], kind="stable")]
        known = matured_before(clock[rows], protocol.embargo_days)
        own = said.iloc[rows]
        y = table.y.to_numpy()[rows]
        scale = _running_miss(own["rolling_median_10"].to_numpy(), y, known)
        weights[rows] = follow_losses(own.to_numpy(), y, known, _prior(own.columns), scale, SHARING)
    return pd.DataFrame(weights, index=said.index, columns=said.columns)


def _prior(names) -> np.ndarray:
    likely = {name: LIKELY[name] for name in names if name in LIKELY}
    rest = (1 - sum(likely.values())) / (len(names) - len(likely))
    return np.array([likely.get(name, rest) for name in names])


def _running_miss(rule: np.ndarray, y: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Mean miss of a rule over the posts up to each one."""
    miss = pd.Series(np.abs(y - rule)).expanding().mean().to_numpy()
    return np.where(miss > 0, miss, np.nan)


def _made(said: pd.DataFrame, weights: pd.DataFrame, fits: list[FoldFits]) -> Forecast:
    parts, shares = [], []
    plain = list(ex.RULE_EXPERTS)
    for one in fits:
        index = one.fold.y_test.index
        w, f = weights.loc[index], said.loc[index].fillna(0.0)
        fallback = float(one.fold.y_train.median())
        silent = w.sum(axis=1) == 0
        y_pred = (w * f).sum(axis=1).mask(silent, fallback)
        level = ((w[plain] * f[plain]).sum(axis=1) / w[plain].sum(axis=1)).mask(silent, fallback)
        rows = prediction_rows(one.fold, FORECAST, y_pred, one.blocks)
        parts.append(rows.assign(level=level.to_numpy(), order=(y_pred - level).to_numpy()))
        shares.append(w)
    long = pd.concat(shares).rename_axis("post_id").reset_index()
    long = long.melt("post_id", var_name="expert", value_name="weight").astype(WEIGHT_COLUMNS)
    return Forecast(pd.concat(parts, ignore_index=True).astype(FORECAST_COLUMNS), long)
