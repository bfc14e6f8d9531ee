"""Sentences of the forecast that the book stands for: its worth, its voices, its order."""

from __future__ import annotations

from virality.core.text import percent, plural
from virality.findings.forecast import Lead, Others, Voices, Worth
from virality.findings.ordering import Ordering, Pick
from virality.findings.promises import Coverage, Promise
from virality.findings.scores import Record, Verdict
from virality.sentences.scores import (
    LARGE_MISSES,
    gain,
    indicative,
    ordering_in_numbers,
    the,
    too_few,
)


def voices(found: Voices | None, record: Record) -> str:
    """Say who speaks in the last forecasts.

    Parameters
    ----------
    found : Voices or None
        None where nothing was modelled.
    record : Record
        How many posts there are.
    """
    if found is None:
        return too_few(record)
    lead = {
        Lead.RULES: "**plain rules do most of the talking**: what models read in the posts has "
        "not paid for itself so far",
        Lead.MODELS: "**models that read the posts do most of the talking**: nothing that they "
        "missed has cost them the lead that they began with",
        Lead.SHARED: "**rules and models share the floor**",
    }[found.lead]
    said = (
        f"In the last {plural(found.n, 'held-out post')} {lead}. Rules hold "
        f"{percent(found.rules)} of the weight, models of this creator's posts "
        f"{percent(found.models)}"
    )
    if not found.asked_others:
        return f"{said}."
    return f"{said}, and the model that was fitted on other creators {percent(found.others)}."


def others(found: Others | None) -> str:
    """Say what the model of other creators was fitted on, and whether it is heard.

    Parameters
    ----------
    found : Others or None
        None where none was asked.
    """
    if found is None:
        return ""
    heard = {
        True: "Its record here has earned it more weight than it began with",
        False: "Its record here has not earned it more weight than it began with",
    }[found.heard]
    return (
        f"One member of the panel never saw this account before: it was fitted on "
        f"{plural(found.n_posts, 'post')} of {plural(found.n_creators, 'creator')}. {heard}. Had "
        "this creator been among them, its record would flatter it."
    )


VOICES_ALT = "Share of the weight of rules and models, post by post."


def voices_caption(found: Voices) -> str:
    """Return the caption of the weights over time."""
    lead = {
        Lead.RULES: "Plain rules lead at the end",
        Lead.MODELS: "Models lead at the end",
        Lead.SHARED: "Rules and models share the floor at the end",
    }[found.lead]
    return (
        f"{lead}. Share of the weight that each kind of expert held when a post went up; weights "
        "follow what each had missed by then."
    )


def worth(found: Worth) -> str:
    """Say whether the forecast beats the better plain rule."""
    rule, posts = the(found.gain.against), plural(found.n, "held-out post")
    verdict = {
        Verdict.BETTER: f"**The forecast beats {rule}** on {posts}",
        Verdict.WORSE: f"**The forecast misses by more than {rule}** on {posts}",
        Verdict.UNDECIDED: f"**The forecast is not clearly better or worse than {rule}** on "
        f"{posts}",
    }[found.gain.verdict]
    return (
        f"{verdict} ({gain(found.gain)}). Half of the forecasts were within a factor of "
        f"{found.half:.1f} of what came; for {rule} that factor is {found.rule_half:.1f}."
        f"{LARGE_MISSES if found.in_large_misses else ''}"
    )


def race_caption(found: Worth) -> str:
    """Return the caption of the race between the forecast and the rule."""
    verdict = {
        Verdict.BETTER: "The forecast pulls ahead",
        Verdict.WORSE: "The rule pulls ahead",
        Verdict.UNDECIDED: "No clear winner",
    }[found.gain.verdict]
    return (
        f"{verdict}. What the forecast has missed less than {the(found.gain.against)} since the "
        "first held-out post, summed up; where the line climbs, the forecast gains."
    )


RACE_ALT = "Running sum of the rule's misses minus the forecast's, over the held-out posts."


def picks_caption(found: Ordering) -> str:
    """Return the caption of the comparison of who picks the better of two posts."""
    verdict = {
        Pick.SURER: "The forecast picks better than a coin",
        Pick.UNSURE: "Nobody can say yet that the forecast picks better than a coin",
        Pick.WRONG: "The forecast picks worse than a coin",
        Pick.UNTOLD: "Too few posts to tell who picks better than a coin",
    }[found.pick]
    return f"{verdict}. Times in 100 that each picks the better of two posts; the line is a coin."


PICKS_ALT = "For each forecast and rule, how often it picks the better of two posts."


def held(found: Coverage | None) -> str:
    """Say whether the forecast's intervals hold what they promise."""
    if found is None:
        return "There are too few held-out posts to give this forecast an interval."
    verdict = {
        Promise.KEPT: "as far as these posts can tell, they keep that promise",
        Promise.BROKEN: "they keep less than they promise",
        Promise.EXCEEDED: "they are wider than they need be",
    }[found.promise]
    return (
        f"The intervals of the forecast promise to hold {percent(found.promised)} of the posts. Of "
        f"{plural(found.n, 'post')} they held {percent(found.held.value)} "
        f"({percent(found.held.low)} to {percent(found.held.high)}): {verdict}. From end to end "
        f"one spans a factor of {found.factor:.1f} in the mean."
    )


def answer(
    record: Record, beside: Worth | None, picks: Ordering | None, covered: Coverage | None
) -> str:
    """Return the answer box: is it better than a rule, does it order posts, how sure is it?

    Parameters
    ----------
    record : Record
        How many posts there are.
    beside : Worth or None
        None where nothing was modelled.
    picks : Ordering or None
    covered : Coverage or None
    """
    if beside is None:
        return too_few(record)
    return "\n\n".join(
        part for part in (_level(beside), _order(picks), _sure(covered), indicative(record)) if part
    )


def _level(found: Worth) -> str:
    rule = the(found.gain.against)
    verdict = {
        Verdict.BETTER: f"**Yes**, on the whole it misses by less than {rule}",
        Verdict.WORSE: f"**No**: on these posts {rule} would have done better",
        Verdict.UNDECIDED: f"**Not clearly**: these posts cannot tell it from {rule}",
    }[found.gain.verdict]
    return f"{verdict} ({gain(found.gain)})."


def _order(found: Ordering | None) -> str:
    if found is None:
        return ""
    verdict = {
        Pick.SURER: "It can tell which of two posts will do better, more often than a coin",
        Pick.UNSURE: "It is not shown to tell which of two posts will do better",
        Pick.WRONG: "It does worse than a coin at telling which of two posts will do better",
        Pick.UNTOLD: "Whether it can tell which of two posts will do better is not known yet",
    }[found.pick]
    if found.pick is Pick.UNTOLD:
        return f"{verdict}: {plural(found.n, 'held-out post')} are too few."
    return f"{verdict}: of two at about the same time, it {ordering_in_numbers(found)}."


def _sure(found: Coverage | None) -> str:
    if found is None:
        return ""
    kept = {
        Promise.KEPT: "held what they promised",
        Promise.BROKEN: "held less than they promised",
        Promise.EXCEEDED: "held more than they promised",
    }[found.promise]
    return (
        f"Its intervals {kept}, and they are wide: a factor of {found.factor:.1f} from end to end."
    )
