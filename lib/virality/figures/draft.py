"""Figures and tables of drafts: against the account, what pushes them, and posts like them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from virality.advice.drafts.score import Scores
from virality.core.text import about, capital, multiple
from virality.features.blocks import block_name
from virality.figures import marks, theme
from virality.findings.draft import Draft

MOST_ROWS = 12  # drafts that a picture holds
MOST_COLUMNS = 3  # drafts whose pushes stand side by side
POSTS = theme.BLOCK_COLORS["metadata"]
_STEPS = (1, 2, 5)


def forecasts(found: Sequence[Draft], recent: np.ndarray, unit: str) -> Figure:
    """Draw forecasts with their intervals below what the account's newest posts earned.

    Parameters
    ----------
    found : sequence of Draft
    recent : ndarray
        Outcomes of the newest posts, log scale.
    unit : str
        Of the outcome.
    """
    shown = found[:MOST_ROWS]
    figure, axis = theme.figure(7.2, 0.42 * len(shown) + 1.7)
    _posts(axis, recent)
    told = [one for one in shown if one.verdict.forecasts]
    for row, one in enumerate(shown, start=1):
        if not one.verdict.forecasts:
            axis.text(0.01, row, "no forecast", transform=axis.get_yaxis_transform(), va="center")
            continue
        low, value, high, level = np.log1p([one.low, one.value, one.high, one.level])
        axis.hlines(row, low, high, color=theme.ACCENT, linewidth=2)
        axis.plot(value, row, "o", color=theme.ACCENT, markersize=7)
        axis.plot(level, row, "|", color=theme.INK, markersize=13, markeredgewidth=1.6)
    if told:
        axis.axvline(np.log1p(told[0].line), color=theme.INK, linestyle="--", linewidth=1)
        beside = {"textcoords": "offset points", "ha": "left", "va": "bottom", "fontsize": 8}
        axis.annotate("viral", (np.log1p(told[0].line), -0.6), (3, 1), **beside)
    names = [theme.plain(one.name.raw, 28) or "draft" for one in shown]
    axis.set_yticks(range(len(names) + 1), [f"the last {len(recent)} posts", *names])
    axis.set_ylim(len(names) + 0.6, -0.6)
    _ticks(axis)
    axis.set_xlabel(unit)
    axis.grid(axis="y", visible=False)
    return figure


def _posts(axis: plt.Axes, recent: np.ndarray) -> None:
    """Posts as dots, older ones fainter, over the range that eighty of a hundred keep to."""
    if not len(recent):
        return
    low, middle, high = np.quantile(recent, [0.1, 0.5, 0.9])
    axis.barh(0, high - low, left=low, height=0.62, color=POSTS, alpha=0.18, linewidth=0,
              gid=marks.SOFT)  # fmt: skip
    axis.vlines(middle, -0.31, 0.31, color=POSTS, linewidth=2)
    spread = 0.22 * np.sin(2.4 * np.arange(len(recent)))  # so that dots do not hide each other
    marks.points(axis, recent, spread, POSTS, size=3.5)


def _ticks(axis: plt.Axes) -> None:
    """Round values on a log scale, few enough to be read on a narrow page."""
    low, high = axis.get_xlim()
    rounds = np.array([step * 10.0**power for power in range(9) for step in _STEPS])
    inside = rounds[(np.log1p(rounds) >= low) & (np.log1p(rounds) <= high)]
    chosen = inside[:: max(1, -(-len(inside) // 6))]
    axis.xaxis.set_major_locator(FixedLocator(np.log1p(chosen).tolist()))
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: about(float(np.expm1(value)))))


def pushed(scores: Scores) -> Figure:
    """Draw what pushes the trees' forecast, block by block, of the first drafts.

    Parameters
    ----------
    scores : Scores
        With pushes.
    """
    table = scores.pushes.pivot_table(
        index="block", columns="draft", values="value", aggfunc="sum", sort=False
    )
    table = table[[name for name in scores.table["draft"] if name in table][:MOST_COLUMNS]]
    table = table.loc[table.abs().max(axis=1).sort_values(kind="stable").index]
    figure, axes = theme.figure(
        7.2, 0.34 * len(table) + 1.2, ncols=table.shape[1], sharey=True, sharex=True, squeeze=False
    )
    colors = [theme.BLOCK_COLORS.get(block, theme.INK) for block in table.index]
    for axis, name in zip(axes[0], table, strict=True):
        axis.barh(range(len(table)), table[name], color=colors, height=0.66, linewidth=0)
        axis.axvline(0, color=theme.INK, linewidth=0.8)
        axis.xaxis.set_major_locator(MaxNLocator(3))
        axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"× {np.exp(value):.2f}"))
        axis.grid(axis="y", visible=False)
        if table.shape[1] > 1:
            axis.set_title(theme.plain(name, 24), fontsize=9)
    axes[0, 0].set_yticks(range(len(table)), [capital(block_name(block)) for block in table.index])
    figure.supxlabel("times the forecast of the trees", fontsize=9.5)
    return figure


def like_table(found: Sequence[Draft], frames: Mapping[str, str]) -> pd.DataFrame:
    """Return the posts that are like each draft, with their outcomes.

    Parameters
    ----------
    found : sequence of Draft
    frames : mapping of str to str
        First frames by post, as safe Markdown; none on private pages.

    Returns
    -------
    DataFrame
        Columns "first frame" and "post" are safe Markdown.
    """
    rows = [
        {
            "first frame": frames.get(near.post_id, ""),
            "post": str(near.post),
            "alike in": near.respects,
            "views": about(near.views) if np.isfinite(near.views) else "not known",
            "times the level": multiple(near.factor),
            "like the draft": one.name.raw,
        }
        for one in found
        for near in one.near
    ]
    table = pd.DataFrame(rows)
    unneeded = ["like the draft"] * (len(found) == 1) + ["first frame"] * (not frames)
    return table.drop(columns=unneeded) if len(table) else table
