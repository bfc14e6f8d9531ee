"""Did something change on an account, more than luck changes it all the time?"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from virality.advice.dating import Dated, date_of_change
from virality.advice.level import level_over_time, outcomes
from virality.advice.luck import Kept, kept_after_hits
from virality.advice.stretches import stretches
from virality.core.protocol import DEFAULT, Protocol


@dataclass(frozen=True)
class Changes:
    """What changed on an account.

    Attributes
    ----------
    level : DataFrame
        A row per post, index post_id, in time order: `posted_at`, `y` (log outcome), `settled`, and
        `level` with `lower` and `upper`, the middle of the settled posts around and an interval.
    stretches : DataFrame
        The last 5, 10 and 20 settled posts against ordinary luck, a row each, with the columns of
        `stretches.Stretch`; empty with fewer than 60.
    date : Dated or None
        A change that has a date.
    kept : Kept or None
        What later posts keep of a hit; None with fewer than 140 settled posts.
    """

    level: pd.DataFrame
    stretches: pd.DataFrame
    date: Dated | None
    kept: Kept | None


def changes(posts: pd.DataFrame, *, protocol: Protocol = DEFAULT) -> Changes:
    """Compare an account with its own ordinary luck.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts of one creator.  Those whose outcome has not had time to grow are kept out of
        every comparison; several platforms are brought to one level.
    protocol : Protocol
        Its target, embargo, and the coverage of the interval of the level.

    Returns
    -------
    Changes

    Raises
    ------
    UserError
        For a target that does not exist.

    Examples
    --------
    >>> from virality.demo.posts import simulate_creator
    >>> found = changes(simulate_creator(n_posts=140))
    >>> found.stretches[["posts", "before", "claimed"]].to_dict("list")
    {'posts': [5, 10, 20], 'before': [30, 30, 30], 'claimed': [False, False, False]}
    """
    found = outcomes(posts, protocol)
    return Changes(
        level=level_over_time(found, protocol.coverage),
        stretches=stretches(found.settled.to_numpy(float)),
        date=date_of_change(found.settled, found.days),
        kept=kept_after_hits(found.settled),
    )
