"""Words about scores that several chapters share."""

from __future__ import annotations

from virality.core.text import capital, listing, plural, smaller
from virality.features.blocks import block_name
from virality.features.targets import TARGETS
from virality.findings.baselines import Curve
from virality.findings.scores import Estimate, Extent, Gain, Missed, Record
from virality.models.catalogue import BASELINES, model_name


def too_few(record: Record, what: str) -> str:
    """Say that nothing is modelled, and why: too few posts, or outcomes that do not differ.

    Parameters
    ----------
    record : Record
    what : str
        What is not tested here.
    """
    if record.extent is Extent.TOO_FEW:
        are = "is" if record.n == 1 else "are"
        return (
            f"{plural(record.n, 'usable post')} {are} too few for a test of {what}, so this page "
            "shows no result."
        )
    return (
        f"In these {plural(record.n, 'post')} there is nothing to predict for {what}: the outcome "
        "is the same for all of them, or too few are old enough for it to be known."
    )


def indicative(record: Record, what: str = "every number on this page") -> str:
    """Warn when the posts are few; "" otherwise.

    Parameters
    ----------
    record : Record
    what : str
        What is not sure then.
    """
    if record.extent is Extent.ENOUGH:
        return ""
    return f"With {plural(record.n, 'post')}, {what} is indicative at best."


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


def in_a_hundred(times: Estimate) -> str:
    """Return how often something is right, with its interval where there is one."""
    text = f"{times.value:.0f} times in 100"
    if not times.bounded:
        return text
    return f"{text} ({times.low:.0f} to {times.high:.0f})"
