"""Posts like this one: the earlier posts that the encodings of a post lean on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from virality.core.embargo import matured_before
from virality.features import similarity
from virality.features.kernels import Kernel, kernels, media_kernels
from virality.features.momentum import posts_clock
from virality.posts.platforms import histories

NAMED = 5  # posts
OF_THE_MOST = 0.5  # of a post's largest say: as much in another respect is named as well

COLUMNS = {
    "post_id": "string",
    "posted_at": "datetime64[us, UTC]",
    "caption": "string",
    "say": "float64",
    "times": "float64",
    "respects": "string",
    "above": "float64",
}


def neighbours(
    posts: pd.DataFrame,
    post_id: str,
    embargo_days: float = 7,
    timezone: str = "UTC",
    embeddings: pd.DataFrame | None = None,
    at_most: int = NAMED,
) -> pd.DataFrame:
    """Name the earlier posts of the same account that a post's encodings lean on most.

    In each respect an earlier post has a say: its weight as a share of all weights and the prior,
    so that what is left is the say of the account's level.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts table, sorted by posted_at.
    post_id : str
        The post that is explained.
    embargo_days : float
        Days before an earlier post's outcome counts as known.
    timezone : str
        The creator's, in which hours and weekdays are counted.
    embeddings : DataFrame, optional
        Index post_id; posts are compared by `vision__*` and `audio__*` as well.
    at_most : int
        Posts that are named.

    Returns
    -------
    DataFrame
        The largest say first: post_id, posted_at, caption, say (0 to 1: mean over the respects in
        which the post can be compared), times (its say against the mean of all that have one),
        respects (where it has most of its say, joined by commas), above (log views above the
        account's level of that time, clipped).  No rows where no outcome was known when the post
        went up.

    Raises
    ------
    KeyError
        When there is no such post.

    Examples
    --------
    >>> from virality.demo.posts import simulate_creator
    >>> posts = simulate_creator(n_posts=60, seed=1)
    >>> like = neighbours(posts, posts["post_id"].iloc[-1], at_most=3)
    >>> like[["say", "above"]].shape
    (3, 2)
    >>> bool((like["posted_at"] < posts["posted_at"].iloc[-1]).all())
    True
    """
    own, row = _own_history(posts, post_id)
    known = matured_before(posts_clock(own), embargo_days)
    above = similarity.level_free(own, known)
    compared = kernels(own, timezone)
    if embeddings is not None:
        compared += media_kernels(embeddings.reindex(own["post_id"]))
    says = pd.DataFrame(
        {each.name: _says(each, above, known) for each in compared if each.present[row]}
    )
    found = says.mean(axis=1).sort_values(ascending=False, kind="stable")
    found = found[found > 0]
    usual, found = found.mean(), found.head(at_most)
    chosen = own.iloc[found.index]
    table = chosen[["post_id", "posted_at", "caption"]].assign(
        say=found.to_numpy(),
        times=found.to_numpy() / usual,
        respects=[_most(says.loc[at]) for at in found.index],
        above=above[found.index],
    )
    return table.astype(COLUMNS).reset_index(drop=True)


def _own_history(posts: pd.DataFrame, post_id: str) -> tuple[pd.DataFrame, int]:
    """The posts of the same account up to this one, and its row: later ones are of no matter."""
    at = np.flatnonzero(posts["post_id"] == post_id)
    if not len(at):
        raise KeyError(post_id)
    history = histories(posts)
    own = posts[(history == history[at[0]]) & (np.arange(len(posts)) <= at[0])]
    return own.reset_index(drop=True), len(own) - 1


def _says(kernel: Kernel, above: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Share of each post in what the kernel says of the last one, shape (n,)."""
    says, last = np.zeros(len(known)), slice(len(known) - 1, len(known))
    columns, weights = similarity.weights_of(kernel.between, above, known, last)
    says[columns] = weights[0]
    return says / (says.sum() + kernel.prior)


def _most(says: pd.Series) -> str:
    """Respects in which a post has about as much say as anywhere, the most first."""
    ranked = says.sort_values(ascending=False, kind="stable")
    return ", ".join(ranked.index[ranked >= OF_THE_MOST * ranked.iloc[0]])
