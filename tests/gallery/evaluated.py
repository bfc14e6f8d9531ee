"""What the page on many creators can say."""

from collections.abc import Iterator

import pandas as pd

from virality.core.protocol import Protocol
from virality.creators.evaluate.tables import FAILED, MODELLED, TOO_FEW, empty
from virality.findings.evaluated import Evaluated, evaluated
from virality.sentences import evaluated as sentences

NAMES = [f"<b>{i}</b>" for i in range(8)]
ERRORS = {"forecast": 0.78, "stack": 0.82, "ewm": 0.84, "rolling_median_10": 0.86,
          "rolling_median_20": 0.85}  # fmt: skip


def tables(modelled: int = 8, tested: int = 8, failed: int = 0, few: int = 0) -> dict:
    names = NAMES[:modelled]
    scores = pd.DataFrame(
        [
            {"author": name, "model": model, "mae": mae + 0.01 * i * (model == "forecast"),
             "r2": 0.1, "r2_oos": 0.9 - mae, "spearman": float("nan") if model == "ewm" else 0.2}
            for i, name in enumerate(names)
            for model, mae in ERRORS.items()
        ],
        columns=["author", "model", "mae", "r2", "r2_oos", "spearman"],
    )  # fmt: skip
    coverage = pd.DataFrame(
        [{"author": n, "model": "forecast", "n": 90, "coverage": 0.66 + 0.04 * i}
         for i, n in enumerate(names)],
        columns=["author", "model", "n", "coverage"],
    )  # fmt: skip
    pairs = pd.DataFrame(
        [
            {"author": n, "model": model, "by": by, "share": share}
            for n in names[:-1]
            for model, by, share in (
                ("forecast", "y_pred", 0.55),
                ("forecast", "order", 0.58),
                ("stack", "y_pred", 0.54),
            )
        ],
        columns=["author", "model", "by", "share"],
    )
    evidence = pd.DataFrame(
        [{"author": n, "kind": "content_any", "p_adjusted": 0.01 if i % 2 else 0.4}
         for i, n in enumerate(names[:tested])],
        columns=["author", "kind", "p_adjusted"],
    )  # fmt: skip
    status = [MODELLED] * modelled + [FAILED] * failed + [TOO_FEW] * few
    creators = pd.DataFrame(
        [{"author": f"c{i}", "n_posts": 100, "n_tested": 60 * (each == MODELLED), "status": each,
          "problem": "<i>no</i> views" if each == FAILED else ""} for i, each in enumerate(status)],
        columns=["author", *empty("creators").columns],
    )  # fmt: skip
    return {
        "scores": scores,
        "pairs": pairs,
        "coverage": coverage,
        "evidence": evidence,
        "creators": creators,
    }


def found(unread: dict | None = None, unnamed: int = 0, **counts: int) -> Evaluated:
    return evaluated(tables(**counts), "author", Protocol(embargo_days=3), unread, unnamed)


def examples() -> Iterator[tuple[str, str]]:
    several = {
        "All modelled": found(),
        "Some left out": found(modelled=6, failed=1, few=1, unread={"a.csv": "torn"}, unnamed=12),
        "Two": found(modelled=2, tested=0),
        "One": found(modelled=1, tested=1),
        "Nobody": found(modelled=0, few=3),
    }
    for heading, one in several.items():
        said = [sentences.title(one), *sentences.intro(one)]
        said += [" | ".join(sentences.cells(row)) for row in one.rows]
        said += [" | ".join(sentences.change_cells(change)) for change in one.changes]
        yield heading, "\n\n".join(said)
    whole = several["All modelled"]
    yield "Columns", " | ".join(sentences.COLUMNS) + "\n\n" + " | ".join(sentences.CHANGES)
    yield "Notes", f"{sentences.NOTE}\n\n{sentences.CHANGES_NOTE}"
    captions = sentences.ratio_caption(whole), sentences.coverage_caption(whole)
    yield "Captions", "\n\n".join(captions)
    yield "Settings", "\n\n".join(": ".join(pair) for pair in sentences.settings(whole))
