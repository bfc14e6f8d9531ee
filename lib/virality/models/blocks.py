"""From feature columns to model columns: impute, scale and reduce, block by block.

A block is what stands before the first double underscore of a column name.  Everything here is
fitted on training rows only, and the names that come out still tell the block, so that what a
model learnt can be traced back to pictures, words or sound.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted, validate_data

from virality.core.bounds import within
from virality.core.protocol import DEFAULT, REDUCTIONS, Protocol
from virality.features.blocks import KEPT_BLOCKS, block_of


class BlockImputer(TransformerMixin, BaseEstimator):
    """Fill gaps with training means and say where there were gaps.

    Columns without a single training value, and constant ones, are left out: they cannot teach
    anything.  Columns of a block that are missing in the same rows share one indicator column,
    `block__missing` or `block__missing_<first column>`, kept only when enough training rows are
    affected.  After scaling, a filled value is zero: a missing video says nothing of its content.

    Parameters
    ----------
    min_missing : float
        Smallest share of training rows with the gap (and with the value) for an indicator.
    """

    def __init__(self, min_missing: float = 0.1):
        self.min_missing = min_missing

    def fit(self, X: pd.DataFrame, y=None) -> BlockImputer:
        """Learn means, usable columns and gap patterns from training rows."""
        values = _frame(X).to_numpy(dtype=float)
        names = np.asarray(_frame(X).columns, dtype=object)
        gaps = np.isnan(values)
        with np.errstate(invalid="ignore"):
            seen = (~gaps).sum(axis=0)
            mean = np.where(seen > 0, np.nansum(values, axis=0) / np.maximum(seen, 1), np.nan)
            low, high = _range(values)
        varies = high - low > 1e-9 * np.maximum(np.abs(high), 1e-300)
        self.feature_names_in_, self.n_features_in_ = names, len(names)
        self.used_ = np.flatnonzero((seen > 0) & varies)
        self.mean_ = mean[self.used_]
        self.patterns_ = _gap_patterns(names, gaps, self.min_missing)
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Fill the gaps of any rows by what was learnt; index kept."""
        index = _frame(X).index
        return pd.DataFrame(self.fill(X), index=index, columns=self.get_feature_names_out())

    def fill(self, X: pd.DataFrame) -> np.ndarray:
        """The same as a plain array."""
        check_is_fitted(self, "used_")
        frame = _frame(X)
        if list(frame.columns) != list(self.feature_names_in_):
            frame = frame[list(self.feature_names_in_)]
        values = frame.to_numpy(dtype=float)
        filled = values[:, self.used_]
        filled = np.where(np.isnan(filled), self.mean_, filled)
        indicators = [np.isnan(values[:, column]) for _, column in self.patterns_]
        return np.column_stack([filled, *indicators]) if indicators else filled

    def get_feature_names_out(self, input_features=None) -> np.ndarray:
        """Names of the filled columns, then of the indicators."""
        names = [name for name, _ in self.patterns_]
        return np.concatenate([self.feature_names_in_[self.used_], np.array(names, dtype=object)])


