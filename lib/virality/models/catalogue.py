"""The one table of models: adding a model, or a baseline, is one entry here and a test.

An entry says what a model is called, how it is drawn and how it is built; the chapters run what the
table holds.  What the study did not have is here because it saves error: see
`benchmarks/models.py`, which also measures what is therefore not here (a random forest).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import partial

from sklearn.base import BaseEstimator, clone
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import ElasticNet, Ridge

from virality.core.bounds import shown
from virality.core.errors import UserError
from virality.models.level import OnLevel, PassThrough
from virality.models.linear import BlockRidge, InnerElasticNet, InnerRidge
from virality.models.trees import STUDY_BOOSTER, RobustBooster


class Kind(Enum):
    """What a model is to the book: which chapter runs it."""

    LINEAR = "linear"
    NONLINEAR = "nonlinear"
    STACK = "stack"
    BASELINE = "baseline"
    FORECAST = "forecast"


@dataclass(frozen=True)
class Model:
    """One way to forecast.

    Parameters
    ----------
    name : str
        In tables and parameters.
    words : str
        In sentences.
    color : str
        In figures: told apart by eyes that see no red or no green; at least 3:1 on the light page.
    marker : str
        Of its points in figures, because colour is never alone; as matplotlib calls it.
    kind : Kind
    tuned : estimator, optional
        For about a hundred posts, unfitted; a stack has none of its own.
    study : estimator, optional
        The study's; where the study had none, the tuned one serves.
    on_level : bool
        Tuned, it models what a post adds to the account's level.
    members : tuple of str
        Of a stack: the models and baselines whose forecasts it averages.
    in_book : bool
        The chapters run it, and intervals are corrected for it.
    """

    name: str
    words: str
    color: str
    marker: str
    kind: Kind
    tuned: BaseEstimator | None = None
    study: BaseEstimator | None = None
    on_level: bool = False
    members: tuple[str, ...] = ()
    in_book: bool = True


def _rule(name: str, words: str, color: str, marker: str) -> Model:
    """A baseline that hands a rule of `features.momentum.RULES` through."""
    return Model(name, words, color, marker, Kind.BASELINE, PassThrough(f"baseline__{name}"))


_MEAN, _MEDIAN = DummyRegressor(strategy="mean"), DummyRegressor(strategy="median")
_LINEAR = partial(Model, kind=Kind.LINEAR, on_level=True)
_NET = ElasticNet(alpha=0.01, l1_ratio=0.2)
_BLOCKS, _TREES = BlockRidge(), RobustBooster()
_STACKED = ("ridge", "block_ridge", "xgboost", "ewm")

_TABLE = (
    Model("train_mean", "mean of the training posts", "#878787", "<", Kind.BASELINE, _MEAN),
    Model("train_median", "median of the training posts", "#5a5a5a", ">", Kind.BASELINE, _MEDIAN),
    _rule("last_post", "same as the last post", "#8f7a5c", "v"),
    _rule("rolling_median_10", "median of the last ten posts", "#5f7387", "X"),
    _rule("ewm", "weighted mean of recent posts", "#80698a", "h"),
    _LINEAR("ridge", "Ridge", "#5389c9", "o", tuned=InnerRidge(), study=Ridge(alpha=10.0)),
    _LINEAR("elastic_net", "Elastic Net", "#349156", "s", tuned=InnerElasticNet(), study=_NET),
    _LINEAR("block_ridge", "Ridge with one penalty per block", "#0f8989", "D", tuned=_BLOCKS),
    Model("xgboost", "XGBoost", "#ae5300", "^", Kind.NONLINEAR, _TREES, STUDY_BOOSTER, True),
    # Equal weights: with about a hundred posts, weights that are learnt lose more than they win.
    Model("stack", "stack", "#7453a9", "P", Kind.STACK, members=_STACKED),
    # Compared by itself, not as the best of several.
    Model("forecast", "forecast", "#bc5981", "*", Kind.FORECAST, in_book=False),
)

#: Every model and baseline by name.
MODEL_TABLE: dict[str, Model] = {model.name: model for model in _TABLE}


def models_of(*kinds: Kind) -> tuple[str, ...]:
    """Return the names of the book's models of some kinds, in the order of the table."""
    return tuple(each.name for each in _TABLE if each.kind in kinds and each.in_book)


