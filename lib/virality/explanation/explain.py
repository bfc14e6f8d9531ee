"""What carries the prediction: SHAP on held-out posts, and two checks that need no SHAP.

SHAP splits one prediction into pushes, one per column, that add up to it exactly. It explains the
model, not the world: a model without skill has importances too. So two other questions stand beside
it: how much worse does the fitted model get when a block is shuffled among held-out posts, and how
much worse when it is fitted again without the block?

Everything here works with the boosters and rows that the nonlinear models left behind, and only
with posts that the booster in question had not seen.

Sources: Lundberg et al. (2020), From local explanations to global understanding with explainable AI
for trees; Fisher, Rudin & Dominici (2019), All models are wrong, but many are useful.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from virality.core import resampling as bs
from virality.core.errors import UserError
from virality.evaluation import scores
from virality.evaluation.headline import FAMILY
from virality.features.blocks import BLOCKS, block_of
from virality.features.concepts import concept_of
from virality.models.boosters import LEVEL, StoredFold

SHAP_COLUMNS = {
    "post_id": "string",
    "fold": "int64",
    "column": "string",
    "block": "string",
    "value": "float64",
    "feature_value": "float64",
}
_KEYS = ["post_id", "split", "fold", "model", "blocks", "preset"]
KEYS = ("post_id", "fold", "base_value", "prediction")

AGREEMENT = 1e-3  # log views; float32 sums of a few hundred trees differ by about 1e-5
BASELINES = ("rolling_median_10", "train_mean")
SMALLEST_PUSH = 1e-6  # log views
REPEATS = 20  # shuffles of a block
MANY_ROWS = 2000  # from so many held-out posts on, a quarter of the shuffles will do


# --------------------------------------------------------------------------------- SHAP


def contributions(fold: StoredFold) -> tuple[pd.DataFrame, float]:
    """SHAP values of a fold's rows, path dependent: the trees' own training counts weigh.

    Where the trees only say what a post adds to the account's level, the level is one more push:
    an additive term's SHAP value is its distance from its own training mean.

    Parameters
    ----------
    fold : StoredFold
        With n rows.

    Returns
    -------
    values : DataFrame of shape (n, n_columns)
        Log views that each column adds; with `base` the rows sum to the prediction.
    base : float
        Mean prediction over the posts that the booster was fitted on, log views.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about progress bars that nobody asked for
        from shap import TreeExplainer  # a second to import: only who explains pays

    rows = fold.rows[fold.trees_see]
    explainer = TreeExplainer(fold.booster, feature_perturbation="tree_path_dependent")
    found = np.asarray(explainer.shap_values(rows, check_additivity=False), float)
    values = pd.DataFrame(found, index=rows.index, columns=rows.columns)
    base = float(np.ravel(explainer.expected_value)[0])
    if LEVEL in fold.rows.columns:
        values[LEVEL] = fold.rows[LEVEL] - fold.mean_level
    return values[fold.rows.columns], base + fold.mean_level


