"""Meta Business Suite's export of content: Instagram or Facebook, in any interface language."""

from __future__ import annotations

import re

from virality.core.errors import UserError
from virality.core.text import plural
from virality.posts.parse import is_blank, visible
from virality.posts.platforms import of_link
from virality.posts.readers import words
from virality.posts.readers.base import RawTable, source_lines
from virality.posts.source import Source, Table

_STEMS = {
    "views": f"^{words.VIEWS}",
    "date": words.PUBLISHED,
    "type": words.TYPE,
    "author": words.ACCOUNT,
    "duration": words.LENGTH,
    "caption": words.CAPTION,
    "title": words.TITLE,
    "likes": rf"{words.LIKES}|rea(c|k)[a-zçãõ]*t?i|reacci|reaç|reaz",
    "comments": words.COMMENTS,
    "shares": words.SHARES,
    "saves": words.SAVES,
    "new_followers": f"^({words.FOLLOWS})",
}
_ENOUGH = 500  # rows that tell what a column holds
_NO_POST = (
    r"story|stories|historia|história|storie|verhaal|hikaye|cerita|relacja|сторис|ストーリー"
    r"|^(links?|texts?|status|texte|liens?|testo|texto|enlaces?|tekst|link|event)$"
)
_PICTURE = (
    r"image|bild|foto|photo|immagin|imagen|imagem|obraz|gambar|görsel|afbeelding|k?c?arr?[ou]u?ss?el"
    r"|karr?uss?el|album|álbum|写真|画像|カルーセル|图片|圖片|사진"
)


class MetaSuite:
    """One row a post with its permalink; stories, links and texts are told and left out."""

    name = "Meta Business Suite export"
    holds = ("post_id", "url", "kind", *(name for name in _STEMS if name not in ("type", "title")))

    def sniff(self, source: Source) -> bool:
        """Permalinks of Instagram or Facebook beside numeric ids, a type of post and views."""
        table = source.table
        if table is None or not len(table):
            return False
        links, ids = _link_column(table), _id_column(table)
        if links is None or ids is None:
            return False
        found = words.columns_by_stem(table, _STEMS, {links, ids})
        return {"views", "date", "type"} <= set(found)

    def read(self, source: Source) -> RawTable:
        """The posts under the names of the book.

        Raises
        ------
        UserError
            The export has a row for each day of a post.
        """
        table = source.table
        links, ids = _link_column(table), _id_column(table)
        found = words.columns_by_stem(table, _STEMS, {links, ids})
        _refuse_days(table, ids, source.name)
        unused = [h for i, h in enumerate(table.header) if i not in {links, ids, *found.values()}]
        types = [visible(c).casefold() for c in table.columns[found.pop("type")]]
        kept = [i for i, kind in enumerate(types) if not re.search(_NO_POST, kind)]
        found |= {"post_id": ids, "url": links}
        cells = {f: [table.columns[c][i] for i in kept] for f, c in found.items()}
        titles = cells.pop("title", None) or [""] * len(kept)
        if "caption" in cells:  # Facebook writes some texts as titles
            pairs = zip(cells["caption"], titles, strict=True)
            cells["caption"] = [title if is_blank(text) else text for text, title in pairs]
        cells["kind"] = ["photo" if re.search(_PICTURE, types[i]) else "video" for i in kept]
        lines, others = source_lines(source), len(types) - len(kept)
        if others:
            what = plural(others, "row is", "rows are")
            why = f"{what} left out: stories, links and texts are no videos or pictures"
            lines.append((None, "", "", "", why, "note"))
        return RawTable(
            source=source.name,
            format=self.name,
            cells=cells,
            names={f: table.header[c] for f, c in found.items()},
            rows=[table.rows[i] for i in kept],
            platform=of_link(next(c for c in table.columns[links] if of_link(c))) or "instagram",
            clock="creator",
            lines=lines,
            unused=unused,
        )


def _link_column(table: Table) -> int | None:
    for i, column in enumerate(table.columns):
        some = column[:_ENOUGH]
        if sum(of_link(c) in ("instagram", "facebook") for c in some) > len(some) / 2:
            return i
    return None


def _id_column(table: Table) -> int | None:
    """The first column of long numbers of which (almost) each is another; accounts repeat."""
    for i, column in enumerate(table.columns):
        some = [c.strip() for c in column[:_ENOUGH]]
        numbers = [c for c in some if re.fullmatch(r"\d{10,22}(_\d{5,22})?", c)]
        several = len(set(numbers)) > 1 or len(table) == 1
        if len(numbers) > 0.8 * len(some) and several:
            return i
    return None


def _refuse_days(table: Table, ids: int, name: str) -> None:
    filled = [c for c in table.columns[ids] if not is_blank(c)]
    if len(filled) > 3 and len(set(filled)) < 0.7 * len(filled):
        raise UserError(
            "This holds a row for each day of a post, not the posts' totals.",
            where=name,
            do="Export the content again with “Lifetime” instead of “Daily”.",
        )
