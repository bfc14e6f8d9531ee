"""What other platforms' studios hand a creator, in any language of their interfaces.

YouTube Studio's table of videos (`Table data.csv` in its zip), and Meta Business Suite's export of
content from Instagram or Facebook. Their columns have long names that change with the language, so
they are known by stems (`headers.toml`) and by what they hold.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from virality.core.errors import UserError
from virality.core.text import plural
from virality.posts.headers import STEMS, meaning
from virality.posts.parse import counts, durations
from virality.posts.platforms import is_youtube_id, of_link
from virality.posts.readers.base import RawTable, taken
from virality.posts.repairs import Remark
from virality.posts.source import Source
from virality.posts.tables import Table
from virality.posts.text import is_blank, share_of, visible

_NUMBERS = frozenset(("views", "likes", "comments", "shares", "saves", "new_followers"))
_PARTS = (STEMS["likes"], STEMS["comments"], STEMS["shares"])


def columns_by_stem(
    table: Table, stems: Mapping[str, str], barred: Collection[int] = ()
) -> dict[str, int]:
    """Position of the first column whose name and content fit each field; each column once.

    Counts want numbers, a date wants digits, and a sum of several counts is none.

    Parameters
    ----------
    table : Table
    stems : dict of str to str
        Regular expression by field, in the order in which fields choose; one that starts with
        ``^`` must match the whole name.
    barred : collection of int
        Positions of columns that are something else.

    Returns
    -------
    dict of str to int
    """
    names = [visible(h).casefold() for h in table.header]
    sums = {i for i, h in enumerate(names) if sum(bool(re.search(s, h)) for s in _PARTS) > 1}
    found: dict[str, int] = {}
    for name, stem in stems.items():
        match = re.compile(stem).fullmatch if stem.startswith("^") else re.compile(stem).search
        closed = {*barred, *found.values(), *(sums if name in _NUMBERS else ())}
        for i, header in enumerate(names):
            if i not in closed and match(header) and _fits(name, table.columns[i]):
                found[name] = i
                break
    return found


def _fits(name: str, column: list[str]) -> bool:
    """Whether a column holds what its name says; one that is empty holds no number."""
    if name in _NUMBERS:
        filled = [c for c in column if not is_blank(c)]
        return sum(v is not None for v in counts(filled).data) > 0.5 * len(filled)
    return name != "date" or share_of(column, lambda cell: any(map(str.isdigit, cell))) > 0.5


# --- YouTube -------------------------------------------------------------------------------------

_HOURS = re.compile(rf"[(（].*({STEMS['hours']})\s*[)）]")
_YOUTUBE = {
    "views": f"^{STEMS['views']}",
    "date": STEMS["date"],
    "caption": STEMS["title"],
    "duration": STEMS["duration"],
    "likes": STEMS["likes"],
    "comments": STEMS["comments"],
    "shares": STEMS["shares"],
    "new_followers": f"^{STEMS['subscribers']}",
}
_LONGEST_SHORT = 180  # seconds


class YouTubeStudio:
    """One row a video under its id, and a row of totals; in chart data a row for each day too."""

    name = "YouTube Studio table"
    holds = ("post_id", *_YOUTUBE, "avg_watch")

    def sniff(self, source: Source) -> bool:
        """A column of YouTube's ids beside views and a title or a time of publication."""
        table, where = source.table, _youtube_columns(source.table)
        if not len(table) or "views" not in where:
            return False
        repeated = _are_repeated(table.columns[where["post_id"]])
        if repeated and any(meaning(h) == "captured_at" for h in table.header):
            return False  # readings of the same videos, which a general reader knows
        return repeated or bool({"date", "caption"} & set(where))

    def read(self, source: Source) -> RawTable:
        """The videos; daily numbers and the totals are left out and told."""
        table, where = source.table, _youtube_columns(source.table)
        ids = table.columns[where["post_id"]]
        kept = [i for i, cell in enumerate(ids) if is_youtube_id(cell)]
        raw = taken(source, self.name, where, kept, platform="youtube", clock="creator")
        for i in sorted(set(range(len(table))) - set(kept)):
            name = table.header[where["post_id"]]
            raw.remarks.append(Remark("a total", table.rows[i], name, ids[i][:60]))
        if _are_repeated(raw.cells["post_id"]):
            raw.role = "companion"
        else:
            raw.remarks += [*_looped(raw.cells), *_told(table, where)]
        return raw


