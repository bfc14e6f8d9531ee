"""How large would an effect of content have to be for this number of posts to show it?"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from virality.core.protocol import ALPHA, DEFAULT, Protocol
from virality.evidence import shifts as sh
from virality.evidence.claims import empty_evidence, evidence_table
from virality.evidence.level_free import Content, content_series
from virality.features.table import model_table

EFFECTS = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
POWER = 0.8


def smallest_effect(
    posts: pd.DataFrame,
    tables: Iterable[pd.DataFrame],
    *,
    protocol: Protocol = DEFAULT,
    n_directions: int = 10,
    n_shifts: int = 99,
    n_simulated: int = 100,
) -> pd.DataFrame:
    """How large would an effect of content have to be, to be found four times out of five?

    By simulation on this creator's own posts: the residuals are shifted to a random place, which
    destroys whatever content had to say and keeps their tails and memory; an effect of known size
    along the leading directions of the content is added; the test is run; and so on.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts of one creator.
    tables : list of DataFrame
        Feature tables indexed by post_id.
    protocol : Protocol
        Its target, embargo and seed.
    n_directions : int
        Leading components of the content that carry the planted effect.
    n_shifts, n_simulated : int
        Shifts per test, and simulated creators per size.

    Returns
    -------
    DataFrame
        One row of kind "power" per planted R² (`statistic`), its power in `p`, and one row of kind
        "smallest_effect": `statistic` is the R² with 80 % power, NaN when even the largest size
        has less.
    """
    table = model_table(posts, tables, protocol)
    content = content_series(table, protocol)
    if not content.testable:
        return empty_evidence()
    return effect_sizes(content, n_directions, n_shifts, n_simulated, protocol.seed)


def effect_sizes(
    content: Content,
    n_directions: int = 10,
    n_shifts: int = 99,
    n_simulated: int = 100,
    seed: int = 0,
) -> pd.DataFrame:
    """The smallest effect on prepared series.

    Parameters
    ----------
    content : Content
        From `level_free.content_series`.
    n_directions, n_shifts, n_simulated : int
        As in `smallest_effect`.
    seed : int
        Of what is planted and of the choice of shifts.

    Returns
    -------
    DataFrame
        As from `smallest_effect`.
    """
    rng = np.random.default_rng(seed)
    n, scores = len(content.residual), content.together()
    moves = sh.all_shifts(n, n_shifts, seed=seed)
    noise = _standard(np.column_stack(
        [np.roll(content.residual, rng.choice(moves)) for _ in range(n_simulated)]
    ))  # fmt: skip
    axes, sizes, _ = np.linalg.svd(scores - scores.mean(axis=0), full_matrices=False)
    leading = axes[:, :n_directions][:, sizes[:n_directions] > 1e-9]
    signal = _standard(leading @ rng.standard_normal((leading.shape[1], n_simulated)))
    planted = np.hstack([np.sqrt(r2) * signal + np.sqrt(1 - r2) * noise for r2 in EFFECTS])
    with threadpool_limits(1):
        found = sh.shift_statistics(scores, planted, content.folds, moves)
    p = (found >= found[0] - 1e-12).mean(axis=0).reshape(len(EFFECTS), n_simulated)
    power = (p < max(ALPHA, 1.5 / len(found))).mean(axis=1)
    common = {"block": sh.TOGETHER, "model": "ridge", "n": content.n_tested, "n_shifts": len(moves)}
    rows = [
        {"kind": "power", "measure": "r2", "statistic": r2, "p": share, **common}
        for r2, share in zip(EFFECTS, power, strict=True)
    ]
    rows.append(
        {"kind": "smallest_effect", "measure": "r2", "statistic": _crossing(power), **common}
    )
    return evidence_table(rows)


def _crossing(power: np.ndarray) -> float:
    """R² at which the power first reaches `POWER`, between the sizes that were tried."""
    power = np.maximum.accumulate(power)
    if power[-1] < POWER:
        return np.nan
    first = int(np.argmax(power >= POWER))
    if first == 0:
        return EFFECTS[0]
    before, after = power[first - 1], power[first]
    share = (POWER - before) / (after - before)
    return float(EFFECTS[first - 1] + share * (EFFECTS[first] - EFFECTS[first - 1]))


def _standard(columns: np.ndarray) -> np.ndarray:
    spread = columns.std(axis=0)
    return (columns - columns.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
