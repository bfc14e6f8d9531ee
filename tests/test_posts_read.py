"""Plausibility, the repair log, the schema, and the demo creator's table read right."""

import json

import numpy as np
import pandas as pd
import pytest

import exports
from virality.core.errors import UserError
from virality.demo.creator import ensure_demo
from virality.demo.model import Effects
from virality.demo.posts import simulate_creator
from virality.posts.read import read_posts
from virality.posts.schema import POST_COLUMNS, REPAIR_COLUMNS, validate_posts

POSTS = exports.made_up_posts(n=40)
VIEWS, LIKES, COMMENTS, LENGTH, PLAY, WATCH = 6, 7, 8, 5, 11, 12


@pytest.fixture
def study(tmp_path):
    """Write the hand-curated table after a change to its rows, and read it."""

    def go(change=lambda rows: None, extra=()):
        rows = exports.study_rows(POSTS)
        for name, cells in extra:
            rows[0].append(name)
            for row, cell in zip(rows[1:], cells, strict=True):
                row.append(cell)
        change(rows)
        path = tmp_path / "posts.csv"
        path.write_text(exports.as_csv(rows), encoding="utf-8", newline="")
        return read_posts(path, now=exports.NOW)

    return go


def lines(reading, row):
    own = reading.repairs[reading.repairs["row"] == row]
    return dict(zip(own["column"], zip(own["severity"], own["why"], strict=True), strict=True))


def test_nothing_to_repair(study):
    reading = study()
    assert set(reading.repairs["severity"]) <= {"note"}
    assert reading.notes["severities"]["repaired"] == 0
    assert reading.notes["zone_found"] == "UTC"
    assert json.loads(json.dumps(reading.notes)) == reading.notes


def test_one_count_above_the_views_is_wrong_itself(study):
    def change(rows):
        rows[4][LIKES] = str(10**9)

    reading = study(change)
    assert lines(reading, 4)["likes"][0] == "set missing"
    assert pd.isna(reading.posts["likes"][3])
    assert reading.posts["views"][3] == POSTS["views"][3]


def test_several_counts_above_the_views_condemn_the_views(study):
    def change(rows):
        rows[4][VIEWS] = "3"

    reading = study(change)
    assert lines(reading, 4)["views"][0] == "row dropped"
    assert len(reading.posts) == len(POSTS) - 1


def test_shorter_than_watched(study):
    def change(rows):
        rows[5][LENGTH] = "1.20s"
        rows[6][LENGTH], rows[6][PLAY] = "1.20s", ""

    reading = study(change)
    assert lines(reading, 5)["video length"][0] == "set missing"
    assert np.isnan(reading.posts["duration_s"][4])
    assert reading.posts["avg_watch_s"][4] == POSTS["avg_watch_s"][4]  # play time confirms it
    assert np.isnan(reading.posts["avg_watch_s"][5])  # nothing confirms either


def test_retention_condemns_a_length(study):
    retention = ["40%"] * len(POSTS)

    def change(rows):
        rows[7][LENGTH] = f"{10 * POSTS['duration_s'][6]:.2f}s"

    reading = study(change, [("retention rate (avg watch time)", retention)])
    severity, why = lines(reading, 7)["video length"]
    assert severity == "set missing"
    assert f"imply about {POSTS['duration_s'][6]:.0f} s" in why
    assert reading.posts["duration_s"].isna().sum() == 1


def test_play_time_condemns_a_watch_time(study):
    def change(rows):
        rows[8][WATCH] = "1.1s"

    reading = study(change)
    assert lines(reading, 8)["avg watch time"][0] == "set missing"


def test_damaged_columns_that_the_book_does_not_use_are_told(study):
    shares = ["12%", "2%%", "577%"] + ["13"] * (len(POSTS) - 3)
    reading = study(extra=[("Female", shares), ("followers", shares)])
    assert "not used by the book" in lines(reading, 3)["Female"][1]
    assert reading.posts["followers"].isna().all()  # a share of viewers, not a count


def test_no_number_from_a_silently_damaged_row(study):
    """Whatever differs from the truth has a line for its row and column."""

    def change(rows):
        rng = np.random.default_rng(1)
        junk = ["-4", "0.5", "abc", "inf", "NaN", "1,234K", "", "1e99"]
        for row in rows[1:]:
            row[int(rng.choice([VIEWS, LIKES, COMMENTS]))] = str(rng.choice(junk))

    reading = study(change)
    merged = reading.posts.merge(POSTS, on="post_id", suffixes=("", "_true"))
    for column in ("views", "likes", "comments"):
        present = merged[column].notna()
        assert (merged.loc[present, column] == merged.loc[present, f"{column}_true"]).all()
    gone = set(POSTS["post_id"]) - set(reading.posts["post_id"])
    assert gone
    assert gone == set(reading.repairs.query("severity == 'row dropped'")["post_id"])


