"""The folder of a model with weights: what it is, whether it is whole, and loading from it.

Nothing here touches the network: :mod:`virality.media.encoders.hub` has put the files in place.
Weights are read as safetensors, or as tensors only, never as pickled objects. torch is imported
only where something is loaded or computed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from virality.core.errors import UserError
from virality.media.encoders.base import Needs, Recipe

_COMMIT = 40
_POINTER = b"version https://git-lfs"
_MAIN = "main"
_ANEW = "Delete its folder from the cache and run again, or set encoders=classic."


# --- what is in a folder ---------------------------------------------------------------------


def read_json(folder: str | Path, name: str) -> dict:
    """Return a JSON file of a model folder; {} when it is not there or damaged.

    Parameters
    ----------
    folder : path-like
    name : str
        Of the file.
    """
    try:
        return json.loads((Path(folder) / name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def missing_parts(folder: str | Path, needs: Needs) -> list[str]:
    """Return in words what a model folder lacks.

    Parameters
    ----------
    folder : path-like
    needs : mapping of str to sets of files
        See :attr:`virality.media.encoders.base.Encoder.needs`.
    """
    folder = Path(folder)
    found = {
        "its configuration": bool(read_json(folder, "config.json")),
        "its weights": bool(weight_files(folder)),
    }
    for words, alternatives in needs.items():
        found[words] = any(all((folder / name).is_file() for name in one) for one in alternatives)
    return [words for words, there in found.items() if not there]


def weight_files(folder: str | Path) -> list[Path]:
    """Return the weight files, all shards or none; safetensors before tensors-only archives."""
    folder = Path(folder)
    for single in ("model.safetensors", "pytorch_model.bin"):
        if _is_there(folder / single):
            return [folder / single]
        index = read_json(folder, f"{single}.index.json")
        names = sorted(set(index.get("weight_map", {}).values()))
        if names and all(_is_there(folder / name) for name in names):
            return [folder / name for name in names]
    return []


def _is_there(weights: Path) -> bool:
    """Whether a file of weights is there, and not only Git LFS's note of where it would be."""
    if not weights.is_file():
        return False
    with weights.open("rb") as handle:
        return handle.read(len(_POINTER)) != _POINTER


def side_of(size: Any) -> int:
    """Return the side in pixels that a size of transformers stands for; 0 for none.

    Examples
    --------
    >>> side_of({"shortest_edge": 224})
    224
    """
    if isinstance(size, dict):
        size = size.get("shortest_edge") or size.get("height")
    return int(size or 0)


def revision_of(folder: str | Path) -> str:
    """Return the Hub's commit of a cached snapshot, else a hash of the weights."""
    folder = Path(folder)
    if folder.parent.name == "snapshots" and len(folder.name) == _COMMIT:
        return folder.name
    digest = hashlib.blake2b(digest_size=10)
    for path in [folder / "config.json", *weight_files(folder)]:
        with path.open("rb") as handle:
            digest.update(hashlib.file_digest(handle, "blake2b").digest())
    return f"files-{digest.hexdigest()}"


def split_revision(model: str) -> tuple[str, str]:
    """Return the name of a Hub model and the revision that is asked for.

    Examples
    --------
    >>> split_revision("owner/name@v1"), split_revision("owner/name")
    (('owner/name', 'v1'), ('owner/name', 'main'))
    """
    name, at, revision = model.partition("@")
    return name, revision if at else _MAIN


def public_name(model: str) -> str:
    """Return the name of a Hub model, and of a local folder only its last part."""
    place = Path(model).expanduser()
    return place.name if place.is_dir() else split_revision(model)[0]


def wrong_type(name: str, model_type: str, families: str, parameter: str) -> UserError:
    """Return the error for a model that no encoder for its purpose takes.

    Parameters
    ----------
    name : str
        Of the model.
    model_type : str
        As its configuration says.
    families : str
        What is taken, in words.
    parameter : str
        Which one names the model.
    """
    return UserError(
        f"{name} is of type {model_type or 'unknown'}, not {families}.",
        do=f"Choose another {parameter}.",
    )


# --- loading ---------------------------------------------------------------------------------


