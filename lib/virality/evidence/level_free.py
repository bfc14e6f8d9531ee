"""Content and views of the same posts without the account's level: what a test of content needs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from virality.core.embargo import embargo_us, is_matured_by, microseconds
from virality.core.protocol import DEFAULT, MIN_POSTS, Protocol
from virality.evidence import shifts as sh
from virality.features.blocks import CONTENT_BLOCKS, block_of
from virality.features.table import ModelTable
from virality.models.catalogue import RECENT_RULE

LEVEL = f"baseline__{RECENT_RULE}"
FOLDS, FIRST_POSTS, SMALLEST_FOLD = 5, 15, 5  # of the content test


@dataclass(frozen=True)
class Content:
    """Content and views of the same posts, both without the account's level.

    Attributes
    ----------
    residual : ndarray of shape (n,)
        Log outcome minus the median of the ten last posts that had matured by then.
    blocks : dict of str to ndarray of shape (n, n_columns)
        Each content block's running scores, see `shifts.running_scores`.
    folds : list of (train rows, test rows)
    table : ModelTable
        The same as a table that models can be fitted on.
    """

    residual: np.ndarray
    blocks: dict[str, np.ndarray]
    folds: list[tuple[np.ndarray, np.ndarray]]
    table: ModelTable

    @property
    def testable(self) -> bool:
        """Whether there is a block, a fold and an outcome that varies."""
        return bool(self.blocks and self.folds) and np.ptp(self.residual) > 0

    @property
    def n_tested(self) -> int:
        """Posts in the test folds."""
        return sum(len(test) for _, test in self.folds)

    def together(self) -> np.ndarray:
        """All blocks side by side, each with the same total variance in the first training rows."""
        train = self.folds[0][0]
        parts = []
        for scores in self.blocks.values():
            length = np.sqrt((scores[train] ** 2).sum(axis=1).mean())
            parts.append(scores / length if length > 0 else scores)
        return np.hstack(parts)


def content_series(table: ModelTable, protocol: Protocol = DEFAULT) -> Content:
    """Take the account's level out of outcome and content alike.

    Momentum is no content: it is made of earlier outcomes.  Posts before the first matured one
    have no level and are left out.

    Parameters
    ----------
    table : ModelTable
    protocol : Protocol
        Its embargo.
    """
    keep = (table.y - table.baselines[LEVEL]).notna().to_numpy()
    X = table.X[[name for name in table.X.columns if block_of(name) in CONTENT_BLOCKS]]
    scores = pd.DataFrame(sh.running_scores(X.to_numpy(float)), X.index, X.columns)[keep]
    scores = scores.loc[:, (scores != 0).any()]
    level_free = replace(
        table,
        X=scores,
        y=(table.y - table.baselines[LEVEL])[keep],
        baselines=table.baselines.loc[keep, []],  # nothing is to start from the level again
        times=table.times[keep],
    )
    folds = content_folds(level_free.times, protocol.embargo_days)
    names = np.array([block_of(name) for name in scores.columns])
    blocks = {
        block: sh.reduce(scores.to_numpy()[:, names == block], folds[0][0])
        for block in level_free.blocks
        if folds
    }
    return Content(level_free.y.to_numpy(), blocks, folds, level_free)


def content_folds(times, embargo_days: float = 7, n_folds: int = FOLDS) -> list[tuple]:
    """Expanding folds for the content test: more test posts than a forecast could afford.

    A regression whose penalty is fixed can start early, and a test gains more from posts to be
    tested on than it loses by the first fits being poor.

    Parameters
    ----------
    times : array-like of datetime64, in time order
    embargo_days : float
        Training posts are at least so much older than the first test post.
    n_folds : int
        Fewer when there are few posts.

    Returns
    -------
    list of (train rows, test rows)
        The first test fold begins after a sixth of the posts, and no earlier than the fifteenth.
    """
    clock = microseconds(times)
    embargo_us(embargo_days)  # refuses what makes no sense
    first = max(FIRST_POSTS, len(clock) // 6)
    n_folds = min(n_folds, (len(clock) - first) // SMALLEST_FOLD)
    if len(clock) < MIN_POSTS or n_folds < 1:
        return []
    folds = []
    for test in np.array_split(np.arange(first, len(clock)), n_folds):
        train = np.flatnonzero(is_matured_by(clock, embargo_days, clock[test[0]]))
        if len(train) >= FIRST_POSTS // 2:
            folds.append((train, test))
    return folds
