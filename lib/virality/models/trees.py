"""Boosted trees for few posts, and the study's; what is inside a fitted model."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data
from xgboost import XGBRegressor

from virality.models.level import OnLevel, robust_spread


class RobustBooster(RegressorMixin, BaseEstimator):
    """XGBoost for about a hundred posts: shallow trees, few bins, a loss that forgives outliers.

    The outcome is centred on its training median and scaled by its spread, so that the
    pseudo-Huber loss bends where this creator's outliers begin.

    Parameters
    ----------
    n_estimators, max_depth, learning_rate, subsample, colsample_bytree, min_child_weight,
    reg_lambda, max_bin
        As in XGBoost.
    huber : float
        Where the loss bends, in spreads of the outcome.
    seed : int

    Attributes
    ----------
    booster_ : xgboost.Booster
        Predicts the outcome itself (its margin is on the log scale of the target).
    """

    def __init__(
        self,
        n_estimators: int = 100,
        max_depth: int = 2,
        learning_rate: float = 0.04,
        subsample: float = 0.7,
        colsample_bytree: float = 0.4,
        min_child_weight: float = 10.0,
        reg_lambda: float = 40.0,
        max_bin: int = 16,
        huber: float = 1.5,
        seed: int = 0,
    ):
        self.n_estimators, self.max_depth, self.learning_rate = (
            n_estimators,
            max_depth,
            learning_rate,
        )
        self.subsample, self.colsample_bytree = subsample, colsample_bytree
        self.min_child_weight, self.reg_lambda = min_child_weight, reg_lambda
        self.max_bin, self.huber, self.seed = max_bin, huber, seed

    def __sklearn_tags__(self):
        """So much caution fits simple data poorly."""
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True
        return tags

    def fit(self, X, y) -> RobustBooster:
        """Fit on one thread, so that two runs agree bit by bit."""
        _, y = validate_data(self, X, y, y_numeric=True, dtype=np.float64)
        X = _columns(X)
        middle = float(np.median(y))
        spread = float(robust_spread(y))
        self.model_ = XGBRegressor(
            objective="reg:pseudohubererror",
            huber_slope=max(self.huber * spread, 1e-3),
            base_score=middle,
            n_estimators=self.n_estimators,
            max_depth=self.max_depth,
            learning_rate=self.learning_rate,
            subsample=self.subsample,
            colsample_bytree=self.colsample_bytree,
            min_child_weight=self.min_child_weight,
            reg_lambda=self.reg_lambda,
            max_bin=self.max_bin,
            tree_method="hist",
            n_jobs=1,
            random_state=self.seed,
        ).fit(np.asarray(X), y)
        if isinstance(X, pd.DataFrame):  # earlier, every tree would compare the names anew
            booster = self.model_.get_booster()
            booster.feature_names = list(map(str, X.columns))
            booster.feature_types = ["float"] * X.shape[1]
        return self

    @property
    def booster_(self):
        """The fitted booster."""
        check_is_fitted(self, "model_")
        return self.model_.get_booster()

    def predict(self, X) -> np.ndarray:
        """Predicted outcome, shape (n_rows,)."""
        check_is_fitted(self, "model_")
        validate_data(self, X, reset=False, dtype=np.float64)
        return self.model_.predict(_columns(X)).astype(float)


#: The study's trees, with its seed.
STUDY_BOOSTER = XGBRegressor(
    n_estimators=300,
    max_depth=4,
    learning_rate=0.05,
    subsample=0.8,
    colsample_bytree=0.8,
    n_jobs=1,
    random_state=42,
)


def booster_of(model: BaseEstimator):
    """The xgboost Booster inside a fitted model, or None; on a level, it says what is added."""
    if isinstance(model, OnLevel):
        return booster_of(model.base_)
    if isinstance(model, RobustBooster):
        return model.booster_
    return model.get_booster() if isinstance(model, XGBRegressor) else None


def _columns(X):
    """Columns for XGBoost: float32, names without the characters that it refuses."""
    if not isinstance(X, pd.DataFrame):
        return np.asarray(X, dtype=np.float32)
    return X.astype(np.float32)
