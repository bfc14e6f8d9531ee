"""The repair log: every value that is not used as it was found, and why."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

import pandas as pd

from virality.posts.schema import REPAIR_COLUMNS, SEVERITIES, validate_repairs
from virality.posts.text import visible

# What such lines begin with says that rows were tidied, not that the record is damaged.
AGAIN = "the same post again"
_HOUSEKEEPING = (AGAIN, "by another account", "deleted, private", "0 after a positive reading")
MAX_SHOWN = 120
MANY = 20
RANK = {name: place for place, name in enumerate(reversed(SEVERITIES))}  # most severe first


class Remark(NamedTuple):
    """What was noticed while something was read.

    Attributes
    ----------
    why : str
        The reason, as a sentence without its full stop.
    row : int or None
        1-based data row; None for a remark about a whole column or file.
    column : str
        As the file calls it, "" for none.
    found, used : object
        The value as found and as used.
    severity : {"note", "repaired", "set missing", "row dropped"}
        Used as found, but worth knowing; used as something else; the value is not used; the post
        is not used.
    """

    why: str
    row: int | None = None
    column: str = ""
    found: object = ""
    used: object = ""
    severity: str = "note"


class Log:
    """Collects lines while files are read."""

    def __init__(self) -> None:
        self.lines: list[tuple] = []

    def add(self, source: str, remark: Remark, post_id: str | None = None) -> None:
        """Add one line.

        Parameters
        ----------
        source : str
            The file that is read.
        remark : Remark
        post_id : str, optional
            The post that it is about.
        """
        why, row, column, found, used, severity = remark
        line = (source, row, post_id, column, _short(found), _short(used), why, severity)
        self.lines.append(line)

    def note(self, source: str, why: str, column: str = "", severity: str = "note") -> None:
        """Add one line about a whole file or column (see `Remark`).

        Parameters
        ----------
        source : str
            The file that is read, "" for all.
        why, column, severity : str
            See `Remark`.
        """
        self.add(source, Remark(why, column=column, severity=severity))

    def tell(self, post, column: str, why: str, severity: str, found="", used="") -> None:
        """Add one line about a post that has `source`, `source_row` and `post_id`.

        Parameters
        ----------
        post : namedtuple
            A row of tidy posts.
        column, why, severity, found, used
            See `Remark`.
        """
        remark = Remark(why, post.source_row, column, found, used, severity)
        self.add(post.source, remark, post.post_id)

    def frame(self) -> pd.DataFrame:
        """The log as a table: most severe first, then by file and row.

        More than `MANY` notes that say the same of one column become one line; the other
        severities keep one line per value.

        Returns
        -------
        DataFrame
            As `schema.REPAIRS`.
        """
        lines = _gather_notes(self.lines)
        lines.sort(key=lambda r: (RANK[r[7]], r[0], -1 if r[1] is None else r[1], r[3] or ""))
        return validate_repairs(pd.DataFrame(lines, columns=list(REPAIR_COLUMNS)))


def damage(repairs: pd.DataFrame) -> pd.DataFrame:
    """The lines of a repair log that tell of damage: no notes, and no housekeeping.

    A row that holds a post again, a post of somebody else, a deleted or private post, or a reading
    that a better one replaces takes nothing from the record.
    """
    changed = repairs[repairs["severity"] != "note"]
    return changed[~changed["why"].str.startswith(_HOUSEKEEPING).fillna(False)]


def _short(text: object) -> str:
    text = " ".join(visible("" if text is None else str(text)).split())
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"


def _gather_notes(lines: list[tuple]) -> list[tuple]:
    groups: dict[object, list[tuple]] = defaultdict(list)
    for line in lines:
        source, row, _, column, _, _, why, severity = line
        alone = severity != "note" or row is None
        groups[len(groups) if alone else (source, column, why)].append(line)
    out: list[tuple] = []
    for same in groups.values():
        if len(same) <= MANY:
            out.extend(same)
            continue
        source, row, _, column, found, used, why, severity = same[0]
        why = f"{why} ({len(same)} rows, the first is row {row})"
        out.append((source, None, None, column, found, used, why, severity))
    return out
