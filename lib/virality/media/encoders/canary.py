"""A fixed question with a known answer, asked before any number is believed.

A library that somebody else installed can take over the processor's matrix products, and then
vectors are wrong without a word. So arithmetic is asked for products of whole numbers, which
NumPy's integers give without any BLAS and every BLAS must hit exactly; and each encoder is
asked for the vectors of fixed pictures, words and sounds, which another process has computed.
"""

from __future__ import annotations

import hashlib
import platform
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, distributions, version
from pathlib import Path

import cv2
import numpy as np

from virality.core.errors import UserError
from virality.core.writing import replacing
from virality.media.encoders.base import RATE, Encoder, Recipe, one_thread
from virality.media.encoders.registry import build, load

# Half precision is used only where its vectors agree this well with float32.
SAME_COSINE = 0.999
# The same encoder in the same precision, in another process or on another processor.
_SAME_AGAIN = 0.9999
_SAME_LENGTH = 0.02
_ADVICE = (
    "Make the environment anew (delete .venv, then: make setup). Code of your own that imports "
    "decord must import torch before it."
)
# What an answer depends on beside the machine; what is named where an environment is at fault.
_DECIDE = ("torch", "transformers", "numpy", "opencv-python-headless", "scikit-image", "librosa")
_NAMED = ("av", "decord2", "torch", "transformers", "numpy", "opencv-python-headless", "librosa")

# Vectors of the fixed question, by part.
Answers = Mapping[str, np.ndarray]


# --- arithmetic ------------------------------------------------------------------------------


