"""decord, kept from loading what it has no business with.

When it is imported, decord opens every shared library of every ``nvidia`` package for everybody
(``RTLD_GLOBAL``). One of them, nvblas, takes over the processor's matrix products: torch then
returns wrong numbers without a word, or dies (dmlc/decord #293, #324). So these packages are
hidden while it is imported. decord does not say which frames are damaged, repeats the last good
one instead, and may never return from a file that announces more frames than it has
(dmlc/decord #373, #119): it reads only what PyAV did not come to an end with, under the same
limits of time and memory.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from virality.media.film.window import shown_at

_FAILURES = (RuntimeError, AssertionError, StopIteration, IndexError)
WARNING = "Read by the second reader, which cannot tell whether frames are damaged."


class Unusable(Exception):
    """decord is not here or cannot read this file; the text completes a sentence."""


@contextlib.contextmanager
def hidden(package: str) -> Iterator[None]:
    """Let a package seem not to be installed."""
    modules: dict[str, Any] = sys.modules
    before = {package: modules[package]} if package in modules else {}
    modules[package] = None
    try:
        yield
    finally:
        del modules[package]
        modules.update(before)


@cache
def decord():
    """Return the module, imported without any library of an ``nvidia`` package.

    Raises
    ------
    Unusable
        When it is not installed or cannot be loaded.
    """
    try:
        with hidden("nvidia"):
            module = importlib.import_module("decord")
    except (ImportError, OSError, RuntimeError) as error:
        raise Unusable("the second reader, decord, is not installed here") from error
    module.logging.set_level(module.logging.FATAL)
    return module


def read(
    path: str | Path, moments: np.ndarray, size: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the pictures that are on the screen at some moments.

    Parameters
    ----------
    path : path-like
    moments : ndarray, shape (m,)
        Seconds from the first frame.
    size : (int, int)
        Width and height of what is returned.

    Returns
    -------
    images : ndarray of uint8, shape (n, height, width, 3)
    times : ndarray, shape (n,)
        The moments that the film reaches.

    Raises
    ------
    Unusable
        When decord cannot read the file.
    """
    library, (width, height) = decord(), size
    try:
        reader = library.VideoReader(
            str(path), library.cpu(0), width=width, height=height, num_threads=1
        )
        spans = _spans(reader)
        moments = moments[(moments < spans[-1, 1]) | (moments == 0)]
        return _in_order(reader, shown_at(spans[:, 0], moments)), moments
    except (library.DECORDError, *_FAILURES) as error:
        raise Unusable("decord does not read it either") from error


def _spans(reader) -> np.ndarray:
    """Return from when to when each frame is shown, in s from the first, shape (n, 2)."""
    spans = reader.get_frame_timestamp(np.arange(len(reader)))
    # Frames before zero are cut away by the container's edit list and never drawn.
    spans = spans[spans[:, 0] > -2e-3] - spans[spans[:, 0] > -2e-3][0, 0]
    if np.any(np.diff(spans[:, 0]) <= 0):
        raise Unusable("the times of its frames run backwards")
    return spans


def _in_order(reader, picked: np.ndarray) -> np.ndarray:
    # Straight on from the start: no seek can land beside the frame that was meant.
    images, here = [], 0
    for index in np.unique(picked).tolist():
        if index > here:
            reader.skip_frames(index - here)
        images.append(reader.next().asnumpy())
        here = index + 1
    return np.stack(images)[np.unique(picked, return_inverse=True)[1]]
