"""Figures of the interpretability chapter."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import (
    FuncFormatter,
    MaxNLocator,
    NullFormatter,
    PercentFormatter,
    StrMethodFormatter,
)

from virality.core.text import PostName, multiple, percent, significant
from virality.features.blocks import block_name
from virality.features.concepts import concept
from virality.features.targets import TARGETS
from virality.figures import marks, theme

LOW, MIDDLE, HIGH = "#5389c9", "#8f8a86", "#ae5300"
READINGS = LinearSegmentedColormap.from_list("readings", [LOW, MIDDLE, HIGH])
PUSH = "push on the forecast (log scale)"


def waterfall(
    steps: pd.DataFrame, base: float, prediction: float, actual: float, target: str = "views"
) -> Figure:
    """From the model's starting point to one forecast, one concept a step.

    Parameters
    ----------
    steps : DataFrame
        From :func:`virality.explanation.shap_values.waterfall`.
    base, prediction, actual : float
        On the log scale of the target: where the model starts, what it says, what came.
    target : str
        What is predicted, one of `targets.TARGETS`.
    """
    fig, ax = theme.figure(7.0, 0.34 * len(steps) + 1.5)
    start = base + np.concatenate([[0.0], np.cumsum(steps["value"])])
    _pushes(ax, steps, start)
    ax.axvline(base, color=theme.INK, lw=1, ls=":")
    ax.axvline(prediction, color=theme.INK, lw=1.4)
    ax.axvline(actual, color=theme.ACCENT, lw=1.4, ls="--")
    edges = np.r_[start, base, prediction, actual]
    room = 0.06 * max(np.ptp(edges), 1e-6)
    ax.set_xlim(edges.min() - room, edges.max() + 2 * room)
    _outcome_axis(ax, TARGETS.get(target, target))
    keys = [
        Line2D([], [], color=theme.INK, ls=":", label="start"),
        Line2D([], [], color=theme.INK, lw=1.4, label="forecast"),
        Line2D([], [], color=theme.ACCENT, ls="--", lw=1.4, label="what came"),
    ]
    ax.legend(handles=keys, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)
    return fig


def _pushes(ax, steps: pd.DataFrame, start: np.ndarray) -> None:
    """Draw one bar a step, each beginning where the one above it ended."""
    rows = np.arange(len(steps))
    colors = [theme.BLOCK_COLORS.get(block, theme.MUTED) for block in steps["block"]]
    ax.barh(rows, steps["value"], left=start[:-1], color=colors, height=0.62, linewidth=0)
    for row in rows[:-1]:
        ax.plot([start[row + 1]] * 2, [row - 0.31, row + 1.31], color=theme.INK, lw=0.7)
    for row, value in zip(rows, steps["value"], strict=True):
        right = max(start[row], start[row + 1])
        ax.annotate(
            f"× {np.exp(value):.2f}",
            (right, row),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
        )
    ax.set_yticks(rows, [_step_name(step) for step in steps.itertuples()])
    ax.set_ylim(len(steps) - 0.4, -0.6)


def summary(values: pd.DataFrame, readings: dict[str, pd.Series], at_most: int = 12) -> Figure:
    """One dot a held-out post and concept: how far it pushed the forecast.

    Parameters
    ----------
    values : DataFrame
        From :func:`virality.explanation.shap_values.concept_values`.
    readings : dict of str to Series
        What a concept was for each post (colour); concepts without one are grey.
    at_most : int
        Concepts shown, by mean size.
    """
    size = values["value"].abs().groupby(values["concept"]).sum().sort_values(ascending=False)
    shown = list(size.index[:at_most])
    fig, ax = theme.figure(7.0, 0.36 * len(shown) + 1.3)
    reach = values.loc[values["concept"].isin(shown), "value"]
    width = max(float(np.ptp(reach)), 1e-9) / 60
    for row, key in enumerate(shown):
        part = values[values["concept"] == key]
        x = part["value"].to_numpy()
        rank = part["post_id"].map(readings[key]).rank(pct=True) if key in readings else None
        _dots(ax, x, row + _swarm(x, width), None if rank is None else rank.fillna(0.5).to_numpy())
    ax.axvline(0, color=theme.INK, lw=0.8)
    ax.set_yticks(range(len(shown)), _told_apart(shown))
    for label, key in zip(ax.get_yticklabels(), shown, strict=True):
        label.set_color(theme.text(theme.BLOCK_COLORS.get(key.split("__")[0], theme.INK)))
    ax.set_ylim(len(shown) - 0.4, -0.6)
    ax.set_xlabel(PUSH)
    ax.grid(axis="y", visible=False)
    names = (
        (LOW, "low reading", "v"),
        (HIGH, "high reading", "^"),
        (theme.MUTED, "no single reading", "o"),
    )
    keys = [
        Line2D([], [], color=color, label=name, marker=marker, ls="", ms=4.5)
        for color, name, marker in names
    ]
    ax.legend(handles=keys, loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=3)
    return fig


def _dots(ax, x: np.ndarray, y: np.ndarray, rank: np.ndarray | None) -> None:
    """Draw posts in the colour and the shape of their readings: low, in the middle, high."""
    if rank is None:
        ax.scatter(x, y, color=theme.MUTED, s=10, linewidths=0)
        return
    parts = (("v", rank < 1 / 3), ("o", (rank >= 1 / 3) & (rank <= 2 / 3)), ("^", rank > 2 / 3))
    for marker, part in parts:
        ax.scatter(x[part], y[part], c=READINGS(rank[part]), s=13, marker=marker, linewidths=0)


def _told_apart(keys: list[str]) -> list[str]:
    """Names of concepts; what has the name of another says its block."""
    names = [concept(key).name for key in keys]
    return [
        f"{name} ({block_name(key.split('__')[0])})" if names.count(name) > 1 else name
        for name, key in zip(names, keys, strict=True)
    ]


def blocks(table: pd.DataFrame) -> Figure:
    """Mean size of each block's push with its interval; `table` is ``Explanation.blocks``."""
    fig, ax = theme.figure(6.4, 0.38 * len(table) + 1.0)
    rows = np.arange(len(table))
    for row, block in zip(rows, table.itertuples(), strict=True):
        color = theme.BLOCK_COLORS.get(block.block, theme.MUTED)
        ax.plot([block.low, block.high], [row, row], color=color, lw=2)
        ax.plot(block.importance, row, "o", color=color, ms=7)
    ax.set_yticks(rows, [block_name(block) for block in table["block"]])
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.set_xlim(left=0)
    ax.set_xlabel("mean size of the block's push (log scale)")
    ax.grid(axis="y", visible=False)
    return fig


