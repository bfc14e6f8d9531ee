"""Encoders: classic without weights; CLIP and Whisper from folders; no network needed."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from hub import as_archive
from media_files import RATE, tiny_clip, tiny_whisper, tone
from virality.core.captions import split_caption
from virality.core.errors import UserError
from virality.media.encoders import canary, choose, registry, weights
from virality.media.encoders.classic import CLASSIC, ClassicEncoder
from virality.media.encoders.registry import build, load, recipe_of
from virality.media.settings import Settings
from virality.media.tables import is_other_script

SILENT = {"announce": lambda line: None}


def clip(folder):
    return recipe_of(str(folder), str(folder), "clip_model")


def whisper(folder, mode="exact"):
    return recipe_of(str(folder), str(folder), "whisper_model", mode)


def lacks(folder):
    return registry.missing(str(folder), "clip_model")


@pytest.fixture(scope="session")
def clip_folder(tmp_path_factory):
    return tiny_clip(tmp_path_factory.mktemp("tiny-clip"))


@pytest.fixture(scope="session")
def whisper_folder(tmp_path_factory):
    return tiny_whisper(tmp_path_factory.mktemp("tiny-whisper"))


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (5, 57, 32, 3), dtype=np.uint8)


def cosine(a, b):
    return (a * b).sum(-1) / np.linalg.norm(a, axis=-1) / np.linalg.norm(b, axis=-1)


# --- classic --------------------------------------------------------------------------------------


def test_classic_shapes_and_repeatability():
    encoder = ClassicEncoder(CLASSIC)
    picture = np.random.default_rng(0).integers(0, 256, (2, 120, 90, 3), dtype=np.uint8)
    vectors = encoder.encode_images(picture)
    assert vectors.shape == (2, encoder.dims["vision"]) and vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.array_equal(vectors, encoder.encode_images(picture))
    assert encoder.encode_sound(tone(3)[0]).shape == (encoder.dims["audio"],)
    texts = encoder.encode_texts(["a dog", "собака", "犬 🐶"])
    assert texts.shape == (3, encoder.dims["text"]) and (np.abs(texts).sum(1) > 0).all()


@pytest.mark.parametrize("samples", [np.zeros(48_000), tone(0.1)[0], np.ones(48_000) * 1e-8])
def test_classic_sound_is_always_finite(samples):
    assert np.isfinite(ClassicEncoder(CLASSIC).encode_sound(samples.astype(np.float32))).all()


def test_classic_sees_colour_and_hears_pitch():
    encoder = ClassicEncoder(CLASSIC)
    red, dark, blue = (
        np.full((1, 96, 96, 3), c, np.uint8) for c in ([220, 0, 0], [190, 10, 10], [0, 0, 220])
    )
    a, b, c = (encoder.encode_images(one)[0] for one in (red, dark, blue))
    assert cosine(a, b) > cosine(a, c)


# --- texts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("caption", "words", "tags"),
    [
        ("Hi #dogs, #cats!", "Hi , !", "dogs cats"),
        ("#one#two", "", "one two"),
        ("हिन्दी #हिन्दी ok", "हिन्दी ok", "हिन्दी"),
        ("<b>#x</b>", "<b> </b>", "x"),
        ("#snake_case-not #2024😍 #️⃣ # #@you", "-not #️⃣ # #@you", "snake_case 2024😍"),
        ("＃日本 です", "です", "日本"),
        (None, "", ""),
    ],
)
def test_split_caption(caption, words, tags):
    assert split_caption(caption) == (words, tags)


def test_scripts():
    assert is_other_script("привет world ёж") and not is_other_script("héllo 😀 #1")
    assert not is_other_script("😀 123")


# --- pretrained -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_clip_vectors(clip_folder, images):
    encoder = load(clip(clip_folder))
    vectors = encoder.encode_images(images)
    assert vectors.shape == (5, 24) and np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    texts = ["a dog", "rain on a window", "犬 🐶", "dog " * 200]
    words = encoder.encode_texts(texts)
    assert words.shape == (4, 24) and len(np.unique(words.round(5), axis=0)) == 4
    counts, limit = encoder.count_tokens(texts)
    assert limit == 77 and counts[3] > 77 > counts[0]


@pytest.mark.slow
def test_clip_agrees_with_transformers(clip_folder, images):
    import torch
    from transformers import AutoTokenizer, CLIPModel

    encoder = load(clip(clip_folder))
    model = CLIPModel.from_pretrained(clip_folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(clip_folder)
    with torch.inference_mode():
        expected = model.get_text_features(**tokenizer(["a dog"], return_tensors="pt"))
        seen = model.get_image_features(
            pixel_values=torch.from_numpy(encoder.scale(encoder.prepare(encoder.recipe, images)))
        )
    expected, seen = (getattr(v, "pooler_output", v).numpy() for v in (expected, seen))
    assert cosine(encoder.encode_texts(["a dog"]), expected) == pytest.approx(1, abs=1e-5)
    assert cosine(encoder.encode_images(images), seen) == pytest.approx(1, abs=1e-5)


@pytest.mark.slow
def test_a_text_does_not_depend_on_its_batch(clip_folder):
    encoder = load(clip(clip_folder))
    texts = [f"text {'and more ' * (i % 9)}{i}" for i in range(70)]
    together = encoder.encode_texts(texts)
    alone = np.concatenate([encoder.encode_texts([text]) for text in texts])
    assert np.array_equal(together, alone)


@pytest.mark.slow
def test_whisper_windows(whisper_folder):
    exact = load(whisper(whisper_folder, "exact"))
    padded = load(whisper(whisper_folder, "padded"))
    samples = tone(3)[0]
    one, other = exact.encode_sound(samples), padded.encode_sound(samples)
    assert one.shape == other.shape == (16,) and not np.allclose(one, other, atol=1e-3)
    # The table of positions is cut for the call, not for good.
    assert exact.encoder.embed_positions.num_embeddings == 1500
    assert np.array_equal(one, exact.encode_sound(samples))
    assert np.isfinite(exact.encode_sound(samples[:1600])).all()


@pytest.mark.slow
def test_whisper_exact_is_the_encoder_on_a_cut_table(whisper_folder):
    import torch
    from transformers import WhisperFeatureExtractor, WhisperModel

    ours = load(whisper(whisper_folder, "exact"))
    model = WhisperModel.from_pretrained(whisper_folder).eval().get_encoder()
    model.embed_positions = torch.nn.Embedding.from_pretrained(model.embed_positions.weight[:150])
    model.config.max_source_positions = 150
    mel = WhisperFeatureExtractor()(
        tone(3)[0], sampling_rate=RATE, max_length=48_000, return_tensors="pt"
    ).input_features
    with torch.inference_mode():
        expected = model(mel).last_hidden_state[0].mean(0).numpy()
    assert np.allclose(ours.encode_sound(tone(3)[0]), expected, atol=1e-5)


@pytest.mark.slow
def test_siglip_type(tmp_path, clip_folder):
    from transformers import SiglipConfig, SiglipModel

    half = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1}
    config = SiglipConfig(
        text_config={**half, "num_attention_heads": 2, "vocab_size": 49_408, "projection_size": 32},
        vision_config={**half, "num_attention_heads": 2, "image_size": 32, "patch_size": 8},
    )
    SiglipModel(config).save_pretrained(tmp_path)
    for name in ("vocab.json", "merges.txt", "tokenizer_config.json"):
        shutil.copy(clip_folder / name, tmp_path)
    encoder = load(clip(tmp_path))
    assert encoder.encode_images(np.zeros((2, 57, 32, 3), np.uint8)).shape == (2, 32)
    assert encoder.encode_texts(["a dog", "a"]).shape == (2, 32)


@pytest.mark.slow
@pytest.mark.parametrize("tokenizer", ["Siglip2Tokenizer", "GemmaTokenizer"])
def test_siglip2_type(tmp_path, images, tokenizer):
    """SigLIP's network with Gemma's words, as google/siglip2-base-patch16-224 comes."""
    import transformers

    letters = [*(f"<0x{i:02X}>" for i in range(256)), "▁", *"abcdefghijklmnopqrstuvwxyzABC"]
    words = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>", *letters]
    vocabulary = {word: number for number, word in enumerate(words)}
    kind = getattr(transformers, tokenizer)
    kind(vocab=vocabulary, merges=[], model_max_length=64).save_pretrained(tmp_path)
    half = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1}
    half |= {"num_attention_heads": 2}
    ends = {"bos_token_id": 2, "eos_token_id": 1, "pad_token_id": 0}
    config = transformers.SiglipConfig(
        text_config={**half, **ends, "vocab_size": len(words), "projection_size": 32},
        vision_config={**half, "image_size": 32, "patch_size": 8},
    )
    transformers.SiglipModel(config).save_pretrained(tmp_path)
    assert not lacks(tmp_path)
    recipe = clip(tmp_path)
    assert (recipe.image_side, recipe.dims) == (32, (("vision", 32), ("text", 32)))
    encoder = load(recipe)
    assert encoder.encode_images(images).shape == (5, 32)
    texts = ["A Dog", "a dog", "犬 🐶", "dog " * 100]
    vectors = encoder.encode_texts(texts)
    assert np.array_equal(vectors[0], vectors[1]), "it was taught small letters"
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    alone = np.concatenate([encoder.encode_texts([text]) for text in texts])
    assert np.array_equal(vectors, alone)
    counts, limit = encoder.count_tokens(texts)
    assert limit == 64 and counts[3] > 64 > counts[2] > counts[0] == counts[1]


@pytest.mark.slow
def test_a_clip_of_another_language(tmp_path):
    """BERT's words and positions; the padding must not be read."""
    import torch
    from transformers import AutoTokenizer, ChineseCLIPConfig, ChineseCLIPModel

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"狗在雨中跑"]
    (tmp_path / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    settings = {"tokenizer_class": "BertTokenizer", "model_max_length": 60}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(settings))
    half = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1}
    config = ChineseCLIPConfig(
        text_config={
            **half, "num_attention_heads": 2, "vocab_size": len(words),
            "max_position_embeddings": 64,
        },
        vision_config={**half, "num_attention_heads": 2, "image_size": 32, "patch_size": 8},
        projection_dim=24,
    )  # fmt: skip
    ChineseCLIPModel(config).save_pretrained(tmp_path)
    assert not lacks(tmp_path)
    encoder = load(clip(tmp_path))
    model = ChineseCLIPModel.from_pretrained(tmp_path).eval()
    tokenizer = AutoTokenizer.from_pretrained(tmp_path)
    with torch.inference_mode():
        expected = model.get_text_features(**tokenizer(["狗在跑"], return_tensors="pt"))
    expected = getattr(expected, "pooler_output", expected).numpy()
    assert cosine(encoder.encode_texts(["狗在跑"]), expected) == pytest.approx(1, abs=1e-5)
    assert encoder.count_tokens(["狗" * 80])[1] == 60
    assert len(encoder.encode_texts(["狗" * 80])) == 1


