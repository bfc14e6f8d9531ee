"""From a model folder to a recipe, without loading torch: what is it, and is it whole?"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from virality.core.errors import UserError
from virality.media.encoders.base import Recipe

# Where the Hub's configurations leave a number out, these defaults of transformers hold.
_CLIP_DIMS, _SIGLIP_DIMS, _WHISPER_DIMS, _IMAGE_SIDE = 512, 768, 384, 224
_COMMIT = 40
# Any of these sets of files is a tokenizer.
_TOKENIZERS = (
    ("tokenizer.json",),
    ("vocab.json", "merges.txt"),
    ("vocab.txt",),
    ("spiece.model",),
    ("sentencepiece.bpe.model",),
)
_MAIN = "main"
_POINTER = b"version https://git-lfs"
# Takes pictures as patches of any number, unlike all others of its kind.
_OTHERWISE = "siglip2"


def read_json(folder: str | Path, name: str) -> dict:
    """Return a JSON file of a model folder; {} when it is not there or damaged."""
    path = Path(folder) / name
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def missing_parts(folder: str | Path, kind: str) -> list[str]:
    """Return in words what a model folder lacks.

    Parameters
    ----------
    folder : path-like
    kind : str
        "clip" or "whisper".
    """
    folder, missing = Path(folder), []
    if not read_json(folder, "config.json"):
        missing.append("its configuration")
    if not weight_files(folder):
        missing.append("its weights")
    if kind == "clip" and not any(_all_in(folder, files) for files in _TOKENIZERS):
        missing.append("its tokenizer")
    if kind == "whisper" and not (
        (folder / "preprocessor_config.json").is_file()
        or (folder / "processor_config.json").is_file()
    ):
        missing.append("its sound settings")
    return missing


def _all_in(folder: Path, names: tuple[str, ...]) -> bool:
    return all((folder / name).is_file() for name in names)


def weight_files(folder: str | Path) -> list[Path]:
    """Return the weight files, all shards or none; safetensors before tensors-only archives."""
    folder = Path(folder)
    for single, index in (
        ("model.safetensors", "model.safetensors.index.json"),
        ("pytorch_model.bin", "pytorch_model.bin.index.json"),
    ):
        if _is_there(folder / single):
            return [folder / single]
        names = sorted(set(read_json(folder, index).get("weight_map", {}).values()))
        if names and all(_is_there(folder / name) for name in names):
            return [folder / name for name in names]
    return []


def _is_there(weights: Path) -> bool:
    """Whether a file of weights is there, and not only Git LFS's note of where it would be."""
    if not weights.is_file():
        return False
    with weights.open("rb") as handle:
        return handle.read(len(_POINTER)) != _POINTER


def side_of(size: object) -> int:
    """Return the side in pixels that a size of transformers stands for; 0 for none.

    >>> side_of({"shortest_edge": 224})
    224
    """
    if isinstance(size, dict):
        size = size.get("shortest_edge") or size.get("height") or 0
    return int(size or 0)


def preparation(folder: str | Path) -> dict:
    """Return how a model wants its pictures: size, crop, mean and spread."""
    settings = read_json(folder, "preprocessor_config.json")
    return settings or read_json(folder, "processor_config.json").get("image_processor", {})


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


def clip_recipe(model: str, folder: str | Path) -> Recipe:
    """Return the recipe of a CLIP- or SigLIP-type model in a folder (float32, processor)."""
    config = read_json(folder, "config.json")
    kind = str(config.get("model_type", ""))
    if "siglip" in kind and kind != _OTHERWISE:
        dims = int(config.get("vision_config", {}).get("hidden_size", _SIGLIP_DIMS))
    elif "clip" in kind:
        dims = int(config.get("projection_dim", _CLIP_DIMS))
    else:
        raise not_clip(_public(model), kind)
    side = side_of(preparation(folder).get("size"))
    side = side or int(config.get("vision_config", {}).get("image_size", _IMAGE_SIDE))
    return Recipe(
        kind="clip",
        id=_public(model),
        revision=revision_of(folder),
        dims=(("vision", dims), ("text", dims)),
        folder=str(folder),
        image_side=side,
    )


def not_clip(model: str, kind: str) -> UserError:
    """Return the error for a model that does not compare pictures with texts as CLIP does."""
    return UserError(
        f"{model} is of type {kind or 'unknown'}, not CLIP or SigLIP.",
        do="Choose another clip_model.",
    )


def whisper_recipe(model: str, folder: str | Path, mode: str) -> Recipe:
    """Return the recipe of a Whisper-type model in a folder (float32, processor)."""
    config = read_json(folder, "config.json")
    if config.get("model_type") != "whisper":
        raise UserError(
            f"{_public(model)} is of type {config.get('model_type', 'unknown')}, not Whisper.",
            do="Choose another whisper_model.",
        )
    return Recipe(
        kind="whisper",
        id=_public(model),
        revision=revision_of(folder),
        dims=(("audio", int(config.get("d_model", _WHISPER_DIMS))),),
        folder=str(folder),
        mode=mode,
    )


def split_revision(model: str) -> tuple[str, str]:
    """Return the name of a Hub model and the revision that is asked for.

    >>> split_revision("owner/name@v1"), split_revision("owner/name")
    (('owner/name', 'v1'), ('owner/name', 'main'))
    """
    name, at, revision = model.partition("@")
    return name, revision if at else _MAIN


def _public(model: str) -> str:
    """Return the name of a Hub model, and of a local folder only its last part."""
    place = Path(model).expanduser()
    return place.name if place.is_dir() else split_revision(model)[0]
