"""What the abstract found: who wins, what carries information, and what may be wrong with it."""

from __future__ import annotations

from dataclasses import dataclass

from virality.core.protocol import ALPHA, MIN_POSTS
from virality.findings.changes import Last
from virality.findings.changes import Verdict as Changed
from virality.findings.forecast import in_large_misses
from virality.findings.ordering import Ordering, Pick
from virality.findings.scores import Estimate, Gain, Record, Verdict, record
from virality.models.catalogue import RECENT_RULE

VERDICTS = {"better": Verdict.BETTER, "worse": Verdict.WORSE, "alike": Verdict.UNDECIDED}
EXAMPLE = 10_000  # views of the post that says what half of the misses mean
MANY_POSTS = 1000


@dataclass(frozen=True)
class Prediction:
    """The forecast against the better simple rule, `gain.against`."""

    gain: Gain
    n_held_out: int
    half: Estimate  # the factor that half of the forecasts are within
    rule_half: Estimate
    between: tuple[float, float]  # where half of the forecasts of a post with `EXAMPLE` views lie

    @property
    def in_large_misses(self) -> bool:
        """Whether the forecast is better in the mean, but not in what half are within."""
        return in_large_misses(self.gain, self.half, self.rule_half)


@dataclass(frozen=True)
class Answer:
    """The short answer; `history` is whether the account's past helps, None where untested."""

    record: Record
    prediction: Prediction | None
    content_tested: bool
    content: tuple[str, ...]
    history: bool | None
    order: Ordering | None = None

    @property
    def recent_leads(self) -> bool:
        """Whether the recent rule is the better of the two, though not shown to help."""
        rule = self.prediction.gain.against if self.prediction else ""
        return self.history is False and rule == RECENT_RULE

    @property
    def two_questions(self) -> bool:
        """Whether the forecast orders posts although it is not shown to beat the rule."""
        picks = self.order is not None and self.order.pick is Pick.SURER
        beats = self.prediction is not None and self.prediction.gain.verdict is Verdict.BETTER
        return picks and not beats


@dataclass(frozen=True)
class Doubt:
    """What could make the first page wrong: an account that has moved on, or few posts."""

    n: int
    moved: bool
    too_few: bool
    few: bool


@dataclass(frozen=True)
class Limits:
    """What a record of this size cannot do."""

    n: int
    too_few: bool
    n_columns: int
    wide: bool


def short_answer(facts: dict) -> Answer:
    """Return the short answer, from :func:`virality.findings.summary.facts`."""
    p = facts["history_p"]
    return Answer(
        record=record(facts["n_posts"]),
        prediction=prediction(facts),
        content_tested=bool(facts["content_tested"]),
        content=tuple(facts["content_found"]),
        history=None if p is None else bool(p < ALPHA),
        order=order(facts),
    )


def verdict(facts: dict) -> Verdict | None:
    """Return the verdict of a report's facts; None where nothing was modelled."""
    return VERDICTS.get(facts.get("verdict", ""))


def prediction(facts: dict) -> Prediction | None:
    """Return how the forecast does; None where nothing was modelled."""
    judged = verdict(facts)
    if judged is None:
        return None
    error = -estimate(facts, "gain")
    return Prediction(
        gain=Gain(facts["model"], facts["naive"], error, judged),
        n_held_out=facts["n_held_out"],
        half=estimate(facts, "half"),
        rule_half=estimate(facts, "naive_half"),
        between=(EXAMPLE / facts["half"], EXAMPLE * facts["half"]),
    )


def order(facts: dict) -> Ordering | None:
    """Return whether the forecast picks the better of two posts; None where there are no pairs."""
    if facts.get("pick") is None:
        return None
    return Ordering(
        facts["model"],
        Pick[facts["pick"]],
        estimate(facts, "picks"),
        facts["picks_rule"],
        estimate(facts, "picks_by_rule"),
        facts["picks_n"],
        facts["picks_pairs"],
    )


def estimate(facts: dict, name: str) -> Estimate:
    """Return a number of the facts with its interval.

    Parameters
    ----------
    facts : dict
        With ``<name>``, ``<name>_low`` and ``<name>_high``.
    name : str

    Returns
    -------
    Estimate
        NaN for what the facts lack.
    """
    ends = (facts.get(f"{name}{end}") for end in ("", "_low", "_high"))
    return Estimate(*(float("nan") if value is None else float(value) for value in ends))


def doubt(n: int, last: Last) -> Doubt:
    """Return what could make the first page wrong.

    Parameters
    ----------
    n : int
        Posts.
    last : Last
        The last posts beside those before.
    """
    moved = last.verdict in (Changed.DROP, Changed.RISE)
    return Doubt(n, moved, n < MIN_POSTS, n < MANY_POSTS)


def limits(n: int, n_columns: int) -> Limits:
    """Return what so many posts with so many columns cannot do.

    Parameters
    ----------
    n, n_columns : int
    """
    return Limits(n, n < MIN_POSTS, n_columns, n_columns > n >= MIN_POSTS)
