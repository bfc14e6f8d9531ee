"""No file fills the machine: what is unpacked and read is bounded, and the bound is named."""

import io
import os
import struct
import zipfile
from contextlib import suppress

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

import exports
from virality.core.errors import UserError
from virality.core.paths import ROOT
from virality.posts import limits, source, tables
from virality.posts.read import read_posts
from virality.posts.tables import read_csv

LINKS = pytest.mark.skipif(os.name == "nt", reason="needs links and pipes as POSIX has them")
POSTS = exports.made_up_posts(n=6)
ROWS = exports.studio_csv(POSTS)
LINE = b"https://www.tiktok.com/@a/video/75800000000000%05d,10,2025-12-04\n"


@pytest.fixture
def small(monkeypatch):
    """Set limits so low that small files reach them."""

    def lower(**values):
        for name, value in values.items():
            monkeypatch.setattr(limits, name, value)

    return lower


@pytest.fixture
def never_unpacked(monkeypatch):
    monkeypatch.setattr(source, "_member", lambda *_: pytest.fail("unpacked"))
    monkeypatch.setattr(tables, "read_workbook", lambda *_: pytest.fail("unpacked"))


@pytest.fixture
def put(tmp_path):
    def write(data, name="posts.zip"):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


@pytest.fixture
def refused(put):
    """The sentence with which some bytes are refused."""

    def read(data, name="posts.zip"):
        with pytest.raises(UserError) as error:
            read_posts(put(data, name), now=exports.NOW)
        assert "\n" not in str(error.value)
        return str(error.value)

    return read


