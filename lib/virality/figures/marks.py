"""Marks that all figures draw alike: posts as points, intervals as bands, names at lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.typing import ColorType

from virality.figures import theme
from virality.figures.ends import BESIDE, END

SOFT = "soft"  # what only stands behind something that is drawn firmly as well
_FILL = 0.35


def points(
    axis: Axes, x, y, color: ColorType, marker: str = "o", size: float = 4.0, **style
) -> None:
    """Draw many points: rings in full colour, faint inside, so that crowds show as crowds.

    Parameters
    ----------
    axis : Axes
    x, y : sequence
    color : color
    marker : str
    size : float
        Points.
    **style
        As for :meth:`matplotlib.axes.Axes.plot`.
    """
    look: dict[str, Any] = {"markerfacecolor": (color, _FILL), "markeredgecolor": color}
    axis.plot(x, y, marker, markersize=size, markeredgewidth=0.7, **(look | style))


def band(axis: Axes, x, low, high, color: str, **style) -> None:
    """Draw an interval along a line: faint, between two thin lines.

    Parameters
    ----------
    axis : Axes
    x, low, high : sequence
    color : str
    **style
        As for :meth:`matplotlib.axes.Axes.fill_between`.
    """
    look: dict[str, Any] = {"facecolor": (color, 0.18), "edgecolor": color, "linewidth": 0.6}
    axis.fill_between(x, low, high, **(look | style))


def name_ends(axis: Axes, lines: Sequence[tuple[float, str, str]]) -> None:
    """Name lines at the right of the axes; names move apart when the figure is laid out.

    Parameters
    ----------
    axis : Axes
    lines : sequence of (y, name, color)
        At which height each line ends, and its colour.
    """
    for y, name, color in lines:
        axis.annotate(name, (1, y), xytext=(BESIDE, 0), xycoords=("axes fraction", "data"),
                      textcoords="offset points", va="center", fontsize=8.5,
                      color=theme.text(color), gid=END, annotation_clip=False)  # fmt: skip
