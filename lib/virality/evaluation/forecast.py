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

from virality.core.embargo import microseconds
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
from virality.models.earned import earned_share

SPLITS = ("expanding", "rolling")
SHARING = Sharing(rate=0.6, share=0.02)
#: Weights to begin with; all others share the rest alike.
LIKELY = {
    ex.PROCESS: 0.2,
    ex.CENTRED: 0.4,
    "rolling_median_10": 0.1,
    "running_median": 0.1,
}
WEIGHT_COLUMNS = {"post_id": "string", "expert": "string", "weight": "float64"}
SAID_COLUMNS = {
    "post_id": "string",
    "expert": "string",
    "forecast": "float64",
    "content": "float64",
}
FORECAST_COLUMNS = {**PREDICTION_COLUMNS, "level": "float64", "order": "float64"}


class PriorModel(Interface):
    """A model that was fitted on other creators."""

    def predict(self, table: ModelTable) -> pd.Series:
        """Forecasts of all rows, index post_id, log scale of the target; NaN = no forecast."""


@dataclass(frozen=True)
class Forecast:
    """Forecasts of held-out posts, and who speaks in them.

    Parameters
    ----------
    predictions : DataFrame
        Columns as in `FORECAST_COLUMNS`: those of every model's predictions, then `level`, what the
        account's level alone says, and `order`, log units that the post's content adds beyond that
        of the ten posts before it, by which posts of about the same time are to be ordered.
    weights : DataFrame
        Columns as in `WEIGHT_COLUMNS`, a row per held-out post and expert; a post's weights sum to
        one, or are all zero where nothing of the account had matured and the median of the training
        posts is the forecast.
    said : DataFrame
        Columns as in `SAID_COLUMNS`: what each expert said of each post, the early ones as well;
        with it the next post is forecast without asking again, see `next_post`.

    Examples
    --------
    >>> nothing = Forecast(empty_forecasts(), empty_weights(), empty_said())
    >>> nothing.predictions.columns.tolist()[-2:]
    ['level', 'order']
    """

    predictions: pd.DataFrame
    weights: pd.DataFrame
    said: pd.DataFrame


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
        return Forecast(empty_forecasts(), empty_weights(), empty_said())
    first = microseconds(table.times[fits[0].fold.y_test.index]).min()
    early = ex.steps_before(table, protocol, first, raw)
    steps = [FoldFits(step, fits[0].blocks) for step in early] + fits
    own = ex.accounts(posts, table, protocol.embargo_days)
    said = ex.ask(posts, table, own, steps)
    if prior is not None:
        ask_prior(said, table, prior)
    return _made(said, listen(said, table.y, own), fits)


def ask_prior(said: ex.Said, table: ModelTable, prior: PriorModel) -> None:
    """Add what a model of other creators says about every post.

    Parameters
    ----------
    said : Said
        Gets one more expert.
    table : ModelTable
    prior : PriorModel
    """
    theirs = prior.predict(table).reindex(table.y.index).astype(float)
    said.forecasts[ex.PRIOR] = theirs
    said.content[ex.PRIOR] = theirs - table.baselines["baseline__level"]


def listen(said: ex.Said, y: pd.Series, own: list[ex.Account]) -> pd.DataFrame:
    """Weights of the experts at every post, from the losses that had matured when it went up.

    Parameters
    ----------
    said : Said
        Of n posts in time order.
    y : Series of shape (n,)
        Log outcomes; what had not matured by a post teaches it nothing.
    own : list of Account

    Returns
    -------
    DataFrame of shape (n, n_experts)
    """
    alone = said.forecasts.drop(columns=ex.PRIOR, errors="ignore")
    weights = _weights(alone, y.to_numpy(), own)
    if ex.PRIOR not in said.forecasts:
        return weights
    return _shared(weights, weighed(alone, weights), said.forecasts[ex.PRIOR], y, own)


def empty_forecasts() -> pd.DataFrame:
    """A table of forecasts of the right columns and no rows."""
    return empty_predictions().assign(level=0.0, order=0.0)


def empty_weights() -> pd.DataFrame:
    """A table of weights of the right columns and no rows."""
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in WEIGHT_COLUMNS.items()})


def empty_said() -> pd.DataFrame:
    """A table of what experts said of the right columns and no rows."""
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in SAID_COLUMNS.items()})


