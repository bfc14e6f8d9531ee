"""What went with views on this account, fact by fact, after level, content and the other facts.

A fact that goes with many views may only come with a good month or with a kind of post that does
well.  So everything is taken relative to the posts around it: of views, of content and of the facts
the mean of the five posts before and the five after is subtracted.  Then what content and the other
facts say of views, and of the fact, is taken off both, and what is left of the one is set against
what is left of the other.  How far chance reaches is seen by shifting the fact in time: over all
circular shifts the estimate spreads as it would if nothing but neighbourhood tied it to views.

It is an association: what nobody recorded can still stand behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields

import numpy as np
import pandas as pd
from scipy import stats

from virality.core.protocol import ALPHA, DEFAULT, MIN_POSTS, Protocol
from virality.core.threads import one_thread
from virality.evidence.residuals import (
    MOST_COMPONENTS,
    NEARLY,
    WIDEST,
    clipped,
    components,
    even_say,
    over_shifts,
    relative,
    standard,
    without,
)
from virality.features.blocks import CONTENT_BLOCKS, block_of
from virality.features.openings import GROUPS, SAME_SENSE
from virality.features.table import Features, model_table

FEWEST, SMALLEST_SHARE = 5, 0.04  # posts that a side needs, and their share of the known ones
POWER = 0.8
_PER_CONTENT, _PER_FACT = 8, 12  # posts per component taken off
_TYPES = {"str": "string", "int": "int64", "float": "float64"}


@dataclass(frozen=True)
class Association:
    """What went with one fact.

    Attributes
    ----------
    name : str
        Of its column.
    n, n_with, n_without : int
        Posts of which the fact is known, that have it, and that do not; of a number, posts above
        the mean and at or below it.
    step : float
        What the factor belongs to: 1 for a yes, one standard deviation of a number.
    factor, low, high : float
        Times as many views per step, and an interval that holds for all facts together; NaN where
        it cannot be told.
    p, p_adjusted : float
        Alone, and corrected for the number of facts (Holm).
    detectable : float
        Smallest factor above 1 that so many posts show in four cases of five, corrected likewise.
    """

    name: str
    n: int
    n_with: int
    n_without: int
    step: float = np.nan
    factor: float = np.nan
    low: float = np.nan
    high: float = np.nan
    p: float = np.nan
    p_adjusted: float = np.nan
    detectable: float = np.nan

    @property
    def told(self) -> bool:
        """Whether there were posts enough on both sides."""
        return bool(np.isfinite(self.factor))

    @property
    def found(self) -> bool:
        """Whether it is more than chance, all facts considered."""
        return self.p_adjusted < ALPHA


@dataclass(frozen=True)
class _Estimate:
    """Log factor per step, its standard error and degrees of freedom."""

    slope: float
    error: float
    df: float


def associations(
    posts: pd.DataFrame,
    features: Features = None,
    *,
    columns: Iterable[str] | None = None,
    groups: Mapping[str, str] | None = None,
    protocol: Protocol = DEFAULT,
) -> pd.DataFrame:
    """What went with views on an account, after its level, its content and the other facts.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts of one creator; those whose outcome has matured are used.
    features : DataFrame or list of DataFrame, optional
        Feature tables indexed by post_id, facts and content alike; built when none are given.
    columns : iterable of str, optional
        The facts, yes or no or numbers; the columns of the opening (`hook__*`) by default.  All
        other columns but those of history are content.  Pictures are not taken off facts that are
        seen, nor sounds off those that are heard: they say the fact once more.
    groups : dict of str to str, optional
        Group by column: facts of one group say the same in several ways (whether there are words,
        when, how many), so that none is held against another.  Those of a film's opening know
        their groups.
    protocol : Protocol
        Its target and embargo.

    Returns
    -------
    DataFrame
        A row per fact, the columns of `Association`: `name`, `n`, `n_with`, `n_without`, `step`,
        `factor` (of the outcome, per step), `low`, `high`, `p`, `p_adjusted`, `detectable`.

    Raises
    ------
    ValueError
        For a column that is not in the tables.

    Examples
    --------
    >>> from virality.demo.posts import simulate_creator
    >>> found = associations(simulate_creator(n_posts=140))
    >>> dict(zip(found["name"], found["n_with"].tolist()))["hook__caption_number"]
    48
    """
    table = model_table(posts, features, protocol)
    names = [c for c in table.X if block_of(c) == "hook"] if columns is None else list(columns)
    if strangers := sorted({*names} - {*table.X.columns}):
        raise ValueError(f"no column is called {', '.join(strangers)}")
    again = {name: same_sense(name, table.X.columns.drop(names)) for name in names}
    found = associate_beside(table.y, table.X[names], table.X, groups or GROUPS, again)
    types = {field.name: _TYPES[str(field.type)] for field in fields(Association)}
    return pd.DataFrame([asdict(each) for each in found], columns=list(types)).astype(types)


def same_sense(name: str, content: Iterable[str]) -> list[str]:
    """Columns of content that see or hear a fact of the film again: a voice is in the sound.

    Parameters
    ----------
    name : str
        Of the fact's column.
    content : iterable of str
        Columns of content.
    """
    blocks = SAME_SENSE.get(GROUPS.get(name, ""), ())
    return [column for column in content if block_of(column) in blocks]


def associate_beside(
    y: pd.Series,
    facts: pd.DataFrame,
    X: pd.DataFrame,
    groups: Mapping[str, str] | None = None,
    same: Mapping[str, Iterable[str]] | None = None,
) -> tuple[Association, ...]:
    """The same of any columns, of which those that are content and no fact are taken off.

    Parameters
    ----------
    y, facts, groups, same
        As :func:`associate` has them.
    X : DataFrame of shape (n, n_columns)
        Columns of the same posts; those that are no content are not looked at.

    Returns
    -------
    tuple of Association
        In the order of the facts.
    """
    content = [c for c in X if block_of(c) in CONTENT_BLOCKS and c not in facts]
    with one_thread():
        return associate(y, facts, X[content], groups, same)


def associate(
    y: pd.Series,
    facts: pd.DataFrame,
    content: pd.DataFrame,
    groups: Mapping[str, str] | None = None,
    same: Mapping[str, Iterable[str]] | None = None,
) -> tuple[Association, ...]:
    """The same of prepared tables.

    Parameters
    ----------
    y : Series of shape (n,)
        Log outcome of matured posts, in time order.
    facts : DataFrame of shape (n, n_facts)
        NaN = not known.
    content : DataFrame of shape (n, n_columns)
        What is taken off; NaN = not known, taken as usual.
    groups : dict of str to str, optional
        Group by fact.
    same : dict of str to iterable of str, optional
        By fact: columns of content, and other facts, that say what it says in another way, such as
        the logarithm of a length.  Taken off it they would leave nothing, so they are not.

    Returns
    -------
    tuple of Association
        In the order of the columns.
    """
    groups = groups or {}
    sides = [_sides(name, facts[name].to_numpy(float)) for name in facts]
    if len(y) < MIN_POSTS or not np.ptp(y.to_numpy(float)):
        return tuple(sides)
    views = relative(clipped(y.to_numpy(float)))
    flags = (facts.isin([0, 1]) | facts.isna()).all().to_numpy()
    values, spread = standard(facts.to_numpy(float), np.where(flags, np.inf, WIDEST))
    told = [i for i, side in enumerate(sides) if _enough(side)]
    usual = standard(content.to_numpy(float))[0] * even_say(content)
    said = [frozenset((same or {}).get(name, ())) for name in facts]
    common = {
        own: components(usual[:, ~content.columns.isin(own)], MOST_COMPONENTS) for own in {*said}
    }
    group = [groups.get(name, name) for name in facts]
    estimates = {}
    for i in told:
        apart = [j for j in told if j != i and group[j] != group[i]]
        others = [j for j in apart if facts.columns[j] not in said[i]]
        beside = components(values[:, others], sides[i].n // _PER_FACT)
        aside = np.hstack([common[said[i]][:, : sides[i].n // _PER_CONTENT], beside])
        estimate = _estimate(views, values[:, i], aside)
        if estimate is not None:
            estimates[i] = estimate
    steps = np.where(flags, 1.0, spread)
    return _corrected(sides, estimates, steps, steps / spread)


def fewest(n: int) -> float:
    """How many of `n` posts a side needs before anything is said of it."""
    return max(FEWEST, SMALLEST_SHARE * n)


def _sides(name: str, values: np.ndarray) -> Association:
    """How many posts are on each side of a fact."""
    known = values[np.isfinite(values)]
    flag = np.isin(known, [0, 1]).all()  # one that all posts have is no number at its mean
    middle = 0.5 if flag else known.mean()
    above = int((known > middle + 1e-9 * abs(middle)).sum())
    return Association(name, len(known), above, len(known) - above)


def _enough(side: Association) -> bool:
    return min(side.n_with, side.n_without) >= fewest(side.n)


def _estimate(views: np.ndarray, fact: np.ndarray, beside: np.ndarray) -> _Estimate | None:
    """Slope of views on a fact per standard deviation, both without what stands beside them."""
    known = np.isfinite(fact)
    rest, used = without(views, beside, None)
    own, taken = without(fact[known], beside[known], NEARLY)
    x = np.zeros(len(fact))
    x[known] = own - own.mean()
    size, df = float(x @ x), known.sum() - max(used, taken) - 2
    if df < FEWEST or size < 1e-6 * known.sum():
        return None
    shifted = over_shifts(x, rest - rest.mean()) / size
    error = shifted[1:].std() * np.sqrt(known.sum() / df)
    return _Estimate(float(shifted[0]), float(error), float(df)) if error > 0 else None


def _corrected(
    sides: Sequence[Association],
    estimates: Mapping[int, _Estimate],
    steps: np.ndarray,
    spreads: np.ndarray,
) -> tuple[Association, ...]:
    """Intervals for all facts together, and p-values alone and by Holm's rule.

    `steps` are what factors belong to, in the fact's unit, and `spreads` in standard deviations.
    """
    alone = {i: 2 * float(stats.t.sf(abs(e.slope) / e.error, e.df)) for i, e in estimates.items()}
    adjusted, largest = {}, 0.0
    for rank, i in enumerate(sorted(alone, key=lambda i: (alone[i], i))):
        largest = max(largest, min(1.0, (len(alone) - rank) * alone[i]))
        adjusted[i] = largest
    out = list(sides)
    for i, e in estimates.items():
        slope, error = e.slope * spreads[i], e.error * spreads[i]
        reach = float(stats.t.isf(ALPHA / 2 / len(estimates), e.df))
        seen = reach + float(stats.t.ppf(POWER, e.df))
        told = (slope, slope - reach * error, slope + reach * error, seen * error)
        factor, low, high, detectable = map(float, np.exp(np.clip(told, -50, 50)))
        side = sides[i]
        out[i] = Association(side.name, side.n, side.n_with, side.n_without, float(steps[i]),
                             factor, low, high, alone[i], adjusted[i], detectable)  # fmt: skip
    return tuple(out)
