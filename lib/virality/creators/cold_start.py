"""A creator of whom nothing is known: what do the posts of others say about the first forecast?

Every creator in turn is left out (of many creators, a few at a time).  Her posts are forecast as if
each were her first, from the matured posts of the others alone; then from a few of her own posts,
and from a few more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from virality.core.embargo import matured_before
from virality.core.protocol import DEFAULT, Protocol
from virality.creators.cross_fit import CrossFitted
from virality.creators.levels import Levels, fit_levels
from virality.creators.pool import about
from virality.creators.skill import clustered_mean
from virality.evaluation.validation import MIN_TRAIN, make_splitter
from virality.features.blocks import CONTENT_BLOCKS, block_of
from virality.features.momentum import posts_clock
from virality.features.table import ModelTable, model_table
from virality.features.targets import target_values
from virality.models.blocks import make_transform
from virality.models.catalogue import MAIN_LINEAR, make_model
from virality.models.prior import Prior

OTHERS_MEAN, OTHERS_MODEL = "others_mean", "others_model"
COLD_COLUMNS = {
    "post_id": "string",
    "author": "string",
    "fold": "int64",
    "model": "string",
    "y_true": "float64",
    "y_pred": "float64",
    "lower": "float64",
    "upper": "float64",
    "nominal": "float64",
    "n_others": "int64",
}
MOST_GROUPS = 20  # of creators that are left out together; few creators are left out one by one
KNOWN = (0, 1, 2, 3, 5, 10, 20)


@dataclass(frozen=True)
class _LeftOut:
    """Some creators' posts of one fold, and what had matured of the others by then."""

    fold: int
    train: np.ndarray
    test: np.ndarray
    levels: Levels


def first_forecasts(
    posts: pd.DataFrame,
    tables: Iterable[pd.DataFrame],
    *,
    protocol: Protocol = DEFAULT,
    prior: Prior | CrossFitted | None = None,
) -> pd.DataFrame:
    """Forecast each creator's posts from other creators' matured posts alone.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts of several creators.
    tables : list of DataFrame
        Feature tables indexed by post_id.  Momentum is left out: a new creator has none.
    protocol : Protocol
        Its coverage is the share of creators' posts that an interval should hold.
    prior : Prior or CrossFitted, optional
        What was learnt from creators who are not the one that is left out.

    Returns
    -------
    DataFrame
        Columns as in `COLD_COLUMNS`: model ``others_mean`` (the others' grand mean) and
        ``others_model`` (that mean plus what a Ridge learnt from how the others' posts lie around
        their own levels, or the mean of that and of what the prior says of a first post).  The
        interval is that of a new level and a post around it, by what the others' levels and posts
        differ.  Empty with fewer than three creators.
    """
    table = _without_momentum(model_table(posts, tables, protocol))
    authors = about(posts, protocol).loc[table.y.index, "author"].to_numpy(object)
    parts = []
    first = np.full(len(table.y), np.nan) if prior is None else prior.first(table).to_numpy()
    for left in _left_out(table, authors, protocol):
        mean = np.full(len(left.test), left.levels.grand)
        added = np.column_stack([_added(table, authors, left, protocol), first[left.test]])
        model = mean + np.nanmean(added, axis=1)
        for name, y_pred in ((OTHERS_MEAN, mean), (OTHERS_MODEL, model)):
            parts.append(_part(table, authors, left, name, y_pred, protocol.coverage))
    if not parts:
        return pd.DataFrame(columns=list(COLD_COLUMNS)).astype(COLD_COLUMNS)
    return pd.concat(parts, ignore_index=True).astype(COLD_COLUMNS)


def warm_up(
    posts: pd.DataFrame,
    *,
    protocol: Protocol = DEFAULT,
    known: Iterable[int] = KNOWN,
) -> pd.DataFrame:
    """The same posts, forecast from more and more of the creator's own matured posts.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts of several creators.
    protocol : Protocol
    known : list of int
        Own posts that may be known; sizes that fewer than half of the posts have behind them are
        left out, and the posts compared are those that have the largest.

    Returns
    -------
    DataFrame
        One row per size: known, n, weight (mean trust in the own posts), own and shrunk (mean
        absolute error of their mean as it is, and pulled towards the others' grand mean; for no
        post both are the grand mean), and gain of shrinking with low and high.
    """
    table = model_table(posts, (), protocol)
    whose = about(posts, protocol).loc[table.y.index]
    authors, n_known = whose["author"].to_numpy(object), whose["n_known"].to_numpy()
    left = list(_left_out(table, authors, protocol))
    columns = ["known", "n", "weight", "own", "shrunk", "gain", "low", "high"]
    if not left:
        return pd.DataFrame(columns=columns)
    tested = np.concatenate([each.test for each in left])
    sizes = [k for k in sorted(known) if (n_known[tested] >= k).mean() >= 0.5]
    keep = n_known >= sizes[-1]
    means = last_means(posts, sizes, protocol).reindex(table.y.index)
    rows = [_warm_row(table, authors, left, keep, k, means[k].to_numpy()) for k in sizes]
    return pd.DataFrame(rows, columns=columns)


