"""A plan as a file: what was promised before the first post, and whether it still says so.

The file holds a SHA-256 over all that it says, and the order within pairs has to be the one that
its seed gives.  This notices a plan that was changed, by accident or to fit an outcome.  It cannot
notice one that was made anew with another seed: who wants to deceive herself can.
"""

from __future__ import annotations

import json
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from virality.advice.experiments.plan import (
    ASPECTS,
    FEWEST_POSTS,
    LONGEST_NAME,
    MOST_POSTS,
    MOST_SEED,
    Plan,
    Slot,
    checked_aspects,
    order,
    read_day,
)
from virality.core import hashing
from virality.core.bounds import holds
from virality.core.errors import UserError
from virality.core.paths import read_ordinary
from virality.core.text import clean
from virality.posts.timing import known_zone

KIND, VERSION = "virality experiment", 1
MAX_BYTES = 200_000
_TAMPERED = "The plan was changed after it was made, so it is no promise any more."
_KEYS = {
    "kind", "version", "what", "against", "seed", "timezone", "spread", "spread_posts",
    "untouched", "slots", "sha256",
}  # fmt: skip


def content(plan: Plan) -> dict[str, Any]:
    """Return all that a plan says, as JSON holds it, with its hash."""
    said: dict[str, Any] = {
        "kind": KIND,
        "version": VERSION,
        "what": plan.what,
        "against": plan.against,
        "seed": plan.seed,
        "timezone": plan.timezone,
        "spread": plan.spread,
        "spread_posts": plan.spread_posts,
        "untouched": list(plan.untouched),
        "slots": [[slot.label, slot.day.isoformat(), slot.hour] for slot in plan.slots],
    }
    return said | {"sha256": hashing.of_value(said)}


def identity(plan: Plan) -> str:
    """Return the hash of a plan, 64 letters."""
    return content(plan)["sha256"]


def as_json(plan: Plan) -> str:
    """Return the text of a plan's file."""
    return json.dumps(content(plan), indent=1, ensure_ascii=False) + "\n"


def read_plan(path: str | Path) -> Plan:
    """Return the plan that a file holds.

    Parameters
    ----------
    path : path-like

    Raises
    ------
    UserError
        It is no plan, or one that was changed after it was made.

    Examples
    --------
    >>> import tempfile
    >>> import virality as vi
    >>> plan = vi.plan("words on screen", n_posts=12, start="2026-12-01")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "plan.json")
    ...     _ = path.write_text(as_json(plan), encoding="utf-8")
    ...     read_plan(path) == plan
    True
    """
    where = str(path)[:200]
    try:
        said = json.loads(read_ordinary(path, MAX_BYTES, "The plan").decode("utf-8"))
    except (ValueError, RecursionError):
        raise UserError("This is no plan of an experiment.", where=where) from None
    if not isinstance(said, dict) or said.get("kind") != KIND:
        raise UserError("This is no plan of an experiment.", where=where)
    if said.get("version") != VERSION:
        raise UserError("This plan is of another version of virality.", where=where)
    if hashing.of_value({k: v for k, v in said.items() if k != "sha256"}) != said.get("sha256"):
        raise UserError(
            _TAMPERED,
            where=where,
            do="Bring back the file as it was, or plan anew with --force.",
        )
    try:
        return _sound(said)
    except (UserError, KeyError, TypeError, ValueError, AttributeError):
        raise UserError("This plan is not sound.", where, "Plan anew with --force.") from None


def _sound(said: dict) -> Plan:
    """The plan; an error of any kind where it is none that could have been made."""
    names = said["what"], said["against"]
    slots = tuple(_slot(at, row) for at, row in enumerate(said["slots"]))
    sound = (
        set(said) == _KEYS
        and all(name and name == clean(name) and len(name) <= LONGEST_NAME for name in names)
        and isinstance(said["seed"], int)
        and holds(said["seed"], 0, MOST_SEED)
        and holds(said["spread"], 1e-6, 100)
        and isinstance(said["spread_posts"], int)
        and holds(said["spread_posts"], 0, 1e6)
        and holds(len(slots), FEWEST_POSTS, MOST_POSTS)
        and len(slots) % 2 == 0
        and "".join(slot.variant for slot in slots) == order(said["seed"], len(slots) // 2)
        and all(a.day < b.day for a, b in pairwise(slots))
        and set(said["untouched"]) <= set(ASPECTS)
    )
    if not sound:
        raise ValueError("unsound")
    return Plan(
        *names,
        slots,
        said["seed"],
        str(known_zone(said["timezone"])),
        float(said["spread"]),
        said["spread_posts"],
        checked_aspects(tuple(said["untouched"])),
    )


def _slot(at: int, row: list) -> Slot:
    label, day, hour = row
    if label[:-1] != str(at // 2 + 1) or label[-1] not in "AB":
        raise ValueError("a label is not that of its place")
    if hour and f"{int(hour[:2]) % 24:02d}:{int(hour[3:]) % 60:02d}" != hour:
        raise ValueError("no hour")
    return Slot(at + 1, at // 2 + 1, label[-1], _day(day), hour)


def _day(text: str) -> date:
    found = read_day(text)
    if found.isoformat() != text:
        raise ValueError("no day")
    return found
