"""Turn what pip, uv and venv print into one sentence: what is wrong, and what to do."""

from __future__ import annotations

import re

from places import LOG, shown

_AGAIN = "then run the same command again"
# In this order: a download that fails also ends in "no matching distribution".
_KNOWN = (
    (
        r"No space left|Errno 28\b|os error 28\b|not enough space",
        "The disk is full",
        "set-up needs up to 5 GB with TORCH=cpu and 14 GB without, temporary files included; "
        f"make room, {_AGAIN}",
    ),
    (
        r"name resolution|getaddrinfo|NewConnectionError|ConnectTimeout|[Rr]ead ?[Tt]ime|"
        r"ConnectionReset|RemoteDisconnected|IncompleteRead|IncompleteDownload|ProxyError|"
        r"SSLError|dns error|error sending request|Failed to fetch|Network is unreachable|"
        r"Connection (?:refused|aborted|broken)|timed out",
        "A package could not be downloaded",
        f"check the network or its proxy, {_AGAIN}; what is there already is kept",
    ),
    (
        r"No matching distribution found for (\S+)|there (?:is|are) no versions? of (\S+)|"
        r"(\S+) was not found in the package registry|(\S+) has no (?:usable )?wheels",
        "The package index has no {name} for this system and this Python",
        f"check the network and the index that pip or uv is set to, {_AGAIN}",
    ),
    (
        r"Failed building wheel for (\S+)|Failed to build `?([\w.-]+)|"
        r"(Microsoft Visual C\+\+)|subprocess-exited-with-error",
        "There is no ready-made {name} for this system, and it could not be compiled",
        f"install a C compiler and the headers of Python, {_AGAIN}",
    ),
    (
        r"Permission denied|Access is denied|WinError (?:5|32)\b",
        "A file may not be written",
        f"close the programs that use the environment, look at the folder's rights, {_AGAIN}",
    ),
)


class Unable(Exception):
    """Set-up cannot go on by itself: what is wrong, and what to do."""

    def __init__(self, what: str, do: str):
        super().__init__(f"{what}: {do}.")


def explain(text: str, doing: str) -> Unable:
    """Return the sentence for a failure.

    Parameters
    ----------
    text : str
        What the log, or an error, says; only the end of its last command counts.
    doing : str
        What was being done, for a failure of no known kind.
    """
    end = "\n".join(text.rsplit("\n$ ", 1)[-1].splitlines()[-60:])
    for pattern, what, do in _KNOWN:
        match = re.search(pattern, end)
        if match:
            name = next(filter(None, match.groups()), "package")
            return Unable(what.format(name=name.strip("`',;")), f"{do} (all of it: {shown(LOG)})")
    last = ([line.strip() for line in end.splitlines() if line.strip()] or ["no word"])[-1]
    return Unable(
        f"A step failed, {doing} ({last[:200]})",
        f"look into {shown(LOG)}, mend it, {_AGAIN}",
    )
