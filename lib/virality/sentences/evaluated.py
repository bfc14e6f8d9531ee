"""What the page on many creators says: plain text, escaped where it is shown."""

from __future__ import annotations

from virality.core.text import capital, decimals, listing, percent, plural
from virality.findings.evaluated import RULES, Change, Evaluated, Row
from virality.findings.scores import Estimate
from virality.models.catalogue import model_name

_LONGER = {"rolling_median_20": "median of the last twenty posts", "forecast": "forecast"}

COLUMNS = ("model", "MAE", "R² against the mean so far", "R²", "Spearman",
           "better than median of ten", "better than median of twenty",
           "picks the better of two", "coverage", "creators badly covered")  # fmt: skip
CHANGES = ("model", "against", "change of MAE", "standard error")

NOTE = (
    "Medians over creators of scores on held-out posts, in log views; each creator is forecast "
    "from that creator's own past, and nothing fitted saw the posts that it is judged on. MAE is "
    "the mean absolute error. R² is also given against the mean of all posts that the fold had "
    "learnt from, and Spearman within folds, so that a drifting level earns neither. Better: share "
    "of creators with a smaller MAE, with a 95 % interval. Picks: of two held-out posts at most "
    "30 days apart, how often in a hundred the one with the higher forecast did better; a coin has "
    "50, and a level alone less."
)
CHANGES_NOTE = (
    "Mean over creators of one MAE divided by the other on the same posts, less one; below zero is "
    "better. The interval is Student's, creators being independent of each other."
)


def title(found: Evaluated) -> str:
    """Return the title of the page."""
    return f"{plural(found.size.creators, 'creator')} evaluated"


def intro(found: Evaluated) -> list[str]:
    """Return the paragraphs above the tables."""
    return [
        text for text in (_size(found), _left_out(found), _main(found), _content(found)) if text
    ]


def _size(found: Evaluated) -> str:
    size = found.size
    return (
        f"{plural(size.posts, 'post')} of {plural(size.creators, 'creator')}; {size.modelled} of "
        f"these could be modelled, and {plural(size.tested, 'post')} of theirs were held out."
    )


def _left_out(found: Evaluated) -> str:
    size, texts = found.size, []
    if size.too_few:
        texts.append(f"{plural(size.too_few, 'creator')} had too few usable posts.")
    if size.failed:
        failed = plural(size.failed, "creator")
        texts.append(f"{failed} could not be examined; the reasons are below.")
    if found.n_unread:
        texts.append(f"{plural(found.n_unread, 'file')} could not be used.")
    if size.unnamed:
        texts.append(f"{plural(size.unnamed, 'post')} named no creator.")
    return " ".join(texts)


def _main(found: Evaluated) -> str:
    if not found.main:
        return "Nobody had enough posts for a model."
    row = found.row(found.main)
    better = listing(
        [f"the {name(rule)} for {percent(share.value)}"
         for rule, share in zip(RULES, row.better, strict=True) if share.known]
    )  # fmt: skip
    return (
        f"{capital(name(row.model))}: median MAE {decimals(row.mae, 3)}, R² against the mean so "
        f"far {decimals(row.r2_oos, 3)}, Spearman {decimals(row.spearman, 3)}. It errs less than "
        f"{better} of creators. {_picks(row)}Intervals that should hold {percent(found.nominal)} "
        f"of posts hold {_percent(row.coverage)} of a median creator's."
    )


def _picks(row: Row) -> str:
    if row.picked_above != row.picked_above:
        return ""
    return (
        "Of two posts at most 30 days apart, what it says above the level picks the better one "
        f"{decimals(row.picked_above, 0)} times in 100, and the whole forecast "
        f"{decimals(row.picked, 0)} times. "
    )


def _content(found: Evaluated) -> str:
    content = found.content
    if not content.tested:
        return ""
    return (
        f"What posts show and say tells something about their views for {content.found} of "
        f"{plural(content.tested, 'creator')}, {_share(content.share)}, by a test that would say "
        "so for one in twenty where nothing is to be found."
    )


def name(model: str) -> str:
    """Return the plain name of a model or rule."""
    return _LONGER.get(model) or model_name(model)


def cells(row: Row) -> list[str]:
    """Return the cells of a model's row."""
    return [
        capital(name(row.model)),
        *(decimals(value, 3) for value in (row.mae, row.r2_oos, row.r2, row.spearman)),
        *map(_share, row.better),
        decimals(row.picked, 0),
        _percent(row.coverage),
        _percent(row.badly_covered),
    ]


def change_cells(change: Change) -> list[str]:
    """Return the cells of a paired comparison."""
    return [
        capital(name(change.model)),
        name(change.against),
        f"{change.change:+.1%}",
        "–" if change.error != change.error else f"{change.error:.2%}",
    ]


def _share(share: Estimate) -> str:
    return f"{share:.0%}"


def _percent(share: float) -> str:
    return "–" if share != share else percent(share)


def settings(found: Evaluated) -> list[tuple[str, str]]:
    """Return what was chosen, name by name."""
    own = found.protocol
    return [
        ("outcome", own.target),
        ("split", own.split),
        ("folds", str(own.n_folds)),
        ("newest share held out", percent(own.test_share)),
        ("embargo in days", f"{own.embargo_days:g}"),
        ("intervals hold", percent(own.coverage)),
        ("seed", str(own.seed)),
    ]


def ratio_caption(found: Evaluated) -> str:
    """Return the caption of the figure of every creator's gain."""
    return (
        f"MAE of the {name(found.main)} over that of the {name(RULES[0])}, one dot a creator, from "
        "the largest gain to the largest loss. Left of the line the model errs less."
    )


def coverage_caption(found: Evaluated) -> str:
    """Return the caption of the figure of coverage."""
    return (
        f"Share of each creator's held-out posts inside intervals of the {name(found.main)} that "
        f"should hold {percent(found.nominal)} (line)."
    )
