"""One fold at a time: rows transformed by what its training rows say, models fitted on them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.linalg import LinAlgWarning
from sklearn.exceptions import ConvergenceWarning

from virality.core.protocol import DEFAULT, Protocol
from virality.core.threads import one_thread
from virality.evaluation.validation import make_splitter
from virality.features.blocks import block_of
from virality.features.table import ModelTable, select_columns
from virality.models import catalogue as md
from virality.models.blocks import make_transform
from virality.models.fitted import FittedFold, FoldData
from virality.models.trees import booster_of


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
        with one_thread():
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
    with one_thread(), warnings.catch_warnings():
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


class FoldFits:
    """Models fitted on one fold from a selection of blocks, each once, whoever asks.

    Parameters
    ----------
    fold : FoldData
    blocks : str
        Blocks that the models may see; "none" for baselines.
    """

    def __init__(self, fold: FoldData, blocks: str = "all"):
        self.fold, self.blocks = fold, blocks
        self._done: dict[str, FittedFold] = {}

    def __getitem__(self, model: str) -> FittedFold:
        """The fitted model; a stack averages what its members have already predicted."""
        if model not in self._done:
            members = [self[member] for member in md.find_model(model).members]
            self._done[model] = (
                _average(self.fold, members) if members else fit_fold(self.fold, model, self.blocks)
            )
        return self._done[model]

    def about(self, X: pd.DataFrame, baselines: pd.DataFrame, y: pd.Series) -> FoldFits:
        """The same fits, asked about other posts than those of the fold.

        Parameters
        ----------
        X, baselines : DataFrame
            Of the posts, columns as in the table that the fold is from.
        y : Series
            Their outcomes, which are looked at by nobody who forecasts.

        Returns
        -------
        FoldFits
        """
        seen = self.fold.transform.transform(X) if self.fold.X_train.shape[1] else X
        fold = replace(self.fold, X_test=seen, baselines_test=baselines, y_test=y)
        other = FoldFits(fold, self.blocks)
        for name, fitted in self._done.items():
            if fitted.model is not None:  # a stack asks its members
                other._done[name] = _asked(fitted, _model_rows(fold, name, self.blocks)[1])
        return other

    @property
    def columns(self) -> list[str]:
        """Model columns of the selection."""
        return self.fold.columns(self.blocks)


def _asked(fitted: FittedFold, rows: pd.DataFrame) -> FittedFold:
    """A fitted model, asked about other rows."""
    with one_thread():
        y_pred = np.asarray(fitted.estimator.predict(rows), dtype=float)
    return replace(fitted, X_test=rows, y_pred=pd.Series(y_pred, rows.index, name="y_pred"))


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
