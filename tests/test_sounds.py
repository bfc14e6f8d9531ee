"""Which sound a post has, and whose it is: from exports that say so to the tidy table."""

import json

import pytest

import exports
from virality.posts.plausible import ROUNDED
from virality.posts.tidy import completed

POSTS = exports.made_up_posts()
SOUNDS = [f"700000000000000{i % 4}17" for i in range(len(POSTS))]


def of_web(post, sound, original, owner):
    post["author"]["nickname"] = "Mia"
    post["music"] = {"id": sound, "original": original, "authorName": owner}


def of_apify(post, sound, original, owner):
    post["authorMeta"]["nickName"] = "Mia"
    post["musicMeta"] = {"musicId": sound, "musicOriginal": original, "musicAuthor": owner}


def of_mobile(post, sound, original, owner):
    handle = "maker" if owner == "Mia" else owner
    post["music"] = {"id_str": sound, "is_original_sound": original, "owner_handle": handle}


FORMATS = {
    "web": (exports.tiktokapi, of_web),
    "apify": (exports.apify, of_apify),
    "mobile": (lambda posts: exports.dump(exports.aweme_objects(posts)), of_mobile),
}


@pytest.mark.parametrize("form", FORMATS)
def test_sounds_come_through(form, read):
    write, put = FORMATS[form]
    objects = json.loads(write(POSTS))
    for i, each in enumerate(objects):
        put(each, SOUNDS[i], i % 3 != 0, "Mia" if i % 3 == 1 else "somebody")
    posts = read(exports.dump(objects)).posts
    assert posts["sound_id"].tolist() == SOUNDS
    assert posts["original_sound"].tolist() == [i % 3 == 1 for i in range(len(POSTS))]


def test_a_tidy_table_keeps_its_sounds(read, tmp_path):
    posts = POSTS.assign(sound_id=SOUNDS, original_sound=[True, False] * (len(POSTS) // 2))
    posts = completed(posts, "posts.csv")
    again = read(exports.tidy_csv(posts)).posts
    assert again["sound_id"].tolist() == SOUNDS
    assert again["original_sound"].tolist() == posts["original_sound"].tolist()


def test_rounded_ids_are_no_ids(read):
    objects = json.loads(exports.tiktokapi(POSTS))
    for each in objects:
        each["music"] = {"id": 7.1e18}
    reading = read(exports.dump(objects))
    assert reading.posts["sound_id"].isna().all() and reading.posts["original_sound"].isna().all()
    assert ROUNDED in set(reading.repairs["why"])


def test_no_sound_is_missing(read):
    objects = json.loads(exports.tiktokapi(POSTS))
    for each, sound in zip(objects, ("0", "-1", "", "123") * 3, strict=True):
        each["music"] = {"id": sound}
    assert read(exports.dump(objects)).posts["sound_id"].dropna().tolist() == ["123"] * 3
