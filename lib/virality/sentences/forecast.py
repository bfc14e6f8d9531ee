"""Sentences of the forecast that the book stands for: its worth, its voices, its order."""

from __future__ import annotations

from virality.core.text import percent, plural
from virality.evaluation.ordering import APART_DAYS
from virality.findings.forecast import Lead, Others, Voices, Worth
from virality.findings.ordering import Ordering, Pick
from virality.findings.promises import Coverage, Promise
from virality.findings.scores import Record, Verdict
from virality.sentences.scores import gain, in_a_hundred, indicative, the, too_few


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
        return too_few(record, "a forecast")
    parts = [
        _level(beside),
        _half(beside),
        _order(picks),
        _sure(covered),
        indicative(record, "all that is said of this forecast"),
    ]
    return " ".join(part for part in parts if part)


def _level(found: Worth) -> str:
    rule = the(found.gain.against)
    verdict = {
        Verdict.BETTER: f"**Yes**, on the whole the forecast misses by less than {rule}",
        Verdict.WORSE: f"**No**: on these posts {rule} would have done better",
        Verdict.UNDECIDED: f"**Not clearly**: these posts cannot tell the forecast from {rule}",
    }[found.gain.verdict]
    return f"{verdict} ({gain(found.gain)})."


def _half(found: Worth) -> str:
    large = ": it gains on the larger misses" if found.in_large_misses else ""
    return (
        f"Half of the forecasts were within a factor of {found.half:.1f}, half of the rule's "
        f"within {found.rule_half:.1f}{large}."
    )


def _order(found: Ordering | None) -> str:
    if found is None:
        return ""
    if found.pick is Pick.UNTOLD:
        return (
            "Whether it can tell which of two posts will do better is not known yet: "
            f"{plural(found.n, 'held-out post')} are too few."
        )
    verdict = {
        Pick.SURER: "more often than a coin",
        Pick.UNSURE: "not clearly more often than a coin",
        Pick.WRONG: "less often than a coin",
    }[found.pick]
    return (
        f"Of two posts at most {APART_DAYS} days apart it picks the better one {verdict}, "
        f"{in_a_hundred(found.times)}."
    )


def _sure(found: Coverage | None) -> str:
    if found is None:
        return ""
    kept = {
        Promise.KEPT: "held what they promised",
        Promise.BROKEN: "held less than they promised",
        Promise.EXCEEDED: "held more than they promised",
    }[found.promise]
    return (
        f"Its intervals {kept}, {percent(found.held.value)} ({percent(found.held.low)} to "
        f"{percent(found.held.high)}) of {plural(found.n, 'post')} where {percent(found.promised)} "
        f"were due, and span a factor of {found.factor:.1f}."
    )


def race_caption(found: Worth) -> str:
    """Return the caption of the race between the forecast and the rule."""
    return (
        f"{_race(found)}: what it has missed less than {the(found.gain.against)}, summed up over "
        f"{plural(found.n, 'held-out post')}."
    )


def race_alt(found: Worth) -> str:
    """Say the same to who cannot see the figure."""
    return f"Running sum of the rule's misses minus the forecast's. {_race(found)}."


def _race(found: Worth) -> str:
    return {
        Verdict.BETTER: "The forecast pulls ahead",
        Verdict.WORSE: "The forecast falls behind",
        Verdict.UNDECIDED: "The forecast neither pulls ahead nor falls behind",
    }[found.gain.verdict]


def doubt(found: Worth | None) -> str:
    """Say on how few posts the answer rests; "" where nothing was modelled."""
    if found is None:
        return ""
    where, who = ("gained", "the forecast") if found.leads else ("lost", "the rule")
    return (
        f"Without the {found.few} of {plural(found.n, 'post')} where it {where} most, {who} would "
        "not lead."
    )


# --- which of two, and who speaks ---------------------------------------------------------------


def picks_caption(found: Ordering) -> str:
    """Return the caption of the comparison of who picks the better of two posts."""
    beside = (
        f"; {the(found.rule)} does {in_a_hundred(found.rule_times)}"
        if found.rule_times.known
        else ""
    )
    return f"{_picks(found)}, which is the line{beside}."


def picks_alt(found: Ordering) -> str:
    """Say the same to who cannot see the figure."""
    return (
        "How often each forecast and rule picks the better of two posts. "
        f"{_picks(found)}: {in_a_hundred(found.times)}."
    )


def _picks(found: Ordering) -> str:
    return {
        Pick.SURER: "The forecast picks better than a coin",
        Pick.UNSURE: "Nobody can say yet that the forecast picks better than a coin",
        Pick.WRONG: "The forecast picks worse than a coin",
        Pick.UNTOLD: "There are too few posts to tell who picks better than a coin",
    }[found.pick]


def voices_caption(found: Voices) -> str:
    """Say who speaks in the last forecasts."""
    said = (
        f"{_lead(found)}: in the last {found.n} forecasts plain rules hold {percent(found.rules)} "
        f"of the weight, models of this creator's posts {percent(found.models)}"
    )
    if not found.asked_others:
        return f"{said}."
    return f"{said}, and the model that was fitted on other creators {percent(found.others)}."


def voices_alt(found: Voices) -> str:
    """Say the same to who cannot see the figure."""
    return f"Share of the weight of rules and models, post by post. {_lead(found)}."


def _lead(found: Voices) -> str:
    return {
        Lead.RULES: "Plain rules do most of the talking",
        Lead.MODELS: "Models that read the posts do most of the talking",
        Lead.SHARED: "Rules and models share the floor",
    }[found.lead]


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
