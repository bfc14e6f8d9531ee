"""SHAP values of held-out posts: one forecast split into pushes that add up to it exactly.

Only boosters that are stored with a run are explained, on posts that they had not seen.

Source: Lundberg et al. (2020), From local explanations to global understanding with explainable AI
for trees.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable

import numpy as np
import pandas as pd

from virality.core.errors import UserError
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
KEYS = {"post_id": "string", "fold": "int64", "base_value": "float64", "prediction": "float64"}
AGREEMENT = 1e-3  # log views; float32 sums of a few hundred trees differ by about 1e-5


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
    pushes = np.asarray(explainer.shap_values(rows, check_additivity=False), float)
    values = pd.DataFrame(pushes, index=rows.index, columns=rows.columns)
    base = float(np.ravel(explainer.expected_value)[0])
    if LEVEL in fold.rows.columns:
        values[LEVEL] = fold.rows[LEVEL] - fold.mean_level
    return values[fold.rows.columns], base + fold.mean_level


def shap_tables(
    folds: Iterable[StoredFold], predictions: pd.DataFrame | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Explain the held-out posts of every fold.

    Parameters
    ----------
    folds : iterable of StoredFold
        As stored by the nonlinear models.
    predictions : DataFrame, optional
        Out-of-fold predictions of the same model (one per post and fold) that were stored with the
        folds: only what was held out then, and predicted so, is explained.

    Returns
    -------
    shap : DataFrame
        Long, columns :data:`SHAP_COLUMNS`; `value` in log views, `feature_value` scaled.
    shap_blocks : DataFrame
        post_id, fold, one column per block (its SHAP values summed), base_value, prediction.

    Raises
    ------
    UserError
        When a post was not held out, or a booster does not give the stored predictions.
    """
    long, wide = [], []
    for fold in folds:
        if predictions is not None:
            _refuse_mismatch(fold, predictions)
        values, base = contributions(fold)
        long.append(_long(fold.fold, values, fold.rows))
        sums = values.T.groupby(block_of).sum().T
        wide.append(sums.assign(fold=fold.fold, base_value=base, prediction=fold.y_pred))
    if not long:
        return _empty(SHAP_COLUMNS), _empty(KEYS)
    table = pd.concat(wide).reset_index(names="post_id")
    blocks = blocks_in(table)
    table[blocks] = table[blocks].fillna(0.0)  # a block without a column in a fold pushes nothing
    table = table[["post_id", "fold", *blocks, "base_value", "prediction"]].astype(KEYS)
    return pd.concat(long, ignore_index=True).astype(SHAP_COLUMNS), table


def _empty(columns: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame(columns=list(columns)).astype(columns)


def blocks_in(shap_blocks: pd.DataFrame) -> list[str]:
    """Blocks that a `shap_blocks` table has, in the order of the book."""
    return in_order(set(shap_blocks.columns) - set(KEYS))


def in_order(blocks: Iterable[str]) -> list[str]:
    """Blocks in the order of the book, unknown ones last."""
    rank = {block: i for i, block in enumerate(BLOCKS)}
    return sorted(blocks, key=lambda block: (rank.get(block, len(rank)), block))


def _refuse_mismatch(fold: StoredFold, predictions: pd.DataFrame) -> None:
    """Raise UserError unless every row is a held-out post with the prediction that was stored."""
    stored = predictions[predictions["fold"] == fold.fold].set_index("post_id")["y_pred"]
    y_pred = stored.reindex(fold.rows.index).to_numpy(float)
    if np.isnan(y_pred).any():
        what = f"Fold {fold.fold} holds posts that it was not tested on."
    elif np.abs(y_pred - fold.y_pred).max(initial=0) > AGREEMENT:
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


# --------------------------------------------------------------- columns that say the same


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
    part = table[table["concept"] == concept]
    part = part.assign(reading=part["post_id"].map(reading).astype(float))
    return part[["post_id", "fold", "reading", "value"]].dropna().reset_index(drop=True)


# -------------------------------------------------------------------------------- one post


def start_and_end(example: pd.Series, predictions: pd.DataFrame) -> tuple[float, float, float]:
    """Where the model starts, what it forecasts and what came, in log views.

    Parameters
    ----------
    example : Series
        A row of `shap_blocks`.
    predictions : DataFrame
        Any predictions of that post; gives y_true.

    Returns
    -------
    tuple of float
    """
    actual = predictions.loc[predictions["post_id"] == example["post_id"], "y_true"].iloc[0]
    return float(example["base_value"]), float(example["prediction"]), float(actual)


def waterfall(shap: pd.DataFrame, post_id: str, fold: int, at_most: int = 8) -> pd.DataFrame:
    """The steps from the starting point to one prediction, largest first, the rest in one step.

    Parameters
    ----------
    shap : DataFrame
        Artefact.
    post_id : str
    fold : int
    at_most : int
        Steps before the rest.

    Returns
    -------
    DataFrame
        concept (or "rest"), block, value (log views), merged (concepts in that step).
    """
    steps = concept_values(shap[(shap["post_id"] == post_id) & (shap["fold"] == fold)])
    steps = steps.assign(merged=1).iloc[np.argsort(-steps["value"].abs(), kind="stable")]
    head, tail = steps.iloc[:at_most], steps.iloc[at_most:]
    if len(tail):
        rest = {"concept": "rest", "block": "", "value": tail["value"].sum(), "merged": len(tail)}
        head = pd.concat([head, pd.DataFrame([rest])], ignore_index=True)
    return head[["concept", "block", "value", "merged"]].reset_index(drop=True)