def test_many_notes_of_one_kind_become_one_line(study):
    def change(rows):
        for row in rows[1:]:
            row[2] = ""

    notes = study(change).repairs.query("column == 'description'")
    assert len(notes) == 1
    assert "40 rows" in notes["why"].iloc[0]


def test_one_post_and_all_zero(study):
    def one(rows):
        del rows[2:]

    def zero(rows):
        for row in rows[1:]:
            row[VIEWS:PLAY] = ["0"] * (PLAY - VIEWS)
            row[PLAY] = ""

    assert len(study(one).posts) == 1
    with pytest.raises(UserError, match="0 views in every row"):
        study(zero)


def test_a_zone_that_is_not_utc(tmp_path):
    local = POSTS.assign(posted_at=POSTS["posted_at"] - pd.Timedelta(hours=3))  # no summer time
    (tmp_path / "x").write_bytes(exports.study_csv(local))
    reading = read_posts(tmp_path / "x", now=exports.NOW)
    assert reading.notes["zone_found"] == "America/Sao_Paulo"
    assert reading.posts["posted_at"].tolist() == POSTS["posted_at"].tolist()


def test_posts_without_ids(tmp_path):
    text = (
        "date,caption,views\n2026-01-05 10:00,a,10\n2026-01-06 10:00,b,20\n2026-01-06 10:00,b,25\n"
    )
    (tmp_path / "x").write_text(text)
    reading = read_posts(tmp_path / "x", now=exports.NOW, timezone="Asia/Tokyo")
    assert reading.posts["views"].tolist() == [10, 25]
    assert reading.posts["posted_at"][0] == pd.Timestamp("2026-01-05 01:00", tz="UTC")
    again = read_posts(tmp_path / "x", now=exports.NOW, timezone="Asia/Tokyo")
    assert again.posts.equals(reading.posts)


# --- schema ---------------------------------------------------------------------------------------


def test_empty_tables_have_their_columns():
    assert list(exports.no_posts()) == list(POST_COLUMNS) and exports.no_posts().empty
    assert list(exports.no_repairs()) == list(REPAIR_COLUMNS) and exports.no_repairs().empty


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("views", -1, "row 3, column views: the value .-1. is negative"),
        ("views", None, "row 3, column views: the value is missing"),
        ("post_id", "1", "appears twice"),
        ("duration_s", 0.0, "is not above 0"),
        ("duration_s", np.inf, "is not above 0"),
        ("watched_full", 1.5, "between 0 and 1"),
        ("kind", "story", "neither video nor photo"),
        ("posted_at", None, "is missing"),
    ],
)
def test_violations_name_row_and_column(column, value, words):
    posts = POSTS.head(3).assign(post_id=["0", "1", "2"])
    posts.loc[2, column] = value
    with pytest.raises(UserError, match=words):
        validate_posts(posts)


def test_missing_and_stray_columns():
    with pytest.raises(UserError, match="lacks views"):
        validate_posts(POSTS.drop(columns="views"))
    with pytest.raises(UserError, match="stray"):
        validate_posts(POSTS.assign(extra=1))
    with pytest.raises(UserError, match="Column views"):
        validate_posts(POSTS.assign(views="many"))


def test_tables_survive_parquet(tmp_path):
    POSTS.to_parquet(tmp_path / "posts.parquet")
    back = pd.read_parquet(tmp_path / "posts.parquet")
    assert validate_posts(back).equals(POSTS)
    assert (back.dtypes == POSTS.dtypes).all()


# --- the simulated creator ------------------------------------------------------------------------


def test_the_demo_creator_is_read_right(tmp_path):
    files = ensure_demo(tmp_path, n_posts=140, videos=False)
    truth = simulate_creator(140, effects=Effects.demo())
    reading = read_posts(files.posts, now=exports.NOW)
    disorders = pd.DataFrame(json.loads(files.truth.read_text())["disorders"])
    gone = set(disorders.query("kind == 'no views'")["post_id"])
    assert set(truth["post_id"]) - set(reading.posts["post_id"]) == gone
    merged = reading.posts.merge(truth, on="post_id", suffixes=("", "_true"))
    assert (merged["posted_at"] == merged["posted_at_true"]).all()
    for name in ("views", "likes", "shares", "saves", "comments"):
        error = (merged[name] - merged[f"{name}_true"]).abs() / (1 + merged[f"{name}_true"])
        assert error.max() < 0.005, name  # 1.2M is a rounded number
    assert (merged["duration_s"] - merged["duration_s_true"]).abs().max() <= 0.5  # 00:31
    assert (merged["avg_watch_s"] - merged["avg_watch_s_true"]).abs().max() < 1e-9
    told = set(reading.repairs["post_id"].dropna())
    silent = disorders.query("kind != 'hostile caption'")
    assert set(silent["post_id"]) <= told
