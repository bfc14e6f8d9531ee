"""Which column of a table is what: by the user's word, by name in any language, by content.

No column is chosen in silence. Where two could be the same thing, the fuller one is used if they
agree, and the table is refused if they do not. Whatever is not used is named.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from virality.core.errors import UserError
from virality.posts import parse
from virality.posts.dates import Dates, read_clock, read_dates, take_apart
from virality.posts.headers import folded, meaning
from virality.posts.ids import damage, find_handle, find_id, is_link, is_platform_id, upload_times
from virality.posts.parse import is_blank, visible
from virality.posts.source import Table

COUNTED = ("views", "likes", "comments", "shares", "saves", "new_followers", "followers")
_LENGTHS = ("duration", "avg_watch", "play_time")
_SHARES = ("retention", "watched_full")
_FLAGS = ("is_paid", "is_pinned", "private", "hour_known")
_LOOSE = ("url", "kind", "media_file")  # a wrong choice among these changes no number
# What stands in where the better is missing.
_STAND_INS = {"caption": ("title",), "author": ("author_name", "author_id")}
NAMES = {
    "post_id": "video id",
    "url": "link",
    "date": "time of posting",
    "time": "time of day",
    "duration": "length",
    "avg_watch": "average watch time",
    "watched_full": "share that watched to the end",
    "new_followers": "new followers",
    "captured_at": "time of reading",
}
# Large integers that are not views.
_NOT_VIEWS = re.compile(
    r"follow|fans?\b|abonn|subscri|segui|takip|подпис|impress|reach|reichweite|alcance|portee"
    r"|copertura|impres|price|cost|revenue|usd|eur|viewers|profile|budget|rank|duration|second"
    r"|intera[ckz]|engag|minut|hours?\b|stund|watch|emv\b|score|unique|zuschauer|spectat|espectad"
    r"|spettator|kijkers|widz|value|wert|earn|cents?\b|accounts?\b"
)
MANY = 0.8  # share of the cells that makes a column one of links, ids, dates ...
NEARLY_ALL = 0.95
FEW = 0.2
LEAST_READ = 3  # cells from which a column can be said to hold nothing of its kind, or one thing
LEAST_ROWS = 8  # rows from which content alone can show which column holds views


@dataclass
class Assigned:
    """Columns under agreed names.

    Attributes
    ----------
    cells : dict of str to list of str
        Text by field.
    names : dict of str to str
        What the file calls it.
    lines : list of tuple
        (row, column, found, used, why, severity) for the repair log.
    unused : list of str
        Columns that are not used, some with the reason in brackets.
    """

    cells: dict[str, list[str]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    lines: list[tuple] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)


def assign(
    table: Table,
    own: Mapping[str, Sequence[str]],
    where: str,
    chosen: Mapping[str, str] | None = None,
    silent: Sequence[str] = (),
) -> Assigned:
    """Give every column of a table its meaning.

    Parameters
    ----------
    table : Table
    own : dict of str to list of str
        Names that the format itself has, by field, the preferred first; any name that
        `headers.LEXICON` knows is tried after these.
    where : str
        Name of the file, for errors.
    chosen : dict of str to str, optional
        What the user said: column by field; "" for a field that shall not be read.
    silent : sequence of str
        Headers that need no word although they are not used.

    Returns
    -------
    Assigned

    Raises
    ------
    UserError
        Two columns could be the same thing, are both full, and differ.
    """
    return _Assignment(table, own, where, chosen or {}).run(silent)


def position(table: Table, header: str) -> int | None:
    """Where a column stands that the user names, see `same_name`; the most exact one first."""
    for strict in (True, False):
        for i, name in enumerate(table.header):
            if (name == visible(header)) if strict else same_name(name, header):
                return i
    return None


def same_name(name: str, said: str) -> bool:
    """Whether a column is the one that was said: up to case, punctuation, and where it lies.

    A path in JSON may begin at the document or at the post: `data.stats.plays` or `stats.plays`.
    """
    a, b = folded(name), folded(said)
    if a == b or "." not in said:
        return a == b != ""
    return bool(a) and (f" {a}".endswith(f" {b}") or f" {b}".endswith(f" {a}"))


class _Assignment:
    """The work of `assign`, step by step."""

    def __init__(self, table, own, where, chosen):
        self.table, self.where, self.chosen = table, where, chosen
        self.own = {folded(name): f for f, names in own.items() for name in names}
        self.rank = {folded(n): k for names in own.values() for k, n in enumerate(names)}
        self.out = Assigned()
        self.used: set[int] = set()
        self.why: dict[int, str] = {}

    def run(self, silent) -> Assigned:
        groups = self._groups()
        self._take("url", groups.get("url", []))
        self._by_content("url", is_link)
        self._take("post_id", self._of_one_post(groups))
        if "url" not in self.out.cells:
            self._by_content("post_id", is_platform_id)
        for name, columns in groups.items():
            if name not in ("post_id", "url"):
                self._take(name, columns)
        self._by_content("author", lambda c: bool(re.fullmatch(r"@[\w.\-]{2,64}", c.strip())))
        self._dates_by_content()
        self._views_by_content()
        self._name_the_rest({folded(s) for s in silent})
        return self.out

    # --- by word and by name ------------------------------------------------------------------

    def _groups(self) -> dict[str, list[int]]:
        """Candidates of each field, the preferred first."""
        said = {}
        for name, header in self.chosen.items():
            i = position(self.table, header) if header else None
            self._refuse_twins(name, i)
            if i is not None:
                said[name] = i
        groups: dict[str, list[int]] = {name: [i] for name, i in said.items()}
        for i, header in enumerate(self.table.header):
            name = self.own.get(folded(header)) or meaning(header)
            if name == "when":
                name = self._clock_or_date(i)
            if name and i not in said.values() and self._is_open(name, said):
                groups.setdefault(name, []).append(i)
        self._readings_apart(groups)
        for columns in groups.values():
            columns.sort(key=lambda i: self.rank.get(folded(self.table.header[i]), 99))
        return self._with_stand_ins(groups)

    def _refuse_twins(self, name: str, said: int | None) -> None:
        """Raise UserError where the column that was said shares its name with a different one."""
        for i, header in enumerate(self.table.header if said is not None else ()):
            twin = i != said and header == self.table.header[said]
            if twin and self.table.columns[i] != self.table.columns[said]:
                raise self._refusal(name, said, i)

    def _readings_apart(self, groups: dict[str, list[int]]) -> None:
        """Move dates that are times of reading to those (in place).

        A date that is the same in every row beside another that is not, or that changes while the
        video id stays, tells when the numbers were read.
        """
        dates = groups.get("date", [])
        if not dates or "date" in self.chosen or "captured_at" in self.chosen:
            return
        ids = self._ids_told(groups)
        read = [i for i in dates if ids and _changes_within(ids, self.table.columns[i])]
        if len(dates) > 1:
            read += [i for i in dates if i not in read and self._is_one_day(i)]
        if read and (ids or len(read) < len(dates)):
            groups["date"] = [i for i in dates if i not in read]
            groups.setdefault("captured_at", []).extend(read)
            why = "changes from reading to reading, or never: taken for the time of reading"
            self.out.lines += [(None, self.table.header[i], "", "", why, "note") for i in read]

    def _ids_told(self, groups: dict[str, list[int]]) -> list[str | None]:
        """Video ids by row, from whichever column holds the platform's; [] where none does."""
        for i in (*groups.get("post_id", []), *groups.get("url", [])):
            if _share(self.table.columns[i], is_platform_id) > 0.5:
                return [find_id(c) for c in self.table.columns[i]]
        return []

    def _is_one_day(self, i: int) -> bool:
        filled = {c for c in self.table.columns[i] if not is_blank(c)}
        return len(filled) == 1 and self._filled(i) >= LEAST_READ

    def _is_open(self, name: str, said: dict[str, int]) -> bool:
        """Whether the user left it to the reader what `name` is."""
        whole = next((f for f, others in _STAND_INS.items() if name in others), name)
        return whole not in said and self.chosen.get(whole) != ""

    def _clock_or_date(self, i: int) -> str:
        """Whether a column called "time" holds times of day or whole dates; "" for neither."""
        filled = [c for c in self.table.columns[i] if not is_blank(c)][:200]
        if not filled:
            return ""
        clocks = sum(read_clock(c) is not None for c in filled)
        hours = sum(c.strip().isdigit() and int(c) < 24 for c in filled)
        if hours == len(filled):
            self.table.columns[i] = [f"{c.strip()}:00" if c.strip() else c
                                     for c in self.table.columns[i]]  # fmt: skip
            return "time"
        return "time" if clocks >= MANY * len(filled) else "date"

    def _with_stand_ins(self, groups: dict[str, list[int]]) -> dict[str, list[int]]:
        for whole, others in _STAND_INS.items():
            for other in others:
                columns = groups.pop(other, [])
                if any(self._filled(i) for i in groups.get(whole, [])):
                    name = self.table.header[groups[whole][0]]
                    self.why |= dict.fromkeys(columns, f"{name} is used")
                elif columns:
                    groups[whole] = columns
        return groups

    def _filled(self, i: int) -> int:
        return sum(not is_blank(c) for c in self.table.columns[i])

    # --- several candidates -------------------------------------------------------------------

    def _take(self, name: str, columns: list[int]) -> None:
        """Use one of the candidates for a field, or refuse."""
        if not columns or name in self.out.cells:
            return
        if name in COUNTED:
            for i in columns:
                self.table.columns[i] = _without_unit(name, self.table.columns[i])
        columns = [i for i in columns if self._is_of_its_kind(name, i)]
        if name == "post_id":
            columns = self._real_ids(columns)
        if len(columns) > 1:
            columns = self._told_apart(name, columns)
        if columns:
            best, *others = columns
            cells = list(self.table.columns[best])
            if others:
                cells = self._filled_up(name, best, others, cells)
            self._use(name, best, cells)

    def _is_of_its_kind(self, name: str, i: int) -> bool:
        """Whether a column holds what its name says: "Kommentar" may be a remark, not a count."""
        kinds = ((COUNTED[1:], "counts"), (_LENGTHS, "lengths"), (_FLAGS, "marks"))
        what = next((w for names, w in kinds if name in names), "")
        if not what or name in self.chosen or self._filled(i) < LEAST_READ:
            return True
        cells = self.table.columns[i]
        read = parse.flags(cells) if name in _FLAGS else parse.Column(self._values(name, i))
        if sum(v is not None for v in read.data) > FEW * self._filled(i):
            return True
        if name in _LENGTHS and any(c.strip().strip("0.:") == "" for c in cells if c.strip()):
            return True  # zero is how photos are written
        self.why[i] = f"holds no {what}"
        return False

    def _use(self, name: str, i: int, cells: list[str]) -> None:
        self.out.cells[name], self.out.names[name] = cells, self.table.header[i]
        self.used.add(i)

    def _told_apart(self, name: str, columns: list[int]) -> list[int]:
        """The candidate to use first, then those that may fill its gaps."""
        if name in ("date", "captured_at"):
            return self._finest(name, columns)
        values = {i: self._values(name, i) for i in columns}
        full = [i for i in columns if any(v not in (None, 0) for v in values[i])]
        if name in COUNTED and full:
            for i in set(columns) - set(full):
                if any(v == 0 for v in values[i]):
                    self.why[i] = f"0 in every row; {self.table.header[full[0]]} is used"
        columns = full or columns[:1]
        number = {i: sum(v not in (None, 0) for v in values[i]) for i in columns}
        if name in _FLAGS or name == "kind":
            return columns
        if name == "caption":  # one may be the other, cut
            number = {i: sum(map(len, self.table.columns[i])) for i in columns}
        if name == "url":
            number = {i: sum(map(is_link, self.table.columns[i])) for i in columns}
        columns = sorted(columns, key=lambda i: -number[i])
        best = columns[0]
        for other in columns[1:]:
            if name in COUNTED and _is_rounded(values[best], values[other]):
                best = other
        for other in (i for i in columns if i != best):
            if name in _LOOSE or self._agree(name, values[best], values[other]):
                continue
            raise self._refusal(name, best, other)
        return [best, *(i for i in columns if i != best)] if name not in _LOOSE else [best]

    def _values(self, name: str, i: int) -> list:
        cells = self.table.columns[i]
        if name in COUNTED:
            return parse.counts(cells).data
        if name in _LENGTHS:
            return parse.durations(cells).data
        if name in _SHARES:
            return parse.shares(cells).data
        return [None if is_blank(c) else _as_key(name, c) for c in cells]

    def _agree(self, name: str, a: list, b: list) -> bool:
        pairs = [(x, y) for x, y in zip(a, b, strict=True) if x is not None and y is not None]
        if name in COUNTED:
            pairs = [(x, y) for x, y in pairs if x and y]
            return all(x == y for x, y in pairs) or _is_rounded(b, a)
        if name in _LENGTHS:
            return all(abs(x - y) <= 1 for x, y in pairs)  # 14.7 s and 15 s
        if name == "caption":
            return all(x.startswith(y.rstrip(".… ")) or y.startswith(x) for x, y in pairs)
        if name == "author":  # the same people under two spellings
            return len(set(pairs)) == len({x for x, _ in pairs}) == len({y for _, y in pairs})
        return all(x == y for x, y in pairs)

    def _filled_up(self, name: str, best: int, others: list[int], cells: list[str]) -> list[str]:
        """The cells of the best candidate, its gaps filled from the others."""
        header = self.table.header
        for other in others:
            new = self.table.columns[other]
            if name in _FLAGS:
                cells = _either(cells, new)
                self.used.add(other)
                continue
            gaps = [k for k, c in enumerate(cells)
                    if _is_gap(name, c) and not _is_gap(name, new[k])]  # fmt: skip
            for k in gaps:
                cells[k] = new[k]
            if gaps:
                self.used.add(other)
                why = f"{len(gaps):,} gaps are filled from {header[other]!r}"
                self.out.lines.append((None, header[best], "", "", why, "note"))
            else:
                self.why.setdefault(other, f"{header[best]} is used")
        return cells

    def _of_one_post(self, groups: dict[str, list[int]]) -> list[int]:
        """Candidates for the id of a post, without those that several posts share."""
        texts = [self.table.columns[i] for i in groups.get("caption", [])[:1]]
        texts += (
            [[find_id(c) or c for c in self.out.cells["url"]]] if "url" in self.out.cells else []
        )
        kept = []
        for i in groups.get("post_id", []):
            cells = self.table.columns[i]
            keys = [None if is_blank(c) else c for c in cells]
            platform = _share(cells, is_platform_id) > 0.5
            whole = not platform and not damage(cells)  # rounded ids are another matter
            if whole and any(_changes_within(keys, t) for t in texts):
                self.why[i] = "shared by several posts"
            else:
                kept.append(i)
        return kept

    def _real_ids(self, columns: list[int]) -> list[int]:
        """Candidates that hold ids rather than row numbers; those of the platform where there are.

        The format's own column of ids is trusted as it stands.
        """
        share = {i: _share(self.table.columns[i], is_platform_id) for i in columns}
        if len(columns) > 1 and any(s > 0.5 for s in share.values()):
            for i in (i for i in columns if share[i] <= 0.5):
                self.why[i] = "holds no video ids"
            return [i for i in columns if share[i] > 0.5]
        kept = []
        for i in columns:
            if folded(self.table.header[i]) != "post id" and _are_row_numbers(
                self.table.columns[i]
            ):
                self.why[i] = "row numbers, not ids"
            else:
                kept.append(i)
        specific = [i for i in kept if folded(self.table.header[i]) != "id"]
        return (specific or kept)[:1] if len(kept) > 1 else kept

    # --- dates --------------------------------------------------------------------------------

    def _finest(self, name: str, columns: list[int]) -> list[int]:
        """Columns of dates, the one with a time of day first; refused when they disagree."""
        read = {i: self._dates(i) for i in columns}
        usable = {i: 0 if d is None else int((~np.isnat(d.stamps)).sum()) for i, d in read.items()}
        columns = [i for i in columns if usable[i]] or columns[:1]

        def fineness(i: int) -> tuple:
            dates = read[i]
            there = ~np.isnat(dates.stamps)
            timed = bool(dates.timed[there].mean() > 0.5)
            return timed, bool(dates.zoned[there].mean() > 0.5), usable[i]

        if len(columns) > 1:
            columns = sorted(columns, key=fineness, reverse=True)
            for other in columns[1:]:
                if not _same_days(read[columns[0]], read[other]):
                    raise self._refusal(name, columns[0], other)
        return columns

    def _dates(self, i: int) -> Dates | None:
        try:
            return read_dates(self.table.columns[i], None, self._id_times())
        except UserError:
            return None

    def _id_times(self) -> np.ndarray:
        links, own = self.out.cells.get("url"), self.out.cells.get("post_id")
        found = [None] * len(self.table)
        for cells in (links, own):
            if cells:
                found = [f or find_id(c) for f, c in zip(found, cells, strict=True)]
        return upload_times(found)

    # --- by content ---------------------------------------------------------------------------

    def _open_columns(self, name: str) -> list[int]:
        if name in self.out.cells or self.chosen.get(name) == "":
            return []
        taken = self.used | set(self.why)
        nameless = [
            i
            for i, h in enumerate(self.table.header)
            if i not in taken and not self.own.get(folded(h)) and not meaning(h)
        ]
        return [i for i in nameless if self._filled(i) >= 0.5 * len(self.table)]

    def _by_content(self, name: str, test) -> None:
        """A column under an unknown name whose cells are all of one kind."""
        hits = [i for i in self._open_columns(name) if _share(self.table.columns[i], test) >= MANY]
        if not hits:
            return
        keys = [[find_id(c) or c for c in self.table.columns[i]] for i in hits]
        if any(k != keys[0] for k in keys[1:]):
            raise self._refusal(name, hits[0], hits[1])
        self._use_by_content(name, hits[0])

    def _use_by_content(self, name: str, i: int) -> None:
        self._use(name, i, list(self.table.columns[i]))
        what = _called(name)
        option = f"--columns {TIDY_NAMES.get(name, name)}=..."
        why = f"taken for the {what} by its content; {option} says otherwise"
        self.out.lines.append((None, self.table.header[i], "", "", why, "note"))

    def _dates_by_content(self) -> None:
        hits = [i for i in self._open_columns("date") if self._look_like_dates(i)]
        if len(hits) == 1:
            self._use_by_content("date", hits[0])

    def _look_like_dates(self, i: int) -> bool:
        cells = [c for c in self.table.columns[i] if not is_blank(c)][:200]
        moments = [take_apart(c) for c in cells]
        if any(m.problem or not (m.pair or m.month or m.words) for m in moments):
            return False
        if not all(any(ch.isdigit() for ch in c) and len(c) <= 40 for c in cells):
            return False
        try:
            stamps = read_dates(cells).stamps
        except UserError:
            return True  # dates, though nobody can tell which; the reader of dates will say so
        return bool((~np.isnat(stamps)).mean() >= NEARLY_ALL)

    def _views_by_content(self) -> None:
        """A column of integers that are never below the likes, and rise with them."""
        if "likes" not in self.out.cells or len(self.table) < LEAST_ROWS:
            return
        likes = _floats(parse.counts(self.out.cells["likes"]).data)
        hits = [
            i
            for i in self._open_columns("views")
            if not _NOT_VIEWS.search(folded(self.table.header[i]))
            and _looks_like_views(_floats(parse.counts(self.table.columns[i]).data), likes)
        ]
        if len(hits) == 1:
            self._use_by_content("views", hits[0])

    # --- words --------------------------------------------------------------------------------

    def _refusal(self, name: str, a: int, b: int) -> UserError:
        first, second = self.table.header[a], self.table.header[b]
        if first == second:
            return UserError(
                f"Two columns are called {first[:60]!r} and differ.",
                where=self.where,
                do="Rename or remove one of them.",
            )
        field_name = TIDY_NAMES.get(name, name)
        ways = " or ".join(f"--columns '{field_name}={h[:60]}'" for h in (first, second))
        return UserError(
            f"Two columns could be the {_called(name)} and differ: {first[:60]!r} and "
            f"{second[:60]!r}.",
            where=self.where,
            do=f"Say which it is: {ways} (make: COLUMNS=...).",
        )

    def _name_the_rest(self, silent: set[str]) -> None:
        for i, header in enumerate(self.table.header):
            if i in self.used or folded(header) in silent:
                continue
            if not header and not self._filled(i):
                continue
            why = f" ({self.why[i]})" if i in self.why else ""
            self.out.unused.append(f"{header[:60] or f'column {i + 1} without a name'}{why}")


