"""Momentum: what the account's own recent posts had done by the time a post went up.

An outcome counts only once it has matured: the views of a post from `embargo_days` ago or earlier
are taken as known, later ones are not, because view counts keep growing for days.  How many posts
there were is known at once, so counts of posts carry no embargo.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas.api.indexers import BaseIndexer

from virality.core.embargo import DAY_US, matured_before, microseconds
from virality.posts.values import as_float

WINDOWS = (7, 14, 28)
LEVEL_POSTS = 10
EWM_HALFLIFE_POSTS = 5
HIT_QUANTILE = 0.9
HIT_NEEDS_POSTS = 10


@dataclass(frozen=True)
class Rule:
    """A naive rule: a feature column, and a baseline that hands it through.

    Parameters
    ----------
    words : str
        Its definition.
    after : callable
        From the known outcomes in time order, the rule's value after each.
    """

    words: str
    after: Callable[[pd.Series], pd.Series]


RULES = {
    "last_post": Rule("the outcome of the last matured post", lambda known: known),
    "rolling_median_10": Rule(
        "median outcome of the last 10 matured posts",
        lambda known: known.rolling(LEVEL_POSTS, min_periods=1).median(),
    ),
    "ewm": Rule(
        "exponentially weighted mean of all matured outcomes, halving every 5 posts",
        lambda known: known.ewm(halflife=EWM_HALFLIFE_POSTS).mean(),
    ),
    "running_mean": Rule("mean of all matured outcomes", lambda known: known.expanding().mean()),
}


def _median(posts: int) -> Rule:
    return Rule(
        f"median outcome of the last {posts} matured posts",
        lambda known: known.rolling(posts, min_periods=1).median(),
    )


def _weighted(halflife: int) -> Rule:
    return Rule(
        f"exponentially weighted mean of all matured outcomes, halving every {halflife} posts",
        lambda known: known.ewm(halflife=halflife).mean(),
    )


#: Further rules, which only the forecast listens to: shorter and longer memories of the account.
EXPERT_RULES = {
    **{f"rolling_median_{posts}": _median(posts) for posts in (5, 20)},
    **{f"ewm_{halflife}": _weighted(halflife) for halflife in (3, 7, 15, 40)},
    "running_median": Rule(
        "median of all matured outcomes", lambda known: known.expanding().median()
    ),
}

#: (feature, unit, definition); in the table only where the input knows followers.
FOLLOWERS = (
    (
        "momentum__log_followers",
        "log followers",
        "ln(1 + followers): the last count from before the day of the post",
    ),
    (
        "momentum__trend_log_followers_28d",
        "log followers per day",
        "slope over time of that count at the posts of the 28 days up to this one; at least three",
    ),
)


def momentum_columns() -> list[tuple[str, str, str]]:
    """(feature, unit, definition) of every momentum column, in order."""
    out = []
    for d in WINDOWS:
        window = f"{d} days of matured posts before"
        out += [
            (f"momentum__posts_{d}d", "posts", f"posts in the {d} days before (no embargo)"),
            (f"momentum__log_sum_views_{d}d", "log views", f"ln(1 + all views) of the {window}"),
            (f"momentum__mean_log_views_{d}d", "log views", f"mean log views of the {window}"),
            (f"momentum__median_log_views_{d}d", "log views", f"median log views of the {window}"),
            (
                f"momentum__trend_log_views_{d}d",
                "log views per day",
                f"slope over time of log views in the {window}; at least three posts",
            ),
            (f"momentum__best_log_views_{d}d", "log views", f"best log views of the {window}"),
        ]
    out += [
        ("momentum__log_days_since_post", "log days", "ln(1 + days since the last post)"),
        (
            "momentum__log_days_since_hit",
            "log days",
            "ln(1 + days since the last matured hit: a post above nine tenths of those up to it)",
        ),
    ]
    return out + [(f"momentum__{name}", "log views", rule.words) for name, rule in RULES.items()]


def momentum_features(posts: pd.DataFrame, embargo_days: float = 7) -> pd.DataFrame:
    """Momentum of one account, from matured outcomes only.

    Parameters
    ----------
    posts : DataFrame of n rows
        Tidy posts of one author, sorted by posted_at.
    embargo_days : float
        Days an outcome needs before it counts.

    Returns
    -------
    DataFrame of shape (n, 24)
        Index post_id; NaN where no matured post is in reach.
    """
    times = posts_clock(posts)
    views = as_float(posts["views"])
    log_views = np.log1p(views)
    known = matured_before(times, embargo_days)
    out = {}
    for days in WINDOWS:
        out.update(_window(times, views, log_views, known, days, embargo_days))
    out["momentum__log_days_since_post"] = _log_days_since_post(times)
    out["momentum__log_days_since_hit"] = _log_days_since_hit(times, log_views, known)
    index = pd.Index(posts["post_id"].astype("string"), name="post_id")
    features = pd.DataFrame(out, index=index)
    rules = rule_columns(log_views, known)
    return features.join(rules.set_axis(index).add_prefix("momentum__"))


def follower_features(posts: pd.DataFrame) -> pd.DataFrame:
    """Followers of one account as they were known when each post went up, and their growth.

    A post's own count is from the day before it, so that nothing that the post won is in it.

    Parameters
    ----------
    posts : DataFrame of n rows
        Tidy posts of one author, sorted by posted_at.

    Returns
    -------
    DataFrame of shape (n, 2)
        Index post_id; NaN where the count is not known.
    """
    times = posts_clock(posts)
    known = np.log1p(as_float(posts["followers"]))
    first = np.searchsorted(times, times - 28 * DAY_US, side="left")
    stop = np.searchsorted(times, times, side="right")
    index = pd.Index(posts["post_id"].astype("string"), name="post_id")
    columns = (known, _slope(times, known, first, stop))
    names = [name for name, *_ in FOLLOWERS]
    return pd.DataFrame(dict(zip(names, columns, strict=True)), index=index)


def posts_clock(posts: pd.DataFrame) -> np.ndarray:
    """Posting times as whole microseconds since 1970, int64."""
    times = microseconds(posts["posted_at"])
    if np.any(np.diff(times) < 0):
        raise ValueError("posts must be sorted by posted_at")
    return times


def rule_columns(
    outcome: np.ndarray, known: np.ndarray, rules: Mapping[str, Rule] = RULES
) -> pd.DataFrame:
    """The naive rules, one column each, from matured outcomes only.

    Parameters
    ----------
    outcome : ndarray of shape (n,)
        Log outcome in time order; NaN = unknown, and skipped.
    known : ndarray of int, shape (n,)
        From `matured_before`.
    rules : mapping of str to Rule
        By name.
    """
    past = pd.Series(outcome)
    present = past.dropna()
    seen = np.concatenate([[0], np.cumsum(past.notna().to_numpy())])[known]  # matured and present
    return pd.DataFrame(
        {name: _state_after(seen, rule.after(present)) for name, rule in rules.items()}
    )


def _state_after(seen: np.ndarray, rule: pd.Series) -> np.ndarray:
    """The rule's value after the first `seen` outcomes; NaN before the first."""
    values = np.concatenate([[np.nan], rule.to_numpy(float)])
    return values[seen]


