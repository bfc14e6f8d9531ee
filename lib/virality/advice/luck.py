"""What of a hit is the account and the kind of post, and what of it stays with later posts.

A hit stands out for two kinds of reasons.  Some were there for others too: the account stood high,
posts of this kind do well.  The rest was luck, or something that nobody recorded, and it does not
come back by itself: that is regression to the mean.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.linear_model import RidgeCV

from virality.advice.level import Outcomes
from virality.core.threads import one_thread
from virality.evidence.residuals import clipped, relative
from virality.features.blocks import CONTENT_BLOCKS, block_of

NEEDED, KEPT_NEEDED = 60, 140  # settled posts below which neither share is told
HITS, FEWEST = 0.05, 3  # share of the posts that are called hits, and how many at least
AROUND = 10  # posts before and after
FOLDS = 10  # runs of neighbouring posts whose content is learnt from the others
CHANCE = 0.02  # that the interval of what stays misses it
RIDGES = np.logspace(-1, 5, 25)


@dataclass(frozen=True)
class HitLuck:
    """What of the hits' excess over the account's usual was not theirs alone.

    Attributes
    ----------
    n, hits : int
        Settled posts, and hits among them.
    excess : float
        A hit's views over the account's middle post, on the usual scale of factors.
    explained : float
        At least this share of the excess, in log units, is level and content; never below 0 or
        above 1.
    level, content : float
        The two parts of it, as they are.
    """

    n: int
    hits: int
    excess: float
    explained: float
    level: float
    content: float


@dataclass(frozen=True)
class Kept:
    """What later posts keep of a hit.

    Attributes
    ----------
    hits : int
    share, low, high : float
        Of a hit's excess over the posts before it: how much of it the ten posts after it still
        have, in log units, and an interval.
    """

    hits: int
    share: float
    low: float
    high: float


def parts_of_hits(found: Outcomes, features: pd.DataFrame | None = None) -> pd.DataFrame | None:
    """Take the account's hits apart.

    Parameters
    ----------
    found : Outcomes
    features : DataFrame, optional
        Content of the posts, index post_id; history among it is left out.

    Returns
    -------
    DataFrame or None
        A row per hit, index post_id, in log units: `excess` over the account's middle post, `level`
        (of the posts around, the hit itself left out, over the middle post) and `content` (as
        posts in other runs of the account tell it).  None with fewer than 60 settled posts.
    """
    y = found.settled
    if len(y) < NEEDED or not np.ptp(y):
        return None
    values, middle = y.to_numpy(float), float(y.median())
    plain = clipped(values)
    rest = relative(plain, AROUND)
    content = content_out_of_fold(rest, _content(features, y.index))
    table = {"excess": values - middle, "level": plain - rest - middle, "content": content}
    return pd.DataFrame(table, index=y.index).iloc[_top(values)]


def luck(parts: pd.DataFrame | None, n: int) -> HitLuck | None:
    """Sum the parts up.

    Parameters
    ----------
    parts : DataFrame or None
        From `parts_of_hits`.
    n : int
        Settled posts.

    Returns
    -------
    HitLuck or None
    """
    if parts is None or parts["excess"].sum() <= 0:
        return None
    share = parts[["level", "content"]].sum() / parts["excess"].sum()
    explained = float(np.clip(share.sum(), 0.0, 1.0))
    excess = float(np.exp(parts["excess"].mean()))
    return HitLuck(n, len(parts), excess, explained, float(share["level"]), float(share["content"]))


def content_out_of_fold(rest: np.ndarray, content: np.ndarray) -> np.ndarray:
    """What the content of a post says of it, learnt from posts in other runs of the account.

    Parameters
    ----------
    rest : ndarray of shape (n,)
        Outcomes relative to the posts around.
    content : ndarray of shape (n, n_columns)
        Relative to the posts around, in standard deviations.

    Returns
    -------
    ndarray of shape (n,)
        Zero where there is no content.
    """
    told = np.zeros(len(rest))
    if not content.shape[1]:
        return told
    for run in np.array_split(np.arange(len(rest)), FOLDS):
        apart = np.ones(len(rest), bool)
        apart[max(0, run[0] - AROUND) : run[-1] + AROUND + 1] = False
        with one_thread():
            fitted = RidgeCV(RIDGES).fit(content[apart], rest[apart])
        told[run] = fitted.predict(content[run]) - fitted.intercept_
    return told


def kept_after_hits(y: pd.Series) -> Kept | None:
    """How much of a hit's excess the posts after it keep.

    Parameters
    ----------
    y : Series of shape (n,)
        Log outcome of settled posts, in time order.

    Returns
    -------
    Kept or None
        None with fewer than 140 posts, or where none stands out.
    """
    values = y.to_numpy(float)
    if len(values) < KEPT_NEEDED or not np.ptp(values):
        return None
    rises = rises_around(values)
    hit = _top(rises["stands_out"].to_numpy())
    rise, after = (rises[name].to_numpy()[hit] for name in ("rise", "after"))
    if rise.sum() <= 0:
        return None
    share = after.sum() / rise.sum()
    apart = np.abs(np.subtract.outer(hit, hit)) / (2 * AROUND)
    rest = after - share * rise
    # Newey and West: two hits within twenty posts share some of the posts beside them.
    variance = rest @ np.maximum(0, 1 - apart) @ rest * len(hit) / max(len(hit) - 1, 1)
    error = np.sqrt(max(float(variance), 0.0)) / rise.sum()
    reach = float(stats.t.isf(CHANCE / 2, len(hit) - 1)) * error
    return Kept(len(hit), float(share), float(share - reach), float(share + reach))


def rises_around(y: np.ndarray) -> pd.DataFrame:
    """How far each post rises above those before, and how far those after it do.

    Parameters
    ----------
    y : ndarray of shape (n,)

    Returns
    -------
    DataFrame of n rows
        `stands_out` (over the posts on both sides; minus infinity where one side has no ten),
        `rise` and `after`, both over the mean of the ten posts before.
    """
    plain = pd.Series(clipped(y))
    before = plain.rolling(AROUND).mean().shift(1)
    after = plain[::-1].rolling(AROUND).mean().shift(1)[::-1]
    stands_out = (y - (before + after) / 2).fillna(-np.inf)
    return pd.DataFrame({"stands_out": stands_out, "rise": y - before, "after": after - before})


def _top(values: np.ndarray) -> np.ndarray:
    """Places of the hits, in time order."""
    wanted = max(FEWEST, round(HITS * len(values)))
    return np.sort(np.argsort(values, kind="stable")[-wanted:])


def _content(features: pd.DataFrame | None, index: pd.Index) -> np.ndarray:
    """Content relative to the posts around, in standard deviations; as usual where not known."""
    if features is None:
        return np.zeros((len(index), 0))
    table = features.set_axis(features.index.astype("string")).reindex(index)
    table = table[[name for name in table if block_of(name) in CONTENT_BLOCKS]]
    near = relative(table.to_numpy(float), AROUND)
    near = near[:, np.isfinite(near).any(axis=0)]
    spread = np.sqrt(np.nanmean(near**2, axis=0)) if near.size else np.ones(near.shape[1])
    varies = spread > 1e-9
    return np.nan_to_num(np.clip(near[:, varies] / spread[varies], -3, 3))
