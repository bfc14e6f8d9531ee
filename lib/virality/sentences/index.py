"""Sentences of the abstract. Every number and every judgement is a finding."""

from __future__ import annotations

from collections.abc import Iterable

from virality.core.chapters import as_read, book
from virality.core.text import about, agree, ended, listing, percent, plural
from virality.features.blocks import block_name
from virality.findings.baselines import Curve, MorePosts
from virality.findings.data import Concentration
from virality.findings.index import Answer, Columns, Limits, Looked, Next, Prediction
from virality.findings.ordering import Pick
from virality.findings.scores import Extent, Verdict
from virality.models.catalogue import model_name
from virality.sentences.scores import LARGE_MISSES, from_to, gain, indicative, ordering


def answer(found: Answer) -> str:
    """Return the answer box: how much can be predicted, and how sure we are."""
    if found.prediction is None:
        return _nothing(found)
    parts = [
        _verdict(found.prediction),
        _size(found.prediction),
        _ordering(found),
        _sources(found),
    ]
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
    rule, posts = _rule(found.gain.against), plural(found.n_held_out, "held-out post")
    if found.gain.verdict is Verdict.BETTER:
        return (
            f"**Yes, in part.** The forecast of this book misses by less than {rule} on {posts} "
            f"({gain(found.gain)})."
        )
    if found.gain.verdict is Verdict.WORSE:
        return (
            f"**No.** On {posts} the forecast of this book misses by more than {rule} "
            f"({gain(found.gain)})."
        )
    return (
        "**Not beyond a simple rule, as far as these posts can show.** On "
        f"{posts} the forecast of this book is not clearly better than {rule} "
        f"({gain(found.gain)})."
    )


def _size(found: Prediction) -> str:
    low, high = found.between
    return (
        f"Half of the forecasts were within a factor of {found.half:.1f}: of posts that are "
        f"forecast ten thousand views, half end between {about(low)} and {about(high)}. For "
        f"{_rule(found.gain.against)} that factor is {found.rule_half:.1f}."
        f"{LARGE_MISSES if found.in_large_misses else ''}"
    )


def _ordering(found: Answer) -> str:
    if found.order is None:
        return ""
    text = ordering(found.order)
    if not found.two_questions:
        return text
    return (
        f"{text} How many views and which of two are different questions: the account's level "
        "moves both posts of a pair alike."
    )


def _sources(found: Answer) -> str:
    sentences = []
    if found.content:
        names = [block_name(block) for block in found.content]
        sentences.append(
            "In a test that chance alone would pass one time in twenty, "
            f"{listing(names)} {agree(names, 'carries', 'carry')} information about views."
        )
    elif found.content_tested:
        sentences.append(
            "No part of the content is shown to carry information about views; an effect "
            "may still hide below what this number of posts can show."
        )
        if found.order and found.order.pick is Pick.SURER:
            sentences.append(
                "That is no contradiction: the forecast orders posts by all parts and by the time "
                "of posting together, and the test asks for a part that suffices alone."
            )
    if found.history:
        sentences.append("How the account did lately does help.")
    elif found.history is not None:
        either = " either" if found.content_tested and not found.content else ""
        sentences.append(f"How the account did lately is not shown to help{either}.")
        if found.recent_leads:
            sentences.append(
                "Of the two plain rules it is the one that looks at the last posts that misses by "
                "less, but by no more than luck may bring."
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
        f"{result}. Mean miss on held-out posts as a factor, with intervals from the block "
        f"bootstrap; the dotted line is {_rule(found.gain.against)}."
    )


def headline_alt(misses: Iterable[tuple[str, float]]) -> str:
    """Return what a reader who cannot see the comparison should know."""
    rows = [f"{model_name(model)} {factor:.1f}" for model, factor in misses]
    return "Mean miss as a factor, best first: " + ", ".join(rows) + "."


NO_HEADLINE = "Nothing was predicted in this run, so there is nothing to set side by side here."
PIPELINE_ALT = (
    "Blocks of features flow into folds, then into models and baselines, then into the report."
)
RECIPE_CAPTION = "What this report was made from, with which parameters and versions."


