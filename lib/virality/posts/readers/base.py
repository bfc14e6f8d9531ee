"""What a reader is: it recognises a format by content and names its columns; it interprets nothing.

All interpretation (numbers, dates, plausibility) happens once, for all formats alike, in
`virality.posts.clean`. Most formats are an entry: a table whose columns have names (`TableReader`)
or JSON whose posts have keys (`RecordReader`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from virality.posts.columns import Assigned, assign
from virality.posts.platforms import TIKTOK
from virality.posts.repairs import Remark
from virality.posts.source import Source
from virality.posts.text import visible

FIELDS = (
    *("post_id", "url", "author", "date", "time", "hour_known", "caption", "duration"),
    *("views", "likes", "comments", "shares", "saves"),
    *("play_time", "avg_watch", "retention", "watched_full", "new_followers", "followers"),
    *("kind", "is_paid", "is_pinned", "private", "sound_id", "original_sound"),
    *("media_file", "captured_at", "platform"),
)


@dataclass
class RawTable:
    """Posts as a format holds them: text under agreed names.

    Attributes
    ----------
    source, format : str
        File name and the reader's name.
    cells : dict of str to list of str
        Text per field of `FIELDS`; fields that the format lacks are absent.
    names : dict of str to str
        What the file calls each field.
    rows : list of int
        1-based data row of each entry.
    role : {"posts", "enriches", "download", "followers", "companion"}
        Whether it holds views, only adds to posts read elsewhere, is another part of TikTok's data
        download, or holds a daily series.
    checked : dict of str to list of str
        Columns of percentages that are checked though the book does not use them.
    share_unit : {"", "fraction", "percent"}
        Unit of bare shares where the format fixes it.
    zone : str
        Zone of local times where the format fixes it, else "".
    clock : {"", "creator", "machine"}
        Whose hours local times are, where the format fixes it: the creator's, or those of the
        machine that ran a scraper.
    platform : str
        Where its posts are, unless a cell or a link says otherwise.
    remarks : list of Remark
        For the repair log.
    unused : list of str
        Columns or keys that are not used.
    carried : dict of str to list of str
        Further columns that whoever reads asked for, see :mod:`virality.posts.carried`.
    """

    source: str
    format: str
    cells: dict[str, list[str]]
    names: dict[str, str]
    rows: list[int]
    role: str = "posts"
    checked: dict[str, list[str]] = field(default_factory=dict)
    share_unit: str = ""
    zone: str = ""
    clock: str = ""
    platform: str = TIKTOK
    remarks: list[Remark] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    carried: dict[str, list[str]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)

    def get(self, name: str) -> list[str]:
        """The texts of a field, blanks where the format lacks it."""
        return self.cells.get(name) or [""] * len(self)


class Reader(Protocol):
    """The one interface of all formats: its name, and the fields that it can hold."""

    @property
    def name(self) -> str:
        """What messages call the format."""

    @property
    def holds(self) -> Sequence[str]:
        """The fields that it can hold."""

    def sniff(self, source: Source) -> bool:
        """Whether the content is in this format."""

    def read(self, source: Source) -> RawTable:
        """The content under agreed names."""


def normal(header: str) -> str:
    """A column name for comparison: lower case, single spaces for punctuation."""
    return re.sub(r"[\s_\-./:]+", " ", visible(header).casefold()).strip()


def taken(
    source: Source,
    name: str,
    where: Mapping[str, int],
    kept: Sequence[int] | None = None,
    **facts,
) -> RawTable:
    """Some columns of a table under agreed names.

    Parameters
    ----------
    source : Source
        Whose content is a table.
    name : str
        Of the reader.
    where : dict of str to int
        Position of the column by field.
    kept : sequence of int, optional
        Positions of the rows that are posts; all by default.
    **facts
        What else `RawTable` tells of the format.

    Returns
    -------
    RawTable
    """
    table = source.table
    kept = range(len(table)) if kept is None else kept
    return RawTable(
        source=source.name,
        format=name,
        cells={f: [table.columns[i][k] for k in kept] for f, i in where.items()},
        names={f: table.header[i] for f, i in where.items()},
        rows=[table.rows[k] for k in kept],
        remarks=source.noticed(),
        unused=[h for i, h in enumerate(table.header) if i not in where.values()],
        **facts,
    )


@dataclass(frozen=True)
class TableReader:
    """A format of tables: columns are known by their names.

    Beyond its own names a table may call its columns anything that `headers.LEXICON` knows.

    Parameters
    ----------
    name : str
        What messages call the format.
    columns : dict of str to sequence of str
        Field to the format's own names, the preferred first.
    needs : sequence of str
        Fields that must be there under such names to recognise the format.
    marks : sequence of str
        Further columns that only this format has, as `normal` writes them.
    silent : sequence of str
        Columns that need no word although they are not used.
    share_unit, zone, clock : str
        As `RawTable` tells them.
    """

    name: str
    columns: Mapping[str, Sequence[str]]
    needs: Sequence[str]
    marks: Sequence[str] = ()
    silent: Sequence[str] = ()
    share_unit: str = ""
    zone: str = ""
    clock: str = ""

    @property
    def holds(self) -> tuple[str, ...]:
        """Fields that the format can hold."""
        return tuple(self.columns)

    def sniff(self, source: Source) -> bool:
        """Whether the table has the columns that mark this format."""
        present = {normal(h) for h in source.table.header}
        needed = all(any(normal(n) in present for n in self.columns[f]) for f in self.needs)
        return needed and present.issuperset(self.marks)

    def read(self, source: Source) -> RawTable:
        """Take the columns that the book knows: by the user's word, by name, by content."""
        found = self.find(source)
        return RawTable(
            source=source.name,
            format=self.name,
            cells=found.cells,
            names=found.names,
            rows=source.table.rows,
            share_unit=self.share_unit,
            zone=self.zone,
            clock=self.clock,
            remarks=source.noticed() + found.remarks,
            unused=found.unused,
        )

    def find(self, source: Source) -> Assigned:
        """The columns under agreed names; refuses two that could be the same and differ."""
        return assign(source.table, self.columns, source.name, source.chosen, self.silent)


