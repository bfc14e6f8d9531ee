"""The chapter on the first seconds: what it looks up and finds.

What it says of each finding stands in `gallery/embeddings.md`.
"""

from io import BytesIO
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from chapters import run_chapters
from exports import tidy_csv
from test_teaching import taught
from toyposts import toy_posts
from virality.book.tables import check_table
from virality.features.build import build_features
from virality.figures import embeddings as figures
from virality.findings import embeddings as findings
from virality.findings.embeddings import Alike, Kept, Motion
from virality.media import diagnostics
from virality.sentences import embeddings as sentences

RNG = np.random.default_rng(0)


def vectors(n=40, **blocks):
    """A table of embeddings; each block an array of shape (n, columns)."""
    parts = [
        pd.DataFrame(values, columns=[f"{block}__{i:03d}" for i in range(values.shape[1])])
        for block, values in blocks.items()
    ]
    table = pd.concat(parts, axis=1)
    table.index = pd.Index([str(i) for i in range(n)], name="post_id")
    return table


# --- the page -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "private"), [(12, True), (70, False)])
def test_without_films_the_page_begins_with_captions(n, private, tmp_path, monkeypatch):
    posts = toy_posts(n)[0].assign(caption=[f"{i} ways to <b>cook</b>" for i in range(n)])
    path = tmp_path / "posts.csv"
    path.write_bytes(tidy_csv(posts))
    given = {"until": "embeddings", "draw": False, "private": private}
    run, said = run_chapters(tmp_path / "run", monkeypatch, path, **given)
    assert f"No film of these {n} posts was looked at" in said and "First frames" not in said
    assert ("settled posts cannot tell" in said) is (n == 12)
    assert "100\N{NO-BREAK SPACE}% have a number" in said and "a promise" in said
    assert "<b>" not in said
    check_table("associations", pd.read_parquet(run.artefact("associations")))


# --- looking --------------------------------------------------------------------------------------


def shown(table, posts=("0", "3", "25")):
    """What the cells that teach make of a table of embeddings."""
    simulated = toy_posts(40)[0].assign(
        post_id=pd.array([str(i) for i in range(40)], dtype="string")
    )
    chosen = simulated[simulated["post_id"].isin(posts)].reset_index(drop=True)
    run = SimpleNamespace(embeddings=table, posts=chosen, features=build_features(simulated))
    return taught("embeddings", run, embargo_days=7)


def test_neighbours_are_the_twins_and_never_the_post_itself():
    half = RNG.normal(size=(20, 12))
    table = vectors(vision=np.concatenate([half, half + 0.01 * RNG.normal(size=half.shape)]))
    table.loc["3"] = np.nan
    assert shown(table)["nearest"] == {"vision": {"0": "20", "25": "5"}}


def test_blocks_are_there_where_any_column_is():
    table = vectors(energy=RNG.normal(size=(40, 3)), vision=RNG.normal(size=(40, 2)))
    table.loc["7", ["energy__000", "energy__001"]] = np.nan
    table.loc["8", ["energy__000", "energy__001", "energy__002"]] = np.nan
    made = shown(table)
    pd.testing.assert_frame_equal(made["present"], diagnostics.present(table), check_like=True)
    assert made["share"]["energy"] == pytest.approx(39 / 40)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_few_posts_and_no_blocks_break_no_cell(n):
    table = vectors(n=40, vision=RNG.normal(size=(40, 2))).head(n)
    made = shown(table, list(table.index))
    assert list(made["nearest"]) == ["vision"]
    assert all(len(found) == (n if n > 1 else 0) for found in made["nearest"].values())
    assert shown(table.iloc[:, :0], list(table.index))["nearest"] == {}


def test_variance_kept_knows_the_rank():
    flat = RNG.normal(size=(40, 2)) @ RNG.normal(size=(2, 40))
    kept = diagnostics.variance_kept(vectors(vision=flat, audio=RNG.normal(size=(40, 40))))
    share = kept.set_index(["block", "components"])["share"]
    assert share["vision", 2] == pytest.approx(1) and share["audio", 2] < 0.4
    assert {8, 16, 32} <= set(kept["components"])


