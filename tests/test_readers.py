"""The same posts in every format give the same tidy table; several exports become one."""

import json
import zipfile
from datetime import timedelta
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import exports
from virality.core.errors import UserError
from virality.posts.check import check
from virality.posts.dictionary import README, filled
from virality.posts.merge import known_followers
from virality.posts.read import read_posts
from virality.posts.readers import READERS
from virality.posts.readers.base import FIELDS
from virality.posts.schema import POST_COLUMNS
from virality.posts.settling import settling

POSTS = exports.made_up_posts()


def same(found: pd.Series, wanted: pd.Series) -> bool:
    if found.dtype == "float64":
        return np.allclose(found, wanted, atol=1e-9, equal_nan=True)
    return found.astype(object).where(found.notna(), None).tolist() == (
        wanted.astype(object).where(wanted.notna(), None).tolist()
    )


@pytest.mark.parametrize("form", exports.WRITERS)
def test_round_trip(form, read):
    reader, write, columns = exports.WRITERS[form]
    reading = read(write(POSTS))
    assert reader in reading.notes["formats"].values()
    assert len(reading.posts) == len(POSTS)
    columns = columns or [
        c for c in POST_COLUMNS if c not in ("source", "source_row", "captured_at")
    ]
    for column in columns:
        assert same(reading.posts[column], POSTS[column]), column
    gap = (reading.posts["posted_at"] - POSTS["posted_at"]).abs().max()
    assert gap <= timedelta(0), gap
    assert set(reading.repairs["severity"]) <= {"note"}, reading.repairs.to_string()


def test_every_reader_states_what_it_holds():
    assert {f for r in READERS for f in r.holds} <= set(FIELDS)
    assert len({r.name for r in READERS}) == len(READERS)


def test_the_dictionary_is_in_step_with_the_code():
    text = README.read_text(encoding="utf-8")
    assert filled(text) == text, "run: python -m virality.posts.dictionary"


# --- Studio, in the languages of its interface ---------------------------------------------


def months(names, form):
    names = names.split()
    assert len(names) == 12
    return lambda t: form.format(day=t.day, month=names[t.month - 1])


EN = "January February March April May June July August September October November December"
ES = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
PT = "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"
VI = "Một Hai Ba Tư Năm Sáu Bảy Tám Chín Mười Mười_Một Mười_Hai"
FR = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
DE = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"
IT = "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"
TR = "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık"
ID = "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember"
RU = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря"
UK = "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня"
EL = (
    "Ιανουαρίου Φεβρουαρίου Μαρτίου Απριλίου Μαΐου Ιουνίου Ιουλίου Αυγούστου Σεπτεμβρίου "
    "Οκτωβρίου Νοεμβρίου Δεκεμβρίου"
)
AR = "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر"
DAYS = {
    "en": months(EN, "{month} {day}"),
    "es": months(ES, "{day} de {month}"),
    "pt": months(PT, "{day} de {month}"),
    "vi": lambda t: months(VI, "{day} tháng {month}")(t).replace("_", " "),
    "ja": lambda t: f"{t.month}月{t.day}日",
    "fr": months(FR, "{day} {month}"),
    "de": months(DE, "{day}. {month}"),
    "it": months(IT, "{day} {month}"),
    "tr": months(TR, "{day} {month}"),
    "id": months(ID, "{day} {month}"),
    "ru": months(RU, "{day} {month}"),
    "uk": months(UK, "{day} {month}"),
    "el": months(EL, "{day} {month}"),
    "ar": months(AR, "{day} {month}"),
    "ko": lambda t: f"{t.month}월 {t.day}일",
    "zh": lambda t: f"{t.month}月{t.day}日",
}
HEADERS = {
    "es": "Hora,Título del vídeo,Enlace del vídeo,Hora de publicación,Total de Me gusta,"
    "Total de comentarios,Total de veces compartido,Total de visualizaciones",
    "pt": "Hora,Título do vídeo,Link do vídeo,Data da publicação,Total de curtidas,"
    "Total de comentários,Total de compartilhamentos,Total de visualizações",
    "vi": "Thời gian,Tiêu đề video,Liên kết video,Thời gian đăng,Tổng lượt thích,"
    "Tổng bình luận,Tổng lượt chia sẻ,Tổng lượt xem",
    "ja": "時間,動画タイトル,動画リンク,投稿時間,"
    "合計いいね数,合計コメント数,合計シェア数,合計視聴数",
    "ru": "Время,Название,Ссылка,Время публикации,Всего лайков,Всего комментариев,"
    "Всего репостов,Всего просмотров",
}


