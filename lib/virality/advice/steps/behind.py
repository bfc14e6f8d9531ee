"""The posts behind a suggestion, each beside those around it: the newest, not the best."""

from __future__ import annotations

import numpy as np
import pandas as pd

from virality.advice.steps.candidates import had
from virality.advice.steps.next_steps import State
from virality.advice.timing import WhenToPost
from virality.core.protocol import DEFAULT, Protocol
from virality.evidence.residuals import clipped, relative
from virality.features.table import Features, model_table

SHOWN = 4  # posts of each suggestion


def posts_behind(
    found: pd.DataFrame,
    posts: pd.DataFrame,
    features: Features = None,
    *,
    when: WhenToPost,
    regimes: pd.DataFrame | None = None,
    timezone: str = "UTC",
    protocol: Protocol = DEFAULT,
) -> pd.DataFrame:
    """Return the newest posts that did what is suggested.

    Parameters
    ----------
    found : DataFrame
        From :func:`virality.next_steps`.
    posts, features, when, regimes, timezone, protocol
        What it was asked with.

    Returns
    -------
    DataFrame
        At most four rows a suggestion, the newest first: `name`, `post_id`, and `factor`, the
        views of the post to the middle of the ten around it, without far outliers.
    """
    steps = found[found["state"].eq(State.SUGGESTED.name)]
    columns = {"name": "string", "post_id": "string", "factor": "float64"}
    if steps.empty:
        return pd.DataFrame(columns=list(columns)).astype(columns)
    table = model_table(posts, features, protocol)
    held = had(posts, table, when, regimes, timezone)
    near = np.exp(pd.Series(relative(clipped(table.y.to_numpy(float))), index=table.y.index))
    rows = []
    for step in steps.itertuples():
        did = held.follows(step.name, bool(step.more))
        newest = did.index[did][::-1][:SHOWN]
        rows += [(step.name, post_id, near[post_id]) for post_id in newest]
    return pd.DataFrame(rows, columns=list(columns)).astype(columns)
