"""One look for every figure: legible on white and on dark, one colour per block and model."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.typing import ColorType

from virality.core.text import clean
from virality.features.blocks import BLOCK_TABLE
from virality.figures import ends, narrow

# No ink is legible on a light and on a dark page at once. So figures are made for the light one,
# and where a page is dark its style makes them so many times as bright.
NIGHT = 1.4
INK = "#6b6b6b"
GRID = "#80808040"
ACCENT = "#9b2f49"
MUTED = "#878787"
# Opaque cells, with black letters on them by day and by night.
LESS, FAINT, MORE = "#6f9fd8", "#b4b4b4", "#cf8a4a"
_LUMINANCE = 0.12, 0.17  # of text: at least 4.5:1 on the light page, and on the dark one as bright
_TWIN = "_virality_twin"  # attribute of a figure: what draws its narrow twin

BLOCK_COLORS = {name: block.color for name, block in BLOCK_TABLE.items()}
BLOCK_MARKERS = {name: block.marker for name, block in BLOCK_TABLE.items()}


_PLACES = re.compile(rb' (?:d|x|y)="[^"]*"|translate\([^)]*\)')
_LONG = re.compile(rb"-?\d+\.\d{3,}")


def many_colors(n: int) -> list:
    """Return `n` mid-tones that can be told apart, for things that have no colour of their own."""
    fixed = list(BLOCK_COLORS.values())
    return fixed[:n] if n <= len(fixed) else sns.husl_palette(n, l=0.6, s=0.7)


def text(color: ColorType) -> str:
    """Return a colour for text that goes with a mark: the same hue, dark enough to be read.

    Parameters
    ----------
    color : color
        Whatever matplotlib reads.
    """
    linear = _linear(color)
    wanted = float(np.clip(_luminance(linear), *_LUMINANCE))
    for _ in range(3):  # what is full already cannot become brighter
        linear = np.clip(linear * wanted / max(_luminance(linear), 1e-9), 0, 1)
    root = 1.055 * linear ** (1 / 2.4) - 0.055
    red, green, blue = np.where(linear <= 0.0031308, 12.92 * linear, root)
    return to_hex((red, green, blue))


def _linear(color: ColorType) -> np.ndarray:
    channels = np.array(to_rgb(color))
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def _luminance(linear: np.ndarray) -> float:
    return float(linear @ [0.2126, 0.7152, 0.0722])


def apply() -> None:
    """Set matplotlib and seaborn to the book's look."""
    sns.set_theme(
        style="ticks",
        rc={
            "figure.facecolor": "none",
            "axes.facecolor": "none",
            "savefig.facecolor": "none",
            "savefig.transparent": True,
            "figure.dpi": 110,
            "font.family": "DejaVu Sans",
            "font.size": 9.5,
            "axes.labelsize": 9.5,
            "xtick.labelsize": 8.5,
            "ytick.labelsize": 8.5,
            "legend.fontsize": 8.5,
            "legend.frameon": False,
            "text.color": INK,
            "axes.labelcolor": INK,
            "axes.edgecolor": INK,
            "xtick.color": INK,
            "ytick.color": INK,
            "grid.color": GRID,
            "axes.grid": True,
            "axes.axisbelow": True,
            "patch.force_edgecolor": False,
            "patch.linewidth": 0.0,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "figure.constrained_layout.use": True,
            "svg.hashsalt": "virality",  # the same figure is the same file
            "svg.fonttype": "path",
            "text.parse_math": False,  # a "$" in a caption is a dollar
        },
    )


def figure(width: float = 7.0, height: float = 3.6, **subplots) -> tuple:
    """Return ``plt.subplots`` in the book's look.

    Parameters
    ----------
    width, height : float
        In inches.
    **subplots
        As ``plt.subplots`` takes them.
    """
    apply()
    return plt.subplots(figsize=(width, height), **subplots)


def dates(axis: Axes) -> None:
    """Label the lower side of an axes with dates, few and short.

    Parameters
    ----------
    axis : Axes
    """
    locator = AutoDateLocator(minticks=3, maxticks=8)
    axis.xaxis.set_major_locator(locator)
    axis.xaxis.set_major_formatter(ConciseDateFormatter(locator))


def plain(text: object, length: int = 60) -> str:
    """Return text from data that the figures' font can show.

    Parameters
    ----------
    text : object
    length : int
        Characters that it is cut to.
    """
    text = "".join(char for char in clean(text) if ord(char) < 0x2190)
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def twinned(figure: Figure, draw: Callable[[], Figure]) -> Figure:
    """Return a figure whose narrow twin is drawn by a function of its own.

    Parameters
    ----------
    figure : Figure
    draw : callable
        Makes the narrow one, see :mod:`virality.figures.narrow`.
    """
    setattr(figure, _TWIN, draw)
    return figure


def render(figure: Figure) -> dict[str, bytes]:
    """Return the figure as files without dates in them, and close it.

    Returns
    -------
    dict of str to bytes
        "svg" and "png", and "narrow": an SVG for narrow pages.
    """
    files = {kind: _saved(figure, kind) for kind in ("svg", "png")}
    draw = getattr(figure, _TWIN, None)
    twin = draw() if draw else figure
    twin.draw_without_rendering()
    narrow.reflow(twin)
    files["narrow"] = _saved(twin, "svg")
    for drawn in (figure, twin):
        plt.close(drawn)
    return files


def _saved(figure: Figure, kind: str) -> bytes:
    for _ in range(2):  # names that move can move the axes
        figure.draw_without_rendering()
        ends.spread(figure)
    undated = {"svg": {"Date": None, "Creator": None}, "png": {"Software": None}}
    buffer = BytesIO()
    figure.savefig(buffer, format=kind, metadata=undated[kind], dpi=160)
    content = buffer.getvalue()
    return _PLACES.sub(_rounded, content) if kind == "svg" else content


def _rounded(match: re.Match) -> bytes:
    """Where something stands, to a hundredth of a point: a third of a picture is such digits."""
    return _LONG.sub(lambda number: f"{float(number[0]):.2f}".encode(), match[0])


apply()
mpl.rcParams["figure.max_open_warning"] = 0
