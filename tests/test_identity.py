"""Which rows are the same post, and whose posts they are."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import exports
from virality.findings.record import Trust, Zone, repairs, times
from virality.posts.check import check
from virality.posts.read import read_posts

POSTS = exports.made_up_posts(n=40)
DAYS = POSTS["posted_at"].dt.strftime("%Y-%m-%d").tolist()
TIMES = POSTS["posted_at"].dt.strftime("%Y-%m-%d %H:%M:%S").tolist()
VIEWS = exports.as_text(POSTS["views"])
CALM = [HealthCheck.function_scoped_fixture]


@pytest.fixture
def read(tmp_path):
    """Write tables, and read them together."""

    def go(*tables, **options):
        files = [tmp_path / f"{i}.csv" for i in range(len(tables))]
        for path, table in zip(files, tables, strict=True):
            rows = [list(table), *map(list, zip(*table.values(), strict=True))]
            path.write_text(exports.as_csv(rows), encoding="utf-8", newline="")
        return read_posts(files, now=exports.NOW, **options)

    return go


DAY = st.sampled_from(["2026-01-05", "2026-01-06"])
CLOCK = st.sampled_from(["", " 10:00", " 10:00:30", " 10:01"])
POST = st.tuples(
    DAY, CLOCK, st.sampled_from(["", "a", "b"]), st.sampled_from(["", "https://x.co/1"])
)


@pytest.mark.slow
@settings(deadline=None, max_examples=40, suppress_health_check=CALM)
@given(st.lists(POST, min_size=1, max_size=8))
def test_only_what_agrees_in_minute_caption_and_link_is_the_same(read, posts):
    table = {
        "date": [day + clock for day, clock, _, _ in posts],
        "caption": [caption for *_, caption, _ in posts],
        "link": [link for *_, link in posts],
        "views": [str(1000 + i) for i in range(len(posts))],
    }
    found = read(table).posts
    earned = [p for p in posts if p[1] and (p[2] or p[3])]
    minutes = {(day, clock[:6], caption, link) for day, clock, caption, link in earned}
    assert len(found) == len(posts) - len(earned) + len(minutes)


def test_the_same_clip_on_several_platforms_is_several_posts(read):
    table = {"Platform": ["TikTok"] * 40, "date": TIMES, "caption": ["same"] * 40, "views": VIEWS}
    other = table | {"Platform": ["Instagram Reels"] * 40}
    both = {name: table[name] + other[name] for name in table}
    reading = read(both)
    assert reading.notes["platforms"] == {"tiktok": 40, "instagram": 40}
    assert reading.notes["n_dropped"] == 0


def test_a_name_that_accounts_share_does_not_make_them_one(read):
    ids = POSTS["post_id"].tolist()
    links = [f"https://www.tiktok.com/@{'ab'[i % 2]}nn/video/{p}" for i, p in enumerate(ids)]
    for name in ("Anna", "agency"):
        reading = read({"link": links, "author_name": [name] * 40, "views": VIEWS})
        assert reading.notes["authors"] == {"ann": 20, "bnn": 20}
        assert reading.repairs["why"].str.contains("is the name of 2 accounts").any()
    renamed = read({"link": links, "author": ["Ann"] * 40, "views": VIEWS})
    assert renamed.notes["authors"] == {"Ann": 40}, "older links keep the older handle"


def test_two_posts_a_day_are_two_posts(read):
    half = DAYS[:20] * 2
    assert len(read({"date": half, "views": VIEWS}).posts) == 40
    assert read({"date": half, "views": VIEWS}).posts.equals(
        read({"date": half, "views": VIEWS}).posts
    )
    assert len(read({"date": half, "views": VIEWS, "caption": ["same"] * 40}).posts) == 40
    links = [f"https://vm.example/{i}" for i in range(40)]
    reading = read({"Datum": half, "Aufrufe": VIEWS, "Irgendwo": links})
    assert sorted(reading.posts["views"]) == sorted(POSTS["views"])


def test_a_table_of_days_that_is_read_again_later_holds_the_same_posts(read):
    captions = [f"clip {i}" for i in range(40)]
    later = [str(int(v) + 7) for v in VIEWS]
    tables = [{"date": DAYS, "caption": captions, "views": v} for v in (VIEWS, later)]
    reading = read(*tables)
    assert sorted(reading.posts["views"]) == sorted(map(int, later))
    bare = [{"date": DAYS, "views": v} for v in (VIEWS, later)]
    assert len(read(*bare).posts) == 80, "nothing says that they are the same"


def test_ids_that_a_float_rounded_are_taken_from_the_links(read):
    rounded = [str(int(float(i))) for i in POSTS["post_id"]]
    links = exports.as_text(POSTS["url"])
    reading = read({"video_id": rounded, "link": links, "date": TIMES, "views": VIEWS})
    assert reading.posts["post_id"].tolist() == POSTS["post_id"].tolist()
    assert reading.repairs["why"].str.contains("rounded the video ids").sum() == 1
    alone = read({"video_id": rounded, "date": TIMES, "views": VIEWS})
    assert len(alone.posts) == 40
    assert alone.repairs["why"].str.contains("multiples of 512").sum() == 1


# --- whose ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "column",
    [
        *("author_uniqueId", "authorMeta.name", "user_name", "channel", "Uploader", "username"),
        *("Nutzername", "Compte", "Cuenta", "投稿者", "author_nickname", "author_id", "Influencer"),
    ],
)
def test_creators_under_any_common_name(column, read):
    reading = read({"date": TIMES, "views": VIEWS, column: ["Ann", "Ben"] * 20})
    assert reading.notes["authors"] == {"Ann": 20, "Ben": 20}


def test_creators_are_compared_without_case_and_links_fill_gaps(read):
    links = exports.as_text(POSTS["url"])
    names = ["Maker", "", "MAKER", "@maker"] * 10
    reading = read({"author": names, "url": links, "views": VIEWS})
    assert len(reading.notes["authors"]) == 1
    reading = read({"url": links, "views": VIEWS})
    assert reading.notes["authors"] == {"maker": 40}
    named = ["The Maker", ""] * 20  # a name that is no handle, and the same account's links
    reading = read({"author": named, "url": links, "views": VIEWS})
    assert reading.notes["authors"] == {"The Maker": 40}
    one, two = ({"author": [n] * 40, "url": links, "views": VIEWS} for n in ("Maker", "maker"))
    assert len(read(one, two).notes["authors"]) == 1


def test_a_better_name_is_used_and_the_other_told(read):
    names = {
        "user_name": ["a", "b"] * 20,
        "nickname": ["Ann", "Ben"] * 20,
        "user id": ["1", "2"] * 20,
    }
    reading = read({"date": TIMES, "views": VIEWS} | names)
    assert set(reading.notes["authors"]) == {"a", "b"}
    assert sorted(reading.notes["unused"]["0.csv"]) == [
        "nickname (user_name is used)",
        "user id (user_name is used)",
    ]


# --- verdicts -------------------------------------------------------------------------------------


def test_repeated_rows_are_housekeeping_not_damage(read):
    ids = exports.as_text(POSTS["post_id"])
    table = {"video_id": ids * 3, "date": TIMES * 3, "views": VIEWS * 3}
    reading = read(table)
    assert reading.notes["n_dropped"] == 80
    result = repairs(reading.repairs, len(reading.posts))
    assert result.trust is Trust.WHOLE
    assert (result.n_dropped, result.n_again) == (0, 80)


def test_a_scrapers_clock_is_not_called_the_creators(read, tmp_path):
    ids = exports.as_text(POSTS["post_id"])
    local = POSTS["posted_at"].dt.tz_convert("America/Denver").dt.strftime("%Y-%m-%d %H:%M:%S")
    table = {"video_id": ids, "video_timestamp": local.tolist(), "video_playcount": VIEWS}
    reading = read(table)
    assert reading.notes["zone_found"] == "America/Denver"
    assert reading.notes["timezone"] == "UTC"
    assert times(reading).verdict is Zone.MACHINES
    assert "may be a scraper's" in check(tmp_path / "0.csv", now=exports.NOW)
