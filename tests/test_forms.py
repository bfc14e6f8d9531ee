"""Single forms of exports, and what each of them must not be taken for."""

import json
import zipfile

import pytest

import exports
from virality.core.errors import UserError
from virality.posts.read import read_posts

POSTS = exports.made_up_posts()


# --- the web's and the mobile interface's objects ------------------------------------------------


def rounded(count: int) -> int:
    return count if count < 10_000 else round(count, -len(str(count)) + 2)


def test_exact_counts_go_before_rounded_ones(read):
    records = json.loads(exports.tiktokapi(POSTS))
    for record in records:
        exact = {k: int(v) for k, v in record["stats"].items()}
        record["statsV2"] = {k: str(v) for k, v in exact.items()} | {"repostCount": "0"}
        record["stats"] = {k: rounded(v) for k, v in exact.items()}
    reading = read(exports.dump(records))
    for name in ("views", "likes", "comments", "shares", "saves"):
        assert reading.posts[name].tolist() == POSTS[name].tolist(), name
    told = reading.repairs[reading.repairs["why"].str.contains("statsV2")]
    assert len(told) == 1 and told["severity"].tolist() == ["note"]
    for record in records:
        record["statsV2"] = dict.fromkeys(record["stats"], "0")
    wanted = [rounded(v) for v in POSTS["views"]]
    assert read(exports.dump(records)).posts["views"].tolist() == wanted, (
        "nothing was counted there"
    )


def test_what_the_browser_saw_has_its_time_and_its_link(read):
    posts = read(exports.zeeschuimer(POSTS)).posts
    assert (posts["captured_at"].dt.strftime("%Y-%m-%d") == "2026-06-30").all()
    assert posts["url"].tolist() == POSTS["url"].tolist()


def test_pictures_of_the_mobile_interface_are_photos(read):
    objects = exports.aweme_objects(POSTS)
    objects[0]["image_post_info"] = {"images": [{"display_image": {}}]}
    objects[1]["aweme_type"] = 150
    posts = read(exports.dump({"aweme_list": objects})).posts
    assert posts["kind"].tolist() == ["photo"] * 2 + ["video"] * (len(POSTS) - 2)
    assert posts["duration_s"].isna().tolist() == [True] * 2 + [False] * (len(POSTS) - 2)


def test_slideshows_have_a_sound_and_no_length(read):
    objects = exports.ytdlp_objects(POSTS)
    for one in objects[:3]:
        one |= {"vcodec": "none", "acodec": "aac", "formats": [{"vcodec": "none"}]}
    objects[3] |= {"vcodec": "none", "formats": [{"vcodec": "none"}, {"vcodec": "h264"}]}
    posts = read(exports.dump({"_type": "playlist", "entries": objects})).posts
    assert posts["kind"].tolist() == ["photo"] * 3 + ["video"] * (len(POSTS) - 3)
    assert posts["duration_s"].isna().tolist() == [True] * 3 + [False] * (len(POSTS) - 3)


def test_yt_dlp_knows_other_platforms(read):
    objects = exports.ytdlp_objects(POSTS)
    for i, one in enumerate(objects):
        one |= {"id": f"aB{i:02d}-xYz_{i:02d}", "extractor": "youtube"}
        one["webpage_url"] = f"https://www.youtube.com/shorts/{one['id']}"
    assert set(read(exports.dump(objects)).posts["platform"]) == {"youtube"}


def test_objects_of_no_known_form_are_told(read):
    known = json.loads(exports.apify(POSTS))
    strange = [{"id": "7", "create_time": 5, "plays so far": 9}]
    reading = read(exports.dump(known + strange))
    assert len(reading.posts) == len(POSTS)
    why = reading.repairs["why"].str.cat(sep=" | ")
    assert "1 object looks like a post" in why and "plays so far" in why


# --- the download of one's data ------------------------------------------------------------------


def blocks(entries) -> str:
    return "\n\n".join("\n".join(f"{k}: {v}" for k, v in e.items()) for e in entries) + "\n\n"


def download_as_text():
    """The files of the download as text, as TikTok lays them out."""
    own = [
        {
            "Date": f"{p.posted_at:%Y-%m-%d %H:%M:%S} UTC",
            "Link": f"https://www.tiktokv.com/share/video/{p.post_id}/",
            "Like(s)": p.likes,
            "Title": p.caption.replace("\n", " "),
            "Who can view": "Public",
        }
        for p in POSTS.itertuples()
    ]
    seen = [{"Date": "2024-06-01 10:00:00 UTC", "Link": own[0]["Link"]}] * 5
    said = [{"Date": "2024-06-01 10:00:00 UTC", "Comment": "nice: really", "Photo": "N/A"}] * 5
    return {
        "TikTok/Posts/Posts.txt": blocks(own),
        "TikTok/Your Activity/Watch History.txt": blocks(seen),
        "TikTok/Comment/Comments.txt": blocks(said),
        "TikTok/Your Activity/Searches.txt": "",
        "TikTok/App Settings/Settings.txt": "App: x\nLanguage: en\n",
    }


