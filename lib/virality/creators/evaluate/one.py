"""One creator examined: out-of-fold forecasts, and all that is derived from them."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from virality.core.errors import UserError
from virality.creators.evaluate.predict import predict
from virality.creators.evaluate.settings import Settings
from virality.creators.evaluate.tables import FAILED, MODELLED, TABLES, TOO_FEW, Tables, empty
from virality.evaluation.forecast import PriorModel
from virality.evaluation.ordering import FORECAST, ORDER, pairwise_skill
from virality.evaluation.scores import KEYS, score_table
from virality.evaluation.validation import folds_table, make_splitter
from virality.evidence.claims import content_evidence
from virality.evidence.level_free import content_series
from virality.features.build import build_features
from virality.features.table import ModelTable, model_table
from virality.media.encoders.base import Recipe
from virality.media.texts import text_vectors
from virality.posts.tidy import completed, one_row_a_post
from virality.uncertainty import conformal
from virality.uncertainty.intervals import prediction_intervals


@dataclass(frozen=True)
class Work:
    """What every worker needs to know, once.

    Parameters
    ----------
    settings : Settings
    recipe : Recipe or None
        Of the encoder of captions; None where they are not read.
    prior : PriorModel or None
        What was learnt from other creators.
    """

    settings: Settings
    recipe: Recipe | None = None
    prior: PriorModel | None = None


def examine(posts: pd.DataFrame, work: Work) -> Tables:
    """Examine one creator; what goes wrong is told in her row and raises nothing.

    Parameters
    ----------
    posts : DataFrame
        Her posts in tidy columns; a post may stand in several rows.
    work : Work

    Returns
    -------
    dict of str to DataFrame
        By the names of `tables.TABLES`.
    """
    out = {name: empty(name) for name in TABLES}
    row = {"n_posts": len(posts), "n_used": 0, "n_tested": 0, "status": FAILED, "problem": ""}
    try:
        tidy = one_row_a_post(completed(posts, ""), work.settings.protocol.embargo_days)
        row |= _described(tidy)
        table = _table(tidy, work)
        out |= _modelled(tidy, table, work)
        tested = out["predictions"]["post_id"].nunique()
        row |= {"n_used": len(table.y), "n_tested": tested,
                "status": MODELLED if tested else TOO_FEW}  # fmt: skip
    except UserError as error:
        row["problem"] = str(error)
    except Exception as error:  # a fault at one creator must not cost the others
        row["problem"] = f"{type(error).__name__}: {error}".splitlines()[0][:200]
    return out | {"creators": pd.DataFrame([row])}


def _described(posts: pd.DataFrame) -> dict:
    return {
        "n_posts": len(posts),
        "first": posts["posted_at"].min(),
        "last": posts["posted_at"].max(),
        "median_views": float(posts["views"].median()),
    }


def _table(posts: pd.DataFrame, work: Work) -> ModelTable:
    protocol = work.settings.protocol
    features = build_features(posts, protocol.embargo_days, work.settings.timezone)
    return model_table(posts, [features, text_vectors(posts, work.recipe)], protocol)


def _modelled(posts: pd.DataFrame, table: ModelTable, work: Work) -> Tables:
    settings, protocol = work.settings, work.settings.protocol
    predictions = predict(posts, table, settings.models, protocol, work.prior)
    if predictions.empty:
        return {}
    predictions = predictions.merge(
        posts[["post_id", "posted_at"]], on="post_id", how="left", validate="many_to_one"
    )
    folds = folds_table(make_splitter(table.times, protocol), table.y)
    intervals = prediction_intervals(predictions, posts, folds, protocol=protocol)
    pairs = [pairwise_skill(predictions, posts, column) for column in (FORECAST, ORDER)]
    return {
        "predictions": _with_intervals(predictions, intervals),
        "scores": score_table(predictions, folds, settings.n_bootstrap, seed=protocol.seed),
        "pairs": pd.concat([one for one in pairs if len(one)]),
        "coverage": conformal.coverage(intervals, "model"),
        "evidence": _evidence(table, settings),
    }


def _with_intervals(predictions: pd.DataFrame, intervals: pd.DataFrame) -> pd.DataFrame:
    keys = ["post_id", "fold", *KEYS]
    extra = intervals.set_index(keys)[["lower", "upper", "p_viral"]]
    return predictions.join(extra[~extra.index.duplicated()], on=keys)


def _evidence(table: ModelTable, settings: Settings) -> pd.DataFrame:
    if not settings.n_shifts:
        return empty("evidence")
    protocol = settings.protocol
    return content_evidence(content_series(table, protocol), settings.n_shifts, protocol.seed)
