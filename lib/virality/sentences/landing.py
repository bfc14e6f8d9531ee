"""What the page that compares several creators says: plain text, escaped where it is shown."""

from __future__ import annotations

import pandas as pd

from virality.core.text import listing, plural
from virality.features.blocks import block_name
from virality.models.catalogue import model_name

COLUMNS = ("creator", "posts", "first", "last", "median views", "typical miss",
           "simple rule", "better than the rule?", "does content tell?")  # fmt: skip

NOTE = (
    "A typical miss of 2 means that forecasts are typically off by half or double. Every report is "
    "about one creator's posts alone: no model learnt from another's. Differences between rows are "
    "not tested; creators with wilder views are harder to forecast, whatever is done."
)
_VERDICTS = {"better": "yes", "worse": "no, worse", "alike": "not shown", "none": "too few posts"}


def title(found: pd.DataFrame) -> str:
    """Return the title of the page."""
    return f"{plural(len(found), 'creator')}, side by side"


def intro(found: pd.DataFrame) -> list[str]:
    """Return the paragraphs above the table."""
    modelled = found[found["verdict"].isin(["better", "worse", "alike"])]
    texts = []
    if len(modelled):
        better = int((modelled["verdict"] == "better").sum())
        n = len(modelled)
        if better:
            beaten = f"For {better} of {plural(n, 'creator')} a model clearly beats"
        elif n > 1:
            beaten = f"For none of {n} creators does a model clearly beat"
        else:
            beaten = "No model clearly beats"
        texts.append(
            f"Can views be forecast from what is known when a post goes up? {beaten} the "
            "better of two simple rules: the median of the last ten posts, and the mean of all "
            "posts that the models learnt from."
        )
        texts.append(_content(modelled))
    few = int((found["verdict"] == "none").sum())
    if few:
        verb = "has" if few == 1 else "have"
        texts.append(f"{plural(few, 'creator')} {verb} too few posts for a model; those posts are "
                     "described.")  # fmt: skip
    stopped = int((~found["report"]).sum())
    if stopped:
        verb = "has" if stopped == 1 else "have"
        texts.append(f"{plural(stopped, 'creator')} {verb} no report, because the run stopped.")
    return texts


def _content(modelled: pd.DataFrame) -> str:
    tested = [bool(blocks) for blocks in modelled["content_tested"]]
    found = [bool(blocks) for blocks in modelled["content_found"]]
    if not any(tested):
        return "Whether content tells anything could not be tested."
    if not any(found):
        return "What a post shows and says is not shown to tell anything about its views."
    return (
        f"What a post shows and says tells something about its views for {sum(found)} of "
        f"{plural(sum(tested), 'creator')} where it could be tested."
    )


def cells(row) -> list[str]:
    """Return the cells of one creator's row, after the name."""
    if not row.report:
        return ["–"] * 6 + ["no report: the run stopped", "–"]
    return [
        f"{row.n_posts:,.0f}",
        row.first or "–",
        row.last or "–",
        _number(row.median_views, ",.0f"),
        _interval(row),
        _rule(row),
        _VERDICTS.get(row.verdict, "–"),
        _blocks(row),
    ]


def _interval(row) -> str:
    if row.factor != row.factor:
        return "–"
    if row.factor_low != row.factor_low:
        return f"{row.factor:.1f}"
    return f"{row.factor:.1f} ({row.factor_low:.1f} to {row.factor_high:.1f})"


def _rule(row) -> str:
    if row.naive_factor != row.naive_factor:
        return "–"
    return f"{row.naive_factor:.1f} ({model_name(row.naive)})"


def _blocks(row) -> str:
    if not row.content_tested:
        return "not tested"
    if not row.content_found:
        return "not shown"
    return listing([block_name(block) for block in row.content_found])


def _number(value: float, form: str) -> str:
    return "–" if value != value else format(value, form)


def caption(modelled: pd.DataFrame) -> str:
    """Return the caption of the figure."""
    lower = int((modelled["factor"] < modelled["naive_factor"]).sum())
    clear = int((modelled["verdict"] == "better").sum())
    return (
        f"Typical miss on posts that no model had seen, with 95 % intervals. The best model's miss "
        f"is the smaller one for {lower or 'none'} of {plural(len(modelled), 'creator')}; the gain "
        f"is clear, post by post, for {clear or 'none'}."
    )


def alt(modelled: pd.DataFrame) -> str:
    """Return what a reader who cannot see the figure should know."""
    rows = [f"{r.label}: {r.factor:.1f}, simple rule {r.naive_factor:.1f}"
            for r in modelled.itertuples()]  # fmt: skip
    return "Typical miss as a factor. " + "; ".join(rows) + "."
