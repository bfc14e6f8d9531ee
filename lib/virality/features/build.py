"""The feature table: what was known when a post went up, and the ledger that says so."""

from __future__ import annotations

import numpy as np
import pandas as pd

from virality.core.embargo import matured_before
from virality.core.protocol import DEFAULT, Protocol
from virality.features import metadata, momentum, openings, similarity, study
from virality.features.blocks import BLOCKS, LISTED_BLOCKS, block_of
from virality.features.level import account_level, account_spread
from virality.features.targets import target_values
from virality.media.hook.facts import FACTS
from virality.posts.platforms import histories

BEFORE, AT = "before posting", "at posting"
RULES = tuple(momentum.RULES)

_OUTCOMES = {
    "views": "views",
    "likes": "likes",
    "comments": "comments",
    "shares": "shares",
    "saves": "saves",
    "avg_watch_s": "seconds",
    "watched_full": "share",
    "new_followers": "followers",
}


def build_features(
    posts: pd.DataFrame,
    embargo_days: float = 7,
    timezone: str = "UTC",
    study_features: bool = False,
    source: str = "",
) -> pd.DataFrame:
    """Metadata, momentum, similar posts and openings, as known when each post went up.

    Parameters
    ----------
    posts : DataFrame of n rows
        Tidy posts table, sorted by posted_at.  Several authors have one history each.
    embargo_days : float
        Days before an earlier post's outcome counts as known.
    timezone : str
        The creator's time zone.
    study_features : bool
        Give the study's 21 columns instead (no embargo; for replication, not for a forecast).
    source : str
        The input of the run, which the study's columns are read from without repairs.

    Returns
    -------
    DataFrame of n rows
        Index post_id, columns `metadata__*`, `momentum__*`, `similar__*` and `hook__*`, float64;
        NaN = not known.  Columns about followers and sounds are there only where some post has one.

    Examples
    --------
    >>> from virality.demo.posts import simulate_creator
    >>> features = build_features(simulate_creator(n_posts=40))
    >>> features.shape
    (40, 57)
    >>> features.columns[-1]
    'hook__caption_imperative'
    """
    if study_features:
        return study.study_columns(posts, timezone, source)
    parts = [metadata.metadata_features(posts, timezone)]
    parts.append(_per_author(posts, lambda own: momentum.momentum_features(own, embargo_days)))
    if "followers" in posts and posts["followers"].notna().any():
        parts.append(_per_author(posts, momentum.follower_features))
    parts.append(
        _per_author(posts, lambda own: similarity.similar_features(own, embargo_days, timezone))
    )
    facts = _per_author(posts, openings.opening_features)
    silent = [name for name in openings.OF_SOUNDS if facts[name].isna().all()]
    return pd.concat([*parts, facts.drop(columns=silent)], axis=1)


def similar_media(
    posts: pd.DataFrame, embeddings: pd.DataFrame, embargo_days: float = 7
) -> pd.DataFrame:
    """What posts with like pictures and sounds had earned: a part of the block of similar posts.

    Parameters
    ----------
    posts : DataFrame of n rows
        Tidy posts table, sorted by posted_at.  Several authors have one history each.
    embeddings : DataFrame
        Index post_id, columns `vision__*` and `audio__*`; others are not looked at.
    embargo_days : float
        Days before an earlier post's outcome counts as known.

    Returns
    -------
    DataFrame of n rows
        Index post_id; no column where there is no vector.
    """
    return _per_author(posts, lambda own: similarity.similar_media(own, embeddings, embargo_days))


def baseline_columns(posts: pd.DataFrame, protocol: Protocol = DEFAULT) -> pd.DataFrame:
    """The naive rules as columns: `baseline__last_post`, `baseline__rolling_median_10`, …

    With them those of `momentum.EXPERT_RULES`, which only the forecast listens to, and the
    account's level and spread (`baseline__level`, `baseline__spread`, see `features.level`).

    Parameters
    ----------
    posts : DataFrame
        Tidy posts, sorted by posted_at.
    protocol : Protocol
        Its target and embargo.

    Returns
    -------
    DataFrame
        For every post what the rule would have predicted when the post went up, on the log scale of
        the target; index post_id, NaN before the first matured post.
    """

    def own_rules(own: pd.DataFrame) -> pd.DataFrame:
        y = target_values(own, protocol.target)
        known = matured_before(momentum.posts_clock(own), protocol.embargo_days)
        rules = {**momentum.RULES, **momentum.EXPERT_RULES}
        columns = momentum.rule_columns(y.to_numpy(), known, rules).set_axis(y.index)
        of_account = {"level": account_level, "spread": account_spread}
        return columns.assign(**{k: rule(y.to_numpy(), known) for k, rule in of_account.items()})

    return _per_author(posts, own_rules).add_prefix("baseline__")


