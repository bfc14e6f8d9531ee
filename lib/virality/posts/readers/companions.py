"""Daily series that studios export beside their posts: `FollowerHistory`, `Overview`, `Totals`."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from virality.core.errors import UserError
from virality.posts.dates import NAT, read_dates, take_apart
from virality.posts.headers import meaning
from virality.posts.ids import is_link
from virality.posts.parse import is_blank, plain
from virality.posts.readers.base import RawTable, normal, source_lines
from virality.posts.source import Source

_OF_POSTS = ("post_id", "url", "caption", "title", "author", "duration")  # no day has any
_HEADERS = {
    ("date", "followers", "difference in followers from previous day"): "followers",
    ("date", "video views", "profile views", "likes", "comments", "shares"): "companion",
    ("date", "total viewers", "new viewers", "returning viewers"): "companion",
    ("date", "hour", "active followers"): "companion",
}


class Companion:
    """A row a day, no posts; of these only the follower count is used."""

    name = "Studio daily series"
    holds = ("date", "followers")

    def sniff(self, source: Source) -> bool:
        """Known headers, or the same shape in another language: a day and counts, no links."""
        table = source.table
        return table is not None and self._role(table) is not None

    def read(self, source: Source) -> RawTable:
        """Dates and, for the follower history, followers."""
        table = source.table
        role = self._role(table)
        cells = {"date": table.columns[0]}
        if role == "followers":
            cells["followers"] = table.columns[1]
        names = dict(zip(cells, table.header, strict=False))
        return RawTable(
            source=source.name,
            format=self.name,
            cells=cells,
            names=names,
            rows=table.rows,
            role=role,
            lines=source_lines(source),
            unused=[h for h in table.header if h not in names.values()],
        )

    def _role(self, table) -> str | None:
        header = tuple(normal(h) for h in table.header)
        if header in _HEADERS:
            return _HEADERS[header]
        if len(header) not in (2, 3, 4, 6) or not len(table):
            return None
        if any(meaning(h) in _OF_POSTS for h in table.header):
            return None
        if not all(_counts_only(c) for c in table.columns[1:]):
            return None
        days = table.columns[0]
        if not all(_is_day(c) for c in days[:50]):
            return None
        if len(set(days)) < len(table):  # by hour; else rows of one day are posts of that day
            by_hour = len(header) == 3 and set(table.columns[1]) <= set(map(str, range(24)))
            return "companion" if by_hour else None
        unbroken = _unbroken(days)
        if unbroken is False or (unbroken is None and len(header) == 2):
            return None
        return "followers" if len(header) == 3 else "companion"


def _counts_only(column: list[str]) -> bool:
    return all(is_blank(c) or plain(c).lstrip("-−").replace(",", "").isdigit() for c in column)


def _is_day(cell: str) -> bool:
    moment = take_apart(cell)
    return (
        any(c.isdigit() for c in cell)
        and not is_link(cell)
        and not moment.problem
        and bool(moment.words or moment.pair or moment.month)
    )


def _unbroken(days: list[str], least: int = 7) -> bool | None:
    """Whether days follow each other as in a chart, not as in a list of posts; None: not known."""
    try:
        stamps = read_dates(days, None, np.full(len(days), NAT), datetime(2100, 1, 1)).stamps
    except UserError:
        return None
    if np.isnat(stamps).any():
        return None
    if not np.all(np.abs(np.diff(stamps)) == np.timedelta64(1, "D")):
        return False
    return True if len(days) >= least else None
