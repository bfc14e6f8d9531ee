"""Figures of the baselines: folds, scores, blocks, evidence."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from virality.features.blocks import BLOCKS, block_name
from virality.figures import theme
from virality.models.catalogue import MODEL_COLORS, model_name


def folds(table: pd.DataFrame) -> Figure:
    """Draw each fold's training posts, gap and test posts on the calendar.

    Parameters
    ----------
    table : DataFrame
        Columns fold, train_start, train_end, test_start, test_end.
    """
    figure, axis = theme.figure(7.0, 0.9 + 0.32 * len(table))
    for row in table.itertuples():
        style = {"linewidth": 8, "solid_capstyle": "butt"}
        train, test = theme.BLOCK_COLORS["metadata"], theme.BLOCK_COLORS["momentum"]
        first = row.Index == table.index[0]
        axis.plot(
            [row.train_start, row.train_end],
            [row.fold] * 2,
            color=train,
            label="training posts" if first else None,
            **style,
        )
        axis.plot(
            [row.test_start, row.test_end],
            [row.fold] * 2,
            color=test,
            label="held-out posts" if first else None,
            **style,
        )
    axis.set_yticks(table["fold"])
    axis.set_ylabel("fold")
    axis.invert_yaxis()
    axis.grid(axis="y", visible=False)
    axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=2)
    return figure


def triumph(shuffled: pd.DataFrame, honest: pd.DataFrame) -> Figure:
    """Draw R² on shuffled and on honest folds, model by model.

    Parameters
    ----------
    shuffled, honest : DataFrame
        Score tables with model, r2, r2_low, r2_high.
    """
    models = list(shuffled["model"])
    figure, axis = theme.figure(6.6, 0.9 + 0.5 * len(models))
    for offset, table, face, word in (
        (-0.14, shuffled, "none", "shuffled folds"),
        (0.14, honest, None, "folds in time order"),
    ):
        for place, model in enumerate(models):
            rows = table[table["model"] == model]
            if rows.empty:
                continue
            row, color = rows.iloc[0], MODEL_COLORS.get(model, theme.INK)
            at = place + offset
            axis.plot([row.r2_low, row.r2_high], [at, at], color=color, linewidth=2)
            axis.plot(
                row.r2,
                at,
                "o",
                color=color,
                markerfacecolor=face or color,
                label=word if place == 0 else None,
            )
    axis.axvline(0, color=theme.INK, linewidth=1, linestyle=":")
    axis.set_yticks(range(len(models)), [model_name(model) for model in models])
    axis.invert_yaxis()
    axis.set_xlabel("R² (0: no better than one number for all posts)")
    axis.grid(axis="y", visible=False)
    axis.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure


def fold_by_fold(each: pd.DataFrame, models: list[str]) -> Figure:
    """Draw the typical miss of each model in each fold.

    Parameters
    ----------
    each : DataFrame
        Fold scores: fold, model, mae (log views).
    models : list of str
        Which to draw.
    """
    figure, axis = theme.figure(6.6, 3.2)
    for model in models:
        part = each[each["model"] == model].sort_values("fold")
        dashed = model not in ("ridge", "elastic_net", "block_ridge")
        axis.plot(
            part["fold"],
            np.exp(part["mae"]),
            "o--" if dashed else "o-",
            color=MODEL_COLORS.get(model, theme.INK),
            label=model_name(model),
        )
    axis.set_xticks(sorted(each["fold"].unique()))
    axis.set_xlabel("fold, in time order")
    axis.set_ylabel("typical miss as a factor")
    axis.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure


def block_scores(table: pd.DataFrame, whole: float) -> Figure:
    """Draw the Spearman correlation of each block alone, and of all but that block.

    Parameters
    ----------
    table : DataFrame
        Columns block, kind ("alone" or "left out"), spearman, spearman_low, spearman_high.
    whole : float
        The correlation with all blocks.
    """
    blocks = [block for block in BLOCKS if block in set(table["block"])]
    figure, axis = theme.figure(6.8, 0.9 + 0.42 * len(blocks))
    for place, block in enumerate(blocks):
        color = theme.BLOCK_COLORS[block]
        for kind, offset, face in (("alone", -0.13, color), ("left out", 0.13, "none")):
            for row in table[(table["block"] == block) & (table["kind"] == kind)].itertuples():
                at = place + offset
                axis.plot([row.spearman_low, row.spearman_high], [at, at], color=color, lw=1.8)
                label = kind if place == 0 else None
                axis.plot(row.spearman, at, "o", color=color, markerfacecolor=face, label=label)
    axis.axvline(whole, color=theme.INK, linewidth=1, linestyle="--", label="all blocks")
    axis.axvline(0, color=theme.INK, linewidth=1, linestyle=":")
    axis.set_yticks(range(len(blocks)), [block_name(block) for block in blocks])
    axis.invert_yaxis()
    axis.set_xlabel("Spearman correlation with the outcome, within folds")
    axis.grid(axis="y", visible=False)
    axis.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure


def curve(table: pd.DataFrame) -> Figure:
    """Draw the typical miss on the same held-out posts against the number of training posts.

    Parameters
    ----------
    table : DataFrame
        Columns model, m, mae, low, high (log views).
    """
    figure, axis = theme.figure(6.2, 3.0)
    for model, part in table.groupby("model", sort=False):
        color = MODEL_COLORS.get(model, theme.INK)
        low, high = (np.exp(part[name].to_numpy(float)) for name in ("low", "high"))
        axis.fill_between(part["m"], low, high, color=color, alpha=0.18, linewidth=0)
        axis.plot(part["m"], np.exp(part["mae"]), "o-", color=color, label=model_name(model))
    axis.set_xscale("log", base=2)
    axis.set_xticks(sorted(table["m"].unique()), sorted(table["m"].unique()))
    axis.set_xlabel("training posts: the last so many matured ones")
    axis.set_ylabel("typical miss as a factor")
    axis.legend()
    return figure
