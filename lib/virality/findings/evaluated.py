"""What an evaluation of many creators found: numbers that can stand beside a paper's table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan

import numpy as np
import pandas as pd
from scipy import stats

from virality.core.protocol import ALPHA, Protocol
from virality.core.text import DataText
from virality.creators.evaluate.predict import LONGER_RULE
from virality.creators.evaluate.tables import FAILED, MODELLED, TOO_FEW
from virality.evaluation.ordering import FORECAST, ORDER
from virality.findings.scores import Estimate
from virality.models.catalogue import MODEL_TABLE, RECENT_RULE

BADLY_COVERED = 0.7  # share of posts inside intervals that should hold 80 %
FEWEST = 6  # creators from which an interval over creators is given
#: What the book stands for, the first that was run.
STANDS_FOR = ("forecast", "stack", "xgboost", "block_ridge")
RULES = (RECENT_RULE, LONGER_RULE)
SHOWN = 20  # creators or files that went wrong and are named


@dataclass(frozen=True)
class Size:
    """How much there was."""

    creators: int
    modelled: int
    too_few: int
    failed: int
    posts: int
    tested: int
    unnamed: int  # posts whose creator nothing names


@dataclass(frozen=True)
class Row:
    """One model over all creators: medians, and shares of creators with their intervals."""

    model: str
    creators: int
    mae: float
    r2: float
    r2_oos: float
    spearman: float
    better: tuple[Estimate, ...]  # share of creators with a smaller error than each of `RULES`
    picked: float  # times out of a hundred that it picks the better of two posts
    picked_above: float  # the same by what it says above the level
    coverage: float
    badly_covered: float


@dataclass(frozen=True)
class Change:
    """Mean over creators of a model's error over another's on the same posts, less one."""

    model: str
    against: str
    creators: int
    change: Estimate
    error: float  # standard error of the mean


@dataclass(frozen=True)
class Content:
    """Of how many creators content carries information."""

    tested: int
    found: int
    share: Estimate


@dataclass(frozen=True)
class Problem:
    """A creator or a file that was left out, and why."""

    name: DataText
    why: DataText


@dataclass(frozen=True)
class Evaluated:
    """All of it.

    Attributes
    ----------
    size : Size
    main : str
        The model that the page speaks of; "" where nothing was modelled.
    rows : tuple of Row
        Smallest error first.
    changes : tuple of Change
    content : Content
    failed, unread : tuple of Problem
        At most `SHOWN` each; `size` counts all that failed.
    n_unread : int
    protocol : Protocol
    nominal : float
        What the intervals should hold.
    """

    size: Size
    main: str
    rows: tuple[Row, ...]
    changes: tuple[Change, ...]
    content: Content
    failed: tuple[Problem, ...]
    unread: tuple[Problem, ...]
    n_unread: int
    protocol: Protocol
    nominal: float

    def row(self, model: str) -> Row:
        """Return the row of a model."""
        return next(row for row in self.rows if row.model == model)


def evaluated(
    tables: dict[str, pd.DataFrame],
    by: str,
    protocol: Protocol,
    unread: dict[str, str] | None = None,
    unnamed: int = 0,
) -> Evaluated:
    """Return what an evaluation found.

    Parameters
    ----------
    tables : dict of str to DataFrame
        scores, pairs, coverage, evidence and creators, see `tables.TABLES`; rows in any order.
    by : str
        Column that names the creators.
    protocol : Protocol
    unread : dict of str to str, optional
        Why a file is not used, by its name.
    unnamed : int
        Posts whose creator nothing names.

    Returns
    -------
    Evaluated
    """
    creators = tables["creators"].sort_values(by, kind="stable")
    errors = _wide(tables["scores"], by, "mae")
    rows = tuple(_row(model, tables, by, errors) for model in errors)
    main = next((name for name in (*STANDS_FOR, *_models(errors)) if name in errors), "")
    wrong = creators[creators["status"] == FAILED]
    return Evaluated(
        size=_size(creators, unnamed),
        main=main,
        rows=tuple(sorted(rows, key=lambda row: (row.mae, row.model))),
        changes=_changes(errors, main),
        content=_content(tables["evidence"]),
        failed=_problems(wrong[by], wrong["problem"]),
        unread=_problems(list(unread or ()), list((unread or {}).values())),
        n_unread=len(unread or ()),
        protocol=protocol,
        nominal=protocol.coverage,
    )


def ratios(scores: pd.DataFrame, by: str, model: str, rule: str = RECENT_RULE) -> pd.Series:
    """Return each creator's error of a model over that of a rule, smallest first.

    Parameters
    ----------
    scores : DataFrame
        Columns `by`, model, mae.
    by, model, rule : str
    """
    errors = _wide(scores, by, "mae")
    return (errors[model] / errors[rule]).dropna().sort_values(kind="stable")


def _wide(scores: pd.DataFrame, by: str, metric: str) -> pd.DataFrame:
    """A metric, one row per creator and one column per model, in fixed order."""
    return scores.pivot_table(metric, by, "model", sort=True)


def _size(creators: pd.DataFrame, unnamed: int) -> Size:
    status = creators["status"].value_counts()
    return Size(
        creators=len(creators),
        modelled=int(status.get(MODELLED, 0)),
        too_few=int(status.get(TOO_FEW, 0)),
        failed=int(status.get(FAILED, 0)),
        posts=int(creators["n_posts"].sum()),
        tested=int(creators["n_tested"].sum()),
        unnamed=unnamed,
    )


def _row(model: str, tables: dict[str, pd.DataFrame], by: str, errors: pd.DataFrame) -> Row:
    own = tables["scores"][tables["scores"]["model"] == model]
    covered = tables["coverage"]
    covered = covered.loc[covered["model"] == model, "coverage"]
    median = own[["mae", "r2", "r2_oos", "spearman"]].median()
    return Row(
        model=model,
        creators=own[by].nunique(),
        **{name: float(value) for name, value in median.items()},
        better=tuple(_share_better(errors, model, rule) for rule in RULES),
        picked=_picked(tables["pairs"], model, FORECAST),
        picked_above=_picked(tables["pairs"], model, ORDER),
        coverage=float(covered.median()),
        badly_covered=float((covered < BADLY_COVERED).mean()) if len(covered) else nan,
    )


def _picked(pairs: pd.DataFrame, model: str, column: str) -> float:
    own = pairs[(pairs["model"] == model) & (pairs["by"] == column)]
    return 100 * float(own["share"].median())


def _share_better(errors: pd.DataFrame, model: str, rule: str) -> Estimate:
    if model == rule or rule not in errors:
        return Estimate(nan)
    both = errors[[model, rule]].dropna()
    return _share(int((both[model] < both[rule]).sum()), len(both))


def _share(hits: int, n: int) -> Estimate:
    """A share of creators with Wilson's interval."""
    if not n:
        return Estimate(nan)
    ends = stats.binomtest(hits, n).proportion_ci(1 - ALPHA, "wilson")
    return Estimate(hits / n, float(ends.low), float(ends.high))


