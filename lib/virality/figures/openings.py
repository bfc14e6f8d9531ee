"""Figures and tables of what an account's openings hold, and of what went with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from virality.core.text import capital, listing, percent, plural, significant
from virality.features.concepts import concept
from virality.figures import marks, theme
from virality.findings.associations import Fact, WentWith
from virality.findings.openings import Course

_PARTS = ("first third", "middle third", "last third")
_MARKERS = "os^D"
_COARSE = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20)
_TICKS = tuple(sorted({*_COARSE, 0.33, 0.7, 1.5, 3}))
_MOST_TICKS = 7
_FARTHEST = np.log(10)  # where lines end: what is wider says nothing
_BAND = "#80808030"  # faint on white and on dark alike


def over_time(courses: Sequence[Course], posted_at: pd.Series) -> Figure:
    """Draw the share of openings with each fact, part by part of the history.

    Parameters
    ----------
    courses : sequence of Course
    posted_at : Series of n timestamps
        Of all posts, in order.
    """
    figure, axis = theme.figure(5.6, 3.6)
    colors, lines = theme.many_colors(len(courses)), []
    for number, course in enumerate(courses):
        x = np.arange(len(course.parts)) + 0.09 * (number - (len(courses) - 1) / 2)
        y = 100 * np.array([part.value for part in course.parts])
        ends = 100 * np.array([(part.low, part.high) for part in course.parts]).T
        look = {"color": colors[number], "marker": _MARKERS[number % 4], "markersize": 5}
        axis.plot(x, y, lw=1.4, **look)
        lines.append((y[-1], concept(course.name).name, colors[number]))
        axis.vlines(x, *ends, color=colors[number], lw=1.4)
    dates = [posted_at.iloc[part] for part in np.array_split(np.arange(len(posted_at)), 3)]
    names = [
        f"{name}\n{own.iloc[0]:%b %Y}\nto {own.iloc[-1]:%b %Y}\n{len(own)} posts"
        for name, own in zip(_PARTS, dates, strict=True)
    ]
    axis.set_xticks(range(len(names)), names)
    axis.set_xlim(-0.4, len(names) - 0.6)
    axis.set_ylim(-2, 102)
    axis.set_ylabel("share of openings (%)")
    axis.grid(axis="x", visible=False)
    marks.name_ends(axis, lines)
    return figure


def forest(found: WentWith, name: Callable[[Any], str] | None = None) -> Figure:
    """Draw what went with each fact: a factor with its interval, or why it cannot be told.

    Parameters
    ----------
    found : WentWith
    name : callable, optional
        What a fact is called on the axis; by its concept when left out.
    """
    facts = [*found.told, *found.untold]
    figure, axis = theme.figure(5.8, 0.25 * len(facts) + 1.1)
    for row, fact in enumerate(facts):
        (_told if fact.factor.known else _untold)(axis, row, fact)
    axis.axvline(0, color=theme.INK, lw=1)
    axis.set_yticks(range(len(facts)), [(name or _name)(fact) for fact in facts])
    for label, fact in zip(axis.get_yticklabels(), facts, strict=True):
        label.set_fontstyle("normal" if fact.factor.known else "italic")
        label.set_fontweight("bold" if fact.found else "normal")
    axis.set_ylim(len(facts) - 0.4, -0.6)
    reach = _reach(found.told)
    axis.set_xlim(-reach, reach)
    axis.xaxis.set_major_locator(FixedLocator([float(np.log(tick)) for tick in _ticks(reach)]))
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"× {np.exp(value):.2g}"))
    axis.xaxis.set_minor_locator(NullLocator())
    axis.set_xlabel("times the views (log scale)")
    axis.grid(axis="y", visible=False)
    return figure


def _told(axis, row: int, fact: Fact) -> None:
    color = theme.ACCENT if fact.found else theme.INK
    small = np.log(fact.detectable)
    axis.barh(row, 2 * small, left=-small, height=0.8, color=_BAND, linewidth=0, gid=marks.SOFT)
    low, value, high = np.log([fact.factor.low, fact.factor.value, fact.factor.high])
    axis.hlines(row, low, high, color=color, lw=2.2 if fact.found else 1.4)
    axis.plot(value, row, "o", color=color, markersize=6 if fact.found else 4.5)


def _untold(axis, row: int, fact: Fact) -> None:
    axis.annotate(_needs(fact), (0, row), xytext=(5, 0), textcoords="offset points",
                  va="center", fontsize=8, fontstyle="italic")  # fmt: skip


def _name(fact: Fact) -> str:
    name = capital(concept(fact.name).name)
    if fact.flag or not fact.factor.known:
        return name
    if fact.kind == "share":
        return f"{name}, + {percent(fact.step)}"
    unit = {"seconds": " s", "speed": " heights/s"}.get(fact.kind, "")
    return f"{name}, + {significant(fact.step, 2)}{unit}"


def _needs(fact: Fact) -> str:
    """What a fact lacks: posts on a side, or anything that other facts do not say already."""
    if not fact.lacks:
        return "other facts say the same"
    if not fact.flag:
        return f"needs {plural(fact.lacks, 'more post')}"
    sides = ((fact.lacks_with, "with it"), (fact.lacks_without, "without it"))
    return f"needs {listing([f'{lacks} more {side}' for lacks, side in sides if lacks])}"


def _reach(told: Sequence[Fact]) -> float:
    """Half the width of the axis, in log: all intervals but the widest part of wide ones."""
    ends = [abs(np.log(end)) for fact in told for end in (fact.factor.low, fact.factor.high)]
    return float(np.clip(1.05 * max(ends, default=0.0), np.log(2.2), _FARTHEST))


def _ticks(reach: float) -> list[float]:
    """Round factors within reach, few enough to be read on a narrow page."""
    fine = [tick for tick in _TICKS if abs(np.log(tick)) <= reach]
    return fine if len(fine) <= _MOST_TICKS else [tick for tick in fine if tick in _COARSE]


def examples_table(told: Sequence[tuple[str, str]]) -> pd.DataFrame:
    """Return some openings in words.

    Parameters
    ----------
    told : sequence of (str, str)
        The post, and what it opens with; safe Markdown both.
    """
    return pd.DataFrame(told, columns=["post", "what it opens with"])
