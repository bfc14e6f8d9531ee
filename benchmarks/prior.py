"""What is a prior worth to a creator with few posts, and what does a bad one cost?

    python benchmarks/prior.py [--creators 30] [--first-seed 0] [--behind 20 60 150]

A prior is fitted on simulated creators of many kinds, so many of them, and given to others.  The
same held-out posts are forecast with it and without, paired; and with what misleads in its place.
Numbers are percent of the mean absolute error of the forecast without it (negative = better), mean
± standard error over creators.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from itertools import count, islice

import numpy as np
import pandas as pd

from virality.creators.fit_prior import fit_creators
from virality.demo.population import drawn_world
from virality.demo.worlds import simulate_world
from virality.evaluation.folds import FoldFits, fold_data
from virality.evaluation.forecast import weigh
from virality.features.build import build_features
from virality.features.table import ModelTable, model_table
from virality.models.prior import Prior

POSTS = (30, 60, 100)
FITTED, ASKED, ELSEWHERE = 1, 2, 5  # streams of seeds: no creator is in both


WRONG = ("another world", "reversed", "three times", "far above", "noise", "turned round")


@dataclass(frozen=True)
class Wrong:
    """Forecasts that mislead, made from those of a prior or made up.

    Parameters
    ----------
    kind : {"reversed", "three times", "far above", "noise", "turned round"}
        The opposite of what a prior adds to the level; three times that; the level and far too
        much; the level and luck; low where the level is high.
    prior : Prior
    """

    kind: str
    prior: Prior

    def predict(self, table: ModelTable) -> pd.Series:
        level = table.baselines["baseline__level"].fillna(9.0)
        added = self.prior.predict(table) - level
        noise = np.random.default_rng(len(level)).normal(size=len(level))
        return {
            "reversed": level - added,
            "three times": level + 3 * added,
            "far above": level + 5,
            "noise": level + noise,
            "turned round": 18 - level,
        }[self.kind]


def draw(stream: int, seed: int, n: int | None = None) -> pd.DataFrame:
    """Posts of an account of any kind."""
    number = 10_000 * stream + seed
    return simulate_world(drawn_world(number, n), number, f"account {number}")[0]


def draw_elsewhere(seed: int) -> pd.DataFrame:
    """Posts of an account whose luck lasts, and whose posts say nothing: of no kind drawn above."""
    number = 10_000 * ELSEWHERE + seed
    world = drawn_world(number)
    other = replace(world, level="ar8", shares=world.shares.times(0), spread=2.2)
    return simulate_world(other, number, f"account {number}")[0]


def compared(posts: pd.DataFrame, others: dict) -> dict[str, float] | None:
    """What each of the others changes in the error of one creator's forecast, in percent.

    None where there is no forecast: too few posts had matured.
    """
    table = model_table(posts, build_features(posts))
    fits = [FoldFits(fold) for fold in fold_data(table)]
    if not fits:
        return None

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
    parser.add_argument("--behind", type=int, nargs="+", default=[60])
    options = parser.parse_args()
    first = options.first_seed
    others: dict = {}
    for n in options.behind:
        prior = fit_creators((f"{i}", draw(FITTED, first + i)) for i in range(n))
        others[f"{n} creators"] = prior
        print(f"{n} creators, {prior.n_posts} posts: saved {100 * prior.gain:.2f} % "
              "of the level's error on those left out", flush=True)  # fmt: skip
    elsewhere = ((f"{i}", draw_elsewhere(first + i)) for i in range(n))
    others |= {WRONG[0]: fit_creators(elsewhere)} | {kind: Wrong(kind, prior) for kind in WRONG[1:]}
    for n in POSTS:
        found = (compared(draw(ASKED, 100 * n + seed, n), others) for seed in count(first))
        rows = pd.DataFrame(islice(filter(None, found), options.creators))
        shown = "   ".join(f"{k} {v.mean():+.2f} ± {v.sem():.2f}" for k, v in rows.items())
        print(f"{n} posts: {shown}", flush=True)


if __name__ == "__main__":
    main()
