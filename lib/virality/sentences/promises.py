"""Sentences on intervals: what they promise, what they hold, where, and beside which rival."""

from __future__ import annotations

from virality.core.text import listing, plural
from virality.findings.promises import Coverage, Group, Groups, Promise, Rival
from virality.findings.scores import Verdict


def coverage(result: Coverage | None) -> str:
    """Say whether the adaptive intervals hold what they promise, and how the others do."""
    if result is None:
        return (
            "There are too few held-out posts for intervals: the first twenty are needed to learn "
            "how large the misses are."
        )
    verdict = {
        Promise.KEPT: "hold their promise as far as these posts can tell",
        Promise.BROKEN: "hold less than they promise",
        Promise.EXCEEDED: "are wider than they need be",
    }[result.promise]
    held = result.held
    return (
        f"**The adaptive intervals {verdict}**: {result.promised:.0%} were promised, "
        f"{held.value:.0%} of {plural(result.n, 'post')} fell inside ({held.low:.0%} to "
        f"{held.high:.0%}). In the mean, an interval spans a factor of {result.factor:.1f} from "
        f"its lower to its upper end.{_naive_intervals(result)}{_without_model(result.rival)}"
    )


def _naive_intervals(result: Coverage) -> str:
    start = " Intervals from the model's own training errors"
    if result.naive is None:
        return ""
    if result.naive_punished:
        return f"{start}, which many reports show, held only {result.naive:.0%}."
    return f"{start} held {result.naive:.0%}: here the usual mistake was not punished."


def _without_model(rival: Rival | None) -> str:
    if rival is None:
        return ""
    verdict = {
        Verdict.BETTER: "clearly better",
        Verdict.WORSE: "clearly worse",
        Verdict.UNDECIDED: "not clearly better or worse",
    }[rival.verdict]
    return (
        f" Intervals that need no model, the quantiles of the training posts, held "
        f"{rival.held:.0%} at an interval score of {rival.score:.2f}. By that score, of which less "
        f"is better, the adaptive ones are {verdict}: {rival.adaptive:.2f}, paired difference "
        f"{rival.gap:+.2f}."
    )


def coverage_caption(result: Coverage) -> str:
    """State which method has the best interval score."""
    return (
        f"Intervals that promise {result.promised:.0%}, on the same posts. Smallest interval "
        f"score: {result.best}. The score adds the width and a fine for each miss "
        "(smaller is better) [@gneiting2007scoring]; an interval is saturated when its coverage "
        "asks for more than the errors seen so far can give."
    )


def band_caption(outside: int, above: int, n: int) -> str:
    """State how many posts fell outside their interval.

    Parameters
    ----------
    outside, above, n : int
        Posts outside, posts above, and all posts that an interval was issued for.
    """
    return (
        f"{outside} of {plural(n, 'held-out post')} fell outside, {above} of them above. "
        "Bars are the intervals that were issued when each post went up."
    )


def groups_caption(result: Groups) -> str:
    """State where the adaptive intervals fall short."""
    parts = []
    if result.short:
        parts.append(f"too few posts inside among {_groups(result.short)}")
    if result.wide:
        parts.append(f"more than promised among {_groups(result.wide)}")
    finding = (
        f"Adaptive intervals: {'; '.join(parts)}"
        if parts
        else "In no group do the adaptive intervals clearly miss their promise"
    )
    return f"{finding}. Dots with 95 % intervals; the dotted line is the promise."


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
        Promise.KEPT: "keep their promise on the whole, as far as these posts can tell"
        if groups.short
        else "keep their promise as far as these posts can tell",
        Promise.BROKEN: "hold less than they promise",
        Promise.EXCEEDED: "are wider than they need be",
    }[result.promise]
    return (
        f"Its intervals {verdict}: they promise {result.promised:.0%} and held "
        f"{result.held:.0%} of {plural(result.n, 'held-out post')}.{_fall_short(groups)} They are "
        f"wide: from end to end a factor of {result.factor:.1f}."
    )


def _fall_short(groups: Groups) -> str:
    if not groups.short:
        return ""
    text = f" Too few were inside among {_groups(groups.short)}"
    picked = [group.name for group in groups.short if group.by_outcome]
    if not picked:
        return f"{text}."
    return f"{text}; {listing(picked)} are picked by how they turned out, which pulls them out."
