"""Linear models for few posts and many columns.

Ridge and Elastic Net choose their penalty on inner folds in time order; the block-penalty model
learns one penalty per block from the training rows, and asks inner folds how far to trust them.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import ElasticNet, enet_path
from sklearn.model_selection import TimeSeriesSplit
from sklearn.utils.validation import check_is_fitted, validate_data

from virality.features.momentum import RULES

INNER_FOLDS = 4
INNER_GAP_POSTS = 3


class _Linear(RegressorMixin, BaseEstimator):
    """What the linear models share: a prediction from `coef_` and `intercept_`."""

    def predict(self, X) -> np.ndarray:
        """Predicted outcome, shape (n_rows,)."""
        check_is_fitted(self, "coef_")
        return validate_data(self, X, reset=False, dtype=np.float64) @ self.coef_ + self.intercept_


class InnerRidge(_Linear):
    """Ridge whose penalty is chosen on inner folds that respect time.

    Attributes
    ----------
    alpha_ : float
        The penalty, as a multiple of the number of training rows.
    coef_ : ndarray of shape (n_columns,)
    intercept_ : float
    """

    def fit(self, X, y) -> InnerRidge:
        """Rows must come in time order."""
        X, y = validate_data(self, X, y, y_numeric=True, dtype=np.float64)
        self.alpha_ = _best_penalty(X, y, np.logspace(-3, 2, 16), _ridge_errors)
        coef, intercept = _ridge(X, y, np.array([self.alpha_ * len(y)]))
        self.coef_, self.intercept_ = coef[:, 0], float(intercept[0])
        return self


class InnerElasticNet(_Linear):
    """Elastic Net whose penalty is chosen on inner folds that respect time.

    Not scikit-learn's `ElasticNetCV`: that averages folds, lays its path on a grid of its own, and
    has one limit of iterations for a path that only chooses and for the fit that counts.

    Parameters
    ----------
    l1_ratio : float
        Share of the absolute penalty.
    n_alphas : int
        Penalties on the path from "everything is zero" down to a hundredth of that.
    """

    def __init__(self, l1_ratio: float = 0.3, n_alphas: int = 20):
        self.l1_ratio, self.n_alphas = l1_ratio, n_alphas

    def fit(self, X, y) -> InnerElasticNet:
        """Rows must come in time order."""
        X, y = validate_data(self, X, y, y_numeric=True, dtype=np.float64)
        centred = X - X.mean(axis=0)
        top = np.abs(centred.T @ (y - y.mean())).max() / (len(y) * self.l1_ratio)
        alphas = max(top, 1e-9) * np.logspace(0, -2, self.n_alphas)
        self.alpha_ = _best_penalty(X, y, alphas, self._path_errors)
        model = ElasticNet(alpha=self.alpha_, l1_ratio=self.l1_ratio, max_iter=20_000)
        self.model_ = model.fit(X, y)
        self.coef_, self.intercept_ = model.coef_, float(model.intercept_)
        return self

    def _path_errors(self, X, y, X_new, y_new, alphas) -> np.ndarray:
        centre, middle = X.mean(axis=0), y.mean()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # only a choice hangs on the path
            _, coefs, _ = enet_path(
                X - centre, y - middle, l1_ratio=self.l1_ratio, alphas=alphas, max_iter=1000
            )
        return (y_new[:, None] - middle - (X_new - centre) @ coefs) ** 2


class BlockRidge(_Linear):
    """A linear model with one penalty per block, as far as held-out posts agree to that.

    Each block's coefficients have a normal prior of their own width.  The widths and the noise are
    those under which the training outcomes are most likely (MacKay 1992, "Bayesian interpolation";
    grouped as in automatic relevance determination), so that a block that says nothing is shrunk
    away and a block that says something is not punished for its neighbours.

    The evidence believes its rows to be exchangeable, and a drifting account is not.  So there are
    many candidates: these penalties, and one common penalty learnt in the same way, each made
    stronger step by step.  Inner folds in time order weigh them, and the model is their average:
    with a hundred posts the best candidate is often only the luckiest.

    Parameters
    ----------
    blocks : tuple of str, optional
        Block of each column; by default read off the column names.
    n_iter : int
        Most updates of the penalties.
    max_penalty : float
        Ceiling for a block's penalty relative to the noise, where it counts as switched off.
    strengths : tuple of float
        Factors for all penalties together; the last should switch everything off.
    max_signal : float
        No block may claim to say more than so many times the noise: with fewer rows than columns
        the evidence can be talked into a perfect fit.
    alike : float
        So many held-out errors count as one when candidates are weighed: neighbours are alike.

    Attributes
    ----------
    coef_ : ndarray of shape (n_columns,)
    weights_ : ndarray of shape (2, n_strengths)
        Of the candidates with a common penalty, and with one per block.
    penalties_ : dict
        Block -> penalty relative to the noise, geometric mean over the candidates by weight; large
        = switched off.
    """

    def __init__(
        self,
        blocks: tuple[str, ...] | None = None,
        n_iter: int = 60,
        max_penalty: float = 1e8,
        strengths: tuple[float, ...] = (1.0, 3.0, 10.0, 30.0, 100.0, 1e6),
        max_signal: float = 100.0,
        alike: float = 5.0,
    ):
        self.blocks, self.n_iter, self.alike = blocks, n_iter, alike
        self.max_penalty, self.strengths, self.max_signal = max_penalty, strengths, max_signal

    def fit(self, X, y) -> BlockRidge:
        """Learn penalties, noise and coefficients, shape X (n_rows, n_columns), in time order."""
        X, y = validate_data(self, X, y, y_numeric=True, dtype=np.float64)
        names = getattr(self, "feature_names_in_", ["x"] * X.shape[1])
        groups = self.blocks or tuple(map(penalty_group, names))
        self.groups_ = list(dict.fromkeys(groups))
        code = np.array([self.groups_.index(g) for g in groups])
        errors = [self._held_out(X[a], y[a], X[b], y[b], code) for a, b in inner_folds(len(y))]
        weights = self._weigh(errors)
        centre, level = X.mean(axis=0), y.mean()
        penalties, coefs = self._candidates(X - centre, y - level, code)
        self.coef_ = coefs @ weights
        self.intercept_ = float(level - centre @ self.coef_)
        self.weights_ = weights.reshape(2, -1)
        mean = np.exp(weights @ np.log(penalties))
        self.penalties_ = dict(zip(self.groups_, mean.tolist(), strict=True))
        return self

    def _held_out(self, X, y, X_new, y_new, code) -> np.ndarray:
        """Squared errors on later rows, shape (n_new, n_candidates)."""
        centre, level = X.mean(axis=0), y.mean()
        _, coefs = self._candidates(X - centre, y - level, code)
        return (y_new[:, None] - level - (X_new - centre) @ coefs) ** 2

    def _weigh(self, errors: list[np.ndarray]) -> np.ndarray:
        """How much each candidate counts: its likelihood, were the errors normal."""
        n_strengths = len(self.strengths)
        switched_off = np.eye(2 * n_strengths)[n_strengths - 1]
        if not errors:
            return switched_off
        mean = np.vstack(errors).mean(axis=0)
        if mean.min() <= 0:  # a constant outcome
            return switched_off
        n = sum(map(len, errors)) / self.alike
        likely = np.exp(-n / 2 * (mean / mean.min() - 1))
        return likely / likely.sum()

    def _candidates(self, X, y, code) -> tuple[np.ndarray, np.ndarray]:
        """Penalties (n_candidates, n_blocks) and coefficients (n_columns, n_candidates)."""
        own, solve = self._learn(X, y, code)
        common, _ = self._learn(X, y, np.zeros_like(code))
        start = np.vstack([np.full_like(own, common[0]), own])
        steps = np.asarray(self.strengths)[:, None]
        penalties = np.vstack([kind * steps for kind in start])
        return penalties, np.column_stack([solve(penalty)[0] for penalty in penalties])

    def _learn(self, X, y, code) -> tuple[np.ndarray, Callable]:
        """Penalties under which y is most likely, and the solver that they were found with."""
        n, n_blocks = len(y), code.max() + 1
        total = float(y @ y)
        solve = _dual(X, y, code) if n < X.shape[1] else _primal(X, y, code)
        if total <= 1e-12 * n:  # a constant outcome leaves nothing to learn
            return np.full(n_blocks, self.max_penalty), solve
        # Start where the blocks together would explain half of the outcome's variance.
        spread = np.bincount(code, weights=(X**2).mean(axis=0))
        penalty = np.maximum(spread * n_blocks, 1e-9)
        floor = np.maximum(spread / self.max_signal, 1e-9)
        for _ in range(self.n_iter):
            coef, effective = solve(penalty)
            squares = np.bincount(code, weights=coef**2)
            missed = float(np.sum((y - X @ coef) ** 2)) + 1e-9 * total
            noise = missed / max(n - effective.sum(), 1.0)
            new = np.clip(noise * effective / np.maximum(squares, 1e-300), floor, self.max_penalty)
            new = np.where(effective < 1e-6, self.max_penalty, new)
            done = np.max(np.abs(np.log(new / penalty))) < 1e-2
            penalty = new
            if done:
                break
        return penalty, solve


def penalty_group(column: str) -> str:
    """The naive rules carry the level of the account and have a penalty apart from momentum."""
    block, _, name = str(column).partition("__")
    return "level" if block == "momentum" and name in RULES else block


def inner_folds(n: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Folds in time order inside a training window, with a gap of a few posts; none when short."""
    if n < 8 * INNER_FOLDS:
        return []
    return list(TimeSeriesSplit(INNER_FOLDS, gap=INNER_GAP_POSTS).split(np.arange(n)))


