"""One creator examined: out-of-fold forecasts, and all that is derived from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from virality.core.embargo import matured_before
from virality.core.errors import UserError
from virality.core.protocol import Protocol
from virality.creators.evaluate.settings import Settings
from virality.creators.evaluate.tables import FAILED, MODELLED, TABLES, TOO_FEW, Tables, empty
from virality.evaluation.evaluate import cross_validate, make_folds
from virality.evaluation.scores import KEYS, score_table
from virality.evidence.claims import content_test
from virality.features.build import build_features
from virality.features.momentum import posts_clock
from virality.features.table import model_table
from virality.features.targets import target_values
from virality.media.encoders.base import Recipe
from virality.media.texts import text_vectors
from virality.models.catalogue import RECENT_RULE
from virality.posts.platforms import histories
from virality.posts.tidy import completed, one_row_a_post
from virality.uncertainty import conformal
from virality.uncertainty.intervals import prediction_intervals

#: A second plain rule to beat, with a longer memory than the book's.
LONGER_RULE, LONGER_POSTS = "rolling_median_20", 20


@dataclass(frozen=True)
class Work:
    """What every worker needs to know, once.

    Parameters
    ----------
    settings : Settings
    recipe : Recipe or None
        Of the encoder of captions.
    """

    settings: Settings
    recipe: Recipe | None = None


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
        out |= _modelled(tidy, work)
        row |= _counted(tidy, out["predictions"], work.settings.protocol)
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


def _counted(posts: pd.DataFrame, predictions: pd.DataFrame, protocol: Protocol) -> dict:
    return {
        "n_used": len(model_table(posts, (), protocol).y),
        "n_tested": predictions["post_id"].nunique(),
        "status": MODELLED if len(predictions) else TOO_FEW,
    }


def _modelled(posts: pd.DataFrame, work: Work) -> Tables:
    settings, protocol = work.settings, work.settings.protocol
    features = [
        build_features(posts, protocol.embargo_days, settings.timezone),
        text_vectors(posts, work.recipe),
    ]
    predictions = cross_validate(posts, features, settings.models, protocol=protocol)
    if predictions.empty:
        return {}
    folds = make_folds(posts, protocol)
    predictions = pd.concat([predictions, _longer_rule(predictions, posts, protocol)])
    predictions = predictions.merge(
        posts[["post_id", "posted_at"]], on="post_id", how="left", validate="many_to_one"
    )
    intervals = prediction_intervals(predictions, posts, folds, protocol=protocol)
    return {
        "predictions": _with_intervals(predictions, intervals),
        "scores": score_table(predictions, folds, settings.n_bootstrap, seed=protocol.seed),
        "coverage": conformal.coverage(intervals, "model"),
        "evidence": _evidence(posts, features, settings),
    }


def _longer_rule(
    predictions: pd.DataFrame, posts: pd.DataFrame, protocol: Protocol
) -> pd.DataFrame:
    """The median of the account's last twenty matured posts, on the posts that were held out."""
    parts = [_last_twenty(own, protocol) for _, own in posts.groupby(histories(posts), sort=False)]
    said = pd.concat(parts)
    rows = predictions[predictions["model"] == RECENT_RULE]
    own = said.reindex(rows["post_id"]).to_numpy()
    # Where nothing of the account had matured, the book's rule says what all rules would.
    return rows.assign(model=LONGER_RULE, y_pred=np.where(np.isnan(own), rows["y_pred"], own))


def _last_twenty(posts: pd.DataFrame, protocol: Protocol) -> pd.Series:
    outcome = target_values(posts, protocol.target)
    times, present = posts_clock(posts), outcome.notna().to_numpy()
    known = outcome[present].rolling(LONGER_POSTS, min_periods=1).median().to_numpy()
    matured = matured_before(times[present], protocol.embargo_days, times)
    return pd.Series(np.concatenate([[np.nan], known])[matured], index=outcome.index)


def _with_intervals(predictions: pd.DataFrame, intervals: pd.DataFrame) -> pd.DataFrame:
    keys = ["post_id", "fold", *KEYS]
    extra = intervals.set_index(keys)[["lower", "upper", "p_viral"]]
    return predictions.join(extra[~extra.index.duplicated()], on=keys)


def _evidence(posts: pd.DataFrame, features: list, settings: Settings) -> pd.DataFrame:
    if not settings.n_shifts:
        return empty("evidence")
    return content_test(posts, features, protocol=settings.protocol, n_shifts=settings.n_shifts)