def zipped(*members, method=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def saying(data, **fields):
    """An archive whose directory says something else of its first member."""
    changed, entry = bytearray(data), data.index(b"PK\x01\x02")
    for name, value in fields.items():
        struct.pack_into("<I", changed, entry + {"packed": 20, "size": 24}[name], value)
    return bytes(changed)


def csv_of(n):
    return b"url,views,date\n" + b"".join(LINE % i for i in range(n))


# --- archives -----------------------------------------------------------------------------------


def test_an_archive_that_unpacks_to_too_much(refused, small, never_unpacked):
    small(MAX_UNPACKED=10_000)
    text = refused(zipped(("a.csv", os.urandom(6_000)), ("b.csv", os.urandom(6_000))))
    assert text.startswith("posts.zip: The archive unpacks to")


def test_an_archive_that_shrinks_more_than_posts_do(refused, put, small, monkeypatch):
    small(SMALL=10_000, MAX_RATIO=50)
    assert len(read_posts(put(zipped(("a.csv", csv_of(300)))), now=exports.NOW).posts) == 300
    monkeypatch.setattr(source, "_member", lambda *_: pytest.fail("unpacked"))
    assert "50 times its own size" in refused(zipped(("a.csv", bytes(200_000))))


def test_the_ratio_is_that_of_what_is_read(refused, small, never_unpacked):
    small(SMALL=10_000)
    noise = ("film.mp4", os.urandom(100_000))
    assert "unpacks to" in refused(zipped(("a.csv", bytes(2_000_000)), noise))


def test_what_is_not_read_does_not_count(put, small):
    small(MAX_UNPACKED=10_000)
    path = put(zipped(("Content.csv", ROWS), ("film.mp4", os.urandom(50_000))))
    assert len(read_posts(path, now=exports.NOW).posts) == len(POSTS)


@pytest.mark.parametrize("size", [100, 1, 0])
def test_a_directory_that_says_too_little_gets_no_more(refused, size):
    """Then the content does not fit its checksum, and what it would unpack to stays packed."""
    bomb = zipped(("a.csv", b"views,url\n" + b"1,x\n" * 300_000))
    assert "damaged" in refused(saying(bomb, size=size))


def test_a_directory_that_says_too_little_of_the_packed_size(refused, small):
    small(SMALL=10_000)
    assert "unpacks to" in refused(saying(zipped(("a.csv", csv_of(3_000))), packed=10))


def test_no_more_is_unpacked_than_was_declared():
    bomb = saying(zipped(("a.csv", bytes(50_000_000))), size=10)
    archive = zipfile.ZipFile(io.BytesIO(bomb))
    with archive.open(archive.infolist()[0]) as member:
        with suppress(zipfile.BadZipFile):
            assert len(member.read(11)) <= 10
        assert member.tell() <= 4096


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_packing_that_unpacks_without_a_bound_is_refused(refused, method, never_unpacked):
    bomb = saying(zipped(("a.csv", bytes(1_000_000)), method=method), size=10)
    assert "posts.zip: a.csv: The archive is packed in a way" in refused(bomb)


def test_too_many_members_are_refused_before_the_directory_is_read(refused, small, monkeypatch):
    small(MAX_MEMBERS=50)
    data = zipped(*((f"{number}.csv", b"") for number in range(60)))
    monkeypatch.setattr(zipfile, "ZipFile", lambda *_: pytest.fail("read"))
    assert "more than 50 files" in refused(data)


def test_two_members_of_one_name_are_refused(refused):
    with pytest.warns(UserWarning, match="Duplicate"):
        data = zipped(("Content.csv", ROWS), ("Content.csv", ROWS))
    assert "two files of one name" in refused(data)


def test_archives_in_archives_stay_closed_and_it_is_said(refused, never_unpacked):
    inner = zipped(("Content.csv", ROWS))
    text = refused(zipped(("deep/inner.zip", inner)))
    assert "holds archives (deep/inner.zip), which are not opened. Unpack it first." in text


def test_workbooks_in_an_archive_share_its_bound(refused, small):
    book = Workbook()
    for post in POSTS.itertuples():
        book.active.append([post.post_id, int(post.views), "2025-12-04"])
    buffer = io.BytesIO()
    book.save(buffer)
    one = buffer.getvalue()
    size = sum(m.file_size for m in zipfile.ZipFile(io.BytesIO(one)).infolist()) + len(one)
    small(MAX_UNPACKED=2 * size)
    assert "posts.zip: The archive unpacks" in refused(
        zipped(*((f"{n}.xlsx", one) for n in range(3)))
    )


# --- workbooks ----------------------------------------------------------------------------------


def workbook(rows, dimension=None):
    """A workbook whose first sheet has this XML for rows, and says of itself what it likes."""
    buffer = io.BytesIO()
    Workbook().save(buffer)
    source = zipfile.ZipFile(buffer)
    sheet = source.read("xl/worksheets/sheet1.xml").decode()
    head = sheet[: sheet.index("<sheetData")]
    if dimension:
        head = head.replace('<dimension ref="A1:A1" />', f'<dimension ref="{dimension}" />')
        assert dimension in head
    members = [(m.filename, source.read(m)) for m in source.infolist()]
    body = f"{head}<sheetData>{rows}</sheetData></worksheet>"
    return zipped(*((n, body if n.endswith("sheet1.xml") else c) for n, c in members))


def row(number, *cells):
    filled = (f'<c r="{c}{number}" t="inlineStr"><is><t>{t}</t></is></c>' for c, t in cells)
    return f'<row r="{number}">{"".join(filled)}</row>'


HEAD = row(1, ("A", "video_id"), ("B", "views"), ("C", "date"))
POST = row(2, ("A", "7580000000000000123"), ("B", "5"), ("C", "2025-12-04"))


@pytest.mark.parametrize("dimension", ["A1:XFD1048576", "A1", "A1:C1", "B7:C9"])
def test_what_a_sheet_says_of_its_size_changes_nothing(put, dimension):
    path = put(workbook(HEAD + POST, dimension), "posts.xlsx")
    assert read_posts(path, now=exports.NOW).posts["views"].tolist() == [5]


def test_a_sheet_of_far_cells(refused, small):
    small(MAX_CELLS=100_000)
    far = "".join(row(n, ("XFD", "x")) for n in range(3, 20))
    assert "more than 100,000 cells" in refused(workbook(HEAD + POST + far), "posts.xlsx")


@pytest.mark.parametrize("rows", [POST + row(999_999_999, ("A", "x")), "<row/>" * 600])
def test_a_sheet_of_empty_rows(refused, small, rows):
    small(MAX_SHEET_ROWS=500)
    assert "more than 500 rows" in refused(workbook(HEAD + rows), "posts.xlsx")


def test_entities_that_multiply(refused):
    laughs = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 9))
    bomb = f'<!DOCTYPE x [<!ENTITY a0 "{"ha" * 100}">{laughs}]>'
    rows = row(2, ("A", "&a8;"))
    data = workbook(HEAD + rows)
    plain = zipfile.ZipFile(io.BytesIO(data))
    members = [(m.filename, plain.read(m)) for m in plain.infolist()]
    sheet = next(c for n, c in members if n.endswith("sheet1.xml")).decode()
    at = sheet.index("<worksheet")
    bad = sheet[:at] + bomb + sheet[at:]
    data = zipped(*((n, bad if n.endswith("sheet1.xml") else c) for n, c in members))
    assert "cannot be opened" in refused(data, "posts.xlsx")


# --- tables, JSON, Parquet ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ({"MAX_ROWS": 20}, "more than 20 rows"),
        ({"MAX_CELLS": 50}, "more than 50 cells"),
        ({"MAX_COLUMNS": 2}, "more than 2 columns"),
        ({"MAX_CELL": 30}, "more than 30 characters"),
    ],
)
@pytest.mark.parametrize("quotes", ["", '\n"a"b",1,2'])
def test_csv_is_counted_while_it_is_read(refused, small, bounds, words, quotes):
    small(**bounds)
    text = refused(csv_of(30) + quotes.encode(), "posts.csv")
    assert "posts.csv: " in text and words in text


