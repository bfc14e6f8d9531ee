"""Numbers, shares, lengths, ids and dates: known answers."""

from contextlib import suppress
from datetime import datetime

import numpy as np
import pytest
from dateparser.data.languages_info import language_order
from hypothesis import given, settings
from hypothesis import strategies as st

from virality.core.errors import UserError
from virality.posts import parse, platforms, timing
from virality.posts.dates import LANGUAGES, read_dates
from virality.posts.moments import read_clock
from virality.posts.text import MAX_CAPTION, kept_caption


@pytest.mark.parametrize(
    ("text", "value"),
    {
        "0": 0,
        "5431": 5431,
        "5,431": 5431,
        "5.431": 5431,
        "12 345": 12345,
        "12\u202f345": 12345,
        "12’345": 12345,
        "1,234,567": 1234567,
        "1.234.567": 1234567,
        "12,34,567": 1234567,
        "1,234,567.0": 1234567,
        "123.0": 123,
        "+7": 7,
        "'12": 12,
        "1.2M": 1_200_000,
        "541.2K": 541_200,
        "541,2K": 541_200,
        "552k": 552_000,
        "7.1m": 7_100_000,
        "3 тыс.": 3000,
        "1,5 млн": 1_500_000,
        "2.1万": 21_000,
        "3,4 mil": 3400,
        "1,2 mi": 1_200_000,
        "2,5 Mio.": 2_500_000,
        "1.2 tr": 1_200_000,
        "٣٬٤٥٦": 3456,
        "２３": 23,
        "1.2E+05": 120_000,
    }.items(),
)
def test_counts(text, value):
    read = parse.counts([text])
    assert read.data == [value]
    assert not read.problems


@pytest.mark.parametrize("text", ["", " ", "undefined", "N/A", "null", "NaN", "-", "—"])
def test_blanks_are_missing_without_a_word(text):
    for read in (parse.counts, parse.shares, parse.durations, parse.flags):
        column = read([text])
        assert column.data == [None]
        assert not column.problems


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("-5", "negative"),
        ("inf", "infinite"),
        ("∞", "infinite"),
        ("0.71", "whole"),
        ("1,234K", "cannot be told"),
        ("1B", "Turkish"),
        ("99999999999999", "larger"),
        ("1e400", "larger"),
        ("9" * 5000, "not a number"),
        ("1 2", "not a number"),
        ("12abc", "not a number"),
        ("<script>", "not a number"),
        ("=1+1", "not a number"),
    ],
)
def test_counts_that_are_refused(text, word):
    read = parse.counts([text])
    assert read.data == [None]
    assert word in read.problems[0]


def test_a_column_explains_its_own_marks():
    assert parse.counts(["5.431", "12"]).data == [5431, 12]
    assert parse.counts(["5.431", "12.5"]).data == [None, None]


@given(st.integers(0, 10**11))
def test_counts_survive_every_way_of_grouping(number):
    for text in (f"{number}", f"{number:,}", f"{number:,}".replace(",", " "), f" {number} "):
        assert parse.counts([text]).data == [number]
    dotted = f"{number:,}".replace(",", ".")
    assert parse.counts([dotted]).data == [number]


def test_percent_styles_in_one_column():
    read = parse.shares(["2%%", ".5", "45 %", "24.34", "0,65", "577%", "x"])
    assert read.data[:5] == pytest.approx([0.02, 0.005, 0.45, 0.2434, 0.0065])
    assert set(read.problems) == {5, 6}
    assert set(read.repairs) == {0}
    assert "all are percent" in read.remarks[0]


def test_bare_fractions_stay_fractions():
    assert parse.shares([".5", "0.45", "1"]).data == [0.5, 0.45, 1]
    assert parse.shares([".5", "0.45", "1"], "percent").data == pytest.approx([0.005, 0.0045, 0.01])