TIDY_NAMES = {"date": "posted_at", "duration": "duration_s", "avg_watch": "avg_watch_s"}


def _called(name: str) -> str:
    """A field as a sentence calls it."""
    return NAMES.get(name, name)


def _as_key(name: str, cell: str) -> str:
    text = visible(cell)
    if name == "author":
        return (find_handle(text) or text).lstrip("@").casefold()
    return (find_id(text) or text) if name in ("url", "post_id") else text


def _without_unit(name: str, cells: list[str]) -> list[str]:
    """Cells such as "1.2K views" without the word, where nearly all of a column end in it."""
    words = [re.fullmatch(r"(.*\d\S*)\s+([^\W\d_]{3,})", c.strip()) for c in cells]
    named = {w[2] for w in words if w}
    if not named or sum(w is not None for w in words) < MANY * len(cells):
        return cells
    if not all(meaning(word) == name for word in named):
        return cells
    return [w[1] if w else c for w, c in zip(words, cells, strict=True)]


def _is_gap(name: str, cell: str) -> bool:
    return is_blank(cell) or (name in COUNTED and cell.strip().strip("0.,") == "")


def _changes_within(keys: list[str | None], cells: list[str]) -> bool:
    """Whether cells differ in most of the groups of rows that share a key."""
    groups: dict[str, list[str]] = {}
    for key, cell in zip(keys, cells, strict=True):
        if key is not None:
            groups.setdefault(key, []).append(cell)
    repeated = [set(g) for g in groups.values() if len(g) > 1]
    return bool(repeated) and sum(len(g) > 1 for g in repeated) > len(repeated) / 2


