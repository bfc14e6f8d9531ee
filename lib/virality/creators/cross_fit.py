"""A prior for each creator from the others: for the creators of one pooled report.

A prior that saw a creator's own posts would only repeat them.  So creators are left out in turn,
some at a time, and time is cut into parts: what is said of a post comes from trees that grew on
other creators' posts alone, and on none that had not matured when the part began.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from virality.core.embargo import is_matured_by, microseconds
from virality.core.protocol import DEFAULT, Protocol
from virality.creators.fit_prior import Cases, best_trees, cases_of, groups, prior_of, rows_of
from virality.creators.pool import about
from virality.evaluation.validation import MIN_TRAIN
from virality.features.table import ModelTable, model_table
from virality.models.learnt import learn, learn_and_judge
from virality.models.prior import Prior

PARTS = 6  # of the record, by posts; of the first nothing is said
MIN_OTHERS = 2  # creators to learn from


@dataclass(frozen=True)
class CrossFitted:
    """What priors say that never saw the creator whose posts they speak of.

    Parameters
    ----------
    said : DataFrame
        Index post_id; columns y_pred (log scale of the target) and added (log units, what a post
        would add to the level were it the first of its account).  NaN for early posts.
    """

    said: pd.DataFrame

    def predict(self, table: ModelTable) -> pd.Series:
        """Return the forecasts of a table's posts, as a `Prior` does."""
        return self.said["y_pred"].reindex(table.y.index)

    def first(self, table: ModelTable) -> pd.Series:
        """Return what a table's posts would add were each a first one, as a `Prior` does."""
        return self.said["added"].reindex(table.y.index)


def cross_fit(
    posts: pd.DataFrame, tables: Iterable[pd.DataFrame], *, protocol: Protocol = DEFAULT
) -> CrossFitted:
    """Fit priors so that each creator's posts are spoken of by one that knows others' past alone.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts of several creators.
    tables : list of DataFrame
        Feature tables indexed by post_id.
    protocol : Protocol
        Its target, embargo and seed.

    Returns
    -------
    CrossFitted
        Nothing is said where fewer than two other creators had matured posts.
    """
    table = model_table(posts, tables, protocol)
    whose = about(posts, protocol).loc[table.y.index]
    author = whose["author"].to_numpy(object)
    known = cases_of(table, author, whose["n_known"])
    said = pd.DataFrame(np.nan, index=table.y.index, columns=["y_pred", "added"])
    group = pd.Series(groups(author), index=table.y.index)
    for begin, rows in _parts(microseconds(table.times)):
        past = known.where(is_matured_by(known.clock, protocol.embargo_days, begin))
        for one, prior in _priors(past, group, protocol):
            own = rows_of(table, rows & (group == one).to_numpy())
            if len(own.y):
                said.loc[own.y.index, "y_pred"] = prior.predict(own)
                said.loc[own.y.index, "added"] = prior.first(own)
    return CrossFitted(said)


def _parts(clock: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """When each later part of the record begins, and a mask of its posts."""
    order = np.argsort(clock, kind="stable")
    for rows in np.array_split(order, PARTS)[1:]:
        if len(rows):
            mask = np.zeros(len(clock), dtype=bool)
            mask[rows] = True
            yield int(clock[rows[0]]), mask


def _priors(past: Cases, group: pd.Series, protocol: Protocol) -> Iterator[tuple[int, Prior]]:
    """For each group of creators a prior of all others; they agree on the number of trees."""
    whose = group.reindex(past.rows.index).to_numpy()
    found, judged = {}, []
    for one in sorted(set(group)):
        others, own = past.where(whose != one), past.where(whose == one)
        if len(others.y) < MIN_TRAIN or others.n_creators < MIN_OTHERS:
            continue
        if len(own.y):
            learnt, losses = learn_and_judge(others.lessons(), own.lessons(), protocol.seed)
            judged.append(losses)
        else:  # creators who are new
            learnt = learn(others.lessons(), seed=protocol.seed)
        found[one] = learnt, others
    n_trees = best_trees(judged) if judged else 0
    for one, (learnt, others) in found.items():
        yield one, prior_of(learnt.first(n_trees), others, protocol)
