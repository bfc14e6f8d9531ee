"""One reader, any container: what is read as CSV is read as JSON, XLSX, Parquet, zipped."""

import csv
import gzip
import io
import json
import zipfile

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import exports
from virality.core.errors import UserError
from virality.posts import objects
from virality.posts.source import open_bytes

POSTS = exports.made_up_posts()
ROWS = list(csv.DictReader(io.StringIO(exports.handmade(POSTS).decode()), delimiter=";"))
ELSEWHERE = ["source", "source_row"]


def typed(row):
    """Numbers as numbers, as a program would write them."""
    return {k: int(v.replace(",", "")) if k in ("Views", "Likes") else v for k, v in row.items()}


def xlsx(rows):
    from openpyxl import Workbook

    book, out = Workbook(), io.BytesIO()
    book.active.append(list(rows[0]))
    for row in rows:
        book.active.append(list(row.values()))
    book.save(out)
    return out.getvalue()


def parquet(rows):
    out = io.BytesIO()
    pd.DataFrame(rows).to_parquet(out)
    return out.getvalue()


def zipped(rows):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a folder/posts.json", exports.dump(rows))
    return out.getvalue()


def values(row):
    return list(row.values())


def by_column(rows):
    return {k: [row[k] for row in rows] for k in rows[0]}


def numbered(rows):
    return {k: {str(i): row[k] for i, row in enumerate(rows)} for k in rows[0]}


NEWLINE = b"\n"
CONTAINERS = {
    "list": exports.dump,
    "under a key": lambda rows: exports.dump({"videos": rows, "count": len(rows)}),
    "under two keys": lambda rows: exports.dump({"data": {"items": rows, "ok": True}, "code": 0}),
    "each under a key": lambda rows: exports.dump([{"node": row} for row in rows]),
    "objects by number": lambda rows: exports.dump({f"p{i}": r for i, r in enumerate(rows)}),
    "columns": lambda rows: exports.dump(by_column(rows)),
    "columns by number": lambda rows: exports.dump(numbered(rows)),
    "rows under a header": lambda rows: exports.dump(
        [list(rows[0]), *[list(r.values()) for r in rows]]
    ),
    "split": lambda rows: exports.dump({"columns": list(rows[0]), "data": list(map(values, rows))}),
    "lines": lambda rows: NEWLINE.join(map(exports.dump, rows)),
    "one line": lambda rows: b"".join(map(exports.dump, rows)),
    "written one by one": lambda rows: NEWLINE.join(
        json.dumps(row, indent=2).encode() for row in rows
    ),
    "pages": lambda rows: NEWLINE.join(
        json.dumps({"videos": rows[i : i + 5]}, indent=1).encode() for i in range(0, len(rows), 5)
    ),
    "list of pages": lambda rows: exports.dump([{"v": rows[:5]}, {"v": rows[5:]}]),
    "XLSX": xlsx,
    "Parquet": parquet,
    "zip": zipped,
    "gzip": lambda rows: gzip.compress(exports.dump(rows)),
    "gzip of CSV": lambda rows: gzip.compress(exports.handmade(POSTS)),
}


@pytest.mark.slow
@pytest.mark.parametrize("numbers", ["as text", "as numbers"])
@pytest.mark.parametrize("container", CONTAINERS)
def test_the_same_table_in_any_container(container, numbers, read):
    wanted = read(exports.handmade(POSTS))
    rows = list(map(typed, ROWS)) if numbers == "as numbers" else ROWS
    found = read(CONTAINERS[container](rows))
    assert found.posts.drop(columns=ELSEWHERE).equals(wanted.posts.drop(columns=ELSEWHERE))
    assert found.posts["source_row"].tolist() == wanted.posts["source_row"].tolist()


def test_the_tidy_table_as_json(read):
    rows = json.loads(POSTS.to_json(orient="records", date_format="iso"))
    found = read(exports.dump(rows)).posts.drop(columns=ELSEWHERE)
    assert found.equals(POSTS.drop(columns=ELSEWHERE))


