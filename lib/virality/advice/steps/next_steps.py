"""What to do with the next posts: at most three suggestions, or the one most telling experiment.

All that other chapters asked is put together, and has one budget of errors together.  What passes
is promised at the size that is left when one allows for the threshold that it had to pass.  It is
suggested only if it is more than a trifle then, if it is not the habit already, and if nothing
stronger says the same.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

import numpy as np
import pandas as pd
from scipy import stats

from virality.advice.experiments.detectable import pair_spread
from virality.advice.steps.candidates import HOURS, TOGETHER, Had, candidates, had, hours_hold
from virality.advice.steps.selection import HOLDS, budgets, holm, in_errors, left
from virality.advice.steps.worth_testing import chance
from virality.advice.timing import WhenToPost, timing
from virality.advice.whatif import what_if
from virality.core.protocol import ALPHA, DEFAULT, INDICATIVE_POSTS, Protocol
from virality.evidence.associations import associate_beside, associations
from virality.explanation.behaviour import LATELY
from virality.features.openings import GROUPS
from virality.features.table import Features, ModelTable, model_table

MOST = 3  # suggestions
SUGGEST_FROM = INDICATIVE_POSTS  # settled posts
WORTH_DOING = 1.05  # times the views, after selection; less would hardly be noticed
HABIT = 0.9  # share of them from which there is nothing left to change


class State(Enum):
    """What becomes of a candidate, for the first reason that holds."""

    UNTOLD = "cannot be told"
    OPEN = "not sure enough, all candidates considered"
    FEW = "so few posts suggest nothing"
    SMALL = "hardly anything is left of it after selection"
    HABIT = "is done already"
    SAME = "says the same as a stronger one"
    FURTHER = "beyond the first three"
    SUGGESTED = "suggested"


#: Of the table, in its order.
COLUMNS = {
    "name": "string", "family": "string", "unit": "string", "label": "string",
    "n": "int64", "n_with": "int64", "n_without": "int64", "step": "float64",
    "factor": "float64", "low": "float64", "high": "float64", "p": "float64",
    "claimed": "bool", "p_together": "float64", "state": "string", "more": "boolean",
    "expected": "float64", "expected_low": "float64", "expected_high": "float64",
    "newer": "float64", "lately": "Int64", "lately_known": "Int64",
    "together_with": "string", "together_more": "boolean", "apart_from": "string",
    "chance": "float64", "to_test": "bool",
}  # fmt: skip


@dataclass(frozen=True)
class Examined:
    """What was asked, and what came of it.

    Attributes
    ----------
    steps : DataFrame
        As of :func:`next_steps`.
    held : Had
        What each settled post had of everything that could be suggested.
    y : Series
        Log outcome of these posts, in time order.
    """

    steps: pd.DataFrame
    held: Had
    y: pd.Series


def next_steps(
    posts: pd.DataFrame,
    features: Features = None,
    *,
    went: pd.DataFrame | None = None,
    openings: pd.DataFrame | None = None,
    when: WhenToPost | None = None,
    regimes: pd.DataFrame | None = None,
    timezone: str = "UTC",
    protocol: Protocol = DEFAULT,
) -> pd.DataFrame:
    """What to do with the next posts, as far as all questions together bear it out.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts of one creator; those whose outcome has matured are used.
    features : DataFrame or list of DataFrame, optional
        Feature tables indexed by post_id (features, embeddings); built when none are given.
    went : DataFrame, optional
        From :func:`virality.what_if` of the same posts; asked for when left out.
    openings : DataFrame, optional
        From :func:`virality.associations`, likewise.
    when : WhenToPost, optional
        From :func:`virality.timing`, likewise.
    regimes : DataFrame, optional
        From :func:`virality.find_regimes`.
    timezone : str
        The creator's zone.
    protocol : Protocol
        Its target and embargo.

    Returns
    -------
    DataFrame
        A row per candidate, suggestions first, then by evidence.  `name`, `family` (hours, length,
        hashtags, caption, opening, kind), `unit`, `label`, `n`, `n_with`, `n_without`, `step`,
        `factor`, `low`, `high`, `p` are as their chapter has them, and `claimed` is whether it
        claims them; `p_together` is corrected for all candidates, and `state` is the name of a
        `State`.  Of what passes: `more` (do it, or do more of it; False: less), `expected` (times
        the views, in that direction, after selection) with `expected_low` and `expected_high`
        (80 %), `newer` (the same in the newer half of the record alone), `lately` (of the last
        `lately_known` posts, at most 20, so many did it), `together_with` (another candidate that
        mostly comes with doing it; `together_more`: with having it, or more of it) and
        `apart_from` (a suggestion before it that no post did as well).  `chance` is that of an
        experiment of 40 posts to decide, and `to_test` marks the one that is offered where nothing
        is suggested.

    Raises
    ------
    UserError
        For a time zone or target that does not exist.

    Examples
    --------
    >>> import virality as vi
    >>> found = vi.next_steps(vi.simulate_creator(n_posts=60))
    >>> int(found["state"].eq("SUGGESTED").sum()), int(found["to_test"].sum())
    (0, 1)
    """
    heard = {"went": went, "openings": openings, "when": when, "regimes": regimes}
    return examine(posts, features, **heard, timezone=timezone, protocol=protocol).steps


def examine(
    posts: pd.DataFrame,
    features: Features = None,
    *,
    went: pd.DataFrame | None = None,
    openings: pd.DataFrame | None = None,
    when: WhenToPost | None = None,
    regimes: pd.DataFrame | None = None,
    timezone: str = "UTC",
    protocol: Protocol = DEFAULT,
) -> Examined:
    """The same, with what each post had.

    Parameters
    ----------
    posts, features, went, openings, when, regimes, timezone, protocol
        As for :func:`next_steps`.
    """
    if when is None:
        when = timing(posts, features, timezone=timezone, protocol=protocol)
    if went is None:
        went = what_if(posts, features, regimes=regimes, protocol=protocol)
    if openings is None:
        openings = associations(posts, features, protocol=protocol)
    table = model_table(posts, features, protocol)
    held = had(posts, table, when, regimes, timezone)
    rows = _promised(_pooled(candidates(went, openings, when), hours_hold(when)))
    rows = _beside(rows, held, table)
    rows = _tested(_judged(rows, held), pair_spread(posts, protocol.embargo_days)[0])
    return Examined(rows[list(COLUMNS)].astype(COLUMNS), held, table.y)


def _pooled(rows: pd.DataFrame, hours_hold: bool) -> pd.DataFrame:
    """One budget for all: p-values that pass at 5 %."""
    p = rows["p"].to_numpy(float)
    slot = (rows["name"] == HOURS).to_numpy()
    mine, theirs = budgets(p[slot][0] if slot.any() else np.nan, hours_hold)
    together = holm(np.where(slot, np.nan, p)) / theirs
    if slot.any():
        together[slot] = p[slot] / mine if mine and hours_hold else 1.0
    return rows.assign(p_together=np.minimum(together, 1))


def _promised(rows: pd.DataFrame) -> pd.DataFrame:
    """What is left of the factors that pass, in their own direction."""
    names = ["expected", "expected_low", "expected_high"]
    told = [_left_of(row) if row.p_together <= ALPHA else (np.nan,) * 3
            for row in rows.itertuples()]  # fmt: skip
    promised = pd.DataFrame(told, columns=names, index=rows.index, dtype=float)
    more = (rows["factor"] > 1).astype("boolean").where(promised["expected"].notna())
    return rows.assign(more=more).join(promised)


def _left_of(row) -> tuple[float, float, float]:
    """Of hours, the test of the whole week has said that there is something."""
    size, error = _estimate(row)
    found = left(abs(size), error, real=row.name == HOURS)
    size, low, high = np.exp([found.size, found.low, found.high])
    return float(size), float(low), float(high)


def _estimate(row) -> tuple[float, float]:
    """Log factor and its standard error; of hours from their interval, of choices from p."""
    size = float(np.log(row.factor))
    if row.name == HOURS:
        return size, float(np.log(row.high / row.low) / 2 / stats.norm.isf((1 - HOLDS) / 2))
    return size, abs(size) / in_errors(row.p) if row.p < 1 else np.nan


def _beside(rows: pd.DataFrame, held: Had, table: ModelTable) -> pd.DataFrame:
    """What passes, in the newer half alone and among the last posts, and what comes with it."""
    passed = rows["expected"].notna()
    newer = _newer(held, table) if passed.any() else pd.Series(dtype=float)
    nothing = (np.nan, pd.NA, pd.NA, "", pd.NA)
    told = [_of_one(row, rows, held, newer) if row.expected > 0 else nothing
            for row in rows.itertuples()]  # fmt: skip
    names = ["newer", "lately", "lately_known", "together_with", "together_more"]
    return rows.join(pd.DataFrame(told, columns=names, index=rows.index))


def _of_one(row, rows: pd.DataFrame, held: Had, newer: pd.Series) -> tuple:
    slope = newer.get(row.name, np.nan) * row.step * (1 if row.more else -1)
    half = row.factor if row.name == HOURS else np.exp(np.clip(slope, -50, 50))
    lately = held.follows(row.name, row.more).tail(LATELY)
    others = [name for name in rows["name"] if name != row.name and name in held.facts]
    alike = {name: held.alike(row.name, name) for name in others}
    near = [name for name in others if TOGETHER <= abs(alike[name]) < 1]  # 1: it is the same thing
    beside = max(near, key=lambda name: abs(alike[name]), default="")
    on_its_side = (alike[beside] > 0) == row.more if beside else pd.NA
    return float(half), int(lately.sum()), len(lately), beside, on_its_side


def _newer(held: Had, table: ModelTable) -> pd.Series:
    """Slopes in the newer half of the record, log units per unit of each choice."""
    new = slice(len(table.y) // 2, None)
    facts = held.facts.drop(columns=HOURS, errors="ignore").iloc[new]
    found = associate_beside(table.y.iloc[new], facts, table.X.iloc[new], GROUPS, held.same)
    return pd.Series({each.name: np.log(each.factor) / each.step for each in found}, dtype=float)


def _judged(rows: pd.DataFrame, held: Had) -> pd.DataFrame:
    """What becomes of each, the strongest evidence first, suggestions before all."""
    rows = rows.sort_values(["p_together", "p"], kind="stable", na_position="last")
    suggested: dict[str, bool] = {}
    states, apart = [], []
    for row in rows.itertuples():
        state = _state(row, suggested, held)
        other = ""
        if state is State.SUGGESTED:
            other = next((its for its, more in suggested.items()
                          if held.apart(row.name, row.more, its, more)), "")  # fmt: skip
            suggested[row.name] = bool(row.more)
        states.append(state.name)
        apart.append(other)
    rows = rows.assign(state=states, apart_from=apart)
    first = rows["state"].eq(State.SUGGESTED.name)
    return pd.concat([rows[first], rows[~first]]).reset_index(drop=True)


def _state(row, suggested: Collection[str], held: Had) -> State:
    if not np.isfinite(row.p):
        return State.UNTOLD
    if not row.p_together <= ALPHA:
        return State.OPEN
    if row.n < SUGGEST_FROM:
        return State.FEW
    if row.expected < WORTH_DOING:
        return State.SMALL
    if row.lately >= HABIT * row.lately_known:
        return State.HABIT
    if any(abs(held.alike(row.name, other)) >= TOGETHER for other in suggested):
        return State.SAME
    return State.FURTHER if len(suggested) == MOST else State.SUGGESTED


def _tested(rows: pd.DataFrame, spread: float) -> pd.DataFrame:
    """The chance of an experiment on each to decide, and the best where nothing is suggested."""
    chances = np.array([_chance(row, spread) for row in rows.itertuples()], dtype=float)
    test = np.zeros(len(rows), dtype=bool)
    if not rows["state"].eq(State.SUGGESTED.name).any() and np.isfinite(chances).any():
        test[np.nanargmax(chances)] = True
    return rows.assign(chance=chances, to_test=test)


def _chance(row, spread: float) -> float:
    """NaN where the record says nothing of it, so that nothing speaks for testing just that."""
    size, error = _estimate(row) if np.isfinite(row.p) else (np.nan, np.nan)
    return chance(size, error, spread) if error > 0 else np.nan