@pytest.mark.parametrize(
    ("text", "seconds"),
    {
        "31": 31,
        "31.2s": 31.2,
        "31,2 s": 31.2,
        "00:31": 31,
        "1:05": 65,
        "00:00:31": 31,
        "1:02:03": 3723,
        "PT31S": 31,
        "PT1M5.5S": 65.5,
        "741h:28m:50s": 2_669_330,
        "1h 2m 3s": 3723,
        "1 min 20 s": 80,
        "31200ms": 31.2,
    }.items(),
)
def test_durations(text, seconds):
    assert parse.durations([text]).data == [pytest.approx(seconds)]


@pytest.mark.parametrize("text", ["-3", "99:99", "inf", "P", "ten", "1:2:3:4", "3" * 100])
def test_durations_that_are_refused(text):
    read = parse.durations([text])
    assert read.data == [None]
    assert read.problems


def test_a_colon_for_the_point():
    alone = parse.durations(["8:40s"])
    assert alone.data == [None]
    assert "may be" in alone.problems[0]
    among_seconds = parse.durations(["8.98s", "8:40s", "7.2s"])
    assert among_seconds.data == [8.98, 8.4, 7.2]
    by_evidence = parse.durations(["8:40s", "8:40s"], expected=[8.3, 515])
    assert by_evidence.data == [8.4, 520]


def test_milliseconds_are_found():
    read = parse.durations(["15000", "31000"])
    assert read.data == [15, 31]
    assert "milliseconds" in read.remarks[0]


def test_captions_keep_joiners_and_lose_what_cannot_be_stored():
    family = "👩\u200d👩\u200d👧 \u202eabc"
    assert kept_caption(family) == (family, "")
    kept, why = kept_caption("a\x00b\ud83d")
    assert kept == "a\ufffdb\ufffd"
    assert why
    assert kept_caption("  \n ")[0] is None
    assert len(kept_caption("x" * 10**6)[0]) == MAX_CAPTION


# --- ids ----------------------------------------------------------------------------------------

ID = "7178782100814974250"


@pytest.mark.parametrize(
    "text",
    [
        ID,
        f"'{ID}",
        f'="{ID}"',
        f"https://www.tiktok.com/@a.b/video/{ID}?lang=en",
        f"https://www.tiktok.com/@a/photo/{ID}",
        f"https://www.tiktokv.com/share/video/{ID}/",
        f" {ID}\u200b",
    ],
)
def test_ids_are_found(text):
    assert platforms.find_id(text) == ID


def test_ids_know_their_time():
    assert platforms.upload_times([ID])[0] == np.datetime64("2022-12-19T09:00:57")
    assert np.isnat(platforms.upload_times(["12345", None, "x1", "0" * 19, "9" * 20])).all()


@pytest.mark.parametrize(
    "cells",
    [["7.2E+18"], ["7,17878E+18"], ["7178782100814970000"], ["7178782100814974000"] * 3],
)
def test_rounded_ids_are_noticed(cells):
    assert "rounded" in platforms.damage(cells)


def test_sound_ids_are_not_called_rounded():
    assert platforms.damage([ID, "7178782100814970000", "7178782100814934251"]) == ""
    assert platforms.damage(["", "x", "12"]) == ""


def test_made_up_ids_are_stable():
    made = platforms.made_up_id("a", None)
    assert made == platforms.made_up_id("a", None) != platforms.made_up_id("b", None)


# --- dates --------------------------------------------------------------------------------------


def test_every_language_of_dates_is_one_that_can_be_read():
    assert set(LANGUAGES) <= set(language_order)


def stamps(texts, by_id=None, clocks=None, now=datetime(2026, 7, 1)):
    by_id = None if by_id is None else np.array(by_id, "datetime64[us]")
    return read_dates(texts, clocks, by_id, now)