@pytest.mark.slow
@pytest.mark.parametrize("joint", [".", "/"])
@pytest.mark.parametrize("form", ["TikTokApi", "apify", "aweme"])
def test_objects_that_were_written_as_a_table_are_read_as_objects(form, joint, read):
    content = exports.WRITERS[form][1](POSTS)
    wanted = read(content)
    value = json.loads(content)
    flat = pd.json_normalize(value if isinstance(value, list) else value["aweme_list"], sep=joint)
    table = read(flat.to_csv(index=False).encode())
    assert table.notes["formats"].keys() == wanted.notes["formats"].keys()
    assert table.posts.drop(columns=ELSEWHERE).equals(wanted.posts.drop(columns=ELSEWHERE))


def test_nested_parquet(read):
    content = exports.WRITERS["TikTokApi"][1](POSTS)
    out = io.BytesIO()
    pd.DataFrame(json.loads(content)).drop(columns=["challenges"]).to_parquet(out)
    found, wanted = read(out.getvalue()), read(content)
    assert found.posts["views"].tolist() == wanted.posts["views"].tolist()
    assert found.posts["author"].tolist() == wanted.posts["author"].tolist()


def test_objects_listed_under_their_ids(read):
    rows = {p.post_id: {"views": p.views, "date": f"{p.posted_at:%Y-%m-%d %H:%M:%S}"}
            for p in POSTS.itertuples()}  # fmt: skip
    assert read(exports.dump(rows)).posts["post_id"].tolist() == POSTS["post_id"].tolist()


