"""The files of a model: from a folder, the Hub's cache or the Hub itself; else why not, in words.

What lies on this machine comes first. The Hub is asked only for what is missing, through its own
library (with the user's token, where there is one), and never for longer than a few seconds
before anything is announced. A model is named as the Hub names it, ``owner/name``, or
``owner/name@revision`` for a branch, a tag or a commit.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from virality.media.encoders.recipes import missing_parts, split_revision

PATIENCE_S = 4.0
# The first of these that a repository has is the one to fetch; tensors of PyTorch come last.
_WEIGHTS = (
    r"model\.safetensors",
    r"model-\d+-of-\d+\.safetensors",
    r"pytorch_model\.bin",
    r"pytorch_model-\d+-of-\d+\.bin",
)
_SMALL = (".json", ".txt", ".model")
# Lists of parts that belong to weights for other libraries.
_FOREIGN = ("tf_model", "flax_model", "openvino", "onnx")
_CONNECT = "Connect once."
_AGAIN = "Run again."
_ANOTHER = "Choose another model."
_REVISION = re.compile(r"(?!/)(?!.*\.\.)[\w./+-]+(?<!/)")
_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS}


class NotHere(Exception):
    """The files of a model cannot be had.

    Parameters
    ----------
    what : str
        Why not, one sentence.
    do : str
        What to do about it, where there is something particular to do.
    again : bool
        Whether the next run may well succeed: the Hub has the model and lets us have it.
    """

    def __init__(self, what: str, do: str = "", again: bool = False):
        self.what, self.do, self.again = what, do, again
        super().__init__(what)


@dataclass(frozen=True)
class Files:
    """What to fetch of a model on the Hub.

    Parameters
    ----------
    commit : str
        The commit that the revision stands for at the moment.
    sizes : dict of str to int
        Bytes of each file (0: unknown), in the order in which to fetch them.
    sums : dict of str to str
        SHA-256 of those files for which the Hub tells it: the large ones.
    """

    commit: str
    sizes: dict[str, int]
    sums: dict[str, str]


def obtain(model: str, kind: str, patience_s: float, announce: Callable[[str], None]) -> str:
    """Return the folder of a whole model, from this machine or the Hub.

    Parameters
    ----------
    model : str
        A folder, or a name of the Hub.
    kind : str
        "clip" or "whisper".
    patience_s : float
        How long the Hub may take to answer.
    announce : callable
        Gets one line before a download begins.

    Raises
    ------
    NotHere
        When it cannot be had.
    """
    place = Path(model).expanduser()
    if model and place.is_dir():
        return _whole(str(place.resolve()), kind, f"The folder of {place.name}", "Complete it.")
    _check_name(model)
    folder = cached_folder(model)
    if folder and not missing_parts(folder, kind):
        return folder
    if offline():
        raise NotHere(
            f"The weights of {model} are not on this machine, which is set offline.", _CONNECT
        )
    files = ask_hub(model, patience_s)
    missing = {name: size for name, size in files.sizes.items() if not _cached(model, name, files)}
    size = sum(missing.values())
    announce(f"Downloading {model}{f' ({size / 1e6:.0f} MB)' if size else ''}, once.")
    folder = _download(model, files, patience_s)
    return _whole(folder, kind, f"The download of {model}", _ANOTHER)


def _whole(folder: str, kind: str, what: str, do: str) -> str:
    missing = missing_parts(folder, kind)
    if missing:
        raise NotHere(f"{what} lacks {' and '.join(missing)}.", do)
    return folder


def _check_name(model: str) -> None:
    """Raise NotHere when a text is neither a folder nor a name that the Hub could know."""
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import validate_repo_id

    name, revision = split_revision(model)
    try:
        validate_repo_id(name)
    except HFValidationError:
        raise NotHere(
            f"{model!r} is no folder on this machine and no name of a model on the Hub.",
            "A name of the Hub looks like owner/name, or owner/name@revision.",
        ) from None
    if not _REVISION.fullmatch(revision):
        raise NotHere(
            f"The revision in {model!r} cannot be one.",
            "After the @ comes a branch, a tag or a commit.",
        )


# --- this machine --------------------------------------------------------------------------


def cached_folder(model: str) -> str:
    """Return the snapshot of a Hub model in the local cache; "" when there is none."""
    from huggingface_hub import get_cached_repo_tree, snapshot_download
    from huggingface_hub.errors import (
        CachedRepoTreeNotFoundError,
        HFValidationError,
        IncompleteSnapshotError,
        LocalEntryNotFoundError,
    )

    name, revision = split_revision(model)
    try:
        folder = snapshot_download(name, revision=revision, local_files_only=True)
    except IncompleteSnapshotError as error:
        # It counts all files of the repository, those for other libraries too.
        folder = error.snapshot_path
    except (LocalEntryNotFoundError, HFValidationError, OSError, ValueError):
        return ""
    try:
        tree = [one.path for one in get_cached_repo_tree(name, revision=revision)]
    except (CachedRepoTreeNotFoundError, OSError, ValueError):
        tree = []
    return folder if all((Path(folder) / one).is_file() for one in wanted(tree)) else ""


def _cached(model: str, name: str, files: Files) -> bool:
    from huggingface_hub import try_to_load_from_cache

    repository, _ = split_revision(model)
    return isinstance(try_to_load_from_cache(repository, name, revision=files.commit), str)


def offline() -> bool:
    """Return whether the usual variables forbid the network."""
    names = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
    return any(os.environ.get(name, "").upper() in {"1", "ON", "YES", "TRUE"} for name in names)


def endpoint() -> str:
    """Return the address of the Hub."""
    return os.environ.get("HF_ENDPOINT", "").rstrip("/") or "https://huggingface.co"


def wanted(names: Iterable[str]) -> list[str]:
    """Return which files of a repository to fetch, in order.

    Small files come first and weights last, so that a folder that has its weights has all:
    an interrupted download is never taken for a whole one.

    Parameters
    ----------
    names : iterable of str
        All files of the repository.
    """
    top = sorted(name for name in names if "/" not in name)
    small = [one for one in top if one.endswith(_SMALL) and not one.startswith(_FOREIGN)]
    return small + _weights(top)


def _weights(names: Iterable[str]) -> list[str]:
    kinds = ([one for one in names if re.fullmatch(kind, one)] for kind in _WEIGHTS)
    return next((found for found in kinds if found), [])


# --- the Hub -------------------------------------------------------------------------------


def ask_hub(model: str, patience_s: float) -> Files:
    """Return what a download would fetch; raise NotHere when the Hub does not let us have it."""
    from huggingface_hub import HfApi, get_hf_file_metadata, hf_hub_url

    name, revision = split_revision(model)
    api = HfApi(endpoint=endpoint())
    options = {"timeout": patience_s, "files_metadata": True, "revision": revision}
    try:
        with _plainly():
            info = _within(lambda: api.model_info(name, **options), patience_s)
            files = _files(info)
            if not _weights(files.sizes):
                raise NotHere(f"{model} on the Hub has no weights for PyTorch.", _ANOTHER)
            # The Hub tells of a gated model what is in it, but hands nothing over.
            where = {"revision": files.commit, "endpoint": endpoint()}
            url = hf_hub_url(name, next(iter(files.sizes)), **where)
            _within(lambda: get_hf_file_metadata(url, timeout=patience_s), patience_s)
    except NotHere:
        raise
    except Exception as error:  # of sockets, HTTP, JSON: whatever the libraries beneath raise
        raise _in_words(error, model, "ask") from error
    return files


def _files(info) -> Files:
    siblings = {one.rfilename: one for one in info.siblings}
    names = wanted(siblings)
    sums = {name: siblings[name].lfs.sha256 for name in names if siblings[name].lfs}
    return Files(info.sha, {name: siblings[name].size or 0 for name in names}, sums)


def _within(question: Callable, patience_s: float):
    """Return what `question` returns, or raise what it raises; TimeoutError after the time.

    A thread, because looking up a name on a dead network obeys no timeout of its own.
    """
    outcome: list = []

    def ask() -> None:
        try:
            outcome.append((question(), None))
        except Exception as error:  # raised again by who asked
            outcome.append((None, error))

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(patience_s)
    if not outcome:
        raise TimeoutError
    answer, error = outcome[0]
    if error:
        raise error
    return answer


def _download(model: str, files: Files, patience_s: float) -> str:
    """Fetch what is missing and return the folder."""
    from huggingface_hub import hf_hub_download

    name, revision = split_revision(model)
    options = {"endpoint": endpoint(), "etag_timeout": patience_s}
    try:
        with _plainly():
            # Asked for by its name, so that the cache learns which commit the name stands for.
            path = hf_hub_download(name, next(iter(files.sizes)), revision=revision, **options)
            for file in files.sizes:
                new = not _cached(model, file, files)
                path = hf_hub_download(name, file, revision=files.commit, **options)
                if new and file in files.sums:
                    _verify(model, Path(path), files.sums[file])
    except NotHere:
        raise
    except Exception as error:  # of sockets, HTTP, the disk: whatever the libraries raise
        raise _in_words(error, model, "fetch") from error
    return str(Path(path).parent)


def _verify(model: str, path: Path, expected: str) -> None:
    """Delete a file that is not what the Hub has, and say so."""
    with path.open("rb") as handle:
        found = hashlib.file_digest(handle, "sha256").hexdigest()
    if found == expected:
        return
    path.resolve().unlink()
    path.unlink(missing_ok=True)
    raise NotHere(
        f"{path.name} of {model} arrived damaged and was deleted; the next run fetches it anew.",
        _AGAIN,
        again=True,
    )


@contextlib.contextmanager
def _plainly() -> Iterator[None]:
    """Let the Hub's library fetch over plain HTTP, tell nobody about us, and say nothing.

    Its client of the Xet store tries a store that cannot be reached for minutes, without a word;
    the Hub hands everything over by HTTP too. It asks the Hub how to find out what started it,
    and tells. Its log shows addresses with signatures.
    """
    from huggingface_hub import constants
    from huggingface_hub.utils import logging

    names = ("HF_HUB_DISABLE_XET", "HF_HUB_DISABLE_TELEMETRY")
    before, level = {name: getattr(constants, name) for name in names}, logging.get_verbosity()
    logging.set_verbosity(max(level, logging.ERROR))
    try:
        for name in names:
            setattr(constants, name, True)
        yield
    finally:
        for name, value in before.items():
            setattr(constants, name, value)
        logging.set_verbosity(level)


# --- why not -------------------------------------------------------------------------------


def _in_words(error: Exception, model: str, stage: str) -> NotHere:
    """Return the sentence for what went wrong; nothing of the error's own text is in it.

    Parameters
    ----------
    error : Exception
    model : str
    stage : str
        "ask" before a download, "fetch" during one.
    """
    from huggingface_hub import errors

    if isinstance(error, errors.LocalEntryNotFoundError) and error.__cause__:
        error = error.__cause__
    if isinstance(error, errors.HfHubHTTPError):
        return _refusal(error, model)
    if isinstance(error, OSError) and error.errno in _DISK:
        return NotHere(
            f"{model} could not be stored ({error.strerror.lower()}).",
            "Make room, or set HF_HOME to a folder that can be written and has room.",
        )
    if stage == "fetch":
        return NotHere(
            f"The download of {model} broke off ({type(error).__name__}); the next run fetches"
            " what is missing.",
            _AGAIN,
            again=True,
        )
    if isinstance(error, (errors.HTTPError, OSError)):
        return NotHere(
            f"The weights of {model} are not here, and the Hub did not answer.", _CONNECT
        )
    return NotHere(
        f"What answered when the Hub was asked for {model} is not the Hub.",
        "Look for a log-in page of this network, or a wrong HF_ENDPOINT.",
    )


def _refusal(error, model: str) -> NotHere:
    """Return the sentence for an answer of the Hub that is not the file."""
    from huggingface_hub import errors

    status = error.response.status_code
    name, revision = split_revision(model)
    if isinstance(error, errors.GatedRepoError):
        first = "accept its terms on its page of the Hub"
        if status == 403:
            return NotHere(
                f"The model {name} is gated, and the account of your token was not let in yet:"
                f" {first}, and wait for its owner where that is needed."
            )
        return NotHere(
            f"The model {name} is gated: {first}, then log in with `hf auth login` or set HF_TOKEN."
        )
    if isinstance(error, errors.RevisionNotFoundError):
        return NotHere(f"The model {name} has no revision {revision} on the Hub.", _ANOTHER)
    # Whoever shows no token is not told whether there is such a model.
    unknown = status == 401 and "authorization" not in error.response.request.headers
    if unknown or isinstance(error, errors.RepositoryNotFoundError):
        return NotHere(
            f"The Hub has no model {name} for us: it is misspelt, or private.",
            "For a private one, log in with `hf auth login` or set HF_TOKEN.",
        )
    if status == 401:
        return NotHere(
            "The Hub does not know the token that it was given.",
            "Log in anew with `hf auth login`, or correct or unset HF_TOKEN.",
        )
    return NotHere(f"The Hub answered with an error ({status}).", "Try again later.")
