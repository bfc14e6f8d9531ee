"""Figures of the clustering chapter."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap, TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from virality.explanation.clusters import HOLDS, LOOSE, NOISE, Stability
from virality.features.blocks import block_name
from virality.figures import theme

# Apart from the colours of blocks and models, which mean something else.
REGIME_COLORS = (
    "#c05a8e",
    "#3f9fa8",
    "#b5892f",
    "#6f7fd0",
    "#5da05a",
    "#c96f4a",
    "#8f6fb0",
    "#7a8f3a",
)
# Dark enough for white figures on them, on a light and on a dark page.
PUSHES = LinearSegmentedColormap.from_list("pushes", ["#3a6ca3", "#6b6b6b", "#b0601d"])


def letter(regime: int) -> str:
    """Return the name of a regime: A for the largest, and "none" for noise."""
    if regime == NOISE:
        return "none"
    return chr(ord("A") + regime) if regime < 26 else f"R{regime + 1}"


def color(regime: int) -> str:
    """Return the colour of a regime; noise is grey."""
    return theme.MUTED if regime == NOISE else REGIME_COLORS[regime % len(REGIME_COLORS)]


def post_map(regimes: pd.DataFrame) -> Figure:
    """Every post on the map, coloured by regime, noise hollow; `regimes` is the artefact."""
    fig, ax = theme.figure(6.4, 4.6)
    for label, part in regimes.groupby("regime"):
        noise = label == NOISE
        face = "none" if noise else color(label)
        ax.scatter(part["x"], part["y"], s=24, c=face, edgecolors=color(label), linewidths=0.9)
    for post in regimes[regimes["typical"] == 1].itertuples():
        ax.annotate(
            letter(post.regime),
            (post.x, post.y),
            xytext=(7, 6),
            textcoords="offset points",
            color=color(post.regime),
            fontsize=15,
            fontweight="bold",
        )
    ax.set(xticks=[], yticks=[], xlabel="near = alike; directions and distances mean nothing")
    ax.spines[["left", "bottom"]].set_visible(False)
    return fig


def comes_back(check: Stability) -> Figure:
    """How well the regimes come back, beside posts without groups."""
    fig, (left, right) = theme.figure(7.0, 2.9, ncols=2, width_ratios=[3, 2])
    left.hist(check.null, bins=np.linspace(0, 1, 26), color=theme.MUTED, alpha=0.7, linewidth=0)
    left.axvline(check.bar, color=theme.INK, ls=":", lw=1.2)
    left.axvline(check.overall, color=theme.ACCENT, lw=2)
    left.set(xlim=(0, 1), xlabel="share of posts that come back", ylabel="sets without groups")
    rows = np.arange(len(check.recovery))
    right.barh(rows, check.recovery, color=[color(row) for row in rows], height=0.6, linewidth=0)
    for mark in (LOOSE, HOLDS):
        right.axvline(mark, color=theme.INK, ls=":", lw=1)
    right.set_yticks(rows, [letter(row) for row in rows])
    right.set(xlim=(0, 1), ylim=(len(rows) - 0.4, -0.6), xlabel="overlap when it comes back")
    right.grid(axis="y", visible=False)
    return fig


def views(members: pd.DataFrame, summary: pd.DataFrame) -> Figure:
    """Views of the posts of each regime, and their level against the posts around them.

    Parameters
    ----------
    members : DataFrame
        From :func:`virality.explanation.regimes.members`.
    summary : DataFrame
        From :func:`virality.explanation.regimes.summarise`.
    """
    fig, (left, right) = theme.figure(7.2, 0.5 * len(summary) + 1.3, ncols=2, sharey=True)
    for row, regime in enumerate(summary.itertuples()):
        shade = color(regime.regime)
        own = members[members["regime"] == regime.regime]
        spread = 0.5 * ((np.arange(len(own)) * 0.618034) % 1 - 0.5)
        left.scatter(own["views"] + 1, row + spread, s=10, color=shade, alpha=0.55, linewidths=0)
        left.plot([regime.views + 1] * 2, [row - 0.36, row + 0.36], color=theme.INK, lw=2)
        right.plot([regime.lift_low, regime.lift_high], [row, row], color=shade, lw=2.5)
        right.plot(regime.lift, row, "o", color=shade, ms=7)
    right.axvline(1, color=theme.INK, lw=0.9)
    for ax in (left, right):
        ax.set_xscale("log")
        ax.grid(axis="y", visible=False)
    _factor_ticks(right)
    left.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    left.minorticks_off()
    left.set_yticks(range(len(summary)), [letter(r) for r in summary["regime"]])
    left.set_ylim(len(summary) - 0.4, -0.6)
    left.set_xlabel("views (log scale); line: median")
    right.set_xlabel("median against the posts around (factor)")
    return fig


def fingerprints(table: pd.DataFrame) -> Figure:
    """Mean push of each block in each regime; `table` is ``regimes.fingerprints`` as shown.

    Index: names of the rows; columns: blocks; NaN where there are too few held-out posts.
    """
    fig, ax = theme.figure(7.2, 0.44 * len(table) + 1.2)
    values = table.to_numpy(float)
    reach = max(float(np.nanmax(np.abs(values), initial=0)), 1e-6)
    ax.pcolormesh(
        np.ma.masked_invalid(values),
        cmap=PUSHES,
        norm=TwoSlopeNorm(0, -reach, reach),
        linewidth=1.5,
        edgecolor="none",
    )
    for row, column in np.ndindex(values.shape):
        value = values[row, column]
        text, shade = ("too few", theme.INK) if np.isnan(value) else (f"×{np.exp(value):.2f}", "w")
        ax.text(column + 0.5, row + 0.5, text, ha="center", va="center", color=shade, fontsize=8.5)
    ax.set_xticks(np.arange(values.shape[1]) + 0.5, [block_name(b) for b in table.columns])
    ax.set_yticks(np.arange(values.shape[0]) + 0.5, table.index)
    ax.tick_params(axis="x", rotation=20)
    ax.tick_params(length=0)
    ax.invert_yaxis()
    ax.grid(visible=False)
    for spine in ax.spines.values():
        spine.set_visible(False)
    return fig


def _factor_ticks(ax) -> None:
    low, high = ax.get_xlim()
    steps = (0.1, 0.2, 0.25, 0.33, 0.5, 0.7, 1, 1.4, 2, 3, 4, 5, 10)
    ticks = [step for step in steps if low <= step <= high]
    ax.set_xticks(ticks, [f"{step:g}" for step in ticks])
    ax.minorticks_off()
