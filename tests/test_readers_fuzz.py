"""Whatever bytes arrive, reading ends in a valid table or in one sentence."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import exports
from virality.core.errors import UserError
from virality.posts.read import read_posts
from virality.posts.schema import validate_posts, validate_repairs
from virality.posts.source import open_bytes

POSTS = exports.made_up_posts(n=5)
FORMS = {**exports.WRITERS, **exports.ELSEWHERE}
SEEDS = {name: form[1](POSTS) for name, form in FORMS.items()}
CALM = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
BRIEF = settings(deadline=None, max_examples=100, suppress_health_check=CALM)
BOUNDED = settings(deadline=None, max_examples=250, suppress_health_check=CALM)

KEY = st.sampled_from(
    [
        *("id", "create_time", "createTime", "timestamp", "view_count", "playCount", "stats"),
        *("data", "videos", "entries", "author", "desc", "url", "error", "extractor"),
        *("Post", "Posts", "VideoList", "Link", "Date", "Likes", "Activity", "columns", "views"),
        *("aweme_id", "statistics", "statsV2", "play_count", "post_id", "platform", "captured_at"),
    ]
)
LEAF = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
JSON = st.recursive(
    LEAF,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEY, inner, max_size=6),
    max_leaves=25,
)
CELL = st.text(max_size=12) | st.sampled_from(
    [
        *("", "5", "1.2M", "-3", "2024-05-06", "6/7/24", "June 3", "00:31", "2%%", "NaN", "inf"),
        *("=1+1", "https://www.tiktok.com/@a/video/7178782100814974250", "7.2E+18", "undefined"),
        *('"', "\x00", "9" * 30, "1e308", "0", "13/13/2013", "24:61", "8:40s", "PT5S"),
    ]
)
HEADER = st.sampled_from(
    [
        *("url", "views", "date", "caption", "likes", "video_id", "posted_at", "post_id"),
        *("published date", "published time", "video length", "captured_at", "author", "kind"),
        *("avg watch time", "play time", "followers", "duration", "x", ""),
    ]
)


def survives(content, folder):
    path = folder / "input"
    path.write_bytes(content)
    try:
        reading = read_posts(path, now=exports.NOW)
    except UserError as error:
        assert str(error)
        return
    assert validate_posts(reading.posts).equals(reading.posts)
    validate_repairs(reading.repairs)
    reading.posts.to_parquet(folder / "posts.parquet")
    reading.repairs.to_parquet(folder / "repairs.parquet")
    json.dumps(reading.notes, allow_nan=False)


@BRIEF
@given(st.binary(max_size=400))
def test_any_bytes(tmp_path, content):
    survives(content, tmp_path)


@pytest.mark.slow
@BOUNDED
@given(st.sampled_from(sorted(SEEDS)), st.data())
def test_damaged_exports(tmp_path, form, data):
    content = bytearray(SEEDS[form])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        what = data.draw(st.sampled_from(["flip", "cut", "insert", "double"]))
        if what == "flip":
            content[at] = data.draw(st.integers(0, 255))
        elif what == "cut":
            del content[at : at + data.draw(st.integers(1, 200))]
        elif what == "insert":
            content[at:at] = data.draw(st.binary(max_size=8))
        else:
            content[at:at] = content[at : at + 60]
        if not content:
            break
    survives(bytes(content), tmp_path)


@pytest.mark.slow
@BOUNDED
@given(JSON)
def test_any_json(tmp_path, value):
    survives(json.dumps(value).encode(), tmp_path)


@pytest.mark.slow
@BOUNDED
@given(st.lists(HEADER, min_size=1, max_size=8), st.lists(st.lists(CELL, max_size=9), max_size=6))
def test_any_table(tmp_path, header, rows):
    text = exports.as_csv([header, *rows])
    survives(text.encode("utf-8", "surrogatepass"), tmp_path)


@BRIEF
@given(st.binary(max_size=300))
def test_any_archive(content):
    try:
        for source in open_bytes("x", b"PK\x03\x04" + content):
            assert source.name
    except UserError as error:
        assert str(error)
