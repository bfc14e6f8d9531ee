"""One thread for BLAS and OpenMP: the same bits on every machine, and faster side by side."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import threadpool_limits

_here = threading.local()


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep numerical libraries to one thread; within another such block this costs nothing.

    Finding the libraries takes milliseconds, which count where hundreds of small models are fitted.
    """
    if getattr(_here, "limited", False):
        yield
        return
    with threadpool_limits(1):
        _here.limited = True
        try:
            yield
        finally:
            _here.limited = False
