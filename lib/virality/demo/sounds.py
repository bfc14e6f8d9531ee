"""Synthesised sound: speech-like syllables, music, a drone with pings, a purr between silences.

Which kind is heard follows the content regime. Loudness over the first three seconds, events
per second and the silence at the start follow the early energy, by the same rule everywhere; so
they do where a voice begins late, for somebody knocks until then.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
from scipy.signal import butter, lfilter, sosfilt

RATE = 44_100  # samples per second
BANDWIDTH = 90.0  # Hz, of a formant
SYLLABLE = 0.15  # seconds
EARLY = 3.0  # seconds over which loudness is set

# first three formants (Hz) of five vowels, rounded from Peterson and Barney (1952)
_VOWELS = [
    (730, 1090, 2440),
    (530, 1840, 2480),
    (270, 2290, 3010),
    (570, 840, 2410),
    (300, 870, 2240),
]
_ROOM = butter(2, [150, 1200], "band", fs=RATE, output="sos")  # what knocks in a room sound like
_CHORDS = [(0, 4, 7), (-3, 0, 4), (-7, -3, 0), (-5, -1, 2)]  # I vi IV V, in semitones


def loudness_db(early_energy: float) -> float:
    """Return the level of the first three seconds, in dB relative to full scale (RMS)."""
    return -38.0 + 24.0 * early_energy


def events_per_second(early_energy: float) -> float:
    """Return how many syllables, notes, pings or taps are heard per second."""
    return 1.0 + 5.0 * early_energy


def silence_before(early_energy: float) -> float:
    """Return the seconds of silence before the first sound."""
    return 0.7 * (1.0 - early_energy)


def soundtrack(
    regime: str,
    early_energy: float,
    seconds: float,
    rng: np.random.Generator,
    delay: float = 0.0,
) -> np.ndarray:
    """Return the sound of a video.

    Parameters
    ----------
    regime : str
        Chooses the kind.
    early_energy : float
        0 (calm) to 1 (lively).
    seconds : float
        Length.
    rng : Generator
        Source of every other choice.
    delay : float
        Seconds by which a voice begins later than the sound; nothing to other kinds.

    Returns
    -------
    ndarray of float32, (samples,)
        Mono, within -1 and 1, at `RATE`.
    """
    n, start = round(seconds * RATE), silence_before(early_energy)
    rate = events_per_second(early_energy)
    onsets = start + np.arange(0, max(seconds - start, 0), 1 / rate)
    kinds: dict[str, Callable[..., np.ndarray]] = {
        "storytime": functools.partial(_speech, begins=start + delay),
        "coffee": _soft_music,
        "travel": _beat_music,
        "science": _drone,
    }
    sound = kinds.get(regime, _purr)(n, onsets, 1 / rate, rng)
    sound[: round(start * RATE)] = 0
    return _level(sound, loudness_db(early_energy))


def _level(sound: np.ndarray, decibel: float) -> np.ndarray:
    early = sound[: round(EARLY * RATE)]
    rms = _rms(early)
    if rms == 0:
        return np.zeros(len(sound), np.float32)
    return np.tanh(sound * (10 ** (decibel / 20) / rms)).astype(np.float32)


def _place(n: int, pieces) -> np.ndarray:
    """Add (start in seconds, samples) pieces into n samples."""
    out = np.zeros(n)
    for start, piece in pieces:
        at = round(start * RATE)
        room = max(0, n - at)
        out[at : at + len(piece)] += piece[:room]
    return out


def _speech(n, onsets, gap, rng, begins):
    """A voice that says a word at each onset from `begins` on; before that, knocks."""
    voice = rng.uniform(110, 230)
    early = onsets[onsets < begins - 0.5 * gap]
    spoken = begins + gap * np.arange(len(onsets) - len(early))
    words = _place(n, [(at, _word(gap, voice, rng)) for at in spoken])
    if not len(early):
        return words
    silence, until = round(early[0] * RATE), round(begins * RATE)
    knocks = [(at, np.exp(-40 * np.arange(round(0.12 * RATE)) / RATE)) for at in early]
    waiting = sosfilt(_ROOM, rng.normal(size=n)) * (_place(n, knocks) + 0.05)
    waiting[until:] = 0
    heard, level = words[until:], _rms(waiting[silence:until])
    return words + waiting * (_rms(heard) / level if heard.any() else 1)


def _word(gap, voice, rng):
    """Pulses of a voice through the formants of one vowel after another, after one consonant.

    Detectors of speech take notice of syllables that follow each other as fast as in speech, so
    that a word is longer where there are fewer of them, and its syllables are not slower.
    """
    length = round(0.8 * gap * RATE)
    count = max(1, round(length / RATE / SYLLABLE))
    first, last = rng.uniform(0.85, 1.2, 2)
    pitch = voice * np.linspace(first, last, length)
    pulses = 2 * (np.cumsum(pitch / RATE) % 1) - 1 + 0.05 * rng.normal(size=length)
    place = np.linspace(0, count, length, endpoint=False)  # in syllables
    sound = np.zeros(length)
    for number, vowel in enumerate(rng.integers(len(_VOWELS), size=count)):
        said = functools.reduce(_resonate, _VOWELS[vowel], pulses)
        share = np.clip((0.5 - abs(place - number - 0.5)) / 0.2 + 0.5, 0, 1)  # of a glide
        sound += share * said / np.abs(said).max()
    swell = 0.35 + 0.65 * np.sin(np.pi * (place % 1)) ** 0.6
    ends = np.minimum(1, np.minimum(place, count - place) / 0.2)
    hiss = np.zeros(length)
    consonant = round(0.03 * RATE)
    hiss[:consonant] = 0.3 * rng.normal(size=min(consonant, length))
    return sound / np.abs(sound).max() * swell * ends + hiss


def _rms(sound):
    return np.sqrt(np.mean(np.square(sound)))


def _resonate(sound, frequency):
    radius = np.exp(-np.pi * BANDWIDTH / RATE)
    poles = [1, -2 * radius * np.cos(2 * np.pi * frequency / RATE), radius**2]
    return lfilter([1 - radius], poles, sound)


def _pluck(frequency, seconds):
    time = np.arange(round(seconds * RATE)) / RATE
    partials = sum(np.sin(2 * np.pi * k * frequency * time) / k**1.6 for k in range(1, 5))
    return partials * np.exp(-4 * time) * np.minimum(time / 0.004, 1)


def _chord_notes(onsets, rng):
    """Return (onset, frequency) of chords that change every four events."""
    root = 220 * 2 ** (rng.integers(-4, 5) / 12)
    for number, at in enumerate(onsets):
        for step in _CHORDS[number // 4 % len(_CHORDS)]:
            yield at, root * 2 ** (step / 12)


def _soft_music(n, onsets, gap, rng):
    return _place(n, [(at, _pluck(note, 0.9)) for at, note in _chord_notes(onsets, rng)])


def _beat_music(n, onsets, gap, rng):
    time = np.arange(round(0.18 * RATE)) / RATE
    kick = 3 * np.sin(2 * np.pi * 60 * time * (1 + 2 * np.exp(-30 * time))) * np.exp(-18 * time)
    hat = sosfilt(butter(4, 7000, "high", fs=RATE, output="sos"), rng.normal(size=len(time)))
    hat *= 1.2 * np.exp(-60 * time)
    notes = [(at, _pluck(2 * note, 0.5)) for at, note in _chord_notes(onsets, rng)]
    drums = [(at, kick if i % 2 == 0 else hat) for i, at in enumerate(onsets)]
    return _place(n, notes + drums)


def _drone(n, onsets, gap, rng):
    time = np.arange(n) / RATE
    hum = sum(np.sin(2 * np.pi * f * time) for f in 55 * rng.uniform(0.98, 1.02, 3) * [1, 1.5, 2])
    wind = sosfilt(butter(2, [200, 1800], "band", fs=RATE, output="sos"), rng.normal(size=n))
    pings = [(at, 2.5 * _pluck(rng.choice([880, 1174, 1318, 1760]), 0.5)) for at in onsets]
    return 0.25 * hum + 0.5 * wind + _place(n, pings)


def _purr(n, onsets, gap, rng):
    """Low rumble at 25 pulses a second, in breaths with true silence between them."""
    length = round(0.75 * gap * RATE)
    time = np.arange(length) / RATE
    band = butter(2, [60, 500], "band", fs=RATE, output="sos")
    breath = np.sin(np.pi * np.linspace(0, 1, length)) ** 0.3
    pulses = (0.5 + 0.5 * np.sin(2 * np.pi * 25 * time)) ** 2 * breath
    return _place(n, [(at, sosfilt(band, rng.normal(size=length)) * pulses) for at in onsets])
