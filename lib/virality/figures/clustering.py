"""Figures and tables of the clustering chapter."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap, TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from virality.core.text import about, decimals, is_missing, multiple, percent, plural
from virality.explanation.behaviour import LATELY
from virality.explanation.clusters import HOLDS, LOOSE, NOISE, Stability, letter
from virality.explanation.naming import KindName
from virality.features.blocks import block_name
from virality.figures import marks, theme
from virality.findings.clustering import FEWEST_HELD_OUT, SHOWN_REGIMES

BETWEEN = "between the kinds"
# Apart from the colours of blocks and models, which mean something else.
REGIME_COLORS = (
    "#b14c80",
    "#3e9ea7",
    "#916a0b",
    "#6b7bcb",
    "#348047",
    "#d47954",
    "#725392",
    "#495f06",
)
# As many, and in their order: colour is never alone.
REGIME_MARKERS = "os^DPv><"
PUSHES = LinearSegmentedColormap.from_list("pushes", [theme.LESS, theme.FAINT, theme.MORE])


def color(regime: int) -> str:
    """Return the colour of a regime; noise is grey."""
    return theme.MUTED if regime == NOISE else REGIME_COLORS[regime % len(REGIME_COLORS)]


def marker(regime: int) -> str:
    """Return the shape of a regime's points."""
    return "o" if regime == NOISE else REGIME_MARKERS[regime % len(REGIME_MARKERS)]


def post_map(regimes: pd.DataFrame, names: Mapping[int, KindName]) -> Figure:
    """Draw every post, coloured by its kind and hollow between them, each kind by its name.

    Parameters
    ----------
    regimes : DataFrame
        Artefact.
    names : mapping of int to KindName
        Of many kinds, letters stand on the map.
    """
    fig, ax = theme.figure(6.4, 4.6)
    left, right = regimes["x"].quantile([0.3, 0.7])
    for label, part in regimes.groupby("regime"):
        noise = label == NOISE
        face = "none" if noise else color(label)
        ax.scatter(part["x"], part["y"], s=24, c=face, edgecolors=color(label), linewidths=0.9,
                   marker=marker(label))  # fmt: skip
        if not noise:
            x = part["x"].median()
            ax.annotate(
                called(label, names) if len(names) <= len(REGIME_COLORS) else letter(int(label)),
                (x, part["y"].max()),
                xytext=(0, 5),
                textcoords="offset points",
                ha="left" if x < left else "right" if x > right else "center",
                color=theme.INK,
                fontweight="bold",
            )
    ax.set(xticks=[], yticks=[], xlabel="near = alike; directions and distances mean nothing")
    ax.spines[["left", "bottom"]].set_visible(False)
    return fig


def called(regime: object, names: Mapping[int, KindName], length: int = 26) -> str:
    """What a figure or a table calls a regime, text from data made plain.

    Parameters
    ----------
    regime : int or missing
        Missing: all posts.
    names : mapping of int to KindName
    length : int
        Characters that it is cut to.
    """
    if is_missing(regime):
        return "all posts"
    found = names.get(int(str(regime)))
    return theme.plain(found.raw, length) if found else BETWEEN


def comes_back(check: Stability, names: Mapping[int, KindName]) -> Figure:
    """How well the regimes come back, beside posts without groups.

    Parameters
    ----------
    check : Stability
    names : mapping of int to KindName
    """
    fig, (left, right) = theme.figure(7.0, 2.9, ncols=2, width_ratios=[3, 2])
    left.hist(check.null, bins=np.linspace(0, 1, 26), color=theme.MUTED, linewidth=0)
    left.axvline(check.bar, color=theme.INK, ls=":", lw=1.2)
    left.axvline(check.overall, color=theme.ACCENT, lw=2)
    left.set(xlim=(0, 1), xlabel="share of posts that come back", ylabel="sets without groups")
    rows = range(len(check.recovery))
    right.barh(rows, check.recovery, color=[color(row) for row in rows], height=0.6, linewidth=0)
    for mark in (LOOSE, HOLDS):
        right.axvline(mark, color=theme.INK, ls=":", lw=1)
    right.set_yticks(rows, [called(row, names) for row in rows])
    right.set(xlim=(0, 1), ylim=(len(rows) - 0.4, -0.6), xlabel="overlap when it comes back")
    right.grid(axis="y", visible=False)
    return fig


def views(members: pd.DataFrame, summary: pd.DataFrame, names: Mapping[int, KindName]) -> Figure:
    """Views of the posts of each regime, and their level against the posts around them.

    Parameters
    ----------
    members : DataFrame
        From :func:`virality.explanation.behaviour.members`.
    summary : DataFrame
        From :func:`virality.explanation.behaviour.summarise`.
    names : mapping of int to KindName
    """
    fig, (left, right) = theme.figure(7.2, 0.5 * len(summary) + 1.3, ncols=2, sharey=True)
    for row, regime in enumerate(summary.itertuples()):
        shade = color(regime.regime)
        part = members[members["regime"] == regime.regime]
        spread = 0.5 * ((np.arange(len(part)) * 0.618034) % 1 - 0.5)
        marks.points(left, part["views"] + 1, row + spread, shade, size=3.2)
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
    left.set_yticks(range(len(summary)), [called(r, names) for r in summary["regime"]])
    left.set_ylim(len(summary) - 0.4, -0.6)
    left.set_xlabel("views (log scale); line: median")
    right.set_xlabel("median against the posts around")
    return fig


