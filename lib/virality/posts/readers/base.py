"""What a reader is: it recognises a format by content and names its columns; it interprets nothing.

All interpretation (numbers, dates, plausibility) happens once, for all formats alike, in
`virality.posts.clean`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from virality.posts.columns import Assigned, assign
from virality.posts.parse import visible
from virality.posts.platforms import TIKTOK
from virality.posts.source import Source, Table

FIELDS = (
    *("post_id", "url", "author", "date", "time", "hour_known", "caption", "duration"),
    *("views", "likes", "comments", "shares", "saves"),
    *("play_time", "avg_watch", "retention", "watched_full", "new_followers", "followers"),
    *("kind", "is_paid", "is_pinned", "private", "media_file", "captured_at", "platform"),
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
    lines : list of tuple
        (row, column, found, used, why, severity) for the repair log.
    unused : list of str
        Columns or keys that are not used.
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
    lines: list[tuple] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.rows)

    def get(self, name: str) -> list[str]:
        """The texts of a field, blanks where the format lacks it."""
        return self.cells.get(name) or [""] * len(self)


class Reader(Protocol):
    """The one interface of all formats."""

    name: str
    holds: tuple[str, ...]

    def sniff(self, source: Source) -> bool:
        """Whether the content is in this format."""

    def read(self, source: Source) -> RawTable:
        """The content under agreed names."""


def normal(header: str) -> str:
    """A column name for comparison: lower case, single spaces for punctuation."""
    return re.sub(r"[\s_\-./:]+", " ", visible(header).casefold()).strip()


class TableReader:
    """Base of the readers of tables: columns are known by their names.

    Subclasses set `name`, `columns` (field to the format's own names, the preferred first), `needs`
    (fields that must be there under such names to recognise the format) and `silent` (columns that
    need no word although they are not used). Beyond its own names a table may call its columns
    anything that `virality.posts.columns` understands.
    """

    name = ""
    columns: Mapping[str, Sequence[str]] = {}
    needs: tuple[str, ...] = ()
    share_unit = ""
    zone = ""
    clock = ""
    silent: tuple[str, ...] = ()

    @property
    def holds(self) -> tuple[str, ...]:
        """Fields that the format can hold."""
        return tuple(self.columns)

    def sniff(self, source: Source) -> bool:
        """Whether the table has the columns that mark this format."""
        table = source.table
        if table is None:
            return False
        present = {normal(h) for h in table.header}
        return all(any(normal(n) in present for n in self.columns[f]) for f in self.needs)

    def read(self, source: Source) -> RawTable:
        """Take the columns that the book knows: by the user's word, by name, by content."""
        table = source.table
        found = self.find(table, source)
        return RawTable(
            source=source.name,
            format=self.name,
            cells=found.cells,
            names=found.names,
            rows=table.rows,
            share_unit=self.share_unit,
            zone=self.zone,
            clock=self.clock,
            lines=source_lines(source) + found.lines,
            unused=found.unused,
        )

    def find(self, table: Table, source: Source) -> Assigned:
        """The columns under agreed names; refuses two that could be the same and differ."""
        return assign(table, self.columns, source.name, source.chosen, self.silent)


def source_lines(source: Source) -> list[tuple]:
    """What was noticed on the way to the table, as lines for the repair log."""
    lines = [(None, "", "", "", remark, "note") for remark in source.remarks]
    if source.table is not None:
        lines += [(r, "", found, "", why, sev) for r, found, why, sev in source.table.lines]
    return lines


class RecordReader:
    """Base of the readers of JSON posts: fields are known by dotted paths.

    Subclasses set `name`, `paths` (field to alternative paths, the preferred first) and `marks`
    (keys, all of which a record must have).
    """

    name = ""
    paths: Mapping[str, Sequence[str]] = {}
    marks: tuple[str, ...] = ()
    zone = ""

    @property
    def holds(self) -> tuple[str, ...]:
        """Fields that the format can hold."""
        return tuple(self.paths)

    def is_record(self, record: dict) -> bool:
        """Whether one JSON object is a post in this format."""
        return all(mark in record for mark in self.marks)

    def sniff(self, source: Source) -> bool:
        """Whether the content holds at least one such post."""
        return source.is_json and any(self.is_record(r) for r in source.records)

    def read(self, source: Source) -> RawTable:
        """Take the fields that the book knows, by path."""
        numbered = [(i, r) for i, r in enumerate(source.records, 1) if self.is_record(r)]
        said = dict(source.chosen)
        cells = {f: [self.field(r, f) for _, r in numbered] for f in self.paths if f not in said}
        for f, path in said.items():
            cells[f] = [as_text(dig(r, below(r, path))) if path else "" for _, r in numbered]
        present = {f: texts for f, texts in cells.items() if any(texts)}
        return RawTable(
            source=source.name,
            format=self.name,
            cells=present,
            names={f: said.get(f) or self.paths[f][0] for f in present},
            rows=[i for i, _ in numbered],
            zone=self.zone,
            lines=source_lines(source),
            unused=self.left([r for _, r in numbered], said),
        )

    def left(self, records: list[dict], said: Mapping[str, str]) -> list[str]:
        """Keys of the records, at the top, under which nothing is read."""
        paths = [p for f, ps in self.paths.items() if f not in said for p in ps]
        read = {p.partition(".")[0] for p in (*paths, *said.values())} | set(self.marks)
        return [visible(k)[:60] for k in dict.fromkeys(k for r in records for k in r)
                if k not in read]  # fmt: skip

    def field(self, record: dict, name: str) -> str:
        """One field of one record as text; subclasses refine single fields."""
        for path in self.paths[name]:
            if (text := as_text(dig(record, path))) != "":
                return text
        return ""


def below(record: dict, path: str) -> str:
    """The part of a path that begins in the record; it may have been said from the document on."""
    steps = path.split(".")
    starts = (k for k, step in enumerate(steps) if step in record)
    return ".".join(steps[next(starts, 0) :])


def dig(record: dict, path: str):
    """The value under a dotted path, None if any step is missing."""
    for step in path.split("."):
        if not isinstance(record, dict):
            return None
        record = record.get(step)
    return record


def as_text(value) -> str:
    """A JSON value as a cell; objects, lists and nothing are empty."""
    if value is None or isinstance(value, (dict, list)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def is_true(value) -> bool:
    """Whether a JSON value, or its text in a table, says yes."""
    return value is True or str(value).strip().casefold() in ("true", "1")
