"""Figures and tables of the linear models and baselines: folds, seasons, evidence."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from virality.core.text import decimals, p_value
from virality.features.blocks import block_name
from virality.figures import marks, theme
from virality.models.catalogue import LINEAR, MODEL_COLORS, MODEL_MARKERS, model_name


def fold_by_fold(miss: pd.DataFrame) -> Figure:
    """Draw the mean miss of each model in each fold.

    Parameters
    ----------
    miss : DataFrame, index fold, columns models
        As a factor.
    """
    figure, axis = theme.figure(6.6, 3.2)
    for model in miss:
        axis.plot(miss.index, miss[model], "-" if model in LINEAR else "--",
                  color=MODEL_COLORS.get(model, theme.INK),
                  marker=MODEL_MARKERS.get(model, "o"))  # fmt: skip
    ends = [(miss[model].iloc[-1], model_name(model), MODEL_COLORS.get(model, theme.INK))
            for model in miss]  # fmt: skip
    marks.name_ends(axis, ends)
    axis.set_xticks(miss.index)
    axis.set_xlabel("fold, in time order")
    axis.set_ylabel("mean miss as a factor")
    return figure


def curve(table: pd.DataFrame) -> Figure:
    """Draw the mean miss on the same held-out posts against the number of training posts.

    Parameters
    ----------
    table : DataFrame
        Columns model, m, mae, low, high (log views).
    """
    figure, axis = theme.figure(6.2, 3.0)
    ends = []
    for model, part in table.groupby("model", sort=False):
        color = MODEL_COLORS.get(model, theme.INK)
        low, high = (np.exp(part[name].to_numpy(float)) for name in ("low", "high"))
        marks.band(axis, part["m"], low, high, color)
        middle, marker = np.exp(part["mae"]), MODEL_MARKERS.get(model, "o")
        axis.plot(part["m"], middle, "-", color=color, marker=marker)
        ends.append((middle.iloc[-1], model_name(model), color))
    marks.name_ends(axis, ends)
    axis.set_xscale("log", base=2)
    axis.set_xticks(sorted(table["m"].unique()), sorted(table["m"].unique()))
    axis.set_xlabel("training posts: the last so many matured ones")
    axis.set_ylabel("mean miss as a factor")
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
            "rank correlation": rows["statistic"].round(2),
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
