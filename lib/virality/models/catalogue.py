"""The models of the book by name, as the study had them and as they should be; and their baselines.

What the study did not have is here because it saves error: see `benchmarks/models.py`, which also
measures what is therefore not here (a random forest).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import ElasticNet, Ridge
from sklearn.utils.validation import check_is_fitted, validate_data
from xgboost import XGBRegressor

from virality.core.errors import UserError
from virality.features.blocks import block_of
from virality.features.momentum import RULES
from virality.models.level import OnLevel, without_rules
from virality.models.linear import BlockRidge, InnerElasticNet, InnerRidge

LINEAR = ("ridge", "elastic_net", "block_ridge")
NONLINEAR = ("xgboost",)
STACK = "stack"
ON_LEVEL = (*LINEAR, *NONLINEAR)  # tuned, they model what a post adds to the account's level
MODELS = (*ON_LEVEL, STACK)
BASELINES = ("train_mean", "train_median", "last_post", "rolling_median_10", "ewm")
PRESETS = ("tuned", "study")

#: Members of the stack; it predicts their plain average.
STACK_MEMBERS = ("ridge", "block_ridge", "xgboost", "ewm")

MODEL_COLORS = {
    "train_mean": "#9a9a9a",
    "train_median": "#8a8a8a",
    "last_post": "#a08f7a",
    "rolling_median_10": "#7d8a97",
    "ewm": "#9b8aa0",
    "ridge": "#5b8fc7",
    "elastic_net": "#4fa36b",
    "block_ridge": "#3f9fa8",
    "xgboost": "#e08434",
    "stack": "#9678c4",
}

MODEL_NAMES = {
    "train_mean": "mean of the training posts",
    "train_median": "median of the training posts",
    "last_post": "same as the last post",
    "rolling_median_10": "median of the last ten posts",
    "ewm": "weighted mean of recent posts",
    "ridge": "Ridge",
    "elastic_net": "Elastic Net",
    "block_ridge": "Ridge with one penalty per block",
    "xgboost": "XGBoost",
    "stack": "stack",
}


def model_name(model: str) -> str:
    """Return the plain name of a model or baseline."""
    return MODEL_NAMES.get(model, model.replace("_", " "))


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

    def fit(self, X, y) -> RobustBooster:
        """Fit on one thread, so that two runs agree bit by bit."""
        X, y = _columns(X), np.asarray(y, dtype=float)
        middle = float(np.median(y))
        spread = float(np.median(np.abs(y - middle))) * 1.4826
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
        ).fit(X, y)
        self.n_features_in_ = X.shape[1]
        return self

    @property
    def booster_(self):
        """The fitted booster."""
        check_is_fitted(self, "model_")
        return self.model_.get_booster()

    def predict(self, X) -> np.ndarray:
        """Predicted outcome, shape (n_rows,)."""
        check_is_fitted(self, "model_")
        return self.model_.predict(_columns(X)).astype(float)


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

    def fit(self, X, y) -> PassThrough:
        """Learn nothing but the fallback."""
        validate_data(self, X, y, ensure_all_finite="allow-nan", y_numeric=True, dtype=np.float64)
        self.fallback_ = float(np.median(np.asarray(y, dtype=float)))
        return self

    def predict(self, X) -> np.ndarray:
        """The rule's value, or the fallback, shape (n_rows,)."""
        check_is_fitted(self, "fallback_")
        if isinstance(X, pd.DataFrame) and self.column in X.columns:
            values = X[self.column].to_numpy(dtype=float)
            return np.where(np.isnan(values), self.fallback_, values)
        X = validate_data(self, X, reset=False, ensure_all_finite="allow-nan", dtype=np.float64)
        values = X[:, int(self.column)]
        return np.where(np.isnan(values), self.fallback_, values)


