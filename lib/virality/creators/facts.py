"""What a pooled report claims, in one small mapping without any creator's name."""

from __future__ import annotations

import numpy as np
import pandas as pd

from virality.core.protocol import ALPHA, DEFAULT, Protocol
from virality.creators import cold_start, skill
from virality.creators.levels import fit_levels
from virality.creators.pool import RULES
from virality.features.targets import target_values


def facts(
    posts: pd.DataFrame,
    predictions: pd.DataFrame,
    content: pd.DataFrame,
    cold: pd.DataFrame,
    warm: pd.DataFrame,
    *,
    protocol: Protocol = DEFAULT,
    n_bootstrap: int = 1000,
) -> dict:
    """Return what the home page of a pooled report says, as JSON can hold it.

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
    found = _record(posts) | _spread(posts, protocol.target, protocol.coverage)
    if found["n_creators"] < 2:
        return found | {"verdict": "single"}
    if predictions.empty:
        return found | {"verdict": "none"}
    rule = skill.better_rule(predictions)
    gaps = skill.compare(predictions, rule)
    best, p, n_models = _best(gaps)
    clear = "better" if best["difference"] < 0 else "worse"
    of_model = skill.correlation_intervals(_rows(predictions, best["model"]), n_bootstrap)
    of_mean = skill.correlation_parts(_rows(predictions, "creator_mean"))
    told = found | {
        "verdict": clear if p < ALPHA else "alike",
        "few": predictions["author"].nunique() < skill.MIN_CREATORS,
        "n_held_out": int(best["n"]),
        "n_models": n_models,
        "model": str(best["model"]),
        "rule": rule,
        "factors": {row.model: float(row.factor) for row in gaps.itertuples()},
        "gain": -float(best["difference"]),
        "gain_low": -float(best["high"]),
        "gain_high": -float(best["low"]),
        "p": p,
        "parts": of_model,
        "mean_parts": of_mean,
        **_content(content),
        "cold": _cold(cold),
        "warm": warm.to_dict("records"),
    }
    return _plain(told)


def _best(gaps: pd.DataFrame) -> tuple[pd.Series, float, int]:
    """The named model, its corrected p-value, and how many were tried."""
    models = gaps[~gaps["model"].isin(RULES)].copy()
    models["p"] = (models["p"] * len(models)).clip(upper=1.0)
    sure = models[(models["p"] < ALPHA) & (models["difference"] < 0)]
    best = (sure if len(sure) else models).iloc[0]
    p = best["p"]
    return best, 1.0 if p != p else float(p), len(models)


def _rows(predictions: pd.DataFrame, model: str) -> pd.DataFrame:
    return predictions[predictions["model"] == model]


def _record(posts: pd.DataFrame) -> dict:
    days = posts["posted_at"]
    return {
        "n_posts": len(posts),
        "n_creators": int(posts["author"].nunique()),
        "first": f"{days.min():%Y-%m-%d}" if len(posts) else "",
        "last": f"{days.max():%Y-%m-%d}" if len(posts) else "",
    }


def _spread(posts: pd.DataFrame, target: str, level: float) -> dict:
    """How far apart creators lie, and what that says of one who is not among them."""
    y = target_values(posts, target).to_numpy()
    if np.isfinite(y).sum() < 2 or posts["author"].nunique() < 2:
        return {}
    levels = fit_levels(y, posts["author"])
    total = levels.between + levels.within
    half = levels.half_width(level)
    return {
        "share_between": float(levels.between / total) if total > 0 else None,
        "between_factor": float(np.exp(np.sqrt(levels.between))),
        "within_factor": float(np.exp(np.sqrt(levels.within))),
        "level": level,
        "new_middle": float(np.expm1(levels.grand)),
        "new_low": float(max(0.0, np.expm1(levels.grand - half))),
        "new_high": float(np.expm1(min(levels.grand + half, 30.0))),
    }


def _content(content: pd.DataFrame) -> dict:
    every = content[content["kind"] == "content_any"]["p_adjusted"]
    each = content[content["kind"] == "content"]
    clear = each[each["p_adjusted"] < ALPHA].sort_values("p_adjusted")
    return {
        "content_tested": sorted(each["block"]),
        "content_found": list(clear["block"]),
        "content_p": float(every.iloc[0]) if len(every) else None,
    }


def _cold(cold: pd.DataFrame) -> dict:
    """Errors of first forecasts, and how many posts their intervals held."""
    if cold.empty:
        return {}
    gap = cold.assign(error=(cold["y_true"] - cold["y_pred"]).abs())
    errors = gap.groupby("model")["error"].mean()
    pair = gap.pivot_table("error", "post_id", "model")
    who = cold.drop_duplicates("post_id").set_index("post_id")["author"].reindex(pair.index)
    added = skill.clustered_mean(pair[cold_start.OTHERS_MEAN] - pair[cold_start.OTHERS_MODEL], who)
    return {
        "factor": float(np.exp(errors[cold_start.OTHERS_MODEL])),
        "mean_factor": float(np.exp(errors[cold_start.OTHERS_MEAN])),
        "added_p": added["p"],
        "added": added["mean"],
        "coverage": cold_start.coverage(cold),
    }


def _plain(value):
    """Nested numbers as JSON can hold them: no NumPy types, None for what is not a number."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
