"""A bar for what takes long, where somebody waits for one cell: in JupyterLab."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sized
from typing import TypeVar

T = TypeVar("T")
# JupyterLab's server sets it for the kernels that it starts; a report that is run has its own bar.
JUPYTERLAB_VARIABLE = "JPY_SESSION_NAME"


def in_jupyterlab() -> bool:
    """Return whether this process is the kernel of a notebook that somebody has open."""
    return bool(os.environ.get(JUPYTERLAB_VARIABLE)) and "ipykernel" in sys.modules


def counted(items: Iterable[T], words: str, total: int | None = None) -> Iterator[T]:
    """Yield items, with a bar that says how many are done and how long the rest will take.

    Parameters
    ----------
    items : iterable
    words : str
        What is counted.
    total : int, optional
        How many there are, where `items` cannot say.

    Yields
    ------
    item
        Each of them; there is a bar in JupyterLab only.

    Examples
    --------
    >>> list(counted("ab", "letters"))
    ['a', 'b']
    """
    if not in_jupyterlab():
        yield from items
        return
    from tqdm import tqdm

    known = total if total is not None or not isinstance(items, Sized) else len(items)
    yield from tqdm(items, words, known, leave=False, file=sys.stderr)
