"""The record of a fold: its data, and a model fitted on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import xgboost as xgb
from sklearn.base import BaseEstimator

from virality.core.protocol import Protocol
from virality.features.blocks import block_of
from virality.features.table import select_columns
from virality.models.blocks import BlockTransform


@dataclass(frozen=True)
class FoldData:
    """One fold, its columns imputed, scaled and reduced by what its training rows say.

    Attributes
    ----------
    protocol : Protocol
        What the fold was made by, and its models are.
    fold : int
        Its number from 1; 0 = all posts.
    X_train, X_test : DataFrame
        Model columns, index post_id.
    baselines_train, baselines_test : DataFrame
        The naive rules' columns, `baseline__*`.
    y_train, y_test : Series
        Log outcomes.
    transform : BlockTransform
        Fitted on the training rows.
    raw_blocks : frozenset of str
        Blocks of the columns that the transform started from.
    """

    protocol: Protocol
    fold: int
    X_train: pd.DataFrame
    X_test: pd.DataFrame
    baselines_train: pd.DataFrame
    baselines_test: pd.DataFrame
    y_train: pd.Series
    y_test: pd.Series
    transform: BlockTransform
    raw_blocks: frozenset[str]

    def blocks(self, selection: str = "all") -> frozenset[str]:
        """Blocks that a selection of model columns tells of; after a global PCA, all of them."""
        found = frozenset(map(block_of, self.columns(selection)))
        return self.raw_blocks if "all" in found else found

    def columns(self, blocks: str = "all") -> list[str]:
        """Model columns of a selection of blocks, see `select_columns`."""
        return select_columns(self.X_train.columns, blocks)


@dataclass(frozen=True)
class FittedFold:
    """A model fitted on one fold's training rows (or on all posts, fold 0).

    Attributes
    ----------
    model : fitted estimator, or None for a stack
    booster : xgboost.Booster or None
    X_train, X_test : DataFrame
        The very rows the model was fitted on and asked to predict, index post_id.
    y_pred : Series
        Predictions for X_test.
    """

    fold: int
    model: BaseEstimator | None
    booster: xgb.Booster | None
    transform: BlockTransform
    X_train: pd.DataFrame
    X_test: pd.DataFrame
    y_pred: pd.Series

    @property
    def estimator(self) -> Any:
        """The fitted estimator; a stack has none."""
        if self.model is None:
            raise ValueError("a stack only averages the forecasts of its members")
        return self.model
