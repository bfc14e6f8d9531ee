"""What the box that reads the truth can say."""

from collections.abc import Iterator
from dataclasses import replace

from virality.demo.model import KNOWABLE
from virality.findings.recovered import Lottery, Memory, Named, Recovered, Recovery, Term
from virality.findings.recovered_facts import PlantedFact, RecoveredFacts, Seen
from virality.findings.scores import Estimate
from virality.sentences import recovered as words

SHARE = Estimate(0.62, -0.04, 1.3)
TERMS = tuple(Term(name, 0.4, Recovery.WHOLE, SHARE) for name in KNOWABLE)
WORDS = PlantedFact("words", ("storytime",), 2.2, Seen.FOUND, Estimate(1.6, 1.1, 2.3))
LATE = PlantedFact("late_speech", ("storytime",), 0.45, Seen.MISSED, Estimate(0.8, 0.5, 1.3))
BOX = Recovered("xgboost", False, 0.61, TERMS)


def examples() -> Iterator[tuple[str, str]]:
    yield "Title", words.TITLE
    lottery = Lottery("cat", 0.25, 31, True, 0.22, 0.08)
    content = Named(("vision", "audio"), ("caption_text",), ("energy",))
    full = replace(BOX, lottery=lottery, content=content, history=Memory(True, True))
    yield "Box", words.box(full)
    yield "More than the box", words.more(full)
    yield "Nothing more", words.more(BOX)
    yield "Box without a ceiling", words.box(replace(BOX, ceiling=None))
    yield "Noise only", words.box(replace(BOX, noise_only=True))
    yield "Lottery not seen", words.lottery(replace(lottery, higher=False, n=1))
    for recovery in Recovery:
        term = replace(TERMS[0], recovery=recovery)
        yield f"Effect: {recovery.name}", words.terms(replace(BOX, terms=(term,)))
    unknown = replace(TERMS[0], share=Estimate(float("nan")), recovery=Recovery.UNKNOWN)
    yield "Effect: not known", words.term(unknown)
    for named in (Named((), (), ()), Named((), ("vision",), ()), Named((), (), ("audio",))):
        yield f"Content: {named}", words.tests(replace(BOX, content=named))
    both = RecoveredFacts((WORDS, LATE), (), True)
    yield "Facts", words.facts(both)
    yield "Facts beside the box", words.more(replace(BOX, terms=TERMS[:1], facts=both))
    for others in (("hook__has_face",), ("hook__has_face", "hook__n_cuts")):
        for explained in (True, False):
            also = replace(both, others=others, explained=explained)
            yield f"Named as well: {others}, {explained}", words.facts(also).split("\n\n")[-1]
    for planted in (2.2, 1.0):
        untold = Estimate(float("nan"))
        for seen in Seen:
            if (planted == 1) != (
                seen in (Seen.NOTHING, Seen.FALSE_ALARM)
            ) and seen is not Seen.UNKNOWN:
                continue
            shown = untold if seen is Seen.UNKNOWN else WORDS.found
            one = replace(WORDS, planted=planted, seen=seen, found=shown)
            yield f"Fact: {planted}, {seen.name}", words.planted_fact(one)
    for memory in words.HISTORIES:
        yield f"{memory}", words.tests(replace(BOX, history=memory))