@pytest.mark.slow
def test_half_of_a_clip_is_refused(tmp_path, clip_folder):
    from transformers import CLIPVisionConfig, CLIPVisionModel

    half = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1}
    config = CLIPVisionConfig(**half, num_attention_heads=2, image_size=32, patch_size=8)
    CLIPVisionModel(config).save_pretrained(tmp_path)
    for name in ("vocab.json", "merges.txt", "tokenizer_config.json"):
        shutil.copy(clip_folder / name, tmp_path)
    with pytest.raises(UserError, match="clip_vision_model, not CLIP"):
        load(clip(tmp_path))


@pytest.mark.slow
def test_a_model_is_loaded_once_in_a_process(clip_folder):
    recipe = clip(clip_folder)
    assert load(recipe) is load(replace(recipe))


@pytest.mark.parametrize(
    ("cuda", "mps", "device", "half"),
    [
        (True, False, "cuda", "bfloat16"),
        (False, True, "mps", "float16"),
        (False, False, "cpu", None),
    ],
)
def test_graphics_devices_are_used_when_present(monkeypatch, cuda, mps, device, half):
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: True)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert weights.best_device() == device
    assert half is None or weights.half_type(device) == half


def test_half_precision_needs_a_processor_that_computes_in_it(monkeypatch):
    import torch

    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": True})
    assert weights.half_type("cpu") == "bfloat16"
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx2": True})
    assert weights.half_type("cpu") == ""


