"""Content regimes: which posts belong together, and what sets them apart from the others."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from virality.explanation.clusters import NOISE, Stability, cluster, stability
from virality.explanation.content_space import Space, content_space, content_table, map_posts
from virality.features.blocks import block_of
from virality.features.concepts import thing_of

LARGE_DELTA = 0.474  # Cliff's delta that counts as large, Romano et al. (2006)
_NAMED_BLOCKS = ("metadata", "hook", "energy")
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


@dataclass(frozen=True)
class Regimes:
    """Content regimes and how far they can be trusted.

    Parameters
    ----------
    table : DataFrame
        The artefact, columns :data:`COLUMNS`; no rows when posts are too few or too alike.
    space : Space
        Where the posts lie.
    stability : Stability
        How well the regimes come back.
    """

    table: pd.DataFrame
    space: Space
    stability: Stability


def find_regimes(
    features: pd.DataFrame,
    embeddings: pd.DataFrame | None = None,
    *,
    min_cluster_size: int = 8,
    min_samples: int = 4,
    drawn: bool = True,
    seed: int = 0,
) -> pd.DataFrame:
    """Find groups of posts that are alike in content, and say whether they are real.

    Posts are placed in a space where every block of content has the same say, HDBSCAN looks for
    dense places in it, and the groups are held against posts with the same drift but no groups.

    Parameters
    ----------
    features, embeddings : DataFrame
        Index post_id, columns ``block__name``, in time order.
    min_cluster_size, min_samples : int
        Posts that a regime needs, and neighbours that make a place dense; fewer for few posts.
    drawn : bool
        False draws no map, which saves seconds.
    seed : int
        Of the map and of the resampling.

    Returns
    -------
    DataFrame
        One row a post: regime (0 = the largest, −1 = between all), x and y of a map, strength (1 =
        in the core), typical (1 = the most typical post), traits (signed columns that set the
        regime apart), recovery (overlap with itself when posts are left out), era (whether it fills
        one stretch of the record), p_value and stable (of all regimes together). No rows when posts
        are too few or too alike.

    Examples
    --------
    Two kinds of post: the second is louder, moves more and is cut faster.

    >>> import numpy as np, pandas as pd, virality as vi
    >>> rng = np.random.default_rng(0)
    >>> kind = rng.integers(0, 2, size=60)
    >>> columns = ["energy__rms_level", "energy__motion", "energy__cut_rate"]
    >>> values = 9 * kind[:, None] + rng.normal(size=(60, 3))
    >>> features = pd.DataFrame(values, columns=columns).rename_axis("post_id")
    >>> regimes = vi.find_regimes(features, drawn=False)
    >>> pd.crosstab(kind, regimes["regime"]).to_numpy().tolist()
    [[0, 26], [34, 0]]
    >>> bool(regimes["stable"].all())
    True
    """
    settings = {"min_cluster_size": min_cluster_size, "min_samples": min_samples, "seed": seed}
    return examine(features, embeddings, drawn=drawn, **settings).table


def examine(
    features: pd.DataFrame,
    embeddings: pd.DataFrame | None = None,
    umap_neighbors: int = 15,
    umap_min_dist: float = 0.1,
    min_cluster_size: int = 8,
    min_samples: int = 4,
    seed: int = 0,
    *,
    drawn: bool = True,
) -> Regimes:
    """Find regimes, and keep the space and the test beside them.

    Parameters
    ----------
    features, embeddings : DataFrame
        Index post_id, columns ``block__name``, in time order.
    umap_neighbors, umap_min_dist
        Of the map, see :func:`virality.explanation.content_space.map_posts`.
    min_cluster_size, min_samples
        Of the search, see :func:`virality.explanation.clusters.cluster`.
    seed : int
        Of the map and of the resampling.
    drawn : bool
        False leaves x and y of the map empty.

    Returns
    -------
    Regimes

    Raises
    ------
    UserError
        When a setting makes no sense.
    """
    content = content_table(features, embeddings)
    space = content_space(content)
    nothing = Stability(np.zeros(0), np.zeros(0, bool), 0.0, np.zeros(0), 1.0)
    if not space.usable:
        return Regimes(empty(), space, nothing)
    groups = cluster(space.points, min_cluster_size, min_samples)
    check = stability(space.points, groups, min_cluster_size, min_samples, seed=seed)
    table = groups.assign(x=np.nan, y=np.nan)
    if drawn:
        table[["x", "y"]] = map_posts(space.points, umap_neighbors, umap_min_dist, seed)
    table["typical"] = typical_posts(space.points, groups)
    named = table["regime"].map(traits(groups["regime"], content))
    table["traits"] = named.astype("string").fillna("")
    table["recovery"] = table["regime"].map(dict(enumerate(check.recovery))).astype(float)
    table["era"] = table["regime"].map(dict(enumerate(check.era)))
    table["recovery_all"], table["recovery_null"] = check.overall, check.bar
    table["p_value"], table["stable"] = check.p, check.stable
    table["blocks"] = ",".join(space.blocks)
    return Regimes(_typed(table.reset_index(names="post_id")), space, check)


def empty() -> pd.DataFrame:
    """Return the artefact without a row, with the right columns and types."""
    return _typed(pd.DataFrame(columns=list(COLUMNS)))


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    return table[list(COLUMNS)].astype(COLUMNS)


def typical_posts(points: pd.DataFrame, groups: pd.DataFrame) -> pd.Series:
    """Rank the posts of each regime by how typical they are; 1 is the most typical.

    Strength comes first (one decimal), the mean distance to the regime's other posts decides
    among equals, so that the first is the medoid of the core. Noise has no rank.

    Parameters
    ----------
    points : DataFrame of shape (n_posts, n_dimensions)
    groups : DataFrame
        Columns regime and strength, same index.

    Returns
    -------
    Series of Int64
    """
    rank = pd.Series(pd.NA, index=points.index, dtype="Int64", name="typical")
    for label in sorted(set(groups["regime"]) - {NOISE}):
        inside = np.flatnonzero(groups["regime"] == label)
        values = points.to_numpy(float)[inside]
        centre = np.median(values, axis=0)
        far = np.linalg.norm(values - centre, axis=1)
        if len(inside) <= 2000:  # all pairs; beyond that the distance to the centre serves as well
            far = np.linalg.norm(values[:, None] - values[None], axis=2).mean(axis=1)
        weak = -np.round(groups["strength"].to_numpy()[inside], 1)
        order = np.lexsort((far, weak))
        rank.iloc[inside[order]] = np.arange(1, len(inside) + 1)
    return rank


def differences(regime: pd.Series, content: pd.DataFrame) -> pd.DataFrame:
    """How far each regime stands apart from all other posts, feature by feature.

    Only columns that mean something in words count: metadata, opening and early energy, no
    components.

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
    for feature in filter(_has_words, content.columns):
        values = content[feature].reindex(regime.index)
        known = values.notna().to_numpy()
        ranks = rankdata(values[known])
        labels = regime.to_numpy()[known]
        for label in sorted(set(regime) - {NOISE}):
            inside = labels == label
            n_in, n_out = inside.sum(), (~inside).sum()
            if n_in and n_out:
                wins = ranks[inside].sum() - n_in * (n_in + 1) / 2
                rows.append((label, feature, 2 * wins / (n_in * n_out) - 1))
    return pd.DataFrame(rows, columns=["regime", "feature", "delta"])


