"""Tiny real media files of every odd kind, encoded with PyAV, and tiny models of the real types."""

import json
from contextlib import contextmanager
from fractions import Fraction

import av
import numpy as np
import pytest

from virality.media.processes.worker import take_turns

RATE = 16_000


def scene(t, width=96, height=160):
    """A picture that says when it was taken: a bar that moves and a colour that drifts."""
    image = np.zeros((height, width, 3), np.uint8)
    image[..., 0] = 40 + int(40 * t) % 180
    image[..., 1] = np.linspace(20, 200, height, dtype=np.uint8)[:, None]
    image[: height // 4, : width // 4, 2] = 250  # marks the corner, for orientation
    place = int(t * 20) % width
    image[height // 2 :, place : place + 8] = 255
    return image


def tone(seconds, rate=RATE, channels=1, pitch=220.0):
    t = np.arange(int(seconds * rate)) / rate
    wave = (0.4 * np.sin(2 * np.pi * pitch * t)).astype(np.float32)
    return np.tile(wave, (channels, 1))


LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1"}


@contextmanager
def taking_turns():
    """Leave the process as it was scheduled.

    SVT-AV1 turns who calls it into a real-time process where that is root; whatever is started
    afterwards would inherit it, and starve all others.
    """
    try:
        yield
    finally:
        take_turns()


def encode(
    path, seconds=4.0, fps=10, codec="libx264", size=(96, 160), times=None, sound=True,
    rate=RATE, channels=1, picture=True, options=None, fast_start=False, sound_s=None,
    sound_codec="aac", colours=None,
):  # fmt: skip
    """Write a film.

    `times` are the moments of its frames where the rate varies; `colours` are the matrix and
    the range of its colours, as PyAV numbers them.
    """
    flags = {"movflags": "+faststart"} if fast_start else {}
    times = np.arange(round(seconds * fps)) / fps if times is None else times
    with taking_turns(), av.open(str(path), "w", options=flags) as out:
        video = audio = None
        if picture:
            try:
                video = out.add_stream(codec, rate=Fraction(fps), options=options or {})
            except av.error.FFmpegError:
                pytest.skip(f"this PyAV cannot encode {codec}")
            video.width, video.height, video.pix_fmt = *size, "yuv420p"
            video.codec_context.time_base = video.time_base = Fraction(1, 12_800)
            if colours:
                video.codec_context.colorspace, video.codec_context.color_range = colours
        if sound:
            audio = out.add_stream(sound_codec, rate=rate, layout=LAYOUTS[channels])
        if video:
            for t in times:
                frame = av.VideoFrame.from_ndarray(scene(t, *size), format="rgb24")
                if colours:
                    matrix, reach = colours
                    frame = frame.reformat(
                        format="yuv420p", dst_colorspace=matrix, dst_color_range=reach
                    )
                frame.pts, frame.time_base = round(t * 12_800), Fraction(1, 12_800)
                out.mux(video.encode(frame))
            out.mux(video.encode(None))
        if audio:
            samples = tone(sound_s or seconds, rate, channels)
            for start in range(0, samples.shape[1], 1024):
                part = np.ascontiguousarray(samples[:, start : start + 1024])
                frame = av.AudioFrame.from_ndarray(part, format="fltp", layout=LAYOUTS[channels])
                frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
                out.mux(audio.encode(frame))
            out.mux(audio.encode(None))
    return path


def turn(path, degrees):
    """Write a rotation into an MP4's track header, as phones do."""
    cos, sin = {0: (1, 0), 90: (0, 1), 180: (-1, 0), 270: (0, -1)}[degrees]
    data = bytearray(path.read_bytes())
    start = data.find(b"tkhd")
    matrix = start + 4 + (52 if data[start + 4] == 1 else 40)
    values = [cos, sin, 0, -sin, cos, 0]
    for i, value in enumerate(values):
        data[matrix + 4 * i : matrix + 4 * i + 4] = (value << 16).to_bytes(4, "big", signed=True)
    path.write_bytes(data)
    return path


def cut(path, share, to):
    data = path.read_bytes()
    to.write_bytes(data[: int(len(data) * share)])
    return to


# --- tiny models ----------------------------------------------------------------------------------


def _signs():
    """The printable stand-ins of the 256 bytes, as CLIP's and GPT-2's tokenizers use them."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in plain]
    return [chr(b) for b in plain] + [chr(256 + i) for i in range(len(others))]


def clip_tokenizer(folder, size=49_408):
    """Write a byte-pair vocabulary of CLIP's size whose merges are made up."""
    signs = _signs()
    tokens = signs + [f"{sign}</w>" for sign in signs]
    letters = [s for s in signs if s.isalpha()] + signs
    merges = []
    seen = set(tokens)
    for first in dict.fromkeys(letters):
        for second in signs:
            for end in ("", "</w>"):
                if len(tokens) == size - 2:
                    break
                token = f"{first}{second}{end}"
                if token not in seen:
                    merges.append(f"{first} {second}{end}")
                    tokens.append(token)
                    seen.add(token)
    tokens += ["<|startoftext|>", "<|endoftext|>"]
    vocabulary = {token: i for i, token in enumerate(tokens)}
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *merges]))
    settings = {
        "tokenizer_class": "CLIPTokenizer",
        "bos_token": "<|startoftext|>",
        "eos_token": "<|endoftext|>",
        "unk_token": "<|endoftext|>",
        "pad_token": "<|endoftext|>",
        "model_max_length": 77,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))


def tiny_clip(folder):
    import torch
    from transformers import CLIPConfig, CLIPModel

    torch.manual_seed(0)
    half = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2}
    config = CLIPConfig(
        text_config={
            **half, "num_attention_heads": 2, "vocab_size": 49_408,
            "bos_token_id": 49_406, "eos_token_id": 49_407, "pad_token_id": 49_407,
        },
        vision_config={**half, "num_attention_heads": 2, "image_size": 32, "patch_size": 8},
        projection_dim=24,
    )  # fmt: skip
    CLIPModel(config).save_pretrained(folder)
    clip_tokenizer(folder)
    preparation = {
        "size": {"shortest_edge": 32}, "crop_size": {"height": 32, "width": 32},
        "do_center_crop": True, "do_resize": True,
        "image_mean": [0.48, 0.46, 0.41], "image_std": [0.27, 0.26, 0.28],
        "image_processor_type": "CLIPImageProcessor",
    }  # fmt: skip
    (folder / "preprocessor_config.json").write_text(json.dumps(preparation))
    return folder


def tiny_whisper(folder):
    import torch
    from transformers import WhisperConfig, WhisperFeatureExtractor, WhisperModel

    torch.manual_seed(1)
    config = WhisperConfig(
        d_model=16, encoder_layers=2, decoder_layers=1, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=32, decoder_ffn_dim=32, vocab_size=60,
        pad_token_id=0, bos_token_id=1, eos_token_id=2, decoder_start_token_id=1,
    )  # fmt: skip
    WhisperModel(config).save_pretrained(folder)
    WhisperFeatureExtractor().save_pretrained(folder)
    return folder
