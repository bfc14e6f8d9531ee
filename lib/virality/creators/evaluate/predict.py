"""The held-out forecasts of one creator: every model, the naive rules, and one rule more."""

from __future__ import annotations

import numpy as np
import pandas as pd

from virality.core.protocol import Protocol
from virality.evaluation.evaluate import fold_predictions
from virality.evaluation.folds import FoldFits, fold_data
from virality.evaluation.forecast import PriorModel, weigh
from virality.evaluation.predictions import empty_predictions, prediction_rows
from virality.features.table import ModelTable
from virality.models.catalogue import BASELINES, RECENT_RULE, apart

#: A plain rule with a longer memory than the book's, which is harder to beat.
LONGER_RULE = "rolling_median_20"


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
    every = pd.concat([*parts, rules, _longer_rule(rules, table)], ignore_index=True)
    every = every.reindex(columns=[*empty_predictions().columns, "order"])
    return every.sort_values(["blocks", "model", "fold"], kind="stable", ignore_index=True)


def _longer_rule(rules: pd.DataFrame, table: ModelTable) -> pd.DataFrame:
    """The rows of the book's rule, with what the one of longer memory says."""
    rows = rules[rules["model"] == RECENT_RULE]
    said = table.baselines[f"baseline__{LONGER_RULE}"].reindex(rows["post_id"]).to_numpy()
    # Where nothing had matured, the book's rule says what every rule would.
    return rows.assign(model=LONGER_RULE, y_pred=np.where(np.isnan(said), rows["y_pred"], said))
