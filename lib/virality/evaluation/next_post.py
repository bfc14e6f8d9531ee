"""The forecast of one post that is not there yet: a post without an outcome.

Everything is as for a held-out post of the book: the same rules, models fitted on what had matured
when it goes up, and experts weighed by what they had missed by then.  What they said of the posts
before is not asked again, for no later post changes it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from virality.core.embargo import microseconds
from virality.core.protocol import Protocol
from virality.evaluation import experts as ex
from virality.evaluation.folds import FoldFits, one_fold
from virality.evaluation.forecast import PriorModel, ask_prior, forecast_rows, listen
from virality.evaluation.validation import MIN_TRAIN, make_splitter
from virality.features.level import pulled_in
from virality.features.table import ModelTable
from virality.models import gaussian_process
from virality.models.centring import centred


@dataclass(frozen=True)
class NextPost:
    """What is known of a post before it goes up.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts, and the new one as their last row.
    X, baselines : DataFrame
        One row each, index post_id: its features, and the naive rules' columns.
    """

    posts: pd.DataFrame
    X: pd.DataFrame
    baselines: pd.DataFrame

    @property
    def moment(self) -> int:
        """When it goes up, in microseconds."""
        return int(microseconds(self.posts["posted_at"].tail(1))[0])


def fits_at(table: ModelTable, moment: int, number: int, protocol: Protocol) -> FoldFits | None:
    """Fit the models of the forecast on what had matured at a moment.

    Parameters
    ----------
    table : ModelTable
        Of the posts that are there.
    moment : int
        In microseconds.
    number : int
        Of the fold: one more than the last.
    protocol : Protocol

    Returns
    -------
    FoldFits or None
        To be asked `about` new posts; None where too few posts had matured.
    """
    train = make_splitter(table.times, protocol).learnt_by(moment)
    if len(train) < MIN_TRAIN:
        return None
    fits = FoldFits(one_fold(table, train, train[-1:], number, protocol))
    for name in ex.FITTED if fits.columns else ():
        fits[name]
    return fits


def forecast_next(
    post: NextPost,
    table: ModelTable,
    said: pd.DataFrame,
    fits: FoldFits,
    first: FoldFits,
    *,
    protocol: Protocol,
    prior: PriorModel | None = None,
) -> tuple[pd.DataFrame, FoldFits]:
    """Forecast a post that has no outcome yet.

    Parameters
    ----------
    post : NextPost
    table : ModelTable
        Of the posts that are there.
    said : DataFrame
        What experts said of these, of a `forecast.Forecast`.
    fits : FoldFits
        From `fits_at`, at the post's moment.
    first : FoldFits
        The first test fold of the table, which says what is usual, see `experts.likenesses`.
    protocol : Protocol
    prior : PriorModel, optional
        The one that was asked of the posts before.

    Returns
    -------
    DataFrame
        One row, columns as in `forecast.FORECAST_COLUMNS`, `y_true` missing.
    FoldFits
        The models, asked about this post.
    """
    whole = _joined(table, post)
    last = whole.y.index[-1:]
    mine = fits.about(post.X, post.baselines, whole.y[last])
    known = _recalled(said, whole.y.index)
    accounts = ex.accounts(post.posts, whole, protocol.embargo_days)
    own = next(account for account in accounts if account.rows[-1] == len(table.y))
    _ask(known, whole, own, mine, ex.likenesses(post.posts, whole, own.rows, first))
    if prior is not None:
        ask_prior(known, whole, prior)
    rows = forecast_rows(known, listen(known, whole.y, [own]), mine)
    return rows.assign(y_true=np.nan), mine


def _joined(table: ModelTable, post: NextPost) -> ModelTable:
    """The table with one more row, whose outcome is a placeholder that nobody ever reads."""
    index = post.X.index
    nothing = pd.Series(float(table.y.median()), index=index)
    time = post.posts["posted_at"].tail(1).set_axis(index)
    return ModelTable(
        pd.concat([table.X, post.X]),
        pd.concat([table.y, nothing]).rename(table.y.name),
        pd.concat([table.baselines, post.baselines]),
        pd.concat([table.times, time]).rename(table.times.name),
    )


def _recalled(said: pd.DataFrame, index: pd.Index) -> ex.Said:
    """What experts said of the posts that are there, in wide form and with an empty last row."""
    experts = [*ex.RULE_EXPERTS, *ex.FITTED, ex.PROCESS, ex.CENTRED]
    readers = [*ex.FITTED, ex.PROCESS]
    said = said[said["expert"].isin(experts)]
    wide = [
        said.pivot_table(value, "post_id", "expert")
        .reindex(index, columns=names)
        .rename_axis(None, axis=1)
        for value, names in (("forecast", experts), ("content", readers))
    ]
    return ex.Said(*(table.astype(float) for table in wide))


def _ask(known: ex.Said, whole: ModelTable, own: ex.Account, mine: FoldFits, alike) -> None:
    """Fill in what every expert says of the last post."""
    last = whole.y.index[-1]
    rules = ex.rule_forecasts(whole).loc[last]
    known.forecasts.loc[last, list(rules.index)] = rules
    for name in ex.FITTED if mine.columns else ():
        known.forecasts.loc[last, name] = float(mine[name].y_pred.iloc[0])
    outcome = whole.y.to_numpy()[own.rows]
    pulled = pulled_in(outcome, own.known)
    forecast, content = gaussian_process.condition_last(pulled, own.known, alike)
    known.forecasts.loc[last, ex.PROCESS], known.content.loc[last, ex.PROCESS] = forecast, content
    process = known.forecasts[ex.PROCESS].to_numpy()[own.rows]
    known.forecasts.loc[last, ex.CENTRED] = centred(process, outcome, own.known)[-1]
