"""Zero is not a measurement until it is plausible, and no zero wins over a positive reading."""

import numpy as np
import pandas as pd
import pytest

import exports
from virality.core.errors import UserError
from virality.findings.record import Trust, repairs
from virality.posts.read import read_posts
from virality.posts.settling import settled_at, settling

POSTS = exports.made_up_posts(n=40)
COUNTS = ["views", "likes", "comments", "shares", "saves"]


@pytest.fixture
def read(tmp_path):
    """Write tables, and read them together."""

    def go(*tables, **options):
        files = [tmp_path / f"{i}.csv" for i in range(len(tables))]
        for path, table in zip(files, tables, strict=True):
            path.write_bytes(exports.tidy_csv(table))
        return read_posts(files, now=exports.NOW, **options)

    return go


def read_on(posts, day):
    return posts.assign(captured_at=pd.Timestamp(day, tz="UTC"))


def at_zero(posts, rows, columns=COUNTS):
    out = posts.copy()
    out.loc[rows, columns] = 0
    return out


def test_no_likes_under_many_views_are_no_measurement(read):
    busy = POSTS.assign(views=POSTS["views"] + 10_000, likes=POSTS["likes"] + 1_000)
    reading = read(at_zero(busy, [3, 9], ["likes"]))
    assert reading.posts["likes"].isna().tolist() == [i in (3, 9) for i in range(40)]
    told = reading.repairs[reading.repairs["column"] == "likes"]
    assert told["why"].str.match(r"0 likes under [\d,]+ views: hidden").tolist() == [True, True]
    single = read(at_zero(busy.head(1).assign(views=4_000_000), [0], ["likes"]))
    assert single.posts["likes"].isna().all()
    quiet = busy.assign(views=900, likes=9, comments=1, shares=1, saves=1)
    assert (read(at_zero(quiet, [3], ["likes", "shares"])).posts["likes"] == 0).sum() == 1


@pytest.mark.parametrize("dated", [True, False])
@pytest.mark.parametrize("later_first", [True, False])
def test_a_later_zero_never_wins(dated, later_first, read):
    old, new = POSTS, at_zero(POSTS, [0, 3, 4])
    if dated:
        old, new = read_on(old, "2026-05-01"), read_on(new, "2026-06-01")
    reading = read(*((new, old) if later_first else (old, new)))
    for name in COUNTS:
        assert reading.posts[name].tolist() == POSTS[name].tolist(), name
    told = reading.repairs[reading.repairs["severity"] == "set missing"]
    assert sorted(told["post_id"]) == sorted(POSTS["post_id"][[0, 3, 4]])
    assert told["why"].str.contains("deleted, private or not read").all()
    result = repairs(reading.repairs, 40)
    assert result.number["set missing"] == 3
    assert result.trust is Trust.WHOLE, "housekeeping, not damage"
    assert not (reading.snapshots["views"] == 0).any()


def test_a_later_zero_of_one_count_never_wins(read):
    new = at_zero(POSTS, [2], ["likes"]).assign(views=POSTS["views"] + 5)
    reading = read(read_on(POSTS, "2026-05-01"), read_on(new, "2026-06-01"))
    assert reading.posts["likes"][2] == POSTS["likes"][2]
    assert reading.posts["views"].tolist() == new["views"].tolist()


def test_a_first_reading_of_zero_is_part_of_the_growth(read):
    early = at_zero(POSTS.assign(captured_at=POSTS["posted_at"] + pd.Timedelta(minutes=3)), [7])
    reading = read(early, read_on(POSTS, "2026-06-01"))
    assert reading.posts["views"].tolist() == POSTS["views"].tolist()
    own = reading.snapshots[reading.snapshots["post_id"] == POSTS["post_id"][7]]
    assert own["views"].tolist() == [0, POSTS["views"][7]]


def test_zeros_of_a_whole_reading_are_no_reading(read):
    reading = read(POSTS, at_zero(POSTS, slice(None)))
    assert reading.posts["views"].tolist() == POSTS["views"].tolist()
    with pytest.raises(UserError, match="0 views in every row"):
        read(at_zero(POSTS, slice(None)))