def fingerprints(table: pd.DataFrame, names: Mapping[int, KindName]) -> Figure:
    """Mean push of each block in each regime, blank where there are too few held-out posts.

    Parameters
    ----------
    table : DataFrame
        From :func:`virality.explanation.behaviour.fingerprints`.
    names : mapping of int to KindName
    """
    rows = fingerprint_rows(table, names)
    shown = rows.rename(columns=block_name)
    # On a telephone blocks stand below each other, because there are more of them.
    return theme.twinned(_pushes(shown, 7.2, "too few"), lambda: _pushes(shown.T, 4.1, "–"))


def _pushes(table: pd.DataFrame, width: float, blank: str) -> Figure:
    """Factors in coloured cells, rows and columns by name."""
    fig, ax = theme.figure(width, 0.44 * len(table) + 1.2)
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
        known = not np.isnan(value)
        text, shade = (f"×{np.exp(value):.2f}", "black") if known else (blank, theme.INK)
        ax.text(column + 0.5, row + 0.5, text, ha="center", va="center", color=shade, fontsize=8.5)
    ax.set_xticks(np.arange(values.shape[1]) + 0.5, table.columns)
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
    fine, coarse = (0.25, 0.33, 0.5, 0.7, 1, 1.4, 2, 3, 4), (0.1, 0.2, 0.5, 1, 2, 5, 10)
    steps = fine if high / low < 12 else coarse  # so that no label meets the next
    ticks = [step for step in steps if low <= step <= high]
    ax.set_xticks(ticks, [f"{step:g}" for step in ticks])
    ax.minorticks_off()


# --------------------------------------------------------------------------------- tables


def kinds_table(
    summary: pd.DataFrame, names: Mapping[int, KindName], typical: Mapping[int, str], what: str
) -> pd.DataFrame:
    """One row a kind: its typical posts, how many there are, its views, and what sets it apart.

    Parameters
    ----------
    summary : DataFrame
        From :func:`virality.explanation.behaviour.summarise`.
    names : mapping of int to KindName
    typical : mapping of int to str
        Safe Markdown that shows typical posts, by regime.
    what : str
        What it is called.

    Returns
    -------
    DataFrame
        Words as a page shows them; `kind`, `what` and `also set apart by` are safe Markdown.
    """
    shown = _shown(summary)
    kinds = [names.get(regime) for regime in shown["regime"]]
    return pd.DataFrame(
        {
            "kind": [str(kind or BETWEEN) for kind in kinds],
            what: [typical.get(regime, "–") for regime in shown["regime"]],
            "posts": shown["posts"],
            "share": shown["share"].map(percent),
            "views against the posts around": _with_limits(shown, "lift", multiple),
            f"of the last {LATELY}": shown["lately"],
            "also set apart by": [(kind and kind.rest) or "–" for kind in kinds],
        }
    )


def _shown(summary: pd.DataFrame) -> pd.DataFrame:
    """The largest regimes, and noise."""
    return summary[summary["regime"] < SHOWN_REGIMES]


def typical_posts(
    regimes: pd.DataFrame,
    posts: pd.DataFrame,
    frames: Mapping[str, str],
    label: Callable,
    most: int = 3,
) -> tuple[dict[int, str], str]:
    """Show the most typical posts of each kind: by first frames, or the first of them by its name.

    Parameters
    ----------
    regimes, posts : DataFrame
        Artefacts.
    frames : mapping of str to str
        First frames as Markdown, by post id; empty where none is shown.
    label : callable
        ``Chapter.label``: gives the escaped name of a post.
    most : int
        Frames of a kind.

    Returns
    -------
    dict of int to str, str
        Safe Markdown by regime, and what it is called.
    """
    ranked = regimes[regimes["typical"].notna()].sort_values(["regime", "typical"])
    if frames:
        ranked = ranked[ranked["post_id"].isin(list(frames))].groupby("regime").head(most)
        cells = ranked["post_id"].map(frames)
        row = cells.str.strip().groupby(ranked["regime"]).agg("\N{NO-BREAK SPACE}".join)
        return row.to_dict(), "most typical posts"
    first = ranked[ranked["typical"] == 1].merge(posts, on="post_id")
    named = {int(post.regime): label(post) for post in first.itertuples()}
    return named, "most typical post"


def details_table(summary: pd.DataFrame, names: Mapping[int, KindName]) -> pd.DataFrame:
    """All else about each kind: when it was made, whether it comes back, hits, and forecasts.

    Parameters
    ----------
    summary : DataFrame
        From :func:`virality.explanation.behaviour.summarise`.
    names : mapping of int to KindName
    """
    shown = _shown(summary)
    table = pd.DataFrame(
        {
            "kind": [called(regime, names, 60) for regime in shown["regime"]],
            "middle half of its posts": [
                f"{first:%b %Y} to {last:%b %Y}"
                for first, last in zip(shown["first"], shown["last"], strict=True)
            ],
            "comes back": shown["recovery"].map(decimals),
            "median views": _with_limits(shown, "views", about),
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


def fingerprint_rows(table: pd.DataFrame, names: Mapping[int, KindName]) -> pd.DataFrame:
    """Name the rows of ``behaviour.fingerprints``, and blank what is too thin.

    Parameters
    ----------
    table : DataFrame
    names : mapping of int to KindName
    """
    table = table[[r is pd.NA or r < SHOWN_REGIMES for r in table.index]]
    labels = [called(r, names) for r in table.index]
    rows = [f"{name} ({held})" for name, held in zip(labels, table["held_out"], strict=True)]
    shown = table.drop(columns="held_out").where(table["held_out"] >= FEWEST_HELD_OUT)
    return shown.set_axis(rows)
