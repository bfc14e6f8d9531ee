"""Does every model earn its place?  Error saved against what it would replace, printed.

    python benchmarks/models.py [--creators 40] [--jobs 2] [--first-seed 0] [--posts FILE ...]

Simulated creators of known truth, or the real ones in the files given; each model, candidate and
rule predicts the same held-out posts.  Candidates are models that the book does not have, measured
here so that their absence can be checked: a random forest, and the book's trees without the
account's level to start from.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from sklearn.ensemble import RandomForestRegressor
from threadpoolctl import threadpool_limits

from virality.core.protocol import MIN_POSTS
from virality.demo.known_truth import known_creator
from virality.evaluation.evaluate import cross_validate, fold_data
from virality.features.build import build_features
from virality.features.table import model_table
from virality.models.catalogue import MODELS
from virality.models.level import OnLevel
from virality.models.trees import RobustBooster
from virality.posts.read import read_posts

FOUR = {"vision": 10, "audio": 10, "caption_text": 10, "hashtag_text": 10}

#: name -> (level, content, posts, R², blocks, blocks that carry the signal)
CELLS = {
    "nothing, white": ("white", "iid", 140, 0.0, None, None),
    "nothing, walk": ("walk", "drift", 140, 0.0, None, None),
    "R² .25, white": ("white", "iid", 140, 0.25, None, None),
    "R² .25, walk": ("walk", "drift", 140, 0.25, None, None),
    "one block of four, white": ("white", "iid", 140, 0.25, FOUR, ("audio",)),
    "one block of four, walk": ("walk", "drift", 140, 0.25, FOUR, ("audio",)),
    "one block of four, white, n = 300": ("white", "iid", 300, 0.25, FOUR, ("audio",)),
    "R² .25, jumps, n = 300": ("jump", "drift", 300, 0.25, None, None),
    "R² .1, walk, n = 300": ("walk", "drift", 300, 0.1, None, None),
}

#: What is measured: the newcomer, and the model that it would replace or stand beside.
PAIRS = (
    ("block_ridge", "ridge"),
    ("stack", "ridge"),
    ("stack", "xgboost"),
    ("stack", "block_ridge"),
    ("forest on the level", "xgboost"),
    ("xgboost", "xgboost without level"),
)


def forest() -> RandomForestRegressor:
    return RandomForestRegressor(200, min_samples_leaf=10, max_features=0.33, random_state=0)


def candidates(posts: pd.DataFrame, tables: list[pd.DataFrame]) -> dict[str, float]:
    """Mean absolute error of the models that the book does not have."""
    misses: dict[str, list] = {"forest on the level": [], "xgboost without level": []}
    for fold in fold_data(model_table(posts, tables)):
        y, truth = fold.y_train.to_numpy(), fold.y_test.to_numpy()
        near = fold.X_train.join(fold.baselines_train), fold.X_test.join(fold.baselines_test)
        trees = OnLevel(forest()).fit(near[0], y).predict(near[1])
        plain = RobustBooster().fit(fold.X_train, y).predict(fold.X_test)
        misses["forest on the level"].append(np.abs(truth - trees))
        misses["xgboost without level"].append(np.abs(truth - plain))
    return {name: float(np.concatenate(parts).mean()) for name, parts in misses.items()}


def errors(posts: pd.DataFrame, tables: list[pd.DataFrame]) -> pd.Series:
    """Mean absolute error of each model, candidate and rule on one creator."""
    with threadpool_limits(1):
        told = cross_validate(posts, tables, MODELS)
        miss = (told["y_true"] - told["y_pred"]).abs().groupby(told["model"]).mean()
        return pd.concat([miss, pd.Series(candidates(posts, tables))])


def simulated(seed: int, level, content, n, r2, blocks, carries) -> pd.Series:
    """Errors on one creator of known truth."""
    made = known_creator(n, level, content, r2, blocks, carries, seed=[seed, n, 8])
    posts = made.posts.assign(caption=None, duration_s=float("nan"), kind="video")
    return errors(posts, [build_features(posts).filter(like="momentum__"), made.content])


def real(files: list[str]) -> pd.DataFrame:
    """Errors on every creator in these files, from posting metadata and momentum."""
    posts = read_posts(files).posts
    groups = {str(author): own for author, own in posts.groupby("author") if len(own) >= MIN_POSTS}
    rows = {author: errors(own, [build_features(own)]) for author, own in groups.items()}
    return pd.DataFrame(rows).T


def saved(found: pd.DataFrame) -> pd.Series:
    """Percent of the better plain rule's error that each model saves, mean ± standard error."""
    naive = found[["rolling_median_10", "train_median"]].min(axis=1)
    gains = 100 * (1 - found.div(naive, axis=0))
    ends = zip(gains.mean(), gains.sem(), strict=True)
    return pd.Series([f"{mean:+.1f} ± {error:.1f}" for mean, error in ends], gains.columns)


def gains(found: pd.DataFrame) -> dict[str, str]:
    """Percent of error that each newcomer saves, mean ± standard error over creators."""
    out = {}
    for new, old in PAIRS:
        gain = 100 * (1 - found[new] / found[old])
        error = f" ± {gain.sem():.1f}" if len(gain) > 1 else ""
        out[f"{new} over {old}"] = f"{gain.mean():+.1f}{error}"
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--creators", type=int, default=40)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--posts", nargs="*", default=[])
    options = parser.parse_args()
    if options.posts:
        found = real(options.posts)
        print(f"{len(found)} creators: mean absolute error of log views")
        print(found.mean().round(3).to_string())
        print("\n% of error saved")
        print(pd.Series(gains(found)).to_string())
        return
    seeds = range(options.first_seed, options.first_seed + options.creators)
    tables, added = {}, {}
    for name, arguments in CELLS.items():
        work = (delayed(simulated)(seed, *arguments) for seed in seeds)
        found = pd.DataFrame(Parallel(options.jobs)(work))
        tables[name], added[name] = saved(found), gains(found)
        print(f"{name}: done", flush=True)
    print(f"\n% of the better plain rule's error saved, {options.creators} creators a row")
    print(pd.DataFrame(tables).to_string())
    print("\n% of error saved by each newcomer, mean ± standard error")
    print(pd.DataFrame(added).to_string())


if __name__ == "__main__":
    main()
