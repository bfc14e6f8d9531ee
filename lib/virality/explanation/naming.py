"""What a kind of post is called: by the hashtags and words that its creator uses for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import pandas as pd

from virality.core.captions import hashtags, split_caption
from virality.core.text import clean, excerpt
from virality.explanation.clusters import NOISE, letter
from virality.features.concepts import traits

TOLD = 2  # hashtags or words in a short name
LONGEST = 31  # signs of one of them
OFTEN, RARER = 1 / 3, 2.0  # of a kind's posts that have it, and how much rarer it is elsewhere
_WORD = re.compile(r"(?<![\w@./])[^\W\d_](?:[^\W_]|['’]){1,19}(?![\w@/]|:/)")
_LEAST_LATIN = 4  # letters; shorter ones are mostly "and" and "the"


@dataclass(frozen=True)
class KindName:
    """What one kind of post is called, wherever a page names it.

    Parameters
    ----------
    letter : str
        A for the largest.
    hashtags, words : tuple of str
        That set it apart, most telling first; raw text from the data. None on private pages.
    traits : str
        Signed columns, see :func:`virality.features.concepts.traits`.

    Examples
    --------
    >>> f"{KindName('B', ('#cat', '#a_b', '#pet'))}, {KindName('C', words=('recipe', 'easy'))}"
    '&#35;cat &#35;a&#95;b, “recipe · easy”'
    >>> str(KindName("D", traits="-energy__cut_rate")), KindName("E").raw
    ('kind D (few cuts)', 'kind E')
    """

    letter: str
    hashtags: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    traits: str = ""

    @property
    def raw(self) -> str:
        """As plain text, for a figure or a terminal."""
        return self._written(lambda text: clean(text)[:LONGEST])

    def __str__(self) -> str:
        return self._written(lambda text: excerpt(text, LONGEST))

    def __format__(self, form: str) -> str:
        return format(str(self), form)

    def _written(self, safe: Callable[[str], str]) -> str:
        if self.hashtags:
            return " ".join(map(safe, self.hashtags[:TOLD]))
        if self.words:
            return f"“{' · '.join(map(safe, self.words[:TOLD]))}”"
        return f"kind {self.letter} ({self.described})" if self.traits else f"kind {self.letter}"

    @property
    def described(self) -> str:
        """What its pictures, sounds and forms are like, "loud, few cuts"; "" where nothing is."""
        return traits(self.traits) if self.traits else ""

    @property
    def rest(self) -> str:
        """What else sets it apart, hashtags and words first, escaped; "" where there is nothing."""
        tags = [excerpt(tag, LONGEST) for tag in self.hashtags[TOLD:]]
        words = [f"“{excerpt(word, LONGEST)}”" for word in self.words if self.hashtags]
        described = [self.described] if self.called and self.described else []
        return ", ".join([*tags, *words, *described])

    @property
    def called(self) -> bool:
        """Whether hashtags or words name it."""
        return bool(self.hashtags or self.words)

    @property
    def label(self) -> str:
        """All of it in one text without a space too many, for a cell of a stored table."""
        return " ".join((self.letter, *self.hashtags, *self.words, *filter(None, [self.traits])))

    @classmethod
    def of_label(cls, label: str, private: bool = False) -> KindName:
        """Return the name that a label was made of.

        Parameters
        ----------
        label : str
        private : bool
            True leaves out what comes from captions.

        Examples
        --------
        >>> name = KindName("B", ("#cat",), ("purr",), "+hook__has_face,-energy__cut_rate")
        >>> KindName.of_label(name.label) == name, str(KindName.of_label(name.label, private=True))
        (True, 'kind B (faces, few cuts)')
        """
        first, *rest = label.split(" ")
        signed = [part for part in rest if part[:1] in "+-"]
        tags = tuple(part for part in rest if part.startswith("#"))
        words = tuple(part for part in rest if part not in (*signed, *tags))
        found = cls(first, tags, words, "".join(signed))
        return found.withheld if private else found

    @property
    def withheld(self) -> KindName:
        """Without anything from captions."""
        return replace(self, hashtags=(), words=())


def kind_names(regimes: pd.DataFrame, private: bool = False) -> dict[int, KindName]:
    """Return what each kind of post is called.

    Parameters
    ----------
    regimes : DataFrame
        Artefact.
    private : bool
        True leaves out what comes from captions.

    Returns
    -------
    dict of int to KindName
        By regime, the largest first; posts between the kinds have no name.
    """
    columns = regimes.reindex(columns=["regime", "hashtags", "words", "traits"])
    first = columns.dropna(subset="regime").groupby("regime").first().fillna("")
    found = {
        int(label): KindName(
            letter(int(label)), tuple(row.hashtags.split()), tuple(row.words.split()), row.traits
        )
        for label, row in first.drop(NOISE, errors="ignore").iterrows()
    }
    return {label: name.withheld for label, name in found.items()} if private else found


def with_names(regimes: pd.DataFrame, posts: pd.DataFrame) -> pd.DataFrame:
    """Add the hashtags and words that set each kind of post apart, no short name twice.

    Parameters
    ----------
    regimes : DataFrame
        From :func:`virality.find_regimes`.
    posts : DataFrame
        Tidy posts.

    Returns
    -------
    DataFrame
        With `hashtags` and `words`, each separated by spaces; "" for posts between the kinds.
    """
    captions = posts.set_index(posts["post_id"].astype("string"))["caption"]
    told = captions.reindex(regimes["post_id"].astype("string")).to_numpy()
    table = pd.DataFrame({"regime": regimes["regime"].to_numpy(), "caption": told})
    tags, words, taken = common_hashtags(table), common_words(table), set()
    columns: dict[str, dict[int, str]] = {"hashtags": {}, "words": {}}
    for label in tags:
        mine = KindName(letter(label), tuple(tags[label]), tuple(words[label]))
        name = next(other for other in _variants(mine) if other.raw not in taken)
        taken.add(name.raw)
        columns["hashtags"][label], columns["words"][label] = map(
            " ".join, (name.hashtags, name.words)
        )
    labels = regimes["regime"]
    return regimes.assign(
        **{name: labels.map(text).astype("string").fillna("") for name, text in columns.items()}
    )


def _variants(name: KindName) -> Iterable[KindName]:
    """The name, then others for it, in case that another kind is called so already."""
    yield name
    first, second, third = (*name.hashtags, *[""] * 3)[:3]
    if third:
        yield replace(name, hashtags=(first, third, second))
        yield replace(name, hashtags=(second, third, first))
    yield replace(name, hashtags=())
    yield replace(name, hashtags=(), words=())


def common_hashtags(table: pd.DataFrame, at_most: int = 3) -> dict[int, list[str]]:
    """Hashtags that a regime uses more than the rest, most telling first.

    Parameters
    ----------
    table : DataFrame
        Columns regime and caption, a row a post.
    at_most : int
        Hashtags of a regime.

    Returns
    -------
    dict of int to list of str
        Lower-case hashtags as written, raw text from the data: escape them. A hashtag must stand
        in a third of the regime's posts and twice as often there as elsewhere.
    """
    written = [{f"#{tag.lower()}" for tag in hashtags(caption)} for caption in table["caption"]]
    return _telling(table["regime"], written, at_most)


def common_words(table: pd.DataFrame, at_most: int = 2) -> dict[int, list[str]]:
    """Words of captions, hashtags apart, that a regime uses more than the rest.

    Parameters
    ----------
    table : DataFrame
        Columns regime and caption, a row a post.
    at_most : int
        Words of a regime.

    Returns
    -------
    dict of int to list of str
        In lower case, as for :func:`common_hashtags`.
    """
    texts = [split_caption(caption)[0].lower() for caption in table["caption"]]
    written = [{word for word in _WORD.findall(text) if _says(word)} for text in texts]
    return _telling(table["regime"], written, at_most)


def _says(word: str) -> bool:
    return len(word) >= _LEAST_LATIN or not word.isascii()


def _telling(regime: pd.Series, written: list[set[str]], at_most: int) -> dict[int, list[str]]:
    held = pd.Series(written, index=regime.index, dtype=object).explode().dropna()
    used = pd.crosstab(held.index, held).reindex(regime.index, fill_value=0)
    out = {}
    for label in sorted(set(regime.dropna()) - {NOISE}):
        inside = (regime == label).to_numpy(bool)
        here, elsewhere = used[inside].mean(), used[~inside].mean().fillna(0)
        lead = (here - elsewhere)[(here >= OFTEN) & (here >= RARER * elsewhere)]
        ranked = sorted(lead.items(), key=lambda item: (-item[1], item[0]))
        out[int(label)] = [text for text, _ in ranked[:at_most]]
    return out
