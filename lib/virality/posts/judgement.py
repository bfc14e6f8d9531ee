"""The verdict on an input as one object for scripts: what `virality check --json` prints.

Keys are only ever added; `data/README.md` describes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from virality.core.errors import UserError
from virality.core.protocol import MIN_POSTS
from virality.posts.read import PostsReading, read_posts

VERSION = 1
INDICATIVE = 80  # below this, models are indicative only


def judge(paths: str | Path | Sequence[str | Path], timezone: str = "UTC", **options) -> dict:
    """Read posts and say what they are worth, or why they are refused.

    Parameters
    ----------
    paths, timezone
        As in `read_posts`, which also takes the further options.

    Returns
    -------
    dict
        JSON-able; `verdict` is "refused", "describes", "indicative" or "models".
    """
    try:
        return of_reading(read_posts(paths, timezone, **options))
    except UserError as error:
        problem = {"what": error.what, "where": error.where, "do": error.do}
        return {"version": VERSION, "verdict": "refused", "posts": 0, "problem": problem}


def of_reading(reading: PostsReading) -> dict:
    """A reading that is not refused as an object: see `judge`."""
    posts, notes = reading.posts, reading.notes
    return {
        "version": VERSION,
        "verdict": _worth(len(posts)),
        "posts": len(posts),
        "rows": notes["n_rows"],
        "rows_dropped": notes["n_dropped"],
        "files": notes["formats"],
        "files_not_used": notes["ignored"],
        "columns": notes["columns"],
        "columns_not_used": notes.get("unused", {}),
        "creators": notes["authors"],
        "platforms": notes["platforms"],
        "first": _moment(posts["posted_at"].min()),
        "last": _moment(posts["posted_at"].max()),
        "views": {"least": int(posts["views"].min()), "most": int(posts["views"].max())},
        "outcomes": notes["outcomes"],
        "timezone": notes["timezone"],
        "zone_found": notes["zone_found"],
        "captured_at": notes["captured_at"],
        "posts_read_twice": notes["n_read_twice"],
        "posts_read_young": notes["n_young"],
        "severities": notes["severities"],
        "repairs": [_line(row) for row in reading.repairs.to_dict("records")],
        "problem": None,
    }


def _worth(n: int) -> str:
    if n < MIN_POSTS:
        return "describes"
    return "indicative" if n < INDICATIVE else "models"


def _moment(stamp: pd.Timestamp) -> str:
    return f"{stamp:%Y-%m-%dT%H:%M:%SZ}"


def _line(row: dict) -> dict:
    """A line of the repair log; what is missing is null."""
    present = {name: None if pd.isna(value) else value for name, value in row.items()}
    return present | {"row": None if present["row"] is None else int(present["row"])}
