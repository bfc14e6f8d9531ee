"""Words of the one box that reads the truth: was what had been planted recovered?

For simulated creators only.
"""

from __future__ import annotations

from collections.abc import Sequence

from virality.core.text import agree, capital, decimals, listing, multiple, percent, plural
from virality.features.blocks import block_name
from virality.features.concepts import concept
from virality.findings.recovered import Lottery, Memory, Named, Recovered, Recovery, Term
from virality.findings.recovered_facts import PlantedFact, RecoveredFacts, Seen
from virality.models.catalogue import model_name

TITLE = "Did we recover what was planted?"

TERM_NAMES = {
    "momentum": "account momentum",
    "posting_time": "posting time",
    "content": "kind of post",
    "energy": "early energy",
    "words": "words on the screen",
    "late_speech": "late speech",
}
RECOVERIES = {
    Recovery.UNKNOWN: "too few posts to tell",
    Recovery.REVERSED: "the wrong way round",
    Recovery.MISSED: "not recovered",
    Recovery.OVERSTATED: "overstated",
    Recovery.WHOLE: "recovered",
    Recovery.IN_PART: "recovered in part",
    Recovery.NOT_PLANTED: "not planted",
}
SEEN = {
    Seen.FOUND: "found",
    Seen.MISSED: "missed",
    Seen.REVERSED: "found the wrong way round",
}
HISTORIES = {
    Memory(True, True): "The history test rightly finds memory in the account's level.",
    Memory(True, False): "The history test misses the memory in the account's level.",
    Memory(False, True): "A false alarm: the history test finds memory where none was planted.",
    Memory(False, False): "The history test rightly finds no memory in the account's level.",
}


def box(found: Recovered) -> str:
    """Return the body of the box: what became of each planted effect."""
    if found.noise_only:
        return "Nothing was planted here: views are noise."
    return terms(found)


def more(found: Recovered) -> str:
    """Return what the box leaves out: the tests, the lottery, single facts of the opening."""
    parts = [
        tests(found),
        lottery(found.lottery) if found.lottery else "",
        facts(found.facts) if found.facts else "",
    ]
    return "\n\n".join(part for part in parts if part)


def terms(found: Recovered) -> str:
    """Say how much of each planted effect appears in held-out predictions."""
    by_recovery: dict[Recovery, list[str]] = {}
    for each in found.terms:
        by_recovery.setdefault(each.recovery, []).append(term(each))
    said = [f"**{RECOVERIES[its]}** {listing(names)}" for its, names in by_recovery.items()]
    ceiling = decimals(float("nan") if found.ceiling is None else found.ceiling)
    best = "" if found.ceiling is None else f" Full knowledge would reach an R² of {ceiling}."
    return f"Shares of it in predictions of {model_name(found.model)}: {'; '.join(said)}.{best}"


def term(found: Term) -> str:
    """Return one planted effect, and the share of it that is seen, with its interval."""
    name = TERM_NAMES[found.name]
    if not found.share.known:
        return name
    share, low, high = map(percent, (found.share.value, found.share.low, found.share.high))
    return f"{name} {share} ({low} to {high})"


def lottery(found: Lottery) -> str:
    """Say whether the regime with the lottery was given a higher chance to go viral."""
    return (
        f"The lottery of “{found.regime}” ({percent(found.rate)}) was "
        f"{'seen' if found.higher else 'not seen'}: its {plural(found.n, 'post')} had a viral "
        f"probability of {percent(found.inside)}, all others {percent(found.outside)}."
    )


def tests(found: Recovered) -> str:
    """Compare what the tests said with what had been planted."""
    sentences = content_verdicts(found.content) if found.content else []
    if found.history:
        sentences.append(HISTORIES[found.history])
    return " ".join(sentences)


def content_verdicts(found: Named) -> list[str]:
    """Return a sentence each for blocks rightly named, missed, and named without reason."""
    sentences = []
    if found.right:
        sentences.append(f"The content test rightly names {_listed(found.right)}.")
    if found.missed:
        start = "It" if found.right else "The content test"
        sentences.append(f"{start} misses {_listed(found.missed)}.")
    if found.false:
        sentences.append(f"A false alarm: the content test names {_listed(found.false)}.")
    return sentences or ["The content test names no block, and nothing was planted in any."]


def facts(found: RecoveredFacts) -> str:
    """Compare what was planted in the opening with what went with its single facts."""
    lines = [
        "Single facts of the opening, in intervals that hold for all facts together:",
        "\n".join(f"- {planted_fact(one)}" for one in found.planted),
    ]
    if found.others:
        names = [concept(one).name for one in found.others]
        were, them = agree(names, "was", "were"), agree(names, "it", "them")
        why = (
            f"content or early energy, which were planted, can stand behind {them}"
            if found.explained
            else f"a false alarm, for nothing was planted that would show in {them}"
        )
        lines.append(f"Named as well {were} {listing(names)}: {why}.")
    return "\n\n".join(lines)


def planted_fact(found: PlantedFact) -> str:
    """Return one planted effect of the opening, its size and what became of it."""
    name = f"**{capital(TERM_NAMES[found.name])}**"
    shown = multiple(found.found.value)
    if found.found.bounded:
        shown += f" ({multiple(found.found.low)} to {multiple(found.found.high)})"
    if found.seen is Seen.NOTHING:
        return f"{name}: nothing planted, and nothing found."
    if found.seen is Seen.FALSE_ALARM:
        return f"{name}: nothing planted; a false alarm, {shown}."
    if found.planted == 1:
        return f"{name}: nothing planted; it cannot be told here."
    where = listing([f"“{one}”" for one in found.regimes])
    planted = f"{name}: planted as {multiple(found.planted)} in {where}"
    if found.seen is Seen.UNKNOWN:
        return f"{planted}; it cannot be told here."
    return f"{planted}; {SEEN[found.seen]}, {shown}."


def _listed(blocks: Sequence[str]) -> str:
    return listing([block_name(one) for one in blocks])