@pytest.mark.slow
@pytest.mark.parametrize("close", [True, False])
def test_half_precision_stays_close_or_is_refused(clip_folder, monkeypatch, close):
    recipe = clip(clip_folder)
    monkeypatch.setattr(weights, "half_type", lambda device: "bfloat16")
    if not close:
        answers = {"float32": np.eye(3), "bfloat16": np.eye(3) + 0.1}
        told = lambda one, parts=(): {"text": answers[one.precision]}  # noqa: E731
        monkeypatch.setattr(canary, "answers_here", told)
    settled, answer = choose._measure(recipe, "auto")
    half = replace(recipe, precision="bfloat16")
    assert half.fingerprint != recipe.fingerprint
    assert settled.precision == ("bfloat16" if close else "float32")
    if close:
        plain = canary.ask(build(recipe))
        assert all(cosine(plain[part], answer[part]).min() >= 0.999 for part in plain)


@pytest.mark.slow
def test_precision_is_measured_once_and_kept(tmp_path, clip_folder, whisper_folder, monkeypatch):
    settings = Settings("pretrained", str(clip_folder), str(whisper_folder))
    first = choose.choose(settings, tmp_path, **SILENT)
    monkeypatch.setattr(choose, "_measure", lambda *a: pytest.fail("measured again"))
    monkeypatch.setattr(canary, "answers_here", lambda *a: pytest.fail("asked again"))
    assert choose.choose(settings, tmp_path, **SILENT) == first
    assert canary.Record(tmp_path, first.recipes["text"], "text").answer.shape == (2, 24)
    assert first.used == "pretrained" and first.note == ""
    assert str(clip_folder.parent) not in json.dumps(first.recipes["vision"].describe())


