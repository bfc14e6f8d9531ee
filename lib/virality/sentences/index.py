"""Sentences of the abstract. Every number and every judgement is a function of the facts."""

from __future__ import annotations

import pandas as pd

from virality.core.chapters import book
from virality.core.protocol import MIN_POSTS
from virality.core.text import agree, capital, listing, plural, smaller
from virality.features.blocks import BLOCKS, block_name
from virality.findings.scores import record as how_many
from virality.models.catalogue import model_name
from virality.sentences.scores import indicative


def answer(facts: dict) -> str:
    """Return the answer box: how much can be predicted, and how sure we are."""
    if facts["verdict"] == "none":
        return _nothing(facts["n_posts"])
    parts = [_verdict(facts), _size(facts), _sources(facts), indicative(how_many(facts["n_posts"]))]
    return "\n\n".join(part for part in parts if part)


def _nothing(n: int) -> str:
    text = f"This record holds {plural(n, 'post')}. "
    if n < MIN_POSTS:
        return text + (
            "That is too few to test a prediction honestly, so the report describes the posts and "
            "predicts nothing."
        )
    return text + (
        "There is nothing in them to predict: the outcome is the same for all, or too few are old "
        "enough for it to be known. So the report describes the posts and predicts nothing."
    )


def _verdict(facts: dict) -> str:
    model, naive = model_name(facts["model"]), _rule(facts["naive"])
    if facts["verdict"] == "better":
        return (
            f"**Yes, in part.** {capital(model)} predicts this creator's views better than "
            f"{naive} on {plural(facts['n_held_out'], 'held-out post')} ({_gain_interval(facts)})."
        )
    if facts["verdict"] == "worse":
        return (
            f"**No.** Even the best of {plural(facts['n_models'], 'model')}, {model}, predicts "
            f"this creator's views worse than {naive} ({_gain_interval(facts)})."
        )
    choice = ", once choosing the best is corrected for" if facts["n_models"] > 1 else ""
    near = listing([model_name(name) for name in facts["better_alone"]])
    aside = (
        f" Looked at alone, {near} would count as better; with so many tries that is less of a "
        "surprise."
        if near
        else ""
    )
    return (
        f"**Not beyond a simple rule, as far as these posts can show.** The best of "
        f"{plural(facts['n_models'], 'model')}, {model}, is not clearly better than {naive} on "
        f"{plural(facts['n_held_out'], 'held-out post')}{choice} ({_gain_interval(facts)}).{aside}"
    )


def _size(facts: dict) -> str:
    low, high = facts["factor_low"], facts["factor_high"]
    interval = f" (between {low:.1f} and {high:.1f})" if low is not None else ""
    return (
        f"The typical forecast is off by a factor of {facts['factor']:.1f}{interval}: a post "
        f"that gets ten thousand views was typically forecast somewhere between "
        f"{10_000 / facts['factor']:,.0f} and {10_000 * facts['factor']:,.0f}. "
        f"{capital(_rule(facts['naive']))} is off by a factor of {facts['naive_factor']:.1f}."
    )


def _sources(facts: dict) -> str:
    sentences = []
    if facts["content_tested"]:
        found = facts["content_found"]
        if found:
            names = [block_name(block) for block in found]
            verb = agree(names, "carries", "carry")
            sentences.append(
                "In a test that chance alone would pass one time in twenty, "
                f"{listing(names)} {verb} information about views."
            )
        else:
            sentences.append(
                "No part of the content is shown to carry information about views; an effect "
                "may still hide below what this number of posts can show."
            )
    if facts["history_p"] is not None:
        known = facts["history_p"] < 0.05
        sentences.append(
            "How the account did lately does help."
            if known
            else "How the account did lately is not shown to help either."
            if facts["content_tested"] and not facts["content_found"]
            else "How the account did lately is not shown to help."
        )
    return " ".join(sentences)


def headline_caption(facts: dict) -> str:
    """Return the caption of the comparison of models and rules."""
    if facts["verdict"] == "better":
        finding = f"{capital(model_name(facts['model']))} beats {_rule(facts['naive'])}"
    elif facts["verdict"] == "worse":
        finding = "The simple rules win"
    else:
        finding = "The intervals of models and simple rules overlap"
    return (
        f"{finding}. Typical miss on held-out posts as a factor, with intervals from the block "
        "bootstrap; the dotted line is the best rule."
    )


