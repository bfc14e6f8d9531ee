"""Every odd kind of file: a clear reason, and the modalities that are there."""

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import av
import numpy as np
import pandas as pd
import pytest
from av.video.reformatter import ColorRange, Colorspace
from PIL import Image

from media_files import RATE, cut, encode, scene, turn
from virality.core.errors import UserError
from virality.media.film import frames as frames_module
from virality.media.film import probe as probe_module
from virality.media.film.energy import of_picture
from virality.media.film.frames import READERS, read_frames
from virality.media.film.probe import probe
from virality.media.film.sound import read_sound
from virality.media.film.window import wanted_times
from virality.media.match import id_in_name, list_files, match


def look(path, **options):
    facts = probe(path)
    return facts, read_frames(path, facts, short_side=96, **options), read_sound(path, facts)


@pytest.fixture(scope="session")
def film(tmp_path_factory):
    return encode(tmp_path_factory.mktemp("film") / "film.mp4")


def test_whole_film(film):
    facts, frames, sound = look(film)
    assert (facts.problem, facts.warning, frames.problem, frames.warning) == ("",) * 4
    assert frames.images.shape == (15, 160, 96, 3) and frames.reader == "pyav"
    assert np.allclose(frames.times, np.arange(15) / 5)
    assert sound.samples.shape == (3 * RATE,) and sound.samples.dtype == np.float32
    assert 0.2 < np.sqrt(np.mean(sound.samples**2)) < 0.35


def test_no_video_stream(tmp_path):
    facts, frames, sound = look(encode(tmp_path / "x.mp4", picture=False))
    assert not facts.has_video and "only sound" in frames.problem and len(frames.images) == 0
    assert len(sound.samples) == 3 * RATE


def test_no_audio_stream(tmp_path):
    _, frames, sound = look(encode(tmp_path / "x.mp4", sound=False))
    assert len(frames.images) == 15
    assert sound.problem == "The file has no sound stream." and len(sound.samples) == 0


def test_empty_file(tmp_path):
    path = tmp_path / "x.mp4"
    path.touch()
    facts, frames, sound = look(path)
    assert facts.problem == "The file is empty." == frames.problem == sound.problem


@pytest.mark.parametrize("text", ["<html>Sorry</html>", "не видео\n" * 900, "x"])
def test_text_named_mp4(tmp_path, text):
    path = tmp_path / "x.mp4"
    path.write_text(text, encoding="utf-8")
    assert "text file" in look(path)[1].problem


def test_zeros_and_noise(tmp_path):
    (tmp_path / "zero.mp4").write_bytes(bytes(5000))
    assert "zero bytes" in probe(tmp_path / "zero.mp4").problem
    (tmp_path / "noise.mp4").write_bytes(np.random.default_rng(0).bytes(5000))
    assert "damaged" in probe(tmp_path / "noise.mp4").problem


def test_no_index(tmp_path, film):
    facts, frames, _ = look(cut(film, 0.5, tmp_path / "x.mp4"))
    assert "no index (moov)" in facts.problem and len(frames.images) == 0


@pytest.mark.parametrize("share", [0.02, 0.5])
def test_cut_short_with_the_index_in_front(tmp_path, share):
    whole = encode(tmp_path / "whole.mp4", seconds=4, fast_start=True, fps=30, size=(240, 426))
    facts, frames, sound = look(cut(whole, share, tmp_path / "x.mp4"))
    said = " ".join([facts.problem, facts.warning, frames.problem, frames.warning, sound.problem])
    assert "cut short" in said or "no index" in said
    # What is given is as long as the window, or it is not given at all.
    assert len(frames.images) == 0 or len(frames.images) >= 13
    assert len(sound.samples) == 0 or len(sound.samples) >= 0.9 * 3 * RATE
    if share == 0.02:
        assert len(frames.images) == 0 and len(sound.samples) == 0


def test_shorter_than_the_window(tmp_path):
    facts, frames, sound = look(encode(tmp_path / "x.mp4", seconds=1.5))
    assert len(frames.images) == 8 and not frames.problem
    assert 1.4 * RATE < len(sound.samples) < 1.7 * RATE and not sound.problem
    assert facts.duration_s == pytest.approx(1.5, abs=0.05)