def _are_repeated(ids: list[str]) -> bool:
    """Whether a video has several rows: a chart's days."""
    return len(set(ids)) < 0.9 * len(ids)


def _video_ids(table: Table) -> int | None:
    """The first column that holds YouTube's ids but for a total."""
    for i, column in enumerate(table.columns):
        if not any(map(is_youtube_id, column[:20])):
            continue
        filled = [c for c in column if not is_blank(c)]
        shaped = [c for c in filled if re.fullmatch(r"[\w-]{11}", c.strip(), re.ASCII)]
        if len(shaped) >= max(1, len(filled) - 1) and any(map(is_youtube_id, shaped)):
            return i
    return None


def _youtube_columns(table: Table) -> dict[str, int]:
    """Fields by the stems of their names, {} without ids; rates and averages are no counts."""
    if (ids := _video_ids(table)) is None:
        return {}
    names = [visible(h).casefold() for h in table.header]
    average = {i for i, h in enumerate(names) if re.search(STEMS["average"], h)}
    rates = {i for i, h in enumerate(names) if re.search(STEMS["rate"], h) or _HOURS.search(h)}
    if "penayangan" in names:  # Indonesian: those are the views, and `tayangan` impressions
        rates |= {i for i, h in enumerate(names) if h == "tayangan"}
    found = columns_by_stem(table, _YOUTUBE, {ids} | average | rates)
    if "views" not in found:
        single = {i for i, h in enumerate(table.header) if " " not in h.strip()}
        barred = {ids} | average | rates | single | set(found.values())
        found |= columns_by_stem(table, {"views": STEMS["views"]}, barred)
    clocks = (i for i in sorted(average - rates) if any(map(_is_clock, table.columns[i])))
    if (watched := next(clocks, None)) is not None:
        found["avg_watch"] = watched
    return {"post_id": ids} | found


def _is_clock(cell: str) -> bool:
    return bool(re.fullmatch(r"\d+:\d\d(:\d\d)?", cell.strip()))


def _looped(cells: dict[str, list[str]]) -> list[Remark]:
    """Shorts loop, so they may be watched longer than they are; such times are no retention."""
    if not {"avg_watch", "duration"} <= set(cells):
        return []
    pairs = zip(*(durations(cells[f]).data for f in ("avg_watch", "duration")), strict=True)
    longer = [
        i for i, (watched, length) in enumerate(pairs) if watched and length and watched > length
    ]
    for i in longer:
        cells["avg_watch"][i] = ""
    what = plural(len(longer), "video was", "videos were")
    why = f"{what} watched longer than they last (Shorts loop); that watch time is left out"
    return [Remark(why, column="avg_watch")] if longer else []


def _told(table: Table, where: dict[str, int]) -> list[Remark]:
    """Remarks about the whole table: which views, and how many videos are no Shorts."""
    remarks = []
    name = table.header[where["views"]]
    if not re.fullmatch(STEMS["views"], name.casefold()):
        why = "there is no column of all views; these are used in its place"
        remarks.append(Remark(why, column=name))
    lengths = durations(table.columns[where["duration"]]).data if "duration" in where else []
    if long := sum(1 for seconds in lengths if seconds and seconds > _LONGEST_SHORT):
        what = plural(long, "video is", "videos are")
        why = f"{what} longer than three minutes, so no Shorts; kept among the posts"
        remarks.append(Remark(why, column=table.header[where["duration"]]))
    if all(v is None for v in counts(table.columns[where["views"]]).data):
        remarks.append(Remark("no number can be read in it", column=name))
    return remarks


