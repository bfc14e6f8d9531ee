"""What the page that compares several creators says: plain text, escaped where it is shown."""

from __future__ import annotations

from virality.core.text import decimals, listing, plural
from virality.features.blocks import block_name
from virality.findings.landing import Creator, Landing
from virality.findings.scores import Verdict
from virality.models.catalogue import model_name

COLUMNS = ("creator", "posts", "first", "last", "median views", "mean miss",
           "simple rule", "better than the rule?", "does content tell?")  # fmt: skip

NOTE = (
    "A mean miss of 2 means that forecasts are off by half or double in the mean. Every report is "
    "about one creator's posts alone: no model learnt from another's. Differences between rows are "
    "not tested; creators with wilder views are harder to forecast, whatever is done."
)
_VERDICTS = {Verdict.BETTER: "yes", Verdict.WORSE: "no, worse", Verdict.UNDECIDED: "not shown",
             None: "too few posts"}  # fmt: skip


def title(found: Landing) -> str:
    """Return the title of the page."""
    return f"{plural(len(found.creators), 'creator')}, side by side"


def intro(found: Landing) -> list[str]:
    """Return the paragraphs above the table."""
    texts = [_forecasts(found), _content(found)] if found.n_modelled else []
    if found.n_too_few:
        verb = "has" if found.n_too_few == 1 else "have"
        texts.append(f"{plural(found.n_too_few, 'creator')} {verb} too few posts for a model; "
                     "those posts are described.")  # fmt: skip
    if found.n_stopped:
        verb = "has" if found.n_stopped == 1 else "have"
        texts.append(f"{plural(found.n_stopped, 'creator')} {verb} no report, because the run "
                     "stopped.")  # fmt: skip
    return texts


def _forecasts(found: Landing) -> str:
    if found.n_better:
        creators = plural(found.n_modelled, "creator")
        beaten = f"For {found.n_better} of {creators} a model clearly beats"
    elif found.n_modelled == 1:
        beaten = "No model clearly beats"
    else:
        beaten = f"For none of {found.n_modelled} creators does a model clearly beat"
    return (
        f"Can views be forecast from what is known when a post goes up? {beaten} the "
        "better of two simple rules: the median of the last ten posts, and the mean of all "
        "posts that the models learnt from."
    )


def _content(found: Landing) -> str:
    if not found.n_content_tested:
        return "Whether content tells anything could not be tested."
    if not found.n_content:
        return "What a post shows and says is not shown to tell anything about its views."
    return (
        f"What a post shows and says tells something about its views for {found.n_content} of "
        f"{plural(found.n_content_tested, 'creator')} where it could be tested."
    )


def cells(row: Creator) -> list[str]:
    """Return the cells of one creator's row, after the name."""
    if not row.report:
        return [*"––––––", "no report: the run stopped", "–"]
    return [
        _whole(row.n_posts),
        row.first or "–",
        row.last or "–",
        _whole(row.median_views),
        f"{row.miss:.1f}",
        f"{decimals(row.rule_miss, 1)} ({model_name(row.rule)})" if row.rule else "–",
        _VERDICTS[row.verdict],
        _blocks(row),
    ]


def _whole(number: float | None) -> str:
    return "–" if number is None else f"{number:,.0f}"


def _blocks(row: Creator) -> str:
    if not row.content_tested:
        return "not tested"
    return listing([block_name(block) for block in row.content]) or "not shown"


def caption(found: Landing) -> str:
    """Return the caption of the figure."""
    return (
        f"Mean miss on posts that no model had seen, with 95 % intervals. The best model's miss "
        f"is the smaller one for {found.n_smaller or 'none'} of "
        f"{plural(found.n_modelled, 'creator')}; the gain is clear, post by post, for "
        f"{found.n_better or 'none'}."
    )


def alt(found: Landing) -> str:
    """Return what a reader who cannot see the figure should know."""
    # The page escapes this text as a whole, names included.
    rows = [f"{one.label.raw}: {one.miss.value:.1f}, simple rule {one.rule_miss:.1f}"
            for one in found.modelled]  # fmt: skip
    return "Mean miss as a factor. " + "; ".join(rows) + "."
