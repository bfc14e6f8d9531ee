"""What the page says of the openings of an account: what they hold, when, and since when."""

from __future__ import annotations

from collections.abc import Sequence

from virality.core.text import capital, listing, percent, plural
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


def holds(found: Openings) -> str:
    """Say which share of the openings holds what, and when it comes."""
    if found.source is Source.NOTHING:
        return (
            "There is neither a film nor a caption in this record, so nothing is known of how its "
            "posts open."
        )
    if found.source is Source.CAPTIONS:
        return f"{_no_films(found)} {_of_captions(found.captions)}"
    parts = [f"The opening of {plural(found.n_films, 'film')} was looked at and listened to."]
    if found.films:
        parts.append(f"Of these openings, {_list_of_shares(found.films)}.")
    parts += [_comes(found.times)] if found.times else []
    if found.unreadable:
        many = plural(found.unreadable, "opening has", "openings have")
        parts.append(f"{many} words in a script that cannot be read here; they count as words.")
    parts += [_of_captions(found.captions)] if found.captions else []
    return " ".join([*parts, *map(_absent, found.absent), *map(_failed, found.failed)])


def _no_films(found: Openings) -> str:
    return (
        f"No film of these {plural(found.n_posts, 'post')} was looked at, so what is known of "
        "their openings is what their captions begin with."
    )


def _of_captions(shares: Sequence[Share]) -> str:
    some = [one for one in shares if one.having]
    never = [HAVING[one.name] for one in shares if not one.having]
    if not some:
        return f"No caption's first line holds {listing(never, 'or')}."
    text = f"Of the captions, {_list_of_shares(some)} in the first line"
    return f"{text}; none has {listing(never, 'or')}." if never else f"{text}."


def _list_of_shares(shares: Sequence[Share]) -> str:
    counted = [f"**{one.having:,} of {one.n:,}**" for one in shares]
    first, *rest = [f"{n} {HAVING[one.name]}" for n, one in zip(counted, shares, strict=True)]
    return listing([first.replace("** ", "** have ", 1), *rest])


def _comes(times: Sequence[Time]) -> str:
    there = [_AWAITED[one.name] for one in times if one.at_once]
    waits = [f"{one.median:.1f} s for {_AWAITED[one.name]}" for one in times if not one.at_once]
    parts = [
        there and f"at least half of the openings have {listing(there)} from the start",
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


def sheet_caption(shown: int, n: int, marked: bool) -> str:
    """Return the caption of the first frames.

    Parameters
    ----------
    shown, n : int
        Frames in the picture, and posts that have one.
    marked : bool
        Whether letters below say what was found.
    """
    which = "All of them" if shown == n else f"{shown} of {n:,}, evenly spread over time"
    text = f"First frames, oldest at the top left. {which}."
    if not marked:
        return text
    letters = listing([f"{k} {HAVING[f'hook__{name}']}" for k, name in MARKS.items()])
    return f"{text} Letters say what the opening has somewhere in its first seconds: {letters}."


def examples_caption(found: Openings, n: int) -> str:
    """Return the caption of the openings in words.

    Parameters
    ----------
    found : Openings
    n : int
        Openings in the table.
    """
    return (
        f"{capital(plural(n, 'opening'))} of {found.n_films:,}, oldest first, and what was found "
        "in each. Do you see and hear the same? If not, distrust the sentences around this table."
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
    return f"Words on the screen of more than one opening, and of how many: {listed}."


# ------------------------------------------------------------------------------- over time


def over_time_texts(found: Openings) -> tuple[str, str]:
    """Return caption and alternative text of the shares over time."""
    return _over_time_caption(found), _over_time_alt(found)


def _over_time_caption(found: Openings) -> str:
    what = "openings" if found.films else "captions"
    changed = [one for one in found.courses if one.change is not Change.NONE]
    end = f" {capital(_changes(changed))}." if changed else ""
    return (
        f"Share of {what} with each fact in the first, the middle and the last third of the posts, "
        f"with 95 % intervals.{end}"
    )


def _over_time_alt(found: Openings) -> str:
    runs = [
        f"{HAVING[one.name]} {', '.join(percent(part.value) for part in one.parts)}"
        for one in found.courses
    ]
    return f"Shares in three parts of the history, oldest first: {'; '.join(runs)}."


def over_time_reading(found: Openings) -> str:
    """Say what changed from the first to the last third."""
    if not found.courses:
        return (
            "There are too few posts to say whether that changed over time."
            if found.source is not Source.NOTHING
            else ""
        )
    changed = [one for one in found.courses if one.change is not Change.NONE]
    same = [one for one in found.courses if one.change is Change.NONE]
    if not changed:
        return (
            "**From the first to the last third nothing changed by more than luck can.** What "
            "looks like a change may be one, but so many posts do not show it."
        )
    rest = f" No clear change: {listing([HAVING[one.name] for one in same])}." if same else ""
    return f"**You open otherwise than you did**: {_changes(changed)}.{rest}"


def _changes(changed: Sequence[Course]) -> str:
    return listing(
        [
            f"{'more' if one.change is Change.MORE else 'fewer'} with {HAVING[one.name]} "
            f"({percent(one.parts[0].value)}, then {percent(one.parts[-1].value)})"
            for one in changed
        ]
    )


# ----------------------------------------------------------------------------------- the answer


def in_short(found: Openings) -> str:
    """Say in one sentence what the openings hold, for the answer; "" where nothing is known."""
    shares = found.spoken_of
    if not shares:
        return ""
    where = "openings" if found.films else "captions, in their first line,"
    listed = listing([f"{HAVING[one.name]} in {percent(one.value)}" for one in shares])
    return f"This account's {where} have {listed}."
