"""Exports of other platforms, and momentum that keeps platforms apart."""

import html
import io
import re
import zipfile
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import exports
from chapters import run_chapters
from virality.core.errors import UserError
from virality.core.paths import LIBRARY, NOTEBOOKS
from virality.features.build import baseline_columns, build_features, matured_posts
from virality.posts import describe
from virality.posts.check import verdict
from virality.posts.platforms import listed, of_link, platforms

N = 14
DAYS = [datetime(2026, 2, 1, 9) + timedelta(days=3 * i) for i in range(N)]
VIEWS = [1000 + 137 * i * i for i in range(N)]
SHORTS = [f"{chr(97 + i)}B{i:02d}-xYz_{i:02d}" for i in range(N)]


# --- YouTube Studio ----------------------------------------------------------------------------

EN = (
    "Content,Video title,Video publish time,Duration,Average view duration,"
    "Average percentage viewed (%),Likes,Comments added,Shares,Views,Engaged views,"
    "Watch time (hours),Subscribers,Impressions,Impressions click-through rate (%)"
)
DE = (
    "Videos,Videotitel,Veröffentlichungszeitpunkt des Videos,Dauer,"
    "Durchschnittliche Wiedergabedauer,"
    "Durchschnittliche Wiedergabedauer in Prozent (%),Bewertung: „Mag ich“,Hinzugefügte Kommentare,"
    "Geteilte Inhalte,Aufrufe,Interessierte Aufrufe,Wiedergabezeit (Stunden),Abonnenten,"
    "Impressionen,Klickrate der Impressionen (%)"
)
ES = (
    "Contenido,Título del vídeo,Hora de publicación del vídeo,Duración,"
    "Duración media de las vistas,Porcentaje medio visto (%),Me gusta,Comentarios añadidos,"
    "Veces compartido,Visualizaciones,"
    "Visualizaciones interesadas,Tiempo de visualización (horas),Suscriptores,Impresiones,"
    "Porcentaje de clics de las impresiones (%)"
)
PT = (
    "Conteúdo,Título do vídeo,Horário de publicação do vídeo,Duração,Duração média da visualização,"
    "Porcentagem visualizada média (%),Marcações Gostei,Comentários adicionados,Compartilhamentos,"
    "Visualizações,Visualizações engajadas,Tempo de exibição (horas),Inscritos,Impressões,"
    "Taxa de cliques de impressões (%)"
)
JA = (
    "コンテンツ,動画のタイトル,動画の公開時刻,長さ,平均視聴時間,平均再生率 (%),高評価数,"
    "コメントの追加回数,共有数,視聴回数,エンゲージ ビュー,総再生時間（時間）,チャンネル登録者,"
    "インプレッション数,インプレッションのクリック率 (%)"
)
LANGUAGES = {
    "en": (EN, "Total", lambda t: f"{t:%b} {t.day}, {t.year}"),
    "de": (DE, "Gesamt", lambda t: f"{t:%d.%m.%Y}"),
    "es": (ES, "Total", lambda t: f"{t:%d/%m/%Y}"),
    "pt": (PT, "Total", lambda t: f"{t:%b} {t.day}, {t.year}"),
    "ja": (JA, "合計", lambda t: f"{t:%Y/%m/%d}"),
}


