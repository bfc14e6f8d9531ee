"""A line through the posts of many creators: what few creators can teach, before trees bend it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge

from virality.core.threads import one_thread

PENALTY = 1_500.0  # posts that have to speak for a slope before half of it is believed
FARTHEST = 4.0  # standard deviations from the middle; what lies beyond is pulled in


@dataclass(frozen=True)
class Slopes:
    """A ridge regression that takes gaps as they are: what is not known adds nothing.

    Parameters
    ----------
    middle, scale : ndarray of shape (n_columns,)
        What a column is centred on and divided by.
    slope : ndarray of shape (n_columns,)
    start : float
        What is said of a post of which nothing is known.
    """

    middle: np.ndarray
    scale: np.ndarray
    slope: np.ndarray
    start: float

    def as_lists(self) -> dict:
        """The numbers as JSON holds them."""
        arrays = {name: getattr(self, name).tolist() for name in ("middle", "scale", "slope")}
        return {**arrays, "start": self.start}

    @classmethod
    def of_lists(cls, line: dict) -> Slopes:
        """Slopes from what `as_lists` gave."""
        arrays = {name: np.array(line[name], dtype=float) for name in ("middle", "scale", "slope")}
        return cls(**arrays, start=float(line["start"]))

    def predict(self, rows: pd.DataFrame) -> np.ndarray:
        """What is said of some rows, shape (n,)."""
        return self.start + _standard(rows, self.middle, self.scale) @ self.slope


def fit_slopes(rows: pd.DataFrame, goal: np.ndarray, weight: np.ndarray) -> Slopes:
    """Fit slopes by squared error, and where they start by absolute error.

    Parameters
    ----------
    rows : DataFrame of shape (n, n_columns)
        NaN = not known.
    goal : ndarray of shape (n,)
        Without outliers.
    weight : ndarray of shape (n,)
        Of mean one.

    Returns
    -------
    Slopes
    """
    values = rows.to_numpy(float)
    known = ~np.isnan(values)
    n = np.maximum(known.sum(axis=0), 1)
    middle = np.where(known, values, 0.0).sum(axis=0) / n
    spread = np.sqrt(np.where(known, (values - middle) ** 2, 0.0).sum(axis=0) / n)
    scale = np.where(spread > 1e-9, spread, 1.0)
    standard = _standard(rows, middle, scale)
    with one_thread():
        slope = Ridge(alpha=PENALTY).fit(standard, goal, sample_weight=weight).coef_
    return Slopes(middle, scale, slope, _weighted_median(goal - standard @ slope, weight))


def _standard(rows: pd.DataFrame, middle: np.ndarray, scale: np.ndarray) -> np.ndarray:
    standard = (rows.to_numpy(float) - middle) / scale
    return np.nan_to_num(np.clip(standard, -FARTHEST, FARTHEST))


def _weighted_median(values: np.ndarray, weight: np.ndarray) -> float:
    order = np.argsort(values, kind="stable")
    total = np.cumsum(weight[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2)])