def headline_alt(table: pd.DataFrame) -> str:
    """Return what a reader who cannot see the comparison should know."""
    rows = [f"{model_name(row.model)} {row.factor:.1f}" for row in table.itertuples()]
    return "Typical miss as a factor, best first: " + ", ".join(rows) + "."


def no_headline() -> str:
    """Say why there is no comparison to show."""
    return "Nothing was predicted in this run, so there is nothing to set side by side here."


def pipeline_caption(present: list[str]) -> str:
    """Return the caption of the pipeline."""
    absent = [block_name(block) for block in BLOCKS if block not in present]
    missing = [f"no {name}" for name in absent]
    end = f" This run has {listing(missing)} (dashed)." if absent else ""
    return f"From what was known when a post went up to what you read here.{end}"


def record(facts: dict) -> str:
    """Return what was looked at, in a sentence."""
    if not facts["n_posts"]:
        return "There was no usable post to look at."
    if facts["n_posts"] == 1:
        return (
            f"We looked at one post, published on {facts['first']}, with "
            f"{facts['median_views']:,.0f} views."
        )
    return (
        f"We looked at {plural(facts['n_posts'], 'post')}, published between {facts['first']} "
        f"and {facts['last']}, with a median of {facts['median_views']:,.0f} views."
    )


def guide(pooled: bool = False) -> str:
    """Return the reader's guide: each chapter of the book, its question and a link."""
    lines = [
        f"- [{spec.title}]({spec.slug}.ipynb). {spec.question}"
        for spec in book(pooled)
        if spec.part
    ]
    return "\n".join(lines)


def limits(facts: dict, n_columns: int) -> str:
    """Return the limits of this run."""
    n = facts["n_posts"]
    wide = (
        f"- **More columns than posts.** There are {n_columns:,} columns for {plural(n, 'post')}. "
        "Without shrinking them to a few components inside every fold, any model would "
        "memorise."
        if n_columns > n
        else f"- **Columns.** There are {n_columns:,} columns for {plural(n, 'post')}; they are "
        "shrunk to a few components inside every fold."
    )
    if n < MIN_POSTS:
        small = (
            f"- **Too few posts.** {plural(n, 'post')} cannot tell an effect from an "
            "accident, so nothing here says what works."
        )
    elif n < 1000:
        small = (
            f"- **Few posts.** {plural(n, 'post')} can show large effects and hide small ones. An "
            "effect that is not shown here is not thereby absent."
        )
    else:
        small = f"- **One account's history.** Even {plural(n, 'post')} are one path through time."
    return "\n".join(
        [
            small,
            wide,
            "- **Viral outliers.** The few posts that run away carry most of the views and "
            "leave the least to learn from. The report gives them a probability, not a number.",
            "- **Correlation only.** Nothing here says what would have happened had a post been "
            "made otherwise. A feature that predicts views need not cause them.",
            "- **The past.** Platforms change; a rule that held for these posts may not hold for "
            "the next ones.",
        ]
    )


def what_was_run(facts: dict, author: str, seconds: dict, parameters: dict) -> pd.DataFrame:
    """Return the table of what was run: creator, posts, dates, parameters, versions, time.

    Parameters
    ----------
    facts : dict
        From :func:`virality.evaluation.summary.facts`.
    author : str
        Whose posts they are.
    seconds : dict
        Chapter and how long it took.
    parameters : dict
        Every parameter and its value.
    """
    from importlib.metadata import version

    import xgboost  # its package has another name on a Mac

    packages = ("scikit-learn", "shap", "umap-learn", "hdbscan", "torch")
    rows = [
        ("creator", author),
        ("posts", plural(facts["n_posts"], "post")),
        ("dates", f"{facts['first']} to {facts['last']} (UTC)"),
        *(
            (f"parameter {key}", str(value) or "none given")
            for key, value in sorted(parameters.items())
        ),
        ("virality", version("virality")),
        ("xgboost", xgboost.__version__),
        *((name, version(name)) for name in packages),
        *((f"seconds for {slug}", f"{spent:.0f}") for slug, spent in seconds.items()),
    ]
    return pd.DataFrame(rows, columns=["what", "value"])


def _rule(naive: str) -> str:
    return f"the {model_name(naive)}" if naive != "last_post" else "repeating the last post"


def _gain_interval(facts: dict) -> str:
    value, best, worst = (smaller(-facts[f"gain{end}"]) for end in ("", "_high", "_low"))
    return f"typical miss {value}, interval {best} to {worst}"
