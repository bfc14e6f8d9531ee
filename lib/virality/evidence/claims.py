"""Is anything predictable at all?  Two claims, each with its own test.

*Content*: does what a post shows say anything about its views, beyond how the account was doing?
*History*: does how the account was doing say anything, beyond its long-run median?
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from scipy import stats

from virality.core import resampling as bs
from virality.core.protocol import DEFAULT, Protocol
from virality.core.threads import one_thread
from virality.evaluation.evaluate import fit_fold, fold_data
from virality.evidence import shifts as sh
from virality.evidence.level_free import Content, content_series
from virality.features.table import Features, model_table
from virality.models.catalogue import LONG_RUN_RULE, MAIN_NONLINEAR, RECENT_RULE

MIN_TESTED = 12  # held-out posts for a test of history

#: One row per test; which columns a kind fills is said by the function that makes it.
EVIDENCE_COLUMNS = {
    "kind": "string",
    "block": "string",
    "model": "string",
    "measure": "string",
    "statistic": "float64",
    "low": "float64",
    "high": "float64",
    "p": "float64",
    "p_adjusted": "float64",
    "n": "int64",
    "n_train": "Int64",
    "n_shifts": "Int64",
}


def content_test(
    posts: pd.DataFrame,
    features: Features = None,
    *,
    protocol: Protocol = DEFAULT,
    n_shifts: int = 499,
) -> pd.DataFrame:
    """Does any content say something about views?  Shifted content, refitted in every fold.

    A ridge regression with a fixed penalty predicts, fold by fold, how far a post lies above the
    account's level.  The same is done with the content of each block shifted against the outcomes.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts of one creator.
    features : DataFrame or list of DataFrame, optional
        Feature tables indexed by post_id; metadata alone when none are given.
    protocol : Protocol
        Its target, its embargo, and its seed for the choice of shifts, where there are more than
        wanted.  The folds are the test's own, see `content_folds`.
    n_shifts : int
        Shifts wanted; n posts have about n − 20 that are not close to zero, and the table says how
        many were used.

    Returns
    -------
    DataFrame
        Columns as in `EVIDENCE_COLUMNS`.  One row of kind "content_any" (block "all"): `statistic`
        of all blocks together with its `p`, and `p_adjusted` for any content at all (see
        `shifts.combined`): that is the claim.  One row of kind "content" per block: Spearman,
        its own `p`, and `p_adjusted` for the number of blocks.  Empty when nothing can be tested.

    Examples
    --------
    >>> from virality.demo.posts import simulate_creator
    >>> found = content_test(simulate_creator(n_posts=60), n_shifts=19)
    >>> found[["kind", "block"]].to_numpy().tolist()
    [['content_any', 'all'], ['content', 'metadata'], ['content', 'hook']]
    """
    table = model_table(posts, features, protocol)
    return content_evidence(content_series(table, protocol), n_shifts, protocol.seed)


def content_evidence(content: Content, n_shifts: int = 499, seed: int = 0) -> pd.DataFrame:
    """The content test on prepared series.

    Parameters
    ----------
    content : Content
        From `level_free.content_series`.
    n_shifts : int
        Shifts wanted.
    seed : int
        Of the choice of shifts.

    Returns
    -------
    DataFrame
        As from `content_test`.
    """
    if not content.testable:
        return empty_evidence()
    moves = sh.all_shifts(len(content.residual), n_shifts, seed=seed)
    sources = [*content.blocks.values(), content.together()]
    with one_thread():
        statistics = np.hstack(
            [sh.shift_statistics(z, content.residual, content.folds, moves) for z in sources]
        )
    return content_rows(list(content.blocks), statistics, content.n_tested)


def content_rows(blocks: list[str], statistics: np.ndarray, n_tested: int) -> pd.DataFrame:
    """Return what a test of content found, corrected for the blocks that were tried.

    Parameters
    ----------
    blocks : list of str
    statistics : ndarray of shape (1 + n_shifts, n_blocks + 1)
        A column per block and one for all together; first unshifted, then a row per shift.
    n_tested : int
        Posts in the test folds.

    Returns
    -------
    DataFrame
        As from `content_test`.
    """
    p, p_adjusted = sh.stepdown(statistics[:, :-1])
    p_together, p_any = sh.combined(statistics[:, :-1], statistics[:, -1])
    common = {"measure": "spearman", "model": "ridge", "n": n_tested,
              "n_shifts": len(statistics) - 1}  # fmt: skip
    rows = [
        {"kind": "content_any", "block": sh.TOGETHER, "statistic": statistics[0, -1],
         "p": p_together, "p_adjusted": p_any, **common}
    ]  # fmt: skip
    rows += [
        {"kind": "content", "block": name, "statistic": statistics[0, i], "p": p[i],
         "p_adjusted": p_adjusted[i], **common}
        for i, name in enumerate(blocks)
    ]  # fmt: skip
    return evidence_table(rows)


def tree_test(
    posts: pd.DataFrame,
    tables: Iterable[pd.DataFrame],
    *,
    models: Iterable[str] = (MAIN_NONLINEAR,),
    protocol: Protocol = DEFAULT,
    n_shifts: int = 499,
) -> pd.DataFrame:
    """Do trees see anything in the content?  Outcomes shifted inside each fold, without a refit.

    The trees are fitted on the same level-free series as the content test, once.  Their held-out
    predictions are then compared with the held-out residuals, and with these shifted within their
    fold; ranks are centred within folds, so that no fold's own level can speak.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts of one creator.
    tables : list of DataFrame
        Feature tables indexed by post_id.
    models : list of str
        From `models.MODELS`.
    protocol : Protocol
    n_shifts : int
        Random shifts within the folds.

    Returns
    -------
    DataFrame
        One row of kind "trees" per model, block "all".
    """
    table = model_table(posts, tables, protocol)
    content = content_series(table, protocol)
    if not content.testable:
        return empty_evidence()
    # Trees need more posts to start from: the forecasts' own folds.
    folds = list(fold_data(content.table, protocol))
    rows = []
    for model in models:
        predicted = [fit_fold(fold, model).y_pred.to_numpy() for fold in folds]
        truth = [fold.y_test.to_numpy() for fold in folds]
        statistic, p = shift_within_folds(truth, predicted, n_shifts, protocol.seed)
        rows.append({"kind": "trees", "block": sh.TOGETHER, "model": model, "measure": "spearman",
                     "statistic": statistic, "p": p, "p_adjusted": p, "n": sum(map(len, truth)),
                     "n_shifts": n_shifts})  # fmt: skip
    return evidence_table(rows)


def shift_within_folds(
    truth: list[np.ndarray], predicted: list[np.ndarray], n_shifts: int = 499, seed: int = 0
) -> tuple[float, float]:
    """Rank correlation within folds, and how rarely a shift inside the folds reaches it.

    Parameters
    ----------
    truth, predicted : list of ndarray
        One pair per fold, in time order.
    n_shifts : int
    seed : int

    Returns
    -------
    statistic, p : float
        NaN and 1 when the predictions do not rank at all.
    """
    a = [sh.fold_ranks(t[:, None])[:, 0] for t in truth]
    b = [sh.fold_ranks(np.round(p, 9)[:, None])[:, 0] for p in predicted]
    size = np.sqrt(sum(x @ x for x in a) * sum(x @ x for x in b))
    if not size > 0:
        return np.nan, 1.0
    rng = np.random.default_rng(seed)
    total = np.zeros(1 + n_shifts)
    for ranks, forecast in zip(a, b, strict=True):
        # All shifts, near ones and none at all as well: only a whole group gives an exact rank.
        at_shift = np.array([np.roll(ranks, move) @ forecast for move in range(len(ranks))])
        total += at_shift[np.concatenate([[0], rng.integers(0, len(ranks), n_shifts)])]
    return float(total[0] / size), float((total >= total[0] - 1e-12).mean())


def history_test(predictions: pd.DataFrame, split: str = "expanding") -> pd.DataFrame:
    """Does recent history beat the long run?  A paired test on the same held-out posts.

    Absolute error, the book's loss, and a median on both sides: of the last ten posts, and of all
    training posts.  So neither can win by being a median.  Errors of neighbours hang together, so
    the standard error is that of circular blocks, with one degree of freedom per block but one.
    One-sided, and so is the bound that is shown beside it: the claim is made just where the bound
    lies above zero.

    Parameters
    ----------
    predictions : DataFrame
        Long table with the baselines `RECENT_RULE` and `LONG_RUN_RULE`.
    split : str

    Returns
    -------
    DataFrame
        One row of kind "history": `statistic` is the share of the training median's absolute error
        that the rolling median saves, `low` what it saves at least (95 %, one-sided).  Empty
        without held-out posts.
    """
    keys = ["fold", "post_id"]
    chosen = predictions[predictions["split"] == split].drop_duplicates([*keys, "model"])
    recent, long_run = (
        chosen[chosen["model"] == model].set_index(keys) for model in (RECENT_RULE, LONG_RUN_RULE)
    )
    both = long_run.join(recent["y_pred"].rename("recent"), how="inner")
    return history_evidence(both["y_true"], both["recent"], both["y_pred"])


def history_evidence(y, recent, long_run) -> pd.DataFrame:
    """The history test on arrays.

    Parameters
    ----------
    y, recent, long_run : array-like of shape (n,)
        Held-out outcomes and two forecasts of them, log views, in time order.

    Returns
    -------
    DataFrame
        As from `history_test`.
    """
    y, recent, long_run = (np.asarray(values, dtype=float) for values in (y, recent, long_run))
    gain = np.abs(y - long_run) - np.abs(y - recent)
    base = float(np.abs(y - long_run).mean()) if len(y) else 0.0
    if len(y) < MIN_TESTED or base <= 0:
        return empty_evidence()
    error = bs.block_standard_error(gain)
    freedom = max(len(y) / bs.block_length(len(y)) - 1, 1)
    p = float(stats.t.sf(gain.mean() / error, freedom)) if error > 0 else 1.0
    half = float(stats.t.ppf(bs.CONFIDENCE, freedom)) * error
    return evidence_table(
        [{"kind": "history", "block": "momentum", "model": RECENT_RULE,
          "measure": "share of absolute error saved", "statistic": gain.mean() / base,
          "low": (gain.mean() - half) / base, "p": p, "p_adjusted": p, "n": len(y)}]
    )  # fmt: skip


def evidence_table(rows: list[dict]) -> pd.DataFrame:
    """Rows as an `evidence` table; what a row leaves out is missing."""
    table = pd.DataFrame(rows, columns=list(EVIDENCE_COLUMNS))
    return table.astype(EVIDENCE_COLUMNS)


def empty_evidence() -> pd.DataFrame:
    """An `evidence` table of the right columns and no rows."""
    return evidence_table([])
