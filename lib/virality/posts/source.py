"""One thing to read: bytes with a name, seen as text, as a table or as JSON, each only once."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from virality.core.errors import UserError
from virality.core.text import plural
from virality.posts import limits, shapes
from virality.posts.headers import meaning
from virality.posts.parse import visible

_FOREIGN = {
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"%PDF": "a PDF",
    b"7z\xbc\xaf": "a 7z archive; unpack it first",
    b"Rar!": "a RAR archive; unpack it first",
    b"SQLite": "a database",
    b"\xd0\xcf\x11\xe0": "an old .xls workbook; save it as .xlsx or CSV",
    b"\x80\x04\x95": "a Python pickle, which is never opened",
    b"\x80\x05\x95": "a Python pickle, which is never opened",
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
}
_OLD_CODEPAGES = (
    "cp1252 cp1250 cp1251 cp1253 cp1254 cp1255 cp1256 cp1258 shift_jis gb18030 big5 euc_kr"
)


MAX_PREAMBLE = 12  # rows that may stand above a header


@dataclass
class Table:
    """Rows of text under a header.

    Attributes
    ----------
    header : list of str
        Column names as found, invisible characters removed.
    columns : list of list of str
        One list per column, all of the same length.
    rows : list of int
        1-based data row of each entry in the file.
    lines : list of tuple
        Remarks for the repair log: (row or None, found, why, severity).
    """

    header: list[str]
    columns: list[list[str]]
    rows: list[int]
    lines: list[tuple] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.rows)


class Source:
    """The content of one file (or archive member, or sheet).

    Parameters
    ----------
    name : str
        File name without folder; used in messages only, never to recognise the format.
    data : bytes
        The content.
    table : Table, optional
        For content that is a table already (a sheet).
    values : list, optional
        For content that is JSON values already.
    """

    def __init__(
        self,
        name: str,
        data: bytes = b"",
        table: Table | None = None,
        values: list | None = None,
    ):
        self.name = visible(name)[:200] or "unnamed"
        self.data, self._table, self._values = data, table, values
        self.remarks: list[str] = []
        self.chosen: dict[str, str] = {}  # what the user says: column by field

    @property
    def is_parquet(self) -> bool:
        """Whether the content is a Parquet file."""
        return self.data[:4] == b"PAR1"

    @property
    def is_json(self) -> bool:
        """Whether the text starts like JSON."""
        if self._values is not None:
            return True
        if self._table is not None or self.is_parquet:
            return False
        return self.text[:200].lstrip()[:1] in ("{", "[")

    @property
    def is_text(self) -> bool:
        """Whether the content was text, and no sheet, Parquet file or derived table."""
        return self._table is None and self._values is None and not self.is_parquet

    @cached_property
    def text(self) -> str:
        """The content as text, whatever its encoding.

        Raises
        ------
        UserError
            It is no text.
        """
        text, remark = decode(self.data, self.name)
        if remark:
            self.remarks.append(remark)
        return text

    @cached_property
    def table(self) -> Table | None:
        """The content as a table; None if it is JSON.

        Raises
        ------
        UserError
            It is text without rows, or a table that is broken.
        """
        if self._table is not None:
            return self._table
        if self.is_json:
            return None
        if self.is_parquet:
            return read_parquet(self.data, self.name)
        return read_csv(self.text, self.name)

    @cached_property
    def json(self) -> list:
        """The content as JSON values: one for a document, many for JSON lines, none for a table.

        Numbers are kept as text, so that no id loses a digit.

        Raises
        ------
        UserError
            It is JSON that breaks off, or is nested too deep.
        """
        if self._values is not None:
            return self._values
        return read_json(self.text, self.name) if self.is_json else []

    @cached_property
    def records(self) -> list[dict]:
        """JSON objects that may be posts, in the order of the file (see `find_records`)."""
        return find_records(self.json)

    def as_tables(self) -> Iterator[Source]:
        """JSON as the tables that it may be, the likeliest first: see `shapes.groups`."""
        for records in shapes.groups(self.json):
            header, rows = shapes.to_columns(records)
            if not header:
                continue
            columns, numbers = [list(c) for c in zip(*rows, strict=True)], range(1, len(rows) + 1)
            short = shapes.short_names(header)
            for names in [header, short] if short != header else [header]:
                names = [visible(name) for name in names]
                yield self._derived(table=Table(names, columns, list(numbers)))

    def as_objects(self) -> Source | None:
        """A table whose columns are called by paths as the objects that it was made of."""
        table = self.table
        if table is None or not shapes.nested_header(table.header):
            return None
        return self._derived(values=shapes.to_records(table.header, table.columns))

    def _derived(self, **content) -> Source:
        source = Source(self.name, **content)
        source.remarks, source.chosen = self.remarks, self.chosen
        return source

    def seen(self) -> list[str]:
        """All columns or keys of the content, as they are called there."""
        if self.is_json:
            return shapes.keys_of(self.json)
        return [h for h in self.table.header if h] if self.table is not None else []


def decode(data: bytes, name: str) -> tuple[str, str]:
    """Bytes to text, and a remark if the encoding had to be worked out.

    Raises
    ------
    UserError
        Nothing there, or no text.
    """
    if not data.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        raise UserError("The file is empty.", where=name, do="Export it again.")
    for magic, what in _FOREIGN.items():
        if data.startswith(magic):
            raise UserError(f"This is {what}, not a table of posts.", where=name)
    if data[4:8] == b"ftyp":
        raise UserError("This is a video, not a table of posts.", where=name)
    for bom, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe\x00\x00", "utf-32"),
        (b"\x00\x00\xfe\xff", "utf-32"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(bom):
            text = data.decode(encoding, errors="replace")
            lost = text.count("\ufffd")
            return text, f"{plural(lost, 'broken character')} replaced" if lost else ""
    if (wide := _wide(data)) is not None:
        return data.decode(wide, errors="replace"), f"read as {wide} (no byte order mark)"
    head = data[:20_000]
    if sum(b < 9 or 13 < b < 32 for b in head) > len(head) * 0.01:
        raise UserError("This is not text but binary data.", where=name, do="Export it as CSV.")
    try:
        return data.decode("utf-8"), ""
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 4:
            return data.decode("utf-8", errors="replace"), "the file breaks off inside a character"
    return _old_codepage(data)


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of Western text is zero."""
    head = data[:4000]
    if len(head) < 8:
        return None
    even, odd = head[::2].count(0), head[1::2].count(0)
    half = len(head) / 2
    if odd > 0.3 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.3 * half and odd < 0.05 * half:
        return "utf-16-be"
    return None


