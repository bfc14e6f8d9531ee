"""Finds words in pictures and reads them: PP-OCRv6 with rapidocr's steps, run by OpenCV.

Li et al. 2022, PP-OCRv3, and its successors (PaddleOCR). rapidocr asks for an engine that runs the
two networks that it brings along; it gets OpenCV's, which is here already and asks nobody outside.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from virality.media.encoders.bundled import Bundle, NotBundled

FINDER = Bundle(
    "rapidocr",
    "rapidocr",
    "models/PP-OCRv6_det_small.onnx",
    "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
)
READER = Bundle(
    "rapidocr",
    "rapidocr",
    "models/PP-OCRv6_rec_small.onnx",
    "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
)
_SHORTEST = 32  # pixels; the network halves its picture five times
_METADATA = 14  # the field of an ONNX file that holds names and what they stand for


@dataclass(frozen=True)
class Line:
    """A line of text in a picture.

    Parameters
    ----------
    corners : ndarray of float32, shape (4, 2)
        Its box, x and y in pixels, clockwise from the upper left.
    found : float
        How sure the finder is that it is text, 0 to 1.
    text : str
        What was read; "" before it is read.
    sure : float
        How sure the reader is of its signs, 0 to 1; NaN before it is read.
    """

    corners: np.ndarray
    found: float
    text: str = ""
    sure: float = float("nan")


def available() -> str:
    """Return "" when words can be looked for, else why not, as the end of a sentence."""
    try:
        FINDER.path()
        READER.path()
    except NotBundled as error:
        return error.what
    if int(cv2.__version__.split(".")[0]) < 5:
        return f"needs OpenCV 5 (here is {cv2.__version__})"
    try:
        import rapidocr.ch_ppocr_det.utils  # noqa: F401
    except ImportError as error:
        return f"cannot be loaded ({error})"
    return ""


class Ocr:
    """The two networks.

    Raises
    ------
    NotBundled
        When a package is missing, or its weights are not those that were tested.
    """

    def __init__(self):
        finder, reader = FINDER.path(), READER.path()
        from rapidocr.ch_ppocr_det import main as detection
        from rapidocr.ch_ppocr_rec import main as recognition
        from rapidocr.utils.parse_parameters import ParseParams

        settings = ParseParams.load(Path(recognition.__file__).parents[1] / "config.yaml")
        settings.Det |= {"limit_side_len": _SHORTEST, "model_path": str(finder)}
        settings.Rec |= {"rec_batch_num": 1, "font_path": None, "model_path": str(reader)}
        for module in (detection, recognition):  # else it wants onnxruntime
            vars(module)["get_engine"] = lambda _: _Session
        self._finder = detection.TextDetector(settings.Det)
        self._reader = recognition.TextRecognizer(settings.Rec)

    def find(self, image: np.ndarray) -> list[Line]:
        """Return where text is, from top to bottom.

        Parameters
        ----------
        image : ndarray of uint8, shape (height, width, 3)
            RGB.

        Returns
        -------
        list of Line
        """
        found: Any = self._finder(np.ascontiguousarray(image[..., ::-1]))
        if found.boxes is None:
            return []
        return [Line(box, float(score)) for box, score in zip(found.boxes, found.scores)]

    def read(self, image: np.ndarray, line: Line) -> Line:
        """Return a line with its text.

        Parameters
        ----------
        image : ndarray of uint8, shape (height, width, 3)
            The one that it was found in.
        line : Line

        Returns
        -------
        Line
        """
        from rapidocr.ch_ppocr_rec import TextRecInput
        from rapidocr.utils.process_img import get_rotate_crop_image

        cut = get_rotate_crop_image(np.ascontiguousarray(image[..., ::-1]), line.corners.copy())
        out: Any = self._reader(TextRecInput(img=[cut], return_word_box=False))
        return Line(line.corners, line.found, out.txts[0].strip(), float(out.scores[0]))


@lru_cache(maxsize=1)
def ocr() -> Ocr:
    """Return the networks, loaded once in a process."""
    return Ocr()


class _Session:
    """What rapidocr calls an engine: one network, and the signs that it tells apart."""

    def __init__(self, config: Any):
        self._path = Path(config.model_path)
        self._net = cv2.dnn.readNetFromONNX(str(self._path), cv2.dnn.ENGINE_NEW)

    def __call__(self, batch: np.ndarray) -> np.ndarray:
        self._net.setInput(batch)
        return self._net.forward()

    def have_key(self, key: str = "character") -> bool:
        return key in _metadata(self._path)

    def get_character_list(self, key: str = "character") -> list[str]:
        return _metadata(self._path)[key].splitlines()


@lru_cache(maxsize=2)
def _metadata(path: Path) -> dict[str, str]:
    """Return the texts that an ONNX file carries, which OpenCV does not hand over."""
    pairs = (dict(_fields(value)) for key, value in _fields(path.read_bytes()) if key == _METADATA)
    return {bytes(pair[1]).decode(): bytes(pair[2]).decode() for pair in pairs}


def _fields(message: bytes | memoryview) -> Iterator[tuple[int, Any]]:
    """Yield number and value of each field of a protocol buffer."""
    view, at = memoryview(message), 0
    while at < len(view):
        key, at = _number(view, at)
        number, at = _number(view, at)
        if key & 7 != 2:
            yield key >> 3, number
            continue
        yield key >> 3, view[at : at + number]  # the number is the length of what follows
        at += number


def _number(view: memoryview, at: int) -> tuple[int, int]:
    """Return a number of seven bits a byte, lowest first, and where it ends."""
    value = shift = 0
    while True:
        byte = view[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at
