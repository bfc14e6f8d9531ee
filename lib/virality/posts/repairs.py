"""The repair log: every value that is not used as it was found, and why."""

from __future__ import annotations

from collections import defaultdict

import pandas as pd

from virality.posts.parse import visible
from virality.posts.schema import REPAIR_COLUMNS, validate_repairs

# What such lines begin with says that rows were tidied, not that the record is damaged.
AGAIN = "the same post again"
_HOUSEKEEPING = (AGAIN, "by another account", "deleted, private", "0 after a positive reading")
MAX_SHOWN = 120
MANY = 20
_RANK = {"row dropped": 0, "set missing": 1, "repaired": 2, "note": 3}


class Log:
    """Collects lines while files are read.

    Severities are `note` (used as found, but worth knowing), `repaired` (used as something else),
    `set missing` (the value is not used) and `row dropped` (the post is not used).
    """

    def __init__(self):
        self.lines: list[tuple] = []

    def add(self, source, row, post_id, column, found, used, why, severity) -> None:
        """Add one line; `row` is None for a remark about a whole column or file."""
        self.lines.append(
            (source, row, post_id, column, _short(found), _short(used), why, severity)
        )

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
        lines.sort(key=lambda r: (_RANK[r[7]], r[0], -1 if r[1] is None else r[1], r[3] or ""))
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
    groups = defaultdict(list)
    for line in lines:
        source, row, _, column, _, _, why, severity = line
        alone = severity != "note" or row is None
        groups[len(groups) if alone else (source, column, why)].append(line)
    out = []
    for same in groups.values():
        if len(same) <= MANY:
            out.extend(same)
            continue
        source, row, _, column, found, used, why, severity = same[0]
        why = f"{why} ({len(same)} rows, the first is row {row})"
        out.append((source, None, None, column, found, used, why, severity))
    return out
