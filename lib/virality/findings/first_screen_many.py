"""What the first screen of a report on several creators says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from virality.findings.creators import Pooled, pooled
from virality.findings.first_screen import Reach, months, reach, stand_ins


@dataclass(frozen=True)
class ManyScreen:
    """What it says.

    Attributes
    ----------
    first, last : str
        Months of the first and the last post.
    simulated, stand_ins : bool
        Whether a program made the posts, and whether the classic encoders described them.
    reach : Reach or None
        Of all posts together; None without a post.
    lowest, highest : float
        Medians of views of the smallest and of the biggest creator; NaN without a post.
    found : Pooled
    """

    first: str
    last: str
    simulated: bool
    stand_ins: bool
    reach: Reach | None
    lowest: float
    highest: float
    found: Pooled

    @property
    def views(self) -> tuple[float, ...]:
        """Of every post, in order of time."""
        return self.reach.views if self.reach else ()


def many_screen(run: Mapping[str, Any], *, simulated: bool = False) -> ManyScreen:
    """Return what the first screen says.

    Parameters
    ----------
    run : mapping of str to artefact
        Its `posts`, `creators` and `encoders`.
    simulated : bool
        Whether a program made the posts.
    """
    posts: pd.DataFrame = run["posts"].sort_values("posted_at", kind="stable")
    middles = posts.groupby("author")["views"].median().astype(float)
    return ManyScreen(
        *months(posts),
        simulated,
        stand_ins(run["encoders"]),
        reach(posts),
        float(middles.min()),
        float(middles.max()),
        pooled(run["creators"]),
    )