# --- what is not whole ----------------------------------------------------------------------------


@pytest.mark.slow
def test_a_tokenizer_of_two_tokens_is_no_tokenizer(tmp_path, clip_folder):
    folder = shutil.copytree(clip_folder, tmp_path / "m")
    (folder / "vocab.json").write_text(json.dumps({"<|startoftext|>": 0, "<|endoftext|>": 1}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    with pytest.raises(UserError, match="tokenizer of m is not whole"):
        load(clip(folder))


@pytest.mark.slow
def test_missing_parts_are_named(tmp_path, clip_folder):
    folder = shutil.copytree(clip_folder, tmp_path / "m")
    (folder / "merges.txt").unlink()
    (folder / "model.safetensors").unlink()
    assert lacks(folder) == ["its weights", "its tokenizer"]
    with pytest.raises(UserError, match="lacks its weights and its tokenizer"):
        choose.choose(Settings("pretrained", str(folder)), sound=False, **SILENT)
    choice = choose.choose(Settings("auto", str(folder)), sound=False, **SILENT)
    assert choice.used != "pretrained" and "lacks" in choice.reason
    assert choice.note.startswith(f"{choice.reason} So this report uses the {choice.used} encoders")


@pytest.mark.slow
def test_incomplete_weights_are_refused(tmp_path, clip_folder):
    from safetensors.torch import load_file, save_file

    folder = shutil.copytree(clip_folder, tmp_path / "m")
    tensors = load_file(folder / "model.safetensors")
    tensors.pop("visual_projection.weight")
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(UserError, match="not whole"):
        load(clip(folder))


@pytest.mark.slow
def test_pickled_objects_are_never_loaded(tmp_path, clip_folder):
    import torch

    class Bomb:
        def __reduce__(self):
            return (open, (str(tmp_path / "exploded"), "w"))

    folder = shutil.copytree(clip_folder, tmp_path / "m")
    (folder / "model.safetensors").unlink()
    torch.save({"a": Bomb()}, folder / "pytorch_model.bin")
    with pytest.raises(UserError):
        load(clip(folder))
    assert not (tmp_path / "exploded").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    "damage", [lambda c: c[: len(c) // 2], lambda c: b"", lambda c: b"<html>Not here</html>" * 99]
)
def test_damaged_weights_give_a_sentence(tmp_path, clip_folder, damage):
    for name in ("model.safetensors", "pytorch_model.bin"):
        folder = clip_folder if "safe" in name else as_archive(clip_folder, tmp_path / "archive")
        folder = shutil.copytree(folder, tmp_path / f"of-{name}")
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(damage(content))
        with pytest.raises(UserError, match=r"of-.* (could not be|were not) loaded"):
            load(clip(folder))


@pytest.mark.slow
def test_a_clone_without_its_large_files_lacks_them(tmp_path, clip_folder):
    folder = shutil.copytree(clip_folder, tmp_path / "m")
    (folder / "model.safetensors").write_text("version https://git-lfs.github.com/spec/v1\noid x")
    assert lacks(folder) == ["its weights"]


@pytest.mark.slow
def test_weights_of_another_name_do_not_hide_the_archive(tmp_path, clip_folder):
    folder = as_archive(clip_folder, tmp_path / "m")
    (folder / "open_clip_model.safetensors").write_bytes(b"for another library")
    vectors = load(clip(folder)).encode_texts(["a dog"])
    safe = load(clip(clip_folder)).encode_texts(["a dog"])
    assert np.array_equal(vectors, safe)


@pytest.mark.slow
def test_wrong_type_and_unknown_words(whisper_folder):
    with pytest.raises(UserError, match="not CLIP"):
        clip(whisper_folder)
    with pytest.raises(UserError, match="encoders"):
        choose.choose(Settings("best"))


def test_the_table_of_encoders_knows_each_kind_and_each_type_once():
    every = [one for some in registry.ENCODERS.values() for one in some]
    assert len(registry.KINDS) == len(every)
    for model_type in ("clip", "siglip", "chinese_clip", "whisper", "siglip2", "bert", ""):
        takers = [one.kind for one in every if one.takes(model_type)]
        assert len(takers) == (0 if model_type in ("siglip2", "bert", "") else 1)
