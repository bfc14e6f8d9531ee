"""A prior: a model of what posts add to the level of their account, fitted on other accounts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from virality.core.errors import UserError
from virality.features.table import ModelTable
from virality.features.targets import TARGETS
from virality.models.learnt import Learnt
from virality.models.relative import Start, stand, told, without_history


@dataclass(frozen=True)
class Prior:
    """What was learnt from other creators, to be carried to an account that it never saw.

    Parameters
    ----------
    learnt : Learnt
    start : Start
    target : str
        From :data:`virality.features.targets.TARGETS`.
    embargo_days : float
        By which the posts that it was fitted on had matured.
    n_creators, n_posts : int
        That it was fitted on.
    gain : float
        Share of the mean absolute error of the level alone that it saved on creators who were left
        out in turn; 0 where it saved nothing.
    """

    learnt: Learnt
    start: Start
    target: str
    embargo_days: float
    n_creators: int
    n_posts: int
    gain: float = 0.0

    def predict(self, table: ModelTable) -> pd.Series:
        """Forecast every post from its account's matured past and from what was learnt elsewhere.

        Parameters
        ----------
        table : ModelTable

        Returns
        -------
        Series of float, index post_id
            Log scale of the target.

        Raises
        ------
        UserError
            When the table is of another target.
        """
        self.refuse_other(_target(table))
        level, spread = stand(table, self.start)
        added = self.learnt.predict(told(table, level, spread))
        return pd.Series(level + spread * added, index=table.y.index, name="y_pred")

    def first(self, table: ModelTable) -> pd.Series:
        """Return what each post would add to the level were it the first of its account.

        Parameters
        ----------
        table : ModelTable

        Returns
        -------
        Series of float, index post_id
            Log units; only what is known of the post itself is looked at.

        Raises
        ------
        UserError
            When the table is of another target.
        """
        self.refuse_other(_target(table))
        level, spread = np.full(len(table.y), np.nan), np.full(len(table.y), self.start.spread)
        added = self.learnt.predict(without_history(told(table, level, spread)))
        return pd.Series(spread * added, index=table.y.index, name="added")

    def refuse_other(self, target: str) -> None:
        """Raise UserError for a target that it does not forecast.

        Parameters
        ----------
        target : str
        """
        if target != self.target:
            raise UserError(
                f"The prior forecasts {TARGETS[self.target]}, and something else is asked for.",
                do=f"Leave the prior out, or use target={self.target}.",
            )


def _target(table: ModelTable) -> str:
    """What a table's outcome is, see :func:`virality.features.targets.target_values`."""
    return str(table.y.name).removeprefix("log_")
