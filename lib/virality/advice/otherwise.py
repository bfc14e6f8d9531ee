"""For one post: what the forecast would be, had it had another hour, length or caption form.

The boosted trees of the book are fitted fold by fold, as in the chapters that score and explain
them, and then only asked: once about the post as it is, and once about the same post with one
choice changed.  Nothing is fitted anew, and no value is asked about that the creator has not tried.
Every fold's trees know another stretch of the past; how far they disagree is part of the answer.
It is what a model says, and no word about the world.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from virality.core.protocol import DEFAULT, Protocol
from virality.evaluation.folds import fit_fold, fold_data
from virality.evidence.associations import FEWEST, fewest
from virality.features.build import baseline_columns, build_features
from virality.features.metadata import metadata_features
from virality.features.similarity import similar_features
from virality.features.table import Features, ModelTable, model_table
from virality.features.targets import is_matured
from virality.models.catalogue import MAIN_NONLINEAR
from virality.models.fitted import FittedFold
from virality.posts.describe import timed
from virality.posts.values import as_float, hour_known

HOUR, LENGTH, CAPTION, QUESTION = "hour", "length", "caption_length", "question"
QUANTILES = (0.1, 0.5, 0.9)  # of what was tried, that is asked about
SLOT = 3  # hours that count as one time of day
MOST_HOURS = 3
_NEAR = 0.1  # a value so near to the post's own, as a share of it, is no other value

#: By choice, the columns that tell it.
_TELLING = {
    HOUR: ("metadata__hour_", "metadata__weekday_", "similar__hour", "similar__weekday"),
    LENGTH: ("metadata__log_duration", "similar__length"),
    CAPTION: ("metadata__caption_length",),
    QUESTION: ("metadata__question", "hook__caption_question"),
}

#: Of the table, in its order.
COLUMNS = {
    "post_id": "string",
    "settled": "bool",
    "choice": "string",
    "own": "float64",
    "value": "float64",
    "factor": "float64",
    "low": "float64",
    "high": "float64",
    "n_models": "int64",
}


@dataclass(frozen=True)
class _Change:
    choice: str
    own: float
    value: float


def otherwise(
    posts: pd.DataFrame,
    features: Features = None,
    *,
    protocol: Protocol = DEFAULT,
    timezone: str = "UTC",
) -> pd.DataFrame:
    """What the boosted trees would say of the newest posts, had one choice been another.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts of one creator, sorted by posted_at.
    features : DataFrame or list of DataFrame, optional
        Feature tables indexed by post_id; built when none are given.
    protocol : Protocol
    timezone : str
        The creator's time zone, in which hours are counted.

    Returns
    -------
    DataFrame
        A row per change of the newest settled post, and of the newest unsettled one where there is
        one: `post_id`, `settled`, `choice` ("hour", "length" in seconds, "caption_length" in
        characters, "question" 0 or 1), `own` value, the other `value`, the `factor` on the
        forecast (geometric mean of the folds' models), the `low`est and `high`est of them, and
        their number.  No row below 30 posts.

    Raises
    ------
    UserError
        When a column gives the outcome away.

    Examples
    --------
    >>> import virality as vi
    >>> made = otherwise(vi.simulate_creator(n_posts=60), protocol=vi.Protocol(n_folds=2))
    >>> bool(((made["low"] <= made["factor"]) & (made["factor"] <= made["high"])).all())
    True
    """
    tables = [build_features(posts, protocol.embargo_days, timezone)]
    if features is not None:
        tables = [features] if isinstance(features, pd.DataFrame) else list(features)
    table = model_table(posts, tables, protocol)
    fits = [fit_fold(fold, MAIN_NONLINEAR) for fold in fold_data(table, protocol)]
    rows = []
    for row, settled in _newest(posts, protocol) if fits else ():
        asked = _Asked(posts, row, table, tables, protocol, timezone)
        tried = posts.iloc[:row][is_matured(posts.iloc[:row], protocol.embargo_days)]
        for change in _changes(posts.iloc[row], tried, timezone):
            pair = asked.pair(change)
            said = [asked.gain(fit, pair) for fit in fits if asked.name not in fit.X_train.index]
            if said:
                ends = np.exp([float(np.mean(said)), min(said), max(said)])
                rows.append((asked.name, settled, change.choice, change.own, change.value,
                             *ends, len(said)))  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def _newest(posts: pd.DataFrame, protocol: Protocol) -> list[tuple[int, bool]]:
    """Row numbers of the newest settled post and, if it is newer, of the newest unsettled one."""
    settled = is_matured(posts, protocol.embargo_days)
    last = [(int(np.flatnonzero(settled)[-1]), True)] if settled.any() else []
    return last + ([(len(posts) - 1, False)] if len(posts) and not settled[-1] else [])


def _changes(post: pd.Series, tried: pd.DataFrame, timezone: str) -> Iterator[_Change]:
    """Other values of each choice that the creator has tried often enough."""
    yield from _hours(post, tried, timezone)
    yield from _usual(LENGTH, _value(post["duration_s"]), as_float(tried["duration_s"]))
    texts = tried["caption"].dropna()
    if isinstance(post["caption"], str):
        letters = texts.str.len().to_numpy(float)
        yield from _usual(CAPTION, float(len(post["caption"])), letters)
        asks = metadata_features(tried, timezone)["metadata__question"].to_numpy()
        own = float(metadata_features(post.to_frame().T.astype(tried.dtypes), timezone)
                    ["metadata__question"].iloc[0])  # fmt: skip
        if min(np.nansum(asks), np.nansum(1 - asks)) >= fewest(len(texts)):
            yield _Change(QUESTION, own, 1 - own)


def _hours(post: pd.Series, tried: pd.DataFrame, timezone: str) -> Iterator[_Change]:
    """The times of day that were tried most, each at its usual hour; not the post's own."""
    if not hour_known(post.to_frame().T)[0]:
        return
    own, hours = _hour(post["posted_at"], timezone), _hours_of(timed(tried), timezone)
    slots = (hours // SLOT).value_counts()
    often = slots[(slots >= fewest(len(hours))) & (slots.index != own // SLOT)]
    for slot in sorted(often.index[:MOST_HOURS]):
        yield _Change(HOUR, own, float(np.median(hours[hours // SLOT == slot])))


def _usual(choice: str, own: float, tried: np.ndarray) -> Iterator[_Change]:
    known = tried[np.isfinite(tried)]
    if not np.isfinite(own) or len(known) < FEWEST:
        return
    for value in np.unique(np.quantile(known, QUANTILES, method="nearest")):
        if abs(value - own) > _NEAR * own:
            yield _Change(choice, own, float(value))


class _Asked:
    """One post as the models see it, and the same post with a choice changed."""

    def __init__(self, posts: pd.DataFrame, row: int, table: ModelTable,
                 tables: list[pd.DataFrame], protocol: Protocol, timezone: str):  # fmt: skip
        self.posts, self.row, self.protocol, self.timezone = posts, row, protocol, timezone
        self.name = str(posts["post_id"].iloc[row])
        parts = [part.set_axis(part.index.astype("string")) for part in tables if part.shape[1]]
        both = pd.concat([part.reindex([self.name]) for part in parts], axis=1)
        self.raw = both.reindex(columns=table.X.columns).astype(float)
        self.rules = baseline_columns(posts, protocol).loc[[self.name]]

    def pair(self, change: _Change) -> pd.DataFrame:
        """The post's row as it is, and as it would be otherwise."""
        rows = pd.concat([self._row(change, change.own), self._row(change, change.value)])
        return rows.set_axis(["as it is", "otherwise"])

    def gain(self, fit: FittedFold, pair: pd.DataFrame) -> float:
        """Log of the factor by which one model's forecast changes."""
        columns = fit.transform.transform(pair)
        beside = pd.concat([self.rules, self.rules]).set_axis(columns.index)
        seen = columns.join(beside)[list(fit.X_test.columns)]
        before, after = np.asarray(fit.estimator.predict(seen), dtype=float)
        return float(after - before)

    def _row(self, change: _Change, value: float) -> pd.DataFrame:
        """The post's row with what tells a choice as it would be for another value."""
        row = self.raw.copy()
        for name, told in self._told(change, value).items():
            if name.startswith(_TELLING[change.choice]) and name in row:
                row[name] = told
        return row

    def _told(self, change: _Change, value: float) -> dict[str, float]:
        if change.choice == CAPTION:
            return {"metadata__caption_length": float(np.log1p(value))}
        if change.choice == QUESTION:
            return dict.fromkeys(_TELLING[QUESTION], value)
        post = self.posts.iloc[[self.row]].copy()
        if change.choice == HOUR:
            post["posted_at"] += pd.Timedelta(hours=value - change.own)
        else:
            post["duration_s"] = value
        return self._built(post)

    def _built(self, post: pd.DataFrame) -> dict[str, float]:
        """Posting metadata and similar posts, from what lay before the post."""
        others = self.posts.drop(self.posts.index[self.row])
        earlier = others[others["posted_at"] <= post["posted_at"].iloc[0]]
        history = pd.concat([earlier, post.astype(self.posts.dtypes)])
        alike = similar_features(history, self.protocol.embargo_days, self.timezone)
        form = metadata_features(post, self.timezone)
        return {**form.iloc[-1].to_dict(), **alike.iloc[-1].to_dict()}


def _hour(moment: pd.Timestamp, timezone: str) -> float:
    local = moment.tz_convert(timezone)
    return local.hour + local.minute / 60


def _hours_of(posts: pd.DataFrame, timezone: str) -> pd.Series:
    local = posts["posted_at"].dt.tz_convert(timezone).dt
    return local.hour + local.minute / 60


def _value(number: object) -> float:
    return float("nan") if pd.isna(number) else float(number)  # type: ignore[arg-type]