@pytest.mark.slow
@pytest.mark.parametrize("language", DAYS)
def test_studio_in_any_language(language, read):
    header = HEADERS.get(language, ",".join(f"?{i}" for i in range(8))).split(",")
    reading = read(
        exports.studio_csv(
            year_of_posts(), day=DAYS[language], read=DAYS[language](exports.NOW), header=header
        )
    )
    wanted = year_of_posts()
    assert reading.posts["posted_at"].tolist() == wanted["posted_at"].tolist()
    assert reading.posts["views"].tolist() == wanted["views"].tolist()
    assert reading.posts["likes"].tolist() == wanted["likes"].tolist()
    assert (reading.posts["captured_at"].dt.strftime("%Y-%m-%d") == "2026-07-01").all()
    assert set(reading.repairs["severity"]) <= {"note"}, reading.repairs.to_string()


@cache
def year_of_posts():
    """Posts in all twelve months."""
    starts = [pd.Timestamp("2025-07-05 11:00") + pd.DateOffset(months=i) for i in range(12)]
    parts = [exports.made_up_posts(1, s.to_pydatetime(), seed=i) for i, s in enumerate(starts)]
    return pd.concat(parts, ignore_index=True).assign(caption=POSTS["caption"])


def test_studio_with_columns_in_an_unknown_language_and_order(read):
    rows = exports.studio_rows(POSTS, header=[f"?{i}" for i in range(8)])
    rows = [row[:4] + row[:3:-1] for row in rows]  # views first
    with pytest.raises(UserError, match="columns' language"):
        read(exports.as_csv(rows).encode())


def test_undefined_is_missing_not_zero(read):
    rows = exports.studio_rows(POSTS)
    rows[1][4] = "undefined"
    posts = read(exports.as_csv(rows).encode()).posts
    assert posts["likes"].isna().sum() == 1
    assert (posts["likes"].dropna() > 0).all()


# --- more than one file ------------------------------------------------------------------------


def test_the_latest_snapshot_wins_and_tells_how_views_settle(read):
    early = POSTS.assign(captured_at=POSTS["posted_at"] + pd.Timedelta(days=2))
    late = POSTS.assign(
        captured_at=POSTS["posted_at"] + pd.Timedelta(days=40),
        views=(POSTS["views"] * 1.5).astype("Int64"),
        caption=pd.NA,
    )
    for order in ((early, late), (late, early)):
        reading = read(*(exports.tidy_csv(t) for t in order))
        assert reading.posts["views"].tolist() == late["views"].tolist()
        assert reading.posts["caption"].tolist() == POSTS["caption"].tolist()  # from the earlier
        assert reading.notes["n_read_twice"] == len(POSTS)
        share = settling(reading.snapshots)["share"]
        assert len(share) == len(POSTS)
        assert share.median() == pytest.approx(1 / 1.5, rel=1e-3)
        older = reading.repairs[reading.repairs["why"].str.contains("an older export")]
        assert older["severity"].tolist() == ["note"] * len(POSTS), "an older reading is no damage"


def test_without_a_time_of_reading_more_views_are_later(read):
    more = POSTS.assign(views=POSTS["views"] + 10)
    reading = read(exports.tidy_csv(more), exports.tidy_csv(POSTS))
    assert reading.posts["views"].tolist() == more["views"].tolist()
    dated = POSTS.assign(captured_at=POSTS["posted_at"].max() + pd.Timedelta(days=9))
    reading = read(exports.tidy_csv(more), exports.tidy_csv(dated))
    assert reading.posts["views"].tolist() == more["views"].tolist()
    assert reading.posts["captured_at"].isna().all(), "the time of another reading is not borrowed"


def test_the_same_row_twice_in_one_file_is_dropped_and_told(read):
    reading = read(exports.tidy_csv(pd.concat([POSTS, POSTS.head(2)])))
    assert len(reading.posts) == len(POSTS)
    assert reading.notes["n_dropped"] == 2


def test_files_of_the_same_name_are_told_apart(tmp_path):
    for month, part in (("may", POSTS.head(8)), ("june", POSTS)):
        (tmp_path / month).mkdir()
        (tmp_path / month / "Content.csv").write_bytes(exports.studio_csv(part))
    reading = read_posts([tmp_path / "may", tmp_path / "june"], now=exports.NOW)
    assert reading.notes["files"] == ["Content.csv", "Content.csv (2)"]
    assert len(reading.posts) == len(POSTS)


