"""Which column is what: by name in any language, by content, by the user's word; never silently."""

import json
import re
from dataclasses import replace

import pytest

import exports
from virality import cli
from virality.book.request import Request, resolve
from virality.book.session import bring
from virality.core import paths
from virality.core.errors import UserError
from virality.core.paths import Run
from virality.creators.evaluate.read import Reader
from virality.findings import record as of_record
from virality.posts.check import check
from virality.posts.headers import LEXICON, STEMS, as_choice, folded, meaning, parse_choice
from virality.posts.read import read_posts
from virality.sentences import record

POSTS = exports.made_up_posts(n=40)
DAYS = POSTS["posted_at"].dt.strftime("%Y-%m-%d %H:%M:%S").tolist()
VIEWS, LIKES = (exports.as_text(POSTS[name]) for name in ("views", "likes"))
LINKS = exports.as_text(POSTS["url"])
NOTHING = [""] * len(POSTS)


@pytest.fixture
def read(tmp_path):
    """Write columns as a table, and read it."""

    def go(table, **options):
        path = tmp_path / "posts.csv"
        rows = [list(table), *map(list, zip(*table.values(), strict=True))]
        path.write_text(exports.as_csv(rows), encoding="utf-8", newline="")
        return read_posts(path, now=exports.NOW, **options)

    return go


def unused(reading) -> list[str]:
    return reading.notes["unused"].get("posts.csv", [])


# --- names ----------------------------------------------------------------------------------------


def test_every_name_of_the_lexicon_has_one_meaning():
    found = {}
    for words in LEXICON.values():
        for field, names in words.items():
            for name in names:
                assert meaning(name) == field, name
                assert found.setdefault(folded(name), field) == field, name


def test_every_stem_is_whole_and_matches_nothing_by_itself():
    for what, stem in STEMS.items():
        assert re.compile(stem).search("") is None, what


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Länge in Sek.", "duration"),
        ("Durata (sec)", "duration"),
        ("長さ（秒）", "duration"),
        ("Thời lượng (giây)", "duration"),
        ("Length (min)", ""),
        ("Views (thousands)", ""),
        ("TikTok Link", "url"),
        ("❤️ Likes", "likes"),
        ("Influencer Handle", "author"),
        ("Username (TikTok)", "author"),
        ("Nom du créateur", "author_name"),
        ("author videos", ""),
        ("profile page views", ""),
        ("music title", ""),
    ],
)
def test_units_emoji_and_words_for_people(header, field):
    assert meaning(header) == field


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("n_plays", "views"),
        ("video_shareCount", "shares"),
        ("statsV2.playCount", "views"),
        ("Total de visualizações", "views"),
        ("GÖRÜNTÜLENME SAYISI", "views"),
        ("Nombre de vues", "views"),
        ("Liczba wyświetleń", "views"),
        ("Gefällt mir", "likes"),
        ("J’aime", "likes"),
        ("author_uniqueId", "author"),
        ("authorMeta.name", "author"),
        ("user_name", "author"),
        ("Channel", "author"),
        ("Upload_DateTime", "date"),
        ("webVideoUrl", "url"),
        ("Länge (Sek.)", "duration"),
        ("profile views", ""),
        ("views rate", ""),
        ("Views 7d", ""),
        ("authorMeta.fans", ""),
        ("author_videos", ""),
        ("Total duration", ""),
        ("Number of posts", ""),
        ("music_id", "sound_id"),
        ("music_name", ""),
        ("non-followers", ""),
        ("top comments", ""),
    ],
)
def test_meanings(header, field):
    assert meaning(header) == field