def last_means(
    posts: pd.DataFrame, sizes: Iterable[int], protocol: Protocol = DEFAULT
) -> pd.DataFrame:
    """Return the mean outcome of the creator's last k matured posts before each post.

    Parameters
    ----------
    posts : DataFrame
    sizes : iterable of int
        Values of k.
    protocol : Protocol
        Its target and embargo.

    Returns
    -------
    DataFrame
        Index post_id, one column per k; log scale, NaN where fewer had matured.
    """
    parts = []
    for _, own in posts.groupby("author", sort=False):
        y = target_values(own, protocol.target)
        present = y.notna().to_numpy()
        known = matured_before(posts_clock(own), protocol.embargo_days)
        seen = np.concatenate([[0], np.cumsum(present)])[known]
        total = np.concatenate([[0.0], np.cumsum(y.to_numpy()[present])])
        means = {
            k: np.where(
                seen >= max(k, 1), (total[seen] - total[np.maximum(seen - k, 0)]) / k, np.nan
            )
            if k
            else np.full(len(y), np.nan)
            for k in sizes
        }
        parts.append(pd.DataFrame(means, index=y.index))
    return pd.concat(parts)


def coverage(cold: pd.DataFrame, model: str = OTHERS_MODEL) -> dict[str, float]:
    """Share of posts inside their first forecast's interval: mean, low, high, and by creator.

    Parameters
    ----------
    cold : DataFrame
        From `first_forecasts`.
    model : str

    Returns
    -------
    dict
        n, mean, low, high, nominal, creators (how many), creators_below (of whom fewer posts than
        promised were inside).
    """
    own = cold[(cold["model"] == model) & np.isfinite(cold["lower"])]
    if own.empty:
        return {}
    inside = ((own["y_true"] >= own["lower"]) & (own["y_true"] <= own["upper"])).astype(float)
    each = inside.groupby(own["author"]).mean()
    found = clustered_mean(inside, own["author"])
    promised = float(own["nominal"].iloc[0])
    ends = {k: float(np.clip(found[k], 0, 1)) for k in ("mean", "low", "high")}
    return {"n": len(own), **ends, "nominal": promised,
            "creators": len(each), "creators_below": int((each < promised).sum())}  # fmt: skip


def _without_momentum(table: ModelTable) -> ModelTable:
    keep = [name for name in table.X.columns if block_of(name) in CONTENT_BLOCKS]
    return ModelTable(table.X[keep], table.y, table.baselines, table.times)


def _left_out(table, authors, protocol: Protocol) -> Iterator[_LeftOut]:
    """Every creator of every fold, with the others' training rows; at least two others."""
    splitter = make_splitter(table.times, protocol)
    y = table.y.to_numpy()
    groups = _groups(authors)
    for fold, (train, test) in enumerate(splitter.split(), start=1):
        for group in sorted(set(groups[test])):
            others = train[groups[train] != group]
            if len(others) < MIN_TRAIN or len(set(authors[others])) < 2:
                continue
            levels = fit_levels(y[others], authors[others])
            yield _LeftOut(fold, others, test[groups[test] == group], levels)


def _groups(authors: np.ndarray) -> np.ndarray:
    """Number of the group that each post's creator is left out with."""
    names = {name: i % MOST_GROUPS for i, name in enumerate(sorted(set(authors)))}
    return np.array([names[name] for name in authors], dtype=int)


def _added(table: ModelTable, authors, left: _LeftOut, protocol: Protocol) -> np.ndarray:
    """What a Ridge adds to the grand mean, from how others' posts lie around their levels."""
    if table.X.shape[1] == 0:
        return np.zeros(len(left.test))
    rows = left.levels.table().set_index("author")["level"].reindex(authors[left.train])
    around = table.y.to_numpy()[left.train] - rows.to_numpy()
    with threadpool_limits(1):
        transform = make_transform(protocol)
        X = transform.fit_transform(table.X.iloc[left.train])
        model = make_model(MAIN_LINEAR, protocol.preset, protocol.seed).fit(X, around)
        return np.asarray(model.predict(transform.transform(table.X.iloc[left.test])), dtype=float)


def _part(table: ModelTable, authors, left: _LeftOut, model, y_pred, coverage) -> pd.DataFrame:
    half = left.levels.half_width(coverage)
    return pd.DataFrame(
        {
            "post_id": table.y.index[left.test],
            "author": authors[left.test],
            "fold": left.fold,
            "model": model,
            "y_true": table.y.to_numpy()[left.test],
            "y_pred": y_pred,
            "lower": y_pred - half,
            "upper": y_pred + half,
            "nominal": coverage,
            "n_others": left.levels.n_creators,
        }
    )


def _warm_row(table, authors, left, keep, k: int, means: np.ndarray) -> dict:
    """Errors of one size of memory over all creators and folds."""
    parts = []
    for each in left:
        rows = each.test[keep[each.test]]
        y, mean, levels = table.y.to_numpy()[rows], means[rows], each.levels
        plain = np.where(np.isfinite(mean), mean, levels.grand)
        weight = np.full(len(rows), float(levels.weight(k)))
        parts.append((abs(y - plain), abs(y - levels.shrink(mean, k)), weight, authors[rows]))
    own, shrunk, weights, who = (np.concatenate(column) for column in zip(*parts, strict=True))
    gain = clustered_mean(own - shrunk, who)
    return {"known": k, "n": len(own), "weight": float(weights.mean()), "own": float(own.mean()),
            "shrunk": float(shrunk.mean()), "gain": gain["mean"], "low": gain["low"],
            "high": gain["high"]}  # fmt: skip