def _either(a: list[str], b: list[str]) -> list[str]:
    """Two columns of marks: either mark is enough."""
    first, second = parse.flags(a).data, parse.flags(b).data
    return [y if (is_blank(x) or (q and not p)) else x
            for x, y, p, q in zip(a, b, first, second, strict=True)]  # fmt: skip


def _share(cells: list[str], test) -> float:
    filled = [c for c in cells if not is_blank(c)]
    return sum(map(test, filled)) / len(filled) if filled else 0.0


def _are_row_numbers(cells: list[str]) -> bool:
    if not cells or not all(c.strip().isdigit() and len(c.strip()) < 8 for c in cells):
        return False
    numbers = [int(c) for c in cells]
    return min(numbers) in (0, 1) and sorted(numbers) == list(
        range(min(numbers), min(numbers) + len(numbers))
    )


def _is_rounded(short: list, long: list) -> bool:
    """Whether one column of counts is the other, rounded for showing (1.2M for 1,234,567)."""
    pairs = [(s, n) for s, n in zip(short, long, strict=True) if s and n and s != n]
    if not pairs:
        return False
    return all(_rounding(s) >= 100 and abs(s - n) < _rounding(s) <= 0.2 * s for s, n in pairs)


def _rounding(number: int) -> int:
    """The step to which a number may have been rounded; "1.0K" and "20K" have two digits."""
    digits = str(int(number))
    step = 10 ** (len(digits) - len(digits.rstrip("0")))
    return min(step, max(100, 10 ** (len(digits) - 2)))


