"""From a format's text to tidy rows: the one place where cells are interpreted, for all formats."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial

import numpy as np
import pandas as pd

from virality.core.errors import UserError
from virality.core.text import plural
from virality.posts import parse, timing
from virality.posts.dates import NAT, read_dates
from virality.posts.headers import COUNTED
from virality.posts.parse import Column
from virality.posts.platforms import (
    TIKTOK,
    damage,
    find_handle,
    find_id,
    is_photo_link,
    look_rounded,
    made_up_id,
    platforms,
    upload_times,
)
from virality.posts.plausible import UNREAD, check_values, columns_of_zeros, sound_ids
from virality.posts.readers.base import RawTable
from virality.posts.repairs import Log, Remark
from virality.posts.schema import POST_COLUMNS, TIME, UNKNOWN
from virality.posts.text import is_blank, kept_caption, plain, visible

#: Of a column: what raw tables call it, how its cells are read, and its type.
_NUMBERS: dict[str, tuple[str, Callable, str]] = {
    **{name: (name, parse.counts, "Int64") for name in COUNTED},
    "avg_watch_s": ("avg_watch", parse.durations, "float64"),
    "play_time_s": ("play_time", parse.durations, "float64"),
    "retention": ("retention", parse.shares, "float64"),
    "watched_full": ("watched_full", parse.shares, "float64"),
    "is_paid": ("is_paid", parse.flags, "boolean"),
    "is_pinned": ("is_pinned", parse.flags, "boolean"),
    "original_sound": ("original_sound", parse.flags, "boolean"),
}
_PHOTO = {"photo", "photos", "slideshow", "image", "images", "carousel", "picture"}


class Cleaner:
    """Interprets one table.

    Parameters
    ----------
    raw : RawTable
        What a reader found.
    timezone : str
        The creator's zone, for local times that no id explains.
    now : datetime
        Naive UTC; later dates are impossible.
    log : Log
        Receives the repairs.
    """

    def __init__(self, raw: RawTable, timezone: str, now: datetime, log: Log):
        self.raw, self.timezone, self.now, self.log = raw, timezone, now, log
        self.zone = ""
        self.post_ids: list[str | None] = [None] * len(raw)
        self.platforms: list[str] = []
        self.dropped: set[int] = set()  # rows whose loss is already in the log

    def run(self) -> pd.DataFrame:
        """The tidy rows that can be used, in the order of the file, ids possibly repeated.

        Raises
        ------
        UserError
            Ids were rounded, or the dates cannot be told.
        """
        for remark in self.raw.remarks:
            self.log.add(self.raw.source, remark)
        self.post_ids = self._ids()
        self.platforms = platforms(
            self._cells("platform"), self._cells("url"), self.post_ids, self.raw.platform
        )
        df = pd.DataFrame(index=pd.RangeIndex(len(self.raw)))
        df["post_id"] = pd.array(self.post_ids, dtype="string")
        df["platform"] = pd.array(self.platforms, dtype="string")
        df["posted_at"], df["hour_known"] = self._posted_at()
        self._numbers(df)
        df = columns_of_zeros(df, lambda name: self._remark(name, UNREAD, "set missing"))
        with self._blamed():
            df = check_values(df, self._tell)
        self._texts(df)
        self._make_up_ids(df)
        self._kinds(df)
        df["captured_at"] = self._captured_at(df)
        df["source"], df["source_row"] = self.raw.source, self.raw.rows
        self._check_further_columns()
        return self._usable(df)[list(POST_COLUMNS)]

    # --- helpers ------------------------------------------------------------------------------

    def _cells(self, name: str) -> list[str]:
        return self.raw.get(name)

    def _tell(self, i: int, name: str, used: object, why: str, severity: str) -> None:
        found = self._cells(name)[i]
        if name == "date" and (clock := self._cells("time")[i]):
            found = f"{found} {clock}"
        if severity == "row dropped":
            self.dropped.add(int(i))
        column = self.raw.names.get(name, name)
        remark = Remark(why, self.raw.rows[i], column, found, used, severity)
        self.log.add(self.raw.source, remark, self.post_ids[i])

    @contextmanager
    def _blamed(self) -> Iterator[None]:
        """Refusals inside name the file."""
        try:
            yield
        except UserError as error:
            raise UserError(error.what, where=self.raw.source, do=error.do) from None

    def _remark(self, name: str, why: str, severity: str = "note") -> None:
        self.log.note(self.raw.source, why, self.raw.names.get(name, name), severity)

    def _told(self, name: str, column: Column) -> list:
        """Log what a column's reading noticed, and hand on its values."""
        for i, why in column.problems.items():
            self._tell(i, name, "", why, "set missing")
        for i, why in column.repairs.items():
            if column.data[i] is not None:
                self._tell(i, name, _shown(column.data[i]), why, "repaired")
        for why in column.remarks:
            self._remark(name, why)
        return column.data

    # --- columns ------------------------------------------------------------------------------

    def _ids(self) -> list[str | None]:
        own, links = self._cells("post_id"), self._cells("url")
        by_link = [find_id(link) if link else None for link in links]
        if why := damage(own):
            if any(not is_blank(o) and b is None for o, b in zip(own, by_link, strict=True)):
                raise UserError(
                    f"{why[0].upper()}{why[1:]}, so posts cannot be told apart.",
                    where=self.raw.source,
                    do="Import the original export without opening it in a spreadsheet.",
                )
            self._remark("post_id", f"{why}; the ids in the links are used", "repaired")
            return by_link
        if look_rounded(own):
            if all(by_link):
                why = "a program rounded the video ids; the ids in the links are used"
                self._remark("post_id", why, "repaired")
                return by_link
            why = (
                "all video ids are multiples of 512: a program rounded them; their times are right"
            )
            self._remark("post_id", why)
        post_ids: list[str | None] = []
        for i, (cell, other) in enumerate(zip(own, by_link, strict=True)):
            mine = find_id(cell) or visible(cell).lstrip("'")[:64] or None
            mine = None if is_blank(cell) else mine
            # Instagram numbers a post and names it by a code in its link: those are no two posts.
            if mine and other and mine != other and mine.isdigit() == other.isdigit():
                self.post_ids[i] = mine
                self._tell(i, "post_id", mine, "the link names another video", "note")
            post_ids.append(mine or other)
        return post_ids

    def _make_up_ids(self, df: pd.DataFrame) -> None:
        """Ids for posts without one, from all that is known of them.

        Two rows get the same one only if they agree in platform, time to the minute, caption and
        link; rows of which only the day is known, or nothing but the time, are told apart by their
        order.
        """
        without = [i for i, p in enumerate(self.post_ids) if p is None]
        seen: Counter = Counter()
        links = self._cells("url")
        for i, row in zip(without, df.iloc[without].itertuples(), strict=True):
            when, timed, link = row.posted_at, bool(row.hour_known), visible(links[i])
            if pd.isna(when):
                continue
            words = "" if pd.isna(row.caption) else row.caption
            stamp = f"{when:%Y-%m-%d %H:%M}" if timed else f"{when:%Y-%m-%d}"
            key: tuple[object, ...] = (row.author.casefold(), stamp, words, link)
            if self.platforms[i] != TIKTOK:  # the same clip at the same minute is posted everywhere
                key += (self.platforms[i],)
            if not timed and not words and not link:
                key += (self.raw.source,)
            if not timed or not (words or link):
                seen[key] += 1
                key += (seen[key],)
            self.post_ids[i] = made_up_id(*key)
        if without:
            df["post_id"] = pd.array(self.post_ids, dtype="string")
            what = plural(len(without), "post has", "posts have")
            self._remark("post_id", f"{what} no video id; one is made from date, caption and link")

    def _posted_at(self) -> tuple[pd.Series, np.ndarray]:
        """When each post went up (UTC), and whether its hour is known."""
        cells = self._cells("date")
        clocks = self._cells("time") if "time" in self.raw.cells else None
        id_times = self._id_times()
        with self._blamed():
            dates = read_dates(cells, clocks, id_times, self.now)
        if self.raw.zone:
            dates.zoned[~np.isnat(dates.stamps)] = True
        settled = timing.settle(dates, id_times, self.timezone, self.now)
        self.zone = settled.zone
        if "date" not in self.raw.cells:
            settled.lines.clear()
            self._remark("date", "no dates in the file; the video ids give the times", "repaired")
        for why in dates.remarks + settled.remarks:
            self._remark("date", why)
        for i, why in dates.problems.items():
            settled.lines.setdefault(i, (why, "row dropped"))
        for i, (why, severity) in sorted(settled.lines.items()):
            used = settled.posted_at[i]
            stamp = "" if np.isnat(used) else f"{used.item():%Y-%m-%d %H:%M} UTC"
            self._tell(i, "date", stamp, why, severity)
        told = self._told("hour_known", parse.flags(self._cells("hour_known")))
        known = settled.hour_known & np.array([flag is not False for flag in told], dtype=bool)
        stamps = pd.Series(settled.posted_at).dt.tz_localize("UTC").astype(TIME)
        return stamps, pd.array(known, dtype="boolean")

    def _id_times(self) -> np.ndarray:
        """When each post was uploaded as its id tells; only TikTok's ids do."""
        pairs = zip(self.post_ids, self.platforms, strict=True)
        return upload_times([i if where == TIKTOK else None for i, where in pairs])

    def _numbers(self, df: pd.DataFrame) -> None:
        """Counts, shares, marks and lengths of time (in place)."""
        for column, (name, read, dtype) in _NUMBERS.items():
            unit = {"unit": self.raw.share_unit} if read is parse.shares else {}
            values = self._told(name, read(self._cells(name), **unit))
            df[column] = pd.Series(values, dtype=dtype)
        pairs = zip(df["avg_watch_s"], df["retention"], strict=True)
        implied = [w / r if w > 0 and r > 0 else None for w, r in pairs]
        lengths = self._told("duration", parse.durations(self._cells("duration"), implied))
        df["duration_s"] = pd.Series(lengths, dtype="float64")

    def _texts(self, df: pd.DataFrame) -> None:
        captions: list[str | None] = []
        for i, cell in enumerate(self._cells("caption")):
            text, why = kept_caption(cell)
            captions.append(text)
            if why:
                self._tell(i, "caption", text, why, "repaired")
            elif text is None and "caption" in self.raw.cells:
                self._tell(i, "caption", "", "empty caption", "note")
        df["caption"] = pd.array(captions, dtype="string")
        links = [visible(u)[:500] for u in self._cells("url")]
        web = [u if re.match(r"https?://\S+$", u) else None for u in links]
        df["url"] = pd.array(web, dtype="string")
        df["author"] = pd.array(self._authors(links), dtype="string")
        df["sound_id"] = sound_ids(self._cells("sound_id"), partial(self._remark, "sound_id"))
        files = [re.split(r"[/\\]", visible(f))[-1][:255] for f in self._cells("media_file")]
        df["media_file"] = pd.array([f if f.strip(".") else None for f in files], dtype="string")

    def _authors(self, links: list[str]) -> list[str]:
        """Handles without @: what the file says; where it does not, the account in the link."""
        named: list[str | None] = []
        for cell in self._cells("author"):
            said = visible(cell)
            said = (find_handle(said) or said) if "/" in said else said
            named.append(None if is_blank(cell) else said.lstrip("@")[:64] or None)
        handles = [find_handle(u) for u in links]
        named = self._unshared(named, handles)
        called: dict[str, set[str]] = {}
        for name, handle in zip(named, handles, strict=True):
            if name and handle:
                called.setdefault(handle.casefold(), set()).add(name)
        alone = {h: names.copy().pop() for h, names in called.items() if len(names) == 1}
        return [
            name or (alone.get(handle.casefold(), handle) if handle else UNKNOWN)
            for name, handle in zip(named, handles, strict=True)
        ]

    def _unshared(self, named: list[str | None], handles: list[str | None]) -> list[str | None]:
        """Names without those of several accounts: people of one name, or an agency.

        A name that is itself the handle in some of the links is an account that was renamed.
        """
        behind: dict[str, set[str]] = {}
        for name, handle in zip(named, handles, strict=True):
            if name and handle:
                behind.setdefault(name.casefold(), set()).add(handle.casefold())
        shared = {n for n, accounts in behind.items() if len(accounts) > 1 and n not in accounts}
        for name in dict.fromkeys(n for n in named if n and n.casefold() in shared):
            what = f"{name[:60]!r} is the name of {len(behind[name.casefold()])} accounts"
            self._remark("author", f"{what}; those in the links are used", "repaired")
        return [None if n and n.casefold() in shared and h else n
                for n, h in zip(named, handles, strict=True)]  # fmt: skip

    def _kinds(self, df: pd.DataFrame) -> None:
        words = [visible(k).casefold() in _PHOTO for k in self._cells("kind")]
        links = [is_photo_link(u) for u in self._cells("url")]
        zero = [_is_zero(c) for c in self._cells("duration")]
        photo = np.array([words, links, zero], dtype=bool).any(axis=0)
        df["kind"] = pd.array(np.where(photo, "photo", "video"), dtype="string")
        df.loc[photo, "duration_s"] = np.nan
        for i in np.flatnonzero(photo):
            self._tell(int(i), "kind", "photo", "a photo post: it has no length", "note")

    def _captured_at(self, df: pd.DataFrame) -> pd.Series:
        """When the numbers were read. A date without a year is the first after the newest post."""
        cells = self._cells("captured_at")
        newest = df["posted_at"].max()
        never = pd.Series(pd.NaT, index=df.index, dtype=TIME)
        if not any(c.strip() for c in cells) or pd.isna(newest):
            return never
        anchor = np.datetime64((newest + timedelta(days=180)).tz_localize(None), "us")
        try:
            dates = read_dates(cells, None, np.full(len(df), anchor), self.now)
        except UserError:
            self._tell_unread(cells)
            return never
        lost = np.isnat(dates.stamps)
        self._tell_unread([c for c, gone in zip(cells, lost, strict=True) if gone])
        stamps = dates.stamps + np.where(dates.timed, 0, 86_399).astype("timedelta64[s]")
        local = ~dates.zoned & ~np.isnat(stamps)
        sane = local & (stamps > timing.FIRST) & (stamps < np.datetime64("2200-01-01"))
        stamps[local & ~sane] = NAT
        if sane.any():
            stamps[sane] = timing.to_utc(stamps[sane], self.timezone)
        series = pd.Series(stamps).dt.tz_localize("UTC").astype(TIME)
        early = (series < df["posted_at"]).to_numpy()
        for i in np.flatnonzero(early):
            self._tell(int(i), "captured_at", "", "earlier than the post itself", "set missing")
        return series.mask(early)

    def _tell_unread(self, cells: list[str]) -> None:
        """One line for the times of reading that cannot be read."""
        if bad := [c for c in cells if not is_blank(c)]:
            what = plural(len(bad), "time of reading", "times of reading")
            why = f"{what} cannot be read (such as {visible(bad[0])[:30]!r}); left out"
            self._remark("captured_at", why, "set missing")

    def _check_further_columns(self) -> None:
        """Percentages that the book does not use are still read, to tell a damaged row."""
        styles = 0
        for header, cells in self.raw.checked.items():
            column = parse.shares(cells, "percent")
            styles += bool(column.remarks)
            for lines, severity in ((column.problems, "set missing"), (column.repairs, "repaired")):
                for i, why in lines.items():
                    used = "" if column.data[i] is None else f"{column.data[i]:.1%}"
                    why = f"{why} (column not used by the book)"
                    remark = Remark(why, self.raw.rows[i], header, cells[i], used, severity)
                    self.log.add(self.raw.source, remark, self.post_ids[i])
        if styles:
            what = plural(styles, "audience column")
            why = f"{what} with and without percent signs; all are percent"
            self.log.note(self.raw.source, why, "audience columns")

    # --- rows ---------------------------------------------------------------------------------

    def _usable(self, df: pd.DataFrame) -> pd.DataFrame:
        """Rows with an id, a time and (unless the format only enriches) views; the rest is told."""
        reasons: dict[int, tuple[str, str]] = {}

        def lost(name: str, rows: np.ndarray, why: str) -> None:
            reasons.update({int(i): (name, why) for i in np.flatnonzero(rows)})

        if self.raw.role == "posts":
            blank = np.array([is_blank(cell) for cell in self._cells("views")], dtype=bool)
            lost("views", df["views"].isna() & blank, "no views")
            why = "without usable views a post cannot be used"
            lost("views", df["views"].isna() & ~blank, why)
        why = "no usable date, and no video id that would give it"
        lost("date", df["posted_at"].isna(), why)
        lost("post_id", df["post_id"].isna(), "nothing tells which post this is")
        private = np.array([flag is True for flag in parse.flags(self._cells("private")).data])
        lost("private", private, "deleted, private or unreachable")
        for i in sorted(set(reasons) - self.dropped):
            self._tell(i, reasons[i][0], "", reasons[i][1], "row dropped")
        return df[~df.index.isin(list(reasons))]


def _is_zero(cell: str) -> bool:
    """Whether a length is written as none, which is how photos are."""
    if is_blank(cell):
        return False
    try:
        return float(plain(cell).casefold().rstrip("s").strip()) == 0
    except ValueError:
        digits = re.findall(r"\d+", cell)
        return bool(digits) and all(set(d) == {"0"} for d in digits)


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
