"""How much of each planted effect appears in held-out predictions (simulated creators only)."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from virality.figures import theme
from virality.sentences.recovered import TERM_NAMES

_COLORS = {
    "momentum": theme.BLOCK_COLORS["momentum"],
    "posting_time": theme.BLOCK_COLORS["metadata"],
    "content": theme.BLOCK_COLORS["caption_text"],
    "energy": theme.BLOCK_COLORS["energy"],
}


def recovered(found: pd.DataFrame) -> Figure:
    """Draw a point with its 95 % interval per planted effect.

    Parameters
    ----------
    found : DataFrame
        From `virality.demo.truth.recovery`.

    Returns
    -------
    Figure
        Share of the planted effect on the horizontal axis; lines at none and at all of it.
    """
    fig, ax = theme.figure(6.4, 2.2)
    for place, row in enumerate(reversed(list(found.itertuples()))):
        color = _COLORS[row.term]
        if row.slope == row.slope:
            ax.plot([100 * row.lower, 100 * row.upper], [place, place], color=color, linewidth=2)
            ax.plot(100 * row.slope, place, "o", color=color)
        else:
            words = "nothing planted" if row.planted_sd == 0 else "too few posts"
            ax.text(2, place, words, va="center", fontsize=8.5)
    for at in (0, 100):
        ax.axvline(at, color=theme.INK, linewidth=1, linestyle=":")
    ax.set_yticks(range(len(found)), [TERM_NAMES[name] for name in found["term"][::-1]])
    ax.set_ylim(-0.6, len(found) - 0.4)
    ax.set_xlabel("part of the planted effect seen in held-out predictions (%)")
    ax.grid(axis="y", visible=False)
    return fig