def test_two_schemas_in_one_file(read):
    mixed = json.loads(exports.apify(POSTS.head(6))) + json.loads(exports.tiktokapi(POSTS.tail(6)))
    reading = read(exports.dump(mixed))
    assert reading.posts["views"].tolist() == POSTS["views"].tolist()


def test_the_takeout_only_enriches(read):
    with pytest.raises(UserError, match="no view counts"):
        read(exports.takeout(POSTS))
    bare = POSTS.assign(caption=pd.NA)
    reading = read(exports.tidy_csv(bare), exports.takeout(POSTS))
    assert reading.posts["caption"].tolist() == POSTS["caption"].tolist()
    assert reading.notes["enriched"] == len(POSTS)


def test_the_takeout_is_known_wherever_its_posts_lie(read):
    entry = {"Date": "2024-03-01 10:00:00", "Link": "https://x.co/1", "Likes": "3"}
    moved = {"Your Posts": {"Content": {"Entries": [entry | {"WhoCanView": "Public"}] * 3}}}
    with pytest.raises(UserError, match=r"TikTok sends on request: it holds no view counts"):
        read(exports.dump(moved))
    own = [entry | {"Link": f"https://x.co/{i}", "WhoCanView": "a", "Views": "5"} for i in range(3)]
    assert len(read(exports.dump({"mine": own})).posts) == 3, "with views it is a table"


def test_a_folder_of_info_json(tmp_path):
    for post in exports.ytdlp_objects(POSTS):
        (tmp_path / f"{post['id']}.info.json").write_bytes(exports.dump(post))
    (tmp_path / "notes.txt").write_text("nothing of interest, here\n1,2\n")
    reading = read_posts(tmp_path, now=exports.NOW)
    assert len(reading.posts) == len(POSTS)
    assert "notes.txt" in reading.notes["ignored"]


@pytest.mark.slow
def test_followers_are_those_known_before_the_day_of_the_post(read):
    end = pd.Timestamp("2026-06-30").to_pydatetime()
    counts = list(range(1000, 1365))
    reading = read(exports.studio_csv(POSTS), exports.followers_csv(end, counts))
    first = pd.Timestamp("2026-06-30") - pd.Timedelta(days=364)
    days = (POSTS["posted_at"].dt.tz_localize(None).dt.normalize() - first).dt.days
    assert reading.posts["followers"].tolist() == (1000 + days - 1).tolist()
    assert reading.notes["has_followers"]


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(["UTC", "Asia/Tokyo", "America/Los_Angeles", "Pacific/Auckland"]),
    st.integers(0, len(POSTS) - 1),
    st.integers(0, 10**9),
)
def test_followers_from_the_day_of_the_post_on_change_nothing(zone, row, count):
    days = pd.date_range("2025-11-01", "2026-06-30").astype("datetime64[us]")
    series = pd.DataFrame({"date": days, "followers": pd.array(range(len(days)), dtype="Int64")})
    posted = POSTS["posted_at"].iloc[row].tz_convert(zone)
    later = series["date"] >= posted.tz_localize(None).normalize()
    changed = series.assign(followers=series["followers"].mask(later, count))
    known = [known_followers(POSTS, s, zone).iloc[row] for s in (series, changed)]
    assert known[0] == known[1] == series.loc[~later, "followers"].iloc[-1]


def test_daily_series_alone_are_not_posts(read):
    with pytest.raises(UserError, match="daily totals"):
        read(exports.overview_csv())


def test_several_paths_in_one_text(tmp_path):
    for name, part in (("a", POSTS.head(6)), ("b", POSTS.tail(6))):
        (tmp_path / name).write_bytes(exports.apify(part))
    reading = read_posts(f"{tmp_path / 'a'}:{tmp_path / 'b'}", now=exports.NOW)
    assert len(reading.posts) == len(POSTS)


