"""The chapter on the first seconds: what it looks up, and sentences that change with the data."""

from io import BytesIO
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from virality.figures import embeddings as figures
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


# --- looking --------------------------------------------------------------------------------------


def test_neighbours_are_the_twins_and_never_the_post_itself():
    half = RNG.normal(size=(20, 12))
    table = vectors(vision=np.concatenate([half, half + 0.01 * RNG.normal(size=half.shape)]))
    table.loc["3"] = np.nan
    found = diagnostics.neighbours(table, ["0", "3", "25"], "vision")
    assert found == {"0": "20", "25": "5"}


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


def test_extremes():
    table = vectors(energy=np.arange(40.0)[:, None])
    loud, calm = diagnostics.extremes(table, "energy__000")
    assert (loud, calm) == (["39", "38", "37"], ["0", "1", "2"])
    assert diagnostics.extremes(table, "energy__none") == ([], [])


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


# --- sentences ------------------------------------------------------------------------------------


def media(*rows):
    plain = {
        "file": "a.mp4", "how": "name", "status": "ok", "problem": "", "caption_cut": False,
        "hashtag_cut": False, "has_picture": True, "has_sound": True,
    }  # fmt: skip
    return pd.DataFrame([{"post_id": str(i)} | plain | row for i, row in enumerate(rows)])


NO_FILE = {"file": None, "how": None, "status": "no file", "has_picture": False, "has_sound": False}


def test_inputs_tell_what_was_matched_and_how():
    record = {"videos": True, "n_files_without_post": 0}
    text = sentences.inputs(record, media({}, NO_FILE))
    assert "1 post of 2 could" in text and "1 post has no file and stays" in text
    assert "by the video id in their name" in text and "belong" not in text
    text = sentences.inputs(record | {"n_files_without_post": 2}, media({"how": "mapping"}))
    assert "2 files belong to no post" in text and "by the mapping file" in text
    assert "id in their name" not in text
    assert "no videos" in sentences.inputs({"videos": False}, media(NO_FILE))


def test_scripts_and_cuts_are_counted():
    said = sentences.scripts(pd.Series(["привет #hello", "hi", "#only", None]))
    assert "1 caption is" in said and "50%" in said and "English" in said
    assert "Every caption" in sentences.scripts(pd.Series(["hi", "olá"]))
    used = {"used": "pretrained"}
    assert "short enough" in sentences.cut(media({}), used)
    assert "1 caption was longer" in sentences.cut(media({"caption_cut": True}), used)
    many = media({"caption_cut": True}, {"caption_cut": True, "hashtag_cut": True})
    assert "2 captions and 1 list of hashtags were longer" in sentences.cut(many, used)
    assert "any length" in sentences.cut(many, {"used": "classic"})


def test_openings_reading_turns_with_the_data():
    def curves(loud, calm):
        return {"loud": [{"motion": np.full(3, loud)}], "calm": [{"motion": np.full(3, calm)}]}

    assert "also move more" in sentences.openings_reading(curves(2.0, 1.0))
    assert "move less" in sentences.openings_reading(curves(1.0, 2.0))
    assert "equally" in sentences.openings_reading(curves(1.0, 1.1))
    assert sentences.openings_reading(curves(np.nan, 1.0)) == ""


def test_words_name_a_winner_only_when_there_is_one():
    nearest = pd.DataFrame(
        {"post_id": ["1", "2", "3"], "word": ["dog", "dog", "<b>"], "lead": [0.1, 0.3, 0.2]}
    )
    names = {"1": "one", "2": "two", "3": "three"}
    table = sentences.words(nearest, names)
    assert table["clearest example"].tolist() == ["two", "three"]
    assert "most often “dog”, for 2 openings" in sentences.words_caption(table)
    assert "most often" not in sentences.words_caption(table.assign(openings=1))


def test_the_answer_names_what_is_absent():
    present = pd.DataFrame({"vision": [True, False], "caption_text": True})
    record = {"videos": True, "used": "pretrained", "absent": ["audio"]}
    text = sentences.answer(record, present, media({}, NO_FILE))
    assert "Absent from this run: sound" in text and "picture, is there for 50%" in text
    assert "1 post has gaps" in text and "other people" in text
    text = sentences.answer(record | {"used": "classic", "absent": []}, present, media({}, {}))
    assert "know nothing of meaning" in text and "gaps that" not in text


# --- figures --------------------------------------------------------------------------------------


def jpeg(grey, size=(60, 128)):
    buffer = BytesIO()
    Image.new("L", size, grey).save(buffer, "JPEG")
    return buffer.getvalue()


def test_the_contact_sheet_runs_from_oldest_to_newest_and_stays_small():
    sheet, shown = figures.contact_sheet([jpeg(n) for n in range(200)])
    assert shown == 48 and len(sheet) < 200_000
    with Image.open(BytesIO(sheet)) as picture:
        first, last = picture.getpixel((36, 64)), picture.getpixel((11 * 72 + 36, 3 * 128 + 64))
    assert max(first) < 15 and min(last) > 180
    assert figures.contact_sheet([jpeg(9)])[1] == 1
