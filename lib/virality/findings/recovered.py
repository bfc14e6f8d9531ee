"""Was what had been planted in a simulated creator recovered?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from virality.demo.model import KNOWABLE, Truth


def recovery(truth: Truth, predictions: pd.DataFrame, draws: int = 500) -> pd.DataFrame:
    """Measure how much of each planted term shows in held-out predictions.

    Predictions and terms are centred within their fold, and the predictions are regressed on
    all planted terms together: a slope of 1 means that the model says of this term exactly
    what was planted, 0 that it does not see it, a negative one that it has it the wrong way
    round. Intervals come from a circular block bootstrap over posts in order of time.

    Parameters
    ----------
    truth : Truth
        What was planted.
    predictions : DataFrame
        Held-out predictions of *one* model: ``post_id``, ``fold``, ``y_pred`` (log views).
    draws : int
        Bootstrap draws.

    Returns
    -------
    DataFrame
        One row per knowable term: ``term``, ``planted_sd``, ``slope``, ``lower``, ``upper``
        (95 %), ``n_posts``. The slope is NaN where nothing was planted, or where there are
        too few posts.
    """
    terms, planted = truth.terms(), truth.planted()
    table = predictions.drop_duplicates("post_id").set_index("post_id")
    table = table.loc[[one for one in terms.index if one in table.index]]
    active = [name for name in KNOWABLE if planted[name] > 0]
    joined = terms.loc[table.index, active].assign(y=table["y_pred"].astype(float))
    centred = joined - joined.groupby(table["fold"]).transform("mean")
    slopes, lower, upper = _slopes(centred[active].to_numpy(), centred["y"].to_numpy(), draws)
    found = pd.DataFrame({"slope": slopes, "lower": lower, "upper": upper}, index=active)
    found = found.reindex(list(KNOWABLE))
    found.insert(0, "planted_sd", planted)
    return found.rename_axis("term").reset_index().assign(n_posts=len(table))


def _slopes(x: np.ndarray, y: np.ndarray, draws: int) -> tuple[np.ndarray, ...]:
    """Return least-squares slopes and their 95 % block-bootstrap interval."""
    n, width = x.shape
    if width == 0 or n < 5 * width:
        return (np.full(width, np.nan),) * 3
    slopes = np.linalg.lstsq(x, y, rcond=None)[0]
    rng, block = np.random.default_rng(0), min(12, n)
    starts = rng.integers(0, n, (draws, -(-n // block)))
    rows = ((starts[:, :, None] + np.arange(block)) % n).reshape(draws, -1)[:, :n]
    drawn = np.array([np.linalg.lstsq(x[one], y[one], rcond=None)[0] for one in rows])
    # Standard errors hold their level better here than percentiles of few blocks.
    reach = 2.0 * drawn.std(axis=0)
    return slopes, slopes - reach, slopes + reach
