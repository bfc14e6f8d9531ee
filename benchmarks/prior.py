"""What is a prior worth to a creator with few posts, and what does a bad one cost?

    python benchmarks/prior.py [--creators 30] [--first-seed 0] [--behind 20 60 150]

A prior is fitted on simulated creators of many kinds, so many of them, and given to others.  The
same held-out posts are forecast with it and without, paired; nonsense is given in its place.
Numbers are percent of the mean absolute error of the forecast without it (negative = better), mean
± standard error over creators.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd

from virality.creators.fit_prior import fit_creators
from virality.demo.population import drawn_world
from virality.demo.worlds import simulate_world
from virality.evaluation.folds import FoldFits, fold_data
from virality.evaluation.forecast import weigh
from virality.features.build import build_features
from virality.features.table import ModelTable, model_table

POSTS = (30, 60, 100)
FITTED, ASKED = 1, 2  # streams of seeds: no creator is in both


class Nonsense:
    """Forecasts that are made up.

    Parameters
    ----------
    kind : {"far above", "noise", "turned round"}
    """

    def __init__(self, kind: str):
        self.kind = kind

    def predict(self, table: ModelTable) -> pd.Series:
        level = table.baselines["baseline__level"].fillna(9.0)
        noise = np.random.default_rng(len(level)).normal(size=len(level))
        return {"far above": level + 5, "noise": level + noise, "turned round": 18 - level}[
            self.kind
        ]


def draw(stream: int, seed: int, n: int | None = None) -> pd.DataFrame:
    """Posts of an account of any kind."""
    number = 10_000 * stream + seed
    return simulate_world(drawn_world(number, n), number, f"account {number}")[0]


def compared(posts: pd.DataFrame, others: dict) -> dict[str, float]:
    """What each of the others changes in the error of one creator's forecast, in percent."""
    table = model_table(posts, build_features(posts))
    fits = [FoldFits(fold) for fold in fold_data(table)]

    def missed(other) -> float:
        told = weigh(posts, table, fits, prior=other).predictions
        return float((told["y_true"] - told["y_pred"]).abs().mean())

    plain = missed(None)
    changes = {name: 100 * (missed(other) / plain - 1) for name, other in others.items()}
    return {"MAE without": plain, **changes}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--creators", type=int, default=30)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--behind", type=int, nargs="+", default=[20, 60, 150])
    options = parser.parse_args()
    others: dict = {}
    for n in options.behind:
        creators = ((f"{i}", draw(FITTED, options.first_seed + i)) for i in range(n))
        prior = fit_creators(creators)
        others[f"{n} creators"] = prior
        print(f"{n} creators, {prior.n_posts} posts: saved {100 * prior.gain:.2f} % "
              "of the level's error on those left out", flush=True)  # fmt: skip
    others |= {kind: Nonsense(kind) for kind in ("far above", "noise", "turned round")}
    for n in POSTS:
        seeds = range(options.first_seed, options.first_seed + options.creators)
        rows = pd.DataFrame([compared(draw(ASKED, 100 * n + seed, n), others) for seed in seeds])
        shown = "   ".join(f"{k} {v.mean():+.2f} ± {v.sem():.2f}" for k, v in rows.items())
        print(f"{n} posts: {shown}", flush=True)


if __name__ == "__main__":
    main()
