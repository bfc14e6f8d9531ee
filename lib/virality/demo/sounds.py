"""Synthesised sound: a voice, a room, music, a drone with pings, a purr between silences.

Which kind is heard follows the content regime. Loudness over the first three seconds, events
per second and the silence at the start follow the early energy, by the same rule everywhere; so
they do where a voice begins late, for somebody knocks until then.
"""

from __future__ import annotations

import functools

import numpy as np
from scipy.signal import butter, lfilter, sosfilt

RATE = 44_100  # samples per second
BANDWIDTH = 90.0  # Hz, of a formant
SYLLABLE = 0.13  # seconds
BEHIND = {"storytime": 0.05, "coffee": 0.2, "science": 0.3}  # how loud, a voice being 1
EARLY = 3.0  # seconds over which loudness is set

# first three formants (Hz) of five vowels, rounded from Peterson and Barney (1952)
_VOWELS = [
    (730, 1090, 2440),
    (530, 1840, 2480),
    (270, 2290, 3010),
    (570, 840, 2410),
    (300, 870, 2240),
]
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
    delay: float | None = None,
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
        Seconds by which a voice begins later than the sound; None for no voice.

    Returns
    -------
    ndarray of float32, (samples,)
        Mono, within -1 and 1, at `RATE`.
    """
    n, start = round(seconds * RATE), silence_before(early_energy)
    rate = events_per_second(early_energy)
    onsets = start + np.arange(0, max(seconds - start, 0), 1 / rate)
    early = onsets[onsets < start + (delay or 0) - 0.5 / rate]
    late = start + (delay or 0) + np.arange(len(onsets) - len(early)) / rate
    kinds = {"storytime": _room, "coffee": _soft_music, "travel": _beat_music, "science": _drone}
    sound = kinds.get(regime, _purr)(n, np.concatenate([early, late]), 1 / rate, rng)
    sound[: round(start * RATE)] = 0
    if delay is not None:
        behind = sound * BEHIND.get(regime, 0) / max(_rms(sound), 1e-9)
        sound = _spoken(behind, early, late, 1 / rate, rng)
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


def _spoken(behind, early, late, gap, rng):
    """A knock at each early onset and a word at each late one, over something quiet."""
    voice, n = rng.uniform(110, 230), len(behind)
    words = _place(n, [(at, _word(gap, voice, rng)) for at in late])
    knocks = _place(n, [(at, _knock(rng)) for at in early])
    until = round(late[0] * RATE) if len(late) else n
    alone, said = knocks[round(early[0] * RATE) : until] if len(early) else words[:0], words[until:]
    if alone.any() and said.any():
        knocks *= _rms(said) / _rms(alone)  # as loud as the voice
    heard = words + knocks
    return heard + behind * _rms(heard)


def _knock(rng):
    time = np.arange(round(0.12 * RATE)) / RATE
    return _room(len(time), (), 0, rng) * np.exp(-40 * time)


def _room(n, onsets, gap, rng):
    """Nothing but a room that is not quite silent."""
    band = butter(2, [150, 1200], "band", fs=RATE, output="sos")
    return sosfilt(band, rng.normal(size=n))


def _word(gap, voice, rng):
    """Pulses of a voice through the formants of one vowel after another, after one consonant.

    Detectors of speech take notice of syllables that follow each other as fast as in speech: the
    fewer words there are, the more syllables they have.  And they tell a voice that wanders
    from one that sings.
    """
    length = round(0.9 * gap * RATE)
    count = max(1, round(length / RATE / SYLLABLE))
    place = np.linspace(0, count, length, endpoint=False)  # in syllables
    wandering = 1 + 0.3 * np.interp(place, np.arange(count + 1), rng.normal(size=count + 1))
    first, last = rng.uniform(0.7, 1.4, 2)
    pitch = voice * np.linspace(first, last, length) * np.clip(wandering, 0.6, 1.6)
    pulses = 2 * (np.cumsum(pitch / RATE) % 1) - 1 + 0.05 * rng.normal(size=length)
    pulses = lfilter([0.1], [1, -0.9], pulses)  # as dull as a larynx
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
