"""What the box that reads the truth can say."""

from collections.abc import Iterator
from dataclasses import replace

from virality.demo.model import KNOWABLE
from virality.findings.recovered import Lottery, Memory, Named, Recovered, Recovery, Term
from virality.findings.scores import Estimate
from virality.sentences import recovered as words

SHARE = Estimate(0.62, -0.04, 1.3)
TERMS = tuple(Term(name, 0.4, Recovery.WHOLE, SHARE) for name in KNOWABLE)
BOX = Recovered("xgboost", False, 0.61, TERMS)


def examples() -> Iterator[tuple[str, str]]:
    yield "Title", words.TITLE
    lottery = Lottery("cat", 0.25, 31, True, 0.22, 0.08)
    content = Named(("vision", "audio"), ("caption_text",), ("energy",))
    yield (
        "Box",
        words.box(replace(BOX, lottery=lottery, content=content, history=Memory(True, True))),
    )
    yield "Box without tests", words.box(replace(BOX, ceiling=None))
    yield "Noise only", words.box(replace(BOX, noise_only=True))
    yield "Lottery not seen", words.lottery(replace(lottery, higher=False, n=1))
    for recovery in Recovery:
        term = replace(TERMS[0], recovery=recovery)
        yield f"Effect: {recovery.name}", words.term(term)
    for named in (Named((), (), ()), Named((), ("vision",), ()), Named((), (), ("audio",))):
        yield f"Content: {named}", words.tests(replace(BOX, content=named))
    for memory in words.HISTORIES:
        yield f"{memory}", words.tests(replace(BOX, history=memory))
