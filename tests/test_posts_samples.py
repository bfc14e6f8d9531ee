"""Real samples: a hand-curated table with known traps, and an English Studio export.

They are found through one environment variable and nothing of them is kept here.
"""

import numpy as np
import pytest

from virality.posts.check import check
from virality.posts.read import read_posts


@pytest.fixture(scope="module")
def table(request):
    samples = request.getfixturevalue("samples")
    return read_posts(samples / "data" / "creator_studio" / "posts.csv")


def lines(reading, row, column):
    repairs = reading.repairs
    return repairs[(repairs["row"] == row) & (repairs["column"] == column)]


def severity(reading, row, column):
    found = lines(reading, row, column)
    assert len(found) == 1, (row, column, reading.repairs.to_string())
    return found["severity"].iloc[0]


def test_no_row_is_lost(table):
    assert len(table.posts) == table.notes["n_rows"] == 140
    assert table.notes["n_dropped"] == 0


def test_lengths(table):
    assert severity(table, 21, "video length") == "repaired"
    assert severity(table, 139, "video length") == "repaired"
    for row in (7, 110, 134):  # against retention; shorter than watched
        assert severity(table, row, "video length") == "set missing"
    by_row = table.posts.set_index("source_row")["duration_s"]
    assert by_row[21] == 8.40
    assert by_row[139] == 60.28
    assert by_row[[7, 110, 134]].isna().all()
    assert by_row.isna().sum() == 3
    assert "imply about 56 s" in lines(table, 7, "video length")["why"].iloc[0]


def test_counts(table):
    assert severity(table, 7, "shares") == "set missing"
    assert table.posts["shares"].isna().sum() == 1
    assert table.posts.set_index("source_row")["likes"][37] == 7_100_000


def test_times(table):
    assert severity(table, 1, "published date") == "repaired"
    assert "510 days" in lines(table, 1, "published date")["why"].iloc[0]
    slips = table.repairs[table.repairs["why"].str.contains("AM and PM")]
    assert len(slips) == 3
    assert table.notes["zone_found"] == "America/Denver"
    assert table.repairs["why"].str.contains("local times without a zone").any()
    assert table.repairs["why"].str.contains("two-digit year").any()
    seconds = np.array([int(i) >> 32 for i in table.posts["post_id"]])
    assert (table.posts["posted_at"].astype("int64") // 10**6 == seconds).all()


def test_percent_styles_and_captions(table):
    doubled = table.repairs[table.repairs["found"].str.contains("%%", regex=False)]
    assert (doubled["severity"] == "repaired").all()
    assert len(doubled) == 2
    assert table.repairs["why"].str.contains("with a percent sign and").sum() == 2
    assert table.posts["caption"].isna().sum() == 1
    assert severity(table, 2, "description") == "note"
    assert table.posts["watched_full"].max() < 0.8


def test_nothing_else_was_changed(table):
    changed = table.repairs[table.repairs["severity"] != "note"]
    rows = sorted(set(changed["row"].dropna().astype(int)))
    assert rows == [1, 4, 7, 9, 21, 69, 81, 93, 110, 134, 139]


def test_the_studio_export(samples):
    reading = read_posts(samples / "data" / "studio_export")
    assert len(reading.posts) == reading.notes["n_rows"] == 5
    assert set(reading.posts["posted_at"].dt.year) == {2026}
    assert (reading.posts["captured_at"].dt.strftime("%Y-%m-%d") == "2026-06-30").all()
    known = reading.posts["followers"]  # the history begins with days that say "undefined"
    assert known.isna().tolist() == [True, False, False, False, False]
    assert known.dropna().is_monotonic_increasing
    assert set(reading.repairs["severity"]) == {"note"}
    assert "Verdict: readable" in check(samples / "data" / "studio_export")