def by_fold(shares: pd.DataFrame) -> Figure:
    """Each block's share of the pushes, fold by fold: index fold, one column per block."""
    fig, ax = theme.figure(6.4, 3.2)
    folds, ends = shares.index.to_numpy(), []
    for block in shares.columns:
        color, marker = theme.BLOCK_COLORS.get(block, theme.MUTED), theme.BLOCK_MARKERS.get(block)
        ax.plot(folds, shares[block], "-", color=color, marker=marker, ms=5)
        ends.append((shares[block].iloc[-1], block_name(block), color))
    marks.name_ends(ax, ends)
    ax.set_xticks(folds)
    ax.set_ylim(bottom=0)
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    ax.set_xlabel("fold (later posts to the right)")
    ax.set_ylabel("share of all pushes")
    return fig


def checks(table: pd.DataFrame) -> Figure:
    """What is lost without a block, shuffled or fitted again, from ``Explanation.blocks``."""
    refitted = table["refit"].notna().any()
    fig, axes = theme.figure(
        7.0 if refitted else 5.0,
        0.38 * len(table) + 1.2,
        ncols=2 if refitted else 1,
        sharey=True,
        squeeze=False,
    )
    panels = [("shuffle", "added error, block shuffled")]
    panels += [("refit", "added error, fitted without it")] * bool(refitted)
    rows = np.arange(len(table))
    for ax, (name, label) in zip(axes[0], panels, strict=True):
        for row, block in zip(rows, table.itertuples(), strict=True):
            color = theme.BLOCK_COLORS.get(block.block, theme.MUTED)
            ends = getattr(block, f"{name}_low"), getattr(block, f"{name}_high")
            ax.plot(ends, [row, row], color=color, lw=2)
            ax.plot(getattr(block, name), row, "o", color=color, ms=6)
        ax.axvline(0, color=theme.INK, lw=0.9)
        ax.xaxis.set_major_locator(MaxNLocator(4))
        ax.set_xlabel(f"{label} (log scale)")
        ax.grid(axis="y", visible=False)
    axes[0, 0].set_yticks(rows, [block_name(block) for block in table["block"]])
    axes[0, 0].set_ylim(len(table) - 0.4, -0.6)
    return fig