def from_folder(loader, recipe: Recipe, **options):
    """Call a ``from_pretrained`` on the recipe's folder, quietly and without a network.

    Parameters
    ----------
    loader : class of transformers
    recipe : Recipe
    **options
        Handed on.

    Raises
    ------
    UserError
        When it cannot be loaded, or holds anything but numbers.
    """
    from pickle import UnpicklingError  # raised by torch, which refuses what is not a tensor

    from safetensors import SafetensorError
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        return loader.from_pretrained(recipe.folder, local_files_only=True, **options)
    except UnpicklingError as error:
        raise UserError(
            f"The weights of {recipe.id} are not numbers alone, so they were not loaded.",
            do="Choose a model that has safetensors, or set encoders=classic.",
        ) from error
    except (
        SafetensorError, EOFError, OSError, ValueError, KeyError, RuntimeError, ImportError,
    ) as error:  # fmt: skip
        first = str(error).strip().splitlines()
        raise UserError(
            f"The encoder {recipe.id} could not be loaded ({first[0] if first else error!r}).",
            do=_ANEW,
        ) from error


def load_model(recipe: Recipe):
    """Return the model of a recipe in evaluation mode, weights whole and in float32.

    Raises
    ------
    UserError
        When a tensor is missing.
    """
    import torch
    from transformers import AutoModel

    safe = any(path.suffix == ".safetensors" for path in weight_files(recipe.folder))
    model, report = from_folder(
        AutoModel,
        recipe,
        dtype=torch.float32,
        use_safetensors=safe,
        weights_only=True,
        output_loading_info=True,
    )
    missing = [key for key in report["missing_keys"] if "position_ids" not in key]
    if missing:
        raise not_whole(f"weights of {recipe.id} are", f"{len(missing)} tensors are missing")
    return model.eval().requires_grad_(False)


def not_whole(what: str, how: str) -> UserError:
    """Return the error for a part of a model that lacks something.

    Parameters
    ----------
    what : str
        The part, with its verb.
    how : str
        What it lacks.
    """
    return UserError(f"The {what} not whole: {how}.", do=_ANEW)


def place(model, recipe: Recipe):
    """Return a model of transformers on the recipe's device and in its precision.

    Parameters
    ----------
    model : torch.nn.Module
    recipe : Recipe
    """
    import torch

    return model.to(device=recipe.device, dtype=getattr(torch, recipe.precision))


def in_batches(
    encode: Callable[[np.ndarray], np.ndarray], items: np.ndarray, size: int, recipe: Recipe
) -> np.ndarray:
    """Encode on a card in batches of one size; of half that size where its memory is too small.

    Parameters
    ----------
    encode : callable
    items : ndarray, shape (n, …)
    size : int
        Items in a batch; the last one is filled up with its last item.
    recipe : Recipe

    Raises
    ------
    UserError
        When not even one item fits into the card's memory.
    """
    import torch

    starts = range(0, len(items), size)
    try:
        parts = [_filled(encode, items[start : start + size], size) for start in starts]
    except torch.OutOfMemoryError:
        torch.cuda.empty_cache()
        if size == 1:
            raise UserError(
                f"The graphics card has too little free memory for {recipe.id}.",
                do="Close what else uses it, or set encoders=classic.",
            ) from None
        return in_batches(encode, items, max(1, size // 2), recipe)
    return np.concatenate(parts)


def _filled(encode, items: np.ndarray, size: int) -> np.ndarray:
    missing = size - len(items)
    return encode(np.concatenate([items, items[-1:].repeat(missing, axis=0)]))[: len(items)]


def half_type(device: str) -> str:
    """Return the half precision that a device computes in by itself; "" when it has none."""
    import torch

    if device == "cuda":
        return "bfloat16" if torch.cuda.is_bf16_supported() else "float16"
    if device == "mps":
        return "float16"
    has = torch.cpu.get_capabilities()
    native = ("avx512_bf16", "amx_bf16", "avx10_2", "bf16", "arm_bf16")
    return "bfloat16" if any(has.get(name) for name in native) else ""


def best_device() -> str:
    """Return "cuda", "mps" or "cpu"."""
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"
