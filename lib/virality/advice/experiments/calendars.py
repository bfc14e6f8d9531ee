"""The plan as something to follow: a page in Markdown, a table as CSV, a calendar as iCalendar.

The calendar keeps to RFC 5545: lines end in CRLF and are folded at 75 octets, texts are escaped,
and every event has a UID and a DTSTAMP.  Both follow from the plan, so that the same plan is the
same file, and bringing it into a calendar twice changes the events that are there.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

from virality.advice.experiments.plan import A, B, Plan, Slot
from virality.core.text import escape

OCTETS = 75  # of a line of a calendar
MINUTES = 30  # that an event takes
COLUMNS = ("number", "pair", "variant", "what", "day", "hour", "hashtag")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would compute what begins so


def as_markdown(plan: Plan, detects: str) -> str:
    """Return the plan as a page.

    Parameters
    ----------
    plan : Plan
    detects : str
        What it can detect, in words (Markdown).
    """
    lines = [
        f"# {escape(plan.what)}: {plan.n_posts} posts in {plan.n_pairs} pairs",
        "",
        f"A is “{escape(plan.what)}”, B is “{escape(plan.against)}”. Days and hours are local "
        f"({escape(plan.timezone)}).",
        "",
        detects,
        "",
        *RULES,
        "",
        "| post | pair | day | hour | variant | hashtag |",
        "| ---: | ---: | :-- | :-- | :-- | :-- |",
    ]
    for slot in plan.slots:
        variant = f"{slot.variant}: {escape(plan.words(slot.variant))}"
        day = f"{slot.day:%a} {slot.day}"
        cells = (slot.number, slot.pair, day, slot.hour or "yours", variant, f"`#{plan.tag(slot)}`")
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join([*lines, ""])


#: How to follow a plan.
RULES = (
    "- Make each post as you would anyway; only the variant is given.",
    "- Put its hashtag into the caption, or note the post in a small table "
    "(`post_id,variant` or `date,variant`).",
    "- Keep the order within a pair. A day late is fine; swapped is not.",
    "- One post a day on these days. Others in between count for nothing, and spoil nothing.",
    "- Judge as often as you like. What you see may stop the experiment, never prolong it.",
)


def as_csv(plan: Plan) -> str:
    """Return the plan as a table, one post a row; no text becomes a formula in a spreadsheet."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in plan.table()[list(COLUMNS)].itertuples(index=False):
        texts = [str(value) for value in row]
        writer.writerow([f"'{text}" if text.startswith(_FORMULA) else text for text in texts])
    return out.getvalue()


def as_icalendar(plan: Plan, identity: str) -> str:
    """Return the plan as a calendar, one event a post.

    Parameters
    ----------
    plan : Plan
    identity : str
        The plan's hash: events of another plan are other events.

    Returns
    -------
    str
        Lines end in CRLF; to be written as it is, in UTF-8.

    Examples
    --------
    >>> import virality as vi
    >>> text = as_icalendar(vi.plan("a", n_posts=12, start="2026-12-01"), "0" * 64)
    >>> text.count("BEGIN:VEVENT"), text.endswith("END:VCALENDAR" + chr(13) + chr(10))
    (12, True)
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//virality//experiment//EN"]
    lines += ["CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    for slot in plan.slots:
        lines += _event(plan, slot, identity)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _event(plan: Plan, slot: Slot, identity: str) -> list[str]:
    about = (
        f"Variant {slot.variant} of pair {slot.pair}. {A}: {plan.what}. {B}: {plan.against}.\n"
        f"Hashtag: #{plan.tag(slot)}"
    )
    title = f"Post {slot.number} of {plan.n_posts}: {plan.words(slot.variant)}"
    return [
        "BEGIN:VEVENT",
        f"UID:{identity[:32]}-{slot.number}@virality",
        f"DTSTAMP:{plan.start:%Y%m%d}T000000Z",
        *_when(plan, slot),
        f"SUMMARY:{_text(title)}",
        f"DESCRIPTION:{_text(about)}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _when(plan: Plan, slot: Slot) -> tuple[str, str]:
    """The whole day where no hour is given; otherwise its moment in UTC, as zones need no file."""
    if not slot.hour:
        following = slot.day + timedelta(days=1)
        return f"DTSTART;VALUE=DATE:{slot.day:%Y%m%d}", f"DTEND;VALUE=DATE:{following:%Y%m%d}"
    clock = datetime.strptime(slot.hour, "%H:%M").time()
    moment = datetime.combine(slot.day, clock, ZoneInfo(plan.timezone)).astimezone(UTC)
    return f"DTSTART:{moment:%Y%m%dT%H%M%SZ}", f"DURATION:PT{MINUTES}M"


def _text(text: str) -> str:
    for plain in ("\\", ";", ","):
        text = text.replace(plain, f"\\{plain}")
    return text.replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """A line in pieces of at most 75 octets that cut no letter; later ones are indented."""
    piece, size = "", 0
    for letter in line:
        octets = len(letter.encode())
        if size + octets > OCTETS:
            yield piece
            piece, size = " ", 1
        piece, size = piece + letter, size + octets
    yield piece
