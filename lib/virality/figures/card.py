"""The share card: a picture of the first screen that travels without its report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from virality.figures import theme
from virality.figures.index import draw_spark
from virality.findings.first_screen import LAST

WIDTH, HEIGHT = 1200, 630  # pixels, as sites that show cards ask for
_DPI = 100
_PAPER, _INK, _QUIET, _LINE = "#fdfcfa", "#20252b", "#59616b", "#d9d4ca"
_MORE, _LESS = "#0060a8", "#b34700"  # told apart by who sees no red, or no green
_LEFT, _RIGHT = 60, 1140
_LONGEST = 46  # letters of a line


def draw(words: Mapping[str, str], views: Sequence[float], newest: int = LAST) -> bytes:
    """Return the card as a PNG file.

    Parameters
    ----------
    words : mapping of str to str
        From :func:`virality.sentences.card.words`.
    views : sequence of float
        Of the posts, in order of time.
    newest : int
        Of them, so many stand out.
    """
    theme.apply()
    figure = plt.figure(figsize=(WIDTH / _DPI, HEIGHT / _DPI), dpi=_DPI, layout="none")
    _head(figure, words)
    _say(figure, 262, words["half"], 92, _INK, weight="bold")
    _say(figure, 312, words["range"], 25, _INK)
    if len(views) > 1:
        _draw_views(figure, views, newest)
        _say(figure, 264, words["lately"], 16, _QUIET, right=True)
    _rule(figure, 340)
    _compared(figure, words)
    _rule(figure, 490)
    _say(figure, 524, "CAN WE FORECAST?", 17, _QUIET, weight="bold")
    _say(figure, 560, words["forecast"], 23, _INK)
    _say(figure, 594, words["gain"], 23, _INK)
    _say(figure, 524, words["note"], 16, _QUIET, right=True)
    return _png(figure)


def _head(figure: Figure, words: Mapping[str, str]) -> None:
    who = theme.plain(words["who"], 34)
    if who:
        _say(figure, 92, who, 40, _INK, "bold")
    _say(figure, 136 if who else 92, words["record"], 25, _QUIET)


def _draw_views(figure: Figure, views: Sequence[float], newest: int) -> None:
    axis = figure.add_axes((0.52, 1 - 240 / HEIGHT, 0.43, 180 / HEIGHT))
    draw_spark(axis, views, newest, 5)


def _compared(figure: Figure, words: Mapping[str, str]) -> None:
    if words["none"]:
        _say(figure, 426, words["none"], 26, _INK)
        return
    rows = [row for row in (("▲ MORE OF", "more", _MORE), ("▼ LESS OF", "less", _LESS))
            if words[row[1]]]  # fmt: skip
    for y, (head, key, color) in zip((394, 442) if len(rows) > 1 else (420,), rows, strict=True):
        _say(figure, y, head, 22, color, weight="bold")
        name, _, size = words[key].rpartition("  ")
        _say(figure, y, theme.plain(name, _LONGEST) or "a hashtag", 26, _INK, left=260)
        _say(figure, y, size, 26, color, weight="bold", right=True)
    _say(figure, 474, "times the views; went together, not proven cause", 15, _QUIET, left=260)


def _say(
    figure: Figure,
    y: float,
    text: str,
    size: float,
    color: str,
    weight: str = "normal",
    left: float = _LEFT,
    right: bool = False,
) -> None:
    """Write a line; `y` is its foot, in pixels from the top, and `size` its height in pixels."""
    x, side = (_RIGHT, "right") if right else (left, "left")
    figure.text(x / WIDTH, 1 - y / HEIGHT, text, fontsize=size * 72 / _DPI, color=color,
                fontweight=weight, ha=side, va="baseline")  # fmt: skip


def _rule(figure: Figure, y: float) -> None:
    places = [_LEFT / WIDTH, _RIGHT / WIDTH]
    line = plt.Line2D(places, [1 - y / HEIGHT] * 2, color=_LINE, linewidth=1.5)
    figure.add_artist(line)


def _png(figure: Figure) -> bytes:
    buffer = BytesIO()
    figure.savefig(buffer, format="png", dpi=_DPI, facecolor=_PAPER, transparent=False,
                   bbox_inches=None, metadata={"Software": None})  # fmt: skip
    plt.close(figure)
    return buffer.getvalue()