@pytest.mark.parametrize(
    ("text", "stamp", "zoned"),
    [
        ("2023-01-31", "2023-01-31", False),
        ("2023-01-31T10:00:00Z", "2023-01-31T10:00", True),
        ("2023-01-31 10:00:00+02:00", "2023-01-31T08:00", True),
        ("2023-01-31 10:00 UTC", "2023-01-31T10:00", True),
        ("2023/1/5 3:05 PM", "2023-01-05T15:05", False),
        ("1674300000", "2023-01-21T11:20", True),
        ("1674300000000", "2023-01-21T11:20", True),
        ("1674300000000000", "2023-01-21T11:20", True),
        ("1674300000000000000", "2023-01-21T11:20", True),
        ("1970-01-01 00:00:01.674300000", "2023-01-21T11:20", True),
        ("20230131", "2023-01-31", False),
        ("44958", "2023-02-01", False),
        ("44958.5", "2023-02-01T12:00", False),
        ("13/5/2023", "2023-05-13", False),
        ("5/13/23", "2023-05-13", False),
        ("31.01.2023 14:00", "2023-01-31T14:00", False),
        ("2024年6月13日 午後3:05", "2024-06-13T15:05", False),
        ("June 13, 2024 3:05 PM", "2024-06-13T15:05", False),
        ("13 de junio de 2024", "2024-06-13", False),
        ("ngày 18 tháng 8 năm 2024", "2024-08-18", False),
        ("٣ مارس ٢٠٢٤", "2024-03-03", False),
    ],
)
def test_dates(text, stamp, zoned):
    read = stamps([text])
    assert read.stamps[0] == np.datetime64(stamp)
    assert read.zoned[0] == zoned


@pytest.mark.parametrize(
    "text",
    [
        *("0", "-1", "7", "1.67E+09", "2023-02-31", "30/2/2023", "yesterday", "2 days ago"),
        *("hello", "13:00", "2023-01-01 99:99", "x" * 500, "June 13"),
    ],
)
def test_dates_that_are_refused(text):
    read = stamps([text])
    assert np.isnat(read.stamps[0])
    assert read.problems[0]


@pytest.mark.parametrize(
    "text",
    [
        *("12h ago", "5 h ago", "3d ago", "1w ago", "2 days ago", "12h", "3d", "an hour ago"),
        *("just now", "Yesterday", "today at 5:03 PM", "hace 2 días", "há 3 horas", "vor 3 Tagen"),
        *("il y a 5 heures", "3 giorni fa", "2 dagen geleden", "3 dage siden", "2 dni temu"),
        *("3 gün önce", "2 hari yang lalu", "3 ngày trước", "2 часа назад", "3時間前", "2天前"),
        *("przed 2 dniami", "sinds 2 dagen", "anteontem", "baru saja", "vừa xong", "刚刚", "방금"),
        *("3일 전", "gestern", "hier", "ayer", "昨日", "hôm qua", "вчера", "πριν 2 ώρες"),
    ],
)
def test_relative_dates_are_dates_in_no_language(text):
    read = stamps([text, "2024-03-01"])
    assert "relative date" in read.problems[0]
    assert np.isnat(read.stamps[0]) and read.stamps[1] == np.datetime64("2024-03-01")
    assert not read.remarks


@pytest.mark.parametrize(
    "text", ["12 ago 2024", "12 août 2024", "12. august 2024", "2024年8月12日", "12 Ağu 2024"]
)
def test_august_stays_august(text):
    assert stamps([text]).stamps[0] == np.datetime64("2024-08-12")


@pytest.mark.parametrize(
    "text",
    [
        *("1 maart 2024", "1. marts 2024", "1 marca 2024", "1 mars 2024", "1. března 2024"),
        *("1 मार्च 2024", "1 มีนาคม 2024", "2024. március 1.", "1. maaliskuuta 2024", "1 Mac 2024"),
    ],
)
def test_further_languages(text):
    assert stamps([text]).stamps[0] == np.datetime64("2024-03-01")