def _same_days(a: Dates, b: Dates) -> bool:
    """Whether two columns of dates can tell the same story: up to a zone, or up to the day."""
    both = ~np.isnat(a.stamps) & ~np.isnat(b.stamps)
    timed = both & a.timed & b.timed
    hours = np.abs(a.stamps - b.stamps) / np.timedelta64(1, "h")
    days = np.abs(a.stamps.astype("datetime64[D]") - b.stamps.astype("datetime64[D]"))
    close = np.where(timed, hours <= 15, days <= np.timedelta64(1, "D"))
    return bool(close[both].all()) if both.any() else True


def _floats(values: list) -> np.ndarray:
    return np.array([np.nan if v is None else v for v in values], dtype=float)


def _looks_like_views(values: np.ndarray, likes: np.ndarray) -> bool:
    both = ~np.isnan(values) & ~np.isnan(likes)
    if both.sum() < max(LEAST_ROWS, MANY * len(values)) or np.ptp(values[both]) == 0:
        return False
    v, k = values[both], likes[both]
    if (v >= k).mean() < NEARLY_ALL or np.median(v) < 2 * max(np.median(k), 1):
        return False
    ranks = np.corrcoef(v.argsort().argsort(), k.argsort().argsort())
    return bool(ranks[0, 1] >= 0.5)


