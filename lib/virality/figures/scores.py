"""Tables and figures of scores that several chapters show."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from virality.core.text import listing, smaller
from virality.features.blocks import BLOCKS, block_name
from virality.figures import theme
from virality.findings.scores import Estimate, Verdict
from virality.models.catalogue import MODEL_COLORS, model_name


def forest(names: list[str], width: float, each: float, label: str) -> tuple[Figure, Axes]:
    """Return a figure with a line for each name, from the top, to put estimates on.

    Parameters
    ----------
    names : list of str
    width, each : float
        Of the figure and of each line, in inches.
    label : str
        What is estimated.

    Returns
    -------
    figure : Figure
    axis : Axes
    """
    figure, axis = theme.figure(width, 0.9 + each * len(names))
    axis.set_yticks(range(len(names)), names)
    axis.invert_yaxis()
    axis.set_xlabel(label)
    axis.grid(axis="y", visible=False)
    return figure, axis


def dot(axis: Axes, place: float, estimate: Estimate, color: str, **style) -> None:
    """Draw an estimate and its interval on a line of a :func:`forest`.

    Parameters
    ----------
    axis : Axes
    place : float
        The line, from zero on, and how far below it.
    estimate : Estimate
    color : str
    **style
        Of the dot, as for :meth:`matplotlib.axes.Axes.plot`.
    """
    axis.plot([estimate.low, estimate.high], [place, place], color=color, linewidth=2)
    axis.plot(estimate.value, place, color=color, **({"marker": "o", "linestyle": ""} | style))


def gaps(differences: pd.DataFrame) -> Figure:
    """Draw each model's error minus the baseline's, with its interval, best at the top.

    Parameters
    ----------
    differences : DataFrame
        From :func:`virality.evaluation.headline.headline_gaps`; log views.
    """
    rows = differences.dropna(subset=["difference"]).sort_values("difference", ignore_index=True)
    label = "absolute error minus the baseline's, log scale (left of the line is better)"
    figure, axis = forest([model_name(model) for model in rows["model"]], 7.0, 0.34, label)
    for row in rows.itertuples():
        color = MODEL_COLORS.get(row.model, theme.INK)
        dot(axis, row.Index, Estimate(row.difference, row.low, row.high), color,
            markerfacecolor="none" if row.blocks == "none" else color)  # fmt: skip
    axis.axvline(0, color=theme.INK, linewidth=1, linestyle=":")
    return figure


def table(scores: pd.DataFrame, gaps: pd.DataFrame) -> pd.DataFrame:
    """Return a score table for reading: one line a model, intervals beside the numbers.

    Parameters
    ----------
    scores : DataFrame
        From :func:`virality.evaluation.headline.headline_scores`, in the order to show.
    gaps : DataFrame
        From :func:`virality.evaluation.headline.headline_gaps`.
    """
    beside = {row.model: _with_ends(row) for row in gaps.itertuples()}
    shown = pd.DataFrame({"model": [model_name(model) for model in scores["model"]]})
    shown["mean miss ×/÷"] = estimates(scores, "factor", ".2f")
    shown["against the rule's"] = [beside.get(model, "the rule") for model in scores["model"]]
    shown["half within ×/÷"] = estimates(scores, "half", ".2f")
    shown["Spearman"] = estimates(scores, "spearman", "+.2f")
    shown["R²"] = estimates(scores, "r2_oos", "+.2f")
    return shown


def _with_ends(row) -> str:
    return f"{smaller(row.difference)} ({smaller(row.low)} to {smaller(row.high)})"


def estimates(table: pd.DataFrame, name: str, form: str) -> list[str]:
    """Return a column of a table as text, each number with its interval.

    Parameters
    ----------
    table : DataFrame
        With the columns `name`, ``<name>_low`` and ``<name>_high``.
    name : str
    form : str
        Format specification of the numbers.

    Returns
    -------
    list of str
    """
    return [f"{Estimate.of(row, name):{form}}" for row in table.itertuples()]


def missed_table(gaps: pd.DataFrame) -> pd.DataFrame:
    """Return what happens to the mean miss without each block, and with one alone, for reading.

    Parameters
    ----------
    gaps : DataFrame
        From :func:`virality.evaluation.headline.block_gaps`.
    """
    order = sorted(gaps["blocks"], key=_place)
    rows = gaps.set_index("blocks").loc[order]
    verdicts = {Verdict.WORSE.value: "clearly larger", Verdict.BETTER.value: "clearly smaller"}
    return pd.DataFrame(
        {
            "the model sees": [_selection(name) for name in order],
            "mean miss, against all blocks": [_with_ends(row) for row in rows.itertuples()],
            "verdict": [verdicts.get(v, Verdict.UNDECIDED.value) for v in rows["verdict"]],
        }
    )


def _selection(blocks: str) -> str:
    if blocks.startswith("all-"):
        return f"all but {block_name(blocks.removeprefix('all-'))}"
    return f"only {listing([block_name(block) for block in blocks.split('+')])}"


def _place(blocks: str) -> tuple:
    """Each block left out, then each alone, in the order of the book."""
    names = blocks.removeprefix("all-").split("+")
    return not blocks.startswith("all-"), [list(BLOCKS).index(name) for name in names]