def _changes(errors: pd.DataFrame, main: str) -> tuple[Change, ...]:
    """Every model against the one that the page speaks of before it, and against the rules."""
    references = [name for name in ("stack", *RULES) if name in errors]
    models = [name for name in (main, *_models(errors)) if name]
    return tuple(
        _change(errors, model, reference)
        for model in dict.fromkeys(models)
        for reference in references
        if model != reference
    )


def _models(errors: pd.DataFrame) -> list[str]:
    order = list(MODEL_TABLE)
    rules = {name for name, entry in MODEL_TABLE.items() if entry.kind.value == "baseline"}
    own = [name for name in errors if name not in rules and name not in RULES]
    return sorted(own, key=lambda name: order.index(name) if name in order else -1)


def _change(errors: pd.DataFrame, model: str, against: str) -> Change:
    ratio = (errors[model] / errors[against]).replace([np.inf, -np.inf], nan).dropna() - 1
    n = len(ratio)
    if not n:
        return Change(model, against, 0, Estimate(nan), nan)
    mean = float(ratio.mean())
    error = float(ratio.std(ddof=1) / np.sqrt(n)) if n > 1 else nan
    half = stats.t.ppf(1 - ALPHA / 2, n - 1) * error if n >= FEWEST else nan
    return Change(model, against, n, Estimate(mean, mean - half, mean + half), error)


def _content(evidence: pd.DataFrame) -> Content:
    claims = evidence[evidence["kind"] == "content_any"]
    found = int((claims["p_adjusted"] <= ALPHA).sum())
    return Content(len(claims), found, _share(found, len(claims)))


def _problems(names: Sequence, reasons: Sequence) -> tuple[Problem, ...]:
    pairs = list(zip(names, reasons, strict=True))[:SHOWN]
    return tuple(Problem(DataText(str(name)), DataText(str(why))) for name, why in pairs)