HAND = {
    "de": "Datum,Videolink,Titel,Aufrufe,Gefällt mir,Kommentare,Geteilt,Gespeichert,Länge",
    "fr": "Date,Lien,Titre,Vues,J'aime,Commentaires,Partages,Enregistrements,Durée",
    "es": "Fecha,Enlace,Título,Reproducciones,Me gusta,Comentarios,Compartidos,Guardados,Duración",
    "pt": "Data,Link,Título,Visualizações,Curtidas,Comentários,Compartilhamentos,Salvos,Duração",
    "it": "Data,Collegamento,Titolo,Visualizzazioni,Mi piace,Commenti,Condivisioni,Salvati,Durata",
    "nl": "Datum,Link,Titel,Weergaven,Vind-ik-leuks,Reacties,Gedeeld,Opgeslagen,Duur",
    "da": "Dato,Link,Titel,Visninger,Synes godt om,Kommentarer,Delinger,Gemt,Varighed",
    "pl": "Data,Link,Tytuł,Wyświetlenia,Polubienia,Komentarze,Udostępnienia,Zapisania,Długość",
    "tr": "Tarih,Bağlantı,Başlık,Görüntülenme,Beğeni,Yorumlar,Paylaşım,Kaydetme,Süre",
    "id": "Tanggal,Tautan,Judul,Tayangan,Suka,Komentar,Dibagikan,Disimpan,Durasi",
    "vi": "Ngày đăng,Liên kết,Tiêu đề,Lượt xem,Lượt thích,Bình luận,Chia sẻ,Lượt lưu,Thời lượng",
    "ja": "投稿日,リンク,タイトル,再生回数,いいね数,コメント数,シェア数,保存数,長さ",
    "ru": "Дата,Ссылка,Название,Просмотры,Лайки,Комментарии,Репосты,Сохранения,Длительность",
    "el": "Ημερομηνία,Σύνδεσμος,Τίτλος,Προβολές,Μου αρέσει,Σχόλια,Κοινοποιήσεις,Αποθηκεύσεις,"
    "Διάρκεια",
    "ko": "날짜,링크,제목,조회수,좋아요,댓글,공유,저장,길이",
    "zh": "发布日期,链接,标题,播放量,点赞数,评论数,分享数,收藏数,时长",
    "ar": "التاريخ,الرابط,العنوان,المشاهدات,الإعجابات,التعليقات,المشاركات,الحفظ,المدة",
    "sv": "Datum,Länk,Titel,Visningar,Gilla-markeringar,Kommentarer,Delningar,Sparade,Längd",
}
FIELDS = ("url", "caption", "views", "likes", "comments", "shares", "saves", "duration_s")


@pytest.mark.slow
@pytest.mark.parametrize("language", HAND)
def test_a_table_kept_by_hand_in_any_language(language, read):
    cells = [POSTS["posted_at"].dt.strftime("%d/%m/%Y").tolist()]
    cells += [exports.as_text(POSTS[name]) for name in FIELDS]
    reading = read(dict(zip(HAND[language].split(","), cells, strict=True)))
    for name in FIELDS:
        assert reading.posts[name].tolist() == POSTS[name].tolist(), name
    assert not unused(reading)
    assert set(reading.notes["authors"]) == {"maker"}


# --- two that could be the same -------------------------------------------------------------------


def test_the_fuller_one_is_taken_when_the_other_is_empty_or_equal(read):
    few = [VIEWS[0], *NOTHING[1:]]
    reading = read(
        {"date": DAYS, "views": few, "plays": VIEWS, "like_count": LIKES, "likes": NOTHING}
    )
    assert reading.posts["views"].tolist() == POSTS["views"].tolist()
    assert reading.posts["likes"].tolist() == POSTS["likes"].tolist()
    assert unused(reading) == ["views (plays is used)", "likes"]
    zeros = read({"date": DAYS, "views": ["0"] * len(POSTS), "plays": VIEWS, "likes": LIKES})
    assert zeros.posts["views"].tolist() == POSTS["views"].tolist()
    assert "0 in every row" in unused(zeros)[0]


def test_two_halves_that_agree_make_a_whole_and_that_is_said(read):
    odd = [v if i % 2 or i < 4 else "" for i, v in enumerate(VIEWS)]
    even = ["" if i % 2 else v for i, v in enumerate(VIEWS)]
    reading = read({"date": DAYS, "views": odd, "playCount": even, "caption": DAYS})
    assert reading.posts["views"].tolist() == POSTS["views"].tolist()
    assert reading.repairs["why"].str.contains("gaps are filled from").any()