def _old_codepage(data: bytes) -> tuple[str, str]:
    """Bytes that are not UTF-8: mostly UTF-8 with a few broken ones, or an old code page."""
    text = data.decode("utf-8", errors="replace")
    lost = text.count("\ufffd")
    good = sum(c > "\x7f" and c != "\ufffd" for c in text)
    if good > 2 * lost:
        return text, f"{plural(lost, 'broken character')} replaced"
    from charset_normalizer import from_bytes  # only here: rare, and slow to load

    matches = from_bytes(data[:200_000], cp_isolation=_OLD_CODEPAGES.split())
    best = matches.best()
    # Of two that fit about equally, the Western one is by far the more common.
    western = any(
        m.encoding == "cp1252"
        and m.chaos <= best.chaos + 0.01
        and m.coherence >= best.coherence - 0.05
        for m in matches
    )
    encoding = best.encoding if best and not western else "cp1252"
    text = data.decode(encoding, errors="replace")
    return text, f"not UTF-8; read as {encoding}, so check the captions' accents"


# --- tables -----------------------------------------------------------------------------------


def read_csv(text: str, name: str) -> Table:
    """Rows under a header, whatever the separator; quoted line breaks are kept.

    Raises
    ------
    UserError
        No header, no rows, or a quotation mark that is never closed.
    """
    text = text.lstrip("\ufeff")
    if found := re.match(r"sep=(.)\r?\n", text):
        separator, text = found[1], text[found.end() :]
    else:
        separator = _separator(text)
    records, lines = _records(text, separator, name)
    numbered = [r for r in records if any(cell.strip() for cell in r)]
    if not numbered:
        raise UserError("The file is empty.", where=name, do="Export it again.")
    return as_table(numbered[0], numbered[1:], name, lines)


def read_parquet(data: bytes, name: str) -> Table:
    """A Parquet file as text; nested columns are called by their path.

    Raises
    ------
    UserError
        It is damaged, or has no rows.
    """
    import pyarrow as pa  # slow to load

    try:
        table = limits.parquet_table(data, name)
        while any(pa.types.is_struct(kind) for kind in table.schema.types):
            table = table.flatten()
        columns = [_texts(table.column(i)) for i in range(table.num_columns)]
    except UserError:
        raise
    except Exception:  # a damaged file raises many kinds of errors inside pyarrow
        raise UserError("The Parquet file is damaged.", where=name) from None
    if table.num_rows == 0:
        raise UserError("The table has a header but no rows.", where=name)
    rows = list(range(1, table.num_rows + 1))
    return Table(list(table.column_names), columns, rows)


