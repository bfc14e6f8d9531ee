"""Figures and tables of the clustering chapter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap, TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from virality.core.text import about, decimals, multiple, percent, plural
from virality.explanation.clusters import HOLDS, LOOSE, NOISE, Stability, letter
from virality.features.blocks import block_name
from virality.features.concepts import traits
from virality.figures import theme
from virality.findings.clustering import FEWEST_HELD_OUT, SHOWN_REGIMES

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
    rows = range(len(check.recovery))
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
        From :func:`virality.explanation.behaviour.members`.
    summary : DataFrame
        From :func:`virality.explanation.behaviour.summarise`.

    Returns
    -------
    Views
    """
    fig, (left, right) = theme.figure(7.2, 0.5 * len(summary) + 1.3, ncols=2, sharey=True)
    for row, regime in enumerate(summary.itertuples()):
        shade = color(regime.regime)
        part = members[members["regime"] == regime.regime]
        spread = 0.5 * ((np.arange(len(part)) * 0.618034) % 1 - 0.5)
        left.scatter(part["views"] + 1, row + spread, s=10, color=shade, alpha=0.55, linewidths=0)
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
    """Mean push of each block in each regime, blank where there are too few held-out posts.

    Parameters
    ----------
    table : DataFrame
        From :func:`virality.explanation.behaviour.fingerprints`.
    """
    table = fingerprint_rows(table)
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


# --------------------------------------------------------------------------------- tables


def regimes_table(summary: pd.DataFrame, hashtags: Mapping[int, Sequence[str]]) -> pd.DataFrame:
    """One row a regime: size, what sets it apart, dates, whether it comes back.

    Parameters
    ----------
    summary : DataFrame
        From :func:`virality.explanation.behaviour.summarise`.
    hashtags : mapping of int to list of str
        From :func:`virality.explanation.naming.common_hashtags`; raw text, the page escapes it.
        Empty for a private page: then there is no such column.

    Returns
    -------
    DataFrame
        Words as a page shows them.
    """
    shown = _shown(summary)
    days = [
        f"{first:%Y-%m} to {last:%Y-%m}" + (" (an era)" if era else "")
        for first, last, era in zip(shown["first"], shown["last"], shown["era"], strict=True)
    ]
    table = pd.DataFrame(
        {
            "regime": shown["regime"].map(letter),
            "posts": shown["posts"],
            "share": shown["share"].map(percent),
            "set apart by": shown["traits"].map(traits).where(shown["regime"] != NOISE, "–"),
            "hashtags": [" ".join(hashtags.get(r, [])) or "–" for r in shown["regime"]],
            "middle half of its posts": days,
            "comes back": [decimals(value) for value in shown["recovery"]],
        }
    )
    return table if hashtags else table.drop(columns="hashtags")


def _shown(summary: pd.DataFrame) -> pd.DataFrame:
    """The largest regimes, and noise."""
    return summary[summary["regime"] < SHOWN_REGIMES]


def typical_table(
    regimes: pd.DataFrame,
    posts: pd.DataFrame,
    label: Callable,
    frames: Mapping[str, str],
    each: int = 3,
) -> pd.DataFrame:
    """The most typical posts of each regime.

    Parameters
    ----------
    regimes, posts : DataFrame
        Artefacts.
    label : callable
        ``Chapter.label``: gives the escaped name of a post.
    frames : mapping of str to str
        First frames as Markdown, by post id.
    each : int
        Posts per regime.

    Returns
    -------
    DataFrame
        regime, first frame (Markdown, where there are any), post (Markdown, escaped), views,
        strength.
    """
    chosen = regimes[(regimes["typical"] <= each) & (regimes["regime"] < SHOWN_REGIMES)]
    chosen = chosen.sort_values(["regime", "typical"]).merge(posts, on="post_id", how="left")
    table = pd.DataFrame(
        {
            "regime": chosen["regime"].map(letter),
            "first frame": [frames.get(post, "–") for post in chosen["post_id"]],
            "post": [label(post) for post in chosen.itertuples()],
            "views": chosen["views"].map("{:,}".format),
            "strength": chosen["strength"].map("{:.2f}".format),
        }
    )
    return table if frames else table.drop(columns="first frame")


def views_table(summary: pd.DataFrame) -> pd.DataFrame:
    """How each regime behaves: views, level, hits, and how well it is predicted."""
    shown = _shown(summary)
    table = pd.DataFrame(
        {
            "regime": shown["regime"].map(letter),
            "posts": shown["posts"],
            "median views": _with_limits(shown, "views", about),
            "against the posts around": _with_limits(shown, "lift", multiple),
            "in the most viewed tenth": shown["hits"].map(percent),
        }
    )
    if shown["held_out"].sum():
        table["half of the trees' forecasts within"] = [
            f"{multiple(miss)} ({plural(n, 'post')})" if n >= FEWEST_HELD_OUT else "too few"
            for miss, n in zip(shown["miss"], shown["held_out"], strict=True)
        ]
    return table


def _bare(ratio: str) -> str:
    """A ratio without its sign."""
    return ratio.removeprefix("×\N{NO-BREAK SPACE}")


def _with_limits(table: pd.DataFrame, name: str, form: Callable[[float], str]) -> list[str]:
    rows = table[[name, f"{name}_low", f"{name}_high"]].itertuples(index=False, name=None)
    return [
        f"{form(value)} ({_bare(form(low))} to {_bare(form(high))})"
        if np.isfinite([low, high]).all()
        else form(value)
        for value, low, high in rows
    ]


def fingerprint_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Name the rows of ``behaviour.fingerprints``, and blank what is too thin."""
    table = table[[r is pd.NA or r < SHOWN_REGIMES for r in table.index]]
    names = ["all posts" if r is pd.NA else letter(int(r)) for r in table.index]
    rows = [f"{name} ({held})" for name, held in zip(names, table["held_out"], strict=True)]
    shown = table.drop(columns="held_out").where(table["held_out"] >= FEWEST_HELD_OUT)
    return shown.set_axis(rows)
