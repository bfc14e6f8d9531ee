"""Tables and figures of scores that several chapters show."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from virality.core.text import decimals, listing, p_value, smaller
from virality.features.blocks import BLOCKS, block_name
from virality.figures import theme
from virality.findings.scores import Estimate, Verdict
from virality.models.catalogue import model_name


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
    axis.plot(estimate.value, place, "o", color=color, **style)


def table(scores: pd.DataFrame) -> pd.DataFrame:
    """Return a score table for reading: one line a model, intervals beside the numbers.

    Parameters
    ----------
    scores : DataFrame
        From :func:`virality.evaluation.scores.score_table`, in the order to show.
    """
    shown = pd.DataFrame({"model": [model_name(model) for model in scores["model"]]})
    shown["mean miss ×/÷"] = estimates(scores, "factor", ".2f")
    shown["half within ×/÷"] = estimates(scores, "half", ".2f")
    shown["R²"] = estimates(scores, "r2_oos", "+.2f")
    shown["Spearman"] = estimates(scores, "spearman", "+.2f")
    shown["RMSE"] = estimates(scores, "rmse", ".2f")
    shown["MAE"] = estimates(scores, "mae", ".2f")
    shown["best of each fold, found"] = [_top_tenth(row) for row in scores.itertuples()]
    return shown


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


def fold_table(each: pd.DataFrame) -> pd.DataFrame:
    """Return the scores of each fold for reading.

    Parameters
    ----------
    each : DataFrame
        From :func:`virality.evaluation.scores.fold_scores`.
    """
    shown = pd.DataFrame(
        {
            "model": [model_name(model) for model in each["model"]],
            "fold": each["fold"].to_numpy(),
            "posts": each["n"].to_numpy(),
        }
    )
    names = {"factor": "mean miss ×/÷", "half": "half within ×/÷", "r2_oos": "R²",
             "spearman": "Spearman", "rmse": "RMSE", "mae": "MAE"}  # fmt: skip
    for column, name in names.items():
        shown[name] = [decimals(value) for value in each[column]]
    hits = zip(each["top10_hits"], each["top10_k"], strict=True)
    shown["best of the fold, found"] = ["–" if h != h else f"{h:.3g} of {k:.0f}" for h, k in hits]
    return shown


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
            "mean miss, against all blocks": [
                f"{smaller(row.difference)} ({smaller(row.low)} to {smaller(row.high)})"
                for row in rows.itertuples()
            ],
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


def _top_tenth(row) -> str:
    if row.top10_hits != row.top10_hits:
        return "–"
    luck = f"by luck {row.top10_expected:.1f}, p {p_value(row.top10_p)}"
    return f"{row.top10_hits:.3g} of {row.top10_k:.0f} ({luck})"
