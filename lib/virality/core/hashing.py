"""Content hashes: what makes a chapter's result the same result."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from virality.core.paths import split_paths

_CHUNK = 1 << 20
# A file above this size is recognised by size and time of change; reading it costs minutes.
_READ_WHOLE = 300_000_000


def of_value(value: object) -> str:
    """Return the hash of anything that JSON can hold."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def of_file(path: Path) -> str:
    """Return the hash of a file's content."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def of_path(path: Path) -> str:
    """Return the hash of a file, or of all files below a folder; "" when there is nothing."""
    if path.is_file():
        return of_file(path)
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.is_file())
        return of_value([(file.relative_to(path).as_posix(), of_file(file)) for file in files])
    return ""


def of_input(address: str) -> str:
    """Return what recognises a user's input: content, or sizes and times for a folder of media.

    Parameters
    ----------
    address : str
        A path or several, as recorded in the run; an address such as ``s3://…`` stands for
        itself.
    """
    if not address or "://" in address:
        return address
    several = split_paths(address)
    if len(several) > 1:
        return of_value([of_input(path) for path in several])
    path = Path(address)
    if path.is_file() and path.stat().st_size <= _READ_WHOLE:
        return of_file(path)
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    states = [(file, file.stat()) for file in files]
    return of_value([(str(file), state.st_size, state.st_mtime_ns) for file, state in states])


def of_notebook(path: Path) -> str:
    """Return the hash of a notebook's cells, whatever outputs and counters it carries."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    content = [
        (c["cell_type"], "".join(c["source"]), c.get("metadata", {}).get("tags", [])) for c in cells
    ]
    return of_value(content)
