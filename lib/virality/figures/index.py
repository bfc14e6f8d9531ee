"""Figures of first pages: views in a line, models and rules, and several creators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from virality.figures import marks, theme
from virality.figures.data import views_axis
from virality.findings.first_screen import LAST
from virality.models.catalogue import MODEL_COLORS, model_name

MOST_CREATORS = 24  # that there is room for, the biggest
MODEL, RULE = theme.BLOCK_COLORS["metadata"], theme.BLOCK_COLORS["momentum"]


def spark(views: Sequence[float], newest: int = LAST) -> Figure:
    """Draw the views of posts in order of time, small enough for a line of text.

    Parameters
    ----------
    views : sequence of float
    newest : int
        Of them, so many stand out.
    """
    figure, axis = theme.figure(1.6, 0.36)
    draw_spark(axis, views, newest, 1.0)
    return figure


def draw_spark(axis: plt.Axes, views: Sequence[float], newest: int, size: float) -> None:
    """Draw views in order of time on axes without a frame.

    Parameters
    ----------
    axis : Axes
    views : sequence of float
    newest : int
        Of them, so many stand out.
    size : float
        Of the dots, points.
    """
    logs = np.log1p(np.asarray(views, dtype=float))
    places = np.arange(len(logs))
    old = max(len(logs) - newest, 0)
    axis.plot(places[:old], logs[:old], ".", color=theme.MUTED, markersize=1.8 * size)
    axis.plot(places[old:], logs[old:], ".-", color=theme.ACCENT, markersize=2.8 * size,
              linewidth=0.6 * size)  # fmt: skip
    if len(logs):
        axis.axhline(np.median(logs), color=theme.INK, linewidth=0.5 * size)
        low, high = np.quantile(logs, [0.01, 0.99])  # one far post must not flatten the others
        room = 0.1 * (high - low) + 1e-6
        axis.set_ylim(low - room, high + room)
    axis.axis("off")


def by_creator(posts: pd.DataFrame, names: Mapping[str, str]) -> Figure:
    """Draw the views of every post, creator by creator, the biggest at the top.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts.
    names : mapping of str to str
        What creators are called.
    """
    logs = np.log1p(posts["views"].astype(float))
    middles = logs.groupby(posts["author"]).median().sort_values().tail(MOST_CREATORS)
    figure, axis = theme.figure(6.6, 0.9 + 0.3 * len(middles))
    for place, author in enumerate(middles.index):
        own = logs[posts["author"] == author]
        marks.points(axis, own, np.full(len(own), place), MODEL, size=3.5)
        axis.plot([middles[author]] * 2, [place - 0.38, place + 0.38], color=theme.ACCENT, lw=2.5)
    labels = [theme.plain(names[a], 24) or f"creator {i + 1}" for i, a in enumerate(middles.index)]
    axis.set_yticks(range(len(middles)), labels)
    views_axis(axis.xaxis, float(logs.min()), float(logs.max()))
    axis.set_xlabel("views (log scale); bars: the post in the middle")
    axis.grid(axis="y", visible=False)
    return figure


def mean_misses(scores: pd.DataFrame, against: str) -> Figure:
    """Draw each model's mean miss as a factor, with its interval, best at the top.

    Parameters
    ----------
    scores : DataFrame
        Columns model, factor, factor_low, factor_high and naive (True for a baseline that needs
        no model).
    against : str
        The rule that the answer compares with, drawn as a line.
    """
    ordered = scores.sort_values("factor", ascending=False).reset_index(drop=True)
    figure, axis = theme.figure(7.0, 0.9 + 0.34 * len(ordered))
    for place, row in ordered.iterrows():
        color = MODEL_COLORS.get(row.model, theme.INK)
        axis.plot([row.factor_low, row.factor_high], [place, place], color=color, linewidth=2)
        face = "none" if row.naive else color
        axis.plot(row.factor, place, "o", color=color, markerfacecolor=face, markersize=7)
    rule = ordered.loc[ordered["model"] == against, "factor"].iloc[0]
    axis.axvline(rule, color=theme.INK, linewidth=1, linestyle=":")
    axis.set_yticks(range(len(ordered)), [model_name(model) for model in ordered.model])
    axis.set_xlabel("mean miss as a factor (1 would be perfect); open circles need no model")
    axis.grid(axis="y", visible=False)
    return figure


def compared(table: pd.DataFrame) -> Figure:
    """Draw each creator's mean miss, with its interval, beside the simple rule's.

    Parameters
    ----------
    table : DataFrame
        Columns label, factor, factor_low, factor_high, naive_factor; first row at the top.
    """
    rows = table.iloc[::-1].reset_index(drop=True)
    figure, axis = theme.figure(6.6, 1.3 + 0.34 * len(rows))
    places = range(len(rows))
    axis.hlines(places, rows["factor_low"], rows["factor_high"], color=MODEL, linewidth=2.5)
    axis.plot(rows["factor"], places, "o", color=MODEL, markersize=7, label="the model")
    rule = {"color": RULE, "markerfacecolor": "none", "markersize": 8, "markeredgewidth": 1.6}
    axis.plot(rows["naive_factor"], places, "D", label="a rule that needs no model", **rule)
    names = [
        theme.plain(label, 28) or f"creator {len(rows) - i}" for i, label in enumerate(rows.label)
    ]
    axis.set_yticks(list(places), names)
    axis.set_ylim(-0.6, len(rows) - 0.4)
    axis.set_xlabel("mean miss as a factor (1 would be perfect)")
    axis.grid(axis="y", visible=False)
    axis.legend(loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=2)
    return figure
