"""The embargo that fits an account, from how fast its own views settle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from virality.evaluation.validation import first_train_size
from virality.posts.settling import AGES, FINAL_DAYS, bands, growth, settled_from

SHORTEST = 1.0  # days; the longest is the age at which a number counts as final


@dataclass(frozen=True)
class OwnEmbargo:
    """An embargo that an account's own readings chose.

    Attributes
    ----------
    days : float
        From this age on the median post has nine tenths of its final number; 30 where it has not
        within its first month.
    n_posts : int
        Posts that say so.
    before_tests : bool
        Whether they all went up before the first post that a model is tested on.
    """

    days: float
    n_posts: int
    before_tests: bool


def own_embargo(posts: pd.DataFrame, snapshots: pd.DataFrame) -> OwnEmbargo | None:
    """Choose the embargo from posts whose final number is known.

    The oldest posts, which no model is tested on, decide where enough of them were read when they
    were young.  Often only newer posts were; then all decide.  What they tell is how fast views
    come in, not how many do, so that no test is told what it should find out.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts.
    snapshots : DataFrame
        post_id, captured_at, views, posted_at: readings of posts that were read twice.

    Returns
    -------
    OwnEmbargo or None
        None where too few posts tell: five of about each of two ages are needed, one at which they
        had settled and the one before it at which they had not, see `settling.bands`.

    Examples
    --------
    >>> from virality.demo.growth import simulate_readings
    >>> readings = simulate_readings("steady", seed=2)
    >>> own_embargo(readings.drop_duplicates("post_id", keep="last"), readings).days
    7.0
    """
    known = growth(snapshots)
    known = known[known["post_id"].isin(posts["post_id"])]
    times = np.sort(posts["posted_at"].to_numpy())
    first = first_train_size(len(times))
    if first < len(times):
        early = known[known["posted_at"].to_numpy() < times[first]]
        if own := _chosen(early, before_tests=True):
            return own
    return _chosen(known, before_tests=False)


def _chosen(known: pd.DataFrame, before_tests: bool) -> OwnEmbargo | None:
    """None unless posts just younger than the embargo were seen not to have settled."""
    shares = bands(known)
    start = settled_from(known)
    days = FINAL_DAYS if np.isnan(start) else float(np.clip(start, SHORTEST, FINAL_DAYS))
    younger = max(edge for edge in AGES if edge < days)
    if shares.empty or (days > SHORTEST and younger not in set(shares["start"])):
        return None
    return OwnEmbargo(days, int(known["post_id"].nunique()), before_tests)
