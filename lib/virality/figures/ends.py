"""Names at the ends of lines, and how they make room for each other."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

END = "end"  # marks such a name
BESIDE = 1  # points between the axes and a name
_LINE = 1.15  # distance of names, as a multiple of their height


def of(axis: Axes) -> list[Text]:
    """Return the names at the ends of an axes' lines."""
    return [text for text in axis.texts if text.get_gid() == END]


def spread(figure: Figure) -> None:
    """Move names at the ends of lines apart, each as little as it takes.

    Parameters
    ----------
    figure : Figure
        Laid out already.
    """
    for axis in figure.axes:
        if len(names := of(axis)) > 1:
            _spread(figure, names)


def _spread(figure: Figure, names: list[Text]) -> None:
    points_each = 72 / figure.dpi
    for name in names:
        name.set_position((BESIDE, 0))
    boxes = [name.get_window_extent() for name in names]
    order = sorted(range(len(names)), key=lambda each: boxes[each].y0 + boxes[each].y1)
    middles = [(boxes[each].y0 + boxes[each].y1) / 2 for each in order]
    heights = [boxes[each].height * _LINE for each in order]
    for each, moved in zip(order, _apart(middles, heights), strict=True):
        away = (moved - (boxes[each].y0 + boxes[each].y1) / 2) * points_each
        names[each].set_position((BESIDE, away))


def _apart(middles: list[float], heights: list[float]) -> list[float]:
    """Places in the same order, none closer than their heights allow, near the middles.

    Examples
    --------
    >>> _apart([0, 1, 10], [4, 4, 4])
    [-1.5, 2.5, 10.0]
    """
    groups: list[tuple[float, list[float]]] = []  # centre, heights
    for middle, height in zip(middles, heights, strict=True):
        groups.append((float(middle), [height]))
        while len(groups) > 1 and _overlap(*groups[-2:]):
            (one, lower), (other, upper) = groups.pop(-2), groups.pop()
            centre = (one * len(lower) + other * len(upper)) / len(lower + upper)
            groups.append((centre, lower + upper))
    places = []
    for centre, held in groups:
        at = centre - sum(held) / 2
        for height in held:
            places.append(at + height / 2)
            at += height
    return places


def _overlap(one: tuple[float, list[float]], other: tuple[float, list[float]]) -> bool:
    return one[0] + sum(one[1]) / 2 > other[0] - sum(other[1]) / 2