def test_cka_is_one_for_the_same_and_near_zero_for_unrelated_blocks():
    one = RNG.normal(size=(40, 100))
    turned = one @ np.linalg.qr(RNG.normal(size=(100, 100)))[0]
    matrix = diagnostics.cka(
        vectors(vision=one, audio=turned, caption_text=RNG.normal(size=(40, 100)))
    )
    assert matrix.loc["vision", "audio"] == pytest.approx(1)
    assert abs(matrix.loc["vision", "caption_text"]) < 0.15


def test_loud_and_calm_openings_are_the_extremes():
    table = vectors(energy=np.arange(40.0)[:, None]).set_axis(["energy__rms_level"], axis=1)
    made = shown(table)
    assert (list(made["loud"]), list(made["calm"])) == (["39", "38", "37"], ["0", "1", "2"])
    made = shown(vectors(energy=np.arange(40.0)[:, None]))
    assert len(made["loud"]) == len(made["calm"]) == 0


def extraction(table, words, **record):
    return SimpleNamespace(
        record={"used": "pretrained", "absent": []} | record,
        embeddings=table,
        choice=SimpleNamespace(recipes={"vision": SimpleNamespace(length=lambda what: 6)}),
        encode_texts=lambda texts: np.stack([words[text.split()[-1]] for text in texts]),
    )


def test_zero_shot_finds_the_planted_word():
    words = {word: np.eye(6)[i] for i, word in enumerate(("dog", "cat", "sea"))}
    truth = RNG.choice(list(words), 40)
    # Every picture also lies near "sea": that says nothing about one of them.
    pictures = np.stack([words[word] + 3 * words["sea"] for word in truth])
    table = vectors(vision=pictures + 0.05 * RNG.normal(size=pictures.shape))
    nearest = diagnostics.zero_shot(extraction(table, words), "dog, cat ,sea, dog,")
    assert nearest["word"].tolist() == truth.tolist()
    assert diagnostics.zero_shot(extraction(table, words), "dog").empty
    assert diagnostics.zero_shot(extraction(table, words, used="classic"), "dog, cat").empty
    assert diagnostics.zero_shot(extraction(table, words, absent=["vision"]), "dog, cat").empty


# --- findings -------------------------------------------------------------------------------------

RECORD = {
    "videos": True, "used": "pretrained", "note": "", "window_s": 3.0, "frames_per_s": 5.0,
    "blocks": ["vision"], "absent": [], "mapping_notes": [], "n_files_without_post": 0,
    "files_without_post": [], "shared_files": {}, "refused": {},
    "vision_encoder": {"id": "openai/clip", "revision": "a" * 40}, "audio_encoder": None,
    "text_encoder": {"kind": "clip"},
}  # fmt: skip
NO_FILE = {"file": None, "how": None, "status": "no file", "has_picture": False, "has_sound": False}


def media(*rows):
    plain = {
        "file": "a.mp4", "how": "name", "status": "ok", "problem": "", "caption_cut": False,
        "hashtag_cut": False, "has_picture": True, "has_sound": True,
    }  # fmt: skip
    return pd.DataFrame([{"post_id": str(i)} | plain | row for i, row in enumerate(rows)])


def test_files_are_counted_and_named_only_in_public():
    many = [f"<i>{n}" for n in range(20)]
    record = RECORD | {"n_files_without_post": 20, "files_without_post": many}
    found = findings.files(record, media({}, {"how": "mapping"}, NO_FILE))
    assert (found.matched, found.n_posts) == (2, 3)
    assert found.ways == ("mapping", "name")
    assert (len(found.spare_names), found.unnamed) == (12, 8)
    assert "<i>" not in sentences.leftovers(found)
    hidden = findings.files(record, media({}), private=True)
    assert hidden.spare == 20 and sentences.leftovers(hidden) == "20 files belong to no post."


