"""What a simulated account says: eras, series that come and go, hashtags that return.

Nothing here knows of views.  `speak` writes the captions and tells which post holds what, so that
effects can be planted on it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

import numpy as np

from virality.demo.courses import with_memory

_TALK = tomllib.loads(files("virality.demo").joinpath("topics.toml").read_text("utf-8"))
N_TOPICS, N_TAGS, N_PHRASES = 5, 40, 12  # that an account ever uses
ERA, SERIES_BREAK, SERIES_RUN = 60, 25, 20  # posts, on average
ERA_BREADTH = 1.0  # small: one topic an era; large: all of them alike
IN_SERIES = 0.5  # chance of a post to belong to the series that runs
WITH_PHRASE, WITH_RARE_TAG, WITH_EMOJI = 0.5, 0.2, 0.4
CORE_TAGS, WITH_CORE_TAG = 3, 0.8  # hashtags that a topic is nearly always given
WITH_SAID_TAG = 0.3  # chance of a topic's word to be a hashtag as well
MEAN_TAGS = 2.5
TOPIC_TASTE = 1.5  # spread of a hashtag's log odds from topic to topic
TAG_FASHION = 1.5  # spread of a hashtag's log odds over time; its half-life in posts is below
TAG_HALF_LIFE = 25
ZIPF = 1.0  # exponent of how often hashtags and phrases return
_SYLLABLES = [c + v for c in "bdfgklmnprstvz" for v in ("a", "e", "i", "o", "u")]


@dataclass(frozen=True)
class Talk:
    """Captions, and what each post holds.

    Attributes
    ----------
    captions : list of str, length n
    eras : ndarray of int, shape (n,)
        Number of the era that each post falls into, from 0.
    holds : dict of str to ndarray of shape (n, k)
        For topics, series, hashtags and phrases: 1 where a post holds the k-th of them, else 0.
    names : dict of str to list of str
        What the columns of `holds` are, as they stand in captions.
    """

    captions: list[str]
    eras: np.ndarray
    holds: dict[str, np.ndarray]
    names: dict[str, list[str]]


def speak(n: int, paraphrase: float, rng: np.random.Generator) -> Talk:
    """Write the captions of an account.

    Parameters
    ----------
    n : int
        Posts.
    paraphrase : float
        Chance of a topic's word to be another than the usual one of the same meaning.
    rng : numpy.random.Generator

    Returns
    -------
    Talk
    """
    topics = list(rng.permutation(list(_TALK["topics"]))[:N_TOPICS])
    eras = np.cumsum(rng.random(n) < 1 / ERA)
    series = _series(n, rng)
    subjects = _subjects(eras, series, rng)
    tags, phrases = _tags(subjects, rng), _phrases(n, rng)
    names = {
        "topics": [str(topic) for topic in topics],
        "series": _invented(series.max() + 1, 3, rng),
        "hashtags": _invented(N_TAGS, 4, rng),
        "phrases": [" ".join(pair) for pair in zip(*(_invented(N_PHRASES, 2, rng) for _ in "ab"))],
    }
    holds = {
        "topics": _one_hot(subjects, N_TOPICS),
        "series": _one_hot(series, series.max() + 1),
        "hashtags": tags,
        "phrases": _one_hot(phrases, N_PHRASES),
    }
    writer = _Writer(names, paraphrase, rng)
    captions = [
        writer.caption(subjects[t], series[t], np.flatnonzero(tags[t]), phrases[t])
        for t in range(n)
    ]
    return Talk(captions, eras, holds, names)


class _Writer:
    """Puts a post's topic, series, hashtags and phrase into words."""

    def __init__(self, names: dict[str, list[str]], paraphrase: float, rng: np.random.Generator):
        self.names, self.paraphrase, self.rng = names, paraphrase, rng
        self.concepts = [_TALK["topics"][topic] for topic in names["topics"]]
        self.staples = rng.choice([0.0, 0.3, 0.8], len(_TALK["staples"]))
        self.sentences = 1 + rng.poisson(0.4)  # what this account usually writes
        self.parts: dict[int, int] = {}

    def caption(self, topic: int, series: int, tags: np.ndarray, phrase: int) -> str:
        """One caption; -1 stands for no series and no phrase."""
        pairs = [self._words(topic) for _ in range(self._length())]
        said = [word for pair in pairs for word in pair]
        text = ". ".join(self._sentence(*pair) for pair in pairs)
        if phrase >= 0:
            text = f"{self.names['phrases'][phrase]}, {text}"
        if series >= 0:
            self.parts[series] = self.parts.get(series, 0) + 1
            text = f"{self.names['series'][series]} part {self.parts[series]}: {text}"
        if self.rng.random() < WITH_EMOJI:
            text += f" {self._pick(_TALK['emoji'])}"
        core = [self._word(*meaning) for meaning in self.concepts[topic][:CORE_TAGS]]
        own = [word for word in core if self.rng.random() < WITH_CORE_TAG]
        own += [word for word in said if self.rng.random() < WITH_SAID_TAG]
        return " ".join([text, *(f"#{tag}" for tag in self._tags(own, series, tags))])

    def _tags(self, own: list[str], series: int, tags: np.ndarray) -> list[str]:
        chances = self.rng.random(len(self.staples))
        out = own + [self.names["hashtags"][tag] for tag in tags]
        out += [self.names["series"][series]] if series >= 0 else []
        out += _invented(1, 5, self.rng) if self.rng.random() < WITH_RARE_TAG else []
        usual = zip(_TALK["staples"], chances < self.staples, strict=True)
        return list(dict.fromkeys(out + [tag for tag, used in usual if used]))

    def _length(self) -> int:
        return max(1, self.sentences + int(self.rng.integers(-1, 2)))

    def _words(self, topic: int) -> list[str]:
        """Two words of the topic: the usual one of a meaning, or another."""
        meanings = self.rng.choice(len(self.concepts[topic]), 2, replace=False)
        return [self._word(*self.concepts[topic][meaning]) for meaning in meanings]

    def _word(self, usual: str, *others: str) -> str:
        return self._pick(others) if self.rng.random() < self.paraphrase else usual

    def _sentence(self, a: str, b: str) -> str:
        verb, mood = self._pick(_TALK["verbs"]), self._pick(_TALK["moods"])
        number = int(self.rng.integers(2, 30))
        return self._pick(_TALK["sentences"]).format(a=a, b=b, verb=verb, mood=mood, n=number)

    def _pick(self, choices: Sequence[str]) -> str:
        return choices[int(self.rng.integers(len(choices)))]


