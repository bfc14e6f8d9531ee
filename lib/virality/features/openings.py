"""What a caption's first line does, and whose sound it is: facts that need no film.

Questions, numbers and promises are told by marks and patterns, those of all languages of
`openings.toml` together.  Whether a line begins by telling somebody to do something depends on the
language, so it is guessed, and only as far as needed: from small words of the caption and of the
account's earlier ones.  Where languages remain that would answer differently, or none is known,
the fact is missing.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

from virality.core.captions import split_caption
from virality.media.hook.facts import FACTS

#: (feature, unit, definition); everything here is known before posting.
COLUMNS = (
    (
        "hook__caption_question",
        "yes or no",
        "1 when the caption's first line is a question, else 0",
    ),
    (
        "hook__caption_number",
        "yes or no",
        "1 when the first line has a number that is no date, hashtag or name, else 0",
    ),
    (
        "hook__caption_promise",
        "yes or no",
        "1 when the first line promises a list or a lesson (“3 ways”, “how to”), else 0",
    ),
    (
        "hook__caption_imperative",
        "yes or no",
        "1 when the first line begins by telling to do something, else 0; missing where its "
        "language is not known",
    ),
    (
        "hook__original_sound",
        "yes or no",
        "1 when the sound was made for this post, 0 when it was taken from elsewhere",
    ),
    (
        "hook__sound_uses",
        "posts",
        "earlier posts of this account with the same sound",
    ),
)
#: Facts of a film that say the same in several ways, by column.
GROUPS = {fact.column: fact.group for fact in FACTS}
#: Blocks of content that see or hear the same as the facts of a group, and say them again.
SAME_SENSE = {
    "words": ("vision", "energy"),
    "faces": ("vision", "energy"),
    "cuts": ("vision", "energy"),
    "voice": ("audio", "energy"),
}
OF_SOUNDS = tuple(name for name, *_ in COLUMNS[4:])

_ADDRESS = re.compile(r"https?://\S+|www\.\S+|[@＠][\w.]+")
_QUESTION = re.compile(r"[?？؟⁇]|¿")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_NUMBER = re.compile(r"(?<![\w.,])\d")
_DATES = (
    r"\d{1,4}([./-])\d{1,2}\1\d{1,4}",  # 31.5.2024
    r"\d{1,2}\.\d{1,2}\.(?!\d)|\d{2}/\d{2}(?![/\d])",  # 31.5. and 31/05
    r"(?<![\d.,$€£])(?:19|20)\d\d(?![\d.,%])(?!\w)",  # a year
    r"\d{1,4}年|\d{1,2}[月日]",
    r"\d{1,2}:\d{2}",
)


def caption_facts(captions: Iterable[str | None]) -> pd.DataFrame:
    """What the first lines of one account's captions do, in time order.

    Parameters
    ----------
    captions : iterable of str or missing, n of them
        The account's captions from the first on; a later one changes nothing of an earlier.

    Returns
    -------
    DataFrame of shape (n, 4)
        `caption_question`, `caption_number`, `caption_promise` and `caption_imperative`: 1, 0, or
        NaN where there is no caption (the last also where its language is not known).

    Examples
    --------
    >>> caption_facts(["5 trucos para ahorrar #dinero", "Wait for the end", None])
       caption_question  caption_number  caption_promise  caption_imperative
    0               0.0             1.0              1.0                 0.0
    1               0.0             0.0              0.0                 1.0
    2               NaN             NaN              NaN                 NaN
    """
    rows, heard = [], Counter[str]()
    for caption in captions:
        if not isinstance(caption, str):
            rows.append((np.nan,) * 4)
            continue
        line = first_line(caption)
        own = _votes(_plain(caption))
        told = _tells(line, own, heard)
        heard += own
        rows.append((float(_asks(line)), float(_counts(line)), float(_promises(line)), told))
    names = [name.removeprefix("hook__") for name, *_ in COLUMNS[:4]]
    return pd.DataFrame(rows, columns=names, dtype=float)


def sound_facts(posts: pd.DataFrame) -> pd.DataFrame:
    """Whose sound the posts of one account have, and how often the account had used it before.

    Parameters
    ----------
    posts : DataFrame of n rows
        Tidy posts of one account, sorted by posted_at.

    Returns
    -------
    DataFrame of n rows
        `original_sound` (1, 0) and `sound_uses` (earlier posts, not those of the same moment);
        NaN where the input does not say.
    """
    sounds = posts["sound_id"] if "sound_id" in posts else pd.Series(pd.NA, posts.index)
    again = posts.groupby([sounds, "posted_at"]).size().groupby(level=0)
    before = again.cumsum() - again.obj
    keys = pd.MultiIndex.from_arrays([sounds, posts["posted_at"]])
    uses = before.reindex(keys).to_numpy(float) if len(before) else np.full(len(posts), np.nan)
    own = posts.get("original_sound", pd.Series(pd.NA, posts.index)).astype("Float64")
    return pd.DataFrame({"original_sound": own.to_numpy(float, na_value=np.nan),
                         "sound_uses": uses})  # fmt: skip


def opening_features(posts: pd.DataFrame) -> pd.DataFrame:
    """The facts of the openings of one account's posts that need no film.

    Parameters
    ----------
    posts : DataFrame of n rows
        Tidy posts of one account, sorted by posted_at; no outcome is looked at.

    Returns
    -------
    DataFrame of n rows
        Index post_id, the columns of `COLUMNS`; NaN where nothing is known.
    """
    facts = pd.concat([caption_facts(posts["caption"]), sound_facts(posts)], axis=1)
    index = pd.Index(posts["post_id"].astype("string"), name="post_id")
    return facts.add_prefix("hook__").set_axis(index)[[name for name, *_ in COLUMNS]]


def first_line(caption: str) -> str:
    r"""The first line of a caption that says something, without hashtags, names and addresses.

    >>> first_line("#ad @mia\nHow to do it: https://example.org #diy")
    'how to do it:'
    """
    return next(filter(None, map(_plain, caption.splitlines())), "")


def small_words() -> frozenset[str]:
    """The words, in lower case, that say nothing by themselves, of all languages known here."""
    return frozenset().union(*_small().values())


def _plain(text: str) -> str:
    """In lower case, accents composed, without hashtags, names and addresses."""
    text = unicodedata.normalize("NFKC", _ADDRESS.sub(" ", text))
    return split_caption(text)[0].casefold().replace("’", "'")


def _asks(line: str) -> bool:
    return bool(_QUESTION.search(line) or _patterns("question").match(_spoken(line)))


def _counts(line: str) -> bool:
    return bool(_NUMBER.search(_dates().sub(" ", line)))


def _promises(line: str) -> bool:
    spoken = _spoken(line)
    return bool(_patterns("promise").match(spoken) or _lists().search(spoken))


def _tells(line: str, own: Mapping[str, int], heard: Mapping[str, int]) -> float:
    """1 or 0 where the likeliest languages agree, else NaN; no question or number is a request."""
    spoken = _spoken(line)
    if not _WORD.match(spoken) or _asks(line):
        return 0.0
    begins = [_begins(spoken, language) for language in _likeliest(spoken, own, heard)]
    answers = {np.nan if count is None else float(count > 0) for count in begins}
    return answers.pop() if len(answers) == 1 else np.nan


def _likeliest(spoken: str, own: Mapping[str, int], heard: Mapping[str, int]) -> list[str]:
    """Languages with most of their small words in the caption, or else in the earlier ones."""
    votes = Counter(own) + Counter({name: _begins(spoken, name) or 0 for name in _languages()})
    likely = _most(votes)
    if len(likely) != 1 and "LATIN" in unicodedata.name(spoken[0], ""):
        before = {name: heard[name] for name in likely or _languages() if heard.get(name)}
        likely = _most(before) or likely
    return likely


def _most(votes: Mapping[str, int]) -> list[str]:
    best = max(votes.values(), default=0)
    return [name for name, count in votes.items() if best and count == best]


def _votes(text: str) -> Counter[str]:
    """How many words of a text are small words of each language; kana are Japanese."""
    words = _WORD.findall(text)
    votes = Counter({name: sum(map(small.__contains__, words)) for name, small in _small().items()})
    votes["ja"] = sum("぀" <= sign <= "ヿ" for sign in text)
    return +votes


def _begins(spoken: str, language: str) -> int | None:
    """With how many words a line tells to do something; None in a language that has no list."""
    known = _languages()[language]
    if not {"tells", "requests"} & set(known):
        return None
    words, tells = spoken.split(" "), known.get("tells", ())
    found = [count for count in (1, 2) if " ".join(words[:count]) in tells]
    asked = any(re.match(each, spoken) for each in known.get("requests", ()))
    return max([*found, int(asked)])


def _spoken(line: str) -> str:
    """From the first word or digit on, words and the marks within them, one space between."""
    kept = re.sub(r"[^\w\s'。！!？?〜～-]+", " ", line)
    return re.sub(r"\s+", " ", re.sub(r"^[\W_]+", "", kept)).rstrip() + " "


@cache
def _languages() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(files(__package__).joinpath("openings.toml").read_text(encoding="utf-8"))


@cache
def _small() -> dict[str, frozenset[str]]:
    return {name: frozenset(known.get("words", ())) for name, known in _languages().items()}


@cache
def _patterns(what: str) -> re.Pattern:
    """The expressions of all languages for the start of a line."""
    every = [each for known in _languages().values() for each in known.get(what, ())]
    return re.compile("|".join(f"(?:{each})" for each in every))


@cache
def _lists() -> re.Pattern:
    """A number and, at most two words later, a noun of the same language that makes it a list."""
    parts = []
    for known in _languages().values():
        if "nouns" in known:
            numbers, nouns = "|".join(known["numbers"]), "|".join(known["nouns"])
            parts.append(rf"\b(?:\d{{1,3}}|{numbers}) (?:[^\W\d]+ ){{0,2}}?(?:{nouns})\b")
    return re.compile("|".join(parts))


@cache
def _dates() -> re.Pattern:
    """What makes a number a date, not a count."""
    months = "|".join(m for known in _languages().values() for m in known.get("months", ()))
    day = r"\d{1,2}(?:st|nd|rd|th|er|º|\.)?"
    named = rf"\b{day}\s+(?:de |of )?(?:{months})\b(?:\s+\d{{1,4}})?|\b(?:{months})\s+{day}(?!\w)"
    return re.compile("|".join((*_DATES, named)))
