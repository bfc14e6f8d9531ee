"""Many creators in one table that is in memory: DataFrame in, DataFrames out."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from virality.core.bounds import shown
from virality.core.errors import UserError
from virality.core.protocol import DEFAULT, Protocol
from virality.creators.evaluate.chunks import chunked
from virality.creators.evaluate.one import Work
from virality.creators.evaluate.settings import N_SHIFTS, Settings, chosen_models, text_recipe
from virality.creators.evaluate.spread import spread
from virality.creators.evaluate.tables import Evaluation
from virality.evaluation.forecast import PriorModel


def evaluate_many(
    posts: pd.DataFrame,
    by: str = "author",
    *,
    models: str | Iterable[str] = "all",
    text: str = "classic",
    n_shifts: int = N_SHIFTS,
    n_bootstrap: int = 1000,
    prior: PriorModel | None = None,
    timezone: str = "UTC",
    jobs: int = 1,
    scheduler: str = "",
    protocol: Protocol = DEFAULT,
) -> Evaluation:
    """Predict every creator's posts out of fold, each from that creator's own past.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts of any number of creators; columns that are lacking are missing values.
    by : str
        Column that separates them.
    models : list of str, or "all"
        Those of the book and the forecast by default; the naive rules always come along.
    text : {"none", "classic", "pretrained"}
        What turns captions and hashtags into vectors: nothing, patterns of letters, or CLIP.
    n_shifts : int
        Of the content test; 0 leaves it out.
    n_bootstrap : int
        For the intervals of the scores.
    prior : PriorModel, optional
        A model fitted on other creators: one more expert of the forecast.
    timezone : str
        In which all creators' hours and weekdays are counted.
    jobs : int
        Processes, one or more; the result does not depend on it.
    scheduler : str
        Address of a Dask scheduler that has workers; nor on this.
    protocol : Protocol

    Returns
    -------
    Evaluation
        Tables with a first column `by`, creators in order.  Creators with fewer than 30 posts are
        in `creators` alone, and so are those at whom something went wrong.

    Raises
    ------
    UserError
        When there is no such column, or it separates no creators.

    Examples
    --------
    >>> from virality.demo.posts import simulate_creator
    >>> two = pd.concat([simulate_creator(40, i).assign(author=f"no. {i}") for i in (1, 2)])
    >>> found = evaluate_many(two, models=["ridge"], text="none", n_shifts=0, n_bootstrap=50)
    >>> found.creators[["author", "status"]].to_numpy().tolist()
    [['no. 1', 'modelled'], ['no. 2', 'modelled']]
    """
    settings = Settings(
        by=by, models=chosen_models(models, protocol.split), protocol=protocol, text=text,
        n_shifts=n_shifts, n_bootstrap=n_bootstrap, timezone=timezone,
    )  # fmt: skip
    if by not in posts:
        raise UserError(f"The posts table has no column {shown(by)}.", do="Name one with --by.")
    work = Work(settings, text_recipe(text), prior)
    chunks = chunked(posts.groupby(by, sort=True))
    parts = dict(spread(chunks, work, jobs, scheduler))
    return Evaluation.of([parts[number] for number in sorted(parts)], by)
