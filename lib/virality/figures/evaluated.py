"""Figures of an evaluation of many creators: one dot each."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from virality.figures import marks, theme
from virality.models.catalogue import MODEL_COLORS

_FEW = 40  # creators up to which dots are large


def ratios(table: pd.Series, model: str) -> Figure:
    """Draw each creator's error of a model over that of a rule, from gains to losses.

    Parameters
    ----------
    table : Series of float
        From :func:`virality.findings.evaluated.ratios`, smallest first.
    model : str
        Whose colour it is drawn in.

    Returns
    -------
    Figure
    """
    figure, axis = theme.figure(6.8, 3.4)
    axis.axvline(1, color=theme.INK, linewidth=1)
    axis.axvline(table.median(), color=theme.INK, linewidth=1, linestyle=":")
    places = np.arange(len(table), 0, -1)
    color = MODEL_COLORS.get(model, theme.ACCENT)
    marks.points(axis, table.to_numpy(), places, color, size=_size(len(table)))
    axis.set(xlabel="MAE of the model over MAE of the rule (dotted: median)", ylabel="creators")
    axis.set_yticks([])
    axis.grid(axis="y", visible=False)
    return figure


def coverage(table: pd.DataFrame, nominal: float, model: str) -> Figure:
    """Draw the share of posts inside intervals against how many posts had one.

    Parameters
    ----------
    table : DataFrame
        Rows of one model, one per creator: n and coverage.
    nominal : float
        What the intervals should hold.
    model : str
        Whose colour it is drawn in.

    Returns
    -------
    Figure
    """
    figure, axis = theme.figure(6.8, 3.0)
    axis.axhline(nominal, color=theme.INK, linewidth=1)
    color = MODEL_COLORS.get(model, theme.ACCENT)
    marks.points(axis, table["n"], table["coverage"], color, size=_size(len(table)))
    axis.set(xlabel="posts with an interval", ylabel="share inside")
    axis.set_ylim(min(0.5, float(table["coverage"].min()) - 0.05), 1.02)
    return figure


def _size(n: int) -> float:
    return 5.0 if n <= _FEW else 3.0
