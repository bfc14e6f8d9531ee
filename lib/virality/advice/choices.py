"""What a creator chooses for a post, in the units that it is chosen in, as facts of matured posts.

Length in seconds, hashtags by number and by name, the form of the caption without them, the
leading facts of the opening, and kinds of post where there are any.  Hashtags that nearly always
come together are one choice: nobody could tell them apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from virality.core.captions import hashtags, split_caption
from virality.evidence.associations import fewest
from virality.explanation.clusters import LOOSE, NOISE, letter
from virality.explanation.naming import kind_names, with_names
from virality.features.blocks import CONTENT_BLOCKS, block_of
from virality.features.concepts import concept_of
from virality.features.openings import GROUPS
from virality.posts.values import as_float

LENGTH, HASHTAGS, CAPTION, OPENING, KIND = "length", "hashtags", "caption", "opening", "kind"
FAMILIES = (LENGTH, HASHTAGS, CAPTION, OPENING, KIND)
TOGETHER = 0.8  # of the posts with either of two hashtags: from there on they are one
MOST_HASHTAGS, _LOOKED_AT = 8, 60  # told by name, and counted at all
SEPARATOR = " "  # between hashtags that are one choice; none has a space

#: The leading fact of every group of an opening; how long, and when, the chapter on openings says.
_OF_FILMS = ("has_words", "has_face", "has_speech", "has_music", "n_cuts", "original_sound")
_OF_CAPTIONS = ("caption_question", "caption_number", "caption_promise", "caption_imperative")
#: Columns that grow with every hashtag.
_COUNTING_HASHTAGS = tuple(
    f"metadata__{name}" for name in ("hashtag_count", "hashtag_density", "caption_length")
)
_WHEN = ("hour", "weekday", "day_of_year")  # what the calendar says: no kind of post is made of it


@dataclass(frozen=True)
class Choices:
    """What was chosen for each post.

    Attributes
    ----------
    facts : DataFrame of shape (n, n_facts)
        Index post_id; NaN = not known.
    about : DataFrame
        A row per fact, index its name: `family`, `unit` ("yes or no", "seconds", "characters",
        "hashtags" or "cuts") and `label`, what it is called in the data: hashtags with a space
        between them; of a kind of post the label of its
        :class:`~virality.explanation.naming.KindName`; else "".
    same : dict of str to frozenset of str
        By fact, columns of the tables, and other facts, that say the same.
    """

    facts: pd.DataFrame
    about: pd.DataFrame
    same: dict[str, frozenset[str]]


def choices(posts: pd.DataFrame, X: pd.DataFrame, regimes: pd.DataFrame | None = None) -> Choices:
    """Gather what was chosen for posts.

    Parameters
    ----------
    posts : DataFrame of n rows
        Tidy posts, in time order.
    X : DataFrame of n rows
        Columns of content, index post_id, the same posts in the same order.
    regimes : DataFrame, optional
        From :func:`virality.find_regimes`, or the artefact; kinds that do not come back are left
        out.

    Returns
    -------
    Choices
    """
    chosen = _Gathering(X)
    chosen.add("choice__length", LENGTH, "seconds", as_float(posts["duration_s"]),
               [c for c in X if concept_of(c) == "metadata__duration"])  # fmt: skip
    _add_hashtags(chosen, posts["caption"])
    _add_captions(chosen, posts["caption"])
    chosen.add("choice__photo", KIND, "yes or no", _column(X, "metadata__is_photo"),
               ("metadata__is_photo",))  # fmt: skip
    for name in (f"hook__{name}" for name in _OF_FILMS):
        alike = [c for c in X if c in GROUPS and GROUPS[c] == GROUPS.get(name)]
        unit = "cuts" if name == "hook__n_cuts" else "yes or no"
        chosen.add(name, OPENING, unit, _column(X, name), alike)
    if regimes is not None:
        _add_kinds(chosen, regimes, posts)
    return chosen.done()


class _Gathering:
    """Facts as they come; those that are known of no post, or always the same, do not."""

    def __init__(self, X: pd.DataFrame):
        self.X = X
        self.facts: dict[str, np.ndarray] = {}
        self.rows: dict[str, tuple[str, str, str]] = {}
        self.same: dict[str, frozenset[str]] = {}

    def add(self, name: str, family: str, unit: str, values: np.ndarray,
            same: Iterable[str] = (), label: str = "") -> None:  # fmt: skip
        known = values[np.isfinite(values)]
        if len(known) and np.ptp(known) > 0:
            self.facts[name], self.rows[name] = values, (family, unit, label)
            self.same[name] = frozenset(same)

    def done(self) -> Choices:
        about = pd.DataFrame.from_dict(
            self.rows, orient="index", columns=["family", "unit", "label"], dtype="string"
        )
        return Choices(pd.DataFrame(self.facts, index=self.X.index), about, self.same)


def _add_hashtags(chosen: _Gathering, captions: pd.Series) -> None:
    """Their number, and single ones: often the one is nearly the sum of the others."""
    texts = [column for column in chosen.X if block_of(column) == "hashtag_text"]
    same = {*texts, *_COUNTING_HASHTAGS}
    found = recurring(captions)
    names = [f"choice__hashtag_{place}" for place in range(1, len(found) + 1)]
    number = _column(chosen.X, "metadata__hashtag_count")
    chosen.add("choice__hashtags", HASHTAGS, "hashtags", number, {*same, *names})
    for name, (tags, used) in zip(names, found, strict=True):
        label = SEPARATOR.join(tags)
        chosen.add(name, HASHTAGS, "yes or no", used, {*same, "choice__hashtags"}, label)


def _add_captions(chosen: _Gathering, captions: pd.Series) -> None:
    X = chosen.X
    texts = [split_caption(text)[0] if isinstance(text, str) else None for text in captions]
    length = np.array([np.nan if text is None else len(text) for text in texts], dtype=float)
    chosen.add("choice__caption_length", CAPTION, "characters", length,
               ("metadata__caption_length", "metadata__hashtag_density"))  # fmt: skip
    for name in ("emoji", "mention"):
        column = f"metadata__{name}_count"
        values = _column(X, column)
        flag = np.where(np.isfinite(values), (values > 0).astype(float), np.nan)
        chosen.add(f"choice__{name}", CAPTION, "yes or no", flag, (column,))
    for name in (f"hook__{name}" for name in _OF_CAPTIONS):
        same = ("metadata__question",) if name == "hook__caption_question" else ()
        chosen.add(name, CAPTION, "yes or no", _column(X, name), same)


def _add_kinds(chosen: _Gathering, regimes: pd.DataFrame, posts: pd.DataFrame) -> None:
    """Each kind against the rest; it is made of content, so content is not taken off it."""
    sure = regimes[regimes["stable"].fillna(False) & (regimes["recovery"] >= LOOSE)]
    sure = sure[~sure["era"].fillna(False).astype(bool)]
    own = regimes.set_index(regimes["post_id"].astype("string"))["regime"]
    regime = own.reindex(chosen.X.index).to_numpy(float, na_value=np.nan)
    made_of = [c for c in chosen.X if block_of(c) in CONTENT_BLOCKS and not _is_when(c)]
    labels = sorted({*sure["regime"]} - {NOISE})
    names = {label: f"choice__kind_{letter(label)}" for label in labels}
    same = {*made_of, *chosen.facts, *names.values()}
    called = kind_names(regimes if "hashtags" in regimes else with_names(regimes, posts))
    for label, name in names.items():
        flag = np.where(np.isfinite(regime), (regime == label).astype(float), np.nan)
        chosen.add(name, KIND, "yes or no", flag, same - {name}, called[label].label)


def _is_when(column: str) -> bool:
    return column.startswith(tuple(f"metadata__{name}_" for name in _WHEN))


def recurring(captions: Iterable[str | None]) -> list[tuple[tuple[str, ...], np.ndarray]]:
    """Hashtags that some posts have and some have not, those that come together as one.

    Parameters
    ----------
    captions : iterable of str or missing, n of them

    Returns
    -------
    list of (tuple of str, ndarray of shape (n,))
        The hashtags, as they are mostly written and the most used first, and for each post whether
        it has one of them: 1, 0, or NaN without a caption.  At most eight, the most used first.

    Examples
    --------
    >>> posts = ["#cat #pet"] * 5 + ["#Cat #pet #sun"] * 4 + ["#sun"] * 5
    >>> [(names, int(used.sum())) for names, used in recurring(posts)]
    [(('cat', 'pet'), 9), (('sun',), 9)]
    """
    own = [hashtags(caption) for caption in captions]
    known = np.array([isinstance(caption, str) for caption in captions], dtype=bool)
    written = Counter(tag for tags in own for tag in tags)
    sets = [{tag.casefold() for tag in tags} for tags in own]
    often = Counter(tag for tags in sets for tag in tags)
    least = fewest(known.sum())
    ranked = sorted(often.items(), key=lambda item: (-item[1], item[0]))
    names = [tag for tag, count in ranked if count >= least][:_LOOKED_AT]
    has = {tag: np.array([tag in tags for tags in sets], dtype=bool) for tag in names}
    found = []
    for tags in _together(has):
        used = np.logical_or.reduce([has[tag] for tag in tags])
        if min(used.sum(), known.sum() - used.sum()) >= least:
            as_written = tuple(_mostly(tag, written) for tag in tags)
            found.append((as_written, np.where(known, used.astype(float), np.nan)))
    return found[:MOST_HASHTAGS]


def _together(has: dict[str, np.ndarray]) -> list[list[str]]:
    """Group hashtags: one joins the first group of which a member shares most of its posts."""
    groups: list[list[str]] = []
    for tag, used in has.items():
        near = (g for g in groups if any(_overlap(used, has[other]) >= TOGETHER for other in g))
        group = next(near, None)
        if group is None:
            groups.append([tag])
        else:
            group.append(tag)
    return groups


def _overlap(one: np.ndarray, other: np.ndarray) -> float:
    return float((one & other).sum() / (one | other).sum())


def _mostly(tag: str, written: Counter[str]) -> str:
    forms = [form for form in written if form.casefold() == tag]
    return min(forms, key=lambda form: (-written[form], form))


def _column(X: pd.DataFrame, name: str) -> np.ndarray:
    return X[name].to_numpy(float) if name in X else np.full(len(X), np.nan)
