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
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from virality.media.encoders.weights import split_revision
from virality.media.film.probe import reason

if TYPE_CHECKING:
    from huggingface_hub.hf_api import RepoSibling

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


def obtain(
    model: str,
    lacks: Callable[[str], list[str]],
    patience_s: float,
    announce: Callable[[str], None],
) -> str:
    """Return the folder of a whole model, from this machine or the Hub.

    Parameters
    ----------
    model : str
        A folder, or a name of the Hub.
    lacks : callable
        Says in words what a folder lacks.
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
        what, do = f"The folder of {place.name}", "Complete it."
        return _whole(str(place.resolve()), lacks, what, do)
    _check_name(model)
    folder = cached_folder(model)
    if folder and not lacks(folder):
        return folder
    if offline():
        raise NotHere(
            f"The weights of {model} are not on this machine, which is set offline.", _CONNECT
        )
    folder = _fetch(model, patience_s, announce)
    return _whole(folder, lacks, f"The download of {model}", _ANOTHER)


def _whole(folder: str, lacks: Callable[[str], list[str]], what: str, do: str) -> str:
    missing = lacks(folder)
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


def _cached(model: str, name: str, commit: str) -> bool:
    from huggingface_hub import try_to_load_from_cache

    repository, _ = split_revision(model)
    return isinstance(try_to_load_from_cache(repository, name, revision=commit), str)


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


def _fetch(model: str, patience_s: float, announce: Callable[[str], None]) -> str:
    """Ask the Hub what there is, announce what is missing, fetch it, and return the folder."""
    with _in_plain_words(model, "ask"):
        commit, files = _ask(model, patience_s)
    size = sum(one.size or 0 for one in files if not _cached(model, one.rfilename, commit))
    announce(f"Downloading {model}{f' ({size / 1e6:.0f} MB)' if size else ''}, once.")
    with _in_plain_words(model, "fetch"):
        return _download(model, commit, files, patience_s)


def _ask(model: str, patience_s: float) -> tuple[str, list[RepoSibling]]:
    """Return the commit that is meant now, and the files to fetch of it, in order."""
    from huggingface_hub import HfApi, get_hf_file_metadata, hf_hub_url

    name, revision = split_revision(model)
    about = partial(HfApi(endpoint=endpoint()).model_info, name, revision=revision)
    info = _within(partial(about, timeout=patience_s, files_metadata=True), patience_s)
    every = {one.rfilename: one for one in info.siblings}
    names = wanted(every)
    if not _weights(names):
        raise NotHere(f"{model} on the Hub has no weights for PyTorch.", _ANOTHER)
    # The Hub tells of a gated model what is in it, but hands nothing over.
    url = hf_hub_url(name, names[0], revision=info.sha, endpoint=endpoint())
    _within(partial(get_hf_file_metadata, url, timeout=patience_s), patience_s)
    return info.sha, [every[one] for one in names]


def _within(question: Callable, patience_s: float):
    """Return what `question` returns, or raise what it raises; TimeoutError after the time.

    A thread, because looking up a name on a dead network obeys no timeout of its own.
    """
    answer: Future = Future()

    def ask() -> None:
        try:
            answer.set_result(question())
        except Exception as error:  # raised again by who asked
            answer.set_exception(error)

    threading.Thread(target=ask, daemon=True).start()
    return answer.result(patience_s)


def _download(model: str, commit: str, files: list[RepoSibling], patience_s: float) -> str:
    """Fetch what is missing and return the folder."""
    from huggingface_hub import hf_hub_download

    name, revision = split_revision(model)
    fetch = partial(hf_hub_download, name, endpoint=endpoint(), etag_timeout=patience_s)
    # Asked for by its name, so that the cache learns which commit the name stands for.
    path = Path(fetch(files[0].rfilename, revision=revision))
    for file in files:
        new = not _cached(model, file.rfilename, commit)
        path = Path(fetch(file.rfilename, revision=commit))
        if new and file.lfs:  # the Hub tells the SHA-256 of large files
            _verify(model, path, file.lfs.sha256)
    return str(path.parent)


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


@contextlib.contextmanager
def _in_plain_words(model: str, stage: str) -> Iterator[None]:
    """Let the Hub's library work quietly, and say in a sentence what went wrong."""
    try:
        with _plainly():
            yield
    except NotHere:
        raise
    except Exception as error:  # of sockets, HTTP, JSON, the disk: whatever lies beneath raises
        raise _in_words(error, model, stage) from error


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

    if isinstance(error, errors.LocalEntryNotFoundError):
        error = error.__cause__ if isinstance(error.__cause__, Exception) else error
    if isinstance(error, errors.HfHubHTTPError):
        return _refusal(error, model)
    if isinstance(error, OSError) and error.errno in _DISK:
        return NotHere(
            f"{model} could not be stored ({reason(error)}).",
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
