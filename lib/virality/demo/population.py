"""Accounts that differ as real ones do: worlds drawn from a population, and captions mixed up.

Calibrated to 101 real creators with 100 posts or more, who are no part of this project: the last
30 % held out, embargo 3 days, captions and metadata, no media, log views.  Medians over creators,
real / simulated (seeds 0 to 49); errors relative to that of the median of ten, which is .864 / .862
in log units; R² against the training mean:

    forecast                                 error          R²             Spearman
    median of ten                            1              −.046 / −.059
    weighted mean of recent posts             .973 /  .957   .031 / −.026   .01 / .00
    stack, metadata and momentum              .950 /  .944   .066 /  .020   .074 / .022
    XGBoost, metadata and momentum            .964 /  .961   .067 /  .027   .082 / .063
    XGBoost, with the classic text blocks     .962 /  .966   .071 /  .040   .124 / .124
    forest on words and metadata, no level   1.016 / 1.005   .041 / −.001   .166 / .159
    content found by the book's test         48 % / 62 % of the creators

The simulated level is a little harder to follow than a real one, and a little more is to be found.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from virality.demo.worlds import Shares, World

#: level -> share of accounts
LEVELS = {"white": 0.2, "ar": 0.1, "slow": 0.5, "walk": 0.1, "jump": 0.1}
LEVEL_SIZES = (0.2, 0.65)
STRENGTHS = (0.4, 2.2)  # multiples of the usual shares of variance
HALF_LIVES = (100.0, 200.0, 400.0, np.inf)
POSTS = (100, 300)
USUAL_SPREAD, USUAL_DAYS = 1.09, 2.0


def drawn_world(seed: int, n: int | None = None) -> World:
    """One account's world, drawn as real accounts differ.

    Parameters
    ----------
    seed : int
    n : int, optional
        Posts; 100 to 300 when left out.

    Returns
    -------
    World

    Examples
    --------
    >>> drawn_world(1) == drawn_world(1)
    True
    >>> drawn_world(1, n=60).n
    60
    """
    rng = np.random.default_rng([seed, 1])
    drawn = int(rng.integers(POSTS[0], POSTS[1] + 1))
    return World(
        n=n or drawn,
        level=str(rng.choice(list(LEVELS), p=list(LEVELS.values()))),
        level_size=float(rng.uniform(*LEVEL_SIZES)),
        luck=str(rng.choice(["t", "viral"])),
        shares=Shares().times(float(rng.uniform(*STRENGTHS))),
        half_life=float(rng.choice(HALF_LIVES)),
        base=float(rng.normal(9, 1.2)),
        spread=float(rng.lognormal(np.log(USUAL_SPREAD), 0.2)),
        days_between=float(rng.lognormal(np.log(USUAL_DAYS), 0.5)),
    )


def shuffled_captions(posts: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """The same posts with their captions dealt out anew: what captions told is gone.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts of one account.
    seed : int

    Returns
    -------
    DataFrame
    """
    order = np.random.default_rng([seed, 2]).permutation(len(posts))
    return posts.assign(caption=posts["caption"].array[order])
