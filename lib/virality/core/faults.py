"""The last walls of the command line: no user reads a traceback, whatever went wrong."""

from __future__ import annotations

import errno
import os
import platform
import sys
import traceback
from contextlib import suppress
from datetime import datetime

from virality.core import VERSION, paths
from virality.core.errors import UserError

FAULT = 70  # what the system's own list of exit codes calls an internal error of the program
CLOSED_PIPE = 141  # what a shell says of a program whose reader went away

# What a machine may refuse to anybody's program: to be told, and not our fault.
_REFUSALS = {
    errno.EACCES, errno.EEXIST, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EMFILE,
    errno.ENFILE, errno.ENAMETOOLONG, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.EIO,
}  # fmt: skip


def told(error: BaseException) -> int:
    """Say what ended the program, in a sentence on the standard error; return the exit code.

    Parameters
    ----------
    error : BaseException
        What was raised.
    """
    if isinstance(error, KeyboardInterrupt):
        return _say("Stopped. The next run goes on from here.", 130)
    if isinstance(error, BrokenPipeError):
        return _let_go_of_output()
    if isinstance(error, UserError):
        return _say(str(error), 1)
    if isinstance(error, OSError) and error.errno in _REFUSALS:
        place = f"{error.filename}: " if error.filename else ""
        return _say(f"{place}The system refused it ({error.strerror}).", 1)
    return unexpected(error)


def unexpected(error: BaseException) -> int:
    """Own up to a fault of this program, and keep the full report of it."""
    name = f"{type(error).__name__}: {error}".splitlines()[0][:200]
    return _say(
        f"This is a fault of the program, not of your data ({name}).\n{_keep_report(error)}", FAULT
    )


def _say(text: str, code: int) -> int:
    with suppress(OSError, ValueError):  # nobody may be there to read it
        print(f"\n{text}", file=sys.stderr)
    return code


def _keep_report(error: BaseException) -> str:
    now = datetime.now()
    place = paths.ROOT / "build" / ".faults" / f"{now:%Y-%m-%d-%H%M%S}-{os.getpid()}.txt"
    words = [f"virality {VERSION}, Python {platform.python_version()}, {platform.platform()}"]
    words += ["", *traceback.format_exception(error)]
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("\n".join(words), encoding="utf-8", errors="backslashreplace")
    except OSError:
        return "The report of it could not be stored."
    return f"The full report, which names files of this machine: {place}"


def _let_go_of_output() -> int:
    """End as quietly as a program does whose reader (`head`, say) has seen enough."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return CLOSED_PIPE
