"""The facts of a draft's opening, each beside what the account usually does."""

from __future__ import annotations

import numpy as np
import pandas as pd

from virality.features.blocks import block_of

FEWEST = 20  # posts of which a fact is known
COLUMNS = {
    "column": "string",
    "value": "float64",
    "below": "float64",
    "same": "float64",
    "n": "int64",
}


def checklist(X: pd.DataFrame, row: pd.Series) -> pd.DataFrame:
    """Hold the facts of a draft against those of the posts.

    Parameters
    ----------
    X : DataFrame
        Features of the posts.
    row : Series
        The draft's, same columns.

    Returns
    -------
    DataFrame
        One row per fact that is known of the draft and of 20 posts: column, value, below and same
        (shares of the posts with a smaller and with the same value), n.

    Examples
    --------
    >>> X = pd.DataFrame({"hook__first_words": np.arange(20.0)})
    >>> checklist(X, pd.Series({"hook__first_words": 15.0}))["below"].tolist()
    [0.75]
    """
    rows = []
    for name in (name for name in X.columns if block_of(name) == "hook"):
        values, value = X[name].dropna().to_numpy(float), float(row[name])
        if len(values) < FEWEST or np.isnan(value):
            continue
        same = np.isclose(values, value, atol=1e-6)
        below = (values < value) & ~same
        rows.append((name, value, below.mean(), same.mean(), len(values)))
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)
