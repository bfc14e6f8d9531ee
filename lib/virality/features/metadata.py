"""Metadata: what the creator decides before the post goes up."""

from __future__ import annotations

import numpy as np
import pandas as pd

from virality.core.captions import hashtags
from virality.posts.values import as_float, hour_known

_EMOJI = (
    "[\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff"
    "\u2600-\u27bf\u2b00-\u2bff\u2190-\u21ff\u3030\u303d]"
)

#: (feature, unit, definition); everything here is known before posting.
COLUMNS = (
    ("metadata__hour_sin", "", "sine of the local hour of posting, on a circle of 24 hours"),
    ("metadata__hour_cos", "", "cosine of the local hour of posting, on a circle of 24 hours"),
    ("metadata__weekday_sin", "", "sine of the local weekday, on a circle of seven days"),
    ("metadata__weekday_cos", "", "cosine of the local weekday, on a circle of seven days"),
    ("metadata__day_of_year_sin", "", "sine of the day of the year, on a circle of one year"),
    ("metadata__day_of_year_cos", "", "cosine of the day of the year, on a circle of one year"),
    ("metadata__log_duration", "log seconds", "ln(1 + length of the video in seconds)"),
    ("metadata__log_duration_sq", "log seconds²", "the square of log_duration"),
    ("metadata__hashtag_count", "hashtags", "hashtags in the caption"),
    ("metadata__hashtag_density", "per word", "hashtags divided by the words of the caption"),
    ("metadata__caption_length", "log characters", "ln(1 + characters in the caption)"),
    ("metadata__emoji_count", "emoji", "emoji in the caption"),
    ("metadata__question", "yes or no", "1 when the caption asks a question, else 0"),
    ("metadata__mention_count", "mentions", "accounts that the caption mentions with @"),
    ("metadata__is_photo", "yes or no", "1 for a photo post, 0 for a video"),
    ("metadata__is_paid", "yes or no", "1 for a post marked as paid, else 0"),
)


def metadata_features(posts: pd.DataFrame, timezone: str = "UTC") -> pd.DataFrame:
    """Posting time on circles, length, and the form of the caption.

    Parameters
    ----------
    posts : DataFrame of n rows
        Tidy posts table; no outcome column is looked at.
    timezone : str
        The creator's time zone, in which hours and weekdays are counted.

    Returns
    -------
    DataFrame of shape (n, 16)
        Index post_id.  A missing caption, length or hour is NaN, never zero.
    """
    columns = {**_calendar(posts["posted_at"], timezone), **_caption(posts["caption"])}
    for name in ("metadata__hour_sin", "metadata__hour_cos"):
        columns[name] = np.where(hour_known(posts), columns[name], np.nan)
    log_duration = np.log1p(posts["duration_s"].astype(float))
    columns["metadata__log_duration"] = log_duration
    columns["metadata__log_duration_sq"] = log_duration**2
    columns["metadata__is_photo"] = (posts["kind"] == "photo").fillna(False)
    columns["metadata__is_paid"] = _flag(posts, "is_paid")
    index = pd.Index(posts["post_id"].astype("string"), name="post_id")
    plain = {name: np.asarray(values, dtype=float) for name, values in columns.items()}
    return pd.DataFrame(plain, index=index)[[name for name, *_ in COLUMNS]]


def _calendar(posted_at: pd.Series, timezone: str) -> dict[str, np.ndarray]:
    local = posted_at.dt.tz_convert(timezone).dt
    hour = local.hour + local.minute / 60
    year_length = np.where(local.is_leap_year, 366, 365)
    circles = {
        "hour": hour / 24,
        "weekday": (local.day_of_week + hour / 24) / 7,
        "day_of_year": (local.day_of_year - 1) / year_length,
    }
    waves = {}
    for name, turn in circles.items():
        waves[f"metadata__{name}_sin"] = np.sin(2 * np.pi * turn)
        waves[f"metadata__{name}_cos"] = np.cos(2 * np.pi * turn)
    return waves


def _caption(caption: pd.Series) -> dict[str, np.ndarray]:
    known, text = caption.notna().to_numpy(), caption.fillna("").astype(object).str
    tags = np.array([len(hashtags(each)) for each in caption], dtype=float)
    words = text.count(r"\S+").to_numpy(float)
    counts = {
        "hashtag_count": tags,
        "hashtag_density": tags / np.maximum(words, 1),
        "caption_length": np.log1p(text.len().to_numpy(float)),
        "emoji_count": text.count(_EMOJI).to_numpy(float),
        "question": text.contains(r"[?？؟]").to_numpy(float),
        "mention_count": text.count(r"@[\w.]+").to_numpy(float),
    }
    return {f"metadata__{k}": np.where(known, v, np.nan) for k, v in counts.items()}


def _flag(posts: pd.DataFrame, column: str) -> np.ndarray:
    if column not in posts:
        return np.full(len(posts), np.nan)
    return as_float(posts[column])
