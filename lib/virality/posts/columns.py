"""Which column of a table is what: by the user's word, by name in any language, by content.

No column is chosen in silence. Where two could be the same thing, the fuller one is used if they
agree, and the table is refused if they do not. Whatever is not used is named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from virality.core.errors import UserError
from virality.posts import contents
from virality.posts.contents import FLAGS, LEAST_READ, LEAST_ROWS, LOOSE, MANY
from virality.posts.dates import Dates, read_dates
from virality.posts.headers import COUNTED, TIDY_NAMES, called, folded, meaning, position
from virality.posts.platforms import damage, find_id, is_link, is_platform_id, upload_times
from virality.posts.repairs import Remark
from virality.posts.tables import Table
from virality.posts.text import is_blank, share_of

# What stands in where the better is missing.
_STAND_INS = {"caption": ("title",), "author": ("author_name", "author_id")}


@dataclass
class Assigned:
    """Columns under agreed names.

    Attributes
    ----------
    cells : dict of str to list of str
        Text by field.
    names : dict of str to str
        What the file calls it.
    remarks : list of Remark
        For the repair log.
    unused : list of str
        Columns that are not used, some with the reason in brackets.
    """

    cells: dict[str, list[str]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
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
    return _Assignment(table, own, where, chosen or {}).run({folded(s) for s in silent})


class _Assignment:
    """The work of `assign`, step by step."""

    def __init__(
        self,
        table: Table,
        own: Mapping[str, Sequence[str]],
        where: str,
        chosen: Mapping[str, str],
    ):
        self.header, self.columns, self.n = table.header, table.columns, len(table)
        self.where, self.chosen = where, chosen
        self.own = {folded(name): f for f, names in own.items() for name in names}
        self.rank = {folded(n): k for names in own.values() for k, n in enumerate(names)}
        self.out = Assigned()
        self.used: set[int] = set()
        self.why: dict[int, str] = {}  # why a column is not used

    def run(self, silent: set[str]) -> Assigned:
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
        self._only("date", lambda i: contents.are_dates(self.columns[i]))
        if "likes" in self.out.cells and self.n >= LEAST_ROWS:
            likes = self.out.cells["likes"]
            self._only(
                "views", lambda i: contents.are_views(self.header[i], self.columns[i], likes)
            )
        self._name_the_rest(silent)
        return self.out

    def _note(self, i: int, why: str) -> None:
        self.out.remarks.append(Remark(why, column=self.header[i]))

    # --- by word and by name ------------------------------------------------------------------

    def _groups(self) -> dict[str, list[int]]:
        """Candidates of each field, the preferred first."""
        said = {}
        for name, header in self.chosen.items():
            if header and (i := position(self.header, header)) is not None:
                self._refuse_twins(name, i)
                said[name] = i
        groups: dict[str, list[int]] = {name: [i] for name, i in said.items()}
        for i, header in enumerate(self.header):
            name = self.own.get(folded(header)) or meaning(header)
            if name == "when":
                name, self.columns[i] = contents.clock_or_date(self.columns[i])
            if name and i not in said.values() and self._is_open(name, said):
                groups.setdefault(name, []).append(i)
        self._readings_apart(groups)
        for columns in groups.values():
            columns.sort(key=lambda i: self.rank.get(folded(self.header[i]), 99))
        return self._with_stand_ins(groups)

    def _refuse_twins(self, name: str, said: int) -> None:
        """Raise UserError where the column that was said shares its name with a different one."""
        for i, header in enumerate(self.header):
            if header == self.header[said] and self.columns[i] != self.columns[said]:
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
        read = [i for i in dates if ids and contents.changes_within(ids, self.columns[i])]
        if len(dates) > 1:
            read += [i for i in dates if i not in read and self._is_one_day(i)]
        if read and (ids or len(read) < len(dates)):
            groups["date"] = [i for i in dates if i not in read]
            groups.setdefault("captured_at", []).extend(read)
            for i in read:
                self._note(i, "changes from reading to reading, or never: taken for the time of "
                              "reading")  # fmt: skip

    def _ids_told(self, groups: dict[str, list[int]]) -> list[str | None]:
        """Video ids by row, from whichever column holds the platform's; [] where none does."""
        for i in (*groups.get("post_id", []), *groups.get("url", [])):
            if share_of(self.columns[i], is_platform_id) > 0.5:
                return [find_id(c) for c in self.columns[i]]
        return []

    def _is_one_day(self, i: int) -> bool:
        some = contents.filled(self.columns[i])
        return len(set(some)) == 1 and len(some) >= LEAST_READ

    def _is_open(self, name: str, said: Mapping[str, int]) -> bool:
        """Whether the user left it to the reader what `name` is."""
        whole = next((f for f, others in _STAND_INS.items() if name in others), name)
        return whole not in said and self.chosen.get(whole) != ""

    def _with_stand_ins(self, groups: dict[str, list[int]]) -> dict[str, list[int]]:
        for whole, others in _STAND_INS.items():
            for other in others:
                columns = groups.pop(other, [])
                if any(self._filled(i) for i in groups.get(whole, [])):
                    name = self.header[groups[whole][0]]
                    self.why |= dict.fromkeys(columns, f"{name} is used")
                elif columns:
                    groups[whole] = columns
        return groups

    def _filled(self, i: int) -> int:
        return len(contents.filled(self.columns[i]))

    # --- several candidates -------------------------------------------------------------------

    def _take(self, name: str, columns: list[int]) -> None:
        """Use one of the candidates for a field, or refuse."""
        if not columns or name in self.out.cells:
            return
        if name in COUNTED:
            for i in columns:
                self.columns[i] = contents.without_unit(name, self.columns[i])
        columns = [i for i in columns if self._is_of_its_kind(name, i)]
        if name == "post_id":
            columns = self._real_ids(columns)
        if len(columns) > 1:
            columns = self._told_apart(name, columns)
        if columns:
            best, *others = columns
            self._use(name, best, self._filled_up(name, best, others))

    def _is_of_its_kind(self, name: str, i: int) -> bool:
        what = "" if name in self.chosen else contents.what_it_lacks(name, self.columns[i])
        if what:
            self.why[i] = f"holds no {what}"
        return not what

    def _use(self, name: str, i: int, cells: list[str]) -> None:
        self.out.cells[name], self.out.names[name] = cells, self.header[i]
        self.used.add(i)

    def _told_apart(self, name: str, columns: list[int]) -> list[int]:
        """The candidate to use first, then those that may fill its gaps."""
        if name in ("date", "captured_at"):
            return self._finest(name, columns)
        values = {i: contents.values(name, self.columns[i]) for i in columns}
        full = [i for i in columns if not all(map(contents.is_empty, values[i]))]
        if name in COUNTED and full:
            for i in set(columns) - set(full):
                if any(v == 0 for v in values[i]):
                    self.why[i] = f"0 in every row; {self.header[full[0]]} is used"
        columns = full or columns[:1]
        if name in FLAGS or name == "kind":
            return columns
        columns.sort(key=lambda i: -contents.fullness(name, self.columns[i], values[i]))
        best = columns[0]
        for other in columns[1:]:
            if name in COUNTED and contents.is_rounded(values[best], values[other]):
                best = other
        if name in LOOSE:
            return [best]
        others = [i for i in columns if i != best]
        for other in others:
            if not contents.agree(name, values[best], values[other]):
                raise self._refusal(name, best, other)
        return [best, *others]

    def _filled_up(self, name: str, best: int, others: list[int]) -> list[str]:
        """The cells of the best candidate, its gaps filled from the others."""
        cells = list(self.columns[best])
        for other in others:
            new = self.columns[other]
            if name in FLAGS:
                cells = contents.either(cells, new)
                self.used.add(other)
                continue
            gaps = [k for k, c in enumerate(cells)
                    if contents.is_gap(name, c) and not contents.is_gap(name, new[k])]  # fmt: skip
            for k in gaps:
                cells[k] = new[k]
            if gaps:
                self.used.add(other)
                self._note(best, f"{len(gaps):,} gaps are filled from {self.header[other]!r}")
            else:
                self.why.setdefault(other, f"{self.header[best]} is used")
        return cells

    def _of_one_post(self, groups: dict[str, list[int]]) -> list[int]:
        """Candidates for the id of a post, without those that several posts share."""
        texts = [self.columns[i] for i in groups.get("caption", [])[:1]]
        if "url" in self.out.cells:
            texts.append([find_id(c) or c for c in self.out.cells["url"]])
        kept = []
        for i in groups.get("post_id", []):
            cells = self.columns[i]
            keys = [None if is_blank(c) else c for c in cells]
            platform = share_of(cells, is_platform_id) > 0.5
            whole = not platform and not damage(cells)  # rounded ids are another matter
            if whole and any(contents.changes_within(keys, t) for t in texts):
                self.why[i] = "shared by several posts"
            else:
                kept.append(i)
        return kept

    def _real_ids(self, columns: list[int]) -> list[int]:
        """Candidates that hold ids rather than row numbers; those of the platform where there are.

        The format's own column of ids is trusted as it stands.
        """
        real = [i for i in columns if share_of(self.columns[i], is_platform_id) > 0.5]
        if len(columns) > 1 and real:
            self.why |= {i: "holds no video ids" for i in columns if i not in real}
            return real
        name = {i: folded(self.header[i]) for i in columns}
        others = (i for i in columns if name[i] != "post id")
        numbers = [i for i in others if contents.are_row_numbers(self.columns[i])]
        self.why |= dict.fromkeys(numbers, "row numbers, not ids")
        kept = [i for i in columns if i not in numbers]
        specific = [i for i in kept if name[i] != "id"]
        return (specific or kept)[:1]

    # --- dates --------------------------------------------------------------------------------

    def _finest(self, name: str, columns: list[int]) -> list[int]:
        """Columns of dates, the one with a time of day first; refused when they disagree."""
        read = {i: d for i in columns if (d := self._dates(i)) and not np.isnat(d.stamps).all()}
        if len(read) < 2:
            return list(read) or columns[:1]
        best, *others = sorted(read, key=lambda i: contents.fineness(read[i]), reverse=True)
        for other in others:
            if not contents.same_days(read[best], read[other]):
                raise self._refusal(name, best, other)
        return [best, *others]

    def _dates(self, i: int) -> Dates | None:
        try:
            return read_dates(self.columns[i], None, self._id_times())
        except UserError:
            return None

    def _id_times(self) -> np.ndarray:
        links, own = self.out.cells.get("url"), self.out.cells.get("post_id")
        found: list[str | None] = [None] * self.n
        for cells in (links, own):
            if cells:
                found = [f or find_id(c) for f, c in zip(found, cells, strict=True)]
        return upload_times(found)

    # --- by content ---------------------------------------------------------------------------

    def _open_columns(self, name: str) -> Iterable[int]:
        """Columns under unknown names that hold something, where a field is still open."""
        if name in self.out.cells or self.chosen.get(name) == "":
            return
        for i, header in enumerate(self.header):
            known = i in self.used or i in self.why or self.own.get(folded(header))
            if not known and not meaning(header) and self._filled(i) >= 0.5 * self.n:
                yield i

    def _by_content(self, name: str, test: Callable[[str], bool]) -> None:
        """A column under an unknown name whose cells are all of one kind."""
        hits = [i for i in self._open_columns(name) if share_of(self.columns[i], test) >= MANY]
        if not hits:
            return
        keys = [[find_id(c) or c for c in self.columns[i]] for i in hits]
        if any(k != keys[0] for k in keys[1:]):
            raise self._refusal(name, hits[0], hits[1])
        self._use_by_content(name, hits[0])

    def _use_by_content(self, name: str, i: int) -> None:
        self._use(name, i, list(self.columns[i]))
        option = f"--columns {TIDY_NAMES.get(name, name)}=..."
        self._note(i, f"taken for the {called(name)} by its content; {option} says otherwise")

    def _only(self, name: str, test: Callable[[int], bool]) -> None:
        """The one column under an unknown name that passes a test as a whole."""
        hits = [i for i in self._open_columns(name) if test(i)]
        if len(hits) == 1:
            self._use_by_content(name, hits[0])

    # --- words --------------------------------------------------------------------------------

    def _refusal(self, name: str, a: int, b: int) -> UserError:
        first, second = self.header[a], self.header[b]
        if first == second:
            return UserError(
                f"Two columns are called {first[:60]!r} and differ.",
                where=self.where,
                do="Rename or remove one of them.",
            )
        field_name = TIDY_NAMES.get(name, name)
        ways = " or ".join(f"--columns '{field_name}={h[:60]}'" for h in (first, second))
        return UserError(
            f"Two columns could be the {called(name)} and differ: {first[:60]!r} and "
            f"{second[:60]!r}.",
            where=self.where,
            do=f"Say which it is: {ways} (make: COLUMNS=...).",
        )

    def _name_the_rest(self, silent: set[str]) -> None:
        for i, header in enumerate(self.header):
            if i in self.used or folded(header) in silent:
                continue
            if not header and not self._filled(i):
                continue
            why = f" ({self.why[i]})" if i in self.why else ""
            self.out.unused.append(f"{header[:60] or f'column {i + 1} without a name'}{why}")
