"""Every odd file, from the folder to the report: what is missing, and the reason that is given."""

import io
import shutil
from html import unescape

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from media_files import cut, encode, scene, turn
from virality.book.tables import check_table
from virality.figures.embeddings import problems_table
from virality.findings.embeddings import files, presence
from virality.media.diagnostics import present
from virality.media.extract import extract
from virality.media.settings import Settings, Workers
from virality.sentences.embeddings import leftovers, problems_caption

pytestmark = pytest.mark.slow

BOTH, PICTURE, SOUND, NOTHING = (True, True), (True, False), (False, True), (False, False)
FAST = {"libx265": {"x265-params": "log-level=none"}, "libsvtav1": {"preset": "12"}}


def codec(name, suffix="mp4"):
    options = FAST.get(name, {"cpu-used": "8", "deadline": "realtime"})
    sound = {} if suffix == "mp4" else {"sound_codec": "libopus", "rate": 48_000}
    return lambda to: encode(to.with_suffix(f".{suffix}"), codec=name, options=options, **sound)


def film(**options):
    return lambda to: encode(to, **options)


def cut_to(share, **options):
    def make(to):
        whole = encode(to.with_name("whole.mp4"), fps=30, size=(160, 284), **options)
        cut(whole, share, to)
        whole.unlink()

    return make


def picture(to):
    Image.fromarray(scene(0)).save(to.with_suffix(".jpg"))


def named(pattern):
    return lambda to: encode(to.with_name(pattern.format(to.stem)))


# What it is: (how to make it, picture and sound, words of the reason; "" when nothing is wrong).
CASES = {
    "whole": (film(), BOTH, ""),
    "no video stream": (film(picture=False), SOUND, "only sound"),
    "no audio stream": (film(sound=False), PICTURE, "no sound stream"),
    "empty": (lambda to: to.touch(), NOTHING, "is empty"),
    "text": (lambda to: to.write_text("<html>Sorry</html>"), NOTHING, "text file"),
    "no index": (cut_to(0.9), NOTHING, "no index (moov)"),
    "2 %": (cut_to(0.02, fast_start=True, seconds=9), NOTHING, "cut short, at "),
    "50 %": (cut_to(0.5, fast_start=True, seconds=4), NOTHING, "of 3.0 s of the picture"),
    "50 % of a long film": (cut_to(0.5, fast_start=True, seconds=9), BOTH, "cut short, at "),
    "shorter than the window": (film(seconds=1.5), BOTH, ""),
    "shorter than a look": (film(seconds=0.15, fps=20), BOTH, ""),
    "varying rate": (film(times=np.r_[np.arange(0, 1, 1 / 30), np.arange(1, 4, 1 / 8)]), BOTH, ""),
    "turned 90": (lambda to: turn(encode(to), 90), BOTH, ""),
    "turned 180": (lambda to: turn(encode(to), 180), BOTH, ""),
    "turned 270": (lambda to: turn(encode(to), 270), BOTH, ""),
    "HEVC": (codec("libx265"), BOTH, ""),
    "AV1": (codec("libsvtav1"), BOTH, ""),
    "VP9": (codec("libvpx-vp9", "webm"), BOTH, ""),
    "still": (picture, PICTURE, "still picture"),
    "20 a second": (film(fps=20), BOTH, ""),
    "60 a second": (film(fps=60), BOTH, ""),
    "mono": (film(channels=1), BOTH, "2 posts have this very file"),
    "8 kHz": (film(rate=8_000), BOTH, ""),
    "5.1": (film(channels=6, rate=48_000), BOTH, ""),
    "missing": (lambda to: None, NOTHING, "No file in the videos folder"),
    "twin": (lambda to: None, BOTH, "2 posts have this very file"),
    "spaces": (named("A day by the sea [{}].mp4"), BOTH, ""),
    "emoji": (named("🎉🐶 [{}].mp4"), BOTH, ""),
    "quotes": (named('it\'s "loud" & <b> [{}].mp4'), BOTH, ""),
}
IDS = {case: str(7000 + number) for number, case in enumerate(CASES)}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("odd")
    (folder / "videos").mkdir()
    for case, (make, _, _) in CASES.items():
        make(folder / "videos" / f"{IDS[case]}.mp4")
    shutil.copy(folder / "videos" / f"{IDS['whole']}.mp4", folder / "videos" / "stranger.mp4")
    named = [f"{IDS['mono']}.mp4" if post == IDS["twin"] else None for post in IDS.values()]
    posts = pd.DataFrame({"post_id": [*IDS.values()], "caption": "A #tag", "media_file": named})
    settings = Settings("classic")
    workers = Workers(1, progress=False)
    return extract(posts, str(folder / "videos"), settings, folder / "c", workers)


@pytest.mark.parametrize("case", CASES)
def test_what_is_missing_and_why(found, case):
    _, there, words = CASES[case]
    post = IDS[case]
    row = found.embeddings.loc[post]
    blocks = {name: row.filter(regex=f"^{name}__") for name in ("vision", "audio")}
    assert tuple(values.notna().all() for values in blocks.values()) == there
    assert tuple(values.notna().any() for values in blocks.values()) == there
    energy = row["energy__brightness"], row["energy__rms_level"]
    assert tuple(pd.notna(value) for value in energy) == there
    assert row.filter(regex="^caption_text__").notna().all()
    table = problems_table(found.media, private=False).set_index("post")
    if post in table.index:
        told = table.loc[post]
        assert words and words in told["problem"], told["problem"]
        assert (told["picture"] == "yes", told["sound"] == "yes") == there
    else:
        assert not words


def test_two_posts_with_one_file_are_named_and_strangers_listed(found):
    pair = [IDS["mono"], IDS["twin"]]
    assert found.embeddings.loc[pair[0]].equals(found.embeddings.loc[pair[1]])
    rows = found.media.set_index("post_id").loc[pair]
    assert rows["posts_of_file"].tolist() == [2, 2] and rows["status"].tolist() == ["ok", "ok"]
    said = unescape(leftovers(files(found.record, found.media)))
    assert "Files without a post: stranger.mp4." in said
    assert "1 file serves more than one post" in said


def test_the_caption_counts_what_is_missing_and_what_is_only_flawed(found):
    caption = problems_caption(presence(found.record, present(found.embeddings), found.media))
    lacking = sum(there != BOTH for _, there, _ in CASES.values())
    flawed = sum(there == BOTH and words != "" for _, there, words in CASES.values())
    assert f"{lacking} posts lack something and {flawed} posts have a flaw" in caption


def test_private_pages_name_no_post_and_no_file(found):
    table = problems_table(found.media, private=True)
    assert set(table["post"]) == set(table["file"]) == {"withheld"}


def test_first_frames_are_small_pictures_of_the_posts_that_have_one(found):
    check_table("thumbnails", found.thumbnails())
    check_table("media", found.media)
    jpegs = found.thumbnails().set_index("post_id")["jpeg"]
    assert set(jpegs.index) == {IDS[case] for case, (_, (seen, _), _) in CASES.items() if seen}
    assert max(map(len, jpegs)) < 20_000
    assert Image.open(io.BytesIO(jpegs[IDS["whole"]])).size == (77, 128)
