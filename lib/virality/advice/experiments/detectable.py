"""What an experiment of so many posts can detect, and how many an effect would take.

The table is of the procedure itself (`sequential`): the difference, in units of the account's usual
difference within a pair, that it finds in eighty of a hundred experiments, looks after each pair
included.  Luck is that of Student's t with four degrees of freedom, as views have heavy tails.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np
import pandas as pd

from virality.core.embargo import microseconds
from virality.features.targets import is_matured, target_values
from virality.models.level import robust_spread

POWER = 0.8
#: By planned pairs: the difference that is found in eighty of a hundred, in usual differences.
NEEDED = {
    6: 1.595,
    8: 1.316,
    10: 1.144,
    12: 1.026,
    15: 0.902,
    20: 0.774,
    25: 0.674,
    30: 0.609,
    40: 0.528,
    50: 0.463,
    60: 0.428,
    80: 0.371,
    100: 0.330,
    150: 0.266,
    200: 0.230,
}
USUAL = 1.2  # log units; of simulated accounts with a spread as real ones have it
RECENT_POSTS, FEWEST_POSTS = 200, 30


def detectable(n_posts: int, spread: float = USUAL) -> float:
    """Return the factor that an experiment finds in eighty of a hundred cases.

    Parameters
    ----------
    n_posts : int
        Posts planned, two a pair.
    spread : float
        Usual difference between two neighbouring posts, log units, see `pair_spread`.

    Returns
    -------
    float
        Above 1.

    Examples
    --------
    >>> [round(detectable(n), 1) for n in (24, 40, 60)]
    [3.4, 2.5, 2.1]
    """
    pairs = np.log(list(NEEDED))
    needed = np.interp(np.log(n_posts / 2), pairs, np.log(list(NEEDED.values())))
    return float(np.exp(np.exp(needed) * spread))


def posts_needed(factor: float, spread: float = USUAL) -> int | None:
    """Return how many posts an experiment on an effect takes, for eighty of a hundred to find it.

    Parameters
    ----------
    factor : float
        On views; above or below 1.
    spread : float
        As for `detectable`.

    Returns
    -------
    int or None
        Even, 12 to 400; None where no experiment of so many would do.

    Examples
    --------
    >>> posts_needed(2.5), posts_needed(1 / 2.5), posts_needed(1.05)
    (42, 42, None)
    """
    effect = abs(np.log(factor)) / spread
    sizes: Sequence[int] = range(2 * min(NEEDED), 2 * max(NEEDED) + 1, 2)
    at = bisect_left(sizes, True, key=lambda n: bool(np.log(detectable(n, 1.0)) <= effect))
    return sizes[at] if at < len(sizes) else None


def pair_spread(posts: pd.DataFrame | None, embargo_days: float = 7) -> tuple[float, int]:
    """Return the usual difference in log views between an account's neighbouring posts.

    Parameters
    ----------
    posts : DataFrame or None
        Tidy posts of one account, in time order; those that had not matured are left out.
    embargo_days : float
        Days until a post counts as matured.

    Returns
    -------
    spread : float
        Robust standard deviation of the differences, log units; `USUAL` below 30 posts.
    n : int
        Posts that it rests on; 0 where it is the usual one.
    """
    if posts is None or posts.empty:
        return USUAL, 0
    settled = posts[is_matured(posts, embargo_days)]
    settled = settled.iloc[np.argsort(microseconds(settled["posted_at"]), kind="stable")]
    y = target_values(settled, "views").dropna().to_numpy()[-RECENT_POSTS:]
    spread = float(robust_spread(np.diff(y))) if len(y) >= FEWEST_POSTS else 0.0
    return (round(spread, 4), len(y)) if spread > 0 else (USUAL, 0)