@pytest.mark.parametrize(
    "columns",
    [
        {"views": VIEWS, "video_views": [v + "1" for v in VIEWS]},
        {"Aufrufe": VIEWS, "Wiedergaben": LIKES},
        {"views": VIEWS, "likes": LIKES, "hearts": [*LIKES[:-1], "3"]},
        {"views": VIEWS, "author": ["a"] * 40, "user_name": ["a", "b"] * 20},
        {"views": VIEWS, "created_at": [f"2026-02-{i % 28 + 1:02d}" for i in range(40)]},
        {"views": VIEWS, "length": ["10"] * 40, "duration": ["20"] * 40},
        {"views": VIEWS, "caption": DAYS, "description": VIEWS},
    ],
)
def test_two_full_ones_that_differ_are_refused_with_the_way_to_choose(columns, read):
    with pytest.raises(UserError, match=r"Two columns could be .* and differ: .*--columns"):
        read({"date": DAYS, "url": LINKS} | columns)


def test_exact_counts_beat_rounded_ones(read):
    shown = [f"{int(v) // 1000}K" if int(v) > 9999 else v for v in VIEWS]
    reading = read({"date": DAYS, "views": shown, "view_count": VIEWS, "likes": LIKES})
    assert reading.posts["views"].tolist() == POSTS["views"].tolist()


def test_counts_rounded_for_showing_are_the_exact_ones(read):
    shown = [f"{int(v) / 1000:.1f}K" for v in VIEWS[:-3]] + ["1.0K", "2.0K", "20.0K"]
    exact = [*VIEWS[:-3], "1047", "1960", "20031"]
    reading = read({"date": DAYS, "url": LINKS, "Views": shown, "view_count": exact})
    assert reading.posts["views"].tolist() == list(map(int, exact))
    with pytest.raises(UserError, match="could be the views and differ"):
        read({"date": DAYS, "Views": shown, "view_count": [*exact[:-1], "22100"]})


def test_the_finer_time_beats_the_coarser_one(read):
    reading = read(
        {"Upload_Date": [d[:10] for d in DAYS], "Upload_DateTime": DAYS, "views": VIEWS, "x": DAYS}
    )
    assert (reading.posts["posted_at"].dt.strftime("%Y-%m-%d %H:%M:%S") == sorted(DAYS)).all()
    assert reading.posts["hour_known"].all()
    assert unused(reading)[0].startswith("Upload_Date (")


def test_row_numbers_and_other_ids_are_no_video_ids(read):
    numbers = [str(i) for i in range(1, len(POSTS) + 1)]
    ids = exports.as_text(POSTS["post_id"])
    reading = read({"id": numbers, "video_id": ids, "date": DAYS, "views": VIEWS})
    assert reading.posts["post_id"].tolist() == ids
    assert unused(reading) == ["id (holds no video ids)"]
    alone = read({"id": numbers, "date": DAYS, "views": VIEWS, "caption": DAYS})
    assert not set(alone.posts["post_id"]) & set(numbers)
    assert unused(alone) == ["id (row numbers, not ids)"]


def test_counts_may_carry_their_own_word(read):
    reading = read({"date": DAYS, "views": [f"{v} views" for v in VIEWS], "x": DAYS})
    assert reading.posts["views"].tolist() == POSTS["views"].tolist()
    reading = read({"Datum": DAYS, "Aufrufe": [f"{v} Aufrufe" for v in VIEWS], "x": DAYS})
    assert reading.posts["views"].tolist() == POSTS["views"].tolist()
    with pytest.raises(UserError, match="No row can be used"):
        read({"date": DAYS, "views": [f"{v} EUR" for v in VIEWS], "x": DAYS})


def test_a_column_that_does_not_hold_what_its_name_says_is_not_used(read):
    remarks = ["gut", "nochmal drehen", "-", "??"] * 10
    table = {"Datum": DAYS, "Aufrufe": VIEWS, "Kommentar": remarks, "Share": ["12 %"] * 40}
    reading = read(table | {"Dauer": ["kurz"] * 40})
    assert reading.posts[["comments", "shares", "duration_s"]].isna().all(axis=None)
    assert unused(reading) == [
        "Kommentar (holds no counts)",
        "Share (holds no counts)",
        "Dauer (holds no lengths)",
    ]
    assert set(reading.repairs["severity"]) == {"note"}


