"""Do the tests keep their level, and the intervals their promise?  Simulated creators, printed.

    python benchmarks/evidence.py [--creators 200] [--jobs 2] [--only content intervals]

Seeds are fixed: the same numbers every time.  A small version of each table is a test.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from virality.modelling import evidence
from virality.modelling import shifts as sh
from virality.modelling.evaluate import cross_validate, model_table
from virality.modelling.known_truth import known_creator
from virality.modelling.scores import spearman

ALPHA = 0.05
FOUR = {"vision": 10, "audio": 10, "caption_text": 10, "hashtag_text": 10}

#: name -> (level, content, posts, R², blocks, block that carries the signal)
CONTENT_CELLS = {
    "null  white / iid": ("white", "iid", 140, 0.0, None, None),
    "null  AR .5 / AR .8": ("ar", "ar", 140, 0.0, None, None),
    "null  walk / iid": ("walk", "iid", 140, 0.0, None, None),
    "null  walk / drifting": ("walk", "drift", 140, 0.0, None, None),
    "null  jumps / drifting": ("jump", "drift", 140, 0.0, None, None),
    "null  growing spread / drifting": ("spread", "drift", 140, 0.0, None, None),
    "null  walk / drifting, four blocks": ("walk", "drift", 140, 0.0, FOUR, None),
    "null  walk / drifting, n = 300": ("walk", "drift", 300, 0.0, None, None),
    "R² .25  walk / iid": ("walk", "iid", 140, 0.25, None, None),
    "R² .25  walk / drifting": ("walk", "drift", 140, 0.25, None, None),
    "R² .25  jumps / drifting": ("jump", "drift", 140, 0.25, None, None),
    "R² .25  growing spread / drifting": ("spread", "drift", 140, 0.25, None, None),
    "R² .1  walk / iid, n = 300": ("walk", "iid", 300, 0.1, None, None),
    "R² .1  walk / drifting, n = 300": ("walk", "drift", 300, 0.1, None, None),
    "R² .25  one block of four": ("walk", "drift", 140, 0.25, FOUR, "audio"),
}


def content_cell(seed: int, level, content, n, r2, blocks, block) -> dict[str, float]:
    """One creator: what each test says."""
    carries = (block,) if block else None
    creator = known_creator(n, level, content, r2, blocks, carries, seed=[seed, n])
    tables = [creator.content]
    found = evidence.content_test(creator.posts, tables, seed=seed)
    each = found[found["kind"] == "content"]
    trees = evidence.tree_test(creator.posts, tables, seed=seed)
    predictions, _ = cross_validate(creator.posts, tables, models=())
    history = evidence.history_test(predictions)
    lead = each.loc[each["statistic"].idxmax(), "block"] == block if block else np.nan
    named = each.loc[each["p_adjusted"] < ALPHA, "block"]
    return {
        "found": float(found["p_adjusted"].iloc[0] < ALPHA),
        "some block named": float(len(named) > 0),
        "right block leads": float(lead),
        "wrong block named": float((named != block).any()) if block else np.nan,
        "trees": float(trees["p"].iloc[0] < ALPHA),
        "history": float(history["p"].iloc[0] < ALPHA),
        "WRONG test": float(wrong_test(creator, seed) < ALPHA),
    }


def wrong_test(creator, seed: int, n_shifts: int = 199) -> float:
    """The test not to use: held-out outcomes shifted against fixed predictions."""
    table = model_table(creator.posts, creator.content)
    y, X = table.y.to_numpy(), table.X.to_numpy()
    content = evidence.content_series(table)
    late = len(y) - len(content.residual)
    told, truth = [], []
    for train, test in content.folds:
        scale = StandardScaler().fit(X[train + late])
        model = Ridge(10.0).fit(scale.transform(X[train + late]), y[train + late])
        told.append(model.predict(scale.transform(X[test + late])))
        truth.append(y[test + late])
    told, truth = np.concatenate(told), np.concatenate(truth)
    moves = sh.all_shifts(len(truth), n_shifts, seed=seed)
    shifted = [spearman(np.roll(truth, move), told) for move in [0, *moves]]
    return float((np.array(shifted) >= shifted[0]).mean())


def run(cell, creators: int, jobs: int, arguments: tuple) -> dict[str, float]:
    """Means over creators."""

    def one(seed):
        with threadpool_limits(1):
            return cell(seed, *arguments)

    return pd.DataFrame(Parallel(jobs)(delayed(one)(seed) for seed in range(creators)))


def content(creators: int, jobs: int) -> None:
    """Level and power of the tests of content and history."""
    print(f"\nShare of {creators} creators in whom something was found at p < .05, in %")
    rows = {}
    for name, arguments in CONTENT_CELLS.items():
        rows[name] = 100 * run(content_cell, creators, jobs, arguments).mean()
        print(f"{name:36s}", "  ".join(f"{k}: {v:.1f}" for k, v in rows[name].items()), flush=True)
    print(pd.DataFrame(rows).T.round(1).to_string())


PARTS = {"content": content}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--creators", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", nargs="*", choices=list(PARTS), default=list(PARTS))
    options = parser.parse_args()
    for part in options.only:
        start = time.perf_counter()
        PARTS[part](options.creators, options.jobs)
        print(f"({time.perf_counter() - start:.0f} s)")


if __name__ == "__main__":
    main()
