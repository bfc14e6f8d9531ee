"""Whether a forecast picks the better of two posts, in words that sentences can use."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import nan

import pandas as pd

from virality.evaluation.ordering import ENOUGH_TO_ORDER, FORECAST
from virality.findings.scores import Estimate
from virality.models.catalogue import RECENT_RULE


class Pick(Enum):
    """What the pairs say of a forecast: does it pick the better of two posts?"""

    SURER = "surer than a coin"
    UNSURE = "not clearly surer than a coin"
    WRONG = "the worse one more often"
    UNTOLD = "too few posts to tell"


@dataclass(frozen=True)
class Ordering:
    """How often a forecast picks the better of two posts, in times out of a hundred.

    Parameters
    ----------
    model : str
    pick : Pick
    times : Estimate
        Out of a hundred; fifty is a coin.
    rule : str
        The plain rule beside it.
    rule_times : Estimate
        The same for the rule; NaN where it was not tried.
    n, pairs : int
        Held-out posts, and their pairs.
    """

    model: str
    pick: Pick
    times: Estimate
    rule: str
    rule_times: Estimate
    n: int
    pairs: int


def ordering(
    table: pd.DataFrame, model: str, by: str = FORECAST, rule: str = RECENT_RULE
) -> Ordering | None:
    """Return whether a forecast picks the better of two posts; None where there are no pairs.

    Parameters
    ----------
    table : DataFrame
        From :func:`virality.evaluation.ordering.pairwise_table`.
    model : str
    by : str
        Which of its columns orders: "y_pred", or "order".
    rule : str
        The plain rule to print beside it: of the two that forecasts are compared with, the one
        that does not say the same of all posts of a fold.

    Returns
    -------
    Ordering or None
    """
    rows = table[(table["model"] == model) & (table["by"] == by) & (table["n"] > 0)]
    if rows.empty:
        return None
    row = rows.iloc[0]
    other = table[(table["model"] == rule) & (table["by"] == FORECAST)]
    share = Estimate(row.share, row.low, row.high)
    return Ordering(
        model,
        _pick(share, int(row.n)),
        _in_a_hundred(row),
        rule,
        _in_a_hundred(other.iloc[0]) if len(other) else Estimate(nan),
        int(row.n),
        int(row.pairs),
    )


def _in_a_hundred(row: pd.Series) -> Estimate:
    return Estimate(*(100 * float(end) for end in (row.share, row.low, row.high)))


def _pick(share: Estimate, n: int) -> Pick:
    if share.low > 0.5:
        return Pick.SURER
    if share.high < 0.5:
        return Pick.WRONG
    return Pick.UNSURE if n >= ENOUGH_TO_ORDER else Pick.UNTOLD