# --- Meta ----------------------------------------------------------------------------------------

_META = {
    "views": f"^{STEMS['views']}",
    "date": STEMS["date"],
    "type": STEMS["type"],
    "author": STEMS["account"],
    "duration": STEMS["duration"],
    "caption": STEMS["caption"],
    "title": STEMS["title"],
    "likes": rf"{STEMS['likes']}|rea(c|k)[a-zçãõ]*t?i|reacci|reaç|reaz",
    "comments": STEMS["comments"],
    "shares": STEMS["shares"],
    "saves": STEMS["saves"],
    "new_followers": f"^({STEMS['follows']})",
}
_ENOUGH = 500  # rows that tell what a column holds


class MetaSuite:
    """One row a post with its permalink; stories, links and texts are told and left out."""

    name = "Meta Business Suite export"
    holds = ("post_id", "url", "kind", *(name for name in _META if name not in ("type", "title")))

    def sniff(self, source: Source) -> bool:
        """Permalinks of Instagram or Facebook beside numeric ids, a type of post and views."""
        where = _meta_columns(source.table)
        return bool(len(source.table)) and {"views", "date", "type"} <= set(where)

    def read(self, source: Source) -> RawTable:
        """The posts under the names of the book.

        Raises
        ------
        UserError
            The export has a row for each day of a post.
        """
        table, where = source.table, _meta_columns(source.table)
        _refuse_days(table.columns[where["post_id"]], source.name)
        links = table.columns[where["url"]]
        types = [visible(c).casefold() for c in table.columns[where["type"]]]
        kept = [i for i, kind in enumerate(types) if not re.search(STEMS["no_post"], kind)]
        platform = of_link(next(c for c in links if of_link(c))) or "instagram"
        raw = taken(source, self.name, where, kept, platform=platform, clock="creator")
        kinds, titles = raw.cells.pop("type"), raw.cells.pop("title", [""] * len(kept))
        del raw.names["type"]
        if "caption" in raw.cells:  # Facebook writes some texts as titles
            pairs = zip(raw.cells["caption"], titles, strict=True)
            raw.cells["caption"] = [title if is_blank(text) else text for text, title in pairs]
        is_picture = re.compile(STEMS["picture"]).search
        raw.cells["kind"] = [
            "photo" if is_picture(visible(kind).casefold()) else "video" for kind in kinds
        ]
        if others := len(types) - len(kept):
            what = plural(others, "row is", "rows are")
            why = f"{what} left out: stories, links and texts are no videos or pictures"
            raw.remarks.append(Remark(why))
        return raw


def _meta_columns(table: Table) -> dict[str, int]:
    """Position by field, {} where there are no permalinks beside ids."""
    links, ids = _permalinks(table), _long_numbers(table)
    if links is None or ids is None:
        return {}
    return columns_by_stem(table, _META, {links, ids}) | {"post_id": ids, "url": links}


def _permalinks(table: Table) -> int | None:
    for i, column in enumerate(table.columns):
        some = column[:_ENOUGH]
        if sum(of_link(c) in ("instagram", "facebook") for c in some) > len(some) / 2:
            return i
    return None


def _long_numbers(table: Table) -> int | None:
    """The first column of long numbers of which (almost) each is another; accounts repeat."""
    for i, column in enumerate(table.columns):
        some = [c.strip() for c in column[:_ENOUGH]]
        numbers = [c for c in some if re.fullmatch(r"\d{10,22}(_\d{5,22})?", c)]
        several = len(set(numbers)) > 1 or len(table) == 1
        if len(numbers) > 0.8 * len(some) and several:
            return i
    return None


def _refuse_days(ids: list[str], name: str) -> None:
    filled = [c for c in ids if not is_blank(c)]
    if len(filled) > 3 and len(set(filled)) < 0.7 * len(filled):
        raise UserError(
            "This holds a row for each day of a post, not the posts' totals.",
            where=name,
            do="Export the content again with “Lifetime” instead of “Daily”.",
        )
