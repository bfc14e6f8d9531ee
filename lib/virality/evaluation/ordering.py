"""Of two posts, which does better?  How often a forecast picks the right one.

A creator's question is less how many views a post will get than which of two ideas to make.  So
held-out posts are taken in pairs: both from one test fold, so that neither outcome was known to the
fit that forecast the other, and at most 30 days apart, so that an account that grew does not do the
ordering.

A forecast that knows nothing about a post picks the better one half of the time.  One that follows
the account's level does worse than that inside a month: after a good post it expects good ones, and
the next is then more often than not the worse of the two.  Half is therefore a bar that a level
cannot pass by luck; what orders posts is judged by what stands above the level (`order`).  Content
that changes slowly is itself like a level, so it is held against the content of the ten posts
before: `order` is what a post's own content adds beyond theirs, by what was known when it went up.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from virality.core.embargo import DAY_US, microseconds
from virality.core.resampling import CONFIDENCE
from virality.evaluation.headline import headline_predictions
from virality.evaluation.scores import KEYS
from virality.posts.platforms import histories

APART_DAYS = 30  # fixed beforehand: nobody looks for the days that flatter
BLOCK = 5  # neighbours that share a stroke of luck
FEWEST = 40  # posts in pairs below which no interval is given: it would span half the scale
ENOUGH_TO_ORDER = 80  # posts in pairs from which "not clearly" says something about the forecast
ORDER, FORECAST = "order", "y_pred"


class Pairs(NamedTuple):
    """Each post's own pairs.

    Attributes
    ----------
    right : ndarray of shape (n,)
        Pairs ordered right, ties in the forecast as one half.
    n_pairs : ndarray of shape (n,)
        Pairs whose outcomes differ.  Every pair is counted with both of its posts.
    """

    right: np.ndarray
    n_pairs: np.ndarray


def count_pairs(
    y_true: np.ndarray, order: np.ndarray, times: np.ndarray, apart_days: float = APART_DAYS
) -> Pairs:
    """Count the pairs that every post is part of, and those that a forecast orders right.

    Parameters
    ----------
    y_true, order : ndarray of shape (n,)
        Outcomes, and what is to order them.
    times : ndarray of int, shape (n,)
        Posting times in ascending order, microseconds.
    apart_days : float
        Days between the two posts of a pair, at most.

    Returns
    -------
    Pairs

    Notes
    -----
    One pass per distance in posts: n posts of which m lie within `apart_days` take n × m steps and
    no table of pairs.
    """
    n, reach = len(y_true), round(apart_days * DAY_US)
    right, count = np.zeros(n), np.zeros(n)
    for step in range(1, n):
        near = times[step:] - times[:-step] <= reach
        if not near.any():
            break
        better, told = (
            np.sign(y_true[step:] - y_true[:-step]),
            np.sign(order[step:] - order[:-step]),
        )
        differ = near & (better != 0)
        picked = differ * (1 + better * told) / 2
        right[step:] += picked
        right[:-step] += picked
        count[step:] += differ
        count[:-step] += differ
    return Pairs(right, count)


def pair_share(pairs: Pairs, confidence: float = CONFIDENCE) -> dict[str, float]:
    """Share of pairs that are ordered right, with its interval.

    The pairs of a post hang together, and so do those of its neighbours, so that a binomial over
    pairs covers half of what it promises.  Here the posts are what is drawn: the share's change
    with every post (the first term of Hoeffding's decomposition), in circular blocks of five,
    times Student's t with one degree of freedom per block but one.

    Parameters
    ----------
    pairs : Pairs
        Of posts in time order.
    confidence : float
        Of the interval, 0 to 1.

    Returns
    -------
    dict
        n (posts that are in any pair), pairs, share, low, high.  All NaN without a pair, and the
        interval below `FEWEST` posts.
    """
    paired = pairs.n_pairs > 0
    n, total = int(paired.sum()), float(pairs.n_pairs.sum())
    found = {"n": n, "pairs": int(total / 2), "share": np.nan, "low": np.nan, "high": np.nan}
    if not total:
        return found
    found["share"] = share = float(pairs.right.sum() / total)
    if n < FEWEST:
        return found
    pull = (pairs.right - share * pairs.n_pairs)[paired]
    blocks = np.convolve(np.r_[pull, pull[: BLOCK - 1]], np.ones(BLOCK), mode="valid")
    error = 2 * np.sqrt(np.sum(blocks**2) / BLOCK) / total
    half = stats.t.ppf(0.5 + confidence / 2, n / BLOCK - 1) * error
    return {**found, "low": max(0.0, share - half), "high": min(1.0, share + half)}


def pairwise_skill(
    predictions: pd.DataFrame,
    posts: pd.DataFrame,
    by: str = FORECAST,
    *,
    confidence: float = CONFIDENCE,
) -> pd.DataFrame:
    """Of two posts at most 30 days apart, how often does each forecast pick the better one?

    Parameters
    ----------
    predictions : DataFrame
        Held-out predictions, from :func:`virality.evaluation.evaluate.cross_validate`.
    posts : DataFrame
        Tidy posts: when each went up, and whose it is.  Pairs are of one creator on one platform,
        and of one fold.
    by : str
        The column that orders: "y_pred", or "order" for what a forecast says above the level.
        Rows without a value are left out.
    confidence : float
        Of the intervals.

    Returns
    -------
    DataFrame
        One row per split, preset, blocks and model: `by`, n (posts in pairs), pairs, share (0.5 is
        a coin), low and high.  The interval is missing below 40 posts.

    Examples
    --------
    >>> from virality.demo.posts import simulate_creator
    >>> from virality.evaluation.evaluate import cross_validate
    >>> posts = simulate_creator(n_posts=90)
    >>> told = cross_validate(posts, models=["ridge"], baselines=False)
    >>> pairwise_skill(told, posts)[["model", "n"]].values.tolist()
    [['ridge', 54]]
    """
    rows = []
    for keys, series in _in_order(predictions, posts, by).groupby(KEYS, sort=False):
        found = pair_share(_within_folds(series, by), confidence)
        rows.append({**dict(zip(KEYS, keys, strict=True)), "by": by, **found})
    return pd.DataFrame(rows, columns=[*KEYS, "by", "n", "pairs", "share", "low", "high"])


def pairwise_table(
    predictions: pd.DataFrame, posts: pd.DataFrame, split: str = "expanding"
) -> pd.DataFrame:
    """Compare all forecasts and rules on the same posts, the surest pick first.

    Parameters
    ----------
    predictions : DataFrame
        Of any number of models with all blocks, and of the baselines.  Forecasts that say what
        they put above the level (column `order`) are there with that as well.
    posts : DataFrame
    split : str
        The honest split of this run.

    Returns
    -------
    DataFrame
        As from `pairwise_skill`.
    """
    chosen = headline_predictions(predictions, split)
    found = [pairwise_skill(chosen, posts, by) for by in (ORDER, FORECAST) if by in chosen]
    table = pd.concat([one for one in found if len(one)] or found)
    return table.sort_values(["share", "model"], ascending=[False, True], ignore_index=True)


def near_pairs(
    predictions: pd.DataFrame, posts: pd.DataFrame, by: str = ORDER
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return every pair that `pairwise_skill` counts, of one series of predictions.

    Parameters
    ----------
    predictions, posts, by
        As there.

    Returns
    -------
    first, second : ndarray of int, shape (n_pairs,)
        Places of the two posts in the order of time.
    gap : ndarray of shape (n_pairs,)
        What orders them: first minus second.
    better : ndarray of shape (n_pairs,)
        1 where the first did better, else 0; pairs with equal outcomes are left out.
    """
    series, reach = _in_order(predictions, posts, by), round(APART_DAYS * DAY_US)
    y, order, times = (series[name].to_numpy() for name in ("y_true", by, "moment"))
    inside = series.groupby(["whose", "fold"], sort=False).ngroup().to_numpy()
    starts, ends = [np.empty(0, int)], [np.empty(0, int)]
    for step in range(1, len(series)):
        near = (times[step:] - times[:-step] <= reach) & (inside[step:] == inside[:-step])
        if not near.any():
            break
        starts.append(np.flatnonzero(near & (y[step:] != y[:-step])))
        ends.append(starts[-1] + step)
    first, second = np.concatenate(starts), np.concatenate(ends)
    return first, second, order[first] - order[second], (y[first] > y[second]).astype(float)


def _in_order(predictions: pd.DataFrame, posts: pd.DataFrame, by: str) -> pd.DataFrame:
    """Predictions that order anything, each history's in the order of the clock."""
    known = predictions[predictions[by].notna() & predictions["y_true"].notna()]
    index = posts["post_id"].astype("string")
    moment = pd.Series(microseconds(posts["posted_at"]), index=index)
    whose = pd.Series(histories(posts), index=index)
    known = known.assign(moment=known["post_id"].map(moment), whose=known["post_id"].map(whose))
    return known.sort_values(["whose", "moment"], kind="stable")


def _within_folds(series: pd.DataFrame, by: str) -> Pairs:
    """The pairs of a series, each within one history's posts of one fold."""
    right, count = np.zeros(len(series)), np.zeros(len(series))
    for rows in series.groupby(["whose", "fold"], sort=False).indices.values():
        y, order, times = (series[name].to_numpy()[rows] for name in ("y_true", by, "moment"))
        right[rows], count[rows] = count_pairs(y, order, times)
    return Pairs(right, count)
