"""Does a prior from other creators help a new one, and does a wrong one do harm?  Printed.

    python benchmarks/priors.py [--creators 30] [--others 40] [--jobs 1] [--first-seed 0] [--quick]

Simulated accounts as real ones are.  The wrong prior says the opposite of the good one.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import pandas as pd
from cells import real_like
from joblib import Parallel, delayed
from measures import rules, saved, shown
from threadpoolctl import threadpool_limits

from virality.creators.fit_prior import fit_prior
from virality.evaluation.folds import FoldFits, fold_data
from virality.evaluation.forecast import weigh
from virality.evaluation.predictions import prediction_rows
from virality.features.table import ModelTable, model_table
from virality.models.catalogue import FORECAST
from virality.models.prior import Prior

OTHERS = 500_000  # first seed of the creators that a prior learns from: no row has them
GOOD, WRONG, ALONE = "with a prior", "with a wrong prior", "the prior alone"
COMPARED = ((GOOD, FORECAST), (WRONG, FORECAST), (GOOD, "rolling_median_10"), (ALONE, FORECAST))


@dataclass(frozen=True)
class Contrary:
    """A prior that turns what another says upside down around the account's recent median."""

    prior: Prior

    def predict(self, table: ModelTable) -> pd.Series:
        """Forecasts of all rows."""
        return 2 * table.baselines["baseline__rolling_median_10"] - self.prior.predict(table)


def helped(seed: int, n: int, prior: Prior) -> pd.Series:
    """Mean absolute error of the forecast without a prior, with it, and with its opposite."""
    posts, tables = real_like(seed, n)
    table = model_table(posts, tables)
    with threadpool_limits(1):
        fits = [FoldFits(fold) for fold in fold_data(table)]
        parts = [
            weigh(posts, table, fits, prior=one).predictions.assign(model=name)
            for name, one in ((FORECAST, None), (GOOD, prior), (WRONG, Contrary(prior)))
        ]
        alone = prior.predict(table)
        for fold in (one.fold for one in fits):
            said = {**rules(fold), ALONE: alone[fold.y_test.index]}
            parts += [prediction_rows(fold, name, y_pred, "all") for name, y_pred in said.items()]
    told = pd.concat(parts, ignore_index=True)
    misses = (told["y_true"] - told["y_pred"]).abs().groupby(told["model"]).mean()
    return pd.concat({"mae": misses})


def others_prior(count: int) -> Prior:
    """A prior that so many other accounts have taught."""
    posts = [real_like(OTHERS + i).posts for i in range(count)]
    everyone = pd.concat(posts).sort_values(["posted_at", "post_id"], ignore_index=True)
    return fit_prior(everyone)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--creators", type=int, default=30, help="a row")
    parser.add_argument("--others", type=int, default=40, help="creators that a prior learns from")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help="a few creators")
    options = parser.parse_args()
    if options.quick:
        options.creators, options.others = 3, 10
    prior = others_prior(options.others)
    print(f"taught by {prior.n_creators} creators: {prior.gain:.1%} of their error saved")
    seeds = range(options.first_seed, options.first_seed + options.creators)
    rows = {}
    for n in (30, 60, 100):
        found = pd.DataFrame(
            Parallel(options.jobs)(delayed(helped)(seed, n, prior) for seed in seeds)
        )
        pairs = ((new, old) for new, old in COMPARED)
        rows[f"n = {n}"] = {f"{a} over {b}": shown(saved(found, a, b)) for a, b in pairs}
        print(f"n = {n}: {rows[f'n = {n}']}", flush=True)
    print(f"\n% of error saved, {options.creators} creators a row, mean ± standard error")
    print(pd.DataFrame(rows).T.to_string())


if __name__ == "__main__":
    main()