class _Bounds(BaseIndexer):
    """Windows given by their first and one-past-last row."""

    def __init__(self, first: np.ndarray, stop: np.ndarray):
        super().__init__()
        self.first, self.stop = first.astype(np.int64), stop.astype(np.int64)

    def get_window_bounds(
        self, num_values=0, min_periods=None, center=None, closed=None, step=None
    ):
        return self.first, self.stop


def _window(times, views, log_views, known, days, embargo_days) -> dict[str, np.ndarray]:
    """Columns of one window: `days` days that end `embargo_days` before the post."""
    opening = times - round((days + embargo_days) * DAY_US)
    first = np.minimum(np.searchsorted(times, opening, side="left"), known)
    rolled = pd.Series(log_views).rolling(_Bounds(first, known), min_periods=1)
    total = np.concatenate([[0.0], np.cumsum(np.nan_to_num(views))])
    empty = first == known
    recent = np.searchsorted(times, times - days * DAY_US, side="left")
    name: Callable[[str], str] = lambda kind: f"momentum__{kind}_{days}d"  # noqa: E731
    return {
        name("posts"): (np.searchsorted(times, times, side="left") - recent).astype(float),
        name("log_sum_views"): np.where(empty, np.nan, np.log1p(total[known] - total[first])),
        name("mean_log_views"): rolled.mean().to_numpy(),
        name("median_log_views"): rolled.median().to_numpy(),
        name("trend_log_views"): _slope(times, log_views, first, known),
        name("best_log_views"): rolled.max().to_numpy(),
    }


def _slope(times: np.ndarray, y: np.ndarray, first: np.ndarray, stop: np.ndarray) -> np.ndarray:
    """Least-squares slope per day of y in each window; NaN with fewer than three posts."""
    t = (times - times[0]) / DAY_US if len(times) else times.astype(float)
    ok = ~np.isnan(y)
    y = np.where(ok, y, 0.0)

    def window_sum(x: np.ndarray) -> np.ndarray:
        total = np.concatenate([[0.0], np.cumsum(np.where(ok, x, 0.0))])
        return total[stop] - total[first]

    n = window_sum(np.ones(len(t)))
    t_mean = window_sum(t) / np.maximum(n, 1)
    spread = window_sum(t * t) - n * t_mean**2
    together = window_sum(t * y) - t_mean * window_sum(y)
    usable = (n >= 3) & (spread > 1e-3)
    return np.divide(together, spread, out=np.full(len(t), np.nan), where=usable)


def _log_days_since_post(times: np.ndarray) -> np.ndarray:
    earlier = np.searchsorted(times, times, side="left") - 1
    gap = (times - times[np.maximum(earlier, 0)]) / DAY_US
    return np.where(earlier >= 0, np.log1p(gap), np.nan)


def _log_days_since_hit(times: np.ndarray, log_views: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Whether a post is a hit is judged by itself and the posts before it, never by later ones."""
    so_far = pd.Series(log_views).expanding(HIT_NEEDS_POSTS).quantile(HIT_QUANTILE).to_numpy()
    hit_row = pd.Series(np.where(log_views > so_far, np.arange(len(times)), np.nan)).ffill()
    last_hit = _state_after(known, hit_row)
    found = ~np.isnan(last_hit)
    gap = (
        (times - times[np.where(found, last_hit, 0).astype(int)]) / DAY_US if len(times) else times
    )
    return np.where(found, np.log1p(np.maximum(gap, 0)), np.nan)
