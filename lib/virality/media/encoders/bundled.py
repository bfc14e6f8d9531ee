"""Weights that travel inside packages: where they are, and whether they are the tested ones.

Such a package has one keeper and nobody who looks over his shoulder, so what it brought is held
against the SHA-256 of the file that was tested, and is not used where it differs.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path


class NotBundled(Exception):
    """A file of weights cannot be used.

    Parameters
    ----------
    what : str
        Why not, as the end of a sentence that begins with the name of what needs it.
    """

    def __init__(self, what: str):
        self.what = what
        super().__init__(what)


@dataclass(frozen=True)
class Bundle:
    """One file of weights inside a package.

    Parameters
    ----------
    distribution : str
        What pip calls the package.
    package : str
        What Python calls it; it is never imported to find the file.
    file : str
        Path inside the package.
    sha256 : str
        Of the file that was tested.
    code : str
        What pip calls the package whose code reads it; the same one when empty.
    """

    distribution: str
    package: str
    file: str
    sha256: str
    code: str = ""

    @property
    def revision(self) -> str:
        """What the vectors depend on: the weights, and the version of the code that reads them."""
        return f"{_version(self.code or self.distribution)}-{self.sha256[:16]}"

    def path(self) -> Path:
        """Return where the file lies, once it has been found to be the tested one.

        Raises
        ------
        NotBundled
            When a package is not installed, or the file is missing or another one.
        """
        for name in filter(None, (self.distribution, self.code)):
            if not _version(name):
                raise NotBundled(f"is not installed ({name})")
        spec = find_spec(self.package)
        places = list(spec.submodule_search_locations or ()) if spec else []
        path = next((one for place in places if (one := Path(place) / self.file).is_file()), None)
        if path is None:
            raise NotBundled(f"lacks its weights ({self.distribution} has no {self.file})")
        state = path.stat()
        if _sha256(path, state.st_size, state.st_mtime_ns) != self.sha256:
            raise NotBundled(
                f"has other weights than those that were tested ({path.name} in "
                f"{self.distribution} has another SHA-256), so they are not used"
            )
        return path


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


@lru_cache(maxsize=16)
def _sha256(path: Path, size: int, changed: int) -> str:
    """Return a file's hash; computed once in a process, as long as the file stays as it is."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