def test_deleted_private_paid_and_pinned_posts_are_told(read):
    records = json.loads(exports.apify(POSTS))
    records[0] |= {"isPinned": True}
    records[1] |= {"isAd": True}
    records[2] |= {"isSlideshow": True}
    records.append({"url": "https://www.tiktok.com/@maker/video/1", "error": "Post not found"})
    private = json.loads(exports.tiktokapi(POSTS.head(1)))
    private[0] |= {"privateItem": True, "id": str(int(private[0]["id"]) + 2)}
    reading = read(exports.dump(records), exports.dump(private))
    posts = reading.posts
    assert len(posts) == len(POSTS)
    assert (
        posts["is_pinned"].sum() == posts["is_paid"].sum() == (posts["kind"] == "photo").sum() == 1
    )
    why = " | ".join(reading.repairs["why"])
    for words in ("deleted, private", "pinned", "paid", "photo post"):
        assert words in why
    assert (reading.repairs["severity"] == "row dropped").sum() == 2


def test_young_posts_are_told(read):
    young = POSTS.assign(captured_at=POSTS["posted_at"].max() + pd.Timedelta(days=1))
    reading = read(exports.tidy_csv(young), embargo_days=7)
    assert reading.notes["n_young"] == 3
    assert reading.repairs["why"].str.contains("still growing").sum() == 3


def test_several_authors_are_kept_apart(read):
    other = POSTS.assign(author=["maker", "other"] * 6)
    reading = read(exports.tidy_csv(other))
    assert reading.notes["authors"] == {"maker": 6, "other": 6}


# --- encodings and separators ------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_encodings_and_separators(encoding, separator, read):
    text = exports.as_csv(exports.studio_rows(POSTS), delimiter=separator)
    reading = read(text.encode(encoding))
    assert reading.posts["caption"].tolist() == POSTS["caption"].tolist()


@pytest.mark.parametrize(
    ("encoding", "caption"),
    [
        ("cp1252", "Café, naïve façade, déjà vu: où est la crème brûlée? #été"),
        ("cp1251", "Привет, это мой новый ролик о собаках и кошках #котики"),
        ("cp1253", "Καλημέρα σε όλους, σήμερα μαγειρεύουμε μαζί #ελλάδα"),
    ],
)
def test_old_code_pages_are_read_and_told(encoding, caption, read):
    rows = exports.studio_rows(POSTS.assign(caption=caption))
    reading = read(exports.as_csv(rows).encode(encoding))
    assert reading.posts["caption"].tolist() == [caption] * len(POSTS)
    assert reading.repairs["why"].str.contains("not UTF-8").any()


# --- hostile files -----------------------------------------------------------------------------