@cache
def _question() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return two matrices of whole numbers and their product, computed without a BLAS."""
    rng = np.random.default_rng(0)
    one, other = rng.integers(-8, 9, (96, 512)), rng.integers(-8, 9, (512, 64))
    return one, other, one @ other


def wrong_arithmetic(devices: Iterable[str] = ("cpu",)) -> list[str]:
    """Return which products of matrices are wrong in this process, in words; [] when none.

    Every product and every partial sum is a whole number below 2**16, so each kind of float
    holds it exactly and the answer must be equal, not close. torch is asked where it is loaded.

    Parameters
    ----------
    devices : iterable of str
        Where torch multiplies: "cpu", "cuda", "mps".
    """
    one, other, product = _question()
    found = ["a library that takes over matrix products (nvblas) is loaded"] * _taken_over()
    if found:
        return found  # asking it may end the process
    for kind in (np.float32, np.float64):
        if not np.array_equal(one.astype(kind) @ other.astype(kind), product):
            found.append(f"NumPy in {np.dtype(kind).name}")
    torch = sys.modules.get("torch")
    if torch is not None:
        for device in sorted({"cpu", *devices}):
            found += [name for name, right in _torch_products(torch, device) if not right]
    return found


def _taken_over() -> bool:
    try:
        return "libnvblas" in Path("/proc/self/maps").read_text(errors="replace")
    except OSError:
        return False


def _torch_products(torch, device: str) -> Iterator[tuple[str, bool]]:
    one, other, product = _question()
    expected, where = torch.from_numpy(product), "" if device == "cpu" else f" on {device}"
    for kind in (torch.float32, *[torch.float64] * (device != "mps")):
        first, second = (torch.from_numpy(each).to(device, kind) for each in (one, other))
        name = str(kind).removeprefix("torch.") + where
        with torch.inference_mode():
            yield f"torch in {name}", torch.equal((first @ second).long().cpu(), expected)
            ones = torch.ones(second.shape[1], dtype=kind, device=device)
            layer = torch.nn.functional.linear(first, second.T, ones)
            yield (
                f"a linear layer of torch in {name}",
                torch.equal(layer.long().cpu(), expected + 1),
            )


def require_arithmetic() -> None:
    """Raise UserError when matrix products are wrong in this process."""
    wrong = wrong_arithmetic()
    if wrong:
        raise wrong_answer(wrong)


def wrong_answer(wrong: list[str]) -> UserError:
    """Return the error for questions that were answered wrongly."""
    return UserError(
        f"Numbers come out wrong here: {', '.join(wrong)}. Nothing of it was stored, and no file "
        f"is at fault. Installed here: {libraries()}.",
        do=_ADVICE,
    )


def libraries() -> str:
    """Return the installed libraries that media files go through, and what multiplies matrices."""
    from threadpoolctl import threadpool_info

    every = {str(one.metadata["Name"]).lower(): one.version for one in distributions()}
    named = [f"{name} {every[name]}" for name in _NAMED if name in every]
    foreign = sorted(name for name in every if name.startswith(("nvidia-", "rocm")))
    named += [f"{name} {every[name]}" for name in foreign[:6]]
    blas = {Path(one["filepath"]).name for one in threadpool_info() if one["user_api"] == "blas"}
    return ", ".join(named) + (f"; BLAS: {', '.join(sorted(blas))}" if blas else "")


# --- encoders --------------------------------------------------------------------------------


def ask(encoder: Encoder, parts: Iterable[str] = ()) -> dict[str, np.ndarray]:
    """Return an encoder's vectors of the fixed question.

    Parameters
    ----------
    encoder : Encoder
    parts : iterable of str
        Of "vision", "text" and "audio"; all that the encoder has when empty.

    Returns
    -------
    dict of str to ndarray of float32, shape (k, dims)
        By part.
    """
    questions = {
        "vision": lambda: encoder.encode_images(_pictures(encoder.recipe.image_side)),
        "text": lambda: encoder.encode_texts(["a dog", "rain on a window"]),
        "audio": lambda: encoder.encode_sound(_sound())[None],
    }
    return {part: questions[part]() for part in parts or encoder.dims}


def _pictures(side: int) -> np.ndarray:
    coarse = np.random.default_rng(0).integers(0, 256, (3, 7, 7, 3), dtype=np.uint8)
    size = (side, side)
    return np.stack([cv2.resize(one, size, interpolation=cv2.INTER_CUBIC) for one in coarse])


def _sound() -> np.ndarray:
    tone = np.sin(2 * np.pi * 220 * np.arange(3 * RATE) / RATE)
    noise = np.random.default_rng(0).normal(size=3 * RATE)
    return (0.2 * tone + 0.05 * noise).astype(np.float32)


def agree(one: Answers, other: Answers, least: float = _SAME_AGAIN) -> bool:
    """Return whether two sets of answers are the same vectors, but for rounding.

    Parameters
    ----------
    one, other : dict of str to ndarray
    least : float
        Smallest cosine between two vectors that counts as the same.
    """
    return one.keys() == other.keys() and all(_alike(one[k], other[k], least) for k in one)


def _alike(one: np.ndarray, other: np.ndarray, least: float) -> bool:
    if one.shape != other.shape or not (np.isfinite(one).all() and np.isfinite(other).all()):
        return False
    one, other = one.astype(float), other.astype(float)
    lengths = np.linalg.norm(one, axis=-1), np.linalg.norm(other, axis=-1)
    cosines = (one * other).sum(axis=-1) / np.maximum(lengths[0] * lengths[1], 1e-12)
    slack = _SAME_LENGTH if least >= _SAME_AGAIN else 10 * _SAME_LENGTH
    return bool(cosines.min() >= least and np.allclose(*lengths, rtol=slack))


def answers_here(recipe: Recipe, parts: Iterable[str] = ()) -> Answers:
    """Return the answers of a newly loaded encoder in this process; of all its parts when none.

    Parameters
    ----------
    recipe : Recipe
    parts : iterable of str
        Of "vision", "text" and "audio".

    Raises
    ------
    UserError
        When arithmetic is wrong in this process.
    """
    encoder = build(recipe)  # what it imports brings threads of its own, to be counted below
    with one_thread():
        require_arithmetic()
        return ask(encoder, parts)


def wrong_encoders(recipes: Iterable[Recipe], expected: Mapping[str, Answers]) -> list[str]:
    """Return the ids of encoders whose answers, in this process, are not the expected ones.

    Parameters
    ----------
    recipes : iterable of Recipe
    expected : dict of str to answers
        By fingerprint.
    """
    different = {one.fingerprint: one for one in recipes}
    return [
        f"the vectors of {recipe.id}"
        for name, recipe in different.items()
        if not agree(ask(load(recipe), expected[name]), expected[name])
    ]


def wrong_here(recipes: Iterable[Recipe], expected: Mapping[str, Answers]) -> list[str]:
    """Return what this process computes wrongly, before its first file; [] when nothing.

    Parameters
    ----------
    recipes : iterable of Recipe
        The encoders that it will use.
    expected : dict of str to answers
        By fingerprint.
    """
    recipes = list(recipes)
    # Arithmetic first, without torch; encoders load torch, which is then asked as well.
    return (
        wrong_arithmetic()
        or wrong_encoders(recipes, expected)
        or wrong_arithmetic(one.device for one in recipes)
    )


# --- what was answered before ----------------------------------------------------------------


@cache
def machine() -> str:
    """Return what an answer depends on: processor, graphics device, libraries; as a short hash."""
    processor = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text(errors="replace").splitlines()
        processor = next((line for line in lines if line.startswith("flags")), processor)
    graphics = [name for name in ("/dev/nvidia0", "/dev/kfd") if Path(name).exists()]
    return _short("|".join([processor, *graphics, *map(_version, _DECIDE)]).encode())


def _version(name: str) -> str:
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return ""


def _short(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=8).hexdigest()


def _fingerprint(vectors: np.ndarray) -> str:
    """Return 16 characters that stand for some vectors, bit by bit."""
    return _short(np.ascontiguousarray(vectors).tobytes())


class Record:
    """The answers that one part of an encoder gave on this and on other machines.

    A vector in the cache carries the fingerprint of the answer that was given when it was made.
    It is used as long as that answer agrees with the one given now, so a cache may be taken to
    another processor, and what an ailing one made is made again.

    Parameters
    ----------
    folder : path-like
        Of the cache.
    recipe : Recipe
    part : str
        "vision", "text" or "audio".
    """

    def __init__(self, folder: str | Path, recipe: Recipe, part: str):
        self.recipe, self.part = recipe, part
        self.folder = Path(folder) / "canaries" / recipe.fingerprint / part
        self._mine = self.folder / f"{machine()}.txt"
        self._answer = self._known()
        self._good: dict[str, bool] = {}

    @property
    def answer(self) -> np.ndarray:
        """The answer of this machine; computed when it has not been asked before."""
        if self._answer is not None:
            return self._answer
        answer = answers_here(self.recipe, (self.part,))[self.part]
        self.put(answer)
        return answer

    @property
    def name(self) -> str:
        """The fingerprint of this machine's answer."""
        return _fingerprint(self.answer)

    def put(self, answer: np.ndarray) -> None:
        """Remember an answer as the one that this machine gives."""
        self._answer, name = answer, _fingerprint(answer)
        with replacing(self.folder / f"{name}.npy") as temporary, temporary.open("wb") as file:
            np.save(file, answer)
        with replacing(self._mine) as temporary:
            temporary.write_text(name, encoding="ascii")

    def accepts(self, name: str) -> bool:
        """Return whether vectors made under the fingerprint `name` can stand beside new ones."""
        if name not in self._good:
            known = self._read(name) if name.isalnum() else None
            self._good[name] = known is not None and agree({"": known}, {"": self.answer})
        return self._good[name]

    def _known(self) -> np.ndarray | None:
        try:
            name = self._mine.read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError):
            return None
        answer = self._read(name)
        return answer if answer is not None and _fingerprint(answer) == name else None

    def _read(self, name: str) -> np.ndarray | None:
        try:
            return np.load(self.folder / f"{name}.npy", allow_pickle=False)
        except (OSError, ValueError, EOFError):
            return None
