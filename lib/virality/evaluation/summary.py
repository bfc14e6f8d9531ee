"""The facts of a run in one small mapping: what the abstract says, and what a gallery compares."""

from __future__ import annotations

import pandas as pd

from virality.evaluation import scores
from virality.evaluation.bootstrap import ALPHA
from virality.models.catalogue import RIVALS


def headline_scores(
    predictions: pd.DataFrame,
    folds: pd.DataFrame,
    split: str = "expanding",
    n_bootstrap: int = 1000,
) -> pd.DataFrame:
    """Return pooled scores of every model with all blocks, and of every rival.

    Parameters
    ----------
    predictions, folds : DataFrame
        All stored predictions and their folds.
    split : str
        The honest split of this run.
    n_bootstrap : int
        Draws of the block bootstrap.

    Returns
    -------
    DataFrame
        As :func:`virality.evaluation.scores.score_table`, with ``naive`` for rivals; one row
        per model, best (smallest mean absolute error) first.
    """
    chosen = headline_predictions(predictions, split)
    table = scores.score_table(chosen, folds, n_bootstrap=n_bootstrap)
    table["naive"] = table["model"].isin(RIVALS)
    return table.sort_values(["mae", "model"]).reset_index(drop=True)


def headline_predictions(predictions: pd.DataFrame, split: str = "expanding") -> pd.DataFrame:
    """Return the held-out predictions that the abstract is about: all blocks, and rivals."""
    part = predictions[predictions["split"] == split]
    part = part[part["blocks"].isin(["all", "none"])]
    return part.drop_duplicates(["fold", "model", "preset", "post_id"])


def facts(
    posts: pd.DataFrame,
    folds: pd.DataFrame,
    predictions: pd.DataFrame,
    evidence: pd.DataFrame,
    regimes: pd.DataFrame,
    split: str = "expanding",
    n_bootstrap: int = 1000,
) -> dict:
    """Return what the abstract says, as JSON can hold it.

    The named model has the smallest error of those that clearly beat the better plain rule, or
    of all when none does; p values are multiplied by the number of models that were tried,
    because the best of several flatters itself.

    Parameters
    ----------
    posts, folds, predictions, evidence, regimes : DataFrame
        Artefacts of the run; predictions of both modelling chapters together.
    split : str
        The honest split of this run.
    n_bootstrap : int
        Draws of the block bootstrap.

    Returns
    -------
    dict
        ``verdict`` is "none" (nothing was modelled), "better", "worse" or "alike".
    """
    found = _record(posts) | _content(evidence) | _regimes(regimes)
    chosen = headline_predictions(predictions, split)
    table = headline_scores(predictions, folds, split, n_bootstrap)
    models = table[~table["naive"]]
    if models.empty or not table["naive"].any():
        return found | {"verdict": "none"}
    naive = scores.better_naive(chosen, split)
    rival = table[table["model"] == naive].iloc[0]
    gaps = scores.paired_differences(chosen, against=naive, n_bootstrap=n_bootstrap)
    models = models.merge(gaps[["model", "preset", "difference", "low", "high", "p"]])
    alone = models[(models["p"] < ALPHA) & (models["difference"] < 0)]["model"]
    models["p"] = (models["p"].astype(float) * len(models)).clip(upper=1.0)
    sure = models[(models["p"] < ALPHA) & (models["difference"] < 0)]
    best = gap = (sure if len(sure) else models).iloc[0]
    p = float(gap["p"])
    clear = p < ALPHA
    verdict = "alike" if not clear else "better" if gap["difference"] < 0 else "worse"
    return found | {
        "verdict": verdict,
        "n_held_out": int(best["n"]),
        "n_models": len(models),
        "better_alone": sorted(alone),
        "model": str(best["model"]),
        "naive": naive,
        "naive_factor": float(rival["factor"]),
        "gain": -float(gap["difference"]),
        "gain_low": -float(gap["high"]),
        "gain_high": -float(gap["low"]),
        "gain_p": p,
        **{
            f"{name}{end}": _number(best[f"{name}{end}"])
            for name in ("factor", "r2_oos", "spearman")
            for end in ("", "_low", "_high")
        },
    }


def _record(posts: pd.DataFrame) -> dict:
    days = posts["posted_at"]
    return {
        "n_posts": len(posts),
        "first": f"{days.min():%Y-%m-%d}" if len(posts) else "",
        "last": f"{days.max():%Y-%m-%d}" if len(posts) else "",
        "median_views": float(posts["views"].median()) if len(posts) else None,
        "n_authors": int(posts["author"].nunique()),
    }


def _content(evidence: pd.DataFrame) -> dict:
    content = evidence[evidence["kind"] == "content"]
    history = evidence[evidence["kind"] == "history"]
    named = content[content["p_adjusted"] < ALPHA].sort_values("p_adjusted")
    p = pd.to_numeric(history["p"], errors="coerce").min() if len(history) else float("nan")
    return {
        "content_tested": sorted(content["block"].dropna().unique().tolist()),
        "content_found": list(dict.fromkeys(named["block"])),
        "history_p": _number(p),
    }


def _regimes(regimes: pd.DataFrame) -> dict:
    labels = regimes["regime"].dropna()
    return {
        "regimes_stable": bool(len(regimes) and regimes["stable"].fillna(False).all()),
        "n_regimes": int(labels[labels >= 0].nunique()),
        "noise_share": float((labels == -1).mean()) if len(labels) else None,
    }


def _number(value: object) -> float | None:
    """JSON has no NaN."""
    return None if value is None or value != value else float(value)
