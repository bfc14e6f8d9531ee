"""Does every model earn its place?  Error saved against rules that need no model, printed.

    python benchmarks/models.py [--creators 40] [--jobs 2] [--first-seed 0]

Simulated creators of known truth; each model and rule predicts the same held-out posts.
"""

from __future__ import annotations

import argparse

import pandas as pd
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

from virality.evaluation.evaluate import cross_validate
from virality.evidence.known_truth import known_creator
from virality.features.build import build_features
from virality.models.catalogue import MODELS

FOUR = {"vision": 10, "audio": 10, "caption_text": 10, "hashtag_text": 10}

#: name -> (level, content, posts, R², blocks, blocks that carry the signal)
CELLS = {
    "nothing, walk": ("walk", "drift", 140, 0.0, None, None),
    "R² .25, white": ("white", "iid", 140, 0.25, None, None),
    "R² .25, walk": ("walk", "drift", 140, 0.25, None, None),
    "R² .25, walk, one block of four": ("walk", "drift", 140, 0.25, FOUR, ("audio",)),
    "R² .25, jumps, n = 300": ("jump", "drift", 300, 0.25, None, None),
    "R² .1, walk, n = 300": ("walk", "drift", 300, 0.1, None, None),
}


def errors(seed: int, level, content, n, r2, blocks, carries) -> pd.Series:
    """Mean absolute error of each model and rule on one creator."""
    with threadpool_limits(1):
        made = known_creator(n, level, content, r2, blocks, carries, seed=[seed, n, 8])
        posts = made.posts.assign(caption=None, duration_s=float("nan"), kind="video")
        tables = [build_features(posts).filter(like="momentum__"), made.content]
        told, _ = cross_validate(posts, tables, MODELS)
    miss = (told["y_true"] - told["y_pred"]).abs()
    return miss.groupby(told["model"]).mean()


def saved(found: pd.DataFrame) -> pd.Series:
    """Percent of the better plain rule's error that each model saves, mean ± standard error."""
    naive = found[["rolling_median_10", "train_mean"]].min(axis=1)
    gains = 100 * (1 - found.div(naive, axis=0))
    ends = zip(gains.mean(), gains.sem(), strict=True)
    return pd.Series([f"{mean:+.1f} ± {error:.1f}" for mean, error in ends], gains.columns)


def gains(found: pd.DataFrame) -> dict[str, str]:
    """What the newcomers add to the models that the study had, and to how many creators."""
    pairs = (("block_ridge", "ridge"), ("random_forest", "xgboost"), ("stack", "ridge"),
             ("stack", "xgboost"))  # fmt: skip
    out = {}
    for new, old in pairs:
        gain = 100 * (1 - found[new] / found[old])
        share = (gain > 0).mean()
        out[f"{new} over {old}"] = f"{gain.mean():+.1f} ± {gain.sem():.1f} ({share:.0%})"
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--creators", type=int, default=40)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--first-seed", type=int, default=0)
    options = parser.parse_args()
    seeds = range(options.first_seed, options.first_seed + options.creators)
    tables, added = {}, {}
    for name, arguments in CELLS.items():
        work = (delayed(errors)(seed, *arguments) for seed in seeds)
        found = pd.DataFrame(Parallel(options.jobs)(work))
        tables[name], added[name] = saved(found), gains(found)
        print(name, tables[name].to_dict(), added[name], flush=True)
    print(f"\n% of the better plain rule's error saved, {options.creators} creators a row")
    print(pd.DataFrame(tables).T.to_string())
    print("\n% of error saved by each newcomer")
    print(pd.DataFrame(added).T.to_string())


if __name__ == "__main__":
    main()
