"""The study that this project re-creates, rebuilt so that its table can be checked.

Everything that the study did differently from this book lives here and nowhere else: its own
parsing (values taken as written, unrepaired), its 21 numeric columns, its use of view counts that
were not known yet, its folds (three, in the order of the table).  None of it is used for a
forecast; it exists so that the published figures can be reproduced to four digits and set beside
honest ones.
"""

from __future__ import annotations

import hashlib
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd

WINDOWS = (7, 14, 28)

#: Columns of a hand-copied Creator Studio table that the study's parser needs.
RAW_COLUMNS = ("description", "published date", "published time", "video length", "views")

#: The 21 numeric columns of the full table, in the study's order: (feature, unit, definition).
COLUMNS = (
    ("metadata__length_s", "seconds", "length as written, unrepaired"),
    ("metadata__log_length", "log seconds", "ln(1 + length)"),
    ("metadata__length_sq", "seconds²", "length squared"),
    ("metadata__hour_sin", "", "sine of the whole hour, 24 h circle"),
    ("metadata__hour_cos", "", "cosine of the whole hour, 24 h circle"),
    ("metadata__weekday_sin", "", "sine of the weekday, 7 day circle"),
    ("metadata__weekday_cos", "", "cosine of the weekday, 7 day circle"),
    ("metadata__day_of_year_sin", "", "sine of the day of the year, 365 day circle"),
    ("metadata__day_of_year_cos", "", "cosine of the day of the year, 365 day circle"),
    ("metadata__month", "month", "month as a number from 1 to 12"),
    ("metadata__hashtag_count", "hashtags", "hashtags in the caption, counted as #\\w+"),
    ("metadata__hashtag_density", "per character", "hashtags divided by caption length"),
    *(
        column
        for days in WINDOWS
        for column in (
            (f"momentum__videos_{days}d", "posts", f"posts in the {days} days before"),
            (
                f"momentum__views_{days}d",
                "views",
                f"final views of the posts in the {days} days before (not known at posting)",
            ),
            (
                f"momentum__views_per_video_{days}d",
                "views",
                f"mean final views of the posts in the {days} days before (not known at posting)",
            ),
        )
    ),
)

#: The 19 columns of the study's "metadata only" rows, in its order.  The order matters: its Elastic
#: Net stops before it has converged, and its trees break ties by position.
METADATA_ROWS = (
    *(f"metadata__{name}" for name in ("length_s", "log_length", "length_sq", "hashtag_count")),
    *(
        f"metadata__{circle}_{wave}"
        for circle in ("hour", "weekday", "day_of_year")
        for wave in ("sin", "cos")
    ),
    *(f"momentum__{kind}_{d}d" for kind in ("videos", "views", "views_per_video") for d in WINDOWS),
)


# Of the sorted video ids, so that nobody else's hundred and forty posts pass for the study's.
_PUBLISHED_ON = "6c5b709682e9d51b"


def is_study_table(raw: pd.DataFrame) -> bool:
    """Whether a raw table has the columns of a hand-copied Creator Studio table."""
    return set(RAW_COLUMNS) <= set(raw.columns)


def read_study_table(path: str | Path) -> pd.DataFrame | None:
    """Read a Creator Studio table the way the study read it, without repairing anything.

    Parameters
    ----------
    path : str or Path
        CSV with the columns named in `RAW_COLUMNS`.

    Returns
    -------
    DataFrame or None
        Columns posted_at (local time, no zone), caption, length_s, views, and post_id (the last
        part of the link, or the row number); sorted by posted_at.  None when `path` is no such
        table.
    """
    path = Path(path)
    if path.suffix.lower() != ".csv" or not path.is_file():
        return None
    try:
        raw = pd.read_csv(path)
        return _as_written(raw) if is_study_table(raw) else None
    except (ValueError, TypeError, pd.errors.ParserError, pd.errors.EmptyDataError):
        return None  # its parser would have failed as well


def _as_written(raw: pd.DataFrame) -> pd.DataFrame:
    """The raw table's values as the study's parser took them."""
    stamp = raw["published date"] + " " + raw["published time"]
    row_number = pd.Series(np.arange(1, len(raw) + 1), index=raw.index).astype(str)
    link = raw["url"].astype("string").str.extract(r"(\d+)\D*$")[0] if "url" in raw else row_number
    views = pd.to_numeric(raw["views"].astype(str).str.replace(",", ""), errors="coerce")
    if views.isna().any():
        return None  # "541.2K" and the like: not as the study wrote them
    table = pd.DataFrame(
        {
            "post_id": link.fillna(row_number).astype("string"),
            "posted_at": pd.to_datetime(stamp, format="mixed", dayfirst=False),
            "caption": raw["description"].fillna("").astype(str),
            "length_s": raw["video length"].map(_length_as_written),
            "views": views.astype(float),
        }
    )
    return table.sort_values("posted_at", kind="stable").reset_index(drop=True)


