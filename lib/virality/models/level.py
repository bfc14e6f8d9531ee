"""The level of the account: what a model of content should start from.

An account drifts.  A model that is shrunk towards the mean of two years forecasts the past; one
that trusts the last posts alone chases noise.  How far the last posts deserve trust is learnt from
the training rows, by asking how well their rules would have forecast at the time.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.utils.validation import check_is_fitted, validate_data

from virality.features.level import NORMAL

RECENT = ("baseline__rolling_median_10", "baseline__ewm")
LONG_RUN = "baseline__running_mean"
PRIOR_POSTS = 5.0  # accounts drift: recent posts are trusted until so many say otherwise
_CHECKS = {"dtype": np.float64, "ensure_all_finite": "allow-nan"}  # the base refuses other gaps
RUN_POSTS = 8  # neighbouring misses are alike, so that a lasting lift is judged by runs of posts


class OnLevel(RegressorMixin, BaseEstimator):
    """A model of what a post adds to, or takes from, the level of the account.

    The level is a blend of the recent rules and the long-run mean, both from matured outcomes only.
    Without the rules' columns the model is fitted on the outcome itself.

    Parameters
    ----------
    base : estimator
        Fitted on the outcome minus the level.
    clip : float
        Training outcomes further from their middle than so many robust spreads are pulled in to
        there: one viral post should not bend every weight.

    Attributes
    ----------
    base_ : fitted estimator
    trust_ : float
        Weight of the recent rules from 0 (only the long run counts) to 1; NaN without rules.
    lift_ : float
        How far outcomes lie above the blend as a rule (the account grows, or its posts are skewed),
        in units of the outcome; near zero when the training rows do not agree on it.
    """

    def __init__(self, base: BaseEstimator, clip: float = 2.0):
        self.base, self.clip = base, clip

    def fit(self, X: pd.DataFrame, y) -> OnLevel:
        """Learn trust and lift from the rules, then the base model on what is left."""
        plain, y = validate_data(self, X, y, y_numeric=True, **_CHECKS)
        X, y = X if isinstance(X, pd.DataFrame) else plain, np.asarray(y, dtype=float)
        self.fallback_, self.lift_ = float(y.mean()), 0.0
        self.trust_ = _trust(y, *_rules(X)) if has_rules(X) else np.nan
        rest = _pull_in(y - self.level(X), self.clip)
        if has_rules(X):
            self.lift_ = _lasting(rest)
            rest = rest - rest.mean()
        self.base_ = clone(self.base).fit(without_rules(X), rest)
        return self

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """Level plus what the base model adds, shape (n_rows,)."""
        check_is_fitted(self, "base_")
        plain = validate_data(self, X, reset=False, **_CHECKS)
        X = X if isinstance(X, pd.DataFrame) else plain
        return self.level(X) + self.base_.predict(without_rules(X))

    def level(self, X: pd.DataFrame) -> np.ndarray:
        """The level alone, with its lift; the training mean before the first matured post."""
        if not has_rules(X):
            return np.zeros(len(X))
        recent, long_run = _rules(X)
        blend = self.trust_ * recent + (1 - self.trust_) * long_run
        return np.where(np.isnan(blend), self.fallback_, blend) + self.lift_


class PassThrough(RegressorMixin, BaseEstimator):
    """A baseline: predicts by handing one feature column through.

    Parameters
    ----------
    column : str or int
        The naive rule's column.

    Attributes
    ----------
    fallback_ : float
        Training median, used where the rule has no value yet.
    """

    def __init__(self, column: str | int = 0):
        self.column = column

    def __sklearn_tags__(self):
        """A gap is a rule that has no value yet; a column may be a poor forecast."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.regressor_tags.poor_score = True
        return tags

    def fit(self, X, y) -> PassThrough:
        """Learn nothing but the fallback."""
        validate_data(self, X, y, y_numeric=True, **_CHECKS)
        self.fallback_ = float(np.median(np.asarray(y, dtype=float)))
        return self

    def predict(self, X) -> np.ndarray:
        """The rule's value, or the fallback, shape (n_rows,)."""
        check_is_fitted(self, "fallback_")
        if isinstance(X, pd.DataFrame) and self.column in X.columns:
            values = X[self.column].to_numpy(dtype=float)
            return np.where(np.isnan(values), self.fallback_, values)
        X = validate_data(self, X, reset=False, **_CHECKS)
        values = X[:, int(self.column)]
        return np.where(np.isnan(values), self.fallback_, values)


def robust_spread(values: np.ndarray) -> np.ndarray:
    """Standard deviation that outliers do not move, along the first axis.

    The median absolute deviation times 1.4826, which makes it that of a normal distribution.
    """
    middle = np.median(values, axis=0)  # SciPy's own takes ten times as long to look at its input
    return NORMAL * np.median(np.abs(values - middle), axis=0)


def _pull_in(values: np.ndarray, clip: float) -> np.ndarray:
    """Winsorise at `clip` robust spreads (see `robust_spread`) from the median."""
    middle = np.median(values)
    spread = robust_spread(values)
    if spread <= 0:  # more than half of the outcomes are equal
        return values
    return np.clip(values, middle - clip * spread, middle + clip * spread)


def has_rules(X) -> bool:
    """Whether the columns of the naive rules are there."""
    return isinstance(X, pd.DataFrame) and {*RECENT, LONG_RUN} <= set(X.columns)


def _rules(X: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    return X[list(RECENT)].mean(axis=1).to_numpy(float), X[LONG_RUN].to_numpy(float)


def without_rules(X):
    """The columns that are no naive rule's."""
    if not isinstance(X, pd.DataFrame):
        return X
    return X.loc[:, [not str(name).startswith("baseline__") for name in X.columns]]


def _trust(y: np.ndarray, recent: np.ndarray, long_run: np.ndarray) -> float:
    """Least squares of (outcome − long run) on (recent − long run), held near one by a prior.

    Both sides are forecasts made before the outcome, so that a drifting account shows itself even
    inside the training rows.
    """
    known = ~(np.isnan(recent) | np.isnan(long_run))
    if not known.any():
        return 1.0
    step, gain = (recent - long_run)[known], (y - long_run)[known]
    noise = min(float(np.mean(gain**2)), float(np.mean((gain - step) ** 2)))
    prior = PRIOR_POSTS * noise
    total = float(step @ step) + prior
    trust = (float(step @ gain) + prior) / total if total > 0 else 1.0
    return float(np.clip(trust, 0.0, 1.0))


def _lasting(values: np.ndarray) -> float:
    """The mean, shrunk towards zero as far as runs of neighbouring values disagree about it.

    The positive part of James and Stein's rule, the error of the mean taken from the means of runs.
    """
    n_runs = len(values) // RUN_POSTS
    if n_runs < 3:
        return 0.0
    runs = values[len(values) - n_runs * RUN_POSTS :].reshape(n_runs, RUN_POSTS).mean(axis=1)
    mean, doubt = float(values.mean()), float(runs.var(ddof=1)) / n_runs
    return mean * max(0.0, 1 - doubt / mean**2) if mean else 0.0
