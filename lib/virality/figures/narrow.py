"""The narrow twin of a figure: the same picture, laid out anew for a telephone.

Nothing is drawn again. Panels that stood side by side stand below each other, long names break,
legends move above their axes, and marks on an axis become fewer, until all of it fits.
"""

from __future__ import annotations

from itertools import pairwise
from textwrap import wrap
from typing import Any

import matplotlib.dates as mdates
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis, XAxis
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec
from matplotlib.text import Text
from matplotlib.ticker import FixedFormatter, FixedLocator

from virality.figures import ends

WIDTH = 4.1  # inches
SMALLEST = 8.0  # points: at least nine pixels where the text of a telephone is 340 wide
_NAME, _MANY_NAMES = 19, 25  # letters of a name on an axis before it breaks, of few or many
_MANY, _END = 12, 15
_LINE = 1.3  # distance of lines, as a multiple of the size of the letters
_GAP = 4.0  # points between two labels of an axis
_ROUNDS = 4  # what becomes taller moves what is beside it
_CLOSE = 0.03  # inches by which a panel may miss its height


def reflow(figure: Figure) -> None:
    """Lay out a figure for a narrow page, in place.

    Parameters
    ----------
    figure : Figure
        In constrained layout and drawn once; a row of panels becomes a column.
    """
    panels = [axis for axis in figure.axes if axis.get_subplotspec() is not None]
    heights = {axis: _height(figure, axis) for axis in panels}
    figure.set_figwidth(WIDTH)
    _stack(figure, panels)
    for text in figure.findobj(Text):
        text.set_fontsize(max(float(text.get_fontsize()), SMALLEST))
    for axis in panels:
        _fewer_dates(axis.xaxis)
        _break_names(axis.yaxis)
        for name in ends.of(axis):
            name.set_text(_broken(name.get_text(), _END))
    for _ in range(_ROUNDS):
        figure.draw_without_rendering()
        for axis in panels:
            _move_legend(figure, axis)
        figure.draw_without_rendering()
        for axis in panels:
            _thin(figure, axis.xaxis)
            _break_labels(figure, axis)
        figure.draw_without_rendering()
        missing = sum(max(_needed(axis), heights[axis]) - _height(figure, axis) for axis in panels)
        if abs(missing) < _CLOSE:
            return
        figure.set_figheight(figure.get_figheight() + missing)


def _height(figure: Figure, axis: Axes) -> float:
    return axis.get_position().height * figure.get_figheight()


def _stack(figure: Figure, panels: list[Axes]) -> None:
    """Put a row of panels into a column, each with its own names."""
    first = panels[0].get_subplotspec()
    assert first is not None
    grid = first.get_gridspec()
    if grid.ncols == 1 or grid.nrows > 1:
        return
    figure.set_figheight(figure.get_figheight() * len(panels))
    column = GridSpec(len(panels), 1, figure=figure)
    for row, axis in enumerate(panels):
        axis.set_subplotspec(column[row])
        if axis.get_shared_y_axes().joined(axis, panels[0]):
            axis.tick_params(axis="y", labelleft=True)
            axis.set_ylabel(axis.get_ylabel() or panels[0].get_ylabel())


def _fewer_dates(axis: XAxis) -> None:
    if isinstance(axis.get_major_locator(), mdates.AutoDateLocator):
        locator = mdates.AutoDateLocator(minticks=2, maxticks=5)
        axis.set_major_locator(locator)
        axis.set_major_formatter(mdates.ConciseDateFormatter(locator))


def _break_names(axis: Axis) -> None:
    """Break the names of rows into lines of like length."""
    if not isinstance(axis.get_major_locator(), FixedLocator):
        return
    names = [text.get_text() for text in axis.get_ticklabels()]
    most = _NAME if len(names) <= _MANY else _MANY_NAMES
    if max(map(len, names), default=0) > most:
        axis.set_ticks(axis.get_ticklocs(), [_broken(name, most) for name in names])


