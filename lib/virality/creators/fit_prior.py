"""Fit a prior: one model of what posts add to their account's level, from any number of creators.

Creators are read one after another, and of each only numbers are kept.  A creator with few posts
weighs more per post than one with many, or the largest accounts would speak for all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from virality.core.bounds import shown
from virality.core.embargo import microseconds
from virality.core.errors import UserError
from virality.core.protocol import DEFAULT, MIN_POSTS, Protocol
from virality.creators.levels import fit_levels
from virality.features.build import build_features, matured_posts
from virality.features.table import ModelTable, model_table
from virality.features.targets import TARGETS
from virality.models.learnt import Learnt, Lessons, learn, learn_and_judge
from virality.models.prior import Prior
from virality.models.relative import Start, told

MIN_CREATORS = 8  # fewer say what these creators do, not what creators do
GROUPS = 5  # of creators, each left out in turn
KNOWN_POSTS = 5  # that must have matured before a post teaches: a level of fewer is no level


_STAND = ("level", "spread")


@dataclass(frozen=True)
class Cases:
    """Posts that a prior can learn from, in words that all accounts share.

    Attributes
    ----------
    rows : DataFrame of shape (n, n_columns)
        From `relative.told`, index post_id.
    y, level, spread : ndarray of shape (n,)
        Outcome, and where the account stood, log units.
    author : ndarray of shape (n,)
        Whose each post is.
    clock : ndarray of int, shape (n,)
        When it went up, microseconds.
    """

    rows: pd.DataFrame
    y: np.ndarray
    level: np.ndarray
    spread: np.ndarray
    author: np.ndarray
    clock: np.ndarray

    def where(self, keep: np.ndarray) -> Cases:
        """Return some of the posts, by a mask of shape (n,)."""
        return Cases(**{f.name: getattr(self, f.name)[keep] for f in fields(self)})

    def lessons(self) -> Lessons:
        """The posts as trees learn from them: creators with many posts weigh less per post."""
        _, number, count = np.unique(self.author.astype(str), return_inverse=True,
                                     return_counts=True)  # fmt: skip
        return Lessons(self.rows, (self.y - self.level) / self.spread, 1 / np.sqrt(count[number]))

    @property
    def n_creators(self) -> int:
        """Creators among them."""
        return len(set(self.author))


def cases_of(table: ModelTable, author, n_known) -> Cases:
    """Return the posts of a table that a prior can learn from.

    Parameters
    ----------
    table : ModelTable
        Of one creator or several.
    author : array-like of shape (n,)
        Whose each post is.
    n_known : array-like of int, shape (n,)
        Posts of its account that had matured when it went up.

    Returns
    -------
    Cases
        Posts whose account had a level and a spread by then.
    """
    spread = table.baselines["baseline__spread"].to_numpy(float)
    keep = (np.asarray(n_known) >= KNOWN_POSTS) & (spread > 0)
    part = rows_of(table, keep)
    level, spread = (part.baselines[f"baseline__{name}"].to_numpy(float) for name in _STAND)
    return Cases(
        rows=told(part, level, spread),
        y=part.y.to_numpy(float),
        level=level,
        spread=spread,
        author=np.asarray(author, dtype=object)[keep],
        clock=microseconds(part.times),
    )


def rows_of(table: ModelTable, keep: np.ndarray) -> ModelTable:
    """Return some rows of a table.

    Parameters
    ----------
    table : ModelTable
    keep : ndarray of bool, shape (n,)

    Returns
    -------
    ModelTable
    """
    return ModelTable(*(getattr(table, f.name)[keep] for f in fields(ModelTable)))


def together(parts: Iterable[Cases]) -> Cases:
    """Return cases of several creators as one."""
    found = list(parts)
    columns = {f.name: [getattr(each, f.name) for each in found] for f in fields(Cases)}
    rows = pd.concat(columns.pop("rows"))
    return Cases(rows, **{name: np.concatenate(each) for name, each in columns.items()})


def fit_cases(own: Cases, protocol: Protocol = DEFAULT) -> Prior:
    """Fit a prior on cases.

    How many trees it has is for creators to say whom they did not see: each creator is left out in
    turn (of many, some at a time), and the number is that with the smallest mean error.

    Parameters
    ----------
    own : Cases
        Of two creators or more.
    protocol : Protocol
        Its target, embargo and seed.

    Returns
    -------
    Prior
    """
    group = groups(own.author)
    judged = [
        learn_and_judge(own.where(group != one).lessons(), own.where(group == one).lessons(),
                       protocol.seed)[1]
        for one in sorted(set(group))
    ]  # fmt: skip
    losses = np.mean(judged, axis=0)
    n_trees = best_trees(judged)
    learnt = learn(own.lessons(), max(1, n_trees), protocol.seed)
    gain = float(1 - losses[1 + n_trees] / losses[0])
    return prior_of(learnt, own, protocol, gain=max(0.0, gain))


def best_trees(judged: Sequence[np.ndarray]) -> int:
    """Return the number of trees with the smallest mean error, from `learn_and_judge`."""
    return int(np.argmin(np.mean(judged, axis=0)[1:]))


def groups(author: np.ndarray) -> np.ndarray:
    """Return the number of the group that each post's creator is left out with, shape (n,)."""
    names = {name: i % GROUPS for i, name in enumerate(sorted(set(author)))}
    return np.array([names[name] for name in author], dtype=int)


