"""Learning from the posts of many creators: a line first, and trees for what it leaves.

A line needs few creators, trees need many; how many trees are kept is for creators to say whom
neither has seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xgboost as xgb

from virality.models.relative import without_history
from virality.models.slopes import Slopes, fit_slopes
from virality.models.stored_trees import OBJECTIVE

CLIP = 3.0  # spreads: one viral post should not bend every tree
UNSEEN = 3  # every third post is told once more, as if it were its account's first
MOST_TREES = 300
PATIENCE = 50  # trees without a better one, after which no more are grown
#: Chosen on real creators, whose posts are no part of this project.
GROWN = {
    "objective": OBJECTIVE,
    "tree_method": "hist",
    "grow_policy": "lossguide",
    "max_leaves": 15,
    "max_depth": 0,
    "learning_rate": 0.05,
    "min_child_weight": 40,
    "colsample_bytree": 0.3,
    "max_bin": 64,
    "nthread": 1,
}


@dataclass(frozen=True)
class Lessons:
    """Posts to learn from.

    Parameters
    ----------
    rows : DataFrame of shape (n, n_columns)
        From `relative.told`.
    goal : ndarray of shape (n,)
        Outcomes above the level, in spreads.
    weight : ndarray of shape (n,)
        Of any scale.
    """

    rows: pd.DataFrame
    goal: np.ndarray
    weight: np.ndarray

    @property
    def clipped(self) -> np.ndarray:
        """The goals, pulled in to within `CLIP`."""
        return np.clip(self.goal, -CLIP, CLIP)

    def beyond(self, line: Slopes) -> xgb.DMatrix:
        """The posts as XGBoost reads them, with what a line says already."""
        said = line.predict(self.rows)
        return xgb.DMatrix(self.rows, self.clipped, weight=self.weight, base_margin=said, nthread=1)

    def with_firsts(self) -> Lessons:
        """The posts, and some of them once more, as if they were the first of their account.

        So that a model knows what to say of a post of which there is no history.
        """
        weight = self.weight / self.weight.mean()
        return Lessons(
            pd.concat([self.rows, without_history(self.rows[::UNSEEN])]),
            np.concatenate([self.goal, self.goal[::UNSEEN]]),
            np.concatenate([weight, weight[::UNSEEN]]),
        )


@dataclass(frozen=True)
class Learnt:
    """A line and trees: what a post adds to the level of its account.

    Parameters
    ----------
    line : Slopes
    booster : xgboost.Booster
        Of what the line leaves; both on the columns of :data:`virality.models.relative.COLUMNS`.
    """

    line: Slopes
    booster: xgb.Booster

    def predict(self, rows: pd.DataFrame) -> np.ndarray:
        """What is said of rows of `relative.told`, in spreads, shape (n,)."""
        said = self.line.predict(rows)
        if rows.empty:
            return said
        matrix = xgb.DMatrix(rows, base_margin=said, nthread=1)
        return np.clip(self.booster.predict(matrix).astype(float), -CLIP, CLIP)

    def first(self, n_trees: int) -> Learnt:
        """The line with the first trees, at least one and at most all of them."""
        kept = min(max(1, n_trees), self.booster.num_boosted_rounds())
        return Learnt(self.line, self.booster[:kept])


def learn(lessons: Lessons, n_trees: int = MOST_TREES, seed: int = 0) -> Learnt:
    """Learn from posts of many creators.

    Parameters
    ----------
    lessons : Lessons
    n_trees : int
    seed : int

    Returns
    -------
    Learnt
        The same, bit by bit, for the same posts.
    """
    own = lessons.with_firsts()
    line = fit_slopes(own.rows, own.clipped, own.weight)
    return Learnt(line, xgb.train(GROWN | {"seed": seed}, own.beyond(line), n_trees))


def learn_and_judge(lessons: Lessons, others: Lessons, seed: int = 0) -> tuple[Learnt, np.ndarray]:
    """Learn with as many trees as may be, and judge each step by creators who were not seen.

    Parameters
    ----------
    lessons, others : Lessons
        To learn from, and to judge by.
    seed : int

    Returns
    -------
    learnt : Learnt
    losses : ndarray of shape (2 + MOST_TREES,)
        Weighted mean absolute error on the others, in spreads: of the level alone, of the line, and
        of the line with so many trees.  Where growing stopped early the last one is repeated.
    """
    own = lessons.with_firsts()
    said: dict[str, dict] = {}
    line = fit_slopes(own.rows, own.clipped, own.weight)
    booster = xgb.train(
        GROWN | {"seed": seed, "eval_metric": "mae"},
        own.beyond(line),
        MOST_TREES,
        evals=[(others.beyond(line), "others")],
        evals_result=said,
        verbose_eval=False,
        early_stopping_rounds=PATIENCE,
    )
    losses = [_loss(others, 0.0), _loss(others, line.predict(others.rows)), *said["others"]["mae"]]
    return Learnt(line, booster), np.pad(losses, (0, 2 + MOST_TREES - len(losses)), mode="edge")


def _loss(lessons: Lessons, said: np.ndarray | float) -> float:
    return float(np.average(np.abs(lessons.clipped - said), weights=lessons.weight))