def _texts(column) -> list[str]:
    import pyarrow as pa

    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    return ["" if v is None else str(v) for v in column.to_pylist()]


def as_table(header: list[str], records: list[list[str]], name: str, lines=()) -> Table:
    """Bring records into columns; ragged rows and repeated headers are told, not hidden."""
    lines = list(lines)
    while len(records) > 1 and _filled(header) == 1 and _filled(records[0]) > 1:
        title = next(cell for cell in header if cell.strip())
        lines.append((None, title[:60], "a title above the table; not used", "note"))
        header, records = records[0], records[1:]
    header, records = _below_preamble(header, records, lines)
    header = [visible(h) for h in header]
    if len(header) > limits.MAX_COLUMNS:
        raise limits.too_many(f"{limits.MAX_COLUMNS:,} columns", name)
    lines, width = list(lines), len(header)
    kept, rows = [], []
    for number, record in enumerate(records, start=1):
        if len(record) != width:
            if len(record) > width and any(c.strip() for c in record[width:]):
                why = f"{len(record)} cells under {width} column names: the row cannot be trusted"
                lines.append((number, str(record[width])[:60], why, "row dropped"))
                continue
            if len(record) < width:
                missing = width - len(record)
                if missing > 1 or number == len(records):
                    why = f"the row ends {plural(missing, 'cell')} early; these are missing"
                    lines.append((number, "", why, "note"))
            record = (record + [""] * (width - len(record)))[:width]
        if [c.strip() for c in record] == header:
            lines.append((number, "", "the header again, not a post", "note"))
            continue
        if (cell := _swallowed(record)) is not None:
            why = "a lost quotation mark ran several rows together"
            lines.append((number, cell[:60], why, "row dropped"))
            continue
        kept.append(record)
        rows.append(number)
    if not records:
        raise UserError("The table has a header but no rows.", where=name, do="Export it again.")
    columns = [list(c) for c in zip(*kept, strict=True)] if kept else [[] for _ in header]
    return Table(header, columns, rows, lines)


def _below_preamble(header: list[str], records: list[list[str]], lines: list[tuple]):
    """The header and the rows below it, without what stands above it: titles, groups, remarks.

    Where the first row has no two names that are known, a row among the next with three is the
    header.
    """
    if _known(header) >= 2:
        return header, records
    for i, record in enumerate(records[:MAX_PREAMBLE]):
        if _known(record) >= 3 and len(records) > i + 1:
            for above in [header, *records[:i]]:
                text = " ".join(" ".join(above).split())[:60]
                lines.append((None, text, "a line above the table; not used", "note"))
            return record, records[i + 1 :]
    return header, records


def _known(record: list[str]) -> int:
    """How many different things the cells of a row name, were it a header."""
    return len({meaning(cell) for cell in record if len(cell) <= 80} - {""})


def _filled(record: list[str]) -> int:
    return sum(bool(cell.strip()) for cell in record)


def _swallowed(record: list[str]) -> str | None:
    """A cell that holds other rows: line breaks, and a post's link in the middle of them."""
    for cell in record:
        if "\n" in cell and re.search(r"\n.*tiktok\.com/@[^/\s]*/(video|photo)/\d{15}", cell):
            return cell
    return None


def _separator(text: str) -> str:
    """The separator that cuts the first records into the same number (above one) of cells."""
    found = {c: _widths(text[:50_000], c) for c in ",;\t|"}
    best, score = ",", 0.0
    for first in (True, False):  # a title above the header is cut by none: then by the most rows
        for candidate, widths in found.items():
            if not widths:
                continue
            width = widths[0] if first else Counter(widths).most_common(1)[0][0]
            agreement = Counter(widths)[width] / len(widths)
            if width > 1 and agreement * min(width, 60) > score:
                best, score = candidate, agreement * min(width, 60)
        if score:
            break
    return best


def _widths(head: str, separator: str) -> list[int]:
    """Numbers of cells in the first records that are not empty; [] where they cannot be cut."""
    widths: list[int] = []
    try:
        for record in csv.reader(io.StringIO(head, newline=""), delimiter=separator):
            if record:
                widths.append(len(record))
            if len(widths) == 30:
                break
    except csv.Error:
        return []
    return widths


