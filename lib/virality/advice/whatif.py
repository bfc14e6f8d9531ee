"""What went with what on an account, and what it would take to find out whether it is the cause.

Each choice is set against views at equal level and equal content, see
`virality.evidence.associations`: it went with more views, or with fewer, or so many posts show
nothing.  That is an association, whatever its size.  So beside each stands the price of an answer:
how many posts an experiment on it takes.
"""

from __future__ import annotations

from dataclasses import asdict

import pandas as pd

from virality.advice.choices import Choices, choices
from virality.advice.experiments.detectable import pair_spread, posts_needed
from virality.core.protocol import DEFAULT, Protocol
from virality.evidence.associations import Association, associate_beside
from virality.features.table import Features, model_table

WORTH_KNOWING = 1.5  # times the views, for which an experiment is priced where nothing is seen

#: Of the table, in its order.
COLUMNS = {
    "name": "string",
    "family": "string",
    "unit": "string",
    "label": "string",
    "n": "int64",
    "n_with": "int64",
    "n_without": "int64",
    "step": "float64",
    "factor": "float64",
    "low": "float64",
    "high": "float64",
    "p": "float64",
    "p_adjusted": "float64",
    "detectable": "float64",
    "tested_factor": "float64",
    "experiment_posts": "Int64",
}


def what_if(
    posts: pd.DataFrame,
    features: Features = None,
    *,
    regimes: pd.DataFrame | None = None,
    protocol: Protocol = DEFAULT,
) -> pd.DataFrame:
    """What went with the length, the hashtags, the caption, the opening and the kind of posts.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts of one creator; those whose outcome has matured are used.
    features : DataFrame or list of DataFrame, optional
        Feature tables indexed by post_id (features, embeddings); built when none are given.
    regimes : DataFrame, optional
        From :func:`virality.find_regimes`; kinds of post that come back are set against the rest.
    protocol : Protocol
        Its target and embargo.

    Returns
    -------
    DataFrame
        A row per choice.  `name`, `family` (length, hashtags, caption, opening, kind), `unit`,
        `label` (hashtags, what a kind is called), then as in
        :func:`virality.associations`: `n`, `n_with`, `n_without`, `step` (in the unit), `factor`
        (of the outcome, per step), `low`, `high` (for all choices together), `p`, `p_adjusted`,
        `detectable`; NaN where it cannot be told.  `experiment_posts` is what an experiment takes
        that finds `tested_factor` in eighty of a hundred cases: the factor seen where one is
        seen, else ×1.5; missing where no experiment of 400 posts would.

    Examples
    --------
    >>> import virality as vi
    >>> found = vi.what_if(vi.simulate_creator(n_posts=140))
    >>> found.loc[found["name"] == "choice__length", "unit"].item()
    'seconds'
    >>> told = found.dropna(subset="p")
    >>> bool((told["p_adjusted"] >= told["p"]).all())
    True
    """
    table = model_table(posts, features, protocol)
    own = posts.set_index(posts["post_id"].astype("string")).loc[table.y.index]
    chosen = choices(own, table.X, regimes)
    found = went_with(table.y, chosen, table.X)
    rows = pd.DataFrame([asdict(each) for each in found], columns=_OF_ASSOCIATIONS)
    rows = rows.join(chosen.about, on="name")
    spread, _ = pair_spread(posts, protocol.embargo_days)
    seen = [each.factor if each.found else WORTH_KNOWING for each in found]
    rows["tested_factor"] = pd.Series(seen, dtype=float)
    rows["experiment_posts"] = pd.array([posts_needed(x, spread) for x in seen], dtype="Int64")
    return rows[list(COLUMNS)].astype(COLUMNS)


def went_with(y: pd.Series, chosen: Choices, X: pd.DataFrame) -> tuple[Association, ...]:
    """Set outcomes against choices, at equal content.

    Parameters
    ----------
    y : Series of shape (n,)
        Log outcome of matured posts, in time order.
    chosen : Choices
        Of the same posts.
    X : DataFrame of shape (n, n_columns)
        Their columns; those that are no content are not looked at.

    Returns
    -------
    tuple of Association
        In the order of the choices.
    """
    return associate_beside(y, chosen.facts, X, same=chosen.same)


_OF_ASSOCIATIONS = [
    "name", "n", "n_with", "n_without", "step", "factor", "low", "high", "p", "p_adjusted",
    "detectable",
]  # fmt: skip
