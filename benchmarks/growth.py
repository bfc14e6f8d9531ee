"""Do nowcasts of young posts keep their promise, and how far do they miss at which age?

Simulated accounts that are read again and again; each nowcast is made from what had been read by
then, and judged by the next reading after the post's first month.

    python benchmarks/growth.py --accounts 100 --first-seed 5000
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd

from virality.demo.growth import WORLDS, simulate_readings
from virality.posts.settling import FINAL_DAYS
from virality.uncertainty.nowcast import nowcast

AGES = (0, 2, 5, 12, FINAL_DAYS)  # edges of bands, days
RHYTHMS = {"two, a month apart": (2, 30), "four, a month apart": (4, 30), "weekly": (13, 7)}


def judged(world: str, n_imports: int, apart_days: float, seed: int) -> pd.DataFrame:
    """Nowcasts at the last of `n_imports` readings, with the final numbers that came later."""
    later = int(np.ceil(FINAL_DAYS / apart_days))
    every = simulate_readings(world, 140, n_imports + later, apart_days, seed)
    moments = np.sort(every["captured_at"].unique())
    now = every[every["captured_at"] <= moments[n_imports - 1]]
    made = nowcast(now.drop_duplicates("post_id", keep="last"), now)
    grown = every[every["captured_at"] - every["posted_at"] >= pd.Timedelta(days=FINAL_DAYS)]
    final = grown.drop_duplicates("post_id").set_index("post_id")["views"].astype(float)
    return made.assign(final=made["post_id"].map(final), world=world, account=seed)


def summary(table: pd.DataFrame) -> pd.Series:
    """Coverage, typical miss and width of some nowcasts."""
    told = table.dropna(subset=["expected", "final"])
    miss = np.log1p(told["final"]) - np.log1p(told["expected"])
    width = np.log1p(told["upper"]) - np.log1p(told["lower"].clip(lower=0))
    return pd.Series(
        {
            "nowcasts": len(told),
            "refused": 1 - len(told) / max(len(table), 1),
            "held": told["final"].between(told["lower"], told["upper"]).mean(),
            "typical miss": np.exp(miss.abs().median()),
            "upper / lower": np.exp(width.median()),
            "no nowcast": np.exp(np.log(told["final"] / told["views"]).abs().median()),
        }
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accounts", type=int, default=100)
    parser.add_argument("--first-seed", type=int, default=5000)
    args = parser.parse_args()
    seeds = range(args.first_seed, args.first_seed + args.accounts)
    for name, (n_imports, apart) in RHYTHMS.items():
        parts = [judged(world, n_imports, apart, seed) for world in WORLDS for seed in seeds]
        table = pd.concat(parts, ignore_index=True)
        age = pd.cut(table["age_days"], AGES, right=False).astype(str)
        print(f"\n## {name}\n")
        for keys in (["world"], ["world", age.rename("age")]):
            print(table.groupby(keys, observed=True).apply(summary).round(3).to_string(), "\n")
        print(summary(table).round(3).to_frame("all").T.to_string())


if __name__ == "__main__":
    main()
