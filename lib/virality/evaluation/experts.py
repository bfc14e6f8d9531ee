"""Who is asked for the forecast: plain rules at every post, and models step by step.

Rules are computed online.  Models are fitted on the training posts of each fold; what they would
have said before the first fold comes from a few steps inside its training posts, each fitted on
what had matured when the step began.  So every expert has a record of losses when the first
forecast is due, and none of it was made with hindsight.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from virality.core.embargo import is_matured_by, microseconds
from virality.core.protocol import Protocol
from virality.evaluation.folds import FoldFits, one_fold
from virality.evaluation.validation import MIN_TEST, MIN_TRAIN
from virality.features.momentum import EXPERT_RULES, RULES
from virality.features.table import ModelTable
from virality.models.fitted import FoldData

RULE_EXPERTS = tuple(name for name in (*RULES, *EXPERT_RULES) if name != "last_post")
MODEL_EXPERTS = ("block_ridge", "xgboost", "forest")
PRIOR = "prior"  # the expert of a model that was fitted on other creators
N_STEPS = 3


def steps_before(
    table: ModelTable, protocol: Protocol, first_test: int, blocks: str = "all"
) -> list[FoldData]:
    """Folds inside what lies before the first test fold, numbered below zero.

    Parameters
    ----------
    table : ModelTable
    protocol : Protocol
    first_test : int
        When the first test fold begins, microseconds.
    blocks : str
        As for `folds.fold_data`.

    Returns
    -------
    list of FoldData
        At most `N_STEPS`, one after the other in time; none when too few posts had matured.
    """
    clock = microseconds(table.times)
    order = np.argsort(clock, kind="stable")
    before = order[clock[order] < first_test]
    matured = [is_matured_by(clock, protocol.embargo_days, clock[row]).sum() for row in before]
    begin = max(int(np.searchsorted(matured, MIN_TRAIN)), len(before) // 3)
    n_steps = min(N_STEPS, (len(before) - begin) // MIN_TEST)
    parts = np.array_split(before[begin:], n_steps) if n_steps else []
    return [
        one_fold(
            table,
            order[is_matured_by(clock[order], protocol.embargo_days, clock[rows[0]])],
            rows,
            number - n_steps,
            protocol,
            blocks,
        )
        for number, rows in enumerate(parts)
    ]


def rule_forecasts(table: ModelTable) -> pd.DataFrame:
    """What each plain rule says about every post; NaN before a first matured post.

    Parameters
    ----------
    table : ModelTable

    Returns
    -------
    DataFrame
        Index post_id, a column per rule; log scale of the target.
    """
    columns = table.baselines[[f"baseline__{name}" for name in RULE_EXPERTS]]
    return columns.set_axis(list(RULE_EXPERTS), axis=1)


def model_forecasts(fits: list[FoldFits], index: pd.Index) -> pd.DataFrame:
    """What each model says about the test posts of some folds; NaN about all others.

    Parameters
    ----------
    fits : list of FoldFits
    index : Index
        All posts.

    Returns
    -------
    DataFrame
        Index as given, a column per model; log scale of the target.
    """
    said = pd.DataFrame(np.nan, index=index, columns=list(MODEL_EXPERTS))
    for one in fits:
        if one.columns:
            for name in MODEL_EXPERTS:
                said.loc[one.fold.y_test.index, name] = one[name].y_pred.to_numpy()
    return said
