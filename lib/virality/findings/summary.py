"""The facts of a run in one small mapping, as JSON can hold it: what its first page says.

They are what reports on several creators are compared by, and name nobody.
"""

from __future__ import annotations

from math import isfinite
from typing import Any

import numpy as np
import pandas as pd

from virality.core.protocol import ALPHA, DEFAULT, Protocol
from virality.core.text import is_missing
from virality.creators import cold_start, skill
from virality.creators.levels import fit_levels
from virality.creators.pool import RULES
from virality.evaluation import headline
from virality.evaluation.ordering import ORDER, pairwise_table
from virality.features.targets import target_values
from virality.findings.forecast import half_within
from virality.findings.ordering import ordering
from virality.findings.scores import Estimate
from virality.models.catalogue import FORECAST


def facts(
    posts: pd.DataFrame,
    predictions: pd.DataFrame,
    scores: pd.DataFrame,
    evidence: pd.DataFrame,
    regimes: pd.DataFrame,
    *,
    split: str = DEFAULT.split,
    n_bootstrap: int = 1000,
) -> dict:
    """Return what the report on one creator says.

    It speaks of the forecast that the book stands for, beside the better plain rule.

    Parameters
    ----------
    posts, evidence, regimes : DataFrame
        Artefacts of the run.
    predictions : DataFrame
        Held-out predictions of all modelling chapters together, the forecast's with `order`.
    scores : DataFrame
        From :func:`virality.evaluation.headline.headline_scores`, of these predictions.
    split : str
        The honest split of this run.
    n_bootstrap : int
        Draws of the block bootstrap.

    Returns
    -------
    dict
        ``verdict`` is "none" (nothing was modelled), "better", "worse" or "alike".
    """
    history = pd.to_numeric(evidence.loc[evidence["kind"] == "history", "p"], errors="coerce")
    labels = regimes["regime"].dropna()
    found = {
        "n_posts": len(posts),
        **_days(posts),
        "median_views": float(posts["views"].median()) if len(posts) else None,
        "n_authors": posts["author"].nunique(),
        **_content(evidence),
        "history_p": history.min(),
        "regimes_stable": bool(len(regimes) and regimes["stable"].fillna(False).all()),
        "n_regimes": labels[labels >= 0].nunique(),
        "noise_share": (labels == -1).mean(),
    }
    gap = headline.forecast_gap(predictions, split, n_bootstrap)
    pairs = pairwise_table(predictions, posts, split)
    return _plain(found | _prediction(scores, gap, predictions) | _order(pairs))


def _prediction(scores: pd.DataFrame, gap: pd.DataFrame, predictions: pd.DataFrame) -> dict:
    """How the forecast does against the better plain rule."""
    if gap.empty:
        return {"verdict": "none"}
    found = gap.iloc[0]
    model, rule = (scores[scores["model"] == name].iloc[0] for name in found[["model", "against"]])
    shown = [f"{name}{end}" for name in ("factor", "r2_oos", "spearman")
             for end in ("", "_low", "_high")]  # fmt: skip
    return {
        "verdict": "alike" if found["verdict"] == "no clear difference" else found["verdict"],
        "n_held_out": found["n"],
        "model": found["model"],
        "naive": found["against"],
        "naive_factor": rule["factor"],
        **_half("half", half_within(predictions, found["model"])),
        **_half("naive_half", half_within(predictions, found["against"])),
        **_gain(found),
        **model[shown],
    }


def _half(name: str, half: Estimate) -> dict:
    return {name: half.value, f"{name}_low": half.low, f"{name}_high": half.high}


def _order(pairs: pd.DataFrame) -> dict:
    """How often the forecast, and a plain rule, picks the better of two posts."""
    found = ordering(pairs, FORECAST, by=ORDER)
    if found is None:
        return {}
    times, rule = found.times, found.rule_times
    return {"pick": found.pick.name, "picks": times.value, "picks_low": times.low,
            "picks_high": times.high, "picks_rule": found.rule, "picks_by_rule": rule.value,
            "picks_by_rule_low": rule.low, "picks_by_rule_high": rule.high,
            "picks_n": found.n, "picks_pairs": found.pairs}  # fmt: skip


def pooled_facts(
    posts: pd.DataFrame,
    predictions: pd.DataFrame,
    content: pd.DataFrame,
    cold: pd.DataFrame,
    warm: pd.DataFrame,
    *,
    protocol: Protocol = DEFAULT,
    n_bootstrap: int = 1000,
) -> dict:
    """Return what a report on several creators says.

    The named model has the smallest error of those that clearly beat the creator's own rule, or of
    all when none does; p-values are multiplied by the number of models that were tried.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts of several creators.
    predictions, content, cold, warm : DataFrame
        From `pool.predict_pooled`, `content.content_within`, `cold_start.first_forecasts` and
        `cold_start.warm_up`.
    protocol : Protocol
        Its target and coverage.
    n_bootstrap : int
        Draws of the bootstrap.

    Returns
    -------
    dict
        ``verdict`` is "single" (one creator), "none" (nothing was modelled), "better", "worse" or
        "alike".
    """
    n_creators = posts["author"].nunique()
    found = {"n_posts": len(posts), "n_creators": n_creators, **_days(posts)}
    found |= _spread(posts, protocol)
    if n_creators < 2 or predictions.empty:
        return _plain(found | {"verdict": "none" if n_creators > 1 else "single"})
    every = content[content["kind"] == "content_any"]["p_adjusted"]
    found |= _skill(predictions, n_bootstrap) | {
        **_content(content),
        "content_p": every.iloc[0] if len(every) else None,
        "cold": _cold(cold),
        "warm": warm.to_dict("records"),
    }
    return _plain(found)