def dependence(tables: dict[str, pd.DataFrame]) -> Figure:
    """The leading readable concepts: reading against push, one panel each.

    Parameters
    ----------
    tables : dict of str to DataFrame
        Concept to what :func:`virality.explanation.shap_values.dependence` gives.
    """
    fig, axes = theme.figure(3.5 * len(tables), 3.0, ncols=len(tables), sharey=True, squeeze=False)
    for ax, (key, table) in zip(axes[0], tables.items(), strict=True):
        color = theme.BLOCK_COLORS.get(key.split("__")[0], theme.INK)
        marks.points(ax, table["reading"], table["value"], color)
        ax.axhline(0, color=theme.INK, lw=0.8)
        ax.set_xlabel(concept(key).axis)
        if len(table) and table["reading"].min() > 0 and _spans(table["reading"]) > 50:
            ax.set_xscale("log")
            ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
            ax.xaxis.set_minor_formatter(NullFormatter())
        elif len(table) and table["reading"].max() >= 1000:
            ax.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
            ax.xaxis.set_major_locator(MaxNLocator(5))
    axes[0, 0].set_ylabel(PUSH)
    return fig


def _spans(values: pd.Series) -> float:
    return float(values.max() / values.min())


def _swarm(x: np.ndarray, width: float) -> np.ndarray:
    """Offsets that spread points of (nearly) equal value over the row, without a lottery."""
    bins = np.round(x / width).astype(int)
    offsets = np.zeros(len(x))
    fullest = np.unique(bins, return_counts=True)[1].max(initial=1)
    for one in np.unique(bins):
        here = np.flatnonzero(bins == one)
        steps = (np.arange(len(here)) + 1) // 2 * np.where(np.arange(len(here)) % 2, 1, -1)
        offsets[here] = steps * min(0.08, 0.76 / max(fullest, 1))
    return offsets


def _step_name(step) -> str:
    if step.concept == "rest":
        return f"{step.merged} smaller pushes together"
    return concept(step.concept).name


def _outcome_axis(ax, name: str) -> None:
    """Label an axis of a log outcome in the outcome's own unit."""
    low, high = ax.get_xlim()
    steps = [m * 10.0**e for e in range(0, 11) for m in (1, 2, 5)]
    ticks = [v for v in steps if low <= np.log1p(v) <= high]
    if len(ticks) >= 2:
        ax.set_xticks([np.log1p(v) for v in ticks], [f"{v:,.0f}" for v in ticks])
        ax.set_xlabel(f"{name} (log scale)")
    else:
        ax.set_xlabel(f"ln(1 + {name})")


def importance_table(blocks: pd.DataFrame) -> pd.DataFrame:
    """Return the three importances side by side, one row a block; from ``Explanation.blocks``."""
    table = pd.DataFrame(
        {
            "block": blocks["block"].map(block_name),
            "columns": blocks["columns"],
            "typical push": np.exp(blocks["importance"]).map(multiple),
            "share of pushes": blocks["share"].map(percent),
            "error added when shuffled": _with_limits(blocks, "shuffle"),
        }
    )
    if blocks["refit"].notna().any():
        table["error added when fitted without"] = _with_limits(blocks, "refit")
    return table


def alike_table(table: pd.DataFrame, private: bool = False) -> pd.DataFrame:
    """Return the earlier posts that are like one, for a reader.

    Parameters
    ----------
    table : DataFrame
        From :func:`virality.explanation.neighbours.neighbours`.
    private : bool
        Call posts by their day alone.

    Returns
    -------
    DataFrame
        earlier post (safe Markdown), alike in, its say, against the level then.
    """
    names = [
        str(PostName(f"{post.posted_at:%Y-%m-%d}", "" if private else post.caption))
        for post in table.itertuples()
    ]
    return pd.DataFrame(
        {
            "earlier post": names,
            "alike in": table["respects"],
            "its say": table["say"].map(percent),
            "against the level then": np.exp(table["above"]).map(multiple),
        }
    )


def _with_limits(blocks: pd.DataFrame, name: str) -> list[str]:
    ends = blocks[[name, f"{name}_low", f"{name}_high"]].itertuples(index=False, name=None)
    return ["{} ({} to {})".format(*(significant(end, 2) for end in row)) for row in ends]
