"""Descriptors that need no weights: colour, edges and texture; MFCC; hashed letters.

They fill the same blocks as the pretrained encoders, so that everything after them runs the
same. They see colours and hear timbre; they do not know what a dog is.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from virality.media.encoders.base import RATE, Encoder, Recipe

_GRID = 4
_TEXT_DIMS = 256
_HUES, _LEVELS = 12, 8
_HOG_CELLS, _HOG_BINS = 4, 8
_LBP_BINS = 10
_MFCC = 20
_VISION_DIMS = _HUES + 2 * _LEVELS + 3 * _GRID**2 + _LBP_BINS + _HOG_CELLS**2 * _HOG_BINS
_AUDIO_DIMS = 4 * _MFCC + 2 * 7 + 2 * 5 + 12

CLASSIC = Recipe(
    kind="classic",
    id="classic",
    revision="1",
    dims=(("vision", _VISION_DIMS), ("text", _TEXT_DIMS), ("audio", _AUDIO_DIMS)),
    image_side=224,
)


class ClassicEncoder(Encoder):
    """Pictures through scikit-image, sound through librosa, texts through hashed n-grams."""

    kind = "classic"

    @classmethod
    def build(cls, recipe: Recipe) -> ClassicEncoder:
        """Return the set; there is nothing to load."""
        return cls(recipe)

    def encode_prepared(self, pictures: np.ndarray) -> np.ndarray:
        """Describe pictures; see :class:`virality.media.encoders.base.Encoder`."""
        return np.stack([describe_image(image) for image in pictures]).astype(np.float32)

    def encode_texts(self, texts: Sequence[str]) -> np.ndarray:
        """Hash the letters of texts; see :class:`virality.media.encoders.base.Encoder`."""
        from sklearn.feature_extraction.text import HashingVectorizer

        # Letters within words work in any language and script, and nothing is learnt.
        hashing = HashingVectorizer(
            analyzer="char_wb", ngram_range=(1, 4), n_features=_TEXT_DIMS, alternate_sign=True
        )
        return hashing.transform(list(texts)).toarray().astype(np.float32)

    def encode_sounds(self, sounds: Sequence[np.ndarray]) -> np.ndarray:
        """Describe sounds; see :class:`virality.media.encoders.base.Encoder`."""
        return np.stack([describe_sound(samples) for samples in sounds]).astype(np.float32)


def describe_image(image: np.ndarray) -> np.ndarray:
    """Return the descriptor of one picture, each part and the whole of length 1.

    Parameters
    ----------
    image : ndarray of uint8, shape (height, width, 3)

    Returns
    -------
    ndarray of float64, shape (214,)
        Hue weighted by saturation, saturation and value histograms; mean Lab on a grid of
        4 × 4; uniform local binary patterns; histograms of oriented gradients on 4 × 4 cells.
    """
    from skimage.color import rgb2hsv, rgb2lab
    from skimage.feature import hog, local_binary_pattern
    from skimage.transform import resize_local_mean

    small = resize_local_mean(image.astype(np.float32) / 255, (96, 96), channel_axis=-1)
    hsv = rgb2hsv(small)
    hue = np.histogram(hsv[..., 0], _HUES, (0, 1), weights=hsv[..., 1] * hsv[..., 2])[0]
    levels = [np.histogram(hsv[..., channel], _LEVELS, (0, 1))[0] for channel in (1, 2)]
    cells = small.reshape(_GRID, 96 // _GRID, _GRID, 96 // _GRID, 3).mean(axis=(1, 3))
    layout = rgb2lab(cells).ravel()
    grey = (small @ np.array([0.299, 0.587, 0.114], dtype=np.float32) * 255).astype(np.uint8)
    patterns = local_binary_pattern(grey, 8, 1, "uniform")
    texture = np.histogram(patterns, _LBP_BINS, (0, _LBP_BINS))[0]
    edges = hog(grey, _HOG_BINS, (24, 24), (1, 1), feature_vector=True)
    parts = [hue, *levels, layout, texture, edges]
    return _unit(np.concatenate([_unit(np.asarray(part, dtype=float)) for part in parts]))


def describe_sound(samples: np.ndarray) -> np.ndarray:
    """Return the descriptor of one sound.

    Parameters
    ----------
    samples : ndarray of float32, shape (n,)
        Mono, 16 kHz.

    Returns
    -------
    ndarray of float64, shape (116,)
        Mean and spread over time of 20 MFCC and of their change, of 7 bands of spectral
        contrast and of 5 spectral statistics; mean chroma. Scaled to a few units each.
    """
    from librosa import feature as lf
    from librosa import power_to_db, stft

    samples = np.pad(samples, (0, max(0, 4096 - len(samples)))).astype(np.float32)
    spectrum = np.abs(stft(samples, n_fft=1024, hop_length=256))
    mel = lf.melspectrogram(S=spectrum**2, sr=RATE, n_fft=1024, n_mels=64)
    mfcc = lf.mfcc(S=power_to_db(mel, amin=1e-8, top_db=None), n_mfcc=_MFCC)
    change = np.diff(mfcc, axis=1)
    contrast = lf.spectral_contrast(S=spectrum, sr=RATE, n_fft=1024, n_bands=6, fmin=100)
    nyquist = RATE / 2
    statistics = np.concatenate(
        [
            lf.spectral_centroid(S=spectrum, sr=RATE) / nyquist,
            lf.spectral_bandwidth(S=spectrum, sr=RATE) / nyquist,
            lf.spectral_rolloff(S=spectrum, sr=RATE) / nyquist,
            lf.spectral_flatness(S=spectrum),
            lf.zero_crossing_rate(samples, hop_length=256, frame_length=1024),
        ]
    )
    chroma = lf.chroma_stft(S=spectrum**2, sr=RATE, n_fft=1024, tuning=0.0).mean(axis=1)
    parts = [mfcc / 100, change / 20, contrast / 20, statistics]
    moments = [moment for part in parts for moment in (part.mean(axis=1), part.std(axis=1))]
    return np.concatenate([*moments, chroma])


def _unit(vector: np.ndarray) -> np.ndarray:
    length = np.linalg.norm(vector)
    return vector / length if length > 0 else vector


def use_compiled() -> None:
    """Measure and describe a sound as the chapters do; for :mod:`virality.core.compiled`."""
    from virality.media.film import energy

    random = np.random.default_rng(0)
    tone = np.sin(np.arange(3 * RATE) * 440 * 2 * np.pi / RATE)
    clicks = np.arange(3 * RATE) % (RATE // 2) < RATE // 50
    noise = random.normal(size=3 * RATE)
    sound = (0.1 * clicks * noise + 0.3 * tone).astype(np.float32)
    energy.of_sound(sound, 3.0)
    describe_sound(sound)