def _skill(predictions: pd.DataFrame, n_bootstrap: int) -> dict:
    """How the named model does against the better of a creator's own rules, and taken apart."""
    rule = skill.better_rule(predictions)
    gaps = skill.compare(predictions, rule)
    models = gaps[~gaps["model"].isin(RULES)].copy()
    models["p"] = (models["p"] * len(models)).clip(upper=1.0)
    best = _best(models, (models["p"] < ALPHA) & (models["difference"] < 0))
    clear = "better" if best["difference"] < 0 else "worse"
    of_model, of_mean = (predictions[predictions["model"] == name]
                         for name in (best["model"], "creator_mean"))  # fmt: skip
    return {
        "verdict": clear if best["p"] < ALPHA else "alike",
        "few": predictions["author"].nunique() < skill.MIN_CREATORS,
        "n_held_out": best["n"],
        "n_models": len(models),
        "model": best["model"],
        "rule": rule,
        "factors": dict(zip(gaps["model"], gaps["factor"], strict=True)),
        **_gain(best),
        "p": 1.0 if np.isnan(best["p"]) else best["p"],
        "parts": skill.correlation_intervals(of_model, n_bootstrap),
        "mean_parts": skill.correlation_parts(of_mean),
    }


def _days(posts: pd.DataFrame) -> dict[str, str]:
    if posts.empty:
        return {"first": "", "last": ""}
    days = posts["posted_at"].dt.strftime("%Y-%m-%d")
    return {"first": days.min(), "last": days.max()}


def _best(models: pd.DataFrame, sure: pd.Series) -> pd.Series:
    """The first of those that clearly win, or of all when none does; smallest error first."""
    return (models[sure] if sure.any() else models).iloc[0]


def _gain(best: pd.Series) -> dict:
    return {"gain": -best["difference"], "gain_low": -best["high"], "gain_high": -best["low"]}


def _content(evidence: pd.DataFrame) -> dict:
    """The content blocks that were tested, and those found to carry something, surest first."""
    content = evidence[evidence["kind"] == "content"]
    clear = content[content["p_adjusted"] < ALPHA].sort_values("p_adjusted")
    return {"content_tested": sorted(content["block"].dropna().unique()),
            "content_found": list(dict.fromkeys(clear["block"]))}  # fmt: skip


def _spread(posts: pd.DataFrame, protocol: Protocol) -> dict:
    """How far apart creators lie, and what that says of one who is not among them."""
    y = target_values(posts, protocol.target).to_numpy()
    if np.isfinite(y).sum() < 2 or posts["author"].nunique() < 2:
        return {}
    levels = fit_levels(y, posts["author"])
    total = levels.between + levels.within
    half = levels.half_width(protocol.coverage)
    return {
        "share_between": levels.between / total if total > 0 else None,
        "between_factor": np.exp(np.sqrt(levels.between)),
        "within_factor": np.exp(np.sqrt(levels.within)),
        "nominal": protocol.coverage,
        "new_middle": np.expm1(levels.grand),
        "new_low": max(0.0, np.expm1(levels.grand - half)),
        "new_high": np.expm1(min(levels.grand + half, 30.0)),
    }


def _cold(cold: pd.DataFrame) -> dict:
    """Errors of first forecasts, and how many posts their intervals held."""
    if cold.empty:
        return {}
    error = (cold["y_true"] - cold["y_pred"]).abs()
    errors = error.groupby(cold["model"]).mean()
    pair = cold.assign(error=error).pivot_table("error", "post_id", "model")
    who = cold.drop_duplicates("post_id").set_index("post_id")["author"].reindex(pair.index)
    added = skill.clustered_mean(pair[cold_start.OTHERS_MEAN] - pair[cold_start.OTHERS_MODEL], who)
    return {
        "factor": np.exp(errors[cold_start.OTHERS_MODEL]),
        "mean_factor": np.exp(errors[cold_start.OTHERS_MEAN]),
        "added_p": added["p"],
        "added": added["mean"],
        "coverage": cold_start.coverage(cold),
    }


def _plain(value: Any) -> Any:
    """Nested values as JSON can hold them: no NumPy types, None for what is no finite number."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, np.generic):
        value = value.item()
    if is_missing(value) or (isinstance(value, float) and not isfinite(value)):
        return None
    return value