def _broken(text: str, most: int) -> str:
    """Break each line of a text into as few lines as hold `most` letters, all about as long."""
    lines = []
    for line in text.split("\n"):
        count = len(wrap(line, most, break_long_words=False))
        fits = (wrap(line, width, break_long_words=False) for width in range(1, most + 1))
        lines += next((broken for broken in fits if len(broken) <= count), [line])
    return "\n".join(lines)


def _move_legend(figure: Figure, axis: Axes) -> None:
    """Put the legend above its axes, in as many columns as there is room for."""
    if (old := axis.get_legend()) is None:
        return
    handles: list[Any] = list(old.legend_handles)
    names = [text.get_text() for text in old.get_texts()]
    for columns in range(len(names), 0, -1):
        legend = axis.legend(handles, names, ncols=columns, columnspacing=1.0, handlelength=1.6,
                             loc="lower right", bbox_to_anchor=(1.02, 1.0), fontsize=8.5,
                             borderpad=0.1)  # fmt: skip
        if legend.get_window_extent().width < 0.95 * figure.bbox.width:
            return


def _thin(figure: Figure, axis: XAxis) -> None:
    """Leave out marks of an axis until their labels stand apart; names of columns turn instead."""
    shown = [text for text in axis.get_ticklabels() if text.get_text() and text.get_visible()]
    if not _touch(figure, shown):
        return
    if any(sum(letter.isalpha() for letter in text.get_text()) > 4 for text in shown):
        axis.set_tick_params(rotation=90)
        return
    places, names = axis.get_ticklocs(), [text.get_text() for text in axis.get_ticklabels()]
    start = int(np.argmin(np.abs(places))) if min(places) <= 0 <= max(places) else 0
    kept = range(start % 2, len(places), 2)
    axis.set_major_locator(FixedLocator([places[each] for each in kept]))
    axis.set_major_formatter(FixedFormatter([names[each] for each in kept]))


def _touch(figure: Figure, texts: list[Text]) -> bool:
    boxes = sorted((text.get_window_extent() for text in texts), key=lambda box: box.x0)
    gap = _GAP * figure.dpi / 72
    return any(one.x1 + gap > other.x0 for one, other in pairwise(boxes))


def _break_labels(figure: Figure, axis: Axes) -> None:
    """Break what an axis shows until it fits; a long label may begin left of the axes."""
    box = axis.get_window_extent()
    label = axis.xaxis.label
    if not _fits(label, box.width):
        if box.width < 0.65 * figure.bbox.width:
            axis.set_xlabel(label.get_text(), loc="right")
            _break_to(label, box.x1 - 0.02 * figure.bbox.width)
        else:
            _break_to(label, box.width)
    _break_to(axis.title, box.width)
    _break_to(axis.yaxis.label, box.height)


def _fits(text: Text, room: float) -> bool:
    box = text.get_window_extent()
    return max(box.width, box.height) <= room or not text.get_text()


def _break_to(text: Text, room: float) -> None:
    for letters in range(len(text.get_text()), 8, -1):
        if _fits(text, room):
            return
        text.set_text(_broken(text.get_text(), letters))


def _needed(axis: Axes) -> float:
    """Inches that the names of an axes' rows need."""
    if not isinstance(axis.yaxis.get_major_locator(), FixedLocator):
        return 0.0
    texts = [text for text in axis.get_yticklabels() if text.get_text()]
    if len(texts) < 2:
        return 0.0
    lines = [text.get_text().count("\n") + 1 for text in texts]
    beside = max((one + other) / 2 for one, other in pairwise(lines))
    tall = beside * _LINE * max(float(text.get_fontsize()) for text in texts) + _GAP
    low, high = axis.get_ylim()
    steps = np.diff(np.sort(axis.get_yticks()))
    return tall / 72 * abs(high - low) / float(steps.min())
