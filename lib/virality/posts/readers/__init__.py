"""The formats that users bring: one more is one more entry here, and nothing else knows of it."""

from __future__ import annotations

from virality.core.errors import UserError
from virality.core.text import plural
from virality.posts.readers import records, tables
from virality.posts.readers.base import RawTable, Reader, RecordReader
from virality.posts.readers.studios import MetaSuite, YouTubeStudio
from virality.posts.readers.tiktok import StudioContent, StudioSeries, Takeout, TakeoutText
from virality.posts.repairs import Remark
from virality.posts.source import Source

# The first that recognises a table reads it. Of the JSON readers all that recognise something do,
# because posts of two schemas occur in one file.
TEXT_READERS: tuple[Reader, ...] = (TakeoutText(),)
TABLE_READERS: tuple[Reader, ...] = (
    tables.TIDY,
    tables.STUDY,
    tables.PYKTOK,
    tables.FOUR_CAT,
    YouTubeStudio(),
    MetaSuite(),
    StudioContent(),
    StudioSeries(),
    tables.HAND_MADE,
)
JSON_READERS: tuple[Reader, ...] = (
    records.DISPLAY_API,
    records.YTDLP,
    records.TIKTOK_API,
    records.AWEME,
    records.APIFY,
    Takeout(),
)
READERS = TABLE_READERS + JSON_READERS + TEXT_READERS


def recognise(source: Source) -> list[RawTable]:
    """Read one source with the reader, or the JSON readers, that recognise it; [] if none does.

    Objects that are in no known form of JSON are read as the table that they make up, and a table
    whose columns are called by paths as the objects that it was made of.

    Raises
    ------
    UserError
        A reader recognises the content and refuses it.
    """
    if reader := next((r for r in TEXT_READERS if r.sniff(source)), None):
        return [reader.read(source)]
    objects = source if source.is_json else source.as_objects()
    known = [r for r in JSON_READERS if objects is not None and r.sniff(objects)]
    if objects is not None and known:
        found = [r.read(objects) for r in known]
        found[0].remarks += _strangers(objects, known)
        return found
    readers = TABLE_READERS
    if source.chosen.get("views"):  # the user says that these are posts
        readers = tuple(r for r in readers if not isinstance(r, StudioSeries))
    refused = None
    for table in source.as_tables() if source.is_json else [source]:
        try:
            if reader := next((r for r in readers if r.sniff(table)), None):
                return [reader.read(table)]
        except UserError as error:  # another part of the file may hold the posts
            refused = refused or error
    if refused:
        raise refused
    return []


def _strangers(source: Source, readers: list[Reader]) -> list[Remark]:
    """A line on objects that look like posts beside those that some reader knows."""
    forms = [r for r in readers if isinstance(r, RecordReader)]
    left = [r for r in source.records if not any(form.is_record(r) for form in forms)]
    if not left or not forms:
        return []
    what = plural(len(left), "object looks like a post", "objects look like posts")
    keys = listed(list(left[0]), 300)
    return [Remark(f"{what} in no form that is known; not used (keys: {keys})")]


def listed(names: list[str], most: int = 3000) -> str:
    """All names, as far as they fit on a page.

    Parameters
    ----------
    names : list of str
    most : int
        Characters that they may have together.

    Returns
    -------
    str
    """
    text = ", ".join(names)
    if len(text) <= most:
        return text or "none"
    shown = text[:most].rpartition(", ")[0]
    return f"{shown} and {len(names) - shown.count(', ') - 1:,} more"
