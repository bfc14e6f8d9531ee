"""Figures and tables of what is suggested for the next posts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from virality.advice.hours import Slot
from virality.core.text import is_missing, multiple
from virality.figures import theme, whatif
from virality.findings.steps import MOST_DRAWN, Candidate, Subject

_FARTHEST = np.log(8)  # where lines end: what is wider says nothing
_TICKS = (0.125, 0.25, 0.5, 1, 2, 4, 8)


def forest(candidates: Sequence[Candidate]) -> Figure:
    """Draw what each chapter says of the candidates, and what is left of those that pass.

    Parameters
    ----------
    candidates : sequence of Candidate
        The surest first; as many are drawn as there is room for.
    """
    shown = candidates[:MOST_DRAWN]
    figure, axis = theme.figure(5.8, 0.27 * len(shown) + 1.1)
    for row, each in enumerate(shown):
        low, value, high = np.log([each.factor.low, each.factor.value, each.factor.high])
        axis.hlines(row, low, high, color=theme.INK, lw=1)
        axis.plot(value, row, "o", color=theme.INK, markerfacecolor="none", markersize=4.5)
        if each.expected is not None:
            left = np.log([each.expected.low, each.expected.value, each.expected.high])
            axis.hlines(row, left[0], left[2], color=theme.ACCENT, lw=3)
            axis.plot(left[1], row, "o", color=theme.ACCENT, markersize=7)
    axis.axvline(0, color=theme.INK, lw=1)
    axis.set_yticks(range(len(shown)), [label(each.about) for each in shown])
    for text, each in zip(axis.get_yticklabels(), shown, strict=True):
        text.set_fontweight("bold" if each.suggested or each.tested else "normal")
    axis.set_ylim(len(shown) - 0.4, -0.6)
    ends = [abs(np.log(end)) for each in shown for end in (each.factor.low, each.factor.high)]
    reach = float(np.clip(1.05 * max(ends, default=0.0), np.log(2.2), _FARTHEST))
    axis.set_xlim(-reach, reach)
    ticks = [float(np.log(tick)) for tick in _TICKS if abs(np.log(tick)) <= reach]
    axis.xaxis.set_major_locator(FixedLocator(ticks))
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"× {np.exp(value):.2g}"))
    axis.xaxis.set_minor_locator(NullLocator())
    axis.set_xlabel("times the views (log scale)")
    axis.grid(axis="y", visible=False)
    return figure


def label(subject: Subject) -> str:
    """Return what a candidate is called on an axis, text from data made plain.

    Parameters
    ----------
    subject : Choice or Slot
    """
    if isinstance(subject, Slot):
        days = {"weekdays": "Mon to Fri", "weekend": "Sat, Sun"}[subject.part]
        return f"{days}, {subject.start:02d} to {subject.end:02d}"
    return whatif.label(subject)


def posts_table(
    behind: pd.DataFrame,
    posts: pd.DataFrame,
    steps: Mapping[str, str],
    labels: Mapping[str, str],
    frames: Mapping[str, str],
) -> pd.DataFrame:
    """Return the posts behind the suggestions.

    Parameters
    ----------
    behind : DataFrame
        From :func:`virality.advice.steps.behind.posts_behind`.
    posts : DataFrame
        Tidy posts.
    steps : mapping of str to str
        What is suggested, safe Markdown, by the name of the candidate.
    labels, frames : mapping of str to str
        What posts are called, and their first frames, safe Markdown, by post_id.
    """
    views = posts.set_index(posts["post_id"].astype(str))["views"]
    rows = [
        {
            "suggestion": steps[row.name],
            "first frame": frames.get(row.post_id, "–"),
            "post": labels[row.post_id],
            "views": "–" if is_missing(views[row.post_id]) else f"{views[row.post_id]:,}",
            "beside its neighbours": multiple(row.factor),
        }
        for row in behind.itertuples()
    ]
    table = pd.DataFrame(rows)
    return table if frames else table.drop(columns="first frame", errors="ignore")
