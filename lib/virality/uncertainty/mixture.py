"""Are there two kinds of posts, normal and viral, and can one tell beforehand which it will be?

The mean comes first, from a model.  What it missed by is then described in two ways: by one regime
of a free shape, and by two regimes whose share depends on the post.  Both have the same mean and
the same two normal curves to build their shape from, so that the only question left is whether
knowing the post helps.  (Against a single normal curve any mixture looks good, because views have
heavy tails.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit, logsumexp

from virality.core import resampling as bs
from virality.models.fitted import FittedFold

GATE_BLOCKS = 4  # blocks whose first component may open the gate between the regimes
MIN_ERRORS = 30
FLOOR = 0.3  # smallest spread of a regime, as a share of all errors' spread
GATE_PENALTY = 10.0
FIRST_SHARE = 0.15
ROUNDS = 100


@dataclass(frozen=True)
class Mixture:
    """Two normal curves of errors and a gate between them.

    Attributes
    ----------
    means, spreads : ndarray of shape (2,)
        Normal regime first, viral (higher mean) second.
    gate : ndarray of shape (1 + k,)
        Intercept and slopes of the viral regime's log odds on standardised inputs.
    centre, scale : ndarray of shape (k,)
        Of the gate's inputs, from the training posts.
    """

    means: np.ndarray
    spreads: np.ndarray
    gate: np.ndarray
    centre: np.ndarray
    scale: np.ndarray

    def share(self, Z: np.ndarray) -> np.ndarray:
        """Chance of the viral regime, shape (n,)."""
        inputs = (np.asarray(Z, dtype=float) - self.centre) / self.scale
        return expit(self.gate[0] + inputs @ self.gate[1:])

    def log_density(self, errors: np.ndarray, Z: np.ndarray) -> np.ndarray:
        """Log density of errors.

        Parameters
        ----------
        errors : ndarray of shape (n,)
        Z : ndarray of shape (n, k)
            What the share may depend on.

        Returns
        -------
        ndarray of shape (n,)
        """
        share = np.clip(self.share(Z), 1e-9, 1 - 1e-9)
        return logsumexp(_joint(np.asarray(errors, float), share, self.means, self.spreads), axis=1)


def fit_mixture(
    errors: np.ndarray, Z: np.ndarray, gated: bool = True, penalty: float = GATE_PENALTY
) -> Mixture:
    """Fit two regimes to errors by expectation and maximisation.

    Parameters
    ----------
    errors : ndarray of shape (n,)
    Z : ndarray of shape (n, k)
        What the share may depend on.
    gated : bool
        False: the share is the same for every post; this is the one regime of free shape.
    penalty : float
        On the squared slopes of the gate.

    References
    ----------
    Jacobs, Jordan, Nowlan and Hinton (1991), "Adaptive mixtures of local experts".
    """
    errors, Z = np.asarray(errors, dtype=float), np.asarray(Z, dtype=float)
    centre, scale = Z.mean(axis=0), Z.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    inputs = (Z - centre) / scale
    floor = FLOOR * max(float(errors.std()), 1e-6)
    gate = np.zeros(1 + Z.shape[1])
    gate[0] = np.log(FIRST_SHARE / (1 - FIRST_SHARE))
    cut = np.quantile(errors, 1 - FIRST_SHARE)
    viral = np.where(errors > cut, 0.9, 0.1)
    previous = -np.inf
    for _ in range(ROUNDS):
        means, spreads = _curves(errors, viral, floor)
        gate = _gate(inputs, viral, gate, penalty, gated)
        share = np.clip(expit(gate[0] + inputs @ gate[1:]), 1e-9, 1 - 1e-9)
        joint = _joint(errors, share, means, spreads)
        total = logsumexp(joint, axis=1)
        viral = np.exp(joint[:, 1] - total)
        if total.sum() - previous < 1e-6 * len(errors):
            break
        previous = total.sum()
    return Mixture(means, spreads, gate, centre, scale)


def compare(
    errors: np.ndarray, Z: Sequence[tuple[np.ndarray, np.ndarray]], folds: Sequence[tuple]
) -> pd.DataFrame:
    """Log scores of held-out errors under two regimes, one free shape, and one normal curve.

    Parameters
    ----------
    errors : ndarray of shape (n,)
        The model's held-out errors, in time order.
    Z : list of (ndarray of shape (n_train, k), ndarray of shape (n_test, k))
        The gate's inputs for the training and test errors of each fold.
    folds : list of (train rows, test rows)
        Which errors to fit on and which to judge; rows of `errors`.

    Returns
    -------
    DataFrame
        One row per judged error, in time order: row, fold, two_regimes, free_shape, normal (log
        density), share (chance of the viral regime).  Folds with fewer than 30 earlier errors are
        left out.
    """
    parts = []
    for number, ((train, test), (known, new)) in enumerate(zip(folds, Z, strict=True), start=1):
        if len(train) < MIN_ERRORS or len(test) == 0 or np.ptp(errors[train]) == 0:
            continue
        two = fit_mixture(errors[train], known)
        free = fit_mixture(errors[train], known, gated=False)
        middle, spread = errors[train].mean(), errors[train].std()
        normal = -0.5 * ((errors[test] - middle) / spread) ** 2 - np.log(spread * _ROOT)
        parts.append(
            pd.DataFrame(
                {
                    "row": test,
                    "fold": number,
                    "two_regimes": two.log_density(errors[test], new),
                    "free_shape": free.log_density(errors[test], new),
                    "normal": normal,
                    "share": two.share(new),
                }
            )
        )
    columns = ["row", "fold", "two_regimes", "free_shape", "normal", "share"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def two_regimes(
    predictions: pd.DataFrame, fitted: Sequence[FittedFold], posts: pd.DataFrame
) -> dict:
    """Does knowing the post tell a viral regime from a normal one?

    The mean is the model's.  The gate sees that prediction and the first component of each block,
    as the fold's own training posts define it; it learns from posts that were held out earlier.

    Parameters
    ----------
    predictions : DataFrame
        One model's held-out predictions from all blocks.
    fitted : list of FittedFold
        The same model, fold by fold.
    posts : DataFrame
        When each post went up.

    Returns
    -------
    dict
        See `verdict`.
    """
    order = posts.set_index("post_id")["posted_at"]
    held_out = predictions.sort_values("post_id", key=lambda ids: ids.map(order), kind="stable")
    held_out = held_out.drop_duplicates("post_id").set_index("post_id")
    errors = (held_out["y_true"] - held_out["y_pred"]).to_numpy(float)
    folds, gates = [], []
    for fold in fitted:
        earlier = held_out.index.isin(fold.X_train.index)
        train = np.flatnonzero(earlier & (held_out["fold"] < fold.fold).to_numpy())
        test = np.flatnonzero((held_out["fold"] == fold.fold).to_numpy())
        folds.append((train, test))
        gates.append(
            (
                _gate_inputs(fold.X_train, held_out.iloc[train]),
                _gate_inputs(fold.X_test, held_out.iloc[test]),
            )
        )
    return verdict(compare(errors, gates, folds))


def _gate_inputs(rows: pd.DataFrame, held_out: pd.DataFrame) -> np.ndarray:
    first = [name for name in rows.columns if str(name).endswith("__pc1")][:GATE_BLOCKS]
    y_pred = held_out["y_pred"].to_numpy(float)
    return np.column_stack([y_pred, rows.loc[held_out.index, first].to_numpy()])


def verdict(scores: pd.DataFrame) -> dict:
    """Does knowing the post help?  Mean gain in log score over the free shape, with interval.

    Returns
    -------
    dict
        n, gain, low, high (95 %, circular blocks), over_normal (the flattering comparison),
        verdict: "two regimes", "one regime", "no clear difference" or "not tested".
    """
    n = len(scores)
    if n < 8:
        return {"n": n, "gain": np.nan, "low": np.nan, "high": np.nan, "over_normal": np.nan,
                "verdict": "not tested"}  # fmt: skip
    gain = (scores["two_regimes"] - scores["free_shape"]).to_numpy(float)
    low, high = bs.block_mean_interval(gain)
    word = "two regimes" if low > 0 else "one regime" if high < 0 else "no clear difference"
    flattering = float((scores["two_regimes"] - scores["normal"]).mean())
    return {"n": n, "gain": float(gain.mean()), "low": low, "high": high,
            "over_normal": flattering, "verdict": word}  # fmt: skip


_ROOT = float(np.sqrt(2 * np.pi))


def _joint(errors, share, means, spreads) -> np.ndarray:
    z = (errors[:, None] - means) / spreads
    log_share = np.column_stack([np.log1p(-share), np.log(share)])
    return log_share - 0.5 * z**2 - np.log(spreads * _ROOT)


def _curves(errors, viral, floor) -> tuple[np.ndarray, np.ndarray]:
    """Means and spreads of both regimes; neither may collapse onto a few posts."""
    weights = np.column_stack([1 - viral, viral])
    total = weights.sum(axis=0) + 1e-9
    means = (weights * errors[:, None]).sum(axis=0) / total
    if means[1] < means[0]:  # the viral regime is the higher one by definition
        means[:] = means @ total / total.sum()
    spreads = np.sqrt((weights * (errors[:, None] - means) ** 2).sum(axis=0) / total)
    return means, np.maximum(spreads, floor)


def _gate(inputs, viral, gate, penalty, gated) -> np.ndarray:
    """Penalised logistic regression on soft labels, by Newton's method.

    Two pseudo-posts at the starting share keep the intercept from running away.
    """
    design = np.column_stack([np.ones(len(inputs)), inputs if gated else np.zeros_like(inputs)])
    ridge = np.r_[0.0, np.full(inputs.shape[1], penalty)]
    gate = gate.copy()
    for _ in range(8):
        share = expit(design @ gate)
        prior = expit(gate[0])
        slope = design.T @ (viral - share) - ridge * gate
        slope[0] += 2 * (FIRST_SHARE - prior)
        curve = (design * (share * (1 - share))[:, None]).T @ design + np.diag(ridge)
        curve[0, 0] += 2 * prior * (1 - prior)
        step = np.linalg.solve(curve + 1e-9 * np.eye(len(gate)), slope)
        gate += np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-8:
            break
    return gate
