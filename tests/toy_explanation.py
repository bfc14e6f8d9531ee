"""A small creator whose media are numbers: posts, features, embeddings, boosters, in seconds."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from virality.core.protocol import Protocol
from virality.demo.model import REGIMES
from virality.demo.posts import simulate_creator
from virality.evaluation import evaluate
from virality.features import build as features
from virality.features.table import model_table
from virality.models.boosters import StoredFold, stored_fold


@dataclass
class Creator:
    posts: pd.DataFrame
    told: pd.DataFrame
    features: pd.DataFrame
    ledger: pd.DataFrame
    embeddings: pd.DataFrame


def creator(n_posts=120, seed=0, effects=None, media=True, separation=1.0) -> Creator:
    """Return a creator whose picture, sound and energy differ by content regime."""
    posts, truth = simulate_creator(n_posts, seed, effects, return_truth=True)
    told = truth.posts
    rng = np.random.default_rng(seed)
    kind = told["regime"].map({name: i for i, name in enumerate(REGIMES)}).to_numpy()
    table = features.build_features(posts)
    parts = {"caption_text": rng.normal(size=(n_posts, 12))}
    if media:
        for block, width in (("vision", 24), ("audio", 16)):
            centres = separation * rng.normal(size=(len(REGIMES), width)) * 1.5
            parts[block] = centres[kind] + rng.normal(size=(n_posts, width))
    columns = {
        f"{block}__{i:03d}": values[:, i]
        for block, values in parts.items()
        for i in range(values.shape[1])
    }
    if media:
        loud = told["early_energy"].to_numpy()
        columns["energy__rms_level"] = loud + 0.1 * rng.normal(size=n_posts)
        columns["energy__brightness"] = separation * (kind == 1) + 0.2 * rng.normal(size=n_posts)
    embeddings = pd.DataFrame(columns, index=table.index)
    return Creator(posts, told, table, features.ledger(), embeddings)


def fit(
    own: Creator, n_folds=4, refits=False
) -> tuple[list[StoredFold], pd.DataFrame, pd.DataFrame]:
    """Return (stored folds, predictions of XGBoost and the baselines, table of folds)."""
    protocol = Protocol(n_folds=n_folds)
    predictions = evaluate.cross_validate(
        own.posts,
        [own.features, own.embeddings],
        ["xgboost"],
        protocol=protocol,
        blocks="every" if refits else "all",
    )
    folds = evaluate.make_folds(own.posts, protocol)
    table = model_table(own.posts, [own.features, own.embeddings])
    fitted = [evaluate.fit_fold(f, "xgboost") for f in evaluate.fold_data(table, protocol)]
    return (
        [stored_fold(one) for one in fitted],
        predictions,
        folds,
    )


def explained(predictions: pd.DataFrame) -> pd.DataFrame:
    return predictions[(predictions["model"] == "xgboost") & (predictions["blocks"] == "all")]


def times(own: Creator) -> pd.Series:
    return own.posts.set_index("post_id")["posted_at"]
