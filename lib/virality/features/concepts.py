"""Columns that say the same thing, taken together.

A sine and a cosine are one hour of the day, nine medians and sums are one recent level, and the
components of a picture are one picture. SHAP values add up, so the push of a concept is the sum of
its columns' pushes; which of several near-copies a tree happened to split on no longer matters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd

from virality.features.blocks import block_of

# First match wins. The pattern is what stands after the block's name.
_PATTERNS = {
    "metadata": (
        (r"hour_", "hour"),
        (r"weekday_", "weekday"),
        (r"day_of_year_|month$", "season"),
        (r"log_duration|length_s$|log_length$|length_sq$", "duration"),
        (r"hashtag_", "hashtags"),
    ),
    "momentum": (
        (r"(trend_)?log_followers", "followers"),
        (r"trend_", "trend"),
        (r"posts_\d|videos_\d|log_days_since_post", "pace"),
        (r"log_days_since_hit", "last_hit"),
        (r".*views|last_post$|rolling_median|running_mean|ewm$|account_level$", "level"),
    ),
}

_COMPONENT = re.compile(r"__(pc)?\d+$")
COMPONENTS, MISSING = "components", "missing"


def concept_of(column: str) -> str:
    """Return the key of the concept that a model's column belongs to, ``block__concept``."""
    block, rest = block_of(column), str(column).split("__", 1)[-1]
    if _COMPONENT.search(column):
        # A first component is another direction in every fold; only their sum is comparable.
        return f"{block}__{COMPONENTS}"
    if rest.startswith(MISSING):
        return f"{block}__{MISSING}"
    for pattern, concept in _PATTERNS.get(block, ()):
        if re.match(pattern, rest):
            return f"{block}__{concept}"
    return str(column)


def reading(
    key: str, posts: pd.DataFrame, columns: pd.DataFrame, timezone: str = "UTC"
) -> pd.Series | None:
    """What a concept was for each post, in a unit that a person would use.

    Parameters
    ----------
    key : str
        Of the concept.
    posts : DataFrame
        Tidy posts table.
    columns : DataFrame
        Feature table before scaling, index post_id.
    timezone : str
        The creator's time zone.

    Returns
    -------
    Series of float, index post_id, or None
        None for components and for what has no single reading.
    """
    local = posts["posted_at"].dt.tz_convert(timezone).dt
    index = pd.Index(posts["post_id"], name="post_id")
    hour = local.hour + local.minute / 60
    if "hour_known" in posts:
        hour = hour.where(posts["hour_known"].fillna(True).astype(bool))
    from_posts = {
        "metadata__hour": hour,
        "metadata__weekday": local.day_of_week,
        "metadata__season": local.dayofyear,
        "metadata__duration": posts["duration_s"],
    }
    if key in from_posts:
        return pd.Series(from_posts[key].to_numpy(float, na_value=np.nan), index=index)
    column, unscaled = _COLUMN_OF.get(key, (key, lambda values: values))
    return unscaled(columns[column].astype(float)) if column in columns else None


_COLUMN_OF = {
    "metadata__hashtags": ("metadata__hashtag_count", lambda values: values),
    "metadata__caption_length": ("metadata__caption_length", np.expm1),
    "momentum__level": ("momentum__rolling_median_10", np.expm1),
    "momentum__trend": ("momentum__trend_log_views_28d", lambda values: values),
    "momentum__pace": ("momentum__posts_28d", lambda values: values),
    "momentum__followers": ("momentum__log_followers", np.expm1),
    "momentum__last_hit": ("momentum__log_days_since_hit", np.expm1),
}


def readings(
    keys: Iterable[str], posts: pd.DataFrame, columns: pd.DataFrame, timezone: str = "UTC"
) -> dict[str, pd.Series]:
    """Return the readings of those concepts that have one, in the order of `keys`."""
    found = {key: reading(key, posts, columns, timezone) for key in keys}
    return {key: values for key, values in found.items() if values is not None}