@dataclass(frozen=True)
class RecordReader:
    """A format of JSON: fields of a post are known by dotted paths.

    Parameters
    ----------
    name : str
        What messages call the format.
    is_record : callable
        Whether one JSON object is a post in this format.
    paths : dict of str to sequence of str
        Field to alternative paths, the preferred first.
    refined : dict of str to callable
        For single fields: the text, from the record and the text that its paths lead to.
    notices : callable, optional
        Remarks on all records of a file.
    """

    name: str
    is_record: Callable[[dict], bool]
    paths: Mapping[str, Sequence[str]]
    refined: Mapping[str, Callable[[dict, str], str]] = field(default_factory=dict)
    notices: Callable[[list[dict]], list[Remark]] = lambda records: []

    @property
    def holds(self) -> tuple[str, ...]:
        """Fields that the format can hold."""
        return tuple(self.paths)

    def sniff(self, source: Source) -> bool:
        """Whether the content holds at least one such post."""
        return source.is_json and any(map(self.is_record, source.records))

    def read(self, source: Source) -> RawTable:
        """Take the fields that the book knows, by path."""
        posts = {i: r for i, r in enumerate(source.records, 1) if self.is_record(r)}
        records, said = list(posts.values()), source.chosen
        cells = {f: [self._text(r, f) for r in records] for f in self.paths if f not in said}
        for f, path in said.items():
            cells[f] = [as_text(dig(r, _below(r, path))) if path else "" for r in records]
        cells = {f: texts for f, texts in cells.items() if any(texts)}
        return RawTable(
            source=source.name,
            format=self.name,
            cells=cells,
            names={f: said.get(f) or self.paths[f][0] for f in cells},
            rows=list(posts),
            remarks=source.noticed() + self.notices(records),
            unused=self._unused(records, said),
        )

    def _text(self, record: dict, name: str) -> str:
        """One field of one record."""
        text = first_text(record, self.paths[name])
        return self.refined[name](record, text) if name in self.refined else text

    def _unused(self, records: list[dict], said: Mapping[str, str]) -> list[str]:
        """Keys of the records, at the top, under which nothing is read."""
        paths = [p for f, ps in self.paths.items() if f not in said for p in ps]
        read = {p.partition(".")[0] for p in (*paths, *said.values())}
        keys = dict.fromkeys(key for record in records for key in record)
        return [visible(key)[:60] for key in keys if key not in read]


def _below(record: dict, path: str) -> str:
    """The part of a path that begins in the record; it may have been said from the document on."""
    steps = path.split(".")
    starts = (k for k, step in enumerate(steps) if step in record)
    return ".".join(steps[next(starts, 0) :])


def dig(record: dict, path: str):
    """The value under a dotted path, None if any step is missing.

    Parameters
    ----------
    record : dict
        A JSON object.
    path : str
        Keys joined by points.
    """
    value: object = record
    for step in path.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(step)
    return value


def first_text(record: dict, paths: Sequence[str]) -> str:
    """The first text under some dotted paths that is not empty.

    Parameters
    ----------
    record : dict
        A JSON object.
    paths : sequence of str
        See `dig`, the preferred first.

    Returns
    -------
    str
    """
    return next(filter(None, (as_text(dig(record, path)) for path in paths)), "")


def as_text(value: object) -> str:
    """A JSON value as a cell; objects, lists and nothing are empty."""
    if value is None or isinstance(value, (dict, list)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def is_true(value: object) -> bool:
    """Whether a JSON value, or its text in a table, says yes."""
    return value is True or str(value).strip().casefold() in ("true", "1")
