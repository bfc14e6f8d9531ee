"""One look for every figure: legible on white and on dark, one colour per block and model."""

from __future__ import annotations

from io import BytesIO

import matplotlib as mpl
import matplotlib.pyplot as plt
import seaborn as sns
from matplotlib.figure import Figure

from virality.book.prose import clean
from virality.features.build import BLOCKS as BLOCKS  # also the order of drawing

# Mid-tones with a contrast of at least 3:1 against both white and the dark page.
INK = "#808080"
GRID = "#80808040"
ACCENT = "#d1605e"
MUTED = "#9a9a9a"

BLOCK_COLORS = {
    "metadata": "#5b8fc7",
    "momentum": "#e08434",
    "caption_text": "#4fa36b",
    "hashtag_text": "#8aa63a",
    "vision": "#d1605e",
    "audio": "#9678c4",
    "energy": "#b98548",
}

BLOCK_NAMES = {
    "metadata": "posting metadata",
    "momentum": "account momentum",
    "caption_text": "caption",
    "hashtag_text": "hashtags",
    "vision": "picture",
    "audio": "sound",
    "energy": "early energy",
}

MODEL_COLORS = {
    "train_mean": "#9a9a9a",
    "train_median": "#8a8a8a",
    "last_post": "#a08f7a",
    "rolling_median_10": "#7d8a97",
    "ewm": "#9b8aa0",
    "ridge": "#5b8fc7",
    "elastic_net": "#4fa36b",
    "block_ridge": "#3f9fa8",
    "xgboost": "#e08434",
    "stack": "#9678c4",
}

MODEL_NAMES = {
    "train_mean": "mean of the training posts",
    "train_median": "median of the training posts",
    "last_post": "same as the last post",
    "rolling_median_10": "median of the last ten posts",
    "ewm": "weighted mean of recent posts",
    "ridge": "Ridge",
    "elastic_net": "Elastic Net",
    "block_ridge": "Ridge with one penalty per block",
    "xgboost": "XGBoost",
    "stack": "stack",
}


def many_colors(n: int) -> list:
    """Return `n` mid-tones that can be told apart, for things that have no colour of their own."""
    fixed = list(BLOCK_COLORS.values())
    return fixed[:n] if n <= len(fixed) else sns.husl_palette(n, l=0.6, s=0.7)


def block_name(block: str) -> str:
    """Return the plain name of a feature block."""
    return BLOCK_NAMES.get(block, block.replace("_", " "))


def model_name(model: str) -> str:
    """Return the plain name of a model or rival."""
    return MODEL_NAMES.get(model, model.replace("_", " "))


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
    """Return ``plt.subplots`` in the book's look; `width` and `height` in inches."""
    apply()
    return plt.subplots(figsize=(width, height), **subplots)


def plain(text: object, length: int = 60) -> str:
    """Return text from data that the figures' font can show, cut to `length` characters."""
    text = "".join(char for char in clean(text) if ord(char) < 0x2190)
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def render(figure: Figure) -> dict[str, bytes]:
    """Return the figure as ``{"svg": …, "png": …}`` without dates in the files, and close it."""
    files = {}
    for kind, metadata in (("svg", {"Date": None, "Creator": None}), ("png", {"Software": None})):
        buffer = BytesIO()
        figure.savefig(buffer, format=kind, metadata=metadata, dpi=160)
        files[kind] = buffer.getvalue()
    plt.close(figure)
    return files


apply()
mpl.rcParams["figure.max_open_warning"] = 0
