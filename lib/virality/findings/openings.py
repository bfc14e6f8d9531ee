"""What the openings of an account hold, when it comes, and how that changed over time."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np
import pandas as pd
from scipy import stats

from virality.core.protocol import ALPHA
from virality.core.resampling import effective_size, share_interval
from virality.core.text import DataText
from virality.features.blocks import block_of
from virality.features.openings import COLUMNS, small_words
from virality.media.hook.facts import GROUPS, UNREADABLE

IN_FILMS = ("has_words", "has_face", "has_speech", "has_music")
IN_CAPTIONS = ("caption_question", "caption_number", "caption_promise", "caption_imperative")
# When something comes, and the fact that says of which openings that could be known.
COMES = {
    "first_words": "has_words",
    "speech_start": "has_speech",
    "first_face": "has_face",
    "first_cut": "n_cuts",
}
PARTS = 3  # of the history that are compared
FEWEST = 8  # posts of a part of which a fact is known, for it to be compared
AT_ONCE = 0.25  # seconds until which something is there from the start
EXAMPLES, MOST_WORDS, SHORTEST = 6, 8, 3  # openings in words; words named, and their letters

Source = Enum("Source", "NOTHING CAPTIONS FILMS")  # what facts there are
Change = Enum("Change", "MORE LESS NONE")  # of a share from the first to the last part
Seen = Enum("Seen", "UNKNOWN NO SOMEWHERE AT_ONCE LATER")  # of a thing in one opening

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


@dataclass(frozen=True)
class Share:
    """How many of the posts of which a fact is known have it; 95 % interval (Wilson).

    `counted` is how many independent posts these are worth, because neighbours are alike.
    """

    name: str
    n: int
    having: int
    low: float
    high: float
    counted: float

    @property
    def value(self) -> float:
        """The share, 0 to 1."""
        return self.having / self.n

    @property
    def most(self) -> bool:
        """Whether more than half of them have it."""
        return 2 * self.having > self.n


@dataclass(frozen=True)
class Time:
    """When something comes: median seconds over the `n` openings of `known` that have it."""

    name: str
    n: int
    known: int
    median: float

    @property
    def at_once(self) -> bool:
        """Whether half of them have it from the start."""
        return self.median <= AT_ONCE


@dataclass(frozen=True)
class Course:
    """A share in each part of the history, and whether it changed by more than luck."""

    name: str
    parts: tuple[Share, ...]
    change: Change


@dataclass(frozen=True)
class Thing:
    """Something that an opening may hold, and from which second on."""

    seen: Seen
    at: float = np.nan


@dataclass(frozen=True)
class Opening:
    """What was found in one opening; `n_cuts` belongs to `cut`, the first one."""

    words: Thing
    face: Thing
    speech: Thing
    music: Thing
    cut: Thing
    n_cuts: int = 0
    said: DataText | None = None


@dataclass(frozen=True)
class Openings:
    """What the openings of an account hold.

    Attributes
    ----------
    n_posts, n_films : int
        Posts, and those of which a film or its sound was looked at.
    source : Source
    films, captions : tuple of Share
        What films show and say, and what captions begin with.
    times : tuple of Time
    courses : tuple of Course
        Shares over time; empty for a short history.
    unreadable : int
        Openings with words in a script that cannot be read here.
    absent : tuple of (str, DataText)
        Groups of facts that nobody looked for, and why.
    failed : tuple of (str, int, DataText)
        Groups of facts, in how many openings looking for them failed, and how the first time.
    words : tuple of (DataText, int)
        Words used most on the screen, and in how many openings.
    """

    n_posts: int
    n_films: int = 0
    source: Source = Source.NOTHING
    films: tuple[Share, ...] = ()
    captions: tuple[Share, ...] = ()
    times: tuple[Time, ...] = ()
    courses: tuple[Course, ...] = ()
    unreadable: int = 0
    absent: tuple[tuple[str, DataText], ...] = ()
    failed: tuple[tuple[str, int, DataText], ...] = ()
    words: tuple[tuple[DataText, int], ...] = ()


def facts_of(features: pd.DataFrame, embeddings: pd.DataFrame) -> pd.DataFrame:
    """Return the facts of openings, a row per post: those of captions and those of films.

    Parameters
    ----------
    features, embeddings : DataFrame
        Artefacts, index post_id.
    """
    both = features.join(embeddings[[c for c in embeddings if c not in features]])
    return both[[column for column in both if block_of(column) == "hook"]]


def openings(
    facts: pd.DataFrame, record: Mapping, words: pd.DataFrame, private: bool = False
) -> Openings:
    """Return what the openings hold.

    Parameters
    ----------
    facts : DataFrame
        From :func:`facts_of`, in order of time.
    record : mapping
        The artefact `encoders`.
    words : DataFrame
        The artefact `screen_words`.
    private : bool
        True names no word.

    Returns
    -------
    Openings
    """
    films, captions = _shares(facts, IN_FILMS), _shares(facts, IN_CAPTIONS)
    of_films = facts[[c for c in facts if c not in {name for name, *_ in COLUMNS}]]
    n_films = int(of_films.notna().any(axis=1).sum())
    captioned = Source.CAPTIONS if captions else Source.NOTHING
    finders = record.get("finders", {})
    absent = finders.get("absent", {}) if n_films else {}
    failed = finders.get("failed", {})
    return Openings(
        n_posts=len(facts),
        n_films=n_films,
        source=Source.FILMS if n_films else captioned,
        films=films,
        captions=captions,
        times=tuple(filter(None, (_time(facts, *each) for each in COMES.items()))),
        courses=courses(facts, [one.name for one in films or captions]),
        unreadable=int(facts.get(UNREADABLE, pd.Series(dtype=float)).sum()),
        absent=tuple((g, DataText(absent[g])) for g in GROUPS if g in absent),
        failed=tuple((g, one["posts"], DataText(one["reason"])) for g, one in failed.items()),
        words=() if private else most_used(words),
    )


def _shares(facts: pd.DataFrame, names: tuple[str, ...]) -> tuple[Share, ...]:
    shares = (_share(facts, f"hook__{name}") for name in names if f"hook__{name}" in facts)
    return tuple(filter(None, shares))


def _share(facts: pd.DataFrame, column: str) -> Share | None:
    known = facts[column].dropna()
    if known.empty:
        return None
    n, having = len(known), int((known > 0).sum())
    has = (known > 0).to_numpy(float)
    return Share(column, n, having, *share_interval(has), effective_size(has))


def _time(facts: pd.DataFrame, name: str, known: str) -> Time | None:
    column = f"hook__{name}"
    if column not in facts or f"hook__{known}" not in facts:
        return None
    times = facts[column].dropna()
    if times.empty:
        return None
    return Time(column, len(times), int(facts[f"hook__{known}"].count()), float(times.median()))


def courses(facts: pd.DataFrame, columns: list[str]) -> tuple[Course, ...]:
    """Return how shares changed from part to part of the history.

    Parameters
    ----------
    facts : DataFrame
        In order of time.
    columns : list of str
        Yes or no.

    Returns
    -------
    tuple of Course
        Of the facts that are known of enough posts in every part.
    """
    parts = [facts.iloc[places] for places in np.array_split(np.arange(len(facts)), PARTS)]
    found = []
    for column in columns:
        shares = [_share(part, column) for part in parts]
        if all(share and share.n >= FEWEST for share in shares):
            found.append((column, tuple(share for share in shares if share)))
    level = ALPHA / max(len(found), 1)  # of all facts together
    return tuple(
        Course(name, shares, _change(shares[0], shares[-1], level)) for name, shares in found
    )


def _change(first: Share, last: Share, level: float) -> Change:
    table = [
        [round(share.value * share.counted), round((1 - share.value) * share.counted)]
        for share in (first, last)
    ]
    if stats.fisher_exact(table).pvalue >= level:
        return Change.NONE
    return Change.MORE if last.value > first.value else Change.LESS


def most_used(words: pd.DataFrame) -> tuple[tuple[DataText, int], ...]:
    """Return the words that most openings show, as they are mostly written.

    Words that say nothing by themselves ("the", "und") are left out, and so is what one opening
    alone shows.

    Parameters
    ----------
    words : DataFrame
        Columns post_id and text.

    Returns
    -------
    tuple of (DataText, int)
        The word, and in how many openings it is.
    """
    openings, written = Counter[str](), dict[str, Counter[str]]()
    small = small_words()
    for text in words["text"]:
        found = [word for word in _WORD.findall(text) if len(word) >= SHORTEST]
        for word in found:
            written.setdefault(word.casefold(), Counter())[word] += 1
        openings.update({word.casefold() for word in found} - small)
    often = sorted((item for item in openings.items() if item[1] > 1), key=lambda i: (-i[1], i[0]))
    as_written = {key: min(forms.items(), key=lambda f: (-f[1], f[0]))[0]
                  for key, forms in written.items()}  # fmt: skip
    return tuple((DataText(as_written[key]), n) for key, n in often[:MOST_WORDS])


def examples(facts: pd.DataFrame, words: pd.DataFrame) -> dict[str, Opening]:
    """Return some openings, spread over time, by post_id: what was found in each.

    Parameters
    ----------
    facts : DataFrame
        In order of time.
    words : DataFrame
        The artefact `screen_words`.
    """
    of_films = facts.loc[:, facts.columns.isin([f"hook__{name}" for name in IN_FILMS])]
    looked = facts[of_films.notna().any(axis=1)]
    if looked.empty:
        return {}
    places = np.unique(np.linspace(0, len(looked) - 1, min(EXAMPLES, len(looked))).round())
    texts = dict(zip(words["post_id"], words["text"], strict=True))
    chosen = looked.iloc[places.astype(int)]
    return {str(post): _opening(row, texts.get(post)) for post, row in chosen.iterrows()}


def _opening(row: pd.Series, text: str | None) -> Opening:
    fact = {name.removeprefix("hook__"): float(value) for name, value in row.items()}
    at_once = {1.0: 0.0, 0.0: np.inf}.get(fact.get("music_at_once", np.nan), np.nan)
    n_cuts = fact.get("n_cuts", np.nan)
    return Opening(
        words=_thing(fact.get("has_words"), fact.get("first_words")),
        face=_thing(fact.get("has_face"), fact.get("first_face")),
        speech=_thing(fact.get("has_speech"), fact.get("speech_start")),
        music=_thing(fact.get("has_music"), at_once),
        cut=_thing(n_cuts, fact.get("first_cut")),
        n_cuts=0 if np.isnan(n_cuts) else int(n_cuts),
        said=DataText(text) if text else None,
    )


def _thing(there: float | None, when: float | None) -> Thing:
    if there is None or np.isnan(there):
        return Thing(Seen.UNKNOWN)
    if not there:
        return Thing(Seen.NO)
    if when is None or np.isnan(when):
        return Thing(Seen.SOMEWHERE)
    return Thing(Seen.AT_ONCE if when <= AT_ONCE else Seen.LATER, when)


def marks(facts: pd.DataFrame, posts: pd.Series) -> list[tuple[bool, ...]]:
    """Return by post which of :data:`IN_FILMS` its opening has.

    Parameters
    ----------
    facts : DataFrame
    posts : Series of str
        Post ids.
    """
    columns = [f"hook__{name}" for name in IN_FILMS]
    return [tuple(row) for row in (facts.reindex(posts, columns=columns) > 0).to_numpy()]
