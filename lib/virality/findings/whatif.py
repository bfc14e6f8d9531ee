"""What went with what a creator chooses, what it would take to know, and what a model says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import Enum

import numpy as np
import pandas as pd

from virality.advice.choices import HASHTAGS, KIND, OPENING, SEPARATOR
from virality.advice.otherwise import QUESTION
from virality.advice.whatif import WORTH_KNOWING
from virality.core.text import DataText
from virality.explanation.naming import KindName
from virality.findings.associations import Fact, WentWith, fact_of, went_with
from virality.findings.scores import Estimate

HARDLY = 1.05  # a factor on a forecast that nobody would notice
_KINDS = {"yes or no": "flag", "seconds": "seconds", "share": "share", "speed": "speed"}

#: The concept that names a choice, see :func:`virality.features.concepts.concept`.
CONCEPTS = {
    "choice__length": "metadata__duration",
    "choice__hashtags": "metadata__hashtags",
    "choice__caption_length": "metadata__caption_length",
    "choice__emoji": "metadata__emoji_count",
    "choice__mention": "metadata__mention_count",
    "choice__photo": "metadata__is_photo",
}

# What a forecast does when the post is another: no value was tried, or nothing moves it, or the
# folds' models disagree on the direction, or they agree.
Moved = Enum("Moved", "NOT_ASKED HARDLY DISAGREE AGREED")


@dataclass(frozen=True)
class Choice(Fact):
    """What a creator chooses, what went with it, and the price of knowing more.

    Attributes
    ----------
    family, unit : str
        See :class:`virality.advice.choices.Choices`.
    label : tuple of DataText
        Hashtags that are one choice; withheld on private pages.
    kind_name : KindName or None
        What a kind of post is called.
    tested : float
        The factor that an experiment is priced for.
    experiment_posts : int or None
        What such an experiment takes; None where none of so many as can be planned would do.
    """

    family: str = ""
    unit: str = ""
    label: tuple[DataText, ...] = ()
    kind_name: KindName | None = None
    tested: float = WORTH_KNOWING
    experiment_posts: int | None = None

    @property
    def concept(self) -> str:
        """Key of the concept that names it."""
        return CONCEPTS.get(self.name, self.name)

    @property
    def hashtag(self) -> bool:
        """Whether it is one hashtag, or several that are one."""
        return self.family == HASHTAGS and self.flag

    @property
    def regime(self) -> bool:
        """Whether it is a kind of post that the chapter on kinds found."""
        return self.kind_name is not None


@dataclass(frozen=True)
class Weighed:
    """The choice that runs with views most as they stand, and at equal level.

    Attributes
    ----------
    choice : Choice or None
        None where nothing can be compared.
    plain, near : float
        Correlation with log views as they are, and of both less the posts around.
    """

    choice: Choice | None = None
    plain: float = float("nan")
    near: float = float("nan")


@dataclass(frozen=True)
class Other:
    """One choice of one post, changed.

    Attributes
    ----------
    choice : str
    own, value : str
        As a reader would say it: "18:30", "12 s", "64 characters", "a question".
    factor : Estimate
        On the forecast; the ends are the folds' models that say least and most.
    agreed : bool
        Whether all models agree on the direction, and it can be noticed.
    """

    choice: str
    own: str
    value: str
    factor: Estimate
    agreed: bool


@dataclass(frozen=True)
class Otherwise:
    """One post, made otherwise.

    Attributes
    ----------
    post : str
        What it is called, safe Markdown.
    settled : bool
    moved : Moved
    others : tuple of Other
    n_models : int
    """

    moved: Moved
    post: str = ""
    settled: bool = True
    others: tuple[Other, ...] = ()
    n_models: int = 0

    @property
    def agreed(self) -> tuple[Other, ...]:
        """Changes on which all models agree, the largest first."""
        told = [other for other in self.others if other.agreed]
        return tuple(sorted(told, key=lambda other: -abs(np.log(other.factor.value))))

    @property
    def least(self) -> float:
        """The smallest factor of any change."""
        return min(other.factor.value for other in self.others)

    @property
    def most(self) -> float:
        """The largest factor of any change."""
        return max(other.factor.value for other in self.others)

    @property
    def reach(self) -> float:
        """The factor, up or down, within which all changes stay."""
        return max(self.most, 1 / self.least)


def chosen(table: pd.DataFrame, private: bool = False, openings: bool = True) -> WentWith[Choice]:
    """Return what went with each choice.

    Parameters
    ----------
    table : DataFrame
        Artefact `whatif`, from :func:`virality.what_if`.
    private : bool
        True names no hashtag.
    openings : bool
        False leaves out what the chapter on openings tells as well.

    Returns
    -------
    WentWith
        Its facts are `Choice`.
    """
    table = table if openings else table[table["family"] != OPENING]
    return went_with(table, make=lambda row: _choice(row, private))


def _choice(row, private: bool) -> Choice:
    fact = fact_of(row)
    base = {field.name: getattr(fact, field.name) for field in fields(Fact)}
    base["kind"] = kind_of(row.unit)
    return Choice(
        **base,
        family=row.family,
        unit=row.unit,
        label=label_of(row, private),
        kind_name=kind_name_of(row, private),
        tested=float(row.tested_factor),
        experiment_posts=None if pd.isna(row.experiment_posts) else int(row.experiment_posts),
    )


def label_of(row, private: bool) -> tuple[DataText, ...]:
    """Return the hashtags that are one choice, see :class:`Choice`.

    Parameters
    ----------
    row : namedtuple
        Of the artefact: `family` and `label`.
    private : bool
        True names no hashtag.
    """
    if private or row.family != HASHTAGS or not row.label:
        return ()
    return tuple(map(DataText, row.label.split(SEPARATOR)))


def kind_name_of(row, private: bool) -> KindName | None:
    """Return what a kind of post is called; None of another choice.

    Parameters
    ----------
    row : namedtuple
        Of the artefact: `family` and `label`.
    private : bool
        True names neither hashtag nor word.
    """
    return KindName.of_label(row.label, private) if row.family == KIND and row.label else None


def kind_of(unit: str) -> str:
    """Return what kind of fact has a unit, see :class:`virality.findings.associations.Fact`."""
    return _KINDS.get(unit, "count")


def weighed(
    found: WentWith[Choice], plain: Mapping[str, float], near: Mapping[str, float]
) -> Weighed:
    """Return the choice that runs with views most, before the level is taken off.

    Parameters
    ----------
    found : WentWith
        Of choices.
    plain, near : mapping of str to float
        Correlations by choice, as they are and less the posts around.

    Returns
    -------
    Weighed
    """
    own = [fact for fact in found.told if np.isfinite(plain[fact.name])]
    if not own:
        return Weighed()
    most = max(own, key=lambda fact: abs(plain[fact.name]))
    return Weighed(most, float(plain[most.name]), float(near[most.name]))


def otherwise(table: pd.DataFrame, names: Mapping[str, str]) -> tuple[Otherwise, ...]:
    """Return what the models say of the newest posts, made otherwise; the settled one first.

    Parameters
    ----------
    table : DataFrame
        Artefact `otherwise`, from :func:`virality.advice.otherwise.otherwise`.
    names : mapping of str to str
        What posts are called, safe Markdown, by post_id.

    Returns
    -------
    tuple of Otherwise
        One that was not asked where there is no row.
    """
    if table.empty:
        return (Otherwise(Moved.NOT_ASKED),)
    found = []
    for post_id, rows in table.groupby("post_id", sort=False):
        others = tuple(_other(row) for row in rows.itertuples())
        told = Otherwise(Moved.AGREED, names[str(post_id)], bool(rows["settled"].iloc[0]), others,
                         int(rows["n_models"].max()))  # fmt: skip
        found.append(_moved(told))
    return tuple(found)


def _moved(told: Otherwise) -> Otherwise:
    still = told.reach <= HARDLY
    rest = Moved.HARDLY if still else Moved.DISAGREE
    moved = Moved.AGREED if told.agreed else rest
    return Otherwise(moved, told.post, told.settled, told.others, told.n_models)


def _other(row) -> Other:
    """All models on one side, and their mean far enough to be noticed."""
    apart = row.low > 1 or row.high < 1
    noticed = abs(np.log(row.factor)) > np.log(HARDLY)
    factor = Estimate(float(row.factor), float(row.low), float(row.high))
    own, value = (_said(row.choice, number) for number in (row.own, row.value))
    return Other(row.choice, own, value, factor, bool(apart and noticed))


def _said(choice: str, value: float) -> str:
    if choice == "hour":
        minutes = round(60 * value) % (24 * 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    if choice == QUESTION:
        return "a question" if value else "no question"
    unit = {"length": "s", "caption_length": "characters"}[choice]
    return f"{value:.0f} {unit}"