def _series(n: int, rng: np.random.Generator) -> np.ndarray:
    """Which series each post belongs to; -1 for none.  One runs at a time."""
    out, start, number = np.full(n, -1), int(rng.geometric(1 / SERIES_BREAK)) - 1, 0
    while start < n:
        end = start + 5 + int(rng.geometric(1 / (SERIES_RUN - 5)))
        run = np.arange(start, min(end, n))
        out[run[rng.random(len(run)) < IN_SERIES]] = number
        start, number = end + int(rng.geometric(1 / SERIES_BREAK)), number + 1
    return out


def _subjects(eras: np.ndarray, series: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Which topic each post is about: eras have their favourites, and a series keeps to its own."""
    weights = rng.dirichlet(np.full(N_TOPICS, ERA_BREADTH), eras[-1] + 1)
    bounds = np.cumsum(weights, axis=1)[eras, :-1]
    subjects = (rng.random(len(eras))[:, None] > bounds).sum(axis=1)
    own = rng.integers(N_TOPICS, size=series.max() + 2)
    return np.where(series >= 0, own[series], subjects)


def _tags(subjects: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Which hashtags each post has: few often, many seldom; topics and fashions have theirs."""
    n = len(subjects)
    fresh = rng.standard_normal((n, N_TAGS))
    fashion = TAG_FASHION * with_memory(fresh, 0.5 ** (1 / TAG_HALF_LIFE))
    taste = TOPIC_TASTE * rng.standard_normal((N_TOPICS, N_TAGS))[subjects]
    usual = -ZIPF * np.log(np.arange(1, N_TAGS + 1))
    liking = usual + fashion + taste + rng.gumbel(size=(n, N_TAGS))
    place = np.argsort(np.argsort(-liking, axis=1), axis=1)
    return (place < rng.poisson(MEAN_TAGS, n)[:, None]).astype(float)


def _phrases(n: int, rng: np.random.Generator) -> np.ndarray:
    """Which phrase opens each post; -1 for none."""
    odds = np.arange(1, N_PHRASES + 1) ** -ZIPF
    drawn = rng.choice(N_PHRASES, n, p=odds / odds.sum())
    return np.where(rng.random(n) < WITH_PHRASE, drawn, -1)


def _one_hot(which: np.ndarray, size: int) -> np.ndarray:
    return (which[:, None] == np.arange(size)).astype(float)


def _invented(count: int, syllables: int, rng: np.random.Generator) -> list[str]:
    """Words that sound like words."""
    drawn = rng.integers(len(_SYLLABLES), size=(count, syllables))
    return ["".join(_SYLLABLES[i] for i in word) for word in drawn]
