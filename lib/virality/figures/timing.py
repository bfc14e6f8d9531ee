"""Figures and tables of the chapter on when to post: the week, and its slots."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.collections import QuadMesh
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedLocator

from virality.advice.hours import DAYS, DAYS_OF, PARTS, WIDTH, Slot
from virality.core.text import multiple, plural
from virality.figures import theme

_NARROWEST = np.log(1.5)  # of the colours: small factors stay faint
_TICKS = (0.25, 0.33, 0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 3, 4)
_PARTS = {"weekdays": "Monday to Friday", "weekend": "Saturday and Sunday"}


def week(hours: pd.DataFrame, timezone: str, claimed: Slot | None = None) -> Figure:
    """Draw factors and numbers of posts by weekday and three hours.

    Parameters
    ----------
    hours : DataFrame
        Of a `WhenToPost`.
    timezone : str
        In which they were counted.
    claimed : Slot, optional
        Is framed.
    """
    factor, posts = (_grid(hours, name) for name in ("factor", "posts"))
    figure, axis = theme.figure(7.2, 3.0)
    told = np.isfinite(factor).any()
    mesh = _colors(figure, axis, np.log(factor)) if told else _tint(axis, posts)
    _numbers(axis, posts, mesh)
    if claimed is not None:
        first, *_, last = DAYS_OF[claimed.part]
        corner, size = (claimed.start / WIDTH, first), (1, last - first + 1)
        axis.add_patch(Rectangle(corner, *size, fill=False, edgecolor=theme.ACCENT, linewidth=2))
    starts = range(0, 25, WIDTH)
    axis.set_xticks(range(len(starts)), [f"{hour:02d}" for hour in starts])
    axis.set_yticks(np.arange(7) + 0.5, list(DAYS))
    axis.set(xlabel=f"hour of the day ({theme.plain(timezone)})", xlim=(0, len(starts) - 1))
    axis.set(ylim=(7, 0))
    axis.tick_params(length=0)
    axis.grid(visible=False)
    return figure


def _grid(hours: pd.DataFrame, name: str) -> np.ndarray:
    """A column by weekday and slot, shape (7, 8)."""
    return hours.loc[hours["days"].isin(DAYS), name].to_numpy(float).reshape(len(DAYS), -1)


def _numbers(axis: plt.Axes, posts: np.ndarray, mesh: QuadMesh) -> None:
    """Numbers of posts, each in the ink that its cell takes; cells without colour are the page."""
    colors = mesh.to_rgba(np.ma.reshape(mesh.get_array(), posts.shape))
    for (row, column), count in np.ndenumerate(posts):
        if count:
            ink = "black" if colors[row, column, 3] else theme.INK
            axis.text(column + 0.5, row + 0.5, f"{count:.0f}", ha="center", va="center",
                      fontsize=8, fontweight="bold", color=ink)  # fmt: skip


def _colors(figure: Figure, axis: plt.Axes, logs: np.ndarray) -> QuadMesh:
    """Two hues that meet in grey; opaque, so that numbers read on white and on dark pages."""
    reach = max(float(np.nanmax(np.abs(logs))), _NARROWEST)
    mixed = LinearSegmentedColormap.from_list("factor", [theme.LESS, theme.FAINT, theme.MORE])
    mesh = axis.pcolormesh(
        np.ma.masked_invalid(logs), cmap=mixed, vmin=-reach, vmax=reach,
        edgecolors=theme.GRID, linewidth=0.6,
    )  # fmt: skip
    bar = figure.colorbar(mesh, ax=axis, label="times the views of the habit")
    shown = [tick for tick in _TICKS if abs(np.log(tick)) <= reach]
    bar.ax.yaxis.set_major_locator(FixedLocator([float(np.log(tick)) for tick in shown]))
    bar.ax.set_yticklabels([f"× {tick:g}" for tick in shown])
    bar.outline.set_visible(False)
    return mesh


def _tint(axis: plt.Axes, posts: np.ndarray) -> QuadMesh:
    """Posts alone, in one grey hue."""
    faint = LinearSegmentedColormap.from_list("posts", [theme.FAINT, "#a5a5a5"])
    shown = np.ma.masked_equal(posts, 0)
    return axis.pcolormesh(shown, cmap=faint, vmin=0, edgecolors=theme.GRID, linewidth=0.6)


def slots_table(hours: pd.DataFrame) -> pd.DataFrame:
    """Return the slots of a week in words: posts, and the factor or what is lacking.

    Parameters
    ----------
    hours : DataFrame
        Of a `WhenToPost`.
    """
    slots = hours[hours["days"].isin(PARTS)]
    told = slots["factor"].notna().any()
    names = {"factor": "times the habit"} if told else {"factor": "what it lacks"}
    shown = [_said(row.factor, row.needed, told) for row in slots.itertuples()]
    return pd.DataFrame(
        {
            "days": slots["days"].map(_PARTS),
            "hours": [f"{row.start:02d}:00 to {row.end:02d}:00" for row in slots.itertuples()],
            "posts": slots["posts"],
            names["factor"]: shown,
        }
    )


def _said(factor: float, needed: int, told: bool) -> str:
    if needed:
        return f"{plural(needed, 'more post', 'more posts')} needed"
    return multiple(factor) if told else "nothing"
