"""Figures and tables of the linear models and baselines: folds, scores, blocks, evidence."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from virality.core.text import decimals, p_value
from virality.features.blocks import BLOCKS, block_name
from virality.figures import theme
from virality.figures.scores import dot, forest
from virality.findings.scores import Estimate
from virality.models.catalogue import LINEAR, MODEL_COLORS, model_name

_PARTS = {"train": "training posts", "test": "held-out posts"}


def folds(table: pd.DataFrame) -> Figure:
    """Draw each fold's training posts, gap and test posts on the calendar.

    Parameters
    ----------
    table : DataFrame
        Columns fold, train_start, train_end, test_start, test_end.
    """
    figure, axis = theme.figure(7.0, 0.9 + 0.32 * len(table))
    for part, block in (("train", "metadata"), ("test", "momentum")):
        axis.hlines(table["fold"], table[f"{part}_start"], table[f"{part}_end"], linewidth=8,
                    color=theme.BLOCK_COLORS[block], label=_PARTS[part])  # fmt: skip
    axis.set_yticks(table["fold"])
    axis.set_ylabel("fold")
    axis.invert_yaxis()
    axis.grid(axis="y", visible=False)
    axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=2)
    return figure


def shuffled(shuffled: pd.DataFrame, ordered: pd.DataFrame) -> Figure:
    """Draw R² on shuffled folds and in time order, model by model.

    Parameters
    ----------
    shuffled, ordered : DataFrame
        Score tables with model, r2_oos, r2_oos_low, r2_oos_high.

    Returns
    -------
    Figure
    """
    models = list(shuffled["model"])
    label = "R² (0: no better than the mean of the training posts)"
    figure, axis = forest([model_name(model) for model in models], 6.6, 0.5, label)
    for offset, table, words in (
        (-0.14, shuffled, "shuffled folds"),
        (0.14, ordered, "folds in time order"),
    ):
        for row in table[table["model"].isin(models)].itertuples():
            place, color = models.index(row.model), MODEL_COLORS.get(row.model, theme.INK)
            dot(axis, place + offset, Estimate.of(row, "r2_oos"), color,
                markerfacecolor="none" if offset < 0 else color,
                label=words if place == 0 else None)  # fmt: skip
    axis.axvline(0, color=theme.INK, linewidth=1, linestyle=":")
    axis.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure


def fold_by_fold(miss: pd.DataFrame) -> Figure:
    """Draw the mean miss of each model in each fold.

    Parameters
    ----------
    miss : DataFrame, index fold, columns models
        As a factor.
    """
    figure, axis = theme.figure(6.6, 3.2)
    for model in miss:
        axis.plot(miss.index, miss[model], "o-" if model in LINEAR else "o--",
                  color=MODEL_COLORS.get(model, theme.INK), label=model_name(model))  # fmt: skip
    axis.set_xticks(miss.index)
    axis.set_xlabel("fold, in time order")
    axis.set_ylabel("mean miss as a factor")
    axis.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure


def block_scores(alone: pd.DataFrame, without: pd.DataFrame, whole: float) -> Figure:
    """Draw the Spearman correlation of each block alone, and of all but that block.

    Parameters
    ----------
    alone, without : DataFrame, index block
        With the columns spearman, spearman_low and spearman_high.
    whole : float
        The correlation with all blocks.

    Returns
    -------
    Figure
    """
    blocks = [block for block in BLOCKS if block in {*alone.index, *without.index}]
    label = "Spearman correlation with the outcome, within folds"
    figure, axis = forest([block_name(block) for block in blocks], 6.8, 0.42, label)
    for offset, table, words in ((-0.13, alone, "alone"), (0.13, without, "left out")):
        for row in table.itertuples():
            place, color = blocks.index(row.Index), theme.BLOCK_COLORS[row.Index]
            dot(axis, place + offset, Estimate.of(row, "spearman"), color,
                markerfacecolor=color if offset < 0 else "none",
                label=words if place == 0 else None)  # fmt: skip
    axis.axvline(whole, color=theme.INK, linewidth=1, linestyle="--", label="all blocks")
    axis.axvline(0, color=theme.INK, linewidth=1, linestyle=":")
    axis.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure


def curve(table: pd.DataFrame) -> Figure:
    """Draw the mean miss on the same held-out posts against the number of training posts.

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
    axis.set_ylabel("mean miss as a factor")
    axis.legend()
    return figure


# ------------------------------------------------------------------------------------ tables


def folds_table(folds: pd.DataFrame) -> pd.DataFrame:
    """Return the folds for reading."""
    day = "%Y\u2011%m\u2011%d"  # hyphens that do not break the line
    return pd.DataFrame(
        {
            "fold": folds["fold"],
            "training posts": folds["n_train"],
            "from": folds["train_start"].dt.strftime(day),
            "to": folds["train_end"].dt.strftime(day),
            "gap (days)": [f"{gap:.1f}" for gap in folds["gap_days"]],
            "held-out posts": folds["n_test"],
            "from ": folds["test_start"].dt.strftime(day),
            "to ": folds["test_end"].dt.strftime(day),
        }
    )


def content_table(evidence: pd.DataFrame) -> pd.DataFrame:
    """Return the content tests for reading."""
    rows = evidence[evidence["kind"].isin(["content_any", "content"])]
    together = rows["kind"] == "content_any"
    return pd.DataFrame(
        {
            "content": rows["block"].map(block_name).mask(together, "all blocks together"),
            "Spearman": rows["statistic"].round(2),
            "p": rows["p"].map(p_value),
            "p corrected": rows["p_adjusted"].map(p_value).mask(together, "–"),
            "shifts": rows["n_shifts"],
        }
    )


def replication_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return published and rebuilt scores for reading."""
    words = {"published": "published", "rebuilt": "rebuilt here", "tuned": "tuned", "naive": "rule"}
    shown = pd.DataFrame(
        {"whose": table["source"].map(words), "model": table["model"].map(model_name)}
    )
    names = {"r2": "R²", "r2_clipped": "clipped R²", "rmse": "RMSE", "mae": "MAE",
             "smape": "sMAPE", "spearman": "Spearman",
             "top10": "best of a fold, found"}  # fmt: skip
    for column, name in names.items():
        shown[name] = [decimals(value, 4 if column == "r2" else 3) for value in table[column]]
    return shown