def test_one_day_in_all_rows_is_when_it_was_read(read):
    reading = read({"Time": ["2026-06-30"] * 40, "Post time": DAYS, "Views": VIEWS, "Extra": DAYS})
    assert (reading.posts["posted_at"].dt.strftime("%Y-%m-%d %H:%M:%S") == sorted(DAYS)).all()
    assert (reading.posts["captured_at"].dt.strftime("%Y-%m-%d") == "2026-06-30").all()


def test_a_day_that_changes_while_the_id_stays_is_when_it_was_read(read):
    ids = exports.as_text(POSTS["post_id"]) * 2
    days = ["2026-05-01"] * 40 + ["2026-06-01"] * 40
    reading = read({"video_id": ids, "date": days, "views": [*VIEWS, *(v + "0" for v in VIEWS)]})
    assert reading.posts["posted_at"].tolist() == POSTS["posted_at"].tolist()
    assert reading.notes["n_read_twice"] == len(POSTS)
    assert reading.repairs["why"].str.contains("taken for the time of reading").any()


def test_an_id_that_several_posts_share_is_not_theirs(read):
    reading = read({"id": ["771"] * 40, "link": LINKS, "date": DAYS, "views": VIEWS})
    assert reading.posts["views"].tolist() == POSTS["views"].tolist()
    assert unused(reading) == ["id (shared by several posts)"]


def test_of_a_caption_and_its_beginning_the_whole_is_used(read):
    long = [f"{d} and then some more words #tag" for d in DAYS]
    cut = [f"{c[:20]}…" for c in long]
    for table in ({"caption": cut, "description": long}, {"caption": long, "text": cut}):
        assert read({"date": DAYS, "views": VIEWS} | table).posts["caption"].tolist() == long


# --- by content -----------------------------------------------------------------------------------


def test_links_views_and_days_are_known_by_their_content(read):
    reading = read({"Wann": DAYS, "Wo": LINKS, "Zahl": VIEWS, "Likes": LIKES, "Notiz": NOTHING})
    assert reading.posts["views"].tolist() == POSTS["views"].tolist()
    assert reading.posts["url"].tolist() == LINKS
    assert reading.repairs["why"].str.contains("by its content").sum() == 3
    assert unused(reading) == ["Notiz"]


@pytest.mark.parametrize(
    "header",
    [
        *("Follower count", "impressions", "Reichweite", "user id", "Watch minutes", "EMV"),
        *("Interactions", "Engagements", "Zuschauer", "Unique", "Interaktionen"),
    ],
)
def test_large_integers_under_other_names_are_no_views(header, read):
    grown = [str(10**6 + i * i) for i in range(len(POSTS))]
    for numbers in (grown, VIEWS):
        with pytest.raises(UserError, match="no column of views"):
            read({"date": DAYS, "url": LINKS, header: numbers, "likes": LIKES})


def test_swapped_columns_are_refused_with_the_reason(read):
    with pytest.raises(UserError, match=r"Views are below likes in 40 of 40 rows.*swapped"):
        read({"date": DAYS, "url": LINKS, "views": LIKES, "likes": VIEWS})


# --- the user's word ------------------------------------------------------------------------------


def test_what_the_user_says_is_read_back_as_said():
    said = "views=Views, total,posted_at=date_posted,saves="
    chosen = parse_choice(said)
    assert chosen == {"views": "Views, total", "date": "date_posted", "saves": ""}
    assert parse_choice(as_choice(chosen)) == chosen
    for bad in ("views", "foo=bar", "n_plays=views"):
        with pytest.raises(UserError, match="posts have: posted_at"):
            parse_choice(bad)


def test_the_user_can_always_say_which(read):
    table = {"posted_at": DAYS, "views": VIEWS, "video_views": LIKES, "saves": LIKES}
    reading = read(table, columns="views=video_views,saves=")
    assert reading.posts["views"].tolist() == POSTS["likes"].tolist()
    assert reading.posts["saves"].isna().all()
    assert unused(reading) == ["views", "saves"]
    daily = read(
        {"date": [f"2025-12-{i + 1:02d}" for i in range(20)], "n": VIEWS[:20]}, columns="views=n"
    )
    assert len(daily.posts) == 20


