"""Figures of the forecast: who speaks, who leads, and who picks the better of two posts."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from virality.evaluation.ordering import ORDER
from virality.figures import marks, theme
from virality.figures.scores import dot, forest
from virality.findings.forecast import GROUPS, shares
from virality.findings.scores import Estimate
from virality.models.catalogue import BASELINES, FORECAST, MODEL_COLORS, model_name

GROUP_NAMES = {
    "recent": "rules of recent posts",
    "long_run": "rules of the long run",
    "models": "models of this creator",
    "others": "model of other creators",
}
HATCHES = dict(zip(GROUPS, ("//", "..", "", "xx"), strict=True))  # colour is never alone
COLORS = dict(zip(GROUPS, ("#ae5300", "#878787", "#5389c9", "#7453a9"), strict=True))


def voices(weights: pd.DataFrame, posts: pd.DataFrame) -> Figure:
    """Draw each group's share of the weight over the held-out posts.

    Parameters
    ----------
    weights : DataFrame
        Of an `evaluation.forecast.Forecast`.
    posts : DataFrame
        For the dates.
    """
    table = shares(weights)
    days = _days(table.index, posts)
    spoken = [name for name in GROUPS if table[name].any()]
    figure, axis = theme.figure(7.4, 3.0)
    areas = axis.stackplot(
        days,
        *(table[name] for name in spoken),
        colors=[COLORS[name] for name in spoken],
        labels=[GROUP_NAMES[name] for name in spoken],
    )
    for area, name in zip(areas, spoken, strict=True):
        area.set_hatch(HATCHES[name])
        area.set_edgecolor(theme.INK)
        area.set_linewidth(0.3)
    axis.set_ylim(0, 1)
    axis.set_ylabel("share of the weight")
    axis.margins(x=0)
    theme.dates(axis)
    axis.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    return figure


def race(missed_less: pd.Series, posts: pd.DataFrame) -> Figure:
    """Draw the running sum of what a forecast has missed less than a rule.

    Parameters
    ----------
    missed_less : Series of float, index post_id
        The rule's miss minus the forecast's, log scale, in time order.
    posts : DataFrame
        For the dates.
    """
    figure, axis = theme.figure(7.4, 2.8)
    days = _days(missed_less.index, posts)
    total = missed_less.cumsum().to_numpy()
    color = MODEL_COLORS[FORECAST]
    axis.axhline(0, color=theme.INK, linewidth=1, linestyle=":")
    axis.step(days, total, where="post", color=color, linewidth=1.8)
    axis.fill_between(days, 0, total, step="post", color=color, alpha=0.2, linewidth=0,
                      gid=marks.SOFT)  # fmt: skip
    axis.set_ylabel("missed less than the rule\n(log scale, summed up)")
    theme.dates(axis)
    return figure


def picks(table: pd.DataFrame) -> Figure:
    """Draw how often each forecast picks the better of two posts, with its interval.

    Parameters
    ----------
    table : DataFrame
        From :func:`virality.evaluation.ordering.pairwise_table`; one row per forecast is drawn.
    """
    rows = table[(table["by"] == ORDER) | (table["model"] != FORECAST)]
    rows = rows.sort_values(["share", "model"], ascending=[False, True], ignore_index=True)
    names = [_of_two(row.model, row.by) for row in rows.itertuples()]
    figure, axis = forest(names, 7.0, 0.34, "times in 100 that the better of two posts is picked")
    for row in rows.itertuples():
        color = MODEL_COLORS.get(row.model, theme.INK)
        times = Estimate(*(100 * end for end in (row.share, row.low, row.high)))
        face = "none" if row.model in BASELINES else color
        dot(axis, row.Index, times, color, markerfacecolor=face)
    axis.axvline(50, color=theme.INK, linewidth=1, linestyle=":")
    return figure


def _of_two(model: str, by: str) -> str:
    return f"{model_name(model)}, above the level" if by == ORDER else model_name(model)


def _days(index: pd.Index, posts: pd.DataFrame) -> np.ndarray:
    times = posts["posted_at"].set_axis(posts["post_id"].astype("string"))
    return times.reindex(index).dt.tz_localize(None).to_numpy()
