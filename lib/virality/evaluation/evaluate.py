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

from virality.core.protocol import DEFAULT, Protocol
from virality.evaluation.validation import folds_table, make_splitter
from virality.features.blocks import block_of
from virality.features.table import Features, ModelTable, model_table, select_columns
from virality.models import catalogue as md
from virality.models.blocks import make_transform
from virality.models.fitted import FittedFold, FoldData
from virality.models.trees import booster_of

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
    table: ModelTable, protocol: Protocol = DEFAULT, blocks: str = "all"
) -> Iterator[FoldData]:
    """The folds, each with its own imputation, scaling and PCA fitted on its training rows.

    Parameters
    ----------
    table : ModelTable
    protocol : Protocol
        Its split, folds, embargo, preset, reduction and seed.
    blocks : str
        Raw columns to start from; narrow it only for a global PCA, which mixes blocks.

    Yields
    ------
    FoldData
    """
    splits = make_splitter(table.times, protocol).split()
    for fold, (train, test) in enumerate(splits, start=1):
        yield one_fold(table, train, test, fold, protocol, blocks)


def one_fold(
    table: ModelTable, train, test, fold: int, protocol: Protocol = DEFAULT, blocks: str = "all"
) -> FoldData:
    """Transform the rows of one fold by what its training rows say.

    Parameters
    ----------
    table : ModelTable
    train, test : ndarray of int
        Row numbers of the table.
    fold : int
        Its number.
    protocol, blocks
        As for `fold_data`.
    """
    X = table.X[select_columns(table.X.columns, blocks)]
    X_train, X_test = X.iloc[train], X.iloc[test]
    transform = make_transform(protocol)
    if X.shape[1]:  # the naive rules need no columns
        with threadpool_limits(1):
            X_train, X_test = transform.fit_transform(X_train), transform.transform(X_test)
    return FoldData(
        protocol=protocol,
        fold=fold,
        X_train=X_train,
        X_test=X_test,
        baselines_train=table.baselines.iloc[train],
        baselines_test=table.baselines.iloc[test],
        y_train=table.y.iloc[train],
        y_test=table.y.iloc[test],
        transform=transform,
        raw_blocks=frozenset(map(block_of, X.columns)),
    )


def fit_fold(fold: FoldData, model: str, blocks: str = "all") -> FittedFold:
    """Fit one model on one fold's training rows and predict its test rows.

    Parameters
    ----------
    fold : FoldData
    model : str
        One of `models.MODELS` or `models.BASELINES`.
    blocks : str
        Blocks the model may see.
    """
    if members := md.find_model(model).members:
        return _average(fold, [fit_fold(fold, member, blocks) for member in members])
    preset, seed = fold.protocol.preset, fold.protocol.seed
    X_train, X_test = _model_rows(fold, model, blocks)
    with threadpool_limits(1), warnings.catch_warnings():
        if preset == "study":  # its solvers do not converge on unscaled view sums; that is known
            warnings.simplefilter("ignore", ConvergenceWarning)
            warnings.simplefilter("ignore", LinAlgWarning)
        fitted = md.make_model(model, preset, seed).fit(X_train, fold.y_train.to_numpy())
        y_pred = np.asarray(fitted.predict(X_test), dtype=float)
    return FittedFold(
        fold=fold.fold,
        model=fitted,
        booster=booster_of(fitted),
        transform=fold.transform,
        X_train=X_train,
        X_test=X_test,
        y_pred=pd.Series(y_pred, index=X_test.index, name="y_pred"),
    )


def fit_final(table: ModelTable, model: str, protocol: Protocol = DEFAULT) -> FittedFold:
    """Fit one model on all matured posts; `X_test` holds these same rows (fold 0).

    For looking at the model and for scoring a draft.  Its own predictions prove nothing.

    Parameters
    ----------
    table : ModelTable
        Of one creator.
    model : str
        From `models.MODELS`.
    protocol : Protocol

    Returns
    -------
    FittedFold
    """
    everything = np.arange(len(table.y))
    return fit_fold(one_fold(table, everything, everything, 0, protocol), model)


def cross_validate(
    posts: pd.DataFrame,
    features: Features = None,
    models: Iterable[str] = md.LINEAR,
    *,
    protocol: Protocol = DEFAULT,
    blocks: Iterable[str] | str = "all",
    baselines: bool = True,
) -> pd.DataFrame:
    """Predict every post of every test fold by every model, from its past only.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts table.
    features : DataFrame or list of DataFrame, optional
        Feature tables indexed by post_id; metadata and momentum are built when none are given.
    models : list of str
        From `models.MODELS`.
    protocol : Protocol
    blocks : list of str, or "every"
        Selections of blocks, see `select_columns`; "every" = `variations`: all, metadata and
        momentum, each block alone and each left out.
    baselines : bool
        Add the naive rules, training mean and training median.

    Returns
    -------
    DataFrame
        Long, columns as in `PREDICTION_COLUMNS`; empty below 30 posts.  `y_true` and `y_pred` are
        on a log scale, see :func:`virality.features.targets.target_values`.

    Raises
    ------
    UserError
        When a feature gives the outcome away, or a model is not known.

    Examples
    --------
    >>> from virality.demo.posts import simulate_creator
    >>> posts = simulate_creator(n_posts=50)
    >>> predictions = cross_validate(posts, models=["ridge"], protocol=Protocol(n_folds=2))
    >>> predictions["model"].unique().tolist()
    ['ridge', 'ewm', 'last_post', 'rolling_median_10', 'train_mean', 'train_median']
    >>> predictions.columns.tolist()[-2:]
    ['y_true', 'y_pred']
    """
    table = model_table(posts, features, protocol)
    selections = _selections(blocks, table.blocks, protocol.reduction)
    parts: list[pd.DataFrame] = []
    with threadpool_limits(1):
        for selection, inside in selections:
            for fold in fold_data(table, protocol, selection):
                for name in inside:
                    found = fold_predictions(fold, models, name)
                    mixed = protocol.reduction == "global"
                    parts += [part.assign(blocks=selection) for part in found] if mixed else found
                if baselines and selection == selections[0][0]:
                    parts += fold_predictions(fold, md.BASELINES, "none")
    return stack_up(parts)


