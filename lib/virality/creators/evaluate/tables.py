"""The tables that come of an evaluation: their columns, and how parts of them are put together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

import pandas as pd

from virality.evaluation.evaluate import PREDICTION_COLUMNS, empty_predictions
from virality.evaluation.scores import KEYS, score_table
from virality.evidence.claims import EVIDENCE_COLUMNS
from virality.posts.schema import TIME

MODELLED, TOO_FEW, FAILED = "modelled", "too few posts", "failed"

_SCORES = score_table(empty_predictions(), n_bootstrap=1).columns
_COVERAGE = ("coverage", "low", "high", "nominal", "width", "score", "saturated")

#: Columns and types by table, after the one that names the creator.
TABLES: dict[str, dict[str, str]] = {
    "predictions": {
        **PREDICTION_COLUMNS,
        "order": "float64",
        "posted_at": TIME,
        "lower": "float64",
        "upper": "float64",
        "p_viral": "float64",
    },
    "scores": {
        name: "string" if name in KEYS else "int64" if name in ("n", "n_folds") else "float64"
        for name in _SCORES
    },
    "pairs": {
        **dict.fromkeys([*KEYS, "by"], "string"),
        "n": "int64",
        "pairs": "int64",
        **dict.fromkeys(["share", "low", "high"], "float64"),
    },
    "coverage": {"model": "string", "n": "int64", **dict.fromkeys(_COVERAGE, "float64")},
    "evidence": EVIDENCE_COLUMNS,
    "creators": {
        "n_posts": "int64",
        "n_used": "int64",
        "n_tested": "int64",
        "first": TIME,
        "last": TIME,
        "median_views": "float64",
        "status": "string",
        "problem": "string",
    },
}

Tables = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Evaluation:
    """What became of every creator; the first column of each table names whose row it is.

    Attributes
    ----------
    predictions : DataFrame
        One row per held-out post and model, with interval and chance to go viral.
    scores : DataFrame
        Every score per creator and model, with intervals.
    pairs : DataFrame
        Of two posts, how often each forecast picks the better one, per creator and model; `by` says
        whether the forecast orders them, or what stands above the level.
    coverage : DataFrame
        Share of posts that the intervals held, per creator and model.
    evidence : DataFrame
        The content test per creator.
    creators : DataFrame
        One row per creator: posts, those used, those held out, first and last, status, problem.
    """

    predictions: pd.DataFrame
    scores: pd.DataFrame
    pairs: pd.DataFrame
    coverage: pd.DataFrame
    evidence: pd.DataFrame
    creators: pd.DataFrame

    @classmethod
    def of(cls, parts: Iterable[Tables], by: str) -> Evaluation:
        """Put the tables of several creators one below the other.

        Parameters
        ----------
        parts : iterable of dict
            From `labelled`.
        by : str
            Column that names the creators.
        """
        kept = [dict(part) for part in parts]
        return cls(**{f.name: stacked([p[f.name] for p in kept], f.name, by) for f in fields(cls)})


def typed(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the columns of a table in their order and types.

    Parameters
    ----------
    table : DataFrame
    name : str
        Of `TABLES`.
    """
    columns = TABLES[name]
    return table.reindex(columns=list(columns)).astype(columns)


def empty(name: str) -> pd.DataFrame:
    """Return a table of the right columns and no rows."""
    return typed(pd.DataFrame(), name)


def labelled(tables: Tables, creator: object, by: str) -> Tables:
    """Return the tables of a creator with a first column that names her.

    Parameters
    ----------
    tables : dict of str to DataFrame
        By the names of `TABLES`.
    creator : object
        Her name.
    by : str
        What that column is called.
    """
    out = {}
    for name, table in tables.items():
        own = typed(table, name)
        own.insert(0, by, pd.Series([creator] * len(own), index=own.index))
        out[name] = own
    return out


def stacked(parts: list[pd.DataFrame], name: str, by: str) -> pd.DataFrame:
    """Return tables of one kind, one below the other; of the right columns where there is none.

    Parameters
    ----------
    parts : list of DataFrame
        From `labelled`.
    name : str
        Of `TABLES`.
    by : str
        Column that names the creators.
    """
    full = [part for part in parts if len(part)]
    if full:
        return pd.concat(full, ignore_index=True)
    return labelled({name: empty(name)}, "", by)[name].astype({by: "string"})


def failed(names: Sequence, posts: Sequence[pd.DataFrame], why: str, by: str) -> Tables:
    """Return the tables of creators of whom nothing came, with the reason in their rows.

    Parameters
    ----------
    names : sequence
        Of the creators.
    posts : sequence of DataFrame
        Theirs.
    why : str
    by : str
        Column that names the creators.
    """
    rows = pd.DataFrame(
        {"n_posts": [len(own) for own in posts], "n_used": 0, "n_tested": 0,
         "status": FAILED, "problem": why}
    )  # fmt: skip
    creators = typed(rows, "creators")
    creators.insert(0, by, list(names))
    return {name: stacked([], name, by) for name in TABLES} | {"creators": creators}
