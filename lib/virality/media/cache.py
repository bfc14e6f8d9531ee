"""Vectors on disk, one small file per entry, and the hashes of media files.

An entry's name says what it is made from (content, encoder, window, precision), so a wrong one
cannot be read, and two runs can share a folder. Files appear whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from virality.core.writing import replacing
from virality.media.encoders.base import Recipe
from virality.media.encoders.canary import Record

# Raised when what is measured changes, so that entries of older versions are left alone.
FORMAT = 3
Entry = dict[str, np.ndarray]


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

    def read(self, key: str) -> Entry | None:
        """Return an entry; None when it is missing or damaged (it will then be made again)."""
        try:
            # Opened here: what numpy opens it leaves open where the entry is damaged.
            with self.path(key).open("rb") as file, np.load(file, allow_pickle=False) as entry:
                return {name: entry[name] for name in entry.files}
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None

    def write(self, key: str, entry: Entry) -> None:
        """Write an entry.

        Parameters
        ----------
        key : str
        entry : dict of str to ndarray
        """
        with replacing(self.path(key)) as temporary, temporary.open("wb") as file:
            np.savez(file, allow_pickle=False, **entry)


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
        """Return the hash, or "" when the file is new or has changed.

        Parameters
        ----------
        address : str
            Of the file.
        signature : tuple
            What changes when its content may have changed.
        """
        entry = self.known.get(address)
        if isinstance(entry, list) and len(entry) == 2 and entry[0] == list(signature):
            return entry[1]
        return ""

    def put(self, address: str, signature: tuple, content: str) -> None:
        """Remember a hash, see :meth:`get`; :meth:`save` keeps it.

        Parameters
        ----------
        address : str
        signature : tuple
        content : str
            The hash.
        """
        self.known[address] = [list(signature), content]
        self.changed = True

    def save(self) -> None:
        """Write the index when something is new."""
        if self.changed:
            with replacing(self.path) as temporary:
                temporary.write_text(json.dumps(self.known), encoding="utf-8")
            self.changed = False


def pack(values: dict) -> np.ndarray:
    """Return a small dict as an array of bytes, for an entry."""
    return np.frombuffer(json.dumps(values, sort_keys=True).encode(), dtype=np.uint8)


def unpack(array: np.ndarray) -> dict:
    """Return what :func:`pack` was given."""
    return json.loads(array.tobytes().decode())


class Entries:
    """Entries by content, each with the fingerprint of the canary's answer it was made under.

    An entry whose answer does not agree with the one that is given now is not there.

    Parameters
    ----------
    store : Store
    recipes : dict of str to Recipe
        The encoders of "vision", "text" and "audio".
    window : (float, float)
        Seconds from the start, and pictures per second.
    records : dict of str to Record
        The canary's answers by part, as far as these are used.
    finders : str
        Fingerprint of what finds the facts of an opening.
    """

    def __init__(
        self,
        store: Store,
        recipes: Mapping[str, Recipe],
        window: tuple[float, float],
        records: Mapping[str, Record],
        finders: str = "",
    ):
        self.store, self.recipes, self.records = store, recipes, records
        self.finders = finders
        self.window_s, self.frames_per_s = map(float, window)

    def key(self, what: str, content: str) -> str:
        """Return the name of an entry.

        Parameters
        ----------
        what : str
            "media", "vision", "audio", "hook" or "text".
        content : str
            Content hash of a file, or a text.
        """
        encoder = self.recipes[what].fingerprint if what in self.recipes else ""
        if what == "text":
            return digest("text", encoder, content)
        if what == "audio":
            return digest(what, content, [self.window_s], encoder)
        looks = [self.window_s, self.frames_per_s, self.recipes["vision"].image_side]
        return digest(what, content, looks, self.finders if what == "hook" else encoder)

    def read(self, what: str, content: str) -> Entry | None:
        """Return an entry; None when it is missing, damaged, or from ailing arithmetic.

        Parameters
        ----------
        what, content : str
            See :meth:`key`.
        """
        entry = self.store.read(self.key(what, content))
        record = self.records.get(what)
        if entry is None or record is None:
            return entry
        name = entry.pop("canary", np.zeros(0, np.uint8)).tobytes().decode("ascii", "replace")
        return entry if record.accepts(name) else None

    def write(self, what: str, content: str, entry: Entry) -> None:
        """Write an entry, with the fingerprint of the answer that holds now.

        Parameters
        ----------
        what, content : str
            See :meth:`key`.
        entry : dict of str to ndarray
        """
        if what in self.records:
            name = np.frombuffer(self.records[what].name.encode(), np.uint8)
            entry = entry | {"canary": name}
        self.store.write(self.key(what, content), entry)
