"""The table that models read: features of every usable post, its outcome, and the naive rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd

from virality.core.errors import UserError
from virality.core.protocol import DEFAULT, Protocol
from virality.features import build as ft
from virality.features import study
from virality.features.blocks import BLOCKS, block_of
from virality.features.targets import is_matured, target_values

LEAK_RANK_CORRELATION = 0.999
LEAK_NEEDS_POSTS = 20
_NOT_OF_THE_STUDY = ("similar", "hook")


class LeakFound(UserError):
    """A feature gives the outcome away."""


@dataclass(frozen=True)
class ModelTable:
    """Everything that modelling reads, one row per usable post, in time order.

    Attributes
    ----------
    X : DataFrame
        Features before imputation, index post_id, columns `block__name`.
    y : Series
        Log outcome.
    baselines : DataFrame
        The naive rules' columns, `baseline__*`.
    times : Series
        Posting times.
    """

    X: pd.DataFrame
    y: pd.Series
    baselines: pd.DataFrame
    times: pd.Series

    @property
    def blocks(self) -> list[str]:
        """Blocks that have at least one known value, in the order of the book."""
        known = {block_of(name) for name in self.X.columns[self.X.notna().any()]}
        return [block for block in BLOCKS if block in known]


#: One table of features, several, or none: then metadata and momentum are built.
Features: TypeAlias = pd.DataFrame | Iterable[pd.DataFrame] | None


def model_table(
    posts: pd.DataFrame, features: Features = None, protocol: Protocol = DEFAULT
) -> ModelTable:
    """Join features to posts by post_id and leave out posts without a matured outcome.

    Where all outcomes are equal there is nothing to learn and nothing to score, so no post is left.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts table.
    features : DataFrame or list of DataFrame, optional
        Indexed by post_id (features, embeddings); empty ones are fine.  Metadata and momentum are
        built when none are given.
    protocol : Protocol
        Its target and embargo.

    Returns
    -------
    ModelTable

    Raises
    ------
    UserError
        When a column gives the outcome away.
    ValueError
        For a column that is not known at posting or belongs to no block.
    """
    usable = is_matured(posts, protocol.embargo_days)
    y = target_values(posts, protocol.target)
    usable &= y.notna().to_numpy()
    usable &= y[usable].min() < y[usable].max()
    X = _join(y.index, _tables(posts, features, protocol))
    refuse_leaks(X[usable], y[usable])
    baselines = ft.baseline_columns(posts, protocol)
    times = pd.Series(posts["posted_at"].to_numpy(), index=y.index, name="posted_at")
    return ModelTable(X[usable], y[usable], baselines[usable], times[usable])


def refuse_leaks(X: pd.DataFrame, y: pd.Series) -> None:
    """Stop when a column ranks the posts just as the outcome does: nothing honest can.

    Parameters
    ----------
    X : DataFrame of shape (n_posts, n_features)
    y : Series of shape (n_posts,)
        The outcome, in log units.

    Raises
    ------
    LeakFound
        Naming the columns.
    """
    if len(y) < LEAK_NEEDS_POSTS or y.nunique() < LEAK_NEEDS_POSTS // 2:
        return
    ranks = X.rank().to_numpy(dtype=float)
    target = y.rank().to_numpy(dtype=float)
    caught = []
    for name, column in zip(X.columns, ranks.T, strict=True):
        both = ~np.isnan(column)
        a, b = column[both], target[both]
        if len(a) < LEAK_NEEDS_POSTS or a.std() == 0 or b.std() == 0:
            continue
        if abs(np.corrcoef(a, b)[0, 1]) > LEAK_RANK_CORRELATION:
            caught.append(str(name))
    if caught:
        raise LeakFound(
            f"The feature {', '.join(caught)} ranks the posts exactly as the outcome does.",
            do="A feature may only hold what was known when the post went up.",
        )


def select_columns(columns: Iterable[str], blocks: str = "all") -> list[str]:
    """Columns of "all", "all-vision", "vision" or "metadata+momentum".

    With the study's features, "metadata+momentum" are the 19 columns of its metadata rows, in its
    order.  After a global PCA blocks can no longer be told apart: only "all" is possible.

    Parameters
    ----------
    columns : iterable of str
        That there are.
    blocks : str
        Names of blocks with "+" between them, "all", or "all-" and the one that is left out.

    Returns
    -------
    list of str
    """
    columns = [str(name) for name in columns]
    if blocks == "metadata+momentum" and set(study.METADATA_ROWS) <= set(columns):
        return list(study.METADATA_ROWS)
    if blocks == "all":
        return columns
    if blocks.startswith("all-"):
        return [name for name in columns if block_of(name) != blocks.removeprefix("all-")]
    return [name for name in columns if block_of(name) in blocks.split("+")]


def _tables(posts: pd.DataFrame, features: Features, protocol: Protocol) -> list[pd.DataFrame]:
    if features is None:
        return [ft.build_features(posts, protocol.embargo_days)]
    return [features] if isinstance(features, pd.DataFrame) else list(features)


def _join(index: pd.Index, tables) -> pd.DataFrame:
    """Feature tables side by side for these posts, joined by post_id; knowable columns only.

    The study neither compared posts nor looked for facts of an opening: beside its columns nothing
    of these blocks stands.
    """
    parts = [part for part in tables if part is not None and part.shape[1]]
    replicates = any(map(_is_study, parts))
    for at, part in enumerate(parts):
        kept = [name for name in part if not (replicates and block_of(name) in _NOT_OF_THE_STUDY)]
        allowed = _allowed(part.set_axis(part.index.astype("string"))[kept])
        parts[at] = allowed.reindex(index)
    joined = pd.concat(parts, axis=1) if parts else pd.DataFrame(index=index)
    return joined.rename_axis("post_id")


def _allowed(part: pd.DataFrame) -> pd.DataFrame:
    """The study's own columns pass as they are: they replicate, they do not forecast."""
    return part if _is_study(part) else ft.knowable(part)


def _is_study(part: pd.DataFrame) -> bool:
    return set(part.columns) == {name for name, *_ in study.COLUMNS}