def test_what_the_user_says_is_never_two_things(tmp_path):
    for said, why in (
        ("views=a,views=b", "two columns for views: 'a' and 'b'"),
        ("views=a,likes=a", "takes 'a' for the views and for the likes"),
    ):
        with pytest.raises(UserError, match=why):
            parse_choice(said)
    rows = [["date", "views", "views"], *zip(DAYS, VIEWS, LIKES, strict=True)]
    path = tmp_path / "twins.csv"
    path.write_text(exports.as_csv(rows))
    with pytest.raises(UserError, match="Two columns are called 'views' and differ"):
        read_posts(path, now=exports.NOW, columns="views=views")


def test_unknown_columns_are_refused_naming_all_that_there_are(read):
    table = {f"c{i}": VIEWS for i in range(60)} | {"date": DAYS}
    with pytest.raises(UserError, match="no column 'vews'") as error:
        read(table, columns="views=vews")
    assert all(name in str(error.value) for name in table)


def test_keys_of_json_can_be_said_too(tmp_path):
    content = exports.apify(POSTS)
    (tmp_path / "x").write_bytes(content)
    reading = read_posts(tmp_path / "x", now=exports.NOW, columns="views=diggCount,likes=")
    assert reading.posts["views"].tolist() == POSTS["likes"].tolist()
    with pytest.raises(UserError, match=r"authorMeta\.fans"):
        read_posts(tmp_path / "x", now=exports.NOW, columns="views=plays_")


@pytest.mark.parametrize("said", ["seen.n", "data.seen.n"])
def test_a_path_may_begin_at_the_document_or_at_the_post(said, tmp_path):
    posts = [{"seen": {"n": v}, "Link": u} for v, u in zip(VIEWS, LINKS, strict=True)]
    (tmp_path / "x").write_bytes(exports.dump({"data": posts}))
    reading = read_posts(tmp_path / "x", now=exports.NOW, columns=f"views={said}")
    assert reading.posts["views"].tolist() == POSTS["views"].tolist()
    (tmp_path / "y").write_bytes(exports.dump({"data": json.loads(exports.apify(POSTS))}))
    path = "data.diggCount" if said.startswith("data") else "diggCount"
    reading = read_posts(tmp_path / "y", now=exports.NOW, columns=f"views={path},likes=")
    assert reading.posts["views"].tolist() == POSTS["likes"].tolist()


def test_a_title_above_the_table_is_not_its_header(read, tmp_path):
    rows = [["My posts", "", ""], ["Date", "Views", "Link"], *zip(DAYS, VIEWS, LINKS, strict=True)]
    (tmp_path / "x").write_text(exports.as_csv(rows))
    reading = read_posts(tmp_path / "x", now=exports.NOW)
    assert reading.posts["views"].tolist() == POSTS["views"].tolist()
    assert reading.repairs["why"].str.contains("a title above").any()


@pytest.mark.parametrize("separator", ",;\t")
@pytest.mark.parametrize(
    "above",
    [
        [["My posts"], ["exported 2026-06-01"], []],
        [["Account:", "@maker"], ["Range:", "2025"]],
        [["# a tool wrote this"]],
        [["Post", "", "", "Engagement"]],
    ],
)
def test_whatever_stands_above_the_header_is_told_and_not_used(above, separator, tmp_path):
    header = ["Datum", "Link", "Aufrufe", "Likes"]
    rows = [*above, header, *zip(DAYS, LINKS, VIEWS, LIKES, strict=True)]
    (tmp_path / "x").write_text(exports.as_csv(rows, delimiter=separator))
    reading = read_posts(tmp_path / "x", now=exports.NOW)
    assert reading.posts["views"].tolist() == POSTS["views"].tolist()
    assert reading.posts["likes"].tolist() == POSTS["likes"].tolist()
    assert reading.repairs["why"].str.contains("above the table").any()


