"""What the share card can say."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gallery.creators import REPORT
from gallery.first_screen import FOUND, LESS, MORE, NOTHING, REACH, TAG
from gallery.first_screen_many import FOUND as MANY
from virality.core.text import DataText
from virality.findings.first_screen import Told
from virality.sentences import card


def examples() -> Iterator[tuple[str, str]]:
    withheld = replace(MORE, about=replace(TAG, label=()))
    for name, found in {
        "all of it": FOUND,
        "nothing stood out": NOTHING,
        "few posts": replace(NOTHING, told=Told.TOO_FEW, forecast=None, simulated=False,
                             reach=replace(REACH, last=np.nan)),
        "no post": replace(NOTHING, reach=None, first="", last=""),
        "all alike": replace(NOTHING, reach=replace(REACH, high=REACH.low)),
        "private": replace(FOUND, who=None, more=(withheld,), less=(LESS,), last="Feb 2023"),
        "somebody's name": replace(FOUND, who=DataText("Jane Doe")),
    }.items():  # fmt: skip
        yield name, written(card.words(found))
    yield "several creators", written(card.of_many(MANY))
    none = replace(REPORT, skill=None, content=None)
    yield "several creators, nothing", written(card.of_many(replace(MANY, reach=None, found=none)))


def written(words: dict[str, str]) -> str:
    return "\n".join(f"- {name}: {text}" for name, text in words.items())
