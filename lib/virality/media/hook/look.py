"""All finders on one film: what they found, and why some found nothing.

A finder is a module of this folder whose packages may be missing here or whose weights may be
others than those that were tested. Its facts are then missing, and so they are where it fails on
one film: no finder is worth a film.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from virality.media.cache import Entry, pack, unpack
from virality.media.encoders.base import RATE
from virality.media.film.frames import ENOUGH, Details, Frames
from virality.media.film.probe import Facts
from virality.media.film.sound import Sound
from virality.media.film.steps import Steps
from virality.media.hook.cuts import of_cuts
from virality.media.hook.facts import of_group

# Raised when what is done with the finders' answers changes, or cuts are found in another way.
_RULES = 1
#: The finders whose packages may be missing, by group; each is the module of that name.
FINDERS = ("words", "voice", "faces")
# Of a number of looks with gaps these are not known where nothing was found.
_COUNTED = ("flag", "share", "count")


def finder(name: str) -> Any:
    """Return the module of a finder; what it needs is imported when it is first used."""
    return importlib.import_module(f"virality.media.hook.{name}")


def available(name: str) -> str:
    """Return "" when a finder can be used, else why not, as the end of a sentence."""
    try:
        return finder(name).available()
    except ImportError as error:
        return f"cannot be imported ({error})"


def fingerprint() -> str:
    """Return what the facts depend on besides the film: rules, packages and weights."""
    return "|".join([f"look{_RULES}", *map(_fingerprint, FINDERS)])


def _fingerprint(name: str) -> str:
    try:
        return finder(name).fingerprint()
    except ImportError:
        return f"no {name}"


@dataclass(frozen=True)
class Opening:
    """What is known of the opening of one film when the finders begin.

    Parameters
    ----------
    facts : Facts
    frames : Frames
        With details where there are pictures.
    steps : Steps or None
        What lies between the pictures; None where there are none.
    sound : Sound
    window_s : float
        Length of the window.
    """

    facts: Facts
    frames: Frames
    steps: Steps | None
    sound: Sound
    window_s: float

    @property
    def seconds(self) -> float:
        """How much of the window the film fills."""
        return min(self.window_s, self.facts.duration_s or self.window_s)


def look(opening: Opening) -> Entry:
    """Run every finder on a film.

    Parameters
    ----------
    opening : Opening

    Returns
    -------
    Entry
        See :func:`found`; and "absent" says why a finder is not here, "failed" why it found
        nothing in this film.
    """
    values: dict[str, Any] = {"facts": {}, "words": [], "absent": {}, "failed": {}}
    steps, details = opening.steps, opening.frames.details
    if steps is not None and details is not None:
        _keep(values, of_cuts(details, steps, opening.frames.times))
    for name in FINDERS:
        if not (len(opening.sound.samples) if name == "voice" else details):
            continue
        reason = available(name)
        if reason:
            values["absent"][name] = reason
            continue
        try:
            _keep(values, _ASKED[name](opening, values))
        except Exception as error:  # whatever a library raises
            values["failed"][name] = f"{type(error).__name__}: {error}".splitlines()[0][:200]
    return {"values": pack(values)}


def without_look(reason: str) -> Entry:
    """Return the entry of a film on which the finders could not be run."""
    return {"values": pack({"facts": {}, "words": [], "absent": {}, "failed": {"all": reason}})}


def found(entry: Entry) -> tuple[dict[str, float], list[str]]:
    """Return the facts of an entry by name, those that are known, and the lines on the screen."""
    values = unpack(entry["values"])
    return values["facts"], values["words"]


def repeats(caption: str, lines: list[str]) -> float:
    """Return the share of the words on the screen that the caption says as well.

    Parameters
    ----------
    caption : str
    lines : list of str
        On the screen.
    """
    return finder("words").repeats(caption, lines)


def reasons(entry: Entry) -> tuple[dict[str, str], dict[str, str]]:
    """Return by finder why it was not there, and why it found nothing in this film."""
    values = unpack(entry["values"])
    return values["absent"], values["failed"]


def outdated(entry: Entry) -> bool:
    """Return whether a finder that was absent is there now."""
    return any(not available(name) for name in reasons(entry)[0])


def _keep(values: dict[str, Any], facts: dict[str, float]) -> None:
    known = {name: float(value) for name, value in facts.items() if np.isfinite(value)}
    values["facts"] |= known


def _words(opening: Opening, values: dict[str, Any]) -> dict[str, float]:
    details = _details(opening)
    facts, lines = finder("words").of_words(details.images, details.times, opening.seconds)
    values["words"] = list(map(str, lines))
    return _as_far_as_seen(facts, "words", "first_words", opening)


def _faces(opening: Opening, values: dict[str, Any]) -> dict[str, float]:
    details = _details(opening)
    facts = finder("faces").of_faces(details.images, details.times, opening.seconds)
    if details.times[0] > 0:
        facts["large_face_first"] = np.nan
    return _as_far_as_seen(facts, "faces", "first_face", opening)


def _voice(opening: Opening, values: dict[str, Any]) -> dict[str, float]:
    samples = opening.sound.samples
    facts = finder("voice").of_voice(samples, opening.seconds)
    broken = bool(opening.sound.warning) and len(samples) / RATE < ENOUGH * opening.seconds
    return _unless_none(facts, "voice") if broken else facts


_ASKED: dict[str, Callable[[Opening, dict[str, Any]], dict[str, float]]] = {
    "words": _words,
    "voice": _voice,
    "faces": _faces,
}


def _details(opening: Opening) -> Details:
    details = opening.frames.details
    assert details is not None
    return details


def _as_far_as_seen(
    facts: dict[str, float], group: str, first: str, opening: Opening
) -> dict[str, float]:
    """Return facts without those that looks which are missing may have changed.

    What was seen first is known when no look is missing before it; that there was nothing, when
    few are missing at all.
    """
    times = _details(opening).times
    if len(times) < 2:
        return facts
    step = np.diff(times).min()
    before = np.r_[times[0] > 0, np.diff(times) > 1.5 * step]
    if np.any(before & (times <= facts[first])):
        facts = facts | {first: np.nan}
    expected = np.ceil(opening.seconds / step - 1e-6)
    if len(times) >= ENOUGH * expected:
        return facts
    lasting = {one.name: np.nan for one in of_group(group) if one.name == "words_time"}
    return _unless_none(facts, group) | lasting


def _unless_none(facts: dict[str, float], group: str) -> dict[str, float]:
    """Return facts without those that say that there was nothing."""
    nothing = [one.name for one in of_group(group) if one.kind in _COUNTED and not facts[one.name]]
    return facts | dict.fromkeys(nothing, np.nan)
