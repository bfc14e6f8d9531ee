"""The table of evidence: one row per test, whatever was tested."""

from __future__ import annotations

import pandas as pd

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


def evidence_table(rows: list[dict]) -> pd.DataFrame:
    """Rows as an `evidence` table; what a row leaves out is missing."""
    table = pd.DataFrame(rows, columns=list(EVIDENCE_COLUMNS))
    return table.astype(EVIDENCE_COLUMNS)


def empty_evidence() -> pd.DataFrame:
    """An `evidence` table of the right columns and no rows."""
    return evidence_table([])
