"""Store boosters so that another chapter can explain exactly the predictions that were made.

A prediction is what the trees say, plus the level of the account where they were fitted on what
posts add to it; the level is then one more column of the rows.  A booster is XGBoost's own JSON,
the rows that it was asked to predict are Parquet, and a manifest says what belongs together.  No
pickle is ever written or loaded.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import xgboost as xgb

from virality.core.errors import UserError
from virality.models.fitted import FittedFold
from virality.models.level import OnLevel, has_rules, without_rules

MANIFEST = "manifest.json"
FORMAT = 2
FINAL = "final"
LEVEL = "momentum__account_level"  # log of the target's unit, lift included


@dataclass(frozen=True)
class StoredFold:
    """A booster and the rows that it was asked to predict.

    Attributes
    ----------
    fold : int
        0 for the final model, which was fitted on these very rows.
    booster : xgboost.Booster
    rows : DataFrame of shape (n, n_columns)
        Index post_id, columns `block__name` or `block__pcN`, float32 as XGBoost reads them; with a
        column `LEVEL` (float64) where the trees only say what a post adds to it.
    mean_level : float
        Mean of `LEVEL` over the posts that the trees were fitted on; 0 without it.
    """

    fold: int
    booster: xgb.Booster
    rows: pd.DataFrame
    mean_level: float = 0.0

    @cached_property
    def y_pred(self) -> np.ndarray:
        """What the model says about the rows, shape (n,)."""
        return self.predict(self.rows)

    @property
    def trees_see(self) -> list[str]:
        """Columns that the booster splits on."""
        return [name for name in self.rows.columns if name != LEVEL]

    def predict(self, rows: pd.DataFrame) -> np.ndarray:
        """Predicted outcome of rows with the columns of `rows`, shape (n,)."""
        added = self.booster.predict(xgb.DMatrix(rows[self.trees_see])).astype(float)
        return rows[LEVEL].to_numpy(float) + added if LEVEL in self.rows.columns else added


def stored_fold(fitted: FittedFold) -> StoredFold:
    """What is stored of a fitted fold.

    Raises
    ------
    ValueError
        For a model that is not XGBoost.
    """
    if fitted.booster is None:
        raise ValueError(f"fold {fitted.fold} holds no booster")
    rows, mean_level = without_rules(fitted.X_test).astype(np.float32), 0.0
    if isinstance(fitted.model, OnLevel) and has_rules(fitted.X_test):
        rows[LEVEL] = fitted.model.level(fitted.X_test)
        mean_level = float(fitted.model.level(fitted.X_train).mean())
    return StoredFold(fitted.fold, fitted.booster, rows, mean_level)


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
        "xgboost": xgb.__version__,
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
    """Read what a folder of boosters says about itself.

    Raises
    ------
    UserError
        When it is missing, damaged, or of another version.
    """
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
    one = stored_fold(fitted)
    booster, rows = folder / f"{stem}.json", folder / f"{stem}_rows.parquet"
    one.booster.save_model(booster)
    one.rows.to_parquet(rows)
    return {
        "fold": int(one.fold),
        "booster": booster.name,
        "rows": rows.name,
        "n_train": len(fitted.X_train),
        "n_rows": len(one.rows),
        "columns": [str(name) for name in one.rows.columns],
        "mean_level": one.mean_level,
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
    return StoredFold(entry["fold"], booster, rows, entry["mean_level"])


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