HEADER = b"url,views,date\n"
ROW = b"https://www.tiktok.com/@a/video/7580000000000000123,10,2025-12-04\n"
BROKEN = {
    "empty": (b"", "empty"),
    "blank": (b" \n\n", "empty"),
    "header only": (HEADER, "header but no rows"),
    "no views": (b"url,likes\nx,1\n", "no column of views"),
    "prose": (b"Dear diary, today I posted something.\nIt went well.", "not recognised"),
    "twin columns": (b"url,views,views\nx,1,2\n", "Two columns"),
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(200), "PNG picture"),
    "mp4": (b"\x00\x00\x00\x20ftypisom" + bytes(200), "video"),
    "binary": (bytes(range(256)) * 20, "binary"),
    "pickle": (b"\x80\x04\x95" + bytes(50), "never opened"),
    "cut JSON": (exports.display_api(POSTS)[:-200], "breaks off"),
    "cut in a line": (exports.ytdlp_lines(POSTS)[:-200], "breaks off"),
    "broken JSON": (b'{"data": [1, 2,, 3]}' + b" " * 50, "broken at character"),
    "deep JSON": (b"[" * 10_000 + b"]" * 10_000, "too deep"),
    "deep JSON in a line": (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "too deep"),
    "other JSON": (b'{"hello": "world"}', "no posts in it"),
    "open quote": (HEADER + b'"https://x,1,2\n' + ROW, "never closed"),
    "bad zip": (b"PK\x03\x04" + bytes(100), "damaged"),
    "bad parquet": (b"PAR1" + bytes(100), "damaged"),
    "rounded ids": (b"video_id,views,date\n7.17878E+18,5,2025-12-04\n", "rounded"),
    "ids in zeros": (
        b"video_id,views,date\n7178782100814970000,5,2025-12-04\n7178782100814990000,5,2025-12-05\n",
        "end in zeros",
    ),
    "unknown order": (b"views,date\n5,3/4/2024\n6,5/6/2024\n", "day/month"),
    "no dates": (b"views,date\n5,\n6,\n", "No row can be used"),
    "all negative": (b"url,views\n" + ROW.split(b",")[0] + b",-5\n", "No row can be used"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_bad_files_are_refused_in_one_sentence(name, tmp_path):
    content, words = BROKEN[name]
    path = tmp_path / "posts.csv"
    path.write_bytes(content)
    with pytest.raises(UserError, match=words) as error:
        read_posts(path, now=exports.NOW)
    assert len(str(error.value)) < 500
    assert "\n" not in str(error.value)


def test_a_path_that_is_not_there(tmp_path):
    with pytest.raises(UserError, match="no file"):
        read_posts(tmp_path / "nothing.csv")
    with pytest.raises(UserError, match="no file"):
        read_posts("a" * 5000)
    with pytest.raises(UserError, match="named"):
        read_posts("")
    with pytest.raises(UserError, match="holds no file"):
        read_posts(tmp_path)


def test_a_time_zone_that_does_not_exist(read):
    with pytest.raises(UserError, match="America/New_York"):
        read(exports.tidy_csv(POSTS), timezone="America/New_Yorkk")
    with pytest.raises(UserError, match="Europe/Berlin"):
        read(exports.tidy_csv(POSTS), timezone="Berlin")


def test_a_file_above_the_limit_is_refused_unread(tmp_path):
    path = tmp_path / "posts.csv"
    with path.open("wb") as file:
        file.truncate(300_000_000)
    with pytest.raises(UserError, match=r"300 MB; the limit is 250 MB"):
        read_posts(path)


def archive(tmp_path, *members):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for info, content in members:
            file.writestr(info, content)
    return path


def test_zip_with_paths_out_of_its_folder(tmp_path):
    for name in ("../Content.csv", "/etc/Content.csv", "a/../../Content.csv", "C:/Content.csv"):
        path = archive(tmp_path, (name, exports.studio_csv(POSTS)))
        with pytest.raises(UserError, match="leaves its folder"):
            read_posts(path)
    assert sorted(p.name for p in tmp_path.parent.iterdir() if p.name == "Content.csv") == []


def test_zip_bomb_is_refused_unread(tmp_path):
    path = archive(tmp_path, ("Content.csv", bytes(60_000_000)))
    with pytest.raises(UserError, match="unpacks to 60 MB"):
        read_posts(path)


def test_zip_that_lies_about_its_size(tmp_path):
    path = archive(tmp_path, ("Content.csv", b"views,url\n" + b"1,x\n" * 300_000))
    data = bytearray(path.read_bytes())
    at = data.find(b"PK\x01\x02")
    data[at + 24 : at + 28] = (100).to_bytes(4, "little")  # the uncompressed size it declares
    path.write_bytes(bytes(data))
    with pytest.raises(UserError):
        read_posts(path, now=exports.NOW)


def test_zip_with_a_link_a_password_or_a_zip_inside(tmp_path):
    link = zipfile.ZipInfo("Content.csv")
    link.external_attr = 0o120777 << 16
    with pytest.raises(UserError, match="symbolic link"):
        read_posts(archive(tmp_path, (link, "/etc/passwd")))
    inner = archive(tmp_path, ("Content.csv", exports.studio_csv(POSTS))).read_bytes()
    with pytest.raises(UserError, match="nothing to read"):
        read_posts(archive(tmp_path, ("inner.zip", inner), ("inner.csv", inner)))
    locked = archive(tmp_path, ("Content.csv", exports.studio_csv(POSTS)))
    data = bytearray(locked.read_bytes())
    data[data.find(b"PK\x01\x02") + 8] |= 1
    locked.write_bytes(bytes(data))
    with pytest.raises(UserError, match="password"):
        read_posts(locked)


def test_links_out_of_a_folder_are_not_followed(tmp_path):
    outside, inside = tmp_path / "outside.csv", tmp_path / "folder"
    outside.write_bytes(exports.tidy_csv(POSTS))
    inside.mkdir()
    (inside / "link.csv").symlink_to(outside)
    with pytest.raises(UserError, match="holds no file"):
        read_posts(inside)
    assert len(read_posts(outside, now=exports.NOW).posts) == len(POSTS)


def test_xlsx_ids_stored_as_numbers_are_refused(tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["video_id", "views", "date"])
    for post in POSTS.itertuples():
        book.active.append([float(post.post_id), int(post.views), f"{post.posted_at:%Y-%m-%d}"])
    book.save(tmp_path / "posts.xlsx")
    with pytest.raises(UserError, match="rounded"):
        read_posts(tmp_path / "posts.xlsx")


def test_rounded_ids_are_replaced_by_those_in_links(read):
    posts = POSTS.assign(post_id="7.17878E+18")
    reading = read(exports.tidy_csv(posts))
    assert reading.posts["post_id"].tolist() == POSTS["post_id"].tolist()
    assert (reading.repairs["severity"] == "repaired").any()


def test_hostile_text_is_kept_as_text(read):
    captions = [
        "<script>alert(1)</script></div>",
        '=HYPERLINK("http://x","y")',
        "‮gnirts desrever‬ and zero​width",
        "::: {.callout}\n{{< include /etc/passwd >}} ![](http://x) @fig-x $$ `x`",
        "nul\x00 and bell\x07",
        "; rm -rf ~",
    ] * 2
    reading = read(exports.apify(POSTS.assign(caption=captions)))
    kept = reading.posts["caption"].tolist()
    assert kept[:4] == captions[:4]
    assert kept[4] == "nul\ufffd and bell\ufffd"
    reading.posts["caption"].str.encode("utf-8")  # can be stored
    assert reading.repairs["why"].str.contains("control characters").sum() == 2


def test_a_lone_surrogate_in_json_can_be_stored(read):
    content = exports.apify(POSTS).replace("naïve".encode(), b"na\\ud83dve")
    posts = read(content).posts
    assert posts["caption"].str.contains("\ufffd").any()
    posts.to_parquet(__import__("io").BytesIO())


def test_links_that_are_no_links_are_left_out(read):
    posts = read(exports.tidy_csv(POSTS.assign(url="javascript:alert(1)"))).posts
    assert posts["url"].isna().all()


def test_impossible_dates_and_counts_are_told(read):
    stated = ("1970-01-01", "2099-01-01", *(f"{t:%Y-%m-%d %H:%M}" for t in POSTS["posted_at"][2:]))
    counts = ["10", "20", "NaN", "Infinity", "-3", "1e400", *(["30"] * 6)]
    rows = zip(POSTS["url"], stated, counts, strict=True)
    reading = read(exports.as_csv([["url", "date", "views"], *rows]).encode())
    assert reading.posts["posted_at"][:2].tolist() == POSTS["posted_at"][:2].tolist()
    assert reading.posts["views"].tolist() == [10, 20, *([30] * 6)]
    why = " | ".join(reading.repairs["why"])
    for words in ("before the platform existed", "in the future", "infinite", "cannot be negative"):
        assert words in why
    assert set(reading.repairs.query("severity == 'row dropped'")["row"]) == {3, 4, 5, 6}


def test_damaged_rows_are_told(read):
    rows = exports.study_rows(POSTS)
    rows[3].append("one cell too many")
    rows.insert(6, rows[0])
    rows[9][2] = f'swallowed\n9,{POSTS["url"][0]},"x",1/1/25'
    reading = read(exports.as_csv(rows).encode())
    why = " | ".join(reading.repairs["why"])
    for words in ("cells under", "the header again", "ran several rows together"):
        assert words in why
    assert len(reading.posts) == len(POSTS) - 2
    assert (reading.repairs["severity"] == "row dropped").sum() == 2


def test_the_verdict(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(exports.studio_csv(POSTS))
    text = check(path, now=exports.NOW)
    assert "12 usable posts of 12 rows" in text
    assert "describes and does not model" in text
    assert "TikTok Studio Content.csv" in text


def test_the_verdict_cannot_move_the_cursor(tmp_path):
    path = tmp_path / "x\x1b[2J"
    path.write_bytes(exports.tidy_csv(POSTS.assign(author="\x1b[31mred", likes=10**9)))
    assert "\x1b" not in check(path, now=exports.NOW)


@pytest.mark.slow
def test_a_hundred_thousand_posts(tmp_path):
    n, start = 100_000, 1_420_070_400
    lines = ["url,description,published date,published time,video length,views,likes"]
    for i in range(n):
        t = pd.Timestamp(start + 3500 * i, unit="s")
        link = f"https://www.tiktok.com/@a/video/{((start + 3500 * i) << 32) + 7 * i + 1}"
        lines.append(
            f'{link},"say ""{i}"", #x",{t.month}/{t.day}/{t.year},{t:%I:%M %p},9.5s,{i},{i}'
        )
    path = tmp_path / "many.csv"
    path.write_text("\n".join(lines))
    reading = read_posts(path, now=exports.NOW)
    assert len(reading.posts) == n
    assert reading.posts["views"].tolist() == list(range(n))
