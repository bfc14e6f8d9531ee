"""On which device and in which precision an encoder runs here, and what it answers there.

Half precision is used where its vectors agree with float32. What is found is kept per machine,
with the answer to the canary's question that every worker has to give as well.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from virality.media import canary
from virality.media.cache import write_bytes
from virality.media.encoders.base import Recipe

Records = dict[str, canary.Record]

_DECIDE = ("torch", "transformers", "numpy", "opencv-python-headless", "scikit-image", "librosa")


def settle(recipe: Recipe, precision: str, cache_dir: str | Path | None) -> Recipe:
    """Return the recipe with device and precision; measured once per machine.

    Parameters
    ----------
    recipe : Recipe
        In float32, on the processor.
    precision : str
        "auto", "float32", "bfloat16" or "float16".
    cache_dir : path-like, optional
        Where the outcome is kept.
    """
    if recipe.kind == "classic":
        return recipe
    record = Path(cache_dir) / "precision.json" if cache_dir else None
    known = _load(record)
    key = "|".join([recipe.fingerprint, precision, machine()])
    if key not in known:
        settled, answer = _measure(recipe, precision)
        if record:
            for part, vectors in answer.items():
                canary.Record(cache_dir, settled, part, machine()).put(vectors)
            known |= {key: [settled.device, settled.precision]}
            write_bytes(record, json.dumps(known, indent=1).encode())
        return settled
    device, kind = known[key]
    return replace(recipe, device=device, precision=kind)


def expected(recipe: Recipe, parts: Iterable[str], cache_dir: str | Path) -> Records:
    """Return the records of an encoder with the answers that this machine gives.

    Parameters
    ----------
    recipe : Recipe
    parts : iterable of str
        What of it is used: "vision", "text", "audio".
    cache_dir : path-like

    Returns
    -------
    dict of str to Record
        By part.

    Raises
    ------
    UserError
        When an answer has yet to be computed and arithmetic is wrong in this process.
    """
    records = {part: canary.Record(cache_dir, recipe, part, machine()) for part in parts}
    missing = [part for part, record in records.items() if record.answer is None]
    for part, vectors in (_answer(recipe, missing) if missing else {}).items():
        records[part].put(vectors)
    return records


def _measure(recipe: Recipe, precision: str) -> tuple[Recipe, canary.Answer]:
    from virality.media.encoders import pretrained

    device = pretrained.best_device()
    kind = pretrained.half_type(device) if precision == "auto" else precision
    # What a card or half precision gives is held against float32 on the processor.
    plain = _answer(recipe)
    if device == "cpu" and kind in ("", "float32"):
        return recipe, plain
    for one in dict.fromkeys((kind or "float32", "float32")):
        settled = replace(recipe, device=device, precision=one)
        answer = _answer(settled)
        if precision != "auto" or canary.agree(plain, answer, canary.SAME_COSINE):
            return settled, answer
    return recipe, plain


def _answer(recipe: Recipe, parts: Iterable[str] = ()) -> canary.Answer:
    from virality.media.encoders.base import build
    from virality.media.work import one_thread

    with one_thread():
        encoder = build(recipe)
        canary.require_arithmetic()
        return canary.ask(encoder, parts)


@cache
def machine() -> str:
    """Return what an answer depends on: processor, graphics device, libraries; as a short hash."""
    processor = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text(errors="replace").splitlines()
        processor = next((line for line in lines if line.startswith("flags")), processor)
    graphics = [name for name in ("/dev/nvidia0", "/dev/kfd") if Path(name).exists()]
    text = "|".join([processor, *graphics, *map(_version, _DECIDE)])
    return blake2b(text.encode(), digest_size=8).hexdigest()


def _version(name: str) -> str:
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return ""


def _load(path: Path | None) -> dict:
    try:
        return json.loads(path.read_text(encoding="utf-8")) if path else {}
    except (OSError, ValueError):
        return {}
