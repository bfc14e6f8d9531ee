"""The posts behind a suggestion, each beside those around it: the newest, not the best."""

from __future__ import annotations

import numpy as np
import pandas as pd

from virality.advice.steps.next_steps import Examined, State
from virality.evidence.residuals import clipped, relative

SHOWN = 4  # posts of each suggestion


def posts_behind(found: Examined) -> pd.DataFrame:
    """Return the newest posts that did what is suggested.

    Parameters
    ----------
    found : Examined
        From :func:`virality.advice.steps.next_steps.examine`.

    Returns
    -------
    DataFrame
        At most four rows a suggestion, the newest first: `name`, `post_id`, and `factor`, the
        views of the post to the middle of the ten around it, without far outliers.
    """
    steps = found.steps[found.steps["state"].eq(State.SUGGESTED.name)]
    rows = []
    if len(steps):
        near = np.exp(pd.Series(relative(clipped(found.y.to_numpy(float))), index=found.y.index))
    for step in steps.itertuples():
        did = found.held.follows(step.name, bool(step.more))
        newest = did.index[did][::-1][:SHOWN]
        rows += [(step.name, post_id, near[post_id]) for post_id in newest]
    columns = {"name": "string", "post_id": "string", "factor": "float64"}
    return pd.DataFrame(rows, columns=list(columns)).astype(columns)
