"""YouTube Studio's table of videos (`Table data.csv` in its zip), in any interface language."""

from __future__ import annotations

import re

from virality.core.text import plural
from virality.posts.headers import meaning
from virality.posts.parse import counts, durations, is_blank, visible
from virality.posts.platforms import is_youtube_id
from virality.posts.readers import words
from virality.posts.readers.base import RawTable, source_lines
from virality.posts.source import Source, Table

_RATE = r"%|％|rate|quote|taux|tasa|taxa|percent|porcent|pourcent|prozent"
_HOURS = re.compile(
    r"[(（].*(hours|stunden|heures|horas|ore|uren|timer|timmar|godziny|saat|jam|giờ|час|годин|ώρες"
    r"|ساعات|時間|小时|小時|시간)\s*[)）]"
)
_STEMS = {
    "views": f"^{words.VIEWS}",
    "date": words.PUBLISHED,
    "caption": words.TITLE,
    "duration": words.LENGTH,
    "likes": words.LIKES,
    "comments": words.COMMENTS,
    "shares": words.SHARES,
    "new_followers": f"^{words.SUBSCRIBERS}",
}


class YouTubeStudio:
    """One row a video under its id, and a row of totals; in chart data a row for each day too."""

    name = "YouTube Studio table"
    holds = ("post_id", *_STEMS, "avg_watch")

    def sniff(self, source: Source) -> bool:
        """A column of YouTube's ids beside views and a title or a time of publication."""
        table = source.table
        if table is None or not len(table) or (ids := _id_column(table)) is None:
            return False
        found = _columns(table, ids)
        repeated = _are_repeated(table.columns[ids])
        if repeated and any(meaning(h) == "captured_at" for h in table.header):
            return False  # readings of the same videos, which a general reader knows
        return "views" in found and (repeated or bool({"date", "caption"} & set(found)))

    def read(self, source: Source) -> RawTable:
        """The videos; daily numbers and the totals are left out and told."""
        table = source.table
        ids = _id_column(table)
        found = {"post_id": ids} | _columns(table, ids)
        kept = [i for i, cell in enumerate(table.columns[ids]) if is_youtube_id(cell)]
        cells = {f: [table.columns[c][i] for i in kept] for f, c in found.items()}
        lines = source_lines(source) + [
            (table.rows[i], table.header[ids], table.columns[ids][i][:60], "", "a total", "note")
            for i in sorted(set(range(len(table))) - set(kept))
        ]
        daily = _are_repeated(cells["post_id"])
        if not daily:
            lines += _looped(cells) + _told(table, found)
        return RawTable(
            source=source.name,
            format=self.name,
            cells=cells,
            names={f: table.header[c] for f, c in found.items()},
            rows=[table.rows[i] for i in kept],
            role="companion" if daily else "posts",
            platform="youtube",
            clock="creator",
            lines=lines,
            unused=[h for i, h in enumerate(table.header) if i not in found.values()],
        )


def _are_repeated(ids: list[str]) -> bool:
    """Whether a video has several rows: a chart's days."""
    return len(set(ids)) < 0.9 * len(ids)


def _id_column(table: Table) -> int | None:
    """The first column that holds YouTube's ids but for a total."""
    for i, column in enumerate(table.columns):
        if not any(map(is_youtube_id, column[:20])):
            continue
        filled = [c for c in column if not is_blank(c)]
        shaped = [c for c in filled if re.fullmatch(r"[\w-]{11}", c.strip(), re.ASCII)]
        if len(shaped) >= max(1, len(filled) - 1) and any(map(is_youtube_id, shaped)):
            return i
    return None


def _columns(table: Table, ids: int) -> dict[str, int]:
    """Fields by the stems of their names; rates and averages are no counts."""
    names = [visible(h).casefold() for h in table.header]
    average = {i for i, h in enumerate(names) if re.search(words.AVERAGE, h)}
    rates = {i for i, h in enumerate(names) if re.search(_RATE, h) or _HOURS.search(h)}
    if "penayangan" in names:  # Indonesian: those are the views, and `tayangan` impressions
        rates |= {i for i, h in enumerate(names) if h == "tayangan"}
    found = words.columns_by_stem(table, _STEMS, {ids} | average | rates)
    if "views" not in found:
        single = {i for i, h in enumerate(table.header) if " " not in h.strip()}
        barred = {ids} | average | rates | single | set(found.values())
        found |= words.columns_by_stem(table, {"views": words.VIEWS}, barred)
    clocks = [i for i in sorted(average - rates) if _is_time(table.columns[i])]
    if clocks:
        found["avg_watch"] = clocks[0]
    return found


def _is_time(column: list[str]) -> bool:
    return any(re.fullmatch(r"\d+:\d\d(:\d\d)?", cell.strip()) for cell in column)


def _looped(cells: dict[str, list[str]]) -> list[tuple]:
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
    return [(None, "avg_watch", "", "", why, "note")] if longer else []


def _told(table: Table, found: dict[str, int]) -> list[tuple]:
    """Remarks about the whole table: which views, and how many videos are no Shorts."""
    lines = []
    name = table.header[found["views"]]
    if not re.fullmatch(words.VIEWS, name.casefold()):
        why = "there is no column of all views; these are used in its place"
        lines.append((None, name, "", "", why, "note"))
    lengths = durations(table.columns[found["duration"]]).data if "duration" in found else []
    long = sum(1 for seconds in lengths if seconds and seconds > 180)
    if long:
        what = plural(long, "video is", "videos are")
        why = f"{what} longer than three minutes, so no Shorts; kept among the posts"
        lines.append((None, table.header[found["duration"]], "", "", why, "note"))
    views = [v for v in counts(table.columns[found["views"]]).data if v is not None]
    if not views:
        lines.append((None, name, "", "", "no number can be read in it", "note"))
    return lines
