"""The same posts written in every format that can be read. Made up; nobody's data."""

import csv
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from virality.posts.schema import POST_COLUMNS, REPAIR_COLUMNS, validate_posts, validate_repairs

NOW = datetime(2026, 7, 1)
CAPTIONS = (
    'Say "hi", again #hello',
    "two lines,\nand a comma #fyp",
    "naïve café ☕️ 🤗 #grwm",
    "مرحبا بكم #مرحبا",
    "semi;colon | pipe\ttab",
    "<script>alert(1)</script> {{< include x >}} ::: $$",
)


def no_posts() -> pd.DataFrame:
    """The tidy table without a row."""
    return validate_posts(pd.DataFrame(columns=POST_COLUMNS))


def no_repairs() -> pd.DataFrame:
    """The repair log without a row."""
    return validate_repairs(pd.DataFrame(columns=REPAIR_COLUMNS))


def made_up_posts(n=12, start=datetime(2025, 11, 20, 9, 13, 7), seed=3) -> pd.DataFrame:
    """Tidy posts with ids that hold their time; 2.5 days apart, so that they cross a year."""
    rng = np.random.default_rng(seed)
    times = [start + timedelta(days=2.5 * i, minutes=int(rng.integers(0, 600))) for i in range(n)]
    seconds = [int(t.replace(tzinfo=UTC).timestamp()) for t in times]
    views = rng.integers(1_000, 900_000, n)
    posts = no_posts().reindex(range(n))
    posts["post_id"] = [str((s << 32) + int(rng.integers(10**6, 2**31)) * 2 + 1) for s in seconds]
    posts["author"] = "maker"
    posts["posted_at"] = pd.to_datetime(seconds, unit="s", utc=True)
    posts["caption"] = [CAPTIONS[i % len(CAPTIONS)] for i in range(n)]
    posts["duration_s"] = rng.integers(6, 90, n).astype(float)
    posts["views"] = views
    for name, part in (("likes", 12), ("comments", 700), ("shares", 400), ("saves", 150)):
        posts[name] = views // part
    posts["avg_watch_s"] = np.round(posts["duration_s"] * 0.4, 1)
    posts["watched_full"] = np.round(rng.uniform(0.05, 0.5, n), 3)
    posts["new_followers"] = views // 900
    posts["kind"] = "video"
    posts["url"] = [f"https://www.tiktok.com/@maker/video/{i}" for i in posts["post_id"]]
    posts["source"], posts["source_row"] = "made", range(1, n + 1)
    return validate_posts(posts)


def as_text(column: pd.Series) -> list[str]:
    """The cells of a tidy column as a table would hold them."""
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return column.dt.strftime("%Y-%m-%dT%H:%M:%SZ").tolist()
    return ["" if pd.isna(v) else f"{v:g}" if isinstance(v, float) else str(v) for v in column]


def columns(names: str) -> list[str]:
    return names.split(",")


def as_csv(rows, delimiter=",", quoting=csv.QUOTE_MINIMAL) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def tidy_csv(posts):
    return posts.to_csv(index=False).encode()


def tidy_parquet(posts):
    out = io.BytesIO()
    posts.to_parquet(out)
    return out.getvalue()


def tidy_xlsx(posts):
    out = io.BytesIO()
    plain = posts.assign(
        posted_at=posts["posted_at"].dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
        captured_at=pd.Series("", index=posts.index),
    )
    plain.to_excel(out, index=False)
    return out.getvalue()


STUDY = columns(
    "Index,url,description,published date,published time,video length,views,likes,comments,shares,"
    "saves,play time,avg watch time,watched full video,new followers"
)


def study_rows(posts):
    rows = [list(STUDY)]
    for i, p in enumerate(posts.itertuples(), 1):
        t, total = p.posted_at, int(p.views * p.avg_watch_s)
        play = f"{total // 3600}h:{total // 60 % 60}m:{total % 60}s"
        rows.append(
            [
                *(str(i), p.url, p.caption, f"{t.month}/{t.day}/{t:%y}"),
                *(f"{t:%I:%M %p}".lstrip("0"), f"{p.duration_s:.2f}s", str(p.views)),
                *map(str, (p.likes, p.comments, p.shares, p.saves)),
                *(play, f"{p.avg_watch_s}s", f"{100 * p.watched_full:.1f}%", str(p.new_followers)),
            ]
        )
    return rows


def study_csv(posts):
    return as_csv(study_rows(posts)).encode()


STUDIO_HEADER = columns(
    "Time,Video title,Video link,Post time,Total likes,Total comments,Total shares,Total views"
)


