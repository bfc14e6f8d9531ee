"""One budget for all that could be suggested, and what is left of a number that had to pass it.

Every chapter claims at its own five per cent.  Who then picks whatever spoke up anywhere is wrong
more often.  So all candidates share one budget: a part goes to the hours, which are one test, and
the rest to the choices, by Holm's rule; when the hours pass, their part goes to the choices as well
(a weighted step-down procedure, so that any wrong claim at all has the nominal risk).

And a number that is told because it passed a threshold is too large: had luck pushed it the other
way, nobody would have heard of it.  So it is set against what is known of such things before
looking at this account: most choices do nothing, and those that do something seldom do much.  What
this leaves of an estimate needs no further correction for having been picked (Efron, 2011).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from virality.core.protocol import ALPHA

HOURS_SHARE = 0.4  # of the budget, where hours are tested: their p-value is as coarse as 1/n
HOLDS = 0.8  # of the interval around what is promised
MATTERS = 0.2  # share of choices that do anything at all
USUAL_EFFECT = 0.5  # log units: of those, two in three move views by less, x1.65
_SMALLEST = 1e-300  # p-value: below it is zero to a computer


def holm(p: np.ndarray) -> np.ndarray:
    """p-values corrected for their number.

    Parameters
    ----------
    p : ndarray of shape (n,)
        NaN where nothing was tested.

    Returns
    -------
    ndarray of shape (n,)
        By Holm's rule; NaN where nothing was tested.

    Examples
    --------
    >>> holm(np.array([0.04, 0.01, np.nan])).tolist()
    [0.04, 0.02, nan]
    """
    adjusted = np.full(len(p), np.nan)
    tested = np.flatnonzero(np.isfinite(p))
    order = tested[np.argsort(p[tested], kind="stable")]
    left_over = len(order) - np.arange(len(order))
    adjusted[order] = np.minimum(np.maximum.accumulate(left_over * p[order]), 1)
    return adjusted


def budgets(p_hours: float, hours_hold: bool) -> tuple[float, float]:
    """How much of the budget the test of hours has, and how much the choices have.

    Parameters
    ----------
    p_hours : float
        NaN where hours were not tested.
    hours_hold : bool
        Whether the claim about hours passes its other doors.

    Returns
    -------
    hours, choices : float
        Shares of the budget.
    """
    if not np.isfinite(p_hours):
        return 0.0, 1.0
    passed = hours_hold and p_hours <= HOURS_SHARE * ALPHA
    return HOURS_SHARE, 1.0 if passed else 1.0 - HOURS_SHARE


@dataclass(frozen=True)
class Left:
    """What is left of an estimate.

    Attributes
    ----------
    nothing : float
        Chance that there is nothing at all.
    middle, spread : float
        Log units: of what there is, if there is something.
    """

    nothing: float
    middle: float
    spread: float

    @property
    def size(self) -> float:
        """Its mean, log units."""
        return (1 - self.nothing) * self.middle

    @property
    def low(self) -> float:
        """Lower end of an interval of 80 %, log units."""
        return self._quantile((1 - HOLDS) / 2)

    @property
    def high(self) -> float:
        """Upper end of it."""
        return self._quantile((1 + HOLDS) / 2)

    def _quantile(self, at: float) -> float:
        below = (1 - self.nothing) * stats.norm.cdf(-self.middle / self.spread)
        if below <= at <= below + self.nothing:
            return 0.0
        rest = (at if at < below else at - self.nothing) / (1 - self.nothing)
        return float(self.middle + self.spread * stats.norm.ppf(rest))


def left(size: float, error: float, *, real: bool = False) -> Left:
    """What is left of an estimate, given what such effects usually are.

    Parameters
    ----------
    size, error : float
        The estimate and its standard error, log units.
    real : bool
        Whether it is known that there is something, whatever its size.

    Returns
    -------
    Left

    Examples
    --------
    >>> [round(left(z * 0.25, 0.25).size / (z * 0.25), 2) for z in (2.0, 3.0, 4.0)]
    [0.29, 0.64, 0.79]
    """
    pull = USUAL_EFFECT**2 / (USUAL_EFFECT**2 + error**2)
    middle, spread = pull * size, np.sqrt(pull) * error
    something = stats.norm.logpdf(size, 0, np.hypot(error, USUAL_EFFECT)) + np.log(MATTERS)
    nothing = stats.norm.logpdf(size, 0, error) + np.log(1 - MATTERS)
    none = 0.0 if real else float(np.exp(nothing - np.logaddexp(something, nothing)))
    return Left(none, float(middle), float(spread))


def in_errors(p: float) -> float:
    """A two-sided p-value in standard errors of a normal estimate."""
    return float(stats.norm.isf(max(p, _SMALLEST) / 2))
