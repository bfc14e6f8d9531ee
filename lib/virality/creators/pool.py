"""Forecasts for the posts of several creators, each from the matured past of all of them.

Folds follow the calendar over all creators, with the embargo between training and test posts, so
that nothing sees the future of any creator.  History is a creator's own: momentum, rules and means
never cross from one to another.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from virality.core.protocol import DEFAULT, Protocol
from virality.creators.levels import fit_levels
from virality.evaluation.folds import FoldFits, fold_data
from virality.evaluation.forecast import PriorModel, weigh
from virality.evaluation.predictions import (
    PREDICTION_COLUMNS,
    empty_predictions,
    prediction_rows,
)
from virality.features.build import matured_posts
from virality.features.table import model_table
from virality.models.catalogue import MAIN_LINEAR, MAIN_NONLINEAR, RECENT_RULE, model_name
from virality.models.fitted import FoldData

MODELS = (MAIN_LINEAR, MAIN_NONLINEAR)
#: Rules of a pooled report, and what they are called in sentences.
RULE_NAMES = {
    "grand_mean": "the same for everybody",
    "creator_level": "that mean, pulled towards all creators",
    "creator_mean": "the mean of the creator's own posts",
    RECENT_RULE: "the median of the creator's last ten posts",
}
RULES = tuple(RULE_NAMES)
OWN_RULES = ("creator_mean", RECENT_RULE)  # what a model has to beat
POOLED_COLUMNS = {**PREDICTION_COLUMNS, "author": "string", "n_known": "int64"}


def predict_pooled(
    posts: pd.DataFrame,
    tables: Iterable[pd.DataFrame],
    *,
    models: Iterable[str] = MODELS,
    protocol: Protocol = DEFAULT,
    prior: PriorModel | None = None,
) -> pd.DataFrame:
    """Predict every post of every test fold by models of all creators, and by plain rules.

    Among the models is the forecast (`evaluation.forecast`), which weighs the others, and the
    prior, creator by creator.

    The rules are the grand mean (``grand_mean``), the mean of the creator's own matured posts
    (``creator_mean``), that mean pulled towards the grand one (``creator_level``) and the median of
    her last ten (``rolling_median_10``).  A creator without a matured post gets the grand mean.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts of several creators.
    tables : list of DataFrame
        Feature tables indexed by post_id.
    models : list of str
        From `models.MODELS`.
    protocol : Protocol
    prior : PriorModel, optional
        What was learnt from creators other than the one that it speaks of.

    Returns
    -------
    DataFrame
        Columns as in `POOLED_COLUMNS`; `n_known` counts the creator's own posts that had matured
        when the post went up.  Empty when there are too few posts, or a single creator.
    """
    if posts["author"].nunique() < 2:
        return _empty()
    table = model_table(posts, tables, protocol)
    known = about(posts, protocol).reindex(table.y.index)
    fits = [FoldFits(fold) for fold in fold_data(table, protocol)]
    if not fits:
        return _empty()
    parts = [weigh(posts, table, fits, protocol=protocol, prior=prior).predictions]
    for one in fits:
        rules = rule_forecasts(one.fold, known)
        parts += [prediction_rows(one.fold, name, one[name].y_pred, "all") for name in models]
        parts += [prediction_rows(one.fold, name, rules[name], "none", "rule") for name in RULES]
    return _typed(pd.concat(parts, ignore_index=True).join(known, on="post_id"))


def forecast_name(model: str) -> str:
    """Return the plain name of a model or rule of the pooled report."""
    return RULE_NAMES.get(model) or model_name(model)


def about(posts: pd.DataFrame, protocol: Protocol = DEFAULT) -> pd.DataFrame:
    """Return whose each post is, and how many of her posts were known by then.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts of several creators.
    protocol : Protocol
        Its embargo and target.

    Returns
    -------
    DataFrame
        Index post_id; columns author and n_known.
    """
    index = pd.Index(posts["post_id"].astype("string"), name="post_id")
    n_known = matured_posts(posts, protocol)
    return pd.DataFrame({"author": posts["author"].to_numpy(object), "n_known": n_known}, index)


def rule_forecasts(fold: FoldData, known: pd.DataFrame) -> pd.DataFrame:
    """Return the rules' forecasts for a fold's test posts.

    Parameters
    ----------
    fold : FoldData
        Levels and their spread are those of its training posts.
    known : DataFrame
        From `about`.

    Returns
    -------
    DataFrame
        Index post_id, one column per rule; log scale.
    """
    levels = fit_levels(fold.y_train, known.loc[fold.y_train.index, "author"])
    own = fold.baselines_test
    mean, n = own["baseline__running_mean"], known.loc[own.index, "n_known"]
    return pd.DataFrame(
        {
            "grand_mean": levels.grand,
            "creator_level": levels.shrink(mean, n),
            "creator_mean": mean.fillna(levels.grand),
            "rolling_median_10": own["baseline__rolling_median_10"].fillna(levels.grand),
        },
        index=own.index,
    )


def _empty() -> pd.DataFrame:
    return _typed(empty_predictions().assign(author="", n_known=0))


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    return table[list(POOLED_COLUMNS)].astype(POOLED_COLUMNS)