def make_folds(posts: pd.DataFrame, protocol: Protocol = DEFAULT) -> pd.DataFrame:
    """Return the folds that `cross_validate` uses for these posts: one row each.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts table.
    protocol : Protocol

    Returns
    -------
    DataFrame
        Columns as in `validation.FOLD_COLUMNS`; empty below 30 posts.
    """
    table = model_table(posts, (), protocol)
    return folds_table(make_splitter(table.times, protocol), table.y)


def empty_predictions() -> pd.DataFrame:
    """A prediction table of the right columns and no rows."""
    return pd.DataFrame({k: pd.Series(dtype=v) for k, v in PREDICTION_COLUMNS.items()})


def variations(blocks: list[str]) -> list[str]:
    """All blocks, metadata and momentum only, each block alone, each left out."""
    out = ["all"]
    if set(blocks) > {"metadata", "momentum"}:
        out.append("metadata+momentum")
    if len(blocks) > 1:
        out += blocks + [f"all-{block}" for block in blocks]
    return out


def _selections(blocks, present: list[str], reduction: str) -> list[tuple[str, list[str]]]:
    """(columns to transform, selections of blocks within them).

    Scaling and PCA of a block do not depend on the other blocks, so that one transform serves every
    selection; a global PCA mixes the blocks and has to be fitted anew for each.
    """
    wanted = variations(present) if blocks == "every" else blocks
    wanted = [wanted] if isinstance(wanted, str) else list(wanted)
    if reduction == "global":
        return [(name, ["all"]) for name in wanted]
    return [("all", wanted)]


def fold_predictions(fold: FoldData, models: Iterable[str], blocks: str) -> list[pd.DataFrame]:
    """One long table per model; the stack averages what its members have already predicted.

    Parameters
    ----------
    fold : FoldData
    models : list of str
    blocks : str
        A selection of blocks; "none" for baselines.
    """
    done: dict[str, FittedFold] = {}

    def fitted(name: str) -> FittedFold:
        if name not in done:
            members = [fitted(member) for member in md.find_model(name).members]
            done[name] = _average(fold, members) if members else fit_fold(fold, name, blocks)
        return done[name]

    return [
        pd.DataFrame(
            {
                "post_id": fold.y_test.index,
                "split": fold.protocol.split,
                "fold": fold.fold,
                "blocks": blocks,
                "preset": "baseline" if blocks == "none" else fold.protocol.preset,
                "model": name,
                "y_true": fold.y_test.to_numpy(),
                "y_pred": fitted(name).y_pred.to_numpy(),
            }
        )
        for name in models
        if blocks == "none" or len(fold.columns(blocks))
    ]


def _average(fold: FoldData, members: list[FittedFold]) -> FittedFold:
    """A stack: the plain average of its members' forecasts."""
    y_pred = np.mean([one.y_pred.to_numpy() for one in members], axis=0)
    return FittedFold(
        fold=fold.fold,
        model=None,
        booster=None,
        transform=fold.transform,
        X_train=fold.X_train,
        X_test=fold.X_test,
        y_pred=pd.Series(y_pred, index=fold.X_test.index, name="y_pred"),
    )


def stack_up(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """One table in a fixed order; rows of a fold stay in time order."""
    if not parts:
        return empty_predictions()
    table = pd.concat(parts, ignore_index=True)[list(PREDICTION_COLUMNS)].astype(PREDICTION_COLUMNS)
    return table.sort_values(["blocks", "model", "fold"], kind="stable", ignore_index=True)


def _model_rows(fold: FoldData, model: str, blocks: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Columns that a model may see.

    Baselines see the rules' columns.  Models that start from the account's level see them as well,
    but only where momentum is among their blocks: a block alone is alone.
    """
    if md.is_baseline(model):
        return fold.baselines_train, fold.baselines_test
    columns = fold.columns(blocks)
    X_train, X_test = fold.X_train[columns], fold.X_test[columns]
    if md.wants_level(model, fold.protocol.preset, fold.blocks(blocks)):
        return X_train.join(fold.baselines_train), X_test.join(fold.baselines_test)
    return X_train, X_test