@pytest.mark.parametrize("container", ["folder", "zip"])
@pytest.mark.parametrize("with_posts", [True, False])
def test_the_download_as_text_is_known(container, with_posts, tmp_path):
    files = download_as_text()
    if not with_posts:
        files.pop("TikTok/Posts/Posts.txt")
    folder, packed = tmp_path / "export", tmp_path / "export.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            archive.writestr(name, text)
    where = folder if container == "folder" else packed
    with pytest.raises(UserError, match="on request as text") as error:
        read_posts(where, now=exports.NOW)
    assert "view counts" in str(error.value) and "Content.csv" in str(error.value)
    assert ("no list of your posts" in str(error.value)) is not with_posts
    tidy = tmp_path / "tidy.csv"
    tidy.write_bytes(exports.tidy_csv(POSTS.assign(url=None)))
    reading = read_posts([tidy, where], now=exports.NOW)
    assert len(reading.posts) == len(POSTS)
    assert reading.posts["url"].notna().all() == with_posts, "its links come along"


MOVED = (
    "Post.Posts.VideoList",
    "Posts.Posts.VideoList",
    "Your Activity.Posts.PostList",
    "Content.Own Videos.VideoList",
)


@pytest.mark.parametrize("place", MOVED)
def test_the_downloads_posts_are_found_wherever_they_lie(place, read):
    posts = json.loads(exports.takeout(POSTS))["Post"]["Posts"]["VideoList"]
    document: dict = {
        "Your Activity": {"Watch History": {"VideoList": [{"Date": "2024-01-01", "Link": "x"}]}},
        "Likes and Favorites": {"Like List": {"ItemFavoriteList": [{"date": "x", "link": "y"}]}},
        "Post": {
            "Recently Deleted Posts": {"PostList": [posts[0] | {"Link": "https://x/video/1"}]}
        },
    }
    inner = document
    *steps, last = place.split(".")
    for step in steps:
        inner = inner.setdefault(step, {})
    inner[last] = posts
    content = exports.dump(document)
    with pytest.raises(UserError, match="can only add to another export"):
        read(content)
    reading = read(exports.tidy_csv(POSTS.assign(caption=None)), content)
    assert reading.posts["caption"].tolist() == POSTS["caption"].tolist()


@pytest.mark.parametrize("post", [{}, {"Post": {"Posts": {"VideoList": []}}}, {"Post": {}}])
def test_a_download_without_posts_says_so(post, read):
    document = {
        "Activity": {"Watch History": {"VideoList": [{"Date": "2024-01-01", "Link": "x"}]}},
        "Likes and Favorites": {"Like List": {"ItemFavoriteList": [{"date": "x", "link": "y"}]}},
    }
    with pytest.raises(UserError, match="no list of your posts is in it"):
        read(exports.dump(document | post))


def test_a_download_that_was_written_twice_is_read(read):
    content = exports.takeout(POSTS)
    reading = read(exports.tidy_csv(POSTS.assign(caption=None)), content + b"\n" + content)
    assert reading.posts["caption"].tolist() == POSTS["caption"].tolist()


# --- daily series --------------------------------------------------------------------------------


def test_two_posts_a_day_are_no_daily_series(read):
    rows = [["date", "views", "likes"]]
    rows += [[f"2026-03-{1 + i // 2:02d}", str(500 + 7 * i), str(5 + i)] for i in range(40)]
    assert len(read(exports.as_csv(rows).encode()).notes["formats"]) == 1


def test_days_with_gaps_are_posts_and_days_without_are_a_series(read):
    days = [1, 2, 5, 6, 9, 11, 14, 15, 19, 22]
    rows = [["date", "views", "likes"], *([f"2026-03-{d:02d}", str(90 + d), "3"] for d in days)]
    assert len(read(exports.as_csv(rows).encode()).posts) == len(days)
    rows = [["datum", "aufrufe", "neu"], *([f"2026-03-{d:02d}", str(d), "3"] for d in range(1, 29))]
    with pytest.raises(UserError, match="daily totals"):
        read(exports.as_csv(rows).encode())
    hours = [["Date", "Hour", "Active followers"]]
    hours += [[f"June {d}", str(h), "7"] for d in range(1, 4) for h in range(24)]
    with pytest.raises(UserError, match="daily totals"):
        read(exports.as_csv([["Tag", "Stunde", "Aktive"], *hours[1:]]).encode())
