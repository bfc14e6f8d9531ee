"""The simulated posts as a creator would hand them over: a table copied by hand, with its errors.

Every error stands at a fixed row, so that it is there for any number of posts that is large
enough, and is listed in the truth with what a good reader should make of it.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

import numpy as np
import pandas as pd

COLUMNS = (
    "Index",
    "url",
    "description",
    "published date",
    "published time",
    "video length",
    "views",
    "likes",
    "comments",
    "shares",
    "saves",
    "play time",
    "avg watch time",
    "watched full video",
    "new followers",
)

# position of a post (0-based, in time) -> what is wrong with it
WRONG_DATE, EXACT_TWIN, NO_VIEWS, PHOTO, NO_CAPTION = 5, 7, 11, 13, 15
COLON_LENGTH, HTML, MARKDOWN, FORMULA, AFTERNOON_SLIP, OLDER_TWIN = 20, 21, 25, 27, 31, 33
DAYS_OFF = 510  # as in a real table
OLDER_SHARE = 0.96  # views of the older reading of a post that is in the table twice

CAPTIONS = {
    HTML: 'New microphone <script>alert("views")</script> <b>sound on</b> #storytime #fyp',
    MARKDOWN: "::: {.note} {{< include notes.qmd >}} ![pic](x.png) @fig-x $$x^2$$ `code` | #fyp",
    FORMULA: '=HYPERLINK("#","tap here") not a formula, just a joke 😅 #reallife',
}


@dataclass(frozen=True)
class TableError:
    """One planted error.

    Parameters
    ----------
    row : int
        1-based data row of the CSV.
    post_id : str
        The post it concerns.
    column : str
        Column of the CSV, "" for the whole row.
    kind : str
        Short name.
    found : str
        What stands in the CSV.
    meant : str
        What was meant.
    """

    row: int
    post_id: str
    column: str
    kind: str
    found: str
    meant: str


def write_table(posts: pd.DataFrame, rng: np.random.Generator) -> tuple[str, list[TableError]]:
    """Return the CSV text for clean posts, and the errors planted in it.

    Parameters
    ----------
    posts : DataFrame
        As `simulate_creator` returns them, in order of time.
    rng : Generator
        Chooses the ways in which numbers are written.

    Returns
    -------
    text : str
        CSV with a header, one row a post, twins at the end, and a blank last line.
    errors : list of TableError
        Only what needs a repair; mere ways of writing a number are not listed.
    """
    rows, errors = [], []
    dice = rng.random((len(posts), 8))
    for position, post in enumerate(posts.itertuples(index=False)):
        row = _plain_row(position, len(posts), post, dice[position])
        for column, kind, found in _spoil(position, post):
            meant, row[column] = row[column], found
            if found != meant:
                errors.append(TableError(position + 1, post.post_id, column, kind, found, meant))
        rows.append(row)
    for position, kind in ((EXACT_TWIN, "duplicate"), (OLDER_TWIN, "older reading")):
        if position < len(rows):
            errors.append(_twin(rows, position, kind, posts.iloc[position]))
    return _csv(rows), errors


def _plain_row(position: int, n: int, post, dice: np.ndarray) -> dict[str, str]:
    # The first tenth was copied before the creator had access to her analytics.
    known = position >= n // 10 or n < 10
    hours = post.views * post.avg_watch_s / 3600
    return {
        "Index": str(position + 1),
        "url": post.url,
        "description": post.caption,
        "published date": _date(post.posted_at, dice[0]),
        "published time": f"{post.posted_at:%I:%M %p}".lstrip("0"),
        "video length": _length(post.duration_s, dice[1]),
        "views": _count(post.views, dice[2]),
        "likes": _count(post.likes, dice[3]),
        "comments": _count(post.comments, 0.0),
        "shares": _count(post.shares, dice[4]),
        "saves": _count(post.saves, dice[5]),
        "play time": _play_time(hours) if known else "",
        "avg watch time": f"{post.avg_watch_s}s" if known else "",
        "watched full video": _percent(post.watched_full, dice[6]) if known else "",
        "new followers": str(post.new_followers) if known else "",
    }


def _spoil(position: int, post) -> list[tuple[str, str, str]]:
    """Return (column, kind, what to write) for what is wrong with the post at a position."""
    if position in CAPTIONS:
        return [("description", "hostile caption", CAPTIONS[position])]
    if position == WRONG_DATE:
        stated = post.posted_at - pd.Timedelta(days=DAYS_OFF)
        return [("published date", "date against id", _date(stated, 0.0))]
    if position == AFTERNOON_SLIP:
        stated = post.posted_at + pd.Timedelta(hours=12)
        return [("published time", "AM/PM slip", f"{stated:%I:%M %p}".lstrip("0"))]
    if position == NO_VIEWS:
        return [("views", "no views", "")]
    if position == NO_CAPTION:
        return [("description", "no caption", "")]
    if position == PHOTO:
        watched = [(name, "photo post", "") for name in ("avg watch time", "watched full video")]
        url = post.url.replace("/video/", "/photo/")
        return [("url", "photo post", url), ("video length", "photo post", "0s"), *watched]
    if position == COLON_LENGTH:
        text = f"{post.duration_s:.2f}".replace(".", ":") + "s"
        return [("video length", "colon for a point", text)]
    return []


def _twin(rows: list[dict], position: int, kind: str, post: pd.Series) -> TableError:
    """Append the row again; for an older reading make the *first* one the older."""
    rows.append(rows[position] | {"Index": str(len(rows) + 1)})
    if kind == "duplicate":
        return TableError(len(rows), post["post_id"], "", kind, "", "")
    older = str(int(post["views"] * OLDER_SHARE))
    rows[position]["views"] = older
    rows[-1]["views"] = str(post["views"])
    return TableError(position + 1, post["post_id"], "views", kind, older, str(post["views"]))


def _date(when: pd.Timestamp, die: float) -> str:
    year = f"{when:%Y}" if die < 0.5 else f"{when:%y}"
    return f"{when.month}/{when.day}/{year}"


def _length(seconds: float, die: float) -> str:
    if die < 0.15:
        minutes, rest = divmod(round(seconds), 60)
        return f"{minutes:02d}:{rest:02d}"
    return f"{seconds:.1f}s" if die < 0.5 else f"{seconds:.2f}s"


def _count(number: int, die: float) -> str:
    """Write a count as people and pages do; at least three digits of it survive."""
    if die > 0.9 and number >= 1_000_000:
        return f"{number / 1e6:.2f}M"
    if die > 0.82 and number >= 10_000:
        return f"{number / 1e3:.1f}K"
    return f"{number:,}" if die > 0.65 else str(number)


def _percent(share: float, die: float) -> str:
    number = f"{100 * share:.2f}"
    return f"{number}%" if die < 0.6 else (number if die < 0.9 else f"{number} %")


def _play_time(hours: float) -> str:
    seconds = int(hours * 3600)
    return f"{seconds // 3600}h:{seconds // 60 % 60}m:{seconds % 60}s"


def _csv(rows: list[dict[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue() + "," * (len(COLUMNS) - 1) + "\n"
