"""The tidy posts table: its columns, their types, and the check that every table must pass."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import pandas as pd

from virality.core.errors import UserError
from virality.core.paths import UNKNOWN_AUTHOR
from virality.posts.platforms import TIKTOK

if TYPE_CHECKING:
    import pandera.pandas as pa

TEXT = "string"
COUNT = "Int64"
REAL = "float64"
FLAG = "boolean"
TIME = "datetime64[us, UTC]"

KINDS = ("video", "photo")
UNKNOWN = UNKNOWN_AUTHOR
SEVERITIES = ("note", "repaired", "set missing", "row dropped")


@dataclass(frozen=True)
class Column:
    """One column of a documented table.

    Parameters
    ----------
    name, dtype : str
        As in the table; `dtype` is what pandas calls it.
    nullable : bool
        Whether a value may be missing.
    unit : str
        Physical unit or value range.
    meaning : str
        One sentence for the dictionary in `data/README.md`.
    """

    name: str
    dtype: str
    nullable: bool
    unit: str
    meaning: str


POSTS = (
    Column("post_id", TEXT, False, "id", "The video id as text; unique."),
    Column("author", TEXT, False, "handle", 'The account, without @; "unknown" if not stated.'),
    Column("platform", TEXT, False, "name", "Where it was posted; tiktok if nothing tells."),
    Column("posted_at", TIME, False, "UTC", "When the post went up."),
    Column(
        "hour_known",
        FLAG,
        False,
        "true / false",
        "Whether the hour of `posted_at` is known; where not, it is noon of its day.",
    ),
    Column("caption", TEXT, True, "text", "The caption with its hashtags, exactly as written."),
    Column("duration_s", REAL, True, "seconds, > 0", "Length of the video; missing for photos."),
    Column("views", COUNT, False, "count", "The outcome of the whole book."),
    Column("likes", COUNT, True, "count", "Likes when the numbers were read."),
    Column("comments", COUNT, True, "count", "Comments when the numbers were read."),
    Column("shares", COUNT, True, "count", "Shares when the numbers were read."),
    Column("saves", COUNT, True, "count", "Saves (favourites) when the numbers were read."),
    Column("avg_watch_s", REAL, True, "seconds, >= 0", "Average watch time per view."),
    Column("watched_full", REAL, True, "share, 0 to 1", "Share of views that saw the whole video."),
    Column("new_followers", COUNT, True, "count", "Followers won by the post."),
    Column(
        "followers",
        COUNT,
        True,
        "count",
        "Followers when the post went up: the last count from before its day.",
    ),
    Column("kind", TEXT, False, "video / photo", "What was posted."),
    Column("is_paid", FLAG, True, "true / false", "Promoted or sponsored, where marked."),
    Column("is_pinned", FLAG, True, "true / false", "Pinned to the profile, where marked."),
    Column("sound_id", TEXT, True, "id", "The platform's id of the sound, where the input says."),
    Column(
        "original_sound",
        FLAG,
        True,
        "true / false",
        "Whether the sound was made for this post rather than taken from elsewhere.",
    ),
    Column("url", TEXT, True, "link", "Link to the post."),
    Column("media_file", TEXT, True, "file name", "Name of the video file, where the input says."),
    Column("captured_at", TIME, True, "UTC", "When the numbers were read."),
    Column("source", TEXT, False, "file name", "The file that the row comes from, no folder."),
    Column("source_row", COUNT, False, "1, 2, ...", "Its data row there (the header not counted)."),
)

REPAIRS = (
    Column("source", TEXT, False, "file name", "The file that was read."),
    Column("row", COUNT, True, "1, 2, ...", "Data row; missing if it is about a whole column."),
    Column("post_id", TEXT, True, "id", "The post, where it is known."),
    Column("column", TEXT, True, "name", "The column as the file calls it."),
    Column("found", TEXT, True, "text", "The value as found."),
    Column("used", TEXT, True, "text", "The value as used; empty if none."),
    Column("why", TEXT, False, "sentence", "The reason."),
    Column("severity", TEXT, False, " / ".join(SEVERITIES), "How much was changed."),
)

POST_COLUMNS = tuple(c.name for c in POSTS)
REPAIR_COLUMNS = tuple(c.name for c in REPAIRS)
COUNTS = ("likes", "comments", "shares", "saves")
LATER = ("sound_id", "original_sound")  # tables of earlier versions do without
OUTCOMES = (*COUNTS, "avg_watch_s", "watched_full", "new_followers")


def validate_posts(df: pd.DataFrame) -> pd.DataFrame:
    """Check a posts table and bring its columns into type and order.

    Parameters
    ----------
    df : DataFrame
        Any table that claims to be the tidy posts table.

    Returns
    -------
    DataFrame
        Exactly the columns of `POSTS`, sorted by `posted_at` then `post_id`, RangeIndex.

    Raises
    ------
    UserError
        Names the row, the column and the value of the first violation.
    """
    if df.columns.is_unique:
        known = df.get("hour_known", pd.Series(pd.NA, index=df.index, dtype=FLAG))
        df = df.assign(hour_known=known.astype(FLAG).fillna(True))
    df = df.assign(**{name: pd.NA for name in LATER if name not in df})
    if "platform" not in df:
        df = df.assign(platform=TIKTOK)
    elif df.columns.is_unique:
        df = df.assign(platform=df["platform"].astype(TEXT).fillna(TIKTOK))
    df = _validate(df, POSTS, "posts", unique=("post_id",))
    return df.sort_values(["posted_at", "post_id"], kind="stable", ignore_index=True)


def validate_repairs(df: pd.DataFrame) -> pd.DataFrame:
    """Check a repair log and bring its columns into type and order.

    Raises
    ------
    UserError
        Names the row, the column and the value of the first violation.
    """
    return _validate(df, REPAIRS, "repairs")


def _validate(df, columns, what, unique=()) -> pd.DataFrame:
    names = [c.name for c in columns]
    missing, extra = [n for n in names if n not in df], [n for n in df if n not in names]
    if missing or extra or not df.columns.is_unique:
        wrong = f"lacks {', '.join(missing)}" if missing else f"has a stray {extra or 'twin'}"
        raise UserError(f"The {what} table {wrong}.", do="data/README.md lists its columns.")
    from pandera.errors import SchemaErrors

    df = df[names].reset_index(drop=True)
    for column in columns:
        df[column.name] = _typed(df[column.name], column, what)
    try:
        return _schema(columns, unique).validate(df, lazy=True)
    except SchemaErrors as found:
        raise told(found.failure_cases, what) from None


def _typed(series: pd.Series, column: Column, what: str) -> pd.Series:
    try:
        if column.dtype == TIME:
            return pd.to_datetime(series, utc=True).astype(TIME)
        return series.astype(column.dtype)
    except (TypeError, ValueError, OverflowError) as error:
        raise UserError(
            f"Column {column.name} of the {what} table is not {column.dtype} ({error})."
        ) from None


def told(cases: pd.DataFrame, what: str) -> UserError:
    """Return the first violation of a schema as a sentence.

    Parameters
    ----------
    cases : DataFrame
        The failure cases of pandera.
    what : str
        Name of the table.

    Returns
    -------
    UserError
    """
    case = cases.iloc[0]
    reason = str(case["check"])
    if reason == "column_in_dataframe":
        return UserError(f"The {what} table lacks {case['failure_case']}.")
    if reason.startswith("dtype("):
        return UserError(
            f"{what} table: column {case['column']} holds {case['failure_case']}, not "
            f"{reason.removeprefix('dtype(').removesuffix(')')}."
        )
    if reason == "not_nullable":
        reason = "is missing"
    elif reason == "field_uniqueness":
        reason = "appears twice"
    row = case["index"]
    value = "" if pd.isna(case["failure_case"]) else f" ({str(case['failure_case'])[:60]})"
    place = "" if pd.isna(row) else f", row {int(row) + 1}"
    return UserError(f"{what} table{place}, column {case['column']}: the value{value} {reason}.")


@cache
def _schema(columns: tuple[Column, ...], unique: tuple[str, ...]) -> pa.DataFrameSchema:
    import pandera.pandas as pa  # half a second, and whoever reads a tidy table has no need of it

    checks = _checks()
    return pa.DataFrameSchema(
        {
            c.name: pa.Column(
                c.dtype, checks.get(c.name), nullable=c.nullable, unique=c.name in unique
            )
            for c in columns
        },
        strict=True,
        ordered=True,
    )


def _checks() -> dict[str, list[pa.Check]]:
    import pandera.pandas as pa

    counted = [pa.Check.ge(0, error="is negative")]
    return dict.fromkeys(("views", *COUNTS, "new_followers", "followers"), counted) | {
        "post_id": [pa.Check.str_length(min_value=1, error="is empty")],
        "duration_s": [pa.Check(lambda s: (s > 0) & (s < float("inf")), error="is not above 0")],
        "avg_watch_s": [pa.Check(lambda s: (s >= 0) & (s < float("inf")), error="is below 0")],
        "watched_full": [pa.Check.in_range(0, 1, error="is not between 0 and 1")],
        "kind": [pa.Check.isin(KINDS, error="is neither video nor photo")],
        "severity": [pa.Check.isin(SEVERITIES, error="is not a known severity")],
    }
