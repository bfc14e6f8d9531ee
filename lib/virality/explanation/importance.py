"""Three importances of a block: how far it pushes, how it is missed shuffled, and left out.

SHAP explains the model, not the world: a model without skill has importances too.  So two other
questions stand beside it: how much worse does the fitted model get when a block is shuffled among
held-out posts, and how much worse when it is fitted again without the block?

Source: Fisher, Rudin & Dominici (2019), All models are wrong, but many are useful.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import numpy as np
import pandas as pd

from virality.core import resampling as bs
from virality.explanation.shap_values import blocks_in, in_order
from virality.features.blocks import block_of
from virality.models.boosters import StoredFold

ROUNDING = 9  # decimals; what lies beyond is how sums were added up
REPEATS = 20  # shuffles of a block
MANY_ROWS = 2000  # from so many held-out posts on, a quarter of the shuffles will do


def bootstrap_mean(
    values: np.ndarray, confidence: float = bs.CONFIDENCE
) -> tuple[float, float, float]:
    """Mean of a series with limits by the book's block bootstrap.

    Parameters
    ----------
    values : array of float, shape (n,)
        In time order.
    confidence : float

    Returns
    -------
    tuple of float
        Mean, lower and upper limit; NaN where there is nothing to go by.
    """
    values = np.asarray(values, dtype=float)
    if not len(values):
        return (float("nan"),) * 3
    mean = float(values.mean())
    return mean, *bs.interval(mean, _weights(len(values)) @ values, len(values), confidence)


@cache
def _weights(n: int) -> np.ndarray:
    return bs.block_weights(n)


def block_importance(shap_blocks: pd.DataFrame, order: pd.Series) -> pd.DataFrame:
    """Mean size of each block's summed push, with an interval, largest first.

    Pushes are summed over a block's columns with their signs before their size is taken, so that
    columns that contradict each other cancel: being wide alone wins nothing.

    Parameters
    ----------
    shap_blocks : DataFrame
        Artefact.
    order : Series
        Posting times, index post_id.

    Returns
    -------
    DataFrame
        block, importance, low, high (log views), share (of the sum over blocks).
    """
    table = _in_time(shap_blocks.set_index("post_id"), order)
    rows = [(b, *bootstrap_mean(table[b].abs())) for b in blocks_in(shap_blocks)]
    out = pd.DataFrame(rows, columns=["block", "importance", "low", "high"])
    out["low"] = out["low"].clip(lower=0)
    out["share"] = out["importance"] / max(out["importance"].sum(), 1e-12)
    return out.sort_values("importance", ascending=False, kind="stable", ignore_index=True)


def lead(
    shap_blocks: pd.DataFrame, ranked: list[str], order: pd.Series
) -> tuple[float, float, float]:
    """Mean lead of the first block over the second in |SHAP|, paired by post.

    Parameters
    ----------
    shap_blocks : DataFrame
        Artefact.
    ranked : list of str
        Blocks, largest first.
    order : Series
        Posting times, index post_id.

    Returns
    -------
    tuple of float
        Mean and limits, log views; NaN when there are fewer than two blocks.
    """
    if len(ranked) < 2:
        return (float("nan"),) * 3
    table = _in_time(shap_blocks.set_index("post_id"), order)
    return bootstrap_mean(table[ranked[0]].abs() - table[ranked[1]].abs())


def shuffle_importance(
    folds: Iterable[StoredFold], predictions: pd.DataFrame, order: pd.Series, seed: int = 0
) -> pd.DataFrame:
    """How much worse the fitted model gets when a whole block is shuffled among held-out posts.

    Inside each fold the rows of the block change places together, so that what belongs together
    inside the block stays together; the model is not fitted again.

    Parameters
    ----------
    folds : iterable of StoredFold
    predictions : DataFrame
        Out-of-fold predictions of the same model; gives y_true.
    order : Series
        Posting times, index post_id.
    seed : int
        Of the shuffles.

    Returns
    -------
    DataFrame
        block, loss, low, high: mean increase of the absolute error in log views. Limits hold for
        all blocks together (Bonferroni).
    """
    parts = [_shuffled_losses(fold, predictions, seed) for fold in folds]
    parts = [part for part in parts if len(part)]
    return _losses_by_block(pd.concat(parts) if parts else pd.DataFrame(), order)


def refit_importance(predictions: pd.DataFrame, order: pd.Series) -> pd.DataFrame:
    """How much worse the model gets when it is fitted again without a block.

    Parameters
    ----------
    predictions : DataFrame
        Out-of-fold predictions of one model, with ``blocks`` "all" and "all-<block>".
    order : Series
        Posting times, index post_id.

    Returns
    -------
    DataFrame
        block, loss, low, high as in :func:`shuffle_importance`; empty when nothing was left out.
    """
    miss = (predictions["y_true"] - predictions["y_pred"]).abs()
    wide = predictions.assign(miss=miss).pivot_table(
        index=["post_id", "fold"], columns="blocks", values="miss"
    )
    left_out = [c for c in wide.columns if c.startswith("all-")]
    if "all" not in wide or not left_out:
        return _losses_by_block(pd.DataFrame(), order)
    worse = wide[left_out].sub(wide["all"], axis=0).rename(columns=lambda c: c[len("all-") :])
    return _losses_by_block(worse.dropna().reset_index("fold", drop=True), order)


def _shuffled_losses(fold: StoredFold, predictions: pd.DataFrame, seed: int) -> pd.DataFrame:
    """What each held-out post's error gains when a block is shuffled; one column a block."""
    stored = predictions[predictions["fold"] == fold.fold].set_index("post_id")
    y = stored["y_true"].reindex(fold.rows.index).to_numpy(float)
    rows, n = fold.rows, len(fold.rows)
    miss = np.abs(y - fold.y_pred)
    rng = np.random.default_rng([seed, fold.fold])
    repeats = REPEATS if len(predictions) < MANY_ROWS else REPEATS // 4
    orders = np.concatenate([rng.permutation(n) for _ in range(repeats)])
    stacked = pd.DataFrame(np.tile(rows.to_numpy(), (repeats, 1)), columns=rows.columns)
    out = {}
    for block in in_order({block_of(c) for c in rows.columns}):
        columns = [c for c in rows.columns if block_of(c) == block]
        mixed = stacked.copy()
        mixed[columns] = rows[columns].to_numpy()[orders]
        worse = np.abs(np.tile(y, repeats) - fold.predict(mixed)).reshape(repeats, n)
        out[block] = worse.mean(axis=0) - miss
    return pd.DataFrame(out, index=rows.index)


def _losses_by_block(losses: pd.DataFrame, order: pd.Series) -> pd.DataFrame:
    """Mean and limits per column of a table of losses, index post_id."""
    names = ["block", "loss", "low", "high"]
    if losses.empty:
        types = {"block": "string"} | dict.fromkeys(names[1:], "float64")
        return pd.DataFrame(columns=names).astype(types)
    table = _in_time(losses, order)
    confidence = 1 - (1 - bs.CONFIDENCE) / max(table.shape[1], 1)
    rows = [(b, *bootstrap_mean(table[b].fillna(0), confidence)) for b in in_order(table.columns)]
    return pd.DataFrame(rows, columns=names).round(ROUNDING)


def _in_time(table: pd.DataFrame, order: pd.Series) -> pd.DataFrame:
    """Sort a table with the index post_id by posting time."""
    return table.iloc[np.argsort(order.reindex(table.index).to_numpy(), kind="stable")]