def _has_words(column: str) -> bool:
    named = block_of(column) in _NAMED_BLOCKS and not column.endswith("_sq")
    return named and not _NUMBERED.search(column)


def traits(regime: pd.Series, content: pd.DataFrame, at_most: int = 3) -> dict[int, str]:
    """Signed names of the features that set a regime apart most, such as ``+energy__tempo``.

    Only large differences count (Cliff's delta of .474 or more), one feature a concept, and one
    fact of each thing in an opening.

    Parameters
    ----------
    regime : Series
        Index post_id.
    content : DataFrame
        Index post_id, columns ``block__name``.
    at_most : int
        Features of a regime.

    Returns
    -------
    dict of int to str
        Joined by commas; "" where there is none.
    """
    table = differences(regime, content)
    table = table.assign(size=table["delta"].abs(), thing=table["feature"].map(thing_of))
    table = table[table["size"] >= LARGE_DELTA]
    table = table.sort_values(["regime", "size", "feature"], ascending=[True, False, True])
    table = table.drop_duplicates(["regime", "thing"])
    out = dict.fromkeys(map(int, sorted(set(regime) - {NOISE})), "")
    for label, part in table.groupby("regime"):
        signs = np.where(part["delta"] > 0, "+", "-")
        out[int(label)] = ",".join((signs + part["feature"].to_numpy(object))[:at_most])
    return out