def _records(text: str, separator: str, name: str) -> tuple[list[list[str]], list[tuple]]:
    previous = csv.field_size_limit(limits.MAX_CELL)
    records: list[list[str]] = []
    try:
        try:
            _collect(records, text, separator, name, strict=True)
            return records, []
        except csv.Error as error:
            _refuse_endless(error, len(records), name)
        why = f"quotation marks inside cells are not doubled (first near row {len(records)})"
        records.clear()
        try:
            _collect(records, text, separator, name, strict=False)
        except csv.Error as error:
            _refuse_endless(error, len(records), name)
            raise UserError(f"The table is broken ({error}).", where=name) from None
        return records, [(None, "", why, "note")]
    finally:
        csv.field_size_limit(previous)


def _collect(records: list, text: str, separator: str, name: str, strict: bool) -> None:
    counter = limits.Counter(name)
    for record in csv.reader(_lines(text), delimiter=separator, strict=strict):
        counter.add(len(record))
        records.append(record)


def _lines(text: str) -> Iterator[str]:
    """Lines with their ends, one after another: the whole text is never copied."""
    return (found[0] for found in re.finditer(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text))


def _refuse_endless(error: csv.Error, n_records: int, name: str) -> None:
    """Raise UserError when a cell has no end."""
    place = f"after row {max(n_records - 1, 0)}"
    do = "Export the file again, or close the quotation mark."
    if "unexpected end" in str(error):
        what = f"A quotation mark {place} is never closed, so the rest cannot be told apart."
        raise UserError(what, where=name, do=do) from None
    if "field larger" in str(error):
        what = (
            f"A cell {place} has more than {limits.MAX_CELL:,} characters; "
            "most often a quotation mark is never closed."
        )
        raise UserError(what, where=name, do=do) from None


# --- JSON -------------------------------------------------------------------------------------


_BETWEEN = re.compile(r"[\s,\ufeff\x1e]*")  # what may stand between documents
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)


def read_json(text: str, name: str) -> list:
    """The documents in a text: one, one a line, or several behind each other.

    Numbers are kept as text.

    Raises
    ------
    UserError
        It breaks off, is nested too deep, or holds too many values.
    """
    limits.check_json(text, name)
    values: list = []
    at, end = _BETWEEN.match(text).end(), len(text.rstrip("\x00 \t\r\n"))
    while at < end:
        try:
            value, stop = _DECODER.raw_decode(text, at)
        except RecursionError:
            raise UserError("The JSON is nested too deep to be an export.", where=name) from None
        except ValueError as error:
            raise _broken(text, name, error, len(values)) from None
        values.append(value)
        at = _BETWEEN.match(text, stop).end()
    return values


def _broken(text: str, name: str, error: ValueError, before: int) -> UserError:
    """Where JSON is broken: by character in the only document, by line after others."""
    position = getattr(error, "pos", 0)
    cut = position >= len(text.rstrip()) - 2 or "Unterminated" in str(error)
    problem = "breaks off in the middle" if cut else f"is broken at character {position + 1:,}"
    if before:
        line = text.count("\n", 0, position) + 1
        problem = f"in line {line:,} {'breaks off in the middle' if cut else 'is broken'}"
    return UserError(f"The JSON {problem}.", where=name, do="Download it again.")


_ID_KEYS = ("id", "video_id", "aweme_id", "post_id")
_POST_KEYS = (
    *("create_time", "createTime", "createTimeISO", "timestamp", "view_count", "stats", "statsV2"),
    "statistics",
)


def find_records(values: list, max_depth: int = 12) -> list[dict]:
    """JSON objects with an id and a time or counts: candidates for posts, wherever they lie.

    Objects that only report an error (`{"url": ..., "error": ...}`: deleted or private posts) count
    too, so that they can be told.
    """
    found: list[dict] = []
    stack = [(value, 0) for value in reversed(values)]
    while stack:
        value, depth = stack.pop()
        if isinstance(value, dict):
            value = _collected(value)
            if _may_be_post(value):
                found.append(value)
                continue
            inner = list(value.values())
        elif isinstance(value, list):
            inner = value
        else:
            continue
        if depth < max_depth:
            stack.extend((v, depth + 1) for v in reversed(inner) if isinstance(v, (dict, list)))
    return found


def _collected(value: dict) -> dict:
    """What Zeeschuimer wraps: the post, with the time at which the browser saw it."""
    post, when = value.get("data"), value.get("timestamp_collected")
    if not isinstance(post, dict) or not isinstance(when, (str, int)):
        return value
    return {"captured_at": when} | post


def _may_be_post(value: dict) -> bool:
    if any(k in value for k in _ID_KEYS) and any(k in value for k in _POST_KEYS):
        return not isinstance(value.get("entries"), list)  # a yt-dlp playlist holds posts
    return "url" in value and bool(value.get("error") or value.get("errorCode"))