def test_order_from_the_column_the_ids_or_the_calendar():
    assert stamps(["3/4/23", "25/4/23"]).stamps[0] == np.datetime64("2023-04-03")
    assert stamps(["3/4/23", "4/25/23"]).stamps[0] == np.datetime64("2023-03-04")
    by_id = ["2023-04-03T10:00", "2023-06-05"]
    assert stamps(["3/4/23", "5/6/23"], by_id).stamps[1] == np.datetime64("2023-06-05")
    assert stamps(["11/12/26", "1/2/26"], now=datetime(2026, 11, 24)).stamps[0] == np.datetime64(
        "2026-11-12"
    )
    assert stamps(["4/4/23"]).stamps[0] == np.datetime64("2023-04-04")
    with pytest.raises(UserError, match="day/month or month/day"):
        stamps(["3/4/23", "5/6/23"])


def test_both_orders_in_one_column_go_by_their_ids():
    texts = ["13/5/2023", "5/13/2023", "3/4/2023", "3/4/2023"]
    read = stamps(texts, ["2023-05-13", "2023-05-13", "2023-03-04", "2023-04-03"])
    assert [str(s)[:10] for s in read.stamps[2:]] == ["2023-03-04", "2023-04-03"]
    assert "mixes" in read.remarks[0]
    assert np.isnat(stamps(texts).stamps[2])


def test_missing_years_from_ids_also_at_new_year():
    read = stamps(
        ["31 Dec", "1 Jan", "Feb 29"], ["2024-01-01T03:00", "2023-12-31T22:00", "2024-02-29"]
    )
    assert [str(s)[:10] for s in read.stamps] == ["2023-12-31", "2024-01-01", "2024-02-29"]


def test_languages_with_different_readings_need_ids():
    # "1 mar" is the first of March in Spanish and may be Tuesday elsewhere; ids settle it.
    read = stamps(["1 de marzo", "2 de abril"], ["2024-03-01", "2024-04-02"])
    assert read.stamps[1] == np.datetime64("2024-04-02")


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("11:30 AM", (11, 30, 0, 0)),
        ("12:05 am", (0, 5, 0, 0)),
        ("12:05 p.m.", (12, 5, 0, 0)),
        ("23:59:58.25", (23, 59, 58, 250_000)),
        ("7 pm", (19, 0, 0, 0)),
        ("오후 3:05", (15, 5, 0, 0)),
        ("0.75", (18, 0, 0, 0)),
        ("25:00", None),
        ("12", None),
        ("3:05 xx", None),
    ],
)
def test_clocks(text, clock):
    assert read_clock(text) == clock


def test_a_column_of_clocks():
    read = stamps(["2023-01-31", "2023-01-31", "2023-01-31"], clocks=["2:30 PM", "", "nonsense"])
    assert read.stamps[0] == np.datetime64("2023-01-31T14:30")
    assert list(read.timed) == [True, False, False]
    assert 2 in read.problems


# --- times against ids ----------------------------------------------------------------------------


def settled(local, by_id, zone="UTC", now=datetime(2026, 7, 1)):
    by_id = np.array(by_id, "datetime64[us]")
    return timing.settle(stamps(local, by_id), by_id, zone, now)


def in_denver(days):
    utc = [np.datetime64("2023-01-10T18:30") + np.timedelta64(d, "D") for d in days]
    shift = [7 if not 71 <= (u - np.datetime64("2023-01-01")) / np.timedelta64(1, "D") < 309 else 6
             for u in utc]  # fmt: skip
    return [str(u - np.timedelta64(h, "h")) for u, h in zip(utc, shift, strict=True)], utc


def test_the_zone_of_local_times_is_found_across_summer_time():
    local, utc = in_denver(range(0, 300, 10))
    result = settled(local, utc)
    assert result.zone == "America/Denver"
    assert (result.posted_at == np.array(utc, "datetime64[us]")).all()
    assert not result.lines


