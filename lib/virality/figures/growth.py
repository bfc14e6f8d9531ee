"""Figure and table of the posts that are still growing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from virality.core.text import is_missing, multiple, percent, plural_days
from virality.figures import theme
from virality.figures.data import LEVEL, POSTS, views_axis
from virality.findings.growth import AtAge

MOST = 30  # posts that a figure shows, the newest


def on_their_way(made: pd.DataFrame) -> Figure:
    """Draw what each young post had, and what it is on its way to.

    Parameters
    ----------
    made : DataFrame
        As `nowcast` gives it; posts without a nowcast are left out.

    Returns
    -------
    Figure
    """
    newest = made.dropna(subset=["expected"]).sort_values(["captured_at", "age_days"],
                                                          ascending=[True, False])  # fmt: skip
    shown = newest.tail(MOST)
    logs = np.log1p(shown[["views", "expected", "lower", "upper"]].clip(lower=0))
    figure, axis = theme.figure(6.8, 1.2 + 0.24 * len(shown))
    places = np.arange(len(shown))
    axis.hlines(places, logs["lower"], logs["upper"], color=LEVEL, linewidth=1.6)
    axis.plot(logs["views"], places, "o", color=POSTS, markersize=5, label="when it was read")
    axis.plot(logs["expected"], places, "D", color=LEVEL, markersize=5, label="on its way to")
    days = [f"{plural_days(age)} old" for age in shown["age_days"]]
    axis.set_yticks(places, days)
    low, high = logs.to_numpy().min(), logs.to_numpy().max()
    room = max(0.05 * (high - low), 0.2)
    views_axis(axis.xaxis, low - room, high + room)
    axis.set(xlabel="views (log scale)", xlim=(low - room, high + room))
    axis.set_ylim(-0.7, len(shown) - 0.3)
    axis.grid(axis="y", visible=False)
    axis.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    return figure


def ages_table(ages: Sequence[AtAge]) -> pd.DataFrame:
    """What readings near each age tell, as the page shows it.

    Parameters
    ----------
    ages : sequence of AtAge

    Returns
    -------
    DataFrame of str
    """
    return pd.DataFrame(
        {
            "age": [plural_days(each.age_days) for each in ages],
            "posts": [f"{each.n_posts:,}" for each in ages],
            "share of the final number (median)": [percent(each.share) for each in ages],
            "earlier nowcasts": [f"{each.n_tested:,}" for each in ages],
            "half within": [multiple(each.miss) for each in ages],
            "range held": ["–" if is_missing(each.held) else percent(each.held) for each in ages],
        }
    )
