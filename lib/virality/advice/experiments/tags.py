"""Which post is which variant, as a small file says it: `post_id,variant` or `date,variant`."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from virality.advice.experiments.plan import A, B, Plan, read_day
from virality.core.bounds import shown
from virality.core.errors import UserError
from virality.core.paths import read_ordinary

MAX_BYTES = 1_000_000
_ADVICE = "Its first line is post_id,variant or date,variant; variants are A and B, or 12A."


@dataclass(frozen=True)
class Tag:
    """What one line says.

    Parameters
    ----------
    post_id, day : str
        One of them; the other is "".
    variant : {"A", "B"}
    pair : int
        0 where the line does not say it.
    """

    post_id: str
    day: str
    variant: str
    pair: int = 0


def read_tags(path: str | Path, plan: Plan) -> tuple[Tag, ...]:
    """Return what a file of tags says; lines that were not filled in are passed over.

    Parameters
    ----------
    path : path-like
        A small CSV with commas, semicolons or tabs.
    plan : Plan
        That the variants are of.

    Raises
    ------
    UserError
        It is no such table; names the line.
    """
    where = str(path)[:200]
    try:
        text = read_ordinary(path, MAX_BYTES, "The file of tags").decode("utf-8-sig")
        head = text.partition("\n")[0]
        comma = max(",;\t", key=head.count)
        rows = list(csv.reader(StringIO(text), delimiter=comma, strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise UserError("This is no table of tags.", where, _ADVICE) from None
    names = [name.strip().casefold() for name in rows[0]] if rows else []
    key = next((name for name in ("post_id", "date") if name in names), "")
    if not key or "variant" not in names:
        raise UserError("This is no table of tags.", where, _ADVICE)
    at, what = names.index(key), names.index("variant")
    found = []
    for number, row in enumerate(rows[1:], start=2):
        name, variant = (row[i].strip() if i < len(row) else "" for i in (at, what))
        if name and variant:
            found.append(_tag(plan, key, name, variant, f"{where}, line {number}"))
    return tuple(found)


def _tag(plan: Plan, key: str, name: str, variant: str, where: str) -> Tag:
    if key == "date":
        try:
            day = read_day(name).isoformat()
        except UserError as error:
            raise UserError(error.what, where, error.do) from None
    place = (0, variant.upper()) if variant.upper() in (A, B) else plan.place(variant)
    if place is None:
        raise UserError(f"{shown(variant)} is no variant of this plan.", where, _ADVICE)
    pair, letter = place
    return Tag("", day, letter, pair) if key == "date" else Tag(name, "", letter, pair)