def test_the_choice_is_remembered_under_the_name(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    table = tmp_path / "t.csv"
    rows = zip(["date", *DAYS], ["likes", *VIEWS], ["n_seen", *VIEWS], strict=True)
    table.write_text(exports.as_csv(rows))
    words = ["import", str(table), "--name", "alice", "--columns", "views=n_seen,likes="]
    assert cli.main(words) == 0
    assert "40 usable posts" in capsys.readouterr().out
    run = Run.named("alice")
    run = Run.at(tmp_path / "build" / "alice") if run.inputs().columns == "" else run
    assert run.inputs().columns == "views=n_seen,likes="
    resolve(Request(name="alice", columns="views=likes"), run).remember()
    assert run.inputs().columns == "views=likes,likes="
    resolve(Request(name="alice", posts=str(table)), run).remember()
    assert run.inputs().columns == "views=likes,likes=", "new posts keep what was said"
    bring(run, [str(table)], columns="views=n_seen")
    assert run.inputs().columns == "views=n_seen,likes="
    resolve(Request(name="alice", columns="none"), run).remember()
    assert run.inputs().columns == ""


def test_the_command_line_takes_columns(tmp_path, capsys):
    table = tmp_path / "t.csv"
    table.write_text(exports.as_csv(zip(["when", *DAYS], ["n", *VIEWS], strict=True)))
    assert cli.main(["check", str(table), "--columns", "views=n,posted_at=when"]) == 0
    assert cli.main(["check", str(table), "--columns", "views=n", "--columns", "posted_at=no"]) == 1
    assert "The columns are: when, n" in capsys.readouterr().err


def test_tables_for_many_creators_take_columns_as_well(tmp_path):
    path = tmp_path / "many.parquet"
    POSTS.rename(columns={"views": "n_plays"}).to_parquet(path)
    (found,) = Reader([path], columns="views=n_plays").tables()
    assert found["views"].tolist() == POSTS["views"].tolist()
    with pytest.raises(UserError, match="n_plays"):
        list(Reader([path], columns="views=plays").tables())


# --- what is not used is said ---------------------------------------------------------------------


def test_what_is_not_used_is_named_everywhere(tmp_path, read):
    reading = read(
        {"date": DAYS, "views": VIEWS, "mood": DAYS, "<b>": DAYS, "": LIKES, "cap": DAYS}
    )
    assert unused(reading) == ["mood", "<b>", "column 5 without a name", "cap"]
    line = reading.repairs[reading.repairs["why"].str.startswith("not used: ")]
    assert len(line) == 1 and "column 5 without a name" in line["why"].iloc[0]
    assert "not used in posts.csv: mood, <b>" in check(tmp_path / "posts.csv", now=exports.NOW)
    said = record.record(of_record.record(reading), of_record.outcomes(reading.posts))
    assert "mood" in said and "<b>" not in said


def test_keys_that_are_not_used_are_named(tmp_path):
    (tmp_path / "x").write_bytes(exports.apify(POSTS))
    reading = read_posts(tmp_path / "x", now=exports.NOW)
    assert {"hashtags"} <= set(reading.notes["unused"]["x"])


def test_a_folder_of_files_has_one_line(tmp_path):
    for post in exports.ytdlp_objects(POSTS.head(9)):
        (tmp_path / f"{post['id']}.info.json").write_bytes(exports.dump(post))
    reading = read_posts(tmp_path, now=exports.NOW)
    lines = reading.repairs[reading.repairs["why"].str.startswith("not used: ")]
    assert len(lines) == 1
    assert "and 8 more" in lines["source"].iloc[0]


def test_cells_are_no_names():
    assert not any(map(meaning, ("1.2M", "2024-05-06", "", "12", "https://x.invalid/1")))


def test_the_page_names_what_no_chapter_uses(read):
    reading = read({"date": DAYS, "views": VIEWS})
    unused = {"posts.csv": ["mood", "<b>", "search (checked)"], "b.csv": ["mood"]}
    result = of_record.record(replace(reading, notes=reading.notes | {"unused": unused}))
    assert [name.raw for name in result.unused] == ["mood", "<b>"]
    assert [name.raw for name in result.checked] == ["search"]