class BlockPCA(TransformerMixin, BaseEstimator):
    """Principal components of each block of columns, by a full singular value decomposition.

    Parameters
    ----------
    n_components : int
        Components per reduced block, at most what rows and columns allow.
    mode : {"block", "global", "none"}
        Reduce each block by itself, all columns together (as many components as the blocks would
        have had), or nothing.
    keep : tuple of str
        Blocks that keep their columns in mode "block".
    normalise : bool
        Divide each block by the square root of its summed training variances, so that no block
        dominates by its width (as skrub's encoders do).
    columns : tuple of str, optional
        Column names, for input that is a plain array.

    Attributes
    ----------
    parts_ : list of (block, column numbers, PCA or None, divisor)

    Notes
    -----
    Column names come out as `block__pc1`, `block__pc2`, … or unchanged.  Without column names all
    columns are one block called "x".
    """

    def __init__(
        self,
        n_components: int = 8,
        mode: str = "block",
        keep: tuple[str, ...] = KEPT_BLOCKS,
        normalise: bool = True,
        columns: tuple[str, ...] | None = None,
    ):
        self.n_components, self.mode = n_components, mode
        self.keep, self.normalise, self.columns = keep, normalise, columns

    def fit(self, X, y=None) -> BlockPCA:
        """Find the components of each block in training rows, shape (n_rows, n_columns)."""
        if self.mode not in REDUCTIONS:
            raise ValueError(f"mode must be one of {REDUCTIONS}, not {self.mode!r}")
        values = validate_data(self, X, dtype=np.float64, ensure_min_samples=2)
        self.parts_ = [self._fit_part(*part, values) for part in self._blocks()]
        return self

    def transform(self, X) -> np.ndarray:
        """Components of any rows, shape (n_rows, n_components over all blocks)."""
        check_is_fitted(self, "parts_")
        values = validate_data(self, X, dtype=np.float64, reset=False)
        out = []
        for _, columns, pca, divisor in self.parts_:
            part = values[:, columns]
            out.append((part if pca is None else pca.transform(part)) / divisor)
        return np.column_stack(out)

    def get_feature_names_out(self, input_features=None) -> np.ndarray:
        """`block__pcN` for components, the old name for kept columns."""
        check_is_fitted(self, "parts_")
        old = self._names()
        names = []
        for block, columns, pca, _ in self.parts_:
            if pca is None:
                names += list(old[columns])
            else:
                names += [f"{block}__pc{i}" for i in range(1, pca.n_components_ + 1)]
        return np.array(names, dtype=object)

    def _names(self) -> np.ndarray:
        plain = np.array([f"x__{i}" for i in range(self.n_features_in_)], dtype=object)
        if self.columns is not None:
            plain = np.array(self.columns, dtype=object)
        return getattr(self, "feature_names_in_", plain)

    def _blocks(self) -> list[tuple[str, np.ndarray, bool]]:
        """(block, column numbers, whether to reduce), in order of first appearance.

        Indicators of gaps belong to their block but are no part of what is reduced.
        """
        found: dict[tuple[str, bool], list[int]] = {}
        for i, name in enumerate(self._names()):
            plain = "__missing" in str(name) or block_of(name) in self.keep
            reduce = self.mode == "block" and not plain
            found.setdefault((block_of(name), reduce), []).append(i)
        self.n_blocks_ = len({block for block, _ in found})
        if self.mode == "global":
            return [("all", np.arange(self.n_features_in_), True)]
        return [(block, np.array(columns), reduce) for (block, reduce), columns in found.items()]

    def _fit_part(self, name: str, columns: np.ndarray, reduce: bool, values: np.ndarray):
        part, pca = values[:, columns], None
        if reduce:
            pca, part = self._reduce(part)
        total = float(part.var(axis=0).sum())
        divisor = np.sqrt(total) if self.normalise and total > 0 else 1.0
        return name, columns, pca, divisor

    def _reduce(self, part: np.ndarray) -> tuple[PCA, np.ndarray]:
        wanted = within("n_components", self.n_components, 1) * (
            self.n_blocks_ if self.mode == "global" else 1
        )
        size = min(wanted, part.shape[0] - 1, part.shape[1])
        # Both solvers are exact; the second works on the covariance and wins on long tables.
        solver = "full" if part.shape[0] < 4 * part.shape[1] else "covariance_eigh"
        pca = PCA(n_components=size, svd_solver=solver).fit(part)
        return pca, pca.transform(part)


