"""Who is asked for the forecast: rules at every post, and models step by step.

Plain rules and the Gaussian process are computed online.  Other models are fitted on the training
posts of each fold; what they would have said before the first fold comes from a few steps inside
its training posts, each fitted on what had matured when the step began.  So every expert has a
record of losses when the first forecast is due, and none of it was made with hindsight.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from virality.core.embargo import is_matured_by, matured_before, microseconds
from virality.core.protocol import Protocol
from virality.evaluation.folds import FoldFits, one_fold
from virality.evaluation.validation import MIN_TEST, MIN_TRAIN
from virality.features.kernels import Between
from virality.features.level import pulled_in
from virality.features.likeness import content_likeness
from virality.features.momentum import EXPERT_RULES, RULES
from virality.features.table import ModelTable
from virality.models import gaussian_process
from virality.models.centring import centred
from virality.models.fitted import FittedFold, FoldData
from virality.models.level import OnLevel, has_rules
from virality.posts.platforms import histories

RULE_EXPERTS = tuple(name for name in (*RULES, *EXPERT_RULES) if name != "last_post")
FITTED = ("block_ridge", "xgboost")  # fold by fold
PROCESS, CENTRED = "gaussian_process", "gaussian_process_centred"
MODEL_EXPERTS = (*FITTED, PROCESS, CENTRED)  # who look at more than earlier outcomes
PRIOR = "prior"  # the expert of a model that was fitted on other creators
N_STEPS = 3


@dataclass(frozen=True)
class Account:
    """One account's rows of the table of models, in time order.

    Attributes
    ----------
    rows : ndarray of int
    known : ndarray of int
        How many of these rows had matured when each post went up.
    """

    rows: np.ndarray
    known: np.ndarray


def accounts(posts: pd.DataFrame, table: ModelTable, embargo_days: float) -> list[Account]:
    """Whose rows are whose: no history, and no record, crosses from one account to another.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts table.
    table : ModelTable
    embargo_days : float
    """
    index = posts["post_id"].astype("string")
    history = pd.Series(histories(posts), index=index).reindex(table.y.index).to_numpy()
    clock = microseconds(table.times)
    found = []
    for number in np.unique(history):
        rows = np.flatnonzero(history == number)
        rows = rows[np.argsort(clock[rows], kind="stable")]
        found.append(Account(rows, matured_before(clock[rows], embargo_days)))
    return found


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


@dataclass(frozen=True)
class Said:
    """What the experts say about every post, index post_id, a column per expert.

    Attributes
    ----------
    forecasts : DataFrame
        Log scale of the target; NaN = nothing.
    content : DataFrame
        Of those that look at content, how much it adds to the forecast, by which posts are ordered;
        NaN = nothing.
    """

    forecasts: pd.DataFrame
    content: pd.DataFrame


def ask(posts: pd.DataFrame, table: ModelTable, own: list[Account], fits: list[FoldFits]) -> Said:
    """Ask every expert about every post.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts table.
    table : ModelTable
    own : list of Account
    fits : list of FoldFits
        The steps before the first fold, then the folds.

    Returns
    -------
    Said
    """
    rules = rule_forecasts(table)
    models, content = _models(fits, table, rules)
    process, its_content = _process(posts, table, own, fits)
    centre = _centred(process, table, own)
    together = rules.join(models).assign(**{PROCESS: process, CENTRED: centre})
    return Said(together, content.assign(**{PROCESS: its_content}))


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


def _models(
    fits: list[FoldFits], table: ModelTable, rules: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Forecasts of the models about the test posts of some folds, and content's part of them."""
    said = pd.DataFrame(np.nan, index=table.y.index, columns=list(FITTED))
    content = said.copy()
    for one in fits:
        index = one.fold.y_test.index
        for name in FITTED if one.columns else ():
            said.loc[index, name] = one[name].y_pred.to_numpy()
            content.loc[index, name] = one[name].y_pred.to_numpy() - _level(one[name], one.fold)
    return said, content


def _level(fitted: FittedFold, fold: FoldData) -> np.ndarray | float:
    """What the model takes the account's level to be; its training mean where it knows none."""
    if isinstance(fitted.model, OnLevel) and has_rules(fitted.X_test):
        return fitted.model.level(fitted.X_test)
    return float(fold.y_train.mean())


def _process(
    posts: pd.DataFrame, table: ModelTable, own: list[Account], fits: list[FoldFits]
) -> tuple[np.ndarray, np.ndarray]:
    """Forecasts of the Gaussian process about all posts, and content's part of them."""
    first = next(one for one in fits if one.fold.fold > 0)
    forecast, content = (np.full(len(table.y), np.nan) for _ in range(2))
    for account in own:
        rows = account.rows
        alike = likenesses(posts, table, rows, first)
        outcome = pulled_in(table.y.to_numpy()[rows], account.known)
        made = gaussian_process.condition(outcome, account.known, alike)
        forecast[rows], content[rows] = made.forecast, made.content
    return forecast, content


def likenesses(
    posts: pd.DataFrame, table: ModelTable, rows: np.ndarray, first: FoldFits
) -> tuple[Between, ...]:
    """How alike the content of an account's posts is, as the Gaussian process sees it.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts table.
    table : ModelTable
    rows : ndarray of int
        Of the account, in time order.
    first : FoldFits
        The first test fold: posts before it say what is usual.

    Returns
    -------
    tuple of callable
        See :func:`virality.features.likeness.content_likeness`.
    """
    by_id = posts.set_index(posts["post_id"].astype("string")).loc[table.y.index]
    early = (table.times < table.times[first.fold.y_test.index].min()).to_numpy()
    blocks = first.fold.blocks(first.blocks)
    return content_likeness(by_id.iloc[rows], table.X.iloc[rows], early[rows], blocks)


def _centred(process: np.ndarray, table: ModelTable, own: list[Account]) -> np.ndarray:
    """Forecasts of the process, each account's moved to the middle of its outcomes."""
    moved, y = np.full(len(process), np.nan), table.y.to_numpy()
    for account in own:
        moved[account.rows] = centred(process[account.rows], y[account.rows], account.known)
    return moved
