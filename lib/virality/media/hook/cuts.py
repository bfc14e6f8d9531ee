"""Cuts and motion of an opening: how many, when, and how fast the picture moves.

A hard cut changes nearly every part of a picture between one frame and the next, and more than
the frames around it change. So the mean difference of tiny grey pictures has to be large, and
several times the usual one nearby: a pan or a shaken hand is neither.
"""

from __future__ import annotations

import numpy as np

from virality.media.film.frames import ENOUGH, Details
from virality.media.film.steps import Steps
from virality.media.hook.facts import of_group

# A cut: the mean difference (black to white is 1), and how many times the usual one nearby.
_CHANGE, _TIMES_USUAL = 0.05, 3.0
_NEARBY_S = 0.5
_STILL = 1 / 255  # frames that are shown twice differ by less
_START_S = 0.5


def of_cuts(details: Details, steps: Steps, times: np.ndarray) -> dict[str, float]:
    """Measure cuts and motion.

    Parameters
    ----------
    details : Details
        Every whole frame, tiny; without at least two of them nothing is known of cuts.
    steps : Steps
        What lies between the looks.
    times : ndarray, shape (n,)
        Of the looks, in s.

    Returns
    -------
    dict of str to float
        One value for each fact of the group "cuts". NaN: no cut came (`first_cut`); too much is
        lost to count; nothing is known of what moved.
    """
    facts = dict.fromkeys((fact.name for fact in of_group("cuts")), np.nan)
    if len(details.sketches) < 2:
        return facts
    early = steps.motion[times[1:] <= _START_S + 1e-9]
    facts |= {"camera_motion": _middle(steps.camera), "start_motion": _mean(early)}
    cuts = details.appear[1:][_is_cut(details.sketches, details.appear, details.joined[:-1])]
    takes = _takes(details, cuts)
    if sum(end - start for start, end in takes) >= ENOUGH * details.end:
        facts |= {"n_cuts": len(cuts), "longest_take": max(end - start for start, end in takes)}
    # A cut may hide where frames are lost; the first one is known when nothing was before it.
    gaps = details.appear[1:][~details.joined[:-1]]
    if len(cuts) and not np.any(gaps < cuts[0]):
        facts["first_cut"] = cuts[0]
    return {name: float(value) for name, value in facts.items()}


def _is_cut(sketches: np.ndarray, times: np.ndarray, joined: np.ndarray) -> np.ndarray:
    """Return for each frame but the last whether a cut comes before the next, shape (m - 1,)."""
    light = sketches.astype(np.float32) / 255
    change = np.abs(np.diff(light, axis=0)).mean(axis=(1, 2))
    change[~joined] = 0.0  # what happens in a gap is not known
    large = change > _CHANGE
    for step in np.flatnonzero(large):
        near = np.abs(times[1:] - times[step + 1]) <= _NEARBY_S
        near[step] = False
        others = change[near & (change > _STILL)]
        usual = np.median(others) if len(others) else 0.0
        large[step] = change[step] > _TIMES_USUAL * usual
    return large & ~_flashes(light, large)


def _flashes(light: np.ndarray, large: np.ndarray) -> np.ndarray:
    """Return the steps into and out of a single frame after which the picture is as before."""
    flash = np.zeros(len(large), dtype=bool)
    for step in np.flatnonzero(large[:-1] & large[1:]):
        if np.abs(light[step + 2] - light[step]).mean() < _CHANGE:
            flash[step : step + 2] = True
    return flash


def _takes(details: Details, cuts: np.ndarray) -> list[tuple[float, float]]:
    """Return (from, to) in s of what was seen whole without a cut in between."""
    appear = details.appear
    following = np.append(appear[1:], max(details.end, appear[-1]))
    takes, start = [], appear[0]
    for here, there, joined in zip(appear, following, details.joined, strict=True):
        if not joined or there in cuts:
            takes.append((start, there if joined else here))
            start = there
    return [*takes, (start, following[-1])]


def _middle(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else np.nan


def _mean(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else np.nan
