"""What was read, how far it can be trusted, what had to be mended, and what a forecast may know."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
import pandas as pd

from virality.core.protocol import Extent, extent
from virality.core.text import DataText
from virality.evaluation.own_embargo import OwnEmbargo
from virality.posts import describe
from virality.posts.platforms import TIKTOK, listed
from virality.posts.read import PostsReading
from virality.posts.repairs import AGAIN, damage
from virality.posts.schema import SEVERITIES
from virality.posts.settling import SETTLED, Settled, bands, settled_at

SOUND, USABLE = 0.1, 0.4  # share of damaged rows below which a record is called so
_CHECKED = " (checked)"

Zone = Enum("Zone", "SILENT CONFIRMED CREATORS MACHINES")  # whose hours the ids show, if any
Embargo = Enum("Embargo", "READ_ONCE READ_CLOSELY TOO_FEW SUPPORTED SHORT")
Advice = Enum("Advice", "NONE OWN LONGER SHORTER")  # on the embargo, from the account's settling
Trust = Enum("Trust", "WHOLE MENDED USABLE DAMAGED")


def day(moment: pd.Timestamp) -> str:
    """A moment as its day."""
    return f"{moment:%Y-%m-%d}"


# --- what was read --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Record:
    """Which posts there are, from which files.

    Attributes
    ----------
    n_posts, n_photos, n_creators : int
    first, last : str
        Days of the first and the last post.
    formats : tuple of DataText
    platforms : tuple of (DataText, int)
        With the posts on each; empty where all are on the one that most exports come from.
    pace : Pace or None
        None where the posts span no time.
    unused, checked : tuple of DataText
        Columns that no chapter uses, and those that are only checked for impossible values.
    extent : Extent
    """

    n_posts: int
    n_photos: int
    n_creators: int
    first: str
    last: str
    formats: tuple[DataText, ...]
    platforms: tuple[tuple[DataText, int], ...]
    pace: describe.Pace | None
    unused: tuple[DataText, ...]
    checked: tuple[DataText, ...]
    extent: Extent


def record(reading: PostsReading) -> Record:
    """Sum up which posts there are."""
    posts, notes = reading.posts, reading.notes
    names = dict.fromkeys(name for each in notes.get("unused", {}).values() for name in each)
    return Record(
        n_posts=len(posts),
        n_photos=int((posts["kind"] == "photo").sum()),
        n_creators=len(notes["authors"]),
        first=day(posts["posted_at"].min()),
        last=day(posts["posted_at"].max()),
        formats=tuple(DataText(name) for name in sorted(set(notes["formats"].values()))),
        platforms=_platforms(posts["platform"].value_counts()),
        pace=describe.pace(posts),
        unused=tuple(DataText(name) for name in names if not name.endswith(_CHECKED)),
        checked=tuple(
            DataText(name.removesuffix(_CHECKED)) for name in names if name.endswith(_CHECKED)
        ),
        extent=extent(len(posts)),
    )


def _platforms(counts: pd.Series) -> tuple[tuple[DataText, int], ...]:
    if set(counts.index) == {TIKTOK}:
        return ()
    return tuple((DataText(listed([name])), int(n)) for name, n in counts.items())


# --- times ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Times:
    """How far times can be trusted, and when the numbers were read.

    Attributes
    ----------
    zone, zone_found : DataText
        The zone of the report, and the one that the video ids point to.
    verdict : Zone
    n_day_only : int
        Posts of which only the day is known.
    n_posts, n_read_twice, n_young : int
        `n_young` were younger than the embargo when they were read.
    read_on : str
        Day of the latest reading; "" where nothing says it.
    embargo_days : float
    """

    zone: DataText
    zone_found: DataText
    verdict: Zone
    n_posts: int
    n_day_only: int
    n_read_twice: int
    n_young: int
    read_on: str
    embargo_days: float


def times(reading: PostsReading) -> Times:
    """Sum up what is known about when posts went up and when they were read."""
    posts, notes = reading.posts, reading.notes
    verdict = Zone.SILENT
    if notes["zone_found"] == notes["timezone"]:
        verdict = Zone.CONFIRMED
    elif notes["zone_found"]:
        verdict = Zone.CREATORS if notes.get("clock") == "creator" else Zone.MACHINES
    return Times(
        zone=DataText(notes["timezone"]),
        zone_found=DataText(notes["zone_found"]),
        verdict=verdict,
        n_posts=len(posts),
        n_day_only=len(posts) - len(describe.timed(posts)),
        n_read_twice=notes["n_read_twice"],
        n_young=notes["n_young"],
        read_on=notes["captured_at"][:10],
        embargo_days=notes["embargo_days"],
    )


# --- settling -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Band:
    """What posts of one range of ages (days) had of their later views, in the median."""

    start: float
    end: float
    share: float
    n: int


@dataclass(frozen=True)
class Settling:
    """How fast views settle, against the embargo.

    Attributes
    ----------
    verdict : Embargo
    embargo_days : float
    n_readings : int
        Earlier readings of posts that were read more than once.
    near : Settled
        Posts about as old as the embargo.
    older : Band or None
        The first band of older posts that says something.
    advice : Advice
        OWN where the embargo is the account's own.
    own : OwnEmbargo or None
        The embargo that the account's own settling would choose.
    """

    verdict: Embargo
    embargo_days: float
    n_readings: int
    near: Settled
    older: Band | None = None
    advice: Advice = Advice.NONE
    own: OwnEmbargo | None = None


def settling(
    table: pd.DataFrame, embargo_days: float, n_read_twice: int, own: OwnEmbargo | None = None
) -> Settling:
    """Check the embargo against posts that were read twice.

    Parameters
    ----------
    table : DataFrame
        As `posts.settling.settling` gives it.
    embargo_days : float
    n_read_twice : int
        Posts that were read at two known times, however close.
    own : OwnEmbargo, optional
        What the account's own settling would choose.

    Returns
    -------
    Settling
    """
    near = settled_at(table, embargo_days)
    if table.empty:
        verdict = Embargo.READ_CLOSELY if n_read_twice else Embargo.READ_ONCE
    elif not np.isfinite(near.share):
        verdict = Embargo.TOO_FEW
    else:
        enough = near.share >= SETTLED or (own is not None and own.days <= embargo_days)
        verdict = Embargo.SUPPORTED if enough else Embargo.SHORT
    return Settling(
        verdict=verdict,
        embargo_days=embargo_days,
        n_readings=len(table),
        near=near,
        older=_older(bands(table), embargo_days),
        advice=_advice(verdict, embargo_days, own),
        own=own,
    )


def _advice(verdict: Embargo, embargo_days: float, own: OwnEmbargo | None) -> Advice:
    """Advise a longer one only where the readings near the embargo do not contradict that."""
    if own is None or verdict in (Embargo.READ_ONCE, Embargo.READ_CLOSELY):
        return Advice.NONE
    if own.days == embargo_days:
        return Advice.OWN
    if own.days < embargo_days:
        return Advice.SHORTER
    return Advice.NONE if verdict is Embargo.SUPPORTED else Advice.LONGER


def _older(shares: pd.DataFrame, embargo_days: float) -> Band | None:
    older = shares[(shares["start"] >= embargo_days) & np.isfinite(shares["end"])]
    if older.empty:
        return None
    band = older.iloc[0]
    return Band(band["start"], band["end"], band["share"], int(band["n"]))


# --- repairs and trust ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Repairs:
    """What had to be done before the table could be used.

    Attributes
    ----------
    number : dict of str to int
        Lines of the log by severity, most severe first.
    n_again : int
        Rows dropped because another row holds the same post.
    n_dropped : int
        Rows dropped for another reason.
    n_touched, n_posts : int
        Posts with a value that was changed, of all.
    n_lost, n_changed : int
        Rows and values that are damage: housekeeping does not count.
    trust : Trust
    """

    number: dict[str, int]
    n_again: int
    n_dropped: int
    n_touched: int
    n_posts: int
    n_lost: int
    n_changed: int
    trust: Trust


def repairs(log: pd.DataFrame, n_posts: int) -> Repairs:
    """Judge a repair log by what it did to the posts.

    Parameters
    ----------
    log : DataFrame
        As `schema.REPAIRS`.
    n_posts : int
        Posts that came of the reading.

    Returns
    -------
    Repairs
    """
    damaged = damage(log)
    number, harm = _by_severity(log), _by_severity(damaged)
    again = int(log["why"].str.startswith(AGAIN).sum())
    changed = log[log["severity"].isin(["repaired", "set missing"])]
    touched = changed["post_id"].nunique()
    return Repairs(
        number=number,
        n_again=again,
        n_dropped=number["row dropped"] - again,
        n_touched=touched,
        n_posts=n_posts,
        n_lost=harm["row dropped"],
        n_changed=harm["set missing"] + harm["repaired"],
        trust=_trust(_damaged_rows(damaged) / max(n_posts, 1)),
    )


def _by_severity(log: pd.DataFrame) -> dict[str, int]:
    return {name: int((log["severity"] == name).sum()) for name in reversed(SEVERITIES)}


def _damaged_rows(damaged: pd.DataFrame) -> int:
    """How many rows the damage is in; a line about a whole column counts as one."""
    rows = damaged[["source", "row"]].drop_duplicates()
    return len(rows) - int(rows["row"].isna().sum()) + int(damaged["row"].isna().sum())


def _trust(share: float) -> Trust:
    if share == 0:
        return Trust.WHOLE
    if share < SOUND:
        return Trust.MENDED
    return Trust.USABLE if share < USABLE else Trust.DAMAGED


# --- what the table holds -------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcomes:
    """Names of the outcomes besides views that the input holds and lacks, in words."""

    has: tuple[str, ...]
    lacks: tuple[str, ...]


def outcomes(posts: pd.DataFrame) -> Outcomes:
    """Sort outcomes by whether any post has a value."""
    table = describe.outcomes(posts).iloc[1:]
    known = table["posts"] > 0
    return Outcomes(tuple(table.loc[known, "name"]), tuple(table.loc[~known, "name"]))


@dataclass(frozen=True)
class Knowable:
    """What a forecast may know.

    Attributes
    ----------
    n_features : int
    by_time : tuple of (str, int)
        When they are known, and how many.
    n_late : int
        Features that did not exist yet when their post went up.
    empty : tuple of str
        Names of those without a value for any post.
    """

    n_features: int
    by_time: tuple[tuple[str, int], ...]
    n_late: int
    empty: tuple[str, ...]


def knowable(by_time: pd.Series, filled: pd.Series) -> Knowable:
    """Judge which features a forecast may know.

    Parameters
    ----------
    by_time : Series of int
        How many are known when, most first; index as the ledger's column `known`.
    filled : Series of float
        Share of the posts that have a value; index feature.

    Returns
    -------
    Knowable
    """
    empty = filled.index[filled == 0]
    return Knowable(
        n_features=len(filled),
        by_time=tuple(by_time.items()),
        n_late=int(by_time[by_time.index.str.startswith("after")].sum()),
        empty=tuple(empty.str.split("__").str[-1].str.replace("_", " ")),
    )
