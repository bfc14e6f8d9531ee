"""What the page says of the openings of an account: what they hold, when, and since when."""

from __future__ import annotations

from collections.abc import Sequence

from virality.core.text import agree, capital, listing, percent, plural
from virality.findings.openings import (
    IN_FILMS,
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

#: What a single opening has, by column; captions are those of the post.
HAVING = {
    "hook__has_words": "words on the screen",
    "hook__has_face": "a face",
    "hook__has_speech": "speech",
    "hook__has_music": "music",
    "hook__caption_question": "a question",
    "hook__caption_number": "a number",
    "hook__caption_promise": "a promise",
    "hook__caption_imperative": "a call to do something",
}
#: Marks below a first frame, in the order of `IN_FILMS`.
MARKS = dict(zip("WFSM", IN_FILMS, strict=True))
_AWAITED = {
    "hook__first_words": "words",
    "hook__speech_start": "speech",
    "hook__first_face": "a face",
    "hook__first_cut": "a cut",
}
_FINDERS = {"words": "words on the screen", "voice": "speech and music", "faces": "faces"}
_FAILED = _FINDERS | {"all": "what openings hold"}
_LETTERS = 60  # of the words on the screen in a table


def in_short(found: Openings) -> str:
    """Say in one sentence what the openings hold, for the answer."""
    if found.source is Source.NOTHING:
        return (
            "This record has neither films nor captions, so nothing is known of how its posts open."
        )
    if found.source is Source.CAPTIONS:
        posts = plural(found.n_posts, "post")
        return f"No film of these {posts} was looked at; {_first_lines(found.captions)}."
    if not found.films:
        return f"The openings of {plural(found.n_films, 'film')} were looked at and listened to."
    return f"Of {plural(found.n_films, 'opening')}, {_shares(found.films)}."


def holds(found: Openings) -> str:
    """Say when things come, what captions begin with, and what nobody looked for."""
    if found.source is not Source.FILMS:
        return ""
    parts = [_comes(found.times)] if found.times else []
    parts += [f"{capital(_first_lines(found.captions))}."] if found.captions else []
    if found.unreadable:
        many = plural(found.unreadable, "opening has", "openings have")
        parts.append(f"{many} words in a script that cannot be read here; they count as words.")
    return " ".join([*parts, *map(_absent, found.absent), *map(_failed, found.failed)])


def _shares(shares: Sequence[Share]) -> str:
    first, *rest = [f"{percent(one.value)} {HAVING[one.name]}" for one in shares]
    return listing([first.replace("% ", "% have ", 1), *rest])


def _first_lines(shares: Sequence[Share]) -> str:
    some = [one for one in shares if one.having]
    never = [HAVING[one.name] for one in shares if not one.having]
    if not some:
        return f"no caption's first line holds {listing(never, 'or')}"
    text = f"of captions' first lines, {_shares(some)}"
    return f"{text}; none has {listing(never, 'or')}" if never else text


def _comes(times: Sequence[Time]) -> str:
    there = [_AWAITED[one.name] for one in times if one.at_once]
    waits = [f"{one.median:.1f} s for {_AWAITED[one.name]}" for one in times if not one.at_once]
    parts = [
        there and f"{listing(there)} mostly {agree(there, 'starts', 'start')} at once",
        waits and f"the typical wait (median) is {listing(waits)}",
    ]
    return f"Where they come at all, {'; '.join(part for part in parts if part)}."


def _absent(missing: tuple[str, object]) -> str:
    group, reason = missing
    return f"Nobody looked for {_FINDERS.get(group, group)}: the finder {reason}."


def _failed(failure: tuple[str, int, object]) -> str:
    group, n, reason = failure
    return (
        f"In {plural(n, 'opening')} the search for {_FAILED.get(group, group)} failed ({reason}); "
        "these facts are missing there."
    )


# ------------------------------------------------------------------------------ first frames


def sheet_texts(found: Openings, shown: int, n: int) -> tuple[str, str]:
    """Return caption and alternative text of the first frames.

    Parameters
    ----------
    found : Openings
    shown, n : int
        Frames in the picture, and posts that have one.
    """
    which = f"all {n:,}" if shown == n else f"{shown} of {n:,}"
    frames = f"First frames, oldest first ({which})."
    if not found.films:
        return frames, frames
    letters = {f"hook__{name}": letter for letter, name in MARKS.items()}
    most, fewer = (
        [f"{letters[one.name]} ({HAVING[one.name]})" for one in found.films if one.most is most]
        for most in (True, False)
    )
    parts = [most and f"Most have {listing(most)}", fewer and f"fewer {listing(fewer)}"]
    finding = f"{capital('; '.join(part for part in parts if part))} in these seconds."
    return f"{finding} {frames}", f"{frames} {finding}"


def examples_caption(found: Openings, n: int) -> str:
    """Return the caption of the openings in words.

    Parameters
    ----------
    found : Openings
    n : int
        Openings in the table.
    """
    return (
        f"{capital(plural(n, 'opening'))} of {found.n_films:,} in words. Do you see and hear the "
        "same? If not, distrust this page."
    )


def in_words(opening: Opening) -> str:
    """Say what one opening holds; words from the screen are escaped."""
    words = _thing(opening.words, "words")
    parts = [
        f"{words}: “{opening.said.excerpt(_LETTERS)}”" if opening.said else words,
        _thing(opening.face, "a face", "no face"),
        _thing(opening.speech, "speech"),
        _music(opening.music),
        _cuts(opening),
    ]
    return "; ".join(filter(None, parts)) or "nothing is known"


def _thing(thing: Thing, name: str, none: str = "") -> str:
    if thing.seen is Seen.UNKNOWN:
        return ""
    if thing.seen is Seen.NO:
        return none or f"no {name}"
    if thing.seen is Seen.SOMEWHERE:
        return name
    return f"{name} at once" if thing.seen is Seen.AT_ONCE else f"{name} after {thing.at:.1f} s"


def _music(thing: Thing) -> str:
    return "music later on" if thing.seen is Seen.LATER else _thing(thing, "music")


def _cuts(opening: Opening) -> str:
    if opening.cut.seen in (Seen.UNKNOWN, Seen.NO):
        return _thing(opening.cut, "cut")
    return f"{plural(opening.n_cuts, 'cut')}, the first after {opening.cut.at:.1f} s"


def most_used(found: Openings) -> str:
    """Name the words that most openings show."""
    if not found.words:
        return ""
    listed = listing([f"“{word}” ({n})" for word, n in found.words])
    return f"Words that come back on the screen, and in how many openings: {listed}."


# ------------------------------------------------------------------------------- over time


def over_time_texts(found: Openings) -> tuple[str, str]:
    """Return caption and alternative text of the shares over time."""
    changed = [one for one in found.courses if one.change is not Change.NONE]
    what = "openings" if found.films else "captions"
    finding = f"From the first to the last third of these {what} nothing changed by more than luck."
    if changed:
        finding = f"From the first to the last third of these {what}: {_changes(changed)}."
    runs = [
        f"{HAVING[one.name]} {', '.join(percent(part.value) for part in one.parts)}"
        for one in found.courses
    ]
    return (
        f"{finding} Lines: 95 % intervals.",
        f"{finding} Shares in three parts of the history, oldest first: {'; '.join(runs)}.",
    )


def _changes(changed: Sequence[Course]) -> str:
    return listing(
        [
            f"{'more' if one.change is Change.MORE else 'fewer'} with {HAVING[one.name]} "
            f"({percent(one.parts[0].value)}, then {percent(one.parts[-1].value)})"
            for one in changed
        ]
    )
