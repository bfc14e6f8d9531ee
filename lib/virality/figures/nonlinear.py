"""Figures and tables of the nonlinear models: gaps, calibration, intervals, viral chances."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from virality.core.text import decimals
from virality.evaluation.scores import METRICS
from virality.features.targets import TARGETS
from virality.figures import marks, theme
from virality.figures.scores import dot, estimates, forest
from virality.findings.scores import Estimate
from virality.models.catalogue import MAIN_NONLINEAR, MODEL_COLORS, model_name
from virality.uncertainty.conformal import METHOD_NAMES

REGIME_MARKERS = {"all": "o", "normal": "s", "viral": "D"}
REGIME_COLORS = {"all": theme.INK, "normal": "#5389c9", "viral": "#9b2f49"}
METHOD_MARKERS = {"adaptive": "o", "rolling": "s", "frozen": "D", "sigma": "^", "training": "v"}
METHOD_COLORS = {
    "adaptive": "#ae5300",
    "rolling": "#5389c9",
    "frozen": "#7453a9",
    "sigma": "#878787",
    "training": "#4a4a4a",
}


def calibration(levels: pd.DataFrame) -> Figure:
    """Draw mean outcome against mean prediction, normal and viral posts apart.

    Parameters
    ----------
    levels : DataFrame
        From :func:`virality.uncertainty.calibration.by_level`.
    """
    figure, axis = theme.figure(5.4, 4.2)
    levels, lines = levels[levels["bin"] >= 0], []
    if len(levels):
        low, high = float(levels["predicted"].min()) - 0.2, float(levels["predicted"].max()) + 0.2
        axis.plot([low, high], [low, high], color=theme.INK, linewidth=1, linestyle=":")
    for regime, rows in levels.groupby("regime", sort=False):
        color = REGIME_COLORS[regime]
        half = np.vstack([rows["gap"] - rows["low"], rows["high"] - rows["gap"]])
        axis.errorbar(rows["predicted"], rows["observed"], yerr=np.nan_to_num(half),
                      fmt="-", marker=REGIME_MARKERS[regime], color=color, linewidth=1.4,
                      markersize=6, capsize=3)  # fmt: skip
        lines.append((rows["observed"].iloc[-1], f"{regime} posts", color))
    marks.name_ends(axis, lines)
    axis.set_xlabel("mean prediction (log scale)")
    axis.set_ylabel("mean outcome (log scale)")
    return figure


def interval_band(intervals: pd.DataFrame, posts: pd.DataFrame) -> Figure:
    """Draw held-out posts in time with the interval that was issued for each.

    Parameters
    ----------
    intervals : DataFrame
        One method's rows of an `intervals` table.
    posts : DataFrame
        For the dates.

    Returns
    -------
    Figure
    """
    figure, axis = theme.figure(7.4, 3.6)
    rows = intervals.assign(
        day=intervals["post_id"].map(posts.set_index("post_id")["posted_at"])
    ).sort_values("day", kind="stable")
    issued = rows.dropna(subset=["lower", "upper"])
    inside = (issued["y_true"] >= issued["lower"]) & (issued["y_true"] <= issued["upper"])
    color = METHOD_COLORS["adaptive"]
    axis.vlines(issued["day"], issued["lower"], issued["upper"], color=color, lw=1)
    axis.plot(issued["day"][inside], issued["y_true"][inside], "o", color="#5389c9", ms=4,
              label="inside its interval")  # fmt: skip
    axis.plot(issued["day"][~inside], issued["y_true"][~inside], "D", color="#9b2f49", ms=5,
              label="outside")  # fmt: skip
    warm = rows[rows["lower"].isna()]
    axis.plot(warm["day"], warm["y_true"], "o", color=theme.INK, markerfacecolor="none", ms=4,
              label="warm-up, no interval yet")  # fmt: skip
    axis.set_ylabel("outcome (log scale)")
    theme.dates(axis)
    axis.legend(loc="upper center", bbox_to_anchor=(0.5, 1.16), ncols=3)
    return figure


def coverage(groups: pd.DataFrame, promised: float) -> Figure:
    """Draw the coverage of each method in each group, with the promise as a line.

    Parameters
    ----------
    groups : DataFrame
        Rows of :func:`virality.uncertainty.conformal.coverage` with a column ``group``.
    promised : float
        Share of posts that the intervals should hold.

    Returns
    -------
    Figure
    """
    names, methods = (list(dict.fromkeys(groups[column])) for column in ("group", "method"))
    figure, axis = forest(names, 7.0, 0.5, "share of held-out posts inside their interval")
    axis.axvline(promised, color=theme.INK, linewidth=1, linestyle=":")
    below = dict(zip(methods, np.linspace(-0.26, 0.26, len(methods)), strict=True))
    for row in groups.itertuples():
        first = row.group == names[0]
        dot(axis, names.index(row.group) + below[row.method],
            Estimate(row.coverage, row.low, row.high), METHOD_COLORS[row.method],
            marker=METHOD_MARKERS[row.method], markersize=5,
            label=METHOD_NAMES[row.method] if first else None)  # fmt: skip
    axis.set_xlim(0, 1.02)
    axis.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    return figure


def reliability(bins: pd.DataFrame, base_rate: float) -> Figure:
    """Draw the share of viral posts against their mean chance.

    Parameters
    ----------
    bins : DataFrame
        From :func:`virality.uncertainty.viral.reliability`.
    base_rate : float
        Share of viral posts among those that were learnt from.

    Returns
    -------
    Figure
    """
    figure, axis = theme.figure(5.0, 3.8)
    top = 1.25 * float(max(bins["chance"].max(), base_rate)) if len(bins) else 1
    axis.plot([0, top], [0, top], color=theme.INK, linewidth=1, linestyle=":")
    axis.axhline(base_rate, color=theme.INK, linewidth=1, linestyle="--")
    color = MODEL_COLORS[MAIN_NONLINEAR]
    axis.vlines(bins["chance"], bins["low"], bins["high"], color=color, linewidth=2)
    axis.plot(bins["chance"], bins["share"], "o", color=color, markersize=7)
    for place, row in enumerate(bins.itertuples()):
        axis.annotate(
            f"{row.positives} of {row.n}",
            (row.chance, row.high),
            xytext=(0, 4 + 11 * (place % 2)),  # neighbours may stand close
            textcoords="offset points",
            ha="center",
            fontsize=8,
        )
    axis.set_xlabel("chance that was given")
    axis.set_ylabel("share that went viral")
    return figure


# ------------------------------------------------------------------------------------ tables


def published_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return published and own scores for reading."""
    shown = table.assign(model=table["model"].map(model_name))
    names = {name: METRICS[name][0] for name in ("r2", "rmse", "mae", "spearman")}
    for name in names:
        shown[name] = [decimals(value, 3) for value in shown[name]]
    return shown.rename(columns=names)


def coverage_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return the methods side by side for reading."""
    inside = [Estimate(row.coverage, row.low, row.high) for row in table.itertuples()]
    return pd.DataFrame(
        {
            "method": table["method"].map(METHOD_NAMES),
            "posts": table["n"],
            "inside": [f"{share:.0%}" for share in inside],
            "mean width ×/÷": np.exp(table["width"] / 2).map(decimals),
            "interval score": table["score"].map(decimals),
            "saturated": table["saturated"].map("{:.0%}".format),
        }
    )


def targets_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return the outcomes side by side for reading."""
    table = table[table["n"] > 0]
    return pd.DataFrame(
        {
            "outcome": [TARGETS[name] for name in table["target"]],
            "held-out posts": table["n"].to_numpy(),
            "error saved": estimates(table, "saved", "+.0%"),
            "rank correlation": estimates(table, "spearman", "+.2f"),
        }
    )
