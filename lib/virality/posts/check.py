"""What an input is worth: for a terminal (`virality check`), and as an object for scripts.

Keys of the object are only ever added; `data/README.md` describes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from virality.core.errors import UserError
from virality.core.protocol import INDICATIVE_POSTS, MIN_POSTS
from virality.core.text import plural
from virality.posts.platforms import TIKTOK, listed
from virality.posts.read import WHICH_READING, PostsReading, read_posts
from virality.posts.schema import UNKNOWN
from virality.posts.text import visible

VERSION = 1  # of the object
SHOWN = 40  # lines of the repair log in a terminal


def check(paths: str | Path | Sequence[str | Path], timezone: str = "UTC", **options) -> str:
    """The verdict on an input, in plain text for a terminal.

    Parameters
    ----------
    paths : path or sequence of paths
    timezone : str
        Of times without a zone.
    **options
        The further options of `read_posts`.

    Returns
    -------
    str
        What was recognised, what can be used, what was repaired, and what a report can say.

    Raises
    ------
    UserError
        Nothing usable.
    """
    return verdict(read_posts(paths, timezone, **options))


def judge(paths: str | Path | Sequence[str | Path], timezone: str = "UTC", **options) -> dict:
    """Read posts and say what they are worth, or why they are refused.

    Parameters
    ----------
    paths : path or sequence of paths
    timezone : str
        Of times without a zone.
    **options
        The further options of `read_posts`.

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


def _worth(n: int) -> str:
    if n < MIN_POSTS:
        return "describes"
    return "indicative" if n < INDICATIVE_POSTS else "models"


# --- an object -----------------------------------------------------------------------------------


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
        "posts_grown": notes["n_grown"],
        "severities": notes["severities"],
        "repairs": [_line(row) for row in reading.repairs.to_dict("records")],
        "problem": None,
    }


def _moment(stamp: pd.Timestamp) -> str:
    return f"{stamp:%Y-%m-%dT%H:%M:%SZ}"


def _line(row: dict) -> dict:
    """A line of the repair log; what is missing is null."""
    present = {name: None if pd.isna(value) else value for name, value in row.items()}
    return present | {"row": None if present["row"] is None else int(present["row"])}


# --- words ---------------------------------------------------------------------------------------


def verdict(reading: PostsReading) -> str:
    """A reading in plain text: see `check`."""
    posts, notes = reading.posts, reading.notes
    lines = [f"{visible(f)}: {kind}" for f, kind in notes["formats"].items()][:20]
    lines += [f"{visible(f)}: not used ({why})" for f, why in notes["ignored"].items()][:20]
    usable, rows = plural(len(posts), "usable post"), plural(notes["n_rows"], "row")
    lines += [
        "",
        f"{usable} of {rows}, by {_creators(list(notes['authors']))}",
        _range(posts),
        f"besides views: {', '.join(notes['outcomes']) or 'no other outcome'}",
    ]
    lines += [
        f"not used in {visible(f)}: {', '.join(columns)}"
        for f, columns in list(notes["unused"].items())[:5]
    ]
    lines += _peculiarities(notes)
    return "\n".join([*lines, "", *_repairs(reading.repairs), "", _SIZES[_worth(len(posts))]])


def _creators(authors: list[str]) -> str:
    names = ["an account that is not named" if a == UNKNOWN else f"@{visible(a)}" for a in authors]
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more


def _range(posts: pd.DataFrame) -> str:
    first, last = posts["posted_at"].min(), posts["posted_at"].max()
    if len(posts) == 1:
        return f"of {first:%Y-%m-%d}, with {plural(int(posts['views'].max()), 'view')}"
    return (
        f"from {first:%Y-%m-%d} to {last:%Y-%m-%d}, "
        f"{posts['views'].min():,} to {posts['views'].max():,} views"
    )


def _peculiarities(notes: dict) -> list[str]:
    """What a report would do otherwise than for one account on TikTok that was read once."""
    lines = []
    if notes["zone_found"] and notes["zone_found"] != notes["timezone"]:
        lines.append(_zone(notes))
    if notes["n_read_twice"]:
        twice = plural(notes["n_read_twice"], "post was", "posts were")
        lines.append(f"{twice} read at two times: {WHICH_READING}")
        lines.append("a report shows how fast views settle on this account")
    if notes["n_grown"]:
        grown = plural(notes["n_grown"], "post was", "posts were")
        lines.append(
            f"{grown} read young and again after a month: from such posts a report tells "
            "what the young ones are on their way to"
        )
    if set(notes["platforms"]) != {TIKTOK}:
        counts = [f"{listed([name])} {n:,}" for name, n in notes["platforms"].items()]
        apart = "; the momentum of each is kept apart" if len(counts) > 1 else ""
        lines.append(f"platforms: {', '.join(counts)}{apart}")
    if len(notes["authors"]) > 1:
        lines.append("several creators: a report on each with --by author, one on all with --pool")
    return lines


def _zone(notes: dict) -> str:
    found = notes["zone_found"]
    if notes["clock"] == "creator":
        return f"local times fit the zone {found}: pass it as the time zone"
    return (
        f"local times fit the zone {found}, which may be a scraper's; hours are those of "
        f"{notes['timezone']}. If the creator lives there: --timezone {found}"
    )


def _repairs(repairs: pd.DataFrame) -> list[str]:
    if repairs.empty:
        return ["Nothing had to be repaired."]
    lines = [f"{plural(len(repairs), 'line')} in the repair log:"]
    for r in repairs.head(SHOWN).itertuples():
        row = "all rows" if pd.isna(r.row) else f"row {r.row}"
        change = f"{r.found!r} -> {r.used!r}" if r.used else repr(r.found)
        shown = f" {change}" if r.found else ""
        where = ", ".join(filter(None, (r.source, row, r.column)))
        lines.append(f"  [{r.severity}] {where}:{shown} {r.why}")
    if len(repairs) > SHOWN:
        lines.append(f"  ... and {len(repairs) - SHOWN:,} more")
    return lines


_SIZES = {
    "describes": f"Verdict: readable. With fewer than {MIN_POSTS} posts a report describes and "
    "does not model.",
    "indicative": f"Verdict: readable. With fewer than {INDICATIVE_POSTS} posts the models are "
    "indicative only.",
    "models": "Verdict: readable, and enough posts to model.",
}
