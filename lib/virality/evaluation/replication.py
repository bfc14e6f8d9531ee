"""The study's published figures beside ours, where the input is the study's own table."""

from __future__ import annotations

import numpy as np
import pandas as pd

from virality.core.embargo import matured_before
from virality.core.protocol import MIN_POSTS, Protocol
from virality.evaluation import evaluate as ev
from virality.evaluation.headline import headline_predictions
from virality.evaluation.scores import mean_over_folds
from virality.evaluation.validation import Study, folds_table
from virality.features import momentum, study
from virality.features.table import ModelTable
from virality.models.catalogue import (
    BASELINES,
    MAIN_NONLINEAR,
    MODEL_TABLE,
    NONLINEAR,
    RECENT_RULE,
)

MODELS = tuple(name for name, model in MODEL_TABLE.items() if model.study is not None)
EMBARGO_DAYS = 3  # of the baselines, as the study's data were compared before
METRICS = ["r2", "r2_clipped", "rmse", "mae", "smape", "spearman", "top10"]


def replicate(table: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """Scores on the study's three folds: its models as they were, tuned, and the naive rules.

    Everybody gets the study's 19 columns of its metadata rows.  The rules use outcomes only after
    an embargo, which the study's own momentum columns do not.

    Parameters
    ----------
    table : DataFrame
        From `study.read_study_table`, or `study.study_table_from_posts`.
    seed : int
        Of the models that draw at random.

    Returns
    -------
    DataFrame
        One row per preset and model: means over the folds of the columns in `METRICS`.
    """
    data = _model_table(table)
    if len(data.y) < MIN_POSTS:
        return pd.DataFrame(columns=["preset", "model", *METRICS])
    parts = []
    for preset in ("study", "tuned"):
        protocol = Protocol(split="study", preset=preset, reduction="none", seed=seed)
        for fold in ev.fold_data(data, protocol, "metadata+momentum"):
            parts += ev.fold_predictions(fold, MODELS, "metadata+momentum")
            if preset == "tuned":
                parts += ev.fold_predictions(fold, BASELINES, "none")
    predictions = ev.stack_up(parts)
    scores = mean_over_folds(predictions, folds_table(Study(data.times), data.y))
    return scores[["preset", "model", *METRICS]]


def beside_published(path: str, seed: int = 0) -> pd.DataFrame:
    """The study's published metadata rows, the same rebuilt, tuned models and naive rules.

    Parameters
    ----------
    path : str
        The input of the run.
    seed : int
        Of the models that draw at random.

    Returns
    -------
    DataFrame
        Columns source ("published", "rebuilt", "tuned", "naive"), model, and `METRICS` (the study
        printed no clipped R²): means over the study's three folds.  Empty unless the input is the
        study's own table.
    """
    columns = ["source", "model", *METRICS]
    table = study.published_input(path)
    if table is None:
        return pd.DataFrame(columns=columns)
    theirs = study.published().query("features == 'metadata'").assign(source="published")
    ours = replicate(table, seed)
    names = {"study": "rebuilt", "tuned": "tuned", "baseline": "naive"}
    ours = ours.assign(source=ours["preset"].map(names))
    both = pd.concat([theirs, ours], ignore_index=True)
    both = both.reindex(columns=columns)
    order = both["source"].map({"published": 0, "rebuilt": 1, "tuned": 2, "naive": 3})
    return both.iloc[np.lexsort([both["model"], order])].reset_index(drop=True)


def run_beside_published(
    path: str, predictions: pd.DataFrame, folds: pd.DataFrame, split: str = "expanding"
) -> pd.DataFrame:
    """The study's published XGBoost scores beside this run's models and naive rules.

    Parameters
    ----------
    path : str
        The input of the run.
    predictions, folds : DataFrame
        Of the run.
    split : str

    Returns
    -------
    DataFrame
        Columns source ("published", "this run"), model, features, r2, rmse, mae, spearman: means
        over folds.  Empty unless the input is the study's own table.
    """
    columns = ["source", "model", "features", "r2", "rmse", "mae", "spearman"]
    if study.published_input(path) is None:
        return pd.DataFrame(columns=columns)
    theirs = study.published().assign(source="published")
    theirs = theirs[theirs["model"] == MAIN_NONLINEAR]
    theirs["features"] = theirs["features"] + ", PCA " + theirs["pca"]
    ours = mean_over_folds(headline_predictions(predictions, split), folds)
    ours = ours[ours["model"].isin([*NONLINEAR, RECENT_RULE, "train_median"])]
    ours = ours.assign(source="this run", features=ours["blocks"].replace("none", "no features"))
    return pd.concat([theirs, ours], ignore_index=True)[columns]


def _model_table(table: pd.DataFrame) -> ModelTable:
    """The study's columns and outcome, its order, and the rules' columns."""
    X = study.study_features(table)
    y = pd.Series(np.log1p(table["views"].to_numpy(float)), index=X.index, name="log_views")
    times = pd.Series(table["posted_at"].dt.tz_localize("UTC").to_numpy(), index=X.index)
    clock = table["posted_at"].to_numpy("datetime64[us]").astype("int64")
    known = matured_before(clock, EMBARGO_DAYS)
    rules = momentum.rule_columns(y.to_numpy(), known).set_axis(X.index).add_prefix("baseline__")
    return ModelTable(X, y, rules, times)