#: The forecast that the book stands for: not one model, see `evaluation.forecast`.
FORECAST = "forecast"
LINEAR = models_of(Kind.LINEAR)
NONLINEAR = models_of(Kind.NONLINEAR, Kind.STACK)
MODELS = (*LINEAR, *NONLINEAR)
BASELINES = models_of(Kind.BASELINE)

MODEL_MARKERS = {name: model.marker for name, model in MODEL_TABLE.items()}
MODEL_COLORS = {name: model.color for name, model in MODEL_TABLE.items()}

#: The linear model that learning curves and new creators are forecast by.
MAIN_LINEAR = "block_ridge"
#: The nonlinear model that is examined, explained and given intervals.
MAIN_NONLINEAR = "xgboost"
#: The rules that a model has to beat: recent history, and the long run.  Both are medians, because
#: the book's loss is the absolute error.
RECENT_RULE, LONG_RUN_RULE = "rolling_median_10", "train_median"
#: What R² is measured against: the best constant for squared errors.
MEAN_RULE = "train_mean"


def apart(models: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the models that forecast fold by fold, and those that weigh what others say.

    Parameters
    ----------
    models : iterable of str
    """
    names = list(models)
    weighed = [name for name in names if find_model(name).kind is Kind.FORECAST]
    return [name for name in names if name not in weighed], weighed


def find_model(name: str) -> Model:
    """Return the entry of a model or baseline.

    Raises
    ------
    UserError
        For a name that is not in the table.
    """
    if name not in MODEL_TABLE:
        raise UserError(
            f"There is no model called {shown(name)}.", do=f"Choose from: {', '.join(MODELS)}."
        )
    return MODEL_TABLE[name]


def make_model(name: str, preset: str = "tuned", seed: int = 0) -> BaseEstimator:
    """Return the estimator of a model or baseline, unfitted, in scikit-learn's manner.

    Parameters
    ----------
    name : str
        From `MODELS` or `BASELINES`.
    preset : {"tuned", "study"}
        For about a hundred posts, or the study's where it had one.
    seed : int
        Of what draws at random.

    Returns
    -------
    estimator
        Wants rows in time order; on the account's level, where the columns of the naive rules
        (`baseline__*`) are among them.

    Raises
    ------
    UserError
        For a name that is not in the table, and for a stack, which only averages forecasts.

    Examples
    --------
    >>> make_model("ridge", preset="study")
    Ridge(alpha=10.0)
    """
    model = find_model(name)
    if preset == "study" and model.study is not None:
        return clone(model.study)
    if model.tuned is None:
        whose = ", ".join(model.members) or "many experts"
        raise UserError(
            f"“{name}” averages the forecasts of {whose}.",
            do="Use cross_validate, which makes all of them.",
        )
    estimator = clone(model.tuned)
    if "seed" in estimator.get_params():
        estimator.set_params(seed=seed)
    return OnLevel(estimator) if model.on_level else estimator


def model_name(model: str) -> str:
    """Return the plain name of a model or baseline."""
    return MODEL_TABLE[model].words if model in MODEL_TABLE else model.replace("_", " ")


def is_baseline(model: str) -> bool:
    """Whether a name is that of a baseline."""
    return model in MODEL_TABLE and MODEL_TABLE[model].kind is Kind.BASELINE


def wants_level(model: str, preset: str, blocks: Iterable[str]) -> bool:
    """Whether a model starts from the account's level when it may see these blocks.

    Only where momentum is among them: a block alone is alone, and what similar posts earned is
    counted from the level, which it does not tell.

    Parameters
    ----------
    model : str
        From `MODELS`.
    preset : {"tuned", "study"}
    blocks : iterable of str
        Those that it may see.
    """
    return preset == "tuned" and find_model(model).on_level and "momentum" in blocks