class BlockTransform(TransformerMixin, BaseEstimator):
    """Impute, scale and reduce: everything between feature columns and a model's columns.

    Parameters
    ----------
    reduction : {"block", "global", "none"}
    n_components : int
        Components per embedding block.
    normalise : bool
        Give every block the same total variance.
    scale : bool
        Scale every column.  False is the study's way: only what goes into a PCA is scaled.

    Attributes
    ----------
    imputer_, scaler_, reducer_ : fitted BlockImputer, StandardScaler, BlockPCA

    Notes
    -----
    A pipeline would do the same; handing thousands of columns from step to step as plain arrays is
    several times faster.
    """

    def __init__(
        self,
        reduction: str = "block",
        n_components: int = 8,
        normalise: bool = True,
        scale: bool = True,
    ):
        self.reduction, self.n_components = reduction, n_components
        self.normalise, self.scale = normalise, scale

    def fit(self, X: pd.DataFrame, y=None) -> BlockTransform:
        """Fit every step on training rows."""
        self.imputer_ = BlockImputer().fit(X)
        values, names = self.imputer_.fill(X), self.imputer_.get_feature_names_out()
        self.scaler_ = StandardScaler().fit(values)
        self._leave_unscaled(names)
        self.reducer_ = BlockPCA(
            self.n_components, self.reduction, normalise=self.normalise, columns=tuple(names)
        ).fit(self.scaler_.transform(values))
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """Model columns of any rows, index kept."""
        check_is_fitted(self, "reducer_")
        values = self.reducer_.transform(self.scaler_.transform(self.imputer_.fill(X)))
        return pd.DataFrame(values, index=X.index, columns=self.get_feature_names_out())

    def get_feature_names_out(self, input_features=None) -> np.ndarray:
        """Names of the model columns."""
        return self.reducer_.get_feature_names_out()

    def _leave_unscaled(self, names) -> None:
        """The study scaled only what went into a PCA: undo the scaling of the other columns."""
        if self.scale or self.reduction == "global":
            return
        raw = np.array(
            [self.reduction == "none" or block_of(name) in KEPT_BLOCKS for name in names],
            dtype=bool,
        )
        self.scaler_.mean_[raw], self.scaler_.scale_[raw] = 0.0, 1.0


def make_transform(protocol: Protocol = DEFAULT) -> BlockTransform:
    """Return the transform of a protocol; the study neither scaled nor normalised."""
    ours = protocol.preset != "study"
    return BlockTransform(protocol.reduction, protocol.n_components, ours, ours)


def _frame(X) -> pd.DataFrame:
    if isinstance(X, pd.DataFrame):
        return X
    X = np.asarray(X, dtype=float)
    return pd.DataFrame(X, columns=[f"x__{i}" for i in range(X.shape[1])])


def _range(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Smallest and largest known value of each column (0 and 0 where none is known)."""
    gaps = np.isnan(values)
    low = np.where(gaps, np.inf, values).min(axis=0, initial=np.inf)
    high = np.where(gaps, -np.inf, values).max(axis=0, initial=-np.inf)
    known = np.isfinite(low)
    return np.where(known, low, 0.0), np.where(known, high, 0.0)


def _gap_patterns(names, gaps: np.ndarray, min_missing: float) -> list[tuple[str, int]]:
    """(indicator name, a column that shows the pattern) for every gap pattern worth a column."""
    share = gaps.mean(axis=0) if len(gaps) else np.zeros(gaps.shape[1])
    worth = np.flatnonzero((share >= min_missing) & (share <= 1 - min_missing))
    packed = np.packbits(gaps[:, worth], axis=0).T
    found: dict[tuple[str, bytes], int] = {}
    for row, shown in zip(packed, worth.tolist(), strict=True):
        found.setdefault((block_of(names[shown]), row.tobytes()), shown)
    per_block: dict[str, list[int]] = {}
    for (block, _), column in found.items():
        per_block.setdefault(block, []).append(column)
    patterns = []
    for block, columns in per_block.items():
        for column in columns:
            tail = "" if len(columns) == 1 else "_" + str(names[column]).split("__", 1)[-1]
            patterns.append((f"{block}__missing{tail}", column))
    return patterns