def test_slips_drafts_and_wrong_dates():
    local, utc = in_denver(range(0, 300, 10))
    local[3] = str(np.datetime64(local[3]) - np.timedelta64(12, "h"))
    local[4] = str(np.datetime64(local[4]) + np.timedelta64(5, "D"))
    local[5] = str(np.datetime64(local[5]) - np.timedelta64(510, "D"))
    local[6] = "1970-01-01T00:00"
    local[7] = "2099-01-01T00:00"
    local[8] = ""
    result = settled(local, utc)
    assert "AM and PM" in result.lines[3][0]
    assert result.lines[4][1] == "note"
    assert "510 days" in result.lines[5][0]
    assert "before the platform" in result.lines[6][0]
    assert "future" in result.lines[7][0]
    assert result.lines[8][1] == "repaired"
    by_id = [i for i in range(len(utc)) if i != 4]
    assert (result.posted_at[by_id] == np.array(utc, "datetime64[us]")[by_id]).all()
    assert result.posted_at[4] == np.datetime64(utc[4]) + np.timedelta64(5, "D")


def uploads(n, hour=12, step=1):
    start = np.datetime64(f"2024-03-01T{hour:02d}:00")
    return [start + np.timedelta64(step * i, "D") for i in range(n)]


def test_a_scheduled_post_keeps_its_day_and_has_no_hour():
    made = [
        u + np.timedelta64(2 * (i % 10), "m")
        for i, u in enumerate(sorted(uploads(4, step=10) * 10))
    ]
    days = [str(np.datetime64("2024-03-02") + np.timedelta64(i, "D")) for i in range(40)]
    result = settled(days, made)
    assert [str(p)[:10] for p in result.posted_at] == days
    assert not result.hour_known.any()
    assert {severity for _, severity in result.lines.values()} == {"note"}
    assert all("scheduled" in why for why, _ in result.lines.values())


def test_a_day_within_an_hour_of_the_upload_is_no_schedule():
    made = [np.datetime64("2024-03-01T23:10"), np.datetime64("2024-03-05T22:50"), *uploads(20)]
    days = ["2024-03-02", "2024-03-06", *(str(u)[:10] for u in uploads(20))]
    result = settled(days, made)
    assert list(result.hour_known) == [True, False] + [True] * 20
    assert result.posted_at[0] == made[0]
    assert result.posted_at[1] == np.datetime64("2024-03-06T12:00")


@pytest.mark.parametrize("hours", [-8, 5, 9, 13])
def test_days_of_another_zone_are_no_schedules(hours):
    made = [u + np.timedelta64(137 * i, "m") for i, u in enumerate(uploads(30))]
    days = [str(m + np.timedelta64(hours, "h"))[:10] for m in made]
    result = settled(days, made)
    assert (result.posted_at == np.array(made, "datetime64[us]")).all()
    assert result.hour_known.all()
    assert any("agree with the video ids" in remark for remark in result.remarks)


def test_stated_times_of_scheduled_posts_are_kept_where_the_zone_is_sure():
    made = uploads(12)
    stated = [f"{m + np.timedelta64(3, 'D')!s}:00Z" for m in made]
    result = settled(stated, made)
    assert [str(p)[:16] for p in result.posted_at] == [s[:16] for s in stated]
    assert result.hour_known.all()
    local = settled([s.rstrip("Z").replace("T", " ") for s in stated], made)
    assert [str(p)[:10] for p in local.posted_at] == [s[:10] for s in stated]
    assert not local.hour_known.any(), "the ids cannot tell whose hours these are"


def test_a_bare_day_without_an_id_has_no_hour():
    result = settled(["2024-03-02", "2024-03-02 10:00"], ["NaT", "NaT"])
    assert list(result.hour_known) == [False, True]


def test_without_ids_the_given_zone_counts():
    nat = ["NaT"] * 2
    result = settled(["2023-01-31 10:00", "2099-01-31"], nat, "America/New_York")
    assert result.posted_at[0] == np.datetime64("2023-01-31T15:00")
    assert np.isnat(result.posted_at[1])
    assert result.lines[1][1] == "row dropped"


@settings(deadline=None)
@given(st.text(max_size=30))
def test_no_text_breaks_a_column(text):
    for read in (parse.counts, parse.shares, parse.durations, parse.flags):
        assert len(read([text, "1"]).data) == 2
    with suppress(UserError):
        assert len(read_dates([text, "2024-05-06"]).stamps) == 2
    platforms.find_id(text)
    platforms.damage([text])
