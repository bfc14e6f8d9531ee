"""Store boosters so that another chapter can explain exactly the predictions that were made.

A booster is XGBoost's own JSON, the rows that it was asked to predict are Parquet, and a manifest
says what belongs together.  No pickle is ever written or loaded.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import xgboost as xgb

from virality.errors import UserError
from virality.evaluation.evaluate import FittedFold

MANIFEST = "manifest.json"
FORMAT = 1
FINAL = "final"


@dataclass(frozen=True)
class StoredFold:
    """A booster and the rows that it was asked to predict.

    Attributes
    ----------
    fold : int
        0 for the final model, which was fitted on these very rows.
    booster : xgboost.Booster
    rows : DataFrame of shape (n, n_columns)
        Index post_id, columns `block__name` or `block__pcN`, float32 as XGBoost reads them.
    y_pred : ndarray of shape (n,)
        What the booster says about the rows.
    """

    fold: int
    booster: xgb.Booster
    rows: pd.DataFrame
    y_pred: np.ndarray


def store_boosters(
    folder: Path, fitted: Iterable[FittedFold], final: FittedFold | None = None, **facts
) -> dict:
    """Write every fold's booster and rows, the final model, and the manifest.

    Parameters
    ----------
    folder : Path
        Exists and is empty.
    fitted : list of FittedFold
        From `evaluate.fit_fold`; each must hold a booster.
    final : FittedFold, optional
        From `evaluate.fit_final`: the same model fitted on all matured posts.
    **facts
        What else the manifest should say (target, preset, seed ...); JSON values.

    Returns
    -------
    dict
        The manifest.

    Raises
    ------
    ValueError
        For a model that is not XGBoost.
    """
    folder = Path(folder)
    entries = [_store(folder, f"fold_{one.fold}", one) for one in fitted]
    manifest = {
        "format": FORMAT,
        "xgboost": version("xgboost-cpu"),
        **facts,
        "folds": entries,
        "final": _store(folder, FINAL, final) if final is not None else None,
    }
    text = json.dumps(manifest, indent=2, ensure_ascii=False, allow_nan=False)
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    return manifest


def load_boosters(folder: Path) -> list[StoredFold]:
    """Read the folds that `store_boosters` left, in order; none when it stored none.

    Raises
    ------
    UserError
        When the manifest is missing, or a file is not the one that was stored.
    """
    return [_load(Path(folder), entry) for entry in read_manifest(folder)["folds"]]


def load_final(folder: Path) -> StoredFold | None:
    """Read the model that was fitted on all matured posts, or None."""
    entry = read_manifest(folder)["final"]
    return _load(Path(folder), entry) if entry else None


def read_manifest(folder: Path) -> dict:
    """Read what a folder of boosters says about itself."""
    try:
        manifest = json.loads((Path(folder) / MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError) as error:
        raise UserError(
            "The stored boosters are incomplete.", where="boosters", do=_AGAIN
        ) from error
    if manifest.get("format") != FORMAT:
        raise UserError("The stored boosters are of another version.", where="boosters", do=_AGAIN)
    return manifest


_AGAIN = "Run the chapter “nonlinear” again."


def _store(folder: Path, stem: str, fitted: FittedFold) -> dict:
    if fitted.booster is None:
        raise ValueError(f"fold {fitted.fold} holds no booster")
    booster, rows = folder / f"{stem}.json", folder / f"{stem}_rows.parquet"
    fitted.booster.save_model(booster)
    fitted.X_test.astype(np.float32).to_parquet(rows)
    return {
        "fold": int(fitted.fold),
        "booster": booster.name,
        "rows": rows.name,
        "n_train": len(fitted.X_train),
        "n_rows": len(fitted.X_test),
        "columns": [str(name) for name in fitted.X_test.columns],
        "sha256": {path.name: _digest(path) for path in (booster, rows)},
    }


def _load(folder: Path, entry: dict) -> StoredFold:
    for name, digest in entry["sha256"].items():
        path = folder / name
        if not path.is_file() or _digest(path) != digest:
            raise UserError(f"{name} is not the file that was stored.", where="boosters", do=_AGAIN)
    booster = xgb.Booster()
    booster.load_model(folder / entry["booster"])
    rows = pd.read_parquet(folder / entry["rows"])
    told = booster.predict(xgb.DMatrix(rows)).astype(float)
    return StoredFold(entry["fold"], booster, rows, told)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
