"""Figure and tables of an experiment: the running statistic, the pairs, what was not as planned."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from virality.advice.experiments.judge import Judgement
from virality.advice.experiments.sequential import FIRST_LOOK, boundary
from virality.core.text import multiple
from virality.figures import marks, theme

A_COLOR, B_COLOR = "#5389c9", "#ae5300"


def running(judged: Judgement) -> Figure:
    """Draw the statistic after each pair that counts, and the boundary.

    Parameters
    ----------
    judged : Judgement
    """
    n_pairs = judged.plan.n_pairs
    figure, axis = theme.figure(7.2, 3.4)
    looks = np.arange(FIRST_LOOK, n_pairs + 1)
    edge = boundary(looks, n_pairs)
    for side, color, name in ((1, A_COLOR, "A"), (-1, B_COLOR, "B")):
        axis.plot(looks, side * edge, "--", color=color)
        axis.fill_between(looks, side * edge, side * edge.max() * 1.1, color=color, alpha=0.12,
                          linewidth=0, gid=marks.SOFT)  # fmt: skip
        corner = {"color": theme.text(color), "ha": "right", "va": "top" if side > 0 else "bottom"}
        axis.text(n_pairs - 0.3, side * edge.max() * 1.02, f"decided for {name}", **corner)
    z = judged.looks["z"]
    used = judged.looks["look"] <= judged.n_used
    axis.plot(judged.looks["look"], z, "-", color=theme.MUTED)
    axis.plot(judged.looks["look"][used], z[used], "o-", color=theme.ACCENT, markersize=4)
    axis.axhline(0, color=theme.INK, linewidth=0.8)
    axis.set_xlim(0.5, n_pairs + 0.5)
    axis.set_ylim(-edge.max() * 1.1, edge.max() * 1.1)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    axis.set_xlabel(f"pairs that count, of {n_pairs} planned")
    axis.set_ylabel("lean to one side (z)")
    return figure


def pair_table(judged: Judgement) -> pd.DataFrame:
    """Return the pairs as the page shows them.

    Parameters
    ----------
    judged : Judgement

    Returns
    -------
    DataFrame
        A row per pair of the plan.
    """
    difference = judged.looks.set_index("pair")["difference"]
    size = np.exp(judged.pairs["pair"].map(difference))
    return pd.DataFrame(
        {
            "pair": judged.pairs["pair"],
            "to come first": judged.pairs["first"],
            "A went up": judged.pairs["day_a"].replace("", "–"),
            "B went up": judged.pairs["day_b"].replace("", "–"),
            "what became of it": [status.value for status in judged.pairs["status"]],
            "views of A to B": [multiple(value) for value in size],
        }
    )


def beside_table(judged: Judgement) -> pd.DataFrame:
    """Return what was not as planned, a row each.

    Parameters
    ----------
    judged : Judgement

    Returns
    -------
    DataFrame
        Columns what, pair, day.
    """
    pair = judged.deviations["pair"].map(lambda number: str(number) if number else "–")
    return judged.deviations.assign(pair=pair)[["what", "pair", "day"]]


def stored(judged: Judgement) -> pd.DataFrame:
    """Return the artefact: every pair of the plan, and what was computed of those that count.

    Parameters
    ----------
    judged : Judgement
    """
    looks = judged.looks[["pair", "look", "difference", "content", "z", "boundary"]]
    table = judged.pairs[["pair", "status", "first", "day_a", "day_b"]].merge(looks, "left")
    texts = ["status", "first", "day_a", "day_b"]
    status = [each.value for each in table["status"]]
    return table.assign(status=status).astype(dict.fromkeys(texts, "string") | {"look": "Int64"})
