"""What columns of a tidy table hold, as plain arrays: missing numbers are NaN, never zero."""

from __future__ import annotations

import numpy as np
import pandas as pd


def as_float(column: pd.Series) -> np.ndarray:
    """Return a column of numbers or flags.

    Parameters
    ----------
    column : Series of shape (n,)
        Of any type that has room for missing values.

    Returns
    -------
    ndarray of float, shape (n,)
        NaN where nothing is known.
    """
    return column.astype("Float64").to_numpy(dtype=float, na_value=np.nan)


def hour_known(posts: pd.DataFrame) -> np.ndarray:
    """Whether the hour of a post means something: where only the day is known, it stands at noon.

    Parameters
    ----------
    posts : DataFrame of n rows
        Tidy posts.

    Returns
    -------
    ndarray of bool, shape (n,)
        True where nothing else is said.
    """
    if "hour_known" not in posts:
        return np.ones(len(posts), dtype=bool)
    return posts["hour_known"].fillna(True).to_numpy(bool)
