"""When a post went up: what the file says, checked against what its video id knows.

An id is made when the video reaches the platform. So a stated time can be later than the id (a
draft or a scheduled post) but hardly earlier; twelve hours off is a slip between AM and PM; a local
time without a zone agrees with the id up to the zone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pandas as pd

from virality.core.errors import UserError
from virality.posts.dates import NAT, Dates

FIRST = np.datetime64("2014-01-01", "us")
HOUR, DAY = 3600.0, 86400.0
CLOSE = HOUR / 3  # clocks and copying by hand
LATEST_DRAFT = 60 * DAY
SAME_DAY = 0.8  # share of the days that must agree with the ids before a zone is believed

# Of zones with the same clock, the one that people know.
_KNOWN = (
    *("UTC", "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix"),
    *("America/Los_Angeles", "America/Sao_Paulo", "America/Mexico_City", "America/Bogota"),
    *("America/Argentina/Buenos_Aires", "America/Lima", "America/Toronto", "Europe/London"),
    *("Europe/Lisbon", "Europe/Berlin", "Europe/Paris", "Europe/Madrid", "Europe/Rome"),
    *("Europe/Athens", "Europe/Istanbul", "Europe/Kyiv", "Europe/Moscow", "Africa/Lagos"),
    *("Africa/Cairo", "Africa/Johannesburg", "Africa/Nairobi", "Asia/Dubai", "Asia/Riyadh"),
    *("Asia/Karachi", "Asia/Kolkata", "Asia/Dhaka", "Asia/Bangkok", "Asia/Jakarta"),
    *("Asia/Ho_Chi_Minh", "Asia/Shanghai", "Asia/Manila", "Asia/Singapore", "Asia/Seoul"),
    *("Asia/Tokyo", "Australia/Sydney", "Pacific/Auckland"),
)


@dataclass
class Timing:
    """Upload times of one table.

    Attributes
    ----------
    posted_at : ndarray of datetime64[us], shape (n,)
        UTC; NaT where neither the file nor the id gives a usable time.
    lines : dict of int to (why, severity)
        Rows whose time is not simply what the file says.
    remarks : list of str
        What was decided for the whole column.
    zone : str
        The zone in which local times agree with the ids; "" if unknown or not needed.
    hour_known : ndarray of bool, shape (n,)
        Whether the hour of `posted_at` means something; where not, it is noon of the day.
    """

    posted_at: np.ndarray
    hour_known: np.ndarray
    lines: dict[int, tuple[str, str]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    zone: str = ""


@lru_cache
def zone_names() -> frozenset[str]:
    """All time zones that this machine knows (asking for them is slow)."""
    return frozenset(available_timezones())


@lru_cache
def known_zone(name: str) -> ZoneInfo:
    """The time zone of this name.

    Raises
    ------
    UserError
        There is none; names the nearest.
    """
    if name in zone_names():
        return ZoneInfo(name)
    short = {z.rpartition("/")[2].casefold(): z for z in sorted(zone_names())}
    near = get_close_matches(name, sorted(zone_names()), n=2, cutoff=0.6)
    near = near or [short[k] for k in get_close_matches(name.casefold(), short, n=1, cutoff=0.6)]
    hint = f"Did you mean {' or '.join(near)}?" if near else "Use a name like America/New_York."
    raise UserError(f"There is no time zone {name[:60]!r}.", do=hint)


def to_utc(local: np.ndarray, zone: str) -> np.ndarray:
    """Local times as UTC; hours that a clock change skips or repeats are moved or taken first.

    Parameters
    ----------
    local : ndarray of datetime64[us], shape (n,)
    zone : str

    Returns
    -------
    ndarray of datetime64[us], shape (n,)
    """
    series = pd.Series(local.astype("datetime64[us]"))
    aware = series.dt.tz_localize(
        known_zone(zone),
        ambiguous=np.ones(len(series), bool),
        nonexistent=timedelta(hours=1),
    )
    return aware.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy("datetime64[us]")


def settle(dates: Dates, id_times: np.ndarray, timezone: str, now: datetime) -> Timing:
    """Decide when each post went up.

    Parameters
    ----------
    dates : Dates
        What the file says.
    id_times : ndarray of datetime64[us], shape (n,)
        What the ids say (UTC), NaT where they say nothing.
    timezone : str
        The creator's zone, for local times that no id explains.
    now : datetime
        Naive UTC; later times are impossible.

    Returns
    -------
    Timing
    """
    end = np.datetime64(now + timedelta(days=1), "us")
    id_times = np.where(id_times > end, NAT, id_times)
    given, has_id = ~np.isnat(dates.stamps), ~np.isnat(id_times)
    local = given & ~dates.zoned
    telling = local & dates.timed & has_id
    found = find_zone(dates.stamps[telling], id_times[telling], timezone)
    utc = _as_utc(dates, local, found or timezone)
    out = Timing(utc.copy(), dates.timed.copy(), zone=found)
    with np.errstate(invalid="ignore"):
        impossible = given & ((utc < FIRST) | (utc > end))
    gap = (utc - id_times) / np.timedelta64(1, "s")
    by_id = (local | ~given | impossible) & has_id
    for i in np.flatnonzero(~given & has_id):
        why = dates.problems.get(int(i), "no date in the file")
        out.lines[int(i)] = (f"{why}; the video id gives the time", "repaired")
    for i in np.flatnonzero(impossible):
        out.lines[int(i)] = _told_impossible(utc[i], has_id[i])
    zone = found or timezone
    later, remark = _days_later(dates.stamps, id_times, given & has_id & ~impossible, zone)
    unclear = not found and int(telling.sum()) >= 3
    for i in np.flatnonzero(given & has_id & ~impossible):
        line, keep = _judge(float(gap[i]), bool(dates.zoned[i]), bool(dates.timed[i]), bool(found))
        day_only = not dates.timed[i] or (unclear and not dates.zoned[i])
        if day_only and later[i] and gap[i] <= LATEST_DRAFT:
            line, keep = _SCHEDULED, True
            out.hour_known[i] = False
            out.posted_at[i] = _noon(dates.stamps[i], timezone)
        by_id[i] = not keep
        if line:
            out.lines[int(i)] = line
    out.posted_at[impossible & ~has_id] = NAT
    out.posted_at[by_id], out.hour_known[by_id] = id_times[by_id], True
    if remark:
        out.remarks.append(remark)
    out.remarks += _zone_remarks(dates, local, has_id, found, timezone)
    return out


def _days_later(stated, id_times, where, zone: str) -> tuple[np.ndarray, str]:
    """By how many days the stated day lies after the day of the upload, where it does.

    The day of an upload depends on the zone. It is that of the given zone, unless nearly all days
    agree in another one, which is then the creator's.

    Returns
    -------
    ndarray of int, shape (n,)
        Zero where it does not lie after it, or the start of it is within an hour of the upload.
    str
        A remark if another zone was taken.
    """
    later = np.zeros(len(stated), int)
    rows = np.flatnonzero(where)
    if not len(rows):
        return later, ""
    day, made = stated[rows].astype("datetime64[D]"), id_times[rows]
    hours = made.astype("datetime64[h]").astype("datetime64[us]")
    offset = np.round((_local(hours, zone) - hours) / np.timedelta64(1, "h")).astype(int)
    apart = _days_apart(day, made, offset)
    remark = ""
    if (apart != 0).any() and len(rows) >= 3:
        tried = sorted(range(-12, 15), key=lambda h: abs(h - int(np.median(offset))))
        best = max(tried, key=lambda h: (_days_apart(day, made, h) == 0).mean())
        agree, before = (_days_apart(day, made, best) == 0).mean(), (apart == 0).mean()
        if agree >= SAME_DAY and (agree - before >= 0.1 or agree - before >= 3 / len(rows)):
            apart, offset = _days_apart(day, made, best), np.full(len(rows), best)
            remark = f"the days agree with the video ids in a zone of about UTC{best:+d}"
    start = (day.astype("datetime64[us]") - made) / np.timedelta64(1, "h") - offset
    later[rows] = np.where((apart > 0) & (start > 1), apart, 0)
    return later, remark


def _days_apart(day: np.ndarray, made: np.ndarray, offset) -> np.ndarray:
    shifted = (made + np.asarray(offset).astype("timedelta64[h]")).astype("datetime64[D]")
    return (day - shifted).astype(int)


def _local(utc: np.ndarray, zone: str) -> np.ndarray:
    aware = pd.Series(utc).dt.tz_localize("UTC").dt.tz_convert(known_zone(zone))
    return aware.dt.tz_localize(None).to_numpy("datetime64[us]")


def _noon(stated: np.datetime64, zone: str) -> np.datetime64:
    noon = stated.astype("datetime64[D]").astype("datetime64[us]") + np.timedelta64(12, "h")
    return to_utc(np.array([noon]), zone)[0]


_SCHEDULED = (
    "the day lies after the upload that the video id tells: a scheduled post; the day is kept, its "
    "hour is not known",
    "note",
)


def find_zone(local: np.ndarray, utc: np.ndarray, first: str) -> str:
    """The zone in which local times agree with UTC times.

    Parameters
    ----------
    local, utc : ndarray of datetime64[us], shape (n,)
        Stated times without a zone and the ids' times of the same posts.
    first : str
        The zone to try first.

    Returns
    -------
    str
        The zone in which at least four fifths agree within 20 minutes; "" if there is none, or if
        fewer than three posts can tell.
    """
    known_zone(first)
    if len(local) < 3:
        return ""
    if _agreement(local, utc, first) >= 0.8:
        return first
    some = np.linspace(0, len(local) - 1, min(len(local), 200)).astype(int)
    local, utc = local[some], utc[some]
    offset = np.median((local - utc) / np.timedelta64(1, "s"))
    if abs(offset) > 15 * HOUR:
        return ""
    others = sorted(z for z in zone_names() if "/" in z and not z.startswith("Etc/"))
    best, score = "", 0.0
    for zone in (*_KNOWN, *others):
        middle = utc[len(utc) // 2].item().replace(tzinfo=UTC).astimezone(known_zone(zone))
        if abs(middle.utcoffset().total_seconds() - offset) > 1.6 * HOUR:
            continue
        agreement = _agreement(local, utc, zone)
        if agreement > score + 0.005:
            best, score = zone, agreement
    return best if score >= 0.8 else ""


def _agreement(local: np.ndarray, utc: np.ndarray, zone: str) -> float:
    gap = np.abs((to_utc(local, zone) - utc) / np.timedelta64(1, "s"))
    return float(np.mean(gap <= CLOSE))


def _as_utc(dates: Dates, local: np.ndarray, zone: str) -> np.ndarray:
    """Stated times in UTC; a bare date counts as noon, its middle."""
    utc = dates.stamps.copy()
    bare = local & ~dates.timed
    utc[bare] += np.timedelta64(12, "h")
    sane = local & (utc > np.datetime64("1900-01-01")) & (utc < np.datetime64("2200-01-01"))
    if sane.any():
        utc[sane] = to_utc(utc[sane], zone)
    return utc


def _told_impossible(stamp: np.datetime64, has_id: bool) -> tuple[str, str]:
    where = "before the platform existed" if stamp < FIRST else "in the future"
    if has_id:
        return f"the date lies {where}; the video id gives the time", "repaired"
    return f"the date lies {where}", "row dropped"


def _judge(gap: float, zoned: bool, timed: bool, confirmed: bool):
    """(line or None, whether the stated time is kept), from the gap stated minus id in seconds."""
    far = f"{abs(gap) / DAY:,.0f} days" if abs(gap) >= 2 * DAY else f"{abs(gap) / HOUR:.1f} hours"
    side = "later" if gap > 0 else "earlier"
    if not timed:
        if abs(gap) <= 1.6 * DAY:
            return None, False
        severity = "note" if abs(gap) <= LATEST_DRAFT else "repaired"
        why = f"the date is {far} {side} than the video id, and names no hour; the id is used"
        return (why, severity), False
    if zoned:
        if abs(gap) <= HOUR:
            return None, True
        if abs(gap) <= LATEST_DRAFT:
            return (f"{far} {side} than the video id: a draft or scheduled post?", "note"), True
        return (f"{far} away from what its video id says; the id is used", "repaired"), False
    if abs(gap) <= (CLOSE if confirmed else 15 * HOUR):
        return None, False
    if abs(gap) <= 1.6 * HOUR:
        return (
            f"{abs(gap) / 60:.0f} minutes {side} than the video id: another zone?",
            "note",
        ), False
    if abs(abs(gap) - 12 * HOUR) <= CLOSE:
        return (
            "twelve hours off the video id: AM and PM mixed up; the id is used",
            "repaired",
        ), False
    if 0 < gap <= LATEST_DRAFT:
        return (f"{far} later than the video id: a draft or scheduled post?", "note"), True
    return (f"{far} away from what its video id says; the id is used", "repaired"), False


def _zone_remarks(dates, local, has_id, found, timezone) -> list[str]:
    timed = local & dates.timed
    remarks = []
    if timed.any():
        if found:
            remarks.append(
                f"local times without a zone; they agree with the video ids in {found}, "
                "and the ids' times are used"
            )
        elif (timed & has_id).any():
            remarks.append(
                "local times without a zone; where they agree with the video ids, those are used"
            )
        if (timed & ~has_id).any():
            remarks.append(f"local times without a zone and without ids are read in {timezone}")
    if (local & ~dates.timed & has_id).any():
        remarks.append("dates without a time of day; the video ids give it")
    if (local & ~dates.timed & ~has_id).any():
        remarks.append(
            f"dates without a time of day; noon in {timezone} is used, so hours mean nothing"
        )
    return remarks
