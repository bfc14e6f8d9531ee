"""The facts of a run in one small mapping: what the abstract says, and what a gallery compares."""

from __future__ import annotations

import pandas as pd

from virality.core.protocol import ALPHA


def facts(
    posts: pd.DataFrame,
    scores: pd.DataFrame,
    gaps: pd.DataFrame,
    evidence: pd.DataFrame,
    regimes: pd.DataFrame,
) -> dict:
    """Return what the abstract says, as JSON can hold it.

    The named model has the smallest error of those that clearly beat the better plain rule, or
    of all when none does.

    Parameters
    ----------
    posts, evidence, regimes : DataFrame
        Artefacts of the run.
    scores, gaps : DataFrame
        From :func:`virality.evaluation.headline.headline_scores` and ``headline_gaps``, both
        modelling chapters together.

    Returns
    -------
    dict
        ``verdict`` is "none" (nothing was modelled), "better", "worse" or "alike".
    """
    found = _record(posts) | _content(evidence) | _regimes(regimes)
    models = scores[~scores["naive"]].merge(
        gaps[["model", "preset", "against", "difference", "low", "high", "p", "verdict"]]
    )
    if models.empty:
        return found | {"verdict": "none"}
    sure = models[models["verdict"] == "better"]
    best = (sure if len(sure) else models).iloc[0]
    baseline = scores[scores["model"] == best["against"]].iloc[0]
    alone = models[(models["p"] < ALPHA) & (models["difference"] < 0)]["model"]
    return found | {
        "verdict": "alike" if best["verdict"] == "no clear difference" else best["verdict"],
        "n_held_out": int(best["n"]),
        "n_models": len(models),
        "better_alone": sorted(alone),
        "model": str(best["model"]),
        "naive": str(best["against"]),
        "naive_factor": float(baseline["factor"]),
        "gain": -float(best["difference"]),
        "gain_low": -float(best["high"]),
        "gain_high": -float(best["low"]),
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