def test_shorter_than_one_frame_interval(tmp_path):
    _, frames, sound = look(encode(tmp_path / "x.mp4", seconds=0.15, fps=20))
    assert len(frames.images) == 1 and not frames.problem
    assert len(sound.samples) < 0.3 * RATE


def test_variable_frame_rate(tmp_path):
    times = np.r_[np.arange(0, 1, 1 / 30), np.arange(1, 4, 1 / 8)]
    path = encode(tmp_path / "x.mp4", times=times, fps=30)
    _, frames, _ = look(path)
    shown = times[np.searchsorted(times, wanted_times(3, 5) + 1e-3, side="right") - 1]
    for image, moment in zip(frames.images, shown, strict=True):
        assert np.abs(image.astype(int) - scene(moment)).mean() < 12


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_rotation(tmp_path, degrees):
    path = turn(encode(tmp_path / "x.mp4", size=(160, 96)), degrees)
    facts, frames, _ = look(path)
    assert facts.rotation == degrees
    assert (facts.width, facts.height) == ((160, 96) if degrees in (0, 180) else (96, 160))
    upright = np.rot90(scene(0, 160, 96), -degrees // 90)
    assert frames.images[0].shape == upright.shape
    assert np.abs(frames.images[0].astype(int) - upright).mean() < 12


@pytest.mark.parametrize(
    ("codec", "suffix"), [("libx265", "mp4"), ("libsvtav1", "mp4"), ("libvpx-vp9", "webm")]
)
def test_other_codecs(tmp_path, codec, suffix):
    options = {"libx265": {"x265-params": "log-level=none"}, "libsvtav1": {"preset": "12"}}
    fast = options.get(codec, {"cpu-used": "8", "deadline": "realtime"})
    path = encode(tmp_path / f"x.{suffix}", codec=codec, sound=False, options=fast)
    facts, frames, _ = look(path)
    assert facts.codec and len(frames.images) == 15 and not frames.problem
    for image, moment in zip(frames.images, wanted_times(3, 5), strict=True):
        assert np.abs(image.astype(int) - scene(moment)).mean() < 20


@pytest.mark.parametrize("fps", [20, 60])
def test_frame_rates(tmp_path, fps):
    _, frames, _ = look(encode(tmp_path / "x.mp4", fps=fps, sound=False))
    for image, moment in zip(frames.images, wanted_times(3, 5), strict=True):
        assert np.abs(image.astype(int) - scene(moment)).mean() < 12


@pytest.mark.parametrize(("rate", "channels"), [(8_000, 1), (48_000, 6), (44_100, 2)])
def test_sound_layouts(tmp_path, rate, channels):
    path = encode(tmp_path / "x.mp4", rate=rate, channels=channels)
    facts, _, sound = look(path)
    assert (facts.sample_rate, facts.channels) == (rate, channels)
    assert len(sound.samples) == 3 * RATE
    spectrum = np.abs(np.fft.rfft(sound.samples))
    assert np.argmax(spectrum) / 3 == pytest.approx(220, abs=1)


def test_sound_that_ends_early_is_not_filled_up(tmp_path):
    _, _, sound = look(encode(tmp_path / "x.mp4", sound_s=1.0))
    assert 0.9 * RATE < len(sound.samples) < 1.2 * RATE and not sound.problem


def test_still_image(tmp_path):
    picture = Image.fromarray(scene(0))
    exif = picture.getexif()
    exif[0x0112] = 6  # turn a quarter clockwise
    picture.save(tmp_path / "x.jpg", exif=exif)
    facts, frames, sound = look(tmp_path / "x.jpg")
    assert facts.still and frames.images.shape == (1, 96, 160, 3)
    assert len(sound.samples) == 0
    (tmp_path / "y.jpg").write_bytes((tmp_path / "x.jpg").read_bytes()[:300])
    assert look(tmp_path / "y.jpg")[1].problem


def test_flipped_bits_are_noticed(tmp_path):
    path = encode(tmp_path / "x.mp4", fps=30, size=(240, 426), sound=False)
    data = bytearray(path.read_bytes())
    start, end = data.find(b"mdat") + 2000, data.find(b"moov") - 2000
    for place in np.linspace(start, end, 60).astype(int):
        data[place] ^= 0x55
    path.write_bytes(data)
    _, frames, _ = look(path)
    assert "damaged" in frames.problem + frames.warning


VARYING = np.r_[np.arange(0, 1, 1 / 30), np.arange(1, 4, 1 / 7)]
AS_FFMPEG = {
    "even": {},
    "varying": {"times": VARYING},
    "turned 90": {"turned": 90},
    "turned 180": {"turned": 180},
    "turned 270": {"turned": 270},
    "HEVC": {"codec": "libx265", "options": {"x265-params": "log-level=none"}},
    "VP9": {"codec": "libvpx-vp9", "options": {"cpu-used": "8", "deadline": "realtime"}},
    "high-definition colours": {"colours": (Colorspace.ITU709, ColorRange.MPEG)},
    "full range of colours": {"colours": (Colorspace.ITU601, ColorRange.JPEG)},
    "both": {"colours": (Colorspace.ITU709, ColorRange.JPEG)},
}


# --- damage ---------------------------------------------------------------------------------------


def packets(path):
    """Return (seconds, place, size, whether it is a key) of every packet of the picture."""
    with av.open(str(path)) as film:
        return [
            (float(one.pts * one.time_base), one.pos, one.size, one.is_keyframe)
            for one in film.demux(video=0)
            if one.pts is not None
        ]


def spoil(path, wanted):
    """Overwrite the middle of the packets whose time is wanted."""
    data = bytearray(path.read_bytes())
    for seconds, place, size, _ in packets(path):
        if wanted(seconds):
            start = place + size // 4
            data[start : place + size] = bytes((7 * i) % 251 for i in range(place + size - start))
    path.write_bytes(data)
    return path


def two_films(tmp_path, **options):
    """Return a film and a copy to spoil."""
    options = {"fps": 30, "size": (240, 426), "sound": False, "seconds": 4.0} | options
    whole = encode(tmp_path / "whole.mp4", **options)
    other = tmp_path / "other.mp4"
    other.write_bytes(whole.read_bytes())
    return whole, other


@pytest.mark.slow
@pytest.mark.parametrize("bframes", ["0", "3"])
def test_after_damage_nothing_is_looked_at_up_to_the_next_key_frame(tmp_path, bframes):
    options = {"g": "36", "keyint_min": "36", "sc_threshold": "0", "bf": bframes, "threads": "1"}
    whole, other = two_films(tmp_path, options=options)
    spoil(other, lambda seconds: 0.65 < seconds < 0.75)
    truth, frames = picture_of(whole), picture_of(other)
    assert len(truth.images) == 15 and not frames.problem
    # Key frames stand at 0, 1.2 and 2.4 s: the looks at 0.8 and 1.0 s are built on what is damaged.
    lost = set(np.round(truth.times, 1)) - set(np.round(frames.times, 1))
    assert {0.8, 1.0} <= lost <= {0.6, 0.8, 1.0} and "damaged" in frames.warning
    assert f"{len(lost)} of 15 looks" in frames.warning
    kept = truth.images[np.isin(np.round(truth.times, 1), np.round(frames.times, 1))]
    assert np.array_equal(kept, frames.images)


@pytest.mark.slow
def test_damage_behind_the_window_harms_nothing(tmp_path):
    whole, other = two_films(tmp_path, options={"g": "30", "threads": "1"})
    spoil(other, lambda seconds: seconds > 3.05)
    truth, frames = picture_of(whole), picture_of(other)
    assert (frames.problem, frames.warning) == ("", "")
    assert np.array_equal(truth.images, frames.images)


def test_a_stream_that_dies_at_the_end_of_the_window_is_used(tmp_path):
    whole, other = two_films(tmp_path, options={"g": "30", "bf": "0", "threads": "1"})
    data = bytearray(other.read_bytes())
    for seconds, place, size, _ in packets(other):
        if seconds > 2.92:
            data[place : place + size] = bytes(size)
    other.write_bytes(data)
    truth, frames = picture_of(whole), picture_of(other)
    assert frames.warning and not frames.problem
    assert np.array_equal(truth.images, frames.images)


@pytest.mark.slow
def test_too_little_is_left(tmp_path):
    _, other = two_films(tmp_path, options={"g": "300", "threads": "1"})
    spoil(other, lambda seconds: 0.05 < seconds < 0.3)
    frames = picture_of(other)
    assert "too little is left" in frames.problem and len(frames.images) == 0


def test_what_happens_in_a_gap_is_not_known():
    rng = np.random.default_rng(0)
    calm = np.repeat(rng.integers(0, 255, (1, 224, 128, 3), dtype=np.uint8), 3, axis=0)
    bright = np.full((3, 224, 128, 3), 250, np.uint8)
    images, times = np.concatenate([calm, bright]), np.array([0, 0.2, 0.4, 2.4, 2.6, 2.8])
    values, curve = of_picture(images, times, 3.0)
    assert values["cut_rate"] == 0 and values["first_cut"] == 3.0 and values["flicker"] < 1e-6
    assert np.isnan(curve).tolist() == [False, False, True, False, False]


def test_sound_that_changes_its_rate_is_used_up_to_there(tmp_path):
    parts = []
    for number, (seconds, rate) in enumerate([(1.5, 44_100), (2.5, 48_000)]):
        part = tmp_path / f"{number}.aac"
        encode(part, seconds=seconds, picture=False, rate=rate)
        parts.append(part.read_bytes())
    path = tmp_path / "both.aac"
    path.write_bytes(b"".join(parts))
    sound = read_sound(path, probe(path))
    assert not sound.problem and "changes its format at 1.5 s" in sound.warning
    assert len(sound.samples) / RATE == pytest.approx(1.5, abs=0.1)
    assert np.abs(sound.samples[: RATE // 2]).max() > 0.2


def picture_of(path, **options):
    facts = probe(path)
    return read_frames(path, facts, **({"short_side": 96} | options))


@pytest.mark.parametrize("side", [32, 48, 96, 144, 224, 336])
def test_both_readers_hand_over_what_was_asked_or_nothing(tmp_path, side):
    """On some processors decord hands over four or six channels for some widths."""
    if not find_spec("decord"):  # never imported here as it is: see second_reader
        pytest.skip("decord is not installed")
    path = encode(tmp_path / "x.mp4", fps=30, size=(180, 320), sound=False, seconds=1.0)
    first, second = (picture_of(path, short_side=side, reader=reader) for reader in READERS)
    assert first.images.shape == (5, round(320 * side / 180), side, 3) and first.reader == "pyav"
    if second.problem:
        assert "shape" in second.problem and len(second.images) == 0
    else:
        assert second.images.shape == first.images.shape and "cannot tell" in second.warning
        assert np.abs(first.images.astype(int) - second.images).mean() < 1.0


def test_a_reader_that_hands_over_other_pictures_is_not_used(film, monkeypatch):
    monkeypatch.setattr(
        frames_module.second_reader, "read", lambda *a: (np.zeros((5, 160, 96, 4), np.uint8), None)
    )
    frames = picture_of(film, reader="decord")
    assert "shape (160, 96, 4)" in frames.problem and len(frames.images) == 0


def test_a_picture_larger_than_any_film(film, monkeypatch):
    monkeypatch.setattr(probe_module, "MOST_PIXELS", 96 * 160 - 1)
    facts, frames, sound = look(film)
    assert "96 × 160 pixels" in facts.problem == frames.problem == sound.problem


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="ffmpeg is not installed")
@pytest.mark.parametrize("reader", ["decord", "pyav"])
@pytest.mark.parametrize("kind", AS_FFMPEG)
def test_frames_agree_with_ffmpeg(tmp_path, kind, reader):
    """Frame by frame: the moment, which way is up, and the colours."""
    options = dict(AS_FFMPEG[kind])
    turned = options.pop("turned", 0)
    path = encode(tmp_path / "x.mp4", fps=30, size=(160, 96), sound=False, **options)
    _, frames, _ = look(turn(path, turned) if turned else path, reader=reader)
    assert frames.reader == reader
    height, width = frames.images.shape[1:3]
    every = by_ffmpeg(path, width, height)
    clock = options.get("times", np.arange(len(every)) / 30)
    picked = np.searchsorted(clock, wanted_times(3, 5) + 1e-3, side="right") - 1
    difference = np.abs(every[picked].astype(int) - frames.images)
    assert difference.mean(axis=(1, 2, 3)).max() < 1.0


def by_ffmpeg(path, width, height):
    """Return every frame as the program draws it, upright."""
    command = ["ffmpeg", "-v", "error", "-i", path, "-fps_mode", "passthrough"]
    command += ["-vf", f"scale={width}:{height}", "-pix_fmt", "rgb24", "-f", "rawvideo", "-"]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, height, width, 3)


@pytest.mark.skipif(not os.environ.get("VIRALITY_SAMPLES"), reason="VIRALITY_SAMPLES is not set")
def test_real_samples():
    folder = Path(os.environ["VIRALITY_SAMPLES"]) / "media"
    names = {path.name.split("_")[1].split(".")[0]: path for path in folder.glob("*.m*")}
    facts, frames, sound = look(names["nasa"])
    assert len(frames.images) == 15 and len(sound.samples) == 3 * RATE and not frames.problem
    facts, frames, _ = look(names["rotation"])
    assert facts.rotation == 90 and facts.height > facts.width
    assert frames.images.shape[1] > frames.images.shape[2]
    # Its damage begins where the window ends.
    _, frames, _ = look(names["corrupted"])
    assert len(frames.images) == 15 and (frames.problem, frames.warning) == ("", "")
    _, frames, _ = look(names["corrupted"], seconds=4.0)
    assert "5 of 20 looks are left out" in frames.warning


# --- matching -------------------------------------------------------------------------------------


def posts(*ids, **columns):
    return pd.DataFrame({"post_id": list(ids), **columns})


def files(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        (folder / name).write_bytes(b"x")
    return str(folder)


def test_ids_in_names():
    known = {"7001", "7100000000000000001", "a b"}
    assert id_in_name("7001.mp4", known) == "7001"
    assert id_in_name('sub/Dogs 🐶 & "cats" [7001].mp4', known) == "7001"
    assert id_in_name("user_7100000000000000001_hd.mp4", known) == "7100000000000000001"
    assert id_in_name("a b.mp4", known) == "a b"
    assert id_in_name("17001.mp4", known) is None
    assert id_in_name("7001 [9].mp4", known) is None


def test_match_lists_both_sides(tmp_path):
    folder = files(tmp_path, "2.mp4", "with 'quotes' [1].mp4", "stranger.mp4", "notes.txt")
    found = match(posts("1", "2", "3"), folder)
    assert {k: v.name for k, v in found.files.items()} == {
        "1": "with 'quotes' [1].mp4",
        "2": "2.mp4",
    }
    assert "3" in found.problems and found.without_post == ["stranger.mp4"]


def test_column_and_mapping_win_over_names(tmp_path):
    folder = files(tmp_path / "v", "1.mp4", "a.mp4", "b c.mp4")
    table = posts("1", "2", media_file=["a.mp4", None])
    assert match(table, folder).files["1"].name == "a.mp4"
    mapping = tmp_path / "map.csv"
    mapping.write_text("video_id,file\n1,b c.mp4\n2,b c.mp4\n9,x.mp4\n2,a.mp4\n")
    found = match(table, folder, str(mapping))
    assert found.files["1"].name == found.files["2"].name == "b c.mp4"
    assert found.shared == {"b c.mp4": ["1", "2"]} and len(found.notes) == 2


def test_never_leaves_the_folder(tmp_path):
    (tmp_path / "secret.mp4").write_bytes(b"x")
    folder = files(tmp_path / "v", "2.mp4")
    (tmp_path / "v" / "1.mp4").symlink_to(tmp_path / "secret.mp4")
    table = posts("1", "2", media_file=[None, "../secret.mp4"])
    found = match(table, folder)
    assert "1" not in found.files and "1.mp4" in found.refused
    assert "2" not in found.files and "outside" in found.problems["2"]


def test_bad_folder_and_mapping(tmp_path):
    with pytest.raises(UserError, match="no such folder"):
        match(posts("1"), str(tmp_path / "none"))
    bad = tmp_path / "m.csv"
    bad.write_text("a,b\n1,2\n")
    with pytest.raises(UserError, match="post_id"):
        match(posts("1"), str(tmp_path), str(bad))
    with pytest.raises(UserError, match="no such mapping"):
        match(posts("1"), str(tmp_path), str(tmp_path / "none.csv"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_a_pipe_is_no_file_and_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "7001.mp4")
    (tmp_path / "7002.mp4").symlink_to("nowhere")
    files, refused = list_files(str(tmp_path))
    assert files == []
    assert refused == {
        "7001.mp4": "This is not an ordinary file.",
        "7002.mp4": "This link leads nowhere.",
    }
