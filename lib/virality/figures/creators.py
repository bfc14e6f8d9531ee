"""Figures and tables on several creators: levels, skill taken apart, how soon own posts count."""

from __future__ import annotations

from itertools import cycle

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.typing import ColorType

from virality.core.text import capital, clean, decimals, smaller
from virality.creators.pool import forecast_name
from virality.figures import marks, theme
from virality.figures.data import views_axis

BETWEEN, WITHIN = theme.BLOCK_COLORS["momentum"], theme.BLOCK_COLORS["metadata"]
MOST_NAMED = 8  # creators that a legend can hold
MOST_ROWS = 30


def colors(names: dict[str, str]) -> dict[str, ColorType]:
    """Return one mid-tone colour per creator, in the order of `names`."""
    return dict(zip(names, theme.many_colors(len(names)), strict=True))


def levels(table: pd.DataFrame, grand: float, names: dict[str, str]) -> Figure:
    """Draw each creator's mean, and where it is pulled to.

    Parameters
    ----------
    table : DataFrame
        From `Levels.table`; log views.
    grand : float
        Mean of the levels, log views.
    names : dict of str to str
        What to call each author.

    Returns
    -------
    Figure
    """
    rows = table.head(MOST_ROWS).sort_values("level").reset_index(drop=True)
    figure, axis = theme.figure(6.8, 1.2 + 0.3 * len(rows))
    axis.axvline(grand, color=theme.INK, linewidth=1, linestyle=":")
    axis.plot(rows["mean"], rows.index, "o", color=theme.INK, markerfacecolor="none",
              markersize=8, label="mean of the posts")  # fmt: skip
    axis.plot(rows["level"], rows.index, "o", color=BETWEEN, markersize=5,
              label="pulled towards all (dotted)")  # fmt: skip
    axis.set_yticks(rows.index, [f"{_name(names, r.author)} ({r.n})" for r in rows.itertuples()])
    low, high = _room(rows[["mean", "level"]].to_numpy(), grand)
    views_axis(axis.xaxis, low, high)
    axis.set(xlim=(low, high), ylim=(-0.6, len(rows) - 0.4))
    axis.set_xlabel("views (log scale); number of posts in brackets")
    axis.grid(axis="y", visible=False)
    axis.legend(loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=2)
    return figure


def taken_apart(predictions: pd.DataFrame, facts: dict, names: dict[str, str]) -> Figure:
    """Draw forecasts against views, coloured by creator, and the correlation's two parts.

    Parameters
    ----------
    predictions : DataFrame
        Held-out rows of the named model: author, y_true, y_pred.
    facts : dict
        From :func:`virality.findings.summary.pooled_facts`.
    names : dict of str to str

    Returns
    -------
    Figure
    """
    figure, (left, right) = theme.figure(8.2, 3.9, ncols=2, gridspec_kw={"width_ratios": (1.15, 1)})
    _scatter(left, predictions, names)
    _bars(right, facts)
    return figure


def _scatter(axis: plt.Axes, predictions: pd.DataFrame, names: dict[str, str]) -> None:
    shapes = cycle(theme.BLOCK_MARKERS.values())
    for (author, color), marker in zip(colors(names).items(), shapes):
        own = predictions[predictions["author"] == author]
        if own.empty:
            continue
        label = _name(names, author, 18) if len(names) <= MOST_NAMED else None
        marks.points(axis, own["y_pred"], own["y_true"], color, marker, label=label)
        if len(own) > 2 and np.ptp(own["y_pred"]) > 1e-9:
            slope, base = np.polyfit(own["y_pred"], own["y_true"], 1)
            ends = np.array([own["y_pred"].min(), own["y_pred"].max()])
            axis.plot(ends, base + slope * ends, color=color, linewidth=2)
    low, high = _room(predictions[["y_pred", "y_true"]].to_numpy())
    axis.plot([low, high], [low, high], color=theme.INK, linestyle=":", linewidth=1)
    for side in (axis.xaxis, axis.yaxis):
        views_axis(side, low, high)
    axis.tick_params(axis="x", rotation=45)
    axis.set(xlim=(low, high), ylim=(low, high))
    axis.set(xlabel="forecast of views", ylabel="views (log scale)")
    if len(names) <= MOST_NAMED:
        axis.legend(loc="lower center", bbox_to_anchor=(0.45, 1.0), ncols=3, handletextpad=0.1,
                    columnspacing=0.8)  # fmt: skip


