"""The regimes of a creator: the artefact, and what each regime is like."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from scipy.stats import quantile_test, rankdata

from virality.explanation.clusters import NOISE, Stability, find_regimes, stability
from virality.explanation.content_space import Space, content_space, content_table, map_posts
from virality.features.blocks import block_of
from virality.features.concepts import concept_of

LARGE_DELTA = 0.474  # Cliff's delta that counts as large, Romano et al. (2006)
_NAMED_BLOCKS = ("metadata", "energy")
_NUMBERED = re.compile(r"__(pc)?\d+$")

COLUMNS = {
    "post_id": "string",
    "regime": "Int64",
    "x": "float64",
    "y": "float64",
    "strength": "float64",
    "typical": "Int64",
    "traits": "string",
    "recovery": "float64",
    "era": "boolean",
    "recovery_all": "float64",
    "recovery_null": "float64",
    "p_value": "float64",
    "stable": "boolean",
    "blocks": "string",
}


def build(
    features: pd.DataFrame,
    embeddings: pd.DataFrame | None = None,
    umap_neighbors: int = 15,
    umap_min_dist: float = 0.1,
    min_cluster_size: int = 8,
    min_samples: int = 4,
    seed: int = 0,
) -> tuple[pd.DataFrame, Space, Stability]:
    """Everything from the feature tables to the `regimes` artefact.

    Parameters
    ----------
    features, embeddings : DataFrame
        Index post_id, columns ``block__name``, in time order.
    umap_neighbors, umap_min_dist, min_cluster_size, min_samples, seed
        See :func:`map_posts` and :func:`find_regimes`.

    Returns
    -------
    tuple of (DataFrame, Space, Stability)
        The artefact (columns :data:`COLUMNS`; no rows when posts are too few or too alike), where
        the posts lie, and how well the regimes come back.
    """
    content = content_table(features, embeddings)
    space = content_space(content)
    nothing = Stability(np.zeros(0), np.zeros(0, bool), 0.0, np.zeros(0), 1.0)
    if not space.usable:
        return empty(), space, nothing
    found = find_regimes(space.points, min_cluster_size, min_samples)
    check = stability(space.points, found, min_cluster_size, min_samples, seed=seed)
    placed = map_posts(space.points, umap_neighbors, umap_min_dist, seed)
    table = found.join(placed)
    table["typical"] = typical_posts(space.points, found)
    by_regime = dict(enumerate(check.recovery))
    table["traits"] = table["regime"].map(traits(found["regime"], content)).fillna("")
    table["recovery"] = table["regime"].map(by_regime).astype(float)
    table["era"] = table["regime"].map(dict(enumerate(check.era)))
    table["recovery_all"], table["recovery_null"] = check.overall, check.bar
    table["p_value"], table["stable"] = check.p, check.stable
    table["blocks"] = ",".join(space.blocks)
    return _typed(table.reset_index(names="post_id")), space, check


def empty() -> pd.DataFrame:
    """Return the artefact without a row, with the right columns and types."""
    return _typed(pd.DataFrame(columns=list(COLUMNS)))


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    return table[list(COLUMNS)].astype(COLUMNS)


def typical_posts(points: pd.DataFrame, regimes: pd.DataFrame) -> pd.Series:
    """Rank the posts of each regime by how typical they are; 1 is the most typical.

    Strength comes first (one decimal), the mean distance to the regime's other posts decides
    among equals, so that the first is the medoid of the core. Noise has no rank.
    """
    rank = pd.Series(pd.NA, index=points.index, dtype="Int64", name="typical")
    for label in sorted(set(regimes["regime"]) - {NOISE}):
        inside = np.flatnonzero(regimes["regime"] == label)
        values = points.to_numpy(float)[inside]
        centre = np.median(values, axis=0)
        far = np.linalg.norm(values - centre, axis=1)
        if len(inside) <= 2000:  # all pairs; beyond that the distance to the centre serves as well
            far = np.linalg.norm(values[:, None] - values[None], axis=2).mean(axis=1)
        weak = -np.round(regimes["strength"].to_numpy()[inside], 1)
        order = np.lexsort((far, weak))
        rank.iloc[inside[order]] = np.arange(1, len(inside) + 1)
    return rank


def named_columns(content: pd.DataFrame) -> list[str]:
    """Columns that mean something in words: metadata and early energy, not components."""
    return [
        c
        for c in content.columns
        if block_of(c) in _NAMED_BLOCKS and not _NUMBERED.search(c) and not c.endswith("_sq")
    ]


def differences(regime: pd.Series, content: pd.DataFrame) -> pd.DataFrame:
    """How far each regime stands apart from all other posts, feature by feature.

    Parameters
    ----------
    regime : Series
        Index post_id.
    content : DataFrame
        Index post_id, columns ``block__name``.

    Returns
    -------
    DataFrame
        regime, feature, delta: Cliff's delta, the chance that a post of the regime has the larger
        value minus the chance that it has the smaller one, −1 to 1.
    """
    rows = []
    for feature in named_columns(content):
        values = content[feature].reindex(regime.index)
        known = values.notna().to_numpy()
        ranks = rankdata(values[known])
        labels = regime.to_numpy()[known]
        for label in sorted(set(regime) - {NOISE}):
            inside = labels == label
            n_in, n_out = inside.sum(), (~inside).sum()
            if not n_in or not n_out:
                continue
            wins = ranks[inside].sum() - n_in * (n_in + 1) / 2
            rows.append((label, feature, 2 * wins / (n_in * n_out) - 1))
    return pd.DataFrame(rows, columns=["regime", "feature", "delta"])


def traits(regime: pd.Series, content: pd.DataFrame, at_most: int = 3) -> dict[int, str]:
    """Signed names of the features that set a regime apart most, such as ``+energy__tempo``.

    Only large differences count (Cliff's delta of .474 or more), one feature a concept; "" where
    there is none.
    """
    table = differences(regime, content)
    table = table.assign(size=table["delta"].abs(), concept=table["feature"].map(concept_of))
    table = table[table["size"] >= LARGE_DELTA]
    table = table.sort_values(["regime", "size", "feature"], ascending=[True, False, True])
    table = table.drop_duplicates(["regime", "concept"])
    out = dict.fromkeys(map(int, sorted(set(regime) - {NOISE})), "")
    for label, part in table.groupby("regime"):
        signs = np.where(part["delta"] > 0, "+", "-")
        out[int(label)] = ",".join((signs + part["feature"].to_numpy(object))[:at_most])
    return out


def surrounding_level(log_views: np.ndarray, reach: int = 10) -> np.ndarray:
    """Median log views of the posts around each post, itself left out; to describe, not forecast.

    Parameters
    ----------
    log_views : ndarray of shape (n,)
        In time order.
    reach : int
        Posts before and after that count.
    """
    level = np.full(len(log_views), np.nan)
    for i in range(len(log_views)):
        around = np.r_[log_views[max(0, i - reach) : i], log_views[i + 1 : i + 1 + reach]]
        if np.isfinite(around).any():
            level[i] = np.nanmedian(around)
    return level


def members(regimes: pd.DataFrame, posts: pd.DataFrame) -> pd.DataFrame:
    """Join regimes and posts by post_id, in time order, with views against the posts around.

    Returns
    -------
    DataFrame
        The columns of both, plus log_views and relative (log views minus those around).
    """
    own = posts.sort_values(["posted_at", "post_id"], kind="stable")
    log_views = np.log1p(own["views"].astype(float).to_numpy())
    own = own.assign(log_views=log_views, relative=log_views - surrounding_level(log_views))
    return own.merge(regimes, on="post_id", how="inner", validate="one_to_one")


def median_interval(values: np.ndarray, confidence: float = 0.95) -> tuple[float, float, float]:
    """Median with an order-statistic interval (exact for independent posts); NaN when too few."""
    values = np.asarray(values, dtype=float)
    values = values[np.isfinite(values)]
    if not len(values):
        return (float("nan"),) * 3
    middle = float(np.median(values))
    interval = quantile_test(values, q=middle, p=0.5).confidence_interval(confidence)
    return middle, float(interval.low), float(interval.high)


def summarise(
    regimes: pd.DataFrame, posts: pd.DataFrame, predictions: pd.DataFrame | None = None
) -> pd.DataFrame:
    """One row a regime, noise last: size, views, level against the posts around, dates, error.

    Parameters
    ----------
    regimes, posts : DataFrame
        Artefacts.
    predictions : DataFrame, optional
        Nonlinear predictions; gives the typical error of XGBoost with all blocks.

    Returns
    -------
    DataFrame
        regime, posts, share, views, views_low, views_high, lift, lift_low, lift_high (factors
        against the posts around), hits (share above nine tenths of all posts), first, last (the
        middle half of its dates), era,
        miss (typical error as a factor, held-out posts), held_out, traits, recovery.
    """
    table = members(regimes, posts)
    hit = table["log_views"] > table["log_views"].quantile(0.9) if len(table) else []
    table = table.assign(hit=hit)
    table["miss"] = table["post_id"].map(_typical_misses(predictions)).astype(float)
    rows = [_summary(label, part, len(table)) for label, part in table.groupby("regime")]
    rows.sort(key=lambda row: (row["regime"] == NOISE, row["regime"]))
    return pd.DataFrame(rows, columns=list(_summary(NOISE, table.head(0), 1)))


def _summary(label: int, part: pd.DataFrame, n_posts: int) -> dict:
    views, low, high = median_interval(part["views"])
    lift, lift_low, lift_high = np.exp(median_interval(part["relative"]))
    days = part["posted_at"].quantile([0.25, 0.75]).to_list() if len(part) else [pd.NaT] * 2
    return {
        "regime": int(label),
        "posts": len(part),
        "share": len(part) / max(n_posts, 1),
        "views": views,
        "views_low": low,
        "views_high": high,
        "lift": lift,
        "lift_low": lift_low,
        "lift_high": lift_high,
        "hits": part["hit"].mean() if len(part) else float("nan"),
        "first": days[0],
        "last": days[1],
        "era": bool(part["era"].fillna(False).any()),
        "miss": float(np.exp(part["miss"].median())),
        "held_out": int(part["miss"].notna().sum()),
        "traits": part["traits"].iloc[0] if len(part) else "",
        "recovery": part["recovery"].iloc[0] if len(part) else float("nan"),
    }


def _typical_misses(predictions: pd.DataFrame | None) -> dict[str, float]:
    if predictions is None or predictions.empty:
        return {}
    own = predictions[(predictions["model"] == "xgboost") & (predictions["blocks"] == "all")]
    miss = (own["y_true"] - own["y_pred"]).abs()
    return miss.groupby(own["post_id"]).mean().to_dict()


def views_test(
    regimes: pd.DataFrame, posts: pd.DataFrame, n_shifts: int = 499, seed: int = 0
) -> float:
    """p-value: do regimes differ in views, beyond the account's level at the time?

    Rank sums between regimes of log views minus those of the posts around, against the same labels
    shifted in time around the circle, so that regimes that come in runs keep their runs.

    Returns
    -------
    float
        NaN when there are fewer than two regimes.
    """
    table = members(regimes, posts)
    table = table[table["relative"].notna()]
    labels = table["regime"].to_numpy()
    if len(set(labels) - {NOISE}) < 2:
        return float("nan")
    ranks = rankdata(table["relative"])
    n = len(ranks)
    shifts = np.arange(1, n)
    if len(shifts) > n_shifts:
        shifts = np.sort(np.random.default_rng(seed).choice(shifts, n_shifts, replace=False))
    seen = _rank_spread(ranks, labels)
    null = np.array([_rank_spread(ranks, np.roll(labels, s)) for s in shifts])
    return float((1 + np.sum(null >= seen * (1 - 1e-12))) / (1 + len(null)))


def _rank_spread(ranks: np.ndarray, labels: np.ndarray) -> float:
    """Kruskal–Wallis numerator over the posts that are not noise."""
    own, labels = ranks[labels >= 0], labels[labels >= 0]
    size = np.bincount(labels)
    mean = np.bincount(labels, weights=own) / np.maximum(size, 1)
    return float(size @ (mean - own.mean()) ** 2)


def fingerprints(regimes: pd.DataFrame, shap_blocks: pd.DataFrame) -> pd.DataFrame:
    """Mean SHAP of each block over the held-out posts of each regime.

    Parameters
    ----------
    regimes, shap_blocks : DataFrame
        Artefacts.

    Returns
    -------
    DataFrame
        Index regime (-1 = noise, <NA> = all held-out posts); columns held_out and one per block, in
        log views: what the block adds to the model's starting point on average.
    """
    blocks = [
        c for c in shap_blocks.columns if c not in ("post_id", "fold", "base_value", "prediction")
    ]
    if regimes.empty or shap_blocks.empty:
        return pd.DataFrame(columns=["held_out", *blocks])
    table = shap_blocks.merge(regimes[["post_id", "regime"]], on="post_id", how="inner")
    means = table.groupby("regime")[blocks].mean()
    means.insert(0, "held_out", table.groupby("regime")["post_id"].nunique())
    whole = table[blocks].mean().to_frame().T
    whole.insert(0, "held_out", table["post_id"].nunique())
    whole.index = pd.Index([pd.NA], dtype="Int64", name="regime")
    means.index = means.index.astype("Int64")
    order = [*(r for r in means.index if r != NOISE), *(r for r in means.index if r == NOISE)]
    return pd.concat([whole, means.loc[order]])


def common_hashtags(table: pd.DataFrame, at_most: int = 3) -> dict[int, list[str]]:
    """Hashtags that a regime uses more than the rest, most telling first.

    Parameters
    ----------
    table : DataFrame
        From :func:`members`.

    Returns
    -------
    dict of int to list of str
        Lower-case hashtags as written, raw text from the data: escape them. A hashtag must stand
        in a third of the regime's posts and twice as often there as elsewhere.
    """
    tags = table["caption"].fillna("").str.lower().str.findall(r"#\w+").map(set).explode().dropna()
    used = pd.crosstab(tags.index, tags).reindex(table.index, fill_value=0)
    out = {}
    for label in sorted(set(table["regime"].dropna()) - {NOISE}):
        inside = (table["regime"] == label).to_numpy(bool)
        own, other = used[inside].mean(), used[~inside].mean().fillna(0)
        lead = (own - other)[(own >= 1 / 3) & (own >= 2 * other)]
        ranked = sorted(lead.items(), key=lambda item: (-item[1], item[0]))
        out[int(label)] = [tag for tag, _ in ranked[:at_most]]
    return out
