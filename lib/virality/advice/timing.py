"""When to post: one claim or none.

The raw best hour of an account is mostly luck, and what is posted in the evening is often another
kind of post.  So views are taken relative to the posts around them, and what content says of them
is taken off, also of the hours.  A smooth course over day and week is then pulled towards "no
difference", the more so the fewer posts speak for it.  Whether there is any such course is tested
by shifting the views against the hours, around the whole record.

A slot is claimed only if that test finds something, *and* the slot is better than the creator's
own habit in nine of ten cases, *and* its gain comes back on posts that had no say in choosing it:
the older half of the record chooses, the newer half measures.

It is an association.  Where the kind of content is not recorded, a better hour may be a better kind
of post.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats

from virality.advice.hours import DAYS, N_WAVES, PARTS, SLOTS, Slot, day_waves, tried, waves
from virality.core.protocol import ALPHA, DEFAULT, Protocol
from virality.core.threads import one_thread
from virality.evidence.associations import FEWEST, POWER
from virality.evidence.residuals import (
    NEARLY,
    clipped,
    components,
    even_say,
    over_shifts,
    relative,
    standard,
    without,
)
from virality.features.blocks import BLOCKS, CONTENT_BLOCKS, block_of
from virality.features.table import Features, model_table
from virality.features.targets import is_matured, target_values
from virality.posts.platforms import histories
from virality.posts.timing import known_zone
from virality.posts.values import hour_known

CLAIM_FROM = 140  # posts below which no hour is claimed: an effect of half would be missed
AROUND = 10  # posts on each side that say what was usual then
SEARCHED = 2.0  # log gain that a claim takes, over what one comparison fixed beforehand takes
SURE = 0.9  # chance of being better than the habit that a claim needs
HOLDS = 0.8  # of the interval around a measured gain
_PER_CONTENT = 8  # posts per component of content
#: How strongly each wave is pulled towards nothing, in posts.
_PULL = np.array([11.0, 11, 22, 22, 22, 44, 44, *[44] * len(DAYS)])
_CLOCK = ("hour", "weekday")  # columns of content that are the question itself


@dataclass(frozen=True)
class Gain:
    """What a slot earned over the creator's habit, as a factor.

    Attributes
    ----------
    factor, low, high : float
        With an interval of 80 %.
    posts : int
        In the slot, among those that were measured.
    """

    factor: float
    low: float
    high: float
    posts: int


@dataclass(frozen=True)
class WhenToPost:
    """What the record says about hours and days.

    Attributes
    ----------
    n, n_untimed : int
        Matured posts of which the hour is known, and is not.
    hours : DataFrame
        A row per slot (`days` "weekdays" or "weekend") and per three hours of each weekday:
        `days`, `start`, `end`, `posts`, `needed` (posts that the slot lacks before anything can be
        said), `factor` (times the views of the habit, pulled towards 1) and `chance` (of being
        better than it); NaN where it was not tried or nothing may be said.
    p : float
        Of the test that hours make no difference; NaN where none was made.
    slot : Slot or None
        The best one by the older half.
    chance : float
        That it is better than the habit, by all posts.
    gain : Gain or None
        Of the slot over the habit, measured in the newer half.
    detectable : float
        Factor of the slot over the habit that so many posts would have claimed in about two cases
        of three.
    content : tuple of str
        Blocks that were taken off.
    """

    n: int
    n_untimed: int
    hours: pd.DataFrame
    p: float = np.nan
    slot: Slot | None = None
    chance: float = np.nan
    gain: Gain | None = None
    detectable: float = np.nan
    content: tuple[str, ...] = field(default=())

    @property
    def claimed(self) -> bool:
        """Whether there is a better time to post, as far as the record can tell."""
        surer = self.p <= ALPHA and self.chance > SURE
        return bool(surer and self.gain is not None and self.gain.factor > 1)


@dataclass(frozen=True)
class _Rest:
    """What is left of views and of columns after the posts around and content."""

    views: np.ndarray
    columns: np.ndarray
    used: float

    @property
    def df(self) -> float:
        return len(self.views) - self.used - 2


def timing(
    posts: pd.DataFrame,
    features: Features = None,
    *,
    timezone: str = "UTC",
    protocol: Protocol = DEFAULT,
) -> WhenToPost:
    """When to post on an account: one claim or none, and what was never tried.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts of one creator; those whose outcome has matured and whose hour is known are used.
    features : DataFrame or list of DataFrame, optional
        Feature tables indexed by post_id; what they say of content is taken off.  Built from
        the posts when none are given.
    timezone : str
        The creator's zone, in which hours and days are counted.
    protocol : Protocol
        Its target and embargo.

    Returns
    -------
    WhenToPost

    Raises
    ------
    UserError
        For a time zone or target that does not exist.

    Examples
    --------
    >>> from virality.demo.posts import simulate_creator
    >>> found = timing(simulate_creator(n_posts=60))
    >>> found.claimed, found.n
    (False, 60)
    >>> found.hours.loc[found.hours["days"] == "weekend", ["start", "posts", "needed"]].tail(2)
        start  posts  needed
    14     18      4       1
    15     21      1       4
    """
    zone = known_zone(timezone)
    usable = is_matured(posts, protocol.embargo_days)
    usable &= target_values(posts, protocol.target).notna().to_numpy()
    known = posts[usable & hour_known(posts)]
    local = known["posted_at"].dt.tz_convert(zone).dt
    days, hours = local.day_of_week.to_numpy(), (local.hour + local.minute / 60).to_numpy()
    n_untimed = int(usable.sum()) - len(known)
    if len(known) < CLAIM_FROM:
        return WhenToPost(len(known), n_untimed, _untold(tried(days, hours)))
    table = model_table(known, features, protocol)
    if len(table.y) < CLAIM_FROM:  # outcomes that are all equal
        return WhenToPost(len(known), n_untimed, _untold(tried(days, hours)))
    history = histories(known)
    y = table.y.to_numpy(float)
    y = y - pd.Series(y).groupby(history).transform("median").to_numpy()
    names = [name for name in table.X if _is_content(name) and table.X[name].notna().any()]
    with one_thread():
        return examine(y, days, hours, table.X[names], n_untimed)


def examine(
    y: np.ndarray,
    days: np.ndarray,
    hours: np.ndarray,
    content: pd.DataFrame,
    n_untimed: int = 0,
) -> WhenToPost:
    """The same of prepared columns, with no regard to how few the posts are.

    Parameters
    ----------
    y : ndarray of shape (n,)
        Log outcome in time order.
    days : ndarray of int, shape (n,)
        Monday is 0.
    hours : ndarray of float, shape (n,)
        Local, from 0 to 24.
    content : DataFrame of shape (n, n_columns)
        What is taken off; NaN = not known.
    n_untimed : int
        Posts that were left out because their hour is not known.

    Returns
    -------
    WhenToPost
    """
    table, X, n = tried(days, hours), waves(days, hours), len(y)
    taken = tuple(block for block in BLOCKS if block in {block_of(name) for name in content})
    whole = _rest(y, X, content)
    told = _told(table, whole, X)
    old, new = slice(0, n // 2), slice(n // 2, n)
    inside = {slot: slot.holds(days, hours) for slot in SLOTS}
    fit = {
        slot: held
        for slot, (held, short) in zip(SLOTS, zip(inside.values(), table["needed"]), strict=False)
        if not short and min(held[old].sum(), held[new].sum()) >= FEWEST
    }
    p = _test(whole)
    if len(fit) < 2 or not whole.views.any():
        return WhenToPost(n, n_untimed, told, p, content=taken)
    first = _rest(y[old], X[old], content.iloc[old])
    gains = {slot: _posterior(first, slot.waves() - X[old].mean(axis=0))[0] for slot in fit}
    best = max(fit, key=lambda slot: gains[slot])
    chance = _chance(*_posterior(whole, best.waves() - X.mean(axis=0)))
    gain, _ = _measured(y[new], fit[best][new], content.iloc[new])
    _, detectable = _measured(y, fit[best], content)
    return WhenToPost(n, n_untimed, told, p, best, chance, gain, detectable, taken)


def _is_content(name: str) -> bool:
    """Columns of content that do not say when a post went up."""
    return block_of(name) in CONTENT_BLOCKS and not any(word in name for word in _CLOCK)


def _untold(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(factor=np.nan, chance=np.nan)


def _rest(y: np.ndarray, X: np.ndarray, content: pd.DataFrame) -> _Rest:
    """Views and columns without the posts around and without content."""
    views = relative(clipped(y), AROUND)
    near = relative(X, AROUND)
    said = standard(content.to_numpy(float), around=AROUND)[0] * even_say(content)
    beside = components(said, len(y) // _PER_CONTENT)
    rest, used = without(views, beside, None)
    left = [without(column, beside, NEARLY) for column in near.T]
    columns = np.column_stack([column for column, _ in left])
    return _Rest(rest - rest.mean(), columns - columns.mean(axis=0), max(used, left[0][1]))


def _inverse(columns: np.ndarray) -> np.ndarray:
    return np.linalg.inv(columns.T @ columns + np.diag(_PULL[: columns.shape[1]]))


def _test(rest: _Rest) -> float:
    """Share of all shifts of the views against the hours that fit as well as no shift."""
    columns = rest.columns[:, :N_WAVES]
    along = over_shifts(columns, rest.views)
    fits = ((along @ _inverse(columns)) * along).sum(axis=1)
    return float((fits >= fits[0] * (1 - 1e-9)).mean())


def _posterior(rest: _Rest, gap: np.ndarray) -> tuple[float, float]:
    """Mean and spread of a difference of waves, in log units."""
    inverse = _inverse(rest.columns)
    mean = gap @ inverse @ (rest.columns.T @ rest.views)
    noise = float(rest.views @ rest.views) / max(rest.df, 1.0)
    return float(mean), float(np.sqrt(noise * (gap @ inverse @ gap)))


def _chance(mean: float, spread: float) -> float:
    return float(stats.norm.cdf(mean / spread)) if spread > 0 else 0.5


def _told(table: pd.DataFrame, rest: _Rest, X: np.ndarray) -> pd.DataFrame:
    """Factors over the habit and chances where a slot, and the day, was tried."""
    habit, factors, chances = X.mean(axis=0), [], []
    for row in table.itertuples():
        if row.needed or not row.posts:
            factors.append(np.nan)
            chances.append(np.nan)
            continue
        at = Slot(row.days, row.start).waves() if row.days in PARTS else None
        at = day_waves(DAYS.index(row.days), row.start) if at is None else at
        mean, spread = _posterior(rest, at - habit)
        factors.append(float(np.exp(mean)))
        chances.append(_chance(mean, spread))
    return table.assign(factor=factors, chance=chances)


def _measured(
    y: np.ndarray, inside: np.ndarray, content: pd.DataFrame
) -> tuple[Gain | None, float]:
    """What a slot earned over the habit, and what could have been seen, as factors.

    The slot is held against all other posts; the habit is partly the slot itself, so that the
    gain over it is that difference times the share of the others.
    """
    rest = _rest(y, inside[:, None].astype(float), content)
    x, n = rest.columns[:, 0], len(y)
    size = float(x @ x)
    if size < 1e-6 * n or rest.df < FEWEST:
        return None, np.nan
    shifted = over_shifts(x, rest.views) / size
    others = 1 - inside.mean()
    error = others * float(shifted[1:].std()) * np.sqrt(n / rest.df)
    few = max(min(int(inside.sum()) - 1, rest.df), 1)  # the slot's own posts limit what is known
    if not error > 0:
        return None, np.nan
    mean, reach = others * float(shifted[0]), float(stats.t.isf((1 - HOLDS) / 2, few))
    seen = float(stats.t.isf(ALPHA / 2, rest.df) + stats.t.ppf(POWER, rest.df))
    told = np.clip(
        [mean, mean - reach * error, mean + reach * error, SEARCHED * seen * error], -50, 50
    )
    factor, low, high, detectable = map(float, np.exp(told))
    return Gain(factor, low, high, int(inside.sum())), detectable
