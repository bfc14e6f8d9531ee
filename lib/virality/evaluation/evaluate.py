"""Out-of-fold predictions: every model on every fold, nothing fitted outside its training rows.

The steps can be taken one by one (`model_table`, `fold_data`, `fit_fold`, `fit_final`) or all at
once (`cross_validate`).  Predictions are stored, scores are derived from them elsewhere.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd
from scipy.linalg import LinAlgWarning
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from virality.evaluation.validation import folds_table, make_splitter
from virality.features.table import (
    ModelTable,
    model_table,
    refuse_leaks,
    select_columns,
    variations,
)
from virality.models import catalogue as md
from virality.models.blocks import BlockTransform, make_transform
from virality.models.fitted import FittedFold, FoldData

BASELINES = md.BASELINES

__all__ = [
    "BASELINES",
    "FittedFold",
    "FoldData",
    "ModelTable",
    "cross_validate",
    "empty_predictions",
    "fit_final",
    "fit_fold",
    "fold_data",
    "fold_predictions",
    "model_table",
    "refuse_leaks",
    "select_columns",
    "stack_up",
    "variations",
]

PREDICTION_COLUMNS = {
    "post_id": "string",
    "split": "string",
    "fold": "int64",
    "model": "string",
    "blocks": "string",
    "preset": "string",
    "y_true": "float64",
    "y_pred": "float64",
}


def fold_data(
    table: ModelTable,
    split: str = "expanding",
    n_folds: int = 5,
    *,
    blocks: str = "all",
    preset: str = "tuned",
    pca: str = "block",
    n_components: int = 8,
    seed: int = 0,
) -> Iterator[FoldData]:
    """The folds, each with its own imputation, scaling and PCA fitted on its training rows.

    Parameters
    ----------
    table : ModelTable
    split : str
        "expanding", "rolling", "shuffled" or "study".
    blocks : str
        Raw columns to start from; narrow it only for a global PCA, which mixes blocks.
    preset, pca, n_components
        See `make_transform`; the study neither scaled nor normalised.
    seed : int
        Of shuffled folds.
    """
    splitter = make_splitter(split, table.times, n_folds, table.embargo_days, seed)
    X = table.X[select_columns(table.X.columns, blocks)]
    for fold, (train, test) in enumerate(splitter.split(), start=1):
        transform = _transform(preset, pca, n_components)
        X_train, X_test = X.iloc[train], X.iloc[test]
        if X.shape[1]:  # the naive rules need no columns
            with threadpool_limits(1):
                X_train, X_test = transform.fit_transform(X_train), transform.transform(X_test)
        yield FoldData(
            split=split,
            fold=fold,
            X_train=X_train,
            X_test=X_test,
            baselines_train=table.baselines.iloc[train],
            baselines_test=table.baselines.iloc[test],
            y_train=table.y.iloc[train],
            y_test=table.y.iloc[test],
            transform=transform,
        )


def fit_fold(
    fold: FoldData, model: str, blocks: str = "all", preset: str = "tuned", seed: int = 0
) -> FittedFold:
    """Fit one model on one fold's training rows and predict its test rows.

    Parameters
    ----------
    fold : FoldData
    model : str
        One of `models.MODELS` or `models.BASELINES`.
    blocks : str
        Blocks the model may see.
    """
    X_train, X_test = _model_rows(fold, model, blocks, preset)
    with threadpool_limits(1), warnings.catch_warnings():
        if preset == "study":  # its solvers do not converge on unscaled view sums; that is known
            warnings.simplefilter("ignore", ConvergenceWarning)
            warnings.simplefilter("ignore", LinAlgWarning)
        fitted = md.make_model(model, preset, seed).fit(X_train, fold.y_train.to_numpy())
        y_pred = np.asarray(fitted.predict(X_test), dtype=float)
    return FittedFold(
        fold=fold.fold,
        model=fitted,
        booster=md.booster_of(fitted),
        transform=fold.transform,
        X_train=X_train,
        X_test=X_test,
        y_pred=pd.Series(y_pred, index=X_test.index, name="y_pred"),
    )


def fit_final(
    table: ModelTable,
    model: str,
    *,
    preset: str = "tuned",
    pca: str = "block",
    n_components: int = 8,
    seed: int = 0,
) -> FittedFold:
    """Fit one model on all matured posts; `X_test` holds these same rows (fold 0).

    For looking at the model and for scoring a draft.  Its own predictions prove nothing.
    """
    transform = _transform(preset, pca, n_components)
    with threadpool_limits(1):
        X = transform.fit_transform(table.X)
    everything = FoldData(
        "final", 0, X, X, table.baselines, table.baselines, table.y, table.y, transform
    )
    return fit_fold(everything, model, "all", preset, seed)


def cross_validate(
    posts: pd.DataFrame,
    tables: pd.DataFrame | Iterable[pd.DataFrame] = (),
    models: Iterable[str] = md.LINEAR,
    *,
    split: str = "expanding",
    n_folds: int = 5,
    embargo_days: float = 7,
    target: str = "views",
    blocks: Iterable[str] | str = "all",
    baselines: bool = True,
    preset: str = "tuned",
    pca: str = "block",
    n_components: int = 8,
    seed: int = 0,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Predict every post of every test fold by every model, from its past only.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts table.
    tables : DataFrame or list of DataFrame
        Feature tables indexed by post_id.
    models : list of str
        From `models.MODELS`.
    split : str
        "expanding", "rolling", "shuffled" or "study".
    blocks : list of str, or "every"
        Selections of blocks, see `select_columns`; "every" = `variations`: all, metadata and
        momentum, each block alone and each left out.
    baselines : bool
        Add the naive rules, training mean and training median.
    preset, pca, n_components, seed
        See `make_model` and `make_transform`.

    Returns
    -------
    predictions : DataFrame
        Long, columns as in `PREDICTION_COLUMNS`; empty below 30 posts.
    folds : DataFrame
        From `folds_table`.
    """
    tables = [tables] if isinstance(tables, pd.DataFrame) else list(tables)
    table = model_table(posts, *tables, target=target, embargo_days=embargo_days)
    splitter = make_splitter(split, table.times, n_folds, table.embargo_days, seed)
    selections = _selections(blocks, table.blocks, pca)
    parts: list[pd.DataFrame] = []
    mixed = pca == "global"
    with threadpool_limits(1):
        for selection, inside in selections:
            for fold in fold_data(
                table, split, n_folds, blocks=selection, preset=preset, pca=pca,
                n_components=n_components, seed=seed,
            ):  # fmt: skip
                for name in inside:
                    found = fold_predictions(fold, list(models), name, preset, seed)
                    parts += [part.assign(blocks=selection) for part in found] if mixed else found
                if baselines and selection == selections[0][0]:
                    parts += fold_predictions(fold, list(md.BASELINES), "none", "baseline", seed)
    return stack_up(parts), folds_table(splitter, table.y)


