"""Numbers that make sense: one sentence for every value that does not."""

from __future__ import annotations

import math
from typing import Any

from virality.core.errors import UserError

_LONGEST = 60


def within(name: str, value: float, low: float, high: float = math.inf) -> float:
    """Return a number that lies between two others, both included.

    Parameters
    ----------
    name : str
        What it is called where the user gave it.
    value : float
    low, high : float

    Raises
    ------
    UserError
        It lies outside, or is no finite number at all.
    """
    if holds(value, low, high):
        return value
    wanted = f"{low:g} to {high:g}" if math.isfinite(high) else f"{low:g} or more"
    raise UserError(f"{name} is {shown(value)}.", do=f"Choose {wanted}.")


def holds(value: Any, low: float, high: float = math.inf) -> bool:
    """Whether a value is a finite number between two others, both included.

    Parameters
    ----------
    value : object
        Anything; what is no number lies nowhere.
    low, high : float
    """
    try:
        return bool(math.isfinite(value) and low <= value <= high)
    except (TypeError, OverflowError):  # no number; or a whole number beyond all floats
        return False


def shown(value: object) -> str:
    """Return a value as an error quotes it: short, and on one line."""
    if isinstance(value, list | tuple | dict | set):
        return f"a {type(value).__name__}"
    try:
        text = repr(value)
    except ValueError:  # Python writes no number of more than some thousand digits
        return "a number of thousands of digits"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