def clips(n=40):
    posts = exports.made_up_posts(n=n)
    pairs = zip(posts["post_id"], posts["views"], strict=True)
    return [{"video_id": i, "plays": v, "likes": v // 9, "desc": f"clip {i}"} for i, v in pairs]


@pytest.mark.parametrize("nested", [False, True])
def test_lists_beside_each_other_are_all_read(nested, read):
    posts = clips()
    lists = {"ann": posts[:15], "bob": posts[15:]}
    value = {"data": {name: {"videos": own} for name, own in lists.items()}} if nested else lists
    reading = read(exports.dump(value))
    assert sorted(reading.posts["post_id"]) == sorted(p["video_id"] for p in posts)
    assert [*reading.notes["unused"].values()] == [["in the list"]], "which is named"
    said = read(exports.dump(value), columns="author=in the list")
    assert said.notes["authors"] == {"ann": 15, "bob": 25}


def test_whose_posts_they_are_may_be_said_above_them(read):
    posts = clips()
    for whose in (lambda name: {"username": name}, lambda name: {"user": {"handle": name}}):
        users = [whose(n) | {"videos": own} for n, own in (("ann", posts[:15]), ("b", posts[15:]))]
        assert read(exports.dump(users)).notes["authors"] == {"ann": 15, "b": 25}
    pages = [{"page": k, "items": posts[20 * k : 20 * k + 20]} for k in range(2)]
    assert read(exports.dump(pages)).notes["authors"] == {"unknown": 40}, "a page is nobody"


def test_the_days_of_a_post_are_no_posts(read):
    days = [{"date": f"2026-06-{d:02d}", "views": d} for d in range(1, 10)]
    reading = read(exports.dump([p | {"history": days} for p in clips()]))
    assert len(reading.posts) == 40 and reading.posts["views"].min() >= 1000


def test_an_authors_id_is_no_posts_id(read):
    rows = [
        {
            "author": {"id": "7178782100814974250"},
            "item": {"views": 5 + i, "date": f"2026-01-{i:02d}"},
        }
        for i in range(1, 9)
    ]
    posts = read(exports.dump(rows)).posts
    assert posts["views"].tolist() == list(range(6, 14))
    assert posts["post_id"].is_unique


def test_a_refusal_names_every_key_and_every_column(read):
    names = [f"column number {i}" for i in range(60)]
    with pytest.raises(UserError, match="not recognised") as error:
        read(exports.as_csv([names, [str(i) for i in range(60)]]).encode())
    assert all(name in str(error.value) for name in names)
    with pytest.raises(UserError, match="no posts in it") as error:
        read(exports.dump({"info": {"x y": 1}, "things": [{"a": 1}, {"b": {"c": 2}}]}))
    for name in ("info.x y", "things.a", "things.b.c"):
        assert name in str(error.value)


def test_gzip_is_bounded_and_told_when_damaged():
    packed = gzip.compress(exports.tidy_csv(POSTS))
    with pytest.raises(UserError, match="breaks off"):
        list(open_bytes("x.gz", packed[:-20]))
    with pytest.raises(UserError, match="damaged"):
        list(open_bytes("x.gz", packed[:40] + b"\xff" * 400))
    (both,) = open_bytes("x.gz", gzip.compress(b"views,") + gzip.compress(b"url"))
    assert both.text == "views,url"
    assert list(open_bytes("x.gz", gzip.compress(packed))) == [], "no archive inside an archive"
    with pytest.raises(UserError, match="unpacks to"):
        list(open_bytes("x.gz", gzip.compress(bytes(20_000_000))))


SCALAR = st.text("abc,\n;\"'é ", max_size=6) | st.integers(-9, 10**20) | st.booleans()
NAME = st.text("abcdefgh", min_size=1, max_size=3)
RECORD = st.recursive(
    st.dictionaries(NAME, SCALAR, min_size=1, max_size=4),
    lambda inner: st.dictionaries(NAME, SCALAR | inner, min_size=1, max_size=4),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(RECORD, min_size=1, max_size=4))
def test_objects_become_a_table_and_objects_again(records):
    header, rows = objects.to_columns(records)
    assert len(set(header)) == len(header) and {len(r) for r in rows} == {len(header)}
    columns = [list(c) for c in zip(*rows, strict=True)]
    back = objects.to_records(header, columns)
    again = objects.to_columns(back)
    filled = {(h, i): c for i, row in enumerate(rows) for h, c in zip(header, row, strict=True)}
    for i, row in enumerate(again[1]):
        for name, cell in zip(again[0], row, strict=True):
            assert filled[name, i] == cell or not cell
    assert sum(bool(c.strip()) for row in rows for c in row) == (
        sum(bool(c.strip()) for row in again[1] for c in row)
    ), "nothing is lost"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(RECORD, min_size=1, max_size=4), st.sampled_from(["", "\n", " ,\n", "\x1e", "\n\n"])
)
def test_documents_behind_each_other_are_all_read(documents, between):
    from virality.posts.objects import read_json

    text = between.join(json.dumps(d, indent=1) for d in documents)
    wanted = json.loads(json.dumps(documents), parse_int=str)
    assert read_json(text, "x") == wanted
    with pytest.raises(UserError, match=r"breaks off|is broken"):
        read_json(text + between + '{"a": ', "x")


def test_a_caption_may_quote_a_link_on_a_line_of_its_own(read):
    rows = [
        {"url": p.url, "date": f"{p.posted_at:%Y-%m-%d %H:%M:%S}", "views": p.views,
         "caption": f"part two of\n{p.url}"}
        for p in POSTS.itertuples()
    ]  # fmt: skip
    posts = read(exports.dump(rows)).posts
    assert posts["caption"].tolist() == [row["caption"] for row in rows]


@pytest.mark.slow
def test_objects_with_endless_keys_do_not_hide_the_posts(read):
    rows = [{"url": p.url, "views": p.views} for p in POSTS.itertuples()]
    index = {f"k{i}": {f"word {i}": i, "n": 1} for i in range(2500)}
    assert len(read(exports.dump({"index": index, "rows": rows})).posts) == len(POSTS)
