"""What the eye and the ear feel early, as twenty named numbers.

Sound is measured with librosa, colour and sharpness with scikit-image, movement as
:mod:`virality.media.film.steps` does.
Nothing is fitted: each number depends on one file alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from virality.media.encoders.base import RATE
from virality.media.film.steps import Steps, steps_of

_HOP = 160  # 10 ms
_FRAME = 512
_FLOOR_DB = -80.0
_QUIET_DB = _FLOOR_DB + 15  # below this nothing is heard
_ONSET_DB = 2.0


@dataclass(frozen=True)
class Feature:
    """One number: its name, unit and what it says."""

    name: str
    unit: str
    definition: str


SOUND_FEATURES = (
    Feature("rms_level", "dB", "mean level of the sound, full scale is 0"),
    Feature("rms_slope", "dB/s", "how much louder it gets per second"),
    Feature("rms_spread", "dB", "standard deviation of the level over the window"),
    Feature("onset_rate", "1/s", "beginnings of sounds per second"),
    Feature("tempo", "bpm", "most likely beat; 0 where nothing begins"),
    Feature("spectral_centroid", "Hz", "brightness of the sound; 0 in silence"),
    Feature("spectral_flatness", "0-1", "0 a pure tone, 1 noise; where it is not silent"),
    Feature("zero_crossing_rate", "0-1", "sign changes per sample"),
    Feature("voiced_share", "0-1", "share of the window with a pitch between 70 and 400 Hz"),
    Feature("silence_before_sound", "s", "seconds before the first sound; the window when none"),
)
PICTURE_FEATURES = (
    Feature("brightness", "0-1", "mean lightness"),
    Feature("contrast", "0-1", "standard deviation of lightness within a frame"),
    Feature("saturation", "0-1", "mean saturation"),
    Feature("colourfulness", "0-1", "spread along the red-green and yellow-blue axes"),
    Feature("sharpness", "0-1", "share of strong edges (Sobel)"),
    Feature("motion", "heights/s", "mean length of the optical flow, cuts left out"),
    Feature("motion_spread", "heights/s", "standard deviation of the motion over time"),
    Feature("flicker", "0-1", "mean change of lightness between looks"),
    Feature("cut_rate", "1/s", "cuts per second"),
    Feature("first_cut", "s", "time of the first cut; the window when there is none"),
)
FEATURES = SOUND_FEATURES + PICTURE_FEATURES


def of_sound(samples: np.ndarray, seconds: float) -> tuple[dict[str, float], np.ndarray]:
    """Measure the sound of the window.

    Parameters
    ----------
    samples : ndarray of float32, shape (n,)
        Mono, 16 kHz.
    seconds : float
        Length of the window, for what never happens in it.

    Returns
    -------
    features : dict of str to float
        One value for each of :data:`SOUND_FEATURES`; all finite.
    curve : ndarray of float32, shape (tenths,)
        Level in dB for each tenth of a second.
    """
    from librosa.feature import spectral_flatness

    level = _level(samples)
    loud = _loud(level)
    silent = level.max() <= _QUIET_DB
    spectrum, envelope, hits = _onsets(samples)
    times = np.arange(len(level)) * _HOP / RATE
    values = {
        "rms_level": level.mean(),
        "rms_slope": np.polyfit(times, level, 1)[0] if len(level) > 2 else 0.0,
        "rms_spread": level.std(),
        "onset_rate": hits / (len(samples) / RATE),
        "tempo": _tempo(envelope) if hits > 1 else 0.0,
        "spectral_centroid": 0.0 if silent else _weighted_centroid(spectrum),
        "spectral_flatness": 0.0 if silent else spectral_flatness(S=spectrum[:, loud]).mean(),
        "zero_crossing_rate": float(np.mean(np.diff(np.signbit(samples)))),
        "voiced_share": 0.0 if silent else _voiced_share(samples, level),
        "silence_before_sound": times[np.argmax(loud)] if loud.any() and not silent else seconds,
    }
    return {name: float(value) for name, value in values.items()}, _curve(samples)


def first_sound(samples: np.ndarray) -> float:
    """Return when the first sound is heard (s), by the rule of :func:`of_sound`; NaN in silence.

    Parameters
    ----------
    samples : ndarray of float32, shape (n,)
        Mono, 16 kHz; n at least 1.
    """
    loud = _loud(_level(samples))
    return float(np.argmax(loud)) * _HOP / RATE if loud.any() else float("nan")


def of_picture(
    images: np.ndarray, times: np.ndarray, seconds: float, steps: Steps | None = None
) -> tuple[dict[str, float], np.ndarray]:
    """Measure the pictures of the window.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width, 3)
    times : ndarray of float64, shape (n,)
        Seconds.
    seconds : float
        Length of the window, for what never happens in it.
    steps : Steps, optional
        What lies between the pictures, where it has been looked at already.

    Returns
    -------
    features : dict of str to float
        One value for each of :data:`PICTURE_FEATURES`; NaN for what happens between the
        pictures where there are several and nothing is known of it.
    curve : ndarray of float32, shape (n - 1,)
        Motion between one look and the next, in picture heights per second; NaN at a cut and
        where looks between are missing.
    """
    steps = steps or steps_of(images, times)
    hsv = np.stack([cv2.cvtColor(image, cv2.COLOR_RGB2HSV) for image in images])
    light = np.stack([cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) for image in images])
    light = light.astype(np.float32) / 255
    flicker = np.abs(np.diff(light.mean(axis=(1, 2))))[steps.known]
    values = _looks(images, hsv, light) | _changes(steps.motion, flicker)
    if len(times) > 1 and not steps.known.any():
        values |= {"cut_rate": np.nan, "first_cut": np.nan}
    else:
        span = float(np.diff(times)[steps.known].sum()) if len(times) > 1 else seconds
        values["cut_rate"] = steps.cut.sum() / span
        values["first_cut"] = times[1:][steps.cut][0] if steps.cut.any() else seconds
    return {name: float(value) for name, value in values.items()}, steps.motion


def _looks(images: np.ndarray, hsv: np.ndarray, light: np.ndarray) -> dict:
    """Return what single pictures say."""
    from skimage.filters import sobel

    return {
        "brightness": light.mean(),
        "contrast": light.std(axis=(1, 2)).mean(),
        "saturation": hsv[..., 1].mean() / 255,
        "colourfulness": _colourfulness(images),
        "sharpness": np.mean([np.mean(sobel(frame) > 0.08) for frame in light[::3]]),
    }


def _changes(motion: np.ndarray, flicker: np.ndarray) -> dict:
    """Return what happens between one picture and the next."""
    moving = motion[np.isfinite(motion)]
    unknown = np.nan if len(motion) else 0.0  # nothing moves in a still
    return {
        "motion": moving.mean() if len(moving) else unknown,
        "motion_spread": moving.std() if len(moving) else unknown,
        "flicker": flicker.mean() if len(flicker) else unknown,
    }


def _level(samples: np.ndarray) -> np.ndarray:
    """Return the level in dB (full scale 0, not below the floor) of each step."""
    from librosa.feature import rms

    power = rms(y=samples, frame_length=_FRAME, hop_length=_HOP)[0] ** 2
    return 10 * np.log10(np.maximum(power.astype(float), 10 ** (_FLOOR_DB / 10)))


def _loud(level: np.ndarray) -> np.ndarray:
    """Return which steps are heard beside the loudest one; none in silence."""
    return level > max(_QUIET_DB, level.max() - 40)


def _curve(samples: np.ndarray) -> np.ndarray:
    tenth = RATE // 10
    whole = samples[: len(samples) // tenth * tenth].reshape(-1, tenth).astype(float)
    power = np.maximum((whole**2).mean(axis=1), 10 ** (_FLOOR_DB / 10))
    return (10 * np.log10(power)).astype(np.float32)


def _onsets(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """Return the spectrum, the strength of beginnings over time, and how many there are."""
    from librosa import onset, power_to_db, stft
    from librosa.feature import melspectrogram

    spectrum = np.abs(stft(samples, n_fft=_FRAME, hop_length=_HOP))
    mel = melspectrogram(S=spectrum**2, sr=RATE, n_fft=_FRAME, n_mels=64)
    loudness = power_to_db(mel, ref=1.0, amin=1e-8, top_db=None)
    options: dict[str, Any] = {"sr": RATE, "hop_length": _HOP}
    envelope = onset.onset_strength(S=loudness, lag=2, max_size=3, **options)
    # In dB above the neighbourhood; relative thresholds find onsets in a steady tone.
    hits = onset.onset_detect(onset_envelope=envelope, normalize=False, delta=_ONSET_DB, **options)
    return spectrum, envelope, len(hits)


def _tempo(envelope: np.ndarray) -> float:
    from librosa.feature import tempo

    return float(tempo(onset_envelope=envelope, sr=RATE, hop_length=_HOP, ac_size=3.0)[0])


def _weighted_centroid(spectrum: np.ndarray) -> float:
    """Centroid over the window, each moment weighted by its energy (silence says nothing)."""
    energy = (spectrum**2).sum(axis=1)
    pitches = np.linspace(0, RATE / 2, len(energy))
    return float((energy * pitches).sum() / max(energy.sum(), 1e-12))


def _voiced_share(samples: np.ndarray, level: np.ndarray) -> float:
    """Share of 40 ms steps whose autocorrelation peaks at a speaking or singing pitch."""
    size, hop = 640, 320
    if len(samples) < size:
        return 0.0
    steps = np.lib.stride_tricks.sliding_window_view(samples, size)[::hop].astype(float)
    steps = (steps - steps.mean(axis=1, keepdims=True)) * np.hanning(size)
    auto = np.fft.irfft(np.abs(np.fft.rfft(steps, 2 * size)) ** 2)[:, :size]
    window = np.fft.irfft(np.abs(np.fft.rfft(np.hanning(size), 2 * size)) ** 2)[:size]
    low, high = RATE // 400, RATE // 70
    # Dividing by the window's own autocorrelation undoes its fall-off (Boersma 1993).
    peak = (auto[:, low:high] / np.maximum(window[low:high], 1e-9)).max(axis=1)
    power = auto[:, 0] / window[0]
    heard = power > 10 ** ((max(level.max() - 35, _QUIET_DB)) / 10)
    return float(np.mean(heard & (peak > 0.5 * np.maximum(power, 1e-12))))


def _colourfulness(images: np.ndarray) -> float:
    """Spread of opponent colours (Hasler and Süsstrunk 2003), scaled to 0-1."""
    red, green, blue = np.moveaxis(images[::3].astype(np.float32) / 255, -1, 0)
    first, second = red - green, (red + green) / 2 - blue
    spread = np.hypot(first.std(), second.std())
    return float(spread + 0.3 * np.hypot(first.mean(), second.mean()))