def test_views_of_zero_under_likes_are_the_views_fault(read):
    table = at_zero(POSTS, [1], ["views"])
    table = at_zero(table, [2], ["views", "comments", "shares", "saves"])
    reading = read(table)
    assert len(reading.posts) == 38
    dropped = reading.repairs[reading.repairs["severity"] == "row dropped"]
    assert dropped["why"].str.contains("the views were not read").all()
    assert sorted(dropped["post_id"]) == sorted(POSTS["post_id"][[1, 2]])
    assert not (reading.repairs["column"] == "likes").any(), "the likes are not to blame"


def test_a_column_of_zeros_is_missing_and_told_once(read):
    reading = read(at_zero(POSTS, slice(None), ["comments", "saves"]))
    assert reading.posts[["comments", "saves"]].isna().all(axis=None)
    assert reading.posts["likes"].tolist() == POSTS["likes"].tolist()
    told = reading.repairs[reading.repairs["why"].str.contains("0 in every row")]
    assert sorted(told["column"]) == ["comments", "saves"]


def test_a_column_of_zeros_in_files_of_one_post_each(tmp_path):
    for post in exports.ytdlp_objects(POSTS.assign(saves=0)):
        (tmp_path / f"{post['id']}.info.json").write_bytes(exports.dump(post))
    assert read_posts(tmp_path, now=exports.NOW).posts["saves"].isna().all()


def test_a_post_without_any_count_is_kept_only_where_it_is_plausible(read):
    reading = read(at_zero(POSTS, [5]))
    assert POSTS["post_id"][5] not in set(reading.posts["post_id"])
    assert reading.repairs["why"].str.contains("no other post has fewer than").any()
    small = POSTS.assign(views=np.arange(1, 41), likes=1, comments=1, shares=1, saves=1)
    assert len(read(at_zero(small, [5])).posts) == 40, "an account with hardly any views"
    young = at_zero(POSTS, [5]).assign(captured_at=POSTS["posted_at"] + pd.Timedelta(minutes=9))
    assert len(read(young).posts) == 40, "a post read within the hour"


def growing(day) -> pd.DataFrame:
    """The account as an export of that day shows it: posts settle within about a week."""
    day = pd.Timestamp(day, tz="UTC")
    posts = POSTS[POSTS["posted_at"] < day].reset_index(drop=True)
    age = (day - posts["posted_at"]) / pd.Timedelta(days=1)
    seen = (posts["views"] * (1 - np.exp(-age / 3))).round().astype("Int64")
    return posts.assign(captured_at=day, views=seen, likes=seen // 12)


def test_a_snapshot_series_whose_posts_are_deleted_later(read):
    days = pd.date_range("2026-01-20", periods=8, freq="12D")
    series = [growing(day) for day in days]
    whole = read(*series)
    gone = [*series[:-2], *(at_zero(t, range(19)) for t in series[-2:])]
    reading = read(*gone)
    assert len(reading.posts) == len(whole.posts)
    assert (reading.posts["views"] > 0).all() and not (reading.snapshots["views"] == 0).any()
    shares = [settled_at(settling(r.snapshots), 7).share for r in (whole, reading)]
    assert shares[0] == pytest.approx(1 - np.exp(-7 / 3), abs=0.05)
    assert shares[1] == pytest.approx(shares[0], abs=0.02)
    kept = reading.posts.set_index("post_id")["views"]
    last = series[-3].set_index("post_id")["views"]
    assert (kept[last.index[:19]] == last[last.index[:19]]).all(), "the last reading with views"


def test_of_unsettled_readings_the_middle_one_is_taken_and_that_is_said(read):
    hours = (1, 20, 90)
    views = (10, 500, 700)
    few = POSTS.head(9).assign(likes=1, comments=1, shares=1, saves=1)
    tables = [
        few.assign(captured_at=few["posted_at"] + pd.Timedelta(hours=h), views=v)
        for h, v in zip(hours, views, strict=True)
    ]
    reading = read(*tables)
    assert (reading.posts["views"] == 500).all()
    assert reading.repairs["why"].str.contains("had settled; the middle one is used").any()
    settled = tables[0].assign(captured_at=POSTS["posted_at"] + pd.Timedelta(days=30), views=900)
    assert (read(*tables, settled).posts["views"] == 900).all(), "the latest of the settled"
