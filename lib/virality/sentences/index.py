"""Sentences of the abstract. Every number and every judgement is a finding."""

from __future__ import annotations

from collections.abc import Iterable

from virality.core.text import about, agree, capital, listing, plural
from virality.features.blocks import block_name
from virality.findings.index import Answer, Doubt, Limits, Prediction
from virality.findings.ordering import Pick
from virality.findings.scores import Extent, Verdict
from virality.models.catalogue import model_name
from virality.sentences.scores import indicative


def answer(found: Answer) -> str:
    """Return the answer box: how much can be predicted, and how sure we are."""
    if found.prediction is None:
        return _nothing(found)
    parts = [_verdict(found.prediction), _ordering(found), _sources(found)]
    return "\n\n".join(part for part in [*parts, indicative(found.record)] if part)


def _nothing(found: Answer) -> str:
    text = f"This record holds {plural(found.record.n, 'post')}. "
    if found.record.extent is Extent.TOO_FEW:
        return text + (
            "That is too few to test a prediction honestly, so the report describes the posts and "
            "predicts nothing."
        )
    return text + (
        "There is nothing in them to predict: the outcome is the same for all, or too few are old "
        "enough for it to be known. So the report describes the posts and predicts nothing."
    )


def _verdict(found: Prediction) -> str:
    start = {
        Verdict.BETTER: "**Yes, in part.** On {0} the forecast misses by less than {1}.",
        Verdict.WORSE: "**No.** On {0} the forecast misses by more than {1}.",
        Verdict.UNDECIDED: "**Not beyond a simple rule, as far as these posts can show.** On {0} "
        "the forecast is not clearly better than {1}.",
    }[found.gain.verdict]
    posts, (low, high) = plural(found.n_held_out, "held-out post"), found.between
    return (
        f"{start.format(posts, _rule(found.gain.against))} Of posts that are forecast ten thousand "
        f"views, half end between {about(low)} and {about(high)}."
    )


def _ordering(found: Answer) -> str:
    order = found.order
    if order is None:
        return ""
    if order.pick is Pick.UNTOLD:
        return "Which of two posts does better cannot be told yet."
    worth = {
        Pick.SURER: "**more often than a coin**",
        Pick.UNSURE: "**not clearly more often than a coin**",
        Pick.WRONG: "**less often than a coin**",
    }[order.pick]
    times = order.times
    text = (
        f"Of two posts near in time it picks the better one {times.value:.0f} times in 100 "
        f"({times.low:.0f} to {times.high:.0f}), {worth}."
    )
    if not found.two_questions:
        return text
    return (
        f"{text} How many views is another question: the account's level moves both posts of a "
        "pair alike."
    )


def _sources(found: Answer) -> str:
    sentences = []
    if found.content:
        names = [block_name(block) for block in found.content]
        sentences.append(
            f"{capital(listing(names))} {agree(names, 'carries', 'carry')} information about "
            "views (a test that chance passes one time in twenty)."
        )
    elif found.content_tested:
        sentences.append(
            "No part of the content is shown to carry information about views; small effects "
            "may hide."
        )
        if found.order and found.order.pick is Pick.SURER:
            sentences.append(
                "That is no contradiction: the forecast takes all parts together, and the test "
                "asks for one that suffices alone."
            )
    if found.history:
        sentences.append("How the account did lately does help.")
    elif found.history is not None:
        either = " either" if found.content_tested and not found.content else ""
        sentences.append(f"How the account did lately is not shown to help{either}.")
        if found.recent_leads:
            sentences.append(
                "Of the plain rules the one that looks at the last posts misses by less, but by no "
                "more than luck may bring."
            )
    return " ".join(sentences)


def headline_caption(found: Prediction) -> str:
    """Return the caption of the comparison of models and rules."""
    result = {
        Verdict.BETTER: f"The forecast beats {_rule(found.gain.against)}",
        Verdict.WORSE: "The simple rule wins",
        Verdict.UNDECIDED: "The forecast and the simple rule lie too close together to tell",
    }[found.gain.verdict]
    return (
        f"{result}. Mean miss as a factor, on the same held-out posts, with 95 % intervals; "
        f"dotted: {_rule(found.gain.against)}, open circles: no model needed."
    )


def headline_alt(found: Prediction, misses: Iterable[tuple[str, float]]) -> str:
    """Return what a reader who cannot see the comparison should know.

    Parameters
    ----------
    found : Prediction
    misses : iterable of (str, float)
        Model and mean miss as a factor, best first.
    """
    rows = [f"{model_name(model)} {factor:.1f}" for model, factor in misses]
    return f"{headline_caption(found).split('.')[0]}. Mean miss as a factor: {', '.join(rows)}."


RECIPE_CAPTION = "Posts, parameters, versions and seconds."


def doubt(found: Doubt) -> str:
    """Return what could most easily make the first page wrong."""
    posts = plural(found.n, "post")
    if found.moved:
        return (
            f"The account has just changed: most of these {posts} are from before, and what held "
            "then need not hold now."
        )
    if found.too_few:
        return f"What stands out among {posts} is mostly luck."
    if found.few:
        return f"These are {posts}: large effects show in so few, small ones hide."
    return f"These {posts} are one path through time, and platforms change."


def limits(found: Limits) -> str:
    """Return what a record of this size cannot tell."""
    posts = plural(found.n, "post")
    what = "cannot tell an effect from an accident" if found.too_few else "hide small effects"
    wide = (
        f"; with {found.n_columns:,} columns, models see a few components of each block"
        if found.wide
        else ""
    )
    return (
        f"{posts} {what}{wide}. Whether changing a post changes its views, only an "
        "[experiment](next.ipynb) tells."
    )


def _rule(naive: str) -> str:
    return f"the {model_name(naive)}" if naive != "last_post" else "repeating the last post"
