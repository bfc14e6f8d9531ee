"""Posts of different accounts, told in words that all accounts share.

Creators differ in how many views they get and in how far their posts lie apart.  So the outcome is
taken as distance from the account's level of that time, in units of the account's spread, and so is
everything that its history says.  What is left means the same for all: a post after a week below
the level, with hashtags that had done well, late in the evening.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from virality.features.blocks import block_of
from virality.features.build import ledger
from virality.features.momentum import FOLLOWERS, RULES
from virality.features.similarity import OF_MEDIA
from virality.features.table import ModelTable

WIDEST = 3.0  # a spread is pulled in to within so many times the usual one: few posts know little
_LOOKED_AT = ("metadata", "momentum", "similar")
_LEVEL = "log views"
_CHANGES = ("log views per day", "log views above the level")


@dataclass(frozen=True)
class Start:
    """What is assumed of an account without history.

    Parameters
    ----------
    level : float
        Mean of the creators' levels, log scale of the target.
    spread : float
        Usual distance of a post from its account's level, log units; above zero.
    """

    level: float
    spread: float


def _units() -> dict[str, str]:
    """Unit by column: what every input has, so neither followers nor films."""
    listed = ledger().set_index("feature")["unit"]
    replaced = {f"momentum__{name}" for name in RULES}  # of views; these are of the target
    films = {f"similar__{name}{end}" for name in OF_MEDIA for end in ("", "_known")}
    left_out = replaced | films | {name for name, *_ in FOLLOWERS}
    names = [name for name in listed.index if block_of(name) in _LOOKED_AT and name not in left_out]
    return {name: listed[name] for name in names} | {f"baseline__{name}": _LEVEL for name in RULES}


_UNITS = _units()
COLUMNS = tuple(_UNITS)  # in this order, the columns of `told`
_LEVELS = [name for name, unit in _UNITS.items() if unit == _LEVEL]
_DISTANCES = [name for name, unit in _UNITS.items() if unit in _CHANGES]
_HISTORY = [name for name in COLUMNS if block_of(name) != "metadata"]


def stand(table: ModelTable, start: Start) -> tuple[np.ndarray, np.ndarray]:
    """Level and spread of the account when each post went up.

    Parameters
    ----------
    table : ModelTable
    start : Start
        For posts before which nothing had matured.

    Returns
    -------
    level, spread : ndarray of shape (n,)
        Log units; the spread is above zero.
    """
    level = table.baselines["baseline__level"].to_numpy(float)
    spread = table.baselines["baseline__spread"].to_numpy(float)
    spread = np.clip(spread, start.spread / WIDEST, start.spread * WIDEST)
    return (
        np.where(np.isnan(level), start.level, level),
        np.where(np.isnan(spread), start.spread, spread),
    )


def told(table: ModelTable, level: np.ndarray, spread: np.ndarray) -> pd.DataFrame:
    """Tell each post relative to where its account stood.

    Parameters
    ----------
    table : ModelTable
    level, spread : ndarray of shape (n,)
        From `stand`.

    Returns
    -------
    DataFrame of shape (n, n_columns)
        Index post_id, columns `COLUMNS`, float32; NaN where nothing is known, or where the table
        has no such column.
    """
    rows = table.X.join(table.baselines).reindex(columns=list(COLUMNS)).astype(float)
    rows[_LEVELS] = rows[_LEVELS].sub(level, axis=0).div(spread, axis=0)
    rows[_DISTANCES] = rows[_DISTANCES].div(spread, axis=0)
    return rows.astype(np.float32)


def without_history(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows of `told` as of accounts of which nothing is known, shape (n, n_columns)."""
    rows = rows.copy()
    rows[_HISTORY] = np.float32(np.nan)
    return rows
