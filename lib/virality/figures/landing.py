"""The figure that sets several creators' reports side by side."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from virality.figures import theme

MODEL, RULE = theme.BLOCK_COLORS["metadata"], theme.BLOCK_COLORS["momentum"]


def compared(table: pd.DataFrame) -> Figure:
    """Draw each creator's typical miss, with its interval, beside the simple rule's.

    Parameters
    ----------
    table : DataFrame
        Columns label, factor, factor_low, factor_high, naive_factor; first row at the top.
    """
    rows = table.iloc[::-1].reset_index(drop=True)
    figure, axis = theme.figure(6.6, 1.3 + 0.34 * len(rows))
    places = range(len(rows))
    axis.hlines(places, rows["factor_low"], rows["factor_high"], color=MODEL, linewidth=2.5)
    axis.plot(rows["factor"], places, "o", color=MODEL, markersize=7, label="the model")
    rule = {"color": RULE, "markerfacecolor": "none", "markersize": 8, "markeredgewidth": 1.6}
    axis.plot(rows["naive_factor"], places, "D", label="a rule that needs no model", **rule)
    names = [
        theme.plain(label, 28) or f"creator {len(rows) - i}" for i, label in enumerate(rows.label)
    ]
    axis.set_yticks(list(places), names)
    axis.set_ylim(-0.6, len(rows) - 0.4)
    axis.set_xlabel("typical miss as a factor (1 would be perfect)")
    axis.grid(axis="y", visible=False)
    axis.legend(loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=2)
    return figure
