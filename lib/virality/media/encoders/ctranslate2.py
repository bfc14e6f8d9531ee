"""Read the weights of a model in CTranslate2's file format, without its library.

Little endian: version (u32), name of the architecture, its revision (u32), number of variables
(u32); then of each variable its name, rank (u8), sizes (u32 each), kind (u8), bytes (u32) and
content. A text is its length (u16) and its bytes with a zero at the end.
https://opennmt.net/CTranslate2 (``ModelSpec`` writes it).
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

import numpy as np

_VERSION = 6
_KINDS = {0: "<f4", 1: "<i1", 2: "<i2", 3: "<i4", 4: "<f2"}


def read_variables(path: str | Path) -> tuple[str, dict[str, np.ndarray]]:
    """Return the architecture's name and the variables of a model.

    Parameters
    ----------
    path : path-like
        A ``model.bin``.

    Returns
    -------
    str
    dict of str to ndarray
        As stored: weights of a layer have the shape (outputs, inputs).

    Raises
    ------
    ValueError
        When it is no such file, or ends too early.
    """
    with Path(path).open("rb") as file:
        (version,) = _numbers(file, "<I")
        if version != _VERSION:
            raise ValueError(f"version {version} of the format is not known")
        name = _text(file)
        _revision, count = _numbers(file, "<II")
        return name, dict(_variable(file) for _ in range(count))


def _variable(file: BinaryIO) -> tuple[str, np.ndarray]:
    name = _text(file)
    (rank,) = _numbers(file, "<B")
    sizes = _numbers(file, f"<{rank}I")
    kind, length = _numbers(file, "<BI")
    if kind not in _KINDS:
        raise ValueError(f"{name} is of kind {kind}, which is not known")
    return name, np.frombuffer(_exactly(file, length), _KINDS[kind]).reshape(sizes)


def _text(file: BinaryIO) -> str:
    (length,) = _numbers(file, "<H")
    return _exactly(file, length).rstrip(b"\0").decode("utf-8")


def _numbers(file: BinaryIO, layout: str) -> tuple[int, ...]:
    return struct.unpack(layout, _exactly(file, struct.calcsize(layout)))


def _exactly(file: BinaryIO, length: int) -> bytes:
    content = file.read(length)
    if len(content) != length:
        raise ValueError("the file ends too early")
    return content