def empty_predictions() -> pd.DataFrame:
    """A prediction table of the right columns and no rows."""
    return pd.DataFrame({k: pd.Series(dtype=v) for k, v in PREDICTION_COLUMNS.items()})


def _selections(blocks, present: list[str], pca: str) -> list[tuple[str, list[str]]]:
    """(columns to transform, selections of blocks within them).

    Scaling and PCA of a block do not depend on the other blocks, so that one transform serves every
    selection; a global PCA mixes the blocks and has to be fitted anew for each.
    """
    wanted = variations(present) if blocks == "every" else blocks
    wanted = [wanted] if isinstance(wanted, str) else list(wanted)
    if pca == "global":
        return [(name, ["all"]) for name in wanted]
    return [("all", wanted)]


def fold_predictions(fold: FoldData, names, blocks: str, preset: str, seed: int) -> list:
    """One long table per model; the stack averages what its members have already predicted."""
    done: dict[str, np.ndarray] = {}

    def predict(name: str) -> np.ndarray:
        if name == md.STACK:
            return np.mean([predict(member) for member in md.STACK_MEMBERS], axis=0)
        if name not in done:
            use = "tuned" if preset == "baseline" else preset
            done[name] = fit_fold(fold, name, blocks, use, seed).y_pred.to_numpy()
        return done[name]

    columns = {"split": fold.split, "fold": fold.fold, "blocks": blocks, "preset": preset}
    return [
        pd.DataFrame(
            {
                "post_id": fold.y_test.index,
                **columns,
                "model": name,
                "y_true": fold.y_test.to_numpy(),
                "y_pred": predict(name),
            }
        )
        for name in names
        if blocks == "none" or len(fold.columns(blocks))
    ]


def stack_up(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """One table in a fixed order; rows of a fold stay in time order."""
    if not parts:
        return empty_predictions()
    table = pd.concat(parts, ignore_index=True)[list(PREDICTION_COLUMNS)].astype(PREDICTION_COLUMNS)
    return table.sort_values(["blocks", "model", "fold"], kind="stable", ignore_index=True)


def _model_rows(
    fold: FoldData, model: str, blocks: str, preset: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Columns that a model may see.

    Baselines see the rules' columns.  Models that start from the account's level see them as well,
    but only where momentum is among their blocks: a block alone is alone.
    """
    if model in md.BASELINES:
        return fold.baselines_train, fold.baselines_test
    columns = fold.columns(blocks)
    X_train, X_test = fold.X_train[columns], fold.X_test[columns]
    if model == md.STACK or md.wants_level(model, preset, columns):
        return X_train.join(fold.baselines_train), X_test.join(fold.baselines_test)
    return X_train, X_test


def _transform(preset: str, pca: str, n_components: int) -> BlockTransform:
    ours = preset != "study"
    return make_transform(pca, n_components, normalise=ours, scale=ours)
