"""Sentences of an experiment: what it can detect, how it was followed, what it says."""

from __future__ import annotations

from virality.advice.experiments.follow import Status
from virality.advice.experiments.judge import Outcome
from virality.core.text import about, listing, plural
from virality.findings.experiments import Experiment, Following, Hope, Promise

_LOST = {
    Status.SKIPPED: "skipped",
    Status.SWAPPED: "made in the other order",
    Status.WRONG: "made with one variant twice",
    Status.SAME_DAY: "made on a day with another post",
    Status.PROMOTED: "promoted",
}


def promise(found: Promise) -> str:
    """Say what a plan can detect.

    Parameters
    ----------
    found : Promise
    """
    more = {
        True: f"no plan of 400 posts would find ×{found.smaller:g}",
        False: f"×{found.smaller:g} would take about {about(found.smaller_takes or 0)}",
    }[found.smaller_takes is None]
    rests = f"how far neighbouring posts of this account lie apart (its last {found.own_posts})"
    basis = rests if found.own_posts else "simulated accounts, as too few posts are known"
    return (
        f"**What it can detect:** {found.n_posts} posts find a difference of ×{found.detects:.1f} "
        f"or more in eighty of a hundred cases; {more}. This rests on {basis}."
    )


def verdict(found: Experiment) -> str:
    """Say what an experiment says.

    Parameters
    ----------
    found : Experiment
    """
    pairs = f"{found.n_used} of {plural(found.n_pairs, 'pair')}"
    if found.outcome is Outcome.GO_ON:
        return _going_on(found, pairs)
    if found.outcome is Outcome.NO_DIFFERENCE:
        return _ended(found, pairs)
    better, worse = {
        Outcome.FOR_A: (f"A: “{found.a}”", f"“{found.b}”"),
        Outcome.FOR_B: (f"B: “{found.b}”", f"“{found.a}”"),
    }[found.outcome]
    early = (
        " An experiment that stops because of what it shows flatters the difference somewhat: "
        "expect the lower half of that range."
        if found.early
        else ""
    )
    return (
        f"**Decided for {better}**, after {pairs}. It earned ×{_size(found)} the views of {worse}."
        f"{early}"
    )


def _size(found: Experiment) -> str:
    """The factor from the side that won, with its interval, which the finding has turned."""
    return f"{found.factor:.2f} (×{found.low:.2f} to ×{found.high:.2f})"


def _going_on(found: Experiment, pairs: str) -> str:
    if found.hope is Hope.NONE:
        return (
            f"**Go on, or plan anew**: too many pairs are lost. With {pairs} so far, the rest can "
            f"decide nothing any more, for that takes {found.earliest}."
        )
    if not found.bounded:
        return (
            f"**Go on.** {pairs} so far; nothing can be decided before {found.earliest} have "
            "settled, whatever they show."
        )
    return (
        f"**Go on.** {pairs} so far. “{found.a}” stands at ×{_size(found)} the views of "
        f"“{found.b}”: the range still holds ×1, and it is one that looking often does not spoil."
    )


def _ended(found: Experiment, pairs: str) -> str:
    if not found.bounded:
        return (
            f"**Ended without a difference**, and without an answer: only {pairs} count, which "
            "exclude no difference of any size."
        )
    return (
        f"**Ended without a difference**, after {pairs}. What is excluded: that “{found.a}” earns "
        f"more than ×{found.high:.2f} or less than ×{found.low:.2f} the views of “{found.b}”. A "
        "smaller difference may be there, and this experiment could not see it."
    )


def answer(found: Experiment, promised: Promise) -> str:
    """Return the answer box: the verdict, and what was promised beforehand.

    Parameters
    ----------
    found : Experiment
    promised : Promise
    """
    return f"{verdict(found)}\n\n{promise(promised)}"


def doubt(found: Experiment, followed: Following) -> str:
    """Say what could most easily make the answer wrong.

    Parameters
    ----------
    found : Experiment
    followed : Following
    """
    if followed.n_lost:
        return (
            f"{plural(followed.n_lost, 'pair is lost', 'pairs are lost')}; were any left out for "
            "what they would have earned, the rest would lean."
        )
    if not found.n_used:
        return "No pair has settled yet, so nothing here has been seen."
    return (
        "Viewers get used to things: what one post of two did may be less once every post does it."
    )


def following(found: Following) -> str:
    """Say how a plan was followed, and what was kept out.

    Parameters
    ----------
    found : Following
    """
    waits = [
        *([f"{found.unsettled} not yet settled"] if found.unsettled else []),
        *([f"{found.coming} to come"] if found.coming else []),
    ]
    lost = [f"{count} {_LOST[status]}" for status, count in found.lost]
    parts = listing([f"{found.used} made as planned and settled", *waits, *lost])
    return f"Of {plural(found.n_pairs, 'pair')}: {parts}.{_beside(found)}"


def _beside(found: Following) -> str:
    parts = [
        *([plural(found.outside, "post outside the plan", "posts outside the plan")]
          if found.outside else []),
        *([plural(found.repeated, "third post of a pair", "third posts of a pair")]
          if found.repeated else []),
        *([plural(found.unknown, "tag that belongs to no post", "tags that belong to no post")]
          if found.unknown else []),
    ]  # fmt: skip
    return f" Beside them: {listing(parts)}; they count for nothing." if parts else ""


def adjusted(found: Experiment) -> str:
    """Say whether what the past tells of content was subtracted.

    Parameters
    ----------
    found : Experiment
    """
    if found.adjusted:
        return (
            "Subtracted from each is what posts from before the plan say about the content that "
            "both variants leave alone."
        )
    return (
        "Nothing is subtracted: the plan names nothing that both variants leave alone, or too few "
        "posts were there before it."
    )


def running_caption(found: Experiment) -> str:
    """Return the caption of the figure.

    Parameters
    ----------
    found : Experiment
    """
    later = " What came after the decision is grey and changes nothing." if found.early else ""
    return (
        f"{_crossed(found)}: how far the differences within pairs lean to one side, pair by pair. "
        f"Beyond a dashed line it is decided, however often one looks.{later}"
    )


def running_alt(found: Experiment) -> str:
    """Say the same to who cannot see the figure.

    Parameters
    ----------
    found : Experiment
    """
    return (
        "The running statistic after each pair, and the boundary on both sides of it. "
        f"{_crossed(found)}."
    )


def _crossed(found: Experiment) -> str:
    return {
        Outcome.GO_ON: "Nothing is decided yet",
        Outcome.FOR_A: "A crosses the boundary",
        Outcome.FOR_B: "B crosses the boundary",
        Outcome.NO_DIFFERENCE: "The boundary was not reached",
    }[found.outcome]


BESIDE_CAPTION = "What was not as planned, or has not settled yet."
