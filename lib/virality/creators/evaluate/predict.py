"""The held-out forecasts of one creator: every model, the naive rules, and one rule more."""

from __future__ import annotations

import numpy as np
import pandas as pd

from virality.core.embargo import matured_before
from virality.core.protocol import Protocol
from virality.evaluation.evaluate import fold_predictions
from virality.evaluation.folds import FoldFits, fold_data
from virality.evaluation.forecast import PriorModel, weigh
from virality.evaluation.predictions import empty_predictions, prediction_rows
from virality.features.momentum import posts_clock
from virality.features.table import ModelTable
from virality.features.targets import target_values
from virality.models.catalogue import BASELINES, RECENT_RULE, apart
from virality.posts.platforms import histories

#: A plain rule with a longer memory than the book's, which is harder to beat.
LONGER_RULE, LONGER_POSTS = "rolling_median_20", 20


def predict(
    posts: pd.DataFrame,
    table: ModelTable,
    models: tuple[str, ...],
    protocol: Protocol,
    prior: PriorModel | None = None,
) -> pd.DataFrame:
    """Predict every post of every test fold, each model fitted once for all who ask for it.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts of one creator.
    table : ModelTable
        Of the same.
    models : tuple of str
        From the catalogue, "forecast" among them or not.
    protocol : Protocol
    prior : PriorModel, optional
        One more expert of the forecast.

    Returns
    -------
    DataFrame
        As from :func:`virality.evaluation.evaluate.cross_validate`, and `order`: what the forecast
        says above the level, missing for all others.
    """
    singles, weighed = apart(models)
    fits = [FoldFits(fold) for fold in fold_data(table, protocol)]
    if not fits:
        return empty_predictions().assign(order=0.0)
    parts = [
        prediction_rows(one.fold, name, one[name].y_pred, one.blocks)
        for one in fits
        if one.columns
        for name in singles
    ]
    if weighed:
        parts.append(weigh(posts, table, fits, protocol=protocol, prior=prior).predictions)
    naive = [rows for one in fits for rows in fold_predictions(one.fold, BASELINES, "none")]
    rules = pd.concat(naive, ignore_index=True)
    every = pd.concat([*parts, rules, _longer_rule(rules, posts, protocol)], ignore_index=True)
    every = every.reindex(columns=[*empty_predictions().columns, "order"])
    return every.sort_values(["blocks", "model", "fold"], kind="stable", ignore_index=True)


def _longer_rule(rules: pd.DataFrame, posts: pd.DataFrame, protocol: Protocol) -> pd.DataFrame:
    """The median of the account's last twenty matured posts, on the posts that were held out."""
    parts = [_last_twenty(own, protocol) for _, own in posts.groupby(histories(posts), sort=False)]
    rows = rules[rules["model"] == RECENT_RULE]
    own = pd.concat(parts).reindex(rows["post_id"]).to_numpy()
    # Where nothing of the account had matured, the book's rule says what all rules would.
    return rows.assign(model=LONGER_RULE, y_pred=np.where(np.isnan(own), rows["y_pred"], own))


def _last_twenty(posts: pd.DataFrame, protocol: Protocol) -> pd.Series:
    outcome = target_values(posts, protocol.target)
    times, present = posts_clock(posts), outcome.notna().to_numpy()
    known = outcome[present].rolling(LONGER_POSTS, min_periods=1).median().to_numpy()
    matured = matured_before(times[present], protocol.embargo_days, times)
    return pd.Series(np.concatenate([[np.nan], known])[matured], index=outcome.index)