def studio_rows(posts, day=lambda t: f"{t:%B} {t.day}", read="June 30", header=STUDIO_HEADER):
    rows = [list(header)]
    for p in posts.sort_values("views", ascending=False).itertuples():
        counts = [str(v) for v in (p.likes, p.comments, p.shares, p.views)]
        rows.append([read, p.caption, p.url, day(p.posted_at), *counts])
    return rows


def studio_csv(posts, **changes):
    text = as_csv(studio_rows(posts, **changes), quoting=csv.QUOTE_ALL)
    return b"\xef\xbb\xbf" + text.encode()


def studio_xlsx(posts):
    from openpyxl import Workbook

    book, out = Workbook(), io.BytesIO()
    for row in studio_rows(posts):
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def studio_zip(posts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("export/Content.csv", studio_csv(posts))
        archive.writestr("export/Overview.csv", overview_csv())
        archive.writestr("__MACOSX/._Content.csv", b"\x00\x01")
    return out.getvalue()


def overview_csv():
    header = ["Date", "Video Views", "Profile Views", "Likes", "Comments", "Shares"]
    return as_csv([header, ["June 29", "1", "2", "3", "4", "undefined"]]).encode()


def followers_csv(end, counts, day=lambda t: f"{t:%B} {t.day}"):
    header = ["Date", "Followers", "Difference in followers from previous day"]
    days = [end - timedelta(days=len(counts) - 1 - i) for i in range(len(counts))]
    rows = [[day(d), str(c), "0"] for d, c in zip(days, counts, strict=True)]
    return as_csv([header, *rows]).encode()


def display_api(posts):
    videos = [
        {
            "id": p.post_id,
            "create_time": int(p.posted_at.timestamp()),
            "share_url": p.url,
            "video_description": p.caption,
            "duration": int(p.duration_s),
            "title": "a title",
            "like_count": p.likes,
            "comment_count": p.comments,
            "share_count": p.shares,
            "view_count": p.views,
        }
        for p in posts.itertuples()
    ]
    return dump({"data": {"videos": videos, "cursor": 1, "has_more": False}, "error": {}})


def research_api(posts):
    videos = [
        {
            "id": int(p.post_id),
            "create_time": int(p.posted_at.timestamp()),
            "username": "maker",
            "region_code": "US",
            "music_id": 1.7e18,
            "hashtag_names": ["fyp"],
            "video_description": p.caption,
            "video_duration": int(p.duration_s),
            "like_count": p.likes,
            "comment_count": p.comments,
            "share_count": p.shares,
            "favorites_count": p.saves,
            "view_count": p.views,
        }
        for p in posts.itertuples()
    ]
    return dump({"data": {"videos": videos}})


def ytdlp_objects(posts):
    return [
        {
            "id": p.post_id,
            "timestamp": int(p.posted_at.timestamp()),
            "duration": int(p.duration_s),
            "description": p.caption,
            "title": "cut…",
            "uploader": "maker",
            "webpage_url": p.url,
            "extractor": "TikTok",
            "view_count": p.views,
            "like_count": p.likes,
            "repost_count": p.shares,
            "comment_count": p.comments,
            "save_count": p.saves,
            "formats": [{"format_id": "h264", "url": "https://example.invalid/v.mp4"}],
            "_type": "video",
        }
        for p in posts.itertuples()
    ]


def ytdlp_playlist(posts):
    return dump({"_type": "playlist", "id": "maker", "entries": ytdlp_objects(posts)})


def ytdlp_lines(posts):
    return b"\n".join(dump(o) for o in ytdlp_objects(posts)) + b"\n"


def apify(posts):
    return dump(
        [
            {
                "id": p.post_id,
                "text": p.caption,
                "createTime": int(p.posted_at.timestamp()),
                "createTimeISO": f"{p.posted_at:%Y-%m-%dT%H:%M:%S.000Z}",
                "webVideoUrl": p.url,
                "playCount": p.views,
                "diggCount": p.likes,
                "commentCount": p.comments,
                "shareCount": p.shares,
                "collectCount": p.saves,
                "isAd": False,
                "isPinned": False,
                "musicMeta": {"musicId": 7.1e18},
                "videoMeta": {"duration": int(p.duration_s), "height": 1024},
                "authorMeta": {"name": "maker", "id": "123", "fans": 5},
                "hashtags": [{"id": "1", "name": "fyp"}],
            }
            for p in posts.itertuples()
        ]
    )


def tiktokapi(posts):
    return dump(
        [
            {
                "id": p.post_id,
                "createTime": int(p.posted_at.timestamp()),
                "desc": p.caption,
                "stats": {
                    "playCount": p.views,
                    "diggCount": p.likes,
                    "shareCount": p.shares,
                    "commentCount": p.comments,
                    "collectCount": str(p.saves),
                },
                "video": {"duration": int(p.duration_s)},
                "author": {"uniqueId": "maker", "id": "9"},
                "music": {"id": "1"},
                "challenges": [{"id": "2", "title": "fyp"}],
            }
            for p in posts.itertuples()
        ]
    )


def zeeschuimer(posts):
    items = json.loads(tiktokapi(posts))
    wrapped = [
        {
            "nav_index": "1:1:1",
            "item_id": item["id"],
            "timestamp_collected": 1782800000000,
            "source_platform": "tiktok.com",
            "data": item,
        }
        for item in items
    ]
    return b"\n".join(map(dump, wrapped))


def aweme_objects(posts):
    return [
        {
            "aweme_id": p.post_id,
            "desc": p.caption,
            "create_time": int(p.posted_at.timestamp()),
            "statistics": {
                "aweme_id": p.post_id,
                "play_count": p.views,
                "digg_count": p.likes,
                "comment_count": p.comments,
                "share_count": p.shares,
                "collect_count": p.saves,
            },
            "author": {"unique_id": "maker", "uid": "7178782100814974250"},
            "video": {"duration": int(p.duration_s) * 1000},
            "share_url": f"{p.url}?_r=1",
            "is_ads": False,
        }
        for p in posts.itertuples()
    ]


def aweme(posts):
    return dump({"aweme_list": aweme_objects(posts), "has_more": 1, "max_cursor": 5})


def aweme_details(posts):
    return b"\n".join(dump({"aweme_detail": one, "status_code": 0}) for one in aweme_objects(posts))


def reseller(posts):
    videos = [
        {
            "video_id": p.post_id,
            "title": p.caption,
            "duration": int(p.duration_s),
            "play_count": p.views,
            "digg_count": p.likes,
            "comment_count": p.comments,
            "share_count": p.shares,
            "collect_count": p.saves,
            "create_time": int(p.posted_at.timestamp()),
            "author": {"id": "1", "unique_id": "maker"},
            "is_top": 0,
        }
        for p in posts.itertuples()
    ]
    return dump({"code": 0, "msg": "success", "data": {"videos": videos, "hasMore": True}})


def fourcat(posts):
    header = columns(
        "collected_from_url,id,thread_id,author,author_full,author_followers,body,timestamp,"
        "unix_timestamp,is_duet,is_ad,music_name,video_url,tiktok_url,likes,comments,shares,plays,"
        "hashtags,warning"
    )
    rows = [header]
    for p in posts.itertuples():
        when = p.posted_at
        rows.append(
            [
                *("https://www.tiktok.com/@maker", p.post_id, p.post_id, "maker", "The Maker"),
                *("999", p.caption, f"{when:%Y-%m-%d %H:%M:%S}", str(int(when.timestamp()))),
                *("False", "False", "a sound", "https://example.invalid/v.mp4", p.url),
                *map(str, (p.likes, p.comments, p.shares, p.views)),
                *("fyp,hello", ""),
            ]
        )
    return as_csv(rows).encode()


def pyktok(posts):
    header = columns(
        "video_id,video_timestamp,video_duration,video_locationcreated,video_diggcount,"
        "video_sharecount,video_commentcount,video_playcount,video_description,author_username"
    )
    rows = [list(header)]
    for p in posts.itertuples():
        when = f"{p.posted_at:%Y-%m-%dT%H:%M:%S}"  # local to a machine that runs in UTC
        counts = map(str, (p.likes, p.shares, p.comments, p.views))
        rows.append([p.post_id, when, str(int(p.duration_s)), "US", *counts, p.caption, "maker"])
    return as_csv(rows).encode()


def handmade(posts):
    rows = [["Link", "Date", "Title", "Views", "Likes", "Length"]]
    for p in posts.itertuples():
        when = f"{p.posted_at:%d.%m.%Y %H:%M}"
        length = f"{int(p.duration_s) // 60:02d}:{int(p.duration_s) % 60:02d}"
        rows.append([p.url, when, p.caption, f"{p.views:,}", f"{p.likes:,}", length])
    return as_csv(rows, delimiter=";").encode()


def takeout(posts):
    videos = [
        {
            "Date": f"{p.posted_at:%Y-%m-%d %H:%M:%S}",
            "Link": f"https://www.tiktokv.com/share/video/{p.post_id}/",
            "Likes": str(p.likes),
            "Title": p.caption,
            "Sound": "original sound",
        }
        for p in posts.itertuples()
    ]
    watched = [{"Date": "2020-01-01 00:00:00", "Link": "https://www.tiktokv.com/share/video/1/"}]
    return dump(
        {
            "Activity": {"Video Browsing History": {"VideoList": watched}},
            "Post": {"Posts": {"VideoList": videos}},
        }
    )


def short_ids(posts) -> list[str]:
    return [f"{chr(97 + i % 26)}B{i:02d}-xYz_{i:02d}" for i in range(len(posts))]


def youtube_studio(posts):
    header = columns(
        "Content,Video title,Video publish time,Duration,Likes,Comments added,Shares,Views,"
        "Watch time (hours),Subscribers"
    )
    rows = [header, ["Total", "", "", "", "", "", "", str(posts["views"].sum()), "9.5", "7"]]
    for short, p in zip(short_ids(posts), posts.itertuples(), strict=True):
        day = f"{p.posted_at:%b} {p.posted_at.day}, {p.posted_at.year}"
        counts = map(str, (p.likes, p.comments, p.shares, p.views))
        rows.append([short, p.caption, day, str(int(p.duration_s)), *counts, "1.5", "3"])
    return zip_of({"Table data.csv": as_csv(rows), "Totals.csv": as_csv(DAYS)})


DAYS = [["Date", "Views"], *([f"2026-05-{day:02d}", "98"] for day in range(1, 29))]


def zip_of(files: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


def meta_suite(posts):
    header = columns(
        "Post ID,Account ID,Account username,Account name,Description,Duration (sec),Publish time,"
        "Permalink,Post type,Data comment,Date,Views,Reach,Likes,Shares,Follows,Comments,Saves"
    )
    rows = [header]
    for i, p in enumerate(posts.itertuples()):
        link = f"https://www.instagram.com/reel/DEmo{i:02d}/"
        rows.append(
            [
                *(str(17_900_000_000_000_123 + 1_000_003 * i), "17841400000000000", "maker"),
                *("The Maker", p.caption, str(int(p.duration_s))),
                *(f"{p.posted_at:%m/%d/%Y %H:%M}", link, "IG reel", "", "Lifetime"),
                *map(str, (p.views, p.views // 2, p.likes, p.shares, 1, p.comments, p.saves)),
            ]
        )
    return as_csv(rows).encode()


def dump(value) -> bytes:
    def number(x):
        return int(x) if isinstance(x, np.integer) else str(x)

    return json.dumps(value, ensure_ascii=False, default=number).encode()


# format -> (reader's name, writer, columns that the format can hold)
BASIC = ("post_id", "caption", "views", "likes", "comments", "shares", "author")
FULL = (*BASIC, "duration_s", "saves", "url")
WRITERS = {
    "tidy CSV": ("tidy posts table", tidy_csv, None),
    "tidy Parquet": ("tidy posts table", tidy_parquet, None),
    "tidy XLSX": ("tidy posts table", tidy_xlsx, None),
    "study": (
        "hand-curated Studio table",
        study_csv,
        (*FULL, "avg_watch_s", "watched_full", "new_followers"),
    ),
    "studio": ("TikTok Studio Content.csv", studio_csv, (*BASIC, "url")),
    "studio XLSX": ("TikTok Studio Content.csv", studio_xlsx, (*BASIC, "url")),
    "studio zip": ("TikTok Studio Content.csv", studio_zip, (*BASIC, "url")),
    "display API": ("TikTok Display or Research API JSON", display_api, (*BASIC, "duration_s")),
    "research API": (
        "TikTok Display or Research API JSON",
        research_api,
        (*BASIC, "duration_s", "saves"),
    ),
    "yt-dlp playlist": ("yt-dlp info.json", ytdlp_playlist, FULL),
    "yt-dlp lines": ("yt-dlp info.json", ytdlp_lines, FULL),
    "apify": ("Apify TikTok scraper JSON", apify, FULL),
    "TikTokApi": ("TikTokApi JSON", tiktokapi, (*BASIC, "duration_s", "saves")),
    "zeeschuimer": ("TikTokApi JSON", zeeschuimer, FULL),
    "aweme": ("mobile interface JSON (aweme)", aweme, FULL),
    "aweme details": ("mobile interface JSON (aweme)", aweme_details, FULL),
    "re-seller": ("mobile interface JSON (aweme)", reseller, (*BASIC, "duration_s", "saves")),
    "4CAT": ("4CAT table", fourcat, (*BASIC, "url")),
    "pyktok": ("pyktok CSV", pyktok, (*BASIC, "duration_s")),
    "handmade": (
        "table with named columns",
        handmade,
        ("post_id", "caption", "views", "likes", "duration_s", "url"),
    ),
}
# Exports of other platforms; their ids hold no time, so days and minutes are all that is known.
ELSEWHERE = {
    "YouTube Studio": ("YouTube Studio table", youtube_studio),
    "Meta": ("Meta Business Suite export", meta_suite),
}
