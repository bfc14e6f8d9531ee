"""What models, rules and the forecast say about one creator, and how well: for `models.py`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from cells import Maker, Material, without
from sklearn.ensemble import RandomForestRegressor
from threadpoolctl import threadpool_limits

from virality.core.protocol import DEFAULT, Protocol
from virality.evaluation.folds import FoldFits, fold_data
from virality.evaluation.forecast import weigh
from virality.evaluation.ordering import pairwise_skill
from virality.evaluation.predictions import prediction_rows
from virality.evaluation.scores import score_table
from virality.features.table import model_table
from virality.models.catalogue import BASELINES, FORECAST, MODELS
from virality.models.fitted import FoldData
from virality.models.level import OnLevel
from virality.models.trees import RobustBooster

SLOW_RULE = "rolling_median_20"
PLAIN_RULES = ("rolling_median_10", "train_median")  # the better of the two is what bounds
MEASURES = ("mae", "r2_oos", "spearman")


def forest() -> RandomForestRegressor:
    return RandomForestRegressor(200, min_samples_leaf=10, max_features=0.33, random_state=0)


def candidates(fold: FoldData) -> dict[str, np.ndarray]:
    """Predictions of the models that the book does not have."""
    y = fold.y_train.to_numpy()
    near = fold.X_train.join(fold.baselines_train), fold.X_test.join(fold.baselines_test)
    return {
        "forest on the level": OnLevel(forest()).fit(near[0], y).predict(near[1]),
        "xgboost without level": RobustBooster().fit(fold.X_train, y).predict(fold.X_test),
    }


def rules(fold: FoldData) -> dict[str, pd.Series]:
    """Predictions of the plain rules, the slow one among them."""
    fits = FoldFits(fold, "none")
    return {SLOW_RULE: fold.baselines_test[f"baseline__{SLOW_RULE}"]} | {
        name: fits[name].y_pred for name in BASELINES
    }


def predictions(
    material: Material,
    protocol: Protocol = DEFAULT,
    models: Sequence[str] = ("stack",),
    with_candidates: bool = False,
) -> pd.DataFrame:
    """Held-out predictions of the forecast, the rules and some models, each fitted once."""
    table = model_table(*material, protocol)
    with threadpool_limits(1):
        fits = [FoldFits(fold) for fold in fold_data(table, protocol)]
        parts = [weigh(material.posts, table, fits, protocol=protocol).predictions]
        for one in fits:
            said = {name: one[name].y_pred for name in models} | rules(one.fold)
            said |= candidates(one.fold) if with_candidates else {}
            parts += [
                prediction_rows(one.fold, name, pd.Series(y_pred), "all")
                for name, y_pred in said.items()
            ]
    return pd.concat(parts, ignore_index=True)


def judged(told: pd.DataFrame, posts: pd.DataFrame) -> pd.Series:
    """Every measure of every forecaster on one creator, index (measure, model)."""
    scores = score_table(told, n_bootstrap=2).set_index("model")[list(MEASURES)]
    scores["pairs"] = pairwise_skill(told, posts).set_index("model")["share"]
    ordered = pairwise_skill(told[told["model"] == FORECAST], posts, "order")
    scores.loc["order", "pairs"] = ordered["share"].iloc[0]
    return pd.concat({measure: scores[measure] for measure in scores})


def compared(seed: int, make: Maker) -> pd.Series:
    """All models and candidates on one creator."""
    made = make(seed)
    return judged(predictions(made, models=MODELS, with_candidates=True), made.posts)


def bounded(seed: int, make: Maker) -> pd.Series:
    """The forecast and what it must not lose to, on one creator."""
    made = make(seed)
    return judged(predictions(made), made.posts)


def spoken(seed: int, make: Maker) -> pd.Series:
    """The same on an account with captions, and with the similar posts kept from the models."""
    made = make(seed)
    blind = without(made, "similar")
    found = judged(predictions(made, models=MODELS), made.posts)
    plain = judged(predictions(blind, models=MODELS), made.posts)
    return pd.concat([found, plain.rename(lambda model: f"{model}, blind", level=1)])


def shown(values: pd.Series, digits: int = 1) -> str:
    """Mean ± standard error."""
    return f"{values.mean():+.{digits}f} ± {values.sem():.{digits}f}"


def saved(found: pd.DataFrame, new: str, old: str) -> pd.Series:
    """Percent of one's mean absolute error that the other saves, creator by creator."""
    return 100 * (1 - found["mae", new] / found["mae", old])


def better_rule(found: pd.DataFrame) -> str:
    """The plain rule that errs less in a cell."""
    return str(found["mae"][list(PLAIN_RULES)].mean().idxmin())