def test_as_many_rows_as_allowed_are_read(put, small):
    small(MAX_ROWS=30)
    assert len(read_posts(put(csv_of(30), "posts.csv"), now=exports.NOW).posts) == 30


def test_many_files_are_counted_together(small, tmp_path):
    small(MAX_ROWS=50)
    for number in range(3):
        (tmp_path / f"{number}.csv").write_bytes(csv_of(20))
    with pytest.raises(UserError, match="more than 50 rows"):
        read_posts(tmp_path, now=exports.NOW)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_inside_and_outside_of_quotes(end):
    text = f'a,b{end}"x{end}y",1{end}{end}z,2'
    table = read_csv(text, "t.csv")
    assert table.columns == [[f"x{end}y", "z"], ["1", "2"]]


def test_separators_that_are_no_line_ends_stay_in_their_cells():
    odd = "\u2028\x0b\x0c\x1c\x85"
    assert read_csv(f"a,b\nx{odd}y,1\n", "t.csv").columns[0] == [f"x{odd}y"]


@pytest.mark.parametrize("value", ["[],", "{},", "1,", '"a",'])
def test_json_of_very_many_values(refused, small, value):
    small(MAX_VALUES=1_000)
    text = refused(f"[{value * 1_200}1]".encode(), "posts.json")
    assert text.startswith("posts.json: The JSON holds more than 1,000 values")


def test_json_of_very_long_numbers(refused):
    digits = "7" * 50_000
    post = f'[{{"id": {digits}, "create_time": {digits}, "view_count": {digits}}}]'
    assert "No row can be used" in refused(post.encode(), "posts.json")


def parquet(**columns):
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


def repeated(text, n):
    return pa.DictionaryArray.from_arrays(pa.array([0] * n, pa.int32()), pa.array([text]))


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ({"MAX_ROWS": 1_000}, "more than 1,000 rows"),
        ({"MAX_CELLS": 9_000}, "more than 9,000 cells"),
        ({"MAX_COLUMNS": 3}, "more than 3 columns"),
        ({"MAX_BYTES": 1_000_000}, "MB; the limit is 1 MB"),
    ],
)
def test_parquet_is_measured_before_it_is_written_out(refused, small, bounds, words):
    n = 3_000
    data = parquet(
        post_id=repeated("1", n),
        posted_at=repeated("2025-12-04", n),
        views=pa.array([1] * n),
        caption=repeated("x" * 5_000, n),
    )
    assert len(data) < 100_000
    small(**bounds)
    assert words in refused(data, "posts.parquet")


def test_repeated_text_in_parquet_is_read_as_it_is(put):
    frame = POSTS.assign(caption=["same", None, "same", "é", "", "same"])
    path = put(b"", "posts.parquet")
    frame.to_parquet(path)
    back = read_posts(path, now=exports.NOW).posts
    plain = pd.read_parquet(path)["caption"].fillna("")
    assert back["caption"].fillna("").tolist() == plain.tolist()


# --- what is no file ----------------------------------------------------------------------------


@LINKS
@pytest.mark.parametrize("odd", ["/dev/zero", "/dev/urandom", "pipe", "link to zero"])
def test_what_never_ends_is_not_even_opened(tmp_path, odd):
    path = tmp_path / "odd.csv"
    if odd == "pipe":
        os.mkfifo(path)
    elif odd == "link to zero":
        path.symlink_to("/dev/zero")
    with pytest.raises(UserError, match="not an ordinary file"):
        read_posts(odd if odd.startswith("/dev") else path)


@LINKS
def test_a_folder_that_holds_itself_is_read_once(tmp_path):
    (tmp_path / "Content.csv").write_bytes(ROWS)
    (tmp_path / "again").symlink_to(tmp_path)
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    os.mkfifo(tmp_path / "pipe.csv")
    reading = read_posts(tmp_path, now=exports.NOW)
    assert reading.notes["files"] == ["Content.csv"]
    with pytest.raises(UserError, match="no file"):
        read_posts(tmp_path / "loop.csv")


def test_a_folder_of_very_many_files(small, tmp_path):
    small(MAX_MEMBERS=5)
    for number in range(7):
        (tmp_path / f"{number}.csv").write_bytes(ROWS)
    with pytest.raises(UserError, match="more than 5 files"):
        read_posts(tmp_path)


def test_the_page_about_data_states_these_limits():
    page = (ROOT / "data" / "README.md").read_text(encoding="utf-8").partition("## Limits")[2]
    for stated in (
        f"{limits.MAX_BYTES / 1e6:.0f} MB",
        f"{limits.MAX_UNPACKED / 1e6:.0f} MB and {limits.MAX_RATIO} times",
        f"{limits.MAX_ROWS:,} rows",
        f"{limits.MAX_COLUMNS:,} columns",
        f"{limits.MAX_CELLS / 1e6:.0f} million cells",
        f"{limits.MAX_CELL:,} characters",
    ):
        assert stated in " ".join(page.split()), stated