class Stack(RegressorMixin, BaseEstimator):
    """The plain average of models and naive rules.

    Equal weights: with about a hundred posts, weights that are learnt lose more than they win.

    Parameters
    ----------
    members : tuple of str
        Names of models, and of naive rules whose `baseline__` column is among the columns of X.
    preset : {"tuned", "study"}
    seed : int
    """

    def __init__(
        self, members: tuple[str, ...] = STACK_MEMBERS, preset: str = "tuned", seed: int = 0
    ):
        self.members, self.preset, self.seed = members, preset, seed

    def fit(self, X: pd.DataFrame, y) -> Stack:
        """Fit every member on the same rows; only the rules see the `baseline__` columns."""
        self.fitted_ = []
        for name in self.members:
            model = make_model(name, self.preset, self.seed)
            self.fitted_.append((name, model.fit(_columns_of(name, self.preset, X), y)))
        return self

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """Predicted outcome, shape (n_rows,)."""
        check_is_fitted(self, "fitted_")
        return np.mean(
            [m.predict(_columns_of(name, self.preset, X)) for name, m in self.fitted_], axis=0
        )


def make_model(name: str, preset: str = "tuned", seed: int = 0) -> BaseEstimator:
    """An unfitted estimator by name.

    Parameters
    ----------
    name : str
        One of `MODELS` or `BASELINES`.
    preset : {"tuned", "study"}
        The study's settings exist for ridge, elastic_net and xgboost; the others ignore the preset.
    seed : int

    Raises
    ------
    UserError
        For a model or preset that does not exist.
    """
    if preset not in PRESETS:
        raise UserError(f"There is no preset called '{preset}'.", do="Choose 'tuned' or 'study'.")
    if name in RULES:
        return PassThrough(f"baseline__{name}")
    builders = {
        STACK: lambda: Stack(preset=preset, seed=seed),
        "train_mean": lambda: DummyRegressor(strategy="mean"),
        "train_median": lambda: DummyRegressor(strategy="median"),
        "ridge": lambda: OnLevel(InnerRidge()),
        "elastic_net": lambda: OnLevel(InnerElasticNet()),
        "block_ridge": lambda: OnLevel(BlockRidge()),
        "xgboost": lambda: OnLevel(RobustBooster(seed=seed)),
    }
    if preset == "study":
        builders |= _THE_STUDYS
    if name not in builders:
        raise UserError(
            f"There is no model called '{name}'.", do=f"Choose from: {', '.join(MODELS)}."
        )
    return builders[name]()


_THE_STUDYS = {
    "ridge": lambda: Ridge(alpha=10.0),
    "elastic_net": lambda: ElasticNet(alpha=0.01, l1_ratio=0.2),
    "xgboost": lambda: _study_booster(),
}


def booster_of(model: BaseEstimator):
    """The xgboost Booster inside a fitted model, or None; on a level, it says what is added."""
    if isinstance(model, OnLevel):
        return booster_of(model.base_)
    if isinstance(model, RobustBooster):
        return model.booster_
    return model.get_booster() if isinstance(model, XGBRegressor) else None


def wants_level(model: str, preset: str, columns) -> bool:
    """Whether a model starts from the account's level when it may see these columns.

    Only where momentum is among them: a block alone is alone.
    """
    blocks = {block_of(name) for name in columns}
    return preset == "tuned" and model in ON_LEVEL and bool(blocks & {"momentum", "all"})


def _columns_of(member: str, preset: str, X: pd.DataFrame) -> pd.DataFrame:
    """A rule's own column; all columns for a model on the level; else those that are no rule's."""
    if member in RULES:
        return X[[f"baseline__{member}"]]
    plain = without_rules(X)
    return X if wants_level(member, preset, plain.columns) else plain


def _study_booster() -> XGBRegressor:
    return XGBRegressor(
        n_estimators=300,
        max_depth=4,
        learning_rate=0.05,
        subsample=0.8,
        colsample_bytree=0.8,
        n_jobs=1,
        random_state=42,  # the study's seed
    )


def _columns(X):
    """Columns for XGBoost: float32, names without the characters that it refuses."""
    if not isinstance(X, pd.DataFrame):
        return np.asarray(X, dtype=np.float32)
    return X.astype(np.float32)