def explain(
    folds: Iterable[StoredFold], predictions: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Explain the held-out posts of every fold.

    Parameters
    ----------
    folds : iterable of StoredFold
        As stored by the nonlinear models.
    predictions : DataFrame
        Out-of-fold predictions of the same model (one per post and fold).

    Returns
    -------
    shap : DataFrame
        Long, columns :data:`SHAP_COLUMNS`; `value` in log views, `feature_value` as the model saw
        it (scaled).
    shap_blocks : DataFrame
        post_id, fold, one column per block (its SHAP values summed), base_value, prediction.

    Raises
    ------
    UserError
        When a post was not held out, or a booster does not give the stored predictions.
    """
    long, wide = [], []
    for fold in folds:
        _refuse_mismatch(fold, predictions)
        values, base = contributions(fold)
        long.append(_long(fold.fold, values, fold.rows))
        sums = values.T.groupby(block_of).sum().T
        wide.append(sums.assign(fold=fold.fold, base_value=base, prediction=fold.y_pred))
    if not long:
        return empty_shap(), empty_blocks()
    table = pd.concat(wide).reset_index(names="post_id")
    blocks = in_order(set(table.columns) - set(KEYS))
    table[blocks] = table[blocks].fillna(0.0)  # a block without a column in a fold pushes nothing
    table = table[["post_id", "fold", *blocks, "base_value", "prediction"]]
    types = {"post_id": "string", "fold": "int64"}
    return pd.concat(long, ignore_index=True).astype(SHAP_COLUMNS), table.astype(types)


def empty_shap() -> pd.DataFrame:
    """Return the `shap` artefact without a row."""
    return pd.DataFrame(columns=list(SHAP_COLUMNS)).astype(SHAP_COLUMNS)


def empty_blocks() -> pd.DataFrame:
    """Return the `shap_blocks` artefact without a row (and without blocks)."""
    types = {"post_id": "string", "fold": "int64", "base_value": float, "prediction": float}
    return pd.DataFrame(columns=list(KEYS)).astype(types)


def blocks_in(shap_blocks: pd.DataFrame) -> list[str]:
    """Blocks that a `shap_blocks` table has, in the order of the book."""
    return in_order(set(shap_blocks.columns) - set(KEYS))


def in_order(blocks: Iterable[str]) -> list[str]:
    """Blocks in the order of the book, unknown ones last."""
    rank = {block: i for i, block in enumerate(BLOCKS)}
    return sorted(blocks, key=lambda block: (rank.get(block, len(rank)), block))


def _refuse_mismatch(fold: StoredFold, predictions: pd.DataFrame) -> None:
    """Raise UserError unless every row is a held-out post with the prediction that was stored."""
    own = predictions[predictions["fold"] == fold.fold].set_index("post_id")["y_pred"]
    told = own.reindex(fold.rows.index).to_numpy(float)
    if np.isnan(told).any():
        what = f"Fold {fold.fold} holds posts that it was not tested on."
    elif np.abs(told - fold.y_pred).max(initial=0) > AGREEMENT:
        what = f"The booster of fold {fold.fold} does not give the stored predictions."
    else:
        return
    raise UserError(what, where="boosters", do="Run the chapter “nonlinear” again.")


def _long(number: int, values: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    n, columns = len(rows), list(values.columns)
    return pd.DataFrame(
        {
            "post_id": np.repeat(rows.index.to_numpy(object), len(columns)),
            "fold": number,
            "column": columns * n,
            "block": [block_of(c) for c in columns] * n,
            "value": values.to_numpy().ravel(),
            "feature_value": rows.to_numpy(float).ravel(),
        }
    )


# --------------------------------------------------------------------- three importances


def mean_interval(values: np.ndarray, level: float = bs.CONFIDENCE) -> tuple[float, float, float]:
    """Mean of a series in time order, lower and upper limit by the book's block bootstrap."""
    values = np.asarray(values, dtype=float)
    if not len(values):
        return (float("nan"),) * 3
    mean = float(values.mean())
    return mean, *bs.interval(mean, _weights(len(values)) @ values, len(values), level)


@cache
def _weights(n: int) -> np.ndarray:
    return bs.block_weights(n)


def concept_values(shap: pd.DataFrame) -> pd.DataFrame:
    """Sum SHAP over the columns that say the same thing, see :mod:`virality.features.concepts`.

    Returns
    -------
    DataFrame
        post_id, fold, concept, block, value (log views), columns (how many were summed).
    """
    names = {column: concept_of(column) for column in shap["column"].unique()}
    table = shap.assign(concept=shap["column"].map(names).astype("string"))
    by = table.groupby(["post_id", "fold", "concept", "block"], sort=False)["value"]
    return by.agg(value="sum", columns="size").reset_index()


def concept_importance(shap: pd.DataFrame) -> pd.DataFrame:
    """Mean |SHAP| of each concept over the held-out posts, largest first.

    Returns
    -------
    DataFrame
        concept, block, importance (log views).
    """
    table = concept_values(shap)
    size = table["value"].abs().groupby([table["concept"], table["block"]]).sum()
    n_posts = len(shap[["post_id", "fold"]].drop_duplicates())
    out = (size / max(n_posts, 1)).rename("importance").reset_index()
    return out.sort_values(["importance", "concept"], ascending=[False, True], ignore_index=True)


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
    table = in_time(shap_blocks, order)
    rows = [(b, *mean_interval(table[b].abs())) for b in blocks_in(shap_blocks)]
    out = pd.DataFrame(rows, columns=["block", "importance", "low", "high"])
    out["low"] = out["low"].clip(lower=0)
    out["share"] = out["importance"] / max(out["importance"].sum(), 1e-12)
    return out.sort_values("importance", ascending=False, kind="stable", ignore_index=True)


def fold_importance(shap_blocks: pd.DataFrame) -> pd.DataFrame:
    """Each block's share of the mean |SHAP| by fold: index fold, one column per block."""
    size = shap_blocks[blocks_in(shap_blocks)].abs().groupby(shap_blocks["fold"]).mean()
    return size.div(size.sum(axis=1).clip(lower=1e-12), axis=0)


def lead(shap_blocks: pd.DataFrame, order: pd.Series) -> tuple[float, float, float]:
    """Mean lead of the first block over the second in |SHAP|, paired by post, with interval."""
    table, ranked = in_time(shap_blocks, order), block_importance(shap_blocks, order)
    if len(ranked) < 2:
        return (float("nan"),) * 3
    first, second = ranked["block"].iloc[:2]
    return mean_interval(table[first].abs() - table[second].abs())


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
    own = predictions[predictions["fold"] == fold.fold].set_index("post_id")
    y = own["y_true"].reindex(fold.rows.index).to_numpy(float)
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
        return pd.DataFrame(columns=names).astype(
            {"block": "string"} | dict.fromkeys(names[1:], float)
        )
    table = losses.iloc[np.argsort(order.reindex(losses.index).to_numpy(), kind="stable")]
    level = 1 - (1 - bs.CONFIDENCE) / max(table.shape[1], 1)
    rows = [(b, *mean_interval(table[b].fillna(0), level)) for b in in_order(table.columns)]
    return pd.DataFrame(rows, columns=names)


def in_time(table: pd.DataFrame, order: pd.Series) -> pd.DataFrame:
    """Sort a table with a post_id column by posting time."""
    times = order.reindex(pd.Index(table["post_id"])).to_numpy()
    return table.iloc[np.argsort(times, kind="stable")]


# -------------------------------------------------------------------------------- skill


@dataclass(frozen=True)
class Skill:
    """The model against the better of two baselines that know nothing of the post.

    Parameters
    ----------
    baseline : str
        "train_mean" or "rolling_median_10"; "" when neither was predicted.
    miss, baseline_miss : float
        Mean absolute error in log views.
    difference, low, high : float
        The model's mean absolute error minus the baseline's, paired by post; negative is better.
    verdict : str
        "better", "worse" or "no clear difference".
    n : int
        Held-out posts.
    """

    baseline: str
    miss: float
    baseline_miss: float
    difference: float
    low: float
    high: float
    verdict: str
    n: int


def skill(predictions: pd.DataFrame, baselines: pd.DataFrame) -> Skill:
    """Compare the explained model with the better of training mean and rolling median.

    Parameters
    ----------
    predictions : DataFrame
        Of the explained model, one per post and fold.
    baselines : DataFrame
        Predictions of the naive rules, on the same folds.
    """
    split = predictions["split"].iloc[0]
    naive = baselines[baselines["model"].isin(BASELINES) & (baselines["split"] == split)]
    miss = (predictions["y_true"] - predictions["y_pred"]).abs().mean()
    if naive.empty:
        return Skill("", float(miss), *[float("nan")] * 4, "no clear difference", len(predictions))
    baseline = scores.better_naive(naive, split)
    own = naive[naive["model"] == baseline]
    both = pd.concat([predictions, own])
    found = scores.paired_differences(both, baseline, family=FAMILY).iloc[0]
    return Skill(
        baseline=baseline,
        miss=float(miss),
        baseline_miss=float((own["y_true"] - own["y_pred"]).abs().mean()),
        difference=float(found["difference"]),
        low=float(found["low"]),
        high=float(found["high"]),
        verdict=str(found["verdict"]),
        n=int(found["n"]),
    )


# ---------------------------------------------------------------------------- all of it


@dataclass(frozen=True)
class Explanation:
    """Everything that the chapter tells, from one set of stored folds.

    Parameters
    ----------
    shap, shap_blocks : DataFrame
        The artefacts; without rows when nothing was modelled.
    order : Series
        Posting times, index post_id.
    skill : Skill or None
        The model against its naive baselines.
    blocks : DataFrame
        One row a block, largest SHAP first: importance, low, high, share, columns (that the model
        saw), shuffle, shuffle_low, shuffle_high, refit, refit_low, refit_high.
    by_fold : DataFrame
        Shares of mean |SHAP|, index fold.
    lead : tuple of float
        See :func:`lead`.
    """

    shap: pd.DataFrame
    shap_blocks: pd.DataFrame
    order: pd.Series
    skill: Skill | None
    blocks: pd.DataFrame
    by_fold: pd.DataFrame
    lead: tuple[float, float, float]

    @property
    def empty(self) -> bool:
        """True when there was nothing to explain."""
        return self.shap_blocks.empty

    @property
    def n_held_out(self) -> int:
        """Held-out posts that were explained."""
        return self.shap_blocks["post_id"].nunique()

    @property
    def tells(self) -> bool:
        """True when something pushes at all (a model may give every post the same forecast)."""
        return not self.empty and bool(self.blocks["importance"].max() > SMALLEST_PUSH)


def explanation(
    folds: list[StoredFold], predictions: pd.DataFrame, posts: pd.DataFrame, seed: int = 0
) -> Explanation:
    """Explain stored folds, and check the explanation in two ways that need no SHAP.

    Parameters
    ----------
    folds : list of StoredFold
        Stored boosters of XGBoost on all blocks; may be empty.
    predictions : DataFrame
        Long table with XGBoost (all blocks, and where there are such, each left out) and the naive
        rules; a row that stands in it twice counts once.
    posts : DataFrame
        Tidy posts table.
    seed : int
        Of the shuffles.
    """
    order = posts.set_index("post_id")["posted_at"]
    predictions = predictions.drop_duplicates(_KEYS)
    own = of_folds(predictions[predictions["model"] == "xgboost"], folds)
    whole = own[own["blocks"] == "all"]
    shap, shap_blocks = explain(folds, whole)
    blocks = block_importance(shap_blocks, order)
    seen = shap.groupby("block")["column"].nunique()
    blocks["columns"] = blocks["block"].map(seen).fillna(0).astype(int)
    for name, table in (
        ("shuffle", shuffle_importance(folds, whole, order, seed)),
        ("refit", refit_importance(own, order)),
    ):
        table = table.rename(columns={"loss": name, "low": f"{name}_low", "high": f"{name}_high"})
        blocks = blocks.merge(table, on="block", how="left")
    found = None if shap_blocks.empty else skill(whole, predictions)
    by_fold, ahead = fold_importance(shap_blocks), lead(shap_blocks, order)
    return Explanation(shap, shap_blocks, order, found, blocks, by_fold, ahead)


def of_folds(predictions: pd.DataFrame, folds: list[StoredFold]) -> pd.DataFrame:
    """Keep the predictions of the run that the stored folds belong to: same posts, same values.

    (An expanding and a rolling window share their held-out posts, but not their boosters.)
    """
    if not folds:
        return predictions.head(0)
    parts = [pd.Series(each.y_pred, index=each.rows.index) for each in folds]
    return _nearest(predictions, pd.concat(parts, keys=[each.fold for each in folds]))


def of_shap(predictions: pd.DataFrame, shap_blocks: pd.DataFrame) -> pd.DataFrame:
    """Keep the XGBoost predictions that a `shap_blocks` table explains."""
    own = predictions[predictions["model"] == "xgboost"]
    if shap_blocks.empty:
        return own.head(0)
    return _nearest(own, shap_blocks.set_index(["fold", "post_id"])["prediction"])


def _nearest(predictions: pd.DataFrame, stored: pd.Series) -> pd.DataFrame:
    keys = ["split", "preset"]
    gaps = {}
    for run, part in predictions[predictions["blocks"] == "all"].groupby(keys):
        told = part.set_index(["fold", "post_id"])["y_pred"].reindex(stored.index)
        gaps[run] = float((told - stored).abs().fillna(np.inf).max())
    if not gaps:
        return predictions.head(0)
    split, preset = min(gaps, key=lambda run: gaps[run])
    return predictions[(predictions["split"] == split) & (predictions["preset"] == preset)]


# ------------------------------------------------------------------------------ one post


def worked_example(shap_blocks: pd.DataFrame) -> pd.Series | None:
    """Pick the held-out post that the model moved furthest from its starting point.

    Chosen by the prediction alone, never by how well it turned out.
    """
    if shap_blocks.empty:
        return None
    moved = (shap_blocks["prediction"] - shap_blocks["base_value"]).abs()
    return shap_blocks.loc[moved.idxmax()]


def start_and_end(example: pd.Series, predictions: pd.DataFrame) -> tuple[float, float, float]:
    """Where the model starts, what it forecasts and what came, in log views.

    Parameters
    ----------
    example : Series
        A row of `shap_blocks`.
    predictions : DataFrame
        Any predictions of that post; gives y_true.
    """
    came = predictions.loc[predictions["post_id"] == example["post_id"], "y_true"].iloc[0]
    return float(example["base_value"]), float(example["prediction"]), float(came)


def waterfall(shap: pd.DataFrame, post_id: str, fold: int, at_most: int = 8) -> pd.DataFrame:
    """The steps from the starting point to one prediction, largest first, the rest in one step.

    Returns
    -------
    DataFrame
        concept (or "rest"), block, value (log views), merged (concepts in that step).
    """
    own = shap[(shap["post_id"] == post_id) & (shap["fold"] == fold)]
    steps = concept_values(own).assign(merged=1)
    steps = steps.iloc[np.argsort(-steps["value"].abs(), kind="stable")]
    head, tail = steps.iloc[:at_most], steps.iloc[at_most:]
    if len(tail):
        rest = {"concept": "rest", "block": "", "value": tail["value"].sum(), "merged": len(tail)}
        head = pd.concat([head, pd.DataFrame([rest])], ignore_index=True)
    return head[["concept", "block", "value", "merged"]].reset_index(drop=True)


def dependence(shap: pd.DataFrame, concept: str, reading: pd.Series) -> pd.DataFrame:
    """One concept's reading against its push.

    Parameters
    ----------
    shap : DataFrame
        Artefact.
    concept : str
        See :mod:`virality.features.concepts`.
    reading : Series
        What the concept was for each post, in its own unit, index post_id.

    Returns
    -------
    DataFrame
        post_id, fold, reading, value (log views); posts without a reading are left out.
    """
    table = concept_values(shap)
    own = table[table["concept"] == concept]
    own = own.assign(reading=own["post_id"].map(reading).astype(float))
    return own[["post_id", "fold", "reading", "value"]].dropna().reset_index(drop=True)
