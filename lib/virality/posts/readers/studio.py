"""TikTok Studio's `Content.csv`, in any interface language."""

from __future__ import annotations

import re

from virality.core.errors import UserError
from virality.posts.columns import position
from virality.posts.headers import meaning
from virality.posts.ids import find_id
from virality.posts.parse import counts
from virality.posts.readers.base import RawTable, source_lines
from virality.posts.source import Source, Table

LAYOUT = ("captured_at", "caption", "url", "date", "likes", "comments", "shares", "views")

# Word stems in the interface languages known. A header that holds one names the column; where the
# language is not among them, the order of the columns decides, checked by their content.
_STEMS = {
    "views": r"view|visuali|vista|reprodu|aufruf|vues|izlen|görüntül|tayang|ditonton|просмотр"
    r"|перегляд|προβολ|مشاهد|조회|浏览|瀏覽|观看|觀看|播放|再生|視聴|lượt xem",
    "likes": r"like|me gusta|curtid|gostei|gefällt|j.aime|mi piace|beğen|suka|лайк|нравит|вподоб"
    r"|αρέσει|إعجاب|좋아요|点赞|點讚|赞|いいね|thích",
    "comments": r"comment|coment|kommentar|yorum|komentar|коммент|комент|σχόλι|تعليق|댓글|评论"
    r"|評論|留言|コメント|bình luận",
    "shares": r"share|compart|partag|condivi|geteilt|teil|paylaş|dibagi|bagikan|делил|репост"
    r"|пошир|поділ|κοινοπο|مشارك|공유|分享|シェア|共有|chia sẻ",
}


class StudioContent:
    """One row a post: link, caption, a date without a year, four counts; no length, no hour."""

    name = "TikTok Studio Content.csv"
    holds = LAYOUT

    def sniff(self, source: Source) -> bool:
        """A table of eight columns of which the third holds links and the last four counts."""
        table = source.table
        if table is None or len(table.header) != len(LAYOUT) or not len(table):
            return False
        links = sum(_is_link(c) for c in table.columns[2])
        return links > len(table) / 2 and all(_are_counts(table.columns[i]) for i in range(4, 8))

    def read(self, source: Source) -> RawTable:
        """The columns by name where the language is known, else by their order."""
        table = source.table
        said = {f: position(table, h) for f, h in source.chosen.items() if h}
        said = {f: i for f, i in said.items() if i is not None}
        order, remark = _count_columns(table, source.name, said)
        where = dict(zip(LAYOUT[:4], range(4), strict=True)) | order | said
        where = {f: i for f, i in where.items() if source.chosen.get(f) != ""}
        lines = source_lines(source)
        if remark:
            lines.append((None, "", " | ".join(table.header[4:])[:120], "", remark, "note"))
        return RawTable(
            source=source.name,
            format=self.name,
            cells={f: table.columns[i] for f, i in where.items()},
            names={f: table.header[i] for f, i in where.items()},
            rows=table.rows,
            clock="creator",
            lines=lines,
            unused=[h for i, h in enumerate(table.header) if i not in where.values()],
        )


def _is_link(cell: str) -> bool:
    return "/" in cell and find_id(cell) is not None


def _are_counts(column: list[str]) -> bool:
    read = counts(column)
    return sum(i in read.problems for i in range(len(column))) <= 0.2 * len(column)


def _count_columns(table: Table, name: str, said: dict[str, int]) -> tuple[dict[str, int], str]:
    """Which of the last four columns is which, and a remark if their order had to tell."""
    named = {f: i for f, i in said.items() if f in LAYOUT[4:]}
    for i in (i for i in range(4, 8) if i not in named.values()):
        known = meaning(table.header[i])
        hits = [f for f, s in _STEMS.items() if re.search(s, table.header[i].casefold())]
        hits = [known] if known in _STEMS else hits
        if len(hits) == 1:
            named.setdefault(hits[0], i)
    if len(named) == 4:
        return named, ""
    by_order = dict(zip(LAYOUT[4:], range(4, 8), strict=True))
    views = counts(table.columns[7]).data
    rest = [counts(table.columns[i]).data for i in range(4, 7)]
    largest = [
        all(r[k] is None or r[k] <= v for r in rest) for k, v in enumerate(views) if v is not None
    ]
    fits = largest and sum(largest) >= 0.95 * len(largest)
    if not fits or any(by_order[f] != i for f, i in named.items()):
        raise UserError(
            "The columns' language is not known, and their order does not tell which holds views.",
            where=name,
            do="Say which: --columns 'views=...,likes=...,comments=...,shares=...', or set the "
            "interface to English and export again.",
        )
    return by_order, "the headers' language is not known; the columns are taken in Studio's order"