def matured_posts(posts: pd.DataFrame, protocol: Protocol = DEFAULT) -> pd.Series:
    """How many of its author's posts with a known outcome had matured when each post went up.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts, sorted by posted_at.
    protocol : Protocol
        Its target and embargo.

    Returns
    -------
    Series of int, index post_id
    """

    def own(posts: pd.DataFrame) -> pd.Series:
        present = target_values(posts, protocol.target).notna()
        known = matured_before(momentum.posts_clock(posts), protocol.embargo_days)
        return pd.Series(np.concatenate([[0], np.cumsum(present)])[known], index=present.index)

    return _per_author(posts, own)


def ledger(study_features: bool = False, embargo_days: float = 7) -> pd.DataFrame:
    """One row per feature: its block, unit, when it is known, and what it is.

    Parameters
    ----------
    study_features : bool
        The study's columns instead of this book's.
    embargo_days : float
        Named in the rows of outcomes, which are known only after so many days.

    Returns
    -------
    DataFrame
        Columns feature, block, unit, known, definition.  `known` is "before posting", "at
        posting" or "after N days"; a forecast can only take the first two.
    """
    late = f"after {embargo_days:g} days"
    if study_features:
        rows = [(n, u, _study_known(n, late), d) for n, u, d in study.COLUMNS]
    else:
        rows = [(n, u, BEFORE, d) for n, u, d in metadata.COLUMNS]
        of_account = (*momentum.momentum_columns(), *momentum.FOLLOWERS)
        rows += [(n, u, AT, d) for n, u, d in (*of_account, *similarity.similar_columns())]
        rows += [(n, u, BEFORE, d) for n, u, d in (*openings.COLUMNS, *_of_film())]
    rows += [
        (f"outcome__{name}", unit, late, "an outcome: predicted, never used to predict itself")
        for name, unit in _OUTCOMES.items()
    ]
    table = pd.DataFrame(rows, columns=["feature", "unit", "known", "definition"], dtype="string")
    table.insert(1, "block", table["feature"].map(block_of).astype("string"))
    return table


def knowable(table: pd.DataFrame, register: pd.DataFrame | None = None) -> pd.DataFrame:
    """Only the columns that a forecast may use.

    Columns of media and text blocks come from the post itself and are always allowed; columns that
    the ledger lists must be known before or at posting; anything else is refused.

    Parameters
    ----------
    table : DataFrame
        Features, a column each.
    register : DataFrame, optional
        From `ledger`; that of the default features when left out.

    Raises
    ------
    ValueError
        For a column of an unknown block, or one that the ledger does not list.
    """
    register = ledger() if register is None else register
    known = dict(zip(register["feature"], register["known"], strict=True))
    keep = []
    for column in map(str, table.columns):
        if block_of(column) not in BLOCKS and column not in known:
            raise ValueError(f"'{column}' belongs to no feature block")
        if block_of(column) in LISTED_BLOCKS and column not in known:
            raise ValueError(f"'{column}' is not in the ledger, so nobody knows when it is known")
        if known.get(column, BEFORE) in (BEFORE, AT):
            keep.append(column)
    return table[keep]


def _of_film() -> list[tuple[str, str, str]]:
    """The facts of a film's opening, which come with the table of its vectors."""
    units = {"flag": "yes or no", "count": "count", "share": "share", "speed": "heights per second"}
    return [(fact.column, units.get(fact.kind, fact.kind), fact.definition) for fact in FACTS]


def _study_known(name: str, late: str) -> str:
    if block_of(name) == "metadata":
        return BEFORE
    return AT if name.startswith("momentum__videos") else late


def _per_author(posts: pd.DataFrame, build) -> pd.DataFrame:
    """Apply `build` to each author's posts on a platform; the rows in the order of `posts`."""
    history = histories(posts)
    if len(posts) == 0 or history.max() == 0:
        return build(posts)
    own = [np.flatnonzero(history == number) for number in range(history.max() + 1)]
    parts = [build(posts.iloc[rows]) for rows in own]
    return pd.concat(parts).iloc[np.argsort(np.concatenate(own))]