def prior_of(learnt: Learnt, own: Cases, protocol: Protocol, gain: float = 0.0) -> Prior:
    """Return what was learnt as a prior, with what its cases say of an account's start.

    Parameters
    ----------
    learnt : Learnt
    own : Cases
    protocol : Protocol
    gain : float
        On creators who were left out.

    Returns
    -------
    Prior
    """
    usual = pd.Series(own.spread).groupby(own.author).median().median()
    start = Start(fit_levels(own.y, own.author).grand, float(usual))
    facts = protocol.target, protocol.embargo_days, own.n_creators, len(own.y)
    return Prior(learnt, start, *facts, gain=gain)


def fit_prior(
    posts: pd.DataFrame,
    by: str = "author",
    *,
    timezone: str = "UTC",
    protocol: Protocol = DEFAULT,
) -> Prior:
    """Fit a prior on the posts of several creators.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts, sorted by posted_at.
    by : str
        Column that separates creators.
    timezone : str
        In which all creators' hours and weekdays are counted.
    protocol : Protocol
        Its target, embargo and seed.

    Returns
    -------
    Prior

    Raises
    ------
    UserError
        When there are fewer than `MIN_CREATORS` creators with posts enough.

    Examples
    --------
    >>> from virality.demo.posts import simulate_creator
    >>> from virality.evaluation.forecast import forecast
    >>> others = [simulate_creator(40, seed).assign(author=f"creator {seed}") for seed in range(8)]
    >>> prior = fit_prior(pd.concat(others, ignore_index=True))
    >>> prior.n_creators
    8
    >>> "prior" in set(forecast(simulate_creator(50, 99), prior=prior).weights["expert"])
    True
    """
    own = ((str(name), own.reset_index(drop=True)) for name, own in posts.groupby(by, sort=True))
    return fit_creators(own, timezone=timezone, protocol=protocol)


def fit_creators(
    creators: Iterable[tuple[str, pd.DataFrame]],
    *,
    timezone: str = "UTC",
    protocol: Protocol = DEFAULT,
) -> Prior:
    """Fit a prior on creators who come one after another; of each only numbers are kept.

    Parameters
    ----------
    creators : iterable of (name, DataFrame)
        In any order, which changes nothing; tidy posts, sorted by posted_at.
    timezone : str
        In which all creators' hours and weekdays are counted.
    protocol : Protocol
        Its target, embargo and seed.

    Returns
    -------
    Prior

    Raises
    ------
    UserError
        There is no such target, or there are fewer than `MIN_CREATORS` creators with posts enough.
    """
    if protocol.target not in TARGETS:
        raise UserError(
            f"There is no target called {shown(protocol.target)}.",
            do=f"Choose one of: {', '.join(TARGETS)}.",
        )
    told = ((name, _cases(name, own, timezone, protocol)) for name, own in creators)
    found = {name: cases for name, cases in told if cases is not None}
    enough = [found[name] for name in sorted(found)]
    if len(enough) < MIN_CREATORS:
        raise UserError(
            f"A prior needs {MIN_CREATORS} creators of {MIN_POSTS} posts or more, and here "
            f"{'is' if len(enough) == 1 else 'are'} {len(enough) or 'none'}: fewer say what these "
            "creators do, not what creators do.",
            do="Bring the posts of more creators.",
        )
    return fit_cases(together(enough), protocol)


def _cases(name: str, posts: pd.DataFrame, timezone: str, protocol: Protocol) -> Cases | None:
    """A creator's cases; None with too few posts, or where they cannot be used."""
    try:
        features = build_features(posts, protocol.embargo_days, timezone)
        table = model_table(posts, features, protocol)
    except UserError:  # a fault at one creator must not cost the others
        return None
    if len(table.y) < MIN_POSTS:
        return None
    n_known = matured_posts(posts, protocol).reindex(table.y.index)
    return cases_of(table, [name] * len(table.y), n_known)
