"""Vectors on disk, one small file per entry, and the hashes of media files.

An entry's name says what it is made from (content, encoder, window, precision), so a wrong one
cannot be read, and two runs can share a folder. Files appear whole or not at all.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import uuid
import zipfile
from pathlib import Path

import numpy as np

# Raised when what is measured changes, so that entries of older versions are left alone.
FORMAT = 3


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file under a temporary name, then rename it into place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}")
    try:
        temporary.write_bytes(content)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def digest(*parts: object) -> str:
    """Return 32 characters that stand for some parts (texts, numbers, tuples of them)."""
    text = json.dumps([FORMAT, *parts], sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def hash_file(path: str | Path) -> str:
    """Return the hash of a local file's content."""
    with open(path, "rb") as handle:
        return hashlib.file_digest(handle, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


class Store:
    """A folder of entries; an entry is a few named arrays.

    Parameters
    ----------
    folder : path-like
        Made when the first entry is written.
    """

    def __init__(self, folder: str | Path):
        self.folder = Path(folder)

    def path(self, key: str) -> Path:
        """Return where an entry lies."""
        return self.folder / key[:2] / f"{key}.npz"

    def __contains__(self, key: str) -> bool:
        return self.path(key).exists()

    def read(self, key: str) -> dict[str, np.ndarray] | None:
        """Return an entry; None when it is missing or damaged (it will then be made again)."""
        try:
            with np.load(self.path(key), allow_pickle=False) as entry:
                return {name: entry[name] for name in entry.files}
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None

    def write(self, key: str, entry: dict[str, np.ndarray]) -> None:
        """Write an entry."""
        buffer = io.BytesIO()
        np.savez(buffer, **entry)
        write_bytes(self.path(key), buffer.getvalue())


class HashIndex:
    """The content hashes of files whose size and times have not changed.

    Parameters
    ----------
    path : path-like
        A JSON file.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        self.changed = False
        try:
            self.known: dict[str, list] = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            self.known = {}

    def get(self, address: str, signature: tuple) -> str:
        """Return the hash, or "" when the file is new or has changed."""
        entry = self.known.get(address)
        same = isinstance(entry, list) and len(entry) == 2 and entry[0] == list(signature)
        return entry[1] if same else ""

    def put(self, address: str, signature: tuple, content: str) -> None:
        """Remember a hash; :meth:`save` keeps it."""
        self.known[address] = [list(signature), content]
        self.changed = True

    def save(self) -> None:
        """Write the index when something is new."""
        if self.changed:
            write_bytes(self.path, json.dumps(self.known).encode())
            self.changed = False


def pack(values: dict) -> np.ndarray:
    """Return a small dict as an array of bytes, for an entry."""
    return np.frombuffer(json.dumps(values, sort_keys=True).encode(), dtype=np.uint8)


def unpack(array: np.ndarray) -> dict:
    """Return what :func:`pack` was given."""
    return json.loads(array.tobytes().decode())
