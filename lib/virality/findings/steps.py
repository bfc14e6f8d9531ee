"""What the record suggests for the next posts: how sure each step is, and what could be wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np
import pandas as pd

from virality.advice.experiments.detectable import detectable, pair_spread, posts_needed
from virality.advice.hours import Slot
from virality.advice.steps.candidates import HOURS
from virality.advice.steps.next_steps import SUGGEST_FROM, State
from virality.advice.steps.worth_testing import TEST_POSTS
from virality.advice.whatif import WORTH_KNOWING
from virality.core.protocol import MIN_POSTS
from virality.findings.scores import Estimate
from virality.findings.whatif import Choice, kind_name_of, kind_of, label_of

NEXT = 10  # posts that the chapter is about
MOST_DRAWN = 16  # candidates that the picture has room for
FEW_POSTS = 10  # that did what is suggested
RECENT = 2  # of the last twenty, below which a suggestion rests on older posts
_LATELY = 20  # posts that say how often an account posts
_SEEN = ("caption_text", "hashtag_text", "vision", "audio")

#: What a suggestion is about.
Subject = Choice | Slot


class Verdict(Enum):
    """What the chapter may say."""

    TOO_FEW = "so few posts say nothing"
    EARLY = "so few posts suggest nothing, but something can be tested"
    NONE = "nothing is sure enough"
    SUGGESTED = "something is"


class Strength(Enum):
    """How sure a suggestion is."""

    CLEAR = "all of the range is a gain, and the newer half agrees"
    LEANING = "more than luck, but not by how much"


class Risk(Enum):
    """What could be wrong with a suggestion, in the order of telling."""

    FADED = "the newer half does not agree"
    OPEN = "the range holds a loss as well"
    OLD = "the last posts hardly did it"
    FEW = "few posts did it"
    TANGLED = "something else is tied to it"
    KINDS = "the kinds of post are not recorded"


@dataclass(frozen=True)
class Step:
    """One suggestion.

    Attributes
    ----------
    about : Choice or Slot
    more : bool
        Whether to do it, or more of it; False: not, or less.
    strength : Strength
    expected : Estimate
        Times the views in that direction after selection, with an interval of 80 %; per step of
        a number, and of hours over the habit.
    raw, newer : float
        The same as its chapter has it, and in the newer half of the record alone.
    n_did : int
        Posts that did it.
    lately, lately_known : int
        Of so many last posts, so many did it.
    over_habit : float
        Times the views of the habit, if all posts do it; NaN of a number.
    risks : tuple of Risk
    beside : Choice or Slot or None
        What mostly comes with it; or with its absence, where `beside_more` is False.
    beside_more : bool
    apart : int
        Place of the suggestion before it that no post did as well; 0 where there is none.
    experiment_posts : int or None
        What an experiment takes that finds the expected factor; None where no plan is so long.
    """

    about: Subject
    more: bool
    strength: Strength
    expected: Estimate
    raw: float
    newer: float
    n_did: int
    lately: int
    lately_known: int
    over_habit: float
    risks: tuple[Risk, ...] = ()
    beside: Subject | None = None
    beside_more: bool = True
    apart: int = 0
    experiment_posts: int | None = None

    @property
    def key(self) -> str:
        """Name of the candidate that it is."""
        return HOURS if isinstance(self.about, Slot) else self.about.name


@dataclass(frozen=True)
class Test:
    """The experiment that is likeliest to decide.

    Attributes
    ----------
    about : Choice or Slot
    allowed : Estimate
        Times the views with it, as its chapter has it.
    n_posts : int
    chance : float
        That it decides.
    detects : float
        Factor that it finds in eighty of a hundred cases.
    smaller : float
    smaller_takes : int or None
        Posts that an experiment on a smaller factor takes; None where no plan is so long.
    weeks : float
        That so many posts take as often as this account posts lately; NaN where that is not known.
    """

    about: Subject
    allowed: Estimate
    n_posts: int
    chance: float
    detects: float
    smaller: float
    smaller_takes: int | None
    weeks: float


@dataclass(frozen=True)
class NextPosts:
    """What to do next.

    Attributes
    ----------
    verdict : Verdict
    n, needed : int
        Settled posts, and those from which anything is suggested (of `TOO_FEW`: is asked).
    n_asked : int
        Candidates that could be told.
    steps : tuple of Step
    aside : tuple of (State, Choice or Slot, bool)
        What passed and is not suggested all the same: why, and whether to do it or not to.
    alone : tuple of Choice or Slot
        What its own chapter claims, and all together do not bear out.
    test : Test or None
        None where something is suggested, an experiment is running, or nothing can be compared.
    running : bool
        Whether an experiment is planned already.
    """

    verdict: Verdict
    n: int
    needed: int
    n_asked: int
    steps: tuple[Step, ...] = ()
    aside: tuple[tuple[State, Subject, bool], ...] = ()
    alone: tuple[Subject, ...] = ()
    test: Test | None = None
    running: bool = False

    @property
    def n_drawn(self) -> int:
        """Candidates that the picture shows."""
        return min(self.n_asked, MOST_DRAWN)


@dataclass(frozen=True)
class Candidate:
    """One row of the picture.

    Attributes
    ----------
    about : Choice or Slot
    factor : Estimate
        Times the views with it, as its chapter has it.
    expected : Estimate or None
        The same after selection, where it passed.
    suggested, tested : bool
    """

    about: Subject
    factor: Estimate
    expected: Estimate | None
    suggested: bool
    tested: bool


def next_posts(
    table: pd.DataFrame,
    posts: pd.DataFrame,
    *,
    private: bool = False,
    running: bool = False,
    blocks: tuple[str, ...] = _SEEN,
    embargo_days: float = 7,
) -> NextPosts:
    """Judge what may be said of the next posts.

    Parameters
    ----------
    table : DataFrame
        Artefact `next`, from :func:`virality.next_steps`.
    posts : DataFrame
        Tidy posts.
    private : bool
        True names no hashtag.
    running : bool
        Whether an experiment is planned.
    blocks : tuple of str
        Blocks of content that are known.
    embargo_days : float
        Days until a post counts as matured.

    Returns
    -------
    NextPosts
    """
    n = int(table["n"].max()) if len(table) else 0
    spread = pair_spread(posts, embargo_days)[0]
    named = {row.name: subject(row, private) for row in table.itertuples()}
    states = [(State[row.state], row) for row in table.itertuples()]
    first = [row for its, row in states if its is State.SUGGESTED]
    places = {row.name: place for place, row in enumerate(first, start=1)}
    steps = tuple(_step(row, named, blocks, spread, places) for row in first)
    told = State.HABIT, State.SMALL, State.SAME, State.FURTHER
    tested = next((row for _, row in states if row.to_test), None)
    test = None if running or tested is None else _test(tested, named, spread, _pace(posts))
    verdict = _verdict(n, steps)
    return NextPosts(
        verdict=verdict,
        n=n,
        needed=MIN_POSTS if verdict is Verdict.TOO_FEW else SUGGEST_FROM,
        n_asked=int(np.isfinite(table["p"]).sum()),
        steps=steps,
        aside=tuple((its, named[row.name], bool(row.more)) for its, row in states if its in told),
        alone=tuple(named[row.name] for its, row in states if its is State.OPEN and row.claimed),
        test=test,
        running=running,
    )


def forest(table: pd.DataFrame, private: bool = False) -> tuple[Candidate, ...]:
    """Return what the picture shows: all that could be told.

    Parameters
    ----------
    table : DataFrame
        Artefact `next`.
    private : bool
    """
    return tuple(
        Candidate(
            subject(row, private),
            Estimate(row.factor, row.low, row.high),
            _turned(row) if np.isfinite(row.expected) else None,
            row.state == State.SUGGESTED.name,
            bool(row.to_test),
        )
        for row in table[np.isfinite(table["p"])].itertuples()
    )


def seen_blocks(columns: pd.Index) -> tuple[str, ...]:
    """Return which blocks tell the kinds of post, of the columns of the embeddings."""
    return tuple(block for block in _SEEN if any(name.startswith(f"{block}__") for name in columns))


def _verdict(n: int, steps: tuple[Step, ...]) -> Verdict:
    if n < MIN_POSTS:
        return Verdict.TOO_FEW
    if n < SUGGEST_FROM:
        return Verdict.EARLY
    return Verdict.SUGGESTED if steps else Verdict.NONE


def subject(row, private: bool = False) -> Subject:
    """Return what a candidate is about.

    Parameters
    ----------
    row : namedtuple
        Of the artefact `next`.
    private : bool
        True names no hashtag.
    """
    if row.name == HOURS:
        part, start = row.label.split(" ")
        return Slot(part, int(start))
    return Choice(
        name=row.name,
        kind=kind_of(row.unit),
        n=int(row.n),
        n_with=int(row.n_with),
        n_without=int(row.n_without),
        step=float(row.step),
        factor=Estimate(row.factor, row.low, row.high),
        detectable=np.nan,
        found=bool(row.claimed),
        family=row.family,
        unit=row.unit,
        label=label_of(row, private),
        kind_name=kind_name_of(row, private),
    )


def _turned(row) -> Estimate:
    """The expected factor as times the views with it."""
    value, low, high = row.expected, row.expected_low, row.expected_high
    return Estimate(value, low, high) if row.more else Estimate(1 / value, 1 / high, 1 / low)


def _step(
    row,
    named: Mapping[str, Subject],
    blocks: tuple[str, ...],
    spread: float,
    places: Mapping[str, int],
) -> Step:
    about, more = named[row.name], bool(row.more)
    expected = Estimate(row.expected, row.expected_low, row.expected_high)
    did = int(row.n_with if more else row.n_without)
    share, flag = row.lately / row.lately_known, row.unit == "yes or no"
    beside = named.get(row.together_with)
    sure = row.expected_low > 1 and not row.newer < 1
    risks = {
        Risk.FADED: row.newer < 1,
        Risk.OPEN: row.expected_low < 1,
        Risk.OLD: row.lately < RECENT,
        Risk.FEW: did < FEW_POSTS,
        Risk.TANGLED: beside is not None,
        Risk.KINDS: not blocks,
    }
    over = row.expected ** (1 - share) if flag and row.name != HOURS else np.nan
    return Step(
        about,
        more,
        Strength.CLEAR if sure else Strength.LEANING,
        expected,
        float(row.factor if more else 1 / row.factor),
        float(row.newer),
        did,
        int(row.lately),
        int(row.lately_known),
        float(over),
        tuple(risk for risk, there in risks.items() if there),
        beside,
        beside is None or bool(row.together_more),
        places.get(row.apart_from, 0),
        posts_needed(row.expected, spread),
    )


def _test(row, named: Mapping[str, Subject], spread: float, pace: float) -> Test:
    return Test(
        named[row.name],
        Estimate(row.factor, row.low, row.high),
        TEST_POSTS,
        float(row.chance),
        detectable(TEST_POSTS, spread),
        WORTH_KNOWING,
        posts_needed(WORTH_KNOWING, spread),
        TEST_POSTS / pace if pace > 0 else np.nan,
    )


def _pace(posts: pd.DataFrame) -> float:
    """Posts a week, of the last twenty."""
    last = posts["posted_at"].sort_values().tail(_LATELY)
    days = (last.max() - last.min()).total_seconds() / 86400 if len(last) > 1 else 0.0
    return 7 * (len(last) - 1) / days if days > 0 else np.nan