def _best_penalty(X, y, alphas: np.ndarray, errors_of: Callable) -> float:
    """The penalty with the smallest mean error on later rows.

    Without inner folds, or without errors to compare, it is the strongest.
    """
    folds = [(X[a], y[a], X[b], y[b], alphas) for a, b in inner_folds(len(y))]
    errors = np.vstack([errors_of(*fold) for fold in folds] or [np.zeros((1, len(alphas)))])
    mean = errors.mean(axis=0)
    return float(alphas[np.argmin(mean)] if mean.any() else alphas.max())


def _ridge(X, y, penalties) -> tuple[np.ndarray, np.ndarray]:
    """Ridge coefficients, shape (n_columns, n_penalties), and intercepts."""
    centre, level = X.mean(axis=0), y.mean()
    u, s, vt = np.linalg.svd(X - centre, full_matrices=False)
    shrink = s[:, None] / (s[:, None] ** 2 + penalties)
    coef = vt.T @ (shrink * (u.T @ (y - level))[:, None])
    return coef, level - centre @ coef


def _ridge_errors(X, y, X_new, y_new, alphas) -> np.ndarray:
    coef, intercept = _ridge(X, y, alphas * len(X))
    return (y_new[:, None] - X_new @ coef - intercept) ** 2


def _primal(X, y, code):
    """Solver on columns: (coefficients, effective parameters per block) for given penalties."""
    gram, moment = X.T @ X, X.T @ y

    def solve(penalty):
        d = penalty[code]
        inverse = np.linalg.inv(gram + np.diag(d))
        used = 1.0 - d * np.diag(inverse)
        return inverse @ moment, np.bincount(code, weights=used)

    return solve


def _dual(X, y, code):
    """The same on rows, for more columns than rows."""
    kernels = np.stack([X[:, code == g] @ X[:, code == g].T for g in range(code.max() + 1)])

    def solve(penalty):
        scaled = kernels / penalty[:, None, None]
        inverse = np.linalg.inv(scaled.sum(axis=0) + np.eye(len(y)))
        used = np.einsum("gij,ij->g", scaled, inverse)
        return (X.T @ (inverse @ y)) / penalty[code], used

    return solve
