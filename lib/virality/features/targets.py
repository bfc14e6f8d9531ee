"""What can be predicted: views first, and whatever other outcomes the input has."""

from __future__ import annotations

import numpy as np
import pandas as pd

from virality.core.embargo import embargo_us, had_time_to_grow
from virality.core.errors import UserError
from virality.core.protocol import MIN_POSTS
from virality.posts.values import as_float

#: target -> (plain name, the unit of its logarithm's argument)
TARGETS = {
    "views": "views",
    "likes": "likes",
    "comments": "comments",
    "shares": "shares",
    "saves": "saves",
    "engagement_rate": "interactions per thousand views",
    "avg_watch_s": "seconds watched on average",
}

_INTERACTIONS = ("likes", "comments", "shares", "saves")


def target_values(posts: pd.DataFrame, target: str = "views") -> pd.Series:
    """The outcome that is to be predicted, on a log scale.

    Counts and seconds become ln(1 + value); the engagement rate is ln(1 + interactions per
    thousand views), where interactions are likes + comments + shares + saves.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts table.
    target : str
        One of `TARGETS`.

    Returns
    -------
    Series of float, index post_id
        NaN where the outcome is not known.

    Raises
    ------
    UserError
        For a target that does not exist.
    """
    if target not in TARGETS:
        raise UserError(
            f"There is no target called '{target}'.", do=f"Choose one of: {', '.join(TARGETS)}."
        )
    if target == "engagement_rate":
        values = _engagement_per_thousand(posts)
    elif target in posts:
        values = as_float(posts[target])
    else:
        values = np.full(len(posts), np.nan)
    index = pd.Index(posts["post_id"].astype("string"), name="post_id")
    return pd.Series(np.log1p(values), index=index, name=f"log_{target}")


def available_targets(posts: pd.DataFrame, at_least: int = MIN_POSTS) -> list[str]:
    """Targets that enough posts have a value for, and that are not constant.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts.
    at_least : int
        Posts that are enough.

    Returns
    -------
    list of str
        Names from `TARGETS`.
    """
    values = {name: target_values(posts, name).dropna() for name in TARGETS}
    return [name for name, y in values.items() if len(y) >= at_least and y.min() < y.max()]


def is_matured(posts: pd.DataFrame, embargo_days: float = 7) -> np.ndarray:
    """Whether a post's outcome had time to grow before it was read.

    Posts whose `captured_at` is unknown count as matured: nothing says that they are not.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts.
    embargo_days : float
        Days that are enough.

    Returns
    -------
    ndarray of bool, shape (n_posts,)
    """
    embargo_us(embargo_days)  # refuses what makes no sense
    if "captured_at" not in posts:
        return np.ones(len(posts), dtype=bool)
    return had_time_to_grow(posts["captured_at"] - posts["posted_at"], embargo_days)


def _engagement_per_thousand(posts: pd.DataFrame) -> np.ndarray:
    """Interactions per thousand views; NaN when no interaction is known or nobody watched."""
    known = [name for name in _INTERACTIONS if name in posts and posts[name].notna().any()]
    views = as_float(posts["views"])
    if not known:
        return np.full(len(posts), np.nan)
    total = sum(as_float(posts[name]) for name in known)
    return 1000 * np.divide(total, views, out=np.full(len(posts), np.nan), where=views > 0)
