"""Tables of text under a header: from CSV, Parquet and workbooks, however they were saved."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time

from virality.core.errors import UserError
from virality.core.text import plural
from virality.posts import limits
from virality.posts.headers import meaning
from virality.posts.repairs import Remark
from virality.posts.text import visible

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
    remarks : list of Remark
        What was noticed while it was read, for the repair log.
    """

    header: list[str]
    columns: list[list[str]]
    rows: list[int]
    remarks: list[Remark] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.rows)


def read_csv(text: str, name: str) -> Table:
    """Rows under a header, whatever the separator; quoted line breaks are kept.

    Parameters
    ----------
    text : str
    name : str
        Of the file.

    Returns
    -------
    Table

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
    records, remarks = _records(text, separator, name)
    numbered = [r for r in records if any(cell.strip() for cell in r)]
    if not numbered:
        raise UserError("The file is empty.", where=name, do="Export it again.")
    return as_table(numbered[0], numbered[1:], name, remarks)


def read_parquet(data: bytes, name: str) -> Table:
    """A Parquet file as text; nested columns are called by their path.

    Parameters
    ----------
    data : bytes
    name : str
        Of the file.

    Returns
    -------
    Table

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


def as_table(header: list[str], records: list[list[str]], name: str, remarks=()) -> Table:
    """Bring records into columns; ragged rows and repeated headers are told, not hidden.

    Parameters
    ----------
    header : list of str
        The first row.
    records : list of list of str
        The rows below it, of any lengths.
    name : str
        Of the file.
    remarks : iterable of Remark
        What was noticed before.

    Returns
    -------
    Table

    Raises
    ------
    UserError
        It has no rows, or too many columns.
    """
    remarks = list(remarks)
    header, records = _below_preamble(header, records, remarks)
    header = [visible(h) for h in header]
    if len(header) > limits.MAX_COLUMNS:
        raise limits.too_many(f"{limits.MAX_COLUMNS:,} columns", name)
    if not records:
        raise UserError("The table has a header but no rows.", where=name, do="Export it again.")
    kept, rows = [], []
    for number, record in enumerate(records, start=1):
        told, fitted = _fitted(record, header, last=number == len(records))
        remarks += [remark._replace(row=number) for remark in told]
        if fitted is not None:
            kept.append(fitted)
            rows.append(number)
    columns = [list(c) for c in zip(*kept, strict=True)] if kept else [[] for _ in header]
    return Table(header, columns, rows, remarks)


def _fitted(record: list[str], header: list[str], last: bool):
    """What is to be told of a row, and its cells under the header; None if it cannot be used."""
    told, width = [], len(header)
    if any(c.strip() for c in record[width:]):
        why = f"{len(record)} cells under {width} column names: the row cannot be trusted"
        return [Remark(why, found=str(record[width])[:60], severity="row dropped")], None
    missing = width - len(record)
    if missing > 1 or (missing == 1 and last):
        told.append(Remark(f"the row ends {plural(missing, 'cell')} early; these are missing"))
    record = (record + [""] * missing)[:width]
    if [c.strip() for c in record] == header:
        return [*told, Remark("the header again, not a post")], None
    if (cell := _swallowed(record)) is not None:
        why = "a lost quotation mark ran several rows together"
        return [*told, Remark(why, found=cell[:60], severity="row dropped")], None
    return told, record


def _below_preamble(header: list[str], records: list[list[str]], remarks: list[Remark]):
    """The header and the rows below it, without what stands above it: titles, groups, remarks.

    Where the first row has no two names that are known, a row among the next with three is the
    header.
    """
    while len(records) > 1 and _filled(header) == 1 and _filled(records[0]) > 1:
        title = next(cell for cell in header if cell.strip())
        remarks.append(Remark("a title above the table; not used", found=title[:60]))
        header, records = records[0], records[1:]
    if _known(header) >= 2:
        return header, records
    for i, record in enumerate(records[:MAX_PREAMBLE]):
        if _known(record) >= 3 and len(records) > i + 1:
            for above in [header, *records[:i]]:
                text = " ".join(" ".join(above).split())[:60]
                remarks.append(Remark("a line above the table; not used", found=text))
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


def _records(text: str, separator: str, name: str) -> tuple[list[list[str]], list[Remark]]:
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
        return records, [Remark(why)]
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


# --- workbooks ---


def read_workbook(data: bytes, name: str) -> Iterator[tuple[str, Table]]:
    """The sheets of a workbook that hold something, each with what a sentence calls it.

    Parameters
    ----------
    data : bytes
    name : str
        Of the file.

    Yields
    ------
    str, Table

    Raises
    ------
    UserError
        It is damaged, or no sheet has rows.
    """
    from openpyxl import load_workbook  # slow to load

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheets = [(s.title, _sheet(s, name)) for s in book.worksheets]
    except UserError:
        raise
    except Exception:  # a broken workbook raises many kinds of errors inside openpyxl
        raise UserError(
            "The workbook cannot be opened.", where=name, do="Save it again, or as CSV."
        ) from None
    filled = [(title, rows) for title, rows in sheets if rows]
    if not filled:
        raise UserError("The workbook is empty.", where=name)
    for title, rows in filled:
        label = name if len(filled) == 1 else f"{name}: {title}"
        if len(rows) > 1:
            yield label, as_table(rows[0], rows[1:], label)
    if all(len(rows) == 1 for _, rows in filled):
        raise UserError("The table has a header but no rows.", where=name, do="Export it again.")


def _sheet(sheet, name: str) -> list[list[str]]:
    rows, counter = [], limits.Counter(name)
    sheet.reset_dimensions()  # what it says of its own size is often wrong, either way
    for number, record in enumerate(sheet.iter_rows(values_only=True), start=1):
        if number > limits.MAX_SHEET_ROWS:
            raise limits.too_many(f"{limits.MAX_SHEET_ROWS:,} rows", name)
        counter.add(len(record), rows=bool(record))
        cells = [_cell(value) for value in record]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            rows.append(cells)
    return rows


def _cell(value) -> str:
    """A cell as text. Whole numbers stored as floats lose their `.0`, not their digits."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):  # a date without a time comes as midnight
        return str(value.date() if value.time() == time() else value)
    return str(value)
