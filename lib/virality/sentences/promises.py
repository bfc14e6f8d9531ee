"""Sentences on intervals: what they promise, what they hold, where, and beside which rival."""

from __future__ import annotations

from virality.core.text import listing, percent, plural
from virality.findings.promises import Coverage, Group, Groups, Promise, Rival
from virality.findings.scores import Estimate, Verdict


def coverage_caption(result: Coverage) -> str:
    """State how the methods do: what they hold, whose score is best, and beside no model."""
    return (
        f"{percent(result.promised)} were promised{_naive_intervals(result)}. Smallest score, "
        f"width and a fine for each miss [@gneiting2007scoring]: {result.best}"
        f"{_without_model(result.rival)}."
    )


def _naive_intervals(result: Coverage) -> str:
    if result.naive is None or not result.naive_punished:
        return ""
    return f", and those from training errors held {percent(result.naive)}"


def _without_model(rival: Rival | None) -> str:
    if rival is None:
        return ""
    verdict = {
        Verdict.BETTER: "clearly better than",
        Verdict.WORSE: "clearly worse than",
        Verdict.UNDECIDED: "not clearly better or worse than",
    }[rival.verdict]
    return (
        f"; the adaptive ones are {verdict} quantiles of the training posts, which need no model "
        f"(paired difference {rival.gap.value:+.2f}, interval {rival.gap.low:+.2f} to "
        f"{rival.gap.high:+.2f})"
    ).replace("-", "−")


def groups_caption(result: Groups) -> str:
    """State where the adaptive intervals fall short."""
    return f"{_finding(result)}. Dotted: the promise."


def groups_alt(result: Groups) -> str:
    """Say the same to who cannot see the figure."""
    return f"Share of posts inside their interval, group by group. {_finding(result)}."


def _finding(result: Groups) -> str:
    parts = []
    if result.short:
        parts.append(f"too few posts inside among {_groups(result.short)}")
    if result.wide:
        parts.append(f"more than promised among {_groups(result.wide)}")
    if not parts:
        return "In no group do the adaptive intervals clearly miss their promise"
    return f"Adaptive intervals: {'; '.join(parts)}"


def _groups(groups: tuple[Group, ...]) -> str:
    return listing([f"{group.name} ({group.inside} of {group.n})" for group in groups])


def in_short(result: Coverage | None, groups: Groups) -> str:
    """Say in an answer whether intervals keep their promise, and in which groups they do not.

    Parameters
    ----------
    result : Coverage or None
    groups : Groups
        Where they miss it.
    """
    if result is None:
        return "There are too few held-out posts for intervals."
    verdict = {
        Promise.KEPT: "keep their promise on the whole"
        if groups.short
        else "keep their promise as far as these posts can tell",
        Promise.BROKEN: "hold less than they promise",
        Promise.EXCEEDED: "are wider than they need be",
    }[result.promise]
    return (
        f"Its intervals {verdict}: {percent(result.promised)} were promised, of "
        f"{plural(result.n, 'held-out post')} they held {_shares(result.held)}"
        f"{_fall_short(groups)}. From end to end they span a factor of {result.factor:.1f}."
    )


def _shares(held: Estimate) -> str:
    return f"{percent(held.value)} ({percent(held.low)} to {percent(held.high)})"


def _fall_short(groups: Groups) -> str:
    if not groups.short:
        return ""
    picked = [group.name for group in groups.short if group.by_outcome]
    why = f", {listing(picked)} being picked by how they turned out" if picked else ""
    return f", too few among {_groups(groups.short)}{why}"