# --- what the user says -------------------------------------------------------------------------

_SAYABLE = {
    "posted_at": "date", "duration_s": "duration", "avg_watch_s": "avg_watch", "link": "url",
    **{f: f for f in (
        *("post_id", "url", "author", "date", "time", "caption", "duration", "avg_watch"),
        *("watched_full", "new_followers", "followers", "kind", "is_paid", "is_pinned"),
        *("private", "media_file", "captured_at", "platform", "views", "likes", "comments"),
        *("shares", "saves"),
    )},
}  # fmt: skip
_SPLIT = re.compile(r",(?=\s*(?:" + "|".join(_SAYABLE) + r")\s*=)")


def parse_choice(text: str | Sequence[str]) -> dict[str, str]:
    """What `--columns` says: `views=n_plays,posted_at=date_posted`.

    Parameters
    ----------
    text : str or sequence of str
        One or several such texts. A comma inside a column's name does no harm.

    Returns
    -------
    dict of str to str
        Column by field; "" where a field shall not be read (`saves=`).

    Raises
    ------
    UserError
        It is not written so, or names something that posts do not have.
    """
    parts = [text] if isinstance(text, str) else list(text)
    found: dict[str, str] = {}
    for part in (p for t in parts for p in _SPLIT.split(t) if p.strip()):
        name, equals, header = part.partition("=")
        name = name.strip().casefold()
        if not equals or name not in _SAYABLE:
            known = ", ".join(n for n in _SAYABLE if n not in ("date", "duration", "avg_watch"))
            raise UserError(
                f"--columns cannot read {visible(part)[:80]!r}.",
                do=f"Write it like views=n_plays,posted_at=date_posted; posts have: {known}.",
            )
        if found.setdefault(_SAYABLE[name], header.strip()) != header.strip():
            raise UserError(
                f"--columns names two columns for {name}: {found[_SAYABLE[name]][:60]!r} and "
                f"{header.strip()[:60]!r}.",
                do="Name one of them.",
            )
    _refuse_one_for_two(found)
    return found


def _refuse_one_for_two(found: Mapping[str, str]) -> None:
    """Raise UserError where one column is said to be two counts."""
    counts: dict[str, str] = {}
    for name in COUNTED:
        header = found.get(name, "")
        if header and counts.setdefault(header, name) != name:
            raise UserError(
                f"--columns takes {header[:60]!r} for the {_called(counts[header])} "
                f"and for the {_called(name)}.",
                do="One column holds one thing.",
            )


def as_choice(chosen: Mapping[str, str]) -> str:
    """A choice as the text that `parse_choice` reads."""
    return ",".join(f"{TIDY_NAMES.get(f, f)}={header}" for f, header in chosen.items())


def remembered(earlier: str, said: str) -> str:
    """What holds after the user said something new; `none` forgets what was said before.

    Raises
    ------
    UserError
        It cannot be read.
    """
    if said.strip().casefold() == "none":
        return ""
    return as_choice(parse_choice(earlier) | parse_choice(said))