def published_input(path: str | Path) -> pd.DataFrame | None:
    """Read the input of a run if it is the very table that the study published on.

    Parameters
    ----------
    path : str or Path
        "" when the run has no input of its own.

    Returns
    -------
    DataFrame or None
        As from `read_study_table`.
    """
    table = read_study_table(path) if path else None
    if table is None:
        return None
    identity = hashlib.sha256("\n".join(sorted(table["post_id"])).encode()).hexdigest()
    return table if identity.startswith(_PUBLISHED_ON) else None


def study_table_from_posts(posts: pd.DataFrame, timezone: str = "UTC") -> pd.DataFrame:
    """The same five columns from a tidy posts table, for accounts other than the study's.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts.
    timezone : str
        Whose clock `posted_at` follows.

    Returns
    -------
    DataFrame
        post_id, posted_at (without a zone), caption, length_s (s), views.
    """
    return pd.DataFrame(
        {
            "post_id": posts["post_id"].astype("string"),
            "posted_at": posts["posted_at"].dt.tz_convert(timezone).dt.tz_localize(None),
            "caption": posts["caption"].fillna("").astype(str),
            "length_s": posts["duration_s"].astype(float),
            "views": posts["views"].astype(float),
        }
    )


def study_columns(posts: pd.DataFrame, timezone: str = "UTC", source: str = "") -> pd.DataFrame:
    """The study's columns of a run's posts, from values as its own parser would have read them.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts table, repaired.
    timezone : str
    source : str
        The input of the run.  Where it is a hand-copied Creator Studio table of these posts, it is
        read again without repairs; the columns of any other input come from `posts`.

    Returns
    -------
    DataFrame of shape (n_posts, 21)
        Index post_id, in the order of `posts`.
    """
    own = study_table_from_posts(posts, timezone)
    raw = read_study_table(source) if source else None
    if raw is not None and set(own["post_id"]) <= set(raw["post_id"]):
        return study_features(raw).loc[own["post_id"]]
    return study_features(own)


def study_features(table: pd.DataFrame) -> pd.DataFrame:
    """The study's 21 numeric columns, by its own definitions.

    Parameters
    ----------
    table : DataFrame
        From `read_study_table` or `study_table_from_posts`, sorted by posted_at.

    Returns
    -------
    DataFrame of shape (n_posts, 21)
        Index post_id.  Missing lengths are 0, as they were in the study.
    """
    when, length = table["posted_at"].dt, table["length_s"]
    hashtags = table["caption"].str.count(r"#\w+")
    columns = {
        "metadata__length_s": length,
        "metadata__log_length": np.log1p(length),
        "metadata__length_sq": length**2,
        "metadata__month": when.month,
        "metadata__hashtag_count": hashtags,
        "metadata__hashtag_density": hashtags / table["caption"].str.len().clip(lower=1),
    }
    circles = (("hour", when.hour, 24), ("weekday", when.day_of_week, 7))
    for name, value, period in (*circles, ("day_of_year", when.day_of_year, 365)):
        columns[f"metadata__{name}_sin"] = np.sin(2 * np.pi * value / period)
        columns[f"metadata__{name}_cos"] = np.cos(2 * np.pi * value / period)
    for days in WINDOWS:
        columns.update(_trailing(table, days))
    out = pd.DataFrame(columns).astype(float).fillna(0.0)
    out.index = pd.Index(table["post_id"].astype("string"), name="post_id")
    return out[[name for name, *_ in COLUMNS]]


def published() -> pd.DataFrame:
    """The study's published scores, one row per model and feature set, with their source."""
    with files("virality.features").joinpath("published.csv").open() as file:
        return pd.read_csv(file, comment="#")


def _trailing(table: pd.DataFrame, days: int) -> dict[str, np.ndarray]:
    """Posts, views and views per post in the `days` days before each post, no embargo."""
    times = table["posted_at"].to_numpy("datetime64[ns]")
    last = np.arange(len(times))
    first = np.minimum(np.searchsorted(times, times - np.timedelta64(days, "D")), last)
    total = np.concatenate([[0.0], np.cumsum(table["views"].to_numpy(float))])
    count, views = last - first, total[last] - total[first]
    return {
        f"momentum__videos_{days}d": count,
        f"momentum__views_{days}d": views,
        f"momentum__views_per_video_{days}d": views / np.maximum(count, 1),
    }


def _length_as_written(text: object) -> float:
    """'8:40s' is 8.40 seconds to the study, and '576.28s' is 576.28."""
    if pd.isna(text):
        return np.nan
    plain = str(text).strip().lower().replace("s", "").replace(",", ".").replace(":", ".")
    return float(plain)
