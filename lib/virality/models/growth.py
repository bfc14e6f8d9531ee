"""How far a post still is from its final number, by its age: a monotone curve through readings.

After Szabo and Huberman (2010), Communications of the ACM 53(8), 80-88: on a log scale, what a post
has early and what it comes to differ by a term that depends on its age, and by noise.  Nothing is
assumed about the shape of that term but that it falls with age and ends at zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.interpolate import PchipInterpolator
from sklearn.isotonic import isotonic_regression

from virality.posts.settling import FINAL_DAYS, NEAR, growth

IN_A_KNOT = 5  # readings, at least
WIDE = np.sqrt(2)  # a knot's readings span this factor of age, at least
SETTLED_WEIGHT = 1e9  # of the end of the curve, which is no estimate: growth from final to final
GRID = (0.25, 0.5, 1, 2, 3, 4, 5, 7, 10, 14, 21, FINAL_DAYS)  # days


@dataclass(frozen=True)
class Curve:
    """A function of age that falls with it.

    Attributes
    ----------
    log_age : ndarray of shape (n_knots,)
        Ascending.
    value : ndarray of shape (n_knots,)
        Descending, none below zero.
    """

    log_age: np.ndarray
    value: np.ndarray

    @property
    def youngest(self) -> float:
        """Age in days below which the curve does not speak: the first knot's over `NEAR`."""
        return float(np.exp(self.log_age[0]) / NEAR)

    def __call__(self, age_days: np.ndarray) -> np.ndarray:
        """Return the value at each age; beyond the first knot the first slope goes on.

        Parameters
        ----------
        age_days : ndarray of shape (n,)
            Above zero.
        """
        x, first, last = np.log(age_days), self.log_age[0], self.log_age[-1]
        if len(self.value) == 1:
            return np.full(len(x), self.value[0])
        slope = (self.value[1] - self.value[0]) / (self.log_age[1] - first)
        within = PchipInterpolator(self.log_age, self.value)(np.clip(x, first, last))
        return within + slope * np.minimum(x - first, 0)


def fit_curve(age_days: np.ndarray, value: np.ndarray, ends_at_zero: bool = True) -> Curve:
    """Fit the median of values by age.

    Parameters
    ----------
    age_days, value : ndarray of shape (n_readings,)
        At least one.
    ends_at_zero : bool
        Whether the value is known to be zero from `FINAL_DAYS` on.

    Returns
    -------
    Curve
        Through the medians of neighbouring readings, made to fall by isotonic regression.
    """
    order = np.argsort(age_days, kind="stable")
    log_age, value = np.log(age_days[order]), value[order]
    parts = np.split(np.arange(len(value)), _cuts(log_age))
    middle = [np.median(log_age[part]) for part in parts]
    height = [np.median(value[part]) for part in parts]
    weight = [float(len(part)) for part in parts]
    if ends_at_zero:
        middle, height = [*middle, np.log(FINAL_DAYS)], [*height, 0.0]
        weight = [*weight, SETTLED_WEIGHT]
    falling = isotonic_regression(height, sample_weight=weight, increasing=False, y_min=0)
    apart = np.r_[True, np.diff(middle) > 1e-9]
    return Curve(np.array(middle)[apart], falling[apart])


def _cuts(log_age: np.ndarray) -> list[int]:
    """Where a new knot's readings begin: enough of them, and wide enough, before and after."""
    cuts = [0]
    for place in range(IN_A_KNOT, len(log_age) - IN_A_KNOT + 1):
        wide = log_age[place] - log_age[cuts[-1]] >= np.log(WIDE)
        if wide and place - cuts[-1] >= IN_A_KNOT:
            cuts.append(place)
    return cuts[1:]


def growth_curve(snapshots: pd.DataFrame) -> pd.DataFrame:
    """What share of its final number the median post of an account has, by its age.

    Final is the first reading at the age of 30 days or more.

    Parameters
    ----------
    snapshots : DataFrame
        post_id, captured_at, views, posted_at: readings of one account's posts, from
        :func:`virality.read_snapshots`.

    Returns
    -------
    DataFrame
        age_days, share and n_known (posts whose final number is known and that were read within
        a factor of two of this age); no row for ages that no reading speaks for.

    Examples
    --------
    >>> import pandas as pd
    >>> posted = pd.Timestamp("2025-01-01", tz="UTC") + pd.to_timedelta(range(20), "D")
    >>> early = pd.DataFrame({"post_id": map(str, range(20)), "posted_at": posted})
    >>> early["captured_at"] = early["posted_at"] + pd.Timedelta("2D")
    >>> late = early.assign(captured_at=early["posted_at"] + pd.Timedelta("40D"))
    >>> curve = growth_curve(pd.concat([early.assign(views=499), late.assign(views=999)]))
    >>> curve.loc[curve["age_days"] == 2, "share"].round(2).tolist()
    [0.5]
    """
    known = growth(snapshots)
    if known.empty:
        return pd.DataFrame({"age_days": [], "share": [], "n_known": np.array([], dtype=int)})
    age = known["age_days"].to_numpy()
    curve = fit_curve(age, known["log_growth"].to_numpy())
    grid = np.array([day for day in GRID if day >= curve.youngest])
    near = [np.abs(np.log(age / day)) <= np.log(NEAR) for day in grid]
    counts = [known.loc[rows, "post_id"].nunique() for rows in near]
    return pd.DataFrame({"age_days": grid, "share": np.exp(-curve(grid)), "n_known": counts})
