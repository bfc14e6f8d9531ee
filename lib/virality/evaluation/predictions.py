"""The long table of held-out predictions: its columns, an empty one, and its order."""

from __future__ import annotations

import pandas as pd

from virality.models.fitted import FoldData

PREDICTION_COLUMNS = {
    "post_id": "string",
    "split": "string",
    "fold": "int64",
    "model": "string",
    "blocks": "string",
    "preset": "string",
    "y_true": "float64",
    "y_pred": "float64",
}


def empty_predictions() -> pd.DataFrame:
    """A prediction table of the right columns and no rows."""
    return pd.DataFrame({k: pd.Series(dtype=v) for k, v in PREDICTION_COLUMNS.items()})


def prediction_rows(
    fold: FoldData, model: str, y_pred: pd.Series, blocks: str, preset: str = ""
) -> pd.DataFrame:
    """The rows of one model on one fold's test posts.

    Parameters
    ----------
    fold : FoldData
    model : str
    y_pred : Series
        Forecasts of its test posts, in their order.
    blocks : str
        The selection that the model saw.
    preset : str
        That of the fold's protocol by default.
    """
    return pd.DataFrame(
        {
            "post_id": fold.y_test.index,
            "split": fold.protocol.split,
            "fold": fold.fold,
            "model": model,
            "blocks": blocks,
            "preset": preset or fold.protocol.preset,
            "y_true": fold.y_test.to_numpy(),
            "y_pred": y_pred.to_numpy(),
        }
    ).astype(PREDICTION_COLUMNS)


def stack_up(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """One table in a fixed order; rows of a fold stay in time order."""
    if not parts:
        return empty_predictions()
    table = pd.concat(parts, ignore_index=True)[list(PREDICTION_COLUMNS)].astype(PREDICTION_COLUMNS)
    return table.sort_values(["blocks", "model", "fold"], kind="stable", ignore_index=True)