def _bars(axis: plt.Axes, facts: dict) -> None:
    rows = (("model,\nall posts", facts["parts"]), ("creator's mean,\nall posts",
                                                    facts["mean_parts"]))  # fmt: skip
    for place, (_, parts) in zip((2, 1), rows, strict=True):
        between, within = parts["between_part"] or 0.0, parts["within_part"] or 0.0
        axis.barh(place, between, color=BETWEEN, height=0.5)
        axis.barh(place, within, left=between if within > 0 else 0, color=WITHIN, height=0.5)
        _whisker(axis, place, parts, "total")
    axis.barh(0, facts["parts"]["within"] or 0.0, color=WITHIN, height=0.5)
    _whisker(axis, 0, facts["parts"], "within")
    for color, word in ((BETWEEN, "between creators"), (WITHIN, "within a creator")):
        axis.barh(-9, 0, color=color, label=word)
    axis.axvline(0, color=theme.INK, linewidth=1)
    axis.set_yticks([2, 1, 0], [rows[0][0], rows[1][0], "model, within\none creator"])
    reach = min(-0.05, (facts["parts"].get("within_low") or 0) - 0.05)
    axis.set(ylim=(-0.6, 2.6), xlim=(max(-1, reach), 1), xlabel="correlation with log views")
    axis.grid(axis="y", visible=False)
    axis.legend(loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=2, handlelength=1)


def _whisker(axis: plt.Axes, place: float, parts: dict, name: str) -> None:
    low, high = parts.get(f"{name}_low"), parts.get(f"{name}_high")
    if low is not None and high is not None:
        below = place - 0.33  # where no bar hides it
        axis.plot([low, high], [below, below], color=theme.INK, linewidth=1.6)


def warm_up(table: pd.DataFrame) -> Figure:
    """Draw the mean miss against how many own posts are known.

    Parameters
    ----------
    table : DataFrame
        From `cold_start.warm_up`.
    """
    figure, axis = theme.figure(6.4, 3.2)
    places = np.arange(len(table))
    axis.axhline(np.exp(table["shrunk"].iloc[0]), color=theme.INK, linestyle=":", linewidth=1)
    axis.plot(places[1:], np.exp(table["own"].iloc[1:]), "o--", color=theme.INK,
              markerfacecolor="none", label="mean of the own posts alone")  # fmt: skip
    axis.plot(places, np.exp(table["shrunk"]), "o-", color=BETWEEN, label="pulled towards all")
    axis.set_xticks(places, table["known"])
    axis.set(xlabel="own posts whose views are known", ylabel="mean miss as a factor")
    axis.margins(y=0.1)
    axis.set_ylim(bottom=1)
    axis.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    return figure


def gaps_table(gaps: pd.DataFrame) -> pd.DataFrame:
    """Return the comparison of models and rules for reading, from `skill.compare`."""
    return pd.DataFrame(
        {
            "forecast": [capital(forecast_name(model)) for model in gaps["model"]],
            "mean miss ×/÷": [f"{factor:.2f}" for factor in gaps["factor"]],
            "against the rule's": [_against(row) for row in gaps.itertuples()],
        }
    )


def _against(row) -> str:
    if row.low == row.high == 0:
        return "the rule to beat"
    ends = f" ({smaller(row.high)} to {smaller(row.low)})" if row.low == row.low else ""
    return f"{smaller(row.difference)}{ends}"


def creators_table(each: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    """Return the table of skill by creator for reading.

    Parameters
    ----------
    each : DataFrame
        From `skill.per_creator`.
    names : dict of str to str

    Returns
    -------
    DataFrame
        Texts and counts.
    """
    return pd.DataFrame(
        {
            "creator": [clean(names[author]) for author in each["author"]],
            "held-out posts": each["n"],
            "correlation within": [
                decimals(round(value, 2) + 0.0) if value == value else "not known"
                for value in each["within"]
            ],
            "mean miss ×/÷": [f"{value:.2f}" for value in each["factor"]],
            "own rule's": [f"{value:.2f}" for value in each["rule_factor"]],
        }
    )


def _name(names: dict[str, str], author: str, length: int = 28) -> str:
    """What to call a creator in a figure; a name that the font lacks becomes a number."""
    return theme.plain(names[author], length) or f"creator {list(names).index(author) + 1}"


def _room(values: np.ndarray, *more: float) -> tuple[float, float]:
    values = np.concatenate([np.asarray(values, float).ravel(), more])
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    room = max(0.06 * (high - low), 0.3)
    return max(low - room, -0.2), high + room
