"""Words about scores that several chapters share."""

from __future__ import annotations

from virality.core.text import capital, listing, plural, smaller
from virality.evaluation.ordering import APART_DAYS
from virality.features.blocks import block_name
from virality.features.targets import TARGETS
from virality.findings.baselines import Curve
from virality.findings.ordering import Ordering, Pick
from virality.findings.scores import Estimate, Extent, Gain, Missed, Record
from virality.models.catalogue import BASELINES, model_name

LARGE_MISSES = " So what is gained in the mean is gained on the larger misses."


def too_few(record: Record) -> str:
    """Say that nothing is modelled, and why: too few posts, or outcomes that do not differ."""
    rest = "This chapter therefore predicts nothing: it says what it would do, and shows no result."
    if record.extent is Extent.TOO_FEW:
        are = "is" if record.n == 1 else "are"
        return (
            f"{plural(record.n, 'usable post')} {are} too few for a prediction that could be "
            f"tested. {rest}"
        )
    return (
        f"In these {plural(record.n, 'post')} there is nothing to predict: the outcome is the same "
        f"for all of them, or too few are old enough for it to be known. {rest}"
    )


def indicative(record: Record) -> str:
    """Warn when the posts are few; "" otherwise."""
    if record.extent is Extent.ENOUGH:
        return ""
    return f"With {plural(record.n, 'post')}, every number on this page is indicative at best."


def starting_point(preset: str) -> str:
    """Say what the models start from: the account's level, or nothing, as in the study."""
    if preset == "study":
        return (
            "In this run the models have the published study's settings: they predict the outcome "
            "itself, and know the account's level only from the columns on momentum."
        )
    return (
        "Accounts drift, so the models say what a post adds to the account's level, a blend of "
        "recent and long-run views that is fitted as well. A block that is shown alone does "
        "without it, unless it is momentum."
    )


def other_target(target: str) -> str:
    """Say that this run predicts something else than views; "" when it does not."""
    if target == "views":
        return ""
    name = TARGETS.get(target, target)
    return f"This run predicts {name}. Where the text or a figure says views, read {name}."


def missed_caption(missed: Missed, model: str) -> str:
    """State which blocks a model misses, and with which alone it does worse or better.

    Parameters
    ----------
    missed : Missed
    model : str
        Which one sees them.
    """
    parts = [
        f"{said} {listing([_joined(blocks) for blocks in named])}"
        for said, named in (
            ("clearly misses", missed.blocks),
            ("does better without", missed.burdens),
            ("does clearly worse with nothing but", missed.poor),
            ("does clearly better with nothing but", missed.enough),
        )
        if named
    ]
    if not missed.blocks:
        parts.insert(0, "clearly misses no block that is left out")
    return (
        f"{capital(model_name(model))} {'; it '.join(parts)} (intervals for all "
        f"{missed.n_comparisons} comparisons at once)."
    )


def _joined(blocks: str) -> str:
    return " with ".join(block_name(block) for block in blocks.split("+"))


def gain(result: Gain) -> str:
    """Return how much smaller or larger the mean miss is than the other's, with its interval."""
    return f"mean miss {change(result.error)}"


def from_to(result: Curve) -> str:
    """Return what the last step of a learning curve changed, with its interval."""
    return (
        f"from {result.before} to {plural(result.after, 'training post')}: mean miss "
        f"{change(result.error)}"
    )


def change(error: Estimate) -> str:
    """Return how much smaller or larger something is, with its interval, for a log difference."""
    value, low, high = (smaller(end) for end in (error.value, error.low, error.high))
    return f"{value}, interval {low} to {high}"


def the(model: str) -> str:
    """Return a model's name as a sentence needs it: rules have an article."""
    return f"the {model_name(model)}" if model in BASELINES else model_name(model)


def ordering(result: Ordering | None) -> str:
    """Say how often a forecast picks the better of two posts, beside a plain rule."""
    if result is None:
        return "No two posts lie close enough in time to ask which of them does better."
    if result.pick is Pick.UNTOLD:
        return (
            "Which of two posts does better **cannot be told yet**: "
            f"{plural(result.n, 'held-out post')} are too few for that question."
        )
    worth = {
        Pick.SURER: "That is **more often than a coin**.",
        Pick.UNSURE: "That is **not clearly more often than a coin**.",
        Pick.WRONG: "That is **less often than a coin**.",
    }[result.pick]
    return (
        f"Of two posts of this account, at most {APART_DAYS} days apart, it "
        f"{ordering_in_numbers(result)}. {worth}"
    )


def ordering_in_numbers(result: Ordering) -> str:
    """Return how often it is right, and how often the rule is, each with its interval."""
    times = f"picks the better one {in_a_hundred(result.times)}"
    if not result.rule_times.known:
        return times
    return f"{times}; {the(result.rule)} does {in_a_hundred(result.rule_times)}"


def in_a_hundred(times: Estimate) -> str:
    """Return how often something is right, with its interval where there is one."""
    text = f"{times.value:.0f} times in 100"
    if not times.bounded:
        return text
    return f"{text} ({times.low:.0f} to {times.high:.0f})"