def _weights(forecasts: pd.DataFrame, y: np.ndarray, own: list[ex.Account]) -> pd.DataFrame:
    """Weights of the experts at every post; each account has a record of its own."""
    weights = np.zeros(forecasts.shape)
    prior = _likely(forecasts.columns)
    for account in own:
        said = forecasts.iloc[account.rows]
        outcome = y[account.rows]
        scale = _running_miss(said["rolling_median_10"].to_numpy(), outcome)
        weights[account.rows] = follow_losses(
            said.to_numpy(), outcome, account.known, prior, scale, SHARING
        )
    return pd.DataFrame(weights, index=forecasts.index, columns=forecasts.columns)


def _likely(names: pd.Index) -> np.ndarray:
    """Weights to begin with, which sum to one."""
    rest = (1 - sum(LIKELY.values())) / (len(names) - len(LIKELY))
    return np.array([LIKELY.get(name, rest) for name in names])


def _shared(
    weights: pd.DataFrame, mine: pd.Series, theirs: pd.Series, y: pd.Series, own: list[ex.Account]
) -> pd.DataFrame:
    """The weights once a model of other creators has its share, which it takes from all alike."""
    share = np.zeros(len(y))
    for account in own:
        without, other, outcome = (each.to_numpy()[account.rows] for each in (mine, theirs, y))
        share[account.rows] = earned_share(without, other, outcome, account.known)
    return weights.mul(1 - share, axis=0).assign(**{ex.PRIOR: share})


def _running_miss(rule: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Mean miss of a rule over the posts up to each one; NaN while it has missed nothing."""
    miss = pd.Series(np.abs(y - rule)).expanding().mean().to_numpy()
    return np.where(miss > 0, miss, np.nan)


def _made(said: ex.Said, weights: pd.DataFrame, fits: list[FoldFits]) -> Forecast:
    """Forecasts and weights of the test posts of all folds."""
    rows = [forecast_rows(said, weights, one) for one in fits]
    shares = [weights.loc[one.fold.y_test.index] for one in fits]
    table = pd.concat(rows, ignore_index=True).astype(FORECAST_COLUMNS)
    return Forecast(table, _long(pd.concat(shares)), _said(said))


def forecast_rows(said: ex.Said, weights: pd.DataFrame, one: FoldFits) -> pd.DataFrame:
    """Forecasts of the test posts of one fold, columns as in `FORECAST_COLUMNS`.

    Parameters
    ----------
    said : Said
    weights : DataFrame
        From `listen`.
    one : FoldFits
    """
    index, fallback = one.fold.y_test.index, float(one.fold.y_train.median())
    together, level = (
        weighed(said.forecasts[names], weights[names])[index].fillna(fallback)
        for names in (list(weights), list(ex.RULE_EXPERTS))
    )
    readers = [name for name in (ex.PROCESS, ex.PRIOR) if name in said.content]
    order = weighed(said.content[readers], weights[readers])[index].fillna(0.0)
    rows = prediction_rows(one.fold, FORECAST, together, one.blocks)
    return rows.assign(level=level.to_numpy(), order=order.to_numpy())


def weighed(forecasts: pd.DataFrame, weights: pd.DataFrame) -> pd.Series:
    """Weighted mean of those that say something; NaN where nobody does.

    Parameters
    ----------
    forecasts, weights : DataFrame of shape (n, n_experts)
    """
    total = weights.sum(axis=1)
    return (weights * forecasts.fillna(0.0)).sum(axis=1) / total.where(total > 0)


def _long(weights: pd.DataFrame) -> pd.DataFrame:
    table = weights.rename_axis("post_id").reset_index()
    return table.melt("post_id", var_name="expert", value_name="weight").astype(WEIGHT_COLUMNS)


def _said(said: ex.Said) -> pd.DataFrame:
    """What experts said in long form: of each post, who said something."""
    long = [
        table.rename_axis("post_id").reset_index().melt("post_id", var_name="expert")
        for table in (said.forecasts, said.content)
    ]
    keys = ["post_id", "expert"]
    forecasts, content = (table.set_index(keys)["value"] for table in long)
    table = pd.DataFrame({"forecast": forecasts, "content": content.reindex(forecasts.index)})
    return table.dropna(how="all").reset_index().astype(SAID_COLUMNS)