def pipeline_caption(found: Columns) -> str:
    """Return the caption of the pipeline."""
    missing = [f"no {block_name(block)}" for block in found.absent]
    end = f" This run has {listing(missing)} (dashed)." if missing else ""
    return f"From what was known when a post went up to what you read here.{end}"


def record(found: Looked) -> str:
    """Return what was looked at, in a sentence."""
    if found.median_views is None:
        return "There was no usable post to look at."
    if found.n == 1:
        return (
            f"We looked at one post, published on {found.first}, with "
            f"{found.median_views:,.0f} views."
        )
    return (
        f"We looked at {plural(found.n, 'post')}, published between {found.first} "
        f"and {found.last}, with a median of {found.median_views:,.0f} views."
    )


def guide(pooled: bool = False, planned: bool = False) -> str:
    """Return the reader's guide: each chapter of the book, its question and a link.

    Parameters
    ----------
    pooled, planned : bool
        Which book it is, see :func:`virality.core.chapters.book`.
    """
    lines = (
        f"- [{chapter.title}]({chapter.slug}.ipynb){ended(chapter.title)} {chapter.question}"
        for chapter in as_read(book(pooled, planned))
        if not chapter.home
    )
    return "\n".join(lines)


def limits(found: Limits) -> str:
    """Return the limits of this run."""
    posts = plural(found.n, "post")
    if found.too_few:
        small = (
            f"- **Too few posts.** {posts} cannot tell an effect from an "
            "accident, so nothing here says what works."
        )
    elif found.few:
        small = (
            f"- **Few posts.** {posts} can show large effects and hide small ones. An "
            "effect that is not shown here is not thereby absent."
        )
    else:
        small = f"- **One account's history.** Even {posts} are one path through time."
    wide = (
        f"- **More columns than posts.** There are {found.n_columns:,} columns for {posts}. "
        "Without shrinking them to a few components inside every fold, any model would "
        "memorise."
        if found.wide
        else f"- **Columns.** There are {found.n_columns:,} columns for {posts}; they are "
        "shrunk to a few components inside every fold."
    )
    chance = "" if found.too_few else " The report gives them a probability, not a number."
    return "\n".join(
        [
            small,
            wide,
            f"- **Viral outliers.** {_outliers(found.top)} Posts that run away leave the least to "
            f"learn from.{chance}",
            "- **Correlation only.** Nothing here says what would have happened had a post been "
            "made otherwise. A feature that predicts views need not cause them.",
            "- **The past.** Platforms change; a rule that held for these posts may not hold for "
            "the next ones.",
        ]
    )


def _outliers(top: Concentration) -> str:
    if top.uneven is None:
        return "So few posts, or so few views, show no tail."
    which = f"{plural(top.n_top, 'post')} of {top.n_posts:,} hold"
    if top.n_top == 1:
        which = f"post of {top.n_posts:,} holds"
    share = f"The most viewed {which} {percent(top.top_share)} of all views"
    return f"{share}." if top.uneven else f"{share}, which is no more than an even account has."


def next_steps(found: Next) -> str:
    """Return what the record could gain from, as far as it tells."""
    lacks = [block_name(block) for block in found.absent]
    parts = [_more_posts(found.curve)]
    if lacks:
        parts.append(f"What no post of this record has: {listing(lacks)}.")
    if not found.read_twice:
        parts.append(
            "No post was read at two times; a second reading after some weeks would show how fast "
            "views settle here."
        )
    return " ".join(parts)


def _more_posts(found: Curve | None) -> str:
    if found is None:
        return "Whether more posts would help cannot be seen from so few."
    start = {
        MorePosts.HELPED: "More posts are likely to help: the last step of the learning curve did",
        MorePosts.HURT: "More posts need not help: the last step of the learning curve made "
        "forecasts worse",
        MorePosts.NOT_SHOWN: "More posts of the same kind are not shown to help: the last step of "
        "the learning curve made no clear difference",
    }[found.verdict]
    return f"{start} ({from_to(found)}; the chapter on [baselines](baselines.ipynb) draws it)."


def _rule(naive: str) -> str:
    return f"the {model_name(naive)}" if naive != "last_post" else "repeating the last post"
