"""One look for every figure: legible on white and on dark, one colour per block and model."""

from __future__ import annotations

from io import BytesIO

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.typing import ColorType

from virality.core.text import clean
from virality.features.blocks import BLOCK_TABLE
from virality.figures import narrow

# Mid-tones with a contrast of at least 3:1 against both white and the dark page.
INK = "#808080"
GRID = "#80808040"
ACCENT = "#d1605e"
MUTED = "#9a9a9a"
FAINT = "#dcdcdc"  # for opaque cells, which look alike on both

BLOCK_COLORS = {name: block.color for name, block in BLOCK_TABLE.items()}


def many_colors(n: int) -> list:
    """Return `n` mid-tones that can be told apart, for things that have no colour of their own."""
    fixed = list(BLOCK_COLORS.values())
    return fixed[:n] if n <= len(fixed) else sns.husl_palette(n, l=0.6, s=0.7)


def on(color: ColorType) -> str:
    """Return the colour of text on an opaque colour: black or white, whichever stands out more.

    Parameters
    ----------
    color : color
        Whatever matplotlib reads.
    """
    channels = np.array(to_rgb(color))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    luminance = float(linear @ [0.2126, 0.7152, 0.0722])
    return "black" if (luminance + 0.05) ** 2 > 0.05 * 1.05 else "white"


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


def render(figure: Figure) -> dict[str, bytes]:
    """Return the figure as files without dates in them, and close it.

    Returns
    -------
    dict of str to bytes
        "svg" and "png", and "narrow": an SVG for narrow pages.
    """
    files = {kind: _saved(figure, kind) for kind in ("svg", "png")}
    narrow.reflow(figure)
    files["narrow"] = _saved(figure, "svg")
    plt.close(figure)
    return files


def _saved(figure: Figure, kind: str) -> bytes:
    undated = {"svg": {"Date": None, "Creator": None}, "png": {"Software": None}}
    buffer = BytesIO()
    figure.savefig(buffer, format=kind, metadata=undated[kind], dpi=160)
    return buffer.getvalue()


apply()
mpl.rcParams["figure.max_open_warning"] = 0
