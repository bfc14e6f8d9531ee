"""Where an account stood, post by post: the middle of the posts around, and where it could lie."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from virality.core.protocol import DEFAULT, Protocol
from virality.features.targets import is_matured, target_values
from virality.posts.platforms import histories

AROUND = 10  # posts before and after that say where an account stood
FEWEST = 9  # posts around, from which their middle has an interval


@dataclass(frozen=True)
class Outcomes:
    """The outcomes of an account.

    Attributes
    ----------
    posts : DataFrame
        Index post_id, in time order: `posted_at`, `y` (log outcome) and `settled` (whether it had
        time to grow); posts without the outcome are left out.
    """

    posts: pd.DataFrame

    @property
    def settled(self) -> pd.Series:
        """Log outcomes that had time to grow, index post_id."""
        return self.posts.loc[self.posts["settled"], "y"]

    @property
    def days(self) -> pd.Series:
        """When the settled posts went up, index post_id."""
        return self.posts.loc[self.posts["settled"], "posted_at"]


def outcomes(posts: pd.DataFrame, protocol: Protocol = DEFAULT) -> Outcomes:
    """Take the log outcome of every post, several platforms on one level.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts of one creator.
    protocol : Protocol
        Its target and embargo.

    Returns
    -------
    Outcomes
    """
    y = target_values(posts, protocol.target)
    settled = is_matured(posts, protocol.embargo_days)
    history = histories(posts)
    if history.any():
        usual = y.where(settled).groupby(history).transform("median")
        y = y - usual + y[settled].median()
    days = posts["posted_at"].to_numpy()
    times = pd.Series(days, index=y.index)
    table = pd.DataFrame({"posted_at": times, "y": y, "settled": settled})
    return Outcomes(table.dropna(subset=["y"]).sort_values("posted_at", kind="stable"))


def level_over_time(found: Outcomes, coverage: float = DEFAULT.coverage) -> pd.DataFrame:
    """Middle of the settled posts around each post, and an interval for it.

    The interval lies between two of the posts around, counted from the lowest and from the highest,
    so that neither a hit nor the shape of luck matters to it.  It asks where the middle could lie
    if those posts differ by luck alone.

    Parameters
    ----------
    found : Outcomes
    coverage : float
        How often the interval should hold the middle.

    Returns
    -------
    DataFrame
        What `Outcomes.posts` has, and `level`, `lower` and `upper` in log units; NaN for posts that
        have not settled, the interval also where fewer than nine posts are around.
    """
    y = found.settled.to_numpy()
    middle = np.full((len(y), 3), np.nan)
    for i in range(len(y)):
        around = np.sort(y[max(0, i - AROUND) : i + AROUND + 1])
        middle[i, 0] = np.median(around)
        if len(around) >= FEWEST:
            place = int(stats.binom.ppf((1 - coverage) / 2, len(around), 0.5))
            middle[i, 1:] = around[place - 1], around[-place]
    columns = ["level", "lower", "upper"]
    return found.posts.join(pd.DataFrame(middle, index=found.settled.index, columns=columns))