def studio_rows(language="en"):
    header, total, day = LANGUAGES[language]
    rows = [header.split(",")]
    rows.append([total, "", "", "", "0:00:17", "60.1", "", "", "", str(sum(VIEWS)), *[""] * 5])
    for i, when in enumerate(DAYS):
        length, likes = 20 + i, VIEWS[i] // 20
        rows.append(
            [
                *(SHORTS[i], f"short {i} #shorts", day(when), str(length)),
                *("0:00:14", f"{1400 / length:.2f}", str(likes), str(i), str(2 * i)),
                *(str(VIEWS[i]), str(VIEWS[i] // 2), "1.234", str(i), "9999", "4.5"),
            ]
        )
    return rows


def studio_zip(language="en"):
    table, out = studio_rows(language), io.BytesIO()
    daily = [["Date", *table[0][:4], "Views"]]
    daily += [[f"2026-05-{d:02d}", *row[:4], "7"] for d in range(1, 29) for row in table[2:]]
    totals = [["Date", "Views"], *([f"2026-05-{d:02d}", "98"] for d in range(1, 29))]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Table data.csv", "\ufeff" + exports.as_csv(table))
        archive.writestr("Totals.csv", exports.as_csv(totals))
        archive.writestr("Chart data.csv", exports.as_csv(daily))
    return out.getvalue()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_zip_of_youtube_studio(language, read):
    reading = read(studio_zip(language))
    posts = reading.posts
    assert reading.notes["formats"]["Table data.csv"] == "YouTube Studio table"
    assert posts["post_id"].tolist() == SHORTS, "neither the total nor a day is a post"
    assert posts["views"].tolist() == VIEWS
    assert posts["likes"].tolist() == [v // 20 for v in VIEWS]
    assert posts["comments"].tolist() == list(range(N))
    assert posts["shares"].tolist() == [2 * i for i in range(N)]
    assert posts["caption"].tolist() == [f"short {i} #shorts" for i in range(N)]
    assert posts["duration_s"].tolist() == [20.0 + i for i in range(N)]
    assert posts["avg_watch_s"].tolist() == [14.0] * N
    assert posts["posted_at"].dt.date.tolist() == [d.date() for d in DAYS]
    assert set(posts["platform"]) == {"youtube"}
    assert set(reading.repairs["severity"]) == {"note"}


# The table as Studio shows it without further choice: id, title, time, length, views, hours, ...
PLAIN = {
    "fr": "Contenu,Titre de la vidéo,Heure de publication de la vidéo,Durée,Vues,"
    "Durée de visionnage (heures),Abonnés,Impressions,Taux de clics par impression (%)",
    "it": "Contenuti,Titolo del video,Ora di pubblicazione del video,Durata,Visualizzazioni,"
    "Tempo di visualizzazione (ore),Iscritti,Impressioni,Percentuale di clic delle impressioni (%)",
    "nl": "Content,Videotitel,Publicatietijd van video,Duur,Weergaven,Kijktijd (uren),Abonnees,"
    "Vertoningen,Klikfrequentie van vertoningen (%)",
    "pl": "Treści,Tytuł filmu,Czas opublikowania filmu,Czas trwania,Wyświetlenia,"
    "Czas oglądania (godziny),Subskrybenci,Wyświetlenia miniatury,Współczynnik klikalności (%)",
    "ru": "Контент,Название видео,Время публикации видео,Продолжительность,Просмотры,"
    "Время просмотра (часы),Подписчики,Показы,CTR для значков видео (%)",
    "tr": "İçerik,Video başlığı,Video yayınlanma zamanı,Süre,Görüntüleme,İzlenme süresi (saat),"
    "Aboneler,Gösterimler,Gösterim tıklama oranı (%)",
    "id": "Konten,Judul video,Waktu publikasi video,Durasi,Penayangan,Waktu tonton (jam),"
    "Subscriber,Tayangan,Rasio klik-tayang (%)",
    "vi": "Nội dung,Tiêu đề video,Thời gian xuất bản video,Thời lượng,Số lượt xem,"
    "Thời gian xem (giờ),Số người đăng ký,Số lượt hiển thị,Tỷ lệ nhấp (%)",
    "ko": "콘텐츠,동영상 제목,동영상 게시 시간,길이,조회수,시청 시간(단위: 시간),구독자,노출수,"
    "노출 클릭률 (%)",
    "zh": "内容,视频标题,视频发布时间,时长,观看次数,观看时长（小时）,订阅人数,展示次数,"
    "展示点击率 (%)",
}


@pytest.mark.parametrize("length", ["with lengths", "without"])
@pytest.mark.parametrize("language", PLAIN)
def test_the_table_of_videos_in_further_languages(language, length, read):
    rows = [PLAIN[language].split(",")]
    rows.append(["Total", "", "", "", str(sum(VIEWS)), "99.5", "7", "99999", "4.1"])
    for i, when in enumerate(DAYS):
        told = [SHORTS[i], f"short {i}", f"{when:%Y-%m-%d}", str(20 + i), str(VIEWS[i])]
        rows.append([*told, "11.5", str(i), str(9 * VIEWS[i]), "3.4"])
    if length == "without":
        rows = [row[:3] + row[4:] for row in rows]
    reading = read(exports.as_csv(rows).encode())
    posts = reading.posts
    assert list(reading.notes["formats"].values()) == ["YouTube Studio table"]
    assert posts["views"].tolist() == VIEWS
    assert posts["caption"].tolist() == [f"short {i}" for i in range(N)]
    assert posts["new_followers"].tolist() == list(range(N))
    assert posts["posted_at"].dt.date.tolist() == [d.date() for d in DAYS]
    wanted = [20.0 + i for i in range(N)] if length == "with lengths" else []
    assert posts["duration_s"].dropna().tolist() == wanted, "hours watched are no length"


FRENCH = [
    "janv.",
    "févr.",
    "mars",
    "avr.",
    "mai",
    "juin",
    "juil.",
    "août",
    "sept.",
    "oct.",
    "nov.",
    "déc.",
]
WRITTEN = {
    "ko": lambda t: f"{t.year}. {t.month}. {t.day}.",
    "fr": lambda t: f"{t.day} {FRENCH[t.month - 1]} {t.year}",
    "zh": lambda t: f"{t.year}年{t.month}月{t.day}日",
    "vi": lambda t: f"{t.day} thg {t.month}, {t.year}",
}


@pytest.mark.parametrize("language", WRITTEN)
def test_days_as_the_interface_writes_them(language, read):
    rows = [PLAIN[language].split(",")]
    for i, when in enumerate(DAYS):
        told = [SHORTS[i], f"short {i}", WRITTEN[language](when), str(20 + i), str(VIEWS[i])]
        rows.append([*told, "11.5", str(i), "9", "3.4"])
    posts = read(exports.as_csv(rows).encode()).posts
    assert posts["posted_at"].dt.date.tolist() == [d.date() for d in DAYS]
    assert not posts["hour_known"].any(), "a day is not midnight"


def test_a_short_that_loops_keeps_its_length(read):
    rows = studio_rows()
    for row in rows[2:]:
        row[4] = "0:00:25"
    posts = read(exports.as_csv(rows).encode()).posts
    assert posts["duration_s"].tolist() == [20.0 + i for i in range(N)]
    assert posts["avg_watch_s"].notna().tolist() == [i >= 5 for i in range(N)]


def test_engaged_views_only_stand_in_with_a_line(read):
    rows = [row[:9] + row[10:] for row in studio_rows()]
    reading = read(exports.as_csv(rows).encode())
    assert reading.posts["views"].tolist() == [v // 2 for v in VIEWS]
    assert reading.repairs["why"].str.contains("no column of all views").any()


def test_totals_of_a_channel_are_not_posts(read):
    days = [["Date", "Views"], *([f"2026-05-{d:02d}", str(90 + d)] for d in range(1, 29))]
    with pytest.raises(UserError, match="daily totals"):
        read(exports.as_csv(days).encode())


# --- Meta Business Suite -----------------------------------------------------------------------

META_EN = (
    "Post ID,Account ID,Account username,Account name,Description,Duration (sec),Publish time,"
    "Permalink,Post type,Data comment,Date,Views,Reach,Likes,Shares,Follows,Comments,Saves"
)
META_DE = (
    "Beitrags-ID,Konto-ID,Konto-Benutzername,Kontoname,Beschreibung,Dauer (Sek.),"
    "Veröffentlichungszeitpunkt,Permalink,Beitragstyp,Datenkommentar,Datum,Aufrufe,Reichweite,"
    "„Gefällt mir“-Angaben,Geteilte Inhalte,Follows,Kommentare,Gespeicherte Beiträge"
)
META_ES = (
    "Identificador de la publicación,Identificador de la cuenta,Nombre de usuario de la cuenta,"
    "Nombre de la cuenta,Descripción,Duración (segundos),Hora de publicación,Enlace permanente,"
    "Tipo de publicación,Comentario sobre los datos,Fecha,Visualizaciones,Alcance,Me gusta,"
    "Veces compartido,Seguimientos,Comentarios,Guardados"
)
META_PT = (
    "Identificação do post,Identificação da conta,Nome de usuário da conta,Nome da conta,Descrição,"
    "Duração (s),Horário de publicação,Link permanente,Tipo de post,Comentário sobre os dados,Data,"
    "Visualizações,Alcance,Curtidas,Compartilhamentos,Seguimentos,Comentários,Salvamentos"
)
META = {"en": META_EN, "de": META_DE, "es": META_ES, "pt": META_PT}
LASTING = {"en": "Lifetime", "de": "Gesamte Laufzeit", "es": "Total", "pt": "Total"}


def meta_rows(language="en", kinds=("IG reel",)):
    form = "%d.%m.%Y %H:%M" if language == "de" else "%m/%d/%Y %H:%M"
    rows = [META[language].split(",")]
    for i, when in enumerate(DAYS):
        rows.append(
            [
                *(str(17_900_000_000_000_123 + 1_000_003 * i), "17841400000000000", "maker"),
                *("The Maker", f"reel {i}, with a comma #reels", str(12 + i), f"{when:{form}}"),
                *(f"https://www.instagram.com/reel/DEmo{i:02d}/", kinds[i % len(kinds)], ""),
                *(LASTING[language], f"{VIEWS[i]:,}" if language == "en" else str(VIEWS[i])),
                *(str(VIEWS[i] // 2), str(VIEWS[i] // 20), str(i), "1", str(2 * i), str(3 * i)),
            ]
        )
    return rows


@pytest.mark.parametrize("language", META)
def test_the_export_of_metas_business_suite(language, read):
    reading = read(exports.as_csv(meta_rows(language)).encode())
    posts = reading.posts
    assert list(reading.notes["formats"].values()) == ["Meta Business Suite export"]
    assert posts["views"].tolist() == VIEWS
    assert posts["posted_at"].dt.tz_localize(None).tolist() == DAYS
    assert posts["caption"].tolist() == [f"reel {i}, with a comma #reels" for i in range(N)]
    for name, wanted in (
        ("likes", [v // 20 for v in VIEWS]),
        ("shares", list(range(N))),
        ("comments", [2 * i for i in range(N)]),
        ("saves", [3 * i for i in range(N)]),
        ("duration_s", [12.0 + i for i in range(N)]),
    ):
        assert posts[name].tolist() == wanted, name
    assert reading.notes["authors"] == {"maker": N}
    assert set(posts["platform"]) == {"instagram"}
    assert set(posts["kind"]) == {"video"}
    assert posts["url"].notna().all()


def test_a_number_and_a_code_are_two_names_of_one_post(read):
    reading = read(exports.as_csv(meta_rows()).encode())
    assert not reading.repairs["why"].str.contains("another video").any()


def test_a_chart_of_days_without_titles_is_no_list_of_posts(read):
    days = [["Date", "Content", "Views"]]
    days += [[f"2026-05-{d:02d}", short, "7"] for d in range(1, 9) for short in SHORTS[:2]]
    reading = read(exports.as_csv(studio_rows()).encode(), exports.as_csv(days).encode())
    assert reading.posts["post_id"].tolist() == SHORTS
    published = [f"{when:%Y-%m-%d}" for when in DAYS]
    rows = [["video_id", "published", "scraped_at", "views"]]
    for k, read_on in enumerate(("2026-05-20", "2026-06-10")):
        rows += [[SHORTS[i], published[i], read_on, str(VIEWS[i] + k)] for i in range(N)]
    series = read(exports.as_csv(rows).encode())
    assert series.posts["views"].tolist() == [v + 1 for v in VIEWS], "readings are no days"
    assert series.notes["n_read_twice"] == N


def test_pictures_are_photos_and_stories_are_no_posts(read):
    reading = read(exports.as_csv(meta_rows(kinds=("IG reel", "IG carousel", "IG story"))).encode())
    assert reading.posts["kind"].value_counts().to_dict() == {"video": 5, "photo": 5}
    assert reading.repairs["why"].str.contains("4 rows are left out: stories").any()


def test_reels_of_facebook_and_texts_beside_them(read):
    rows = meta_rows(kinds=("Reels", "Text", "Photos"))
    rows[0][2:4] = ["Page name", "Title"]
    for i, row in enumerate(rows[1:]):
        row[3], row[4] = (f"title {i}", "") if i % 2 else ("", f"text {i}")
        row[7] = f"https://www.facebook.com/reel/{10**15 + i}"
    posts = read(exports.as_csv(rows).encode()).posts
    assert set(posts["platform"]) == {"facebook"}
    assert posts["kind"].value_counts().to_dict() == {"video": 5, "photo": 4}
    assert posts["caption"].str.match(r"(title|text) \d").all()


def test_daily_numbers_of_posts_are_refused(read):
    rows = meta_rows()
    days = [[*row[:10], f"02/{d:02d}/2026", *row[11:]] for d in range(1, 9) for row in rows[1:]]
    with pytest.raises(UserError, match="Lifetime"):
        read(exports.as_csv([rows[0], *days]).encode())


def test_without_views_meta_is_refused_and_all_columns_are_named(read):
    rows = [row[:11] + row[12:] for row in meta_rows()]
    with pytest.raises(UserError, match="no column of views") as error:
        read(exports.as_csv(rows).encode())
    assert all(name in str(error.value) for name in rows[0])


# --- platforms side by side --------------------------------------------------------------------


def test_three_platforms_come_together(read):
    tiktok = exports.made_up_posts()
    reading = read(exports.tidy_csv(tiktok), studio_zip(), exports.as_csv(meta_rows()).encode())
    counts = reading.posts["platform"].value_counts().to_dict()
    assert counts == {"tiktok": len(tiktok), "youtube": N, "instagram": N}
    assert reading.notes["platforms"] == counts
    assert "TikTok" in verdict(reading) and "YouTube" in verdict(reading)
    again = read(exports.tidy_csv(reading.posts))
    assert again.posts["platform"].tolist() == reading.posts["platform"].tolist()
    assert again.posts["post_id"].tolist() == reading.posts["post_id"].tolist()


def test_no_other_platforms_id_tells_a_time(read):
    tiktok = exports.made_up_posts()
    moved = tiktok.assign(
        platform="instagram", url=pd.NA, posted_at=tiktok["posted_at"] - pd.Timedelta(days=300)
    )
    reading = read(exports.tidy_csv(moved))
    assert reading.posts["posted_at"].tolist() == moved["posted_at"].tolist()
    undated = exports.as_csv(
        [["video_id", "views", "platform"], *([i, "5", "Reels"] for i in tiktok["post_id"])]
    )
    with pytest.raises(UserError, match="No row can be used"):
        read(undated.encode())


@pytest.mark.parametrize(
    ("link", "name"),
    [
        ("https://www.tiktok.com/@a/video/1", "tiktok"),
        ("https://m.youtube.com/shorts/aB12-xYz_12", "youtube"),
        ("youtu.be/aB12-xYz_12", "youtube"),
        ("https://www.instagram.com/reel/x/", "instagram"),
        ("https://fb.watch/x", "facebook"),
        ("https://example.com/?u=youtube.com/", None),
        ("https://notyoutube.com/x", None),
        ("", None),
    ],
)
def test_the_platform_of_a_link(link, name):
    assert of_link(link) == name


def test_what_a_cell_says_comes_before_the_link_and_the_link_before_the_ids():
    links = ["https://www.instagram.com/reel/x/", "https://www.tiktok.com/@a/video/1", ""]
    assert platforms(["Shorts", "", ""], links, SHORTS[:3]) == ["youtube", "tiktok", "youtube"]
    for own in (["Clip-000001", "Clip-000002"], ["VIDEO-00001", "AUDIO-00002"], ["my-own-id-1"]):
        assert set(platforms([""] * len(own), [""] * len(own), own)) == {"tiktok"}
    assert listed(["tiktok", "youtube", "snapchat"]) == "TikTok, YouTube and snapchat"


def mixed_posts(seed, n=40):
    rng = np.random.default_rng(seed)
    posts = exports.made_up_posts(n, seed=seed)
    return posts.assign(platform=rng.choice(["tiktok", "youtube", "instagram"], n))


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 10**7))
def test_momentum_knows_posts_of_the_same_platform_only(seed, factor):
    posts = mixed_posts(seed)
    own = (posts["platform"] == "youtube").to_numpy()
    changed = posts.assign(
        views=posts["views"].where(own, (posts["views"] * factor) % 10**9),
        posted_at=posts["posted_at"],
    )
    alone = posts[own].reset_index(drop=True)
    for build in (build_features, baseline_columns, matured_posts):
        whole = pd.DataFrame(build(posts))
        momentum = [c for c in whole if not str(c).startswith("metadata")]
        kept = whole.loc[own, momentum]
        assert kept.equals(pd.DataFrame(build(changed)).loc[own, momentum]), "others' views"
        assert np.allclose(
            kept.to_numpy(float),
            pd.DataFrame(build(alone))[momentum].to_numpy(float),
            equal_nan=True,
        ), "as if the others were not there"


def test_the_level_of_one_platform_knows_nothing_of_another():
    posts = mixed_posts(7, n=60)
    louder = posts["platform"] == "instagram"
    changed = posts.assign(views=posts["views"].where(~louder, posts["views"] * 1000))
    own = (posts["platform"] == "youtube").to_numpy()
    before, after = (describe.common_level(p) for p in (posts, changed))
    assert np.ptp(after) < np.ptp(describe.log_views(changed)) - 3, "brought to a common level"
    middle = [
        np.median(after[(posts["platform"] == name).to_numpy()]) for name in set(posts["platform"])
    ]
    assert np.ptp(middle) < 1e-9
    alone = posts[own].reset_index(drop=True)
    assert np.array_equal(describe.common_level(alone), describe.log_views(alone))
    assert len(before) == len(posts)


# --- what a report says --------------------------------------------------------------------------


@pytest.mark.slow
def test_the_report_names_the_platforms_that_there_are(tmp_path, monkeypatch):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.csv").write_bytes(exports.tidy_csv(exports.made_up_posts()))
    (folder / "b.zip").write_bytes(studio_zip())
    _, said = run_chapters(tmp_path / "run", monkeypatch, folder, until="data", draw=False)
    assert "counted on each platform apart" in said
    assert "TikTok (12)" in html.unescape(said) and "YouTube (14)" in html.unescape(said)
    (folder / "a.csv").unlink()
    _, said = run_chapters(tmp_path / "run2", monkeypatch, folder, until="data", draw=False)
    assert "The posts are on YouTube" in said and "TikTok" not in said
    (folder / "b.zip").unlink()
    (folder / "a.csv").write_bytes(exports.tidy_csv(exports.made_up_posts()))
    _, said = run_chapters(tmp_path / "run3", monkeypatch, folder, until="data", draw=False)
    assert "platform" not in said.replace("another platform", "")


WORDED = ("sentences", "figures", "evidence", "explanation", "uncertainty", "creators", "features")


def test_no_prose_takes_the_platform_for_granted():
    texts = [p for name in WORDED for p in sorted((LIBRARY / name).glob("*.py"))]
    texts += [*sorted(NOTEBOOKS.glob("*.ipynb")), *sorted(NOTEBOOKS.glob("*.qmd"))]
    assert len(texts) > 30
    for path in texts:
        found = re.search(r"TikTok|YouTube|Instagram", path.read_text(encoding="utf-8"))
        assert not found, f"{path.name} names {found and found[0]}"
