"""What every table among the artefacts promises to its readers; checked whenever one is written.

A schema states the columns that other chapters lean on: type, range, key. Further columns may
stand beside them.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pandera.pandas as pa

from virality.advice.steps.next_steps import State
from virality.core.errors import UserError
from virality.features.blocks import BLOCKS, block_of
from virality.posts.schema import told, validate_posts, validate_repairs

TEXT, REAL, WHOLE, TIME = "string", "float64", "int64", "datetime64[us, UTC]"

_SHARE = pa.Check.in_range(0, 1, error="is not between 0 and 1")
_FINITE = pa.Check(lambda values: ~np.isinf(values), error="is infinite")
_ABOVE_ZERO = pa.Check.gt(0, error="is not above zero")
_POSITIVE = pa.Check.ge(1, error="is below 1")
_NOT_NEGATIVE = pa.Check.ge(0, error="is negative")


def _column(dtype, *checks, missing=False, unique=False) -> pa.Column:
    held = [*checks, _FINITE] if dtype == REAL else [*checks]
    return pa.Column(dtype, held, nullable=missing, unique=unique)


_PREDICTIONS = {name: _column(TEXT) for name in ("post_id", "split", "model", "blocks", "preset")}
_PREDICTIONS |= {
    "fold": _column(WHOLE, _POSITIVE),
    "y_true": _column(REAL),
    "y_pred": _column(REAL),
}
_PREDICTION_KEY = ["post_id", "split", "fold", "model", "blocks", "preset"]
_EXPECTED = ("expected", "expected_low", "expected_high", "newer")
_FOLD = {"post_id": _column(TEXT), "fold": _column(WHOLE)}

COLUMNS: dict[str, dict[str, pa.Column]] = {
    "snapshots": {
        "post_id": _column(TEXT),
        "captured_at": _column(TIME),
        "views": _column("Int64", _NOT_NEGATIVE),
        "posted_at": _column(TIME),
    },
    "ledger": {
        "feature": _column(TEXT, unique=True),
        "block": _column(TEXT),
        "unit": _column(TEXT),
        "known": _column(
            TEXT,
            pa.Check.str_matches(
                r"^(before posting|at posting|after .* days)$", error="is no time"
            ),
        ),
        "definition": _column(TEXT),
    },
    "level": {
        "post_id": _column(TEXT, unique=True),
        "posted_at": _column(TIME),
        "y": _column(REAL),
        "settled": _column("bool"),
        **{name: _column(REAL, missing=True) for name in ("level", "lower", "upper")},
    },
    "changes": {
        **{name: _column(WHOLE, _POSITIVE) for name in ("posts", "before", "earlier")},
        **{name: _column(REAL) for name in ("factor", "low", "high", "once_in")},
        "p": _column(REAL, _SHARE),
        "seen": _column(WHOLE),
        "claimed": _column("bool"),
    },
    "hits": {
        "post_id": _column(TEXT, unique=True),
        **{name: _column(REAL) for name in ("excess", "level", "content")},
    },
    "media": {
        "post_id": _column(TEXT, unique=True),
        "status": _column(TEXT),
        "has_picture": _column("bool"),
        "has_sound": _column("bool"),
        "problem": _column(TEXT),
        "duration_s": _column(REAL, _NOT_NEGATIVE, missing=True),
    },
    "thumbnails": {"post_id": _column(TEXT, unique=True), "jpeg": _column("object")},
    "screen_words": {"post_id": _column(TEXT, unique=True), "text": _column(TEXT)},
    "associations": {
        "name": _column(TEXT, unique=True),
        **{name: _column(WHOLE) for name in ("n", "n_with", "n_without")},
        **{name: _column(REAL, missing=True) for name in ("step", "factor", "low", "high")},
        **{name: _column(REAL, _SHARE, missing=True) for name in ("p", "p_adjusted")},
        "detectable": _column(REAL, missing=True),
    },
    "folds": {
        "split": _column(TEXT),
        "fold": _column(WHOLE, _POSITIVE),
        "n_train": _column(WHOLE, _POSITIVE),
        "n_test": _column(WHOLE, _POSITIVE),
        **{
            f"{part}_{end}": _column(TIME) for part in ("train", "test") for end in ("start", "end")
        },
        **{f"train_{kind}": _column(REAL) for kind in ("mean", "median", "p90")},
    },
    "predictions_linear": _PREDICTIONS,
    "predictions_nonlinear": _PREDICTIONS,
    "predictions_pooled": {
        **_PREDICTIONS,
        "author": _column(TEXT),
        "n_known": _column(WHOLE, _NOT_NEGATIVE),
    },
    "cold_start": {
        **_FOLD,
        "author": _column(TEXT),
        "model": _column(TEXT),
        **{name: _column(REAL) for name in ("y_true", "y_pred", "lower", "upper")},
        "nominal": _column(REAL, _SHARE),
        "n_others": _column(WHOLE, _POSITIVE),
    },
    "evidence": {
        **{name: _column(TEXT) for name in ("kind", "block", "model", "measure")},
        **{name: _column(REAL, _SHARE, missing=True) for name in ("p", "p_adjusted")},
        "n": _column(WHOLE),
    },
    "intervals": {
        **_PREDICTIONS,
        "method": _column(TEXT),
        "nominal": _column(REAL, _SHARE),
        # an interval may be open where the errors seen so far cannot close it
        "lower": pa.Column(REAL, nullable=True),
        "upper": pa.Column(REAL, nullable=True),
        "p_viral": _column(REAL, _SHARE, missing=True),
    },
    "forecast": {
        **_PREDICTIONS,
        "level": _column(REAL),
        "order": _column(REAL),
        "nominal": _column(REAL, _SHARE),
        "lower": pa.Column(REAL, nullable=True),
        "upper": pa.Column(REAL, nullable=True),
        "p_viral": _column(REAL, _SHARE, missing=True),
    },
    "forecast_weights": {
        "post_id": _column(TEXT),
        "expert": _column(TEXT),
        "weight": _column(REAL, _SHARE),
    },
    "experts": {
        "post_id": _column(TEXT),
        "expert": _column(TEXT),
        "forecast": _column(REAL, missing=True),
        "content": _column(REAL, missing=True),
    },
    "timing": {
        "days": _column(TEXT),
        **{name: _column(WHOLE, _NOT_NEGATIVE) for name in ("start", "end", "posts", "needed")},
        "factor": _column(REAL, missing=True),
        "chance": _column(REAL, _SHARE, missing=True),
    },
    "whatif": {
        "name": _column(TEXT, unique=True),
        "family": _column(TEXT),
        "unit": _column(TEXT),
        "label": _column(TEXT),
        **{name: _column(WHOLE) for name in ("n", "n_with", "n_without")},
        "step": _column(REAL, missing=True),
        **{name: _column(REAL, _ABOVE_ZERO, missing=True) for name in ("factor", "low", "high")},
        **{name: _column(REAL, _SHARE, missing=True) for name in ("p", "p_adjusted")},
        "detectable": _column(REAL, _POSITIVE, missing=True),
        "tested_factor": _column(REAL, _ABOVE_ZERO),
        "experiment_posts": _column("Int64", _POSITIVE, missing=True),
    },
    "otherwise": {
        "post_id": _column(TEXT),
        "settled": _column("bool"),
        "choice": _column(TEXT),
        "own": _column(REAL),
        "value": _column(REAL),
        **{name: _column(REAL, _ABOVE_ZERO) for name in ("factor", "low", "high")},
        "n_models": _column(WHOLE, _POSITIVE),
    },
    "next": {
        "name": _column(TEXT, unique=True),
        **{name: _column(TEXT) for name in ("family", "unit", "label")},
        **{name: _column(WHOLE, _NOT_NEGATIVE) for name in ("n", "n_with", "n_without")},
        "step": _column(REAL, missing=True),
        **{name: _column(REAL, _ABOVE_ZERO, missing=True) for name in ("factor", "low", "high")},
        **{name: _column(REAL, _SHARE, missing=True) for name in ("p", "p_together", "chance")},
        "claimed": _column("bool"),
        "state": _column(TEXT, pa.Check.isin([s.name for s in State], error="is no state")),
        "more": _column("boolean", missing=True),
        **{name: _column(REAL, _ABOVE_ZERO, missing=True) for name in _EXPECTED},
        "lately": _column("Int64", _NOT_NEGATIVE, missing=True),
        "lately_known": _column("Int64", _NOT_NEGATIVE, missing=True),
        "together_with": _column(TEXT),
        "together_more": _column("boolean", missing=True),
        "apart_from": _column(TEXT),
        "to_test": _column("bool"),
    },
    "experiment": {
        "pair": _column(WHOLE, _POSITIVE, unique=True),
        "status": _column(TEXT),
        "first": _column(TEXT, pa.Check.isin(["A", "B"], error="is no variant")),
        "day_a": _column(TEXT),
        "day_b": _column(TEXT),
        "look": _column("Int64", _POSITIVE, missing=True),
        **{name: _column(REAL, missing=True) for name in ("difference", "content", "z")},
        "boundary": pa.Column(REAL, nullable=True),  # infinite before the first look
    },
    "shap": {
        **_FOLD,
        "column": _column(TEXT),
        "block": _column(TEXT),
        "value": _column(REAL),
    },
    "shap_blocks": {**_FOLD, "base_value": _column(REAL), "prediction": _column(REAL)},
    "regimes": {
        "post_id": _column(TEXT, unique=True),
        "regime": _column("Int64", pa.Check.ge(-1, error="is no regime"), missing=True),
        "x": _column(REAL, missing=True),
        "y": _column(REAL, missing=True),
        "strength": _column(REAL, _SHARE, missing=True),
        **{name: _column(TEXT) for name in ("traits", "hashtags", "words")},
    },
}
_KEYS = {
    "folds": ["split", "fold"],
    "predictions_linear": _PREDICTION_KEY,
    "predictions_nonlinear": _PREDICTION_KEY,
    "predictions_pooled": _PREDICTION_KEY,
    "forecast": _PREDICTION_KEY,
    "forecast_weights": ["post_id", "expert"],
    "experts": ["post_id", "expert"],
    "cold_start": ["post_id", "fold", "model"],
    "timing": ["days", "start"],
    "intervals": [*_PREDICTION_KEY, "method"],
    "shap": ["post_id", "fold", "column"],
    "shap_blocks": ["post_id", "fold"],
    "otherwise": ["post_id", "choice", "value"],
}


def check_table(artefact: str, table: pd.DataFrame) -> None:
    """Raise UserError unless `table` is what the artefact of that name promises.

    Parameters
    ----------
    artefact : str
        A name of :data:`virality.core.chapters.ARTEFACTS` that is a table.
    table : DataFrame
        What is about to be stored.

    Raises
    ------
    UserError
        Names the artefact, the row, the column and the value of the first violation.
    """
    if artefact == "posts":
        validate_posts(table)
    elif artefact == "repairs":
        validate_repairs(table)
    elif artefact in ("features", "embeddings"):
        _check_features(artefact, table)
    else:
        _check(artefact, table)


def _check(artefact: str, table: pd.DataFrame) -> None:
    try:
        _schema(artefact).validate(table, lazy=True)
    except pa.errors.SchemaErrors as found:
        raise told(found.failure_cases, artefact) from None
    keys = _KEYS.get(artefact)
    if keys and (again := table.duplicated(keys)).any():
        row = int(np.flatnonzero(again)[0])
        raise UserError(
            f"{artefact} table, row {row + 1}: {', '.join(keys)} are those of an earlier row."
        )


def _check_features(artefact: str, table: pd.DataFrame) -> None:
    """Keyed by post_id; every column a number of a block of the book, missing or finite."""
    if table.index.name != "post_id" or not table.index.is_unique or table.index.hasnans:
        raise UserError(f"The {artefact} table is not keyed by post_id, one row a post.")
    for name in table.columns:
        if block_of(name) not in BLOCKS:
            raise UserError(f"{artefact} table: column {name} belongs to no block.")
        if not pd.api.types.is_float_dtype(table[name]):
            raise UserError(
                f"{artefact} table: column {name} holds {table[name].dtype}, no numbers."
            )
    infinite = np.isinf(table.to_numpy(float)).any(axis=0) if table.size else np.zeros(0, bool)
    if infinite.any():
        raise UserError(
            f"{artefact} table: column {table.columns[infinite][0]} is infinite somewhere."
        )


@cache
def _schema(artefact: str) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(COLUMNS[artefact])
