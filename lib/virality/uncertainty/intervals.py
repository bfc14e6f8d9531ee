"""How sure is a forecast?  Intervals and viral chances beside every held-out prediction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from virality.core.embargo import matured_before, microseconds
from virality.core.protocol import DEFAULT, Protocol
from virality.evaluation.evaluate import PREDICTION_COLUMNS, make_folds
from virality.evaluation.scores import KEYS
from virality.features.targets import target_values
from virality.uncertainty import conformal, viral

INTERVAL_COLUMNS = {
    **PREDICTION_COLUMNS,
    "lower": "float64",
    "upper": "float64",
    "nominal": "float64",
    "method": "string",
    "saturated": "bool",
    "p_viral": "float64",
    "p_recent": "float64",
    "threshold": "float64",
}


def prediction_intervals(
    predictions: pd.DataFrame,
    posts: pd.DataFrame,
    folds: pd.DataFrame | None = None,
    *,
    protocol: Protocol = DEFAULT,
    methods: Sequence[str] = ("adaptive",),
    sigma: Mapping[int, float] | None = None,
    warm_up: int = conformal.WARM_UP,
) -> pd.DataFrame:
    """Put an interval and a chance to go viral beside every held-out prediction.

    Parameters
    ----------
    predictions : DataFrame
        Long table from `evaluate.cross_validate`; every split, preset, selection of blocks and
        model is a series of its own.
    posts : DataFrame
        Tidy posts table: when each post went up, and the outcomes that the recent rate looks at.
    folds : DataFrame, optional
        From the same run; `train_p90` is the line between normal and viral.  Those of the protocol
        when none are given.
    protocol : Protocol
        Its coverage, embargo and target.
    methods : list of str
        From `conformal.METHODS`.  "sigma" needs `sigma`.
    sigma : mapping of int to float, optional
        In-sample standard deviation of the errors, by fold.
    warm_up : int
        Matured errors needed before the first interval.

    Returns
    -------
    DataFrame
        Columns as in `INTERVAL_COLUMNS`, one row per prediction and method, in time order within
        series and method.  `lower` and `upper` are missing during the warm-up.

    Examples
    --------
    >>> from virality.demo.posts import simulate_creator
    >>> from virality.evaluation.evaluate import cross_validate
    >>> posts = simulate_creator(n_posts=80)
    >>> predictions = cross_validate(posts, models=["ridge"], baselines=False)
    >>> intervals = prediction_intervals(predictions, posts)
    >>> intervals[["lower", "y_pred", "upper", "p_viral"]].shape
    (48, 4)
    """
    if predictions.empty:
        return empty_intervals()
    folds = make_folds(posts, protocol) if folds is None else folds
    coverage = protocol.coverage
    clock = _Clock(posts, protocol)
    lines = folds.drop_duplicates(["split", "fold"]).set_index(["split", "fold"])["train_p90"]
    parts = []
    for _, series in predictions.groupby(KEYS, sort=False, dropna=False):
        own = clock.sort(series)
        known = matured_before(clock.times(own), protocol.embargo_days)
        own = own.assign(
            nominal=coverage,
            threshold=lines.reindex(list(zip(own["split"], own["fold"], strict=True))).to_numpy(),
        )
        own = _chances(own, known, clock)
        parts += [
            _with_interval(own, known, method, coverage, sigma, warm_up)
            if method != "training"
            else _with_quantiles(own, known, clock.learnt(folds), coverage, warm_up)
            for method in methods
        ]
    table = pd.concat(parts, ignore_index=True)
    return table[list(INTERVAL_COLUMNS)].astype(INTERVAL_COLUMNS)


def add_uncertainty(
    predictions: pd.DataFrame,
    posts: pd.DataFrame,
    folds: pd.DataFrame | None = None,
    *,
    protocol: Protocol = DEFAULT,
) -> pd.DataFrame:
    """Return the predictions, in their order, with `lower`, `upper` and `p_viral` beside them.

    Parameters
    ----------
    predictions, posts, folds, protocol
        As for `prediction_intervals`.
    """
    found = prediction_intervals(predictions, posts, folds, protocol=protocol)
    keys = ["post_id", "fold", *KEYS]
    extra = found.set_index(keys)[["lower", "upper", "p_viral"]]
    extra = extra[~extra.index.duplicated()]
    return predictions.join(extra, on=keys)


def empty_intervals() -> pd.DataFrame:
    """The `intervals` artefact without a row."""
    return pd.DataFrame(columns=list(INTERVAL_COLUMNS)).astype(INTERVAL_COLUMNS)


class _Clock:
    """Posting times and outcomes of all posts."""

    def __init__(self, posts: pd.DataFrame, protocol: Protocol):
        times = microseconds(posts["posted_at"])
        self.posted = pd.Series(times, index=posts["post_id"].astype("string"))
        y = target_values(posts, protocol.target)
        order = np.argsort(self.posted.to_numpy(), kind="stable")
        present = y.notna().to_numpy()[order]
        self.all_times = self.posted.to_numpy()[order][present]
        self.all_outcomes = y.to_numpy()[order][present]
        self.embargo_days = protocol.embargo_days

    def sort(self, series: pd.DataFrame) -> pd.DataFrame:
        order = np.argsort(self.times(series), kind="stable")
        return series.iloc[order].reset_index(drop=True)

    def times(self, series: pd.DataFrame) -> np.ndarray:
        return self.posted.reindex(series["post_id"]).to_numpy()

    def learnt(self, folds: pd.DataFrame) -> dict[tuple[str, int], np.ndarray]:
        """Outcomes of the training posts of each split and fold."""
        start, end = (microseconds(folds[f"train_{name}"]) for name in ("start", "end"))
        keys = zip(folds["split"], folds["fold"], strict=True)
        return {
            key: self.all_outcomes[(self.all_times >= first) & (self.all_times <= last)]
            for key, first, last in zip(keys, start, end, strict=True)
        }

    def matured(self, series: pd.DataFrame) -> np.ndarray:
        """How many of all posts had matured when each of these went up."""
        return matured_before(self.all_times, self.embargo_days, self.times(series))


def _chances(own: pd.DataFrame, known: np.ndarray, clock: _Clock) -> pd.DataFrame:
    y, y_pred, line = (own[name].to_numpy(float) for name in ("y_true", "y_pred", "threshold"))
    return own.assign(
        p_viral=viral.viral_probability(y, y_pred, known, line),
        p_recent=viral.recent_rate(clock.all_outcomes, clock.matured(own), line),
    )


def _with_interval(own, known, method, coverage, sigma, warm_up) -> pd.DataFrame:
    errors = (own["y_true"] - own["y_pred"]).to_numpy(float)
    issue: dict[str, Callable] = {"adaptive": conformal.adaptive, "rolling": conformal.rolling}
    widths = issue.get(method, conformal.frozen)(errors, known, coverage, warm_up=warm_up)
    width, saturated = widths.width, widths.saturated
    if method == "sigma":  # on the same posts, so that the methods can be compared
        believed = conformal.normal_width(own["fold"].map(sigma or {}).to_numpy(float), coverage)
        width = np.where(np.isfinite(width), believed, np.nan)
        saturated = np.zeros(len(own), dtype=bool)
    middle = own["y_pred"].to_numpy(float)
    return own.assign(
        method=method, lower=middle - width, upper=middle + width, saturated=saturated
    )


def _with_quantiles(own, known, learnt, coverage, warm_up) -> pd.DataFrame:
    """The middle of the training posts' outcomes, whatever the forecast says: needs no model."""
    tails = (1 - coverage) / 2, (1 + coverage) / 2
    ends = {fold: np.quantile(y, tails) for fold, y in learnt.items() if len(y)}
    found = [ends.get(key, (np.nan, np.nan)) for key in zip(own["split"], own["fold"], strict=True)]
    lower, upper = np.where(np.asarray(known)[:, None] >= warm_up, found, np.nan).T
    return own.assign(method="training", lower=lower, upper=upper, saturated=False)