def test_encoders_have_a_commit_only_from_the_hub():
    cut = media({"caption_cut": True}, {"caption_cut": True, "hashtag_cut": True})
    found = findings.encoders(RECORD, cut)
    assert (found.vision.commit, found.audio) == ("a" * 7, None)
    assert (found.captions_cut, found.hashtags_cut) == (2, 1)
    own = RECORD | {"audio_encoder": {"id": "here", "revision": "sha256:abc"}}
    assert findings.encoders(own, cut).audio.commit == ""


def test_scripts_are_counted_without_hashtags():
    captions = pd.Series(["привет #hello", "hi", "#only", None])
    found = findings.scripts(captions, RECORD)
    assert (found.n, found.other, found.share) == (2, 1, 0.5)
    assert found.english and not findings.scripts(captions, RECORD | {"used": "light"}).english


def test_presence_knows_gaps_and_flaws():
    present = pd.DataFrame({"vision": [True, False], "caption_text": True})
    files = media({"problem": "Dark."}, NO_FILE | {"problem": "Gone."})
    found = findings.presence(RECORD | {"absent": ["audio"]}, present, files)
    assert (found.whole, found.gaps) == (("caption_text",), (("vision", 0.5),))
    assert found.absent == ("audio",)
    assert (found.lacking, found.flawed) == (1, 1)
    assert "picture, there for 50 % of 2 posts" in sentences.coverage_texts(found)[0]
    assert not findings.presence(RECORD, present[["caption_text"]], files).gaps


def test_motion_turns_with_the_data():
    def motion(loud, calm):
        curves = {"loud": [{"motion": np.full(3, loud)}, {}], "calm": [{"motion": [calm]}]}
        return findings.openings(curves).motion

    assert motion(2.0, 1.0) is Motion.MORE
    assert motion(1.0, 2.0) is Motion.LESS
    assert motion(1.0, 1.1) is motion(0.0, 0.0) is Motion.EQUAL
    assert motion(np.nan, 1.0) is Motion.UNKNOWN
    assert findings.openings({"loud": [], "calm": []}).motion is Motion.UNKNOWN


def test_words_name_a_winner_only_when_there_is_one():
    nearest = pd.DataFrame(
        {"post_id": ["1", "2", "3"], "word": ["dog", "dog", "<b>"], "lead": [0.1, 0.3, 0.2]}
    )
    table = figures.words_table(nearest, {"1": "one", "2": "two", "3": "three"})
    assert table["clearest example"].tolist() == ["two", "three"]
    found = findings.winner(nearest)
    assert (found.word.raw, found.openings) == ("dog", 2)
    assert findings.winner(nearest[1:]).word is None


def test_kept_and_alike_name_the_extremes():
    kept = pd.DataFrame({"block": ["a", "b"], "components": 8, "share": [0.5, 0.9]})
    assert findings.kept(kept, 8) == Kept(8, ("a", 0.5), ("b", 0.9))
    assert findings.kept(kept, 5) is None
    names = ["a", "b", "c"]
    matrix = pd.DataFrame([[1, 0.2, 0.7], [0.2, 1, 0.1], [0.7, 0.1, 1]], names, names)
    assert findings.alike(matrix) == Alike("a", "c", 0.7)
    assert findings.alike(matrix.iloc[:1, :1]) is None


# --- figures --------------------------------------------------------------------------------------


def jpeg(grey, size=(60, 128)):
    buffer = BytesIO()
    Image.new("L", size, grey).save(buffer, "JPEG")
    return buffer.getvalue()


def test_the_contact_sheet_runs_from_oldest_to_newest_and_stays_small():
    sheet, narrow, shown = figures.contact_sheets([jpeg(n) for n in range(200)])
    assert shown == 48 and len(sheet) < 200_000
    with Image.open(BytesIO(sheet)) as picture:
        first, last = picture.getpixel((36, 64)), picture.getpixel((11 * 72 + 36, 3 * 128 + 64))
    assert max(first) < 15 and min(last) > 180
    with Image.open(BytesIO(narrow)) as picture:
        assert picture.size == (6 * 72, 8 * 128)
    assert figures.contact_sheets([jpeg(9)])[2] == 1
