"""Figures of first pages: models and rules, several creators, the pipeline, and what was run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from importlib.metadata import version

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from virality.core.text import plural
from virality.features.blocks import BLOCKS, block_name
from virality.figures import theme
from virality.models.catalogue import MODEL_COLORS, model_name

MODEL, RULE = theme.BLOCK_COLORS["metadata"], theme.BLOCK_COLORS["momentum"]
PACKAGES = ("scikit-learn", "shap", "umap-learn", "hdbscan", "torch")


def mean_misses(scores: pd.DataFrame, against: str) -> Figure:
    """Draw each model's mean miss as a factor, with its interval, best at the top.

    Parameters
    ----------
    scores : DataFrame
        Columns model, factor, factor_low, factor_high and naive (True for a baseline that needs
        no model).
    against : str
        The rule that the answer compares with, drawn as a line.
    """
    ordered = scores.sort_values("factor", ascending=False).reset_index(drop=True)
    figure, axis = theme.figure(7.0, 0.9 + 0.34 * len(ordered))
    for place, row in ordered.iterrows():
        color = MODEL_COLORS.get(row.model, theme.INK)
        axis.plot([row.factor_low, row.factor_high], [place, place], color=color, linewidth=2)
        face = "none" if row.naive else color
        axis.plot(row.factor, place, "o", color=color, markerfacecolor=face, markersize=7)
    rule = ordered.loc[ordered["model"] == against, "factor"].iloc[0]
    axis.axvline(rule, color=theme.INK, linewidth=1, linestyle=":")
    axis.set_yticks(range(len(ordered)), [model_name(model) for model in ordered.model])
    axis.set_xlabel("mean miss as a factor (1 would be perfect); open circles need no model")
    axis.grid(axis="y", visible=False)
    return figure


def compared(table: pd.DataFrame) -> Figure:
    """Draw each creator's mean miss, with its interval, beside the simple rule's.

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
    axis.set_xlabel("mean miss as a factor (1 would be perfect)")
    axis.grid(axis="y", visible=False)
    axis.legend(loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=2)
    return figure


# The columns of the pipeline: heading, chapters that tell of it, and what stands there.
_STAGES = (
    ("inside every fold", ("fill gaps", "scale", "components\nby block")),
    ("models and baselines", ("naive rules", "Ridge,\nElastic Net", "XGBoost", "the forecast")),
    ("what you read", ("scores with\nintervals", "SHAP\nby block", "content\nregimes")),
)


def pipeline(present: Collection[str]) -> Figure:
    """Draw the way from posts to report; blocks that this creator lacks are dashed.

    Parameters
    ----------
    present : collection of str
        The feature blocks that have values.
    """
    top = len(BLOCKS)
    figure, axis = theme.figure(7.4, 0.7 + 0.46 * top)
    for place, block in enumerate(reversed(BLOCKS)):
        color = theme.BLOCK_COLORS[block]
        _box(axis, 0, place, block_name(block), color, dashed=block not in present)
    for column, (_, words) in enumerate(_STAGES, start=1):
        for place, word in zip(np.linspace(top - 1.6, 0.6, len(words)), words):
            _box(axis, column, place, word, theme.INK, tall=True)
    heads = ("known when the post went up", *(head for head, _ in _STAGES))
    for column, head in enumerate(heads):
        axis.text(column, top + 0.1, head, ha="center", va="center", fontsize=8.5, style="italic")
    for column in range(len(_STAGES)):
        ends = (column + 0.4, (top - 1) / 2), (column + 0.6, (top - 1) / 2)
        axis.add_patch(FancyArrowPatch(*ends, arrowstyle="-|>", mutation_scale=14,
                                       color=theme.INK, lw=1.4))  # fmt: skip
    axis.set_xlim(-0.5, len(_STAGES) + 0.5)
    axis.set_ylim(-0.7, top + 0.5)
    axis.axis("off")
    return figure


def _box(
    axis: plt.Axes, x: float, y: float, word: str, color: str, dashed=False, tall=False
) -> None:
    height = 1.2 if tall else 0.66
    axis.add_patch(
        FancyBboxPatch(
            (x - 0.36, y - height / 2),
            0.72,
            height,
            boxstyle="round,pad=0.02,rounding_size=0.06",
            facecolor="none" if dashed else color + "30",
            edgecolor=color,
            linestyle="--" if dashed else "-",
            linewidth=1.3,
            mutation_aspect=4,
        )
    )
    axis.text(x, y, word, ha="center", va="center", fontsize=8.5, alpha=0.6 if dashed else 1)


def recipe(
    facts: Mapping, author: str, seconds: Mapping[str, float], parameters: Mapping[str, object]
) -> pd.DataFrame:
    """Return the table of what was run: creator, posts, dates, parameters, versions, time.

    Parameters
    ----------
    facts : mapping
        ``n_posts``, ``first`` and ``last`` day.
    author : str
        Whose posts they are.
    seconds : mapping of str to float
        Chapter and how long it took.
    parameters : mapping of str to object
        Every parameter and its value.

    Returns
    -------
    DataFrame
        Columns what and value, both text.
    """
    import xgboost  # its package has another name on a Mac

    rows = {
        "creator": author,
        "posts": plural(facts["n_posts"], "post"),
        "dates": f"{facts['first']} to {facts['last']} (UTC)",
        **{f"parameter {key}": str(value) or "none given"
           for key, value in sorted(parameters.items())},
        "virality": version("virality"),
        "xgboost": xgboost.__version__,
        **{name: version(name) for name in PACKAGES},
        **{f"seconds for {slug}": f"{spent:.0f}" for slug, spent in seconds.items()},
    }  # fmt: skip
    return pd.DataFrame(list(rows.items()), columns=["what", "value"])
