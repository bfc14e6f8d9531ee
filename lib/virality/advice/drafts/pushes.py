"""What pushes the trees' forecast of a draft up or down, as in the chapter on interpretability.

XGBoost computes the same values itself (Lundberg et al., 2020), which spares a second of imports.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import xgboost as xgb

from virality.features.blocks import block_of
from virality.features.concepts import concept_of
from virality.models.boosters import LEVEL, StoredFold

COLUMNS = {"concept": "string", "block": "string", "value": "float64"}


def pushes(fold: StoredFold) -> pd.DataFrame:
    """Split the forecast of one row into pushes of what columns mean, the largest first.

    Parameters
    ----------
    fold : StoredFold
        With the draft as its only row.

    Returns
    -------
    DataFrame
        concept, block, value (log units).
    """
    rows = fold.rows[fold.trees_see]
    told = fold.booster.predict(xgb.DMatrix(rows), pred_contribs=True)
    values = pd.Series(np.asarray(told, float)[0, :-1], index=rows.columns)
    if LEVEL in fold.rows.columns:
        values[LEVEL] = float(fold.rows[LEVEL].iloc[0]) - fold.mean_level
    return by_concept(values)


def by_concept(values: pd.Series) -> pd.DataFrame:
    """Add up columns that say the same.

    Parameters
    ----------
    values : Series
        Log units, index column.
    """
    concepts = pd.Series([concept_of(name) for name in values.index], index=values.index)
    summed = values.groupby(concepts.to_numpy(), sort=False).sum()
    table = pd.DataFrame({"concept": summed.index, "value": summed.to_numpy()})
    table["block"] = table["concept"].map(block_of)
    table = table.iloc[np.argsort(-table["value"].abs(), kind="stable")]
    return table[list(COLUMNS)].reset_index(drop=True).astype(COLUMNS)
